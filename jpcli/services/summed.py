"""The rows of a file that are read once, while they are used, and the hash of the request that they
are of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.ledger.events.chain import encode
from jpcli.services.canonical import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.services.desk import Desk


class Summed:
    """The same rows; at their end there is the hash of the whole request, as `request_hash` has
    it."""

    def __init__(
        self, desk: Desk, request: dict[str, Any], rows: Iterable[tuple[int, Any]]
    ) -> None:
        from hashlib import sha256

        self._rows = rows
        self._sum = sha256(encode({**request, "at": desk.at_text})[:-1].encode())
        self._sum.update(b',"rows":[')
        self._items: list[Any] = []
        self._mark = ""

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        for row in self._rows:
            self._items.append(row[1])
            if len(self._items) == AT_ONCE:
                self._add()
            yield row

    def _add(self) -> None:
        if self._items:
            self._sum.update(f"{self._mark}{encode(self._items)[1:-1]}".encode())
            self._items, self._mark = [], ","

    def hexdigest(self) -> str:
        """The hash of what was read; there is no more. To be asked for once."""
        self._add()
        self._sum.update(b"]}")
        return self._sum.hexdigest()
