"""What a file asks for: read, whether people wrote it or `plan --out` did."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.errors import JpcliError, Refused
from jpcli.domain.limits import MAX_PLAN_BYTES
from jpcli.domain.plan_terms import Wanted
from jpcli.ledger.queries.plan import head
from jpcli.ledger.queries.products import product_titles
from jpcli.services.canonical import hash_of
from jpcli.services.files.read import read_text
from jpcli.services.files.rows import named
from jpcli.services.plan.ending import named_licenses
from jpcli.services.plan.file import read_wanted
from jpcli.services.sites.spelled import SiteNames, WrittenNames

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.ledger.database.connection import Ledger
    from jpcli.services.desk import Desk


class Order(NamedTuple):
    """What a file asks for. `ledger_head` is the state that a saved plan is for, else None;
    `named_at` the one in which its sites were called so, None where that was not looked up. The
    same `request` is the same order. `problem` is what it is refused for when it is planned."""

    source: str
    request: str
    wanted: Wanted
    ledger_head: str | None = None
    plan_hash: str | None = None
    named_at: str | None = None
    problem: JpcliError | None = None


def read_order(desk: Desk, source: str) -> Order:
    """What a file, or standard input for `-`, wants: TOML that people write, or a saved plan.

    Under a key, what is wrong with TOML waits until it is planned: what it names may have been
    right when it was applied, and then the first answer comes again."""
    text = read_text(source, MAX_PLAN_BYTES)
    from jpcli.services.plan import saved as saved_plan

    titles = product_titles(desk.ledger)
    products = [slug for slug, _ in titles]
    with without_collecting():
        if saved_plan.is_saved(text):
            saved = saved_plan.read_saved(text, source, products, WrittenNames(desk.ledger))
            found = saved.plan_hash
            return Order(source, found, saved.wanted, saved.ledger_head, found)
        order = Order(source, hash_of([text]), Wanted({}, {}), named_at=head(desk.ledger))
        ends = partial(named_licenses, desk.ledger)
        try:
            wanted = read_wanted(text, source, products, SiteNames(desk.ledger), titles, ends)
        except JpcliError as error:
            if desk.idempotency_key is None:
                raise
            return order._replace(problem=error)
        return order._replace(wanted=wanted)


def check_names(ledger: Ledger, order: Order) -> None:
    """Each site that is wanted still has to be called so, or another spelling of a site would get
    its licenses once more. Raises Refused `plan_is_stale`, BadInput `site_renamed`."""
    names = SiteNames(ledger)
    for site in names.in_turn(order.wanted.sites):
        if names.name(site) != site:
            raise stale(order.source)


def stale(source: str) -> Refused:
    """The refusal to apply what was planned for another state of the ledger (exit 3)."""
    return Refused(
        "plan_is_stale",
        f"{named(source)} was planned for another state of the ledger; something changed since",
        hint="Plan again:   jpcli plan FILE",
        subject=source,
    )


@contextmanager
def without_collecting() -> Iterator[None]:
    """A hundred thousand licenses stay in memory until the plan is made: looking for garbage among
    them again and again takes a fifth of the time and finds none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
