"""Whose part of a closed invoice is what, against what its closing recorded (I8)."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from jpcli.domain import events
from jpcli.domain.shares import Holder, Share
from jpcli.ledger.queries.shares import HolderNames, names_and_labels, names_at_closing, shares_of
from tests.ledger.queries.memory import closing, empty, record

CLIENTS: dict[int | None, str | None] = {1: "Ann", 2: "Bob"}
SITES: dict[int | None, str | None] = {
    3: "https://a.example",
    4: "https://b.example",
    5: "https://c.example",
}
NOBODY: dict[int | None, str | None] = {None: None}


def content(random: Random, month: int) -> dict[str, Any]:
    """A closing with holders in any order, called as they were then, and shares in any order."""
    pairs = [(client, site) for client in (None, *CLIENTS) for site in (None, *SITES)]
    holders = [
        [
            client,
            site,
            None if client is None else f"{CLIENTS[client]} in {month}",
            None if site is None else f"{SITES[site]}/{month}",
        ]
        for client, site in random.sample(pairs, 5)
    ]
    shares = [
        [position, holder, random.randrange(100), random.randrange(-500, 500)]
        for position in range(12)
        for holder in random.sample(range(5), random.randrange(4))
    ]
    random.shuffle(shares)
    return closing(month, holders=holders, shares=shares)


@pytest.mark.parametrize("seed", range(4))
def test_i8_shares_and_names_are_those_of_the_closing(seed: int) -> None:
    """Each invoice has its own, also a void one, and whatever is called something else since."""
    ledger, random = empty(), Random(seed)
    record(ledger, [(events.client_added(str(name)), 0) for name in CLIENTS.values()])
    record(ledger, [(events.site_added(str(url), None), 0) for url in SITES.values()])
    closed = {6 + n: content(random, n + 1) for n in range(3)}
    for seq, made in closed.items():
        record(ledger, [(events.invoice_closed(f"INV-{seq}", made), 0)])
    record(ledger, [(events.invoice_voided("INV-7"), 0)])
    for seq, made in closed.items():
        holders = made["holders"]
        assert list(shares_of(ledger, seq)) == [
            (position, Holder(*holders[holder][:2]), Share(days, amount))
            for position, holder, days, amount in sorted(made["shares"])
        ]
        assert names_at_closing(ledger, seq) == HolderNames(
            NOBODY | {row[0]: row[2] for row in holders},
            NOBODY | {row[1]: row[3] for row in holders},
        )
    assert names_and_labels(ledger) == (HolderNames(NOBODY | CLIENTS, NOBODY | SITES),) * 2


def test_a_closing_of_the_first_ledgers_kept_none() -> None:
    ledger, made = empty(), content(Random(0), 1)
    del made["holders"], made["shares"]
    record(ledger, [(events.invoice_closed("INV-1", made), 0)])
    for invoice_id in (0, 1, 2):
        assert not list(shares_of(ledger, invoice_id))
        assert names_at_closing(ledger, invoice_id) == HolderNames(NOBODY, NOBODY)
    assert names_and_labels(ledger) == (HolderNames(NOBODY, NOBODY),) * 2
