"""Reading licenses: lists, one license's whole life, counts, and their days in a month."""

from __future__ import annotations

from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, cast

from jpcli.domain.answers import Answer, Rows
from jpcli.domain.calendar import OPEN_DAY
from jpcli.domain.errors import BadInput, not_among
from jpcli.domain.periods import month_of, month_period, parse_month
from jpcli.ledger.queries import licenses as queries
from jpcli.ledger.queries.licenses import LicenseFilter
from jpcli.ledger.queries.timeline import count_timeline, span_rows, timeline_rows
from jpcli.services.billing.books import (
    elsewhere_note,
    first_day_billed,
    is_settled_elsewhere,
)
from jpcli.services.shapes import license_objects, license_tuples

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.domain.contract.licenses import (
        CountGroup,
        LicenseCountAnswer,
        LicenseListAnswer,
        ShownLicense,
        ShownLicensesAnswer,
        SpanObject,
        TimelineAnswer,
    )
    from jpcli.services.desk import Desk

COUNT_GROUPS = ("product", "site", "client")
TIMELINE_COLUMNS = (*queries.LICENSE_COLUMNS, "days", "spans")
SORTS = tuple(queries.SORTS)


def build_filter(
    desk: Desk,
    *,
    state: str | None = None,
    product: str | None = None,
    site: str | None = None,
    client: str | None = None,
    bundle: str | None = None,
    no_bundle: bool = False,
    older_than: int | None = None,
    newer_than: int | None = None,
    search: str | None = None,
    sort: str | None = None,
    reverse: bool = False,
) -> LicenseFilter:
    """A filter as the command line tells it; ages are in billing days before today.

    `older_than` 7 is what was issued more than 7 days ago, `newer_than` 7 the rest of them. An
    empty `site` or `client` is the licenses without one; `bundle` is one bundle and what is in it,
    by a key, or all of a size, and `no_bundle` leaves out all of them. Raises BadInput for what is
    no state, sort or age, and `unknown_product`, `unknown_site`, `unknown_client` for names that
    there are not, and as `known_bundle`.
    """
    if state is not None and state not in queries.STATE_FILTERS:
        raise not_among("state", state, queries.STATE_FILTERS)
    if sort is not None and sort not in queries.SORTS:
        raise not_among("sort", sort, queries.SORTS)
    for days in (older_than, newer_than):
        if days is not None and not 0 <= days <= 100_000:
            raise BadInput("bad_age", f"An age is 0 to 100,000 days, not {days}")
    if product or site or client:
        product, site = _known(desk, product, site, client)
    bundle_id, bundle_size = (None, None) if bundle is None else _bundle(desk, bundle)
    calendar, today = desk.ledger.calendar, desk.today
    return LicenseFilter(
        state=state,
        product=product,
        site=site,
        client=client,
        bundle_id=bundle_id,
        bundle_size=bundle_size,
        no_bundle=no_bundle,
        issued_before_at=None if older_than is None else calendar.start_of(today - older_than),
        issued_from_at=None if newer_than is None else calendar.start_of(today - newer_than),
        search=search or None,
        sort=sort or "recorded",
        reverse=reverse,
    )


def _known(
    desk: Desk, product: str | None, site: str | None, client: str | None
) -> tuple[str | None, str | None]:
    """The product and the site as the ledger has them; loaded where something is named."""
    from jpcli.services.meant import check_client_known, known_product
    from jpcli.services.sites.known import known_site

    if client:
        check_client_known(desk.ledger, client)
    return (
        known_product(desk.ledger, product) if product else product,
        known_site(desk.ledger, site).url if site else site,
    )


def _bundle(desk: Desk, text: str) -> tuple[int | None, int | None]:
    from jpcli.services.meant import known_bundle

    return known_bundle(desk.ledger, text)


def list_licenses(
    desk: Desk, wanted: LicenseFilter, limit: int | None = None
) -> Answer[LicenseListAnswer]:
    """Licenses as the filter wants them, at most `limit` (None or 0: all); streams."""
    rows = license_tuples(queries.list_rows(desk.ledger, wanted, limit or 0))
    total = queries.count_rows(desk.ledger, wanted)
    first_day = first_day_billed(desk.ledger)
    books = desk.ledger.calendar.iso(first_day) if first_day else None
    return Answer(
        {"licenses": Rows(queries.LICENSE_COLUMNS, rows), "total": total, "books_begin": books}
    )


