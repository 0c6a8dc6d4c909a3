"""Applying: everything a plan says, in one transaction, with all of section 2's refusals.

Owns what is recorded for each step. The plan is made inside the transaction, from the state that
it changes; a refusal leaves the ledger as it was.
"""

from __future__ import annotations

from collections import deque
from os import urandom
from typing import TYPE_CHECKING, Any

from jpcli.domain import events
from jpcli.domain.answers import Answer, Note, each_object, joined
from jpcli.domain.money import display_amount
from jpcli.domain.names import new_keys
from jpcli.domain.words import month_name
from jpcli.ledger.queries.licenses import each_active_child
from jpcli.ledger.queries.sites import any_site
from jpcli.ledger.writer import asks_about
from jpcli.services.cards import expiry_notes
from jpcli.services.files.rows import named
from jpcli.services.licensing import act
from jpcli.services.meant import known_license
from jpcli.services.plan.cost import bill_so_far
from jpcli.services.plan.plan import STEP_COLUMNS, make, nothing_note, numbers
from jpcli.services.plan.second_looks import second_looks
from jpcli.services.refusals import check_may_issue, check_nothing_past_due
from jpcli.services.said import AT_ONCE, STOPPED, settled
from jpcli.services.sites.named import Places, place_asks
from jpcli.services.spool import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.answers import Table
    from jpcli.domain.contract.plan import AppliedAnswer, StepCounts, StepObject
    from jpcli.domain.contract.values import MoneyObject
    from jpcli.ledger.database.connection import Ask
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk
    from jpcli.services.plan.order import Order

_REASON = "apply"
_PAST = {
    "issue": "issued",
    "assign": "assigned",
    "transfer": "transferred",
    "unassign": "unassigned",
    "revoke": "revoked",
    "client": "clients entered",
}


def apply(desk: Desk, order: Order) -> Answer[AppliedAnswer]:
    """Make the ledger what `order` wants.

    Raises what `plan` does, and Refused `no_primary_card` (R1) when something must be issued,
    `invoice_past_due` (R2) when something must be issued or assigned; BadInput
    `before_last_event`, `time_in_future`.
    """
    request = {"command": "apply", "file": order.request}
    asks = [*asks_about(desk.ledger, issues=True), lambda: any_site(desk.ledger)]
    answer = act(desk, request, lambda writer: _apply(desk, writer, order), asks)
    if all(note.code != STOPPED for note in answer.notes):
        return answer
    return answer._replace(data={**answer.data, "bill": bill_so_far(desk, answer.data["bill"])})


def _apply(desk: Desk, writer: Writer, order: Order) -> Answer[AppliedAnswer]:
    planned = make(desk, order)
    if planned.data["counts"]["issue"]:
        check_may_issue(desk)
    elif planned.data["counts"]["assign"]:
        check_nothing_past_due(desk)
    applying = _Applying(desk, writer)
    steps = table(STEP_COLUMNS, applying.record(planned.data["steps"]))
    data: AppliedAnswer = {**planned.data, "steps": steps}
    if not planned.plan.steps:
        return Answer(data, (nothing_note(order.source),))
    done = Note("applied", f"Applied {named(order.source)}: {_done(data['counts'])}", "ok")
    expiry = (_costs(data), *expiry_notes(desk)) if data["counts"]["issue"] else ()
    writer.flush()
    alike = (*applying.places.client_notes(), *second_looks(desk, planned.plan.steps))
    return Answer(data, joined((done,), planned.in_use, alike, expiry))


def _costs(data: AppliedAnswer) -> Note:
    """What all of it makes of this month's bill and of earlier ones, and that what is issued costs
    its day at least."""
    month = data["bill"]["month"]
    made = [
        f"{month_name(each['period'])} {_more(each['difference'])}"
        for each in (*data["bill"]["earlier_months"], month)
    ]
    end = settled(month["period"], elsewhere=month["settled_elsewhere"])
    return Note("costs", f"Makes {', '.join(made)}{end}; {AT_ONCE}")


