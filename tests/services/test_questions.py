"""Lists, counts, the timeline and the log: each filter takes what it should and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from jpcli.domain.errors import BadInput
from jpcli.services.collection import offline
from jpcli.services.licenses.licenses import (
    build_filter,
    count,
    list_licenses,
    show,
    timeline,
)
from jpcli.services.log import list_events
from jpcli.services.sites import sites
from jpcli.services.status import status
from tests.services.agency import BEGUN, A, Agency, B, C, minor, plain

ADD_CARD = "jpcli cards add --primary --brand visa --last4 4242 --exp 12/2030"
SCAN, AI, SECURITY = "jetpack-scan", "jetpack-ai", "jetpack-security-t1"


@pytest.fixture
def office(agency: Agency) -> Agency:
    """names: s1 on A (Ann Lee), s2 free, s3 revoked on A, a1 on B (no client), a bundle of 3 with
    one child on B."""
    names = {
        "s1": agency.issue_one(SCAN, at="2024-07-01", site=A, client="Ann Lee"),
        "s2": agency.issue_one(SCAN, at="2024-07-20"),
        "s3": agency.issue_one(SCAN, at="2024-07-05", site=A),
        "a1": agency.issue_one(AI, at="2024-08-10", site=B, actor="bob"),
    }
    agency.revoke(names["s3"], at="2024-07-15", reason="client left", actor="bob")
    names["p"], (names["c1"], names["c2"], names["c3"]) = agency.bundle(at="2024-08-01")
    agency.assign(names["c1"], B, at="2024-08-02")
    agency.names = names  # type: ignore[attr-defined]
    return agency


def listed(office: Agency, limit: int | None = None, **filters: Any) -> list[str]:
    """The names of the licenses that a filter takes, in order."""
    names = {key: name for name, key in office.names.items()}  # type: ignore[attr-defined]
    with office.desk(writes=False) as desk:
        data = list_licenses(desk, build_filter(desk, **filters), limit).data
        return [names[row[0]] for row in data["licenses"].rows]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, "s1 s2 s3 a1 p c1 c2 c3"),
        ({"state": "assigned"}, "s1 a1 c1"),
        ({"state": "unassigned"}, "s2 c2 c3"),
        ({"state": "revoked"}, "s3"),
        ({"state": "active"}, "s1 s2 a1 c1 c2 c3"),
        ({"state": "bundle"}, "p"),
        ({"state": "all"}, "s1 s2 s3 a1 p c1 c2 c3"),
        ({"product": SCAN}, "s1 s2 s3"),
        ({"product": SECURITY}, "p c1 c2 c3"),
        ({"site": "A.example"}, "s1 s3"),
        ({"site": ""}, "s2 c2 c3"),
        ({"client": "Ann Lee"}, "s1 s3"),
        ({"client": ""}, "s2 a1 c1 c2 c3"),
        ({"state": "assigned", "client": "Ann Lee"}, "s1"),
        ({"search": "b.exam"}, "a1 c1"),
        # With what no key can have: keys are random, and three letters are soon in one of them.
        ({"search": "NN LE"}, "s1 s3"),
        ({"search": "%"}, ""),
        ({"search": "_scan"}, ""),
        ({"search": "jetpack-scan_"}, "s1 s2 s3"),
        ({"older_than": 30}, "s1 s3"),
        ({"newer_than": 30}, "s2 a1 p c1 c2 c3"),
        ({"older_than": 5, "newer_than": 30}, "s2 p c1 c2 c3"),
        ({"older_than": 5}, "s1 s2 s3 p c1 c2 c3"),
        ({"sort": "issued"}, "s1 s3 s2 p c1 c2 c3 a1"),
        ({"sort": "issued", "reverse": True}, "a1 c3 c2 c1 p s2 s3 s1"),
        ({"sort": "product", "state": "assigned"}, "a1 s1 c1"),
        ({"sort": "site", "state": "assigned"}, "s1 a1 c1"),
    ],
    ids=str,
)
def test_a_filter_takes_what_it_says(
    office: Agency, filters: dict[str, Any], expected: str
) -> None:
    assert " ".join(listed(office, **filters)) == expected


def test_a_limit_cuts_the_list_but_not_the_total(office: Agency) -> None:
    assert listed(office, limit=2) == ["s1", "s2"]
    assert len(listed(office, limit=0)) == 8
    with office.desk(writes=False) as desk:
        assert list_licenses(desk, build_filter(desk), 2).data["total"] == 8


@pytest.mark.parametrize(
    ("filters", "code"),
    [
        ({"state": "sold"}, "bad_state"),
        ({"sort": "color"}, "bad_sort"),
        ({"older_than": -1}, "bad_age"),
        ({"newer_than": 10**9}, "bad_age"),
        ({"site": "ftp://x"}, "bad_site"),
    ],
)
def test_a_bad_filter_is_refused(office: Agency, filters: dict[str, Any], code: str) -> None:
    with pytest.raises(BadInput) as caught:
        listed(office, **filters)
    assert caught.value.code == code


def test_counts_are_of_what_can_be_used_by_state(office: Agency) -> None:
    with office.desk(writes=False) as desk:
        everything = count(desk, build_filter(desk)).data
        by_site = count(desk, build_filter(desk), "site").data
        by_client = count(desk, build_filter(desk, product=SCAN), "client").data
    assert everything == {"total": 6, "assigned": 3, "unassigned": 3, "revoked": 1}
    assert [(row["site"], row["assigned"], row["revoked"]) for row in by_site["groups"]] == [
        (A, 1, 1),
        (B, 2, 0),
        (None, 0, 0),
    ]
    assert by_site["total"] == 6
    clients = [(row["client"], row["total"]) for row in by_client["groups"]]
    assert clients == [("Ann Lee", 1), (None, 1)]


def test_a_license_shows_its_whole_life(office: Agency) -> None:
    key = office.names["s3"]  # type: ignore[attr-defined]
    (shown,) = office.ask(show, [key])["licenses"]
    assert [(event["kind"], event["at"], event["actor"]) for event in shown["history"]] == [
        ("license.issued", "2024-07-05T00:00:00Z", "ann"),
        ("license.assigned", "2024-07-05T00:00:00Z", "ann"),
        ("license.revoked", "2024-07-15T23:59:59.999999Z", "bob"),
    ]
    assert shown["history"][-1]["reason"] == "client left"
    assert shown["spans"] == [
        {
            "first_day": "2024-07-05",
            "last_day": "2024-07-15",
            "days": 11,
            "days_settled_elsewhere": 0,
            "site": A,
        }
    ]


def test_an_unknown_license_is_told(office: Agency) -> None:
    with pytest.raises(BadInput) as caught:
        office.ask(show, [office.names["s1"], "nope"])  # type: ignore[attr-defined]
    assert (caught.value.code, caught.value.subject) == ("unknown_license", "nope")


def test_the_timeline_has_each_licenses_days_of_a_month_with_their_sites(office: Agency) -> None:
    names = office.names  # type: ignore[attr-defined]
    office.transfer(names["s1"], C, at="2024-08-11")
    with office.desk(writes=False) as desk:
        july = plain(timeline(desk, build_filter(desk), "2024-07"))
        august = plain(timeline(desk, build_filter(desk, product=SCAN), "2024-08"))
        one = plain(timeline(desk, build_filter(desk), "2024-07", 1))
    days = {item["license_key"]: item["days"] for item in july["licenses"]}
    assert days == {names["s1"]: 31, names["s2"]: 12, names["s3"]: 11}
    (moved, _) = august["licenses"]
    assert [(span["first_day"], span["last_day"], span["site"]) for span in moved["spans"]] == [
        ("2024-08-01", "2024-08-10", A),
        ("2024-08-11", "2024-08-31", C),
    ]
    assert (len(one["licenses"]), one["total"]) == (1, 3)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"actor": "bob"}, ["license.revoked", "license.assigned", "license.issued", "site.added"]),
        ({"kind": "card"}, ["card.added"]),
        ({"kind": "card.added"}, ["card.added"]),
        ({"kind": "price.set", "limit": 2}, ["price.set", "price.set"]),
        (
            {"site": "b.example"},
            ["license.assigned", "license.assigned", "site.added"],
        ),
        ({"since": "2024-08-02", "kind": "license"}, ["license.assigned"] * 2 + ["license.issued"]),
        ({"until": "2023-01-01", "kind": "card"}, ["card.added"]),
        ({"until": "2022-12-31"}, []),
        ({"since": "2024-07-15T23:59:59.999999Z", "until": "2024-07-15"}, ["license.revoked"]),
    ],
    ids=str,
)
def test_the_log_has_the_events_newest_first(
    office: Agency, filters: dict[str, Any], expected: list[str]
) -> None:
    data = office.ask(list_events, **filters)
    assert [event["kind"] for event in data["events"]] == expected
    assert data["total"] >= len(expected)


def test_who_did_something_is_known_among_however_many_others(
    office: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of more names than are compared, the one that is asked about is found, and the nearest."""
    monkeypatch.setattr("jpcli.services.log._NEIGHBORS", 1)
    names = [f"run-{number:02}" for number in range(8)]
    for name in names:
        office.issue_one(SCAN, actor=name)
    with office.desk(writes=False) as desk:
        for name in names:
            assert not list_events(desk, actor=name, until="2022-12-31").notes
        (note,) = list_events(desk, actor="run-051").notes
    assert (note.code, note.hint) == ("unknown_actor", "Did you mean run-05?")


