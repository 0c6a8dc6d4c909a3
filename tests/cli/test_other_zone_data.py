"""D3: a ledger's days rest on nothing outside of it. Machines with other zone data agree on all.

`HERE` has the real rules of Berlin; `THERE` believes that its clocks go an hour behind since June
2026. Most of what happens in the ledger happens within that hour of a midnight.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests import engines
from tests.cli.machines import Lines, run_on
from tests.domain.tzif import put, shifted

if TYPE_CHECKING:
    from tests.cli.conftest import Run

ZONE = "Europe/Berlin"
JUNE = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp())
NOW = "2026-11-05T09:00:00Z"
# 00:15 in Berlin, by the ledger; 23:15 of the day before, by THERE.
MADE = "2026-07-31T22:15:00Z"
A, B = "https://a.example", "https://b.example"
SCAN, AI, OLD = "jetpack-scan_Aa", "jetpack-ai_Bb", "jetpack-scan_Cc"

# Some lines are about times, so that the same words mean other instants where the rules differ.
READS = {
    "preview": ["invoice", "preview", "--json"],
    "preview of a closed month": ["invoice", "preview", "2026-08", "--json"],
    **{
        f"preview by {by}": ["invoice", "preview", "2026-10", "--by", by, "--json"]
        for by in ("day", "site", "client", "license")
    },
    "preview as of": ["invoice", "preview", "2026-10", "--as-of", "2026-10-12", "--json"],
    "preview as of a time": [
        "invoice", "preview", "2026-09", "--as-of", "2026-09-10T00:20", "--json"
    ],
    "what if": ["invoice", "preview", "2026-11", "--revoke", f"{SCAN}@2026-11-20", "--json"],
    "explain": ["invoice", "explain", "2026-09", "--json"],
    "explain a closed month": ["invoice", "explain", "2026-08", "--json"],
    "diff": ["invoice", "diff", "2026-09", "2026-10", "--json"],
    "timeline": ["licenses", "timeline", "2026-09", "--format", "table"],
    "show": ["licenses", "show", SCAN],
    "list": ["licenses", "list", "--json"],
    "invoice": ["invoice", "show", "INV-2026-08", "--json"],
    "statement": ["invoice", "export", "INV-2026-08", "--format", "html"],
    "log": ["log", "--since", "2026-09-10", "--until", "2026-10-12", "--json"],
    "history": ["ledger", "export"],
    "sites": ["sites", "show", A, "--json"],
    "settings": ["settings", "show", "--json"],
    "status": ["status", "--json"],
    "a dry run of closing": ["invoice", "close", "2026-09", "--dry-run", "--yes", "--json"],
    "a dry run of a change": ["revoke", SCAN, "--at", "2026-10-20", "--dry-run", "--yes", "--json"],
}  # fmt: skip
WRITES = {
    "closing": ["invoice", "close", "--due", "--yes", "--json"],
    "a back-dated end": ["revoke", SCAN, "--at", "2026-10-20", "--yes", "--json"],
    "an end within the hour": [
        "revoke", SCAN, "--at", "2026-10-20T00:30+02:00", "--yes", "--json"
    ],
    "a transfer": ["transfer", SCAN, "--to", B, "--at", "2026-10-20T00:30", "--json"],
    "a site that moves": ["sites", "move", A, "--client", "Cy", "--at", "2026-10-20", "--json"],
    "a price": [
        "products", "set-price", "jetpack-scan", "--price", "0.2", "--from", "2026-10-20", "--json"
    ],
}  # fmt: skip


# One row a license: 00:15, 00:20 and 00:30 in Berlin, or a quarter of an hour before midnight.
HISTORY = f"""\
license_key,product,issued_at,revoked_at,site,client,assigned_at
{SCAN},jetpack-scan,2026-08-31T22:15:00Z,,{A},Ann,2026-09-09T22:20:00Z
{AI},jetpack-ai,2026-08-10T22:30:00Z,2026-10-11T22:30:00Z,{B},Bob,2026-08-10T22:30:00Z
{OLD},jetpack-scan,2026-07-31T22:45:00Z,2026-08-31T22:45:00Z,,,
"""
PLAN = f"""\
[sites."{B}"]
products = ["jetpack-scan"]
"""


CHECK = ["ledger", "check", "--json"]


class Machines(NamedTuple):
    """Two sets of zone data, and a ledger that was made with the first."""

    here: Path
    there: Path
    ledger: Path

    def ask(self, zones: Path, *argvs: list[str]) -> list[Run]:
        """Answers to lines about the ledger itself."""
        return run_on(zones, self.ledger, [(NOW, argv) for argv in argvs])


def rows(ledger: Path) -> str:
    """Every row of every table of a ledger."""
    return engines.engine.dump(engines.place(ledger))


def without_remark(what: str, run: Run) -> Any:
    """An answer without the one thing that may differ."""
    return run.data if what == "status" else run.out


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Machines:
    folder = tmp_path_factory.mktemp("machines")
    here = put(folder / "here", ZONE, shifted(ZONE, JUNE, 0))
    there = put(folder / "there", ZONE, shifted(ZONE, JUNE, -3600))
    ledger, history = folder / "ledger.db", folder / "history.csv"
    history.write_text(HISTORY, encoding="utf-8")
    lines: Lines = [
        (MADE, ["init", "--time-zone", ZONE, "--bill-from", "2026-08", "--quiet"]),
        (MADE, ["cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2030"]),
        (NOW, ["ledger", "import", str(history)]),
        ("2026-09-03T10:00:00Z", ["invoice", "close", "2026-08", "--yes"]),
        ("2026-09-20T22:10:00Z", ["invoice", "mark-paid", "INV-2026-08", "--reference", "wire"]),
        ("2026-10-05T22:10:00Z", ["sites", "move", A, "--client", "Bob"]),
        ("2026-10-12T22:40:00Z", ["transfer", SCAN, "--to", "c.example"]),
        ("2026-10-14T22:40:00Z", ["transfer", SCAN, "--to", A]),
        ("2026-10-15T09:00:00Z", ["products", "set-price", "jetpack-scan", "--price", "0.3"]),
        (NOW, ["ledger", "check"]),
    ]
    done = run_on(here, ledger, lines)
    assert [run.code for run in done] == [0] * len(lines), done
    return Machines(here, there, ledger)


def test_the_machines_do_not_agree_by_themselves(made: Machines, tmp_path: Path) -> None:
    """A ledger that each of them makes has days of its own, so the tests below can fail."""
    found = []
    for zones in (made.here, made.there):
        (tmp_path / "history.csv").write_text(HISTORY, encoding="utf-8")
        ledger = tmp_path / f"{zones.name}.db"
        asked = ["invoice", "preview", "2026-08", "--json"]
        *_, preview = run_on(
            zones,
            ledger,
            [
                (MADE, ["init", "--time-zone", ZONE]),
                (NOW, ["ledger", "import", str(tmp_path / "history.csv")]),
                (NOW, asked),
            ],
        )
        found.append(preview.data["total"])
    assert found[0] != found[1]


@pytest.fixture(scope="module")
def answers(made: Machines) -> list[dict[str, Run]]:
    return [
        dict(zip(READS, made.ask(zones, *READS.values()), strict=True))
        for zones in (made.here, made.there)
    ]


@pytest.mark.parametrize("what", READS)
def test_both_give_the_same_answer(answers: list[dict[str, Run]], what: str) -> None:
    here, there = (found[what] for found in answers)
    assert here.code == 0, here
    assert (there.code, without_remark(what, there)) == (0, without_remark(what, here))


def test_a_machine_with_other_data_says_so_and_finds_no_damage(made: Machines) -> None:
    here, there = (made.ask(zones, ["ledger", "check", "--json"])[0] for zones in made[:2])
    assert (here.code, there.code) == (0, 0)
    assert here.data == there.data
    assert here.data["ok"]
    assert [note["code"] for note in here.json["notes"]] == ["ledger_ok"]
    assert [note["code"] for note in there.json["notes"]] == ["ledger_ok", "zone_changed"]
    assert there.json["notes"][1] == {
        "code": "zone_changed",
        "message": (
            "From 2026-08-01 on, this machine's data for Europe/Berlin are not the ledger's, which"
            " count"
        ),
        "kind": "info",
        "subject": ZONE,
        "hint": "Follow this machine's from now on:   jpcli settings set zone-data machine",
    }


def test_status_says_so_too(answers: list[dict[str, Run]]) -> None:
    here, there = (found["status"] for found in answers)
    codes = [[note["code"] for note in run.json.get("notes", ())] for run in (here, there)]
    assert codes == [[], ["zone_changed"]]


@pytest.mark.parametrize("what", WRITES)
def test_both_write_the_same(made: Machines, tmp_path: Path, what: str) -> None:
    found = []
    ledger = tmp_path / "ledger.db"
    for zones in (made.here, made.there):
        engines.copy(made.ledger, ledger)
        (run,) = run_on(zones, ledger, [(NOW, WRITES[what])])
        assert run.code == 0, run
        found.append((run.out, rows(ledger)))
    assert found[0] == found[1]
    for zones in (made.here, made.there):
        (check,) = run_on(zones, ledger, [(NOW, ["ledger", "check"])])
        assert check.code == 0, check


def test_plans_and_what_they_make(made: Machines, tmp_path: Path) -> None:
    (tmp_path / "sites.toml").write_text(PLAN, encoding="utf-8")
    found = []
    ledger, plan, saved = (str(tmp_path / name) for name in ("ledger.db", "sites.toml", "a.plan"))
    holders = "SELECT * FROM site_clients ORDER BY site_id, first_day"
    for zones, other in ((made.here, made.there), (made.there, made.here)):
        engines.copy(made.ledger, ledger)
        (planned,) = run_on(zones, ledger, [(NOW, ["plan", plan, "--out", saved, "--json"])])
        applied, checked = run_on(
            other, ledger, [(NOW, ["apply", saved, "--yes", "--json"]), (NOW, CHECK)]
        )
        assert (planned.code, applied.code, checked.code) == (0, 0, 0), (planned, applied)
        # What is issued gets a key of its own.
        clients = engines.engine.rows(engines.place(ledger), holders)
        found.append((planned.out, applied.data["bill"], clients))
        Path(saved).unlink()
    assert found[0] == found[1]


def test_copies_pass_and_are_the_same(made: Machines, tmp_path: Path) -> None:
    backup, restored = tmp_path / "backup.db", tmp_path / "restored.db"
    copied = made.ask(made.there, ["ledger", "backup", str(backup)])[0]
    assert copied.code == 0, copied
    (done,) = run_on(made.there, restored, [(NOW, ["ledger", "restore", str(backup)])])
    assert done.code == 0, done
    assert rows(restored) == rows(made.ledger)


def test_a_history_goes_out_and_comes_back(made: Machines, tmp_path: Path) -> None:
    """What the other machine exports is known already where it came from."""
    history = tmp_path / "history.ndjson"
    exported = made.ask(made.there, ["ledger", "export"])[0]
    history.write_text(exported.out, encoding="utf-8")
    for zones in (made.here, made.there):
        ledger = tmp_path / f"{zones.name}.db"
        engines.copy(made.ledger, ledger)
        (run,) = run_on(zones, ledger, [(NOW, ["ledger", "import", str(history), "--json"])])
        assert (run.code, run.data["imported"]) == (0, 0), run


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE spans SET first_day = first_day - 1",
        "UPDATE site_clients SET first_day = first_day + 1 WHERE first_day > 0",
        "UPDATE licenses SET issued_at = issued_at - 3600000000",
        "UPDATE meta SET value = '0:' WHERE key = 'zone_data'",
        "DELETE FROM meta WHERE key = 'zone_data'",
        "UPDATE marks SET first_active_day = first_active_day - 1",
    ],
)
def test_damage_is_found_on_both(made: Machines, tmp_path: Path, sql: str) -> None:
    ledger = tmp_path / "ledger.db"
    engines.copy(made.ledger, ledger)
    engines.engine.change(engines.place(ledger), (sql,))
    for zones in (made.here, made.there):
        checked, backup = run_on(
            zones, ledger, [(NOW, CHECK), (NOW, ["ledger", "backup", str(tmp_path / "x.db")])]
        )
        assert (checked.code, backup.code) == (1, 1), checked
        assert "damaged" in backup.err


def test_a_machine_that_does_not_know_the_zone_needs_not(made: Machines, tmp_path: Path) -> None:
    """An old machine may lack a zone; here its file is no zone data at all."""
    zones = put(tmp_path / "zones", ZONE, b"nothing")
    checked, preview = made.ask(zones, CHECK, READS["preview"])
    assert (checked.code, preview.code) == (0, 0), checked
    assert preview.out == made.ask(made.here, READS["preview"])[0].out
