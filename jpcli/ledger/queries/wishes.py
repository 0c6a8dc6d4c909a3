"""Questions about wishes to the Licensing API, their runs, and the sites that it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.events import ABOUT_LICENSES
from jpcli.ledger.events.log import is_one_of

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger

OPEN, UNKNOWN, DONE, FAILED = "open", "unknown", "done", "failed"
JETPACK = "jetpack"


class Wish(NamedTuple):
    """One call to the Licensing API. `id` is its event's number, `wished_at` an instant by our
    clock; `position` is its place in the run `(request_hash, number)`, where it has one."""

    id: int
    action: str
    product: str
    license_key: str | None
    site: str | None
    site_before: str | None
    request_hash: str | None
    number: int | None
    position: int | None
    process: str
    wished_at: int
    state: str
    request_id: str | None

    @property
    def name(self) -> str:
        """What it is called: `w57`."""
        return f"w{self.id}"


class Run(NamedTuple):
    """One command that acts license by license; `number` counts those of the same request."""

    request_hash: str
    number: int
    process: str
    begun_at: int
    finished: bool


class Connection(NamedTuple):
    """A site as Jetpack knows it; `code` is what it last said of the connection, if asked."""

    url: str
    blog_id: int
    code: str | None


_WISH = f"SELECT {', '.join(Wish._fields)} FROM wishes"
_CONNECTION = "SELECT url, blog_id, code FROM connections"


def at_jetpack(ledger: Ledger) -> bool:
    """Are this ledger's licenses those of the Licensing API? It is settled for good at its birth,
    so nothing is asked."""
    return ledger.meta.get("licensing") == JETPACK


def waiting(ledger: Ledger) -> list[Wish]:
    """Wishes without an outcome, the oldest first; some may be under way in another process."""
    rows = ledger.rows(f"{_WISH} WHERE state IN ('open', 'unknown') ORDER BY id")
    return [Wish._make(row) for row in rows]


def keys_waiting(ledger: Ledger) -> set[str]:
    """The licenses for which something was wished whose outcome is open."""
    return {one.license_key for one in waiting(ledger) if one.license_key is not None}


def keys_touched_after(ledger: Ledger, seq: int) -> set[str]:
    """The licenses for which anything was wished or done after event number `seq`."""
    rows = ledger.rows(
        "SELECT license_key FROM wishes WHERE id > :seq AND license_key IS NOT NULL"
        f" UNION SELECT subject FROM events WHERE seq > :seq AND {is_one_of(ABOUT_LICENSES)}",
        seq=seq,
    )
    return {row[0] for row in rows}


def waiting_for(ledger: Ledger, license_key: str) -> list[Wish]:
    """The same about one license."""
    return [found for found in waiting(ledger) if found.license_key == license_key]


def wish(ledger: Ledger, number: int) -> Wish | None:
    """One wish by its number, or None."""
    row = ledger.one(f"{_WISH} WHERE id = :id", id=number)
    return None if row is None else Wish._make(row)


def wishes_of(ledger: Ledger, run: Run) -> list[Wish]:
    """The wishes of a run in the order of their places; of one place the last one is made last."""
    rows = ledger.rows(
        f"{_WISH} WHERE request_hash = :request_hash AND number = :number ORDER BY position, id",
        request_hash=run.request_hash,
        number=run.number,
    )
    return [Wish._make(row) for row in rows]


def runs(ledger: Ledger, request_hash: str) -> list[Run]:
    """All runs of the same request, the first one first."""
    rows = ledger.rows(
        "SELECT request_hash, number, process, begun_at, finished FROM runs"
        " WHERE request_hash = :request_hash ORDER BY number",
        request_hash=request_hash,
    )
    return [Run._make((*row[:4], bool(row[4]))) for row in rows]


def connection_of(ledger: Ledger, url: str) -> Connection | None:
    """What is known of a site's connection, by its address as it is kept."""
    row = ledger.one(f"{_CONNECTION} WHERE url = :url", url=url)
    return None if row is None else Connection._make(row)


def connections_by_blog(ledger: Ledger, blog_id: int) -> list[Connection]:
    """The sites that have been seen under a number of Jetpack's; it should be one."""
    rows = ledger.rows(f"{_CONNECTION} WHERE blog_id = :blog_id ORDER BY url", blog_id=blog_id)
    return [Connection._make(row) for row in rows]
