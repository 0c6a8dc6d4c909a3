"""`jpcli plan` and `jpcli apply` as they are called: formats, exit codes, the question."""

from __future__ import annotations

import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from jpcli.cli.views.plan import _bill
from jpcli.cli.views.screen import Screen
from tests.cli.conftest import ENTRY, run_on_terminal, run_process
from tests.cli.test_imports import HEAVY, loaded, tops

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[3]
WANTED = """\
[sites."https://blog.example"]
products = []

[sites."https://shop.example"]
client = "Shop"
products = ["jetpack-complete", "jetpack-scan"]

[spares]
jetpack-security-t1 = 0
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # processes start in the folder of the file
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sites.toml").write_text(WANTED)
    return "sites.toml"


def test_a_plan_in_a_pipe_is_its_steps(agency: Callable[..., Any], file: str) -> None:
    shown = agency("plan", file)
    assert shown.code == 0
    header, *rows = shown.rows
    assert header == ["action", "license_key", "product", "site", "client", "from", "bundle_size"]
    assert [(row[0], row[3], row[5]) for row in rows] == [
        ("transfer", "https://shop.example", "https://blog.example"),
        ("issue", "https://shop.example", ""),
        ("revoke", "", ""),
    ]
    assert rows[2][6] == "5"
    assert "jpcli apply sites.toml" in shown.err


def test_json_has_steps_counts_bill_and_head(agency: Callable[..., Any], file: str) -> None:
    data = agency("plan", file, "--json").data
    assert set(data) == {"agency", "file", "steps", "counts", "bill", "ledger_head"}
    assert set(data["bill"]) == {"earlier_months", "month", "full_month"}
    assert data["bill"].pop("earlier_months") == []  # nothing is dated back
    for bill in data["bill"].values():
        assert {"now", "planned", "difference"} <= set(bill)
    assert data["counts"]["revoke"] == 1
    assert data["ledger_head"] == agency("ledger", "check", "--json").data["head"]


def test_exit_codes_tell_changes_from_none(agency: Callable[..., Any], file: str) -> None:
    assert agency("plan", file, "--detailed-exitcode").code == 10
    assert agency("apply", file, "--yes").code == 0
    again = agency("plan", file, "--detailed-exitcode")
    assert (again.code, len(again.rows)) == (0, 1)
    assert "Nothing to do" in again.err
    assert agency("plan", "no.toml", "--detailed-exitcode").code == 2
    repeated = agency("apply", file)  # nothing to do, so nothing to ask
    assert (repeated.code, len(repeated.rows)) == (0, 1)


def test_apply_needs_yes_where_nobody_can_be_asked(agency: Callable[..., Any], file: str) -> None:
    refused = agency("apply", file, "--json")
    assert (refused.code, refused.error["code"]) == (2, "confirmation_required")
    assert "1 to issue, 1 to transfer, 1 to revoke" in refused.error["message"]
    assert agency("plan", file, "--detailed-exitcode").code == 10
    tried = agency("apply", file, "--dry-run", "--json")
    assert (tried.code, tried.data["dry_run"]) == (0, True)
    assert agency("plan", file, "--detailed-exitcode").code == 10


def test_a_refusal_comes_before_the_question(agency: Callable[..., Any], file: str) -> None:
    card = agency("cards", "list", "--json").data["cards"][0]["id"]
    agency("cards", "remove", card, "--yes")
    for more in ((), ("--yes",)):
        refused = agency("apply", file, "--json", *more)
        assert (refused.code, refused.error["code"]) == (3, "no_primary_card")


def test_on_a_terminal_the_plan_is_shown_and_asked_about(
    agency: Callable[..., Any], file: str
) -> None:
    no = run_on_terminal("apply", file, answer="n\n", columns=130)
    assert no.code == 2
    assert "a new jetpack-scan" in no.out
    assert "December 2026, a full month" in no.out
    assert "Apply sites.toml: 1 to issue, 1 to transfer, 1 to revoke?" in no.out
    assert agency("plan", file, "--detailed-exitcode").code == 10
    yes = run_on_terminal("apply", file, answer="y\n", columns=130)
    assert yes.code == 0, yes.out
    assert "sites.toml: 1 issued, 1 transferred, 1 revoked" in yes.out
    assert agency("plan", file, "--detailed-exitcode").code == 0
    assert agency("ledger", "check").code == 0


def test_what_changed_while_it_was_asked_stops_it(agency: Callable[..., Any], file: str) -> None:
    """Only what was shown is done."""
    code = f"""
import sys
import jpcli.cli.app.invocation as invocation
from jpcli.cli.app.root import run
def confirm(self, question, consequence):
    run(["issue", "jetpack-ai", "--quiet"])
