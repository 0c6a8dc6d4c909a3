"""Canonical JSON, of which hashes are made: the same text for the same data, piece by piece.

Owns how it is written, and that the text of a long list is never whole in memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

AT_ONCE = 1_000

text_of = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def list_pieces(items: Iterable[Any]) -> Iterator[str]:
    """A list as text."""
    yield "["
    waiting, mark = iter(items), ""
    while some := list(islice(waiting, AT_ONCE)):
        yield f"{mark}{text_of(some)[1:-1]}"
        mark = ","
    yield "]"


def object_pieces(fields: Mapping[str, Any]) -> Iterator[str]:
    """An object as text; a field that is too long to be one value is the iterator of its pieces."""
    mark = "{"
    for name, value in sorted(fields.items()):
        yield f"{mark}{text_of(name)}:"
        if isinstance(value, Iterator):
            yield from value
        else:
            yield text_of(value)
        mark = ","
    yield "}"


def hash_of(pieces: Iterable[str]) -> str:
    """SHA-256 of a text."""
    from hashlib import sha256

    found = sha256()
    for piece in pieces:
        found.update(piece.encode("utf-8", "surrogatepass"))
    return found.hexdigest()
