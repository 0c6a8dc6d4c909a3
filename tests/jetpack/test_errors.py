"""Jetpack's errors by one table, closed by default; the token in none of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from jpcli.domain.errors import AuthProblem, Failed, JpcliError, Refused
from jpcli.jetpack.licensing import Licensing, NotListed
from tests.jetpack_double.double import JetpackDouble
from tests.jetpack_double.faults import FORMS

KEY = "jetpack-scan_abcdefgh"
Make = Callable[[Licensing], Any]
CALLS: dict[str, Make] = {
    "issue": lambda asking: asking.issue("jetpack-scan"),
    "revoke": lambda asking: asking.revoke(KEY),
    "attach": lambda asking: asking.attach(KEY, "https://example.com"),
    "detach": lambda asking: asking.detach(KEY, email=False),
    "connect": lambda asking: asking.connect("https://example.com", "admin"),
    "families": lambda asking: asking.families(),
}
TABLE: dict[str, tuple[type[JpcliError], str]] = {
    "missing_valid_payment_method": (Refused, "no_primary_card"),
    "revoked_license": (Refused, "license_revoked"),
    "attached_license": (Refused, "already_assigned"),
    "not_same_owner": (Refused, "not_same_owner"),
    "product_incompatibility": (Refused, "product_incompatibility"),
    "multisite_incompatibility": (Refused, "multisite_incompatibility"),
    "invalid_input": (Refused, "invalid_input"),
    "rest_forbidden": (AuthProblem, "bad_token"),
    "unauthorized": (AuthProblem, "bad_token"),
    "invalid_token": (AuthProblem, "bad_token"),
    "authorization_required": (AuthProblem, "bad_token"),
    "active_on_same_site": (Failed, "jetpack_refused"),
    "rest_no_route": (Failed, "jetpack_refused"),
    "of_next_year": (Failed, "jetpack_refused"),
}


@pytest.mark.parametrize("form", ["code", "data", "error"])
@pytest.mark.parametrize("status", [400, 403])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_every_code_in_every_form_of_every_call(
    licensing: Licensing, jetpack_double: JetpackDouble, call: Make, status: int, form: str
) -> None:
    for number, (code, ours) in enumerate(TABLE.items(), 1):
        request_id = f"jp-{number:06d}"
        jetpack_double.heal()
        jetpack_double.next("status", status=status, code=code, form=form, message="It says so.")
        with pytest.raises(JpcliError) as refused:
            call(licensing)
        error = refused.value
        assert (type(error), error.code) == ours
        assert error.message.endswith(f"It says so ({status} {code}, request {request_id})")
        assert (error.request_id, error.their_status) == (request_id, status)
        assert error.their_code == code
        assert len(jetpack_double.calls()) == number  # once


@pytest.mark.parametrize("form", sorted(FORMS))
@pytest.mark.parametrize("call", [each for name, each in CALLS.items() if name != "issue"])
def test_any_other_status_is_refused_at_once(
    licensing: Licensing, jetpack_double: JetpackDouble, call: Make, form: str
) -> None:
    for number, status in enumerate((302, 307, 404, 405, 409, 410, 418, 422), 1):
        jetpack_double.heal()
        jetpack_double.next("status", status=status, code="x", form=form, message="/elsewhere")
        with pytest.raises(Failed) as refused:
            call(licensing)
        assert refused.value.code == "jetpack_refused"
        assert str(status) in refused.value.message
        assert len(jetpack_double.calls()) == number


@pytest.mark.parametrize("code", [*TABLE, "page"])
@pytest.mark.parametrize("name", ["attach", "connect", "revoke", "issue"])
def test_a_refusal_says_what_to_do_about_the_site_where_one_was_to_be_used(
    licensing: Licensing, jetpack_double: JetpackDouble, name: str, code: str
) -> None:
    form = "page" if code == "page" else "data"
    jetpack_double.next("status", status=400, code=code, form=form)
    with pytest.raises(JpcliError) as refused:
        CALLS[name](licensing)
    hint = refused.value.hint or ""
    assert bool(hint) or name in {"revoke", "issue"}
    assert name in {"attach", "connect"} or "connected" not in hint


@pytest.mark.parametrize("status", [201, 202, 204])
def test_another_yes_is_asked_for_again_and_not_taken_for_a_no(
    licensing: Licensing, jetpack_double: JetpackDouble, status: int
) -> None:
    key = jetpack_double.world.issue("jetpack-scan").license_key
    jetpack_double.next("status", "DELETE", nth=1, status=status, form="nothing")
    assert licensing.revoke(key).value.revoked_at is not None
    assert jetpack_double.calls() == ["DELETE /license", "DELETE /license", "GET /license"]


@pytest.mark.parametrize("form", sorted(FORMS))
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_401_is_about_the_token_whatever_it_says(
    licensing: Licensing, jetpack_double: JetpackDouble, call: Make, form: str
) -> None:
    jetpack_double.next("status", status=401, code="invalid_input", form=form)
    with pytest.raises(AuthProblem) as refused:
        call(licensing)
    assert (refused.value.code, refused.value.exit_code) == ("bad_token", 4)
    assert "jpcli jetpack login" in str(refused.value.hint)


@pytest.mark.parametrize("message", ["{}", "token {} is bad", "x={0}&y={0}", "{}{}"])
@pytest.mark.parametrize("where", ["message", "code", "address"])
def test_a_token_that_an_error_quotes_is_masked(
    jetpack_double: JetpackDouble, message: str, where: str
) -> None:
    token = "se/cr+et=="
    asking = Licensing(token, jetpack_double.base)
    written = quote(token, safe="") if where == "address" else token
    quoting = message.format(written, written)
    field = "code" if where == "code" else "message"
    jetpack_double.next("status", status=400, **{field: quoting})
    with pytest.raises(JpcliError) as refused:
        asking.families()
    assert "cr" not in refused.value.message.replace("secret", "")
    assert token not in repr(refused.value)


@pytest.mark.parametrize("token", ["", "a b", "a\nb", "a\x00", "tökén", "a\x7f"])
def test_what_can_be_no_token_is_refused_before_anything_is_sent(
    jetpack_double: JetpackDouble, token: str
) -> None:
    with pytest.raises(AuthProblem) as refused:
        Licensing(token, jetpack_double.base)
    assert refused.value.code == "bad_token"
    assert not token.strip() or token not in refused.value.message


def test_a_long_text_is_cut_and_put_on_one_line(
    licensing: Licensing, jetpack_double: JetpackDouble
) -> None:
    jetpack_double.next("status", status=400, message="first\n\n\tsecond " + "x" * 5_000)
    with pytest.raises(JpcliError) as refused:
        licensing.families()
    assert "first second xxx" in refused.value.message
    assert len(refused.value.message) < 700


@pytest.mark.parametrize(
    "body", ['{"code": 7}', '{"code": null, "message": []}', "[1]", '"no"', "7"]
)
def test_an_error_in_no_known_form_is_an_error_all_the_same(
    licensing: Licensing, jetpack_double: JetpackDouble, body: str
) -> None:
    jetpack_double.next("body", body=body, status=400, after=False)
    with pytest.raises(Failed) as refused:
        licensing.families()
    assert (refused.value.code, refused.value.their_code) == ("jetpack_refused", None)


# --- a license that is not ours, and a list that is not answered ---


@pytest.mark.parametrize(
    ("status", "code", "known"),
    [
        (400, "license_not_found", None),
        (400, "whatever_it_is", None),
        (404, "not_found", None),
        (403, "not_same_owner", None),
        (404, "rest_no_route", "jetpack_refused"),
        (403, "of_next_year", "jetpack_refused"),
        (400, "rest_forbidden", "bad_token"),
        (401, "not_found", "bad_token"),
    ],
)
def test_a_key_that_is_not_ours_is_none_and_a_wrong_address_is_not(
    licensing: Licensing, jetpack_double: JetpackDouble, status: int, code: str, known: str | None
) -> None:
    jetpack_double.next("status", status=status, code=code)
    if known is None:
        assert licensing.license(KEY) is None
        return
    with pytest.raises(JpcliError) as refused:
        licensing.license(KEY)
    assert refused.value.code == known


@pytest.mark.parametrize("form", ["page", "nothing"])
def test_a_page_of_some_proxy_does_not_say_that_there_is_no_license(
    licensing: Licensing, jetpack_double: JetpackDouble, form: str
) -> None:
    jetpack_double.next("status", status=404, form=form)
    with pytest.raises(Failed):
        licensing.license(KEY)


@pytest.mark.parametrize("form", sorted(FORMS))
@pytest.mark.parametrize("status", [301, 302, 400, 401, 403, 404, 405, 410])
def test_a_list_that_is_not_answered_is_told(
    licensing: Licensing, jetpack_double: JetpackDouble, status: int, form: str
) -> None:
    jetpack_double.next("status", status=status, form=form, message="/elsewhere")
    with pytest.raises(NotListed) as refused:
        list(licensing.licenses())
    assert len(jetpack_double.calls()) == 1
    assert refused.value.code == "not_listed"


@pytest.mark.parametrize("body", ["{}", "[]", "<html></html>", '{"items": 7}', '{"items": []}'])
def test_a_list_in_another_form_is_none(
    licensing: Licensing, jetpack_double: JetpackDouble, body: str
) -> None:
    jetpack_double.next("body", body=body)
    with pytest.raises(NotListed):
        list(licensing.licenses())
