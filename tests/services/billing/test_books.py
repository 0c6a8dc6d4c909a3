"""Where the books begin (I7): days before it are shown, marked as settled, and never billed."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.answers import Answer
from jpcli.domain.errors import BadInput, JpcliError, Refused
from jpcli.domain.plan_terms import Present, Wanted
from jpcli.domain.planner import make_plan
from jpcli.ledger.queries.licenses import LicenseFilter
from jpcli.services.audit import bill as audit_bill
from jpcli.services.billing.preview import preview
from jpcli.services.invoices import close, explain, invoices, settle, statement
from jpcli.services.invoices.diff import diff
from jpcli.services.ledger import settings, upkeep
from jpcli.services.licenses import assign, licenses
from jpcli.services.plan.cost import planned_bill
from jpcli.services.status import status
from tests.services.agency import Agency, codes, minor

MAY, JUNE_10, JULY_2 = "2024-05-10T00:00:00Z", "2024-06-10T12:00:00Z", "2024-07-02T12:00:00Z"
DATA = Path(__file__).parents[2] / "data"
OLD = {
    "license_key": "jetpack-scan_old",
    "product": "jetpack-scan",
    "issued_at": "2024-03-15T00:00:00Z",
    "assignments": [],
}


def with_history(folder: Path, **options: Any) -> Agency:
    """A ledger made on June 10 into which a license of March was imported."""
    agency = Agency(folder / "ledger.db", JUNE_10).init(now=JUNE_10, **options)
    agency.card()
    source = folder / "history.ndjson"
    source.write_text(json.dumps(OLD) + "\n", encoding="utf-8")
    agency.import_file(source)
    return agency


@pytest.fixture
def old(tmp_path: Path) -> Agency:
    return with_history(tmp_path)


def note_of(answer: Answer[Any]) -> str:
    (note,) = [note for note in answer.notes if note.code == "settled_elsewhere"]
    return f"{note.message} | {note.hint}"


# --- which month ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "now", "month"),
    [
        ("UTC", "2024-06-01T00:00:00Z", "2024-06"),
        ("UTC", "2024-05-31T23:59:59Z", "2024-05"),
        ("Pacific/Auckland", "2024-05-31T23:59:59Z", "2024-06"),
        ("America/Los_Angeles", "2024-06-01T03:00:00Z", "2024-05"),
        ("Pacific/Apia", "2011-12-31T12:00:00Z", "2012-01"),
    ],
)
def test_by_default_the_month_it_is_in_its_zone(
    tmp_path: Path, zone: str, now: str, month: str
) -> None:
    agency = Agency(tmp_path / "ledger.db", now).init(zone=zone, now=now)
    assert agency.ask(settings.show)["settings"]["bill_from"] == month


@pytest.mark.parametrize("month", ["2024", "2024-13", "2024-00", "1969-12", "2200-01", "", "may"])
def test_a_month_that_is_none_makes_no_ledger(tmp_path: Path, month: str) -> None:
    with pytest.raises(BadInput) as caught:
        Agency(tmp_path / "ledger.db").init(bill_from=month)
    assert caught.value.code == "bad_month"
    assert not (tmp_path / "ledger.db").exists()


@pytest.mark.parametrize(
    ("bill_from", "first"),
    [
        ("2024-01", "2024-03"),  # the first active day is later
        ("2024-03", "2024-03"),
        ("2024-05", "2024-05"),
        (None, None),  # June, which is not over
        ("2024-09", None),
    ],
)
def test_the_first_month_to_close_is_the_later_of_both(
    tmp_path: Path, bill_from: str | None, first: str | None
) -> None:
    agency = with_history(tmp_path, bill_from=bill_from)
    waiting = agency.ask(status)["waiting"]
    assert (waiting[0] if waiting else None) == first
    steps = [step["command"] for step in agency.ask(status)["next"]]
    assert ("jpcli invoice close --due" in steps) == (first is not None)
    closed = agency.do(close.close_due).data["invoices"]
    assert (closed[0]["period"] if closed else None) == first


@pytest.mark.parametrize("month", ["2024-02", "2024-03", "2024-05"])
def test_an_earlier_month_is_refused(old: Agency, month: str) -> None:
    before = old.state()
    with pytest.raises(Refused) as caught:
        old.do(close.close, month)
    assert (caught.value.code, caught.value.exit_code) == ("settled_elsewhere", 3)
    assert caught.value.hint == f"To bill from {month} on:   jpcli settings set bill-from {month}"
    assert old.state() == before


def test_with_an_invoice_no_other_month_is_advised(old: Agency) -> None:
    old.do(close.close, "2024-06", now=JULY_2)
    with pytest.raises(Refused) as caught:
        old.do(close.close, "2024-05", now=JULY_2)
    assert caught.value.hint == "See its days:   jpcli invoice preview 2024-05"


# --- a ledger from before the rule ----------------------------------------------------------------


@pytest.mark.file("a file of the first schema")
def test_an_older_ledger_begins_with_its_first_active_day(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(gzip.decompress((DATA / "ledger-1-offline.db.gz").read_bytes()))
    agency = Agency(path, "2024-10-15T12:00:00Z")
    assert agency.ask(settings.show)["settings"]["bill_from"] == "2024-05"
    assert agency.ask(status)["waiting"] == ["2024-08", "2024-09"]
    assert agency.preview("2024-05")["settled_elsewhere"] is False
    with pytest.raises(Refused):
        agency.do(settings.set_one, "bill-from", "2024-09")


def test_an_older_ledger_that_is_empty_has_no_first_month_yet(tmp_path: Path) -> None:
    agency = Agency(tmp_path / "ledger.db", JUNE_10).init()
    agency.sql("DELETE FROM meta WHERE key = 'bill_from'")
    assert agency.ask(settings.show)["settings"]["bill_from"] is None
    assert agency.do(close.close_due).data["invoices"] == []
    agency.card(now=MAY)
    agency.issue("jetpack-scan", at="2024-04-20")
    assert agency.ask(settings.show)["settings"]["bill_from"] == "2024-04"
    agency.do(settings.set_one, "bill-from", "2024-04")  # says so for good
    agency.issue("jetpack-scan", at="2024-02-20")
    assert agency.ask(status)["waiting"] == ["2024-04", "2024-05"]


# --- what is shown --------------------------------------------------------------------------------

SHOWN: dict[str, Callable[[Agency], dict[str, Any]]] = {
    "preview": lambda agency: agency.preview("2024-05"),
    "preview --by": lambda agency: agency.preview("2024-05", by="license"),
    "explain": lambda agency: agency.ask(explain.explain, "2024-05"),
    "timeline": lambda agency: agency.ask(licenses.timeline, LicenseFilter(), "2024-05"),
}


@pytest.mark.parametrize("what", SHOWN)
def test_days_before_are_shown_and_marked(old: Agency, what: str) -> None:
    data = SHOWN[what](old)
    assert data["settled_elsewhere"] is True
    assert data.get("lines") or data.get("licenses")
    old.do(settings.set_one, "bill-from", "2024-05")
    assert SHOWN[what](old)["settled_elsewhere"] is False


@pytest.mark.parametrize("road", [explain.stretch_rows, explain.license_rows])
def test_every_row_of_an_explanation_says_so(old: Agency, road: Callable[..., Answer[Any]]) -> None:
    """A table has the month's own facts nowhere but in its rows."""

    def said() -> set[Any]:
        with old.desk(writes=False) as desk:
            rows = road(desk, "2024-05").data["licenses"]
            return {
                dict(zip(rows.columns, row, strict=True))["settled_elsewhere"] for row in rows.rows
            }

    assert said() == {True}
    old.do(settings.set_one, "bill-from", "2024-05")
    assert said() == {False}


