"""Ledgers of a few random facts each, made once; the first has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.ledger.queries.world import World, made

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.ledger.database.connection import Ledger


@pytest.fixture(scope="session", params=range(5), ids=lambda seed: f"world{seed}")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    return made(tmp_path_factory.mktemp("world") / "ledger.db", request.param)


@pytest.fixture
def ledger(world: World) -> Iterator[Ledger]:
    with world.agency.desk(writes=False) as desk:
        yield desk.ledger
