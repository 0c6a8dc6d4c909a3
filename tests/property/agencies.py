"""How many random agencies are driven through a ledger: a few, or as many as wanted by hand.

    JPCLI_AGENCIES=1000 python -m pytest -m agencies

drives a thousand through each of the tests that have the decorator, elsewhere every time; a failure
prints what repeats it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings

from tests.thorough import EXAMPLES, THOROUGH, examples

Test = TypeVar("Test", bound=Callable[..., object])
_DEEP = settings().max_examples > EXAMPLES[THOROUGH]
_WANTED = os.environ.get("JPCLI_AGENCIES") or (settings().max_examples if _DEEP else None)


def agencies(thorough: int = 20) -> Callable[[Test], Test]:
    """Decorate a test that takes one random agency at a time; `thorough` of them in a thorough run
    unless told."""
    wanted = settings(
        max_examples=examples(thorough) if _WANTED is None else int(_WANTED),
        derandomize=_WANTED is None,
        print_blob=True,
        deadline=None,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.function_scoped_fixture,
        ],
    )

    def decorate(test: Test) -> Test:
        timed: Test = pytest.mark.timeout(300 if _WANTED is None else 0)(wanted(test))
        marked: Test = pytest.mark.agencies(timed)
        return marked

    return decorate
