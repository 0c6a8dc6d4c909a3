"""What `invoice reconcile` compares, field by field and line by line, and which of several
invoices: a table that asks no server. What a hand does there is in `test_reconcile.py`."""

from __future__ import annotations

from typing import Any

import pytest

from jpcli.payments.gateway import RemoteInvoice, RemoteLine, RemoteMoney
from jpcli.services.collection.stripe import reconcile
from jpcli.services.collection.stripe.draft import line_items
from tests.services.collection.books import (
    AGAIN,
    JULY,
    JUNE,
    MAY,
    Books,
    books,
    ledger,
)
from tests.services.collection.test_what_hangs import Account

__all__ = ["books", "ledger"]

Told = tuple[str, str | None, str | None]


class There(Account):
    """With the words of its lines, and what went back of each invoice."""

    def __init__(self, books: Books, *there: RemoteInvoice, **of_others: Any) -> None:
        super().__init__(books, *there, **of_others)
        self.went_back = RemoteMoney(0, 0, 0)
        words = {
            item.position: item.description for item in line_items(books.desk, books.invoice())
        }
        for one in there:
            self.by_invoice[one.id] = [
                line._replace(description=words[line.position or 0]) for line in books.lines()
            ]

    def money(self, name: str, *, has_credit_notes: bool) -> RemoteMoney:
        self.asked.append(("money", (name, has_credit_notes)))
        return self.went_back


def compared(books: Books, stripe: Any, ours: Any, **options: Any) -> list[Told]:
    options.setdefault("all_of_them", False)
    found = reconcile.differences(books.desk, stripe, [ours], **options)
    assert {one["invoice"] for one in found} <= {JUNE}
    return [(one["what"], one["ours"], one["stripe"]) for one in found]


# Fields there, fields here, and what is told.
FIELDS: dict[str, tuple[dict[str, Any], dict[str, Any], list[Told]]] = {
    "nothing": ({}, {}, []),
    "status": ({"status": "paid"}, {}, [("status", "open", "paid")]),
    "status here": ({}, {"status": "draft"}, [("status", "draft", "open")]),
    "void here": ({}, {"status": "void"}, [("status", "void", "open")]),
    "void on both": ({"status": "void", "total_minor": 1}, {"status": "void"}, []),
    "void there": ({"status": "void"}, {}, [("status", "open", "void")]),
    "currency": ({"currency": "eur"}, {}, [("currency", "usd", "eur")]),
    "total": ({"total_minor": 1}, {"total_minor": 2}, [("total", "0.02", "0.01")]),
    "paid": ({"paid_minor": 7}, {"amount_paid_minor": 8}, [("amount_paid", "0.08", "0.07")]),
    "refunded": ({}, {"refunded_minor": 1}, [("refunded", "0.01", "0.00")]),
    "disputed": ({}, {"disputed_minor": 1}, [("disputed", "0.01", "0.00")]),
    "credited": ({}, {"credited_minor": 1}, [("credited", "0.01", "0.00")]),
    "id": ({}, {"gateway_id": None}, [("stripe_invoice_id", None, "in_1")]),
    "another id": ({}, {"gateway_id": "in_2"}, [("stripe_invoice_id", "in_2", "in_1")]),
    "hash": ({"content_hash": "x"}, {"content_hash": "y"}, [("content_hash", "y", "x")]),
    "number": ({"our_number": MAY}, {}, [("number", JUNE, MAY)]),
    "no number": ({"our_number": None}, {}, [("number", JUNE, None)]),
}


@pytest.mark.parametrize("case", FIELDS)
def test_each_field_is_compared(books: Books, case: str) -> None:
    there, here, told = FIELDS[case]
    ours = books.invoice(**{"status": "open", "gateway_id": "in_1", **here})
    assert compared(books, There(books, books.remote(**there)), ours) == told


def test_whose_it_is_is_compared(books: Books) -> None:
    stripe = There(books, books.remote(ledger_id="x"))
    ours = books.invoice(status="open", gateway_id="in_1")
    assert compared(books, stripe, ours) == [("ledger_id", books.ledger_id, "x")]


