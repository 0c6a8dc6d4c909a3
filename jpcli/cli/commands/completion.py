"""`jpcli completion`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.app.typer_parts import BadParameter
from jpcli.cli.shared.result import Result

# shell -> file, as the shell looks for it; `tools/completions.py` makes them
FILES = {"bash": "jpcli.bash", "zsh": "_jpcli", "fish": "jpcli.fish"}


def _known_shell(value: str) -> str:
    if value not in FILES:
        raise BadParameter(f"{value!r} is not one of {', '.join(FILES)}.")
    return value


def _shipped(name: str) -> str:
    """A script as it ships: in the package's data, or at the root of the tree that this runs in."""
    from importlib.resources import files

    package = files("jpcli")
    inside, beside = package / "data" / "completions", package / ".." / "completions"
    return ((inside if inside.is_dir() else beside) / name).read_text("utf-8")


@command(
    "completion",
    reads=True,
    without=("ledger", "wait"),
    examples=(
        "jpcli completion bash > ~/.local/share/bash-completion/completions/jpcli",
        "jpcli completion zsh > ~/.zfunc/_jpcli      # a folder in fpath, before compinit",
        "jpcli completion fish > ~/.config/fish/completions/jpcli.fish",
    ),
)
def run(
    invocation: Invocation,
    shell: Annotated[
        str,
        typer.Argument(metavar="SHELL", help="bash, zsh or fish.", callback=_known_shell),
    ],
) -> Result:
    """With it, Tab completes commands, options and their values, and from the ledger license keys,
    sites, clients, products and cards. Or load it at once:   source <(jpcli completion bash)"""
    script = _shipped(FILES[shell])
    if invocation.output.format == "table" or invocation.output.automatic:
        return Result({}, payload=(script,))
    return Result({"shell": shell, "file": FILES[shell], "script": script})
