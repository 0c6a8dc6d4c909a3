"""One client's lines, held against its licenses' days and against what the others have (M5).

Owns the check of one client's proof: days and amounts of its parts. Of other clients it knows how
many license-days each has of a line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.calendar import OPEN_DAY
from jpcli.domain.money import line_amount, with_markup
from jpcli.domain.split import largest_remainder
from jpcli.domain.words import count
from jpcli.services.proofs import shape
from jpcli.services.proofs.form import OTHER_PART_KEYS, PART_KEYS
from jpcli.services.proofs.shape import Unfit
from jpcli.services.proofs.whole import BILLED, compare, subject_of

if TYPE_CHECKING:
    from jpcli.services.proofs.findings import Findings
    from jpcli.services.proofs.header import Bill, Grounds
    from jpcli.services.proofs.tally import Sums, Tally


def checked_part(value: Any) -> dict[str, Any]:
    """A line of one client's proof; what is none is Unfit."""
    billed = type(value) is dict and value.get("kind") in BILLED
    line = shape.fields(value, PART_KEYS if billed else OTHER_PART_KEYS, "a line")
    if line["kind"] not in (*BILLED, "adjustment", "credit"):
        raise Unfit("kind of a line is none")
    for name in ("product", "name"):
        shape.name(line[name], name)
    shape.whole(line["bundle_size"], "bundle_size", 1)
    _check_own(line)
    if not billed:
        shape.name_or_none(line["period"], "period")
        return line
    for name in ("day_price_e12", "days", "license_days"):
        shape.whole(line[name], name, 0)
    shape.whole(line["part"]["license_days"], "license_days", 0)
    shape.whole(line["amount_minor"], "amount_minor")
    for name in ("first_day", "last_day"):
        shape.whole(line[name], name, 0, OPEN_DAY)
    for name in ("before", "after"):
        numbers = shape.items(line[name], name)
        for number in numbers:
            shape.whole(number, name, 0)
        if numbers != sorted(numbers):
            raise Unfit(f"{name} is not in order of size")
    return line


def _check_own(line: dict[str, Any]) -> None:
    """What the client and its sites have of a line."""
    part = shape.fields(line["part"], ("license_days", "amount_minor"), "part")
    for name, number in part.items():
        shape.whole(number, name)
    for site in shape.items(line["sites"], "sites"):
        shape.name_or_none(shape.items(site, "a site's part", 3)[0], "site")
        shape.whole(site[1], "a site's days")
        shape.whole(site[2], "a site's amount")


def check_parts(
    bill: Bill,
    lines: list[dict[str, Any]],
    tally: Tally,
    grounds: Grounds,
    findings: Findings,
) -> None:
    """Every line of one client's proof, that none is missing, and the total."""
    (client,) = bill.client
    stated: dict[tuple[Any, ...], int] = {}
    for position, line in enumerate(lines):
        if line["kind"] not in BILLED:
            _check_sum(position, line, findings)
            continue
        key = (line["product"], line["bundle_size"], line["first_day"], line["last_day"])
        if key in stated:
            subject = subject_of(position)
            findings.add("line_twice", subject, f"{subject} stands there twice")
        stated[key] = position
    for offer, several in tally.of_month(grounds.period.label).items():
        for sums in several:
            days = {site: n for (owner, site), n in sums.holders.items() if owner == client}
            found = stated.pop((*offer, *sums.segment[:2]), None)
            if found is not None:
                _check_part(found, lines[found], sums, days, bill, grounds, findings)
            elif any(days.values()):
                has = count(sum(days.values()), "day")
                message = f"{offer[0]} has {has} that no line has"
                findings.add("line_missing", offer[0], message)
    for position in stated.values():
        subject = subject_of(position)
        message = f"{subject}: its days are not those of one price (M2)"
        findings.add("line_differs", subject, message)
    total_minor = sum(line["part"]["amount_minor"] for line in lines)
    if total_minor != bill.invoice["total_minor"]:
        message = f"The total is {bill.invoice['total_minor']}, and {total_minor} by its lines"
        findings.add("total_differs", "total_minor", message)


def _check_part(
    position: int,
    line: dict[str, Any],
    sums: Sums,
    days: dict[Any, int],
    bill: Bill,
    grounds: Grounds,
    findings: Findings,
) -> None:
    part = line["part"]
    kind = "license" if line["bundle_size"] == 1 else "bundle"
    price = {"kind": kind, "day_price_e12": sums.segment.day_price_e12}
    compare(position, line, price, "by the prices", findings)
    every_day = sum(line["before"]) + part["license_days"] + sum(line["after"])
    counted = {"license_days": every_day}
    if kind == "license":
        counted["days"] = every_day
    compare(position, line, counted, "by the days of all clients", findings)
    amount = line_amount(line["days"], line["day_price_e12"], grounds.currency)
    compare(position, line, {"amount_minor": amount}, "by days times price (M4)", findings)
    if bill.markup_e6 is not None:
        amount = with_markup(amount, bill.markup_e6, grounds.currency)
    mine = amount if bill.client == (None,) else 0
    if every_day:
        weights = [*line["before"], part["license_days"], *line["after"]]
        mine = largest_remainder(amount, weights)[len(line["before"])]
    order = sorted(days, key=grounds.names.place_of_site)
    amounts = largest_remainder(mine, [days[site] for site in order]) if order else [mine]
    own = {
        "part": {"license_days": sum(days.values()), "amount_minor": mine},
        "sites": [
            [site, days.get(site, 0), share]
            for site, share in zip(order or [None], amounts, strict=True)
        ],
    }
    compare(position, line, own, "by its licenses and the days of all clients (M5)", findings)


def _check_sum(position: int, line: dict[str, Any], findings: Findings) -> None:
    """Of a correction, or of credit: what its sites have adds up to it."""
    own = {
        "license_days": sum(site[1] for site in line["sites"]),
        "amount_minor": sum(site[2] for site in line["sites"]),
    }
    compare(position, line, {"part": own}, "by its sites", findings)
