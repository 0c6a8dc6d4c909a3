"""What goes wrong on demand: which requests, and how.

A fault counts the requests that it matches, and strikes at the nth and as many after it as `times`
says. `after` says whether the work is done before it strikes.
"""

from __future__ import annotations

import re
import signal
import threading
from dataclasses import asdict, dataclass, field
from typing import Any

KINDS = {
    "lost",  # the work is done, the connection closes without an answer
    "dropped",  # the connection closes before any work
    "status",  # `status` with an error like Stripe's; `after` and `recorded`
    "rate_limited",  # 429 with `retry_after`; nothing is done
    "hang",  # no answer for `seconds`, then the connection closes; `after`
    "slow",  # the right answer, `seconds` late
    "garbage",  # the work is done, the body is no JSON
    "binary",  # the work is done, the body is not even text
    "html",  # the work is done or not (`after`), the body is a page of some proxy
    "truncated",  # the work is done, the connection breaks inside the body
    "wrong",  # the work is done, the body is JSON of something else: `body`
    "kill",  # `signal` goes to `pid`, or to whoever asked; `after`
    "together",  # requests wait until `parties` of them are there
}


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong. `times` 0: always from the nth on."""

    kind: str
    method: str | None = None
    path: str = ".*"
    nth: int = 1
    times: int = 1
    after: bool = False
    status: int = 500
    recorded: bool = False
    retry_after: int | None = None
    seconds: float = 60.0
    body: str = '{"object": "unexpected"}'
    signal: int = int(signal.SIGKILL)
    pid: int | None = None
    parties: int = 2
    seen: int = 0
    struck: int = 0
    barrier: threading.Barrier | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of fault: {self.kind}")
        re.compile(self.path)
        if self.kind == "together":
            self.barrier = threading.Barrier(self.parties)

    def matches(self, method: str, path: str) -> bool:
        return self.method in {None, method} and re.fullmatch(self.path, path) is not None

    def meet(self, method: str, path: str) -> bool:
        """Count a request; say whether the fault strikes it."""
        if not self.matches(method, path):
            return False
        self.seen += 1
        last = self.nth + (self.parties if self.kind == "together" else self.times) - 1
        strikes = self.seen >= self.nth and (self.times == 0 or self.seen <= last)
        self.struck += strikes
        return strikes

    def shown(self) -> dict[str, Any]:
        barrier, self.barrier = self.barrier, None
        shown = asdict(self)
        self.barrier = barrier
        del shown["barrier"]
        return shown


class Faults:
    """The faults that are set. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            for fault in self._faults:
                if fault.barrier is not None:
                    fault.barrier.abort()
            self._faults.clear()

    def shown(self) -> list[dict[str, Any]]:
        with self._lock:
            return [fault.shown() for fault in self._faults]

    def strike(self, method: str, path: str) -> Fault | None:
        """The first fault that strikes this request. Every fault counts it."""
        with self._lock:
            struck = [fault for fault in self._faults if fault.meet(method, path)]
            return struck[0] if struck else None
