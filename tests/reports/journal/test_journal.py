"""Journals as the programs that they are for read them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jpcli.reports.journal.beancount import write_beancount
from jpcli.reports.journal.hledger import write_hledger
from jpcli.reports.journal.journal import (
    BANK,
    PAYABLE,
    Journal,
    Posting,
    Transaction,
    client_part,
    cost,
    receivable,
    transaction,
)
from tests.reports.journal.tools import bean_check, hledger

NAMES = (
    "Shop Ltd",
    "Shop-Ltd",
    "shop ltd",
    "A/B",
    "A:B",
    "東京",
    "हिन्दी",
    'say "hi" \\ ; | * (x)',
    "=cmd|calc",
    "7 Sisters",
    "É",
    "...",
    "Own",
    "a  b",
)


def journal(currency: str = "usd") -> Journal:
    made: list[Transaction] = []
    for minor, name in enumerate(NAMES, 1):
        postings = [Posting(cost(name), minor, "correction"), Posting(PAYABLE, -minor)]
        made += transaction("2026-11-02", f"INV-2026-10-{minor:03}", name, "October 2026", postings)
    return Journal("Agency ; é\x1b", currency, tuple(made))


def written(tmp_path: Path, name: str, pieces: object) -> Path:
    path = tmp_path / name
    path.write_text("".join(pieces), encoding="utf-8")  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize("currency", ["usd", "jpy", "kwd"])
def test_beancount_accepts_it(tmp_path: Path, currency: str) -> None:
    path = written(tmp_path, "a.beancount", write_beancount(journal(currency)))
    assert bean_check(path) == ""


def test_beancount_accepts_the_books_of_two_months(tmp_path: Path) -> None:
    for name in "ab":
        written(tmp_path, f"{name}.beancount", write_beancount(journal()))
    lines = ('plugin "beancount.plugins.auto_accounts"', 'include "a.beancount"')
    text = "\n".join((*lines, 'include "b.beancount"', ""))
    assert bean_check(written(tmp_path, "books.beancount", [text])) == ""


def test_beancount_would_say_what_is_wrong(tmp_path: Path) -> None:
    text = "".join(write_beancount(journal())).replace("  0.01 USD", "  0.02 USD", 1)
    assert "does not balance" in bean_check(written(tmp_path, "a.beancount", [text]))


@pytest.mark.parametrize("currency", ["usd", "jpy", "kwd"])
def test_hledger_accepts_it_also_where_it_is_strict(tmp_path: Path, currency: str) -> None:
    path = written(tmp_path, "a.hledger", write_hledger(journal(currency)))
    assert hledger(path, "check", "--strict") == ""
    # Nothing of a name was taken for something else.
    assert len(hledger(path, "accounts", "Expenses").splitlines()) == len(NAMES)
    assert len(hledger(path, "codes").splitlines()) == len(NAMES)


def test_hledger_would_say_what_is_wrong(tmp_path: Path) -> None:
    text = "".join(write_hledger(journal())).replace("  0.01 USD", "  0.02 USD", 1)
    assert "balance" in hledger(written(tmp_path, "a.hledger", [text]), "check")


def test_what_is_over_nothing_is_no_transaction() -> None:
    assert transaction("2026-11-02", "x", "x", "x", [Posting(BANK, 0)]) == ()
    assert "".join(write_hledger(Journal("x", "usd", ()))).count("2026") == 0


def test_postings_that_do_not_add_up_are_never_written() -> None:
    with pytest.raises(AssertionError):
        transaction("2026-11-02", "x", "x", "x", [Posting(BANK, 1)])


# A client's name is any printable line.
_names = st.text(min_size=1, max_size=40).filter(str.isprintable).map(str.strip).filter(bool)
_PART = re.compile(r"[^\W_a-z][^\W_]*(?:-+[^\W_]+)*")


@given(_names, _names)
def test_no_two_clients_have_the_same_account(one: str, other: str) -> None:
    assert (client_part(one) == client_part(other)) == (one == other)


@given(st.text("aA1 -/", min_size=1, max_size=5), st.text("aA1 -/", min_size=1, max_size=5))
def test_no_two_names_that_are_alike_have_the_same_account(one: str, other: str) -> None:
    assert (client_part(one) == client_part(other)) == (one == other)


@given(_names)
def test_an_account_is_one_that_programs_take(name: str) -> None:
    part = client_part(name)
    assert ":" not in part
    assert all(character == "-" or character.isalnum() for character in part)
    assert not part[0].islower()
    assert receivable(name)[:2] == ("Assets", "Receivable")


def test_a_plain_name_is_read_as_it_is() -> None:
    assert client_part("Shop Ltd") == "Shop-Ltd"
    assert client_part("Own") == "Own"
    assert client_part("A/B").startswith("A-B--")