invocation.Invocation.confirm = confirm
sys.exit(run(["apply", {file!r}, "--json"]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert "plan_is_stale" in done.stderr
    assert agency("plan", file, "--detailed-exitcode").code == 10


def test_a_saved_plan_is_shown_applied_and_then_stale(
    agency: Callable[..., Any], file: str
) -> None:
    saved = agency("plan", file, "--out", "my plan.json", "--detailed-exitcode")
    assert saved.code == 10
    assert "jpcli apply 'my plan.json'" in saved.err
    assert agency("plan", "my plan.json").out == saved.out
    done = agency("apply", "my plan.json", "--yes", "--idempotency-key", "k", "--json")
    assert done.code == 0
    stale = agency("apply", "my plan.json", "--yes", "--json")
    assert (stale.code, stale.error["code"]) == (3, "plan_is_stale")
    again = agency("apply", "my plan.json", "--idempotency-key", "k", "--json")
    assert (again.code, again.data["steps"]) == (0, done.data["steps"])


def test_init_writes_what_there_is_and_never_over_it(
    agency: Callable[..., Any], tmp_path: Path, file: str
) -> None:
    assert agency("plan", "--init", "today.toml").code == 0
    assert agency("plan", "today.toml", "--detailed-exitcode").code == 0
    assert "[b]Blog[/b]" in Path("today.toml").read_text()
    exists = agency("plan", "--init", "today.toml", "--json")
    assert (exists.code, exists.error["code"]) == (3, "file_exists")
    assert not [item for item in tmp_path.iterdir() if item.suffix == ".tmp"]


@pytest.mark.parametrize(
    "argv",
    [[], ["sites.toml", "--init", "x"], ["--init", "x", "--out", "y"], ["a", "b"]],
    ids=repr,
)  # fmt: skip
def test_a_file_or_init(agency: Callable[..., Any], file: str, argv: list[str]) -> None:
    assert agency("plan", *argv).code == 2


def test_standard_input_is_a_file_too(agency: Callable[..., Any], file: str) -> None:
    done = run_process("plan", "-", "--json", input=WANTED.encode(), stdin=None)
    assert done.returncode == 0, done.stderr
    assert b'"file":"-"' in done.stdout
    assert b"jpcli apply" not in done.stderr  # which would wait for what was read
    wrong = run_process("apply", "-", "--yes", input=b"[sites", stdin=None)
    assert wrong.returncode == 2
    assert b"standard input, line 1" in wrong.stderr


@pytest.mark.parametrize("is_older", [False, True])
def test_a_bill_is_drawn_with_the_months_that_wait_where_it_has_any(
    agency: Callable[..., Any], file: str, is_older: bool
) -> None:
    """An older jpcli remembered answers under keys without them."""
    bill = agency("plan", file, "--json").data["bill"]
    waiting = {**bill["month"], "period": "2026-09"}
    assert bill.pop("earlier_months") == []
    months = bill if is_older else {**bill, "earlier_months": [waiting]}
    console = Console(width=100, file=StringIO())
    _bill({"bill": months}).draw(Screen(console, 100, 100, unicode=True))
    drawn = console.file.getvalue()  # type: ignore[attr-defined]
    assert ("September 2026, not closed yet" in drawn) is not is_older
    assert drawn.count("projected") == drawn.count("a full month") == 1


def test_long_plans_are_cut_on_a_terminal_only(agency: Callable[..., Any], file: str) -> None:
    Path(file).write_text('[sites]\n"a.example" = { products = { jetpack-ai = 60 } }\n')
    shown = run_on_terminal("plan", file)
    assert shown.out.count("a new jetpack-ai") == 50
    assert "10 more" in shown.out
    assert len(agency("plan", file).rows) == 61
    assert agency("plan", file, "--limit", "3", "--json").data["counts"]["issue"] == 60


@pytest.mark.file("the mode of a file")
def test_a_ledger_that_can_only_be_read_can_be_planned_for(
    agency: Callable[..., Any], file: str, tmp_path: Path
) -> None:
    (tmp_path / "ledger.db").chmod(0o400)
    assert agency("plan", file).code == 0


@pytest.mark.file("what is loaded for a ledger in a file")
def test_planning_loads_no_more_than_it_needs(agency: Callable[..., Any], file: str) -> None:
    modules = loaded("plan", file, "--json")
    assert not tops(modules) & (HEAVY | {"rich", "tomlkit", "decimal", "zoneinfo", "csv"})
    assert "tomlkit" in tops(loaded("plan", "--init", "today.toml"))


def test_help_says_what_a_file_is() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ENTRY, "plan", "--help"], capture_output=True, text=True, check=True
    )
    assert "docs/plan.md" in done.stdout
