"""A file in the place of stdout: it is there whole, or not at all."""

from __future__ import annotations

import io
import os
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput, Failed
from jpcli.ledger.database.draft import (
    check_plain,
    draft_beside,
    file_exists,
    link_new,
    replace_plain,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.errors import Refused


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
            with open(draft, "wb") as raw:
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
            if replaces:
                replace_plain(draft, target)
            else:
                link_new(draft, target, _or_yes)
    except OSError as error:
        raise Failed(
            "output_failed",
            f"{path} could not be written ({error.strerror or error})",
            hint="Name another file.",
            subject=path,
        ) from error


def check_target(path: str, replaces: bool) -> None:
    """Refuse a file that is there (`file_exists`) before any work is done for it. A folder is
    BadInput `output_is_folder`, what else may not be replaced is refused as by `check_plain`, with
    a yes as well."""
    if os.path.isdir(path):
        raise BadInput(
            "output_is_folder", f"{path} is a folder", hint="Name a file in it.", subject=path
        )
    check_plain(path)
    if os.path.lexists(path) and not replaces:
        raise _or_yes(path)


def _or_yes(path: str) -> Refused:
    return file_exists(path, "Name another file, or say --yes to replace it.")
