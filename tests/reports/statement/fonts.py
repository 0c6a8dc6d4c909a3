"""Whether the extra `fonts` is here, and how it is to be without it."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec

import pytest

from jpcli.domain.extras import PACKAGES

MODULES = ("manimgx_fonts", "manimgx_fonts_cjk", "uharfbuzz")
assert len(MODULES) == len(PACKAGES["fonts"])

# On CI they fail instead: `.[test]` brings the packages.
needs_fonts = pytest.mark.skipif(
    not os.environ.get("CI") and None in map(find_spec, MODULES),
    reason="THE FONTS OF OTHER SCRIPTS ARE NOT TESTED: pip install the extra `fonts`",
)


@pytest.fixture
def without_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the extra is not installed."""
    for module in MODULES:
        monkeypatch.setitem(sys.modules, module, None)
