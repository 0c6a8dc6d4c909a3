from __future__ import annotations

from datetime import date

import pytest

from jpcli.domain.card_numbers import check_no_card_number, looks_like_card_number
from jpcli.domain.cards import (
    Card,
    becomes_primary,
    check_brand,
    check_can_issue,
    check_last4,
    describe,
    expiry_note,
    is_expired,
    parse_exp,
    promoted,
)
from jpcli.domain.errors import BadInput, Refused
from tests.domain.refused import refused


def card(name: str, added_at: int = 0, primary: bool = False) -> Card:
    return Card(name, "visa", "4242", 12, 2030, added_at, primary)


@pytest.mark.parametrize(
    "text",
    [
        "4242424242424242",
        "4242 4242 4242 4242",
        "4242-4242-4242-4242",
        "  4242 4242 4242 4242\n",
        "42 42 42 42 42 42 42 42",
        "378282246310005",
        "3782 822463 10005",
        "6304 0000 0000 0000",
        "5555555555554444",
        "6011 1111 1111 1117",
        "4222222222222",
        "visa 4242 4242 4242 4242",
        "visa:4242424242424242,12/30",
        "4242424242424242 12/30",
        "Anna Bell, 3782-822463-10005, 12/30",
        "４２４２４２４２４２４２４２４２",
        # The shortest and the longest, alone and inside a text; figures of every value.
        "424242424242",
        "4242424242424242428",
        "499999999999999",
        "card 424242424242",
        "card 4242424242424242428",
        # Groups of three, as some cards and some people have them.
        "424 242 424 242",
        "card 424 242 424 242",
        "card: 378-282-246-310-005",
        "card 424 242 424 242 424 2428",
        "123 and 424 242 424 242, please",
        # With the three figures from its back, or anything else of figures beside it.
        "4242 4242 4242 4242 123",
        "7 424 242 424 242",
        # Dots, other dashes and blanks, and groups of any length inside a text.
        "card 4242.4242.4242.4242",
        "card 42 42 42 42 42 42",
        "card 424  242  424  242",
        "card 424 242 424 242 424 2 of Anna",
        "card 4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2",
        "x_4242_4242_4242_4242",
        "4242\u20134242\u20134242\u20134242",
        "4242\u00a04242 - 4242 - 4242",
        "on 2026-11-25 4242 4242 4242 4242 at 10:30",
        "https://example.com/4242424242424242",
        "+4242424242424242",
        "+4242 4242 4242 4242",
        "+1 415 555 2671 4242 4242 4242 4242",
        # Which is no account's number, and beside one that is.
        "AT00 4242 4242 4242 4242",
        "AT61 1904 3002 3457 3201 4242 4242 4242 4242",
    ],
)
def test_a_card_number_is_never_taken(text: str) -> None:
    assert looks_like_card_number(text)
    for check in (check_no_card_number, check_brand, check_last4, parse_exp):
        with pytest.raises(BadInput) as caught:
            check(text)
        assert caught.value.code == "card_number"
        # It must not be repeated in a log.
        assert caught.value.subject is None
        assert "4242" not in caught.value.message + str(caught.value.hint)
        assert "--last4" in str(caught.value.hint)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4242",
        "visa",
        "12/2030",
        "4242424242424241",
        "42424242420",
        "42424242424242424242",
        "card 42424242420",
        "card 42424242424242424242",
        "card 424, 242, 424, 242",
        "- 424",
        "jetpack-scan_xZjtE12WIVwBus4n2wbIrYcIM",
        "pm_1NXxyz4242424242",
        "2024-01-02 2024-01-03 2024-01-04 2024-01-05",
        "2024-02-25T02:01:55Z",
        "2024-02-25 02:01:55 2024-02-26 02:01:55.000000",
        "192.168.100.111",
        # Which pass the Luhn check, all of them.
        "+49 170 1234560",
        "call +1 415 555 26716, or +44 20 7946 0956",
        "https://192.168.100.200",
        "https://example.com/4242/4242/4242/4242",
        "- - -",
        # The number of an account, whose own check figures are right.
        "AT61 1904 3002 3457 3201",
        "Pay to IBAN AT611904300234573201 BANK, please",
        "Pay to AT61 1904 3002 3457 3201 BANK OF ANNA within 14 days",
    ],
)
def test_what_is_no_card_number_passes(text: str) -> None:
    assert not looks_like_card_number(text)
    check_no_card_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12",
        "12/",
        "/2030",
        "13/2030",
        "00/2030",
        "12/203",
        "12-2030",
        "12/20300",
        "1 2/2030",
        "12/1999",
        "12/2200",
        "-1/2030",
        "１２/2030",
        "dec/2030",
        "12/2030/1",
    ],
)
def test_what_is_no_expiry_is_refused(text: str) -> None:
    refused(parse_exp, text, "bad_expiry", "12/2030")


