"""What every refusal of a text has: its code, the text, and by example what would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jpcli.domain.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable


def refused(check: Callable[[str], object], text: str, code: str, example: str) -> BadInput:
    """The refusal, which names the text (of a long one, how it begins)."""
    with pytest.raises(BadInput) as caught:
        check(text)
    error = caught.value
    assert error.code == code
    assert example in str(error.hint)
    assert error.subject is not None
    assert text.startswith(error.subject.removesuffix("…"))
    # Quoted, so that nothing in it gets at the terminal.
    assert repr(text)[:30] in error.message
    assert "None" not in error.message
    return error
