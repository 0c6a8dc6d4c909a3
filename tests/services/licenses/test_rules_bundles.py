"""Bundles: B1 and B2."""

from __future__ import annotations

from typing import Any

import pytest

from jpcli.domain.errors import BadInput, JpcliError, Refused
from jpcli.ledger.queries.licenses import LicenseFilter
from jpcli.services.licenses.licenses import list_licenses, show
from tests.services.agency import A, Agency, B, codes, minor

SECURITY = "jetpack-security-t1"


def bundle_line(agency: Agency, month: str = "2024-07") -> Any:
    (line,) = (line for line in agency.preview(month)["lines"] if line["kind"] == "bundle")
    return line


def active_children(agency: Agency, parent: str) -> list[str]:
    (item,) = agency.ask(show, [parent])["licenses"]
    return list(item["children"])


def test_b1_a_bundle_costs_its_price_a_day_and_its_children_nothing(agency: Agency) -> None:
    parent, children = agency.bundle(at="2024-07-22")
    july = agency.preview("2024-07")
    (line,) = july["lines"]
    assert (line["kind"], line["bundle_size"], line["day_price"]) == ("bundle", 3, "0.50")
    assert (line["days"], line["license_days"], line["licenses"]) == (10, 30, 3)
    assert minor(july["total"]) == 10 * 50
    assert july["licenses"] == {"total": 3, "assigned": 0, "unassigned": 3}
    assert agency.days("2024-07", parent) == 0
    assert [agency.days("2024-07", key) for key in children] == [10, 10, 10]


def test_b1_assigning_children_changes_no_amount(agency: Agency) -> None:
    _, (first, second, _) = agency.bundle(at="2024-07-01")
    total = agency.preview("2024-07")["total"]
    agency.assign(first, A, at="2024-07-02")
    agency.assign(second, B, at="2024-07-02")
    agency.transfer(second, A, at="2024-07-03")
    assert agency.preview("2024-07")["total"] == total
    assert agency.preview("2024-07")["licenses"] == {"total": 3, "assigned": 2, "unassigned": 1}


def test_b1_singles_and_bundles_of_one_product_are_lines_of_their_own(agency: Agency) -> None:
    agency.issue_one(SECURITY, at="2024-07-01")
    agency.bundle(at="2024-07-01")
    lines = agency.preview("2024-07")["lines"]
    assert [(line["kind"], line["days"], minor(line["amount"])) for line in lines] == [
        ("license", 31, 31 * 32),
        ("bundle", 31, 31 * 50),
    ]


def test_b1_a_bundle_price_change_splits_the_bundles_line(agency: Agency) -> None:
    agency.bundle(at="2024-07-01")
    agency.set_price(SECURITY, "0.60", "2024-07-31", bundle_size=3)
    lines = agency.preview("2024-07")["lines"]
    assert [(line["days"], line["license_days"], minor(line["amount"])) for line in lines] == [
        (30, 90, 1500),
        (1, 3, 60),
    ]


def test_b2_revoking_the_parent_revokes_all_children(agency: Agency) -> None:
    parent, children = agency.bundle(at="2024-07-01")
    agency.assign(children[0], A, at="2024-07-02")
    answer = agency.revoke(parent, at="2024-07-10")
    states = {item["license_key"]: item["state"] for item in answer.data["licenses"]}
    assert states == dict.fromkeys([parent, *children], "revoked")
    line = bundle_line(agency)
    assert (line["days"], line["license_days"]) == (10, 30)
    assert agency.preview("2024-08")["lines"] == []


def test_b2_revoking_an_assigned_child_puts_a_new_unassigned_one_in_its_place(
    agency: Agency,
) -> None:
    parent, (child, *others) = agency.bundle(at="2024-07-01")
    agency.assign(child, A, at="2024-07-02")
    answer = agency.revoke(child, at="2024-07-10")
    (new,) = answer.data["replacements"]
    assert codes(answer) == ["revoked", "replaced"]
    assert (new["state"], new["bundle_key"], new["site"]) == ("unassigned", parent, None)
    assert sorted(active_children(agency, parent)) == sorted([*others, new["license_key"]])
    line = bundle_line(agency)
    assert (line["days"], minor(line["amount"])) == (31, 1550)
    # Both had July 10: the one revoked on it and the one issued on it (D2).
    assert agency.groups("2024-07", "license") == {
        child: 10,
        new["license_key"]: 22,
        others[0]: 31,
        others[1]: 31,
    }


