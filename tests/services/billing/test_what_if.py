"""As of when, and what if: nothing is stored, and the rules hold for suppositions too (I1)."""

from __future__ import annotations

from typing import Any

import pytest

from jpcli.domain.errors import BadInput, JpcliError
from jpcli.services.billing import what_if
from jpcli.services.billing.preview import preview
from tests.services.agency import A, Agency, B, minor


def days_by(agency: Agency, by: str, **options: Any) -> dict[Any, tuple[int, int]]:
    name = "license_key" if by == "license" else by
    groups = agency.preview(options.pop("month", "2024-07"), by=by, **options)["groups"]
    return {group[name]: (group["days_to_date"], group["days"]) for group in groups}


def same_bill(one: dict[str, Any], other: dict[str, Any]) -> bool:
    names = ("licenses", "lines", "total", "total_to_date", "groups")
    return all(one[name] == other[name] for name in names)


# --- as of ---------------------------------------------------------------------------------------


def test_i1_as_of_a_moment_nothing_that_came_later_is_known(agency: Agency) -> None:
    """The same question, asked then and asked now about then, has the same answer."""
    key = agency.issue_one(now="2024-07-02T10:00:00Z", site=A)
    then = agency.preview("2024-07", now="2024-07-15T12:00:00Z", by="site")
    agency.transfer(key, B, at="2024-07-16T10:00:00Z")
    agency.revoke(key, at="2024-07-20T10:00:00Z")
    agency.issue_one(at="2024-07-25")
    assert same_bill(agency.preview("2024-07", as_of="2024-07-15T12:00:00Z", by="site"), then)
    assert not same_bill(agency.preview("2024-07", by="site"), then)


@pytest.mark.parametrize("by", ["site", "license", "client", "day", "product"])
def test_i1_as_of_before_a_revocation_the_license_goes_on_into_the_next_month(
    agency: Agency, by: str
) -> None:
    key = agency.issue_one(at="2024-06-01", site=A, client="Ann")
    agency.revoke(key, at="2024-06-20")
    assert agency.preview("2024-07")["lines"] == []
    found = agency.preview("2024-07", as_of="2024-06-10", by=by)
    assert (found["lines"][0]["days_to_date"], found["lines"][0]["days"]) == (0, 31)
    assert sum(group["days"] for group in found["groups"]) == 31


def test_i1_as_of_a_date_is_its_end(agency: Agency) -> None:
    agency.issue_one(at="2024-07-10T23:59:59Z")
    assert agency.preview("2024-07", as_of="2024-07-10")["as_of"] == "2024-07-10T23:59:59.999999Z"
    assert agency.preview("2024-07", as_of="2024-07-10")["lines"][0]["days_to_date"] == 1
    assert agency.preview("2024-07", as_of="2024-07-09")["lines"] == []


def test_i1_as_of_the_very_instant_of_a_change_it_has_happened(agency: Agency) -> None:
    key = agency.issue_one(at="2024-07-10T12:00:00Z", site=A)
    agency.transfer(key, B, at="2024-07-11T12:00:00Z")
    before = days_by(agency, "site", as_of="2024-07-11T11:59:59.999999Z")
    after = days_by(agency, "site", as_of="2024-07-11T12:00:00Z")
    assert before == {A: (2, 22)}
    assert after == {A: (1, 1), B: (1, 21)}
    assert agency.preview("2024-07", as_of="2024-07-10T11:59:59.999999Z")["lines"] == []


def test_i1_as_of_a_moment_a_site_has_the_client_it_had_then(agency: Agency) -> None:
    agency.issue_one(at="2024-07-01", site=A, client="Ann")
    agency.move_site(A, "Bob", at="2024-07-11T08:00:00Z")
    agency.move_site(A, "Cyd", at="2024-07-21")
    assert days_by(agency, "client", as_of="2024-07-10") == {"Ann": (10, 31)}
    assert days_by(agency, "client", as_of="2024-07-11") == {"Ann": (10, 10), "Bob": (1, 21)}
    assert days_by(agency, "client", as_of="2024-07-11T07:59:59Z") == {"Ann": (11, 31)}
    assert days_by(agency, "client") == {"Ann": (10, 10), "Bob": (10, 10), "Cyd": (11, 11)}


