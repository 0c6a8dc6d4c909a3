"""Questions that go to a server together, and their answers until somebody asks them.

Owns which answers of a transaction still hold: one is forgotten as soon as anything is written to a
table that the question names. Nobody else writes meanwhile: a change holds the head of the chain,
and a reader sees one moment.
"""

from __future__ import annotations

import re
from collections import deque
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from jpcli.ledger.database.server_batches import FEW, answers, asked_at_once
from jpcli.ledger.database.server_schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jpcli.ledger.database.connection import Ask
    from jpcli.ledger.database.server_link import Statement

    Rows = list[tuple[Any, ...]]
    _Key = tuple[str, tuple[Any, ...]]

Item = TypeVar("Item")

# The questions about so many items of a bulk change are asked together.
_FEW_ITEMS, _MOST_ITEMS = 16, 1024
# More answers than these are not kept from one batch of a bulk change to the next.
MOST_KEPT = 50_000
_WORD = re.compile(r"\w+")
_ALL = frozenset(TABLES)


@lru_cache(1024)
def tables_in(text: str) -> frozenset[str]:
    """The tables that a statement is about: all of them where it names none."""
    return _ALL.intersection(_WORD.findall(text)) or _ALL


class _Noted(BaseException):
    """Ends what only foresees a question; nobody on the way may take it for an error."""


class Foreseen:
    """The questions that are noted and not yet sent, and the answers to those that were."""

    def __init__(self) -> None:
        self._noting = False
        # By the tables that they are about, then by text and parameters.
        self._answers: dict[frozenset[str], dict[_Key, Rows]] = {}
        self._noted: dict[_Key, Statement] = {}
        self.times_forgot = 0

    def foresee(self, ask: Ask) -> bool:
        """Call what asks questions up to the first whose answer is not known, which is noted; False
        where it knows all of them. Its errors are left to whoever asks in earnest."""
        before, self._noting = self._noting, True
        try:
            ask()
        except _Noted:
            return True
        except Exception:  # noqa: BLE001
            return False
        finally:
            self._noting = before
        return False

    def note(self, question: Statement, sent: Statement) -> None:
        """Note a question that goes out as another one with the same answer."""
        self._noted[_key(question)] = sent

    def answer(self, question: Statement) -> Rows | None:
        """The rows of a question that was foreseen, None where it was not."""
        if not (self._answers or self._noting):
            return None
        key = _key(question)
        found = self._answers.get(tables_in(key[0]), {}).get(key)
        if found is None and self._noting:
            self._noted[key] = question
            raise _Noted
        return found

    def take_noted(self) -> list[tuple[Statement, list[_Key]]]:
        """The statements that ask all that was noted, to be sent now, and what each asks."""
        noted, self._noted = self._noted, {}
        alike: dict[str, list[_Key]] = {}
        for key in noted:
            alike.setdefault(key[0], []).append(key)
        taken: list[tuple[Statement, list[_Key]]] = []
        for text, keys in alike.items():
            many = len(keys) >= FEW
            once = asked_at_once(text, [values for _, values in keys]) if many else None
            taken += [(once, keys)] if once else [(noted[key], [key]) for key in keys]
        return taken

    def keep(self, keys: list[_Key], rows: Rows) -> None:
        """What was answered to what was sent together."""
        known = self._answers.setdefault(tables_in(keys[0][0]), {})
        found = [rows] if len(keys) == 1 else answers(rows, len(keys))
        known.update(zip(keys, found, strict=True))

    def written(self, text: str) -> None:
        """Forget what a statement that writes may have changed."""
        if self._answers:
            changed = tables_in(text)
            for tables in [tables for tables in self._answers if tables & changed]:
                del self._answers[tables]
                self.times_forgot += 1

    def clear(self) -> None:
        """Forget everything: it is another moment."""
        self._answers.clear()
        self._noted.clear()
        self.times_forgot += 1

    def each(
        self,
        items: Iterable[Item],
        asks: Callable[[Item], Iterable[Ask]],
        send: Callable[[], Any],
        *,
        lasting: bool,
    ) -> Iterator[Item]:
        """The items in order. Before some of them come, `send` gets answers for all that `asks`
        gives for them: few at first, and more as long as what was answered still holds. Without
        `lasting` each batch is asked anew."""
        coming, read = iter(items), deque[Item]()
        ready, several, forgot = 0, _FEW_ITEMS, 0
        forgets = not (lasting or self._noting)  # what is foreseen within others forgets nothing
        try:
            while True:
                if ready and forgot != self.times_forgot:
                    ready, several = 0, _FEW_ITEMS
                if not ready:
                    if forgets:
                        self.clear()
                    read.extend(islice(coming, max(0, several - len(read))))
                    if not read:
                        return
                    ready = min(several, len(read))
                    self._together([a for item in islice(read, ready) for a in asks(item)], send)
                    several, forgot = min(4 * several, _MOST_ITEMS), self.times_forgot
                ready -= 1
                yield read.popleft()
        finally:
            if forgets:
                self.clear()

    def _together(self, asks: list[Ask], send: Callable[[], Any]) -> None:
        """Ask until all of them know their answers, each time what they need next."""
        if sum(map(len, self._answers.values())) > MOST_KEPT:
            self._answers.clear()
        while asks := [ask for ask in asks if self.foresee(ask)]:
            if self._noting:
                raise _Noted  # they go out with what whoever foresees this has noted
            assert self._noted, "who can't go on has asked something"
            send()


def _key(question: Statement) -> _Key:
    text, params = question
    values = params.values() if isinstance(params, dict) else params
    return text, tuple(tuple(v) if isinstance(v, list) else v for v in values)
