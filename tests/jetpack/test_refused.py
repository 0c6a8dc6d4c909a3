"""What a refusal comes to, by its status and its code: the error, the hint, and what it tells."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from jpcli.domain.errors import AuthProblem, Failed, JpcliError, Refused
from jpcli.jetpack import errors
from jpcli.jetpack.transport import Answer

TOKEN = "to ken/1"


def refused(status: int, code: Any, *, about_site: bool = False, text: str = "No.") -> JpcliError:
    body = json.dumps({"code": code, "message": text}).encode()
    answer = Answer(status, body, "jp-1", None)
    return errors.refused(answer, TOKEN, "it", about_site=about_site)


SITE, CARD, PULL, LOGIN, GONE = "takes a site", "a card", "pull", "login", "--revoke-missing"


@pytest.mark.parametrize(
    ("status", "code", "kind", "alone", "of_site"),
    [
        (401, "invalid_input", AuthProblem, LOGIN, LOGIN),
        (401, None, AuthProblem, LOGIN, LOGIN),
        (402, "x", Failed, None, SITE),
        (403, "rest_forbidden", AuthProblem, LOGIN, LOGIN),
        (400, "missing_valid_payment_method", Refused, CARD, CARD),
        (400, "revoked_license", Refused, PULL, PULL),
        (400, "attached_license", Refused, PULL, PULL),
        (403, "not_same_owner", Refused, GONE, SITE),
        (400, "product_incompatibility", Refused, "another product", "another product"),
        (400, "multisite_incompatibility", Refused, "multisite", "multisite"),
        (400, "invalid_input", Refused, None, SITE),
        (400, "of_next_year", Failed, None, SITE),
        (400, None, Failed, None, SITE),
    ],
)
def test_the_hint(
    status: int, code: str | None, kind: type[JpcliError], alone: str | None, of_site: str
) -> None:
    for about_site, hint in ((False, alone), (True, of_site)):
        error = refused(status, code, about_site=about_site)
        assert type(error) is kind
        assert (error.hint is None) if hint is None else (hint in (error.hint or "")), error.hint
        assert (error.their_code, error.their_status, error.request_id) == (code, status, "jp-1")
        assert error.subject == (None if kind is AuthProblem else "it")


@pytest.mark.parametrize("form", [TOKEN, quote(TOKEN, safe=""), quote_plus(TOKEN)])
def test_the_token_in_every_form(form: str) -> None:
    assert errors.masked(f"<{form}|{form}>", TOKEN) == "<[token]|[token]>"
    error = refused(400, f"x_{form}", text=f"No {form}.")
    assert form not in error.message
    assert "No [token] (400 x_[token], request jp-1)" in error.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it says no more"),
        (" . ", "it says no more"),
        ("No\n\tsuch  thing...", "No such thing"),
        ("x" * 500, "x" * 500),
        ("x" * 501, "x" * 500 + "…"),
    ],
)
def test_the_words(text: str, said: str) -> None:
    assert refused(400, "a", text=text).message == f"Jetpack refused: {said} (400 a, request jp-1)"


@pytest.mark.parametrize(
    ("status", "code", "is_unknown"),
    [
        (404, "license_not_found", True),
        (400, "invalid_input", True),
        (403, "not_same_owner", True),
        (410, "not_same_owner", True),
        (403, "of_next_year", False),
        (410, "license_not_found", False),
        (404, "rest_no_route", False),
        (404, None, False),
        (400, "", False),
        (400, "rest_forbidden", False),
        (404, "invalid_token", False),
        (401, "license_not_found", False),
    ],
)
def test_what_is_about_the_key(status: int, code: str | None, is_unknown: bool) -> None:
    assert errors.is_unknown(refused(status, code)) is is_unknown


@pytest.mark.parametrize(
    ("request_id", "status", "code", "asked"),
    [
        (None, None, "", ""),
        ("jp-1", None, "", " (request jp-1)"),
        (None, 400, "", " (400)"),
        (None, 400, "a", " (400 a)"),
        ("jp-1", 400, "a", " (400 a, request jp-1)"),
    ],
)
def test_who_can_ask_by_what(
    request_id: str | None, status: int | None, code: str, asked: str
) -> None:
    assert errors._asked(request_id, status, code) == asked
