"""A process that has jpcli loaded and forks one for each command: a tenth of the time that a new
interpreter takes. `python -m tests.chaos.nursery` reads lines of JSON and answers with numbers.

It is started with preload.c, whose faults a child switches on for itself.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import pkgutil
import sys
import zoneinfo
from typing import Any


def load() -> None:
    """Import what commands import, so that no child has to."""
    import jpcli

    for found in pkgutil.walk_packages(jpcli.__path__, "jpcli."):
        if not found.name.endswith(("__main__", "stripe_gateway")):
            importlib.import_module(found.name)
    gc.freeze()


def serve() -> dict[str, Any] | None:
    """Fork for each order and tell how those ended that are asked for; in a child, its order."""
    sys.stdout.write("0\n")
    sys.stdout.flush()
    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            _, status = os.waitpid(order["wait"], 0)
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = os.fork()
            if answer == 0:
                return dict(order)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()
    return None


def become(order: dict[str, Any]) -> None:
    """Be the command, from its streams to its end."""
    for number, name, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, order["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        (2, order["err"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
    ):
        descriptor = os.open(name, flags, 0o600)
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(order["environment"])
    begin = getattr(ctypes.CDLL(None), "jpcli_chaos_begin", None)
    if begin is not None:
        begin()
    zoneinfo.reset_tzpath()  # the nursery has looked for zones where it was started
    sys.argv = ["jpcli", *order["words"]]
    from jpcli.cli.entry import main

    main()


if __name__ == "__main__":
    load()
    mine = serve()
    if mine is not None:
        become(mine)
