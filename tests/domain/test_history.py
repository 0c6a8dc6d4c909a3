from __future__ import annotations

from datetime import date

import pytest

from jpcli.domain.calendar import OPEN_DAY, BillingCalendar
from jpcli.domain.errors import BadInput
from jpcli.domain.history import Assignment, History, Span, check_history, spans_of, truncated
from jpcli.domain.instants import parse_instant

UTC = BillingCalendar()
ST_JOHNS = BillingCalendar("America/St_Johns")
A, B, C = 1, 2, 3


def at(text: str) -> int:
    """An instant of July 2026: `10`, `10T15:00` or `10T15:00:00.5`."""
    return parse_instant(f"2026-07-{text}Z" if "T" in text else f"2026-07-{text}T12:00:00Z")


def history(issued: str, revoked: str | None, *assignments: tuple[int, str, str | None]) -> History:
    return History(
        at(issued),
        None if revoked is None else at(revoked),
        tuple(
            Assignment(site, at(begun), None if ended is None else at(ended))
            for site, begun, ended in assignments
        ),
    )


def july(life: History) -> str:
    """The spans as text: `1-9 none, 10-14 1.`; a full stop where a revoked license ends."""
    first = date(2026, 7, 1).toordinal()
    texts = []
    for span in spans_of(life, UTC):
        last = "open" if span.last_day == OPEN_DAY else str(span.last_day - first + 1)
        texts.append(f"{span.first_day - first + 1}-{last} {span.site}{'.' * span.ends}")
    return ", ".join(texts)


@pytest.mark.parametrize(
    ("life", "reason"),
    [
        (history("10", "09"), "revoked before it is issued"),
        (history("10", None, (A, "09", None)), "before the license is issued"),
        (history("10", None, (A, "12", "11")), "ends before it begins"),
        (history("10", None, (A, "11", "14"), (B, "13", None)), "overlap"),
        (history("10", None, (A, "14", "15"), (B, "11", "12")), "overlap or are not in order"),
        (history("10", None, (A, "11", None), (B, "13", None)), "without an end"),
        (history("10", "20", (A, "21", None)), "after the license is revoked"),
        (history("10", "20", (A, "12", "21")), "after the license is revoked"),
        (history("10", "20", (A, "12", "13"), (B, "14", "20T12:00:00.000001")), "after"),
    ],
)
def test_a_history_that_cannot_have_happened_is_refused(life: History, reason: str) -> None:
    with pytest.raises(BadInput, match=reason) as caught:
        check_history(life)
    assert caught.value.code == "bad_history"


@pytest.mark.parametrize(
    "life",
    [
        history("10", None),
        history("10", "10"),
        history("10", "10", (A, "10", "10"), (B, "10", None)),
        history("10", "20", (A, "10", "12"), (B, "12", "12"), (C, "12", "20")),
        history("10", None, (A, "10", "12"), (A, "14", None)),
    ],
)
def test_a_history_that_can_have_happened_passes(life: History) -> None:
    check_history(life)


@pytest.mark.parametrize(
    ("life", "spans"),
    [
        # D1: assigned or not makes no difference to the days
        (history("25", None), "25-open None"),
        (history("25", None, (A, "25", None)), "25-open 1"),
        (history("01", "10"), "1-10 None."),
        (history("01", "10", (A, "05", None)), "1-4 None, 5-10 1."),
        # D2: one day
        (history("25", "25"), "25-25 None."),
        (history("25", "26T00:00"), "25-25 None."),
    ],
)
def test_d1_d2_a_license_is_billed_for_every_day_it_touches(life: History, spans: str) -> None:
    assert july(life) == spans


@pytest.mark.parametrize(
    ("life", "spans"),
    [
        # transferred on the 15th: that day is the new site's
        (history("10", None, (A, "10", "15"), (B, "15", None)), "10-14 1, 15-open 2"),
        # several transfers within a day: the last one has it
        (
            history(
                "10",
                None,
                (A, "10", "15T01:00"),
                (B, "15T01:00", "15T02:00"),
                (C, "15T02:00", None),
            ),
            "10-14 1, 15-open 3",
        ),
        # away and back within a day: nothing happened
        (
            history(
                "10",
                None,
                (A, "10", "15T01:00"),
                (B, "15T01:00", "15T02:00"),
                (A, "15T02:00", None),
            ),
            "10-open 1",
        ),
        # transferred at exactly midnight: the day before is still the old site's
        (history("10", None, (A, "10", "15T00:00"), (B, "15T00:00", None)), "10-14 1, 15-open 2"),
        # unassigned at midnight, and within a day
        (history("10", None, (A, "10", "15T00:00")), "10-14 1, 15-open None"),
        (history("10", None, (A, "10", "15T23:59:59.999999")), "10-14 1, 15-open None"),
        # unassigned and assigned again within the day
        (history("10", None, (A, "10", "15T01:00"), (A, "15T02:00", None)), "10-open 1"),
        # assigned and unassigned within one day: it was on no site at the day's end
        (history("10", None, (A, "15T01:00", "15T02:00")), "10-open None"),
        (history("10", None, (A, "15T01:00", "15T01:00")), "10-open None"),
        # a transfer on the day of issue
        (history("10", None, (A, "10", "10T13:00"), (B, "10T13:00", None)), "10-open 2"),
    ],
)
def test_w1_a_day_is_the_holders_at_its_end(life: History, spans: str) -> None:
    assert july(life) == spans


