"""The summary that a CI system shows on the page of a job: a file that every step adds to."""

from __future__ import annotations

from jpcli.domain.answers import Note
from jpcli.ledger.database.header import is_ledger


def append_summary(path: str, text: str) -> Note | None:
    """Add Markdown to the file that a CI job shows; where it can't be, a warning says so."""
    try:
        if is_ledger(path):
            return _no_summary(path, "it is a ledger")
        with open(path, "a", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        return _no_summary(path, error.strerror)
    return None


def _no_summary(path: str, why: str | None) -> Note:
    return Note(
        "no_summary", f"The summary could not be written to {path} ({why})", "warning", path
    )
