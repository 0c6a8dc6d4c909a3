"""A transaction ends with its connection, and with its first error, whoever catches that."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.domain.errors import JpcliError
from jpcli.ledger.database.engines import open_ledger
from jpcli.ledger.database.server_link import Link

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.server.running import Server

_ADD = "INSERT INTO clients (id, name) VALUES (99, 'x')"


@pytest.fixture
def cut(server: Server, address: str, jpcli: Callable[..., Any]) -> Callable[[], None]:
    """Ends all connections to the ledger, which is there."""
    assert jpcli("init").code == 0
    database = address.rpartition("/")[2]

    def end() -> None:
        with server.connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                (database,),
            )

    return end


def clients(address: str) -> int:
    with closing(open_ledger(address, writes=False)) as ledger:
        return int(ledger.value("SELECT COUNT(*) FROM clients"))


@pytest.mark.parametrize("how", ["lost", "wrong", "refused"])
def test_nothing_after_an_error_that_was_caught_is_kept(
    how: str, address: str, cut: Callable[[], None]
) -> None:
    import psycopg

    with closing(open_ledger(address, writes=True)) as ledger:
        with pytest.raises((JpcliError, psycopg.Error)), ledger.transaction():  # noqa: PT012
            if how == "lost":
                cut()
            with suppress(JpcliError, psycopg.Error):
                ledger.execute("DELETE FROM events" if how == "refused" else _ADD)
                ledger.one("SELECT nix FROM chain" if how == "wrong" else "SELECT 1 FROM chain")
            with suppress(JpcliError, psycopg.Error):
                ledger.execute(_ADD.replace("99", "100"))
                ledger.one("SELECT 1 FROM chain")
        assert clients(address) == 0
        with ledger.transaction():
            ledger.execute(_ADD)
    assert clients(address) == 1


def test_a_lost_reader_does_not_go_on_in_another_moment(
    address: str, cut: Callable[[], None]
) -> None:
    with closing(open_ledger(address, writes=False)) as ledger:
        assert ledger.value("SELECT COUNT(*) FROM clients") == 0
        cut()
        for _ in range(2):
            with pytest.raises(JpcliError) as caught:
                ledger.value("SELECT COUNT(*) FROM clients")
            assert caught.value.exit_code == 75


def test_a_reader_sees_one_moment(address: str, cut: Callable[[], None]) -> None:
    with closing(open_ledger(address, writes=False)) as ledger:
        with closing(open_ledger(address, writes=True)) as other, other.transaction():
            other.execute(_ADD)
        assert ledger.value("SELECT COUNT(*) FROM clients") == 0
    assert clients(address) == 1


def test_what_is_not_to_be_kept_is_not(address: str, cut: Callable[[], None]) -> None:
    with closing(open_ledger(address, writes=True)) as ledger:
        with ledger.transaction(keep=False):
            ledger.execute(_ADD)
            assert ledger.value("SELECT COUNT(*) FROM clients") == 1
        assert ledger.value("SELECT COUNT(*) FROM clients") == 0


def test_a_stream_that_is_left_early_harms_no_later_transaction(
    address: str, cut: Callable[[], None]
) -> None:
    with closing(open_ledger(address, writes=True)) as ledger:
        with ledger.transaction():
            rows = ledger.rows("SELECT seq FROM events")
            next(rows)
        with ledger.transaction():
            rows.close()  # type: ignore[attr-defined]
            ledger.execute(_ADD)
    assert clients(address) == 1


def test_nothing_is_sent_behind_the_end_of_statements_that_go_together(
    server: Server, tmp_path: Path
) -> None:
    """It would be work of its own to a pooler, which never learns that it is over."""
    import psycopg

    link = Link(server.address("postgres"), 2)
    for statements in (
        ["SELECT pg_sleep(0.2)", "SELECT 1"],
        ["SELECT pg_sleep(0.2)", "SELECT 1/0"],
    ):
        with (tmp_path / "trace").open("w+") as trace:
            link.connection.pgconn.trace(trace.fileno())
            with suppress(psycopg.errors.DivisionByZero):
                assert link.send([(text, ()) for text in statements]).fetchall() == [(1,)]
            link.connection.pgconn.untrace()
            trace.seek(0)
            told = [line.split("\t") for line in trace]
        assert [line for line in told if "F" in line][-1][3].strip() == "Sync", told
    link.close()
