"""Whose turn it is: runs, the processes that they are of, and who may tell of licenses at all."""

from __future__ import annotations

import json
import os
from types import SimpleNamespace
from typing import Any

import pytest

from jpcli.domain import events, outside_events
from jpcli.domain.errors import Busy, JpcliError, Refused
from jpcli.domain.instants import SECOND, parse_instant
from jpcli.services import process
from jpcli.services.licenses import assign, issue
from jpcli.services.process import at_work, is_gone
from tests.services.agency import A, B, plain
from tests.services.jetpack.conftest import Desk, before_acting
from tests.services.jetpack.orders import ORDERS, Order, outcome

NOW = parse_instant("2024-08-15T12:00:00Z")


def cut_off(agency: Desk, name: str, **options: Any) -> None:
    """A run that has one of two licenses, and was refused the other."""
    fields = {"status": 400, "code": "something_new", "after": False, "nth": 2}
    agency.double.next("status", method="POST", path="/license", **fields)
    agency.do(issue.issue, "jetpack-scan", 2, **options)
    with agency.desk() as desk, desk.writing() as writer:
        (asked,) = desk.ledger.one("SELECT request_hash FROM runs")  # type: ignore[misc]
        writer.record(*outside_events.run_taken_over(asked, 1, name))


def test_a_run_whose_process_is_at_work_is_left_alone(agency: Desk) -> None:
    with at_work() as name:
        cut_off(agency, name)
        assert len(agency.issue("jetpack-scan", 2)) == 2
        assert len(agency.double.licenses) == 3
    assert len(agency.issue("jetpack-scan", 2)) == 2  # the rest of the first
    assert len(agency.double.licenses) == 4
    assert len(agency.issue("jetpack-scan", 2)) == 2
    assert len(agency.double.licenses) == 6


def test_with_a_key_nobody_begins_beside_a_process_that_is_at_work(agency: Desk) -> None:
    with at_work() as name:
        cut_off(agency, name, key="k")
        before = agency.state()
        with pytest.raises(Busy) as raised:
            agency.do(issue.issue, "jetpack-scan", 2, key="k")
        assert raised.value.code == "under_way"
        assert agency.state() == before
    agency.do(issue.issue, "jetpack-scan", 2, key="k")
    assert len(agency.double.licenses) == 2


def test_a_run_on_another_machine_is_taken_to_be_at_work_for_a_while(agency: Desk) -> None:
    cut_off(agency, "elsewhere/1/2/3")
    assert len(agency.issue("jetpack-scan", 2, now="2024-08-15T12:10:00Z")) == 2
    assert len(agency.double.licenses) == 3
    assert len(agency.issue("jetpack-scan", 2, now="2024-08-15T12:16:00Z")) == 2
    assert len(agency.double.licenses) == 4


def test_behind_an_order_that_was_carried_out_the_same_one_is_gone_on_with(agency: Desk) -> None:
    """Ordered twice, and cut off the second time: the third time is the rest of the second."""
    agency.issue("jetpack-scan", 2)
    fields = {"status": 400, "code": "something_new", "after": False, "nth": 2}
    agency.double.next("status", method="POST", path="/license", **fields)
    agency.do(issue.issue, "jetpack-scan", 2)
    assert len(agency.double.licenses) == 3
    assert len(agency.issue("jetpack-scan", 2)) == 2
    assert len(agency.double.licenses) == 4
    agency.check_equal()


def test_what_somebody_took_off_its_site_since_is_not_put_there_again(agency: Desk) -> None:
    fields = {"status": 400, "code": "something_new", "after": False, "nth": 2}
    agency.double.next("status", method="POST", path="/license", **fields)
    agency.do(issue.issue, "jetpack-scan", 2, site=A)
    (key,) = agency.licenses()
    agency.unassign(key)
    agency.issue("jetpack-scan", 2, site=A)
    sites = agency.licenses()
    assert sites.pop(key) == (None, False)
    assert list(sites.values()) == [(A, False)]
    agency.check_equal()


@pytest.mark.parametrize(
    ("now", "code", "licenses"), [("2024-08-15T12:10:00Z", 75, 0), ("2024-08-15T12:16:00Z", 0, 2)]
)
def test_a_plan_on_another_machine_is_taken_to_be_under_way_for_a_while(
    agency: Desk, now: str, code: int, licenses: int
) -> None:
    (order,) = [each for each in ORDERS if each.name == "a plan"]
    with agency.desk() as desk, desk.writing() as writer:
        writer.record(*outside_events.run_begun("apply", 1, "elsewhere/1/2/3"))
    assert outcome(lambda: order.do(agency, now=now))[0] == code
    assert len(agency.double.licenses) == licenses


@pytest.mark.parametrize("order", ORDERS[2:], ids=lambda order: order.name)
def test_what_a_command_left_is_gone_on_with_on_another_machine_at_once(
    agency: Desk, monkeypatch: pytest.MonkeyPatch, order: Order
) -> None:
    fields = {"status": 400, "code": "something_new", "after": False, "nth": 2}
    agency.double.next("status", method="POST", path="/license", **fields)
    assert outcome(lambda: order.do(agency))[0] == 1
    monkeypatch.setattr(process, "_host", lambda: "elsewhere")
    assert outcome(lambda: order.do(agency))[0] == 0
    assert len(agency.double.licenses) == order.licenses
    agency.check_equal()


