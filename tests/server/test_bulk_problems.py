"""What is wrong with many rows is told of a server as of a file, though rows are read ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _rows(count: int) -> str:
    """Each tenth row lacks its key, the others name licenses that are not there."""
    keys = ["" if n % 10 == 9 else f"jetpack-scan_none{n:05d}" for n in range(count)]
    rows = [f"{key},https://s{n}.example" for n, key in enumerate(keys)]
    return "\n".join(["license_key,site", *rows, ""])


@pytest.mark.parametrize("count", [30, 400])
@pytest.mark.parametrize("more", [(), ("--keep-going",)], ids=["all", "keep-going"])
@pytest.mark.parametrize("command", ["assign", "unassign", "revoke --yes"])
def test_problems_are_the_same(
    command: str,
    more: tuple[str, ...],
    count: int,
    address: str,
    jpcli: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "rows.csv").write_text(_rows(count))
    answers = []
    for place in (address, str(tmp_path / "ledger.db")):
        monkeypatch.setenv("JPCLI_LEDGER", place)
        assert jpcli("init").code == 0
        words = (*command.split(), "--from", str(tmp_path / "rows.csv"), "--json", *more)
        run = jpcli(*words)
        answers.append((run.code, run.out))
    assert answers[0] == answers[1]
