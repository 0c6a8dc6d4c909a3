"""Where tests have their files: in memory, where there is room for them.

Each change of a ledger waits for the disk, some milliseconds every time, and longer on a busy one.
`--basetemp`, PYTEST_DEBUG_TEMPROOT and TMPDIR name another folder.
"""

from __future__ import annotations

import os
import shutil

_NEEDED_BYTES = 1 << 30


def _roomy(folder: str) -> bool:
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > _NEEDED_BYTES


SCRATCH = "/dev/shm" if "TMPDIR" not in os.environ and _roomy("/dev/shm") else None
