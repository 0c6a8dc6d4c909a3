"""`--output FORMAT:FILE`: several formats in one run, each as it is alone."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.lines import NOW
from tests.cli.world import World
from tests.cli.world import world as world

if TYPE_CHECKING:
    from pathlib import Path

AUDIT = "audit --policy {folder}/audit.toml"
PLAN = "plan {folder}/sites.toml"
USUAL = ("table", "json", "ndjson", "csv", "excel", "tsv", "md", "github")


def call(world: World, line: str, *more: str) -> Any:
    return world.jpcli(*line.format(**world.names).split(), *more, now=NOW)


@pytest.mark.parametrize(("line", "forms"), [(AUDIT, (*USUAL, "junit")), (PLAN, USUAL)])
def test_each_file_is_what_its_format_alone_would_be(
    line: str, forms: tuple[str, ...], world: World, tmp_path: Path
) -> None:
    paths = {form: tmp_path / f"report.{form}" for form in forms}
    outputs = [word for form in forms for word in ("--output", f"{form}:{paths[form]}")]
    run = call(world, line, *outputs, "--format", "tsv")
    assert run.code == 0, run.err
    assert run.out == call(world, line, "--format", "tsv").out
    for form, path in paths.items():
        alone = call(world, line, "--format", form).out
        written = path.read_text("utf-8-sig" if form == "excel" else "utf-8")
        if form == "json":  # whose notes say what was written
            assert written.partition('"notes"')[0] == alone.partition('"notes"')[0]
        else:
            assert written == alone.removeprefix("\ufeff"), form
        assert f"Wrote {path}" in run.err
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_exit_code_is_that_of_the_answer(world: World, tmp_path: Path) -> None:
    policy = tmp_path / "strict.toml"
    policy.write_text("[[licenses]]\nat_most = 0\n")
    report = tmp_path / "audit.xml"
    run = world.jpcli("audit", "--policy", str(policy), "--output", f"junit:{report}", now=NOW)
    assert run.code == 1
    assert "<failure" in report.read_text()
    plan = call(world, PLAN, "--detailed-exitcode", "--output", f"md:{tmp_path / 'plan.md'}")
    assert plan.code == 10


def test_a_file_that_is_there_is_replaced_with_a_yes_alone(world: World, tmp_path: Path) -> None:
    report = tmp_path / "audit.md"
    report.write_text("mine")
    other = tmp_path / "audit.xml"
    run = call(world, AUDIT, "--output", f"junit:{other}", "--output", f"md:{report}", "--json")
    assert (run.code, run.error["code"]) == (3, "file_exists")
    assert report.read_text() == "mine"
    assert not other.exists()
    assert call(world, AUDIT, "--output", f"md:{report}", "--yes").code == 0
    assert report.read_text().startswith("| rule |")


@pytest.mark.parametrize("line", [AUDIT, PLAN])
@pytest.mark.parametrize(
    ("output", "code"),
    [
        (("report.xml",), "usage"),
        (("md:",), "usage"),
        (("md: ",), "usage"),
        (("auto:x",), "usage"),
        (("pdf:x",), "usage"),
        ((":x",), "usage"),
        (("",), "usage"),
        (("md:https://a.example/x",), "url_for_path"),
        (("md:~/x",), "home_in_path"),
        (("md:.",), "output_is_folder"),
        (("md:x", "json:./x"), "usage"),
    ],
)
def test_what_is_no_format_and_file_writes_nothing(
    line: str, output: tuple[str, ...], code: str, world: World, tmp_path: Path, monkeypatch: Any
) -> None:
    place = tmp_path / "empty"
    place.mkdir()
    monkeypatch.chdir(place)
    words = [word for each in output for word in ("--output", each)]
    run = call(world, line, *words, "--json")
    assert (run.code, run.error["code"]) == (2, code)
    assert not list(place.iterdir())


def test_a_file_that_can_not_be_written_is_said(world: World, tmp_path: Path) -> None:
    run = call(world, PLAN, "--output", f"md:{tmp_path}/nowhere/plan.md", "--json")
    assert run.code == 1
    assert run.error["code"] == "output_failed"


def test_a_file_for_a_terminal_is_not_cut(world: World, monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setattr("jpcli.cli.app.invocation.TERMINAL_ROWS", 1)
    monkeypatch.setattr("jpcli.cli.shared.output.is_terminal", lambda _stream: True)
    report = tmp_path / "plan.csv"
    run = call(world, PLAN, "--output", f"csv:{report}")
    assert "more" in run.err
    assert len(report.read_text().splitlines()) > 2


@pytest.mark.parametrize(
    "line", ["audit --init {folder}/x.toml", "audit --schema", "plan --init {folder}/x.toml"]
)
def test_what_is_no_report_takes_no_output(line: str, world: World) -> None:
    run = call(world, line, "--output", "md:x.md", "--json")
    assert (run.code, run.error["code"]) == (2, "usage")


def test_a_very_long_plan_is_a_comment_that_fits(world: World, tmp_path: Path) -> None:
    sites = "".join(
        f'[sites."https://{"s" * 40}{n}.example"]\nproducts = ["jetpack-scan"]\n'
        for n in range(900)
    )
    wanted = tmp_path / "many.toml"
    wanted.write_text(sites)
    run = world.jpcli("plan", str(wanted), "--format", "md", now=NOW)
    assert run.code == 0, run.err
    assert len(run.out) < 65_536
    assert run.out.rstrip().endswith("more")
    notice = world.jpcli("plan", str(wanted), "--format", "github", now=NOW).out
    assert notice.count("\n") == 2
    assert "… and 8" in notice
