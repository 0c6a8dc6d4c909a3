"""A closing is read a piece at a time, and a proof that nobody could check is refused."""

from __future__ import annotations

import json
import tracemalloc
from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest

from jpcli.domain import events
from jpcli.domain.errors import Refused
from jpcli.domain.instants import parse_instant
from jpcli.ledger.queries import proofs as queries
from jpcli.services.proofs import provable, writing
from jpcli.services.proofs.closing import list_rows, short_members
from tests.services.agency import A, Agency, B
from tests.services.proofs.test_proofs import busy as busy
from tests.services.proofs.test_proofs import made, problems

MINUTE = 60_000_000

DATA: dict[str, Any] = {
    "due_day": -12,
    "holders": [[1, None, 'a "]," b', "é\\"], [None, None, None, None]],
    "lines": [],
    "period": "2024-08",
    "shares": [[0, 0, 31, 310], [0, 1, 12345678901, -5]],
}


@pytest.mark.parametrize("size", [1, 2, 7, 1_000])
def test_pieces_of_any_size_are_the_same(size: int) -> None:
    text = json.dumps(DATA, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    def pieces() -> Iterator[str]:
        return (text[first : first + size] for first in range(0, len(text), size))

    short = {name: DATA[name] for name in ("due_day", "period")}
    assert short_members(pieces) == (short, frozenset(("holders", "lines", "shares")))
    for name in ("holders", "lines", "shares"):
        assert list(list_rows(pieces, name)) == DATA[name]


def test_a_closing_is_read_in_pieces(busy: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = made(busy, "2024-08")
    monkeypatch.setattr(queries, "_PIECE", 50)
    assert made(busy, "2024-08") == whole
    with busy.desk(writes=False) as desk:
        seq = json.loads(whole)["closing"]["seq"]
        pieces = list(queries.data_pieces(desk.ledger, seq))
    assert {len(piece) for piece in pieces[:-1]} == {50}
    assert json.loads("".join(pieces))["shares"] == json.loads(whole)["shares"]


def test_rows_of_a_closing_take_no_memory() -> None:
    """However many they are: as a whole they would be some megabytes here."""

    def pieces() -> Iterator[str]:
        yield '{"holders":[[1,2,"x","y"]'
        for number in range(20_000):
            yield f',[1,{number},"Client","https://site-{number}.example"]'
        yield '],"period":"2024-08","shares":[[0,0,0,0]]}'

    tracemalloc.start()
    try:
        assert short_members(pieces)[0] == {"period": "2024-08"}
        deque(list_rows(pieces, "holders"), maxlen=0)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


def test_an_item_that_no_check_would_read_is_refused(
    busy: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = json.loads(made(busy, "2024-08"))
    longest = max(
        len(json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode())
        for member in body.values()
        if isinstance(member, list)
        for item in member
    )
    monkeypatch.setattr(provable, "MAX_PROOF_ITEM_BYTES", longest)
    assert problems(made(busy, "2024-08")) == []
    monkeypatch.setattr(provable, "MAX_PROOF_ITEM_BYTES", longest - 1)
    with pytest.raises(Refused) as caught:
        made(busy, "2024-08")
    assert (caught.value.code, bool(caught.value.hint)) == ("proof_too_long", True)


def test_a_license_that_went_to_and_fro_is_proved(agency: Agency) -> None:
    """More than 1 MiB of it, which no row of a file may have."""
    key = agency.issue_one(at="2024-07-01T00:00:00Z", site=A)
    agency.transfer(key, B, at="2024-07-02T00:00:00Z")
    begun_at, places = parse_instant("2024-07-02T00:00:00Z"), (B, A)
    with agency.desk() as desk, desk.writing() as writer:
        for number in range(1, 1_400):
            before, to = places[number % 2 - 1], places[number % 2]
            entry = events.license_transferred(key, to, before)
            writer.record(*entry, at=begun_at + number * MINUTE, reason="to and fro " * 45)
    text = made(agency, "2024-07")
    assert any(len(line) > 2**20 for line in text.splitlines())
    assert problems(text) == []


def test_a_line_that_no_check_would_read_is_refused(
    busy: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "is_too_long", lambda _: False)  # of what is no line
    body = json.loads(made(busy, "2024-08", "Ann"))
    longest = max(
        len(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode())
        for line in body["lines"]
    )
    monkeypatch.setattr(provable, "MAX_PROOF_ITEM_BYTES", longest)
    assert problems(made(busy, "2024-08", "Ann")) == []
    monkeypatch.setattr(provable, "MAX_PROOF_ITEM_BYTES", longest - 1)
    with pytest.raises(Refused) as caught:
        made(busy, "2024-08", "Ann")
    assert caught.value.code == "proof_too_long"
    assert str(caught.value.hint).endswith("jpcli invoice export 2024-08 --format proof")
    made(busy, "2024-08")
