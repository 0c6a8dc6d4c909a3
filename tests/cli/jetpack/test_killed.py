"""Killed at any call, `jetpack resolve` and `jetpack pull`, run again, leave both worlds equal."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.cli.jetpack.conftest import seconds
from tests.forked import Forked

if TYPE_CHECKING:
    from tests.cli.jetpack.conftest import Desk

A, B = "https://a.example", "https://b.example"


def killed(desk: Desk, *argv: str) -> bool:
    """Run it in a process of its own; whether that was killed. What is run here is not."""
    environment = {**os.environ, **desk.double.env}
    code, said = Forked(argv, environment, desk.path.with_name("said.txt")).finished()
    desk.double.heal()
    assert code in (0, -signal.SIGKILL), said
    return code != 0


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("action", ["assign", "unassign", "transfer", "revoke"])
def test_what_is_unfinished_is_finished_by_the_next_resolve(
    action: str, nth: int, after: bool, at_jetpack: Desk
) -> None:
    before = None if action == "assign" else A
    key = at_jetpack.known() if before is None else at_jetpack.placed(site=A)
    site = B if action in {"assign", "transfer"} else None
    wish = at_jetpack.wish(action, license_key=key, site=site, before=before)
    at_jetpack.double.next("kill", nth=nth, after=after, signal=int(signal.SIGKILL))
    if killed(at_jetpack, "jetpack", "resolve", wish, "--no-email"):
        (left,) = at_jetpack.do("jetpack status")["wishes"]
        assert (left["state"], left["license_key"]) == ("unfinished", key)
        assert at_jetpack(*left["commands"][0].split()[1:], "--no-email").code == 0
    assert at_jetpack("jetpack", "status", "--check").code == 0
    assert at_jetpack("jetpack", "pull", "--check").code == 0
    assert at_jetpack("ledger", "check").code == 0
    assert at_jetpack.double.mails == []
    kinds = at_jetpack.rows(
        "SELECT COUNT(*) FROM events WHERE kind LIKE 'license.%'"
        f" AND kind != 'license.issued' AND reason IS NULL AND subject = '{key}'"
    )
    assert kinds == [(1 + (before is not None),)]


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("lists", [True, False])
def test_a_pull_that_was_killed_is_done_by_the_next(
    lists: bool, nth: int, at_jetpack: Desk
) -> None:
    at_jetpack.double.world.lists = lists
    keys = [at_jetpack.known() for _ in range(3)]
    at_jetpack.double.licenses[keys[1]].revoked_at = seconds("2026-11-15T10:00:00Z")
    before = at_jetpack.everything()
    at_jetpack.double.next("kill", nth=nth, signal=int(signal.SIGKILL))
    if killed(at_jetpack, "jetpack", "pull"):
        assert at_jetpack.everything() == before
    at_jetpack.do("jetpack pull")
    assert at_jetpack("jetpack", "pull", "--check").code == 0
    assert at_jetpack("ledger", "check").code == 0
