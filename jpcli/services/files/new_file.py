"""Files that people will edit or keep: written whole or not at all, never over somebody's work."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jpcli.ledger.database.draft import (
    draft_beside,
    folder_unwritable,
    link_new,
    replace_plain,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def write_new(path: str, text: Iterable[str]) -> None:
    """Write a file that must not be there yet (Refused `file_exists`, Failed `folder_unwritable`),
    from a text or its pieces.

    It gets its name when it is complete.
    """
    _write(path, text, link_new)


def replace_file(path: str, text: Iterable[str]) -> None:
    """Write a file in the place of one that may go; errors as `check_plain`, and Failed
    `folder_unwritable`."""
    _write(path, text, replace_plain)


def _write(path: str, text: Iterable[str], put: Callable[[str, str], None]) -> None:
    try:
        with draft_beside(path) as draft:
            with open(draft, "w", encoding="utf-8", newline="\n") as stream:
                stream.writelines((text,) if isinstance(text, str) else text)
                stream.flush()
                os.fsync(stream.fileno())
            put(draft, path)
    except OSError as error:
        raise folder_unwritable(path, error, "file", "Name another file.") from None
