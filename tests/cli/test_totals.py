"""Every list, with every filter, cut or not: totals, "and 3 more" and counts are of what is
listed."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.ledger.queries.licenses import STATE_FILTERS
from tests.cli.lines import NOW
from tests.cli.world import World
from tests.cli.world import world as world

if TYPE_CHECKING:
    from collections.abc import Iterator

LICENSES = (
    "",
    *(f"--state {state}" for state in STATE_FILTERS),
    "--product jetpack-scan",
    "--site a.example",
    "--client Ann",
    "--no-client",
    "--search scan",
    "--search nothing",
    "--older-than 30",
    "--newer-than 30",
    "--state unassigned --product jetpack-scan --no-client",
    "--state revoked --search jetpack",
    "--sort product --reverse",
)
FILTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "licenses list": ("licenses", LICENSES),
    "licenses timeline": (
        "licenses",
        tuple(each for each in LICENSES if not each.startswith(("--sort", "--older", "--newer"))),
    ),
    "licenses timeline 2026-09": ("licenses", ("", "--no-client", "--state assigned")),
    "sites list": ("sites", ("", "--client Ann", "--no-client", "--search b", "--search nothing")),
    "clients list": ("clients", ("",)),
    "products list": ("products", ("",)),
    "invoice list": ("invoices", ("",)),
    "cards list": ("cards", ("",)),
    "log": (
        "events",
        ("", "--kind license", "--site a.example", "--actor builder", "--until 2026-09-02"),
    ),
}


def roads() -> Iterator[Any]:
    for path, (key, filters) in FILTERS.items():
        for each in filters:
            yield pytest.param(path, key, each, id=f"{path} {each}".strip())


@pytest.mark.parametrize(("path", "key", "filters"), list(roads()))
def test_a_total_is_that_of_what_is_listed(
    path: str, key: str, filters: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    revoked = world.names["free"]
    assert world.jpcli("revoke", revoked, "--yes", now=NOW).code == 0
    words = shlex.split(f"{path} {filters}")
    run = world.jpcli(*words, "--limit", "0", "--json", now=NOW)
    rows = run.data[key]
    assert run.data.get("total", len(rows)) == len(rows)
    for limit in (1, 2, len(rows), len(rows) + 1):
        if not limit:
            continue
        cut = world.jpcli(*words, "--limit", str(limit), "--json", now=NOW).data
        assert cut[key] == rows[:limit]
        assert cut.get("total", len(rows)) == len(rows)
    monkeypatch.setattr("jpcli.cli.shared.output.is_terminal", lambda _stream: True)
    shown = world.jpcli(*words, "--limit", "1", "--no-color", now=NOW)
    told = re.search(r"and ([\d,]+) more", shown.err)
    assert (int(told[1]) if told else 0) == max(len(rows) - 1, 0), shown.err
    if path == "licenses timeline" and (title := re.search(r"(\d+) licenses? with", shown.out)):
        assert int(title[1]) == len(rows)


@pytest.mark.parametrize("filters", [each for each in LICENSES if "--sort" not in each])
def test_counts_are_those_of_the_list(filters: str, world: World) -> None:
    assert world.jpcli("revoke", world.names["free"], "--yes", now=NOW).code == 0
    words = shlex.split(filters)
    found = world.jpcli("licenses", "list", *words, "--json", now=NOW).data["licenses"]
    run = world.jpcli("licenses", "count", *words, "--json", now=NOW)
    if run.code == 2 and run.error["code"] == "usage":
        pytest.skip("a count has no such filter")
    counts = run.data
    states = [row["state"] for row in found]
    for state in ("assigned", "unassigned", "revoked"):
        bundles = sum(
            row["state"] == state and bool(row["bundle_size"]) and not row["bundle_key"]
            for row in found
        )
        assert counts[state] == states.count(state) - bundles, (state, counts)
    assert counts["total"] == counts["assigned"] + counts["unassigned"]
    for by in ("product", "site", "client"):
        groups = world.jpcli("licenses", "count", *words, "--by", by, "--json", now=NOW).data
        for name in ("total", "assigned", "unassigned", "revoked"):
            assert sum(group[name] for group in groups["groups"]) == groups[name] == counts[name]
