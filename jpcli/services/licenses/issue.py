"""Issuing: a license is made, and billed, from that moment, assigned or not (D1).

Owns `issue`, one by one and from a file. Refused without a primary card (R1).
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain import events
from jpcli.domain.answers import Answer, Chosen, Note
from jpcli.domain.errors import BadInput, Problem
from jpcli.domain.names import new_keys
from jpcli.domain.words import count
from jpcli.ledger.queries.cards import cards
from jpcli.ledger.queries.licenses import any_license, rows_recorded_after
from jpcli.ledger.queries.products import bundle_sizes, is_hidden, priced_offers
from jpcli.ledger.writer import FLUSH_EVENTS, MANY, asks_about
from jpcli.services.bulk import apply_each
from jpcli.services.cards import expiry_notes
from jpcli.services.files.rows import whole_number
from jpcli.services.licenses.costs import Costs
from jpcli.services.licensing import act, act_rows
from jpcli.services.refusals import (
    check_has_site,
    check_may_issue,
    check_no_bundle,
    check_nothing_past_due,
    check_price,
    known_offer,
)
from jpcli.services.said import issued_note
from jpcli.services.shapes import license_table, problem_table
from jpcli.services.sites.named import Places, place_asks
from jpcli.services.sites.spelled import SiteNames
from jpcli.services.supposed import without_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jpcli.domain.contract.licenses import IssuedAnswer
    from jpcli.ledger.database.connection import Ask
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk
    from jpcli.services.files.rows import Row

MOST_AT_ONCE = 1_000_000
_MOST_AT_HAND = 4_096


class Wanted(NamedTuple):
    """One order: `quantity` licenses, or bundles when `bundle_size` is more than 1."""

    product: str
    quantity: int = 1
    bundle_size: int | None = None
    site: str | None = None
    client: str | None = None


def issue(
    desk: Desk,
    product: str,
    quantity: int = 1,
    bundle_size: int | None = None,
    site: str | None = None,
    client: str | None = None,
) -> Answer[IssuedAnswer]:
    """Issue `quantity` licenses of `product` (or bundles), and put them on `site` at once.

    Raises BadInput (`unknown_product`, `unknown_bundle`, `bad_quantity`, `bad_site`,
    `time_in_future`) or Refused (`no_primary_card`, `no_price`, `site_has_other_client`).
    """
    wanted = Wanted(product, quantity, bundle_size, site, client)
    request = {"command": "issue", **wanted._asdict()}

    def do(writer: Writer) -> Answer[IssuedAnswer]:
        issuing = _Issuing(desk, writer)
        issuing.check(wanted)  # a misspelt product is a better answer than a missing card
        return issuing.run([(None, wanted)], [])

    return act(desk, request, do, _asks(desk, wanted))


def issue_rows(
    desk: Desk, rows: Iterable[Row], problems: list[Problem], *, keep_going: bool = False
) -> Answer[IssuedAnswer]:
    """Issue what the rows of a file order, all or nothing unless `keep_going`.

    `problems` is the list that the reader of the rows fills while it goes.
    """
    orders = ((row.line, _order(row, problems)) for row in rows)
    wanted = ((line, order) for line, order in orders if order is not None)

    def do(writer: Writer, items: Iterable[tuple[int, Wanted]]) -> Answer[IssuedAnswer]:
        return _Issuing(desk, writer).run(items, problems, keep_going=keep_going)

    return act_rows(
        desk, {"command": "issue"}, wanted, problems, do, _asks(desk), keep_going=keep_going
    )


def _asks(desk: Desk, wanted: Wanted | None = None) -> Iterator[Ask]:
    """What is asked first, and for one order."""
    yield lambda: any_license(desk.ledger)
    yield lambda: cards(desk.ledger)
    yield lambda: check_nothing_past_due(desk)
    yield from asks_about(desk.ledger, issues=True)
    if wanted is not None:
        yield from _asks_of(SiteNames(desk.ledger), wanted)


def _asks_of(names: SiteNames, wanted: Wanted) -> Iterator[Ask]:
    """What is asked for one order."""
    ledger, product = names.ledger, wanted.product
    yield partial(bundle_sizes, ledger, product)
    yield partial(is_hidden, ledger, product)
    yield partial(priced_offers, ledger, product)
    if wanted.site is not None:
        yield from place_asks(names, wanted.site, wanted.client)


class _Issuing:
    """Checks orders and records them, remembering what it has looked up."""

    def __init__(self, desk: Desk, writer: Writer) -> None:
        self._desk = desk
        self._writer = writer
        self._at = desk.effective_at()
        self._offers: dict[tuple[str, int | None], tuple[str, int]] = {}
        self._terms: dict[str, Mapping[str, Any]] = {}
        self._random = _Random().take
        self._places = Places(writer)
        self._costs = Costs(desk, writer, self._at)
        self._bundles = 0
        self._usable = 0
        self._is_first = not any_license(desk.ledger)

    def run(
        self,
        orders: Iterable[tuple[int | None, Wanted]],
        problems: list[Problem],
        *,
        keep_going: bool = False,
    ) -> Answer[IssuedAnswer]:
        """Record all orders, and tell what was made."""
        before = self._writer.last_seq
        check_may_issue(self._desk)
        names = self._places.names
        orders = self._desk.ledger.each(orders, lambda order: _asks_of(names, order[1]))
        left_out = apply_each(
            orders, self.one, problems=problems, keep_going=keep_going, begins=self._writer.begins
        )
        self._writer.flush()
        rows = rows_recorded_after(self._desk.ledger, before)
        if self._desk.dry_run:
            rows = without_keys(rows, bundles=True)
        made = license_table(rows)
        data: IssuedAnswer = {"licenses": made}
        if left_out:
            data["problems"] = problem_table(left_out)
        calendar = self._desk.ledger.calendar
        done = issued_note(calendar, self._usable, self._bundles, self._at)
        costs: tuple[Note, ...] = ()
        if self._usable:
            data["costs"], note = self._costs.told(self._usable)
            costs = (note,)
        notes = (done, *costs, *self._places.notes(), *expiry_notes(self._desk))
        return Answer(data, notes, chosen={"licenses": Chosen("made")})

    def check(self, wanted: Wanted) -> tuple[str, int, str | None, str | None]:
        """(product, bundle size, site, client) of an order that may be carried out."""
        if not 1 <= wanted.quantity <= MOST_AT_ONCE:
            raise BadInput(
                "bad_quantity",
                f"The quantity must be 1 to {MOST_AT_ONCE:,}, not {wanted.quantity}",
                subject=str(wanted.quantity),
            )
        product, size = self._offer(wanted)
        if wanted.quantity * size > MOST_AT_ONCE:
            raise BadInput(
                "bad_quantity",
                f"{count(wanted.quantity, 'bundle')} of {size:,} would be more than"
                f" {MOST_AT_ONCE:,} licenses",
                subject=str(wanted.quantity),
            )
        if wanted.site is None:
            check_has_site(wanted.client)
            return product, size, None, None
        if size > 1:
            raise BadInput(
                "bundle_to_site",
                "A bundle is not put on a site; its children are, one by one",
                hint="Issue it without --site, then:   jpcli assign LICENSE --site URL",
                subject=wanted.site,
            )
        return (product, size, *self._places.check(wanted.site, wanted.client))

    def one(self, wanted: Wanted) -> None:
        """Record one order."""
        product, size, site, client = self.check(wanted)
        if self._is_first and self._usable + wanted.quantity >= MANY:
            self._writer.expect_many()
            self._is_first = False  # once is enough
        if site is not None:
            self._places.ensure(site, client, self._at)
        if size > 1:
            for _ in range(wanted.quantity):
                self._bundle(product, size)
            self._bundles += wanted.quantity
        else:
            terms = self._terms.get(product)
            if terms is None:  # one object for all, which is encoded once
                terms = self._terms[product] = events.license_terms(product)
            self._single(product, wanted.quantity, terms, site)
        self._usable += wanted.quantity * size
        self._costs.add(product, size, wanted.quantity)

    def _single(
        self, product: str, quantity: int, terms: Mapping[str, Any], site: str | None = None
    ) -> None:
        """So many licenses, some thousand keys at a time."""
        for first in range(0, quantity, FLUSH_EVENTS):
            keys = new_keys(product, min(FLUSH_EVENTS, quantity - first), self._random)
            for key in keys:
                self._writer.record(*events.license_issued(key, terms), at=self._at)
            if site is not None:
                for key in keys:
                    self._writer.record(*events.license_assigned(key, site), at=self._at)

    def _bundle(self, product: str, size: int) -> None:
        """B1: a parent, and `size` children that cost nothing themselves."""
        (parent,) = new_keys(product, 1, self._random)
        alone = events.license_terms(product, size)
        self._writer.record(*events.license_issued(parent, alone), at=self._at)
        self._single(product, size, events.license_terms(product, size, parent))

    def _offer(self, wanted: Wanted) -> tuple[str, int]:
        named = (wanted.product, wanted.bundle_size)
        if named not in self._offers:
            check_no_bundle(self._desk.ledger, *named)
            known = known_offer(self._desk.ledger, *named)
            check_price(self._desk.ledger, *known, self._at)
            self._offers[named] = known
            self._costs.expect(*known)
        return self._offers[named]


class _Random:
    """Random bytes, each given once. The system is asked for those of some hundred keys at a time
    where a file wants key after key: to ask takes longer than to make one."""

    def __init__(self) -> None:
        self._drawn = b""
        self._used = 0
        self._asked = 0

    def take(self, count: int) -> bytes:
        """So many of them."""
        end = self._used + count
        if end > len(self._drawn):
            self._drawn = os.urandom(count + min(self._asked, _MOST_AT_HAND))
            self._asked += count
            self._used, end = 0, count
        taken = self._drawn[self._used : end]
        self._used = end
        return taken


def _order(row: Row, problems: list[Problem]) -> Wanted | None:
    """A row of a file as an order; a bad number is a problem with its line."""
    values = row.values
    numbers: dict[str, int | None] = {}
    for name in ("quantity", "bundle_size"):
        text = values.get(name)
        numbers[name] = None if text is None else whole_number(text)
        if text is not None and numbers[name] is None:
            shown = str(text)[:40]
            message = f"{name} must be a whole number, not {shown}"
            problems.append(Problem(f"bad_{name}", shown, message, row.line))
            return None
    quantity = numbers["quantity"]
    product, site, client = (values.get(name) for name in ("product", "site", "client"))
    if not isinstance(product, str):
        problems.append(Problem("bad_product", None, "product must be a text", row.line))
        return None
    return Wanted(
        product,
        1 if quantity is None else quantity,
        numbers["bundle_size"],
        None if site is None else str(site),
        None if client is None else str(client),
    )
