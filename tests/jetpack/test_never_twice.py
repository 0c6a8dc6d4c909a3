"""What comes of `POST /license`: done, refused for certain, not done, or unknown; never two."""

from __future__ import annotations

from typing import Any

import pytest

from jpcli.domain.errors import AuthProblem, Busy, Failed, JpcliError, Refused
from jpcli.jetpack.licensing import Licensing, OutcomeUnknown
from tests.jetpack.conftest import Clock
from tests.jetpack_double.double import JetpackDouble
from tests.jetpack_double.faults import FORMS, PAGE

PRODUCT = "jetpack-scan"
ONE = '{"license_id": 1, "license_key": "%s", "issued_at": "2026-11-01T00:00:00Z"%s}'

# What goes wrong, and how many licenses there are then.
UNKNOWN: list[tuple[str, dict[str, Any], int]] = [
    ("lost", {}, 1),
    ("lost", {"after": False}, 0),
    ("reset", {}, 1),
    ("reset", {"after": False}, 0),
    ("cut", {}, 1),
    ("hang", {"seconds": 2}, 1),
    ("hang", {"seconds": 2, "after": False}, 0),
    ("trickle", {"seconds": 0.05}, 1),
    *(
        ("status", {"status": status, "after": after, "form": form}, int(after))
        for status in (500, 502, 503, 504)
        for after in (True, False)
        for form in sorted(FORMS)
    ),
    *(
        ("status", {"status": status, "message": "/elsewhere"}, 1)
        for status in (301, 302, 303, 307, 308, 402, 405, 408, 409, 410, 418, 422, 511)
    ),
    *(("status", {"status": status, "form": "nothing"}, 1) for status in (201, 202, 204)),
    ("body", {}, 1),
    ("body", {"after": False, "status": 200}, 0),
    *(
        ("body", {"body": body}, 1)
        for body in (
            "",
            "{}",
            "[]",
            "null",
            "true",
            '"jetpack-scan_abc"',
            PAGE,
            "[" * 100_000,
            '{"a":' * 100_000,
            " " * (9 * 2**20),
        )
    ),
    *(
        ("body", {"body": body}, 1)
        for body in (
            ONE % ("jetpack-complete_abcdefgh", ""),
            ONE % ("jetpack-scanner_abcdefgh", ""),
            ONE % ("jetpack-scan", ""),
            ONE % ("", ""),
            ONE % ("jetpack-scan_ab cd", ""),
            ONE % ("jetpack-scan_\\u001b[2J", ""),
            ONE % ("jetpack-scan_abcdefgh", ', "revoked_at": 7'),
            ONE % ("jetpack-scan_abcdefgh", ', "license_id": 1.5'),
            ONE % ("jetpack-scan_abcdefgh", ', "license_id": NaN'),
            ONE % ("jetpack-scan_abcdefgh", ', "issued_at": "yesterday"'),
            ONE % ("jetpack-scan_abcdefgh", ', "issued_at": null'),
            ONE % ("jetpack-scan_abcdefgh", ', "issued_at": 1700000000'),
            '{"license_key": "jetpack-scan_abcdefgh"}',
            '{"license_key": ["jetpack-scan_abcdefgh"], "issued_at": "2026-11-01T00:00:00Z"}',
            '{"code": "rest_forbidden", "message": "no"}',
        )
    ),
]


def _name(value: object) -> str:
    return str(value)[:60] if isinstance(value, dict) else str(value)


@pytest.mark.parametrize(("kind", "more", "there"), UNKNOWN, ids=_name)
def test_whatever_is_no_clear_answer_is_unknown_and_is_asked_once(
    licensing: Licensing,
    hasty: Licensing,
    jetpack_double: JetpackDouble,
    clock: Clock,
    kind: str,
    more: dict[str, Any],
    there: int,
) -> None:
    jetpack_double.next(kind, method="POST", **more)
    asking = hasty if kind in {"hang", "trickle"} else licensing
    with pytest.raises(OutcomeUnknown) as unknown:
        asking.issue(PRODUCT)
    error = unknown.value
    assert (error.code, error.exit_code, error.subject) == ("outcome_unknown", 1, PRODUCT)
    assert str(error.hint).endswith("jpcli jetpack status")
    assert jetpack_double.calls() == ["POST /license"]
    assert len(jetpack_double.licenses) == there
    assert clock.slept == []
    answered = kind in {"status", "body"} and len(more.get("body", "")) < 2**20
    assert error.request_id == ("jp-000001" if answered else None)


