"""The lines of a whole bill, held against the days, prices and earlier invoices that a proof shows.

Owns I3 and M4 on the checker's side: what a line says, and what it comes to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.adjustments import Sum
from jpcli.domain.errors import BadInput
from jpcli.domain.money import line_amount
from jpcli.domain.periods import month_period, parse_month
from jpcli.domain.words import count
from jpcli.services.proofs.shape import Unfit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jpcli.domain.periods import Period
    from jpcli.services.proofs.findings import Findings
    from jpcli.services.proofs.header import Grounds
    from jpcli.services.proofs.tally import Sums, Tally

    Offer = tuple[str, int]

BILLED = ("license", "bundle")


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


def check_lines(
    lines: list[dict[str, Any]],
    earlier: list[dict[str, Any]],
    tally: Tally,
    grounds: Grounds,
    findings: Findings,
) -> None:
    """Every line against what it rests on, and that none is missing."""
    _check_billed(lines, tally, grounds, findings)
    corrected: set[tuple[str | None, str, int]] = set()
    for position, line in enumerate(lines):
        if line["kind"] == "adjustment":
            what = (line["period"], line["product"], line["bundle_size"])
            if what in corrected:
                subject = subject_of(position)
                findings.add("line_twice", subject, f"{subject} stands there twice")
            corrected.add(what)
            _check_adjustment(position, line, earlier, tally, grounds, findings)
        elif line["kind"] == "credit":
            _check_credit(position, lines, findings)


def subject_of(position: int) -> str:
    """What a problem of a line is about."""
    return f"line {position + 1}"


def compare(
    position: int,
    line: Mapping[str, Any],
    expected: Mapping[str, Any],
    why: str,
    findings: Findings,
) -> None:
    """Note each field of a line that is not what it comes to."""
    for name, value in expected.items():
        if line[name] != value:
            subject = subject_of(position)
            message = f"{subject} ({line['name']}): {name} is {line[name]}, and {value} {why}"
            findings.add("line_differs", subject, message)


def _check_billed(
    lines: list[dict[str, Any]], tally: Tally, grounds: Grounds, findings: Findings
) -> None:
    stated: dict[tuple[Any, ...], int] = {}
    for position, line in enumerate(lines):
        if line["kind"] not in BILLED:
            continue
        key = (line["product"], line["bundle_size"], line["first_day"], line["last_day"])
        if key in stated:
            subject = subject_of(position)
            findings.add("line_twice", subject, f"{subject} stands there twice")
        stated[key] = position
    for offer, several in tally.of_month(grounds.period.label).items():
        for sums in several:
            found = stated.pop((*offer, *sums.segment[:2]), None)
            if found is not None:
                _check_days(found, lines[found], sums, grounds, findings)
            elif sums.days:
                since = grounds.calendar.iso(sums.segment.first_day)
                has = f"{count(sums.days, 'day')} since {since}"
                message = f"{offer[0]} has {has} that no line has"
                findings.add("line_missing", offer[0], message)
    for position in stated.values():
        subject = subject_of(position)
        message = f"{subject}: its days are not those of one price (M2)"
        findings.add("line_differs", subject, message)


def _check_days(
    position: int, line: dict[str, Any], sums: Sums, grounds: Grounds, findings: Findings
) -> None:
    counted = {
        "kind": "license" if line["bundle_size"] == 1 else "bundle",
        "days": sums.days,
        "license_days": sums.license_days,
        "licenses": sums.licenses,
        "assigned": sums.licenses - sums.unassigned,
        "unassigned": sums.unassigned,
        "period": None,
    }
    compare(position, line, counted, "by its licenses", findings)
    price = sums.segment.day_price_e12
    compare(position, line, {"day_price_e12": price}, "by the prices", findings)
    amount = line_amount(line["days"], line["day_price_e12"], grounds.currency)
    compare(position, line, {"amount_minor": amount}, "by days times price (M4)", findings)


def _check_adjustment(
    position: int,
    line: dict[str, Any],
    earlier: list[dict[str, Any]],
    tally: Tally,
    grounds: Grounds,
    findings: Findings,
) -> None:
    """I3: what the month comes to now, less what was billed for it. A month that is billed again
    has all of it on its own lines."""
    label, offer = line["period"], (line["product"], line["bundle_size"])
    if label is None:
        raise Unfit("a correction is of no month")
    now, price = Sum(), None
    period = _period(label, grounds)
    # A month that is billed again may come before one that was closed meanwhile.
    is_ahead = period.first_day > grounds.period.first_day
    if is_ahead and all(invoice["period"] != label for invoice in earlier):
        subject = subject_of(position)
        message = f"{subject} corrects {label}, after {grounds.period.label} and not closed (I3)"
        findings.add("line_ahead", subject, message)
    billed = list(_lines_about(earlier, label, offer))
    before = Sum()
    for item in billed:
        before = before.plus(Sum(item["days"], item["license_days"], item["amount_minor"]))
        price = item["day_price_e12"]
    if label != grounds.period.label:
        for sums in tally.of_month(label).get(offer, ()):
            if sums.days and sums.segment.day_price_e12 is not None:
                price = sums.segment.day_price_e12
                amount = line_amount(sums.days, price, grounds.currency)
                now = now.plus(Sum(sums.days, sums.license_days, amount))
    expected = {
        **now.minus(before)._asdict(),
        "day_price_e12": price,
        "first_day": period.first_day,
        "last_day": period.last_day,
        **dict.fromkeys(("licenses", "assigned", "unassigned"), 0),
    }
    why = f"by what {label} comes to, less what was billed for it (I3)"
    compare(position, line, expected, why, findings)


def _lines_about(
    earlier: list[dict[str, Any]], label: str, offer: tuple[str, int]
) -> Iterator[dict[str, Any]]:
    for invoice in earlier:
        for line in invoice["lines"]:
            if (line["product"], line["bundle_size"]) != offer:
                continue
            is_own = invoice["period"] == label and line["kind"] in BILLED
            if is_own or (line["kind"] == "adjustment" and line["period"] == label):
                yield line


def _check_credit(position: int, lines: list[dict[str, Any]], findings: Findings) -> None:
    """I3: credit makes a negative total 0, or lowers one, never below 0. It is the last line."""
    line = lines[position]
    others = sum(other["amount_minor"] for other in lines) - line["amount_minor"]
    fixed = dict.fromkeys(("day_price_e12", "first_day", "last_day", "licenses", "assigned"), 0)
    fixed |= dict.fromkeys(("unassigned", "days", "license_days"), 0)
    expected: dict[str, Any] = {**fixed, "product": "", "bundle_size": 1, "period": None}
    compare(position, line, expected, "on a line of credit", findings)
    forward = line["amount_minor"] > 0
    if position + 1 < len(lines) or (others + line["amount_minor"] < 0) or (forward and others > 0):
        subject = subject_of(position)
        findings.add("line_differs", subject, f"{subject}: there can be no such credit here (I3)")
    if forward:
        compare(position, line, {"amount_minor": -others}, "to make the total 0", findings)
