"""Readers of a single value or file: a value that means what it says, or an error of ours."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from io import BytesIO
from typing import TYPE_CHECKING, Any

from jpcli.domain import (
    card_numbers,
    cards,
    dashboard_list,
    instants,
    moments,
    money,
    names,
    periods,
    site_urls,
    texts,
)
from jpcli.domain.calendar import BillingCalendar
from jpcli.domain.errors import BadInput
from jpcli.domain.limits import MAX_PLAN_BYTES
from jpcli.services.files import read, toml_lines
from jpcli.services.plan import file as plan_file
from jpcli.services.plan import saved, wish_object
from jpcli.services.proofs import verify
from tests.fuzz.place import check, limits

if TYPE_CHECKING:
    from collections.abc import Callable

COLUMNS = frozenset({"product", "quantity", "site", "client", "bundle_size"})
PRODUCTS = ("jetpack-scan", "jetpack-boost", "jetpack-anti-spam")
SOLD = {
    "jetpack-scan": ["Scan Daily"],
    "jetpack-boost": ["Boost"],
    "jetpack-ai": ["AI"],
    "jetpack-backup-t1": ["VaultPress Backup (10GB)"],
    "wpcom-hosting-business": ["WordPress.com hosting"],
}
_TODAY = date(2026, 11, 22)
_NOW_AT = instants.parse_instant("2026-11-22T11:00:00Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ZONES = (
    BillingCalendar("UTC", ()),
    BillingCalendar("Europe/Berlin", ()),
    BillingCalendar("Pacific/Apia", (date(2011, 12, 30).toordinal(),)),
)


def parsed(parse: Callable[..., Any], *given: Any, **more: Any) -> Any:
    """The value, or None where it was refused in our words; anything else is a fault."""
    with limits():
        try:
            return parse(*given, **more)
        except BadInput as error:
            check(error.code.replace("_", "").isalnum(), "no code", error.code)
            check(error.message, "no message", given)
            return None


def times(text: str) -> None:
    at = parsed(instants.parse_instant, text)
    if at is not None:
        check(instants.parse_instant(instants.format_instant(at)) == at, "no round trip", text)
        known = _iso(text)
        check(known is None or known == at, "another instant", text, at, known)
    for calendar in _ZONES:
        today = calendar.day_of(_NOW_AT)
        first = parsed(moments.parse_moment, text, calendar, today, end_of_day=False)
        last = parsed(moments.parse_moment, text, calendar, today, end_of_day=True)
        if first is not None and last is not None:
            check(first <= last, "a day that ends before it begins", text)
    month = parsed(periods.parse_month, text)
    check(month is None or periods.month_label(*month) == text, "another month", text)
    day = parsed(instants.parse_date, text)
    check(day is None or day.isoformat() == text, "another date", text)


def _iso(text: str) -> int | None:
    """What the standard library takes it for, in microseconds."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    since = (at if at.tzinfo else at.replace(tzinfo=UTC)) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def numbers(text: str) -> None:
    for currency, digits in (("usd", 2), ("jpy", 0), ("kwd", 3)):
        places = digits + money.PLACES
        _same(text, parsed(money.parse_day_price, text, currency), places)
        _same(text, parsed(money.parse_amount, text, currency), digits)
        month = parsed(money.parse_month_price, text, currency)
        check(month is None or 0 <= month <= money.MAX_STORED, "no price", text)
    _same(text.removesuffix("%"), parsed(money.parse_percent, text), 6)


def _same(text: str, found: int | None, places: int) -> None:
    if found is None:
        return
    try:
        wanted = Decimal(text).scaleb(places)
    except InvalidOperation:
        wanted = None
    check(wanted == found, "another number", text, found)


def labels(text: str) -> None:
    for parse in (names.check_license_key, names.check_product_slug, names.check_client_name):
        name = parsed(parse, text)
        if name is not None:
            check(parse(name) == name and texts.is_plain_line(name), "another name", text, name)
    parsed(texts.check_remark, text, "--reason")
    url = parsed(site_urls.normalize_url, text)
    if url is not None:
        check(site_urls.normalize_url(url) == url, "another address", text, url)
        host = url.partition("://")[2].partition("/")[0]
        check(url.isprintable() and host.isascii(), "no address", text, url)


