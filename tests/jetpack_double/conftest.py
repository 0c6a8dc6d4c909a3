"""The double for the tests of itself."""

from __future__ import annotations

from tests.jetpack_double.fixtures import jetpack_double

__all__ = ["jetpack_double"]