def test_two_plans_are_not_carried_out_at_once(agency: Desk) -> None:
    (order,) = [each for each in ORDERS if each.name == "a plan"]
    with at_work() as name, agency.desk() as desk:
        with desk.writing() as writer:
            writer.record(*outside_events.run_begun("apply", 1, name))
        assert outcome(lambda: order.do(agency))[:2] == (75, "under_way")
    assert agency.double.requests == []
    assert outcome(lambda: order.do(agency))[0] == 0


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_license_that_another_process_is_at_work_on_waits(agency: Desk, elsewhere: bool) -> None:
    key = agency.issue_one("jetpack-scan")
    wanted: dict[str, Any] = {"product": "jetpack-scan", "license_key": key, "site": A}
    wanted |= {"client": None, "before": None, "run": None, "number": None, "position": None}
    with at_work() as name:
        with agency.desk() as desk, desk.writing() as writer:
            wanted["process"] = "elsewhere/1/2/3" if elsewhere else name
            entry = outside_events.wish_made(key, action="assign", **wanted)
            writer.record(*entry)
        agency.double.forget()
        with pytest.raises(Busy) as raised:
            agency.assign(key, A)
        assert raised.value.code == "under_way"
        assert agency.double.requests == []
    agency.assign(key, A, now="2024-08-15T12:16:00Z" if elsewhere else None)
    agency.check_equal()
    assert agency.wishes() == []


def test_an_order_of_a_process_that_is_at_work_stops_no_other(agency: Desk) -> None:
    wanted: dict[str, Any] = {"product": "jetpack-scan", "license_key": None, "site": None}
    wanted |= {"client": None, "before": None, "run": None, "number": None, "position": None}
    with at_work() as name:
        with agency.desk() as desk, desk.writing() as writer:
            entry = outside_events.wish_made("x", action="issue", process=name, **wanted)
            writer.record(*entry)
        agency.issue_one("jetpack-scan")
    with pytest.raises(Refused) as raised:
        agency.issue_one("jetpack-scan")
    assert raised.value.code == "outcome_unknown"


def test_which_processes_are_gone() -> None:
    with at_work() as name:
        assert not is_gone(name, 0, NOW)
        host, pid, begun, number = name.rsplit("/", 3)
        assert is_gone(f"{host}/{pid}/{begun}0/{number}", NOW, NOW)
        assert is_gone(f"{host}/{2**22 + 1}/{begun}/{number}", NOW, NOW)
        parent = process._begun(os.getppid())
        assert not is_gone(f"{host}/{os.getppid()}/{parent}/1", 0, NOW)
    assert is_gone(name, NOW, NOW)
    assert is_gone("", NOW, NOW)
    assert not is_gone("other/1/2/3", NOW - 900 * SECOND, NOW)
    assert is_gone("other/1/2/3", NOW - 901 * SECOND, NOW)


def test_nothing_is_recorded_of_a_license_but_what_was_told(agency: Desk) -> None:
    before = agency.state()
    entry = events.license_issued("jetpack-scan_sneaked", events.license_terms("jetpack-scan"))
    with pytest.raises(Refused) as raised, agency.desk() as desk, desk.writing() as writer:
        writer.record(*entry)
    assert raised.value.code == "only_at_jetpack"
    assert agency.state() == before


def test_rows_keep_their_places_when_one_is_left_out(agency: Desk) -> None:
    """A row that is bad the first time is not taken for the one behind it the second time."""
    text = f"product,site,client\njetpack-scan,{A},Ben\njetpack-ai,,\njetpack-ai,,\n"
    agency.issue_one("jetpack-scan", site=A, client="Acme")
    fields = {"status": 400, "code": "something_new", "after": False, "nth": 2}
    agency.double.next("status", method="POST", path="/license", **fields)
    answer = agency.rows(issue.issue_rows, text, keep_going=True)
    assert [each["line"] for each in plain(answer)["problems"]] == [2, 4]
    agency.move_site(A, "Ben")
    made = plain(agency.rows(issue.issue_rows, text, keep_going=True))["licenses"]
    assert [row["product"] for row in made] == ["jetpack-scan", "jetpack-ai", "jetpack-ai"]
    assert len(agency.double.licenses) == 4
    agency.check_equal()


def test_a_rule_that_changes_while_a_command_acts_is_held_to(agency: Desk) -> None:
    """Each license is asked for under the rules as they are then."""
    from jpcli.services.cards import list_cards
    from jpcli.services.collection import offline
    from jpcli.services.jetpack import calls

    (card,) = agency.ask(list_cards)["cards"]
    issue_one = calls.Calls.issue

    def and_then(self: Any, *args: Any) -> Any:
        made = issue_one(self, *args)
        agency.do(offline.remove_card, card["id"])
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calls.Calls, "issue", and_then)
        code, error, shown, _ = outcome(lambda: agency.do(issue.issue, "jetpack-scan", 3))
    assert (code, error, shown) == (1, "no_primary_card", 1)
    agency.check_equal()


