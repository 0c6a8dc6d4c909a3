"""A lost answer from its beginning to its end: whatever was lost, once somebody has said what came
of it, the same command does what is left, and there is no license too many or too few."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.jetpack.conftest import Desk

A = "https://a.example"
ORDERS = {
    "one": ("issue jetpack-scan", 1),
    "on a site": (f"issue jetpack-scan --site {A} --client Acme", 1),
    "three on a site": (f"issue jetpack-scan -n 3 --site {A}", 3),
    "under a key": ("issue jetpack-scan -n 3 --idempotency-key nightly", 3),
}
PLACES = [(order, nth) for order, (_, n) in ORDERS.items() for nth in range(1, n + 1)]
FAULTS: dict[str, dict[str, Any]] = {
    "lost": {"kind": "lost"},
    "reset": {"kind": "reset"},
    "a page": {"kind": "status", "status": 502, "form": "page"},
    "empty": {"kind": "body", "body": "{}"},
    "no JSON": {"kind": "body"},
}


@pytest.mark.alike("fault")
@pytest.mark.parametrize("done", [True, False], ids=["done there", "not done there"])
@pytest.mark.parametrize(("order", "nth"), PLACES)
@pytest.mark.parametrize("fault", FAULTS)
def test_once_it_is_settled_the_same_command_does_what_is_left(
    fault: str, order: str, nth: int, done: bool, at_jetpack: Desk
) -> None:
    line, number = ORDERS[order]
    double = at_jetpack.double
    double.next(**FAULTS[fault], method="POST", path="/license", nth=nth, after=done)
    cut = at_jetpack(*line.split(), "--json")
    assert cut.code == 1
    assert cut.error["code"] == "outcome_unknown"
    assert len(double.licenses) == nth - 1 + done

    # Nothing repeats it, and nothing else is issued.
    for again in (line, "issue jetpack-complete"):
        run = at_jetpack(*again.split(), "--json")
        assert (run.code, run.error["code"]) == (3, "outcome_unknown")
        assert "jpcli jetpack status" in run.error["hint"]
    assert len(double.licenses) == nth - 1 + done

    (wish,) = at_jetpack.do("jetpack status")["wishes"]
    assert len(wish["candidates"]) == done
    command = wish["commands"][0 if done else -1]
    assert at_jetpack(*command.split()[1:]).code == 0
    rerun = at_jetpack(*line.split(), "--json")
    assert rerun.code == 0, rerun.err
    assert {each["license_key"] for each in rerun.data["licenses"]} == set(double.licenses)
    assert len(double.licenses) == number
    wanted = A if "--site" in line else None
    assert {double.world.site_of(key) for key in double.licenses} == {wanted}
    assert at_jetpack("jetpack", "status", "--check").code == 0
    assert at_jetpack("jetpack", "pull", "--check").code == 0
    assert at_jetpack("ledger", "check").code == 0
    assert double.mails == []
    if "nightly" in line:
        assert at_jetpack(*line.split(), "--json").data == rerun.data
        assert len(double.licenses) == number
