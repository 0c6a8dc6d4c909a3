"""Events and the hash chain that binds each one to its predecessor.

Owns how an event becomes bytes. An event is never changed: a correction is another event. The
hash of an event is SHA-256 over the hash before it and the event's canonical JSON, so a changed,
missing or reordered event breaks every hash after it.
"""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from jpcli.domain.imported_life import ImportedLife

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.domain.events import Event

GENESIS = bytes(32)
# Longer data is hashed in pieces of so many characters: as a whole it would be held five times.
_LONG = 2**20

_quote = json.encoder.encode_basestring
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def encode(data: Any) -> str:
    """Canonical JSON: sorted keys, no spaces, one text for one value."""
    return _encode(data)


def data_text(event: Event) -> str:
    """The data of an event in canonical form."""
    data = event.data
    if type(data) is ImportedLife:
        return data.text
    if len(data) == 1:  # as of a license that is put on a site: by hand, four times as fast
        ((name, value),) = data.items()
        if type(value) is str:
            return f"{{{_quote(name)}:{_quote(value)}}}"
    return _encode(data)


def life_text(
    product: str,
    issued_at: str,
    revoked_at: str | None,
    stays: str,
    bundle_key: str | None,
    bundle_size: int,
) -> str:
    """The data of an import's event in canonical form, put together by hand: four times as fast,
    and there are millions of them. Instants are as `format_instant` has them, `stays` have
    commas between each `stay_text`."""
    return (
        f'{{"assignments":[{stays}],"bundle_key":{_text(bundle_key)},'
        f'"bundle_size":{"null" if bundle_size == 1 else bundle_size},'
        f'"issued_at":"{issued_at}","product":{_quote(product)},'
        f'"revoked_at":{_instant(revoked_at)}}}'
    )


def stay_text(site: str, client: str | None, begun_at: str, ended_at: str | None) -> str:
    """The same of an assignment in it."""
    return (
        f'{{"client":{_text(client)},"from":"{begun_at}",'
        f'"site":{_quote(site)},"to":{_instant(ended_at)}}}'
    )


def _text(value: str | None) -> str:
    return "null" if value is None else _quote(value)


def _instant(text: str | None) -> str:
    return "null" if text is None else f'"{text}"'


def link(previous: bytes, event: Event, data_text: str) -> bytes:
    """The chain hash (32 bytes) of `event`, whose data is `data_text` in canonical form."""
    if len(data_text) > _LONG:
        return link_in_pieces(previous, event, _cut(data_text))
    seq, kind, subject, at, recorded_at, actor, reason, _ = event
    # The canonical JSON array of these fields, put together by hand: three times as fast.
    fields = (
        f"[{seq},{_quoted(kind)},{_quote(subject)},{at},"
        f"{_recording(recorded_at, actor, reason)},{_quote(data_text)}]"
    )
    return sha256(previous + fields.encode("utf-8", "surrogatepass")).digest()


def _cut(text: str) -> Iterator[str]:
    return (text[first : first + _LONG] for first in range(0, len(text), _LONG))


def link_in_pieces(previous: bytes, event: Event, pieces: Iterable[str]) -> bytes:
    """The same of data whose text comes in pieces, because it is too long to be held twice."""
    seq, kind, subject, at, recorded_at, actor, reason, _ = event
    found = sha256(previous)
    begun = f"[{seq},{_quoted(kind)},{_quote(subject)},{at},"
    begun += f'{_recording(recorded_at, actor, reason)},"'
    found.update(begun.encode("utf-8", "surrogatepass"))
    for piece in pieces:
        found.update(_quote(piece)[1:-1].encode("utf-8", "surrogatepass"))
    found.update(b'"]')
    return found.digest()


def linked(previous: bytes, told: Iterable[Event]) -> list[tuple[Any, ...]]:
    """Events one after the other as they are stored: with their data as text and their hash."""
    rows: list[tuple[Any, ...]] = []
    # What a bulk change records for many is one object. All of them are held here by their events:
    # one that was gone could leave its number to another.
    told = list(told)
    texts: dict[int, str] = {}
    for event in told:
        number = id(event.data)
        text = texts.get(number)
        if text is None:
            text = texts[number] = data_text(event)
        previous = link(previous, event, text)
        rows.append(event[:7] + (text, previous))  # noqa: RUF005
    return rows


_quoted = lru_cache(maxsize=64)(_quote)


@lru_cache(maxsize=64)
def _recording(recorded_at: int, actor: str, reason: str | None) -> str:
    """What a bulk change has a million times, written once."""
    return f"{recorded_at},{_quote(actor)},{_text(reason)}"
