"""A closing is read a piece at a time, and a proof that nobody could check is refused."""

from __future__ import annotations

import json
import tracemalloc
from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest

from jpcli.domain.errors import Refused
from jpcli.ledger.queries import proofs as queries
from jpcli.services.proofs import provable
from jpcli.services.proofs.closing import list_rows, short_members
from tests.services.agency import Agency
from tests.services.proofs.test_proofs import busy as busy
from tests.services.proofs.test_proofs import made, problems

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


def test_a_line_that_no_check_would_read_is_refused(
    busy: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = json.loads(made(busy, "2024-08", "Ann"))
    longest = max(
        len(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode())
        for line in body["lines"]
    )
    monkeypatch.setattr(provable, "MAX_PROOF_LINE_BYTES", longest)
    assert problems(made(busy, "2024-08", "Ann")) == []
    monkeypatch.setattr(provable, "MAX_PROOF_LINE_BYTES", longest - 1)
    with pytest.raises(Refused) as caught:
        made(busy, "2024-08", "Ann")
    assert caught.value.code == "proof_too_long"
    assert str(caught.value.hint).endswith("jpcli invoice export 2024-08 --format proof")
    made(busy, "2024-08")
