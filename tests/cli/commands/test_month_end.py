"""`month-end`, and `invoice export` into a folder and for the books: options, codes, questions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run, run_on_terminal, run_process

LATER = "2026-12-03T10:00:00Z"
DUE = ("month-end", "--output", "bills")
EXPORT = ("invoice", "export", "2026-11")
EACH = (*EXPORT, "--each-client", "bills")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def names(folder: str = "bills") -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())


def invoices(agency: Callable[..., Run]) -> list[Any]:
    found: list[Any] = agency("invoice", "list", "--json").data["invoices"]
    return found


def test_it_answers_with_the_month_its_invoice_and_the_files(agency: Callable[..., Run]) -> None:
    done = agency(*DUE, "--json", now=LATER)
    assert (done.code, done.data["period"], done.data["invoice"]["number"]) == (
        0,
        "2026-11",
        "INV-2026-11",
    )
    assert done.data["files"] == [f"bills/{name}" for name in names() if name.startswith("INV")]
    again = agency(*DUE, "--json", now=LATER)
    assert again.data["files"] == done.data["files"]


def test_each_form_and_each_program_may_be_named(agency: Callable[..., Run]) -> None:
    words = ("--as", "pdf", "--as", "csv", "--as", "pdf", "--books", "hledger")
    assert agency(*DUE, *words, now=LATER).code == 0
    endings = [name.rpartition(".")[2] for name in names()]
    assert sorted(set(endings)) == ["csv", "hledger", "html", "pdf", "sha256"]
    assert endings.count("html") == 1  # the index


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("month-end",), "usage"),
        ((*DUE, "--as", "docx"), "bad_as"),
        ((*DUE, "--books", "gnucash"), "bad_books"),
        (("month-end", "2026-13", "--output", "bills"), "bad_month"),
        (("invoice", "export", "2026-11", "--as", "pdf"), "usage"),
        ((*EACH, "--client", "Shop"), "usage"),
        ((*EACH, "--output", "y.pdf"), "usage"),
        ((*EACH, "--format", "hledger"), "usage"),
        ((*EACH, "--format", "pdf", "--as", "csv"), "usage"),
        (("invoice", "export", "2026-11", "--no-client", "--format", "hledger"), "usage"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(
    agency: Callable[..., Run], words: tuple[str, ...], code: str
) -> None:
    done = agency(*words, now=LATER)
    assert done.code == 2
    assert code in done.err
    assert invoices(agency) == []
    assert not Path("bills").exists()


def test_a_file_that_was_changed_is_exit_3_and_told_how_to_replace_it(
    agency: Callable[..., Run],
) -> None:
    assert agency(*DUE, now=LATER).code == 0
    changed = next(path for path in Path("bills").iterdir() if path.suffix == ".html")
    changed.write_text("mine")
    done = agency(*DUE, now=LATER)
    assert (done.code, "changed_by_hand" in done.err, "--replace" in done.err) == (3, True, True)
    # A yes is one to closing, and no yes to losing work.
    assert agency(*DUE, "--yes", now=LATER).code == 3
    assert changed.read_text() == "mine"
    assert agency(*DUE, "--replace", now=LATER).code == 0
    assert changed.read_text() != "mine"


def test_a_person_is_asked_before_a_month_is_closed(agency: Callable[..., Run]) -> None:
    env = {"JPCLI_NOW": LATER}
    no = run_on_terminal(*DUE, answer="n\n", env=env)
    assert (no.code, "Close 2026-11?" in no.out) == (2, True)
    assert invoices(agency) == []
    assert not Path("bills").exists()
    yes = run_on_terminal(*DUE, answer="y\n", env=env)
    assert (yes.code, "INV-2026-11-01" in yes.out) == (0, True)
    # Nothing is left to ask about.
    again = run_on_terminal(*DUE, env=env)
    assert (again.code, "?" in again.out) == (0, False)


def test_a_month_that_is_named_is_a_yes_for_that_one(agency: Callable[..., Run]) -> None:
    done = run_on_terminal("month-end", "2026-11", "--output", "bills", env={"JPCLI_NOW": LATER})
    assert (done.code, "[y/N]" in done.out) == (0, False)
    assert len(invoices(agency)) == 1


@pytest.mark.parametrize("form", ["html", "pdf", "csv"])
def test_each_clients_statement_in_the_format_that_is_named(
    agency: Callable[..., Run], form: str
) -> None:
    words = ("invoice", "export", "2026-11", "--each-client", "bills")
    done = agency(*words, "--format", form, now=LATER)
    assert done.code == 0
    assert {name.rpartition(".")[2] for name in names()} == {form, "sha256"}
    assert done.out.startswith("invoice\tnumber\tclient\t")
    (path, *_) = (path for path in Path("bills").iterdir() if path.suffix == f".{form}")
    path.write_text("mine")
    refused = agency(*words, "--format", form, now=LATER)
    assert (refused.code, "write over it:   --yes" in refused.err) == (3, True)
    assert agency(*words, "--format", form, "--yes", now=LATER).code == 0


def test_the_ending_of_a_name_says_which_books(agency: Callable[..., Run]) -> None:
    assert agency("invoice", "close", "2026-11", now=LATER).code == 0
    begins = {"a.beancount": "option", "a.hledger": "commodity", "a.journal": "commodity"}
    for name, begin in begins.items():
        assert agency(*EXPORT, "--output", name).code == 0
        assert Path(name).read_text().splitlines()[1].startswith(begin)
    piped = run_process("invoice", "export", "2026-11", "--format", "beancount")
    assert piped.stdout == Path("a.beancount").read_bytes()


def test_books_take_no_month_that_is_open(agency: Callable[..., Run]) -> None:
    done = agency(*EXPORT, "--format", "beancount", "--output", "a.beancount")
    assert (done.code, "not_closed" in done.err) == (3, True)
    assert not Path("a.beancount").exists()
