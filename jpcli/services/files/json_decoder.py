"""Decodes JSON as it comes from strangers, value by value.

Owns what JSON allows and no file that is read here may have.
"""

from __future__ import annotations

import json
from typing import Any

from jpcli.domain.limits import MAX_DEPTH, MAX_DIGITS
from jpcli.domain.words import shortened
from jpcli.services.files.sizes import is_deeper


class Decoder:
    """Decodes one value at a time and remembers what JSON allows but no file may have."""

    def __init__(self) -> None:
        self.flaws: list[tuple[str, str]] = []
        self._decode = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_float=str,
            parse_int=self._whole,
            parse_constant=self._constant,
        ).raw_decode

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        values = dict(pairs)
        if len(values) != len(pairs):
            for name, _ in pairs:  # each stays where it is met first
                if name not in values:
                    self.flaws.append(("duplicate_key", f"{shortened(name)!r} stands there twice"))
                    break
                del values[name]
            return {}
        return values

    def _whole(self, text: str) -> int:
        if len(text) <= MAX_DIGITS:
            return int(text)
        self.flaws.append(("bad_number", f"a number of more than {MAX_DIGITS:,} figures"))
        return 0

    def _constant(self, name: str) -> None:
        self.flaws.append(("bad_number", f"{name} is not a number that JSON knows"))

    def decode(self, text: str, start: int = 0) -> tuple[Any, int]:
        """The value at `start` and where it ends. Raises ValueError or RecursionError."""
        if self.flaws:
            self.flaws.clear()
        return self._decode(text, start)

    def flaw(self, value: Any, text: str) -> tuple[str, str] | None:
        """(code, message) of what no file may have in `value`, which was decoded from `text`."""
        if self.flaws:
            return self.flaws[0]
        if is_deeper(text, MAX_DEPTH):
            return "too_deep", f"more than {MAX_DEPTH} arrays or objects inside"
        if "\\u" in text and _has_half_character(value):
            return "bad_text", "a \\u escape is half of a character"
        return None


def _has_half_character(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False
