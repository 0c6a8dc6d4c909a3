"""The end of a month at Stripe: what is collected, declined or out of reach, and its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.answers import Answer
from jpcli.domain.errors import AuthProblem, worst
from jpcli.services.collection.stripe import collector
from jpcli.services.invoices import invoices
from jpcli.services.month_end.files import Wanted
from jpcli.services.month_end.month_end import month_end
from tests.reports.journal.tools import hledger
from tests.services.agency import Agency, minor
from tests.services.collection.conftest import Shop

pytestmark = pytest.mark.once

AUGUST_2 = "2024-08-02T09:00:00Z"
TOTAL = 512 + 800


def end(shop: Shop, folder: Path, month: str | None = None, **options: Any) -> Answer[Any]:
    wanted = Wanted(str(folder), ("html",), ("hledger",))
    return Agency.do(shop, month_end, month, wanted, **options)


def contents(folder: Path) -> dict[str, bytes]:
    return {found.name: found.read_bytes() for found in folder.iterdir()}


def payable(folder: Path, number: str) -> str:
    found = hledger(folder / f"{number}-journal.hledger", "balance", "Liabilities", "-N", "-E")
    return found.split()[0]


def statuses(shop: Shop) -> list[str]:
    return [i["status"] for i in shop.ask(invoices.list_invoices)["invoices"]]


def test_it_charges_the_card_and_the_journal_has_the_payment(shop: Shop, tmp_path: Path) -> None:
    shop.attach()
    answer = end(shop, tmp_path / "bills")
    assert (answer.data["invoice"]["status"], answer.failures) == ("paid", ())
    assert minor(answer.data["invoice"]["collected"]) == TOTAL
    assert "Bank" in (tmp_path / "bills" / "INV-2024-06-journal.hledger").read_text()
    assert payable(tmp_path / "bills", "INV-2024-06") == "0"
    before, posts = contents(tmp_path / "bills"), shop.posts()
    again = end(shop, tmp_path / "bills")
    assert (contents(tmp_path / "bills"), shop.posts()) == (before, posts)
    assert again.data["files"] == answer.data["files"]


def test_declined_is_exit_5_and_everything_is_written(shop: Shop, tmp_path: Path) -> None:
    shop.attach("pm_card_chargeCustomerFail")
    answer = end(shop, tmp_path / "bills")
    assert worst(answer.failures).exit_code == 5
    assert [problem["subject"] for problem in answer.data["problems"]] == ["INV-2024-06"]
    assert answer.data["invoice"]["status"] == "open"
    assert len(answer.data["files"]) == 4
    assert all(Path(path).exists() for path in answer.data["files"])
    assert payable(tmp_path / "bills", "INV-2024-06") == "-13.12"
    # Another card, another run: the same files, but for the payment in the books.
    before = contents(tmp_path / "bills")
    shop.attach(primary=True)
    assert end(shop, tmp_path / "bills").failures == ()
    after = contents(tmp_path / "bills")
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"INV-2024-06-journal.hledger", "jpcli-files.sha256"}
    assert payable(tmp_path / "bills", "INV-2024-06") == "0"


def test_what_goes_back_is_in_the_books(shop: Shop, tmp_path: Path) -> None:
    shop.attach()
    end(shop, tmp_path / "bills")
    there = shop.ask(invoices.show, "2024-06")["invoice"]["stripe_invoice_id"]
    shop.double.credit_note(there, 400, refunds=300)
    shop.double.dispute(there, amount=500)
    Agency.do(shop, collector.sync)
    end(shop, tmp_path / "bills")
    found = hledger(tmp_path / "bills" / "INV-2024-06-journal.hledger", "balance", "-N", "--flat")
    balances = {line.split()[2]: line.split()[0] for line in found.splitlines()}
    assert balances["Expenses:Jetpack:Refunds"] == "-3.00"
    assert balances["Expenses:Jetpack:Credit-Notes"] == "-1.00"
    assert balances["Assets:Bank"] == "-5.12"  # 13.12 less 3.00 and 5.00
    assert balances["Liabilities:Jetpack"] == "-4.00"  # 5.00 disputed, less 1.00 credited


def test_without_a_card_it_says_what_waits(shop: Shop, tmp_path: Path) -> None:
    answer = end(shop, tmp_path / "bills")
    assert [error.code for error in answer.failures] == ["no_card"]
    assert (tmp_path / "bills" / "INV-2024-06-index.html").exists()
    assert [note.code for note in answer.notes if note.subject == "INV-2024-06"] == ["closed"]


def test_months_after_the_one_that_is_named_wait(shop: Shop, tmp_path: Path) -> None:
    shop.attach()
    shop.now = "2024-09-02T09:00:00Z"
    answer = end(shop, tmp_path / "bills", "2024-07")
    assert [i["number"] for i in answer.data["invoices"]] == ["INV-2024-06", "INV-2024-07"]
    assert statuses(shop) == ["paid", "paid"]
    assert not list((tmp_path / "bills").glob("INV-2024-08*"))


def test_a_closed_month_is_written_also_where_stripe_lets_nobody_in(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    end(shop, tmp_path / "bills")  # no card: it stays open
    monkeypatch.setenv("STRIPE_API_KEY", "sk_test_wrong")
    answer = end(shop, tmp_path / "else")
    assert [type(error) for error in answer.failures] == [AuthProblem]
    assert contents(tmp_path / "else") == contents(tmp_path / "bills")
    # What is not closed is not closed without a word of Stripe's.
    shop.now = AUGUST_2
    with pytest.raises(AuthProblem):
        end(shop, tmp_path / "july")
    assert not list((tmp_path / "july").glob("INV*"))


def test_a_dry_run_asks_stripe_nothing(shop: Shop, tmp_path: Path) -> None:
    shop.attach()
    before = len(shop.double.requests())
    answer = end(shop, tmp_path / "bills", dry_run=True)
    assert len(shop.double.requests()) == before
    assert [Path(path).name for path in answer.data["files"]] == [
        "INV-2024-06-00-no-client.html",
        "INV-2024-06-index.csv",
        "INV-2024-06-index.html",
        "INV-2024-06-journal.hledger",
    ]
    assert not (tmp_path / "bills").exists()
