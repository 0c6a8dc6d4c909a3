"""Canonical JSON, of which hashes are made: the same text for the same data, piece by piece.

Owns how it is written, and that the text of a long list is never whole in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from jpcli.ledger.events.chain import encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

AT_ONCE = 1_000

Item = TypeVar("Item")


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Some items at a time."""
    waiting = iter(items)
    while some := list(islice(waiting, AT_ONCE)):
        yield some


def enclosed(brackets: str, parts: Iterable[str]) -> Iterator[str]:
    """A list or an object of which `parts` are some members each, without its `brackets`."""
    yield brackets[0]
    mark = ""
    for part in parts:
        yield mark + part
        mark = ","
    yield brackets[1]


def list_pieces(items: Iterable[Any]) -> Iterator[str]:
    """A list as text."""
    return enclosed("[]", (encode(some)[1:-1] for some in batches(items)))


def object_pieces(fields: Mapping[str, Any]) -> Iterator[str]:
    """An object as text; a field that is too long to be one value is the iterator of its pieces."""
    mark = "{"
    for name, value in sorted(fields.items()):
        yield f"{mark}{encode(name)}:"
        if isinstance(value, Iterator):
            yield from value
        else:
            yield encode(value)
        mark = ","
    yield "}"


def hash_of(pieces: Iterable[str]) -> str:
    """SHA-256 of a text."""
    from hashlib import sha256

    found = sha256()
    for piece in pieces:
        found.update(piece.encode("utf-8", "surrogatepass"))
    return found.hexdigest()
