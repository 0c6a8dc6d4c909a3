"""The double itself: it answers as the API's facts say, notices what they don't, and breaks when it
is told to."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.jetpack_double import schema
from tests.jetpack_double.double import JetpackDouble
from tests.jetpack_double.world import TOKEN

ROOT = Path(__file__).parents[2]


def call(
    double: JetpackDouble | str,
    method: str,
    path: str,
    query: dict[str, Any] | None = None,
    body: Any = None,
    *,
    token: str = TOKEN,
) -> tuple[int, Any]:
    base = double if isinstance(double, str) else double.base
    url = base + path + (f"?{urlencode(query)}" if query else "")
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, method=method)
    request.add_header("Authorization", f"Bearer {token}")
    request.add_header("Connection", "close")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.loads(refused.read() or b"null")


def test_every_call_that_is_known_is_answered_and_nothing_else(
    jetpack_double: JetpackDouble,
) -> None:
    key = jetpack_double.world.issue("jetpack-scan").license_key
    given: dict[tuple[str, str], tuple[dict[str, Any] | None, Any]] = {
        ("GET", "/license"): ({"license_key": key}, None),
        ("POST", "/license"): ({"product": "jetpack-scan"}, {"product": "jetpack-scan"}),
        ("POST", "/license/{license_key}/site"): (None, {"site": "https://a.example"}),
        ("DELETE", "/license/{license_key}/site"): ({"cancellation_email": 0}, None),
        ("DELETE", "/license"): ({"license_key": key}, None),
        ("GET", "/licenses"): ({"page": 1, "per_page": 100, "filter": "all"}, None),
        ("GET", "/product-families"): (None, None),
        ("GET", "/partner/product-families"): (None, None),
        ("POST", "/site-connection"): (None, {"url": "https://b.example", "local_user": 1}),
    }
    assert set(given) == schema.operations()
    for (method, path), (query, body) in given.items():
        status, _ = call(jetpack_double, method, path.format(license_key=key), query, body)
        assert status == 200, path
        private = path != "/product-families"
        status, _ = call(
            jetpack_double, method, path.format(license_key=key), query, body, token="x"
        )
        assert status == (403 if private else 200)
    jetpack_double.stop()


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "problem"),
    [
        ("POST", "/license", None, {"product": "a"}, "query: product is missing"),
        ("POST", "/license", {"product": "a"}, None, "body: None is no object"),
        ("POST", "/license", {"product": "a"}, {"product": "a", "n": 2}, "body.n is not known"),
        ("GET", "/license", {"license_key": ""}, None, "license_key: it is empty"),
        ("GET", "/license", {"license_key": "a", "x": 1}, None, "query: x is not known"),
        ("GET", "/license", {"license_key": "a"}, {}, "body: there is none"),
        ("POST", "/license/a/site", None, {"site": True}, "body.site: True is no integer"),
        ("DELETE", "/license/a/site", {"cancellation_email": "true"}, None, "is none of"),
        ("GET", "/licenses", {"per_page": 101}, None, "per_page: '101' is not"),
        ("PUT", "/license", None, None, "there is no such call"),
        ("GET", "/elsewhere", None, None, "there is no such call"),
    ],
)
def test_a_request_that_the_api_does_not_know_is_noticed(
    method: str, path: str, query: Any, body: Any, problem: str
) -> None:
    double = JetpackDouble()
    call(double, method, path, query, body)
    assert problem in " ".join(double.requests[0]["problems"])
    with pytest.raises(AssertionError, match=f"{method} {path}: "):
        double.stop()


def test_an_answer_that_is_not_as_the_apis_are_is_noticed() -> None:
    good = {"license_id": 1, "license_key": "a_b", "issued_at": "2026-11-01 00:00:00"}
    assert schema.reply_problems("GET", "/license", 200, good) == []
    for wrong in ({"license_id": "1"}, {"issued_at": "Nov 1"}, {"revoked_at": 5}):
        assert schema.reply_problems("GET", "/license", 200, {**good, **wrong})
    assert schema.reply_problems("GET", "/license", 200, {"license_id": 1})
    assert schema.reply_problems("GET", "/license", 418, good) == ["status 418"]


def test_a_fault_strikes_the_nth_that_matches(jetpack_double: JetpackDouble) -> None:
    fault = jetpack_double.next("status", "GET", "/product-.*", nth=2, times=2, status=503)
    found = [call(jetpack_double, "GET", "/product-families")[0] for _ in range(4)]
    call(jetpack_double, "GET", "/partner/product-families")
    assert found == [200, 503, 503, 200]
    assert (fault.seen, fault.struck) == (4, 2)
    jetpack_double.heal()
    assert call(jetpack_double, "GET", "/product-families")[0] == 200


def test_it_runs_in_a_process_of_its_own_and_kills_who_asks() -> None:
    command = [sys.executable, "-m", "tests.jetpack_double"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        base, token = (process.stdout.readline().strip() for _ in range(2))
        control = base.partition("/wpcom")[0] + "/_control"
        fault = {"kind": "kill", "method": "POST", "after": True}
        assert call(control, "POST", "/fault", None, fault) == (200, {})
        asking = (
            "import urllib.request as u\n"
            f"r = u.Request({base + '/license?product=jetpack-scan'!r}, b'{{}}', method='POST')\n"
            f"r.add_header('Authorization', 'Bearer {token}')\n"
            "u.urlopen(r)"
        )
        done = subprocess.run([sys.executable, "-c", asking], check=False, timeout=60)
        assert done.returncode == -signal.SIGKILL
        (one,) = call(control, "GET", "/licenses")[1]
        assert one["license_key"].startswith("jetpack-scan_")
        assert call(control, "POST", "/set", None, {"lists": False}) == (200, {})
        assert call(control, "POST", "/set", None, {"no_such": 1})[0] == 400
        assert call(base, "GET", "/licenses")[0] == 403
        process.terminate()
        assert process.wait(20) == 0
