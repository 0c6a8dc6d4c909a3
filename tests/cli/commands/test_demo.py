"""`jpcli demo`: the story it tells, in every form, and that it leaves nothing behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import ENTRY, run_on_terminal, run_process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.file("its ledger is in a file, whatever the others are")

COMMANDS = [
    "jpcli init",
    "jpcli ledger import history.ndjson",
    "jpcli status",
    "jpcli issue jetpack-scan --quantity 3",
    "jpcli cards add",
    "jpcli issue jetpack-scan --quantity 3",
    "jpcli issue jetpack-security-t1 --bundle 5",
    "jpcli assign jetpack-scan_",
    "jpcli transfer jetpack-boost_",
    "jpcli revoke jetpack-ai_",
    "jpcli invoice preview",
    "jpcli invoice preview --by client",
    "jpcli licenses timeline --client 'Bakery Lane'",
    "jpcli ledger check",
]
REFUSED = 3
KEY = re.compile(r"(jetpack-[a-z0-9-]+_)[0-9A-Za-z]{25}")


@pytest.fixture(autouse=True)
def tmpdir_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary files go; it must be empty after every test."""
    import tempfile

    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    assert list(folder.iterdir()) == []


def steps_of(jpcli: Callable[..., Any], now: str | None = None) -> list[dict[str, Any]]:
    shown = jpcli("demo", "--json", now=now)
    assert (shown.code, shown.err) == (0, "")
    steps: list[dict[str, Any]] = shown.data["steps"]
    return steps


def test_the_story_in_json(jpcli: Callable[..., Any]) -> None:
    steps = steps_of(jpcli)
    assert len(steps) == len(COMMANDS)
    for step, command in zip(steps, COMMANDS, strict=True):
        assert step["command"].startswith(command)
        assert step["why"]
        refused = step["exit_code"] == REFUSED
        assert ("error" in step, "data" in step) == (refused, not refused)
    assert [step["exit_code"] for step in steps] == [0, 0, 0, REFUSED] + 10 * [0]
    assert steps[3]["error"]["code"] == "no_primary_card"


def test_what_the_story_is_about(jpcli: Callable[..., Any]) -> None:
    data: list[Any] = [step.get("data") for step in steps_of(jpcli)]
    assert data[4]["cards"][0]["primary"]
    assert data[4]["cards"][0]["exp_year"] == 2030
    assert len(data[5]["licenses"]) == 3
    assert [item["bundle_size"] for item in data[6]["licenses"]].count(5) == 1
    (assigned,) = data[7]["licenses"]
    assert assigned["license_key"] in {item["license_key"] for item in data[5]["licenses"]}
    assert (assigned["site"], assigned["client"]) == ("https://osei.example", "Osei Dental")
    (moved,) = data[8]["licenses"]
    assert (moved["site"], moved["client"]) == ("https://cakes.example", "Bakery Lane")
    assert data[9]["licenses"][0]["state"] == "revoked"
    assert data[13]["ok"]


@pytest.mark.parametrize(
    "now",
    [
        "2026-11-22T11:00:00Z",
        "2026-11-01T00:00:00Z",
        "2026-11-30T23:59:59Z",
        "2027-01-01T00:00:00Z",
        "2028-02-29T12:00:00Z",
        "2028-03-01T12:00:00Z",
    ],
)
def test_the_bill_is_interesting_on_any_day(jpcli: Callable[..., Any], now: str) -> None:
    steps = steps_of(jpcli, now)
    bill, by_client = steps[10]["data"], steps[11]["data"]
    so_far, projected = bill["total_to_date"]["amount_minor"], bill["total"]["amount_minor"]
    assert 0 < so_far < projected
    assert {line["kind"] for line in bill["lines"]} == {"license", "bundle"}
    assert len(bill["lines"]) >= 7
    assert bill["licenses"]["total"] >= 38
    names = [group["client"] for group in by_client["groups"]]
    assert names == ["Bakery Lane", "Norte Studio", "Osei Dental", None]
    assert sum(group["amount"]["amount_minor"] for group in by_client["groups"]) == projected
    assert sum(group["to_date"]["amount_minor"] for group in by_client["groups"]) == so_far
    assert len(steps[12]["data"]["licenses"]) == 6


