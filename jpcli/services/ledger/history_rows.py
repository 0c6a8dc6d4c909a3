"""One row of a history file: what it may say, checked by itself.

Owns the two forms of a row: an object with `assignments`, or flat cells with one `site`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.errors import BadInput
from jpcli.domain.history import (
    ASSIGNED,
    BUNDLE,
    REVOKED,
    STATES,
    UNASSIGNED,
    Assignment,
    History,
    check_history,
)
from jpcli.domain.imported_life import ImportedLife
from jpcli.domain.instants import (
    DATE_LENGTH,
    format_instant,
    is_date,
    told_instant,
)
from jpcli.domain.moments import parse_moment
from jpcli.domain.names import check_client_name, check_license_key, check_product_slug
from jpcli.domain.texts import clean
from jpcli.ledger.events.chain import life_text, stay_text
from jpcli.ledger.queries.history import HISTORY_COLUMNS as STORED_COLUMNS
from jpcli.services.files.rows import is_text, whole_number
from jpcli.services.refusals import check_has_site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jpcli.domain.calendar import BillingCalendar
    from jpcli.services.files.rows import Row

# `state` is there in lists of licenses, and may say nothing that the others do not.
HISTORY_COLUMNS = frozenset({*STORED_COLUMNS, "site", "client", "assigned_at", "state"})
HISTORY_REQUIRED = frozenset({"license_key", "product", "issued_at"})
_ASSIGNMENT_FIELDS = {"site", "client", "from", "to"}


# A file names the same products and clients again and again.
_slug = lru_cache(maxsize=1024)(check_product_slug)
_name = lru_cache(maxsize=65_536)(check_client_name)


class Placed(NamedTuple):
    """A license on a site, `stay` and by its URL; `client` is whose site it was then, `text` is all
    of that as the event has it."""

    url: str
    stay: Assignment
    client: str | None
    text: str


class HistoryRow(NamedTuple):
    """A checked row; `bundle_size` is 1 for a license alone and for a child. `issued` and `revoked`
    are the instants as the event has them."""

    line: int
    license_key: str
    product: str
    history: History
    issued: str
    revoked: str | None
    placed: list[Placed]
    bundle_key: str | None
    bundle_size: int
    last_at: int

    def event_data(self, bundle_size: int) -> ImportedLife:
        """What the event of its import records; `bundle_size` of a child is its bundle's."""
        _, _, product, history, issued, revoked, placed, bundle_key, _, _ = self
        stays = ",".join([text for _, _, _, text in placed]) if placed else ""
        text = life_text(product, issued, revoked, stays, bundle_key, bundle_size)
        return ImportedLife(text, history, (product, bundle_size, bundle_key))


def parse_row(
    row: Row, now_at: int, calendar: BillingCalendar, site_name: Callable[[str], str]
) -> HistoryRow:
    """Check one row; BadInput says what is wrong with it. Nothing may lie after `now_at`, or where
    the calendar has no month; `site_name` says what the ledger calls a site."""
    values = row.values
    key = check_license_key(str(values["license_key"]))
    product = _slug(str(values["product"]))
    issued_at, issued = _instant(values["issued_at"], "issued_at", calendar)
    ended = values.get("revoked_at")
    revoked_at, revoked = (None, None) if ended is None else _end(ended, calendar, now_at)
    placed = _assignments(values, issued_at, issued, calendar, site_name)
    bundle_key = values.get("bundle_key")
    bundle_size = _bundle_size(values.get("bundle_size"), bundle_key)
    if bundle_size > 1 and placed:
        raise BadInput("bundle_parent", f"{key} is a bundle, so it can't be on a site", subject=key)
    stays = tuple([stay for _, stay, _, _ in placed]) if placed else ()
    history = History._make((issued_at, revoked_at, stays))
    last_at = check_history(history)
    _check_state(key, values.get("state"), history, bundle_size)
    # All others are after it and, as is checked below, not after the present.
    calendar.checked(issued_at, str(values["issued_at"]))
    if last_at > now_at:
        raise BadInput(
            "time_in_future",
            f"{format_instant(last_at)} lies in the future: a history is what has happened",
            subject=key,
        )
    bundle = None if bundle_key is None else check_license_key(str(bundle_key))
    life = (history, issued, revoked, placed)
    return HistoryRow._make((row.line, key, product, *life, bundle, bundle_size, last_at))


def _check_state(key: str, told: Any, history: History, bundle_size: int) -> None:
    """What a list says of a license is what the rest of its row says, or a column got lost."""
    state = str(told).lower()
    if history.revoked_at is not None:
        found = REVOKED
    elif bundle_size > 1:
        found = BUNDLE
    else:
        is_on_site = history.assignments and history.assignments[-1].to_at is None
        found = ASSIGNED if is_on_site else UNASSIGNED
    if state != found and state in (*STATES, BUNDLE):
        message = f"{key} is {state} by its state, and {found} by the rest of its row"
        raise BadInput("bad_state", message, subject=key)


