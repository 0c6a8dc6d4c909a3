"""What a file asks for: read, whether people wrote it or `plan --out` did."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.limits import MAX_PLAN_BYTES
from jpcli.ledger.queries.products import product_titles
from jpcli.services.files.read import read_text
from jpcli.services.plan.ending import named_licenses
from jpcli.services.plan.file import read_wanted
from jpcli.services.sites.spelled import SiteNames

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.plan_terms import Wanted
    from jpcli.services.desk import Desk


class Order(NamedTuple):
    """What a file asks for. `ledger_head` is the state that a saved plan is for, else None."""

    source: str
    wanted: Wanted
    ledger_head: str | None = None
    plan_hash: str | None = None


def read_order(desk: Desk, source: str) -> Order:
    """What a file, or standard input for `-`, wants: TOML that people write, or a saved plan."""
    text = read_text(source, MAX_PLAN_BYTES)
    from jpcli.services.plan import saved as saved_plan

    titles, names = product_titles(desk.ledger), SiteNames(desk.ledger)
    products = [slug for slug, _ in titles]
    with without_collecting():
        if saved_plan.is_saved(text):
            saved = saved_plan.read_saved(text, source, products, names)
            return Order(source, saved.wanted, saved.ledger_head, saved.plan_hash)
        ends = partial(named_licenses, desk.ledger)
        return Order(source, read_wanted(text, source, products, names, titles, ends))


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
