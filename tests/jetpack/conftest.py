"""A client that talks to the double and never really sleeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator

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


Make = Callable[[Timeouts], Licensing]


@pytest.fixture
def make(jetpack_double: JetpackDouble, clock: Clock) -> Iterator[Make]:
    opened = []

    def made(timeouts: Timeouts) -> Licensing:
        double = jetpack_double
        asking = Licensing(
            double.token, double.base, clock=clock, sleep=clock.sleep, timeouts=timeouts
        )
        opened.append(asking)
        return asking

    yield made
    for asking in opened:
        asking.close()


@pytest.fixture
def licensing(make: Make) -> Licensing:
    """Waits as long as it takes on a machine that is busy."""
    return make(Timeouts())


@pytest.fixture
def hasty(make: Make) -> Licensing:
    """For a double that is silent."""
    return make(Timeouts(connect=2, read=0.5, whole=1))
