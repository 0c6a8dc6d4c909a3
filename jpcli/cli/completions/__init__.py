"""Completion scripts for bash, zsh and fish, generated from the commands as they are.

What a shell can know by itself, commands, options and fixed values, is in the script; for names in
the ledger it asks `jpcli --complete` (`jpcli.cli.completions.complete`).

    python -m jpcli.cli.completions FOLDER

writes the scripts that `completions/` holds; `jpcli completion SHELL` prints one.
"""

from __future__ import annotations

from importlib import import_module

# shell -> file, as the shell looks for it
FILES = {"bash": "jpcli.bash", "zsh": "_jpcli", "fish": "jpcli.fish"}


def script_for(shell: str) -> str:
    """The script for one of `FILES`. Imports every command, which takes a quarter of a second."""
    from jpcli.cli.completions.grammar import read_pages

    script: str = import_module(f"jpcli.cli.completions.{shell}").script(read_pages())
    return script
