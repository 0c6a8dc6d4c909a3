"""What a dry run says and shows: what would be done, in its own words, and no key that nobody will
ever see again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.answers import LongNotes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.domain.answers import Note, Notes, Remarks

# How sentences about what was done begin, and what takes the place of that.
_WOULD = {
    "Added": "Would add",
    "Closed": "Would close",
    "Copied": "Would copy",
    "Done:": "Would be done:",
    "Imported": "Would import",
    "Issued": "Would issue",
    "Restored": "Would restore",
    "Revoked": "Would revoke",
    "Took": "Would take",
}
_NOTHING = ("nothing_to_do",)
# Said beside what was done, and no more done than that.
_BESIDE = ("replaced",)


def supposing(notes: Notes) -> Notes:
    """Remarks of a change that is not kept: none of them says that something is done."""
    return (
        LongNotes(_Supposed(notes)) if isinstance(notes, LongNotes) else tuple(map(supposed, notes))
    )


class _Supposed:
    """A long row of them, each changed when it is read."""

    def __init__(self, notes: Remarks) -> None:
        self._notes = notes

    def __iter__(self) -> Iterator[Note]:
        return map(supposed, self._notes)

    def __len__(self) -> int:
        return len(self._notes)


def supposed(note: Note) -> Note:
    """`Would issue 3 licenses` of `Issued 3 licenses`; another sentence says what would be so."""
    if note.kind != "ok" and note.code not in _BESIDE:
        return note
    if note.code in _NOTHING:
        return note._replace(kind="info")
    first, space, rest = note.message.partition(" ")
    would = _WOULD.get(first)
    message = f"Would be so: {note.message}" if would is None else f"{would}{space}{rest}"
    return note._replace(kind="info", message=message)


def without_keys(rows: Iterable[tuple[Any, ...]], *, bundles: bool) -> Iterator[tuple[Any, ...]]:
    """License rows without the keys that were drawn for them, and those of their `bundles`."""
    for row in rows:
        yield (None, *row[1:8], None if bundles else row[8], *row[9:])
