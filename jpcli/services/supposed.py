"""What a dry run says and shows: what would be done, in its own words, and no key that nobody will
ever see again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.answers import LongNotes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.domain.answers import Note, Notes, Remarks

# How sentences about what was done begin, and what takes the place of that.
WOULD = {
    "Added": "Would add",
    "Applied": "Would apply",
    "Archived": "Would archive",
    "Assigned": "Would assign",
    "Closed": "Would close",
    "Copied": "Would copy",
    "Finished": "Would finish",
    "Imported": "Would import",
    "Issued": "Would issue",
    "Made": "Would make",
    "Marked": "Would mark",
    "Merged": "Would merge",
    "Moved": "Would move",
    "Put": "Would put",
    "Removed": "Would remove",
    "Reopened": "Would reopen",
    "Renamed": "Would rename",
    "Restored": "Would restore",
    "Revoked": "Would revoke",
    "Set": "Would set",
    "Took": "Would take",
    "Transferred": "Would transfer",
    "Unassigned": "Would unassign",
    "Undid": "Would undo",
    "Voided": "Would void",
}
_NOTHING = ("nothing_to_do",)
# Said beside what was done, and no more done than that.
_BESIDE = ("promoted", "replaced")
# What is said of sites as they are afterwards; an address has no blank in it.
_AFTERWARDS = {
    "double_product": (" has ", " would have "),
    "double_family": (" has ", " would have "),
    "similar_site": (" are ", " would be "),
    "similar_client": (" is a new client", " would be a new client"),
}


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
    """`Would issue 3 licenses` of `Issued 3 licenses`."""
    if note.code in _AFTERWARDS:
        return note._replace(message=note.message.replace(*_AFTERWARDS[note.code], 1))
    if note.kind != "ok" and note.code not in _BESIDE:
        return note
    if note.code in _NOTHING:
        return note._replace(kind="info")
    first, space, rest = note.message.partition(" ")
    return note._replace(kind="info", message=f"{WOULD.get(first, first)}{space}{rest}")


def without_keys(rows: Iterable[tuple[Any, ...]], *, bundles: bool) -> Iterator[tuple[Any, ...]]:
    """License rows without the keys that were drawn for them, and those of their `bundles`."""
    for row in rows:
        yield (None, *row[1:8], None if bundles else row[8], *row[9:])