def test_the_log_of_a_license_has_its_events_alone(office: Agency) -> None:
    key = office.names["c1"]  # type: ignore[attr-defined]
    events = office.ask(list_events, license_key=key)["events"]
    assert [event["kind"] for event in events] == ["license.assigned", "license.issued"]
    assert {event["subject"] for event in events} == {key}
    with pytest.raises(BadInput):
        office.ask(list_events, license_key="nope")


def test_sites_are_listed_with_their_clients_and_products(office: Agency) -> None:
    rows = office.ask(sites.list_sites)["sites"]
    assert rows == [
        {"site": A, "client": "Ann Lee", "licenses": 1, "products": [SCAN]},
        {"site": B, "client": None, "licenses": 2, "products": [AI, SECURITY]},
    ]
    assert [row["site"] for row in office.ask(sites.list_sites, client="Ann Lee")["sites"]] == [A]
    found = office.ask(sites.list_sites, search="B.EX")
    assert ([row["site"] for row in found["sites"]], found["total"]) == ([B], 1)


def test_a_site_shows_its_licenses_and_clients(office: Agency) -> None:
    office.move_site(A, "Bob", at="2024-08-01")
    shown = office.ask(sites.show_site, "a.example")
    assert shown["client"] == "Bob"
    assert shown["clients"] == [
        {"client": "Ann Lee", "from": None, "to": "2024-07-31"},
        {"client": "Bob", "from": "2024-08-01", "to": None},
    ]
    assert len(shown["licenses"]) == 2
    with pytest.raises(BadInput):
        office.ask(sites.show_site, "z.example")


