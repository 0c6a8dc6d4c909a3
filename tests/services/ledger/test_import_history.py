"""History files: what may be imported, what is refused and where, the way there and back."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jpcli.domain import events, license_events
from jpcli.domain.calendar import BillingCalendar
from jpcli.domain.errors import BadInput, JpcliError, Refused
from jpcli.domain.events import Event
from jpcli.domain.instants import format_instant, parse_instant
from jpcli.domain.limits import MAX_PROBLEMS
from jpcli.ledger.events import chain
from jpcli.services.clients.archive import archive_client
from jpcli.services.clients.rename import rename_client
from jpcli.services.files.rows import Row
from jpcli.services.ledger import seen_keys, upkeep
from jpcli.services.ledger.history_rows import parse_row
from jpcli.services.licenses.licenses import show
from jpcli.services.sites.archive import archive_site
from jpcli.services.sites.rename import rename_site
from jpcli.services.sites.sites import add_client, show_site
from tests.services.agency import NOW, A, Agency, B, C, codes
from tests.thorough import examples

ISSUED = "2024-07-01T00:00:00Z"


def license_row(key: str | None = "k_1", **values: Any) -> dict[str, Any]:
    return {"license_key": key, "product": "jetpack-scan", "issued_at": ISSUED, **values}


def on(site: str, begun: str, ended: str | None = None, client: str | None = None) -> Any:
    """An assignment; a day of July 2024 stands for its first instant."""
    return {
        "site": site,
        "client": client,
        "from": f"2024-07-{begun}T00:00:00Z",
        "to": None if ended is None else f"2024-07-{ended}T00:00:00Z",
    }


def write(agency: Agency, *rows: dict[str, Any]) -> Path:
    path = Path(agency.called).with_suffix(".ndjson")
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def take(agency: Agency, *rows: dict[str, Any], **options: Any) -> Any:
    return agency.import_file(write(agency, *rows), **options)


def problems(agency: Agency, *rows: dict[str, Any]) -> list[tuple[str, int | None]]:
    """(code, line) of everything that is wrong; nothing was written."""
    before = agency.state()
    with pytest.raises(BadInput) as caught:
        take(agency, *rows)
    assert caught.value.exit_code == 2
    assert agency.state() == before
    return [(problem.code, problem.line) for problem in caught.value.problems]


STATES: dict[str, dict[str, Any]] = {
    "revoked": {"revoked_at": "2024-07-09T00:00:00Z", "site": A},
    "assigned": {"site": A},
    "unassigned": {"assignments": [on(A, "02", "03")]},
    "bundle": {"product": "jetpack-security-t1", "bundle_size": 3},
}


@pytest.mark.parametrize("told", [*STATES, "in use"])
@pytest.mark.parametrize("found", STATES)
def test_a_state_that_the_rest_of_its_row_denies_is_refused(
    agency: Agency, told: str, found: str
) -> None:
    """A list without its column of sites is no list of licenses that are on none."""
    row = license_row(**STATES[found], state=told.capitalize())
    if told in (found, "in use"):
        assert take(agency, row).data["imported"] == 1
    else:
        assert problems(agency, row) == [("bad_state", 1)]


@pytest.mark.parametrize("more", [{}, {"assignments": []}, {"assignments": [on(A, "02")]}])
def test_since_when_a_license_is_on_a_site_is_told_with_the_site(
    agency: Agency, more: dict[str, Any]
) -> None:
    row = license_row(assigned_at="2024-07-02T00:00:00Z", **more)
    assert problems(agency, row) == [("bad_assignments", 1)]


def test_a_date_alone_is_the_beginning_of_its_day_and_of_the_last_one_its_end(
    agency: Agency,
) -> None:
    stay = {"site": A, "from": "2024-07-02", "to": "2024-07-05"}
    take(
        agency,
        license_row("k_1", issued_at="2024-07-01", revoked_at="2024-07-09", assignments=[stay]),
        license_row("k_2", issued_at="2024-08-01", revoked_at=NOW[:10]),
    )
    first, second = agency.ask(upkeep.export)["licenses"]
    assert (first["issued_at"], first["revoked_at"]) == (ISSUED, "2024-07-09T23:59:59.999999Z")
    (told,) = first["assignments"]
    assert (told["from"], told["to"]) == ("2024-07-02T00:00:00Z", "2024-07-05T00:00:00Z")
    assert second["revoked_at"] == NOW


def test_what_was_issued_here_is_known_as_it_is_and_differs_otherwise(agency: Agency) -> None:
    key = agency.issue_one(at=ISSUED, site=A, client="Ann")
    stay = on(A, "01", client="Ann")
    assert take(agency, license_row(key, assignments=[stay])).data["unchanged"] == 1
    for other in ({}, {"revoked_at": NOW, "assignments": [stay]}, {"product": "jetpack-ai"}):
        assert problems(agency, license_row(key, **other)) == [("license_differs", 1)]


@pytest.mark.parametrize(
    ("zone", "issued_at"),
    [
        ("UTC", "1969-12-31T23:59:59Z"),
        ("UTC", "0001-01-01"),
        ("America/New_York", "1970-01-01T04:59:59Z"),
    ],
)
def test_nothing_began_where_the_calendar_has_no_month(
    tmp_path: Path, zone: str, issued_at: str
) -> None:
    agency = Agency(tmp_path / "ledger.db").init(zone=zone)
    row = license_row(issued_at=issued_at, revoked_at=ISSUED)
    assert problems(agency, row) == [("bad_instant", 1)]
    taken = license_row(issued_at="1970-01-02T00:00:00Z", revoked_at=ISSUED)
    assert take(agency, taken).data["imported"] == 1


@pytest.mark.parametrize(
    "place",
    [
        {"site": A, "client": "Ann", "assigned_at": "2024-07-02T00:00:00Z"},
        {"assignments": [on(A, "02", client="Ann")]},
    ],
)
def test_a_name_that_was_given_up_is_the_one_that_has_it_now(
    agency: Agency, place: dict[str, Any]
) -> None:
    """Also in a row that is new."""
    take(agency, license_row("k_1", assignments=[on(A, "02", client="Ann")]))
    agency.do(rename_site, A, C)
    agency.do(rename_client, "Ann", "Zoe")
    take(agency, license_row("k_2", **place))
    assert agency.groups("2024-07", "client") == {"Zoe": 60, None: 2}
    assert agency.groups("2024-07", "site") == {C: 60, None: 2}


# --- what is taken -------------------------------------------------------------------------------


def test_importing_is_recording_facts_so_r1_does_not_apply(new_agency: Agency) -> None:
    answer = take(new_agency, license_row())
    assert answer.data == {"imported": 1, "unchanged": 0, "sites": 0, "settled_elsewhere": None}
    assert new_agency.days("2024-07", "k_1") == 31


def test_a_dry_run_says_what_would_be_imported_and_writes_nothing(agency: Agency) -> None:
    before = agency.state()
    answer = take(agency, license_row(), license_row("k_2"), dry_run=True)
    found = {"imported": 2, "unchanged": 0, "sites": 0, "settled_elsewhere": None}
    assert answer.data == {**found, "dry_run": True}
    assert agency.state() == before


CALLED: dict[str, tuple[Any, ...]] = {
    "nothing": (),
    "a site": (rename_site, A, C),
    "a client": (rename_client, "Ann", "Zoe"),
}


@pytest.mark.parametrize("called", [*CALLED, "both"])
def test_the_same_file_twice_changes_nothing_even_after_the_licenses_moved_on(
    agency: Agency, called: str
) -> None:
    row = license_row(assignments=[on(A, "02", client="Ann")])
    take(agency, row)
    for name, change in CALLED.items():
        if change and called in (name, "both"):
            agency.do(*change)
    agency.transfer("k_1", B)
    agency.revoke("k_1")
    before = agency.state()
    answer = take(agency, row)
    assert (answer.data["imported"], answer.data["unchanged"]) == (0, 1)
    assert agency.state() == before


@pytest.mark.parametrize("again", ["p12", "12p", "1p2", "12", "p"])
@pytest.mark.parametrize("kept", [1, seen_keys.KEPT_KEYS])
def test_the_same_bundle_twice_changes_nothing_even_after_it_ended(
    agency: Agency, monkeypatch: pytest.MonkeyPatch, kept: int, again: str
) -> None:
    monkeypatch.setattr(seen_keys, "KEPT_KEYS", kept)
    security = {"product": "jetpack-security-t1"}
    rows = {
        "p": license_row("p_1", **security, bundle_size=3),
        "1": license_row("c_1", **security, bundle_key="p_1", assignments=[on(A, "02")]),
        "2": license_row("c_2", **security, bundle_key="p_1"),
    }
    take(agency, *rows.values())
    agency.revoke("p_1")
    before = agency.state()
    answer = take(agency, *(rows[name] for name in again))
    assert (answer.data["imported"], answer.data["unchanged"]) == (0, len(again))
    assert agency.state() == before


def test_a_license_with_another_history_is_refused(agency: Agency) -> None:
    take(agency, license_row())
    assert problems(agency, license_row("k_0"), license_row(revoked_at="2024-07-05T00:00:00Z")) == [
        ("license_differs", 2)
    ]


def test_a_license_that_was_issued_here_is_known_again(agency: Agency) -> None:
    agency.issue("jetpack-scan", 2, site=A, client="Ann", at="2024-07-01")
    agency.bundle(at="2024-07-02")
    before = agency.state()
    rows = agency.ask(upkeep.export)["licenses"]
    answer = take(agency, *rows)
    assert (answer.data["imported"], answer.data["unchanged"]) == (0, 6)
    assert agency.state() == before


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo", "Pacific/Apia"])
def test_d2_dates_alone_are_billing_days_of_the_ledger(tmp_path: Path, zone: str) -> None:
    """The published examples: revoked July 10 is 10 days, issued July 25 is 7."""
    agency = Agency(tmp_path / "ledger.db").init(zone=zone)
    take(
        agency,
        license_row("k_1", issued_at="2024-06-01", revoked_at="2024-07-10"),
        license_row("k_2", issued_at="2024-07-25"),
        license_row("k_3", issued_at="2024-07-05", revoked_at="2024-07-05"),
        license_row("k_4", issued_at="2024-07-30", assignments=[{"site": A, "from": "2024-07-31"}]),
        now="2024-08-02T12:00:00Z",
    )
    assert [agency.days("2024-07", f"k_{number}") for number in (1, 2, 3, 4)] == [10, 7, 1, 2]
    assert agency.groups("2024-07", "site")[A] == 1


def test_a_date_alone_that_is_today_ends_now(agency: Agency) -> None:
    assert take(agency, license_row(revoked_at=NOW[:10])).data["imported"] == 1
    (found,) = agency.ask(show, ["k_1"])["licenses"]
    assert found["revoked_at"] == NOW
    assert agency.days("2024-08", "k_1") == 15


def test_children_may_come_before_their_bundle(agency: Agency) -> None:
    security = {"product": "jetpack-security-t1"}
    take(
        agency,
        license_row("c_1", **security, bundle_key="p_1"),
        license_row("c_2", **security, bundle_key="p_1"),
        license_row("p_1", **security, bundle_size=3),
    )
    (line,) = agency.preview("2024-07")["lines"]
    assert (line["days"], line["license_days"]) == (31, 62)


def test_flat_rows_are_taken_too(agency: Agency) -> None:
    path = Path(agency.called).with_suffix(".csv")
    path.write_text(
        "license_key,product,issued_at,revoked_at,site,client,assigned_at\n"
        "k_1,jetpack-scan,2024-07-01 00:00,,a.example,Ann,2024-07-11 00:00\n"
        "k_2,jetpack-scan,2024-07-01 00:00,2024-07-10 12:00,b.example,,\n"
        "k_3,jetpack-scan,2024-07-01T02:00:00+02:00,,,,\n"
    )
    agency.import_file(path)
    assert agency.groups("2024-07", "site") == {A: 21, B: 10, None: 10 + 31}
    assert agency.groups("2024-07", "client") == {"Ann": 21, None: 51}


def test_w2_a_site_that_changed_hands_in_the_file_did(agency: Agency) -> None:
    take(
        agency,
        license_row("k_1", assignments=[on(A, "01", "11", "Ann"), on(A, "11", None, "Bob")]),
        license_row("k_2", assignments=[on(A, "05", "08", "Ann")]),
    )
    days = agency.groups("2024-07", "client")
    assert days == {"Ann": 10 + 3, "Bob": 21, None: 4 + 24}
    assert agency.ask(show_site, A)["client"] == "Bob"


def test_w2_a_site_that_a_client_gave_up_is_nobodys_from_then_on(agency: Agency) -> None:
    take(
        agency,
        license_row("k_1", assignments=[on(A, "01", "11", "Ann"), on(A, "11", None, None)]),
    )
    assert agency.groups("2024-07", "client") == {"Ann": 10, None: 21}


def test_w2_where_a_clock_goes_back_over_midnight_a_day_has_one_client(tmp_path: Path) -> None:
    """St. John's, 1990-10-28: the date was the 27th, the 28th for a minute, and the 27th again.
    A site that is handed over in that minute has its new client at the end of both days."""
    agency = Agency(tmp_path / "nfld.db").init(
        zone="America/St_Johns", prices="product,amount,from\njetpack-scan,1,1989-01-01\n"
    )
    handed = "1990-10-28T02:30:30Z"
    before = {"site": A, "client": "Ann", "from": "1990-10-01T04:00:00Z", "to": handed}
    after = {"site": A, "client": "Bob", "from": handed, "to": None}
    row = license_row(issued_at="1990-10-01T04:00:00Z", assignments=[before, after])
    take(agency, row)
    assert agency.groups("1990-10", "client") == {"Ann": 26, "Bob": 5}
    assert agency.groups("1990-10", "client", as_of=handed) == {"Ann": 26, "Bob": 5}
    assert agency.groups("1990-10", "client", as_of="1990-10-28T02:30:29Z") == {"Ann": 31}


def test_w2_a_row_that_names_no_client_does_not_take_the_site_away(agency: Agency) -> None:
    take(
        agency,
        license_row("k_1", assignments=[on(A, "01", None, "Ann")]),
        license_row("k_2", assignments=[on(A, "05", "20", None)]),
    )
    assert agency.groups("2024-07", "client") == {"Ann": 31 + 15, None: 4 + 12}


def test_what_is_recorded_is_dated_as_it_happened(agency: Agency) -> None:
    """A license by what happened to it last, so that anything later can still be entered."""
    agency_before = agency.state().events
    take(
        agency,
        license_row("k_1"),
        license_row("k_2", assignments=[on(A, "03", "05", "Ann"), on(B, "06", None, "Bob")]),
        license_row("k_3", revoked_at="2024-07-09T00:00:00Z", assignments=[on(A, "05", "07")]),
    )
    found = agency.stored(
        f"SELECT kind, subject, at FROM events WHERE seq > {agency_before} ORDER BY kind, subject"
    )
    assert found == [
        (kind, subject, parse_instant(f"2024-07-{day}T00:00:00Z"))
        for kind, subject, day in (
            ("client.added", "Ann", "03"),
            ("client.added", "Bob", "06"),
            ("license.imported", "k_1", "01"),
            ("license.imported", "k_2", "06"),
            ("license.imported", "k_3", "09"),
            ("site.added", A, "03"),
            ("site.added", B, "06"),
            # On it without a client, when Ann was no more.
            ("site.owners_set", A, "05"),
        )
    ]
    agency.assign("k_1", A, at="2024-07-02T00:00:00Z")
    agency.move_site(A, "Cyd", at="2024-07-06T00:00:00Z")
    # Of k_1 the 2nd to the 4th, of k_2 the 3rd and the 4th.
    assert agency.groups("2024-07", "client")["Ann"] == 3 + 2
    assert agency.check()["ok"]


# --- what is refused -----------------------------------------------------------------------------

MINUTE_LATER = "2024-08-15T12:01:00Z"
LATER_ELSEWHERE = "2024-08-15T14:01:00+02:00"

# What a row may say that is yet to come, in the formats that can say it.
FUTURE: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "issued": ({"issued_at": MINUTE_LATER}, ("ndjson", "json", "csv", "tsv")),
    "issued elsewhere": ({"issued_at": LATER_ELSEWHERE}, ("ndjson", "json", "csv", "tsv")),
    "revoked": ({"revoked_at": MINUTE_LATER}, ("ndjson", "json", "csv", "tsv")),
    "revoked next year": ({"revoked_at": "2025-08-15T00:00:00Z"}, ("ndjson", "csv")),
    "assigned": ({"site": A, "assigned_at": MINUTE_LATER}, ("ndjson", "json", "csv", "tsv")),
    "assigned from": (
        {"assignments": [{"site": A, "from": MINUTE_LATER}]},
        ("ndjson", "json"),
    ),
    "assigned to": (
        {"assignments": [{"site": A, "from": ISSUED, "to": MINUTE_LATER}]},
        ("ndjson", "json"),
    ),
    "the second assignment": (
        {"assignments": [on(A, "01", "05"), {"site": B, "from": MINUTE_LATER}]},
        ("ndjson", "json"),
    ),
}


def written(path: Path, form: str, rows: list[dict[str, Any]]) -> Path:
    """The same rows as a file of any format."""
    if form == "json":
        path.write_text(json.dumps(rows), encoding="utf-8")
    elif form == "ndjson":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            names = list(dict.fromkeys(name for row in rows for name in row))
            writer = csv.DictWriter(file, names, delimiter="," if form == "csv" else "\t")
            writer.writeheader()
            writer.writerows(rows)
    return path


@pytest.mark.parametrize(
    ("case", "form"), [(case, form) for case, (_, forms) in FUTURE.items() for form in forms]
)
def test_a_history_ends_today(agency: Agency, tmp_path: Path, case: str, form: str) -> None:
    rows = [license_row("k_1"), license_row("k_2", **FUTURE[case][0]), license_row("k_3")]
    file = written(tmp_path / "history", form, rows)
    before = agency.state()
    with pytest.raises(BadInput) as caught:
        agency.import_file(file)
    (problem,) = caught.value.problems
    assert (problem.code, problem.subject) == ("time_in_future", "k_2")
    assert agency.state() == before
    # Nothing but the time is wrong with it: once it has come, the same file is taken.
    later = "2026-01-01T00:00:00Z"
    assert agency.import_file(file, now=later).data["imported"] == 3
    assert agency.check()["ok"]


BAD_ROWS: list[tuple[str, dict[str, Any], str]] = [
    ("bad key", license_row("no key"), "bad_license_key"),
    ("empty key", license_row(""), "bad_license_key"),
    ("no key", license_row(None), "missing_value"),
    ("bad product", license_row(product="Jetpack Scan"), "bad_product"),
    ("unknown product", license_row(product="nope"), "unknown_product"),
    ("not sold alone", license_row(product="jetpack-scan", bundle_size=3), "unknown_bundle"),
    ("no instant", license_row(issued_at="soon"), "bad_instant"),
    ("a number as instant", license_row(issued_at=1720000000), "bad_instant"),
    ("in the future", license_row(issued_at=MINUTE_LATER), "time_in_future"),
    ("revoked in the future", license_row(revoked_at=MINUTE_LATER), "time_in_future"),
    ("revoked before issue", license_row(revoked_at="2024-06-30T00:00:00Z"), "bad_history"),
    (
        "assigned before issue",
        license_row(assignments=[{"site": A, "from": "2024-06-30T00:00:00Z"}]),
        "bad_history",
    ),
    ("overlapping", license_row(assignments=[on(A, "01", "05"), on(B, "04")]), "bad_history"),
    ("never ended", license_row(assignments=[on(A, "01"), on(B, "04")]), "bad_history"),
    ("ends before it begins", license_row(assignments=[on(A, "05", "04")]), "bad_history"),
    (
        "after the end",
        license_row(revoked_at="2024-07-03T00:00:00Z", assignments=[on(A, "05")]),
        "bad_history",
    ),
    ("assignments no list", license_row(assignments={"site": A}), "bad_assignments"),
    ("assignment no object", license_row(assignments=["a"]), "bad_assignments"),
    ("assignment with more", license_row(assignments=[{"sit": A}]), "bad_assignments"),
    ("assignment since never", license_row(assignments=[{"site": A}]), "bad_assignments"),
    ("assignment to nowhere", license_row(assignments=[{"from": ISSUED}]), "bad_assignments"),
    ("both forms", license_row(site=A, assignments=[]), "bad_assignments"),
    ("bad site", license_row(site="ftp://a.example"), "bad_site"),
    # It would be nobody's, and the client not billed for it.
    ("client without a site", license_row(client="Ann"), "client_without_site"),
    (
        "client beside assignments",
        license_row(client="Ann", assignments=[on(A, "02")]),
        "client_without_site",
    ),
    (
        "client of a bundle",
        license_row(product="jetpack-security-t1", bundle_size=3, client="Ann"),
        "client_without_site",
    ),
    ("bad client", license_row(site=A, client="\x07"), "bad_client"),
    ("bundle of 0", license_row(bundle_size=0), "bad_bundle_size"),
    ("bundle that nobody sells", license_row(bundle_size=99_999), "unknown_bundle"),
    ("bundle of a hundred thousand", license_row(bundle_size=100_000), "bad_bundle_size"),
    ("bundle of nothing", license_row(bundle_size=""), "bad_bundle_size"),
    ("bundle of other figures", license_row(bundle_size="３"), "bad_bundle_size"),
    ("client no text", license_row(site=A, client="a\nb"), "bad_client"),
    (
        "assigned in 2030",
        license_row(assignments=[{"site": A, "from": "2030-01-01T00:00:00Z"}]),
        "time_in_future",
    ),
    ("bundle of 1.5", license_row(bundle_size=1.5), "bad_bundle_size"),
    ("no such bundle", license_row(bundle_key="p_9"), "unknown_bundle_key"),
    (
        "bundle on a site",
        license_row(product="jetpack-security-t1", bundle_size=3, site=A),
        "bundle_parent",
    ),
    ("unknown column", license_row(colour="red"), "unknown_column"),
    ("no product", {"license_key": "k_1", "issued_at": ISSUED}, "missing_value"),
]


@pytest.mark.parametrize(("row", "code"), [pytest.param(*row[1:], id=row[0]) for row in BAD_ROWS])
def test_a_bad_row_is_refused_with_its_line_and_nothing_is_written(
    agency: Agency, row: dict[str, Any], code: str
) -> None:
    found = problems(agency, license_row("k_8"), row, license_row("k_9", site=B, client="Bob"))
    assert found == [(code, 2)]
    assert problems(agency, row) == [(code, 1)]


def test_every_bad_row_is_reported_at_once(agency: Agency) -> None:
    bad = [
        {**row, "license_key": f"k_{line}"} if row["license_key"] == "k_1" else row
        for line, (_, row, _) in enumerate(BAD_ROWS)
    ]
    expected = [(code, line) for line, (_, _, code) in enumerate(BAD_ROWS, 1)]
    assert sorted(problems(agency, *bad), key=lambda item: item[1] or 0) == expected


@pytest.mark.parametrize("known", ["none of it", "all of it", "the other way round"])
@pytest.mark.parametrize("kept", [1, 2, seen_keys.KEPT_KEYS])
def test_a_license_twice_in_a_file_is_refused(
    new_agency: Agency, monkeypatch: pytest.MonkeyPatch, known: str, kept: int
) -> None:
    monkeypatch.setattr(seen_keys, "KEPT_KEYS", kept)
    rows = [license_row(f"k_{number}") for number in range(4)]
    if known != "none of it":
        take(new_agency, *(rows if known == "all of it" else reversed(rows)))
    with pytest.raises(BadInput) as caught:
        take(new_agency, *rows, rows[1], license_row("k_5"), rows[3])
    assert [(each.code, each.message, each.line) for each in caught.value.problems] == [
        ("double_license", "k_1 is on line 2 already", 5),
        ("double_license", "k_3 is on line 4 already", 7),
    ]


@pytest.mark.parametrize("is_known", [False, True])
def test_keys_of_one_mark_are_not_taken_for_one(
    agency: Agency, monkeypatch: pytest.MonkeyPatch, is_known: bool
) -> None:
    monkeypatch.setattr(seen_keys, "KEPT_KEYS", 1)
    monkeypatch.setattr(seen_keys, "_MARKS", 1)
    rows = [license_row(f"k_{number}") for number in range(4)]
    if is_known:
        take(agency, *rows)
    data = take(agency, *reversed(rows)).data
    assert (data["imported"], data["unchanged"]) == ((0, 4) if is_known else (4, 0))


def test_a_license_twice_on_one_line_is_refused(agency: Agency) -> None:
    before = agency.state()
    path = write(agency, license_row())
    path.write_text(json.dumps([license_row(), license_row()]))
    with pytest.raises(BadInput, match="1 problem"):
        agency.import_file(path)
    assert agency.state() == before


@pytest.mark.parametrize("kept", [1, seen_keys.KEPT_KEYS])
def test_a_child_twice_is_refused_though_it_waits_for_its_bundle(
    agency: Agency, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    monkeypatch.setattr(seen_keys, "KEPT_KEYS", kept)
    of_bundle = {"product": "jetpack-security-t1", "bundle_key": "p_1"}
    parent = license_row("p_1", product="jetpack-security-t1", bundle_size=3)
    child = license_row("c_1", **of_bundle)
    other = license_row("c_2", **of_bundle)
    (found,) = problems(agency, child, other, child, parent)
    assert found == ("double_license", 3)
    assert [code for code, _ in problems(agency, child, other, parent, child)] == ["double_license"]


@pytest.mark.parametrize("kept", [1, 2, seen_keys.KEPT_KEYS])
def test_children_find_a_bundle_far_before_or_behind_them(
    agency: Agency, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    monkeypatch.setattr(seen_keys, "KEPT_KEYS", kept)
    of_bundle = {"product": "jetpack-security-t1", "bundle_key": "p_1"}
    parent = license_row("p_1", product="jetpack-security-t1", bundle_size=3)
    children = [license_row(f"c_{number}", **of_bundle) for number in range(4)]
    full = [*children[:2], parent, *children[2:]]
    assert problems(agency, *full) == [("bundle_full", 2)]
    answer = take(agency, *full[:-1])
    assert answer.data["imported"] == 4
    assert agency.check()["ok"]


def test_of_very_many_children_without_a_bundle_the_first_are_told(agency: Agency) -> None:
    rows = [license_row(f"k_{n}", bundle_key="p_9") for n in range(MAX_PROBLEMS + 5)]
    found = problems(agency, *rows)
    assert found[:-1] == [("unknown_bundle_key", line) for line in range(1, MAX_PROBLEMS + 1)]
    assert found[-1] == ("too_many_problems", MAX_PROBLEMS + 1)


def test_of_very_many_sites_with_two_clients_the_first_are_told(agency: Agency) -> None:
    stays = [on(f"https://s{n}.example", "02", client="Ann") for n in range(MAX_PROBLEMS + 5)]
    other = [{**stay, "client": "Bob"} for stay in stays]
    rows = [license_row(f"k_{n}", assignments=[stay]) for n, stay in enumerate([*stays, *other])]
    found = problems(agency, *rows)
    assert {code for code, _ in found[:-1]} == {"site_two_clients"}
    assert len(found) == MAX_PROBLEMS + 1
    assert found[-1][0] == "too_many_problems"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("product", "jetpack-scan"),
        ("issued_at", "2024-06-30T00:00:00Z"),
        ("revoked_at", "2024-07-20T00:00:01Z"),
        ("revoked_at", None),
    ],
)
def test_b1_a_child_has_its_bundles_product_and_lives_within_its_life(
    agency: Agency, name: str, value: Any
) -> None:
    security = {"product": "jetpack-security-t1", "revoked_at": "2024-07-20T00:00:00Z"}
    parent = license_row("p_1", **security, bundle_size=3)
    child = {**license_row("c_1", **security, bundle_key="p_1"), name: value}
    assert problems(agency, parent, child) == [("bad_bundle", 2)]
    assert problems(agency, child, parent) == [("bad_bundle", 1)]


@pytest.mark.parametrize("bundle", ["in the file", "in the ledger", "in the ledger, revoked here"])
def test_b1_a_child_may_live_as_long_as_its_bundle_and_not_a_moment_longer(
    agency: Agency, bundle: str
) -> None:
    born, died = "2024-07-02T00:00:00Z", "2024-07-20T00:00:00Z"
    security = {"product": "jetpack-security-t1", "issued_at": born}
    known: list[dict[str, Any]] = [license_row("p_1", **security, bundle_size=3, revoked_at=died)]
    if bundle == "in the ledger":
        take(agency, *known)
        known = []
    elif bundle == "in the ledger, revoked here":
        take(agency, license_row("p_1", **security, bundle_size=3))
        agency.revoke("p_1", at=died)
        known = []
    of_bundle = {**security, "bundle_key": "p_1"}
    line = len(known) + 1
    for wrong in (
        {"revoked_at": None},
        {"revoked_at": "2024-07-20T00:00:00.000001Z"},
        {"revoked_at": died, "issued_at": "2024-07-01T23:59:59.999999Z"},
        {"revoked_at": died, "product": "jetpack-scan"},
    ):
        child = license_row("c_1", **{**of_bundle, **wrong})
        assert problems(agency, *known, child) == [("bad_bundle", line)]
    children = [
        license_row("c_1", **of_bundle, revoked_at=died),
        license_row("c_2", **of_bundle, revoked_at=born),
    ]
    assert take(agency, *known, *children).data["imported"] == len(known) + 2
    assert agency.check()["ok"]
    (row,) = agency.preview("2024-07")["lines"]
    assert (row["days"], row["license_days"]) == (18, 18 + 1)


@pytest.mark.parametrize("known", ["nothing", "the bundle", "some of it"])
@pytest.mark.parametrize("order", ["the bundle first", "the bundle last"])
def test_b1_a_bundle_has_no_more_active_licenses_than_its_size(
    agency: Agency, known: str, order: str
) -> None:
    """One that ended makes room for another, and what is known already takes no room again."""
    security = {"product": "jetpack-security-t1"}
    inside = {**security, "bundle_key": "p_1"}
    parent = license_row("p_1", **security, bundle_size=3)
    active = [license_row(f"c_{number}", **inside) for number in range(1, 5)]
    active[0]["issued_at"] = "2024-07-20T00:00:00Z"
    ended = license_row("c_0", **inside, revoked_at="2024-07-20T00:00:00Z")
    before = {"nothing": [], "the bundle": [parent], "some of it": [parent, ended, *active[:2]]}
    if before[known]:
        take(agency, *before[known])
    rows = [parent, ended, *active]
    if order == "the bundle last":
        rows = [*active, ended, parent]
    assert problems(agency, *rows) == [("bundle_full", rows.index(active[-1]) + 1)]
    rows.remove(active[-1])
    take(agency, *rows)
    assert agency.check()["ok"]


# The days in July, both counting, of the children of a bundle of two, and on which line there is
# one too many; None: it is there still.
LIVES: dict[str, tuple[list[tuple[int, int | None]], int | None]] = {
    "one after the other": ([(1, 10), (1, 10), (10, 20), (10, 20), (20, None), (20, None)], None),
    "each replaced the day before": ([(1, 10), (1, 10), (9, 20)], None),
    "a day too long": ([(1, 10), (1, 10), (8, 20)], 4),
    "all at once": ([(1, 10), (1, 10), (1, 10)], 4),
    "inside of others": ([(1, 20), (1, 20), (5, 7)], 4),
    "around others": ([(5, 10), (5, 10), (1, 20)], 4),
    "around others that follow each other": ([(2, 5), (5, 9), (1, 20), (9, 12)], None),
    "around two pairs": ([(2, 5), (2, 5), (9, 12), (9, 12), (1, 20)], 6),
    "on one day": ([(1, 20), (1, 20), (5, 5), (5, 6)], None),
    "beside what stays": ([(1, None), (1, None), (2, 9)], 4),
    "before what stays": ([(9, None), (9, None), (2, 9), (1, 9)], None),
    "of three that stay": ([(1, None), (2, None), (30, None)], 4),
}


@pytest.mark.parametrize("before", [0, 2])
@pytest.mark.parametrize("name", LIVES)
def test_b1_nor_had_it_on_any_day(agency: Agency, name: str, before: int) -> None:
    """Some of them may be in the ledger already."""
    source = Path(f"{agency.called}.csv")
    source.write_text("product,amount,from,bundle_size\njetpack-security-t1,0.4,2022-01-01,2\n")
    agency.import_prices(source)
    lives, expected = LIVES[name]
    security = {"product": "jetpack-security-t1"}
    rows = [license_row("p_1", **security, bundle_size=2)]
    for number, (first, last) in enumerate(lives):
        row = license_row(f"c_{number}", **security, bundle_key="p_1")
        row["issued_at"] = f"2024-07-{first:02}T10:00:00Z"
        if last is not None:
            row["revoked_at"] = f"2024-07-{last:02}T{11 if first == last else 9:02}:00:00Z"
        rows.append(row)
    if before:
        take(agency, *rows[: before + 1])
    if expected is None:
        take(agency, *rows)
        assert agency.check()["ok"]
    else:
        assert problems(agency, *rows) == [("bundle_full", expected)]


def test_a_license_alone_has_no_children(agency: Agency) -> None:
    take(agency, license_row("k_1", bundle_size=1))
    child = license_row("c_1", bundle_key="k_1")
    assert problems(agency, child) == [("unknown_bundle_key", 1)]
    assert problems(agency, license_row("k_2"), child | {"bundle_key": "k_2"}) == [
        ("unknown_bundle_key", 2)
    ]
    # A child has none either.
    parent = license_row("p_1", product="jetpack-security-t1", bundle_size=3)
    child, grandchild = (
        license_row(key, product="jetpack-security-t1", bundle_key=of, bundle_size=3)
        for key, of in (("c_2", "p_1"), ("c_3", "c_2"))
    )
    assert problems(agency, parent, child, grandchild) == [("unknown_bundle_key", 3)]


def test_an_idempotency_key_is_for_these_rows(agency: Agency) -> None:
    first = take(agency, license_row("k_1"), license_row("k_2"), key="july")
    before = agency.state()
    again = take(agency, license_row("k_1"), license_row("k_2"), key="july")
    assert again.data == first.data
    for other in ([license_row("k_1")], [license_row("k_2"), license_row("k_1")]):
        with pytest.raises(Refused) as caught:
            take(agency, *other, key="july")
        assert caught.value.code == "idempotency_key_reused"
    assert agency.state() == before


def test_no_more_is_told_than_anyone_reads(agency: Agency) -> None:
    rows = [license_row(f"k {number}") for number in range(MAX_PROBLEMS + 50)]
    found = problems(agency, *rows)
    assert found[:-1] == [("bad_license_key", line) for line in range(1, MAX_PROBLEMS + 1)]
    assert found[-1][0] == "too_many_problems"


def test_w2_two_clients_at_once_are_refused(agency: Agency) -> None:
    assert problems(
        agency,
        license_row("k_1", assignments=[on(A, "01", "11", "Ann")]),
        license_row("k_2", assignments=[on(A, "10", None, "Bob")]),
    ) == [("site_two_clients", 2)]
    # Each stretch inside of a longer one, also when another came between.
    assert problems(
        agency,
        license_row("k_1", assignments=[on(A, "01", "30", "Ann")]),
        license_row("k_2", assignments=[on(A, "05", "08", "Bob")]),
        license_row("k_3", assignments=[on(A, "12", "15", "Bob")]),
    ) == [("site_two_clients", 2), ("site_two_clients", 3)]


# What is told of whose a site was, line by line: whose days come of that, or on which line it says
# that two had it at once.
TOLD: list[tuple[list[tuple[str, str, str | None]], int | dict[str | None, int]]] = [
    ([("01", "05", "Ann"), ("04", "20", "Ann"), ("10", "15", "Bob")], 3),
    ([("10", "15", "Ann"), ("05", "12", "Ann"), ("06", "08", "Bob")], 3),
    ([("10", "12", "Ann"), ("11", "14", "Ann"), ("01", "30", "Bob")], 1),
    (
        [("10", "20", "Ann"), ("01", "05", "Ann"), ("05", "10", "Bob")],
        {"Ann": 15, "Bob": 5, None: 104},
    ),
    ([("20", "25", "Ann"), ("05", "08", "Bob"), ("07", "12", "Bob"), ("10", "11", "Ann")], 4),
    ([("20", "25", "Ann"), ("10", "12", "Bob"), ("05", "11", "Bob"), ("06", "07", "Ann")], 4),
    (
        [("20", "25", "Ann"), ("10", "12", "Bob"), ("01", "03", "Bob"), ("04", "08", "Ann")],
        {"Ann": 10, "Bob": 4, None: 141},
    ),
    (
        [("01", "05", "Ann"), ("05", "10", "Bob"), ("10", "15", "Ann")],
        {"Ann": 10, "Bob": 5, None: 109},
    ),
    # One stretch closes the gap between two others of a client.
    (
        [("01", "03", "Ann"), ("06", "09", "Ann"), ("02", "07", "Ann"), ("20", "25", "Bob")],
        {"Ann": 11, "Bob": 5, None: 139},
    ),
    # Where nobody is told, somebody else may be.
    (
        [("01", "04", None), ("03", "05", "Ann"), ("20", "25", "Bob"), ("10", "12", None)],
        {"Ann": 6, "Bob": 5, None: 144},
    ),
]


@pytest.mark.parametrize(("told", "expected"), TOLD)
def test_w2_what_lines_tell_of_a_site_is_put_together_in_any_order(
    agency: Agency, told: list[tuple[str, str, str | None]], expected: int | dict[str | None, int]
) -> None:
    rows = [license_row(f"k_{n}", assignments=[on(A, *stay)]) for n, stay in enumerate(told)]
    rows.append(license_row("k_b", assignments=[on(B, "01", "02", "Ann")]))
    if isinstance(expected, int):
        assert problems(agency, *rows) == [("site_two_clients", expected)]
    else:
        assert take(agency, *rows).data["sites"] == 2
        assert agency.groups("2024-07", "client") == expected


def test_nothing_that_is_put_away_begins_in_a_file(agency: Agency) -> None:
    """What ended there before is history, but for a new site of such a client."""
    agency.do(add_client, "Ann")
    agency.do(archive_client, "Ann")
    ended, other, another = (
        license_row(key, assignments=[on(A, "01", "05", "Ann")]) for key in ("k_1", "k_2", "k_4")
    )
    assert problems(agency, ended) == [("client_archived", 1)]
    agency.do(archive_client, "Ann", back=True)
    take(agency, ended)
    agency.do(archive_site, A)
    goes_on = license_row("k_3", assignments=[on(A, "05", None, "Ann")])
    assert problems(agency, goes_on) == [("site_archived", 1)]
    assert problems(agency, other, goes_on) == [("site_archived", 2)]
    assert take(agency, other, another).data["imported"] == 2


def test_w2_a_site_of_one_client_never_changed_hands(agency: Agency) -> None:
    """However its stretches lie: nothing is recorded of owners."""
    stays = [("01", "03"), ("20", "22"), ("06", "09"), ("02", "07")]
    rows = [license_row(f"k_{n}", assignments=[on(A, *s, "Ann")]) for n, s in enumerate(stays)]
    take(agency, *rows)
    assert agency.stored("SELECT kind FROM events WHERE subject = 'https://a.example'") == [
        (events.SITE_ADDED,)
    ]


@pytest.mark.parametrize("client", ["Bob", "Ann"])
def test_w2_a_known_site_has_the_clients_that_the_ledger_says(agency: Agency, client: str) -> None:
    """Ann had it to July 10 and Bob since; a stretch of either on both is refused."""
    agency.issue_one(at="2024-07-01", site=A, client="Ann")
    agency.move_site(A, "Bob", at="2024-07-11T00:00:00Z")
    rows = license_row("k_1", assignments=[on(A, "05", "20", client)])
    assert problems(agency, rows) == [("site_has_other_client", 1)]
    rows = license_row("k_1", assignments=[on(A, "11", "11", client)])
    if client == "Ann":  # whose it was no more at that instant
        assert problems(agency, rows) == [("site_has_other_client", 1)]
    agency.issue_one(at="2024-07-01", site=B, client="Cid")
    other = license_row("k_3", assignments=[on(B, "05", "20", "Ann")])
    first = license_row("k_1", assignments=[on(A, "05", "20", client)])
    assert problems(agency, first, other) == [
        ("site_has_other_client", 1),
        ("site_has_other_client", 2),
    ]
    good = [on(A, "05", "11", "Ann"), on(A, "11", "20", "Bob")]
    assert codes(take(agency, license_row("k_2", assignments=good))) == ["imported"]


# --- there and back ------------------------------------------------------------------------------


def everything(agency: Agency) -> list[Any]:
    """What an accountant would look at: every grouping of every month."""
    months = ("2024-06", "2024-07", "2024-08")
    groupings = ("product", "site", "client", "license", "day")
    return [agency.preview(month, by=by) for month in months for by in groupings]


@pytest.fixture
def travelled(agency: Agency) -> Agency:
    first, second, third = agency.issue("jetpack-scan", 3, at="2024-06-10", site=A, client="Ann")
    agency.transfer(first, B, at="2024-06-20T10:00:00Z", client="Bob")
    agency.transfer(first, C, at="2024-06-20T11:00:00Z")
    agency.unassign(second, at="2024-07-03T00:00:00Z")
    agency.assign(second, B, at="2024-07-05T00:00:00.000001Z")
    agency.move_site(A, "Cyd", at="2024-07-10T12:00:00Z")
    agency.move_site(B, None, at="2024-07-12T12:00:00Z")
    agency.revoke(third, at="2024-07-15T08:00:00Z")
    parent, (child, *_) = agency.bundle(at="2024-06-30")
    agency.assign(child, C, at="2024-07-01")
    agency.revoke(child, at="2024-07-20")
    agency.revoke(parent, at="2024-08-01")
    agency.move_site(C, "Dan", at="2024-08-02")
    agency.set_price("jetpack-scan", "0.25", "2024-07-07")
    return agency


def test_export_and_import_give_the_same_bills(travelled: Agency, tmp_path: Path) -> None:
    rows = travelled.ask(upkeep.export)["licenses"]
    other = Agency(tmp_path / "other.db").init()
    other.set_price("jetpack-scan", "0.25", "2024-07-07")
    take(other, *rows)
    assert everything(other) == everything(travelled)
    assert other.check()["ok"]
    before = other.state()
    assert take(other, *rows).data["imported"] == 0
    assert other.state() == before
    assert other.ask(upkeep.export)["licenses"] == rows


def test_a_flat_export_keeps_keys_products_days_and_bundles(
    travelled: Agency, tmp_path: Path
) -> None:
    """CSV has the last site alone, so only what needs no other is the same."""
    rows = travelled.ask(upkeep.export_flat)["licenses"]
    path = tmp_path / "flat.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    other = Agency(tmp_path / "other.db").init()
    other.set_price("jetpack-scan", "0.25", "2024-07-07")
    other.import_file(path)
    for month in ("2024-06", "2024-07", "2024-08"):
        for by in ("license", "product", "day"):
            assert other.groups(month, by) == travelled.groups(month, by)
        assert other.preview(month)["total"] == travelled.preview(month)["total"]


def test_a_flat_export_says_since_when_a_license_is_on_its_site(travelled: Agency) -> None:
    """Since it was put there, and not since the site has its present client."""
    rows = travelled.ask(upkeep.export_flat)["licenses"]
    assert [(row["site"], row["assigned_at"]) for row in rows[:3]] == [
        (C, "2024-06-20T11:00:00Z"),
        (B, "2024-07-05T00:00:00.000001Z"),
        (A, "2024-06-10T00:00:00Z"),
    ]


# --- anything at all -----------------------------------------------------------------------------

GOOD = [
    license_row("k_1", assignments=[on(A, "01", "11", "Ann"), on(A, "11", None, "Bob")]),
    license_row("p_1", product="jetpack-security-t1", bundle_size=3),
    license_row("c_1", product="jetpack-security-t1", bundle_key="p_1", site=B),
    license_row("k_2", revoked_at="2024-07-20T00:00:00Z", site=A, client="Ann"),
]
GOOD[3]["assigned_at"] = "2024-07-02T00:00:00Z"
GOOD[3]["revoked_at"] = "2024-07-05T00:00:00Z"
LINES = "".join(json.dumps(row) + "\n" for row in GOOD).encode()


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """A good file with bytes changed, cut out, doubled or put in."""
    content = bytearray(LINES)
    for _ in range(draw(st.integers(1, 4))):
        first = draw(st.integers(0, max(0, len(content) - 1)))
        last = min(len(content), first + draw(st.integers(0, 60)))
        kind = draw(st.sampled_from(["change", "cut", "double", "insert", "token"]))
        if kind == "change":
            content[first : first + 1] = draw(st.binary(min_size=1, max_size=1))
        elif kind == "cut":
            del content[first:last]
        elif kind == "double":
            content[last:last] = content[first:last]
        elif kind == "insert":
            content[first:first] = draw(st.binary(max_size=8))
        else:
            tokens = [b"null", b"[]", b"{}", b'""', b"-1", b"1e99", b"true", b"\n", b"k_2", b"2025"]
            content[first:first] = draw(st.sampled_from(tokens))
    return bytes(content)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Agency:
    return Agency(tmp_path_factory.mktemp("scratch") / "ledger.db").init()


def test_the_good_file_is_good(scratch: Agency) -> None:
    path = Path(scratch.called).with_suffix(".ndjson")
    path.write_bytes(LINES)
    assert scratch.import_file(path, dry_run=True).data["imported"] == 4


@settings(max_examples=examples(300))
@given(content=mutations())
def test_no_file_however_bad_crashes_or_leaves_a_trace(scratch: Agency, content: bytes) -> None:
    path = Path(scratch.called).with_suffix(".ndjson")
    path.write_bytes(content)
    before = scratch.state()
    try:
        scratch.import_file(path, dry_run=True)
    except JpcliError as error:
        assert error.exit_code == 2  # noqa: PT017
        assert all(problem.line is None or problem.line >= 1 for problem in error.problems)  # noqa: PT017
    assert scratch.state() == before


# --- one meaning ---------------------------------------------------------------------------------
def _instants(first: int, last: int) -> st.SearchStrategy[str]:
    """Days of July 2024 in every form that a file may have."""
    forms = ("{}", "{}T00:00:00Z", "{}T10:00Z", "{} 10:00:00", "{}t09:08:07.50z", "{}T10:00:00+02")
    days = st.integers(first, last).map(lambda day: f"2024-07-{day:02d}")
    return st.builds(lambda day, form: form.format(day), days, st.sampled_from(forms))


@given(
    _instants(1, 3),
    st.none() | _instants(15, 20),
    st.lists(st.tuples(st.sampled_from([A, B]), st.none() | _instants(9, 10)), max_size=1),
    _instants(5, 7),
    st.sampled_from(["UTC", "Pacific/Apia", "America/New_York"]),
)
def test_what_an_import_means_is_what_its_event_says(
    issued: str, revoked: str | None, stays: list[Any], begun: str, zone: str
) -> None:
    listed = [{"site": site, "client": "Änn", "from": begun, "to": end} for site, end in stays]
    values = license_row(issued_at=issued, revoked_at=revoked, assignments=listed)
    parsed = parse_row(Row(1, values), parse_instant(NOW), BillingCalendar(zone), str.lower)
    data = parsed.event_data(1)
    event = Event(1, events.LICENSE_IMPORTED, "k_1", parsed.last_at, 99, "ann", None, data)
    read = event._replace(data=json.loads(chain.data_text(event)))
    assert chain.data_text(read) == chain.data_text(event)
    said = [read.data["issued_at"], read.data["revoked_at"]]
    said += [stay[name] for stay in read.data["assignments"] for name in ("from", "to")]
    meant = [*data.history[:2], *(at for stay in data.history.assignments for at in stay[1:])]
    assert said == [None if at is None else format_instant(at) for at in meant]
    assert license_events.after(None, event, str.upper) == license_events.after(
        None, read, str.upper
    )
    assert license_events.earliest_at(event) == license_events.earliest_at(read)
    assert license_events.terms_of(event) == license_events.terms_of(read)
