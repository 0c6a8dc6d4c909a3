"""Explanations and comparisons of random stories: whatever is changed, closed, voided and billed
again, the licenses add up to their lines, and the parts to the difference."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain.bill_change import (
    ISSUED,
    MONTH_LENGTH,
    PRICE,
    REVOKED,
    Shared,
    Side,
    offer_parts,
    opposite,
)
from jpcli.domain.money import E12, half_away
from jpcli.services.invoices.diff import diff
from jpcli.services.invoices.explain import explain
from tests.property.agencies import agencies
from tests.property.test_closing import MONTHS, WEEKS, Story, actions
from tests.services.agency import Agency, minor

# Prices whose amounts are rounded, some by more than the price of a day.
prices_e12 = st.sampled_from([0, 1, 27 * E12, 16 * E12, E12 // 2, E12 // 3, 10**30])


def explained(agency: Agency, month: str) -> dict[str, Any]:
    """The answer with all its streams read."""
    with agency.desk(writes=False) as desk:
        data: dict[str, Any] = {**explain(desk, month).data}
        data["lines"] = [
            {**line, **{name: read(line[name]) for name in ("bundles", "licenses")}}
            for line in data["lines"]
        ]
        return data


def read(rows: Any) -> list[dict[str, Any]]:
    return [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]


def check_explained(agency: Agency, month: str, zone: str) -> None:
    """Days add up to each line's, and over the month to those of every license, site, client."""
    found = explained(agency, month)
    by: dict[str, Counter[Any]] = {name: Counter() for name in ("license", "site", "client")}
    for line in found["lines"]:
        assert line["why"]
        parts = [("licenses", "license_days")]
        if line["bundle_size"]:
            parts.append(("bundles", "days"))
        for part, days in parts:
            assert sum(item["days"] for item in line[part]) == line[days], (month, line)
        for item in line["licenses"] + line["bundles"]:
            assert item["why"]
            if line["kind"] == "adjustment":
                continue
            assert item["days"] == sum(site["days"] for site in item["sites"]) > 0
            begun = datetime.fromisoformat(item["began"]["at"]).astimezone(ZoneInfo(zone))
            assert begun.date().isoformat() <= item["first_day"]
        if line["kind"] in ("license", "bundle"):
            for item in line["licenses"]:
                by["license"][item["license_key"]] += item["days"]
                for site in item["sites"]:
                    by["site"][site["site"]] += site["days"]
                    by["client"][site["client"]] += site["days"]
    if all(line["kind"] in ("license", "bundle") for line in found["lines"]):
        for name, counted in by.items():
            assert counted == Counter(agency.groups(month, name)), (month, name)


def check_different(agency: Agency, one: str, other: str) -> None:
    """Parts add up for every product and in all, and the other way round they are opposite."""
    found = agency.ask(diff, one, other)
    difference = minor(found["to_total"]) - minor(found["from_total"])
    assert minor(found["difference"]) == difference
    assert sum(minor(part["amount"]) for part in found["parts"]) == difference
    assert sum(minor(product["difference"]) for product in found["products"]) == difference
    for product in found["products"]:
        amounts = [minor(part["amount"]) for part in product["parts"]]
        assert sum(amounts) == minor(product["difference"])
    back = agency.ask(diff, other, one)
    for product, again in zip(found["products"], back["products"], strict=True):
        for part, opposed in zip(product["parts"], again["parts"], strict=True):
            assert minor(part["amount"]) == -minor(opposed["amount"])
            assert (part["days"] or 0) == -(opposed["days"] or 0)


@given(
    st.sampled_from(["UTC", "America/Santiago"]),
    st.lists(actions, min_size=8, max_size=len(WEEKS)),
)
@agencies(30)
def test_every_month_of_a_story_is_explained_and_compared(
    zone: str, story: list[tuple[str, int, int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        told = Story(Path(folder) / "ledger.db", zone)
        for now, (what, which, back) in zip(WEEKS, story, strict=False):
            told.act(now, what, which, back)
        months = [*MONTHS, "2024-05", "2024-06"]
        for month in months:
            check_explained(told.agency, month, zone)
        for one, other in [*pairwise(months), (months[0], months[-1])]:
            check_different(told.agency, one, other)


sides = st.lists(st.tuples(st.integers(0, 10**7), prices_e12), max_size=3)


@given(sides, sides, st.integers(28, 31), st.integers(28, 31), st.data())
def test_parts_add_up_whatever_the_prices(
    before: list[tuple[int, int]],
    after: list[tuple[int, int]],
    from_length: int,
    to_length: int,
    data: st.DataObject,
) -> None:
    earlier, later = side(before), side(after)
    units = data.draw(st.integers(0, min(earlier.days, later.days)))
    shared = shared_by(units, earlier, later, from_length, to_length, data)
    parts = offer_parts(earlier, later, shared)
    assert sum(part.amount_minor for part in parts) == later.amount_minor - earlier.amount_minor
    days = sum(part.days for part in parts if part.days is not None)
    assert days == later.days - earlier.days
    assert sum(part.amount_minor for part in opposite(parts)) == -sum(
        part.amount_minor for part in parts
    )
    if len({price for _, price in [*before, *after]}) == 1:
        (price,) = [part for part in parts if part.reason == PRICE]
        others = [part for part in parts if part.reason in (ISSUED, REVOKED, MONTH_LENGTH)]
        assert price.amount_minor == 0 or not any(part.days for part in others)


def side(segments: list[tuple[int, int]]) -> Side:
    return Side(
        days=sum(days for days, _ in segments),
        exact_e12=sum(days * price for days, price in segments),
        amount_minor=sum(half_away(days * price, E12) for days, price in segments),
    )


def shared_by(
    units: int, earlier: Side, later: Side, from_length: int, to_length: int, data: st.DataObject
) -> Shared:
    """Units with at least a day in both months, and no more days than there are."""
    from_days = data.draw(st.integers(units, max(units, min(earlier.days, units * from_length))))
    to_days = data.draw(st.integers(units, max(units, min(later.days, units * to_length))))
    from_lacks = units * from_length - from_days
    to_lacks = units * to_length - to_days
    from_before = data.draw(st.integers(0, max(from_lacks, 0)))
    to_after = data.draw(st.integers(0, max(to_lacks, 0)))
    return Shared(
        units,
        from_days,
        to_days,
        from_before,
        from_lacks - from_before,
        to_lacks - to_after,
        to_after,
    )
