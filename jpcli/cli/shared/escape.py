"""Make visible what would act: data must not move a cursor, turn text around, or give a command to
the CI system whose log it is written to."""

from __future__ import annotations

import re

from jpcli.domain.words import written_out

# C0, DEL and C1; marks that reorder or break lines; halves of surrogate pairs. As a class body.
_HIDDEN = "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
# A text, as the next one: what is printed seldom needs it, and compiling costs every start.
_HIDDEN_PATTERN = f"[{_HIDDEN}]"
# What GitHub's and Azure's runners take for a command: `::error::` where a line begins, whatever
# blanks are before it, and `##[error]`, `##vso[…]` anywhere. Lines are broken at blanks only.
_ANYWHERE = r"#(?=#(?:vso)?\[)"
_COMMAND = rf"(?<!\S):(?=:)|{_ANYWHERE}"
_SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}


def visible(text: str) -> str:
    r"""`text` with what would act written out: `\t`, `\x1b`, `\u202e`, and `\x3a:error::`."""
    text = printable(text)
    if "::" in text or "##" in text:
        return re.sub(_COMMAND, _escape, text)
    return text


def printable(text: str) -> str:
    """The same with nothing but control characters written out."""
    if text.isprintable():
        return text
    return re.sub(_HIDDEN_PATTERN, _escape, text)


def unmarked(text: str) -> str:
    r"""`text` with what is a command anywhere on a line written out: `\x23#[error]`."""
    return re.sub(_ANYWHERE, _escape, text)


def reversible(text: str) -> str:
    r"""`text` with the backslash of what looks as if it was written out for a CI system written out
    itself, so that reading undoes nothing else: `\x3a` as `\x5cx3a`."""
    return re.sub(r"\\(?=x(?:3a|23|5c))", r"\\x5c", text) if "\\x" in text else text


def is_clean(text: str) -> bool:
    """Whether `visible` would change nothing, in the whole text and in its parts."""
    if "::" in text or "##" in text:
        return False
    return text.isprintable() or re.search(_HIDDEN_PATTERN, text) is None


def _escape(match: re.Match[str]) -> str:
    return _SHORT.get(match[0]) or written_out(match[0])
