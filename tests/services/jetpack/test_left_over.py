"""What is left of a command: of what it names, of what was done before, of what it may not do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.answers import Answer
from jpcli.domain.errors import AuthProblem, Busy, Failed, JpcliError, Refused
from jpcli.jetpack.errors import outcome_unknown
from jpcli.services.desk import Desk as Services
from jpcli.services.jetpack import acting
from jpcli.services.jetpack.doing import is_plain_no
from jpcli.services.jetpack.finishing import finish
from jpcli.services.jetpack.rehearsal import rehearsed
from jpcli.services.licenses import assign, issue
from jpcli.services.plan import apply, order
from jpcli.services.sites import sites
from tests.services.agency import A, B, codes, plain
from tests.services.jetpack.conftest import Desk
from tests.services.jetpack.orders import ORDERS, outcome
from tests.services.jetpack.test_acting import bundle_from_the_dashboard

NO: dict[str, Any] = {"status": 400, "code": "something_new", "after": False}
OWNERS = "SELECT s.url, c.name FROM sites s LEFT JOIN clients c ON c.id = s.client_id"
(PLAN,) = [each for each in ORDERS if each.name == "a plan"]


def _elsewhere(agency: Desk, key: str) -> tuple[str | None, bool]:
    agency.assign(key, B)
    return B, False


def _revoked(agency: Desk, key: str) -> tuple[str | None, bool]:
    agency.revoke(key)
    return None, True


def _finished_and_freed(agency: Desk, key: str) -> tuple[str | None, bool]:
    (wish,) = agency.wishes()
    agency.do(finish, wish.name)
    assert agency.shown(key)["site"] == A
    agency.unassign(key)
    return None, False


@pytest.mark.parametrize("decide", [_elsewhere, _revoked, _finished_and_freed])
def test_what_somebody_has_decided_since_stays(
    agency: Desk, decide: Callable[[Desk, str], tuple[str | None, bool]]
) -> None:
    fault = {"kind": "lost", "times": 0} if decide is _finished_and_freed else {"kind": "status"}
    more = {"after": False} if decide is _finished_and_freed else NO
    agency.double.next(method="POST", path="/license/.*", **fault, **more)
    outcome(lambda: agency.do(issue.issue, "jetpack-scan", 2, site=A))
    agency.double.heal()
    (key,) = agency.licenses()
    decided = decide(agency, key)
    answer = agency.do(issue.issue, "jetpack-scan", 2, site=A)
    assert "taken_over" in codes(answer)
    now = agency.licenses()
    assert now.pop(key) == decided
    assert list(now.values()) == [(A, False)]
    agency.check_equal()


@pytest.mark.parametrize("refused", [False, True])
def test_where_the_end_of_a_command_is_not_written_the_same_one_issues_nothing_twice(
    agency: Desk, refused: bool
) -> None:
    def locked(*_: Any) -> None:
        raise Busy("ledger_locked", "It is locked")

    if refused:
        agency.double.next("status", method="POST", path="/license", nth=2, **NO)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(acting._Acting, "_close", locked)
        with pytest.raises(JpcliError) as raised:
            agency.issue("jetpack-scan", 2)
    assert raised.value.code == ("jetpack_refused" if refused else "ledger_locked")
    assert len(agency.issue("jetpack-scan", 2)) == 2
    assert len(agency.double.licenses) == 2
    agency.check_equal()


def test_a_plan_is_not_begun_where_others_never_rest(
    agency: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = iter(range(100))

    def and_then(*args: Any) -> Any:
        plan = rehearsed(*args)
        agency.do(sites.add_client, f"Client {next(turns)}")
        return plan

    monkeypatch.setattr(acting, "rehearsed", and_then)
    assert outcome(lambda: PLAN.do(agency))[:2] == (75, "changed_meanwhile")
    assert (agency.double.requests, agency.licenses(), agency.wishes()) == ([], {}, [])


def _planned(agency: Desk, more: str) -> Callable[[Services], Answer[Any]]:
    """That a site is a client's, and what `more` says."""
    source = Path(f"{agency.called}-sites.toml")
    source.write_text(f'[sites."{A}"]\nclient = "Acme"\nproducts = ["jetpack-scan"]\n{more}')
    return lambda desk: apply.apply(desk, order.read_order(desk, str(source)))


