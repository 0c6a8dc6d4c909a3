"""The end of a month: what is closed, what is written, and that it may be done again."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.answers import Answer
from jpcli.domain.errors import BadInput, Refused
from jpcli.services.clients.edit import edit_client
from jpcli.services.invoices import close, settle
from jpcli.services.invoices.each_client import each_client
from jpcli.services.invoices.shares import Division
from jpcli.services.ledger.settings import set_one
from jpcli.services.licenses import assign, revoke
from jpcli.services.month_end.files import Wanted
from jpcli.services.month_end.month_end import month_end
from jpcli.services.sites import sites
from tests.reports.journal.tools import bean_check, hledger
from tests.services.agency import A, Agency, B, C, minor

JULY, AUGUST, SEPTEMBER = "2024-07-01T09:00:00Z", "2024-08-01T09:00:00Z", "2024-09-01T09:00:00Z"


@pytest.fixture
def bills(tmp_path: Path) -> Path:
    """A folder that is not there yet."""
    return tmp_path / "bills"


@pytest.fixture
def busy(agency: Agency) -> Agency:
    """July 2024: Ada has a site and a markup, Bob has one, one license is on none."""
    agency.do(set_one, "address", "1 Main Street", now=JULY)
    agency.do(set_one, "payment-note", "Pay to IBAN AT61 1904 3002 3457 3201", now=JULY)
    agency.do(set_one, "payment-terms-days", "14", now=JULY)
    keys = agency.issue("jetpack-scan", 3, now=JULY)
    agency.do(assign.assign, [keys[0]], A, "Ada", now=JULY)
    agency.do(assign.assign, [keys[1]], B, "Bob", now=JULY)
    details = {"address": "2 Side Road", "email": "a@a.example", "tax_id": "X1", "markup": "20"}
    agency.do(edit_client, "Ada", details, now=JULY)
    return agency


def end(
    agency: Agency,
    folder: Path,
    month: str | None = None,
    *,
    now: str = AUGUST,
    forms: tuple[str, ...] = ("html",),
    books: tuple[str, ...] = ("beancount", "hledger"),
    replaces: bool = False,
    **options: Any,
) -> Answer[Any]:
    wanted = Wanted(str(folder), forms, books, replaces)
    return agency.do(month_end, month, wanted, now=now, **options)


def contents(folder: Path) -> dict[str, bytes]:
    return {found.name: found.read_bytes() for found in folder.iterdir()}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_it_closes_and_writes_everything(busy: Agency, bills: Path) -> None:
    answer = end(busy, bills, forms=("html", "pdf", "csv"))
    data = answer.data
    assert (data["period"], data["invoice"]["number"]) == ("2024-07", "INV-2024-07")
    stems = ("INV-2024-07-00-no-client", "INV-2024-07-01-Ada", "INV-2024-07-02-Bob")
    names = [f"{stem}.{form}" for stem in stems for form in ("csv", "html", "pdf")]
    names += ["INV-2024-07-index.csv", "INV-2024-07-index.html"]
    names += ["INV-2024-07-journal.beancount", "INV-2024-07-journal.hledger"]
    assert data["files"] == [str(bills / name) for name in names]
    assert sorted(contents(bills)) == [*names, "jpcli-files.sha256"]
    # 31 days at $0.16 each; 20 % more are on the line of 3, of which Ada has a third.
    assert [
        (s["number"], s["client"], minor(s["cost"]), minor(s["billed"])) for s in data["statements"]
    ] == [
        ("INV-2024-07-01", "Ada", 496, 596),
        ("INV-2024-07-02", "Bob", 496, 496),
        ("INV-2024-07-00", None, 496, 0),
    ]
    codes = [note.code for note in answer.notes]
    assert codes == ["closed", "written", "no_address", "not_collected"]
    assert answer.failures == ()


def test_the_whole_bill_is_divided_once(
    busy: Agency, bills: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    divided: list[str | None] = []
    real = Division.of

    def of(division: Division, whose: Any, markup_e6: int | None) -> Any:
        divided.append("all" if whose is None else whose.client)
        return real(division, whose, markup_e6)

    monkeypatch.setattr(Division, "of", of)
    end(busy, bills)
    assert sorted(divided, key=str) == ["Ada", "Bob", None, "all"]


def test_a_statement_says_whom_it_is_for_and_how_to_pay(
    busy: Agency, bills: Path, tmp_path: Path
) -> None:
    head = end(busy, bills).data["invoice"]["head"]
    page = (bills / "INV-2024-07-01-Ada.html").read_text()
    for text in (
        "<h1>INV-2024-07-01</h1>",
        "1 Main Street",
        "2 Side Road",
        "X1",
        "August 15, 2024",
        "Pay to IBAN AT61 1904 3002 3457 3201",
        "$5.96",
        f"Ledger head {head}",
    ):
        assert text in page, text
    assert "20%" not in page
    nobody = (bills / "INV-2024-07-00-no-client.html").read_text()
    assert "<dt>Due</dt>" not in nobody


def test_again_it_is_the_same_bytes(busy: Agency, bills: Path, tmp_path: Path) -> None:
    end(busy, bills, forms=("html", "pdf", "csv"))
    before = contents(bills)
    again = end(busy, bills, forms=("html", "pdf", "csv"), now=SEPTEMBER, month="2024-07")
    assert contents(bills) == before
    assert again.notes[0].code == "unchanged"
    elsewhere = tmp_path / "else"
    end(busy, elsewhere, forms=("html", "pdf", "csv"), now=SEPTEMBER, month="2024-07")
    assert contents(elsewhere) == before


def test_i8_what_was_closed_does_not_change(busy: Agency, tmp_path: Path) -> None:
    end(busy, tmp_path / "one")
    busy.do(sites.add_client, "Aaron", now=AUGUST)
    busy.do(edit_client, "Ada", {"markup": "50", "address": "9 New Road"}, now=AUGUST)
    busy.do(edit_client, "Bob", {"markup": "50", "address": "8 New Road"}, now=AUGUST)
    for key, value in (("name", "Other"), ("address", "Moved"), ("payment-note", "Cash")):
        busy.do(set_one, key, value, now=AUGUST)
    busy.do(sites.move_site, B, "Aaron", now=AUGUST, at=JULY)
    end(busy, tmp_path / "two", "2024-07")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    # The next month has what is known by then.
    end(busy, tmp_path / "two", now=SEPTEMBER)
    page = (tmp_path / "two" / "INV-2024-08-01-Ada.html").read_text()
    assert all(text in page for text in ("9 New Road", "Moved", "Cash"))


def test_all_months_up_to_one_are_closed(busy: Agency, bills: Path) -> None:
    answer = end(busy, bills, "2024-07", now="2024-10-01T09:00:00Z")
    assert [item["number"] for item in answer.data["invoices"]] == ["INV-2024-07"]
    answer = end(busy, bills, now="2024-11-01T09:00:00Z")
    assert [i["number"] for i in answer.data["invoices"]] == [
        "INV-2024-08",
        "INV-2024-09",
        "INV-2024-10",
    ]
    assert answer.data["invoice"]["number"] == "INV-2024-10"
    assert (bills / "INV-2024-08-index.html").exists()


@pytest.mark.parametrize(
    ("month", "code"),
    [("2024-08", "month_not_over"), ("2024-06", "close_in_order"), ("2023-01", "close_in_order")],
)
def test_a_month_that_cant_be_closed_is_refused_and_nothing_is_written(
    busy: Agency, bills: Path, month: str, code: str
) -> None:
    before = busy.state()
    with pytest.raises(Refused) as error:
        end(busy, bills, month)
    assert error.value.code == code
    assert busy.state() == before
    assert not (bills).exists()


def test_nothing_to_bill_is_fine(agency: Agency, bills: Path) -> None:
    answer = end(agency, bills)
    assert (answer.data["period"], answer.data["invoice"], answer.data["files"]) == (
        "2024-07",
        None,
        [],
    )
    assert not (bills).exists()


@pytest.mark.parametrize("wrong", ["folder", "form"])
def test_what_cant_be_written_is_refused_before_anything_is_closed(
    busy: Agency, bills: Path, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = busy.state()
    folder = bills
    if wrong == "folder":
        folder.write_text("mine")
    else:
        import sys

        monkeypatch.setitem(sys.modules, "jpcli.reports.statement.pdf", None)
        monkeypatch.setattr("jpcli.reports.statement.documents._PDF_MODULES", {"jpcli"})
    with pytest.raises(BadInput):
        end(busy, folder, forms=("pdf",))
    assert busy.state() == before


def test_a_dry_run_says_what_would_be_written_and_writes_nothing(busy: Agency, bills: Path) -> None:
    before = busy.state()
    folder = bills
    july = end(busy, folder, "2024-07", now=SEPTEMBER, dry_run=True).data
    assert [invoice["period"] for invoice in july["invoices"]] == ["2024-07"]
    dry = end(busy, folder, now=SEPTEMBER, dry_run=True).data
    assert [invoice["period"] for invoice in dry["invoices"]] == ["2024-07", "2024-08"]
    assert dry["dry_run"] is True
    assert busy.state() == before
    assert not folder.exists()
    real = end(busy, folder, now=SEPTEMBER).data
    assert dry["files"] == real["files"]
    assert dry["statements"] == real["statements"]


def test_one_month_of_several_is_written_and_said_alone(busy: Agency, bills: Path) -> None:
    busy.do(close.close_due, now=SEPTEMBER)
    answer = end(busy, bills, "2024-07", now=SEPTEMBER)
    assert {each["invoice"] for each in answer.data["statements"]} == {"INV-2024-07"}
    waits = [note.subject for note in answer.notes if note.code == "not_collected"]
    assert waits == ["INV-2024-07"]


def test_a_payment_comes_into_the_books_of_its_month_when_those_are_written_again(
    busy: Agency, bills: Path
) -> None:
    """Nothing else is touched, and what was written is said; then all is as it was."""
    every = len(end(busy, bills).data["files"])
    before = contents(bills)
    busy.do(settle.mark_paid, "INV-2024-07", now=AUGUST)
    answer = end(busy, bills)
    (said,) = [note.message for note in answer.notes if note.code == "written"]
    assert said == f"Wrote 2 files to {bills}; {every - 2} others are as they were"
    changed = [name for name, found in contents(bills).items() if found != before.get(name)]
    books = [f"INV-2024-07-journal.{form}" for form in ("beancount", "hledger")]
    assert sorted(changed) == [*books, "jpcli-files.sha256"]
    assert not [note for note in answer.notes if note.code == "not_collected"]
    assert bean_check(bills / books[0]) == ""
    balance = hledger(bills / books[1], "balance", "--flat", "-N", "Liabilities", "Assets:Bank")
    assert "Assets:Bank" in balance
    assert "Liabilities" not in balance
    assert "unchanged" in [note.code for note in end(busy, bills).notes]


def test_the_same_key_again_gives_the_first_answer(
    busy: Agency, bills: Path, tmp_path: Path
) -> None:
    first = end(busy, bills, key="k")
    before = contents(bills)
    busy.do(settle.mark_paid, "INV-2024-07", now=AUGUST)
    again = end(busy, bills, key="k")
    assert again.data == first.data
    assert [note.code for note in again.notes][-1] == "repeated"
    assert contents(bills) == before
    with pytest.raises(Refused, match="another request"):
        end(busy, tmp_path / "else", key="k")


def test_what_was_not_all_done_is_gone_on_with_under_its_key(busy: Agency, bills: Path) -> None:
    """A dry run uses up no key either."""
    end(busy, bills, key="k", dry_run=True)
    bills.mkdir(exist_ok=True)
    foreign = bills / "INV-2024-07-02-Bob.html"
    foreign.write_text("mine")
    assert [error.code for error in end(busy, bills, key="k").failures] == ["file_exists"]
    foreign.unlink()
    answer = end(busy, bills, key="k")
    assert (answer.failures, "<h1>" in foreign.read_text()) == ((), True)
    foreign.unlink()
    assert end(busy, bills, key="k").data == answer.data  # done, and nothing is written any more
    assert not foreign.exists()


def test_changed_and_foreign_files_are_told_and_stay(busy: Agency, bills: Path) -> None:
    (bills).mkdir()
    (bills / "INV-2024-07-02-Bob.html").write_text("mine")
    answer = end(busy, bills)
    assert [(e.code, e.exit_code) for e in answer.failures] == [("file_exists", 3)]
    assert answer.data["problems"][0]["subject"] == str(bills / "INV-2024-07-02-Bob.html")
    assert (bills / "INV-2024-07-02-Bob.html").read_text() == "mine"
    assert answer.data["statements"][1]["files"] == []
    assert (bills / "INV-2024-07-index.html").exists()
    assert end(busy, bills, replaces=True).failures == ()
    assert "<h1>INV-2024-07-02</h1>" in (bills / "INV-2024-07-02-Bob.html").read_text()


def test_the_index_adds_up(busy: Agency, bills: Path) -> None:
    end(busy, bills)
    found = rows(bills / "INV-2024-07-index.csv")
    assert [row["number"] for row in found] == [
        "INV-2024-07-01",
        "INV-2024-07-02",
        "INV-2024-07-00",
    ]
    assert found[0] == {
        "invoice": "INV-2024-07",
        "month": "2024-07",
        "number": "INV-2024-07-01",
        "client": "Ada",
        "email": "a@a.example",
        "cost": "4.96",
        "billed": "5.96",
        "currency": "usd",
        "due": "2024-08-15",
        "files": "INV-2024-07-01-Ada.html",
    }
    page = (bills / "INV-2024-07-index.html").read_text()
    assert 'href="INV-2024-07-01-Ada.html"' in page
    assert "<td>$14.88</td><td>$10.92</td>" in page  # the invoice; what clients are billed


def test_names_of_clients_are_harmless_everywhere(busy: Agency, bills: Path) -> None:
    names = ["A/B", "A:B", "..", "=1+1", "<script>", "NUL", "ada", "京" * 60, 'q"\\;|']
    keys = busy.issue("jetpack-scan", len(names), now=JULY)
    for key, (number, name) in zip(keys, enumerate(names), strict=True):
        busy.do(assign.assign, [key], f"https://x{number}.example", name, now=JULY)
    answer = end(busy, bills, forms=("html", "pdf", "csv"))
    found = [Path(path).name for path in answer.data["files"]]
    assert len({name.lower() for name in found}) == len(found) == 12 * 3 + 4
    assert all(len(name.encode()) < 255 for name in found)
    assert rows(bills / "INV-2024-07-index.csv")[5]["client"] == "'=1+1"
    page = (bills / "INV-2024-07-index.html").read_text()
    assert "<script>" not in page
    assert bean_check(bills / "INV-2024-07-journal.beancount") == ""
    assert hledger(bills / "INV-2024-07-journal.hledger", "check", "--strict") == ""


def test_a_month_without_clients_and_one_without_licenses(agency: Agency, bills: Path) -> None:
    (key,) = agency.issue("jetpack-scan", 1, now=JULY)
    agency.do(revoke.revoke, [key], now="2024-07-02T09:00:00Z")
    answer = end(agency, bills, now=SEPTEMBER)
    assert answer.data["statements"][0]["client"] is None
    names = [Path(path).name for path in answer.data["files"]]
    assert [name for name in names if "2024-08" in name] == [
        "INV-2024-08-index.csv",
        "INV-2024-08-index.html",
        "INV-2024-08-journal.beancount",
        "INV-2024-08-journal.hledger",
    ]
    assert answer.data["invoice"]["status"] == "paid"
    assert "there is no statement" in (bills / "INV-2024-08-index.html").read_text()
    for path in (bills).glob("*.beancount"):
        assert bean_check(path) == ""
    for path in (bills).glob("*.hledger"):
        assert hledger(path, "check", "--strict") == ""


def test_corrections_of_one_month_are_one_posting_of_each_client(busy: Agency, bills: Path) -> None:
    """Two products of July, of the same client, with its markup of a fifth."""
    busy.issue("jetpack-ai", site=A, now=JULY)
    end(busy, bills)
    for product in ("jetpack-scan", "jetpack-ai"):
        busy.issue(product, site=A, now="2024-08-02T09:00:00Z", at="2024-07-22")
    end(busy, bills, now=SEPTEMBER)
    journal = (bills / "INV-2024-08-journal.hledger").read_text()
    lines = [line.split() for line in journal.splitlines() if "  Income:Licenses:Ada" in line]
    # 10 days at 16 and 27 cents; August has 31 of two of each, and the last cent of 23.81 for four.
    found = [(words[1], "correction" in words) for words in lines]
    assert found == [("-32.00", False), ("-5.16", True)]
    (row,) = [row for row in rows(bills / "INV-2024-08-index.csv") if row["client"] == "Ada"]
    assert row["billed"] == "37.16"


def test_a_month_that_was_voided_and_closed_again(
    busy: Agency, bills: Path, tmp_path: Path
) -> None:
    end(busy, bills)
    busy.do(settle.void, "INV-2024-07", now=AUGUST)
    answer = end(busy, bills)
    assert answer.data["invoice"]["number"] == "INV-2024-07-2"
    assert (bills / "INV-2024-07-2-01-Ada.html").exists()
    # What lies there of the void one says so, and its books are taken back.
    page = (bills / "INV-2024-07-01-Ada.html").read_text()
    assert "Void. This invoice is not to be paid" in page
    assert "Void." in (bills / "INV-2024-07-index.html").read_text()
    balance = hledger(bills / "INV-2024-07-journal.hledger", "balance", "--flat", "-N", "-E")
    assert all(line.split()[0] == "0" for line in balance.splitlines())
    fresh = tmp_path / "else"
    end(busy, fresh)
    assert not (fresh / "INV-2024-07-index.html").exists()


def test_a_correction_and_the_credit_that_it_leaves(busy: Agency, bills: Path) -> None:
    end(busy, bills)
    # All three were gone since July 2: August is over nothing, and July was billed too much.
    with busy.desk() as desk:
        keys = [row[0] for row in desk.ledger.rows("SELECT license_key FROM licenses")]
    busy.do(revoke.revoke, keys, now=AUGUST, at="2024-07-02T09:00:00Z")
    answer = end(busy, bills, now=SEPTEMBER)
    assert minor(answer.data["invoice"]["total"]) == 0
    billed = {s["client"]: minor(s["billed"]) for s in answer.data["statements"]}
    assert billed["Ada"] < billed["Bob"] < 0
    journal = bills / "INV-2024-08-journal.hledger"
    assert hledger(journal, "check", "--strict") == ""
    assert bean_check(bills / "INV-2024-08-journal.beancount") == ""
    credit = hledger(journal, "balance", "Jetpack-Credit", "-N").split()[0]
    assert credit == "13.92"  # 3 x 29 days at $0.16
    assert "Liabilities" not in journal.read_text()


def test_no_statement_is_written_where_one_of_the_forms_cant_be(
    busy: Agency, bills: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "jpcli.reports.statement.pdf", None)
    monkeypatch.setattr("jpcli.reports.statement.documents._PDF_MODULES", {"jpcli"})
    with pytest.raises(BadInput) as caught, busy.desk(writes=False, now=JULY) as desk:
        each_client(desk, "2024-07", str(bills), ("html", "pdf"))
    assert caught.value.code == "missing_extra"
    assert not bills.exists()


def test_each_clients_statement_without_the_rest(busy: Agency, bills: Path, tmp_path: Path) -> None:
    def write(month: str, now: str, **options: Any) -> Answer[Any]:
        with busy.desk(writes=False, now=now) as desk:
            return each_client(desk, month, str(bills), ("html", "csv"), **options)

    preview = write("2024-07", JULY)
    assert preview.data["number"] is None
    assert [Path(path).name for path in preview.data["files"]] == [
        f"2024-07-preview-0{place}-{name}.{form}"
        for place, name in enumerate(("no-client", "Ada", "Bob"))
        for form in ("csv", "html")
    ]
    assert "Preview, not an invoice" in (bills / "2024-07-preview-01-Ada.html").read_text()
    end(busy, tmp_path / "else")
    closed = write("2024-07", AUGUST, markup="0")
    assert [minor(s["billed"]) for s in closed.data["statements"]] == [496, 496, 0]
    found = rows(bills / "INV-2024-07-01-Ada.csv")
    assert [(row["number"], row["client"], row["amount"], row["due"]) for row in found] == [
        ("INV-2024-07-01", "Ada", "4.96", "2024-08-15")
    ]
    assert C not in str(found)
