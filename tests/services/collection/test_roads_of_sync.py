"""What `invoice sync` asks for, takes over and remembers: a table that asks no server."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from jpcli.domain import events
from jpcli.domain.answers import Note
from jpcli.services.collection.stripe import invoices as roads
from jpcli.services.collection.stripe import push as pushing
from jpcli.services.collection.stripe.strangers import UNDECIDED
from jpcli.services.desk import Desk
from jpcli.services.invoices.known import known_invoice
from jpcli.services.invoices.money import MONEY_SEEN
from tests.services.agency import Agency
from tests.services.collection.books import AGAIN, JULY, JUNE, ledger

__all__ = ["ledger"]

THERE, NEWS = [object()], [SimpleNamespace(id="evt_1"), SimpleNamespace(id="evt_2")]


class Stripe:
    """What happened since, and what was asked."""

    def __init__(self, called: list[tuple[Any, ...]], latest: str | None, news: Any) -> None:
        self.called, self.latest, self.news = called, latest, news

    def newest_event(self) -> str | None:
        self.called.append(("newest",))
        return self.latest

    def events_since(self, cursor: str) -> Any:
        self.called.append(("since", cursor))
        return self.news

    def invoices_of(self, customer: str) -> Any:
        assert customer == "cus_1"
        self.called.append(("invoices",))
        return THERE


class Sync(NamedTuple):
    """A copy of the books, and how Stripe has its invoices."""

    agency: Agency
    called: list[tuple[Any, ...]]
    monkeypatch: pytest.MonkeyPatch

    def remember(self, **facts: str) -> None:
        with self.agency.desk() as desk, desk.writing() as writer:
            writer.record(*events.payments_set("stripe", facts))

    def facts(self) -> tuple[str | None, str | None]:
        with self.agency.desk(writes=False) as desk:
            return desk.ledger.fact("stripe_cursor"), desk.ledger.fact(MONEY_SEEN)

    def run(
        self,
        *,
        latest: str | None = "evt_2",
        news: Any = (),
        matches: dict[str, tuple[Any, Note | None]] | None = None,
        unseen: bool = False,
        touched: frozenset[str] = frozenset(),
        strange: tuple[Note, ...] = (),
    ) -> Any:
        stripe, called, found = Stripe(self.called, latest, news), self.called, matches or {}

        def patch(name: str, answer: Any, *, module: Any = roads) -> None:
            def call(first: Any, *args: Any) -> Any:
                assert first is stripe or isinstance(first, Desk)
                assert all(arg is not None or name == "sync_invoice" for arg in args)
                if isinstance(first, Desk) and args and not hasattr(args[0], "meta"):
                    assert args[0] in (stripe, THERE) or hasattr(args[0], "number")
                says = [getattr(arg, "number", getattr(arg, "id", arg)) for arg in args]
                called.append((name, *[one for one in says if one is not stripe]))
                return answer(*args) if callable(answer) else answer

            self.monkeypatch.setattr(module, name, call)

        def gateway(desk: Desk) -> Any:
            assert isinstance(desk, Desk)
            return stripe

        self.monkeypatch.setattr(roads, "stripe_gateway", gateway)
        self.monkeypatch.setattr(roads, "money_unseen", lambda books: books.meta and unseen)
        patch("invoices_of", touched)
        patch("money_at", "money")
        patch("ensure_customer", "cus_1")
        patch("sync_cards", None)
        patch("settle", None)
        patch("strangers", list(strange))
        patch("matched", lambda _, one, there: found.get(one.number, (None, None)))
        patch("note_mailed", None)
        patch("take_over", None)
        patch("sync_invoice", lambda _, one, remote, money: remote, module=pushing)
        return self.agency.do(roads.sync)


@pytest.fixture
def sync(ledger: Agency, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sync:
    return Sync(ledger.copied(tmp_path / "ledger.db"), [], monkeypatch)


def remote(name: str) -> Any:
    return SimpleNamespace(id=name)


@pytest.mark.parametrize("unseen", [False, True])
@pytest.mark.parametrize("latest", [None, "evt_1", "evt_2"])
@pytest.mark.parametrize("cursor", [None, "evt_1"])
@pytest.mark.parametrize("code", [None, "total_mismatch", "two_at_stripe", "other_contents"])
def test_what_is_remembered_is_what_was_read(
    sync: Sync, code: str | None, cursor: str | None, latest: str | None, unseen: bool
) -> None:
    if cursor is not None:
        sync.remember(stripe_cursor=cursor)
    before = sync.agency.state()
    note = None if code is None else Note(code, "look", "warning", JUNE)
    answer = sync.run(latest=latest, unseen=unseen, matches={JUNE: (None, note)}, news=NEWS)
    kept = (latest or cursor, "yes" if unseen else None)
    if code in UNDECIDED:
        kept = (cursor, None)
    assert sync.facts() == kept
    if kept == (cursor, None):
        assert sync.agency.state() == before
    else:
        last = "SELECT kind, subject FROM events ORDER BY seq DESC LIMIT 1"
        assert sync.agency.stored(last) == [("payments.set", "stripe")]
    assert sync.called[0] == ("newest",)  # before anything is read
    assert (("since", "evt_1") in sync.called) == (cursor is not None)
    (first, *others) = answer.notes
    seen = 0 if cursor is None else 2
    assert (first.code, first.kind) == ("synced", "ok")
    assert first.message == f"Read {seen} events; 0 invoices changed"
    assert answer.data == {"events": seen, "invoices": []}
    assert others == ([] if note is None else [note])
    done = [call[0] for call in sync.called]
    assert done.index("strangers") < done.index("sync_cards") < done.index("settle")


# Whether events are known, whether money was never seen, which of Stripe's were touched, the id
# that is known here; then whether its money is asked for.
ASKED: list[tuple[Any, bool, set[str], str, bool]] = [
    (NEWS, False, set(), "in_1", False),
    (NEWS, False, {"in_1"}, "in_1", True),
    (NEWS, False, {"in_2"}, "in_1", False),
    (NEWS, False, {"in_2"}, "in_2", True),
    (NEWS, False, set(), "in_2", True),
    (NEWS, True, set(), "in_1", True),
    (None, False, set(), "in_1", True),
]


@pytest.mark.parametrize(("news", "unseen", "touched", "known", "asked"), ASKED)
def test_whose_money_is_asked_for(
    sync: Sync, news: Any, unseen: bool, touched: set[str], known: str, asked: bool
) -> None:
    sync.remember(stripe_cursor="evt_1")
    sync.agency.sql(f"UPDATE invoices SET gateway_id = '{known}' WHERE number = '{JUNE}'")
    sync.run(
        news=news,
        unseen=unseen,
        touched=frozenset(touched),
        matches={JUNE: (remote("in_1"), None)},
    )
    of_june = [call for call in sync.called if "in_1" in call]
    money = [("money_at", "in_1")] if asked else []
    steps = [("sync_invoice", JUNE, "in_1", "money" if asked else None)]
    assert of_june == [
        *money,
        *steps,
        ("note_mailed", JUNE, "in_1"),
        *([("take_over", JUNE, "in_1")] if asked else []),
    ]
    matched = [call[1] for call in sync.called if call[0] == "matched"]
    assert matched == [JUNE, JULY, AGAIN]
    reads = [call for call in sync.called if call[0] == "invoices_of"]
    assert reads == ([] if news is None or unseen else [("invoices_of", NEWS)])


def test_what_changed_is_listed_and_what_is_strange_is_told(sync: Sync) -> None:
    odd = Note("total_mismatch", "look", "warning", AGAIN)
    stranger = Note("unknown_here", "who", "warning", "INV-2024-08")

    def known(desk: Desk, number: str) -> Any:
        paid: dict[str, Any] = (
            {"amount_paid_minor": 7, "refunded_minor": 7} if number == AGAIN else {}
        )
        return known_invoice(desk, number)._replace(**paid)

    sync.monkeypatch.setattr(roads, "known_invoice", known)
    matches = {JUNE: (remote("in_1"), None), AGAIN: (remote("in_2"), odd)}
    answer = sync.run(matches=matches, strange=(stranger,))
    (one,) = answer.data["invoices"]
    assert (one["number"], one["refunded"]["amount_minor"]) == (AGAIN, 7)
    first, *refunded, second, third = answer.notes
    assert first.message == "Read 0 events; 1 invoice changed"
    assert [note.subject for note in refunded] == [AGAIN]
    assert (second, third) == (odd, stranger)
