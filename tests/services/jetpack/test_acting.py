"""What each command does at Jetpack, and then here: the same, once, at Jetpack's times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jpcli.domain.errors import AuthProblem, BadInput, JpcliError, Refused
from jpcli.services.cards import list_cards
from jpcli.services.collection import offline
from jpcli.services.jetpack import access
from jpcli.services.licenses import assign, issue, revoke
from jpcli.services.licenses.in_use import anything
from tests.services.agency import A, B, codes, plain
from tests.services.jetpack.conftest import Desk, before_acting

NOON = 1_723_723_200  # 2024-08-15T12:00:00Z, the agency's now


def test_a_license_has_the_key_and_the_time_that_jetpack_gave(agency: Desk) -> None:
    agency.double.world.ahead = 300
    key = agency.issue_one("jetpack-scan")
    assert list(agency.double.licenses) == [key]
    assert agency.shown(key)["issued_at"] == "2024-08-15T12:05:00Z"
    agency.check_equal()
    assert agency.wishes() == []


def test_a_license_of_a_clock_ahead_of_ours_is_on_the_bill_of_today(agency: Desk) -> None:
    agency.double.world.ahead = 300
    agency.issue_one("jetpack-scan")
    (line,) = agency.preview()["lines"]
    assert (line["licenses"], line["days_to_date"]) == (1, 1)
    (supposed,) = agency.preview(issue=("jetpack-ai:1@2024-08-20",))["lines"][1:]
    assert supposed["days_to_date"] == 1


def test_many_are_put_on_a_site_one_after_the_other(agency: Desk) -> None:
    keys = agency.issue("jetpack-scan", 3, site=A, client="Acme")
    agency.check_equal()
    assert agency.double.calls("POST") == [
        call for key in keys for call in ("POST /license", f"POST /license/{key}/site")
    ]
    assert {agency.shown(key)["client"] for key in keys} == {"Acme"}


def test_rows_order_and_place_what_they_say(agency: Desk) -> None:
    text = f"product,quantity,site,client\njetpack-scan,2,,\njetpack-ai,1,{A},Acme\n"
    answer = agency.rows(issue.issue_rows, text)
    made = plain(answer)["licenses"]
    assert [(row["product"], row["site"], row["client"]) for row in made] == [
        ("jetpack-scan", None, None),
        ("jetpack-scan", None, None),
        ("jetpack-ai", A, "Acme"),
    ]
    agency.check_equal()


def test_a_license_goes_from_site_to_site_and_ends(agency: Desk) -> None:
    key = agency.issue_one("jetpack-scan")
    agency.assign(key, A)
    agency.check_equal()
    answer = agency.transfer(key, B)
    assert answer.notes[0].message == f"Transferred 1 license to {B}"
    agency.check_equal()
    assert agency.double.mails == []
    agency.unassign(key)
    agency.check_equal()
    assert [mail["license_key"] for mail in agency.double.mails] == [key]
    agency.assign(key, A)
    agency.double.world.at = NOON + 60
    answer = agency.revoke(key)
    assert plain(answer)["licenses"][0]["revoked_at"] == "2024-08-15T12:01:00Z"
    agency.check_equal()


def test_unassigning_without_a_mail(agency: Desk) -> None:
    one, two = agency.issue("jetpack-scan", 2, site=A)
    agency.do(assign.unassign, [one], email=False)
    agency.rows(assign.unassign_rows, f"license_key\n{two}\n", email=False)
    assert agency.double.mails == []
    agency.check_equal()


@pytest.mark.parametrize("ahead", [-86_400, -600, 0, 600, 86_400])
def test_no_clock_stops_a_command(agency: Desk, ahead: int) -> None:
    agency.double.world.ahead = ahead
    key = agency.issue_one("jetpack-scan", site=A)
    agency.transfer(key, B)
    agency.unassign(key)
    agency.assign(key, A)
    agency.double.world.ahead = 0
    agency.revoke(key)
    agency.check_equal()


def test_what_is_so_already_asks_for_nothing(agency: Desk) -> None:
    free, there, gone = agency.issue("jetpack-scan", 3)
    agency.assign(there, A)
    agency.revoke(gone)
    agency.double.forget()
    before = agency.state()
    assert codes(agency.unassign(free)) == ["already_unassigned"]
    assert "already_on_site" in codes(agency.assign(there, A))
    assert "already_on_site" in codes(agency.transfer(there, A))
    assert codes(agency.revoke(gone)) == ["already_revoked"]
    assert agency.double.requests == []
    assert agency.state() == before


def test_a_bundle_ends_with_its_children(agency: Desk) -> None:
    parent, children = bundle_from_the_dashboard(agency)
    agency.assign(children[0], A)
    answer = agency.revoke(parent)
    assert [row["license_key"] for row in plain(answer)["licenses"]] == [parent, *children]
    assert answer.notes[0].message == "Revoked 4 licenses; 2024-08-15 is billed still"
    agency.check_equal()


def test_the_replacement_of_a_bundles_child_is_jetpacks(agency: Desk) -> None:
    parent, children = bundle_from_the_dashboard(agency)
    agency.assign(children[0], A)
    answer = agency.revoke(children[0])
    assert "replacements" not in answer.data
    assert "replaced_at_jetpack" in codes(answer)
    assert list(agency.licenses()) == [parent, *children]
    agency.check_equal()


def bundle_from_the_dashboard(agency: Desk) -> tuple[str, list[str]]:
    """Bought there, and brought here by a file."""
    world = agency.double.world
    parent = world.issue("jetpack-security-t1", quantity=3)
    children = [
        world.issue("jetpack-security-t1", parent_license_id=parent.license_id) for _ in range(3)
    ]
    rows = [f"{parent.license_key},jetpack-security-t1,2024-08-15T12:00:00Z,3,"]
    rows += [
        f"{each.license_key},jetpack-security-t1,2024-08-15T12:00:00Z,,{parent.license_key}"
        for each in children
    ]
    source = f"{agency.called}-bundle.csv"
    with open(source, "w", encoding="utf-8") as file:
        file.write("license_key,product,issued_at,bundle_size,bundle_key\n" + "\n".join(rows))
    agency.import_file(source)
    return parent.license_key, [each.license_key for each in children]


REFUSED: list[tuple[type[JpcliError], str, Callable[[Desk, str], Any]]] = [
    (BadInput, "at_not_possible", lambda a, k: a.issue("jetpack-scan", at="2024-08-14")),
    (BadInput, "at_not_possible", lambda a, k: a.revoke(k, at="2024-08-14")),
    (BadInput, "at_not_possible", lambda a, k: a.assign(k, A, at="2024-08-14", dry_run=True)),
    (Refused, "no_bundles_at_jetpack", lambda a, k: a.bundle()),
    (
        Refused,
        "no_bundles_at_jetpack",
        lambda a, k: a.rows(
            issue.issue_rows, "product,bundle_size\njetpack-scan,1\njetpack-security-t1,3\n"
        ),
    ),
    (BadInput, "unknown_product", lambda a, k: a.issue("jetpack-nothing")),
    (BadInput, "bad_site", lambda a, k: a.issue("jetpack-scan", site="no site")),
    (BadInput, "unknown_license", lambda a, k: a.revoke(k, "jetpack-scan_nothing")),
    (Refused, "not_assigned", lambda a, k: a.transfer(k, A)),
    (
        BadInput,
        "unknown_license",
        lambda a, k: a.rows(assign.assign_rows, f"license_key,site\n{k},{A}\nx,{B}\n"),
    ),
]


@pytest.mark.parametrize(("kind", "code", "do"), REFUSED)
def test_our_own_rules_come_before_any_call(
    agency: Desk, kind: type[JpcliError], code: str, do: Callable[[Desk, str], Any]
) -> None:
    key = agency.issue_one("jetpack-scan")
    agency.double.forget()
    before = agency.state()
    with pytest.raises(kind) as raised:
        do(agency, key)
    assert raised.value.code == code
    assert agency.double.requests == []
    assert agency.state() == before


def test_without_a_card_nothing_is_issued(agency: Desk) -> None:
    (card,) = agency.ask(list_cards)["cards"]
    agency.do(offline.remove_card, card["id"])
    before = agency.state()
    with pytest.raises(Refused, match="card"):
        agency.issue("jetpack-scan")
    assert agency.double.requests == []
    assert agency.state() == before


PAST_DUE: list[tuple[str, bool, Callable[[Desk, str, str], Any]]] = [
    ("issue", False, lambda a, free, put: a.issue("jetpack-scan")),
    ("issue on a site", False, lambda a, free, put: a.issue("jetpack-scan", site=B)),
    ("assign", False, lambda a, free, put: a.assign(free, B)),
    ("transfer", True, lambda a, free, put: a.transfer(put, B)),
    ("unassign", True, lambda a, free, put: a.unassign(put)),
    ("revoke", True, lambda a, free, put: a.revoke(put)),
]


@pytest.mark.parametrize("meanwhile", [False, True])
@pytest.mark.parametrize(
    ("is_done", "do"), [row[1:] for row in PAST_DUE], ids=[row[0] for row in PAST_DUE]
)
def test_r2_while_an_invoice_is_past_due(
    agency: Desk,
    monkeypatch: pytest.MonkeyPatch,
    is_done: bool,
    do: Callable[[Desk, str, str], Any],
    meanwhile: bool,
) -> None:
    """Also where it became so after the rules were held to, before the first call."""
    agency.double.world.at = NOON - 40 * 86_400
    free, put = agency.issue("jetpack-scan", 2, now="2024-07-06T12:00:00Z")
    agency.assign(put, A, now="2024-07-06T12:00:00Z")
    agency.double.world.at = NOON
    agency.double.forget()

    def close() -> None:
        agency.do(offline.close, "2024-07", now="2024-08-10T12:00:00Z")

    if meanwhile:
        before_acting(monkeypatch, close)
    else:
        close()
    if is_done:
        do(agency, free, put)
    else:
        with pytest.raises(Refused) as raised:
            do(agency, free, put)
        assert raised.value.code == "invoice_past_due"
        assert agency.double.requests == []
    assert agency.wishes() == []
    agency.check_equal()


REQUESTS: list[tuple[str, str, dict[str, Any] | None]] = [
    ("issue", "done", None),
    ("issue", "failed", {"status": 400, "code": "something_new"}),
    ("issue", "unknown", {"status": 502, "form": "page"}),
    *(
        (action, outcome, fault)
        for action in ("assign", "transfer", "unassign", "revoke")
        for outcome, fault in (
            ("done", None),
            ("failed", {"status": 400, "code": "something_new"}),
        )
    ),
]


@pytest.mark.parametrize(("action", "outcome", "fault"), REQUESTS)
def test_what_was_asked_for_can_be_asked_about_and_has_its_reason(
    agency: Desk, action: str, outcome: str, fault: dict[str, Any] | None
) -> None:
    """Jetpack's number of the request is kept with the outcome, the reason with what was done."""
    free, put = agency.issue("jetpack-scan", 2)
    agency.assign(put, A)
    does: dict[str, Callable[[], Any]] = {
        "issue": lambda: agency.issue("jetpack-scan"),
        "assign": lambda: agency.assign(free, B),
        "transfer": lambda: agency.transfer(put, B),
        "unassign": lambda: agency.unassign(put),
        "revoke": lambda: agency.revoke(put, reason="Sold"),
    }
    agency.double.forget()
    if fault is not None:
        agency.double.next("status", after=False, **fault)
        with pytest.raises(JpcliError):
            does[action]()
    else:
        does[action]()
    asked = agency.double.requests[-1]["request_id"]
    wishes = "SELECT action, state, request_id FROM wishes ORDER BY id DESC LIMIT 1"
    assert agency.stored(wishes) == [(action, outcome, asked)]
    subjects = "SELECT subject FROM events WHERE kind = 'wish.made' ORDER BY seq DESC LIMIT 1"
    about = {"issue": "jetpack-scan", "assign": free}.get(action, put)
    assert agency.stored(subjects) == [(about,)]
    reasons = "SELECT reason FROM events WHERE kind = 'license.revoked'"
    assert agency.stored(reasons) == ([("Sold",)] if (action, fault) == ("revoke", None) else [])


def test_without_a_token_nothing_is_written(agency: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(access.TOKEN_VARIABLE)
    before = agency.state()
    with pytest.raises(BadInput):  # a rule needs none
        agency.issue("jetpack-nothing")
    with pytest.raises(AuthProblem) as raised:
        agency.issue("jetpack-scan")
    assert raised.value.code == "no_token"
    assert agency.state() == before


def test_a_dry_run_asks_nobody(agency: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    key = agency.issue_one("jetpack-scan", site=A)
    monkeypatch.delenv(access.TOKEN_VARIABLE)
    agency.double.forget()
    before = agency.state()
    agency.dry_run = True
    assert codes(agency.do(issue.issue, "jetpack-scan", 2))[-1] == "dry_run"
    for answer in (
        agency.transfer(key, B),
        agency.unassign(key),
        agency.revoke(key),
        agency.rows(revoke.revoke_rows, f"license_key\n{key}\n", agreed=anything),
    ):
        assert codes(answer)[-1] == "dry_run"
    assert agency.double.requests == []
    assert agency.state() == before
