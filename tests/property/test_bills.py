"""Whole bills against the model: random histories, zones, prices, bundles and currencies."""

from __future__ import annotations

import csv
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain.calculator import Group, Line, totals
from jpcli.domain.money import format_day_price, money_json
from jpcli.domain.periods import month_period
from tests.property import model
from tests.property.counting import bill, grants_of
from tests.property.histories import (
    Scene,
    calendar_of,
    instants,
    microseconds,
    rows,
    scenes,
    text,
)

DATA = Path(__file__).parent.parent / "data"
AMOUNTS = {
    "usd": ["0.16", "0.27", "1.93", "0.005", "0.0000000000001"],
    "jpy": ["0", "3", "16", "0.5", "27.333333333333"],
    "kwd": ["0.016", "0.275", "0.0055", "1.234", "0.5"],
}


@st.composite
def price_lists(draw: st.DrawFn, scene: Scene, currency: str) -> list[dict[str, str]]:
    """A price for every offer from long ago, and changes within the month."""
    found = []
    for product in ("jetpack-ai", "jetpack-scan"):
        for size in ("1", "3"):
            since = [scene.first - timedelta(days=400)]
            after = st.integers(0, 30).map(lambda days: scene.first + timedelta(days=days))
            since += draw(st.lists(after, max_size=2, unique=True))
            found += [
                {
                    "product": product,
                    "name": product,
                    "amount": draw(st.sampled_from(AMOUNTS[currency])),
                    "price_interval": "day",
                    "currency": currency,
                    "from": on.isoformat(),
                    "bundle_size": size,
                }
                for on in since
            ]
    return found


@st.composite
def ledgers(draw: st.DrawFn, scene: Scene) -> list[dict[str, Any]]:
    """Licenses alone, and bundles with children that come and go as B2 has it."""
    found = []
    for number in range(draw(st.integers(0, 4))):
        row = draw(rows(scene))
        row["product"] = draw(st.sampled_from(["jetpack-ai", "jetpack-scan"]))
        found.append({**row, "license_key": f"single_{number}"})
    for number in range(draw(st.integers(0, 2))):
        times = sorted(draw(st.lists(instants(scene), min_size=1, max_size=2)))
        issued, revoked = times[0], times[1] if len(times) == 2 else None
        parent: dict[str, Any] = {
            "license_key": f"bundle_{number}",
            "product": "jetpack-scan",
            "issued_at": text(issued),
            "revoked_at": text(revoked),
            "assignments": [],
        }
        found.append({**parent, "bundle_size": 3})
        for child in range(draw(st.integers(0, 3))):
            row = {**draw(rows(scene, issued, revoked)), "bundle_key": parent["license_key"]}
            found.append({**row, "license_key": f"bundle_{number}_child_{child}"})
    return found


@st.composite
def cases(draw: st.DrawFn) -> tuple[Scene, str, list[Any], list[dict[str, str]], datetime]:
    scene = draw(scenes)
    currency = draw(st.sampled_from(["usd", "jpy", "kwd"]))
    history_rows = draw(ledgers(scene))
    prices = draw(price_lists(scene, currency))
    return scene, currency, history_rows, prices, draw(instants(scene))


def domain_preview(
    scene: Scene,
    currency: str,
    history_rows: list[Any],
    prices: list[dict[str, str]],
    as_of: datetime,
) -> tuple[tuple[Line, ...], dict[str, tuple[Group, ...]]]:
    calendar = calendar_of(scene.zone)
    period = month_period(calendar, scene.first.year, scene.first.month)
    as_of_at = microseconds(as_of)
    grants = grants_of(history_rows, as_of_at, calendar)
    return bill(grants, prices, period, calendar.day_of(as_of_at), calendar, currency)


def as_json(line: Line, currency: str, calendar: Any) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "product": line.product,
        "bundle_size": None if line.bundle_size == 1 else line.bundle_size,
        "day_price": format_day_price(line.day_price_e12, currency),
        "first_day": calendar.iso(line.first_day),
        "last_day": calendar.iso(line.last_day),
        "licenses": line.licenses,
        "assigned": line.assigned,
        "unassigned": line.unassigned,
        "days_to_date": line.days_to_date,
        "days": line.days,
        "license_days": line.license_days,
        "to_date": money_json(line.to_date_minor, currency),
        "amount": money_json(line.amount_minor, currency),
    }