def test_an_earlier_month_costs_what_it_did(old: Agency) -> None:
    assert minor(old.preview("2024-05")["total"]) == 31 * 16
    assert minor(old.preview("2024-03")["total"]) == 17 * 16
    assert minor(old.preview("2024-06")["total"]) == 30 * 16


def test_the_days_of_a_license_say_how_many_are_history(old: Agency) -> None:
    (found,) = old.ask(licenses.show, ["jetpack-scan_old"])["licenses"]
    assert [span["days_settled_elsewhere"] for span in found["spans"]] == [17 + 30 + 31]
    new = old.issue_one()
    (found,) = old.ask(licenses.show, [new])["licenses"]
    assert [span["days_settled_elsewhere"] for span in found["spans"]] == [0]


def test_comparisons_forecasts_and_plans_know_it(old: Agency) -> None:
    found = old.ask(diff, "2024-05", "2024-06")
    assert (found["from_settled_elsewhere"], found["to_settled_elsewhere"]) == (True, False)
    months = old.preview("2024-05", months=3)["months"]
    assert [month["settled_elsewhere"] for month in months] == [True, False, False]
    nothing = make_plan(Wanted({}, {}), Present((), {})).steps
    with old.desk() as desk:
        bill = planned_bill(desk, nothing, desk.now_at, desk.now_at)
        assert bill["month"]["settled_elsewhere"] is False
    old.do(settings.set_one, "bill-from", "2024-07")
    with old.desk() as desk:
        bill = planned_bill(desk, nothing, desk.now_at, desk.now_at)
        assert [bill[name]["settled_elsewhere"] for name in ("month", "full_month")] == [
            True,
            False,
        ]
    assert old.ask(status)["bill"]["settled_elsewhere"] is True