def card_fields(text: str) -> None:
    parsed(cards.check_brand, text)
    last4 = parsed(cards.check_last4, text)
    check(last4 is None or last4 == text, "other figures", text)
    exp = parsed(cards.parse_exp, text)
    check(exp is None or (1 <= exp[0] <= 12 and 2000 <= exp[1] < 2200), "no date", text)
    with limits():
        found = card_numbers.looks_like_card_number(text)
    if text.isascii() and text.isdigit() and 12 <= len(text) <= 19:
        doubled = [int(c) * (1 + i % 2) for i, c in enumerate(reversed(text))]
        check(found == (sum(n // 10 + n % 10 for n in doubled) % 10 == 0), "not Luhn's", text)


def dashboards(text: str) -> None:
    """A list that was copied from a dashboard: each license is one that can be imported, and each
    line that says something else is named."""
    lines = text.split("\n")
    found = parsed(dashboard_list.read_list, lines, SOLD, _TODAY)
    check(found is not None, "refused as a whole", text)
    most = dashboard_list.MOST_OF_ONE
    check(len(found.licenses) <= most * len(lines), "more than a line may name", text)
    for one in found.licenses:
        check(one.product in SOLD and 1 <= one.line <= len(lines), "no license", one)
        check(one.site is None or site_urls.normalize_url(one.site) == one.site, "no site", one)
        if one.license_key is not None:
            check(names.check_license_key(one.license_key).startswith(one.product), "no key", one)
        for day in (one.issued, one.assigned):
            check(day is None or instants.parse_date(day) <= _TODAY, "no day", one)
    check(all(1 <= each.line <= len(lines) for each in found.problems), "no such line", text)


def rows(data: bytes) -> None:
    """Any format, told by content; a row says what the standard library reads there."""
    problems: list[Any] = []
    with limits():
        try:
            known: dict[str, Any] = {"known": COLUMNS, "required": frozenset({"product"})}
            found = list(read.read_rows("-", problems=problems, stdin=BytesIO(data), **known))
        except BadInput as error:
            check(error.message, "no message", data)
            return
    lines = data.count(b"\n") + 1
    last = 0
    for row in found:
        check(row.values.keys() <= COLUMNS and row.values["product"] is not None, "no row", row)
        check(last <= row.line <= lines, "no such line", row)
        last = row.line
    check(all(1 <= each.line <= lines for each in problems), "no such line", problems)
    if not problems:
        wanted = _standard(data)
        check(
            wanted is None or [row.values for row in found] == _clean(wanted), "other rows", found
        )


def _clean(rows: list[Any]) -> list[Any]:
    return [
        {name: texts.clean(cell) if isinstance(cell, str) else cell for name, cell in row.items()}
        for row in rows
    ]


def _standard(data: bytes) -> list[Any] | None:
    """The rows by `json` and `csv`; None where the file is none of theirs, or has what they do not
    know of: another separator, a guarded or written out cell, an answer of jpcli."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    text = data.decode("utf-8-sig")
    if any(sign in text for sign in (";", "|", "'", "\\x", "sep=", '"jpcli/')):
        return None
    try:
        if text.lstrip()[:1] == "[":
            return list(json.loads(text, parse_float=str))
        if text.lstrip()[:1] == "{":
            return [json.loads(line, parse_float=str) for line in text.split("\n") if line.strip()]
    except ValueError:
        return None
    lines = iter(text.splitlines(keepends=True))
    first = next((line for line in lines if line.strip(" ,\t\r\n\f")), "")
    if not first:
        return []  # blank lines alone are no rows
    if "\t" in first and "," in first:
        return None
    comma = "\t" if "\t" in first else ","
    (header,) = csv.reader([first], delimiter=comma)
    names = ["_".join(texts.clean(name).lower().replace("_", " ").split()) for name in header]
    while not names[-1]:
        names.pop()
    kept = [list(map(texts.clean, cells)) for cells in csv.reader(lines, delimiter=comma)]
    for cells in kept:
        check(not any(cells[len(names) :]), "a cell was dropped", cells)
    return [
        dict(zip(names, (cell or None for cell in row), strict=False)) for row in kept if any(row)
    ]


class AsSpelled:
    """A ledger without sites."""

    name = staticmethod(site_urls.normalize_url)
    in_turn = staticmethod(iter)


def proofs(data: bytes) -> None:
    """A proof from a stranger: an answer that says what is wrong, or one error."""
    found = parsed(verify.verify, "-", BytesIO(data))
    if found is not None:
        check(found.data["ok"] == (not found.data["problems"]), "no answer", found.data)


def plans(data: bytes) -> None:
    """A file that says what sites have, and a saved plan."""
    text = parsed(read.read_text, "-", MAX_PLAN_BYTES, BytesIO(data))
    if text is None:
        return
    toml = toml_lines.load(text)
    with limits():
        found = toml_lines.lines_of(text)
    check(all(1 <= line <= text.count("\n") + 1 for line in found.values()), "no such line", found)
    if saved.is_saved(text):
        parsed(saved.read_saved, text, "x.json", PRODUCTS, AsSpelled())
        return
    wanted = parsed(plan_file.read_wanted, text, "x.toml", PRODUCTS, AsSpelled())
    if wanted is not None:
        check(isinstance(toml, dict), "no TOML", text)
        again = wish_object.read_wanted_object(
            wish_object.wanted_object(wanted), "x", PRODUCTS, AsSpelled()
        )
        check(again == wanted, "another wish", wanted)
