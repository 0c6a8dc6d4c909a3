"""A client that talks to the double and never really sleeps."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jpcli.jetpack.licensing import Licensing
from jpcli.jetpack.transport import Timeouts
from tests.jetpack_double.double import JetpackDouble
from tests.jetpack_double.fixtures import jetpack_double

__all__ = ["jetpack_double"]


class Clock:
    """Seconds that pass only while somebody sleeps; `slept` is each time."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def licensing(jetpack_double: JetpackDouble, clock: Clock) -> Licensing:
    return Licensing(
        jetpack_double.token,
        jetpack_double.base,
        clock=clock,
        sleep=clock.sleep,
        timeouts=Timeouts(connect=2, read=0.4, whole=1),
    )


Make = Callable[..., Licensing]
