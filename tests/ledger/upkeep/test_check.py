"""`ledger check` finds what a hand, a bug or a bad disk did, and names it; it never crashes."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest

from jpcli.domain.errors import JpcliError
from jpcli.domain.events import Event
from jpcli.ledger.database.schema import EVENT_TABLES, STATE_TABLES
from jpcli.ledger.events import chain
from tests import engines
from tests.ledger.conftest import Busy
from tests.services.agency import A, Agency, B

KEY, CHILD, GONE = "KEY", "CHILD", "GONE"
OF_KEY = "(SELECT id FROM licenses WHERE license_key = 'KEY')"


def test_a_clean_ledger_is_ok(busy: Busy) -> None:
    state = busy.agency.state()
    report = busy.agency.check()
    assert report["ok"]
    assert report["problems"] == []
    assert state.head is not None
    assert (report["events"], report["head"]) == (state.events, state.head[1].hex())


def test_an_empty_ledger_is_ok(tmp_path: Path) -> None:
    assert Agency(tmp_path / "ledger.db").init(prices=None).check()["ok"]


def tamper(busy: Busy, *statements: str) -> None:
    """Run SQL while no trigger is there to refuse it, as a careful hand would."""
    names = {KEY: busy.key, CHILD: busy.child, GONE: busy.gone}
    for name, key in names.items():
        statements = tuple(statement.replace(name, key) for statement in statements)
    engines.engine.harm(busy.agency.path, statements)


STATE = [
    ("a price", "UPDATE prices SET day_price_e12 = day_price_e12 + 1", "jetpack-ai"),
    (
        "a price taken out",
        "DELETE FROM prices WHERE day_price_e12 = 20000000000000",
        "jetpack-scan",
    ),
    ("a price's day", "UPDATE prices SET from_day = from_day + 1", "jetpack-scan"),
    ("a bundle's price", "UPDATE prices SET day_price_e12 = 0", "jetpack-security-t1, bundle of 3"),
    (
        "a span's start",
        f"UPDATE spans SET first_day = first_day - 1 WHERE license_id = {OF_KEY}",
        KEY,
    ),
    ("a span's end", "UPDATE spans SET last_day = 739079 WHERE ends = 1", GONE),
    ("a span's site", f"UPDATE spans SET site_id = NULL WHERE license_id = {OF_KEY}", KEY),
    ("a span's mark", "UPDATE spans SET ends = 0 WHERE ends = 1", GONE),
    ("a span taken out", f"DELETE FROM spans WHERE license_id = {OF_KEY}", KEY),
    (
        "a span put in",
        f"INSERT INTO spans SELECT offer_id, 0, 9, 8, id, NULL, 0 FROM licenses WHERE id={OF_KEY}",
        KEY,
    ),
    (
        "a license's end",
        f"UPDATE licenses SET revoked_at = 1720000000000000 WHERE id = {OF_KEY}",
        KEY,
    ),
    ("a license's site", f"UPDATE licenses SET site_id = NULL WHERE id = {OF_KEY}", KEY),
    ("a license's key", f"UPDATE licenses SET license_key = 'x_1' WHERE id = {OF_KEY}", KEY),
    ("a license brought back", "UPDATE licenses SET revoked_at = NULL", GONE),
    ("an assignment", f"UPDATE assignments SET to_at = NULL WHERE license_id = {OF_KEY}", KEY),
    ("a site's name", "UPDATE sites SET url = 'https://z.example' WHERE url LIKE '%a.exa%'", A),
    ("a site's client", "UPDATE sites SET client_id = NULL WHERE client_id IS NOT NULL", A),
    ("a site's past", "UPDATE site_clients SET client_id = NULL WHERE first_day = 0", A),
    ("a client's name", "UPDATE clients SET name = 'Eve' WHERE name = 'Ann'", "Ann"),
    ("a product's name", "UPDATE products SET name = 'x'", "jetpack-scan"),
    ("an offer's name", "UPDATE offers SET name = 'x'", "jetpack-security-t1, bundle of 3"),
    ("a card's digits", "UPDATE cards SET last4 = '0000' WHERE is_primary = 1", "card_6"),
    ("a card taken out", "DELETE FROM cards WHERE is_primary = 0", "card_7"),
    ("the currency", "UPDATE meta SET value = 'eur' WHERE key = 'currency'", "currency"),
    ("the zone", "UPDATE meta SET value = 'Asia/Tokyo' WHERE key = 'time_zone'", "time_zone"),
    ("an answer", "UPDATE answers SET answer = '{}'", "order-1"),
]


@pytest.mark.parametrize(("sql", "subject"), [pytest.param(*r[1:], id=r[0]) for r in STATE])
def test_a_changed_state_is_found_and_named(busy: Busy, sql: str, subject: str) -> None:
    tamper(busy, sql)
    name = subject.replace(KEY, busy.key).replace(GONE, busy.gone)
    problems = busy.agency.problems()
    assert ("state_differs", name) in problems
    assert {code for code, _ in problems} == {"state_differs"}


# Event 1 is the ledger's creation, 2 to 5 its prices, 6 and 7 cards, the rest licenses and sites.
LAST = "(SELECT MAX(seq) FROM events)"
EVENTS = [
    ("its data", """UPDATE events SET data = REPLACE(data, '27000', '17000') WHERE seq = 2""", "2"),
    ("its instant", "UPDATE events SET at = at - 1 WHERE seq = 10", "10"),
    (
        "when it was recorded",
        "UPDATE events SET recorded_at = recorded_at + 1 WHERE seq = 10",
        "10",
    ),
    ("who", "UPDATE events SET actor = 'eve' WHERE seq = 10", "10"),
    ("why", "UPDATE events SET reason = 'because' WHERE seq = 10", "10"),
    ("what", "UPDATE events SET kind = 'license.revoked' WHERE seq = 10", "10"),
    ("about what", "UPDATE events SET subject = 'x_1' WHERE seq = 10", "10"),
    ("its hash", "UPDATE events SET hash = (SELECT hash FROM chain) WHERE seq = 10", "10"),
    ("the first one", "UPDATE events SET actor = 'eve' WHERE seq = 1", "1"),
    ("the last one", f"UPDATE events SET actor = 'eve' WHERE seq = {LAST}", None),
]


@pytest.mark.parametrize(("sql", "seq"), [pytest.param(*r[1:], id=r[0]) for r in EVENTS])
def test_a_changed_event_is_found_and_named(busy: Busy, sql: str, seq: str | None) -> None:
    tamper(busy, sql)
    number = seq or str(busy.agency.state().events)
    assert ("event_changed", f"event {number}") in busy.agency.problems()


@pytest.mark.parametrize("seq", ["1", "2", "10", "11 to 13"])
def test_a_deleted_event_is_found_and_named(busy: Busy, seq: str) -> None:
    first, _, last = seq.partition(" to ")
    tamper(busy, f"DELETE FROM events WHERE seq BETWEEN {first} AND {last or first}")
    subject = f"events {seq}" if last else f"event {seq}"
    assert ("event_missing", subject) in busy.agency.problems()


def test_a_deleted_last_event_is_found_because_the_head_remembers_it(busy: Busy) -> None:
    count = busy.agency.state().events
    tamper(busy, f"DELETE FROM events WHERE seq = {LAST}")
    assert ("head_differs", f"event {count - 1}") in busy.agency.problems()


def test_all_events_deleted_is_found(busy: Busy) -> None:
    tamper(busy, "DELETE FROM events")
    codes = {code for code, _ in busy.agency.problems()}
    assert {"head_differs", "state_differs"} <= codes


def test_swapped_events_are_found(busy: Busy) -> None:
    tamper(
        busy,
        "UPDATE events SET seq = -10 WHERE seq = 10",
        "UPDATE events SET seq = 10 WHERE seq = 11",
        "UPDATE events SET seq = 11 WHERE seq = -10",
    )
    problems = busy.agency.problems()
    assert {("event_changed", "event 10"), ("event_changed", "event 11")} <= set(problems)


def test_a_changed_event_with_a_hash_of_its_own_breaks_the_next_one(busy: Busy) -> None:
    """Whoever knows how a hash is made must make all hashes after it again."""
    columns = "seq, kind, subject, at, recorded_at, actor, reason, data"
    (row,) = busy.agency.stored(f"SELECT {columns} FROM events WHERE seq = 10")
    ((previous,),) = busy.agency.stored("SELECT hash FROM events WHERE seq = 9")
    forged = chain.link(previous, Event(*row)._replace(actor="eve"), row[7]).hex()
    as_bytes = f"DECODE('{forged}', 'hex')" if engines.on_server() else f"x'{forged}'"
    tamper(busy, f"UPDATE events SET actor = 'eve', hash = {as_bytes} WHERE seq = 10")
    assert busy.agency.problems() == [("event_changed", "event 11")]


def test_an_event_put_in_at_the_end_is_found(busy: Busy) -> None:
    tamper(
        busy,
        f"INSERT INTO events SELECT seq + 1, 'license.revoked', 'KEY', at, recorded_at, actor,"
        f" reason, '{{}}', hash FROM events WHERE seq = {LAST}",
    )
    codes = {code for code, _ in busy.agency.problems()}
    assert {"event_changed", "head_differs", "state_differs"} <= codes


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE chain SET seq = seq - 1",
        "UPDATE chain SET hash = (SELECT hash FROM events WHERE seq = 10)",
        "DELETE FROM chain",
    ],
)
def test_a_broken_head_is_found(busy: Busy, sql: str) -> None:
    tamper(busy, sql)
    last = busy.agency.state().events
    assert ("head_differs", f"event {last}") in busy.agency.problems()


def test_a_head_that_does_not_know_the_latest_instant_is_found(busy: Busy) -> None:
    """An earlier "as of" is told from the present by it, so a preview would be wrong."""
    tamper(busy, "UPDATE chain SET latest_at = 0")
    assert busy.agency.problems() != []


UNREADABLE = [
    "not json",
    "",
    "null",
    "[]",
    "1",
    '"text"',
    "{}",
    '{"product": 1, "bundle_size": "x", "bundle_key": []}',
    '{"product": "nope", "bundle_size": null, "bundle_key": null}',
    '{"product": "jetpack-scan", "bundle_size": 99, "bundle_key": null}',
    '{"product": "jetpack-scan", "bundle_size": null, "bundle_key": "nope"}',
    "[" * 100_000,
    '{"a": 1e999}',
    '{"a": ' + "9" * 5000 + "}",
]


@pytest.mark.parametrize("data", UNREADABLE, ids=lambda text: text[:20])
@pytest.mark.parametrize("seq", [1, 2, 6, 9, 10, 11])
def test_an_event_that_cant_be_read_is_a_finding_and_no_crash(
    busy: Busy, data: str, seq: int
) -> None:
    tamper(busy, f"UPDATE events SET data = '{data}' WHERE seq = {seq}")
    assert ("event_changed", f"event {seq}") in busy.agency.problems()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE events SET at = 9223372036854775807 WHERE seq = 9",
        "UPDATE events SET at = -9223372036854775808 WHERE seq = 9",
        "UPDATE events SET kind = 'license.eaten' WHERE seq = 9",
        "UPDATE events SET seq = 9223372036854775807 WHERE seq = 9",
        "UPDATE events SET seq = -1 WHERE seq = 9",
        "UPDATE events SET actor = CAST(x'ff' AS TEXT) WHERE seq = 9",
        "UPDATE events SET data = CAST(x'ff' AS TEXT) WHERE seq = 9",
    ],
)
def test_an_impossible_event_is_a_finding_and_no_crash(busy: Busy, sql: str) -> None:
    tamper(busy, sql)
    assert busy.agency.problems() != []


TABLES = [name for name in [*EVENT_TABLES, *STATE_TABLES] if name != "meta"]


@pytest.mark.parametrize("table", TABLES)
def test_a_dropped_table_is_a_finding_and_no_crash(busy: Busy, table: str) -> None:
    if engines.on_server():
        busy.agency.sql(f"DROP TABLE {table} CASCADE")
        if table == "events":  # by which a database is known to have a ledger
            with pytest.raises(JpcliError, match="There is no ledger"):
                busy.agency.check()
            return
    else:
        busy.agency.sql("PRAGMA foreign_keys = OFF", f"DROP TABLE {table}")
    assert ("schema_changed", table) in busy.agency.problems()


SCHEMA = [
    ("DROP TRIGGER events_are_never_changed", "events_are_never_changed"),
    ("DROP TRIGGER events_are_never_deleted", "events_are_never_deleted"),
    ("DROP INDEX spans_by_license", "spans_by_license"),
    ("DROP INDEX one_primary_card", "one_primary_card"),
    ("ALTER TABLE licenses ADD COLUMN extra TEXT", "licenses"),
    ("ALTER TABLE prices RENAME COLUMN from_day TO since", "prices"),
    ("ALTER TABLE events RENAME COLUMN reason TO why", "events"),
]


@pytest.mark.file("how SQLite changes a schema; tests/server has its own")
@pytest.mark.parametrize(("sql", "subject"), SCHEMA)
def test_a_changed_schema_is_found_and_named(busy: Busy, sql: str, subject: str) -> None:
    busy.agency.sql(sql)
    assert ("schema_changed", subject) in busy.agency.problems()


@pytest.mark.file("SQLite has references that can be switched off")
def test_an_orphan_is_found(busy: Busy) -> None:
    busy.agency.sql("PRAGMA foreign_keys = OFF", "DELETE FROM sites WHERE url LIKE '%b.example'")
    problems = busy.agency.problems()
    assert ("file_damaged", "licenses") in problems
    assert ("state_differs", B) in problems


@pytest.mark.parametrize("key", ["currency", "time_zone", "name", "skipped_dates"])
def test_a_ledger_that_does_not_know_what_it_is_cant_be_opened(busy: Busy, key: str) -> None:
    tamper(busy, f"DELETE FROM meta WHERE key = '{key}'")
    with pytest.raises(JpcliError) as caught:
        busy.agency.check()
    assert (caught.value.code, caught.value.exit_code) == ("ledger_damaged", 1)


@pytest.mark.parametrize(
    ("key", "value"),
    [("time_zone", "Mars/Olympus"), ("time_zone", "../x"), ("skipped_dates", "1,x")],
)
def test_a_ledger_with_an_impossible_calendar_cant_be_opened(
    busy: Busy, key: str, value: str
) -> None:
    tamper(busy, f"UPDATE meta SET value = '{value}' WHERE key = '{key}'")
    with pytest.raises(JpcliError) as caught:
        busy.agency.check()
    assert caught.value.code == "ledger_damaged"


@pytest.mark.parametrize("sql", ["UPDATE events SET actor = 'eve'", "DELETE FROM events"])
def test_events_are_append_only(busy: Busy, sql: str) -> None:
    before = busy.agency.state()
    with pytest.raises(engines.refusals(), match="append-only"):
        busy.agency.sql(sql)
    with pytest.raises(engines.refusals(), match="append-only"):
        busy.agency.sql(f"{sql} WHERE seq = {LAST}")
    assert busy.agency.state() == before


def test_a_ruined_table_is_not_a_million_problems(busy: Busy) -> None:
    busy.agency.issue("jetpack-ai", 60)
    tamper(busy, "UPDATE licenses SET last_at = last_at + 1")
    problems = busy.agency.problems()
    assert len(problems) == 26
    assert problems[-1] == ("state_differs", "licenses")


def test_without_its_facts_it_cant_be_opened(busy: Busy) -> None:
    busy.agency.sql("DROP TABLE meta")
    with pytest.raises(JpcliError) as caught:
        busy.agency.check()
    assert caught.value.code == "ledger_damaged"


def content_of(path: Path) -> object:
    """The schema and all rows of our tables, or None where they can't be read."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    tables = {name: f"SELECT * FROM {name}" for name in [*EVENT_TABLES, *STATE_TABLES]}
    tables["schema"] = (
        "SELECT type, name, tbl_name, sql FROM sqlite_master"
        " WHERE tbl_name <> '_sqlite_migrations' ORDER BY name"
    )
    try:
        return {name: connection.execute(sql).fetchall() for name, sql in tables.items()}
    except (sqlite3.Error, UnicodeDecodeError):
        return None
    finally:
        connection.close()


