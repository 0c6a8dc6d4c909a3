"""What a person agreed to is all that is changed, whatever others do meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from jpcli.domain.errors import Busy
from jpcli.services.licenses import assign, revoke
from jpcli.services.licenses.choose import Choice, matching
from tests.services.agency import A, Agency, B, codes

ON_A = Choice(site=A)


def seen(agency: Agency, choice: Choice) -> Choice:
    """The choice with what it finds now, all of which somebody said yes to."""
    with agency.desk(writes=False) as desk:
        return choice._replace(shown=frozenset(matching(desk, "revoke", choice).keys))


@pytest.fixture
def agreed(agency: Agency) -> Choice:
    for _ in range(2):
        agency.issue_one(at="2024-07-01", site=A)
    return seen(agency, ON_A)


def states(agency: Agency) -> dict[str, Any]:
    from jpcli.services.licenses.licenses import build_filter, list_licenses

    with agency.desk(writes=False) as desk:
        data = list_licenses(desk, build_filter(desk)).data["licenses"]
        return {row[0]: row[2] for row in data.rows}


def test_what_came_after_the_question_is_left_alone(agency: Agency, agreed: Choice) -> None:
    late = agency.issue_one(site=A)
    agency.do(revoke.revoke, [], choice=agreed)
    found = states(agency)
    assert found.pop(late) == "assigned"
    assert set(found.values()) == {"revoked"}


@pytest.mark.parametrize("change", ["transfer", "unassign", "revoke"])
def test_what_was_changed_since_the_question_stops_all(
    agency: Agency, agreed: Choice, change: str
) -> None:
    assert agreed.shown is not None
    gone, other = sorted(agreed.shown)
    getattr(agency, change)(gone, *([B] if change == "transfer" else []))
    before = agency.state()
    with pytest.raises(Busy) as caught:
        agency.do(revoke.revoke, [], choice=agreed)
    assert caught.value.code == "changed_meanwhile"
    assert agency.state() == before
    assert states(agency)[other] == "assigned"


def test_nothing_was_there_to_say_yes_to(agency: Agency) -> None:
    agency.issue_one(at="2024-07-01", site=A)
    nothing = seen(agency, Choice(site=A, product="jetpack-ai"))
    agency.issue_one("jetpack-ai", site=A)
    before = agency.state()
    assert codes(agency.do(revoke.revoke, [], choice=nothing)) == ["nothing_found"]
    assert agency.state() == before


def test_a_name_that_means_another_license_by_now_stops(agency: Agency, agreed: Choice) -> None:
    other = agency.issue_one()
    with pytest.raises(Busy):
        agency.do(revoke.revoke, [other], choice=Choice(shown=agreed.shown))
    assert states(agency)[other] == "unassigned"


def test_one_match_that_became_two_needs_a_word(agency: Agency) -> None:
    from jpcli.domain.errors import BadInput

    agency.issue_one(at="2024-07-01", site=A)
    agency.issue_one(site=A)
    before = agency.state()
    with pytest.raises(BadInput) as caught:
        agency.do(assign.unassign, [], choice=ON_A)
    assert caught.value.code == "several_licenses"
    assert agency.state() == before
