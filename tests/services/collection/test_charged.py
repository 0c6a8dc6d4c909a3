"""Which cards are charged for an invoice, in which order, what is kept of it and what is said:
tables that ask no server. What Stripe makes of it is in `test_dunning.py` and `test_billing.py`."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from jpcli.domain.cards import Card
from jpcli.domain.dunning import DECLINED, PAID, PENDING
from jpcli.domain.errors import Busy, Decline, Declined, JpcliError
from jpcli.domain.instants import parse_instant
from jpcli.ledger.queries.attempts import attempts
from jpcli.ledger.queries.outbox import open_wishes
from jpcli.payments.gateway import RemoteCharge, RemoteInvoice
from jpcli.services.collection.stripe import attempts as tries
from jpcli.services.collection.stripe import charge as room
from jpcli.services.collection.stripe.charge import collect
from jpcli.services.collection.stripe.push import sync_invoice
from jpcli.services.invoices import attempts as shown
from jpcli.services.invoices.known import known_invoice
from tests.services.agency import Agency
from tests.services.collection.books import AGAIN, AUGUST_2, JUNE, agency, ledger

__all__ = ["agency", "ledger"]

FIRST, SECOND, THIRD = (
    Card(f"pm_{at}", brand, f"{at}" * 4, 12, 2030, at, at == 2)
    for at, brand in ((1, "visa"), (2, "amex"), (3, "jcb"))
)
BY_HAND: dict[str, Any] = {"by_hand": True}


class Till:
    """One open invoice, and what becomes of a card that is charged for it."""

    def __init__(self, ours: Any, *outcomes: Any) -> None:
        made = RemoteInvoice(
            "in_1", JUNE, "open", "usd", ours.total_minor, ours.total_minor, 0, None, "https://page"
        )
        self.remote = made._replace(our_number=JUNE, attempted=False)
        self.outcomes, self.tried, self.keys = list(outcomes), list[str](), list[str]()
        self.told: list[RemoteCharge] = []
        self.asked: list[str] = []

    def invoice(self, name: str) -> RemoteInvoice:
        assert name == "in_1"
        return self.remote

    def charges(self, name: str) -> list[RemoteCharge]:
        self.asked.append(name)
        return self.told

    def pay(self, name: str, card: str, key: str) -> RemoteInvoice:
        assert name == "in_1"
        self.tried.append(card)
        self.keys.append(key)
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, JpcliError):
            raise outcome
        if outcome == "paid":
            paid = self.remote.total_minor
            self.remote = self.remote._replace(status="paid", paid_minor=paid, due_minor=0)
        return self.remote


def declined(charge: str | None = None, code: str = "card_declined") -> Declined:
    error = Declined(code, f"declined {charge}", hint="Try another card")
    error.decline = Decline("insufficient_funds", None, charge)
    return error


def collected(
    agency: Agency,
    monkeypatch: pytest.MonkeyPatch,
    till: Any,
    cards: tuple[Card, ...] = (FIRST, SECOND, THIRD),
    *,
    by_hand: bool = False,
    now: str = AUGUST_2,
) -> Any:
    """The notes, or the error."""
    synced: list[Any] = []
    is_due = till.remote.status == "open" and till.remote.due_minor > 0

    def on_file(ledger: Any) -> list[Card]:
        return [] if ledger is None else list(cards)

    def pushed(desk: Any, gateway: Any, invoice: Any) -> RemoteInvoice:
        assert gateway is till
        return sync_invoice(desk, gateway, invoice, till.invoice("in_1"))

    for place in (room, shown):
        monkeypatch.setattr(place, "cards", on_file)
    monkeypatch.setattr(shown, "way_of", lambda _: SimpleNamespace(charges=True))
    monkeypatch.setattr(room, "sync_cards", lambda *about: synced.append(about))
    monkeypatch.setattr(room, "push", pushed)
    with agency.desk(now=now) as desk:
        try:
            return collect(desk, till, JUNE, by_hand=by_hand)
        except JpcliError as error:
            return error
        finally:
            assert synced == ([(desk, till)] if is_due else [])


def kept(agency: Agency) -> list[tuple[str, str, str | None]]:
    with agency.desk(writes=False) as desk:
        return [(one.card, one.outcome, one.charge) for one in attempts(desk.ledger, JUNE)]


@pytest.fixture
def till(agency: Agency) -> Callable[..., Till]:
    with agency.desk(writes=False) as desk:
        ours = known_invoice(desk, JUNE)
    return lambda *outcomes: Till(ours, *outcomes)


# What becomes of each try; then the cards that were charged, what is kept of them, and the code.
ONE, TWO, THREE = FIRST.id, SECOND.id, THIRD.id
RUNS: dict[str, tuple[list[Any], list[str], list[tuple[str, str, str | None]], str | None]] = {
    "the primary card pays": (["paid"], [TWO], [(TWO, PAID, None)], None),
    "the next one does": (
        [declined("ch_1"), "paid"],
        [TWO, ONE],
        [(TWO, DECLINED, "ch_1"), (ONE, PAID, None)],
        None,
    ),
    "the last one does": (
        [declined("ch_1"), declined("ch_2"), "paid"],
        [TWO, ONE, THREE],
        [(TWO, DECLINED, "ch_1"), (ONE, DECLINED, "ch_2"), (THREE, PAID, None)],
        None,
    ),
    "none does": (
        [declined("ch_1"), declined("ch_2"), declined("ch_3", "expired_card")],
        [TWO, ONE, THREE],
        [(TWO, DECLINED, "ch_1"), (ONE, DECLINED, "ch_2"), (THREE, DECLINED, "ch_3")],
        "expired_card",
    ),
    "it is not finished": (["pending"], [TWO], [(TWO, PENDING, None)], "payment_pending"),
    "it is not known": ([Busy("network", "")], [TWO], [], "network"),
    "the next one is not known": (
        [declined("ch_1"), Busy("network", "")],
        [TWO, ONE],
        [(TWO, DECLINED, "ch_1")],
        "network",
    ),
}


@pytest.mark.parametrize("by_hand", [False, True])
@pytest.mark.parametrize("case", RUNS)
def test_the_primary_card_comes_first_and_the_others_until_one_is_not_declined(
    agency: Agency,
    till: Callable[..., Till],
    monkeypatch: pytest.MonkeyPatch,
    case: str,
    by_hand: bool,
) -> None:
    outcomes, tried, attempted, code = RUNS[case]
    there = till(*outcomes)
    found = collected(agency, monkeypatch, there, by_hand=by_hand)
    assert (there.tried, kept(agency)) == (tried, attempted)
    assert len(set(there.keys)) == len(tried)
    assert isinstance(found, tuple) is (code is None)
    if code is None:
        assert [note.code for note in found] == ["collected", "hosted_page"]
        assert (found[0].kind, found[0].subject) == ("ok", JUNE)
        names = {ONE: "visa ···· 1111", TWO: "amex ···· 2222", THREE: "jcb ···· 3333"}
        before = [f"{names[card]} (insufficient_funds)" for card in tried[:-1]]
        after = f", after {', '.join(before)} declined" if before else ""
        assert found[0].message.endswith(f" by {names[tried[-1]]}{after}")
    else:
        assert (found.code, found.subject) == (code, None if code == "network" else JUNE)
        with agency.desk(writes=False) as desk:
            left = [wish.name for wish in open_wishes(desk.ledger)]
        assert left == ([f"invoice/{JUNE}/pay/{tried[-1]}"] if code == "network" else [])
        if code == "payment_pending":
            assert found.hint.endswith("   jpcli invoice sync")
        if isinstance(found, Declined):
            assert found.decline.charge == "ch_3"
            assert found.hint == "Try another card   https://page"
            assert found.message.count("declined ch_") == 3


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_card_is_tried_by_itself_once_a_day_and_by_hand_as_often_as_one_asks(
    agency: Agency, till: Callable[..., Till], monkeypatch: pytest.MonkeyPatch, by_hand: bool
) -> None:
    first = till(declined("ch_1"))
    collected(agency, monkeypatch, first, (FIRST,))
    again = till(declined("ch_2"))
    found = collected(agency, monkeypatch, again, (FIRST,), by_hand=by_hand)
    assert again.tried == ([ONE] if by_hand else [])
    assert found.code == ("card_declined" if by_hand else "retry_later")
    if not by_hand:
        assert "visa ···· 1111 was declined on 2024-08-02 (insufficient_funds)" in found.message
        assert (found.subject, "on 2024-08-03" in found.message) == (JUNE, True)
        for part in ("jpcli cards add --primary", f"jpcli invoice pay {JUNE}", "https://page"):
            assert part in found.hint
        # Another card is tried all the same, and on the next day the first one is.
        other = till("paid")
        assert collected(agency, monkeypatch, other, (FIRST, THIRD))[0].code == "collected"
        assert other.tried == [THREE]
    else:
        assert not set(first.keys) & set(again.keys)


def test_when_the_last_day_has_passed_no_card_is_charged_by_itself(
    agency: Agency, till: Callable[..., Till], monkeypatch: pytest.MonkeyPatch
) -> None:
    error = declined("ch_1")
    error.decline = Decline("stolen_card", None, "ch_1")
    collected(agency, monkeypatch, till(error), (FIRST,))
    there = till()
    there.remote = there.remote._replace(page_url=None)
    found = collected(agency, monkeypatch, there, (FIRST,), now="2024-08-20T09:00:00Z")
    assert (found.code, there.tried) == ("dunning_ended", [])
    assert "Or let the payer" not in found.hint


@pytest.mark.parametrize("by_hand", [False, True])
def test_without_a_card_nothing_is_charged(
    agency: Agency, till: Callable[..., Till], monkeypatch: pytest.MonkeyPatch, by_hand: bool
) -> None:
    there = till()
    found = collected(agency, monkeypatch, there, (), by_hand=by_hand)
    assert (found.code, found.subject, there.tried) == ("no_card", JUNE, [])
    assert "jpcli cards add\n" in found.hint
    assert f"jpcli invoice pay {JUNE}" in found.hint


# How it stands there, what is due of it and whether a card was tried; then whether the charges are
# asked for, and what comes of it.
STANDS: list[tuple[str, int, bool, bool, str]] = [
    ("paid", 0, True, True, "collected"),
    ("paid", 0, False, False, "collected"),
    ("open", 0, False, False, "payment_pending"),
    ("open", -1, True, True, "payment_pending"),
    ("void", 5, False, False, "invoice_void"),
    ("uncollectible", 5, True, True, "invoice_uncollectible"),
]


@pytest.mark.parametrize(("status", "due", "attempted", "asked", "code"), STANDS)
def test_only_what_is_open_and_due_is_charged(
    agency: Agency,
    till: Callable[..., Till],
    monkeypatch: pytest.MonkeyPatch,
    status: str,
    due: int,
    attempted: bool,
    asked: bool,
    code: str,
) -> None:
    there = till()
    paid = there.remote.total_minor if status == "paid" else 0
    there.remote = there.remote._replace(
        status=status, due_minor=due, attempted=attempted, paid_minor=paid
    )
    found = collected(agency, monkeypatch, there, **BY_HAND)
    assert (found[0].code if isinstance(found, tuple) else found.code) == code
    assert (there.tried, there.asked) == ([], ["in_1"] if asked else [])


def test_a_cent_that_is_due_is_charged(
    agency: Agency, till: Callable[..., Till], monkeypatch: pytest.MonkeyPatch
) -> None:
    with agency.desk() as desk:  # what is known of another one is not told of it
        other = known_invoice(desk, AGAIN)
        tries.record(desk, other, ("pm_9", "jcb"), DECLINED, Decline("x", None, "ch_9"))
    there = till("paid")
    there.remote = there.remote._replace(due_minor=1)
    found = collected(agency, monkeypatch, there, (FIRST,))
    assert there.tried == [ONE]
    assert found[0].message.endswith(" by visa ···· 1111")


def test_what_is_found_paid_is_told_as_stripe_tells_it(
    agency: Agency, till: Callable[..., Till], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the payer, between the look and the charge."""
    there = till()
    at = parse_instant("2024-08-02T08:00:00Z")
    there.told = [RemoteCharge("ch_9", "pm_9", "visa ···· 9999", at, True, None, None)]
    looks: list[str] = []

    def invoice(name: str) -> RemoteInvoice:
        assert name == "in_1"
        looks.append(name)
        if len(looks) > 1:
            paid = there.remote.total_minor
            there.remote = there.remote._replace(status="paid", paid_minor=paid, attempted=True)
        return there.remote

    there.invoice = invoice  # type: ignore[method-assign]
    found = collected(agency, monkeypatch, there, (FIRST,))
    assert found[0].message.endswith(" by visa ···· 9999")
    assert (there.tried, kept(agency)) == ([], [("pm_9", PAID, "ch_9")])


