"""Which wishes are still wanted, and what hangs of customers and of what was deleted: tables that
ask no server. What `sync` settles of them is in `test_wishes.py`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from jpcli.ledger.queries.outbox import DONE, WISHED
from jpcli.services.collection.stripe import troubles as hanging_there
from tests.services.collection.books import AGAIN, JUNE, Books, books, ledger
from tests.services.collection.test_what_hangs import CLOSE, PUSH, SYNC, VOID, Account, hanging

__all__ = ["books", "ledger"]

PAY, MARK = f"jpcli invoice pay {JUNE}", f"jpcli invoice mark-paid {JUNE}"
STEPS = (
    "create",
    "line",
    "lines",
    "finalize",
    "pay/pm_1",
    "paid-outside",
    "send",
    "void",
    "delete",
)


class Wallet(Account):
    """With cards, and what Stripe remembers of mails."""

    def __init__(self, books: Books, *there: Any, **of_others: Any) -> None:
        super().__init__(books, *there, **of_others)
        self.on_file, self.primary, self.sent = ["pm_1", "pm_2"], "pm_1", list[str]()

    def cards(self, customer: str) -> list[Any]:
        assert customer == "cus_1"
        return [SimpleNamespace(id=card) for card in self.on_file]

    def primary_card(self, customer: str) -> str:
        assert customer == "cus_1"
        return self.primary

    def was_sent(self, name: str) -> bool:
        return name in self.sent


def wished(
    books: Books, monkeypatch: pytest.MonkeyPatch, stripe: Any, *names: str
) -> dict[str, str | None]:
    wishes = [SimpleNamespace(name=name) for name in names]
    monkeypatch.setattr(hanging_there, "open_wishes", lambda _: wishes)
    found = hanging_there.unfinished(books.desk, stripe)
    for one in found:
        assert one.what == "unfinished"
        assert one.message == f"It is not known whether this was done: {one.subject}"
    return {one.subject: one.command for one in found}


def known(monkeypatch: pytest.MonkeyPatch, invoice: Any) -> None:
    """What the ledger has, and nothing else."""
    found = SimpleNamespace(
        by_number=lambda _, number: invoice if number == JUNE else None,
        invoices=lambda _, newest_first: [invoice],
    )
    monkeypatch.setattr(hanging_there, "invoices", found)


def steps(command: str | None, *names: str) -> dict[str, str | None]:
    return dict.fromkeys(names, command)


# What stands there (its status and total), the status here, and what is wanted of each step.
WHOLE: Any = object()
WANTED: dict[str, tuple[list[tuple[str, Any]], str, dict[str, str | None]]] = {
    "nothing": ([], "draft", steps(PUSH, "create", "line", "lines", "finalize")),
    "an empty draft": (
        [("draft", 0)],
        "draft",
        {**steps(PUSH, "line", "lines", "finalize"), "void": VOID},
    ),
    "a whole draft": ([("draft", WHOLE)], "draft", {"finalize": PUSH, "void": VOID}),
    "open over another sum": (
        [("open", 1)],
        "open",
        {"pay/pm_1": PAY, "paid-outside": MARK, "send": CLOSE, "void": VOID},
    ),
    "open, and a draft here": (
        [("open", WHOLE)],
        "draft",
        {"pay/pm_1": PAY, "paid-outside": MARK, "send": CLOSE, "void": VOID},
    ),
    "paid": ([("paid", WHOLE)], "open", {}),
    "given up": ([("uncollectible", WHOLE)], "open", {"void": VOID}),
    "void": ([("void", WHOLE)], "open", steps(PUSH, "create", "line", "lines", "finalize")),
    "void, and a draft": (
        [("void", WHOLE), ("draft", 0)],
        "draft",
        {**steps(PUSH, "line", "lines", "finalize"), "void": VOID},
    ),
    "paid, and open": (
        [("paid", WHOLE), ("open", WHOLE)],
        "open",
        {"pay/pm_1": PAY, "paid-outside": MARK, "send": CLOSE, "void": VOID},
    ),
    "settled here: paid": ([("open", WHOLE)], "paid", {}),
    "settled here: void": ([("open", WHOLE)], "void", {}),
    "settled here: given up": ([("open", WHOLE)], "uncollectible", {}),
}


@pytest.mark.parametrize("case", WANTED)
def test_what_is_wanted_of_an_invoice_follows_from_how_it_stands_on_both_sides(
    books: Books, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    there, here, wanted = WANTED[case]
    ours = books.invoice(status=here)
    known(monkeypatch, ours)
    remotes = [
        books.remote(
            f"in_{at}", status=status, total_minor=ours.total_minor if total is WHOLE else total
        )
        for at, (status, total) in enumerate(there, 1)
    ]
    names = {step: f"invoice/{JUNE}/{step}" for step in STEPS}
    found = wished(books, monkeypatch, Wallet(books, *remotes), *names.values())
    assert found == {names[step]: command for step, command in wanted.items()}


@pytest.mark.parametrize("mailed", [None, "by our mark", "by its memory"])
def test_a_mail_is_wanted_until_it_was_sent(
    books: Books, monkeypatch: pytest.MonkeyPatch, mailed: str | None
) -> None:
    stripe = Wallet(books, books.remote(mailed=mailed == "by our mark"))
    stripe.sent = ["in_1"] if mailed == "by its memory" else ["in_2"]
    name = f"invoice/{JUNE}/send"
    found = wished(books, monkeypatch, stripe, name)
    assert found == ({name: CLOSE} if mailed is None else {})


def test_an_invoice_of_a_customer_that_was_deleted_is_looked_for_in_the_whole_account(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"invoice/{JUNE}/finalize"
    for there, wanted in (("draft", {name: PUSH}), ("open", {})):
        stripe = Wallet(books, since=[books.remote(status=there)])
        assert wished(books, monkeypatch, stripe, name) == wanted
    # Of the customer's only those are looked at that have its number.
    own = Wallet(books, books.remote("in_7", "INV-2024-05"), books.remote(status="draft"))
    assert wished(books, monkeypatch, own, name) == {name: PUSH}


# What is wanted of a card: of the two on file, pm_1 is the primary one.
CARDS: list[tuple[str, str | None]] = [
    ("card/pm_1/attach", None),
    ("card/pm_9/attach", "jpcli cards add pm_9"),
    ("card/pm 9/attach", "jpcli cards add 'pm 9'"),
    ("card/pm_1/detach", "jpcli cards remove pm_1"),
    ("card/pm_9/detach", None),
    ("card/pm_1/primary", None),
    ("card/pm_2/primary", "jpcli cards primary pm_2"),
    ("card/pm_9/primary", None),
    ("customer", None),
    ("customer/details/0123", None),
    ("customer/tax-id/0123", None),
    ("customer/no-tax-id/0123", None),
    ("something/else", None),
]


@pytest.mark.parametrize(("name", "command"), CARDS)
def test_what_is_wanted_of_a_card_follows_from_what_is_on_file(
    books: Books, monkeypatch: pytest.MonkeyPatch, name: str, command: str | None
) -> None:
    found = wished(books, monkeypatch, Wallet(books), name)
    assert found == ({} if command is None else {name: command})


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("customer", "jpcli cards sync"),
        ("customer/details/0123", None),
        ("card/pm_1/attach", "jpcli cards add pm_1"),
        ("card/pm_1/detach", None),
        ("card/pm_1/primary", None),
    ],
)
def test_without_a_customer_there_is_one_to_be_made(
    books: Books, monkeypatch: pytest.MonkeyPatch, name: str, command: str | None
) -> None:
    stripe = Wallet(books)
    stripe.customers_seen, stripe.made_for_it = {}, []
    found = wished(books, monkeypatch, stripe, name)
    assert found == ({} if command is None else {name: command})


# The customer that is remembered and how its wish stands, who is there, and who is used; then what
# is said of them.
DELETED = ("cus_0", "customer_deleted", "jpcli cards add")
CUSTOMERS: dict[str, tuple[tuple[str, str] | None, list[str], bool]] = {
    "the one that is used": (("cus_1", DONE), ["cus_1"], False),
    "another one that is there": (("cus_0", DONE), ["cus_0", "cus_1"], False),
    "one that was deleted": (("cus_0", DONE), ["cus_1"], True),
    "the one that is used, deleted": (("cus_1", DONE), [], False),
    "one that is not made yet": (("cus_0", WISHED), ["cus_1"], False),
    "none": (None, ["cus_1"], False),
}


@pytest.mark.parametrize("case", CUSTOMERS)
def test_a_customer_that_was_deleted_is_said(
    books: Books, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    remembered, there, said = CUSTOMERS[case]

    def wish(_: Any, name: str) -> Any:
        assert name == "customer"
        if remembered is None:
            return None
        return SimpleNamespace(state=remembered[1], result={"id": remembered[0]})

    monkeypatch.setattr(hanging_there, "wish", wish)
    stripe = Account(books, books.remote())
    stripe.customers = there
    assert hanging(books, stripe) == ([DELETED] if said else [])


@pytest.mark.parametrize("status", ["draft", "open"])
def test_what_was_deleted_there_is_brought_there_again(
    books: Books, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    known(monkeypatch, books.invoice(status=status, gateway_id="in_gone"))
    stripe = Account(books)
    stripe.there["of"] = []
    (found,) = hanging_there.troubles(books.desk, stripe)  # type: ignore[arg-type]
    assert found == (JUNE, "deleted", f"{JUNE} was deleted at Stripe", PUSH)


def test_what_has_no_line_need_not_be_there(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hanging_there, "line_items", lambda *_: [])
    assert hanging(books, Account(books)) == []


@pytest.mark.parametrize(
    ("there", "here", "said"),
    [
        ("open", "draft", True),
        ("paid", "draft", True),
        ("draft", "open", False),
        ("void", "void", False),
    ],
)
def test_another_status_there_is_to_be_taken_over(
    books: Books, monkeypatch: pytest.MonkeyPatch, there: str, here: str, said: bool
) -> None:
    known(monkeypatch, books.invoice(status=here))
    stripe = Account(books, books.remote(status=there))
    stripe.there["of"] = stripe.there["of"][:1]
    found = hanging_there.troubles(books.desk, stripe)  # type: ignore[arg-type]
    told = [(one.subject, one.command) for one in found if one.what == "status"]
    assert told == ([(JUNE, SYNC)] if said else [])


def test_the_oldest_comes_first_and_nobody_is_asked_without_a_customer(books: Books) -> None:
    stripe = Account(books)
    stripe.there["of"] = []
    assert [one[:2] for one in hanging(books, stripe)] == [
        (JUNE, "not_pushed"),
        (AGAIN, "not_pushed"),
    ]
    stripe.customers_seen, stripe.made_for_it = {}, []
    stripe.asked.clear()
    assert len(hanging(books, stripe)) == 2
    assert [what for what, _ in stripe.asked] == ["since"] * 4


def test_a_month_that_its_customer_has_under_another_number_is_not_to_be_closed(
    books: Books,
) -> None:
    found = hanging(books, Account(books, books.remote("in_2", f"{JUNE}-2")))
    assert found[0] == (JUNE, "billed_before", VOID)
    ((subject, what, command),) = found[1:]
    assert (subject, what) == (f"{JUNE}-2", "unknown_here")
    assert "jpcli ledger restore" in str(command)


def test_the_customer_that_is_used_is_not_asked_for(books: Books) -> None:
    stripe = Account(books, books.remote(customer_id="cus_1"))
    stripe.customers = []
    assert hanging(books, stripe) == []


def test_what_is_open_and_was_mailed_by_nobody_hangs(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hanging_there, "way_of", lambda _: SimpleNamespace(mails=True))
    stripe = Wallet(books, books.remote(due_minor=1, mailed=False))
    stripe.sent = ["in_9"]
    (found,) = hanging_there.troubles(books.desk, stripe)  # type: ignore[arg-type]
    assert found == (JUNE, "not_mailed", f"{JUNE} is at Stripe and was not mailed", CLOSE)
