"""Issuing: a license is made, and billed, from that moment, assigned or not (D1).

Owns `issue`, one by one and from a file. Refused without a primary card (R1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain import events
from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import BadInput, Problem
from jpcli.domain.names import new_keys
from jpcli.domain.words import count
from jpcli.ledger.queries.licenses import any_license, rows_recorded_after
from jpcli.ledger.writer import MANY
from jpcli.services.bulk import apply_each
from jpcli.services.cards import expiry_notes
from jpcli.services.change import change
from jpcli.services.refusals import check_may_issue, check_price, known_offer
from jpcli.services.shapes import license_objects, problem_objects
from jpcli.services.sites.named import Places

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jpcli.domain.contract.licenses import LicenseObject, LicensesAnswer
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk
    from jpcli.services.files.rows import Row

MOST_AT_ONCE = 1_000_000


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
) -> Answer[LicensesAnswer]:
    """Issue `quantity` licenses of `product` (or bundles), and put them on `site` at once.

    Raises BadInput (`unknown_product`, `unknown_bundle`, `bad_quantity`, `bad_site`,
    `time_in_future`) or Refused (`no_primary_card`, `no_price`, `site_has_other_client`).
    """
    wanted = Wanted(product, quantity, bundle_size, site, client)
    request = {"command": "issue", **wanted._asdict()}
    return change(desk, request, lambda writer: _issue(desk, writer, [(None, wanted)], []))


def issue_rows(
    desk: Desk, rows: Iterable[Row], problems: list[Problem], *, keep_going: bool = False
) -> Answer[LicensesAnswer]:
    """Issue what the rows of a file order, all or nothing unless `keep_going`.

    `problems` is the list that the reader of the rows fills while it goes.
    """
    orders = [(row.line, _order(row, problems)) for row in rows]
    wanted = [(line, order) for line, order in orders if order is not None]
    request = {"command": "issue", "rows": [list(order) for _, order in wanted]}
    return change(
        desk, request, lambda writer: _issue(desk, writer, wanted, problems, keep_going=keep_going)
    )


def _issue(
    desk: Desk,
    writer: Writer,
    orders: Sequence[tuple[int | None, Wanted]],
    problems: list[Problem],
    *,
    keep_going: bool = False,
) -> Answer[LicensesAnswer]:
    at = desk.effective_at()
    before = writer.last_seq
    bulk = _Issuing(desk, writer, at)
    if len(orders) == 1 and orders[0][0] is None:
        bulk.check(orders[0][1])  # a misspelt product is a better answer than a missing card
    check_may_issue(desk)
    if sum(order.quantity for _, order in orders) >= MANY and not any_license(desk.ledger):
        writer.expect_many()
    apply_each(orders, bulk.one, problems=problems, keep_going=keep_going)
    writer.flush()
    made = license_objects(rows_recorded_after(desk.ledger, before))
    data: LicensesAnswer = {"licenses": made}
    if problems:
        data["problems"] = problem_objects(problems)
    return Answer(data, (_said(desk, made, at), *expiry_notes(desk)))


class _Issuing:
    """Checks orders and records them, remembering what it has looked up."""

    def __init__(self, desk: Desk, writer: Writer, at: int) -> None:
        self._desk = desk
        self._writer = writer
        self._at = at
        self._offers: dict[tuple[str, int | None], int] = {}
        self._places = Places(writer)

    def check(self, wanted: Wanted) -> tuple[int, str | None, str | None]:
        """(bundle size, site, client) of an order that may be carried out."""
        if not 1 <= wanted.quantity <= MOST_AT_ONCE:
            raise BadInput(
                "bad_quantity",
                f"The quantity must be 1 to {MOST_AT_ONCE:,}, not {wanted.quantity}",
                subject=str(wanted.quantity),
            )
        size = self._size(wanted)
        if wanted.quantity * size > MOST_AT_ONCE:
            raise BadInput(
                "bad_quantity",
                f"{wanted.quantity:,} bundles of {size:,} are more than {MOST_AT_ONCE:,} licenses",
                subject=str(wanted.quantity),
            )
        if wanted.site is None:
            if wanted.client is not None:
                raise BadInput(
                    "client_without_site",
                    "A client comes with a site: a license belongs to the client of its site",
                    hint="Name the site, too:   --site URL",
                    subject=wanted.client,
                )
            return size, None, None
        if size > 1:
            raise BadInput(
                "bundle_to_site",
                "A bundle is not put on a site; its children are, one by one",
                hint="Issue it without --site, then:   jpcli assign LICENSE --site URL",
                subject=wanted.site,
            )
        return (size, *self._places.check(wanted.site, wanted.client))

    def one(self, wanted: Wanted) -> None:
        """Record one order."""
        size, site, client = self.check(wanted)
        if site is not None:
            self._places.ensure(site, client, self._at)
        per_order = size + 1 if size > 1 else 1
        keys = new_keys(wanted.product, wanted.quantity * per_order, _random)
        if size > 1:
            self._bundles(wanted.product, size, keys)
            return
        terms = events.license_terms(wanted.product)
        for key in keys:
            self._writer.record(*events.license_issued(key, terms), at=self._at)
        if site is not None:
            for key in keys:
                self._writer.record(*events.license_assigned(key, site), at=self._at)

    def _bundles(self, product: str, size: int, keys: list[str]) -> None:
        """B1: a parent, and `size` children that cost nothing themselves."""
        alone = events.license_terms(product, size)
        for first in range(0, len(keys), size + 1):
            parent = keys[first]
            self._writer.record(*events.license_issued(parent, alone), at=self._at)
            child = events.license_terms(product, size, parent)
            for key in keys[first + 1 : first + 1 + size]:
                self._writer.record(*events.license_issued(key, child), at=self._at)

    def _size(self, wanted: Wanted) -> int:
        known = (wanted.product, wanted.bundle_size)
        if known not in self._offers:
            size = known_offer(self._desk.ledger, *known)
            check_price(self._desk.ledger, wanted.product, size, self._at)
            self._offers[known] = size
        return self._offers[known]


def _random(count: int) -> bytes:
    from os import urandom

    return urandom(count)


def _said(desk: Desk, made: list[LicenseObject], at: int) -> Note:
    usable = [item for item in made if item["bundle_size"] is None]
    bundles = len(made) - len(usable)
    packed = f" in {count(bundles, 'bundle')}" if bundles else ""
    issued = count(len(usable), "license")
    calendar = desk.ledger.calendar
    message = f"Issued {issued}{packed}; billed from {calendar.iso(calendar.day_of(at))} on"
    return Note("issued", message, "ok")


def _order(row: Row, problems: list[Problem]) -> Wanted | None:
    """A row of a file as an order; a bad number is a problem with its line."""
    values = row.values
    numbers: dict[str, int | None] = {}
    for name in ("quantity", "bundle_size"):
        text = values.get(name)
        digits = str(text)
        if text is None:
            numbers[name] = None
        elif digits.isascii() and digits.isdigit() and len(digits) <= 7:
            numbers[name] = int(digits)
        else:
            message = f"{name} must be a whole number, not {digits[:40]}"
            problems.append(Problem(f"bad_{name}", digits[:40], message, row.line))
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