@pytest.mark.parametrize(
    ("paid", "credited", "asked"), [(0, 0, None), (1, 0, False), (0, 1, True), (1, 1, True)]
)
def test_what_went_back_is_asked_for_where_something_came_in(
    books: Books, paid: int, credited: int, asked: bool | None
) -> None:
    stripe = There(books, books.remote(paid_minor=paid, credit_notes_minor=credited))
    stripe.went_back = RemoteMoney(3, 2, 1)
    ours = books.invoice(status="open", gateway_id="in_1", amount_paid_minor=paid)
    sums = [
        ("refunded", "0.00", "0.03"),
        ("disputed", "0.00", "0.02"),
        ("credited", "0.00", "0.01"),
    ]
    assert compared(books, stripe, ours) == ([] if asked is None else sums)
    money = [about for what, about in stripe.asked if what == "money"]
    assert money == ([] if asked is None else [("in_1", asked)])


# The lines there, from those that are ours: which line, its position and its amount; then what is
# told of ours and of theirs, as positions of ours.
LINES: dict[str, tuple[list[tuple[int, int | None, int | None]], list[tuple[int | None, Any]]]] = {
    "as ours": ([(0, 0, None), (1, 1, None)], []),
    "in another order": ([(1, 1, None), (0, 0, None)], []),
    "one is missing": ([(1, 1, None)], [(0, None)]),
    "the other is": ([(0, 0, None)], [(1, None)]),
    "both are": ([], [(0, None), (1, None)]),
    "without a position": ([(0, None, None), (1, 1, None)], [(None, 0), (0, None)]),
    "a position of none": ([(0, 9, None), (1, 1, None)], [(None, 0), (0, None)]),
    "twice": ([(0, 0, None), (1, 1, None), (1, 1, None)], [(None, 1)]),
    "another amount": ([(0, 0, 5), (1, 1, None)], [(0, (0, 5))]),
    "exchanged": ([(0, 1, None), (1, 0, None)], [(1, 0), (0, 1)]),
}


@pytest.mark.parametrize("case", LINES)
def test_each_line_is_compared(books: Books, case: str) -> None:
    lines, told = LINES[case]
    stripe = There(books, books.remote())
    ours = stripe.by_invoice["in_1"]
    assert len(ours) == 2

    def text(line: RemoteLine) -> str:
        return f"{line.amount_minor // 100}.{line.amount_minor % 100:02} {line.description}"

    def theirs(what: Any) -> str | None:
        if what is None or isinstance(what, int):
            return None if what is None else text(ours[what])
        return text(ours[what[0]]._replace(amount_minor=what[1]))

    stripe.by_invoice["in_1"] = [
        ours[which]._replace(
            position=position, amount_minor=ours[which].amount_minor if amount is None else amount
        )
        for which, position, amount in lines
    ]
    mine = books.invoice(status="open", gateway_id="in_1")
    wanted = [("line", theirs(here), theirs(there)) for here, there in told]
    assert compared(books, stripe, mine) == wanted


# What stands there under the number: id and status of each. Then what is known here: status and id.
# Last, which are told as there besides, and which one is compared; None where all are missing.
SEVERAL: dict[str, tuple[list[tuple[str, str]], str, str | None, list[str], str | None]] = {
    "one": ([("in_1", "open")], "open", "in_1", [], "in_1"),
    "two": ([("in_1", "open"), ("in_2", "draft")], "open", "in_1", ["in_2 draft"], "in_1"),
    "the other is known": (
        [("in_1", "open"), ("in_2", "open")],
        "open",
        "in_2",
        ["in_1 open"],
        "in_2",
    ),
    "none of them is known": (
        [("in_1", "open"), ("in_2", "open")],
        "open",
        "in_3",
        ["in_2 open"],
        "in_1",
    ),
    "a void one beside it": ([("in_1", "void"), ("in_2", "open")], "open", "in_1", [], "in_2"),
    "two are void": ([("in_1", "void"), ("in_2", "void")], "void", "in_2", [], "in_2"),
    "the last void one": ([("in_1", "void"), ("in_2", "void")], "void", "in_1", [], "in_2"),
    "none": ([], "open", None, [], None),
    "none, and it was there": ([], "paid", "in_1", [], None),
}


