"""Every kind of event stands in one place, has one handler, and is called by its name elsewhere."""

from __future__ import annotations

import re
from functools import partial
from inspect import isfunction, signature
from pathlib import Path

import pytest

from jpcli.domain import agency_events, events, license_events, outside_events
from jpcli.ledger.state import apply
from tests.architecture.rules import Source, bare_kinds, check_all

ROOT = Path(__file__).parents[2]
EVERYTHING = vars(events) | vars(agency_events) | vars(outside_events)
KINDS = {
    name: value
    for name, value in EVERYTHING.items()
    if name.isupper() and isinstance(value, str) and re.fullmatch(r"[a-z]+\.[a-z_]+", value)
}
rule = partial(bare_kinds, kinds=frozenset(KINDS.values()))


class _Anything(dict[str, str]):
    """Facts, or a name, as a constructor likes."""

    __hash__ = object.__hash__  # type: ignore[assignment]


def test_a_kind_is_called_what_it_is() -> None:
    assert {name.lower().replace("_", ".", 1): kind for name, kind in KINDS.items()} == {
        kind: kind for kind in KINDS.values()
    }


def test_every_kind_has_a_handler_and_a_constructor() -> None:
    assert all(callable(apply.handler_of(kind)) for kind in KINDS.values())
    made = [
        function(**{key: _Anything(name="") for key in signature(function).parameters})
        for function in EVERYTHING.values()
        if isfunction(function) and signature(function).return_annotation == "Entry"
    ]
    assert {entry[0] for entry in made} == set(KINDS.values())


def test_kinds_about_licenses_and_owners_are_told_apart() -> None:
    licenses = {kind for kind in KINDS.values() if kind.startswith("license.")}
    assert licenses == set(events.ABOUT_LICENSES) == set(license_events._AFTER)
    sites = {kind for kind in KINDS.values() if kind.startswith("site.")}
    names = {agency_events.SITE_RENAMED, agency_events.SITE_ARCHIVED}
    assert set(events.ABOUT_OWNERS) == sites - names


def test_no_kind_is_a_bare_string() -> None:
    paths = set((ROOT / "jpcli").rglob("*.py")) - {
        Path(str(module.__file__)) for module in (events, agency_events, outside_events)
    }
    sources = [Source(str(path), path.read_text("utf-8")) for path in sorted(paths)]
    assert len(sources) > 250
    assert check_all(sources, rule) == []


@pytest.mark.parametrize(
    "code",
    [
        "writer.record('license.issued', key, data)",
        "kind = 'card.made_primary' if x else None",
        "sql = \"SELECT 1 FROM events WHERE kind = 'site.moved'\"",
        "sql = f\"SELECT {x} FROM events WHERE kind IN ({y}, 'outbox.done')\"",
        "sql = \"SELECT 1 FROM events WHERE kind LIKE 'license.%'\"",
        "if kind.startswith('license.'): pass",
        "words = {'price.set': 1}",
    ],
)
def test_a_bare_kind_is_noticed(code: str) -> None:
    found = list(rule(Source("sample.py", code + "\n")))
    assert len(found) == 1
    assert found[0].startswith("sample.py:1: ")


def test_words_for_people_are_not_reported() -> None:
    code = "help = 'As license, license.issued, card.'\nkind = events.LICENSE_ISSUED\n"
    assert list(rule(Source("sample.py", code))) == []
