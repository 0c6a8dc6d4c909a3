"""Rows that can't be taken yet, in a file without a name: there may be as many as a file has."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING

from jpcli.services.files.rows import Row

if TYPE_CHECKING:
    from collections.abc import Iterator


class WaitingRows:
    """Put away in order, and read again once."""

    def __init__(self) -> None:
        self._file: IO[str] | None = None

    def add(self, row: Row) -> None:
        """Put a row away."""
        if self._file is None:
            from tempfile import TemporaryFile

            self._file = TemporaryFile("w+", encoding="ascii")  # noqa: SIM115
        self._file.write(json.dumps(row) + "\n")

    def __iter__(self) -> Iterator[Row]:
        if self._file is None:
            return
        with self._file as stream:
            stream.seek(0)
            for text in stream:
                yield Row(*json.loads(text))