def test_i1_as_of_between_two_moves_of_a_day_a_site_has_the_client_of_the_moment(
    agency: Agency,
) -> None:
    agency.issue_one(at="2024-07-01", site=A, client="Ann")
    agency.move_site(A, "Bob", at="2024-07-11T08:00:00Z")
    agency.move_site(A, "Cyd", at="2024-07-11T10:00:00Z")
    found = days_by(agency, "client", as_of="2024-07-11T09:00:00Z")
    assert found == {"Ann": (10, 10), "Bob": (1, 21)}


# --- what if -------------------------------------------------------------------------------------


def test_what_if_revoked_is_what_revoking_then_would_bring(agency: Agency) -> None:
    key, _ = agency.issue("jetpack-scan", 2, at="2024-07-01", site=A)
    parent, (child, *_) = agency.bundle(at="2024-07-01")
    agency.assign(child, B, at="2024-07-02")
    supposed = {
        by: agency.preview("2024-07", by=by, revoke=[f"{key}@2024-07-10", f"{parent}@2024-07-20"])
        for by in ("site", "license", "day", "product", "client")
    }
    before = agency.state()
    agency.revoke(key, at="2024-07-10")
    agency.revoke(parent, at="2024-07-20")
    assert agency.state().events > before.events
    for by, expected in supposed.items():
        assert same_bill(agency.preview("2024-07", by=by), expected)


def test_what_if_issued_is_what_issuing_then_would_bring(agency: Agency) -> None:
    agency.issue_one(at="2024-07-01", site=A)
    orders = ["jetpack-scan:3@2024-07-10", "jetpack-ai@2024-07-15T12:00:00Z"]
    supposed = {
        by: agency.preview("2024-07", by=by, issue=orders)
        for by in ("site", "day", "product", "client")
    }
    agency.issue("jetpack-scan", 3, at="2024-07-10")
    agency.issue("jetpack-ai", 1, at="2024-07-15T12:00:00Z")
    for by, expected in supposed.items():
        assert same_bill(agency.preview("2024-07", by=by), expected)


def test_what_if_issued_each_supposed_license_is_a_group_of_its_own(agency: Agency) -> None:
    july = agency.preview("2024-07", by="license", issue=["jetpack-scan:2@2024-07-30"] * 2)
    assert [group["days"] for group in july["groups"]] == [2, 2, 2, 2]
    assert minor(july["total"]) == 8 * 16


def test_what_if_a_child_is_revoked_its_bundle_keeps_its_size(agency: Agency) -> None:
    _, (child, *_) = agency.bundle(at="2024-07-01")
    agency.assign(child, A, at="2024-07-01")
    question = f"{child}@2024-07-10"
    supposed = agency.preview("2024-07", by="site", revoke=[question])
    agency.revoke(child, at="2024-07-10")
    found = agency.preview("2024-07", by="site")
    assert same_bill(found, supposed)
    assert days_by(agency, "site") == {A: (10, 10), None: (84, 84)}


def test_what_if_a_child_is_revoked_and_then_its_bundle(agency: Agency) -> None:
    parent, (child, *_) = agency.bundle(at="2024-07-01")
    agency.assign(child, A, at="2024-07-01")
    questions = [f"{child}@2024-07-10", f"{parent}@2024-07-20"]
    supposed = agency.preview("2024-07", by="site", revoke=questions)
    agency.revoke(child, at="2024-07-10")
    agency.revoke(parent, at="2024-07-20")
    assert same_bill(agency.preview("2024-07", by="site"), supposed)


def test_what_if_the_month_is_over_before_it_begins(agency: Agency) -> None:
    key = agency.issue_one(at="2024-07-01")
    assert agency.preview("2024-09", revoke=[f"{key}@2024-08-31"])["lines"] == []
    (line,) = agency.preview("2024-09", revoke=[f"{key}@2024-09-10"])["lines"]
    assert (line["days_to_date"], line["days"]) == (0, 10)


def test_what_if_as_of_an_earlier_moment_starts_from_how_it_was_then(agency: Agency) -> None:
    key = agency.issue_one(now="2024-07-01T10:00:00Z", site=A)
    question = f"{key}@2024-07-20"
    then = agency.preview("2024-07", now="2024-07-05T00:00:00Z", by="site", revoke=[question])
    agency.transfer(key, B, at="2024-07-10T10:00:00Z")
    agency.revoke(key, at="2024-07-12T10:00:00Z")
    now = agency.preview("2024-07", as_of="2024-07-05T00:00:00Z", by="site", revoke=[question])
    assert same_bill(now, then)
    assert days_by(agency, "site", as_of="2024-07-05", revoke=[question]) == {A: (5, 20)}


