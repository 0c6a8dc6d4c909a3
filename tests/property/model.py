"""The billing rules once more, as plainly as they can be written: slow, and nothing shared.

One license and one day at a time, on instants that are really looked up in the zone, with fractions
for money. It must import nothing from jpcli, so that a mistake there cannot be repeated here.

`expected_preview` takes a license history and a price list as files have them and tells what the
bill of a month must say. A client is taken from the assignment, so a history that gives one site to
two clients is not for it: `holder_costs` takes whose sites were whose beside the history.
"""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

DIGITS = {"jpy": 0, "kwd": 3}
STEPS = {"kwd": 10}
MICROSECOND = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Row = dict[str, Any]


# --- days -------------------------------------------------------------------------------------


class Stretch(NamedTuple):
    """Instants `[start, end)` with one local date. A date may have two."""

    start: datetime
    end: datetime
    on: date


def local_date(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


@lru_cache(maxsize=64)
def stretches(zone: str, first: date, last: date) -> tuple[Stretch, ...]:
    """Every stretch of the dates from first to last, found by asking for the date each minute."""
    tz = ZoneInfo(zone)
    at = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=2)
    stop = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=3)
    found: list[Stretch] = []
    begun, on = at, at.astimezone(tz).date()
    while at < stop:
        following = at + MINUTE
        if following.astimezone(tz).date() != on:
            change = _change(tz, at, following)
            found.append(Stretch(begun, change, on))
            begun, on = change, following.astimezone(tz).date()
        at = following
    found.append(Stretch(begun, stop, on))
    return tuple(stretch for stretch in found if first <= stretch.on <= last)