def _more(change: MoneyObject) -> str:
    amount = display_amount(abs(change["amount_minor"]), change["currency"])
    return f"{amount} {'less' if change['amount_minor'] < 0 else 'more'}"


def _done(counts: StepCounts) -> str:
    """`3 issued, 1 revoked`."""
    return ", ".join(f"{n:,} {_PAST[action]}" for action, n in numbers(counts) if n)


class _Applying:
    """The steps of one plan; `at` is when they happen, `until_at` when what is revoked ends."""

    def __init__(self, desk: Desk, writer: Writer) -> None:
        self._desk = desk
        self._writer = writer
        self._at = desk.effective_at()
        self._until_at = desk.effective_at(end_of_day=True)
        self.places = Places(writer)
        self._children: dict[str, deque[str]] = {}  # new ones, by product

    def record(self, steps: Table[StepObject]) -> Iterator[tuple[Any, ...]]:
        """Record every step, and tell it with the key of the license that it is about."""
        for step in self._desk.ledger.each(each_object(steps), self._asks):
            key = self._one(step)
            if self._desk.dry_run:  # whose new keys are gone with it
                key = step["license_key"]
            yield tuple({**step, "license_key": key}.values())

    def _asks(self, step: StepObject) -> Iterator[Ask]:
        if step["site"] is not None:
            yield from place_asks(self.places.names, step["site"], step["client"])
        if step["license_key"] is not None:
            yield from asks_about(self._desk.ledger, license_keys=(step["license_key"],))

    def _one(self, step: StepObject) -> str | None:
        key, site = step["license_key"], step["site"]
        if site is not None:
            self.places.ensure(site, step["client"], self._at)
        if step["action"] == "issue":
            return self._bundle(step) if step["bundle_size"] else self._issue(step)
        if key is None:
            if step["product"] is None:
                return None
            key = self._children[step["product"]].popleft()
        if step["action"] == "revoke":
            return self._revoke(key, step["bundle_size"] is not None)
        return self._move(step["action"], key, site, step["from"])

    def _issue(self, step: StepObject) -> str:
        """D1: active from this moment on, on its site at once if it is for one."""
        assert step["product"] is not None
        (key,) = new_keys(step["product"], 1, urandom)
        terms = events.license_terms(step["product"])
        self._writer.record(*events.license_issued(key, terms), at=self._at)
        if step["site"] is not None:
            self._writer.record(*events.license_assigned(key, step["site"]), at=self._at)
        return key

    def _bundle(self, step: StepObject) -> str:
        """B1: a parent, and children that steps after this one put on sites."""
        product, size = str(step["product"]), step["bundle_size"] or 0
        key, *children = new_keys(product, size + 1, urandom)
        self._writer.record(
            *events.license_issued(key, events.license_terms(product, size)), at=self._at
        )
        terms = events.license_terms(product, size, key)
        for child in children:
            self._writer.record(*events.license_issued(child, terms), at=self._at)
        self._children.setdefault(product, deque()).extend(children)
        return key

    def _move(self, action: str, key: str, site: str | None, before: str | None) -> str:
        """W1: a transfer is one event, so there is no moment without a site."""
        if site is None:
            entry = events.license_unassigned(key, before)
        elif action == "assign":
            entry = events.license_assigned(key, site)
        else:
            entry = events.license_transferred(key, site, before)
        self._writer.record(*entry, at=self._at)
        return key

    def _revoke(self, key: str, is_bundle: bool) -> str:
        """B2: a bundle takes all its children along."""
        self._end(key)
        if is_bundle:
            bundle = known_license(self._desk.ledger, key)
            for child in each_active_child(self._desk.ledger, bundle.id):
                self._end(child.license_key)
        return key

    def _end(self, key: str) -> None:
        entry = events.license_revoked(key)
        self._writer.record(*entry, at=self._until_at, reason=_REASON)
