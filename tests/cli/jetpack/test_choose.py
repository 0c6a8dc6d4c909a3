"""Licenses at Jetpack, chosen by what is known of them: it is asked for these, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jpcli.jetpack import patience
from tests.cli.jetpack.conftest import at_jetpack as at_jetpack

if TYPE_CHECKING:
    from tests.cli.jetpack.conftest import Desk

SITE = "https://shop.example"


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE_SECONDS", 0)


def test_jetpack_is_asked_for_the_chosen_alone(at_jetpack: Desk) -> None:
    desk = at_jetpack
    issued = desk.do("issue scan -n 3")["licenses"]
    keys = [row["license_key"] for row in issued]
    several = desk("revoke", "--product", "scan", "--yes", "--json")
    assert (several.code, several.error["code"]) == (2, "several_licenses")
    done = desk.do(f"revoke {keys[0][:-20]} --yes --idempotency-key k")["licenses"]
    assert [row["license_key"] for row in done] == keys[:1]
    states = {
        row["license_key"]: row["state"] for row in desk.do("licenses list --state all")["licenses"]
    }
    assert [states[key] for key in keys] == ["revoked", "unassigned", "unassigned"]
    done = desk.do("revoke --product scan --all --yes --idempotency-key l")["licenses"]
    assert {row["license_key"] for row in done} == set(keys[1:])
    assert desk.do("revoke --product scan --all --yes")["licenses"] == []
    again = desk.do("revoke --product scan --all --yes --idempotency-key l")["licenses"]
    assert again == done