@pytest.mark.parametrize("known", [0, 1, 9, 10])
def test_a_decline_that_is_known_is_an_answer_of_before_and_the_card_is_charged_anew(
    agency: Agency, till: Callable[..., Till], monkeypatch: pytest.MonkeyPatch, known: int
) -> None:
    """Stripe gives it again under its key, to a ledger that was put back."""
    there = till(*(declined(f"ch_{at}") for at in range(known)), "paid")
    at = parse_instant("2024-07-01T08:00:00Z")
    names = [f"ch_{each}" for each in range(known)]
    there.told = [RemoteCharge(n, ONE, "visa ···· 1111", at, False, "x", None) for n in names]
    there.remote = there.remote._replace(attempted=True)
    found = collected(agency, monkeypatch, there, (FIRST,), **BY_HAND)
    assert there.tried == [ONE] * min(known + 1, 10)
    assert (found[0].code if known < 10 else found.code) == (
        "collected" if known < 10 else "card_declined"
    )
    outcomes = [outcome for _, outcome, _ in kept(agency)]
    assert outcomes == [DECLINED] * known + [PAID] * (known < 10)


def test_a_decline_without_a_charge_is_one_of_today(
    agency: Agency, till: Callable[..., Till], monkeypatch: pytest.MonkeyPatch
) -> None:
    error = declined(None)
    error.hint = None
    there = till(error)
    there.remote = there.remote._replace(page_url=None)
    found = collected(agency, monkeypatch, there, (FIRST,), **BY_HAND)
    assert (found.code, found.hint, there.tried) == ("card_declined", None, [ONE])
    assert kept(agency) == [(ONE, DECLINED, None)]


