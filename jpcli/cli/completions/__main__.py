"""`python -m jpcli.cli.completions FOLDER`: write the script of every shell into a folder."""

from __future__ import annotations

import sys
from pathlib import Path

from jpcli.cli.completions import FILES, script_for


def main(folder: str) -> None:
    """Write them all."""
    for shell, name in FILES.items():
        Path(folder, name).write_text(script_for(shell), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