@pytest.mark.parametrize(
    ("life", "spans"),
    [
        # the end of an assignment that is the revocation, said or not, leaves the day with its site
        (history("10", "20", (A, "10", "20")), "10-20 1."),
        (history("10", "20", (A, "10", None)), "10-20 1."),
        # taken from its site and put back: one stretch, which ends
        (history("10", "20", (A, "10", "15T01:00"), (A, "15T02:00", None)), "10-20 1."),
        # unassigned before it was revoked on the same day
        (history("10", "20", (A, "10", "20T11:59:59.999999")), "10-19 1, 20-20 None."),
        # transferred on the day of the revocation, and in its very instant
        (history("10", "20", (A, "10", "20T11:00"), (B, "20T11:00", None)), "10-19 1, 20-20 2."),
        (history("10", "20", (A, "10", "20"), (B, "20", "20")), "10-19 1, 20-20 2."),
        # issued, assigned and revoked at once
        (history("10", "10", (A, "10", "10")), "10-10 1."),
        (history("10", "10", (A, "10", "10"), (B, "10", None)), "10-10 2."),
        # revoked at midnight: the day was over, and the transfer then came too late
        (
            history("10", "20T00:00", (A, "10", "20T00:00"), (B, "20T00:00", None)),
            "10-19 1.",
        ),
        (history("20T00:00", "20T00:00", (A, "20T00:00", None)), "20-20 1."),
    ],
)
def test_w1_the_last_day_is_the_holders_at_the_revocation(life: History, spans: str) -> None:
    assert july(life) == spans


def test_w1_a_transfer_never_adds_or_loses_a_day() -> None:
    still = history("10", "20", (A, "10", None))
    moved = history("10", "20", (A, "10", "15"), (B, "15", None))
    assert sum(s.last_day - s.first_day + 1 for s in spans_of(moved, UTC)) == 11
    assert spans_of(still, UTC)[0].first_day == spans_of(moved, UTC)[0].first_day
    assert spans_of(still, UTC)[-1].last_day == spans_of(moved, UTC)[-1].last_day


def test_w1_a_date_that_comes_back_belongs_to_who_had_it_last() -> None:
    # 00:00:30, half a minute before the clock goes back to 23:01 of the day before
    issued, moved = parse_instant("1990-10-20T12:00:00Z"), parse_instant("1990-10-28T02:30:30Z")
    life = History(issued, None, (Assignment(A, issued, moved), Assignment(B, moved)))
    spans = spans_of(life, ST_JOHNS)
    assert [(ST_JOHNS.iso(span.first_day), span.site) for span in spans] == [
        ("1990-10-20", A),
        ("1990-10-27", B),
    ]


def test_a_site_may_be_any_id_and_none_is_nobody() -> None:
    life = history("10", None)
    named = life._replace(assignments=(Assignment(None, at("10"), at("12")),))
    assert spans_of(named, UTC) == spans_of(life, UTC)
    assert spans_of(life, UTC) == (Span(UTC.day_of(at("10")), OPEN_DAY, None, False),)


LIFE = history("10", "20", (A, "11", "13"), (B, "15", "20"))


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("09", None),
        ("10T11:59:59.999999", None),
        ("10", history("10", None)),
        ("11", history("10", None, (A, "11", None))),
        ("12", history("10", None, (A, "11", None))),
        ("13", history("10", None, (A, "11", "13"))),
        ("15", history("10", None, (A, "11", "13"), (B, "15", None))),
        ("19", history("10", None, (A, "11", "13"), (B, "15", None))),
        ("20", LIFE),
        ("31", LIFE),
    ],
)
def test_i1_a_history_as_it_stood_at_an_instant(as_of: str, expected: History | None) -> None:
    assert truncated(LIFE, at(as_of)) == expected


def test_i1_an_assignment_that_goes_on_is_cut_when_it_had_not_begun() -> None:
    assert truncated(history("10", None, (A, "15", None)), at("14")) == history("10", None)
    assert truncated(history("10", "20"), at("14")) == history("10", None)
