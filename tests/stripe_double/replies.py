"""The answers of a Stripe that is not well."""

from __future__ import annotations

from tests.stripe_double.errors import StripeFault
from tests.stripe_double.faults import Fault
from tests.stripe_double.wire import Reply


def rate_limited(fault: Fault) -> StripeFault:
    headers = {"Stripe-Rate-Limited-Reason": "global-rate"}
    if fault.retry_after is not None:
        headers["Retry-After"] = str(fault.retry_after)
    message = "Request rate limit exceeded. Learn more about rate limits."
    return StripeFault(429, "invalid_request_error", message, code="rate_limit", headers=headers)


def failure(fault: Fault) -> StripeFault:
    if fault.status == 409:
        message = "There is currently another in-progress request using this object."
        return StripeFault(409, "invalid_request_error", message, code="lock_timeout")
    return StripeFault(fault.status, "api_error", "Sorry! Something went wrong on our end.")


def page_of_a_proxy(fault: Fault) -> Reply:
    page = b"<html><body><h1>Sign in to the guest network</h1></body></html>"
    return Reply(200 if fault.status == 500 else fault.status, page, content_type="text/html")