def show(desk: Desk, keys: list[str]) -> Answer[ShownLicensesAnswer]:
    """Licenses with every event of their lives and their billed days."""
    from jpcli.services.log import history_objects
    from jpcli.services.meant import known_license

    keys = [known_license(desk.ledger, key).license_key for key in keys]
    licenses = license_objects(queries.rows_of(desk.ledger, list(dict.fromkeys(keys))))
    shown = cast("list[ShownLicense]", licenses)
    for item in shown:
        facts = known_license(desk.ledger, str(item["license_key"]))
        item["history"] = history_objects(desk, facts.license_key)
        of_spans = span_rows(desk.ledger, facts.id)
        item["spans"] = _spans(desk, of_spans, first_day_billed(desk.ledger))
        if facts.is_bundle:
            children = queries.active_children(desk.ledger, facts.id)
            item["children"] = [child.license_key for child in children]
            rows = queries.rows_of(desk.ledger, item["children"])
            item["child_licenses"] = license_objects(rows)
    return Answer({"licenses": shown})


def count(desk: Desk, wanted: LicenseFilter, by: str | None = None) -> Answer[LicenseCountAnswer]:
    """How many usable licenses there are, in which state; a bundle counts as its children."""
    if by is not None and by not in COUNT_GROUPS:
        raise not_among("by", by, COUNT_GROUPS)
    found: list[CountGroup] = []
    for group, assigned, unassigned, revoked in queries.count_by_state(desk.ledger, wanted, by):
        row = cast("CountGroup", {} if by is None else {by: group})
        row |= {
            "total": assigned + unassigned,
            "assigned": assigned,
            "unassigned": unassigned,
            "revoked": revoked,
        }
        found.append(row)
    data: LicenseCountAnswer = {
        "total": sum(row["total"] for row in found),
        "assigned": sum(row["assigned"] for row in found),
        "unassigned": sum(row["unassigned"] for row in found),
        "revoked": sum(row["revoked"] for row in found),
    }
    if by is not None:
        data["by"] = by
        data["groups"] = found
    return Answer(data)


def timeline(
    desk: Desk, wanted: LicenseFilter, month: str | None = None, limit: int | None = None
) -> Answer[TimelineAnswer]:
    """Each license's days of a month as spans with their sites; licenses without a day are left
    out, as are bundle parents, whose children run; at most `limit` (None or 0: all); streams."""
    calendar = desk.ledger.calendar
    label = month or month_of(calendar, desk.today)
    period = month_period(calendar, *parse_month(label))
    window = (period.first_day, period.last_day)
    rows = _timeline(desk, timeline_rows(desk.ledger, wanted, *window), *window)
    data: TimelineAnswer = {
        "period": period.label,
        "first_day": calendar.iso(period.first_day),
        "last_day": calendar.iso(period.last_day),
        "today": calendar.iso(desk.today),
        "settled_elsewhere": is_settled_elsewhere(desk.ledger, label),
        "licenses": Rows(TIMELINE_COLUMNS, islice(rows, limit or None)),
        "total": count_timeline(desk.ledger, wanted, *window),
    }
    return Answer(data, elsewhere_note(desk, label))


def _timeline(
    desk: Desk, rows: Iterable[tuple[Any, ...]], first_day: int, last_day: int
) -> Iterator[tuple[Any, ...]]:
    """A row a license from a row a span."""
    width, first_billed = len(queries.LICENSE_COLUMNS), first_day_billed(desk.ledger)
    for _, group in groupby(rows, itemgetter(0)):
        of_license = list(group)
        of_spans = [row[width:] for row in of_license]
        spans = _spans(desk, of_spans, first_billed, first_day, last_day)
        days = sum(span["days"] or 0 for span in spans)
        (found,) = license_tuples([of_license[0][:width]])
        yield (*found, days, spans)


def _spans(
    desk: Desk,
    rows: Iterable[tuple[int, int, str | None]],
    first_billed: int,
    first_day: int = 0,
    last_day: int = OPEN_DAY,
) -> list[SpanObject]:
    """Billed days of a license cut to a window; an open end is None, and so is its count."""
    iso = desk.ledger.calendar.iso
    spans: list[SpanObject] = []
    for begins, ends, site in rows:
        low, high = max(begins, first_day), min(ends, last_day)
        is_open = high == OPEN_DAY
        spans.append(
            {
                "first_day": iso(low),
                "last_day": None if is_open else iso(high),
                "days": None if is_open else high - low + 1,
                # I7: those before the books begin.
                "days_settled_elsewhere": max(min(high + 1, first_billed) - low, 0),
                "site": site,
            }
        )
    return spans
