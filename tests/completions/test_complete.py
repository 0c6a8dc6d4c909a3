"""`jpcli --complete KIND PREFIX`: quick, quiet, and never wrong about what names have in common."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from jpcli.domain.instants import parse_instant
from jpcli.services import completion
from jpcli.services.completion import KINDS, MOST, Candidate, candidates
from tests.completions.shells import CLIENTS, KEYS, NOW, SITES, Place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ENTRY = "from jpcli.cli.entry import main; main()"
LOADED = f"""
import atexit, sys
before = set(sys.modules)
atexit.register(lambda: sys.stderr.write(" ".join(set(sys.modules) - before)))
{ENTRY}
"""


def complete(
    place: Place, *argv: str, program: str = ENTRY, **env: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", program, "--complete", *argv],
        cwd=place.folder,
        env={**place.env, **env},
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def lines(place: Place, *argv: str, **env: str) -> list[str]:
    """The answer; nothing may be said on stderr, and the exit code is 0."""
    done = complete(place, *argv, **env)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode().splitlines()


def names(path: object, kind: str, prefix: str = "") -> list[str]:
    return [each.name for each in candidates(str(path), kind, prefix, parse_instant(NOW))]


# --- the process ---------------------------------------------------------------------------------


def test_a_name_a_line_with_what_it_is(place: Place) -> None:
    assert lines(place, "licenses", "jetpack-scan") == [
        f"{KEYS[2]}\t{SITES[1]}",
        f"{KEYS[3]}\trevoked",
    ]
    assert lines(place, "clients", "Café") == [f"{CLIENTS[3]}\t"]
    assert lines(place, "active@", "jetpack-sc") == [f"{KEYS[2]}@\t{SITES[1]}"]


def test_it_loads_nothing_that_is_slow(place: Place) -> None:
    done = complete(place, "licenses", "jetpack", program=LOADED)
    loaded = set(done.stderr.decode().split())
    assert "jpcli.services.completion" in loaded
    slow = {"typer", "rich", "sqlite_utils", "stripe", "pydantic", "platformdirs", "zoneinfo"}
    assert not {name.partition(".")[0] for name in loaded} & slow
    assert not {"jpcli.cli.app.root", "json", "decimal", "pathlib", "inspect"} & loaded


@pytest.mark.parametrize(
    "argv",
    [(), ("licenses",), ("licenses", "a", "b"), ("", ""), ("nonsense", ""), ("@", ""), ("-x", "")],
)
def test_a_question_that_makes_no_sense_has_no_answer(place: Place, argv: Sequence[str]) -> None:
    assert lines(place, *argv) == []


@pytest.mark.parametrize("kind", sorted(KINDS - {"months", "zones", "currencies"}))
def test_without_a_ledger_there_are_no_names(place: Place, kind: str) -> None:
    assert lines(place, kind, "", JPCLI_LEDGER="/nowhere/at/all.db") == []


def test_a_ledger_that_is_none_is_no_reason_to_complain(place: Place, tmp_path: Path) -> None:
    for content in (b"", b"text", b"SQLite format 3\x00" + bytes(200), os.urandom(8192)):
        ledger = tmp_path / "ledger.db"
        ledger.write_bytes(content)
        assert lines(place, "licenses", "", JPCLI_LEDGER=str(ledger)) == []
    damaged = place.ledger.read_bytes()[:-4096]
    ledger.write_bytes(damaged)
    assert lines(place, "licenses", "", JPCLI_LEDGER=str(ledger)) == []


def test_names_that_would_move_a_cursor_are_left_out(place: Place, tmp_path: Path) -> None:
    """Only a hand at the database can have put them there."""
    ledger = tmp_path / "ledger.db"
    ledger.write_bytes(place.ledger.read_bytes())
    with sqlite3.connect(ledger) as connection:
        for name in ("new\nline", "tab\there", "red\x1b[31m", "back\u202ewards"):
            connection.execute("INSERT INTO clients (name) VALUES (?)", (name,))
    connection.close()
    assert lines(place, "clients", "", JPCLI_LEDGER=str(ledger)) == lines(place, "clients", "")


def test_a_prefix_that_is_no_text_has_no_answer(place: Place) -> None:
    done = subprocess.run(
        [os.fsencode(sys.executable), b"-c", ENTRY.encode(), b"--complete", b"clients", b"\xff"],
        env=place.env,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_reader_that_goes_away_is_no_error(place: Place) -> None:
    program = f'"$1" -c "{ENTRY}" --complete zones "" | true'
    done = subprocess.run(
        ["bash", "-c", program, "bash", sys.executable],
        env=place.env,
        capture_output=True,
        check=True,
    )
    assert done.stderr == b""


def test_a_bad_clock_leaves_the_shell_in_peace(place: Place) -> None:
    assert lines(place, "months", "", JPCLI_NOW="yesterday") == []


def test_the_ledger_is_where_commands_look_for_it(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "jpcli"
    home.mkdir()
    (home / "ledger.db").write_bytes(place.ledger.read_bytes())
    monkeypatch.delitem(place.env, "JPCLI_LEDGER")
    found = lines(place, "sites", "http://", XDG_DATA_HOME=str(tmp_path))
    assert found == [f"{SITES[2]}\t"]


# --- the names -----------------------------------------------------------------------------------


def test_licenses_by_state(place: Place) -> None:
    assert names(place.ledger, "licenses", "jetpack-scan") == [KEYS[2], KEYS[3]]
    assert names(place.ledger, "active", "jetpack-scan") == [KEYS[2]]
    assert names(place.ledger, "assigned", "jetpack-ai") == [KEYS[0]]
    assert names(place.ledger, "unassigned") == [KEYS[1]]


def test_a_bundle_can_be_revoked_and_not_assigned(place: Place, tmp_path: Path) -> None:
    ledger = str(tmp_path / "bundle.db")
    python = (sys.executable, "-m", "jpcli", "--ledger", ledger, "--quiet")
    place.run(*python, "init")
    place.run(*python, "cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2030")
    place.run(*python, "issue", "jetpack-security-t1", "--bundle", "5")
    assert len(names(ledger, "active")) == 6
    assert len(names(ledger, "unassigned")) == 5
    abouts = [each.about for each in candidates(ledger, "active", "", 0)]
    assert sorted(map(str, abouts)) == ["bundle of 5"] + 5 * ["on no site"]


def test_sites_also_without_their_scheme(place: Place) -> None:
    assert names(place.ledger, "sites", "o") == ["one.example", "other.example"]
    assert names(place.ledger, "sites", "https://o") == [SITES[0], SITES[1]]
    assert SITES[2] in names(place.ledger, "sites", "http")
    assert SITES[2] in names(place.ledger, "sites", "")


def test_months_are_this_one_and_a_year_before_it(place: Place) -> None:
    found = names("/nowhere", "months")
    assert (found[0], found[-1], len(found)) == ("2025-11", "2026-11", 13)
    assert names("/nowhere", "months", "2025") == ["2025-11", "2025-12"]


def test_lists_that_need_no_ledger(place: Place) -> None:
    assert names("/nowhere", "currencies", "kw") == ["kwd"]
    assert names("/nowhere", "zones", "Europe/Berl") == ["Europe/Berlin"]
    assert "Europe/" in {name[:7] for name in names("/nowhere", "zones", "Eu")}


def test_other_names(place: Place) -> None:
    assert names(place.ledger, "bundles") == ["20", "5", "50"]
    (card,) = candidates(str(place.ledger), "cards", "card_", 0)
    assert card.about == "visa 4242"
    (product,) = candidates(str(place.ledger), "products", "jetpack-ai", 0)
    assert product == Candidate("jetpack-ai", "AI Assistant")
    assert names(place.ledger, "invoices") == []


# --- more names than are offered ------------------------------------------------------------------


def ends_of(found: list[str]) -> completion.Ends:
    def ends(low: str, high: str) -> tuple[str, str] | None:
        inside = sorted(name for name in found if low <= name < high)
        return (inside[0], inside[-1]) if inside else None

    return ends


@pytest.mark.parametrize(
    ("found", "prefix", "stems"),
    [
        (["ab1", "ab2", "cd"], "", ["ab", "cd"]),
        (["ab1", "ab2", "cd"], "a", ["ab1", "ab2"]),
        (["abc"], "", ["abc"]),
        (["abc"], "abc", ["abc"]),
        (["ab", "abc", "abd"], "", ["ab", "abc", "abd"]),
        (["日本", "日光", "é"], "", ["é", "日"]),
        ([], "x", []),
    ],
)
def test_stems(found: list[str], prefix: str, stems: list[str]) -> None:
    assert [each.name for each in completion.stems(ends_of(found), prefix)] == stems


@pytest.fixture(scope="module")
def crowd(filled: Place, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A ledger with 3,000 licenses of two products, one of them on a site, and 300 clients."""
    folder = tmp_path_factory.mktemp("crowd")
    path = str(folder / "crowd.db")
    python = (sys.executable, "-m", "jpcli", "--ledger", path, "--quiet")
    filled.run(*python, "init")
    rows = ["license_key,product,issued_at,site,client"]
    for number in range(3000):
        product = "jetpack-ai" if number % 3 else "jetpack-anti-spam"
        client = f"Client {number:04}" if number < 300 else ""
        site = f"https://s{number}.example" if client else ""
        rows.append(f"{product}_k{number:04}x,{product},{NOW},{site},{client}")
    (folder / "rows.csv").write_text("\n".join(rows) + "\n")
    filled.run(*python, "ledger", "import", str(folder / "rows.csv"))
    return path


