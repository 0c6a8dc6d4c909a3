"""The members of a proof, in order (docs/proof.md).

Owns what is in them. One client's proof has nothing of other clients but how many license-days each
has of a line, without names. Streams: a license is read while it is written.
"""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

from jpcli.domain import events
from jpcli.domain.agency_events import PRICE_REMOVED
from jpcli.domain.events import LATEST_SEQ, LINE_FIELDS, PRICE_SET
from jpcli.domain.listed import Listed
from jpcli.ledger.events.log import head
from jpcli.ledger.queries import invoice_lines
from jpcli.ledger.queries import proofs as queries
from jpcli.services.marks import Marks
from jpcli.services.proofs.closing import list_rows, short_members
from jpcli.services.proofs.form import FORM, compact
from jpcli.services.proofs.lives import RENAMES, Names, life_of, owners_of, stays_of
from jpcli.services.proofs.owned import Numbered, Owned, stated
from jpcli.services.proofs.parts import Shared, whole_shares
from jpcli.services.proofs.provable import is_too_long, too_long
from jpcli.services.proofs.scope import scope_of
from jpcli.services.proofs.shown import as_event, shown_event

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.domain.errors import Refused
    from jpcli.domain.numbers import Numbers
    from jpcli.domain.owners import Stretch
    from jpcli.ledger.queries.proofs import Linked
    from jpcli.reports.statement.statement import Whose
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk
    from jpcli.services.proofs.lives import Stay


