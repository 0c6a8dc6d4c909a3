"""For a conftest: `from tests.jetpack_double.fixtures import jetpack_double`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.jetpack_double.double import JetpackDouble


@pytest.fixture
def jetpack_double() -> Iterator[JetpackDouble]:
    """At the end every request and answer must have been as the API's are."""
    double = JetpackDouble()
    yield double
    double.stop()