def test_statements_of_earlier_months_are_no_invoices(old: Agency) -> None:
    with old.desk(writes=False) as desk:
        made, answer = statement.export(desk, "2024-05")
        assert made.settled_elsewhere
        assert answer.data["invoice"]["settled_elsewhere"] is True
        assert codes(answer) == ["settled_elsewhere"]
        made, answer = statement.export(desk, "2024-06")
        assert not made.settled_elsewhere
        assert codes(answer) == []


def test_the_audit_names_the_month_before_as_settled(old: Agency) -> None:
    with old.desk(writes=False) as desk:
        bills = audit_bill.bills_of(desk)
        check = audit_bill._growth(desk, bills, 10_000)
    assert "in 2024-05 (settled elsewhere)" in check.message
    assert "2024-06 comes to" in check.message


# --- what is said ---------------------------------------------------------------------------------


def test_importing_says_how_many_days_are_history(tmp_path: Path) -> None:
    agency = Agency(tmp_path / "ledger.db", JUNE_10).init(now=JUNE_10)
    source = tmp_path / "history.ndjson"
    new = {**OLD, "license_key": "jetpack-scan_new", "issued_at": "2024-06-01T00:00:00Z"}
    source.write_text(f"{json.dumps(OLD)}\n{json.dumps(new)}\n", encoding="utf-8")
    answer = agency.import_file(source, dry_run=True)
    again = agency.import_file(source)
    for told in (answer, again):
        assert told.data["settled_elsewhere"] == {
            "licenses": 1,
            "first_day": "2024-03-15",
            "last_day": "2024-05-31",
            "days": 78,
        }
        assert "the 78 days from 2024-03-15 to 2024-05-31 were settled elsewhere" in note_of(told)
        assert "jpcli settings set bill-from 2024-03" in note_of(told)
    unchanged = agency.import_file(source)
    assert unchanged.data["settled_elsewhere"] is None
    assert codes(unchanged) == ["imported"]


BACK: dict[str, Callable[[Agency, str], Answer[Any]]] = {
    "revoke": lambda agency, at: agency.revoke("jetpack-scan_old", at=at),
    "assign": lambda agency, at: agency.assign("jetpack-scan_old", "https://a.example", at=at),
    "price": lambda agency, at: agency.set_price("jetpack-scan", "0.40", at[:10]),
    "issue": lambda agency, at: agency.do(_issue, at=at),
}


def _issue(desk: Any) -> Answer[Any]:
    from jpcli.services.licenses import issue

    return issue.issue(desk, "jetpack-scan", 1)


@pytest.mark.parametrize("what", BACK)
@pytest.mark.parametrize("dry_run", [False, True])
def test_back_dating_before_the_books_says_so(old: Agency, what: str, dry_run: bool) -> None:
    old.dry_run = dry_run
    told = note_of(BACK[what](old, "2024-05-20T00:00:00Z"))
    assert told.startswith("Days before 2024-06-01 were settled elsewhere")


@pytest.mark.parametrize("what", BACK)
def test_a_change_within_the_books_says_nothing(old: Agency, what: str) -> None:
    answer = BACK[what](old, "2024-06-02T00:00:00Z")
    assert "settled_elsewhere" not in codes(answer)


@pytest.mark.parametrize("what", BACK)
def test_what_is_dated_before_the_books_is_never_adjusted(old: Agency, what: str) -> None:
    old.do(close.close, "2024-06", now=JULY_2)
    first = old.ask(invoices.list_invoices)["invoices"][0]
    old.do(settle.mark_paid, first["number"], now=JULY_2)
    before = old.preview("2024-06")["total"]
    old.now = JULY_2
    answer = BACK[what](old, "2024-05-20T00:00:00Z")
    assert "settled_elsewhere" in codes(answer)
    assert old.preview("2024-06")["total"] == before
    lines = old.preview("2024-07")["lines"]
    corrected = {line["period"] for line in lines if line["kind"] == "adjustment"}
    assert corrected <= {"2024-06"}
    assert old.problems() == []


# --- settings -------------------------------------------------------------------------------------


def test_settings_show_has_the_shape_of_the_contract(old: Agency) -> None:
    assert old.ask(settings.show) == {
        "settings": {
            "name": "Agency",
            "address": None,
            "tax_id": None,
            "payment_note": None,
            "currency": "usd",
            "time_zone": "UTC",
            "zone_data": None,
            "bill_from": "2024-06",
            "payment_terms_days": 0,
            "payments": "offline",
            "collect": None,
            "licensing": "none",
        }
    }