def test_what_was_paid_and_not_collected_is_told_as_that(
    agency: Agency, till: Callable[..., Till], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = till()
    there.remote = there.remote._replace(status="paid", due_minor=0, paid_minor=0)
    found = collected(agency, monkeypatch, there)
    assert [note.code for note in found] == ["paid_not_collected", "hosted_page"]
    more = there.remote.total_minor + 5
    there.remote = there.remote._replace(paid_minor=more)
    found = collected(agency, monkeypatch, there)
    assert [note.code for note in found] == ["collected", "more_collected", "hosted_page"]
    assert found[0].message == f"{JUNE} is paid: $9.44"


def test_the_card_that_paid_is_told_also_where_another_one_is_known_to_be_declined_since(
    agency: Agency, till: Callable[..., Till], monkeypatch: pytest.MonkeyPatch
) -> None:
    with agency.desk() as desk:
        ours = known_invoice(desk, JUNE)
        tries.record(desk, ours, (ONE, "visa"), PAID)
        tries.record(desk, ours, (TWO, "amex"), DECLINED, Decline("x", None, "ch_1"))
    there = till()
    paid = there.remote.total_minor
    there.remote = there.remote._replace(status="paid", due_minor=0, paid_minor=paid)
    found = collected(agency, monkeypatch, there)
    assert found[0].message.endswith(" by visa, after amex (x) declined")


def test_a_payment_that_is_not_finished_is_told_and_not_asked_for_again_by_itself(
    agency: Agency, till: Callable[..., Till], monkeypatch: pytest.MonkeyPatch
) -> None:
    collected(agency, monkeypatch, till("pending"), (FIRST,))
    there = till()
    found = collected(agency, monkeypatch, there, (FIRST,))
    assert (found.code, there.tried) == ("retry_later", [])
    assert "stays open: the payment by visa ···· 1111 on 2024-08-02 is not finished. The next" in (
        found.message
    )