def test_b2_a_bundle_keeps_its_size_however_often_a_child_is_replaced(agency: Agency) -> None:
    parent, (child, *_) = agency.bundle(at="2024-07-01")
    for day in (2, 3, 4):
        agency.assign(child, A, at=f"2024-07-{day:02d}")
        answer = agency.revoke(child, at=f"2024-07-{day:02d}")
        child = answer.data["replacements"][0]["license_key"]
    assert len(active_children(agency, parent)) == 3
    assert bundle_line(agency)["days"] == 31


def test_b2_an_unassigned_child_cant_be_revoked_and_the_error_says_to_revoke_the_bundle(
    agency: Agency,
) -> None:
    parent, (child, *_) = agency.bundle(at="2024-07-01")
    before = agency.state()
    with pytest.raises(Refused) as caught:
        agency.revoke(child, at="2024-07-10")
    assert caught.value.code == "bundle_child_unassigned"
    assert f"jpcli revoke {parent}" in str(caught.value.hint)
    assert agency.state() == before


def test_b2_an_unassigned_child_is_revoked_with_its_bundle_in_one_command(agency: Agency) -> None:
    parent, children = agency.bundle(at="2024-07-01")
    answer = agency.revoke(parent, *children, at="2024-07-10")
    assert codes(answer) == ["revoked", *["already_revoked"] * 3]
    assert agency.check()["ok"]


def test_b2_a_child_and_then_its_bundle_leave_no_replacement_behind(agency: Agency) -> None:
    parent, (child, *_) = agency.bundle(at="2024-07-01")
    agency.assign(child, A, at="2024-07-02")
    answer = agency.revoke(child, parent, at="2024-07-10")
    (new,) = answer.data["replacements"]
    assert new["state"] == "revoked"
    licenses = agency.ask(list_licenses, LicenseFilter())["licenses"]
    assert {item["state"] for item in licenses} == {"revoked"}
    assert agency.check()["ok"]


@pytest.mark.parametrize("change", ["assign", "transfer"])
def test_b2_the_parent_is_not_put_on_a_site(agency: Agency, change: str) -> None:
    parent, _ = agency.bundle(at="2024-07-01")
    before = agency.state()
    with pytest.raises(Refused) as caught:
        getattr(agency, change)(parent, A)
    assert caught.value.code == "bundle_parent"
    assert agency.state() == before


def test_b2_a_bundle_is_not_revoked_before_the_last_thing_that_happened_to_a_child(
    agency: Agency,
) -> None:
    parent, (child, *_) = agency.bundle(at="2024-07-01")
    agency.assign(child, A, at="2024-07-20")
    before = agency.state()
    with pytest.raises(BadInput) as caught:
        agency.revoke(parent, at="2024-07-10")
    assert (caught.value.code, caught.value.subject) == ("before_last_event", child)
    assert agency.state() == before


def test_b2_a_bundle_is_not_revoked_before_a_child_that_is_gone_was(
    agency: Agency, tmp_path: Any
) -> None:
    """A file may tell of a child that ended and was not replaced; it can't outlive its bundle."""
    history = tmp_path / "bundle.ndjson"
    history.write_text(
        '{"license_key": "p_1", "product": "jetpack-security-t1", "bundle_size": 3,'
        ' "issued_at": "2024-07-01T00:00:00Z"}\n'
        '{"license_key": "c_1", "product": "jetpack-security-t1", "bundle_key": "p_1",'
        ' "issued_at": "2024-07-01T00:00:00Z", "revoked_at": "2024-07-20T00:00:00Z"}\n'
    )
    agency.import_file(history)
    before = agency.state()
    with pytest.raises(BadInput) as caught:
        agency.revoke("p_1", at="2024-07-10")
    assert (caught.value.code, caught.value.subject) == ("before_last_event", "c_1")
    assert agency.state() == before
    agency.revoke("p_1", at="2024-07-20")


@pytest.mark.parametrize("size", [0, -3, 2, 4])
def test_b1_a_bundle_size_that_is_not_sold_is_refused(agency: Agency, size: int) -> None:
    before = agency.state()
    with pytest.raises(JpcliError) as caught:
        agency.issue(SECURITY, bundle_size=size)
    assert (caught.value.code, caught.value.exit_code) == ("unknown_bundle", 2)
    assert agency.state() == before


def test_b1_a_bundle_of_one_is_the_product_alone(agency: Agency) -> None:
    (key,) = agency.issue(SECURITY, bundle_size=1, at="2024-07-01")
    (line,) = agency.preview("2024-07")["lines"]
    assert (line["kind"], line["bundle_size"], agency.days("2024-07", key)) == ("license", None, 31)