def test_what_if_as_of_before_a_bundles_child_was_replaced(agency: Agency) -> None:
    parent, (child, *_) = agency.bundle(now="2024-07-01T00:00:00Z")
    agency.assign(child, A, at="2024-07-02")
    question = f"{parent}@2024-07-20"
    then = agency.preview("2024-07", now="2024-07-05T00:00:00Z", by="license", revoke=[question])
    agency.revoke(child, at="2024-07-10")
    agency.revoke(parent, at="2024-07-12")
    now = agency.preview("2024-07", as_of="2024-07-05T00:00:00Z", by="license", revoke=[question])
    assert same_bill(now, then)


def test_the_most_that_can_be_supposed_counts_all_of_a_question(
    agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(what_if, "MOST_SUPPOSED", 5)
    three, two = "jetpack-scan:3@2024-07-10", "jetpack-ai:2@2024-07-10"
    assert agency.ask(preview, month="2024-07", issue=[three, two])["total"]
    with pytest.raises(BadInput, match="At most 5 licenses") as caught:
        agency.ask(preview, month="2024-07", issue=[three, three])
    assert (caught.value.code, caught.value.subject) == ("too_many_supposed", three)


@pytest.mark.parametrize(
    ("option", "text", "code", "exit_code"),
    [
        ("revoke", "KEY", "bad_what_if", 2),
        ("revoke", "@2024-07-10", "bad_what_if", 2),
        ("revoke", "KEY@", "bad_instant", 2),
        ("revoke", "KEY@soon", "bad_instant", 2),
        ("revoke", "nope@2024-07-10", "unknown_license", 2),
        ("revoke", "KEY@2024-06-30", "before_last_event", 2),
        ("revoke", "GONE@2024-07-10", "license_revoked", 3),
        ("revoke", "CHILD@2024-07-10", "bundle_child_unassigned", 3),
        ("issue", "jetpack-scan:3", "bad_what_if", 2),
        ("issue", "jetpack-scan:0@2024-07-10", "bad_what_if", 2),
        ("issue", "jetpack-scan:-1@2024-07-10", "bad_what_if", 2),
        ("issue", "jetpack-scan:x@2024-07-10", "bad_what_if", 2),
        ("issue", "jetpack-scan:9999999@2024-07-10", "too_many_supposed", 2),
        ("issue", "jetpack-scan:100001@2024-07-10", "too_many_supposed", 2),
        ("issue", "nope:1@2024-07-10", "unknown_product", 2),
        ("issue", "jetpack-scan:1@2021-12-31", "no_price", 1),
        ("month", "2024-7", "bad_month", 2),
        ("month", "2024-13", "bad_month", 2),
        ("as_of", "now", "bad_instant", 2),
        ("markup", "20 %", "bad_percent", 2),
        ("markup", "-100", "bad_percent", 2),
        ("markup", "NaN", "bad_percent", 2),
        ("by", "color", "bad_by", 2),
    ],
)
def test_a_bad_question_is_refused_and_nothing_is_written(
    agency: Agency, option: str, text: str, code: str, exit_code: int
) -> None:
    key = agency.issue_one(at="2024-07-01")
    gone = agency.issue_one(at="2024-07-01")
    agency.revoke(gone, at="2024-07-05")
    _, (child, *_) = agency.bundle(at="2024-07-01")
    asked = text.replace("KEY", key).replace("GONE", gone).replace("CHILD", child)
    options: dict[str, Any] = {"month": "2021-12" if code == "no_price" else "2024-07"}
    options[option] = [asked] if option in {"revoke", "issue"} else asked
    before = agency.state()
    with pytest.raises(JpcliError) as caught:
        agency.ask(preview, **options)
    assert (caught.value.code, caught.value.exit_code) == (code, exit_code)
    assert agency.state() == before


def test_two_questions_at_one_desk_do_not_disturb_each_other(agency: Agency) -> None:
    key = agency.issue_one(at="2024-07-01")
    with agency.desk(writes=False) as desk:
        supposed = preview(desk, "2024-07", revoke=[f"{key}@2024-07-10"]).data["total"]
        plain = preview(desk, "2024-07").data["total"]
        again = preview(desk, "2024-07", revoke=[f"{key}@2024-07-20"]).data["total"]
    assert [minor(total) for total in (supposed, plain, again)] == [160, 31 * 16, 320]
