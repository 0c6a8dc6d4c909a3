"""Files that are there whole or not at all: written under a name beside their own, then linked."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

from jpcli.domain.errors import Failed, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def draft_beside(path: str) -> Iterator[str]:
    """A name in the folder of `path` that nothing has, while the block lasts. What has it then is
    removed, with the files that SQLite keeps beside it."""
    folder = os.path.dirname(os.path.abspath(path))
    draft = os.path.join(folder, f".jpcli-{secrets.token_hex(8)}.tmp")
    try:
        yield draft
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            if os.path.exists(draft + suffix):
                os.unlink(draft + suffix)


def make_empty(path: str) -> None:
    """A new file for nobody but its owner. Raises FileExistsError."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def link_new(draft: str, path: str) -> None:
    """Give the draft its name, durably (Refused `file_exists`)."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise file_exists(path) from None
    sync(os.path.dirname(os.path.abspath(path)))


def sync(path: str) -> None:
    """Make a file's bytes, or the names in a folder, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_exists(path: str, hint: str = "Name another file.") -> Refused:
    """The refusal to write over a file (exit 3)."""
    message = f"There is a file at {path} already"
    return Refused("file_exists", message, hint=hint, subject=path)


def folder_unwritable(path: str, error: OSError, what: str, hint: str) -> Failed:
    """`what` can't be made at `path`, because its folder does not take it."""
    folder = os.path.dirname(os.path.abspath(path))
    message = f"No {what} can be made in {folder} ({error.strerror})"
    return Failed("folder_unwritable", message, hint=hint, subject=folder)
