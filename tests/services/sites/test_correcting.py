"""Sites put right: renamed, merged, archived; what is closed stays, and old names lead on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.answers import Answer
from jpcli.domain.errors import BadInput, JpcliError, Refused
from jpcli.services.billing.preview import preview
from jpcli.services.clients.archive import archive_client
from jpcli.services.desk import Desk
from jpcli.services.invoices import close, settle
from jpcli.services.licenses import assign, issue
from jpcli.services.log import list_events
from jpcli.services.sites import sites
from jpcli.services.sites.archive import archive_site
from jpcli.services.sites.merge import merge_sites
from jpcli.services.sites.rename import rename_site
from tests.services.agency import A, Agency, B, C, codes

NEW = "https://new.example"
JULY, AUGUST_2 = "2024-07-10T12:00:00Z", "2024-08-02T12:00:00Z"


@pytest.fixture
def shop(agency: Agency) -> Agency:
    """Two licenses on A since July 10, one on B; July is closed, it is August 15."""
    for site in (A, A, B):
        agency.do(issue.issue, "jetpack-scan", 1, site=site, client="Ann", now=JULY)
    agency.do(close.close_due, now=AUGUST_2)
    agency.do(settle.mark_paid, "INV-2024-07", now=AUGUST_2)
    return agency


def put(desk: Desk, site: str, client: str | None = None) -> Answer[Any]:
    """A new license on a site."""
    return issue.issue(desk, "jetpack-scan", 1, site=site, client=client)


def refused(agency: Agency, use_case: Any, *args: Any, **options: Any) -> JpcliError:
    """The refusal of a change that leaves the ledger as it was."""
    before = agency.state()
    with pytest.raises(JpcliError) as error:
        agency.do(use_case, *args, **options)
    assert agency.state() == before
    return error.value


def by_site(agency: Agency, month: str, **options: Any) -> dict[Any, int]:
    return agency.groups(month, "site", **options)


def test_a_site_keeps_its_licenses_and_days_under_another_address(shop: Agency) -> None:
    july, august = by_site(shop, "2024-07"), by_site(shop, "2024-08")
    answer = shop.do(rename_site, A, NEW)
    assert answer.data == {"site": NEW, "client": "Ann"}
    assert by_site(shop, "2024-07") == july == {A: 44, B: 22}
    assert by_site(shop, "2024-08") == {NEW: august[A], B: august[B]}
    rows = shop.ask(sites.show_site, NEW)["licenses"]
    assert {row["site"] for row in rows} == {NEW}
    assert [row["site"] for row in shop.ask(sites.list_sites)["sites"]] == [B, NEW]
    assert shop.problems() == []


def test_as_of_and_the_log_go_back_behind_a_new_address(shop: Agency) -> None:
    before = shop.ask(preview, "2024-08", by="site", as_of="2024-08-10")["groups"]
    shop.move_site(A, "Bob", at="2024-08-12T00:00:00Z")
    shop.do(rename_site, A, NEW)
    shop.move_site(NEW, "Cem", at="2024-08-14T00:00:00Z")
    after = shop.ask(preview, "2024-08", by="site", as_of="2024-08-10")["groups"]
    assert [row["days"] for row in after] == [row["days"] for row in reversed(before)]
    owned = shop.groups("2024-08", "client", as_of="2024-08-13")
    assert owned == {"Ann": 2 * 11 + 31, "Bob": 2 * 20}
    kinds = [event["kind"] for event in shop.ask(list_events, site=NEW)["events"]]
    assert kinds[-1] == "site.added"
    assert kinds[:2] == ["site.moved", "site.renamed"]


@pytest.mark.parametrize("named", [A, "http://a.example", "A.example"])
def test_the_old_address_leads_to_the_new_one(shop: Agency, named: str) -> None:
    shop.do(rename_site, A, NEW)
    for use_case, args in (
        (put, (named,)),
        (sites.move_site, (named, "Bob")),
        (archive_site, (named,)),
    ):
        error = refused(shop, use_case, *args)
        assert (error.code, NEW in error.message) == ("site_renamed", True)
    again = shop.do(rename_site, named, NEW)
    assert codes(again) == ["already_renamed"]


def test_an_address_may_go_round(shop: Agency) -> None:
    for site, to in ((A, C), (B, A), (C, B)):
        shop.do(rename_site, site, to)
    assert by_site(shop, "2024-08") == {A: 31, B: 62}
    assert by_site(shop, "2024-07") == {A: 44, B: 22}
    assert shop.preview("2024-08")["lines"][0]["kind"] == "license"
    assert shop.problems() == []


def test_no_site_takes_the_address_of_another(shop: Agency) -> None:
    for to in (B, "http://b.example"):
        error = refused(shop, rename_site, A, to)
        assert error.code == "site_exists"
        assert str(error.hint).endswith(f"jpcli sites merge {A} --into {B}")
    assert refused(shop, rename_site, C, NEW).code == "unknown_site"
    assert codes(shop.do(rename_site, A, "http://a.example")) == ["site_renamed"]


def test_two_sites_are_made_one(shop: Agency) -> None:
    july = by_site(shop, "2024-07")
    answer = shop.do(merge_sites, A, B, at="2024-08-11T00:00:00Z")
    assert answer.data == {"site": B, "client": "Ann", "licenses_moved": 2}
    assert by_site(shop, "2024-07") == july
    assert by_site(shop, "2024-08") == {A: 20, B: 73}
    assert [row["site"] for row in shop.ask(sites.list_sites)["sites"]] == [B]
    assert [row["site"] for row in shop.ask(sites.list_sites, archived=True)["sites"]] == [A]
    error = refused(shop, issue.issue, "jetpack-scan", 1, site=A)
    assert (error.code, B in error.message) == ("site_merged", True)
    assert codes(shop.do(merge_sites, A, B)) == ["already_merged"]
    assert shop.preview("2024-08")["lines"][0]["kind"] == "license"
    assert shop.problems() == []


def test_a_merge_is_refused_as_a_whole(shop: Agency) -> None:
    assert refused(shop, merge_sites, A, A).code == "same_site"
    assert refused(shop, merge_sites, A, C).code == "unknown_site"
    assert refused(shop, merge_sites, A, B, at="2024-07-01T00:00:00Z").code == "before_last_event"
    shop.do(merge_sites, A, B)
    shop.do(issue.issue, "jetpack-scan", 1, site=C)
    assert refused(shop, merge_sites, C, A).code == "site_merged"
    assert refused(shop, merge_sites, A, C).code == "site_merged"


def test_what_is_in_use_is_not_archived(shop: Agency) -> None:
    error = refused(shop, archive_site, A)
    assert (error.code, isinstance(error, Refused)) == ("site_in_use", True)
    keys = [row["license_key"] for row in shop.ask(sites.show_site, A)["licenses"]]
    for key in keys:
        shop.unassign(key)
    assert codes(shop.do(archive_site, A)) == ["archived"]
    assert codes(shop.do(archive_site, A)) == ["already_archived"]
    for use_case, args in (
        (assign.assign, (keys[:1], A)),
        (sites.move_site, (A, "Bob")),
        (put, (A,)),
        (merge_sites, (A, B)),
        (merge_sites, (B, A)),
    ):
        error = refused(shop, use_case, *args)
        assert error.code == "site_archived"
        assert str(error.hint).endswith(f"jpcli sites archive {A} --back")
    assert codes(shop.do(archive_site, A, back=True)) == ["archived"]
    shop.assign(keys[0], A)
    assert shop.problems() == []


def test_a_site_does_not_come_back_to_a_client_who_is_put_away(shop: Agency) -> None:
    shop.do(merge_sites, A, B)
    shop.move_site(B, "Bob")
    shop.do(archive_client, "Ann")
    assert refused(shop, archive_site, A, back=True).code == "client_archived"
    shop.do(archive_client, "Ann", back=True)
    shop.do(archive_site, A, back=True)


@pytest.mark.parametrize("use_case", [(rename_site, A, NEW), (merge_sites, A, B)])
def test_under_one_key_it_is_done_once_and_a_dry_run_does_nothing(
    shop: Agency, use_case: tuple[Any, ...]
) -> None:
    before = shop.state()
    assert shop.do(*use_case, dry_run=True).data["dry_run"]
    assert shop.state() == before
    first = shop.do(*use_case, key="k")
    after = shop.state()
    assert shop.do(*use_case, key="k").data == first.data
    assert shop.state() == after


def test_whose_a_site_was_may_be_said_for_days_before_it_was_named(agency: Agency) -> None:
    agency.do(issue.issue, "jetpack-scan", 1, site=A, now="2024-08-10T12:00:00Z")
    agency.move_site(A, "Ann", at="2024-08-05T00:00:00Z")
    assert agency.groups("2024-08", "client") == {"Ann": 22}
    shown = agency.ask(sites.show_site, A)["clients"]
    assert [(one["client"], one["from"]) for one in shown] == [(None, None), ("Ann", "2024-08-05")]
    with pytest.raises(BadInput) as error:
        agency.move_site(A, "Bob", at="2024-08-04T00:00:00Z")
    assert error.value.code == "before_last_event"
    assert agency.problems() == []


def row(key: str, *stays: tuple[str, str, str | None]) -> dict[str, Any]:
    """A license in a history file; stays are (site, client, until)."""
    starts = ("2024-08-01T00:00:00Z", "2024-08-03T00:00:00Z")
    return {
        "license_key": f"jetpack-scan_{key}",
        "product": "jetpack-scan",
        "issued_at": starts[0],
        "assignments": [
            {"site": site, "client": client, "from": start, "to": until}
            for (site, client, until), start in zip(stays, starts, strict=False)
        ],
    }


def put_away(shop: Agency) -> None:
    for line in shop.ask(sites.show_site, A)["licenses"]:
        shop.transfer(line["license_key"], B)
    shop.do(archive_site, A)


def imported(shop: Agency, folder: Path, *rows: dict[str, Any]) -> Answer[Any]:
    source = folder / "history.ndjson"
    source.write_text("".join(f"{json.dumps(one)}\n" for one in rows))
    return shop.import_file(source)


ENDED = "2024-08-02T00:00:00Z"


def test_a_history_may_end_where_it_is_put_away_and_not_go_on_there(
    shop: Agency, tmp_path: Path
) -> None:
    put_away(shop)
    ended = row("ended", (A, "Ann", ENDED))
    for rows in (
        [row("open", (A, "Ann", None))],
        [ended, row("open", (A, "Ann", None))],
        [row("open", (A, "Ann", None)), ended],
    ):
        before = shop.state()
        with pytest.raises(JpcliError) as error:
            imported(shop, tmp_path, *rows)
        assert [problem.code for problem in error.value.problems] == ["site_archived"]
        assert shop.state() == before
    imported(shop, tmp_path, ended)
    assert shop.problems() == []


def test_every_row_of_a_client_who_is_put_away_is_told(shop: Agency, tmp_path: Path) -> None:
    put_away(shop)
    shop.move_site(B, "Bob")
    shop.do(archive_site, A, back=True)
    shop.move_site(A, "Bob")
    shop.do(archive_client, "Ann")
    before = shop.state()
    rows = [row(key, (C, "Ann", None)) for key in ("one", "two")]
    with pytest.raises(JpcliError) as error:
        imported(shop, tmp_path, *rows)
    assert [(p.code, p.line) for p in error.value.problems] == [
        ("client_archived", 1),
        ("client_archived", 2),
    ]
    assert shop.state() == before
