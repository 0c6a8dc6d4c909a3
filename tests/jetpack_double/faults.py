"""What goes wrong on demand: which requests, and how.

A fault counts the requests that it matches, and strikes at the nth and as many after it as `times`
says. `after` says whether the work is done before it strikes.
"""

from __future__ import annotations

import re
import signal
from dataclasses import asdict, dataclass
from typing import Any

KINDS = {
    "lost",  # the connection closes without an answer; `after` (True unless told otherwise)
    "reset",  # the same, and the other end gets a reset
    "cut",  # the work is done, the connection breaks inside the body
    "body",  # the right status (or `status`), and `body` instead of the answer; `after`
    "status",  # `status` with an error in one of the FORMS; `after`
    "slow_down",  # 429 or 509 (`status`) with `retry_after`; nothing is done
    "hang",  # no answer for `seconds`, then the connection closes; `after`
    "trickle",  # a letter of the answer each `seconds`
    "late",  # the right answer, `seconds` late
    "kill",  # `signal` goes to whoever asked; `after`
}
FORMS = {
    "code",  # {code, message}
    "data",  # {code, message, data: {status}}
    "error",  # {error, message}
    "page",  # a web page
    "nothing",  # no body at all
}
GARBAGE = "\x00\x01 no JSON {"
PAGE = "<!DOCTYPE html><html><head><title>Bad gateway</title></head><body>Oops</body></html>"


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong. `times` 0: always from the nth on. `retry_after` is seconds, or
    with `as_date` those from now as a date."""

    kind: str
    method: str | None = None
    path: str = ".*"
    nth: int = 1
    times: int = 1
    after: bool = True
    status: int = 500
    code: str = "internal_error"
    message: str = "Something went wrong."
    form: str = "code"
    retry_after: str | int | None = None
    as_date: bool = False
    seconds: float = 60.0
    body: str = GARBAGE
    content_type: str = "application/json"
    signal: int = int(signal.SIGKILL)
    seen: int = 0
    struck: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.form not in FORMS:
            raise ValueError(f"unknown fault: {self.kind}, {self.form}")

    def meet(self, method: str, path: str) -> bool:
        """Count a request; say whether the fault strikes it."""
        if self.method not in {None, method} or not re.fullmatch(self.path, path):
            return False
        self.seen += 1
        last = self.nth + self.times - 1
        strikes = self.seen >= self.nth and (self.times == 0 or self.seen <= last)
        self.struck += strikes
        return strikes

    def shown(self) -> dict[str, Any]:
        return asdict(self)