def _change(tz: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first instant with the later date, to the microsecond."""
    on = before.astimezone(tz).date()
    while after - before > MICROSECOND:
        middle = before + (after - before) // 2
        if middle.astimezone(tz).date() == on:
            before = middle
        else:
            after = middle
    return after


def dates_of(zone: str, first: date, last: date) -> list[date]:
    """The dates from first to last that occurred there (D3)."""
    return sorted({stretch.on for stretch in stretches(zone, first, last)})


# --- one license ------------------------------------------------------------------------------


class Holder(NamedTuple):
    site: str | None
    client: str | None


NOBODY = Holder(None, None)


def instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def optional(text: str | None) -> datetime | None:
    return instant(text) if text else None


def holders(row: Row, zone: str, first: date, last: date) -> dict[date, Holder]:
    """Whose each billed day of a license is, of those from first to last (D1, D2, W1)."""
    issued, revoked = instant(row["issued_at"]), optional(row.get("revoked_at"))
    by_date: dict[date, list[Stretch]] = defaultdict(list)
    for stretch in stretches(zone, first, last):
        by_date[stretch.on].append(stretch)
    billed = {}
    for on, parts in by_date.items():
        touched = on == local_date(issued, zone) or any(
            part.end > issued and (revoked is None or part.start < revoked) for part in parts
        )
        if touched:
            billed[on] = _holder(row, parts[-1].end, revoked)
    return billed


def _holder(row: Row, end_of_day: datetime, revoked: datetime | None) -> Holder:
    """The holder in the day's last instant, or as the license was revoked when that came first."""
    holder = NOBODY
    for assignment in row.get("assignments") or []:
        begun, ended = instant(assignment["from"]), optional(assignment.get("to"))
        if revoked is not None and revoked < end_of_day:
            holds = begun <= revoked and (ended is None or ended >= revoked)
        else:
            holds = begun < end_of_day and (ended is None or ended >= end_of_day)
        if holds:
            holder = Holder(assignment["site"], assignment.get("client"))
    return holder


def as_known(row: Row, as_of: datetime) -> Row | None:
    """The row without what came after an instant."""
    if instant(row["issued_at"]) > as_of:
        return None
    known = dict(row)
    revoked = optional(row.get("revoked_at"))
    if revoked is not None and revoked > as_of:
        known["revoked_at"] = None
    known["assignments"] = []
    for assignment in row.get("assignments") or []:
        if instant(assignment["from"]) <= as_of:
            ended = optional(assignment.get("to"))
            still = ended is None or ended > as_of
            known["assignments"].append({**assignment, "to": None if still else assignment["to"]})
    return known


# --- money ------------------------------------------------------------------------------------


def day_price(price: Row, currency: str) -> Fraction:
    """What one day costs, in minor units (M1, M3)."""
    minor: Fraction = Fraction(price["amount"]) * 10 ** DIGITS.get(currency, 2)
    if price["price_interval"] == "month":
        return Fraction(math.floor(minor * 12 / 365 + Fraction(1, 2)))
    return minor


def price_on(prices: list[Row], offer: tuple[str, int], on: date, currency: str) -> Fraction | None:
    """The price that holds on a date: that of the latest row from that date or before (M2)."""
    price = None
    for row in sorted(prices, key=lambda row: date.fromisoformat(row["from"])):
        mine = (row["product"], int(row["bundle_size"] or 1)) == offer
        if mine and date.fromisoformat(row["from"]) <= on:
            price = day_price(row, currency)
    return price


def rounded(amount: Fraction, currency: str) -> int:
    """To the smallest step that can be charged, halves up (M4); amounts here are not negative."""
    step = STEPS.get(currency, 1)
    return math.floor(amount / step + Fraction(1, 2)) * step


def split(amount: int, weights: list[int]) -> list[int]:
    """Largest remainder, one unit at a time (M5)."""
    whole = sum(weights)
    shares = [Fraction(amount * weight, whole) for weight in weights]
    parts = [math.floor(share) for share in shares]
    left = [share - part for share, part in zip(shares, parts, strict=True)]
    while sum(parts) < amount:
        winner = left.index(max(left))
        parts[winner] += 1
        left[winner] = Fraction(-1)
    return parts


def money(amount: int, currency: str) -> dict[str, Any]:
    digits = DIGITS.get(currency, 2)
    text = str(Decimal(amount).scaleb(-digits).quantize(Decimal(1).scaleb(-digits)))
    return {"amount_minor": amount, "currency": currency, "amount": text}


def price_text(price: Fraction, currency: str) -> str:
    """At least the currency's decimals."""
    digits = DIGITS.get(currency, 2)
    value = Decimal(price.numerator) / Decimal(price.denominator)
    text = f"{value.scaleb(-digits):f}"
    whole, _point, decimals = text.partition(".")
    decimals = decimals.rstrip("0").ljust(digits, "0")
    return f"{whole}.{decimals}" if decimals else whole


# --- a month ----------------------------------------------------------------------------------


class LicenseDays(NamedTuple):
    """A license, what it is sold as, and its billed days in the month."""

    key: str
    offer: tuple[str, int]
    parent: bool
    billed: dict[date, Holder]

    def within(self, dates: list[date]) -> dict[date, Holder]:
        return {on: self.billed[on] for on in dates if on in self.billed}


def expected_preview(
    history_rows: list[Row],
    prices: list[Row],
    month: str,
    zone: str,
    currency: str,
    as_of: str | None = None,
) -> dict[str, Any]:
    """What `invoice preview MONTH` says of a ledger with this history and nothing more.

    The same names as in the JSON contract; lines are in order of product, bundle size and date, and
    `groups` has every grouping by its name. Without `as_of` everything in the file has happened and
    the month is over. Raises LookupError when a day that was used has no price.
    """
    first, last = _month(month)
    dates = dates_of(zone, first, last)
    seen_until = local_date(instant(as_of), zone) if as_of else last
    known = [as_known(row, instant(as_of)) for row in history_rows] if as_of else history_rows
    licenses = _licenses([row for row in known if row], zone, first, last)
    lines: list[dict[str, Any]] = []
    groups: dict[str, dict[Any, list[int]]] = {name: {} for name in GROUPINGS}
    for offer in sorted({grant.offer for grant in licenses}):
        mine = [grant for grant in licenses if grant.offer == offer]
        for price, when in _price_stretches(prices, offer, dates, currency):
            line = _line(mine, offer, price, when, seen_until, currency)
            if line is not None:
                line["name"] = _name(prices, offer)
                lines.append(line)
                for name in GROUPINGS:
                    _group(groups[name], name, line, mine, when, seen_until)
    usable = [grant for grant in licenses if not grant.parent and grant.billed]
    return {
        "period": month,
        "first_day": dates[0].isoformat(),
        "last_day": dates[-1].isoformat(),
        "time_zone": zone,
        "currency": currency,
        "licenses": _counts([grant.billed for grant in usable], "total"),
        "lines": lines,
        "total_to_date": money(sum(line["to_date"]["amount_minor"] for line in lines), currency),
        "total": money(sum(line["amount"]["amount_minor"] for line in lines), currency),
        "groups": {name: _group_rows(name, groups[name], currency) for name in GROUPINGS},
    }


GROUPINGS = ("site", "client", "license_key", "product", "day")


def _month(month: str) -> tuple[date, date]:
    first = date.fromisoformat(month + "-01")
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first, after - timedelta(days=1)


def _licenses(rows: list[Row], zone: str, first: date, last: date) -> list[LicenseDays]:
    sizes = {
        row["license_key"]: row["bundle_size"]
        for row in rows
        if row.get("bundle_size") and not row.get("bundle_key")
    }
    found = []
    for row in rows:
        size = sizes.get(row.get("bundle_key") or row["license_key"], 1)
        parent = row["license_key"] in sizes
        billed = holders(row, zone, first, last)
        found.append(LicenseDays(row["license_key"], (row["product"], size), parent, billed))
    return found


def _price_stretches(
    prices: list[Row], offer: tuple[str, int], dates: list[date], currency: str
) -> list[tuple[Fraction | None, list[date]]]:
    """Neighboring dates with one price (M2)."""
    found: list[tuple[Fraction | None, list[date]]] = []
    for on in dates:
        price = price_on(prices, offer, on, currency)
        if found and found[-1][0] == price:
            found[-1][1].append(on)
        else:
            found.append((price, [on]))
    return found


def _line(
    licenses: list[LicenseDays],
    offer: tuple[str, int],
    price: Fraction | None,
    when: list[date],
    seen_until: date,
    currency: str,
) -> dict[str, Any] | None:
    bundle = offer[1] > 1
    usable = [grant.within(when) for grant in licenses if not grant.parent]
    billed = [grant.within(when) for grant in licenses if grant.parent == bundle]
    days = sum(map(len, billed))
    if not days:
        return None
    if price is None:
        raise LookupError(f"no price of {offer}")
    to_date = sum(on <= seen_until for days_of_one in billed for on in days_of_one)
    return {
        "kind": "bundle" if bundle else "license",
        "product": offer[0],
        "bundle_size": offer[1] if bundle else None,
        "day_price": price_text(price, currency),
        "first_day": when[0].isoformat(),
        "last_day": when[-1].isoformat(),
        **_counts([days_of_one for days_of_one in usable if days_of_one], "licenses"),
        "days_to_date": to_date,
        "days": days,
        "license_days": sum(map(len, usable)),
        "to_date": money(rounded(to_date * price, currency), currency),
        "amount": money(rounded(days * price, currency), currency),
    }


def _counts(billed: list[dict[date, Holder]], total: str) -> dict[str, int]:
    """How many, and how many of them were on a site on their last billed day."""
    assigned = sum(days_of_one[max(days_of_one)].site is not None for days_of_one in billed)
    return {total: len(billed), "assigned": assigned, "unassigned": len(billed) - assigned}


def _name(prices: list[Row], offer: tuple[str, int]) -> str:
    names = [
        row["name"] for row in prices if (row["product"], int(row["bundle_size"] or 1)) == offer
    ]
    return str(names[-1])


def _group(
    sums: dict[Any, list[int]],
    name: str,
    line: dict[str, Any],
    licenses: list[LicenseDays],
    when: list[date],
    seen_until: date,
) -> None:
    """Add one line's days and its split amounts to a grouping."""
    weights: dict[Any, list[int]] = {line["product"]: [0, 0]} if name == "product" else {}
    for grant in licenses:
        for on, holder in grant.within(when).items():
            if not grant.parent:
                key = {
                    "site": holder.site,
                    "client": holder.client,
                    "license_key": grant.key,
                    "product": line["product"],
                    "day": on.isoformat(),
                }[name]
                weight = weights.setdefault(key, [0, 0])
                weight[0] += on <= seen_until
                weight[1] += 1
    keys = sorted(weights, key=lambda key: (key is None, key))
    for column, amount in enumerate(("to_date", "amount")):
        minor = line[amount]["amount_minor"]
        mine = [weights[key][column] for key in keys]
        if not any(mine):
            if minor:
                lonely = keys[0] if len(keys) == 1 else None
                sums.setdefault(lonely, [0, 0, 0, 0])[2 + column] += minor
            continue
        for key, days, part in zip(keys, mine, split(minor, mine), strict=True):
            row = sums.setdefault(key, [0, 0, 0, 0])
            row[column] += days
            row[2 + column] += part


def _group_rows(name: str, sums: dict[Any, list[int]], currency: str) -> list[dict[str, Any]]:
    return [
        {
            name: key,
            "days_to_date": sums[key][0],
            "days": sums[key][1],
            "to_date": money(sums[key][2], currency),
            "amount": money(sums[key][3], currency),
        }
        for key in sorted(sums, key=lambda key: (key is None, key))
        if any(sums[key])
    ]


# --- whose it is ------------------------------------------------------------------------------


def holder_costs(
    history_rows: list[Row],
    owners: dict[str, list[tuple[str, str | None]]],
    prices: list[Row],
    month: str,
    zone: str,
    currency: str,
) -> dict[str, dict[Any, tuple[int, int]]]:
    """(license-days, minor units) that each holder has of a month, by each grouping, and by
    `holder`: every line over the clients, then each client's part over its sites.

    `owners` has for a site the clients it was handed to, each with the instant; the first one has
    all days before, too (W2).
    """
    first, last = _month(month)
    dates = dates_of(zone, first, last)
    ends = {stretch.on: stretch.end for stretch in stretches(zone, first, last)}
    licenses = [
        grant._replace(billed={on: _owned(held, ends[on], owners) for on, held in billed.items()})
        for grant in _licenses(history_rows, zone, first, last)
        for billed in [grant.billed]
    ]
    sums: dict[str, dict[Any, list[int]]] = {name: {} for name in (*GROUPINGS, "holder")}
    for offer in sorted({grant.offer for grant in licenses}):
        mine = [grant for grant in licenses if grant.offer == offer]
        for price, when in _price_stretches(prices, offer, dates, currency):
            line = _line(mine, offer, price, when, last, currency)
            if line is not None:
                for name in GROUPINGS:
                    _group(sums[name], name, line, mine, when, last)
                _group_holders(sums["holder"], line["amount"]["amount_minor"], mine, when)
    return {
        name: {key: (row[1], row[3]) for key, row in found.items() if any(row)}
        for name, found in sums.items()
    }


def _owned(
    holder: Holder, end_of_day: datetime, owners: dict[str, list[tuple[str, str | None]]]
) -> Holder:
    """The holder with the client that the site has at the end of the day."""
    if holder.site is None:
        return NOBODY
    changes = owners.get(holder.site, [("1970-01-01", None)])
    client = changes[0][1]
    for at, name in changes[1:]:
        if instant(at) < end_of_day:
            client = name
    return Holder(holder.site, client)


def _group_holders(
    sums: dict[Any, list[int]], amount: int, licenses: list[LicenseDays], when: list[date]
) -> None:
    """Add a line's amount to its clients, and of each to its sites."""
    days: dict[str | None, dict[str | None, int]] = {}
    for grant in licenses:
        for holder in grant.within(when).values():
            if not grant.parent:
                mine = days.setdefault(holder.client, {})
                mine[holder.site] = mine.get(holder.site, 0) + 1
    if not days:
        sums.setdefault((None, None), [0, 0, 0, 0])[3] += amount
        return

    def in_order(names: dict[str | None, Any]) -> list[str | None]:
        return sorted(names, key=lambda name: (name is None, name or ""))

    clients = in_order(days)
    parts = split(amount, [sum(days[client].values()) for client in clients])
    for client, part in zip(clients, parts, strict=True):
        sites = in_order(days[client])
        numbers = [days[client][site] for site in sites]
        for site, number, minor in zip(sites, numbers, split(part, numbers), strict=True):
            row = sums.setdefault((client, site), [0, 0, 0, 0])
            row[1] += number
            row[3] += minor
