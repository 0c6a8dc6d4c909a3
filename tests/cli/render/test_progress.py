"""The line that shows how far a long file has been read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jpcli.cli.render import progress
from jpcli.cli.render.progress import progress_text, watched
from jpcli.cli.render.stderr import clear_transient
from jpcli.cli.shared.output import Output
from jpcli.services.files.rows import Row

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.no_ledger

TERMINAL = Output("table", True, False, True, False, False)


def rows(count: int) -> list[Row]:
    return [Row(line, {}) for line in range(2, count + 2)]


def _read(output: Output, source: str = "-", count: int = 2000) -> list[Row]:
    return list(watched(iter(rows(count)), source, output))


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "DELAY_SECONDS", 0)
    monkeypatch.setattr(progress, "STEP_SECONDS", 0)
    monkeypatch.setenv("TERM", "xterm")


def test_what_is_over_at_once_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert _read(TERMINAL) == rows(2000)
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("_at_once")
def test_it_is_taken_away(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "rows"
    file.write_text("x\n" * 2001)
    assert _read(TERMINAL, str(file)) == rows(2000)
    clear_transient()
    shown = capsys.readouterr().err.split("\r\x1b[K")
    assert "1,026 of 2,001" in "".join(shown)
    assert shown[-2] == "  2,001 lines read, recording"
    assert shown[-1] == ""


@pytest.mark.usefixtures("_at_once")
@pytest.mark.parametrize("changes", [{"error_terminal": False}, {"quiet": True}])
def test_scripts_see_nothing(changes: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert _read(TERMINAL._replace(**changes)) == rows(2000)
    assert capsys.readouterr().err == ""


def test_texts() -> None:
    assert progress_text(1200, 0) == "  1,200 lines read"
    assert progress_text(50, 100) == "  [############............]  50 %   line 50 of 100"
    assert progress_text(101, 100).startswith("  [########################] 100 %")
