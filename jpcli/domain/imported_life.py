"""A whole life on its way into the ledger: as it is written, and as it is meant.

What a history file tells is read once. Its event's text and its meaning are both at hand then, and
neither is made from the other again; whoever reads the event later makes the meaning of the text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jpcli.domain.history import History


class ImportedLife(Mapping[str, Any]):
    """The data of an import's event. `text` is that as canonical JSON, `history` has sites by URL,
    `terms` are product, bundle size (1 for a license alone) and the bundle's key."""

    __slots__ = ("history", "terms", "text")

    def __init__(self, text: str, history: History, terms: tuple[str, int, str | None]) -> None:
        self.text = text
        self.history = history
        self.terms = terms

    def __getitem__(self, name: str) -> Any:
        return json.loads(self.text)[name]

    def __iter__(self) -> Iterator[str]:
        return iter(json.loads(self.text))

    def __len__(self) -> int:
        return len(json.loads(self.text))
