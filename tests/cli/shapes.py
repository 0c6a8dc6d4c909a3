"""Is a piece of JSON exactly what a type of `jpcli.domain.contract` says?"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from jpcli.domain import contract
from jpcli.domain.answers import Rows
from jpcli.domain.contract.commands import ANSWERS
from jpcli.domain.contract.values import AnswerDocument, FailureDocument, Form, OneOf
from tools.shared.comments import Declared, declared_in

CONTRACT = Path(str(contract.__file__)).parent


class Seen:
    """What was seen of every field that may be null or left out: to tell that it really may.

    A field is that of the class which declares it, whichever class inherits it.
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._ways: dict[str, set[str]] = {}

    def add(self, shape: type, field: str, way: str) -> None:
        """`shape.field` was there, left out, null or not null."""
        declared = f"{_declarer(shape.__name__, field)}.{field}"
        self._names.setdefault(declared, f"{shape.__name__}.{field}")
        self._ways.setdefault(declared, set()).add(way)

    def of(self, name: str) -> set[str]:
        """How a field was seen, by the name of the first class that it was seen in."""
        (found,) = (field for field, known in self._names.items() if known == name)
        return self._ways[found]

    def one_sided(self) -> dict[str, str]:
        """The fields that were only ever there, or only ever null."""
        found = ((self._names[field], sorted(ways)) for field, ways in self._ways.items())
        return {name: ways[0] for name, ways in found if len(ways) == 1}


@cache
def _classes() -> dict[str, Declared]:
    return declared_in(CONTRACT.glob("*.py"))


@cache
def _declarer(name: str, field: str) -> str:
    """The class that declares a field, this one or one that it inherits from: "" for none."""
    known = _classes().get(name)
    if known is None or field in known.comments:
        return name if known else ""
    return next(filter(None, (_declarer(base, field) for base in known.bases)), "")


def faults(value: Any, wanted: Any, where: str = "", seen: Seen | None = None) -> list[str]:
    """Every place at which `value` is not what `wanted` says: a field that is missing, unknown, or
    of another type; a text of another form; null where nothing may be null."""
    seen = Seen() if seen is None else seen
    origin = get_origin(wanted)
    if wanted in (object, Any):
        return []
    if is_typeddict(wanted):
        return _object_faults(value, wanted, where, seen)
    if origin in (Union, UnionType):
        return _union_faults(value, get_args(wanted), where, seen)
    if origin is Annotated:
        return _text_faults(value, wanted, where)
    if origin in (list, Rows):
        if type(value) is not list:
            return [f"{where}: {value!r} is no list"]
        (kind,) = get_args(wanted)
        return [
            f for i, item in enumerate(value) for f in faults(item, kind, f"{where}[{i}]", seen)
        ]
    if origin is dict:
        if type(value) is not dict:
            return [f"{where}: {value!r} is no object"]
        _, kind = get_args(wanted)
        return [
            fault
            for name, item in value.items()
            for fault in faults(item, kind, f"{where}.{name}", seen)
        ]
    assert wanted in (str, int, bool, NoneType), wanted
    return [] if type(value) is wanted else [f"{where}: {value!r} is no {wanted.__name__}"]


def document_faults(path: str, document: Any, seen: Seen) -> list[str]:
    """What is wrong with all that a command printed."""
    if "data" not in document:
        return faults(document, FailureDocument, path, seen)
    found = faults(document, AnswerDocument, path, seen)
    return found + faults(document["data"], ANSWERS[path], f"{path} data", seen)


def fields_of(shape: type) -> dict[str, tuple[Any, bool]]:
    """The fields of an object: what each is, and whether it may be left out."""
    hints = get_type_hints(shape, include_extras=True)
    return {
        name: (get_args(hint)[0], True) if get_origin(hint) is NotRequired else (hint, False)
        for name, hint in hints.items()
    }


def _object_faults(value: Any, shape: type, where: str, seen: Seen) -> list[str]:
    if type(value) is not dict:
        return [f"{where}: {value!r} is no {shape.__name__}"]
    fields = fields_of(shape)
    found = [f"{where}.{name}: no such field in {shape.__name__}" for name in value.keys() - fields]
    for name, (wanted, optional) in fields.items():
        if name in value:
            found += faults(value[name], wanted, f"{where}.{name}", seen)
        elif not optional:
            found.append(f"{where}.{name}: is missing in {shape.__name__}")
        if optional:
            seen.add(shape, name, "there" if name in value else "left out")
        elif NoneType in get_args(wanted) and name in value:
            seen.add(shape, name, "null" if value[name] is None else "not null")
    return found


def _union_faults(value: Any, kinds: tuple[Any, ...], where: str, seen: Seen) -> list[str]:
    """Those of the alternative that comes nearest."""
    tried = [(faults(value, kind, where), kind) for kind in kinds]
    least, kind = min(tried, key=lambda item: len(item[0]))
    return least or faults(value, kind, where, seen)


def _text_faults(value: Any, wanted: Any, where: str) -> list[str]:
    kind, form = get_args(wanted)
    found = faults(value, kind, where)
    if found:
        return found
    if isinstance(form, OneOf):
        return [] if value in form.names else [f"{where}: {value!r} is none of {form.names}"]
    assert isinstance(form, Form)
    return (
        [] if re.fullmatch(form.pattern, str(value)) else [f"{where}: {value!r} is no {form.name}"]
    )
