"""What goes over the wire, and how a call is repeated: one call for all lines, no telemetry, the
API version by name, events by kind and from a cursor that was read first."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from jpcli.domain.errors import AuthProblem, Busy, Declined, Failed, JpcliError
from jpcli.ledger.queries.outbox import DONE, FAILED, WISHED, wish
from jpcli.payments import stripe_gateway
from jpcli.payments.gateway import KEY_CONFLICT, SERVER_ERROR
from jpcli.services.collection.stripe import collector, invoices, outbox
from tests.services.collection.conftest import Shop
from tests.services.collection.states import NUMBER, STATES

pytestmark = pytest.mark.once


def paths(shop: Shop, method: str = "POST") -> list[str]:
    return [r["path"] for r in shop.double.requests() if r["method"] == method]


def test_all_lines_go_in_one_call(shop: Shop) -> None:
    shop.attach()
    shop.double.clear_requests()
    shop.close()
    assert len([path for path in paths(shop) if path.endswith("/add_lines")]) == 1
    assert "/v1/invoiceitems" not in paths(shop)


def test_nothing_is_told_about_our_requests_and_the_version_is_named(shop: Shop) -> None:
    shop.attach()
    shop.close()
    for request in shop.double.requests():
        assert "x-stripe-client-telemetry" not in request["headers"]
        assert request["headers"]["stripe-version"] == stripe_gateway.API_VERSION


def _closed_and_paid(shop: Shop) -> None:
    shop.attach()
    shop.close()


def _voided(shop: Shop) -> None:
    STATES["open"](shop)
    shop.do(collector.void, NUMBER, "wrong")


def _deleted(shop: Shop) -> None:
    STATES["draft"](shop)
    shop.do(collector.void, NUMBER, None)


def _paid_elsewhere(shop: Shop) -> None:
    shop.close()
    shop.do(collector.mark_paid, NUMBER, "wire 7")


def _call(method: str, path: str) -> str:
    """The word at the end of a path, or what is done to the invoice that stands there."""
    last = path.rsplit("/", 1)[1]
    return method if last.startswith("in_") else last


@pytest.mark.parametrize(
    ("deed", "calls"),
    [
        (_closed_and_paid, {"invoices", "add_lines", "finalize", "pay"}),
        (_voided, {"POST", "void"}),
        (_deleted, {"DELETE"}),
        (_paid_elsewhere, {"POST", "pay"}),
    ],
)
def test_whatever_bills_goes_under_a_key_that_the_ledger_holds(
    shop: Shop, deed: Callable[[Shop], None], calls: set[str]
) -> None:
    """Else a repetition would be done again over there; the SDK makes up a key where none is."""
    shop.double.clear_requests()
    deed(shop)
    with shop.desk() as desk:
        rows = desk.ledger.rows("SELECT data FROM events WHERE kind = 'outbox.wished'")
        ours = {json.loads(data)["idempotency_key"] for (data,) in rows}
    made = set()
    for request in shop.double.requests():
        path = request["path"]
        if request["method"] == "GET" or not path.startswith("/v1/invoices"):
            continue
        assert request["headers"].get("idempotency-key") in ours, path
        made.add(_call(request["method"], path))
    assert made >= calls


def test_the_cursor_is_read_before_anything_is_listed(shop: Shop) -> None:
    """What happens while sync reads is seen by the next one."""
    shop.attach()
    STATES["open"](shop)
    shop.do(invoices.sync)
    (there,) = shop.double.objects("invoice")
    paid: list[Any] = []

    def meanwhile(entry: dict[str, Any], when: str) -> None:
        listing = entry["method"] == "GET" and entry["path"] == "/v1/invoices"
        if when == "after" and listing and not paid:
            paid.append(True)
            shop.double.pay_hosted(there["id"])

    shop.double.double.hook = meanwhile
    shop.do(invoices.sync)
    shop.double.double.hook = None
    assert paid
    answer = shop.do(invoices.sync)
    assert answer.data["events"] > 0
    assert [item["status"] for item in answer.data["invoices"]] == ["paid"]
    assert shop.do(invoices.sync).data["events"] == 0


def test_only_events_that_tell_something_are_read(shop: Shop) -> None:
    shop.do(invoices.sync)
    shop.double.clear_requests()
    shop.do(invoices.sync)
    asked = [r["params"] for r in shop.double.requests() if r["path"] == "/v1/events"]
    kinds = [params["type"] for params in asked if "type" in params]
    assert kinds == ["invoice.*", "charge.*", "credit_note.*", "customer.*"]
    assert [params for params in asked if "type" not in params] == [{"limit": "1"}]


class Calls:
    """A call that fails as it is told, and what was made by it."""

    def __init__(self, *outcomes: JpcliError | str) -> None:
        self.outcomes = list(outcomes)
        self.keys: list[str] = []
        self.made: str | None = None

    def perform(self, key: str) -> dict[str, str]:
        self.keys.append(key)
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, JpcliError):
            raise outcome
        return {"id": outcome}

    def find(self) -> dict[str, str] | None:
        return None if self.made is None else {"id": self.made}


def carry(shop: Shop, calls: Calls, request: Any = 1, **options: Any) -> Any:
    with shop.desk() as desk:
        try:
            return outbox.carry_out(
                desk, "x", request, perform=calls.perform, find=calls.find, **options
            )
        except JpcliError as error:
            return error.code


def state(shop: Shop) -> tuple[str, bool]:
    with shop.desk() as desk:
        found = wish(desk.ledger, "x")
        assert found is not None
        return found.state, found.stumbled


def unsure(error: JpcliError) -> JpcliError:
    error.unsure = True
    return error


@pytest.mark.parametrize(
    ("error", "after"),
    [
        (Busy("network", ""), (WISHED, False)),
        (Busy(SERVER_ERROR, ""), (WISHED, True)),
        (Failed("bad_request", ""), (FAILED, False)),
        (unsure(Failed("bad_request", "")), (WISHED, True)),
        (AuthProblem("wrong_key", ""), (FAILED, False)),
        (unsure(AuthProblem("wrong_key", "")), (WISHED, False)),
        (Declined("card_declined", ""), (FAILED, False)),
        (unsure(Declined("card_declined", "")), (FAILED, False)),
    ],
)
def test_what_an_error_proves(shop: Shop, error: JpcliError, after: tuple[str, bool]) -> None:
    assert carry(shop, Calls(error)) == error.code
    assert state(shop) == after


def test_an_error_on_a_later_try_of_a_key_proves_nothing(shop: Shop) -> None:
    calls = Calls(Busy("network", ""), AuthProblem("wrong_key", ""), Failed("bad_request", ""))
    for code, after in (
        ("network", (WISHED, False)),
        ("wrong_key", (WISHED, False)),
        ("bad_request", (WISHED, True)),
    ):
        assert carry(shop, calls) == code
        assert state(shop) == after
    assert len(set(calls.keys)) == 1
    calls.outcomes.append("made")
    assert carry(shop, calls) == {"id": "made"}
    assert len(set(calls.keys)) == 2


def test_a_conflict_of_keys_is_looked_into_and_gets_a_new_key(shop: Shop) -> None:
    calls = Calls(Failed(KEY_CONFLICT, ""), "made")
    assert carry(shop, calls) == {"id": "made"}
    assert len(set(calls.keys)) == 2
    assert state(shop) == (DONE, False)


def test_a_conflict_whose_request_was_ours_is_adopted(shop: Shop) -> None:
    calls = Calls(Failed(KEY_CONFLICT, ""))
    perform = calls.perform

    def by_another(key: str) -> dict[str, str]:
        calls.made = "theirs"
        return perform(key)

    calls.perform = by_another  # type: ignore[method-assign]
    assert carry(shop, calls) == {"id": "theirs"}
    assert len(calls.keys) == 1


def test_conflicts_have_an_end(shop: Shop) -> None:
    calls = Calls(*[Failed(KEY_CONFLICT, "") for _ in range(outbox.ATTEMPTS_MOST)])
    assert carry(shop, calls) == KEY_CONFLICT
    assert len(set(calls.keys)) == outbox.ATTEMPTS_MOST


def test_a_stored_answer_about_what_is_gone_is_no_answer(shop: Shop) -> None:
    calls = Calls("gone", "there")
    assert carry(shop, calls, holds=lambda made: made["id"] == "there") == {"id": "there"}
    assert len(set(calls.keys)) == 2


def test_what_is_there_is_found_before_the_first_try(shop: Shop) -> None:
    calls = Calls()
    calls.made = "there"
    before = shop.state()
    assert carry(shop, calls) == {"id": "there"}
    assert (calls.keys, shop.state()) == ([], before)


def test_what_was_taken_away_is_made_again(shop: Shop) -> None:
    calls = Calls("first", "second")
    assert carry(shop, calls) == {"id": "first"}
    assert carry(shop, calls) == {"id": "second"}
    assert len(set(calls.keys)) == 2


def test_another_request_is_another_attempt(shop: Shop) -> None:
    calls = Calls(Busy("network", ""), "made")
    carry(shop, calls, request={"amount": 1})
    assert carry(shop, calls, request={"amount": 2}) == {"id": "made"}
    assert len(set(calls.keys)) == 2


@pytest.mark.parametrize("status", [401, 403, 400, 404])
def test_an_answer_that_was_lost_and_a_refusal_after_it_leave_it_open(
    shop: Shop, status: int
) -> None:
    STATES["draft not pushed"](shop)
    shop.double.fault("lost", method="POST", path="/v1/invoices")
    shop.double.fault("status", method="POST", path="/v1/invoices", nth=2, status=status)
    with pytest.raises(JpcliError):
        shop.do(invoices.push, NUMBER)
    with shop.desk() as desk:
        found = wish(desk.ledger, f"invoice/{NUMBER}/create")
    assert found is not None
    assert found.state == WISHED
    shop.do(invoices.push, NUMBER)
    assert len(shop.double.objects("invoice")) == 1
