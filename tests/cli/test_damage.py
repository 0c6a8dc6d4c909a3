"""A damaged ledger is told as that, with the place, by whatever command meets it."""

from __future__ import annotations

import pytest

from tests import engines
from tests.cli.hints import commands
from tests.cli.lines import LINES
from tests.cli.world import World
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
RULED_OUT = ("a card that is none",)
ONLY_THERE = pytest.mark.file("on a server nobody switches the rules of a column off")


@pytest.mark.alike("sql")
@pytest.mark.parametrize(
    "sql",
    [
        pytest.param(sql, id=what, marks=ONLY_THERE if what in RULED_OUT else ())
        for what, sql in DAMAGE.items()
    ],
)
def test_no_command_takes_damage_for_a_mistake_of_its_own(sql: str, world: World) -> None:
    hurt = world.folder.parent / "hurt.db"
    assert world.jpcli("clients", "add", "Key", "--idempotency-key", "k").code == 0
    engines.engine.harm(world.ledger, (sql,))
    engines.copy(world.ledger, hurt)
    wrong = []
    for line in LINES:
        if line.file and engines.on_server():
            continue
        engines.copy(hurt, world.ledger)
        more = ["--json"] if line.path not in ("completion", "ledger export") else []
        run = world(line, *more)
        if "internal_error" in run.err + run.out or "Traceback" in run.err:
            wrong.append(f"{line}: {run.err}")
        elif "ledger_damaged" in run.err:
            assert run.code == 1
            assert run.error["subject"] if more else True
    assert not wrong, "\n".join(wrong)
    engines.copy(hurt, world.ledger)
    run = world.jpcli("clients", "add", "Key", "--idempotency-key", "k")
    assert "internal_error" not in run.err
    assert world.jpcli("ledger", "check").code == 1


@pytest.mark.file("on a server nobody takes a row away that others name")
@pytest.mark.parametrize("form", ["json", "ndjson", "csv", "tsv", "table", "md"])
@pytest.mark.parametrize(("by", "gone"), [("site", "sites"), ("license", "licenses")])
def test_groups_never_add_up_to_less_than_the_bill(
    by: str, gone: str, form: str, world: World
) -> None:
    """Sites and licenses are read in order of their names; the row that has one may be gone."""
    of_one = f"DELETE FROM {gone} WHERE id = (SELECT max({by}_id) FROM spans)"
    engines.engine.harm(world.ledger, ("PRAGMA foreign_keys = OFF", of_one))
    run = world.jpcli("invoice", "preview", "--by", by, "--format", form)
    assert run.code == 1
    assert "ledger_damaged" in run.out + run.err


@pytest.mark.parametrize("line", ["ledger check", "log"])
def test_what_is_said_to_be_typed_then_works(line: str, world: World) -> None:
    """On a server nothing is replaced, so there a backup goes to another place."""
    engines.engine.harm(world.ledger, ("UPDATE events SET data = '{'",))
    run = world.jpcli(*line.split(), "--json")
    assert run.code == 1
    *_, typed = commands(run)
    names = {"FILE": f"{world.folder}/backup.db", "URL": engines.place(world.folder / "again.db")}
    words = [names.get(word, word) for word in typed.split()[1:]]
    assert world.jpcli(*words, "--yes").code == 0, typed
    where = words[words.index("--ledger") :] if "--ledger" in words else ()
    assert world.jpcli("ledger", "check", *where).code == 0
