"""Make docs/commands.md from the table of commands and their help.

python tools/commands.py
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from jpcli.cli.app.table import COMMANDS, SECTIONS
from tests.docs.sessions import play, rewritten, steps_of
from tools.shared.files import write

PAGE = "docs/commands.md"

HEAD = """# Commands

Every command, as `--help` shows it. `python tools/commands.py` makes this page, and a test
tells when it is no longer what the commands say. What they answer with `--json` is in
[json.md](json.md), field by field.

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
    names = [name for _, section in SECTIONS for name in section]
    paths = sorted(COMMANDS, key=lambda path: names.index(path.split(" ")[0]))
    text = HEAD + "".join(COMMAND.format(path=path) for path in paths)
    return rewritten(text, play(steps_of(text)))


if __name__ == "__main__":
    write({PAGE: page()})