def test_a_crowd_is_offered_as_what_it_begins_with(crowd: str) -> None:
    """Were the first 200 of them offered, a shell would type what only those share."""
    assert names(crowd, "licenses") == ["jetpack-ai_k", "jetpack-anti-spam_k"]
    assert names(crowd, "licenses", "jetpack-ai_k") == [f"jetpack-ai_k{n}" for n in range(3)]
    found = names(crowd, "licenses", "jetpack-ai_k00")
    assert found == [f"jetpack-ai_k00{n:02}x" for n in range(100) if n % 3]
    assert names(crowd, "clients") == [f"Client 0{n}" for n in range(3)]


def test_the_few_of_a_state_are_found_where_they_are_not_lost_in_the_crowd(crowd: str) -> None:
    assert names(crowd, "assigned", "jetpack-ai_k02") == [
        f"jetpack-ai_k02{n:02}x" for n in range(100) if (200 + n) % 3
    ]
    assert names(crowd, "unassigned", "jetpack-anti-spam_k02") == []


def test_no_answer_is_longer_than_a_person_reads(crowd: str) -> None:
    for kind in KINDS:
        for prefix in ("", "j", "jetpack-a", "jetpack-ai_k", "Client", "https://s1", "E"):
            assert len(names(crowd, kind, prefix)) <= MOST


def test_all_that_is_offered_begins_as_what_was_typed(crowd: str) -> None:
    for prefix in ("", "jet", "jetpack-ai_", "jetpack-ai_k1", "jetpack-ai_k123"):
        found = names(crowd, "licenses", prefix)
        assert all(name.startswith(prefix) for name in found)
        assert len(found) != 1 or found[0].endswith("x")
