"""How events become bytes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain import events
from jpcli.domain.events import Event
from jpcli.domain.history import History
from jpcli.domain.imported_life import ImportedLife
from jpcli.domain.instants import END_AT, format_instant
from jpcli.ledger.events import chain

TEXT = st.text(max_size=8)
MAYBE = st.none() | TEXT
INSTANT = st.integers(0, END_AT - 1).map(format_instant)
STAY = st.fixed_dictionaries(
    {"site": TEXT, "client": MAYBE, "from": INSTANT, "to": st.none() | INSTANT}
)
LIFE = st.fixed_dictionaries(
    {
        "product": TEXT,
        "issued_at": INSTANT,
        "revoked_at": st.none() | INSTANT,
        "assignments": st.lists(STAY, max_size=3),
        "bundle_key": MAYBE,
        "bundle_size": st.none() | st.integers(2, 99_999),
    }
)


@given(LIFE)
def test_a_life_written_by_hand_is_canonical(life: dict[str, Any]) -> None:
    stays = [
        chain.stay_text(stay["site"], stay["client"], stay["from"], stay["to"])
        for stay in life["assignments"]
    ]
    size = life["bundle_size"] or 1
    dates = life["issued_at"], life["revoked_at"]
    text = chain.life_text(life["product"], *dates, ",".join(stays), life["bundle_key"], size)
    assert text == chain.encode(life)
    data = ImportedLife(text, History(0), (life["product"], size, life["bundle_key"]))
    assert dict(data) == life
    for written in (data, life):
        event = Event(1, *events.license_imported("key", written)[:2], 0, 0, "me", None, written)
        assert chain.data_text(event) == text


@pytest.mark.parametrize("reason", [None, 'a \ud800 "reason"'])
def test_a_long_text_has_the_hash_that_it_has_as_a_whole(
    monkeypatch: pytest.MonkeyPatch, reason: str | None
) -> None:
    data = {"name": 'Ä\n"\\ \ud800 😀' * 9}
    event = Event(7, events.LEDGER_SET, "name", 1, 2, "me", reason, data)
    whole = chain.link(chain.GENESIS, event, chain.encode(data))
    for most in (1, 2, 5, 1_000):
        monkeypatch.setattr(chain, "_LONG", most)
        assert chain.link(chain.GENESIS, event, chain.encode(data)) == whole