@pytest.mark.parametrize("case", SEVERAL)
def test_of_several_the_one_that_is_known_is_compared_and_the_others_are_told(
    books: Books, case: str
) -> None:
    there, status, known, besides, chosen = SEVERAL[case]
    remotes = [
        books.remote(name, status=stands, total_minor=int(name[-1])) for name, stands in there
    ]
    stripe = There(books, *remotes)
    ours = books.invoice(status=status, gateway_id=known)
    found = compared(books, stripe, ours)
    assert [theirs for what, _, theirs in found if what == "invoice"] == (
        besides if chosen is not None else [None]
    )
    if chosen is None:
        assert found == [("invoice", status, None)]
        return
    totals = [theirs for what, _, theirs in found if what == "total"]
    assert totals == ([] if status == "void" else [f"0.0{chosen[-1]}"])


@pytest.mark.parametrize(
    ("number", "fields"),
    [(JULY, {}), (JUNE, {"status": "void"}), (JUNE, {"status": "paid"})],
)
def test_what_is_void_or_was_paid_by_hand_need_not_be_there(
    books: Books, number: str, fields: dict[str, Any]
) -> None:
    ours = books.invoice(number, gateway_id=None, **fields)
    assert compared(books, There(books), ours) == []


def test_what_has_no_line_need_not_be_there(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def line_items(_: Any, invoice: Any) -> list[Any]:
        asked.append(invoice.number)
        return []

    monkeypatch.setattr(reconcile, "line_items", line_items)
    assert compared(books, There(books), books.invoice(status="open", gateway_id="in_1")) == []
    assert asked == [JUNE]


# Customers that were made for the ledger, the one that is used, and whose invoices are looked at.
CUSTOMERS: list[tuple[list[str], str | None, list[str], list[str]]] = [
    (["cus_1"], "cus_1", ["cus_1"], []),
    (["cus_2", "cus_1"], "cus_1", ["cus_1", "cus_2"], ["cus_2"]),
    ([], "cus_1", ["cus_1"], []),
    ([], None, [], []),
]


@pytest.mark.parametrize(("made", "used", "looked", "told"), CUSTOMERS)
def test_the_invoices_of_every_customer_of_the_ledger_are_compared(
    books: Books, made: list[str], used: str | None, looked: list[str], told: list[str]
) -> None:
    class ByCustomer(There):
        def invoices_of(self, customer: str) -> list[RemoteInvoice]:
            self.asked.append(("of", customer))
            marks = {"status": "draft", "our_number": f"INV-2024-0{customer[-1]}"}
            return [books.remote(f"in_{customer}", **marks)]

    stripe: Any = ByCustomer(books)
    stripe.made_for_it = made
    stripe.customers_seen = {} if used is None else {books.ledger_id: used}
    found = reconcile.differences(books.desk, stripe, [], all_of_them=True)
    assert [about for what, about in stripe.asked if what == "of"] == looked
    assert [one["stripe"] for one in found if one["what"] == "customer"] == told
    assert [one["ours"] for one in found if one["what"] == "customer"] == [used] * len(told)
    numbers = [(one["invoice"], one["stripe"]) for one in found if one["what"] == "invoice"]
    assert numbers == [(f"INV-2024-0{customer[-1]}", "draft") for customer in looked]
    assert reconcile.differences(books.desk, stripe, [], all_of_them=False) == []


def test_what_only_stripe_has_is_told_once_and_what_is_known_is_not(books: Books) -> None:
    unknown = books.remote("in_2", MAY)
    stripe: Any = There(books, books.remote(), unknown, since=[unknown])
    chosen = [books.invoice(status="open", gateway_id="in_1")]
    found = reconcile.differences(books.desk, stripe, chosen, all_of_them=True)
    assert [(one["invoice"], one["what"], one["ours"], one["stripe"]) for one in found] == [
        (MAY, "invoice", None, "open"),
        (AGAIN, "invoice", None, "open"),
    ]


def test_the_differences_of_each_invoice_are_told(books: Books) -> None:
    stripe: Any = There(books, books.remote(total_minor=1))
    stripe.by_invoice["in_9"] = []
    chosen = [
        books.invoice(n, status="open", gateway_id=i) for n, i in ((JUNE, "in_1"), (AGAIN, "in_9"))
    ]
    found = reconcile.differences(books.desk, stripe, chosen, all_of_them=True)
    assert {one["invoice"] for one in found} == {JUNE, AGAIN}
