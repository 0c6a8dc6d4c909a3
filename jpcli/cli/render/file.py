"""A file in the place of stdout: it is there whole, or not at all."""

from __future__ import annotations

import io
import os
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput, Failed
from jpcli.ledger.database.draft import draft_beside, file_exists

if TYPE_CHECKING:
    from collections.abc import Iterator

_OR_YES = "Name another file, or say --yes to replace it."


@contextmanager
def writing_to(path: str, replaces: bool) -> Iterator[None]:
    """Let what is written to stdout in the block become the file at `path` when the block ends.

    It is written beside its name and then put there. Raises Refused `file_exists` where something
    is there and may not be replaced, Failed `output_failed` where it can't be written.
    """
    check_target(path, replaces)
    target = os.path.realpath(path)
    try:
        with draft_beside(target) as draft:
            with open(draft, "xb") as raw:
                # As an answer in a pipe: UTF-8, and nothing is an error.
                text = io.TextIOWrapper(
                    raw,
                    encoding="utf-8",
                    errors="backslashreplace",
                    newline="\n",
                    write_through=True,
                )
                with redirect_stdout(text):
                    yield
                text.flush()
                os.fsync(raw.fileno())
                text.detach()
            _put(draft, target, path, replaces)
    except OSError as error:
        raise Failed(
            "output_failed",
            f"{path} could not be written ({error.strerror or error})",
            hint="Name another file.",
            subject=path,
        ) from error


def check_target(path: str, replaces: bool) -> None:
    """Refuse a file that is there (`file_exists`) before any work is done for it; a folder is
    BadInput `output_is_folder`."""
    if os.path.isdir(path):
        raise BadInput(
            "output_is_folder", f"{path} is a folder", hint="Name a file in it.", subject=path
        )
    if os.path.lexists(path) and not replaces:
        raise file_exists(path, _OR_YES)


def _put(draft: str, target: str, path: str, replaces: bool) -> None:
    if replaces:
        os.replace(draft, target)
        return
    try:
        os.link(draft, target)
    except FileExistsError:
        raise file_exists(path, _OR_YES) from None
    except OSError:  # a file system without links
        if os.path.lexists(target):
            raise file_exists(path, _OR_YES) from None
        os.replace(draft, target)