FOR_CERTAIN = [
    (status, form, code)
    for status in (400, 401, 403, 404)
    for form in sorted(FORMS)
    for code in ("rest_forbidden", "missing_valid_payment_method", "something_new")
]


@pytest.mark.parametrize(("status", "form", "code"), FOR_CERTAIN)
def test_a_refusal_is_certain(
    licensing: Licensing, jetpack_double: JetpackDouble, status: int, form: str, code: str
) -> None:
    jetpack_double.next("status", status=status, form=form, code=code, after=False)
    with pytest.raises(JpcliError) as refused:
        licensing.issue(PRODUCT)
    error = refused.value
    assert not isinstance(error, OutcomeUnknown | Busy)
    assert jetpack_double.calls() == ["POST /license"]
    readable = form not in {"page", "nothing"}
    if status == 401 or (readable and code == "rest_forbidden"):
        assert (type(error), error.code) == (AuthProblem, "bad_token")
    elif readable and code == "missing_valid_payment_method":
        assert (type(error), error.code) == (Refused, "no_primary_card")
        assert "some seconds more" in str(error.hint)
    else:
        assert (type(error), error.code) == (Failed, "jetpack_refused")
    assert (error.their_status, error.request_id) == (status, "jp-000001")
    assert error.their_code == (code if readable else None)
    assert str(status) in error.message
    assert "jp-000001" in error.message
    assert not error.unsure


@pytest.mark.parametrize("status", [429, 509])
@pytest.mark.parametrize("as_date", [False, True])
def test_a_rate_limit_is_waited_for_as_long_as_it_says(
    licensing: Licensing, jetpack_double: JetpackDouble, clock: Clock, status: int, as_date: bool
) -> None:
    jetpack_double.next("slow_down", status=status, retry_after=7, as_date=as_date, times=2)
    issued, request_id = licensing.issue(PRODUCT)
    assert request_id == "jp-000003"
    assert list(jetpack_double.licenses) == [issued.license_key]
    assert clock.slept == pytest.approx([7, 7], abs=1)  # a date has no fractions of a second


@pytest.mark.parametrize(
    "told",
    [None, "soon", "-3", "", "Mon, 99 Nov 2026", "0", "0.0", "Mon, 01 Jan 2024 00:00:00 GMT"],
)
def test_without_a_time_that_is_one_it_waits_longer_each_time_and_then_no_more(
    licensing: Licensing, jetpack_double: JetpackDouble, clock: Clock, told: str | None
) -> None:
    jetpack_double.next("slow_down", retry_after=told, times=0)
    with pytest.raises(Busy) as busy:
        licensing.issue(PRODUCT)
    assert (busy.value.code, busy.value.exit_code) == ("rate_limited", 75)
    assert clock.slept == [0.5, 1, 2, 4, 8, 16]
    assert not busy.value.unsure
    assert jetpack_double.licenses == {}


@pytest.mark.parametrize("told", ["61", "9" * 400])
def test_a_pause_behind_the_end_is_not_begun(
    licensing: Licensing, jetpack_double: JetpackDouble, clock: Clock, told: str
) -> None:
    jetpack_double.next("slow_down", retry_after=told)
    with pytest.raises(Busy):
        licensing.issue(PRODUCT)
    assert clock.slept == []
    assert len(jetpack_double.calls()) == 1


def test_what_comes_after_a_rate_limit_counts(
    licensing: Licensing, jetpack_double: JetpackDouble
) -> None:
    jetpack_double.next("slow_down", retry_after=1)
    jetpack_double.next("lost", nth=2)
    with pytest.raises(OutcomeUnknown):
        licensing.issue(PRODUCT)
    assert len(jetpack_double.calls()) == 2
    assert len(jetpack_double.licenses) == 1


def test_each_has_a_connection_of_its_own(
    licensing: Licensing, jetpack_double: JetpackDouble
) -> None:
    """One that is kept may be closed at any time, and what was sent is then in doubt."""
    for _ in range(3):
        licensing.issue(PRODUCT)
    list(licensing.licenses())
    list(licensing.licenses())
    peers = [each["peer"] for each in jetpack_double.requests]
    assert len(set(peers[:4])) == 4
    assert peers[3] == peers[4]


def test_a_product_with_an_underscore_in_its_slug_is_known_by_its_whole_slug(
    licensing: Licensing, jetpack_double: JetpackDouble
) -> None:
    issued, _ = licensing.issue("jetpack_backup")
    assert issued.is_of("jetpack_backup")