@given(cases())
def test_i1_lines_and_groups_are_those_of_the_model(case: Any) -> None:
    scene, currency, history_rows, prices, as_of = case
    expected = model.expected_preview(
        history_rows, prices, scene.month, scene.zone, currency, text(as_of)
    )
    lines, groups = domain_preview(*case)
    calendar = calendar_of(scene.zone)
    for line in expected["lines"]:
        del line["name"]
    assert [as_json(line, currency, calendar) for line in lines] == expected["lines"]
    to_date_minor, amount_minor = totals(lines)
    assert money_json(to_date_minor, currency) == expected["total_to_date"]
    assert money_json(amount_minor, currency) == expected["total"]
    for name, rows_of_group in expected["groups"].items():
        assert [
            {
                name: group.key,
                "days_to_date": group.days_to_date,
                "days": group.days,
                "to_date": money_json(group.to_date_minor, currency),
                "amount": money_json(group.amount_minor, currency),
            }
            for group in groups[name]
        ] == rows_of_group


@given(cases())
def test_m5_every_grouping_closes_to_the_same_days_and_the_same_total(case: Any) -> None:
    lines, groups = domain_preview(*case)
    to_date_minor, amount_minor = totals(lines)
    for found in groups.values():
        assert sum(group.days for group in found) == sum(line.license_days for line in lines)
        assert sum(group.to_date_minor for group in found) == to_date_minor
        assert sum(group.amount_minor for group in found) == amount_minor
    assert len({sum(g.days_to_date for g in found) for found in groups.values()}) == 1


@given(cases(), st.randoms(use_true_random=False))
def test_m5_the_order_of_the_history_does_not_matter(case: Any, random: Any) -> None:
    scene, currency, history_rows, prices, as_of = case
    shuffled = random.sample(history_rows, len(history_rows))
    assert domain_preview(*case) == domain_preview(scene, currency, shuffled, prices, as_of)


def _lines(name: str) -> list[str]:
    return (DATA / name).read_text(encoding="utf-8").splitlines()


def test_the_bill_that_an_agency_had_for_march_2024_comes_out_line_by_line() -> None:
    history_rows = [json.loads(line) for line in _lines("agency-2024-03.ndjson")]
    prices = list(csv.DictReader(_lines("prices.csv")))
    found = model.expected_preview(history_rows, prices, "2024-03", "UTC", "usd")
    assert found["total"]["amount"] == "934.03"
    assert found["licenses"] == {"total": 145, "assigned": 11, "unassigned": 134}
    billed = {
        (line["product"], line["bundle_size"]): (line["days"], line["amount"]["amount"])
        for line in found["lines"]
    }
    assert billed == {
        ("jetpack-ai", None): (527, "142.29"),
        ("jetpack-anti-spam", None): (124, "19.84"),
        ("jetpack-anti-spam", 20): (31, "59.83"),
        ("jetpack-backup-t1", None): (155, "24.80"),
        ("jetpack-backup-t2", None): (31, "15.19"),
        ("jetpack-boost", None): (155, "49.60"),
        ("jetpack-complete", None): (155, "127.10"),
        ("jetpack-monitor", None): (124, "4.96"),
        ("jetpack-scan", None): (93, "14.88"),
        ("jetpack-search", None): (31, "8.37"),
        ("jetpack-security-t1", None): (527, "168.64"),
        ("jetpack-security-t1", 5): (62, "91.14"),
        ("jetpack-security-t1", 50): (31, "151.59"),
        ("jetpack-social-basic", None): (31, "4.96"),
        ("wpcom-hosting-business", None): (62, "50.84"),
    }
    march = Scene("UTC", datetime(2024, 3, 1).date(), datetime(2024, 3, 31).date())  # noqa: DTZ001
    end = model.instant("2024-04-01T00:00:00Z")
    lines, _groups = domain_preview(march, "usd", history_rows, prices, end)
    assert totals(lines) == (93403, 93403)
    assert {
        (line.product, None if line.bundle_size == 1 else line.bundle_size): line.days
        for line in lines
    } == {offer: days for offer, (days, _amount) in billed.items()}
