"""One client's lines, held against its licenses' days and against what the others have (M5).

Owns the check of one client's proof: days and amounts of its parts. Of other clients it knows how
many license-days each has of a line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.calendar import OPEN_DAY
from jpcli.domain.money import MAX_STORED, line_amount, with_markup
from jpcli.domain.split import largest_remainder
from jpcli.services.proofs import shape
from jpcli.services.proofs.form import OTHER_PART_KEYS, PART_KEYS
from jpcli.services.proofs.lines import BILLED, check_billed, check_total, compare, subject_of
from jpcli.services.proofs.shape import Unfit

if TYPE_CHECKING:
    from jpcli.services.proofs.findings import Findings
    from jpcli.services.proofs.header import Bill, Grounds
    from jpcli.services.proofs.holdings import Holdings
    from jpcli.services.proofs.lines import Told
    from jpcli.services.proofs.owned import Numbered
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
        shape.whole(site[1], "a site's days", 0 if line["kind"] in BILLED else -MAX_STORED)
        shape.whole(site[2], "a site's amount")


class Parts(NamedTuple):
    """What one client's lines are held against as they are read."""

    bill: Bill
    grounds: Grounds
    numbers: Numbered
    holdings: Holdings
    findings: Findings

    def read(self, position: int, line: dict[str, Any]) -> dict[str, Any]:
        """Look at one line's parts, and give what of it is looked at once licenses were counted."""
        if line["kind"] in BILLED:
            self._check_part(position, line)
            self._hold(position, line["sites"])
        else:
            own = {
                "license_days": sum(site[1] for site in line["sites"]),
                "amount_minor": sum(site[2] for site in line["sites"]),
            }
            compare(position, line, {"part": own}, "by its sites", self.findings)
        return {name: line[name] for name in line if name not in ("before", "after", "sites")}

    def _hold(self, position: int, sites: list[Any]) -> None:
        client = self.bill.client[0]
        owner = None if client is None else self.numbers.clients.of(client)
        for site, days, _ in sites:
            number = None if site is None else self.numbers.sites.of(site)
            if not self.holdings.add(position, owner, number, days):
                what = subject_of(position)
                self.findings.add("line_differs", what, f"{what} has a site twice")

    def _check_part(self, position: int, line: dict[str, Any]) -> None:
        """M5: the client's part of the line, by the days of all, and each of its sites' of that."""
        bill, part, findings = self.bill, line["part"], self.findings
        every_day = sum(line["before"]) + part["license_days"] + sum(line["after"])
        counted = {"license_days": every_day}
        if line["kind"] == "license":
            counted["days"] = every_day
        compare(position, line, counted, "by the days of all clients", findings)
        amount = line_amount(line["days"], line["day_price_e12"], self.grounds.currency)
        if bill.markup_e6 is not None:
            amount = with_markup(amount, bill.markup_e6, self.grounds.currency)
        mine = amount if bill.client == (None,) else 0
        if every_day:
            weights = [*line["before"], part["license_days"], *line["after"]]
            mine = largest_remainder(amount, weights)[len(line["before"])]
        days = {site: number for site, number, _ in line["sites"]}
        own = {"license_days": sum(days.values()), "amount_minor": mine}
        why = "by its sites and the days of all clients (M5)"
        compare(position, line, {"part": own}, why, findings)
        order = sorted(days, key=self._place)
        if any(days.values()):
            amounts = largest_remainder(mine, [days[site] for site in order])
        else:
            amounts = [mine] if order == [None] else []
        stated = {site: amount for site, _, amount in line["sites"]}
        if [stated[site] for site in order] != amounts:
            what = subject_of(position)
            message = f"{what}: the parts of its sites are not what their days come to (M5)"
            findings.add("line_differs", what, message)

    def _place(self, site: str | None) -> tuple[bool, tuple[str, int]]:
        """The order in which equal remainders are served."""
        if site is None:
            return True, ("", 0)
        return False, self.grounds.names.order_of_site(site)


def check_parts(parts: Parts, lines: list[dict[str, Any]], tally: Tally) -> None:
    """What lines say of prices, that none is missing, and the total."""
    check_billed(lines, tally, parts.grounds, parts.findings, _nothing, lambda sums: sums.mine)
    check_total(parts.bill, [line["part"]["amount_minor"] for line in lines], parts.findings)


def _nothing(_sums: Sums) -> tuple[Told, str]:
    """Of the days of all only its own are known, which are counted off by site."""
    return {}, ""