def test_a_client_exists_before_it_has_a_site(office: Agency) -> None:
    office.do(sites.add_client, "Zoe")
    before = office.state()
    office.do(sites.add_client, " Zoe ")
    assert office.state() == before
    assert office.ask(sites.show_client, "Zoe")["sites"] == []
    with pytest.raises(BadInput):
        office.ask(sites.show_client, "Eve")


def test_the_status_is_the_preview_the_counts_and_what_to_do(office: Agency) -> None:
    shown = office.ask(status)
    bill = office.preview("2024-08")
    assert minor(shown["bill"]["projected"]) == minor(bill["total"])
    assert minor(shown["bill"]["to_date"]) == minor(bill["total_to_date"])
    assert shown["licenses"] == {"total": 6, "assigned": 3, "unassigned": 3, "revoked": 1}
    office.do(offline.remove_card, "4242")
    steps = [step["command"] for step in office.ask(status)["next"]]
    assert ADD_CARD in steps


def test_the_status_of_an_empty_ledger_says_how_to_begin(new_agency: Agency) -> None:
    shown = new_agency.ask(status, now=BEGUN)
    assert shown["licenses"]["total"] == 0
    assert minor(shown["bill"]["projected"]) == 0
    assert [step["command"] for step in shown["next"]][:2] == [
        ADD_CARD,
        "jpcli issue PRODUCT",
    ]