@pytest.mark.parametrize("others", ["none", "done", "refused"])
def test_a_site_that_only_gets_a_client_gets_it_when_all_is_done(agency: Desk, others: str) -> None:
    """W2: as does one that was nobody's, on which a license is put."""
    agency.issue("jetpack-scan", site=A)
    agency.issue("jetpack-ai", site=B)
    more = f'[sites."{B}"]\nclient = "Ben"\nproducts = ["jetpack-ai", "jetpack-scan"]\n'
    if others == "refused":
        agency.double.next("status", method="POST", path="/license", nth=1, **NO)
    outcome(lambda: agency.do(_planned(agency, more if others != "none" else "")))
    owners = dict(agency.stored(OWNERS))
    wanted = {"none": ("Acme", None), "done": ("Acme", "Ben"), "refused": (None, None)}
    assert (owners[A], owners[B]) == wanted[others]
    agency.check_equal()


def test_what_needed_nothing_is_its_keys_answer_too(agency: Desk) -> None:
    key = agency.issue_one("jetpack-scan", site=A)
    assert codes(agency.do(assign.assign, [key], A, key="k"))[-1] != "repeated"
    agency.unassign(key)
    agency.double.forget()
    assert codes(agency.do(assign.assign, [key], A, key="k"))[-1] == "repeated"
    assert agency.double.requests == []
    assert agency.licenses() == {key: (None, False)}


def test_what_is_done_is_told_as_recorded(agency: Desk) -> None:
    """Where the answer can't be written, that is what is told of."""
    key, lost = agency.issue("jetpack-scan", 2, site=A)
    agency.double.next("lost", times=0)
    with pytest.raises(JpcliError):
        agency.transfer(lost, B)
    agency.double.heal()
    (wish,) = agency.wishes()
    for do in (
        lambda desk: finish(desk, wish.name),
        _planned(agency, ""),  # only whose the site is
        lambda desk: assign.transfer(desk, [key], B),
    ):
        with agency.desk() as desk:
            do(desk)
            assert desk.recorded
    agency.check_equal()


def test_what_comes_behind_a_bundle_ends_with_it(agency: Desk) -> None:
    parent, _ = bundle_from_the_dashboard(agency)
    agency.revoke(parent, agency.issue_one("jetpack-scan"))
    assert {revoked for _, revoked in agency.licenses().values()} == {True}
    agency.check_equal()


@pytest.mark.parametrize(
    ("rows", "lines", "asked", "done"),
    [("jetpack-scan,2\njetpack-ai,1\n", [2], 2, "1 of 3"), ("jetpack-scan,1\n", [2], 1, "0 of 1")],
)
def test_the_rest_of_a_row_that_is_refused_is_left(
    agency: Desk, rows: str, lines: list[int], asked: int, done: str
) -> None:
    agency.double.next("status", method="POST", path="/license", **NO)
    text = f"product,quantity\n{rows}"
    answer = agency.rows(issue.issue_rows, text, keep_going=True)
    assert [each["line"] for each in plain(answer)["problems"]] == lines
    assert len(agency.double.requests) == asked
    (stopped,) = [note for note in answer.notes if note.code == "stopped"]
    assert stopped.message.startswith(f"{done} step")
    agency.rows(issue.issue_rows, text, keep_going=True)
    assert len(agency.double.licenses) == int(done[-1])
    agency.check_equal()


def test_what_goes_on_the_next_day_is_billed_from_its_first(agency: Desk) -> None:
    agency.double.next("status", method="POST", path="/license", nth=2, **NO)
    agency.issue("jetpack-scan", 3)
    agency.double.world.at = (agency.double.world.at or 0) + 86_400
    answer = agency.do(issue.issue, "jetpack-scan", 3, now="2024-08-16T12:00:00Z")
    assert answer.notes[0].message == "Issued 3 licenses; billed from 2024-08-15 on"
    agency.check_equal()


def test_what_stopped_the_rest_is_what_has_to_be_settled_first(agency: Desk) -> None:
    """Not what a row before it was refused for."""
    agency.double.next("status", method="POST", path="/license", nth=2, **NO)
    agency.double.next("lost", method="POST", path="/license", nth=3)
    answer = agency.rows(issue.issue_rows, "product\n" + "jetpack-scan\n" * 4, keep_going=True)
    (stopped,) = [note for note in answer.notes if note.code == "stopped"]
    assert "jpcli jetpack status" in str(stopped.hint)
    assert len(agency.double.requests) == 3


def _failed(their_status: int | None) -> Failed:
    error = Failed("jetpack_refused", "No")
    error.their_status = their_status
    return error


@pytest.mark.parametrize(
    ("error", "is_plain"),
    [
        (Refused("invoice_past_due", "No"), True),
        (_failed(400), True),
        (_failed(None), False),
        (Refused("outcome_unknown", "Not known"), False),
        (outcome_unknown("jetpack-scan", "lost"), False),
        (AuthProblem("bad_token", "No"), False),
        (Busy("network", "No"), False),
    ],
)
def test_what_is_a_plain_no(error: JpcliError, is_plain: bool) -> None:
    assert is_plain_no(error) is is_plain
