"""Every single change of a proof: a number, text or hash, an entry left out, one put in twice."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

Place = tuple[int | str, ...]
Change = tuple[Place, str, Callable[[Any], None]]

# What docs/proof.md says is not proved, by its place: `*` is any index.
NOT_PROVED_IN_PREVIEWS = (
    "invoice.head",
    "lines.*.name",
    "holders.*",  # of corrections
    "shares.*",
)
NOT_PROVED_FOR_ONE_CLIENT = (
    "invoice.number",
    "invoice.content_hash",
    "invoice.head",
    "lines.*.name",
)
OF_CORRECTIONS = ("product", "name", "bundle_size", "period", "sites")


def changes(proof: Any) -> Iterator[Change]:
    """(place, what, how) of every single change; `how` is applied to a copy."""
    yield from _changes(proof, ())


def changed(proof: Any, change: Change) -> str:
    """The text of a proof with one change."""
    place, _, apply = change
    body = found = copy.copy(proof)
    for part in place[:-1]:  # what is not on the way to it stays shared
        found[part] = copy.copy(found[part])
        found = found[part]
    apply((found, place[-1]))
    return json.dumps(body, ensure_ascii=False)


def _changes(value: Any, place: Place) -> Iterator[Change]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*place, name), "left out", lambda at: at[0].pop(at[1])
            yield from _changes(inner, (*place, name))
        yield (*place, "more"), "put in", lambda at: at[0].__setitem__(at[1], 1)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield (*place, number), "left out", lambda at: at[0].pop(at[1])
            yield (*place, number), "twice", lambda at: at[0].insert(at[1], at[0][at[1]])
            yield from _changes(inner, (*place, number))
    else:
        for other in _others(value):
            yield place, f"{value!r} -> {other!r}", _setting(other)


def _setting(other: Any) -> Callable[[Any], None]:
    return lambda at: at[0].__setitem__(at[1], other)


def _others(value: Any) -> list[Any]:
    if value is None:
        return ["x", 1]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1, -value or 7]
    figure = re.search(r"[0-9]", value)
    others = [value + "x", None]
    if figure is not None:
        other = str((int(figure[0]) + 1) % 10)
        others.append(value[: figure.start()] + other + value[figure.end() :])
    return others


def is_proved(proof: Any, place: Place) -> bool:
    """Whether docs/proof.md says that a change at a place is found."""
    at = ".".join("*" if isinstance(part, int) else part for part in place)
    if proof["whose"] is None:
        return proof["closing"] is not None or not _begins(at, NOT_PROVED_IN_PREVIEWS)
    if _begins(at, NOT_PROVED_FOR_ONE_CLIENT) or at == "markup":
        return False
    if place[0] == "lines" and len(place) > 1:
        line = proof["lines"][place[1]]
        if line["kind"] in ("adjustment", "credit"):
            return len(place) > 2 and place[2] not in (*OF_CORRECTIONS, "part")
    return not _in_withheld(proof, place)


def _begins(at: str, places: tuple[str, ...]) -> bool:
    return any(at == one or at.startswith(one + ".") for one in places)


def _in_withheld(proof: Any, place: Place) -> bool:
    found = proof
    for part in place:
        if isinstance(found, dict) and "shown" in found:
            return True
        if not isinstance(found, dict | list) or (isinstance(found, dict) and part not in found):
            break
        found = found[part]  # type: ignore[index]
    return isinstance(found, dict) and "shown" in found
