"""Makes docs/commands.md from the table of commands and their help.

python tests/docs/commands.py
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "commands.md"

HEAD = """# Commands

Every command, as `--help` shows it. `python tests/docs/commands.py` makes this page, and a test
tells when it is no longer what the commands say.

```console
$ jpcli --help
```
"""
COMMAND = """
## {path}

```console
$ jpcli {path} --help
```
"""


def page() -> str:
    """The page, with what every command prints now."""
    from jpcli.cli.app.table import COMMANDS, SECTIONS
    from tests.docs.sessions import play, rewritten, steps_of

    names = [name for _, section in SECTIONS for name in section]
    paths = sorted(COMMANDS, key=lambda path: names.index(path.split(" ")[0]))
    text = HEAD + "".join(COMMAND.format(path=path) for path in paths)
    return rewritten(text, play(steps_of(text)))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    PAGE.write_text(page(), "utf-8")
