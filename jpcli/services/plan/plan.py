"""Planning: what it takes to get from what there is to what a file wants, and what that costs.

Owns the answer of `plan`, and the one function that plans, for `apply` too. Nothing is recorded.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from jpcli.domain.answers import Answer, Note, joined
from jpcli.domain.errors import JpcliError, Problem, Refused
from jpcli.domain.instants import format_instant
from jpcli.domain.planner import make_plan, other_owners
from jpcli.domain.words import and_more, as_file, command_line, quoted
from jpcli.ledger.queries.invoices import any_invoice, closed_periods, credit_minor
from jpcli.ledger.queries.licenses import each_active_child
from jpcli.ledger.queries.plan import head, placed, present
from jpcli.ledger.queries.products import priced_offers
from jpcli.services.billing.books import books_begin
from jpcli.services.files.rows import named
from jpcli.services.licenses.in_use import in_use_note
from jpcli.services.meant import known_license
from jpcli.services.plan.cost import planned_bill
from jpcli.services.plan.ending import ending_licenses
from jpcli.services.plan.order import Order, check_names, read_order, stale, without_collecting
from jpcli.services.plan.second_looks import look_alikes_in, new_clients_in
from jpcli.services.put_away import check_wanted
from jpcli.services.refusals import (
    check_may_issue,
    check_no_bundle,
    check_not_before,
    check_nothing_past_due,
    check_price,
    known_offer,
)
from jpcli.services.spool import Spool, noted, table
from jpcli.services.supposed import supposed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jpcli.domain.answers import Notes
    from jpcli.domain.contract.plan import AppliedAnswer, PlanAnswer, StepCounts
    from jpcli.domain.plan_terms import Plan, Present, Step, Steps, Wanted
    from jpcli.ledger.database.connection import Ask
    from jpcli.ledger.queries.licenses import LicenseFacts
    from jpcli.ledger.queries.plan import Placed
    from jpcli.services.desk import Desk

# Of bundles with more children these are not asked for many bundles at once.
_FEW_CHILDREN = 20
STEP_COLUMNS = (
    "action",
    "license_key",
    "product",
    "site",
    "client",
    "from",
    "bundle_size",
)


class Planned(NamedTuple):
    """A plan for one ledger state, its data for an answer, and remarks on the bundles that end
    while they are in use."""

    plan: Plan
    data: AppliedAnswer
    in_use: Notes


def plan(desk: Desk, source: str, out: str | None = None) -> Answer[PlanAnswer]:
    """The steps and what they cost; with `out` they are saved for `apply`.

    Raises BadInput for a wrong file, Refused `site_has_other_client` (W2), `no_price`,
    `plan_is_stale`, `file_exists`. What would stop `apply` today (R1, R2) is a warning.
    """
    order = read_order(desk, source)
    planned = make(desk, order)
    steps = planned.plan.steps
    notes = [*_remarks(order, planned), *map(supposed, new_clients_in(desk, steps))]
    notes.extend(map(supposed, look_alikes_in(desk, steps)))
    if out is not None:
        from jpcli.services.plan.saved import save

        save(out, order.wanted, planned.data, format_instant(desk.now_at))
        hint = command_line("jpcli apply", as_file(out))
        notes.append(Note("saved", f"Saved: {out}", "ok", out, hint))
    elif steps and source != "-":
        notes.append(Note("next", "Make it so", hint=command_line("jpcli apply", source)))
    return Answer(planned.data, joined(tuple(_stops(desk, steps)), planned.in_use, notes))


def make(desk: Desk, order: Order) -> Planned:
    """Plan for the ledger as it is now; `apply` calls it inside its transaction."""
    if order.problem is not None:
        raise order.problem
    desk.ledger.ahead(_asks(desk))
    found_head = head(desk.ledger)
    if order.ledger_head not in (None, found_head):
        raise stale(order.source)
    if order.named_at != found_head:
        check_names(desk.ledger, order)
    with without_collecting():
        ending = ending_licenses(desk.ledger, order.wanted.revoke)
        there = present(desk.ledger, order.wanted.sites, ending, order.wanted.bundles)
        check_wanted(desk.ledger, order.wanted.sites)
        _check_owners(order, there)
        found = make_plan(order.wanted, there)
    from_at, until_at = desk.effective_at(), desk.effective_at(end_of_day=True)
    _check_offers(desk, found.steps, from_at)
    in_use: Spool[Note] = Spool(Note._make)
    told = _Telling(desk, order.wanted, in_use)
    data: AppliedAnswer = {
        "agency": desk.ledger.name,
        "file": order.source,
        "steps": table(STEP_COLUMNS, map(told.row, desk.ledger.each(found.steps, told.asks))),
        "counts": _counts(found.steps),
        "bill": planned_bill(desk, found.steps, from_at, until_at),
        "ledger_head": found_head,
    }
    if order.plan_hash is not None:
        from jpcli.services.plan.saved import altered, plan_hash

        if plan_hash(found_head, order.wanted, data["steps"]) != order.plan_hash:
            raise altered(order.source)
    return Planned(found, data, noted(in_use))


def _asks(desk: Desk) -> Iterator[Ask]:
    """What is asked for every plan, and again for what it costs."""
    ledger = desk.ledger
    yield partial(head, ledger)
    yield partial(priced_offers, ledger)
    yield partial(any_invoice, ledger)
    yield partial(closed_periods, ledger)
    yield partial(credit_minor, ledger)
    yield partial(books_begin, ledger)
    yield lambda: check_may_issue(desk)
    yield lambda: check_nothing_past_due(desk)


class _Telling:
    """Steps as they are told: with what the licenses are called. Each is looked up by itself, so
    that a million of them are never in memory."""

    def __init__(self, desk: Desk, wanted: Wanted, in_use: Spool[Note]) -> None:
        self._ledger = desk.ledger
        self._from_at = desk.effective_at()
        self._until_at = desk.effective_at(end_of_day=True)
        self._wanted = wanted
        self._in_use = in_use

    def asks(self, step: Step) -> Iterator[Ask]:
        """What `row` asks of a license."""
        if step.number is not None:
            yield partial(placed, self._ledger, step.number)
            if 0 < step.children <= _FEW_CHILDREN:
                yield lambda: list(each_active_child(self._ledger, step.number or 0))

    def row(self, step: Step) -> tuple[Any, ...]:
        """One step in the order of `STEP_COLUMNS`. `client` is that of the site it is about.

        Raises BadInput `before_last_event` for what is dated before what happened last.
        """
        action, product, site, client, number, children = step
        if number is None:
            return action, None, product, site, client, None, children or None
        item = placed(self._ledger, number)
        if children:
            self._check_children(number, item)
        self._check(item.license_key, item.last_at, action)
        whose = client if site is not None else item.client
        return action, item.license_key, product, site, whose, item.site, children or None

    def _check_children(self, number: int, bundle: Placed) -> None:
        """They go with the bundle, also those that are on sites, which the file leaves without: it
        says so itself, so nobody has to agree once more."""
        sites = set()
        for child in each_active_child(self._ledger, number):
            self._check(child.license_key, child.last_at, "revoke")
            if not self._has_another(child):
                sites.add(child.site)
        sites.discard(None)
        if sites:
            self._in_use.append(in_use_note(bundle.license_key, map(str, sites)))

    def _has_another(self, child: LicenseFacts) -> bool:
        """Whether its site keeps another, or gets one in its place: the file wants one there."""
        wish = self._wanted.sites.get(str(child.site))
        return wish is not None and bool(wish.products.get(child.product))

    def _check(self, license_key: str, last_at: int, action: str) -> None:
        at = self._until_at if action == "revoke" else self._from_at
        if last_at > at:
            check_not_before(self._ledger, known_license(self._ledger, license_key), at)


def said(counts: StepCounts) -> str:
    """`3 to issue, 1 to revoke`."""
    names = {"client": "client to enter"}
    parts = [f"{n:,} {names.get(action, f'to {action}')}" for action, n in numbers(counts) if n]
    return ", ".join(parts) or "nothing to do"


def numbers(counts: StepCounts) -> Iterator[tuple[str, int]]:
    """Each action, and how many steps are of it."""
    yield from cast("Mapping[str, int]", counts).items()


def _counts(steps: Steps) -> StepCounts:
    return {
        "issue": steps.count("issue"),
        "assign": steps.count("assign"),
        "transfer": steps.count("transfer"),
        "unassign": steps.count("unassign"),
        "revoke": steps.count("revoke"),
        "client": steps.count("client"),
    }


def _check_offers(desk: Desk, steps: Steps, at: int) -> None:
    """What is issued is sold so, and has a price."""
    for product, size in sorted({(str(s.product), s.children) for s in steps.of("issue")}):
        check_no_bundle(desk.ledger, product, size or None)
        check_price(desk.ledger, *known_offer(desk.ledger, product, size or None), at)


def _check_owners(order: Order, there: Present) -> None:
    """W2: all sites at once that belong to another client than the file says."""
    found = list(other_owners(order.wanted, there))
    if not found:
        return
    problems = tuple(
        Problem("site_has_other_client", site, f"{site} belongs to {owner}, not to {client}")
        for site, owner, client in found
    )
    site, _, client = found[0]
    raise Refused(
        "site_has_other_client",
        problems[0].message + and_more(len(found) - 1),
        hint=f"Hand it over:   jpcli sites move {quoted(site)} --client {quoted(client)}",
        subject=site,
        problems=problems if len(problems) > 1 else (),
    )


def _stops(desk: Desk, steps: Steps) -> Iterator[Note]:
    """R1, R2: what `apply` would be refused for as things stand."""
    check = None
    if steps.count("issue"):
        check = check_may_issue
    elif steps.count("assign"):
        check = check_nothing_past_due
    if check is not None:
        try:
            check(desk)
        except JpcliError as error:
            yield Note(error.code, error.message, "warning", error.subject, error.hint)


def nothing_note(source: str) -> Note:
    """That the ledger is as a file says."""
    return Note("nothing_to_do", f"Nothing to do: it is as {named(source)} says", "ok")


def _remarks(order: Order, planned: Planned) -> Iterator[Note]:
    if not planned.plan.steps:
        yield nothing_note(order.source)
    for product, count in planned.plan.above_most.items():
        whose = "it belongs to a bundle in use" if count == 1 else "they belong to bundles in use"
        message = f"{count:,} more unassigned {product} than wanted: {whose}"
        yield Note("spares_in_bundles", message, "info", product)
    idle = 0
    for step in planned.plan.steps.of("unassign"):
        spare = order.wanted.spares.get(str(step.product), order.wanted.other_spares)
        idle += spare.most is None
    if idle:
        message = f"{idle:,} to be unassigned {'stays' if idle == 1 else 'stay'} active and billed"
        hint = f"Let [spares] in {named(order.source)} say how many there may be"
        yield Note("stays_billed", message, "info", None, hint)
