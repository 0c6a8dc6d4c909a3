"""The sites and licenses of a proof, one after the other, counted anew by their events.

Owns what each must be by itself; what they come to stands in the tally, and is held against the
lines.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from jpcli.domain.events import ABOUT_LICENSES, ABOUT_OWNERS
from jpcli.domain.license_events import MAKING
from jpcli.domain.numbers import Numbers, Slots
from jpcli.services.proofs import shape
from jpcli.services.proofs.form import LICENSE_KEYS, SITE_KEYS
from jpcli.services.proofs.header import UNTELLABLE
from jpcli.services.proofs.lines import subject_of
from jpcli.services.proofs.lives import WITHHELD, Life, Stay, life_of, owners_of
from jpcli.services.proofs.owned import Owned
from jpcli.services.proofs.shape import Unfit

if TYPE_CHECKING:
    from jpcli.domain.events import Event
    from jpcli.services.proofs.findings import Events
    from jpcli.services.proofs.part import Parts
    from jpcli.services.proofs.tally import Sums, Tally

_MOST_SITES = 1_500_000


class Recount:
    """Counts what is told into the tally, and off what `parts.holdings` has. `has_holders` is
    false where the proof says nothing of them."""

    def __init__(self, parts: Parts, told: Events, tally: Tally, *, has_holders: bool) -> None:
        self._bill, self._grounds, self._numbers, self._holdings, self._findings = parts
        self._told, self._tally, self._has_holders = told, tally, has_holders
        self._owned, self._keys = Owned(), Slots()
        self._mine: int | None = None
        if not self._bill.is_whole and self._bill.client[0] is not None:
            self._mine = self._numbers.clients.of(self._bill.client[0])
        self.sites = self.licenses = 0

    def site(self, value: Any) -> None:
        """Whose a site was, by its events (W2)."""
        told = shape.fields(value, SITE_KEYS, "a site")
        site = shape.name(told["site"], "site")
        several = self._several(told["events"], ABOUT_OWNERS)
        self.sites += 1
        number = self._numbers.sites.of(site)
        if self._owned.of(number) is not None:
            self._findings.add("site_twice", site, f"{site} stands there twice")
        if len(self._owned) >= _MOST_SITES:
            raise Unfit("too many sites")
        for event in several:
            if self._grounds.names.site(event.subject, event.seq) != site:
                message = f"event {event.seq} is about {event.subject}, not {site}"
                self._findings.add("site_differs", site, message)
        try:
            owners = owners_of(several, self._numbers.client, self._grounds.calendar)
            self._owned.add(number, owners)
        except UNTELLABLE:
            self._findings.add("site_untold", site, f"The events of {site} tell no owners")

    def license(self, value: Any) -> None:
        """A license's days by its events (D1 to D4), and by what the proof says."""
        told = shape.fields(value, LICENSE_KEYS, "a license")
        key = shape.name(told["license_key"], "license_key")
        shape.name(told["product"], "product")
        shape.whole(told["bundle_size"], "bundle_size", 1)
        shape.name_or_none(told["bundle_key"], "bundle_key")
        several = self._several(told["events"], ABOUT_LICENSES)
        self.licenses += 1
        if self._keys.find(hash(key)):  # the key itself is not kept: there may be very many
            self._findings.add("license_twice", key, f"{key} stands there twice")
        else:
            self._keys.add(hash(key))
        if several[0].kind not in MAKING or any(
            event.subject != key or event.kind in MAKING for event in several[1:]
        ):
            self._differs(key, "has other events than its own")
        if several[0].subject != key:
            self._differs(key, "has other events than its own")
        try:
            life = life_of(several, self._numbers.site, self._grounds.calendar)
            stays = self._tally.add(life, self._owned.of, self._hold)
        except UNTELLABLE:
            message = f"The events of {key} tell no life of a license"
            self._findings.add("license_untold", key, message)
            return
        self._compare(key, told, life, stays)

    def check_held(self) -> None:
        """Every holder has the days that are stated, and nobody else has any."""
        code = "holders_differ" if self._bill.is_whole else "line_differs"
        for position in sorted(self._holdings.wrong_lines()):
            what = subject_of(position)
            message = f"{what}: its holders do not have those days by their licenses"
            self._findings.add(code, what, message)

    def _hold(self, sums: Sums, stay: Stay) -> None:
        days = stay.last_day - stay.first_day + 1
        if not self._bill.is_whole:
            if stay.client != self._mine:
                return
            sums.mine += days
        if sums.line is not None and self._has_holders:
            self._holdings.take(sums.line, stay.client, stay.site, days)

    def _compare(self, key: str, told: dict[str, Any], life: Life, stays: list[Stay]) -> None:
        terms = told["product"], told["bundle_size"], told["bundle_key"]
        if terms != life[:3]:
            self._differs(key, "is issued as something else")
        if self._bill.is_whole and any(stay.site == WITHHELD for stay in stays):
            self._differs(key, "is on a site that the proof does not have")
        iso, numbers = self._grounds.calendar.iso, self._numbers
        days = [
            (iso(stay.first_day), iso(stay.last_day), stay.site, stay.client)
            for stay in stays
            if self._bill.is_whole or stay.client == self._mine
        ]
        said = []
        for item in shape.items(told["days"], "days"):
            first, last, site, client = shape.items(item, "days of a license", 4)
            holder = _number(site, numbers.sites), _number(client, numbers.clients)
            said.append((first, last, *holder))
        if not days:
            self._differs(key, "has no day in this bill")
        elif days != said:
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


def _number(name: Any, numbers: Numbers) -> int | None:
    """The number of a name that is said; None is None's, and what is no name has none."""
    if type(name) is str:
        return numbers.get(name)
    return None if name is None else -1
