"""A damaged ledger is told as that, with the place, by whatever command meets it."""

from __future__ import annotations

import shutil
import sqlite3

import pytest

from tests.cli.lines import LINES
from tests.cli.world import World
from tests.cli.world import built as built
from tests.cli.world import world as world

DAMAGE = {
    "no JSON": "UPDATE events SET data = '{'",
    "JSON of another shape": "UPDATE events SET data = '[]'",
    "nothing in it": "UPDATE events SET data = 'null'",
    "a kind that nobody knows": "UPDATE events SET kind = 'x.y' WHERE seq > 1",
    "instants beyond the calendar": f"UPDATE events SET at = {2**62}, recorded_at = {2**62}",
    "licenses issued beyond it": f"UPDATE licenses SET issued_at = {2**62}",
    "days beyond it": f"UPDATE spans SET first_day = 0 - {2**40}, last_day = last_day + {2**50}",
    "prices beyond it": f"UPDATE prices SET from_day = from_day + {2**50}",
    "months that are none": "UPDATE invoices SET period = 'x' || id, due_day = -5",
    "a card that is none": "UPDATE cards SET exp_month = 99, last4 = ''",
    "answers that are none": "UPDATE answers SET answer = '{'",
    "nobody's licenses": "UPDATE licenses SET offer_id = 999, site_id = 999",
    "no facts": "DELETE FROM meta WHERE key = 'bill_from'",
    "other facts": "UPDATE meta SET value = 'x' WHERE key NOT IN ('time_zone', 'currency')",
}


def hurt(path: str, sql: str) -> None:
    """Run SQL with all triggers and checks off, as a bad disk or a careful hand would."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    triggers = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(sql)
    for _, text in triggers:
        connection.execute(text)
    connection.close()


@pytest.mark.parametrize("sql", DAMAGE.values(), ids=DAMAGE)
def test_no_command_takes_damage_for_a_mistake_of_its_own(sql: str, world: World) -> None:
    path = world.folder / "ledger.db"
    assert world.jpcli("clients", "add", "Key", "--idempotency-key", "k").code == 0
    hurt(str(path), sql)
    hurt_file = world.folder.parent / "hurt.db"
    shutil.copyfile(path, hurt_file)
    wrong = []
    for line in LINES:
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(hurt_file, path)
        more = ["--json"] if line.path not in ("completion", "ledger export") else []
        run = world(line, *more)
        if "internal_error" in run.err + run.out or "Traceback" in run.err:
            wrong.append(f"{line}: {run.err}")
        elif "ledger_damaged" in run.err:
            assert run.code == 1
            assert run.error["subject"] if more else True
    assert not wrong, "\n".join(wrong)
    shutil.copyfile(hurt_file, path)
    run = world.jpcli("clients", "add", "Key", "--idempotency-key", "k")
    assert "internal_error" not in run.err
    assert world.jpcli("ledger", "check").code == 1
