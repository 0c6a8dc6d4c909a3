"""Make the completion scripts for bash, zsh and fish from the commands as they are.

    python tools/completions.py

What a shell can know by itself, commands, options and fixed values, is in the script; for names in
the ledger it asks `jpcli --complete` (`jpcli.cli.complete`).
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from jpcli.cli.commands.completion import FILES
from tools.shared.files import write
from tools.shells import bash, fish, zsh
from tools.shells.grammar import read_pages

SCRIPTS = {"bash": bash.script, "zsh": zsh.script, "fish": fish.script}


def scripts() -> dict[str, str]:
    """The file and the text of each shell's script. Imports every command."""
    pages = read_pages()
    return {f"completions/{name}": SCRIPTS[shell](pages) for shell, name in FILES.items()}


if __name__ == "__main__":
    write(scripts())
