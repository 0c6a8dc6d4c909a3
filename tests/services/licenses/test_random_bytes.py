"""The random bytes that license keys are made of: none is given twice, however many are drawn."""

from __future__ import annotations

import os
from itertools import count
from typing import TYPE_CHECKING

from jpcli.services.licenses.issue import _Random

if TYPE_CHECKING:
    import pytest


def test_each_byte_is_given_once(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = count()
    drawn: list[int] = []

    def urandom(size: int) -> bytes:
        drawn.append(size)
        return bytes(next(numbers) for _ in range(size))

    monkeypatch.setattr(os, "urandom", urandom)
    take = _Random().take
    taken = [take(size) for size in (3, 5, 1, 2, 7, 1, 1, 4, 9, 3, 1)]
    assert [len(part) for part in taken] == [3, 5, 1, 2, 7, 1, 1, 4, 9, 3, 1]
    given = b"".join(taken)
    assert list(given) == sorted(set(given))
    assert len(drawn) < len(taken)
