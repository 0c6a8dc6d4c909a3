"""The lines of a proof as they are told and named, and those that are days times a price.

Owns what lines of the whole bill and of one client's part have in common: that each is there once,
has the days of one price (M2), and that they add up to the total.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.money import line_amount
from jpcli.domain.words import count

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jpcli.services.proofs.findings import Findings
    from jpcli.services.proofs.header import Bill, Grounds
    from jpcli.services.proofs.tally import Sums, Tally

    Told = Mapping[str, Any]

BILLED = ("license", "bundle")


def subject_of(position: int) -> str:
    """What a problem of a line is about."""
    return f"line {position + 1}"


def compare(position: int, line: Told, expected: Told, why: str, findings: Findings) -> None:
    """Note each field of a line that is not what it comes to."""
    for name, value in expected.items():
        if line[name] != value:
            subject = subject_of(position)
            message = f"{subject} ({line['name']}): {name} is {line[name]}, and {value} {why}"
            findings.add("line_differs", subject, message)


def match_billed(lines: Sequence[Told], tally: Tally, grounds: Grounds, findings: Findings) -> None:
    """Give each sum of the month the line that bills it, once."""
    places = {
        (*offer, *sums.segment[:2]): sums
        for offer, several in tally.of_month(grounds.period.label).items()
        for sums in several
    }
    for position, line in enumerate(lines):
        if line["kind"] not in BILLED:
            continue
        subject = subject_of(position)
        sums = places.get(
            (line["product"], line["bundle_size"], line["first_day"], line["last_day"])
        )
        if sums is None:
            message = f"{subject}: its days are not those of one price (M2)"
            findings.add("line_differs", subject, message)
        elif sums.line is not None:
            findings.add("line_twice", subject, f"{subject} stands there twice")
        else:
            sums.line = position


def check_billed(
    lines: Sequence[Told],
    tally: Tally,
    grounds: Grounds,
    findings: Findings,
    counted: Callable[[Sums], tuple[Told, str]],
    days_of: Callable[[Sums], int],
) -> None:
    """Each of those against its sum: kind, price, amount, and what was `counted`; and that none is
    missing of what has days."""
    for offer, several in tally.of_month(grounds.period.label).items():
        for sums in several:
            if sums.line is not None:
                line, position = lines[sums.line], sums.line
                compare(position, line, *counted(sums), findings)
                price = {
                    "kind": "license" if offer[1] == 1 else "bundle",
                    "day_price_e12": sums.segment.day_price_e12,
                }
                compare(position, line, price, "by the prices", findings)
                amount = line_amount(line["days"], line["day_price_e12"], grounds.currency)
                due = {"amount_minor": amount}
                compare(position, line, due, "by days times price (M4)", findings)
            elif days := days_of(sums):
                since = grounds.calendar.iso(sums.segment.first_day)
                message = f"{offer[0]} has {count(days, 'day')} since {since} that no line has"
                findings.add("line_missing", offer[0], message)


def check_total(bill: Bill, amounts: list[int], findings: Findings) -> None:
    """The total is what the lines add up to."""
    stated, total_minor = bill.invoice["total_minor"], sum(amounts)
    if stated != total_minor:
        message = f"The total is {stated}, and {total_minor} by its lines"
        findings.add("total_differs", "total_minor", message)
