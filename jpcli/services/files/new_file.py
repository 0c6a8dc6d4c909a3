"""Files that people will edit or keep: written whole or not at all, never over somebody's work."""

from __future__ import annotations

import os
import secrets

from jpcli.domain.errors import Failed, Refused


def write_new(path: str, text: str) -> None:
    """Write a file that must not be there yet (Refused `file_exists`, Failed `folder_unwritable`).

    It gets its name when it is complete.
    """
    _write(path, text, os.link)


def replace_file(path: str, text: str) -> None:
    """Write a file in the place of one that may go (Failed `folder_unwritable`)."""
    _write(path, text, os.replace)


def _write(path: str, text: str, put: object) -> None:
    assert callable(put)
    folder = os.path.dirname(os.path.abspath(path))
    draft = os.path.join(folder, f".jpcli-{secrets.token_hex(8)}.tmp")
    try:
        with open(draft, "x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        put(draft, path)
    except FileExistsError:
        raise already_there(path) from None
    except OSError as error:
        raise Failed(
            "folder_unwritable",
            f"No file can be made in {folder} ({error.strerror})",
            hint="Name another file.",
            subject=folder,
        ) from None
    finally:
        if os.path.exists(draft):
            os.unlink(draft)


def already_there(path: str) -> Refused:
    """The refusal to write over a file (exit 3)."""
    return Refused(
        "file_exists",
        f"There is a file at {path} already",
        hint="Name another file.",
        subject=path,
    )
