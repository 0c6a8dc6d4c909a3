"""What everything above asks a ledger with, on whatever engine it is.

Owns the door. Everything above asks with `:name` parameters (`?` in what is written) and gets
tuples of integers, texts and bytes; nobody else holds a connection. What differs between engines is
in their own modules, of which each has a ledger of this kind.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from jpcli.domain.calendar import BillingCalendar
from jpcli.domain.errors import Failed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from jpcli.domain.errors import Problem

    # Asks questions of a ledger, and changes nothing: it is called again in earnest.
    Ask = Callable[[], object]
    # What is looked at, and what is wrong with it.
    Look = tuple[str, Callable[[], Iterable[Problem]]]

Result = TypeVar("Result")
Item = TypeVar("Item")

# Facts that another process may change between the opening of a ledger and a transaction on it.
_SETTABLE = frozenset(
    {"name", "address", "tax_id", "payment_note", "bill_from", "payment_terms_days", "collect"}
)
# The number and hash of the last event, and the latest instant at which anything took effect.
HEAD = "SELECT seq, hash, latest_at FROM chain WHERE id = 1"
# Facts: the rules of the time zone, and which seconds had another offset nevertheless.
ZONE_DATA, ZONE_EXCEPTIONS = "zone_data", "zone_exceptions"


class Cursor(Protocol):
    """Rows of a query, one by one."""

    def fetchone(self) -> Any:
        """The next row, None after the last."""


class Reader(Protocol):
    """Who reads rows of integers, texts and bytes."""

    def execute(self, sql: str, params: tuple[Any, ...] = ..., /) -> Cursor:
        """The rows of a query, whose errors are the engine's."""