def test_a_ledger_that_can_not_be_written_stops_everything(
    agency: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jpcli.domain.errors import Failed
    from jpcli.services.jetpack.book import Book

    def full(*_: Any) -> None:
        raise Failed("disk_full", "There is no room")

    monkeypatch.setattr(Book, "settle", full)
    with pytest.raises(JpcliError) as raised:
        agency.rows(issue.issue_rows, "product\njetpack-scan\njetpack-scan\n", keep_going=True)
    monkeypatch.undo()
    (key,) = agency.double.licenses
    (wish,) = agency.wishes()
    assert raised.value.code == "disk_full"
    assert f"Jetpack issued {key}" in raised.value.message
    assert raised.value.hint == f"When it can be:   jpcli jetpack resolve {wish.name} --key {key}"
    assert wish.state == "open"


def test_what_jetpack_said_waits_for_a_ledger_that_is_busy(
    agency: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jpcli.services.jetpack import book

    settle, refusals = book.Book.settle, [Busy("ledger_locked", "It is locked")] * 3

    def locked(*args: Any) -> None:
        if refusals:
            raise refusals.pop()
        settle(*args)

    monkeypatch.setattr(book.Book, "settle", locked)
    monkeypatch.setattr(book, "_PAUSE_SECONDS", 0)
    agency.issue_one("jetpack-scan")
    agency.check_equal()
    assert agency.wishes() == []
    refusals += [Busy("ledger_locked", "It is locked")] * 30
    with pytest.raises(Busy) as raised:
        agency.issue_one("jetpack-scan")
    assert len(refusals) == 10  # tried twenty times
    assert "jpcli jetpack resolve" in str(raised.value.hint)


def test_the_number_of_a_site_is_remembered_once_where_an_answer_has_it(agency: Desk) -> None:
    keys = agency.issue("jetpack-scan", 4)
    at = "2024-08-15T12:00:00Z"
    for key, number in zip(keys, (4711, 4711, 4712), strict=False):
        body = f'{{"license_key": "{key}", "issued_at": "{at}", "blog_id": "{number}"}}'
        agency.double.next("body", method="POST", path=f"/license/{key}/.*", body=body, status=200)
        agency.assign(key, A)
    agency.assign(keys[3], "4712")
    assert agency.shown(keys[3])["site"] == A
    seen = "SELECT data FROM events WHERE kind = 'connection.seen' ORDER BY seq"
    assert [json.loads(row[0])["blog_id"] for row in agency.stored(seen)] == [4711, 4712]
    body = f'{{"license_key": "{keys[0]}", "issued_at": "{at}", "blog_id": 4713}}'
    agency.double.next("body", method="DELETE", path="/license/.*", body=body, status=200)
    agency.unassign(keys[0])
    assert len(agency.stored(seen)) == 2
    agency.check_equal()


def test_a_long_command_has_the_times_of_its_steps(
    agency: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jpcli.services.jetpack import book

    key = agency.issue_one("jetpack-scan", site=A)
    seconds = iter([0.0])
    clock = SimpleNamespace(monotonic=lambda: next(seconds, 125.0))
    monkeypatch.setattr(book, "time", clock)
    agency.unassign(key)
    ((at,),) = agency.stored("SELECT at FROM events WHERE kind = 'license.unassigned'")
    assert at == NOW + 120 * SECOND


def test_a_site_that_another_client_got_meanwhile_stays_its(
    agency: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W2."""
    free, put = agency.issue("jetpack-scan", 2)
    agency.assign(put, A)
    before_acting(monkeypatch, lambda: agency.move_site(A, "Ben"))
    agency.do(assign.assign, [free], A, "Acme")
    assert agency.shown(free)["client"] == "Ben"
    agency.check_equal()


def test_a_plan_that_another_process_has_carried_out_is_made_anew(
    agency: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (order,) = [each for each in ORDERS if each.name == "a plan"]
    before_acting(monkeypatch, lambda: order.do(agency))
    answer = order.do(agency)
    assert plain(answer)["steps"] == []
    assert len(agency.double.licenses) == 2
    agency.check_equal()


@pytest.mark.parametrize("other", ["assign", "revoke"])
def test_a_license_that_was_changed_meanwhile_is_left_alone(
    agency: Desk, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    key = agency.issue_one("jetpack-scan")
    does = {"assign": lambda: agency.assign(key, B), "revoke": lambda: agency.revoke(key)}
    before_acting(monkeypatch, does[other])
    with pytest.raises(Busy) as raised:
        agency.assign(key, A)
    assert raised.value.code == "changed_meanwhile"
    assert len(agency.double.requests) == 2
    agency.check_equal()


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.name)
def test_what_another_process_did_under_the_same_key_is_its_answer(
    agency: Desk, monkeypatch: pytest.MonkeyPatch, order: Order
) -> None:
    before_acting(monkeypatch, lambda: order.do(agency, key="k"))
    answer = order.do(agency, key="k")
    assert answer.notes[-1].code == "repeated"
    assert len(agency.double.licenses) == order.licenses
