"""Who only knows of the Licensing API loads nothing that talks to it."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
from jpcli.jetpack.licensing import Licensing
Licensing("token", "https://api.example")
print(*sys.modules)
"""


def test_http_is_loaded_by_the_first_call() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    loaded = {module.partition(".")[0] for module in done.stdout.split()}
    assert not loaded & {"requests", "urllib3", "ssl", "http", "email", "stripe", "decimal"}
