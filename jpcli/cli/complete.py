"""`jpcli --complete KIND PREFIX`: the names that a half-typed one may become, for the shell.

Answered before Typer is loaded, within three times an interpreter's start. A name a line, then a
tab and what it is. Never fails and never says a word on stderr: a Tab is no time for errors.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# KIND may end with one of these, which every name is then followed by.
MORE = ("@", ":")


def run(argv: Sequence[str]) -> int:
    """Write the candidates; the exit code is 0 whatever happens."""
    try:
        lines = _lines(*argv)
        sys.stdout.buffer.write("".join(lines).encode("utf-8", "replace"))
    except Exception:  # noqa: BLE001, S110 - no ledger, a damaged one, a strange question: nothing
        pass
    return 0


def _lines(kind: str, prefix: str) -> list[str]:
    from jpcli.cli.app.invocation import build_invocation
    from jpcli.services.completion import candidates

    # Whoever presses Tab does not wait for somebody else's change, or for a server that is away.
    invocation = build_invocation("--complete", {"wait": "0"})
    more = kind[-1] if kind.endswith(MORE) else ""
    try:
        found = candidates(invocation.location, kind.removesuffix(more), prefix, invocation.now_at)
    finally:
        for close in invocation.closers:
            close()
    return [
        f"{name}{more}\t{about or ''}\n"
        for name, about in found
        # What a terminal would act on is in no name that jpcli took in.
        if name.isprintable() and (about or "").isprintable()
    ]