def called_now(values: Mapping[str, Any], given_up: Mapping[str, str]) -> dict[str, Any]:
    """A row with clients by the names that they have now."""
    found = dict(values)
    if isinstance(found.get("client"), str):
        found["client"] = given_up.get(clean(found["client"]), found["client"])
    if isinstance(found.get("assignments"), list):
        found["assignments"] = [
            called_now(item, given_up) if isinstance(item, dict) else item
            for item in found["assignments"]
        ]
    return found


def named_places(values: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Each (site, client) that a row names, unchecked."""
    listed = values.get("assignments")
    for item in (values, *(listed if isinstance(listed, list) else ())):
        if isinstance(item, dict) and item.get("site") is not None:
            client = item.get("client")
            yield str(item["site"]), None if client is None else str(client)


def _assignments(
    values: dict[str, Any],
    issued_at: int,
    issued: str,
    calendar: BillingCalendar,
    site_name: Callable[[str], str],
) -> list[Placed]:
    listed = values.get("assignments")
    site = values.get("site")
    if listed is not None and site is not None:
        raise BadInput("bad_assignments", "a row has either site or assignments, not both")
    if site is not None:
        assigned = values.get("assigned_at")
        begun = (issued_at, issued) if assigned is None else None
        begun = begun or _instant(assigned, "assigned_at", calendar)
        return [_on_site(site_name(str(site)), values.get("client"), begun, (None, None))]
    client = values.get("client")
    check_has_site(None if client is None else str(client))
    if values.get("assigned_at") is not None:
        raise BadInput(
            "bad_assignments", "assigned_at belongs to a site, and none is in its column"
        )
    if listed is None:
        return []
    if not isinstance(listed, list):
        raise BadInput("bad_assignments", "assignments must be a list of objects")
    return [_placed(item, calendar, site_name) for item in listed]


def _placed(item: Any, calendar: BillingCalendar, site_name: Callable[[str], str]) -> Placed:
    if not isinstance(item, dict) or not _ASSIGNMENT_FIELDS.issuperset(item):
        raise BadInput(
            "bad_assignments", "an assignment is an object with site, client, from and to"
        )
    if not all(map(is_text, item.values())):
        raise BadInput(
            "bad_assignments", "site, client, from and to of an assignment must be texts"
        )
    field = item.get
    site, begun, ended = field("site"), field("from"), field("to")
    if site is None or begun is None:
        raise BadInput("bad_assignments", "an assignment needs a site and from")
    return _on_site(
        site_name(str(site)),
        field("client"),
        _instant(begun, "from", calendar),
        (None, None) if ended is None else _instant(ended, "to", calendar),
    )


def _on_site(
    url: str, client: Any, begun: tuple[int, str], ended: tuple[int, str] | tuple[None, None]
) -> Placed:
    name = None if client is None else _name(str(client))
    (from_at, begun_text), (to_at, ended_text) = begun, ended
    text = stay_text(url, name, begun_text, ended_text)
    return Placed._make((url, Assignment._make((url, from_at, to_at)), name, text))


def _instant(value: Any, name: str, calendar: BillingCalendar) -> tuple[int, str]:
    """A time in UTC or with an offset, and as an event has it; a date alone is the start of that
    billing day."""
    if not isinstance(value, str):
        raise BadInput("bad_instant", f"{name} must be a time such as 2026-11-22T10:00:00Z")
    if len(value) == DATE_LENGTH and is_date(value):
        at = parse_moment(value, calendar, 0, end_of_day=False)
        return at, format_instant(at)
    return told_instant(value)


def _end(value: Any, calendar: BillingCalendar, now_at: int) -> tuple[int, str]:
    """A date alone is the end of that billing day, which counts (D2); of the present one, now."""
    begun = _instant(value, "revoked_at", calendar)
    if len(value) != DATE_LENGTH or not is_date(value):
        return begun
    end_at = parse_moment(value, calendar, 0, end_of_day=True)
    if calendar.day_of(end_at) == calendar.day_of(now_at):
        end_at = min(end_at, now_at)
    return end_at, format_instant(end_at)


def _bundle_size(value: Any, bundle_key: Any) -> int:
    """A parent's size. A child may repeat its bundle's; the parent's row is what counts."""
    if value is None or bundle_key is not None:
        return 1
    size = whole_number(value)
    if size is None or not 1 <= size <= 99_999:
        shown = str(value)[:40]
        raise BadInput("bad_bundle_size", f"bundle_size must be a whole number, not {shown}")
    return size
