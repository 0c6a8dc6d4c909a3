"""The lines of a whole bill, held against the days, prices and earlier invoices that a proof shows.

Owns I3 and M4 on the checker's side: what a line says, and what it comes to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.adjustments import Sum
from jpcli.domain.errors import BadInput
from jpcli.domain.money import line_amount
from jpcli.domain.periods import month_period, parse_month
from jpcli.services.proofs.lines import BILLED, check_billed, check_total, compare, subject_of
from jpcli.services.proofs.shape import Unfit

if TYPE_CHECKING:
    from jpcli.domain.periods import Period
    from jpcli.services.proofs.findings import Findings
    from jpcli.services.proofs.header import Bill, Grounds
    from jpcli.services.proofs.lines import Told
    from jpcli.services.proofs.seal import Corrected, Earlier
    from jpcli.services.proofs.tally import Sums, Tally

    Offer = tuple[str, int]


def months_of(
    lines: list[dict[str, Any]], grounds: Grounds, *, whole: bool
) -> list[tuple[Period, set[tuple[str, int]]]]:
    """Which offers count in which months, the earliest first: in the bill's own those of its lines,
    in another those that it corrects there, which one client's proof does not show."""
    own = grounds.period
    found: dict[str, tuple[Period, set[Offer]]] = {own.label: (own, set())}
    for line in lines:
        offer = (line["product"], line["bundle_size"])
        if line["kind"] in BILLED:
            found[own.label][1].add(offer)
        elif whole and line["kind"] == "adjustment" and line["period"] not in (None, own.label):
            label = line["period"]
            if label not in found:
                found[label] = (_period(label, grounds), set())
            found[label][1].add(offer)
    return [found[label] for label in sorted(found)]


def _period(label: str, grounds: Grounds) -> Period:
    try:
        return month_period(grounds.calendar, *parse_month(label))
    except BadInput as error:
        raise Unfit("the month of a correction is none") from error


class Counted(NamedTuple):
    """What the lines of a bill rest on, and where what is wrong with them is noted."""

    bill: Bill
    earlier: Earlier
    tally: Tally
    grounds: Grounds
    findings: Findings


def check_lines(lines: list[dict[str, Any]], counted: Counted) -> None:
    """Every line against what it rests on, that none is missing, and the total."""
    _, _, tally, grounds, findings = counted
    check_billed(lines, tally, grounds, findings, _days, lambda sums: sums.days)
    amounts = [line["amount_minor"] for line in lines]
    corrected: set[Corrected] = set()
    for position, line in enumerate(lines):
        if line["kind"] == "adjustment":
            what = (line["period"], line["product"], line["bundle_size"])
            if what in corrected:
                subject = subject_of(position)
                findings.add("line_twice", subject, f"{subject} stands there twice")
            corrected.add(what)
            _check_adjustment(position, line, what, counted)
        elif line["kind"] == "credit":
            _check_credit(position, line, amounts, findings)
    check_total(counted.bill, amounts, findings)


def _days(sums: Sums) -> tuple[Told, str]:
    counted = {
        "days": sums.days,
        "license_days": sums.license_days,
        "licenses": sums.licenses,
        "assigned": sums.licenses - sums.unassigned,
        "unassigned": sums.unassigned,
        "period": None,
    }
    return counted, "by its licenses"


def _check_adjustment(position: int, line: Told, what: Corrected, counted: Counted) -> None:
    """I3: what the month comes to now, less what was billed for it. A month that is billed again
    has all of it on its own lines."""
    _, earlier, tally, grounds, findings = counted
    label, offer = line["period"], (line["product"], line["bundle_size"])
    if label is None:
        raise Unfit("a correction is of no month")
    now, price = Sum(), earlier.prices.get(what)
    period = _period(label, grounds)
    # A month that is billed again may come before one that was closed meanwhile.
    is_ahead = period.first_day > grounds.period.first_day
    if is_ahead and label not in earlier.periods:
        subject = subject_of(position)
        message = f"{subject} corrects {label}, after {grounds.period.label} and not closed (I3)"
        findings.add("line_ahead", subject, message)
    if label != grounds.period.label:
        for sums in tally.of_month(label).get(offer, ()):
            if sums.days and sums.segment.day_price_e12 is not None:
                price = sums.segment.day_price_e12
                amount = line_amount(sums.days, price, grounds.currency)
                now = now.plus(Sum(sums.days, sums.license_days, amount))
    expected = {
        **now.minus(earlier.billed.get(what, Sum()))._asdict(),
        "day_price_e12": price,
        "first_day": period.first_day,
        "last_day": period.last_day,
        **dict.fromkeys(("licenses", "assigned", "unassigned"), 0),
    }
    why = f"by what {label} comes to, less what was billed for it (I3)"
    compare(position, line, expected, why, findings)


def _check_credit(position: int, line: Told, amounts: list[int], findings: Findings) -> None:
    """I3: credit makes a negative total 0, or lowers one, never below 0. It is the last line."""
    fixed = dict.fromkeys(("day_price_e12", "first_day", "last_day", "licenses", "assigned"), 0)
    fixed |= dict.fromkeys(("unassigned", "days", "license_days"), 0)
    expected: dict[str, Any] = {**fixed, "product": "", "bundle_size": 1, "period": None}
    compare(position, line, expected, "on a line of credit", findings)
    if position + 1 < len(amounts):
        subject = subject_of(position)
        findings.add("line_differs", subject, f"{subject}: credit is the last line (I3)")
        return
    credit, total_minor = line["amount_minor"], sum(amounts)
    if total_minor < 0 or (credit > 0 and total_minor != 0):
        due = -(total_minor - credit)
        compare(position, line, {"amount_minor": due}, "to make the total 0 (I3)", findings)