@pytest.mark.file("bits of a file")
@pytest.mark.parametrize("seed", range(8))
def test_a_flipped_bit_that_changes_anything_is_found(busy: Busy, seed: int) -> None:
    chance = random.Random(seed)
    path = Path(busy.agency.path)
    whole, content = path.read_bytes(), content_of(path)
    used = [position for position, byte in enumerate(whole) if byte]
    changed = 0
    for _ in range(25):
        damaged = bytearray(whole)
        damaged[chance.choice(used)] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        try:
            ok = busy.agency.check()["ok"]
        except JpcliError:
            ok = False
        if content_of(path) != content:
            changed += 1
            assert not ok
    assert changed, "no flip hit anything: the test proves nothing"


@pytest.mark.file("bits of a file")
@pytest.mark.parametrize("seed", range(8))
def test_many_flipped_bits_are_found_without_a_crash(busy: Busy, seed: int) -> None:
    chance = random.Random(seed)
    path = Path(busy.agency.path)
    content = bytearray(path.read_bytes())
    used = [position for position, byte in enumerate(content) if byte]
    for position in chance.sample(used, 60):
        content[position] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    try:
        assert not busy.agency.check()["ok"]
    except JpcliError as error:
        assert error.code in {"ledger_damaged", "not_a_ledger", "ledger_newer", "disk_error"}  # noqa: PT017
