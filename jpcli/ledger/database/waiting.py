"""For how long a ledger that is busy or out of reach is waited for: `JPCLI_WAIT`, or `--wait`."""

from __future__ import annotations

import os

from jpcli.domain.errors import BadInput

MOST_SECONDS = 86_400


def wait_seconds(usual: float) -> float:
    """What was told, else the usual time of the engine. Raises BadInput `bad_wait`."""
    text = os.environ.get("JPCLI_WAIT")
    if not text:
        return usual
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= MOST_SECONDS:
        message = f"JPCLI_WAIT must be 0 to {MOST_SECONDS} seconds, not {text[:40]}"
        raise BadInput("bad_wait", message, subject="JPCLI_WAIT")
    return seconds
