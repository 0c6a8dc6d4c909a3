"""What the double answers when it refuses. Nothing here decides when."""

from __future__ import annotations

from typing import Any


class StripeFault(Exception):
    """An error answer: HTTP status and the fields of its `error` object."""

    def __init__(
        self,
        status: int,
        kind: str,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.error: dict[str, Any] = {"message": message, "type": kind}
        if code is not None:
            self.error["code"] = code
            self.error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
        if param is not None:
            self.error["param"] = param
        self.error |= more


def invalid(message: str, param: str | None = None, code: str | None = None) -> StripeFault:
    return StripeFault(400, "invalid_request_error", message, code=code, param=param)


def missing_param(param: str) -> StripeFault:
    return invalid(f"Missing required param: {param}.", param, "parameter_missing")


def no_such(kind: str, object_id: str, param: str, status: int = 400) -> StripeFault:
    """A named object is not there: 404 when the path names it, 400 when a parameter does."""
    message = f"No such {kind}: '{object_id}'"
    return StripeFault(
        status, "invalid_request_error", message, code="resource_missing", param=param
    )


def not_built(what: str) -> StripeFault:
    """Stripe knows it and the double does not: a test that gets here needs a larger double."""
    return StripeFault(501, "api_error", f"The double does not do this: {what}")