def test_the_bill_on_one_day_by_hand(jpcli: Callable[..., Any]) -> None:
    """November 22, 2026: 22 days so far, 30 in all; prices as in the list that ships."""
    bill = steps_of(jpcli, "2026-11-22T11:00:00Z")[10]["data"]
    days = {(line["product"], line["bundle_size"]): line for line in bill["lines"]}
    assert {key: (line["days_to_date"], line["days"]) for key, line in days.items()} == {
        ("jetpack-complete", None): (66, 90),
        ("jetpack-backup-t1", None): (66, 90),
        ("jetpack-boost", None): (22 + 22 + 16, 30 + 30 + 16),  # the third was revoked on the 16th
        ("jetpack-ai", None): (22 + 22, 30 + 22),  # one is revoked today
        ("jetpack-search", None): (17, 25),  # issued on the 6th
        ("jetpack-scan", None): (3, 27),  # issued today
        ("jetpack-anti-spam", 20): (22, 30),
        ("jetpack-security-t1", 5): (1, 9),
    }
    expected = 90 * 82 + 90 * 16 + 76 * 32 + 52 * 27 + 25 * 27 + 27 * 16 + 30 * 193 + 9 * 147
    assert bill["total"]["amount_minor"] == expected


def test_the_story_in_a_pipe_is_plain_text(jpcli: Callable[..., Any]) -> None:
    shown = jpcli("demo")
    assert (shown.code, shown.err) == (0, "")
    prompts = [line[2:] for line in shown.out.splitlines() if line.startswith("$ ")]
    assert len(prompts) == len(COMMANDS)
    assert all(map(str.startswith, prompts, COMMANDS))
    assert "\x1b" not in shown.out
    for said in (
        "✓ Made a ledger in USD",
        "✓ Imported 33 licenses",
        "✗ Issuing is paused: there is no primary card on file.",
        "Exit code 3",
        "✓ Added visa ···· 4242 as the primary card",
        "✓ Issued 5 licenses in 1 bundle",
        "preview of November 2026",
        "events replayed",
        "jpcli init --name",
    ):
        assert said in shown.out


