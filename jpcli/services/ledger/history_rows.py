"""One row of a history file: what it may say, checked by itself.

Owns the two forms of a row: an object with `assignments`, or flat cells with one `site`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.errors import BadInput
from jpcli.domain.history import Assignment, History, check_history
from jpcli.domain.instants import format_instant, is_date, parse_date, parse_instant
from jpcli.domain.names import check_client_name, check_license_key, check_product_slug
from jpcli.ledger.queries.history import HISTORY_COLUMNS as STORED_COLUMNS
from jpcli.services.files.rows import whole_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from jpcli.domain.calendar import BillingCalendar
    from jpcli.services.files.rows import Row

# `state` is there in lists of licenses, and says nothing that the others do not.
HISTORY_COLUMNS = frozenset({*STORED_COLUMNS, "site", "client", "assigned_at", "state"})
HISTORY_REQUIRED = frozenset({"license_key", "product", "issued_at"})
_ASSIGNMENT_FIELDS = {"site", "client", "from", "to"}


# A file names the same products and clients again and again.
_slug = lru_cache(maxsize=1024)(check_product_slug)
_name = lru_cache(maxsize=65_536)(check_client_name)


class Placed(NamedTuple):
    """A license on a site for a while; `client` is whose site it was then."""

    site: str
    client: str | None
    from_at: int
    to_at: int | None


class HistoryRow(NamedTuple):
    """A checked row; `bundle_size` is 1 for a license alone and for a child."""

    line: int
    license_key: str
    product: str
    issued_at: int
    revoked_at: int | None
    assignments: tuple[Placed, ...]
    bundle_key: str | None
    bundle_size: int
    last_at: int

    def event_data(self, bundle_size: int) -> dict[str, Any]:
        """What the event of its import records; `bundle_size` of a child is its bundle's."""
        return {
            "product": self.product,
            "issued_at": format_instant(self.issued_at),
            "revoked_at": None if self.revoked_at is None else format_instant(self.revoked_at),
            "assignments": [
                {
                    "site": item.site,
                    "client": item.client,
                    "from": format_instant(item.from_at),
                    "to": None if item.to_at is None else format_instant(item.to_at),
                }
                for item in self.assignments
            ],
            "bundle_key": self.bundle_key,
            "bundle_size": None if bundle_size == 1 else bundle_size,
        }


def parse_row(
    row: Row, now_at: int, calendar: BillingCalendar, site_name: Callable[[str], str]
) -> HistoryRow:
    """Check one row; BadInput says what is wrong with it. Nothing may lie after `now_at`, or where
    the calendar has no month; `site_name` says what the ledger calls a site."""
    values = row.values
    key = check_license_key(str(values["license_key"]))
    product = _slug(str(values["product"]))
    issued_at = _instant(values["issued_at"], "issued_at", calendar)
    revoked = values.get("revoked_at")
    revoked_at = None if revoked is None else _end(revoked, calendar, now_at)
    state = values.get("state")
    if state is not None and (state == "revoked") != (revoked is not None):
        message = f"{key} is {state}, and revoked_at is {revoked or 'empty'}"
        raise BadInput("bad_state", message, subject=key)
    assignments = _assignments(values, issued_at, calendar, site_name)
    bundle_key = values.get("bundle_key")
    bundle_size = _bundle_size(values.get("bundle_size"), bundle_key)
    if bundle_size > 1 and assignments:
        raise BadInput("bundle_parent", f"{key} is a bundle, so it can't be on a site", subject=key)
    stays = tuple([Assignment(site, begun, ended) for site, _, begun, ended in assignments])
    last_at = check_history(History(issued_at, revoked_at, stays))
    # All others are after it and, as is checked below, not after the present.
    calendar.checked(issued_at, str(values["issued_at"]))
    if last_at > now_at:
        raise BadInput(
            "time_in_future",
            f"{format_instant(last_at)} lies in the future: a history is what has happened",
            subject=key,
        )
    return HistoryRow(
        row.line,
        key,
        product,
        issued_at,
        revoked_at,
        assignments,
        None if bundle_key is None else check_license_key(str(bundle_key)),
        bundle_size,
        last_at,
    )


def _assignments(
    values: dict[str, Any],
    issued_at: int,
    calendar: BillingCalendar,
    site_name: Callable[[str], str],
) -> tuple[Placed, ...]:
    listed = values.get("assignments")
    site = values.get("site")
    if listed is not None and site is not None:
        raise BadInput("bad_assignments", "a row has either site or assignments, not both")
    if site is not None:
        assigned = values.get("assigned_at")
        from_at = issued_at if assigned is None else _instant(assigned, "assigned_at", calendar)
        client = _client(values.get("client"))
        return (Placed(site_name(str(site)), client, from_at, None),)
    if listed is None:
        return ()
    if not isinstance(listed, list):
        raise BadInput("bad_assignments", "assignments must be a list of objects")
    return tuple([_placed(item, calendar, site_name) for item in listed])


def _placed(item: Any, calendar: BillingCalendar, site_name: Callable[[str], str]) -> Placed:
    if not isinstance(item, dict) or not item.keys() <= _ASSIGNMENT_FIELDS:
        raise BadInput(
            "bad_assignments", "an assignment is an object with site, client, from and to"
        )
    field = item.get
    site, begun, ended = field("site"), field("from"), field("to")
    if site is None or begun is None:
        raise BadInput("bad_assignments", "an assignment needs a site and from")
    return Placed(
        site_name(str(site)),
        _client(field("client")),
        _instant(begun, "from", calendar),
        None if ended is None else _instant(ended, "to", calendar),
    )


def _client(value: Any) -> str | None:
    return None if value is None else _name(str(value))


def _instant(value: Any, name: str, calendar: BillingCalendar) -> int:
    """A time in UTC or with an offset; a date alone is the start of that billing day."""
    if not isinstance(value, str):
        raise BadInput("bad_instant", f"{name} must be a time such as 2026-11-22T10:00:00Z")
    if is_date(value):
        return calendar.start_of(calendar.day_of_date(parse_date(value)))
    return parse_instant(value)


def _end(value: Any, calendar: BillingCalendar, now_at: int) -> int:
    """A date alone is the end of that billing day, which counts (D2); of the present one, now."""
    at = _instant(value, "revoked_at", calendar)
    if not is_date(value):
        return at
    end_at = calendar.end_of(calendar.day_of(at)) - 1
    return now_at if at <= now_at < end_at else end_at


def _bundle_size(value: Any, bundle_key: Any) -> int:
    """A parent's size. A child may repeat its bundle's; the parent's row is what counts."""
    if value is None or bundle_key is not None:
        return 1
    size = whole_number(value)
    if size is None or not 1 <= size <= 99_999:
        shown = str(value)[:40]
        raise BadInput("bad_bundle_size", f"bundle_size must be a whole number, not {shown}")
    return size
