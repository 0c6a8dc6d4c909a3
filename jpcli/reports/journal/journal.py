"""A journal: dated transactions whose postings add up to nothing, and what accounts are called.

Owns the shape and the names of accounts. Amounts are minor units of one currency; what is debited
is positive. How a program writes them is in `beancount` and `hledger`.
"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple
from unicodedata import category

# Both programs know these five; what is below them is ours.
PAYABLE = ("Liabilities", "Jetpack")
CREDIT = ("Assets", "Jetpack-Credit")
BANK = ("Assets", "Bank")
OWN_COST = ("Expenses", "Jetpack", "Own")
CREDITED = ("Expenses", "Jetpack", "Credit-Notes")
REFUNDED = ("Expenses", "Jetpack", "Refunds")

Account = tuple[str, ...]
_HASH_LENGTH = 12


class Posting(NamedTuple):
    """An amount on an account, and what it is for."""

    account: Account
    amount_minor: int
    note: str = ""


class Transaction(NamedTuple):
    """What happened on a day: the number of the document it is in, with whom, and what it was."""

    day: str
    number: str
    payee: str
    text: str
    postings: tuple[Posting, ...]


class Journal(NamedTuple):
    """`title` is for whoever opens the file, `currency` the commodity of every amount."""

    title: str
    currency: str
    transactions: tuple[Transaction, ...]

    @property
    def accounts(self) -> list[Account]:
        """All that are used, in order."""
        found = {posting.account for t in self.transactions for posting in t.postings}
        return sorted(found)


def transaction(
    day: str, number: str, payee: str, text: str, postings: list[Posting]
) -> tuple[Transaction, ...]:
    """One, without the postings over nothing; none where nothing is left."""
    left = tuple(posting for posting in postings if posting.amount_minor)
    assert not sum(posting.amount_minor for posting in left), number
    return (Transaction(day, number, payee, text, left),) if left else ()


def receivable(client: str) -> Account:
    """What a client owes."""
    return ("Assets", "Receivable", client_part(client))


def income(client: str) -> Account:
    """What a client was billed."""
    return ("Income", "Licenses", client_part(client))


def cost(client: str) -> Account:
    """What a client's licenses cost."""
    return ("Expenses", "Jetpack", "Clients", client_part(client))


def client_part(client: str) -> str:
    """A client's name as a part of an account: `Shop-Ltd`, or `A-B--1f0c…` where an account can't
    be called so. No two clients have the same.

    A plain name has single blanks between words of ASCII letters and figures and begins as
    accounts do; it never has two dashes in a row, which come before the hash of any other name.
    """
    words = client.split(" ")
    plain = all(word.isascii() and word.isalnum() for word in words)
    if plain and not client[0].islower():
        return "-".join(words)
    kept = "".join(c if category(c)[0] == "L" or category(c) == "Nd" else "-" for c in client)
    readable = "-".join(filter(None, kept.split("-")))
    if readable and category(readable[0]) not in ("Lu", "Nd"):
        readable = f"C-{readable}"
    return f"{readable or 'Client'}--{sha256(client.encode()).hexdigest()[:_HASH_LENGTH]}"
