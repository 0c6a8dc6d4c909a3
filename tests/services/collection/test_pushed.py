"""The steps of bringing an invoice to Stripe, and what stops them: tables that ask no server. What
Stripe makes of it is in `test_billing.py` and `test_doors.py`."""

from __future__ import annotations

from typing import Any, cast

import pytest

from jpcli.domain.errors import Busy, Failed, JpcliError, Refused
from jpcli.ledger.queries.outbox import open_wishes
from jpcli.payments.gateway import RemoteInvoice, RemoteLine, RemoteMoney
from jpcli.services.collection.stripe import push as room
from jpcli.services.collection.stripe.draft import line_items
from jpcli.services.invoices import settle
from jpcli.services.invoices.known import known_invoice
from tests.services.agency import Agency
from tests.services.collection.books import JULY, JUNE, agency, ledger

__all__ = ["agency", "ledger"]

MADE = ["address", "month", "make"]


class Stripe:
    """What stands there under the number, its lines, and what was done, in order."""

    def __init__(self, agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
        with agency.desk(writes=False) as desk:
            self.ours = known_invoice(desk, JUNE)
            self.items = line_items(desk, self.ours)
            self.ledger_id = desk.ledger.meta["ledger_id"]
        self.there: RemoteInvoice | None = None
        self.besides: list[RemoteInvoice] = []
        self.on_it: list[RemoteLine] = []
        self.done: list[str] = []
        self.customers = ["cus_1"]
        self.keys: list[str] = []
        self.lost: str | None = None
        self.stored: str | None = None
        self.marks: dict[str, str] = {}
        self.after: dict[str, Any] = {}

        def make(desk: Any, gateway: Any, invoice: Any, customer: str) -> str:
            assert (gateway, invoice.number, customer) == (self, JUNE, "cus_1")
            self.stand(status="draft", total_minor=0)
            self.did("make")
            return "in_1"

        def look(desk: Any, gateway: Any, invoice: Any, customer: str) -> RemoteInvoice | None:
            assert (gateway, invoice.number, customer) == (self, JUNE, "cus_1")
            return self.there

        def month(desk: Any, gateway: Any, invoice: Any, customer: str) -> None:
            assert (gateway, invoice.number, customer) == (self, JUNE, "cus_1")
            self.did("month")

        def address(desk: Any, gateway: Any) -> None:
            assert gateway is self
            self.did("address")

        monkeypatch.setattr(room, "ensure_customer", lambda _, gateway: gateway.customers[0])
        monkeypatch.setattr(room, "check_address", address)
        monkeypatch.setattr(room, "find_ours", look)
        monkeypatch.setattr(room, "check_month_unbilled", month)
        monkeypatch.setattr(room, "make_draft", make)

    def did(self, what: str) -> None:
        self.done.append(what)
        if what in self.after:
            self.after.pop(what)()

    def begun(self, what: str, key: str) -> None:
        """Each call has a key; the answer to one may be lost."""
        assert isinstance(key, str)
        self.keys.append(key)
        if what == self.lost:
            raise Busy("network", "")

    def is_stored(self, what: str) -> bool:
        """Is this the answer that Stripe kept for a key which an earlier life of the ledger used?
        What it speaks of is gone since."""
        self.stored, was = None if self.stored == what else self.stored, self.stored
        return was == what

    def stand(self, **fields: Any) -> None:
        made = RemoteInvoice("in_1", None, "open", "usd", self.ours.total_minor, 0, 0, None, None)
        marks = {"our_number": JUNE, "ledger_id": self.ledger_id, "customer_id": "cus_1"}
        marks["content_hash"] = self.ours.content_hash
        self.there = made._replace(**{**marks, **fields})

    def whole(self, *positions: int) -> None:
        self.on_it = [
            RemoteLine(f"il_{i.position}", i.position, i.amount_minor, "usd", "")
            for i in self.items
            if not positions or i.position in positions
        ]

    def invoice(self, name: str) -> RemoteInvoice:
        assert name == "in_1"
        assert self.there is not None
        return self.there

    def invoices_of(self, customer: str) -> list[RemoteInvoice]:
        assert customer == "cus_1"
        found = (*self.besides, self.there)
        return [one for one in found if one is not None and one.customer_id == customer]

    def known_invoice(self, name: str) -> RemoteInvoice | None:
        assert name == "in_1"
        return self.there

    def lines(self, name: str) -> list[RemoteLine]:
        assert name == "in_1"
        return list(self.on_it)

    def add_lines(self, name: str, items: Any, metadata: Any, key: str) -> None:
        assert metadata == {"jpcli_ledger": self.ledger_id, "jpcli_number": JUNE}
        positions = [item.position for item in items]
        self.begun("lines", key)
        if self.is_stored("lines"):
            return
        self.on_it += [
            RemoteLine(f"il_{i.position}", i.position, i.amount_minor, "usd", "") for i in items
        ]
        total = sum(line.amount_minor for line in self.on_it)
        self.there = self.invoice(name)._replace(total_minor=total)
        self.did(f"lines {positions}")

    def finalize(self, name: str, key: str) -> RemoteInvoice:
        self.begun("finalize", key)
        if self.is_stored("finalize"):
            return self.invoice(name)._replace(status="open")
        self.there = self.invoice(name)._replace(status="open")
        self.did("finalize")
        return self.there

    def delete_draft(self, name: str, key: str) -> None:
        assert name == "in_1"
        self.begun("delete", key)
        if self.is_stored("delete"):
            return
        self.there = None
        self.on_it = []
        self.did("delete")

    def void(self, name: str, key: str) -> RemoteInvoice:
        self.begun("void", key)
        if self.is_stored("void"):
            return self.invoice(name)._replace(status="void")
        self.there = self.invoice(name)._replace(status="void")
        self.did("void")
        return self.there

    def annotate(self, name: str, metadata: Any, key: str) -> None:
        assert name == "in_1"
        self.begun("mark", key)
        self.marks.update(metadata)
        self.did("mark")

    def has_customer(self, name: str) -> bool:
        assert name.startswith("cus_")
        return name in self.customers

    def money(self, name: str, *, has_credit_notes: bool) -> RemoteMoney:
        self.did(f"money {has_credit_notes}")
        return RemoteMoney(3, 2, 1)


@pytest.fixture
def stripe(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> Stripe:
    return Stripe(agency, monkeypatch)


def pushed(agency: Agency, stripe: Any) -> tuple[str, str]:
    """The status there or the error's code, and the status here."""
    with agency.desk() as desk:
        try:
            code = room.push(desk, stripe, known_invoice(desk, JUNE)).status
        except JpcliError as error:
            code = error.code if error.subject == JUNE else "of another one"
        return code, known_invoice(desk, JUNE).status


def known(agency: Agency) -> Any:
    with agency.desk(writes=False) as desk:
        return known_invoice(desk, JUNE)


ALL = "lines [0, 1]"
# What stands there and which of its lines (None: nothing); then what is done, what push says and
# the status here.
OTHERS = {"content_hash": "x"}
CASES: dict[str, tuple[dict[str, Any] | None, tuple[int, ...], list[str], str, str]] = {
    "nothing": (None, (), [*MADE, ALL, "finalize"], "open", "open"),
    "an empty draft": (
        {"status": "draft", "total_minor": 0},
        (),
        [ALL, "finalize"],
        "open",
        "open",
    ),
    "a part of it": (
        {"status": "draft", "total_minor": 0},
        (1,),
        ["lines [0]", "finalize"],
        "open",
        "open",
    ),
    "a whole draft": ({"status": "draft"}, (0, 1), ["finalize"], "open", "open"),
    "a draft over another sum": (
        {"status": "draft", "total_minor": 1},
        (0, 1),
        [],
        "total_mismatch",
        "open",
    ),
    "a draft of other contents": (
        {"status": "draft", **OTHERS},
        (0, 1),
        [],
        "other_contents",
        "open",
    ),
    "a part of others": (
        {"status": "draft", "total_minor": 0, **OTHERS},
        (1,),
        [],
        "other_contents",
        "open",
    ),
    "open": ({}, (0, 1), [], "open", "open"),
    "open over another sum": ({"total_minor": 1}, (0, 1), [], "total_mismatch", "open"),
    "open with a part of it": ({}, (0,), [], "total_mismatch", "open"),
    "open, of other contents": (OTHERS, (0, 1), [], "other_contents", "open"),
    "paid": ({"status": "paid"}, (0, 1), [], "paid", "paid"),
    "paid over another sum": (
        {"status": "paid", "total_minor": 1},
        (0, 1),
        [],
        "total_mismatch",
        "open",
    ),
    "given up": ({"status": "uncollectible"}, (0, 1), [], "uncollectible", "uncollectible"),
    "void": ({"status": "void", **OTHERS}, (), [], "void", "void"),
    "of another customer": ({"customer_id": "cus_2"}, (0, 1), [], "open", "open"),
    "a draft of another customer": (
        {"customer_id": "cus_2", "status": "draft"},
        (0, 1),
        ["finalize"],
        "open",
        "open",
    ),
    "of one that was deleted": (
        {"customer_id": "cus_9"},
        (0, 1),
        [],
        "customer_deleted",
        "open",
    ),
    "paid by one that was deleted": (
        {"customer_id": "cus_9", "status": "paid"},
        (0, 1),
        [],
        "paid",
        "paid",
    ),
    "a draft of one that was deleted": (
        {"customer_id": "cus_9", "status": "draft", **OTHERS},
        (0, 1),
        ["delete", *MADE, ALL, "finalize"],
        "open",
        "open",
    ),
    "of nobody": ({"customer_id": None}, (0, 1), [], "open", "open"),
}


@pytest.mark.parametrize("case", CASES)
def test_each_step_is_done_where_it_is_missing_and_what_does_not_fit_stops_it(
    agency: Agency, stripe: Stripe, case: str
) -> None:
    there, lines, done, code, status = CASES[case]
    stripe.customers.append("cus_2")
    assert [item.position for item in stripe.items] == [0, 1]
    if lines:
        stripe.whole(*lines)
    if there is not None:
        stripe.stand(**there)
    assert pushed(agency, stripe) == (code, status)
    assert stripe.done == done
    assert len(set(stripe.keys)) == len(stripe.keys)
    taken = known(agency).gateway_id
    refused = code in ("total_mismatch", "other_contents")
    assert taken == (None if refused else "in_1")
    before = agency.state()
    pushed(agency, stripe)
    assert stripe.done == done
    assert agency.state() == before


def test_its_state_is_taken_over_also_where_it_is_not_as_closed(
    agency: Agency, stripe: Stripe
) -> None:
    """Once it is known which one it is."""
    pushed(agency, stripe)
    stripe.stand(status="paid", total_minor=1)
    assert pushed(agency, stripe) == ("total_mismatch", "paid")


@pytest.mark.parametrize("paid", [0, 5])
def test_what_went_back_of_one_that_is_adopted_is_asked_for(
    agency: Agency, stripe: Stripe, paid: int
) -> None:
    stripe.whole()
    stripe.stand(status="paid", paid_minor=paid)
    pushed(agency, stripe)
    found = known(agency)
    sums = (found.refunded_minor, found.disputed_minor, found.credited_minor)
    assert (stripe.done, sums) == ((["money False"], (3, 2, 1)) if paid else ([], (0, 0, 0)))
    pushed(agency, stripe)
    assert len(stripe.done) == bool(paid)


@pytest.mark.parametrize("state", ["paid", "void", "uncollectible"])
def test_what_is_settled_here_and_gone_there_is_not_made_anew(
    agency: Agency, stripe: Stripe, state: str
) -> None:
    with agency.desk() as desk:
        ours = known_invoice(desk, JUNE)._replace(status=state)
        with pytest.raises(Refused):
            room.push(desk, stripe, ours)  # type: ignore[arg-type]
    assert stripe.done == []


def test_what_is_voided_while_its_lines_are_sent_is_taken_away(
    agency: Agency, stripe: Stripe
) -> None:
    stripe.after[ALL] = lambda: agency.do(settle.void, JUNE)
    assert pushed(agency, stripe) == ("invoice_void", "void")
    assert stripe.done == [*MADE, ALL, "delete"]


@pytest.mark.parametrize("number", [f"{JUNE}-2", JULY])
def test_what_a_copy_of_the_ledger_brings_meanwhile_is_given_way_to(
    agency: Agency, stripe: Stripe, number: str
) -> None:
    stripe.stand()
    copy = stripe.invoice("in_1")._replace(id="in_2", our_number=number, status="draft")
    stripe.there, is_its_month = None, number != JULY
    stripe.after["make"] = lambda: stripe.besides.append(copy)
    found = pushed(agency, stripe)
    assert found == (("billed_before", "open") if is_its_month else ("open", "open"))
    assert stripe.done == [*MADE, ALL, "delete" if is_its_month else "finalize"]


@pytest.mark.parametrize("status", ["open", "paid"])
def test_what_another_process_finalizes_meanwhile_is_not_finalized_again(
    agency: Agency, stripe: Stripe, status: str
) -> None:
    def meanwhile() -> None:
        stripe.there = stripe.invoice("in_1")._replace(status=status)

    stripe.after[ALL] = meanwhile
    assert pushed(agency, stripe) == (status, status)
    assert stripe.done == [*MADE, ALL]


def test_what_another_process_finalizes_is_its_own_whatever_a_copy_brings_meanwhile(
    agency: Agency, stripe: Stripe
) -> None:
    """It is no draft any more that could be taken away."""
    stripe.stand()
    copy = stripe.invoice("in_1")._replace(id="in_2", our_number=f"{JUNE}-2")
    stripe.there = None

    def meanwhile() -> None:
        stripe.besides.append(copy)
        stripe.there = stripe.invoice("in_1")._replace(status="open")

    stripe.after[ALL] = meanwhile
    assert pushed(agency, stripe) == ("open", "open")
    assert stripe.done == [*MADE, ALL]


def test_what_is_finalized_after_the_last_look_is_not_finalized_again(
    agency: Agency, stripe: Stripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(*_: Any) -> None:
        stripe.there = stripe.invoice("in_1")._replace(status="open")

    monkeypatch.setattr(room, "check_billed_once", meanwhile)
    assert pushed(agency, stripe) == ("open", "open")
    assert stripe.done == [*MADE, ALL]


def test_lines_that_another_process_adds_after_the_look_are_not_added_again(
    agency: Agency, stripe: Stripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = stripe.lines

    def looked(name: str) -> list[RemoteLine]:
        found = look(name)
        if not found:
            stripe.whole()
            stripe.stand(status="draft")
        return found

    monkeypatch.setattr(stripe, "lines", looked)
    assert pushed(agency, stripe) == ("open", "open")
    assert stripe.done == [*MADE, "finalize"]


@pytest.mark.parametrize("call", ["lines", "finalize", "delete", "void"])
def test_an_answer_of_an_earlier_life_is_none_and_the_step_is_done_under_another_key(
    agency: Agency, stripe: Stripe, call: str
) -> None:
    stripe.stored = call
    if call == "void":
        stripe.stand()
        there: Any = stripe
        with agency.desk() as desk:
            room.void_remote(desk, there, known_invoice(desk, JUNE), stripe.invoice("in_1"))
        assert stripe.done == ["void"]
    else:
        if call == "delete":
            stripe.stand(customer_id="cus_9", status="draft")
        assert pushed(agency, stripe) == ("open", "open")
        assert stripe.done == ["delete"] * (call == "delete") + [*MADE, ALL, "finalize"]
    assert not stripe.stored
    assert len(set(stripe.keys)) == len(stripe.keys) == len(set(stripe.done) - set(MADE)) + 1


# What was read of its money before, what of it is known then, and what stands there now.
SEEN_BEFORE = [
    (None, (0, 0, 0), "paid"),
    (RemoteMoney(9, 9, 9), (3, 2, 1), "paid"),
    (RemoteMoney(9, 9, 9), (0, 0, 0), None),
]


@pytest.mark.parametrize(("money", "sums", "now"), SEEN_BEFORE)
def test_what_another_process_took_over_since_is_asked_for_once_more(
    agency: Agency,
    stripe: Stripe,
    money: RemoteMoney | None,
    sums: tuple[int, ...],
    now: str | None,
) -> None:
    there: Any = stripe
    stripe.stand()
    before = stripe.invoice("in_1")
    ours = known(agency)
    with agency.desk() as desk:
        room.sync_invoice(desk, there, ours, before._replace(status="paid", number="first"))
    if now is None:
        stripe.there = None
    else:
        stripe.stand(status=now, paid_minor=5, number="then")
    state = agency.state()
    with agency.desk() as desk:
        told = room.sync_invoice(desk, there, ours, before, money)
    assert told == (before if now is None else stripe.there)
    found = known(agency)
    assert (found.refunded_minor, found.disputed_minor, found.credited_minor) == sums
    assert (found.status, found.gateway_number) == ("paid", "first" if now is None else "then")
    assert (agency.state() == state) == (now is None)


@pytest.mark.parametrize("status", ["draft", "open", "paid", "uncollectible", "void"])
def test_what_stands_under_a_number_that_was_billed_again_is_not_taken_over(
    agency: Agency, stripe: Stripe, status: str
) -> None:
    there: Any = stripe
    stripe.stand(our_number=JULY, status=status)
    before = agency.state()
    with agency.desk() as desk:
        ours = known_invoice(desk, JULY)
        assert ours.status == "void"
        if status == "void":
            room.sync_invoice(desk, there, ours, stripe.invoice("in_1"))
            assert known_invoice(desk, JULY).gateway_id == "in_1"
            return
        with pytest.raises(Failed) as caught:
            room.sync_invoice(desk, there, ours, stripe.invoice("in_1"))
    assert (caught.value.code, caught.value.subject) == ("void_here", JULY)
    assert agency.state() == before


# What changes there, and what is known here then.
TAKEN_OVER: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"status": "uncollectible"}, {"status": "uncollectible"}),
    ({"paid_minor": 7}, {"amount_paid_minor": 7}),
    ({"paid_at": 9}, {"paid_at": 9}),
    ({"id": "in_2"}, {"gateway_id": "in_2"}),
    ({"page_url": "https://p"}, {"page_url": "https://p"}),
    ({"pdf_url": "https://f"}, {"pdf_url": "https://f"}),
    ({"number": "A-1"}, {"gateway_number": "A-1"}),
    ({"reference": "wire", "outside_minor": 1}, {"reference": "wire"}),
    ({"reference": "wire"}, {}),
    ({"outside_minor": 1}, {}),
    ({"void_reason": "why"}, {}),
]


@pytest.mark.parametrize(("there", "here"), TAKEN_OVER)
def test_what_changed_there_is_known_here_and_nothing_else(
    agency: Agency, stripe: Stripe, there: dict[str, Any], here: dict[str, Any]
) -> None:
    pushed(agency, stripe)
    before, state = known(agency), agency.state()
    now, gateway = stripe.invoice("in_1")._replace(**there), cast(Any, stripe)
    with agency.desk() as desk:
        assert room.sync_invoice(desk, gateway, before, now) == now
    assert known(agency) == before._replace(**here)
    assert (agency.state() == state) == (not here)


@pytest.mark.parametrize("status", ["open", "paid", "void"])
def test_a_reason_is_told_of_what_is_void(agency: Agency, stripe: Stripe, status: str) -> None:
    """That of a try which got no further is none."""
    stripe.stand(status=status, void_reason="why")
    gateway: Any = stripe
    with agency.desk() as desk:
        room.sync_invoice(desk, gateway, known_invoice(desk, JUNE), stripe.invoice("in_1"))
    (found,) = agency.stored("SELECT kind, reason FROM events ORDER BY seq DESC LIMIT 1")
    assert found == ("invoice.synced", "why" if status == "void" else None)


# The reason that stands there, and the one that is given.
@pytest.mark.parametrize(
    ("stood", "given", "done"),
    [
        (None, None, ["void"]),
        (None, "", ["void"]),
        (None, "why", ["mark", "void"]),
        ("why", "why", ["void"]),
        ("why", "else", ["mark", "void"]),
        ("why", None, ["mark", "void"]),
        (None, "x" * 501, ["mark", "void"]),
    ],
)
def test_the_reason_is_kept_with_what_is_voided(
    agency: Agency, stripe: Stripe, stood: str | None, given: str | None, done: list[str]
) -> None:
    stripe.stand(void_reason=stood)
    with agency.desk() as desk:
        there: Any = stripe
        room.void_remote(desk, there, known_invoice(desk, JUNE), stripe.invoice("in_1"), given)
        room.void_remote(desk, there, known_invoice(desk, JUNE), stripe.invoice("in_1"), stood)
    assert stripe.done == done
    if "mark" in done:
        assert stripe.marks == {"jpcli_void_reason": (given or "")[:500]}


# The call whose answer is lost, and the name of the wish that is left.
LOST = {
    "lines": "lines",
    "finalize": "finalize",
    "delete": "delete",
    "void": "void",
    "mark": "void-reason/2be23c585f15",
}


@pytest.mark.parametrize("call", LOST)
def test_a_step_whose_answer_was_lost_is_asked_for_again_under_its_key(
    agency: Agency, stripe: Stripe, call: str
) -> None:
    if call == "delete":
        stripe.stand(customer_id="cus_9", status="draft")
    elif call in ("void", "mark"):
        stripe.stand()
    there: Any = stripe

    def step() -> None:
        with agency.desk() as desk:
            ours = known_invoice(desk, JUNE)
            if call in ("void", "mark"):
                why = "why" if call == "mark" else None
                room.void_remote(desk, there, ours, stripe.invoice("in_1"), why)
            else:
                room.push(desk, there, ours)

    stripe.lost = call
    with pytest.raises(Busy):
        step()
    key = stripe.keys[-1]
    with agency.desk(writes=False) as desk:
        (left,) = [wish.name for wish in open_wishes(desk.ledger)]
    assert left == f"invoice/{JUNE}/{LOST[call]}"
    stripe.lost = None
    count = len(stripe.keys)
    step()
    assert stripe.keys[count] == key
    with agency.desk(writes=False) as desk:
        assert open_wishes(desk.ledger) == []
