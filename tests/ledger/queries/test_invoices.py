"""What was closed when: at every event, as if none had come after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from jpcli.domain.calendar import OPEN_DAY
from jpcli.domain.events import LATEST_SEQ
from jpcli.domain.instants import parse_date
from jpcli.ledger.queries import audit, invoice_lines, invoices
from jpcli.services.invoices.close import close
from jpcli.services.invoices.settle import mark_paid, void
from tests.services.agency import Agency

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jpcli.ledger.database.connection import Ledger

MAY, JUNE, JULY, AUGUST = "2024-05", "2024-06", "2024-07", "2024-08"


class Closed(NamedTuple):
    """One invoice as the events tell it; `voided` is the number of the event that did it."""

    seq: int
    period: str
    number: str
    at: int
    voided: int | None
    voided_at: int | None


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Agency:
    """May is paid; June was voided and closed again; July gives credit; August is not closed."""
    agency = Agency(tmp_path_factory.mktemp("books") / "ledger.db").init(payment_terms_days=10)
    agency.card()
    first, second = agency.issue("jetpack-scan", 2, at="2024-05-10")
    agency.do(close, MAY, now="2024-06-02T12:00:00Z")
    agency.do(mark_paid, "INV-2024-05", now="2024-06-03T12:00:00Z")
    agency.do(close, JUNE, now="2024-07-02T12:00:00Z")
    agency.do(void, "INV-2024-06", now="2024-07-03T12:00:00Z")
    agency.do(close, JUNE, now="2024-07-04T12:00:00Z")
    # Nearly nothing was used after all, which was billed for two months.
    agency.revoke(first, at="2024-05-10", now="2024-07-20T12:00:00Z")
    agency.revoke(second, at="2024-05-11", now="2024-07-20T12:00:00Z")
    agency.do(close, JULY, now="2024-08-02T12:00:00Z")
    assert agency.check()["ok"]
    return agency


@pytest.fixture
def ledger(books: Agency) -> Iterator[Ledger]:
    with books.desk(writes=False) as desk:
        yield desk.ledger


def told(ledger: Ledger) -> list[Closed]:
    """Every closing, from the events alone."""
    found: list[Closed] = []
    for seq, kind, subject, at in ledger.all(
        "SELECT seq, kind, subject, at FROM events WHERE kind LIKE 'invoice.%' ORDER BY seq"
    ):
        if kind == "invoice.closed":
            found.append(Closed(seq, subject[4:11], subject, at, None, None))
        elif kind == "invoice.voided":
            found = [
                item._replace(voided=seq, voided_at=at) if item.number == subject else item
                for item in found
            ]
    return found


def live(found: list[Closed], seq: int) -> list[Closed]:
    return [
        item for item in found if item.seq < seq and (item.voided is None or item.voided >= seq)
    ]


def test_the_books_have_all_that_is_asked_about(ledger: Ledger) -> None:
    found = told(ledger)
    assert [item.period for item in found] == [MAY, JUNE, JUNE, JULY]
    assert [item.voided is not None for item in found] == [False, True, False, False]
    assert [item.number for item in invoices.invoices(ledger, newest_first=False)] == [
        item.number for item in found
    ]
    assert invoices.invoices(ledger, limit=1)[0].number == found[-1].number
    for item in found:
        known = invoices.by_number(ledger, item.number)
        assert known is not None
        assert (known.id, known.period) == (item.seq, item.period)
        assert (known.status == "void") is (item.voided is not None)
    assert invoices.by_number(ledger, "INV-2024-0_") is None
    assert [invoices.count_of_period(ledger, month) for month in (MAY, JUNE, JULY, AUGUST)] == [
        1,
        2,
        1,
        0,
    ]


def test_i8_what_was_closed_before_any_event(ledger: Ledger) -> None:
    found = told(ledger)
    (last,) = ledger.one("SELECT MAX(seq) FROM events") or (0,)
    for seq in (*range(last + 2), LATEST_SEQ):
        standing = live(found, seq)
        by_period = {item.period: item.seq for item in standing}
        for month in (MAY, JUNE, JULY, AUGUST):
            invoice = invoices.of_period(ledger, month, seq)
            assert (None if invoice is None else invoice.id) == by_period.get(month)
            lines = invoice_lines.lines_about(ledger, month, seq)
            assert [(about.id, line) for about, _, line in lines] == [
                (item.seq, line)
                for item in standing
                for line in invoice_lines.lines_of(ledger, item.seq)
                if line.period == month
                or (item.period == month and line.kind in ("license", "bundle"))
            ]
            places = [(about.id, position) for about, position, _ in lines]
            assert places == sorted(set(places))
        assert invoices.closed_periods(ledger, seq) == set(by_period)
        assert invoices.settled_before(ledger, seq) == max(by_period.values(), default=0)
        assert invoices.any_invoice(ledger, seq) == any(item.seq < seq for item in found)
        credit = sum(
            line.amount_minor
            for item in standing
            for line in invoice_lines.lines_of(ledger, item.seq)
            if line.kind == "credit"
        )
        assert invoices.credit_minor(ledger, seq) == credit
        for day in ("2024-05-01", "2024-06-30", "2024-07-01", "2024-08-01"):
            number = ledger.calendar.day_of_date(parse_date(day))
            reaching = [invoice.id for invoice in invoices.closed_reaching(ledger, number, seq)]
            expected_ids = sorted((m, i) for m, i in by_period.items() if m >= day[:7])
            assert reaching == [i for _, i in expected_ids]
    assert invoices.credit_minor(ledger) > 0


def test_i8_how_the_invoices_stood_at_an_instant(ledger: Ledger) -> None:
    """What is closed or voided at that very instant is."""
    found = told(ledger)
    moments = [(item.at, item.seq) for item in found]
    moments += [(item.voided_at or 0, item.voided) for item in found if item.voided is not None]
    for at, _ in [*moments, (0, 0), (2**60, 0)]:
        for moment in (at - 1, at, at + 1):
            later = [seq for when, seq in moments if when > moment]
            expected = min(later, default=LATEST_SEQ)
            assert invoices.standing_at(ledger, moment) == expected


def test_i4_what_is_open_and_what_is_past_due(ledger: Ledger) -> None:
    """Paid, void and nothing to pay is not; the due day itself is not past due."""
    (june,) = invoices.unpaid(ledger)
    assert june.number == told(ledger)[2].number
    assert june.total_minor > 0
    assert june.due_day == ledger.calendar.day_of_date(parse_date("2024-07-14"))
    assert invoices.past_due(ledger, june.due_day) == []
    assert invoices.past_due(ledger, june.due_day + 1) == [june]
    assert audit.any_open_invoice(ledger)
    of_july = invoices.of_period(ledger, JULY)
    assert of_july is not None
    assert of_july.total_minor == 0


def test_an_empty_ledger_has_no_invoices(tmp_path: Path) -> None:
    with Agency(tmp_path / "ledger.db").init(prices=None).desk(writes=False) as desk:
        empty = desk.ledger
        assert invoices.invoices(empty) == invoices.unpaid(empty) == []
        assert invoices.of_period(empty, MAY) is None
        assert invoices.by_number(empty, "") is None
        assert invoice_lines.lines_of(empty, 0) == ()
        assert invoice_lines.lines_about(empty, MAY) == []
        assert (invoices.settled_before(empty), invoices.credit_minor(empty)) == (0, 0)
        assert invoices.standing_at(empty, 0) == LATEST_SEQ
        assert invoices.closed_periods(empty) == set()
        assert not invoices.any_invoice(empty)
        assert invoices.first_active_day(empty) is None
        assert invoices.unsettled_day(empty) == OPEN_DAY
