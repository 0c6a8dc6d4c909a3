"""One screen: where the agency stands today, and what to do next."""

from __future__ import annotations

from heapq import nsmallest
from typing import TYPE_CHECKING

from jpcli.domain.answers import Answer
from jpcli.domain.calculator import totals
from jpcli.domain.instants import format_instant
from jpcli.domain.money import money_json
from jpcli.domain.words import count
from jpcli.ledger.queries import invoices
from jpcli.ledger.queries import licenses as queries
from jpcli.ledger.queries.cards import cards
from jpcli.ledger.queries.collection import way_of
from jpcli.services.billing.books import is_settled_elsewhere
from jpcli.services.billing.compute import Question, compute
from jpcli.services.billing.last_month import last_month
from jpcli.services.billing.owner_days import owner_days
from jpcli.services.billing.splitting import Splitting
from jpcli.services.billing.waiting import waiting_months
from jpcli.services.billing.waste import oldest_waste, waste_by_line
from jpcli.services.cards import expiry_notes, list_cards
from jpcli.services.collection.unpaid import unpaid_step
from jpcli.services.invoices.invoices import invoice_head
from jpcli.services.jetpack.waiting import waiting_object, waiting_wishes, wish_steps
from jpcli.services.ledger.zone import zone_notes
from jpcli.services.sites.remarks import ledger_notes
from jpcli.services.stops import stops

if TYPE_CHECKING:
    from jpcli.domain.contract.licenses import StateCounts
    from jpcli.domain.contract.status import (
        ClientCost,
        NextStep,
        StatusAnswer,
        StatusBill,
        StopObject,
    )
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.services.billing.owner_days import OwnerDays
    from jpcli.services.billing.period import Computed
    from jpcli.services.billing.weights import Weights
    from jpcli.services.desk import Desk

# The oldest licenses on no site that are named one by one.
NAMED = 20
# The clients that cost most.
CLIENTS = 3


def status(desk: Desk) -> Answer[StatusAnswer]:
    """Cards, license counts, the month's bill so far and projected, against last month's and by
    client, what is wasted, months that wait to be closed, invoices that are not collected or past
    due, calls to Jetpack that wait, what stops work and when, warnings, next steps."""
    counts = _counts(desk)
    waiting = waiting_months(desk)
    unpaid = invoices.unpaid(desk.ledger)
    uncollected = [invoice_head(desk, invoice) for invoice in unpaid]
    wishes = waiting_wishes(desk)
    stopping = stops(desk, unpaid, wishes)
    data: StatusAnswer = {
        "agency": desk.ledger.name,
        "ledger": desk.ledger.path,
        "currency": desk.ledger.currency,
        "time_zone": desk.ledger.zone,
        **_bill(desk),
        "cards": list_cards(desk).data["cards"],
        "licenses": counts,
        "stops": stopping,
        "waiting": waiting,
        "past_due": [invoice for invoice in uncollected if invoice["past_due"]],
        "uncollected": uncollected,
        "wishes": [waiting_object(one) for one in wishes],
        "next": [
            *wish_steps(wishes),
            *_billing_steps(desk, waiting, unpaid),
            *_next_steps(desk, counts, stopping),
        ],
    }
    return Answer(data, (*expiry_notes(desk), *zone_notes(desk), *ledger_notes(desk.ledger)))


def _counts(desk: Desk) -> StateCounts:
    ((_, assigned, unassigned, revoked),) = queries.count_by_state(
        desk.ledger, queries.LicenseFilter()
    )
    return {
        "total": assigned + unassigned,
        "assigned": assigned,
        "unassigned": unassigned,
        "revoked": revoked,
    }


def _bill(desk: Desk) -> StatusBill:
    """The present month, and what licenses on no site have of it."""
    currency = desk.ledger.currency
    computed = compute(desk, Question())
    to_date, projected = totals(computed.lines)
    owned = owner_days(desk, computed)
    waste = waste_by_line(computed, owned)
    named, others = oldest_waste(desk, computed, waste, NAMED)
    wasted, wasted_by_end = (
        sum(item.to_date_minor for item in waste),
        sum(item.amount_minor for item in waste),
    )
    return {
        "as_of": format_instant(computed.as_of_at),
        "today": desk.ledger.calendar.iso(computed.today),
        "bill": {
            "period": computed.period.label,
            "settled_elsewhere": is_settled_elsewhere(desk.ledger, computed.period.label),
            "to_date": money_json(to_date, currency),
            "projected": money_json(projected, currency),
            "unassigned_to_date": money_json(wasted, currency),
            "unassigned_projected": money_json(wasted_by_end, currency),
        },
        "unassigned": named,
        # The rest of `unassigned_to_date`: further licenses, and those on a site or revoked by now.
        "unassigned_others": others,
        "clients": _dearest_clients(desk, computed, owned),
        "last_month": last_month(desk, computed),
    }


def _dearest_clients(
    desk: Desk, computed: Computed, owned: list[OwnerDays | None]
) -> list[ClientCost]:
    """Who costs most by the month's end, as `--by client` has it; ties by name."""
    currency = desk.ledger.currency
    # A closed month's split is the one that was kept, which is not counted again (I8).
    weights: list[Weights | None] | None = None
    if computed.invoice is None:
        weights = [None if owners is None else owners.clients for owners in owned]
    sums = Splitting(desk, computed, "client", weights).sums(computed.lines)
    named = ((client, row) for client, row in sums.items() if client is not None and row[3] > 0)
    dearest = nsmallest(CLIENTS, named, key=lambda item: (-item[1][3], item[0]))
    return [
        {
            "client": client,
            "days": days,
            "to_date": money_json(to_date_minor, currency),
            "projected": money_json(amount_minor, currency),
        }
        for client, (_, days, to_date_minor, amount_minor) in dearest
    ]


def _billing_steps(desk: Desk, waiting: list[str], unpaid: list[Invoice]) -> list[NextStep]:
    """R2, I2: what is closed and not collected, the oldest first, and what is not billed yet."""
    steps: list[NextStep] = [unpaid_step(desk, invoice) for invoice in unpaid]
    if waiting:
        several = f"{waiting[0]} to {waiting[-1]} are over and wait"
        why = several if len(waiting) > 1 else f"{waiting[0]} is over and waits"
        steps.append({"why": f"{why} to be closed", "command": "jpcli invoice close --due"})
    return steps


def _next_steps(desk: Desk, counts: StateCounts, stopping: list[StopObject]) -> list[NextStep]:
    """What would help most, with the command that does it."""
    steps: list[NextStep] = []
    found = cards(desk.ledger)
    if not any(card.primary for card in found):
        why = "Issuing is paused: there is no primary card"
        steps.append({"why": why, "command": way_of(desk.ledger).add_card(primary=True)})
    steps += (
        {"why": stop["message"], "command": stop["command"]}
        for stop in stopping
        if stop["code"] == "card_expired"
    )
    if not counts["total"]:
        steps.append({"why": "No license is active", "command": "jpcli issue PRODUCT"})
    if counts["unassigned"]:
        idle = count(counts["unassigned"], "license is", "licenses are")
        why = f"{idle} billed and on no site"
        steps.append({"why": why, "command": "jpcli licenses list --state unassigned"})
        steps.append({"why": "See what could be saved", "command": "jpcli savings"})
    if counts["total"]:
        steps.append({"why": "See the whole bill", "command": "jpcli invoice preview"})
    return steps
