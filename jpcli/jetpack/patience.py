"""When a call is made again: which pauses, how often, how long in all.

Owns the loop; what may be repeated is said by who raises `Again`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from jpcli.domain.errors import JpcliError

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST_PAUSE_SECONDS = 0.5
TRIES_MOST = 5
T = TypeVar("T")


class Again(Exception):
    """It may be tried again, after `wait_seconds` where the server named them; `error` is what to
    say when there is no time left. `acted` is whether this try may have had its effect."""

    def __init__(self, error: JpcliError, wait_seconds: float | None, *, acted: bool) -> None:
        super().__init__(error.message)
        self.error = error
        self.wait_seconds = wait_seconds
        self.acted = acted


class Patience(NamedTuple):
    """How long to wait in all, by which clock (seconds that only go up), and how to sleep."""

    seconds: float
    clock: Callable[[], float]
    sleep: Callable[[float], object]


def repeated(call: Callable[[], T], patience: Patience, tries: int | None = TRIES_MOST) -> T:
    """What the call returns, made again as long as it raises Again and patience lasts; a pause that
    would end behind it is not begun. Any error after a try that may have acted is `unsure`."""
    until = patience.clock() + patience.seconds
    acted = False
    turn = 1
    while True:
        try:
            return call()
        except Again as again:
            acted = acted or again.acted
            backed_off = FIRST_PAUSE_SECONDS * 2 ** min(turn - 1, 10)
            pause = again.wait_seconds or backed_off  # who says 0 would be asked without end
            if turn == tries or patience.clock() + pause > until:
                again.error.unsure = acted
                raise again.error from None
            patience.sleep(pause)
            turn += 1
        except JpcliError as error:
            error.unsure = acted
            raise
