"""The import contracts in pyproject.toml hold, and each of them notices a violation.

The violations stand in a small made-up package that is also called jpcli, so that the very same
contracts are applied to it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYERS = ("cli", "services", "ledger", "payments", "reports", "jetpack", "domain")

KEPT = {
    "cli/app.py": "import typer, rich\nfrom jpcli.services import issue\n",
    "services/issue.py": "from jpcli.ledger import spans\nfrom jpcli.domain import money\n",
    "ledger/spans.py": "import sqlite3\nfrom jpcli.domain import money\n",
    "ledger/schema.py": "import sqlite_utils\n",
    "payments/stripe_gateway.py": "import stripe\n",
    "jetpack/transport.py": "import requests\nimport urllib3\n",
    "domain/money.py": "",
    "domain/split.py": "from jpcli.domain import money\n",
}
# What stands beside a violation, so that there is a way back.
ROADS = {
    "services/billing/day.py": {"services/issue.py": "from jpcli.services.billing import day\n"},
    "ledger/queries/days.py": {"ledger/spans.py": "from jpcli.ledger.queries import days\n"},
}
# One file each, and the contract that it breaks.
VIOLATIONS = [
    ("layers", "domain/money.py", "from jpcli.ledger import spans\n"),
    ("layers", "ledger/history.py", "def f():\n    from jpcli.services import issue\n"),
    ("layers", "services/draw.py", "from jpcli.cli import app\n"),
    ("layers", "payments/offline.py", "from jpcli.ledger import spans\n"),
    ("layers", "helpers/__init__.py", "x = 1\n"),
    ("sql", "services/fast.py", "import sqlite3\n"),
    ("sql", "cli/fast.py", "def f():\n    from sqlite_utils.db import Database\n"),
    ("stripe", "payments/offline.py", "import stripe\n"),
    ("stripe", "services/pay.py", "from stripe import StripeClient\n"),
    ("http", "services/ask.py", "import requests\n"),
    ("http", "jetpack/licensing.py", "def f():\n    from urllib3 import connection\n"),
    ("screen", "services/draw.py", "from rich.table import Table\n"),
    ("screen", "reports/ask.py", "import typer\n"),
    ("circles", "domain/money.py", "from jpcli.domain import split\n"),
    ("circles", "services/billing/day.py", "def f():\n    from jpcli.services import issue\n"),
    ("circles", "ledger/queries/days.py", "from jpcli.ledger import spans\n"),
]


def contracts() -> dict[str, str]:
    """Name of each contract, by id."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return {each["id"]: each["name"] for each in settings["tool"]["importlinter"]["contracts"]}


def broken_contracts(folder: Path) -> set[str]:
    """Ids of the contracts that the package in `folder` breaks."""
    program = "from importlinter.cli import lint_imports_command as run; run(['--no-cache'])"
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "400"}
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    verdicts = dict(re.findall(r"^(.+) (KEPT|BROKEN)", run.stdout, re.MULTILINE))
    assert set(verdicts) == set(contracts().values()), run.stdout + run.stderr
    broken = {key for key, name in contracts().items() if verdicts[name] == "BROKEN"}
    assert run.returncode == (1 if broken else 0)
    return broken


def made_up_package(folder: Path, files: dict[str, str]) -> Path:
    shutil.copy(ROOT / "pyproject.toml", folder)
    for layer in LAYERS:
        (folder / "jpcli" / layer).mkdir(parents=True)
        (folder / "jpcli" / layer / "__init__.py").touch()
    (folder / "jpcli/__init__.py").touch()
    for name, text in files.items():
        path = folder / "jpcli" / name
        path.parent.mkdir(exist_ok=True)
        (path.parent / "__init__.py").touch()
        path.write_text(text, "utf-8")
    return folder


def test_the_layers_hold() -> None:
    assert broken_contracts(ROOT) == set()


def test_a_package_that_keeps_the_contracts_passes(tmp_path: Path) -> None:
    assert broken_contracts(made_up_package(tmp_path, KEPT)) == set()


@pytest.mark.parametrize(("contract", "name", "code"), VIOLATIONS)
def test_a_violation_is_noticed(tmp_path: Path, contract: str, name: str, code: str) -> None:
    folder = made_up_package(tmp_path, {**KEPT, **ROADS.get(name, {}), name: code})
    assert broken_contracts(folder) == {contract}


def test_every_contract_has_a_violation_here() -> None:
    assert {contract for contract, _, _ in VIOLATIONS} == set(contracts())
