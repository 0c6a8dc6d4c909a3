"""A proof recomputed without a ledger (docs/proof.md): which line is wrong, if one is.

Owns the order of the check. No ledger is opened, nothing is asked for. It is read once, a license
at a time; what is no proof at all is refused, what is wrong in one is a problem.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise
from typing import IO, TYPE_CHECKING, Any

from jpcli.domain.answers import Answer, Note
from jpcli.domain.events import ABOUT_LICENSES, ABOUT_OWNERS
from jpcli.domain.license_events import MAKING
from jpcli.domain.money import money_json
from jpcli.domain.words import count, quoted
from jpcli.services.files.json_members import members_of
from jpcli.services.proofs import shape
from jpcli.services.proofs.findings import Enough, Events, Findings
from jpcli.services.proofs.form import COUNT_KEYS, LICENSE_KEYS, SITE_KEYS
from jpcli.services.proofs.header import (
    UNTELLABLE,
    checked_line,
    read_bill,
    read_earlier,
    read_grounds,
)
from jpcli.services.proofs.lives import WITHHELD, Life, Stay, life_of, owners_of
from jpcli.services.proofs.part import check_parts, checked_part
from jpcli.services.proofs.seal import (
    Kept,
    begin_closing,
    check_closing,
    check_content,
    check_earlier,
    check_shares,
)
from jpcli.services.proofs.shape import Unfit
from jpcli.services.proofs.tally import Tally
from jpcli.services.proofs.whole import check_lines, months_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.contract.invoices import VerifyAnswer
    from jpcli.domain.events import Event
    from jpcli.domain.owners import Stretch
    from jpcli.services.files.json_members import Members

_MOST_LINES = 100_000
_MOST_SITES = 1_500_000


def verify(source: str, stdin: IO[bytes] | None = None) -> Answer[VerifyAnswer]:
    """Recompute a proof in a file, or on standard input for `-`. `ok` false is exit 1.

    Raises BadInput for what can't be read as a proof: `bad_json`, `bad_proof` and others that name
    the line.
    """
    with members_of(source, stdin) as members:
        try:
            checking = _Checking(members)
            with suppress(Enough):
                checking.run()
        except Unfit as error:
            raise members.refused("bad_proof", f"this is no proof: {error}") from None
    return Answer(checking.answer(), checking.notes())


class _Checking:
    """One proof on its way through the check."""

    def __init__(self, members: Members) -> None:
        self._members = members
        self._findings = Findings()
        self._bill = read_bill(members)
        self._told = Events(self._findings, may_withhold=not self._bill.is_whole)
        self._lines: list[dict[str, Any]] = []
        self._owned: dict[str, list[Stretch]] = {}
        self._keys: set[int] = set()
        self._counts = dict.fromkeys(COUNT_KEYS, 0)

    def run(self) -> None:
        """Read all of it, then hold the lines against what was counted."""
        members, bill, findings = self._members, self._bill, self._findings
        if bill.closing is not None:
            begin_closing(bill, self._told)
        self._grounds = grounds = read_grounds(members, bill, self._told, findings)
        earlier = read_earlier(members)
        for item in self._each("lines"):
            if len(self._lines) >= _MOST_LINES:
                raise Unfit("too many lines")
            self._lines.append(checked_line(item) if bill.is_whole else checked_part(item))
        kept = Kept(members, len(self._lines), closed=bill.invoice["number"] is not None)
        if not bill.is_whole and (kept.shares is not None or earlier):
            raise Unfit("one client's proof has no shares of others and no earlier invoices")
        self._tally = tally = Tally(
            grounds.prices, months_of(self._lines, grounds, whole=bill.is_whole)
        )
        for item in self._each("sites"):
            self._site(item)
        for item in self._each("licenses"):
            self._license(item)
        self._end()
        if not bill.is_whole:
            check_parts(bill, self._lines, tally, grounds, findings)
            return
        check_lines(self._lines, earlier, tally, grounds, findings)
        check_shares(self._lines, kept, tally, grounds, findings)
        check_content(bill, self._lines, findings)
        check_earlier(bill, earlier, findings)
        if bill.closing is not None:
            check_closing(bill, self._lines, kept, findings)

    def _each(self, name: str) -> Iterator[Any]:
        found = self._members.items(name)
        if found is None:
            raise Unfit(f"{name} is no array")
        return found

    def _site(self, value: Any) -> None:
        """Whose a site was, by its events (W2)."""
        told = shape.fields(value, SITE_KEYS, "a site")
        site = shape.name(told["site"], "site")
        several = self._several(told["events"], ABOUT_OWNERS)
        self._counts["sites"] += 1
        if site in self._owned:
            self._findings.add("site_twice", site, f"{site} stands there twice")
        if len(self._owned) >= _MOST_SITES:
            raise Unfit("too many sites")
        for event in several:
            if self._grounds.names.site(event.subject, event.seq) != site:
                message = f"event {event.seq} is about {event.subject}, not {site}"
                self._findings.add("site_differs", site, message)
        try:
            self._owned[site] = owners_of(several, self._grounds.names, self._grounds.calendar)
        except UNTELLABLE:
            self._findings.add("site_untold", site, f"The events of {site} tell no owners")

    def _license(self, value: Any) -> None:
        """A license's days by its events (D1 to D4), and by what the proof says."""
        told = shape.fields(value, LICENSE_KEYS, "a license")
        key = shape.name(told["license_key"], "license_key")
        shape.name(told["product"], "product")
        shape.whole(told["bundle_size"], "bundle_size", 1)
        shape.name_or_none(told["bundle_key"], "bundle_key")
        several = self._several(told["events"], ABOUT_LICENSES)
        self._counts["licenses"] += 1
        if hash(key) in self._keys:  # a hash, because there may be very many of them
            self._findings.add("license_twice", key, f"{key} stands there twice")
        self._keys.add(hash(key))
        if several[0].kind not in MAKING or any(
            event.subject != key or event.kind in MAKING for event in several[1:]
        ):
            self._differs(key, "has other events than its own")
        if several[0].subject != key:
            self._differs(key, "has other events than its own")
        try:
            life = life_of(several, self._grounds.names, self._grounds.calendar)
            stays = self._tally.add(life, self._owned)
        except UNTELLABLE:
            message = f"The events of {key} tell no life of a license"
            self._findings.add("license_untold", key, message)
            return
        self._compare(key, told, life, stays)

    def _compare(self, key: str, told: dict[str, Any], life: Life, stays: list[Stay]) -> None:
        terms = told["product"], told["bundle_size"], told["bundle_key"]
        if terms != life[:3]:
            self._differs(key, "is issued as something else")
        if self._bill.is_whole and any(stay.site is WITHHELD for stay in stays):
            self._differs(key, "is on a site that the proof does not have")
        iso = self._grounds.calendar.iso
        days = [
            [iso(stay.first_day), iso(stay.last_day), stay.site, stay.client]
            for stay in stays
            if self._bill.is_whole or stay.client in self._bill.client
        ]
        if not days:
            self._differs(key, "has no day in this bill")
        elif days != told["days"]:
            self._differs(key, "has other days by its events")

    def _differs(self, key: str, what: str) -> None:
        self._findings.add("license_differs", key, f"{key} {what}")

    def _several(self, value: Any, kinds: tuple[str, ...]) -> list[Event]:
        found = [self._told.read(item, kinds) for item in shape.items(value, "events")]
        if not found:
            raise Unfit("a license or site has no events")
        if any(a.seq >= b.seq for a, b in pairwise(found)):
            what = f"event {found[0].seq}"
            self._findings.add("events_disordered", what, f"{what} and others are not in order")
        return found

    def _end(self) -> None:
        stated = shape.fields(self._members.value("counts"), COUNT_KEYS, "counts")
        self._members.end()
        self._counts["events"] = self._told.count
        for name, number in self._counts.items():
            if shape.whole(stated[name], name) != number:
                message = f"There are {number} {name} in it, and it says {stated[name]}"
                self._findings.add("counts_differ", name, message)
        self._told.check_links()

    def answer(self) -> VerifyAnswer:
        """What was found."""
        invoice = self._bill.invoice
        data: VerifyAnswer = {
            "ok": not self._findings.found,
            "lines": len(self._lines),
            "number": invoice["number"],
            "period": invoice["period"],
            "preview": invoice["number"] is None,
            "total": money_json(invoice["total_minor"], invoice["currency"]),
            "licenses": self._counts["licenses"],
            "events": self._told.count,
            "withheld": self._told.withheld,
            "head": invoice["head"],
            "problems": [
                {"code": p.code, "subject": p.subject or "", "message": p.message}
                for p in self._findings.found
            ],
        }
        if self._bill.client:
            (data["client"],) = self._bill.client
        return data

    def notes(self) -> tuple[Note, ...]:
        """What it comes to, in words."""
        invoice, lines = self._bill.invoice, count(len(self._lines), "line")
        what = invoice["number"] or f"the preview of {invoice['period']}"
        if self._findings.found:
            found = count(len(self._findings.found), "problem")
            return (Note("proof_wrong", f"{what} is not what it says: {found}", "warning", what),)
        behind = f"{count(self._counts['licenses'], 'license')}, {count(self._told.count, 'event')}"
        hidden = self._told.withheld
        apart = f"; {count(hidden, 'event')} withheld, which nothing proves" if hidden else ""
        message = f"Recomputed {lines} of {what} from {behind}: all agree{apart}"
        begun = invoice["head"][:16]
        hint = (
            f"Whether its ledger has that head:   jpcli ledger check --since-head {quoted(begun)}"
        )
        return (Note("proof_ok", message, "ok", what, hint),)
