"""What the operating system could not give: memory, open files, a disk that works.

Owns how such a fault is told, wherever it comes up; it is no mistake of jpcli.
"""

from __future__ import annotations

import errno

from jpcli.domain.errors import Failed

NO_ROOM_FOR_FILES = (errno.EMFILE, errno.ENFILE)
_NO_ROOM_ON_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
TOO_MANY = "Too many files are open"
FEWER = "Allow more (ulimit -n), or end other programs, and run the same command again."


def outside_fault(error: BaseException) -> Failed | None:
    """The error of ours for a fault of the system's, None for anything else."""
    if isinstance(error, MemoryError):
        hint = "Free some, or ask for less at once, and run the same command again."
        return Failed("out_of_memory", "There is not enough memory", hint=hint)
    if not isinstance(error, OSError):
        return None
    place = error.filename if isinstance(error.filename, str) else None
    where = "" if place is None else f": {place}"
    if error.errno in NO_ROOM_FOR_FILES:
        return Failed("too_many_files", TOO_MANY + where, hint=FEWER, subject=place)
    if error.errno in _NO_ROOM_ON_DISK:
        hint = "Free some space and run the same command again."
        return Failed("disk_full", f"The disk is full{where}", hint=hint, subject=place)
    told = error.strerror or str(error) or type(error).__name__
    hint = "Mend that and run the same command again."
    return Failed("system_error", f"The system refused: {told}{where}", hint=hint, subject=place)
