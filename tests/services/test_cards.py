"""Cards: R1, R3 and R4."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jpcli.domain.collection import BY_HAND
from jpcli.domain.errors import BadInput, Refused
from jpcli.domain.instants import parse_instant
from jpcli.services import cards
from jpcli.services.collection import offline
from jpcli.services.licenses import issue
from jpcli.services.status import status
from tests.services.agency import BEGUN, A, Agency, codes

if TYPE_CHECKING:
    from collections.abc import Callable

    from jpcli.domain.answers import Answer


def listed(agency: Agency, **options: Any) -> list[tuple[str, bool]]:
    """(last four digits, primary) of the cards on file."""
    found = agency.ask(cards.list_cards, **options)["cards"]
    return [(card["last4"], card["primary"]) for card in found]


def test_r1_without_a_card_nothing_is_issued(new_agency: Agency) -> None:
    before = new_agency.state()
    with pytest.raises(Refused) as caught:
        new_agency.issue_one()
    assert (caught.value.code, caught.value.exit_code) == ("no_primary_card", 3)
    assert "jpcli cards add --primary" in str(caught.value.hint)
    assert new_agency.state() == before


def test_r1_adding_a_primary_card_lifts_it_at_once(new_agency: Agency) -> None:
    new_agency.card()
    assert new_agency.issue_one()


def test_r1_removing_the_only_card_pauses_issuing_again(agency: Agency) -> None:
    answer = agency.do(offline.remove_card, "4242")
    assert answer.data["cards"] == []
    assert codes(answer) == ["card_removed", "issuing_paused"]
    assert "paused until you add a card" in answer.notes[1].message
    assert answer.notes[1].hint == f"Add one:   {BY_HAND.add_card(primary=True)}"
    with pytest.raises(Refused):
        agency.issue_one()


def test_r1_back_dating_does_not_get_around_it(agency: Agency) -> None:
    agency.do(offline.remove_card, "4242")
    with pytest.raises(Refused):
        agency.issue_one(at="2024-07-01")


def test_r1_everything_but_issuing_goes_on_without_a_card(agency: Agency) -> None:
    key, other = agency.issue("jetpack-scan", 2, at="2024-07-01")
    _, (child, *_) = agency.bundle(at="2024-07-01")
    agency.do(offline.remove_card, "4242")
    agency.assign(key, A)
    agency.transfer(key, "https://b.example")
    agency.unassign(key)
    agency.assign(child, A)
    assert "replaced" in codes(agency.revoke(key, other, child))


def test_r3_the_first_card_becomes_primary_by_itself(new_agency: Agency) -> None:
    new_agency.card("4242")
    assert listed(new_agency) == [("4242", True)]


def test_r3_a_later_card_becomes_primary_only_when_asked(agency: Agency) -> None:
    agency.card("1111")
    assert listed(agency) == [("4242", True), ("1111", False)]
    agency.card("2222", primary=True)
    assert listed(agency) == [("4242", False), ("1111", False), ("2222", True)]


def test_r3_removing_the_primary_promotes_the_oldest_other_and_says_so(agency: Agency) -> None:
    agency.card("1111", now="2024-08-15T12:00:02Z")
    agency.card("2222", now="2024-08-15T12:00:01Z", primary=True)
    answer = agency.do(offline.remove_card, "2222")
    assert listed(agency) == [("4242", True), ("1111", False)]
    assert codes(answer) == ["card_removed", "promoted"]
    assert "4242" in answer.notes[1].message
    assert agency.issue_one()


def test_r3_removing_another_card_leaves_the_primary_alone(agency: Agency) -> None:
    agency.card("1111")
    assert codes(agency.do(offline.remove_card, "1111")) == ["card_removed"]
    assert listed(agency) == [("4242", True)]


def test_r3_whether_a_card_is_the_only_one_is_known_before_it_is_removed(agency: Agency) -> None:
    with agency.desk() as desk:
        assert cards.is_only_card(desk, "4242")
        assert not cards.is_only_card(desk, "1111")  # which is not there
    agency.card("1111")
    with agency.desk() as desk:
        assert not cards.is_only_card(desk, "4242")


def test_r1_a_list_without_a_card_says_what_that_means(agency: Agency) -> None:
    with agency.desk(writes=False) as desk:
        assert cards.shown_cards(desk) == cards.list_cards(desk)
    agency.do(offline.remove_card, "4242")
    with agency.desk(writes=False) as desk:
        found = cards.shown_cards(desk)
    assert (found.data["cards"], codes(found)) == ([], ["issuing_paused"])
    assert found.notes[0].hint == f"Add one:   {BY_HAND.add_card()}"


def test_r3_after_the_only_card_went_the_next_one_is_the_first_again(agency: Agency) -> None:
    agency.do(offline.remove_card, "4242")
    agency.card("1111")
    assert listed(agency) == [("1111", True)]


def test_r3_another_card_is_made_primary_by_name(agency: Agency) -> None:
    number = agency.card("1111")
    assert codes(agency.do(offline.make_primary, number)) == ["primary"]
    assert listed(agency) == [("4242", False), ("1111", True)]
    before = agency.state()
    assert codes(agency.do(offline.make_primary, "1111")) == ["already_primary"]
    assert agency.state() == before


def test_r3_two_cards_with_the_same_digits_are_told_apart_by_their_ids(agency: Agency) -> None:
    agency.do(offline.add_card, "mastercard", "4242", "11/2031")
    before = agency.state()
    with pytest.raises(BadInput) as caught:
        agency.do(offline.remove_card, "4242")
    assert caught.value.code == "ambiguous_card"
    assert agency.state() == before
    first, second = (card["id"] for card in agency.ask(cards.list_cards)["cards"])
    agency.do(offline.remove_card, first)
    (left,) = agency.ask(cards.list_cards)["cards"]
    assert (left["id"], left["primary"]) == (second, True)


@pytest.mark.parametrize(
    ("now", "expired"),
    [("2024-06-30T23:59:59Z", False), ("2024-07-01T00:00:00Z", True), ("2025-01-01T00:00Z", True)],
)
def test_r4_a_card_is_good_to_the_end_of_its_month(
    new_agency: Agency, now: str, expired: bool
) -> None:
    new_agency.card("4242", "06/2024", now=BEGUN)
    (card,) = new_agency.ask(cards.list_cards, now=now)["cards"]
    assert card["expired"] is expired


def test_r4_an_expired_card_warns_wherever_a_card_matters_and_refuses_nothing(
    new_agency: Agency,
) -> None:
    new_agency.card("4242", "06/2024", now=BEGUN)
    issued = new_agency.do(issue.issue, "jetpack-scan")
    assert codes(issued) == ["issued", "costs", "card_expired"]
    warning = issued.notes[-1]
    assert (warning.kind, warning.hint) == ("warning", BY_HAND.add_card(primary=True))
    with new_agency.desk(writes=False) as desk:
        assert codes(cards.list_cards(desk)) == ["card_expired"]
        assert codes(status(desk)) == ["card_expired"]
    added = new_agency.do(offline.add_card, "visa", "1111", "12/2030")
    assert codes(added) == ["card_added", "not_primary", "card_expired"]


def test_a_card_number_never_gets_in_not_even_as_a_name(agency: Agency) -> None:
    number = "4242424242424242"
    before = agency.state()
    for arguments in [
        ("visa", number, "12/2030"),
        (number, "4242", "12/2030"),
        ("visa", "4242", number),
        ("visa", "4242 4242 4242 4242", "12/2030"),
        ("none", "1", number),  # before anything else that is wrong
    ]:
        with pytest.raises(BadInput) as caught:
            agency.do(offline.add_card, *arguments)
        assert caught.value.code == "card_number"
        assert "4242" not in caught.value.message
    assert agency.state() == before
    assert number not in before.tables


def said(answer: Answer[Any]) -> list[tuple[str, str, str | None, str, str | None]]:
    return [(n.code, n.kind, n.subject, n.message, n.hint) for n in answer.notes]


def test_every_change_of_a_card_says_what_it_did_and_to_which(new_agency: Agency) -> None:
    added = new_agency.do(offline.add_card, "visa", "4242", "12/2030")
    first = added.data["cards"][0]["id"]
    assert said(added) == [
        ("card_added", "ok", first, "Added visa ···· 4242 as the primary card", None)
    ]
    added = new_agency.do(offline.add_card, "amex", "0005", "12/2030")
    second = added.data["cards"][1]["id"]
    assert said(added) == [
        ("card_added", "ok", second, "Added amex ···· 0005", None),
        (
            "not_primary",
            "info",
            None,
            "Another card stays primary",
            f"jpcli cards primary {second}",
        ),
    ]
    made = new_agency.do(offline.make_primary, second)
    assert said(made) == [("primary", "ok", second, "Made amex ···· 0005 the primary card", None)]
    assert [card["primary"] for card in made.data["cards"]] == [False, True]
    again = new_agency.do(offline.make_primary, second)
    assert said(again) == [
        ("already_primary", "info", None, "amex ···· 0005 is the primary card already", None)
    ]
    removed = new_agency.do(offline.remove_card, second)
    assert said(removed) == [
        ("card_removed", "ok", second, "Removed amex ···· 0005", None),
        ("promoted", "info", first, "Made visa ···· 4242 the primary card", None),
    ]
    assert [card["primary"] for card in removed.data["cards"]] == [True]
    (last,) = said(new_agency.do(offline.remove_card, first))[1:]
    assert last[3] == "Issuing new licenses is paused until you add a card"
    (only,) = said(new_agency.do(offline.add_card, "visa", "4242", "12/2030", primary=True))
    assert only[0] == "card_added"


def test_a_change_of_a_card_may_be_dated_back(agency: Agency) -> None:
    agency.do(offline.add_card, "visa", "1111", "12/2030", at="2023-05-01")
    agency.do(offline.add_card, "visa", "2222", "12/2030", at="2023-04-01")
    assert listed(agency) == [("4242", True), ("2222", False), ("1111", False)]
    agency.do(offline.make_primary, "1111", at="2023-05-02")
    agency.do(offline.remove_card, "1111", at="2023-05-03")
    assert listed(agency) == [("4242", True), ("2222", False)]
    found = agency.stored(
        "SELECT at FROM events WHERE kind LIKE 'card.%' ORDER BY seq DESC LIMIT 4"
    )
    dates = ["2023-05-03", "2023-05-02", "2023-04-01", "2023-05-01"]
    assert [row[0] for row in found] == [parse_instant(f"{day}T00:00:00Z") for day in dates]


@pytest.mark.parametrize("change", [offline.make_primary, offline.remove_card])
@pytest.mark.parametrize(
    ("name", "code", "cure"),
    [
        ("9999", "unknown_card", "jpcli cards list"),
        ("", "unknown_card", "jpcli cards list"),
        ("card_", "unknown_card", "jpcli cards list"),
        ("1111", "ambiguous_card", "jpcli cards list"),
        ("4242 4242 4242 4242", "card_number", "--last4"),
    ],
)
def test_a_card_that_is_not_told_apart_is_not_changed(
    agency: Agency, change: Callable[..., Answer[Any]], name: str, code: str, cure: str
) -> None:
    agency.card("1111")
    agency.card("1111", exp="11/2031")
    before = agency.state()
    with pytest.raises(BadInput) as caught:
        agency.do(change, name)
    assert caught.value.code == code
    assert cure in str(caught.value.hint)
    assert caught.value.subject == (None if code == "card_number" else name)
    assert agency.state() == before


@pytest.mark.parametrize("by", ["id", "digits"])
@pytest.mark.parametrize("only", [False, True])
def test_a_card_that_was_taken_off_before_is_gone_already(
    new_agency: Agency, by: str, only: bool
) -> None:
    """The answer of the first run may have been lost; another card is never meant by it."""
    added = new_agency.card("4242")
    if not only:
        new_agency.card("1111")
    name = added if by == "id" else "4242"
    new_agency.do(offline.remove_card, name)
    before = new_agency.state()
    several: list[dict[str, Any]] = [{}, {"only_too": False}, {"dry_run": True}]
    for options in several:
        again = new_agency.do(offline.remove_card, name, **options)
        gone = ["already_removed"] + ["issuing_paused"] * only
        assert codes(again) == gone + ["dry_run"] * ("dry_run" in options)
        assert len(again.data["cards"]) == (not only)
    for other in ("4444", "card_99", "424", "４２４２"):
        with pytest.raises(BadInput) as caught:
            new_agency.do(offline.remove_card, other)
        assert caught.value.code == "unknown_card"
    assert new_agency.state() == before
    with pytest.raises(BadInput):
        new_agency.do(offline.make_primary, name)
