"""How events become bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain import events
from jpcli.domain.events import Event
from jpcli.ledger.events import chain

TEXT = st.text(max_size=8)
MAYBE = st.none() | TEXT
STAY = st.fixed_dictionaries({"site": TEXT, "client": MAYBE, "from": TEXT, "to": MAYBE})
LIFE = st.fixed_dictionaries(
    {
        "product": TEXT,
        "issued_at": TEXT,
        "revoked_at": MAYBE,
        "assignments": st.lists(STAY, max_size=3),
        "bundle_key": MAYBE,
        "bundle_size": st.none() | st.integers(1, 99_999),
    }
)


@given(LIFE)
def test_a_life_written_by_hand_is_canonical(life: dict[str, object]) -> None:
    event = Event(1, *events.license_imported("key", life)[:2], 0, 0, "me", None, life)
    assert chain.data_text(event) == chain.encode(life)


@pytest.mark.parametrize("inside", [False, True])
def test_no_field_of_a_life_is_left_out(inside: bool) -> None:
    stay: dict[str, object] = {"site": "s", "client": None, "from": "a", "to": None}
    life: dict[str, object] = {
        "product": "p",
        "issued_at": "a",
        "revoked_at": None,
        "assignments": [stay],
        "bundle_key": None,
        "bundle_size": None,
    }
    (stay if inside else life)["more"] = 1
    event = Event(1, events.LICENSE_IMPORTED, "key", 0, 0, "me", None, life)
    assert chain.data_text(event) == chain.encode(life)