def test_what_is_shown_is_what_the_commands_print(
    jpcli: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commands that only read say the same on the kept ledger."""
    kept = str(tmp_path / "kept.db")
    shown = jpcli("demo", "--keep", kept)
    monkeypatch.setenv("JPCLI_LEDGER", kept)  # a hint would name one that the line named
    for command in (
        ["invoice", "preview"],
        ["invoice", "preview", "--by", "client"],
        ["licenses", "timeline", "--client", "Bakery Lane"],
    ):
        again = jpcli("--format", "table", *command)
        assert again.out in shown.out


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("no_color", ["", "1"])
def test_on_a_terminal(columns: int, no_color: str) -> None:
    shown = run_on_terminal("demo", columns=columns, env={"NO_COLOR": no_color})
    assert shown.code == 0
    assert ("\x1b[" in shown.out) is not bool(no_color)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown.out)
    # A path is never folded, and here it is a long one.
    lines = [line for line in plain.splitlines() if "/ledger.db" not in line]
    assert max(map(len, lines)) <= columns
    assert KEY.search(plain)
    assert "…" not in plain.replace("LICENSE…", "")


def test_quiet_leaves_the_commands_and_their_answers(jpcli: Callable[..., Any]) -> None:
    shown = jpcli("demo", "--quiet")
    assert (shown.code, shown.err) == (0, "")
    assert "✓" not in shown.out
    assert "#" not in shown.out
    assert "✗ Issuing is paused" in shown.out
    assert "preview of November 2026" in shown.out


@pytest.mark.parametrize("form", ["ndjson", "csv", "tsv", "md"])
def test_in_other_forms_a_step_is_a_row(jpcli: Callable[..., Any], form: str) -> None:
    shown = jpcli("demo", "--format", form)
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.count("jpcli invoice preview --by client") == 1
    if form == "ndjson":
        assert [json.loads(line)["exit_code"] for line in shown.out.splitlines()][3] == REFUSED


def test_with_every_stream_closed_but_one() -> None:
    done = subprocess.run(
        ["bash", "-c", '"$1" -c "$2" demo <&- 2>&-', "bash", sys.executable, ENTRY],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert b"events replayed" in done.stdout


def test_where_text_is_not_utf8() -> None:
    shown = run_on_terminal("demo", env={"PYTHONIOENCODING": "ascii"})
    assert shown.code == 0
    assert shown.out.isascii()


def test_a_reader_that_goes_away_ends_it() -> None:
    program = '"$1" -c "$2" demo | head -n 3'
    done = subprocess.run(
        ["bash", "-c", program, "bash", sys.executable, ENTRY], capture_output=True, check=True
    )
    assert done.stderr == b""
    assert done.stdout.count(b"\n") == 3


def test_an_interrupt_ends_it(tmpdir_of_its_own: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", ENTRY, "demo"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + 20
    while not list(tmpdir_of_its_own.glob("*/ledger.db")) and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert (process.returncode, errors) in ((130, b""), (0, b""))  # 0 when it was faster


# --- the ledger ----------------------------------------------------------------------------------


def test_no_ledger_of_the_user_is_touched(jpcli: Callable[..., Any], tmp_path: Path) -> None:
    assert jpcli("demo").code == 0
    assert not (tmp_path / "ledger.db").exists()
    assert os.environ["JPCLI_LEDGER"] == str(tmp_path / "ledger.db")
    assert "JPCLI_ACTOR" in os.environ


def test_variables_that_were_not_set_are_not_set_afterwards(
    jpcli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("JPCLI_NOW", "JPCLI_LEDGER", "JPCLI_ACTOR"):
        monkeypatch.delenv(name)
    assert jpcli("demo", "--json").code == 0
    assert not {"JPCLI_NOW", "JPCLI_LEDGER", "JPCLI_ACTOR"} & set(os.environ)


def test_a_kept_ledger_is_one_to_go_on_with(jpcli: Callable[..., Any], tmp_path: Path) -> None:
    kept = tmp_path / "my demo.db"
    shown = jpcli("demo", "--keep", str(kept))
    assert shown.code == 0
    assert f"jpcli status --ledger '{kept}'" in shown.out
    assert jpcli("--ledger", str(kept), "ledger", "check").code == 0
    count = jpcli("--ledger", str(kept), "licenses", "count", "--json").data
    assert (count["total"], count["revoked"]) == (38, 2)
    issued = jpcli("--ledger", str(kept), "issue", "jetpack-ai", now="2026-11-23T00:00:00Z")
    assert issued.code == 0


def test_a_file_that_is_there_is_refused(jpcli: Callable[..., Any], tmp_path: Path) -> None:
    there = tmp_path / "there.db"
    there.write_text("mine")
    shown = jpcli("demo", "--keep", str(there), "--json")
    assert (shown.code, shown.error["code"]) == (REFUSED, "ledger_exists")
    assert shown.error["subject"] == str(there)
    assert there.read_text() == "mine"


@pytest.mark.parametrize("form", ["table", "json"])
def test_a_step_that_fails_ends_it(jpcli: Callable[..., Any], tmp_path: Path, form: str) -> None:
    (tmp_path / "file").write_text("")
    nowhere = tmp_path / "file" / "demo.db"
    shown = jpcli("demo", "--keep", str(nowhere), "--format", form)
    assert shown.code == 1
    assert "demo_stopped" in shown.err
    if form == "json":
        assert shown.error["code"] == "demo_stopped"
        assert "can be made" in shown.error["message"]
    else:
        assert "folder_unwritable" in shown.out
        assert "jpcli status" not in shown.out


def test_it_takes_no_ledger(jpcli: Callable[..., Any]) -> None:
    shown = jpcli("--ledger", "mine.db", "demo", "--json")
    assert (shown.code, shown.error["code"]) == (2, "usage")


def test_nowhere_to_put_anything() -> None:
    program = f"import tempfile; tempfile._candidate_tempdir_list = lambda: ['/proc']\n{ENTRY}"
    done = subprocess.run(
        [sys.executable, "-c", program, "demo", "--json"], capture_output=True, check=False
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "folder_unwritable"


def test_a_full_disk_is_said(tmpdir_of_its_own: Path) -> None:
    done = run_process("demo", preexec_fn=_no_large_files)
    assert done.returncode == 1
    assert b"demo_stopped" in done.stderr


def _no_large_files() -> None:
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