@pytest.mark.parametrize("text", ["", "424", "42424", "42 2", "abcd", "４２４２", "-424"])
def test_what_are_no_last_four_digits_is_refused(text: str) -> None:
    refused(check_last4, text, "bad_last4", "4242")


@pytest.mark.parametrize("text", ["", "vsia", "visa!", "bank"])
def test_what_is_no_brand_is_refused(text: str) -> None:
    refused(check_brand, text, "bad_brand", "amex, cartes_bancaires")


def test_a_card_is_a_brand_four_digits_and_a_month() -> None:
    assert check_brand("Visa") == "visa"
    assert check_brand("American Express") == "amex"
    assert check_last4("0042") == "0042"
    assert parse_exp("12/2030") == parse_exp("12/30") == (12, 2030)
    assert parse_exp("1/2031") == parse_exp("01/2031") == (1, 2031)
    assert (parse_exp("1/2000"), parse_exp("12/2199")) == ((1, 2000), (12, 2199))
    assert describe(card("a")) == "visa ···· 4242"


def test_r1_without_a_primary_card_nothing_is_issued() -> None:
    for cards in ([], [card("a")], [card("a"), card("b")]):
        with pytest.raises(Refused) as caught:
            check_can_issue(cards)
        assert caught.value.code == "no_primary_card"
        cure = "jpcli cards primary a" if cards else "jpcli cards add --primary"
        assert cure in str(caught.value.hint)
    check_can_issue([card("a"), card("b", primary=True)])


def test_r3_the_first_card_is_primary_and_a_later_one_when_asked() -> None:
    assert becomes_primary([], asked=False)
    assert becomes_primary([card("a", primary=True)], asked=True)
    assert not becomes_primary([card("a", primary=True)], asked=False)


def test_r3_removing_the_primary_promotes_the_oldest_other_card() -> None:
    """Whatever they are called; of two that were added at once, the one that is listed first."""
    cards = [card("0", 3), card("a", 1, primary=True), card("b", 2), card("1", 2)]
    promoted_card = promoted(cards, "a")
    assert promoted_card is not None
    assert promoted_card.id == "b"
    assert promoted(cards, "b") is None
    assert promoted(cards, "nobody") is None
    assert promoted([card("a", primary=True)], "a") is None


@pytest.mark.parametrize(
    ("today", "expired"),
    [("2030-11-30", False), ("2030-12-31", False), ("2031-01-01", True), ("2099-02-01", True)],
)
def test_r4_a_card_holds_to_the_end_of_its_month_and_then_warns(today: str, expired: bool) -> None:
    on = date.fromisoformat(today)
    assert is_expired(card("a"), on) == expired
    note = expiry_note(card("a"), on)
    assert (note is not None) == expired
    if note is not None:
        assert (note.code, note.kind, note.subject) == ("card_expired", "warning", "a")
        assert note.message == "The card visa ···· 4242 expired in 12/2030."
        assert note.hint == "jpcli cards add --primary"


def test_r4_an_expired_card_refuses_nothing() -> None:
    check_can_issue([card("a", primary=True)._replace(exp_year=2001)])
