"""What Stripe's errors mean for us: one table, closed by default.

Owns the mapping from the names of Stripe's error classes to ours, with what a person can do. An
error whose class is not in the table is raised as it came. Only Stripe's own codes and messages
for users are passed on, never a request or a header: those could hold the key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.bounded import MAX_ANSWER_MIB
from jpcli.domain.dunning import DO_NOT_TRY_AGAIN
from jpcli.domain.errors import AuthProblem, Busy, Decline, Declined, Failed, JpcliError
from jpcli.payments.gateway import KEY_CONFLICT, SERVER_ERROR, UNKNOWN_THERE

if TYPE_CHECKING:
    from collections.abc import Callable

RETRIES_MOST = 4
RETRY_SECONDS_MOST = 30.0

# Mastercard's advice: do not try again; the cardholder has ended the agreement.
_NETWORK_SAYS_NEVER = ("03", "21")
_AGAIN = "Run the same command again; nothing is done twice."
_CARD_HINTS = {
    "authentication_required": "The bank wants the cardholder to confirm: open the invoice's page.",
    "insufficient_funds": "Use another card:   jpcli cards add --primary",
    "expired_card": "Add its successor:   jpcli cards add --primary",
    "lost_card": "Use another card:   jpcli cards add --primary",
    "stolen_card": "Use another card:   jpcli cards add --primary",
}
_CARD_HINT = "Ask the bank, or use another card:   jpcli cards add --primary"


def translate(error: Any) -> JpcliError | Any:
    """The error of ours for an error of the SDK; the very error when it is not in the table."""
    for kind in type(error).__mro__:
        mapped = _TABLE.get(kind.__name__)
        if mapped is not None:
            return mapped(error)
    return error


def is_unknown(error: Any) -> bool:
    """Is it unknown what was done, and will the same call with its key tell? Stripe's own advice
    (`Stripe-Should-Retry`) goes before the status."""
    advice = str((error.headers or {}).get("stripe-should-retry", ""))
    if advice in ("true", "false"):
        return advice == "true"
    if error.http_status is None:
        kinds = {kind.__name__ for kind in type(error).__mro__}
        return "APIConnectionError" in kinds and getattr(error, "should_retry", True)
    return bool(error.http_status == 409 or error.http_status >= 500)


def garbled() -> JpcliError:
    """An answer that is not what the API description says; what was done is not known."""
    return Busy(SERVER_ERROR, "Stripe's answer can't be understood", hint=_AGAIN)


def too_large() -> JpcliError:
    """An answer that nobody could have read; what was done is not known."""
    message = f"Stripe's answer is larger than {MAX_ANSWER_MIB} MiB"
    return Busy(SERVER_ERROR, message, hint=_AGAIN)


def _card(error: Any) -> JpcliError:
    body = (error.json_body or {}).get("error", {})
    reason = body.get("decline_code") or error.code or "card_declined"
    message = error.user_message or "The card was declined"
    hint = _CARD_HINTS.get(reason) or _CARD_HINTS.get(error.code or "", _CARD_HINT)
    declined = Declined(str(error.code or "card_declined"), f"{message} ({reason})", hint=hint)
    charge = body.get("charge")
    declined.decline = Decline(
        str(reason),
        advice_of(body.get("advice_code"), body.get("network_advice_code")),
        None if charge is None else str(charge),
    )
    return declined


def advice_of(advice: Any, network_advice: Any) -> str | None:
    """What the bank recommends, also where only the card network's number says so."""
    if advice:
        return str(advice)
    return DO_NOT_TRY_AGAIN if str(network_advice) in _NETWORK_SAYS_NEVER else None


def _rate_limit(_: Any) -> JpcliError:
    return Busy("rate_limited", "Stripe asks to slow down", hint=_AGAIN)


def _connection(_: Any) -> JpcliError:
    return Busy("network", "Stripe can't be reached, or its answer was lost", hint=_AGAIN)


def _authentication(_: Any) -> JpcliError:
    return AuthProblem(
        "wrong_key",
        "Stripe does not accept the secret key",
        hint="Set STRIPE_API_KEY, or store a key:   jpcli stripe login",
    )


def _permission(_: Any) -> JpcliError:
    return AuthProblem(
        "key_not_allowed",
        "The secret key may not do this at Stripe",
        hint="Use a key with rights on customers, payment methods, invoices and events.",
    )


def _conflict(error: Any) -> JpcliError:
    if error.http_status == 409:
        return Busy("in_progress", "The same request is being carried out at Stripe", hint=_AGAIN)
    return Failed(
        KEY_CONFLICT,
        "Stripe knows this idempotency key with another request; what came of that is not known",
        hint="Compare both sides:   jpcli invoice reconcile",
    )


def _invalid(error: Any) -> JpcliError:
    if error.http_status == 409:
        return _conflict(error)
    if error.http_status == 429:
        return _rate_limit(error)
    message = error.user_message or "Stripe refused the request"
    if error.http_status == 404 or error.code == "resource_missing":
        return Failed(UNKNOWN_THERE, message, subject=error.param)
    return Failed(str(error.code or "stripe_refused"), message, subject=error.param)


def _server(error: Any) -> JpcliError:
    if error.http_status == 409:
        return _conflict(error)
    return Busy(SERVER_ERROR, "Stripe failed while it handled the request", hint=_AGAIN)


# Names of the SDK's classes; a subclass is found by its nearest listed ancestor.
_TABLE: dict[str, Callable[[Any], JpcliError]] = {
    "CardError": _card,
    "RateLimitError": _rate_limit,
    "APIConnectionError": _connection,
    "AuthenticationError": _authentication,
    "PermissionError": _permission,
    "IdempotencyError": _conflict,
    "InvalidRequestError": _invalid,
    "APIError": _server,
}
