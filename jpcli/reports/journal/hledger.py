"""A journal as hledger reads it, also where it is strict; Ledger reads it as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.currency import digits
from jpcli.domain.money import amount_text
from jpcli.reports.statement.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.reports.journal.journal import Journal, Transaction

# What begins a comment, and what parts payee and note.
_TAKEN = str.maketrans(";|", ",/")


def write_hledger(journal: Journal) -> Iterator[str]:
    """The file, a transaction at a time; what is declared twice in two files is no error."""
    commodity = journal.currency.upper()
    yield f"; {clean(journal.title)}\n"
    # A figure with its decimal mark, also where there are no decimals.
    yield f"commodity 1000.{'0' * digits(journal.currency)} {commodity}\n"
    for account in journal.accounts:
        yield f"account {':'.join(account)}\n"
    for found in journal.transactions:
        yield from _transaction(found, journal.currency)


def _transaction(found: Transaction, currency: str) -> Iterator[str]:
    about = f"{_text(found.payee)} | {_text(found.text)}"
    yield f"\n{found.day} * ({found.number}) {about}\n"
    for posting in found.postings:
        amount = f"{amount_text(posting.amount_minor, currency)} {currency.upper()}"
        note = f"  ; {clean(posting.note)}" if posting.note else ""
        yield f"    {':'.join(posting.account)}  {amount}{note}\n"


def _text(text: str) -> str:
    return clean(text).translate(_TAKEN)