class Writing:
    """The members of one proof, in order. What they share is read once."""

    def __init__(
        self,
        desk: Desk,
        computed: Computed,
        shared: Shared | None,
        whose: Whose | None,
        markup: str | None,
    ) -> None:
        self._desk, self._computed, self._shared = desk, computed, shared
        self._whose, self._markup = whose, markup
        invoice = computed.invoice
        self._seq = LATEST_SEQ if invoice is None else invoice.id
        self._renames = queries.linked_events(desk.ledger, RENAMES, self._seq)
        self._names = Names(map(as_event, self._renames))
        self._scope = scope_of(desk, computed, whole=whose is None)
        self._counts = {"sites": 0, "licenses": 0, "events": 0}
        self._numbers, self._owned = Numbered(self._names), Owned()
        self._mine = None
        if whose is not None:
            self._mine = stated(whose.client, self._numbers.clients.of)
            self._read_owned()

    def pieces(self) -> Iterator[str]:
        """The whole text."""
        closing, kept = self._closing()
        yield "{\n" + ",\n".join(
            f' "{name}": {compact(value)}'
            for name, value in (
                ("form", FORM),
                ("invoice", self._invoice()),
                ("whose", None if self._whose is None else {"client": self._whose.client}),
                ("markup", None if self._markup is None else self._markup.removesuffix("%")),
                ("closing", closing),
            )
        )
        zone = (events.LEDGER_CREATED, events.LEDGER_ZONE_SET)
        ledger = self._desk.ledger
        yield from self._list("ledger", self._shown(queries.linked_events(ledger, zone)))
        yield from self._list("prices", self._shown(self._prices()))
        yield from self._list("renames", self._shown(self._own_renames()))
        yield from self._list("earlier", self._earlier())
        yield from self._list("lines", self._lines())
        for name in ("holders", "shares"):
            if kept is None:
                yield f',\n "{name}": null'
            else:
                yield from self._list(name, kept.pop(name))
        yield from self._list("sites", self._sites())
        yield from self._list("licenses", self._licenses())
        yield f',\n "counts": {compact(self._counts)}\n}}\n'

    def _list(self, name: str, items: Iterable[Any]) -> Iterator[str]:
        """A member that is an array, an item a line; what is long may be text already."""
        yield f',\n "{name}": ['
        mark = "\n  "
        for item in items:
            text = item if type(item) is str else compact(item)
            if is_too_long(text):
                raise _too_long(name, item)
            yield mark + text
            mark = ",\n  "
        yield "\n ]"

    def _invoice(self) -> dict[str, Any]:
        ledger, computed = self._desk.ledger, self._computed
        invoice, period = computed.invoice, computed.period
        total_minor = sum(line.amount_minor for line in computed.lines)
        if self._shared is not None:
            total_minor = self._shared.total_minor
        return {
            "number": None if invoice is None else invoice.number,
            "period": period.label,
            "first_day": period.first_day,
            "last_day": period.last_day,
            "currency": ledger.currency,
            "time_zone": ledger.zone,
            "total_minor": total_minor,
            "content_hash": None if invoice is None else invoice.content_hash,
            "head": head(ledger) if invoice is None else invoice.head.hex(),
        }

    def _closing(self) -> tuple[dict[str, Any] | None, dict[str, Iterator[Any]] | None]:
        """The event that closed the invoice but for its lists, and its holders and shares, which
        were recorded before it if they are many; of an open month only those. One client's proof
        has none of it, and invoices of the first ledgers kept no shares."""
        if self._whose is not None:
            return None, None
        if self._computed.invoice is None:
            return None, whole_shares(self._desk, self._computed)
        closed = queries.closing_event(self._desk.ledger, self._seq)
        pieces = partial(queries.data_pieces, self._desk.ledger, self._seq)
        data, listed = short_members(pieces)
        previous, rows = closed.previous, partial(list_rows, pieces)
        if "listed" in data:
            first = self._seq - Listed(**data["listed"]).events
            previous = queries.closing_event(self._desk.ledger, first).previous
            rows = partial(queries.listed_rows, self._desk.ledger, first, self._seq - 1)
        told = {**closed._asdict(), "previous": previous.hex(), "data": data}
        del told["hash"]  # it is the head
        if "listed" not in data and "shares" not in listed:
            return told, None
        return told, {name: rows(name) for name in ("holders", "shares")}

    def _prices(self) -> list[Linked]:
        found = []
        offers = self._scope.offers
        if self._shared is not None:
            offers = {(item.line.product, 1) for item in self._shared.lines if item.line.product}
        for product in sorted({product for product, _ in offers}):
            kinds = (PRICE_SET, PRICE_REMOVED)
            found += queries.linked_events(self._desk.ledger, kinds, self._seq, product)
        return found

    def _own_renames(self) -> list[Linked]:
        """All of them; for one client its own and its sites'."""
        if self._whose is None:
            return self._renames
        sites, client = self._numbers.sites, self._whose.client
        return [
            item
            for item in self._renames
            if (site := self._names.site(item.subject, item.seq)) in sites
            or client in (site, self._names.client(item.subject, item.seq))
        ]

    def _earlier(self) -> Iterator[dict[str, Any]]:
        for invoice in self._scope.earlier:
            lines = invoice_lines.lines_of(self._desk.ledger, invoice.id)
            yield {
                "number": invoice.number,
                "period": invoice.period,
                "first_day": invoice.first_day,
                "last_day": invoice.last_day,
                "lines": [_line(line) for line in lines],
                "total_minor": invoice.total_minor,
                "content_hash": invoice.content_hash,
            }

    def _lines(self) -> Iterator[dict[str, Any] | str]:
        if self._shared is None:
            return map(_line, self._computed.lines)
        return (item.text for item in self._shared.lines)

    def _shown(self, found: Iterable[Linked]) -> Iterator[dict[str, Any]]:
        for item in found:
            self._counts["events"] += 1
            yield shown_event(item, self._whose, self._numbers.sites, self._names)

    def _sites(self) -> Iterator[dict[str, Any]]:
        for site, told in self._site_events():
            if self._whose is None:
                self._own(site, self._owners(told))
            elif site not in self._numbers.sites:
                continue
            self._counts["sites"] += 1
            yield {"site": site, "events": list(self._shown(told))}

    def _read_owned(self) -> None:
        """The sites that are the client's on some day of the month, and whose each one was."""
        period = self._computed.period
        for site, told in self._site_events():
            owners = self._owners(told)
            if any(
                stretch.client_id == self._mine
                and stretch.first_day <= period.last_day
                and stretch.last_day >= period.first_day
                for stretch in owners
            ):
                self._own(site, owners)

    def _owners(self, told: Iterable[Linked]) -> list[Stretch]:
        return owners_of(map(as_event, told), self._numbers.client, self._desk.ledger.calendar)

    def _own(self, site: str, owners: list[Stretch]) -> None:
        self._owned.add(self._numbers.sites.of(site), owners)

    def _site_events(self) -> Iterator[tuple[str, list[Linked]]]:
        """(site, its events) of the sites that the bill's licenses are on, by what they are called
        in the end."""
        ledger = self._desk.ledger
        # A site has the number of the event that made it.
        used = Marks(queries.used_sites(ledger, self._parts()))
        renamed = {self._names.site(item.subject, item.seq) for item in self._renames}
        gathered: dict[str, list[Linked]] = {}
        stream = queries.site_events(ledger, self._seq)
        for _, found in groupby(stream, lambda item: item.subject):
            for site, told in groupby(found, lambda item: self._names.site(item.subject, item.seq)):
                several = list(told)
                if site in renamed:
                    gathered.setdefault(site, []).extend(several)
                elif any(item.seq in used for item in several):
                    yield site, several
        for site, several in gathered.items():
            if any(item.seq in used for item in several):
                yield site, sorted(several)

    def _parts(self) -> list[queries.Part]:
        client_id = None if self._shared is None else self._shared.client_id
        return [part._replace(client_id=client_id) for part in self._scope.parts]

    def _licenses(self) -> Iterator[dict[str, Any]]:
        calendar = self._desk.ledger.calendar
        stream = queries.license_events(self._desk.ledger, self._parts(), self._seq)
        for license_key, group in groupby(stream, lambda item: item.subject):
            told = list(group)
            life = life_of([as_event(item) for item in told], self._numbers.site, calendar)
            days = [
                self._day_row(stay)
                for period in self._scope.months_of(life.product, life.bundle_size)
                for stay in stays_of(life.spans, self._owned.of, period.first_day, period.last_day)
                if self._whose is None or stay.client == self._mine
            ]
            if not days:
                continue
            self._counts["licenses"] += 1
            yield {
                "license_key": license_key,
                "product": life.product,
                "bundle_size": life.bundle_size,
                "bundle_key": life.bundle_key,
                "days": days,
                "events": list(self._shown(told)),
            }

    def _day_row(self, stay: Stay) -> list[Any]:
        iso, numbers = self._desk.ledger.calendar.iso, self._numbers
        site, client = _named(stay.site, numbers.sites), _named(stay.client, numbers.clients)
        return [iso(stay.first_day), iso(stay.last_day), site, client]


def _named(number: Any, numbers: Numbers) -> Any:
    """What has a number; None and WITHHELD are themselves."""
    return numbers.text(number) if number else number


def _too_long(name: str, item: Any) -> Refused:
    """Found while it is written, so that no license is read twice for it: what is out by then is
    no proof, and no file."""
    subject = str(next(iter(item.values()))) if isinstance(item, dict) else name
    hint = "See what is so long:   jpcli log --limit 20"
    return too_long(f"{subject}, one of the proof's {name}", hint, subject)


def _line(line: Any) -> dict[str, Any]:
    return {name: getattr(line, name) for name in LINE_FIELDS}
