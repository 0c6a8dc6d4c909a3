"""Every example of the help pages of `jpcli jetpack` is run on a ledger that is there."""

from __future__ import annotations

import shlex
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from jpcli.cli.app.root import load_command
from jpcli.cli.app.table import subcommands
from tests.jetpack_double.world import TOKEN

if TYPE_CHECKING:
    from tests.cli.jetpack.conftest import Desk

PATHS = [f"jetpack {name}" for name in subcommands("jetpack")]
EXAMPLES = [text for path in PATHS for text in load_command(path).spec.examples]


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_works(example: str, at_jetpack: Desk) -> None:
    at_jetpack.patch.chdir(at_jetpack.path.parent)
    key, words = at_jetpack.issued(), example.partition("#")[0]
    if "resolve" in words:
        names = {"w57": at_jetpack.wish(unknown=True), "jetpack-scan_…": key}
        at_jetpack.double.licenses[key].issued_at = at_jetpack.double.world.now()
        for name, real in names.items():
            words = words.replace(name, real)
    (at_jetpack.path.parent / "keys.csv").write_text(f"license_key\n{key}\n")
    at_jetpack.patch.setattr("sys.stdin", StringIO(TOKEN))
    argv = shlex.split(words[words.index("jpcli ") + len("jpcli ") :])
    run = at_jetpack(*argv)
    if run.code == 2 and "--yes" in run.err:
        run = at_jetpack(*argv, "--yes")
    # What the example of a check finds is a difference.
    assert run.code == (1 if "--check" in argv and "pull" in argv else 0), run.err
