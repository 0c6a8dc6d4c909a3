"""How much a proof of any length takes: memory for each license, and steps for each line."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable, Iterable
from io import BytesIO, RawIOBase
from typing import Any

import pytest

from jpcli.domain.errors import BadInput
from jpcli.services.proofs.verify import verify
from tests.services.proofs.checker import check
from tests.services.proofs.large import (
    ADJUSTED,
    FIELDS,
    PRICE_E12,
    event,
    large_proof,
    one_clients_proof,
    price,
    site_of,
)

# Tables double, so a thousand take more each than a million: those take 200.
MOST_BYTES_A_LICENSE = 600


class Pieces(RawIOBase):
    """A stream of what is made while it is read."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces = iter(pieces)
        self._left = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while len(self._left) < size and (piece := next(self._pieces, None)) is not None:
            self._left += piece.encode()
        found, self._left = self._left[:size], self._left[size:]
        return found


def verified(pieces: Iterable[str]) -> Any:
    return verify("-", Pieces(pieces)).data  # type: ignore[arg-type]


def most_bytes(licenses: int) -> int:
    tracemalloc.start()
    try:
        assert verified(large_proof(licenses))["ok"]
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.weighed
def test_a_license_with_its_site_takes_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jpcli.services.proofs.links._AT_ONCE", 64)  # as a long proof has it
    monkeypatch.setattr("jpcli.services.files.json_text._CHUNK_BYTES", 4_096)
    few, many = 300, 1_000
    each = (most_bytes(many) - most_bytes(few)) / (many - few)
    assert each < MOST_BYTES_A_LICENSE


def test_a_large_proof_is_right_by_both_and_a_change_in_it_is_found() -> None:
    text = "".join(large_proof(300))
    assert verify("-", BytesIO(text.encode())).data["ok"]
    assert check(text) is None
    for before, after in (
        ('"2024-08-31", "' + site_of(7), '"2024-08-30", "' + site_of(7)),
        ("[0, 250, 31, 310]", "[0, 250, 31, 311]"),
        ("[0, 250, 31, 310]", "[0, 250, 30, 310]"),
        ("[0, 250, 31, 310]", "[0, 249, 31, 310]"),
    ):
        assert before in text
        other = text.replace(before, after, 1)
        assert not verify("-", BytesIO(other.encode())).data["ok"], after
        assert check(other) is not None, after


def test_a_client_may_have_parts_of_a_line_at_very_many_sites() -> None:
    """As long as 90,000 of them: other items are no longer than a mebibyte."""
    sites = [f"https://{number}.{'x' * 100_000}.example" for number in range(45)]
    assert verified(one_clients_proof(sites))["problems"] == []
    few = [f"https://{number}.example" for number in range(3)]
    assert check("".join(one_clients_proof(few))) is None
    with pytest.raises(BadInput) as caught:
        verified(one_clients_proof([*sites, *sites, *sites]))
    assert caught.value.code == "bad_json"


def _line(**others: Any) -> dict[str, Any]:
    return {**FIELDS, **ADJUSTED, "days": 0, "license_days": 0, "amount_minor": 0, **others}


def _adjustments(number: int) -> dict[str, Any]:
    """As many corrections as an earlier invoice has lines."""
    lines = [_line(product=f"p{n}", kind="adjustment", period="2024-07") for n in range(number)]
    return {"lines": lines, "earlier": [_invoice("INV-1", lines)]}


def _invoice(name: str, lines: list[Any]) -> dict[str, Any]:
    return {
        "number": name,
        "period": "2024-07",
        "first_day": 1,
        "last_day": 2,
        "lines": lines,
        "total_minor": 0,
        "content_hash": "00" * 32,
    }


def _credits(number: int) -> dict[str, Any]:
    return {"lines": [_line(kind="credit", product="", period=None) for _ in range(number)]}


def _invoices(number: int) -> dict[str, Any]:
    return {"earlier": [_invoice(f"INV-{n}", []) for n in range(number)]}


def _prices(number: int) -> dict[str, Any]:
    """As many prices as months that are corrected."""
    days = (f"{1900 + n // 300}-{n // 25 % 12 + 1:02d}-{n % 25 + 1:02d}" for n in range(number))
    prices = [price(3 + 2 * n, day, PRICE_E12 + n) for n, day in enumerate(days)]
    lines = [
        _line(kind="adjustment", period=f"{1990 + n // 12}-{n % 12 + 1:02d}")
        for n in range(number // 8)
    ]
    return {"prices": prices, "lines": lines}


def _renames(number: int) -> dict[str, Any]:
    """A site that is called otherwise and back, and as many events about it."""
    names = ("https://b.example", "https://a.example")
    renames = [
        event(3 + 2 * n, "site.renamed", names[n % 2], **{"from": names[1 - n % 2]})
        for n in range(number)
    ]
    told = [event(4 + 2 * n, "site.moved", names[n % 2], client="Ann") for n in range(number // 8)]
    return {"renames": renames, "sites": [{"site": names[1], "events": [one]} for one in told]}


@pytest.mark.weighed
@pytest.mark.parametrize("members", [_adjustments, _credits, _invoices, _prices, _renames])
def test_steps_grow_no_faster_than_the_file(members: Callable[[int], dict[str, Any]]) -> None:
    few, many = (steps(list(large_proof(1, **members(number)))) for number in (100, 400))
    assert many < 6 * few, (few, many)


def steps(pieces: list[str]) -> int:
    """Lines of code that are run to read a proof, whatever is wrong with it."""
    found = 0

    def tracer(*_: object) -> Any:
        nonlocal found
        found += 1
        return tracer

    sys.settrace(tracer)
    try:
        verified(pieces)
    except BadInput:
        pass
    finally:
        sys.settrace(None)
    return found
