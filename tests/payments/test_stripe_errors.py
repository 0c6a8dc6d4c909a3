"""What each of Stripe's errors is for us, and after which of them the same call is made again."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from jpcli.domain.errors import AuthProblem, Busy, Decline, Declined, Failed
from jpcli.payments.gateway import KEY_CONFLICT, SERVER_ERROR, UNKNOWN_THERE
from jpcli.payments.stripe_errors import is_unknown, translate
from jpcli.payments.stripe_gateway import _pause_seconds

# Some of its errors are not typed.
SDK: Any = stripe
OTHER_CARD = "Use another card:   jpcli cards add --primary"
AGAIN = "Run the same command again; nothing is done twice."
ASK = "Ask the bank, or use another card:   jpcli cards add --primary"
RECONCILE = "Compare both sides:   jpcli invoice reconcile"


def invalid(status: int, code: str | None = None, message: str | None = "No.") -> Any:
    return SDK.InvalidRequestError(message, "amount", code, http_status=status)


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (stripe.RateLimitError(http_status=429), (Busy, "rate_limited", AGAIN, None)),
        (SDK.APIConnectionError("x"), (Busy, "network", AGAIN, None)),
        (stripe.IdempotencyError(http_status=409), (Busy, "in_progress", AGAIN, None)),
        (stripe.IdempotencyError(http_status=400), (Failed, KEY_CONFLICT, RECONCILE, None)),
        (stripe.APIError(http_status=409), (Busy, "in_progress", AGAIN, None)),
        (stripe.APIError(http_status=500), (Busy, SERVER_ERROR, AGAIN, None)),
        (invalid(409), (Busy, "in_progress", AGAIN, None)),
        (invalid(429), (Busy, "rate_limited", AGAIN, None)),
        (invalid(404), (Failed, UNKNOWN_THERE, None, "amount")),
        (invalid(400, "resource_missing"), (Failed, UNKNOWN_THERE, None, "amount")),
        (invalid(400, "amount_too_small"), (Failed, "amount_too_small", None, "amount")),
        (invalid(400), (Failed, "stripe_refused", None, "amount")),
    ],
)
def test_every_error_is_one_of_ours(error: Any, found: tuple[Any, ...]) -> None:
    ours = translate(error)
    assert (type(ours), ours.code, ours.hint, ours.subject) == found


def test_a_key_that_may_not_is_told_from_one_that_is_wrong() -> None:
    found = [translate(stripe.AuthenticationError()), translate(stripe.PermissionError())]
    assert [type(error) for error in found] == [AuthProblem, AuthProblem]
    assert [error.code for error in found] == ["wrong_key", "key_not_allowed"]


def test_stripes_own_words_are_passed_on_or_ours_where_it_has_none() -> None:
    assert translate(invalid(400)).message == "No."
    assert translate(invalid(400, message=None)).message == "Stripe refused the request"


def test_an_error_that_is_not_in_the_table_is_raised_as_it_came() -> None:
    error = stripe.StripeError("new")
    assert translate(error) is error


def card_error(code: str | None, **body: Any) -> Any:
    json_body = {"error": body} if body else None
    return SDK.CardError("No.", None, code, http_status=402, json_body=json_body)


# What Stripe says, and our code, the bank's, its advice, the charge and what helps.
DECLINES: list[tuple[Any, tuple[str, Decline, str | None]]] = [
    (
        card_error("card_declined", decline_code="insufficient_funds", charge="ch_1"),
        ("card_declined", Decline("insufficient_funds", None, "ch_1"), OTHER_CARD),
    ),
    (
        card_error("card_declined", decline_code="lost_card", advice_code="do_not_try_again"),
        ("card_declined", Decline("lost_card", "do_not_try_again", None), OTHER_CARD),
    ),
    (
        card_error("expired_card", decline_code="generic_decline", advice_code="try_again_later"),
        (
            "expired_card",
            Decline("generic_decline", "try_again_later", None),
            "Add its successor:   jpcli cards add --primary",
        ),
    ),
    *(
        (
            card_error("card_declined", decline_code="do_not_honor", network_advice_code=number),
            ("card_declined", Decline("do_not_honor", advice, None), ASK),
        )
        for number, advice in [("03", "do_not_try_again"), ("21", "do_not_try_again"), ("02", None)]
    ),
    (
        card_error("authentication_required"),
        (
            "authentication_required",
            Decline("authentication_required", None, None),
            "The bank wants the cardholder to confirm: open the invoice's page.",
        ),
    ),
    (
        card_error(None),
        (
            "card_declined",
            Decline("card_declined", None, None),
            ASK,
        ),
    ),
]


@pytest.mark.parametrize(("error", "found"), DECLINES)
def test_a_decline_has_the_banks_reason_and_what_helps(
    error: Any, found: tuple[str, Decline, str | None]
) -> None:
    ours: Any = translate(error)
    assert (type(ours), ours.code, ours.decline, ours.hint) == (Declined, *found)
    assert ours.message == f"No. ({found[1].code})"


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (SDK.APIConnectionError("x", should_retry=True), True),
        (SDK.APIConnectionError("x", should_retry=False), False),
        (stripe.StripeError("x"), False),
        (stripe.APIError(http_status=409), True),
        (stripe.APIError(http_status=500), True),
        (stripe.APIError(http_status=499), False),
        (card_error("card_declined"), False),
        # Stripe's own advice goes first, both ways.
        (stripe.APIError(http_status=500, headers={"stripe-should-retry": "false"}), False),
        (stripe.APIError(http_status=400, headers={"stripe-should-retry": "true"}), True),
        (stripe.APIError(http_status=500, headers={"stripe-should-retry": "perhaps"}), True),
    ],
)
def test_a_call_is_repeated_only_where_its_outcome_is_open(error: Any, again: bool) -> None:
    assert is_unknown(error) is again


@pytest.mark.parametrize(
    ("told", "attempt", "seconds"),
    [
        (None, 0, 0.5),
        (None, 3, 4.0),
        (None, 9, 30.0),
        ("2", 0, 2.0),
        ("1.5", 3, 1.5),
        ("3600", 0, 30.0),
        *((none, 2, 2.0) for none in ("0", "0.0", "00")),
        *((odd, 1, 1.0) for odd in ("1.2.3", "soon", "²", "")),
    ],
)
def test_it_waits_as_long_as_stripe_says_or_twice_as_long_each_time(
    told: str | None, attempt: int, seconds: float
) -> None:
    headers = {} if told is None else {"retry-after": told}
    assert _pause_seconds(stripe.RateLimitError(headers=headers), attempt) == seconds
