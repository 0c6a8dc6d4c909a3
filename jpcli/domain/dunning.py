"""When a card may be charged again for an invoice that it was declined for, and when that ends.

Owns the calendar of the attempts that are made without a person asking: on the first day, and 1, 3,
5 and 7 billing days after the first decline. Never twice a day with one card, whatever the invoice;
never again with a card that is lost or stolen, or whose bank says so. This module must not know
what day it is, where attempts are stored, or who charges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

RETRY_AFTER_DAYS = (1, 3, 5, 7)
"""Billing days after the first decline on which a card is tried again."""

PAID, DECLINED, PENDING = "paid", "declined", "pending"

DO_NOT_TRY_AGAIN = "do_not_try_again"
"""Advice of the bank or the network, and a decline code, too: this card will never do."""

# Nothing that a later day could change: the card itself is of no use, for any invoice.
_DEAD_CARD = frozenset(
    {
        DO_NOT_TRY_AGAIN,
        "incorrect_number",
        "invalid_account",
        "invalid_number",
        "lost_card",
        "pickup_card",
        "restricted_card",
        "revocation_of_all_authorizations",
        "stolen_card",
    }
)
# A person has to do something about this one payment; the card may be good for another.
_FINAL_FOR_INVOICE = frozenset(
    {
        "authentication_required",
        "fraudulent",
        "highest_risk_level",
        "revocation_of_authorization",
        "stop_payment_order",
        "transaction_not_allowed",
    }
)


class Attempt(NamedTuple):
    """One try to charge a card. `at` is an instant, `day` its billing day; `code` says why it was
    declined, `advice` what the bank recommends, `charge` is its id at the gateway."""

    invoice: str
    card: str
    card_name: str
    at: int
    day: int
    outcome: str
    code: str | None = None
    advice: str | None = None
    charge: str | None = None


def is_hard(attempt: Attempt) -> bool:
    """Was it declined in a way that waiting does not change?"""
    return _kills_card(attempt) or (
        attempt.outcome == DECLINED and attempt.code in _FINAL_FOR_INVOICE
    )


def next_day(invoice: str, card: str, attempts: Iterable[Attempt], today: int) -> int | None:
    """The first billing day, today or later, on which `card` is charged for `invoice` without a
    person asking for it; None: never again.

    `attempts` are all there ever were, in order, whatever their invoice: a dead card is dead for
    all of them, and a card that failed today is not tried again today for another one.
    """
    with_card = [attempt for attempt in attempts if attempt.card == card]
    if _is_dead(with_card):
        return None
    failed = [attempt for attempt in with_card if attempt.outcome != PAID]
    earliest = today + 1 if any(attempt.day >= today for attempt in failed) else today
    own = [attempt for attempt in failed if attempt.invoice == invoice]
    if not own:
        return earliest
    if any(is_hard(attempt) for attempt in own):
        return None
    first, last = min(attempt.day for attempt in own), max(attempt.day for attempt in own)
    if earliest > first + RETRY_AFTER_DAYS[-1]:
        return None
    # A day that was missed is made up for once, by the next run.
    open_days = [first + days for days in RETRY_AFTER_DAYS if first + days > last]
    return max(earliest, open_days[0]) if open_days else None


def next_attempt(
    invoice: str, cards: Iterable[str], attempts: Sequence[Attempt], today: int
) -> int | None:
    """The first billing day on which any of the cards is charged by itself; None: never again."""
    days = [next_day(invoice, card, attempts, today) for card in cards]
    return min((day for day in days if day is not None), default=None)


def _is_dead(with_card: list[Attempt]) -> bool:
    """A payment that went through, by hand, shows that the card is alive after all."""
    dead = False
    for attempt in with_card:
        dead = attempt.outcome != PAID and (dead or _kills_card(attempt))
    return dead


def _kills_card(attempt: Attempt) -> bool:
    if attempt.outcome != DECLINED:
        return False
    return attempt.code in _DEAD_CARD or attempt.advice == DO_NOT_TRY_AGAIN
