"""The question before months are closed: which, over how much, and who is charged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.cli.shared.escape import visible
from jpcli.domain.money import display_amount
from jpcli.domain.words import count

if TYPE_CHECKING:
    from jpcli.services.collection.outlook import Bill, Outlook

# What is named one by one.
MOST_NAMED = 24


def question(outlook: Outlook) -> str:
    """`Close 2 months and charge visa ending in 4242 $61.28?`"""
    new = [bill.period for bill in outlook.bills if bill.is_new]
    parts = []
    if new:
        parts.append(f"close {new[0]}" if len(new) == 1 else f"close {len(new):,} months")
    if outlook.charges and outlook.total_minor:
        amount = display_amount(outlook.total_minor, outlook.currency)
        parts.append(f"charge {amount} to {_card(outlook)}" if outlook.card else "charge no card")
    elif outlook.mails:
        parts.append("let Stripe mail what is to be paid")
    elif not new:
        parts.append(f"settle {count(len(outlook.bills), 'invoice')} over nothing")
    text = " and ".join(parts)
    return f"{text[:1].upper()}{text[1:]}?"


def consequence(outlook: Outlook) -> str:
    """A line an invoice, and what can't be taken back."""
    lines = [
        f"{bill.period}   {bill.number.ljust(14)}"
        f" {display_amount(bill.total_minor, outlook.currency).rjust(12)}{_remark(bill)}"
        for bill in outlook.bills[:MOST_NAMED]
    ]
    if len(outlook.bills) > MOST_NAMED:
        lines.append(f"and {len(outlook.bills) - MOST_NAMED:,} more")
    if len(outlook.bills) > 1:
        total = display_amount(outlook.total_minor, outlook.currency)
        lines.append(f"{'Total'.ljust(24)} {total.rjust(12)}")
    if any(bill.is_new for bill in outlook.bills):
        lines.append(
            "A closed invoice never changes; what comes later is adjusted on the next one."
        )
    if outlook.mails:
        return "\n".join(lines)
    if not outlook.charges:
        lines.append("No card is charged by this; mark-paid notes what was paid.")
    elif outlook.card is None:
        lines.append("There is no card to charge today, so the invoices stay open.")
    elif outlook.expired:
        lines.append(f"{_card(outlook)} has expired.")
    return "\n".join(lines)


def _remark(bill: Bill) -> str:
    return "" if bill.is_new else "   closed before, not collected"


def _card(outlook: Outlook) -> str:
    card = outlook.card
    return "" if card is None else f"{visible(card.brand)} ending in {visible(card.last4)}"
