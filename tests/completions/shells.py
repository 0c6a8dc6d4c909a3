"""Real shells with the completion of jpcli, and a ledger whose names are made to hurt.

The `jpcli` that they find answers `--complete` as the real one and writes down, for everything
else, the arguments that the shell gave it: what was inserted is right if it comes out as it was.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest

from jpcli.cli.commands.completion import FILES

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "completions"
NOW = "2026-11-22T11:00:00Z"

# A file of this name is made when a name from the ledger is run as a command.
TRAP = "trapped"
CLIENTS = (
    "Acme Inc",
    f"Acme $(touch {TRAP})",
    f'Bob\'s `touch {TRAP}` "Shop"',
    f"Café & Söhne; touch {TRAP}",
    "Wow! $HOME \\ back!!",
    "-dash client",
    "eq=and:colon",
    "~tilde",
    "#hash {a,b} [c]",
    f"pipe | touch {TRAP} > {TRAP}",
    "日本 商店",
    "100% sure",
    "two  spaces",
)
SITES = ("https://one.example", "https://other.example", "http://port.example:8080/a")
KEYS = ("jetpack-ai_1aaa", "jetpack-ai_1aab", "jetpack-scan_2bbb", "jetpack-scan_3revoked")
# Where each license is; what is on none is unassigned.
ON = {"jetpack-ai_1aaa": SITES[0], "jetpack-scan_2bbb": SITES[1]}

CARD = ("--brand", "visa", "--last4", "4242", "--exp", "12/2030")

_STUB = f"""#!{sys.executable}
import json, os, sys
with open(os.environ["CALLS"], "a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
if sys.argv[1:2] == ["--complete"]:
    from jpcli.cli.entry import main
    main()
"""


def needs(shell: str) -> pytest.MarkDecorator:
    """Skips, and says so, where a shell is not installed."""
    missing = shutil.which(shell) is None
    return pytest.mark.skipif(missing, reason=f"{shell} is missing: its completion is NOT tested")


class Place:
    """A folder with the stand-in for jpcli, a home and a ledger."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger = folder / "ledger.db"
        self.calls = folder / "calls"
        self.calls.touch()
        self._read = 0
        self.script = {shell: SCRIPTS / name for shell, name in FILES.items()}
        self.env = {
            "PATH": f"{folder}/bin:{os.environ['PATH']}",
            "HOME": str(folder),
            "ZDOTDIR": str(folder),
            "PYTHONPATH": str(ROOT),
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm",
            "CALLS": str(self.calls),
            "JPCLI_LEDGER": str(self.ledger),
            "JPCLI_NOW": NOW,
        }
        stub = folder / "bin" / "jpcli"
        stub.parent.mkdir()
        stub.write_text(_STUB)
        stub.chmod(0o755)
        (folder / ".bashrc").write_text(f"PS1='READY> '\nsource {self.script['bash']}\n")
        (folder / ".zshrc").write_text(
            f"PS1='READY> '\nautoload -Uz compinit\ncompinit -u\nsource {self.script['zsh']}\n"
        )
        (folder / "history.ndjson").write_text("")

    def run(self, *argv: str | Path, **env: str) -> str:
        """What a command prints; it must end well and say nothing on stderr."""
        done = subprocess.run(
            argv,
            cwd=self.folder,
            env={**self.env, **env},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    def asked(self) -> list[list[str]]:
        """The arguments of every call since the last time."""
        with self.calls.open("rb") as calls:
            calls.seek(self._read)
            text = calls.read()
        whole = text[: text.rfind(b"\n") + 1]
        self._read += len(whole)
        return [json.loads(line) for line in whole.splitlines()]

    def fill(self) -> None:
        """Make the ledger."""
        rows = []
        for key in KEYS:
            on = {"site": ON[key], "from": NOW} if key in ON else None
            rows.append(_row(key, on, NOW if key.endswith("revoked") else None))
        for number, client in enumerate(CLIENTS):
            on = {"site": f"https://client{number}.example", "client": client, "from": NOW}
            rows.append(_row(f"jetpack-boost_{number:02}", on))
        rows.append(_row("jetpack-search_1", {"site": SITES[2], "from": NOW}))
        history = self.folder / "rows.json"
        history.write_text(json.dumps(rows))
        python = (sys.executable, "-m", "jpcli", "--ledger", str(self.ledger), "--quiet")
        self.run(*python, "init", JPCLI_NOW="2026-11-01T00:00:00Z")
        self.run(*python, "ledger", "import", str(history))
        self.run(*python, "cards", "add", *CARD)


def _row(key: str, on: dict[str, str] | None, revoked: str | None = None) -> dict[str, object]:
    return {
        "license_key": key,
        "product": key.partition("_")[0],
        "issued_at": NOW,
        "revoked_at": revoked,
        "assignments": [on] if on else [],
    }


class Typist:
    """An interactive shell, and someone who types into it."""

    def __init__(self, place: Place, argv: Sequence[str]) -> None:
        self._place = place
        self._shell = pexpect.spawn(
            argv[0],
            list(argv[1:]),
            cwd=str(place.folder),
            env=place.env,
            encoding="utf-8",
            dimensions=(50, 200),
            timeout=20,
        )
        self._shell.expect_exact("READY> ")

    def arguments(self, line: str) -> list[str]:
        """Type `line` with `\\t` for Tab, then Enter; the arguments that the command gets."""
        self._place.asked()
        self._shell.send(line + "\r")
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            for call in self._place.asked():
                if call[:1] != ["--complete"]:
                    self._shell.expect_exact("READY> ")
                    return call
            time.sleep(0.01)
        raise AssertionError(f"{line!r} was not run:\n{self._shell.before}")

    def close(self) -> None:
        """Leave."""
        self._shell.close(force=True)
