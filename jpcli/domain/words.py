"""What people read and write, in English whatever the locale: months, days, how many, what was
meant, and characters that must not act."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def month_name(period: str) -> str:
    """`November 2026` of `2026-11`."""
    return f"{MONTHS[int(period[5:7]) - 1]} {period[:4]}"


def month_of(period: str) -> str:
    """`November` of `2026-11`."""
    return MONTHS[int(period[5:7]) - 1]


def long_day(iso: str) -> str:
    """`November 2, 2026` of `2026-11-02`."""
    return f"{MONTHS[int(iso[5:7]) - 1]} {int(iso[8:10])}, {iso[:4]}"


def short_day(iso: str) -> str:
    """`Nov 2` of `2026-11-02`."""
    return f"{MONTHS[int(iso[5:7]) - 1][:3]} {int(iso[8:10])}"


def count(number: int, one: str, several: str = "") -> str:
    """`1 license`, `2,000 licenses`; `several` where it is not `one` with an s."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def and_more(number: int) -> str:
    """` (and 2 more)`; nothing for 0."""
    return f" (and {number} more)" if number else ""


def from_to(months: Sequence[str]) -> str:
    """`2026-10`, or `2026-08 to 2026-10`."""
    return months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"


def closest(name: str, known: Iterable[str], likeness: float) -> str | None:
    """The known name that is most like another; None where none is as like as that (0 to 1)."""
    if len(name) > 200:
        return None
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, list(known), 1, likeness)), None)


def path_text(path: Iterable[str | int]) -> str:
    """`licenses[2].at_most`, counted from 1 as people do."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            name = shortened(part)
            text += f".{name}" if text else name
    return text


def shortened(name: str) -> str:
    """A name for a message, where somebody may have made a page of it."""
    return name if len(name) <= 300 else name[:300] + "…"


def quoted(text: str) -> str:
    """Text as one word for a shell: every name in a command of a hint goes through here."""
    from shlex import quote

    return quote(text)


def command_line(command: str, *names: str, rest: str = "") -> str:
    """A command line about what is named so, with options in `rest`. A name that begins with a dash
    is none: it stands behind all options and a `--`."""
    words = " ".join(map(quoted, names))
    if any(name.startswith("-") for name in names):
        return " ".join(filter(None, (command, rest, "--", words)))
    return " ".join(filter(None, (command, words, rest)))


def as_file(name: str) -> str:
    """The name of a file for a command that reads it: there `-` is standard input."""
    return "./-" if name == "-" else name


def is_text(given: str) -> bool:
    """Whether it can be written in UTF-8, as what came as other bytes can't."""
    if given.isascii():
        return True
    try:
        given.encode()
    except UnicodeEncodeError:
        return False
    return True


def one_line(text: str) -> str:
    """For a comment in a file: what can't be printed is a question mark."""
    return "".join(character if character.isprintable() else "?" for character in text)


def written_out(character: str) -> str:
    r"""`\x1b`, `\u202e`: a character that is to be seen and not obeyed."""
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
