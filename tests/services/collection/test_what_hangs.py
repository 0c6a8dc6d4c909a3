"""What `stripe status` says of an invoice as it stands at Stripe, and the command that gets on: a
table that asks no server. What a hand does there is acted out in `test_doors.py`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from jpcli.domain.errors import Busy, Failed, JpcliError
from jpcli.ledger.events.log import begun_at
from jpcli.payments.gateway import RemoteInvoice, RemoteLine
from jpcli.services.collection.stripe import troubles as hanging_there
from jpcli.services.collection.stripe.reconcile import differences
from jpcli.services.collection.stripe.remote_invoice import WEEK_MICROSECONDS
from jpcli.services.collection.stripe.troubles import Trouble, troubles
from tests.services.collection.books import (
    AGAIN,
    JULY,
    JUNE,
    MAY,
    Books,
    Stripe,
    books,
    ledger,
)

__all__ = ["books", "ledger"]

PUSH, VOID = f"jpcli invoice push {JUNE}", f"jpcli invoice void {JUNE}"
SYNC, CLOSE = "jpcli invoice sync", "jpcli invoice close 2024-06"
REPLACE = f"{PUSH} --replace"


class Account(Stripe):
    """The same with the customers that are there, and lines by invoice."""

    def __init__(self, books: Books, *there: RemoteInvoice, **of_others: Any) -> None:
        super().__init__(books.ledger_id, of=[*there, books.remote("in_9", AGAIN)], **of_others)
        self.ledger_id, self.customers = books.ledger_id, ["cus_1"]
        self.made_for_it = ["cus_1"]
        self.by_invoice = {one.id: books.lines() for one in there}
        self.by_invoice["in_9"] = books.lines(AGAIN)

    def lines(self, name: str) -> list[RemoteLine]:
        if self.fails is not None:
            raise self.fails
        return self.by_invoice[name]

    def invoices_of(self, customer: str) -> list[RemoteInvoice]:
        return list(self.there["of"])

    def has_customer(self, customer: str) -> bool:
        return customer in self.customers

    def find_customers(self, ledger_id: str) -> list[str]:
        return list(self.made_for_it) if ledger_id == self.ledger_id else []


def hanging(books: Books, stripe: Any) -> list[tuple[str, str, str | None]]:
    found: list[Trouble] = troubles(books.desk, stripe)
    assert all(one.message for one in found)
    return [(one.subject, one.what, one.command) for one in found]


# The fields of what stands there, which of its lines, and what is said of it.
CASES: dict[str, tuple[dict[str, Any], slice, tuple[str, str] | None]] = {
    "as closed": ({}, slice(None), None),
    "of a customer that is there": ({"customer_id": "cus_2"}, slice(None), None),
    "of ours": ({"customer_id": "cus_1"}, slice(None), None),
    "of a deleted one": ({"customer_id": "cus_x"}, slice(None), ("customer_deleted", VOID)),
    "a draft of a deleted one": (
        {"customer_id": "cus_x", "status": "draft"},
        slice(None),
        ("customer_deleted", PUSH),
    ),
    "paid, of a deleted one": (
        {"customer_id": "cus_x", "status": "paid"},
        slice(None),
        ("status", SYNC),
    ),
    "a draft": ({"status": "draft"}, slice(None), ("not_finalized", PUSH)),
    "a draft with a part of it": (
        {"status": "draft", "total_minor": 1},
        slice(1),
        ("incomplete", PUSH),
    ),
    "an empty draft": ({"status": "draft", "total_minor": 0}, slice(0), ("incomplete", PUSH)),
    "a draft over another sum": (
        {"status": "draft", "total_minor": 1, "content_hash": "x"},
        slice(1),
        ("other_contents", REPLACE),
    ),
    "over another sum": ({"total_minor": 1}, slice(None), ("total_mismatch", VOID)),
    "with a part of it": ({}, slice(1), ("total_mismatch", VOID)),
    "of other contents": ({"content_hash": "x"}, slice(None), ("other_contents", VOID)),
    "paid": ({"status": "paid"}, slice(None), ("status", SYNC)),
    "void": ({"status": "void"}, slice(None), ("status", SYNC)),
    "void, of other contents": (
        {"status": "void", "content_hash": "x"},
        slice(None),
        ("status", SYNC),
    ),
    "given up": ({"status": "uncollectible"}, slice(None), ("status", SYNC)),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_said_of_an_invoice_follows_from_how_it_stands_there(
    books: Books, case: str
) -> None:
    fields, lines, said = CASES[case]
    there = books.remote(**fields)
    stripe = Account(books, there)
    stripe.customers.append("cus_2")
    stripe.by_invoice[there.id] = books.lines()[lines]
    assert hanging(books, stripe) == ([] if said is None else [(JUNE, *said)])


def test_what_was_paid_and_has_other_contents_has_no_command_but_its_backup(books: Books) -> None:
    found = troubles(books.desk, Account(books, books.remote(status="paid", content_hash="x")))  # type: ignore[arg-type]
    assert [(one.subject, one.what) for one in found] == [(JUNE, "other_contents")]
    assert "jpcli ledger restore" in str(found[0].command)


@pytest.mark.parametrize("position", [None, 7, 0])
def test_a_draft_that_is_incomplete_and_has_what_is_not_ours_is_to_be_replaced(
    books: Books, position: int | None
) -> None:
    stripe = Account(books, books.remote(status="draft"))
    (first, *_) = books.lines()
    stripe.by_invoice["in_1"] = [first._replace(position=position, amount_minor=1)]
    assert hanging(books, stripe) == [(JUNE, "total_mismatch", REPLACE)]


def test_what_is_missing_twice_void_or_unknown_is_said(books: Books) -> None:
    assert hanging(books, Account(books)) == [(JUNE, "not_pushed", CLOSE)]
    two = Account(books, books.remote("in_1"), books.remote("in_2"))
    assert hanging(books, two) == [(JUNE, "two_at_stripe", REPLACE)]
    unknown = hanging(books, Account(books, books.remote(), books.remote("in_2", MAY)))
    assert [(subject, what) for subject, what, _ in unknown] == [(MAY, "unknown_here")]
    again = Account(books, books.remote(), books.remote("in_2", JULY))
    assert hanging(books, again) == [(JULY, "void_here", f"jpcli invoice reconcile {JULY}")]
    later = Account(books, since=[books.remote("in_2", f"{JUNE}-2")])
    assert hanging(books, later) == [(JUNE, "billed_before", VOID)]
    of_another = [
        books.remote("in_2", JULY, ledger_id="x"),
        books.remote("in_3", MAY, ledger_id="x"),
    ]
    assert hanging(books, Account(books, books.remote(), *of_another)) == []


@pytest.mark.parametrize(
    ("made", "second"), [(["cus_1", "cus_2"], True), (["cus_1"], False), ([], False)]
)
def test_a_second_customer_is_said(books: Books, made: list[str], second: bool) -> None:
    stripe = Account(books, books.remote())
    stripe.made_for_it = made
    wanted = [("cus_2", "second_customer", "jpcli invoice reconcile")]
    assert hanging(books, stripe) == (wanted if second else [])


@pytest.mark.parametrize("error", [Busy("network", ""), Failed("stripe_refused", "")])
def test_what_stripe_would_not_tell_is_no_trouble_of_the_invoice(
    books: Books, error: JpcliError
) -> None:
    stripe = Account(books, books.remote())
    stripe.fails = error
    with pytest.raises(type(error)):
        hanging(books, stripe)


def test_only_what_was_made_for_this_ledger_since_it_began_is_compared(books: Books) -> None:
    """Another ledger that collects through the same account has the same numbers."""
    others = [books.remote("in_7", JUNE, ledger_id="x"), books.remote("in_8", MAY, ledger_id="x")]
    there = books.remote(status="open")
    stripe: Any = Account(books, there, since=[there, *others])
    chosen = [books.invoice(JUNE, gateway_id="in_1"), books.invoice(AGAIN, gateway_id="in_9")]
    found = differences(books.desk, stripe, chosen, all_of_them=True)
    assert {(one["invoice"], one["what"]) for one in found} <= {(JUNE, "line"), (AGAIN, "line")}
    (since_at,) = [about for what, about in stripe.asked if what == "since"]
    assert since_at == begun_at(books.desk.ledger) - WEEK_MICROSECONDS


# What of an open invoice that is due speaks for having been mailed, and what is said then.
MAILED: list[tuple[dict[str, Any], str | None]] = [
    ({}, "not_mailed"),
    ({"due_minor": 1}, "not_mailed"),
    ({"by_mail": False}, None),
    ({"due_minor": 0}, None),
    ({"due_minor": -1}, None),
    ({"status": "draft"}, None),
    ({"status": "paid"}, None),
    ({"known": True}, None),
    ({"mailed": True}, None),
    ({"sent": True}, None),
]


@pytest.mark.parametrize(("fields", "said"), MAILED)
def test_what_was_mailed_by_nobody_is_said_where_it_is_mailed(
    books: Books, fields: dict[str, Any], said: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_mail = SimpleNamespace(mails=fields.get("by_mail", True))
    monkeypatch.setattr(hanging_there, "way_of", lambda _: by_mail)
    monkeypatch.setattr(hanging_there, "was_mailed", lambda *_: fields.get("known", False))
    remote = books.remote(
        due_minor=fields.get("due_minor", 1312),
        status=fields.get("status", "open"),
        mailed=fields.get("mailed", False),
    )
    gateway: Any = SimpleNamespace(was_sent=lambda name: name == "in_1" and "sent" in fields)
    found = hanging_there.unmailed(books.desk, gateway, books.invoice(), remote)
    assert (None if found is None else found.what) == said
    if found is not None:
        assert (found.subject, found.command) == (JUNE, CLOSE)
