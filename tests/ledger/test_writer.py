"""The writer is where every text comes in: no card number gets past it, whatever road it came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jpcli.domain import events
from jpcli.domain.errors import BadInput
from jpcli.ledger.database.inventory import take_inventory
from jpcli.ledger.writer import writing
from tests.services.agency import raw

if TYPE_CHECKING:
    from collections.abc import Callable

    from jpcli.ledger.writer import Writer
    from tests.ledger.conftest import Busy

CARD = "4242-4242-4242-4242"


def of_a_new_kind(writer: Writer) -> None:
    """Nobody has to remember this test, or to put a new kind into a list."""
    writer.record("pet.added", "Rex", {"toys": [{"name": f"ball {CARD}"}]})


ROADS: dict[str, Callable[[Writer], None]] = {
    "client": lambda writer: writer.record(*events.client_added(CARD)),
    "site": lambda writer: writer.record(*events.site_added(f"https://{CARD}.example", None)),
    "key": lambda writer: writer.record(*events.license_imported(CARD, {"product": "x"})),
    "request": lambda writer: writer.record(*events.request_answered(CARD, "", "{}")),
    "setting": lambda writer: writer.record(*events.ledger_set("name", "name", CARD)),
    "reference": lambda writer: writer.record(*events.invoice_paid("INV-1", 1, CARD)),
    "price": lambda writer: writer.record(
        *events.price_set("x", 1, name=CARD, family="", since="2024-01-01", day_price_e12=1)
    ),
    "reason": lambda writer: writer.record(*events.license_revoked("x"), reason=CARD),
    "new kind": of_a_new_kind,
}


def recorded(busy: Busy, do: Callable[[Writer], Any], actor: str = "Ann") -> None:
    with (
        busy.agency.desk(writes=True) as desk,
        writing(desk.ledger, actor=actor, now_at=desk.now_at) as writer,
    ):
        do(writer)


@pytest.mark.parametrize("do", ROADS.values(), ids=ROADS)
def test_no_card_number_gets_past(busy: Busy, do: Callable[[Writer], None]) -> None:
    before = busy.agency.state()
    with pytest.raises(BadInput) as caught:
        recorded(busy, do)
    assert caught.value.code == "card_number"
    assert busy.agency.state() == before


def test_nor_when_the_refusal_is_caught_on_the_way(busy: Busy) -> None:
    """As in a bulk run that goes on: a part of the change may be recorded already."""
    before = busy.agency.state()

    def do(writer: Writer) -> None:
        writer.record(*events.client_added("Zoe"))
        with pytest.raises(BadInput):
            writer.record(*events.client_added(CARD))

    with pytest.raises(BadInput):
        recorded(busy, do)
    assert busy.agency.state() == before


@pytest.mark.parametrize("actor", [CARD, "a\nb", "x" * 501])
def test_nor_as_an_actor(busy: Busy, actor: str) -> None:
    with pytest.raises(BadInput):
        recorded(busy, lambda _: None, actor)


def test_what_is_there_already_stays_usable(busy: Busy, monkeypatch: pytest.MonkeyPatch) -> None:
    """A license that an older jpcli took can still be ended."""
    issued = events.license_issued(CARD, events.license_terms("jetpack-scan"))
    with monkeypatch.context() as patch:
        patch.setattr("jpcli.ledger.writer.check_new_texts", lambda *_: None)
        recorded(busy, lambda writer: writer.record(*issued))
    recorded(busy, lambda writer: writer.record(*events.license_revoked(CARD)))
    assert busy.agency.check()["ok"]


@pytest.mark.file("on a server indexes stay where they are")
@pytest.mark.parametrize("keep", [True, False])
def test_indexes_of_very_many_are_made_at_the_end(busy: Busy, keep: bool) -> None:
    with busy.agency.desk(writes=True) as desk:
        file = raw(desk.ledger)
        before = take_inventory(file)
        with writing(desk.ledger, actor="Ann", now_at=desk.now_at, keep=keep) as writer:
            writer.expect_many()
            assert ("events_by_subject", "events_by_subject is missing") in take_inventory(
                file
            ).problems
        assert take_inventory(file) == before
    assert before.problems == ()


@pytest.mark.file("on a server indexes stay where they are")
def test_no_index_is_lost_when_very_many_fail(busy: Busy) -> None:
    with busy.agency.desk(writes=True) as desk:
        file = raw(desk.ledger)
        before = take_inventory(file)

        def fail() -> None:
            with writing(desk.ledger, actor="Ann", now_at=desk.now_at) as writer:
                writer.expect_many()
                writer.record(*events.client_added(CARD))

        with pytest.raises(BadInput):
            fail()
        assert take_inventory(file) == before
