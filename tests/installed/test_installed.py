"""The wheel is complete, and the main story works through the installed command."""

from __future__ import annotations

import subprocess
import zipfile
from typing import TYPE_CHECKING

import pytest

from jpcli import __version__
from jpcli.cli.commands.completion import FILES
from tests.installed.conftest import ROOT

if TYPE_CHECKING:
    from tests.installed.conftest import Installed

pytestmark = [pytest.mark.installed, pytest.mark.xdist_group("installed")]

DATA = ROOT / "tests" / "data"
CARD = ("--brand", "visa", "--last4", "4242", "--exp", "12/2030")


def test_the_wheel_has_the_package_and_its_data_and_nothing_else(jpcli: Installed) -> None:
    names = set(zipfile.ZipFile(jpcli.wheel).namelist())
    assert {"jpcli/py.typed", "jpcli/data/prices.csv", "jpcli/cli/entry.py"} <= names
    metadata = f"jpcli_desk-{__version__}.dist-info"
    data = f"jpcli_desk-{__version__}.data"
    assert {name.split("/")[0] for name in names} == {"jpcli", data, metadata}
    assert f"{metadata}/licenses/LICENSE" in names


def test_the_package_is_imported_from_where_it_was_installed(jpcli: Installed) -> None:
    program = "import jpcli, sys; sys.stdout.write(jpcli.__file__)"
    done = subprocess.run(
        [jpcli.python, "-c", program],
        cwd=jpcli.ledger.parent,
        env=jpcli.env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(str(jpcli.python.parents[1]))


def test_version(jpcli: Installed) -> None:
    run = jpcli.ok("--version")
    assert (run.out, run.err) == (f"jpcli {__version__}\n", "")


@pytest.mark.parametrize("shell", FILES)
def test_the_completion_script_ships(jpcli: Installed, shell: str) -> None:
    """In the package, for `jpcli completion`, and where the shell looks for it."""
    script = (ROOT / "completions" / FILES[shell]).read_text("utf-8")
    assert jpcli.ok("completion", shell).out == script
    share = jpcli.python.parents[1] / "share"
    (beside,) = (path for path in share.rglob("*jpcli*") if shell in str(path.parent))
    assert beside.read_text("utf-8") == script


def test_the_main_story(jpcli: Installed) -> None:
    """Revoked on July 10 is 10 days, issued on July 25 is 7 (D2)."""
    jpcli.ok("init", "--currency", "usd", "--time-zone", "UTC", now="2024-07-01T08:00:00Z")

    refused = jpcli("issue", "jetpack-scan", "--json", now="2024-07-01T08:30:00Z")
    assert refused.code == 3
    assert '"no_primary_card"' in refused.out
    jpcli.ok("cards", "add", *CARD, "--primary", now="2024-07-01T08:40:00Z")

    issued = jpcli.ok(
        "issue", "jetpack-scan", "--quantity", "2", "--json", now="2024-07-01T09:00:00Z"
    )
    first, second = (license_["license_key"] for license_ in issued.data["licenses"])
    jpcli.ok("assign", first, "--site", "https://one.example", now="2024-07-02T09:00:00Z")
    moved = jpcli.ok(
        "transfer", first, "--to", "https://two.example", "--json", now="2024-07-05T09:00:00Z"
    )
    assert moved.data["licenses"][0]["site"] == "https://two.example"
    unsure = jpcli("revoke", second, "--json", now="2024-07-10T21:00:00Z")
    assert unsure.code == 2
    jpcli.ok("revoke", second, "--yes", now="2024-07-10T21:00:00Z")
    jpcli.ok("issue", "jetpack-backup-t1", now="2024-07-25T09:00:00Z")
    jpcli.ok("issue", "jetpack-anti-spam", "--bundle", "20", now="2024-07-31T23:59:59Z")

    preview = jpcli.ok("invoice", "preview", "2024-07", "--json", now="2024-08-01T00:00:00Z")
    lines = {
        (line["product"], line["bundle_size"]): (line["days"], line["amount"]["amount"])
        for line in preview.data["lines"]
    }
    assert lines == {
        ("jetpack-scan", None): (31 + 10, "6.56"),
        ("jetpack-backup-t1", None): (7, "1.12"),
        ("jetpack-anti-spam", 20): (1, "1.93"),
    }
    assert preview.data["total"]["amount_minor"] == 961
    assert preview.data["licenses"] == {"total": 23, "assigned": 1, "unassigned": 22}

    check = jpcli.ok("ledger", "check", "--json")
    assert check.data["ok"]
    assert check.data["problems"] == []


def test_a_real_bill_comes_to_the_cent(jpcli: Installed) -> None:
    jpcli.ok("init", "--currency", "usd", "--prices", str(DATA / "prices.csv"))
    jpcli.ok("ledger", "import", str(DATA / "agency-2024-03.ndjson"))
    preview = jpcli.ok("invoice", "preview", "2024-03", "--json")
    assert preview.data["total"]["amount"] == "934.03"
    assert preview.data["licenses"] == {"total": 145, "assigned": 11, "unassigned": 134}


def test_the_demo_needs_no_ledger_and_leaves_none(jpcli: Installed) -> None:
    run = jpcli.ok("demo")
    assert run.out
    assert not jpcli.ledger.exists()
