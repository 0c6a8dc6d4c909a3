"""What Jetpack says of a license, recorded here as it is there.

Owns which differences a pull settles: an end, a site, a license that is new here. What was issued
stays issued when it was (D1), and what was revoked here stays so (R5): such differences are shown.
R1 and R2 do not apply, because nothing new is granted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import agency_events, events, outside_events
from jpcli.domain.errors import BadInput
from jpcli.domain.instants import format_instant
from jpcli.ledger.queries.licenses import active_children, find
from jpcli.ledger.queries.products import product_names
from jpcli.ledger.queries.sites import find_site
from jpcli.services.jetpack.compare import (
    BUNDLE,
    BUNDLE_SIZE,
    ISSUED_AT,
    REVOKED_AT,
    Comparing,
)
from jpcli.services.refusals import exact_offer
from jpcli.services.sites.named import Places

if TYPE_CHECKING:
    from jpcli.jetpack.licensing import RemoteLicense
    from jpcli.ledger.queries.licenses import LicenseFacts
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk
    from jpcli.services.jetpack.compare import Difference
    from jpcli.services.jetpack.look import LookedSince


class TakingOver:
    """Records what a pull found, in one transaction. `changed` counts licenses; those that another
    command is at work on are left as they are."""

    def __init__(self, desk: Desk, writer: Writer, found: LookedSince) -> None:
        self._desk = desk
        self._ledger = desk.ledger
        self._writer = writer
        self._busy = found.busy(desk)
        self._places = Places(writer)
        self._comparing = Comparing(desk.ledger, found.looked.bundles)
        self._products = sorted(product_names(desk.ledger), key=len, reverse=True)
        self.changed = 0

    def known(self, remote: RemoteLicense) -> list[Difference]:
        """Settle what can be of a license that is there; gives all that was different."""
        facts = self._facts(remote.license_key)
        found = self._comparing.differences(facts, remote)
        self._note_number(remote)
        if facts.license_key in self._busy:
            return found
        settled = [each._replace(taken_over=self._settled(each, facts, remote)) for each in found]
        self.changed += any(each.taken_over for each in settled)
        self._writer.flush()
        return settled

    def check_new(self, remote: RemoteLicense) -> None:
        """Whether a license can be recorded; BadInput `unknown_product`, `unknown_bundle`, or
        `bad_instant` for times that no calendar has."""
        if remote.parent_license_id is None:
            exact_offer(self._ledger, self._product(remote), remote.quantity)
        for instant in (remote.issued_at, remote.revoked_at, remote.attached_at):
            if instant is not None:
                self._ledger.calendar.checked(instant, format_instant(instant))

    def new(self, remote: RemoteLicense, bundle_key: str | None) -> None:
        """Record a license, or a bundle, with all that Jetpack tells of it; it was checked."""
        key, at = remote.license_key, remote.issued_at
        product, size = self._product(remote), remote.quantity or 1
        if bundle_key is not None:
            bundle = self._facts(bundle_key)
            product, size = bundle.product, bundle.bundle_size
        terms = events.license_terms(product, size if size > 1 else None, bundle_key)
        self._writer.record(*events.license_issued(key, terms), at=at, reason="pull")
        self._writer.flush()
        self.changed += 1
        self._note_number(remote)
        facts = self._facts(key)
        place = self._comparing.place(facts, remote)
        if place is not None and place.url is not None:
            self._put(facts, place.url, remote)
        if remote.revoked_at is not None:
            self._end(facts, remote.revoked_at)
        self._writer.flush()

    def gone(self, key: str) -> bool:
        """End a license that Jetpack does not know, or a bundle, now; whether that was possible."""
        facts = self._facts(key)
        if facts.license_key in self._busy or facts.revoked_at is not None:
            return False
        self._end(facts, max(self._desk.now_at, facts.last_at))
        self.changed += 1
        self._writer.flush()
        return True

    def _settled(self, one: Difference, facts: LicenseFacts, remote: RemoteLicense) -> bool:
        if one.field in (ISSUED_AT, BUNDLE, BUNDLE_SIZE):
            return False
        if one.field == REVOKED_AT:
            if facts.revoked_at is not None or remote.revoked_at is None:
                return False
            self._end(facts, remote.revoked_at)
            return True
        place = self._comparing.place(facts, remote)
        if place is None or not place.is_known:
            return False
        self._put(facts, place.url, remote)
        return True

    def _end(self, facts: LicenseFacts, at: int) -> None:
        """A bundle takes along what Jetpack has not ended before (B2)."""
        ended = [facts]
        if facts.is_bundle:
            ended += active_children(self._ledger, facts.id)
        for each in ended:
            entry = events.license_revoked(each.license_key)
            self._writer.record(*entry, at=at, reason="pull")
        self.changed += len(ended) - 1

    def _put(self, facts: LicenseFacts, url: str | None, remote: RemoteLicense) -> None:
        """On the site on which Jetpack has it since then, or on none since now."""
        at = remote.attached_at  # None for on no site
        at = max(self._desk.now_at if at is None else at, facts.last_at)
        key, before = facts.license_key, facts.site
        if url is None:
            entry = events.license_unassigned(key, before)
        else:
            self._place(url, at)
            moved = before is not None
            entry = (
                events.license_transferred(key, url, before)
                if moved
                else events.license_assigned(key, url)
            )
        self._writer.record(*entry, at=at, reason="pull")

    def _place(self, url: str, at: int) -> None:
        facts = find_site(self._ledger, url)
        if facts is not None and facts.archived:
            # It is in use, whatever was thought here.
            self._writer.record(*agency_events.site_archived(url, False), reason="pull")
            self._writer.flush()
        self._places.ensure(self._places.check(url, None)[0], None, at)

    def _note_number(self, remote: RemoteLicense) -> None:
        """Keep by which number Jetpack knows a site."""
        if not self._comparing.is_news(remote):
            return
        place = self._comparing.place_of(remote)
        assert place is not None
        assert place.url is not None
        assert remote.blog_id is not None
        entry = outside_events.connection_seen(place.url, remote.blog_id, None)
        self._writer.record(*entry)
        self._writer.flush()

    def _facts(self, key: str) -> LicenseFacts:
        facts = find(self._ledger, key)
        assert facts is not None
        return facts

    def _product(self, remote: RemoteLicense) -> str:
        """The product of the price list with whose name the key begins: one may have a `_`."""
        return next((name for name in self._products if remote.is_of(name)), remote.product)


def not_in_bundle(remote: RemoteLicense) -> BadInput:
    """For a license of a bundle that the ledger does not have."""
    return BadInput(
        "unknown_bundle_key",
        f"{remote.license_key} belongs to a bundle that is not in this ledger",
        hint="Name the bundle; what is in it comes with it.",
        subject=remote.license_key,
    )