class Scratch(Protocol):
    """Rows of integers that lie beside a ledger, never in it, for as long as it is open."""

    @property
    def name(self) -> str:
        """What stands for them in a query, in the place of a table."""

    def insert(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Put rows in."""

    def remove(self, key: int) -> None:
        """Take out the rows whose first column is this."""


class Ledger(ABC):
    """One open ledger. `path` is for messages; `currency`, `zone` and `name` never change."""

    def __init__(self, path: str, meta: Mapping[str, str]) -> None:
        self.path = path
        # Without those that may change: they are asked for (`fact`) where they are used.
        self.meta = {key: value for key, value in meta.items() if key not in _SETTABLE}
        self.currency = self.meta["currency"]
        self.zone = self.meta["time_zone"]
        self.name = meta["name"]
        self.calendar = calendar_by(meta)

    @property
    def lacks_rules(self) -> bool:
        """Whether its days still go by this machine's rules of its time zone."""
        return self.calendar.rules is not None and ZONE_DATA not in self.meta

    def learn(self, facts: Mapping[str, str]) -> None:
        """Go by these facts as well from now on: the rules of the time zone."""
        self.meta = {**self.meta, **facts}
        self.calendar = calendar_by(self.meta)

    @abstractmethod
    def rows(self, sql: str, **params: Any) -> Iterator[tuple[Any, ...]]:
        """Stream the rows of a query; memory stays flat however many there are."""

    @abstractmethod
    def all(self, sql: str, **params: Any) -> list[tuple[Any, ...]]:
        """All rows of a query that is known to be short."""

    @abstractmethod
    def one(self, sql: str, **params: Any) -> tuple[Any, ...] | None:
        """The first row, or None."""

    def value(self, sql: str, **params: Any) -> Any:
        """The first cell of the first row, or None."""
        row = self.one(sql, **params)
        return None if row is None else row[0]

    def fact(self, key: str) -> str | None:
        """One of the ledger's fixed facts as it is stored now; some are learnt after its birth."""
        found: str | None = self.value("SELECT value FROM meta WHERE key = :key", key=key)
        return found

    @abstractmethod
    def execute(self, sql: str, params: Mapping[str, Any] | tuple[Any, ...] = ()) -> None:
        """Run one statement that returns nothing, inside the caller's transaction."""

    @abstractmethod
    def execute_many(self, sql: str, params: Iterable[tuple[Any, ...]]) -> None:
        """Run one statement for many rows (positional parameters: twice as fast as named)."""

    @abstractmethod
    def transaction(
        self, *, keep: bool = True, asks: Iterable[Ask] = ()
    ) -> AbstractContextManager[None]:
        """The one write transaction that there is at a time: kept at its end, rolled back on any
        error, or at the end unless `keep`. Whoever waits for it sees all that was kept before.
        `asks` are foreseen, as by `ahead`."""

    def ahead(self, asks: Iterable[Ask]) -> None:  # noqa: B027
        """What is going to be called in this transaction, for answers that are short. Where each
        question is a way there and back, the first of each goes out with what is asked next."""

    def each(self, items: Iterable[Item], asks: Callable[[Item], Iterable[Ask]]) -> Iterable[Item]:
        """The items in order. Before they come, all that `asks` gives for some hundreds of them is
        asked together, where that is worth it."""
        del asks
        return items

    def promise(self, seq: int, link: bytes) -> None:  # noqa: B027
        """The last event of the open transaction, and its hash: by these it is known whether it was
        kept, where no answer comes. An engine that always answers need not remember them."""

    def repeating(self, run: Callable[[], Result]) -> Result:
        """Run one transaction, and again from its start where it is certain that nothing of it was
        kept and the engine may do better next time."""
        return run()

    @abstractmethod
    def close(self) -> None:
        """Give it back."""

    @abstractmethod
    def scratch(self, columns: str, *, key: bool = False) -> Scratch:
        """An empty scratch with these columns; with `key` no two rows have the same first one, and
        those that would are left out."""

    @abstractmethod
    def containing(self, column: str, table: str, text: str, fold: Callable[[Any], Any]) -> str:
        """A condition that may have a parameter `:search`, which is `text`: that is a part of what
        `fold` makes of a column of a table."""

    @abstractmethod
    def has_table(self, name: str) -> bool:
        """Is there a table of ours of this name? Ledgers of an older schema lack some."""

    def late_indexes(self) -> dict[str, str]:
        """Indexes that are better made when very many rows are there, and the statements for it."""
        return {}

    @abstractmethod
    def copy_into(self, path: str) -> None:
        """Write all of it, as it stands at one moment, into an empty file, durably."""

    @property
    @abstractmethod
    def reader(self) -> Reader:
        """The rows as they are, for the search for damage."""

    @abstractmethod
    def looks(self, foreign: list[str]) -> Iterator[Look]:
        """What the engine itself can be asked about damage; `foreign` gets the names of tables and
        views of others."""


def calendar_by(meta: Mapping[str, str]) -> BillingCalendar:
    """The billing days of a ledger with these facts. One made before ledgers had the rules of their
    zone goes by this machine's until something is written to it."""
    skipped = meta["skipped_dates"]
    ordinals = tuple(int(part) for part in skipped.split(",")) if skipped else ()
    text = meta.get(ZONE_DATA)
    if text is None:
        return BillingCalendar(meta["time_zone"], ordinals)
    from jpcli.ledger.database.zone_data import exceptions_of, rules_of

    exceptions = exceptions_of(meta.get(ZONE_EXCEPTIONS))
    return BillingCalendar(meta["time_zone"], ordinals, rules_of(text), exceptions)


class LedgerOlder(Failed):
    """The ledger has an older schema; `migration` brings it to the newest."""


def ledger_older(path: str, version: int, newest: int) -> LedgerOlder:
    """The error that a ledger at `path` is of an older schema than this jpcli works with."""
    return LedgerOlder(
        "ledger_older",
        f"This ledger has schema {version}, this jpcli works with {newest}: {path}",
        hint="Bring it up to date:   jpcli status",
        subject=path,
    )
