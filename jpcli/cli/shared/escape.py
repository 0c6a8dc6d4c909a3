"""Make control characters visible: data must not move a cursor or turn text around."""

from __future__ import annotations

import re

from jpcli.domain.words import written_out

# C0, DEL and C1; marks that reorder or break lines; halves of surrogate pairs. As a class body.
_HIDDEN = "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
_HIDDEN_PATTERN = re.compile(f"[{_HIDDEN}]")
_SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}


def visible(text: str) -> str:
    r"""`text` with every control character written out: `\t`, `\x1b`, `\u202e`."""
    if text.isprintable():
        return text
    return _HIDDEN_PATTERN.sub(_escape, text)


def is_clean(text: str) -> bool:
    """Whether `visible` would change nothing."""
    return text.isprintable() or _HIDDEN_PATTERN.search(text) is None


def _escape(match: re.Match[str]) -> str:
    return _SHORT.get(match[0]) or written_out(match[0])
