"""What closing is about to do, for the question before it: months, sums, and the card.

Owns what is foreseen. Nothing is written and nothing goes out: the closing is tried and rolled
back, and the cards are those of the last look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.cards import is_expired
from jpcli.domain.dunning import next_day
from jpcli.ledger.queries.attempts import attempts
from jpcli.ledger.queries.cards import cards
from jpcli.ledger.queries.collection import way_of
from jpcli.services.collection.unpaid import goes_out_today, uncollected
from jpcli.services.invoices import close

if TYPE_CHECKING:
    from jpcli.domain.cards import Card
    from jpcli.services.desk import Desk


class Bill(NamedTuple):
    """One invoice that will be closed, or that is closed and will be collected; `total_minor` in
    minor units of the ledger's currency."""

    period: str
    number: str
    total_minor: int
    is_new: bool


class Outlook(NamedTuple):
    """`bills` in the order in which they come. `charges` says that the gateway collects them at
    once, from `card` first; without one that may be charged today they stay open. `expired` is
    about that card. `mails` says that the gateway sends them out instead."""

    bills: tuple[Bill, ...]
    currency: str
    charges: bool
    card: Card | None
    expired: bool
    mails: bool = False

    @property
    def total_minor(self) -> int:
        """What all of them come to."""
        return sum(bill.total_minor for bill in self.bills)


def closing_outlook(desk: Desk, month: str | None, until: str | None = None) -> Outlook:
    """What `invoice close MONTH`, or with None `--due`, will do, or as much of that as is up to the
    month `until`; `desk` is one of a dry run.

    Raises as `closing.close`, so that what can't be done fails before anybody is asked.
    """
    way = way_of(desk.ledger)
    left = uncollected(desk, month, until) if way.goes_out else []
    bills = [
        Bill(item.period, item.number, item.total_minor, False)
        for item in left
        if goes_out_today(desk, item)
    ]
    if month is None or not left:
        answer = close.close_due(desk, until) if month is None else close.close(desk, month)
        if all(note.code != "repeated" for note in answer.notes):
            bills += [
                Bill(item["period"], item["number"], item["total"]["amount_minor"], True)
                for item in answer.data["invoices"]
            ]
    card = _charged_first(desk, bills)
    expired = card is not None and is_expired(card, desk.ledger.calendar.date_of(desk.today))
    return Outlook(tuple(bills), desk.ledger.currency, way.charges, card, expired, way.mails)


def _charged_first(desk: Desk, bills: list[Bill]) -> Card | None:
    """The primary card, or the first of the others, that may be charged today for one of them."""
    known = attempts(desk.ledger)
    for card in sorted(cards(desk.ledger), key=lambda card: not card.primary):
        days = (next_day(bill.number, card.id, known, desk.today) for bill in bills)
        if desk.today in days:
            return card
    return None