@pytest.mark.parametrize(
    ("key", "value", "name", "expected"),
    [
        ("bill-from", "2024-05", "bill_from", "2024-05"),
        ("bill_from", "2024-12", "bill_from", "2024-12"),
        ("name", "  Acme  ", "name", "Acme"),
        ("payment-terms-days", "014", "payment_terms_days", 14),
    ],
)
def test_a_setting_changes_once(
    old: Agency, key: str, value: str, name: str, expected: object
) -> None:
    before = old.state()
    tried = old.do(settings.set_one, key, value, dry_run=True)
    assert tried.data["settings"][name] == expected
    assert old.state() == before
    changed = old.do(settings.set_one, key, value, key="once")
    assert "setting_changed" in codes(changed)
    assert old.ask(settings.show)["settings"][name] == expected
    assert old.state().events == before.events + 2  # the change, and its answer
    assert codes(old.do(settings.set_one, key, value, key="once"))[-1] == "repeated"
    again = old.do(settings.set_one, key, value)
    assert codes(again) == ["unchanged"]
    assert old.state().events == before.events + 2
    assert old.problems() == []


BAD = [
    ("bill-from", "2024-13", "bad_month", 2),
    ("bill-from", "2024-06-01", "bad_month", 2),
    ("name", " ", "bad_name", 2),
    ("name", "a\x1b[31m", "bad_name", 2),
    ("payment-terms-days", "-1", "bad_payment_terms", 2),
    ("payment-terms-days", "366", "bad_payment_terms", 2),
    ("payment-terms-days", "1.5", "bad_payment_terms", 2),
    ("payment-terms-days", "\u0663", "bad_payment_terms", 2),
    ("time-zone", "Europe/Berlin", "fixed_setting", 2),
    ("currency", "eur", "fixed_setting", 2),
    ("colour", "red", "unknown_setting", 2),
    ("ledger_id", "x", "unknown_setting", 2),
]


@pytest.mark.parametrize(("key", "value", "code", "exit_code"), BAD)
def test_a_bad_setting_is_refused(
    old: Agency, key: str, value: str, code: str, exit_code: int
) -> None:
    before = old.state()
    with pytest.raises(JpcliError) as caught:
        old.do(settings.set_one, key, value)
    assert (caught.value.code, caught.value.exit_code) == (code, exit_code)
    assert old.state() == before


@pytest.mark.parametrize("live", ["open", "paid", "void"])
def test_the_books_move_only_while_no_invoice_counts(old: Agency, live: str) -> None:
    number = old.do(close.close, "2024-06", now=JULY_2).data["invoice"]["number"]
    if live == "paid":
        old.do(settle.mark_paid, number, now=JULY_2)
    if live == "void":
        old.do(settle.void, number, now=JULY_2)
        old.do(settings.set_one, "bill-from", "2024-07", now=JULY_2)
        assert old.do(close.close_due, now=JULY_2).data["invoices"] == []
        return
    before = old.state()
    for month in ("2024-05", "2024-07"):
        with pytest.raises(Refused) as caught:
            old.do(settings.set_one, "bill-from", month, now=JULY_2)
        assert (caught.value.code, caught.value.subject) == ("books_in_use", number)
    assert old.state() == before
    assert codes(old.do(settings.set_one, "bill-from", "2024-06", now=JULY_2)) == ["unchanged"]


def test_a_hand_that_moves_the_books_is_found(old: Agency) -> None:
    old.do(settings.set_one, "bill-from", "2024-05")
    assert old.problems() == []
    old.sql("UPDATE meta SET value = '2024-01' WHERE key = 'bill_from'")
    assert {code for code, _ in old.problems()} == {"state_differs"}


def test_terms_count_from_the_next_closing_on(old: Agency) -> None:
    old.do(settings.set_one, "bill-from", "2024-04")
    first = old.do(close.close, "2024-04").data["invoice"]
    old.do(settings.set_one, "payment-terms-days", "10")
    second = old.do(close.close, "2024-05").data["invoice"]
    assert (first["due_date"], second["due_date"]) == ("2024-06-10", "2024-06-20")
    assert old.ask(invoices.show, first["number"])["invoice"]["due_date"] == "2024-06-10"


# --- there and back -------------------------------------------------------------------------------


def test_an_export_is_history_to_a_ledger_made_later(old: Agency, tmp_path: Path) -> None:
    old.do(assign.assign, ["jetpack-scan_old"], "https://a.example", at="2024-06-02")
    rows = old.ask(upkeep.export)["licenses"]
    source = tmp_path / "export.ndjson"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    other = Agency(tmp_path / "other.db", JULY_2).init(now=JULY_2)
    told = other.import_file(source)
    assert "jpcli settings set bill-from 2024-03" in note_of(told)
    assert other.do(close.close_due).data["invoices"] == []
    assert other.preview("2024-06")["lines"] == old.preview("2024-06", now=JULY_2)["lines"]
    other.do(settings.set_one, "bill-from", "2024-06")
    (closed,) = other.do(close.close_due).data["invoices"]
    assert closed["total"] == old.do(close.close_due, now=JULY_2).data["invoice"]["total"]
    assert other.ask(preview, "2024-03")["settled_elsewhere"] is True
