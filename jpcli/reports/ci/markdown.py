"""Text in Markdown as CI systems show it: what came in means itself, and gives no command."""

from __future__ import annotations

import re

from jpcli.domain.site_urls import readable_in

_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+!|~&@:.$])")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def text_of(found: object) -> str:
    """Text that means itself: no markup, link, mention, table border or HTML."""
    # : and . because GitHub makes links of bare addresses, $ because it makes formulas.
    return _MARKUP.sub(r"\\\1", _one_line(str(found)))


def code_of(text: str) -> str:
    """A code span, fenced by more backticks than it holds."""
    text = _one_line(text)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    space = " " if longest else ""
    return f"{fence}{space}{text}{space}{fence}"


def _one_line(text: str) -> str:
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", readable_in(text))
