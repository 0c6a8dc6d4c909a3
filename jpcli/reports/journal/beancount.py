"""A journal as Beancount reads it (version 2 and 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.money import amount_text
from jpcli.reports.statement.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.reports.journal.journal import Journal, Transaction


def write_beancount(journal: Journal) -> Iterator[str]:
    """The file, a transaction at a time.

    Accounts are opened by Beancount's own plugin, because one that two files open is an error in
    the books that include both.
    """
    commodity = journal.currency.upper()
    yield f"; {clean(journal.title)}\n"
    yield f'option "operating_currency" "{commodity}"\n'
    yield 'plugin "beancount.plugins.auto_accounts"\n'
    for found in journal.transactions:
        yield from _transaction(found, journal.currency)


def _transaction(found: Transaction, currency: str) -> Iterator[str]:
    yield f"\n{found.day} * {_text(found.payee)} {_text(found.text)} ^{found.number}\n"
    for posting in found.postings:
        amount = f"{amount_text(posting.amount_minor, currency)} {currency.upper()}"
        note = f"  ; {clean(posting.note)}" if posting.note else ""
        yield f"  {':'.join(posting.account)}  {amount}{note}\n"


def _text(text: str) -> str:
    escaped = clean(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
