"""Stripe's test cards: what they look like and what happens when they are used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.stripe_double.errors import StripeFault

MESSAGES = {
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "expired_card": "Your card has expired.",
    "fraudulent": "Your card was declined.",
    "generic_decline": "Your card was declined.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "insufficient_funds": "Your card has insufficient funds.",
    "lost_card": "Your card was declined.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "stolen_card": "Your card was declined.",
    "do_not_honor": "Your card was declined.",
}
# These decline codes are error codes themselves and have no decline_code of their own.
OWN_CODES = frozenset(
    {"expired_card", "incorrect_cvc", "processing_error", "authentication_required"}
)


@dataclass(frozen=True, slots=True)
class TestCard:
    """`attach` and `charge` are the decline codes of that use; None: it works."""

    __test__ = False

    brand: str
    last4: str
    attach: str | None = None
    charge: str | None = None
    country: str = "US"
    exp_month: int = 12
    exp_year: int = 2034


def _declining(code: str, last4: str) -> TestCard:
    """It is declined when it is attached, too: Stripe checks a card before it stores it."""
    return TestCard("visa", last4, attach=code, charge=code)


CARDS = {
    "pm_card_visa": TestCard("visa", "4242"),
    "pm_card_visa_debit": TestCard("visa", "5556"),
    "pm_card_mastercard": TestCard("mastercard", "4444"),
    "pm_card_amex": TestCard("amex", "8431"),
    "pm_card_discover": TestCard("discover", "1117"),
    "pm_card_jcb": TestCard("jcb", "0505"),
    "pm_card_diners": TestCard("diners", "0004"),
    "pm_card_unionpay": TestCard("unionpay", "0005"),
    # It attaches and is declined when it is charged.
    "pm_card_chargeCustomerFail": TestCard("visa", "0341", charge="generic_decline"),
    # It attaches, and every payment asks for 3-D Secure.
    "pm_card_authenticationRequired": TestCard("visa", "3184", charge="authentication_required"),
    "pm_card_threeDSecure2Required": TestCard("visa", "3220", charge="authentication_required"),
    "pm_card_chargeDeclined": _declining("generic_decline", "0002"),
    "pm_card_visa_chargeDeclined": _declining("generic_decline", "0002"),
    "pm_card_chargeDeclinedInsufficientFunds": _declining("insufficient_funds", "9995"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": _declining("insufficient_funds", "9995"),
    "pm_card_visa_chargeDeclinedLostCard": _declining("lost_card", "9987"),
    "pm_card_visa_chargeDeclinedStolenCard": _declining("stolen_card", "9979"),
    "pm_card_chargeDeclinedFraudulent": _declining("fraudulent", "0019"),
    "pm_card_chargeDeclinedExpiredCard": _declining("expired_card", "0069"),
    "pm_card_chargeDeclinedIncorrectCvc": _declining("incorrect_cvc", "0127"),
    "pm_card_chargeDeclinedProcessingError": _declining("processing_error", "0119"),
}
# The same cards as tokens.
TOKENS = {name.replace("pm_card_", "tok_", 1): name for name in CARDS}


def card_fields(card: TestCard) -> dict[str, Any]:
    """The `card` hash of a payment method."""
    return {
        "brand": card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass",
        },
        "country": card.country,
        "display_brand": card.brand,
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "fingerprint": f"Fp{card.brand[:4].title():x<6}{card.last4}AbCd",
        "funding": "credit",
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def declined(code: str, **more: Any) -> StripeFault:
    """The 402 of a decline code. `more` are further fields of the error."""
    if code in OWN_CODES:
        error_code = code
        if code == "authentication_required":
            more["decline_code"] = code
    else:
        error_code = "card_declined"
        more["decline_code"] = code
    message = MESSAGES.get(code, "Your card was declined.")
    return StripeFault(402, "card_error", message, code=error_code, **more)
