"""Whatever was done last, an undo leaves things as they were before it, another as after it."""

from __future__ import annotations

from itertools import count
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain.errors import JpcliError, Refused
from jpcli.domain.instants import SECOND, format_instant, parse_instant
from jpcli.services.clients import edit
from jpcli.services.collection import offline
from jpcli.services.ledger import settings
from jpcli.services.sites import sites
from jpcli.services.undo.undo import undo
from tests.services.agency import A, Agency, B, C

_numbers = count()
# What is there now, whatever was before it. What is new stays, where it came along with a license.
PRESENT = {
    "licenses": "SELECT license_key, site_id, revoked_at IS NULL FROM licenses ORDER BY id",
    "cards": "SELECT id, last4, is_primary FROM cards ORDER BY id",
    "prices": "SELECT offer_id, from_day, day_price_e12 FROM prices ORDER BY offer_id, from_day",
    "invoices": "SELECT number, status, paid_at, amount_paid_minor FROM invoices ORDER BY id",
    "settings": "SELECT key, value FROM meta ORDER BY key",
    "clients": "SELECT name, email FROM clients WHERE archived = 0 ORDER BY name",
    "owners": "SELECT url, client_id FROM sites ORDER BY id",
}


class Doing:
    """An agency that does something at random, a minute after the last thing."""

    def __init__(self, agency: Agency, random: Random) -> None:
        self.agency = agency
        self.random = random

    def later(self) -> None:
        at = parse_instant(self.agency.now) + 60 * SECOND
        self.agency.now = format_instant(at)

    def present(self) -> dict[str, list[tuple[Any, ...]]]:
        return {name: self.agency.stored(sql) for name, sql in PRESENT.items()}

    def one(self) -> None:
        """One command; many are refused or change nothing."""
        agency, pick = self.agency, self.random.choice
        self.later()
        keys = [row[0] for row in agency.stored("SELECT license_key FROM licenses")]
        key = pick(keys) if keys else "none"
        site, client = pick([A, B, C]), pick(["Ann", "Bob"])
        doings: list[Any] = [
            lambda: agency.issue("jetpack-scan", pick([1, 3]), site=pick([None, A])),
            lambda: agency.bundle(),
            lambda: agency.assign(key, site),
            lambda: agency.assign(key, site, client=client),
            lambda: agency.unassign(key),
            lambda: agency.transfer(key, site),
            lambda: agency.move_site(site, pick([client, None])),
            lambda: agency.card(pick(["1117", "0005"]), primary=pick([True, False])),
            lambda: agency.do(offline.make_primary, pick(["1117", "0005", "4242"])),
            lambda: agency.do(offline.remove_card, pick(["1117", "0005"])),
            lambda: agency.set_price("jetpack-scan", pick(["0.2", "0.3"]), "2024-08-10"),
            lambda: agency.set_price("jetpack-ai", pick(["0.2", "0.3"]), "2024-08-20"),
            lambda: agency.do(settings.set_one, "name", pick(["One", "Two"])),
            lambda: agency.do(edit.edit_client, client, {"email": pick(["a@x.example", None])}),
            lambda: agency.do(sites.add_client, pick(["Cem", "Dora"])),
            lambda: agency.do(offline.mark_paid, "2024-07"),
        ]
        pick(doings)()


@given(st.integers(0, 2**32))
def test_what_was_done_last_is_undone_and_done_again(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    path = tmp_path_factory.getbasetemp() / f"undoing-{next(_numbers)}.db"
    agency = Agency(path).init()
    agency.card(now="2023-01-01T00:00:00Z")
    doing = Doing(agency, Random(seed))
    agency.issue("jetpack-scan", 2, at="2024-07-01", site=A)
    agency.do(offline.close, "2024-07")
    for _ in range(8):
        before, events = doing.present(), agency.state().events
        try:
            doing.one()
        except JpcliError:
            continue
        if agency.state().events == events:
            continue
        after = doing.present()
        if doing.random.random() < 0.5:
            _undone(doing, before, after)
    assert agency.problems() == []


def _undone(doing: Doing, before: dict[str, Any], after: dict[str, Any]) -> None:
    doing.later()
    doing.agency.do(undo)
    found = doing.present()
    made = len(after["licenses"]) - len(before["licenses"])
    assert found["licenses"][: len(before["licenses"])] == before["licenses"]
    assert not any(active for _, _, active in found["licenses"][len(before["licenses"]) :])
    for name in ("cards", "prices", "invoices", "settings"):
        assert found[name] == before[name], name
    assert found["owners"][: len(before["owners"])] == before["owners"]
    assert set(before["clients"]) <= set(found["clients"])
    doing.later()
    if made:  # what was issued is revoked for good
        with pytest.raises(Refused, match="stays so"):
            doing.agency.do(undo)
        return
    doing.agency.do(undo)
    again = doing.present()
    for name in ("licenses", "cards", "prices", "settings", "owners", "clients"):
        assert again[name] == after[name], name
