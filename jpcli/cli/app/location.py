"""Where the ledger is unless one is named."""

from __future__ import annotations

import os
import sys


def default_location() -> str:
    """`ledger.db` in the user's data folder, as platformdirs has it.

    Its answer on Linux is two environment variables and 15 ms of imports, which every command
    would wait for; the unusual cases are left to it.
    """
    if sys.platform == "linux" and not hasattr(sys, "getandroidapilevel"):
        folder = os.environ.get("XDG_DATA_HOME", "")
        home = os.environ.get("HOME", "")
        if not folder.startswith("/") and home.startswith("/"):
            folder = os.path.join(home, ".local/share")
        if folder.startswith("/") and "ANDROID_ROOT" not in os.environ:
            return os.path.join(folder, "jpcli", "ledger.db")
    from platformdirs import user_data_dir

    return os.path.join(user_data_dir("jpcli", appauthor=False), "ledger.db")
