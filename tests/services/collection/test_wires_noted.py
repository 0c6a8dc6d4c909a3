"""How it is noted at Stripe that an invoice was paid elsewhere, and what stops it: tables that ask
no server. What Stripe makes of it is in `test_sending.py` and `test_two_wires.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from jpcli.domain.errors import Busy, JpcliError, Refused
from jpcli.ledger.queries.outbox import DONE, WISHED, Wish, wish
from jpcli.payments.gateway import RemoteInvoice
from jpcli.services.collection.stripe import push as pushing
from jpcli.services.collection.stripe import settle as room
from jpcli.services.invoices.known import known_invoice
from tests.services.agency import Agency
from tests.services.collection.books import AGAIN, JUNE, agency, ledger
from tests.services.collection.test_pushed import ALL, MADE, Stripe, known

__all__ = ["agency", "ledger"]

NEW = [*MADE, ALL, "finalize"]
OUTSIDE: dict[str, Any] = {"status": "paid", "outside_minor": 1}


class Bank(Stripe):
    """The same where it can be paid by other means; what is remarked stands on the invoice."""

    def annotate(self, name: str, metadata: Any, key: str) -> None:
        text = metadata["jpcli_reference"]
        self.there = self.invoice(name)._replace(reference=text or None)
        super().annotate(name, metadata, key)

    def pay_outside(self, name: str, key: str) -> RemoteInvoice:
        self.begun("pay", key)
        assert self.invoice(name).status == "open"
        total = self.ours.total_minor
        paid: dict[str, Any] = {
            "status": "paid",
            "outside_minor": total,
            "paid_minor": total,
            "paid_at": 9,
        }
        self.there = self.invoice(name)._replace(**paid)
        self.did("pay")
        return self.there


@pytest.fixture
def bank(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> Bank:
    made = Bank(agency, monkeypatch)
    made.whole()
    monkeypatch.setattr(room, "stripe_gateway", lambda desk: desk.ledger and made)
    return made


def noted(agency: Agency, reference: str | None, name: str = JUNE, *, dry_run: bool = False) -> str:
    """The code of what is said, or what it is refused as."""
    try:
        answer = agency.do(room.mark_paid, name, reference, dry_run=dry_run)
    except JpcliError as error:
        return f"refused: {error.code}" if error.subject == JUNE else "of another one"
    found, (first, *others) = answer.data["invoice"], answer.notes
    assert (found["number"], first.subject) == (JUNE, JUNE)
    assert answer.data.get("dry_run", False) is dry_run
    assert ("dry_run" in [note.code for note in others]) is dry_run
    if first.code == "paid":
        sum_of = found["collected"]["amount"]
        assert first.message == f"Marked {JUNE} as paid: ${sum_of}, not through Stripe"
    return first.code


def the_wish(agency: Agency) -> Wish | None:
    with agency.desk(writes=False) as desk:
        return wish(desk.ledger, f"invoice/{JUNE}/paid-outside")


# What stands there (None: nothing) and how it is said to be paid; then what is done, what is said,
# and how it is here.
CASES: list[tuple[dict[str, Any] | None, str | None, list[str], str, str, str | None]] = [
    (None, None, [*NEW, "pay"], "paid", "paid", None),
    (None, "wire", [*NEW, "mark", "pay"], "paid", "paid", "wire"),
    ({}, "wire", ["mark", "pay"], "paid", "paid", "wire"),
    ({"reference": "wire"}, "wire", ["pay"], "paid", "paid", "wire"),
    ({"reference": "old"}, "wire", ["mark", "pay"], "paid", "paid", "wire"),
    ({"reference": "old"}, None, ["mark", "pay"], "paid", "paid", None),
    ({"reference": "wire", **OUTSIDE}, "wire", [], "paid", "paid", "wire"),
    (OUTSIDE, None, [], "paid", "paid", None),
    (OUTSIDE, "wire", [], "refused: already_paid", "paid", None),
    ({"reference": "wire", **OUTSIDE}, None, [], "refused: already_paid", "paid", "wire"),
    ({"reference": "wire", "status": "paid"}, "wire", [], "refused: already_paid", "paid", None),
    ({"status": "paid"}, None, [], "refused: already_paid", "paid", None),
    ({"status": "void"}, "wire", [], "refused: invoice_void", "void", None),
    (
        {"status": "uncollectible"},
        "wire",
        [],
        "refused: invoice_uncollectible",
        "uncollectible",
        None,
    ),
    ({"total_minor": 1}, "wire", [], "refused: total_mismatch", "open", None),
]


@pytest.mark.parametrize(("there", "reference", "done", "said", "status", "kept"), CASES)
def test_what_is_noted_follows_from_how_it_stands_there(
    agency: Agency,
    bank: Bank,
    there: dict[str, Any] | None,
    reference: str | None,
    done: list[str],
    said: str,
    status: str,
    kept: str | None,
) -> None:
    if there is None:
        bank.on_it = []
    else:
        bank.stand(**there)
    before, text = agency.state(), None if reference is None else f" {reference} "
    would = noted(agency, text, dry_run=True)
    assert (would, agency.state(), bank.done) == ("would", before, [])
    assert noted(agency, text, "2024-06") == said
    assert bank.done == done
    assert (known(agency).status, known(agency).reference) == (status, kept)
    found = the_wish(agency)
    assert (found is not None) == (said == "paid")
    if found is not None:
        assert (found.state, found.result) == (DONE, {"id": "in_1", "status": "paid"})
    # The same again is done already, and another one is refused, under a dry run, too.
    state = agency.state()
    for dry_run in (True, False):
        again = {"paid": "already_paid"}.get(said, said)
        if dry_run and status == "open":
            again = "would"
        assert noted(agency, reference, dry_run=dry_run) == again
    if said == "paid":
        assert noted(agency, "another") == "refused: already_paid"
    assert (agency.state(), bank.done) == (state, done)


@pytest.mark.parametrize("gone", ["", "paid by card", "of another wire"])
def test_what_is_known_as_noted_is_asked_of_stripe(agency: Agency, bank: Bank, gone: str) -> None:
    """A card may have paid it: it is Stripe that knows."""
    bank.stand()
    noted(agency, "wire")
    state, done = agency.state(), list(bank.done)
    if gone == "of another wire":
        bank.there = bank.invoice("in_1")._replace(reference="another")
    else:
        card = bank.invoice("in_1")._replace(outside_minor=0)
        bank.there = card if gone else None
    code = "already_paid" if gone == "of another wire" else "refused: already_paid"
    for dry_run in (True, False):
        assert noted(agency, "wire", dry_run=dry_run) == code
    assert (agency.state(), bank.done) == (state, done)


def test_a_wire_that_was_noted_elsewhere_is_the_same_wish(
    agency: Agency, bank: Bank, tmp_path: Path
) -> None:
    """So that whoever looks for what was asked finds it, whichever copy asked."""
    bank.stand()
    copy = agency.copied(tmp_path / "other.db")
    copy.now = agency.now
    assert noted(agency, "wire") == noted(copy, "wire") == "paid"
    assert bank.done == ["mark", "pay", "money False"]
    mine, theirs = the_wish(agency), the_wish(copy)
    assert mine is not None
    assert theirs is not None
    assert mine.request_hash == theirs.request_hash
    assert mine.result == theirs.result


def test_what_is_paid_by_the_card_after_the_last_look_is_refused(
    agency: Agency, bank: Bank
) -> None:
    bank.stand()
    bank.after["mark"] = lambda: bank.stand(status="paid", reference="wire")
    with pytest.raises(AssertionError):  # Stripe refuses to have it paid again
        agency.do(room.mark_paid, JUNE, "wire")
    assert noted(agency, "wire") == "refused: already_paid"
    assert (bank.done, known(agency).reference) == (["mark"], None)


@pytest.mark.parametrize("theirs", [None, "wire", "another"])
def test_what_another_process_notes_after_the_last_look_is_not_noted_again(
    agency: Agency, bank: Bank, theirs: str | None
) -> None:
    bank.stand()
    bank.after["mark"] = lambda: bank.stand(**OUTSIDE, reference=theirs)
    assert noted(agency, "wire") == ("paid" if theirs == "wire" else "refused: already_paid")
    assert (bank.done, known(agency).reference) == (["mark"], theirs)


def test_what_another_process_takes_over_as_it_is_noted_is_asked_for_once_more(
    agency: Agency, bank: Bank
) -> None:
    bank.stand()

    def meanwhile() -> None:
        seen, there = bank.invoice("in_1")._replace(number="first"), cast(Any, bank)
        with agency.desk() as desk:
            pushing.sync_invoice(desk, there, known_invoice(desk, JUNE), seen)

    bank.after["pay"] = meanwhile
    assert noted(agency, "wire") == "paid"
    assert (known(agency).reference, known(agency).gateway_number) == ("wire", None)


@pytest.mark.parametrize("was_done", [False, True])
def test_a_wire_whose_answer_was_lost_is_noted_once(
    agency: Agency, bank: Bank, was_done: bool
) -> None:
    bank.stand()
    bank.lost = "pay"
    with pytest.raises(Busy):
        agency.do(room.mark_paid, JUNE, "wire")
    left, keys = the_wish(agency), list(bank.keys)
    assert left is not None
    assert (left.state, left.idempotency_key, known(agency).status) == (WISHED, keys[-1], "open")
    bank.lost = None
    if was_done:
        bank.stand(**OUTSIDE, reference="wire")
    assert noted(agency, "wire") == "paid"
    assert bank.keys == (keys if was_done else [*keys, keys[-1]])
    found = the_wish(agency)
    assert found is not None
    assert (found.state, found.attempt) == (DONE, 1)


def test_what_is_settled_while_it_is_brought_there_is_not_noted(
    agency: Agency, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By another process, which this one's look at Stripe does not show yet."""
    bank.stand()
    look = bank.invoice("in_1")

    def pushed(desk: Any, gateway: Any, invoice: Any) -> RemoteInvoice:
        assert (gateway, invoice.number) == (bank, JUNE)
        pushing.sync_invoice(desk, gateway, invoice, look._replace(status="paid"))
        return look

    monkeypatch.setattr(room, "push", pushed)
    assert noted(agency, "wire") == "refused: already_paid"
    assert (bank.done, bank.keys) == ([], [])


@pytest.mark.parametrize("other", [(JUNE, "cash"), (JUNE, None), (AGAIN, "wire")])
def test_a_key_is_for_one_wire(agency: Agency, bank: Bank, other: tuple[str, str | None]) -> None:
    bank.stand()
    told = agency.do(room.mark_paid, JUNE, "wire", key="k")
    bank.there = None  # the answer is kept, however it stands since
    state, done = agency.state(), list(bank.done)
    assert agency.do(room.mark_paid, JUNE, "wire", key="k").data == told.data
    with pytest.raises(Refused) as caught:
        agency.do(room.mark_paid, *other, key="k")
    assert caught.value.code == "idempotency_key_reused"
    assert (agency.state(), bank.done) == (state, done)
