"""`jetpack pull --from`: licenses that were issued elsewhere are taken over, bundles whole."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest

from jpcli.domain import events
from tests import engines
from tests.cli.conftest import NOW
from tests.cli.jetpack.conftest import seconds
from tests.cli.jetpack.test_pull import agree, differences, license_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.jetpack.conftest import Desk

A = "https://a.example"


def file_of(desk: Desk, *keys: str) -> str:
    path = desk.path.with_name("keys.csv")
    path.write_text("license_key\n" + "".join(f"{key}\n" for key in keys))
    return str(path)


@pytest.mark.parametrize("lists", [True, False])
def test_keys_of_a_file_are_taken_over(lists: bool, at_jetpack: Desk) -> None:
    world = at_jetpack.double.world
    world.lists = lists
    site = world.site(A, 77)
    plain = at_jetpack.issued(at="2026-11-05T00:00:00Z")
    on_site = at_jetpack.issued(
        at="2026-11-05T00:00:00Z", blog_id=77, attached_at=seconds("2026-11-06T00:00:00Z")
    )
    ended = at_jetpack.issued(at="2026-11-05T00:00:00Z", revoked_at=seconds("2026-11-07T00:00:00Z"))
    left = at_jetpack.issued()
    known = at_jetpack.known()
    source = file_of(at_jetpack, plain, on_site, ended, known, plain)
    before = at_jetpack.everything()
    tried = at_jetpack("jetpack", "pull", "--from", source, "--dry-run", "--json")
    assert (tried.code, tried.data["dry_run"]) == (0, True)
    assert "Would take over 3 licenses" in tried.out
    assert at_jetpack.everything() == before
    data = at_jetpack.do(f"jetpack pull --from {source}")
    assert (data["checked"], data["changed"]) == (1, 3)
    assert {(row[0], row[4]) for row in differences(data)} == {
        (key, True) for key in (plain, on_site, ended)
    }
    found = license_of(at_jetpack, plain)
    assert (found["product"], found["issued_at"]) == ("jetpack-scan", "2026-11-05T00:00:00Z")
    placed = license_of(at_jetpack, on_site)
    assert placed["site"] == (A if lists else None)
    assert placed["assigned_at"] == ("2026-11-06T00:00:00Z" if lists else None)
    assert license_of(at_jetpack, ended)["revoked_at"] == "2026-11-07T00:00:00Z"
    assert at_jetpack.rows("SELECT blog_id FROM connections") == (
        [(site.blog_id,)] if lists else []
    )
    assert at_jetpack.do(f"jetpack pull --from {source}")["changed"] == 0
    run = at_jetpack("jetpack", "pull", "--check", "--json")
    wanted = [(left, "missing_here", None, "active", False)] if lists else []
    assert differences(run.data) == wanted


def test_a_bundle_comes_with_all_that_is_in_it(at_jetpack: Desk) -> None:
    world = at_jetpack.double.world
    world.site(A, 77)
    bundle = at_jetpack.issued("jetpack-anti-spam", at="2026-11-05T00:00:00Z", quantity=20)
    number = at_jetpack.double.licenses[bundle].license_id
    inside = [
        at_jetpack.issued("jetpack-anti-spam", at="2026-11-05T00:00:00Z", parent_license_id=number)
        for _ in range(20)
    ]
    one = at_jetpack.double.licenses[inside[0]]
    one.blog_id, one.attached_at = 77, seconds("2026-11-06T00:00:00Z")
    alone = at_jetpack("jetpack", "pull", "--from", file_of(at_jetpack, inside[3]), "--json")
    assert (alone.code, alone.error["code"]) == (2, "unknown_bundle_key")
    data = at_jetpack.do(f"jetpack pull --from {file_of(at_jetpack, inside[3], bundle)}")
    assert data["changed"] == 21
    found = license_of(at_jetpack, bundle)
    assert (found["state"], found["bundle_size"]) == ("bundle", 20)
    assert sorted(found["children"]) == sorted(inside)
    assert license_of(at_jetpack, inside[0])["site"] == A
    lines = at_jetpack.do("invoice preview")["lines"]
    assert [(line["bundle_size"], line["days"]) for line in lines] == [(20, 26)]
    agree(at_jetpack)

    # One of them was ended there, and another took its place; then all of it was ended.
    one.revoked_at, one.blog_id, one.attached_at = seconds("2026-11-10T00:00:00Z"), None, None
    instead = at_jetpack.issued(
        "jetpack-anti-spam", at="2026-11-10T00:00:00Z", parent_license_id=number
    )
    data = at_jetpack.do("jetpack pull")
    assert ("revoked_at", True) in {(row[1], row[4]) for row in differences(data)}
    assert (instead, "missing_here", None, "active", False) in differences(data)
    at_jetpack.do(f"jetpack pull --from {file_of(at_jetpack, instead)}")
    agree(at_jetpack)
    for key in (bundle, *inside[1:], instead):
        at_jetpack.double.licenses[key].revoked_at = seconds("2026-11-12T00:00:00Z")
    assert at_jetpack.do("jetpack pull")["changed"] == 21
    agree(at_jetpack)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda _: "jetpack-scan_" + "N" * 25, "unknown_license"),
        (lambda desk: desk.issued("jetpack-moon"), "unknown_product"),
        (lambda desk: desk.issued(quantity=7), "unknown_bundle"),
        (lambda desk: desk.issued(parent_license_id=999_999), "unknown_bundle_key"),
        (lambda _: "no key at all", "bad_license_key"),
    ],
)
def test_a_bad_row_stops_all_unless_told_to_go_on(
    make: Callable[[Desk], str], code: str, at_jetpack: Desk
) -> None:
    good, bad = at_jetpack.issued(at="2026-11-05T00:00:00Z"), make(at_jetpack)
    source = file_of(at_jetpack, good, bad)
    before = at_jetpack.everything()
    run = at_jetpack("jetpack", "pull", "--from", source, "--json")
    assert run.code == 2, run.out
    ((problem),) = run.error["problems"]
    assert (problem["code"], problem["line"]) == (code, 3)
    assert at_jetpack.everything() == before
    run = at_jetpack("jetpack", "pull", "--from", source, "--keep-going", "--json")
    assert (run.code, run.data["checked"], run.data["changed"]) == (1, 0, 1)
    assert [each["code"] for each in run.data["problems"]] == [code]
    asked = [each["query"].get("license_key") for each in at_jetpack.double.requests]
    assert "no key at all" not in str(asked)
    assert license_of(at_jetpack, good)["state"] == "unassigned"


def test_what_may_have_come_of_a_wish_is_not_another_license(at_jetpack: Desk) -> None:
    wish = at_jetpack.wish(unknown=True)
    key = at_jetpack.issued(at="2026-11-20T09:00:30Z")
    run = at_jetpack("jetpack", "pull", "--from", file_of(at_jetpack, key), "--json")
    assert run.code == 2
    (problem,) = run.error["problems"]
    assert problem["code"] == "may_be_wished"
    assert f"jpcli jetpack resolve {wish} --key {key}" in problem["hint"]


def test_a_file_with_nothing_but_mistakes_is_refused(at_jetpack: Desk) -> None:
    source = at_jetpack.path.with_name("keys.csv")
    source.write_text("license_key,field\n,site\n")
    run = at_jetpack("jetpack", "pull", "--from", str(source), "--json")
    assert (run.code, [each["line"] for each in run.error["problems"]]) == (2, [2])


def test_what_jetpack_no_longer_knows_is_told(at_jetpack: Desk) -> None:
    key = at_jetpack.known()
    del at_jetpack.double.licenses[key]
    data = at_jetpack.do(f"jetpack pull --from {file_of(at_jetpack, key)}")
    assert differences(data) == [(key, "missing_there", "active", None, False)]
    assert (data["checked"], data["changed"]) == (1, 0)


MISSING = ("--revoke-missing", "--yes", "--json")


@pytest.mark.parametrize("foreign", [True, False])
def test_what_it_no_longer_knows_ends_here_where_that_is_asked_for(
    foreign: bool, at_jetpack: Desk
) -> None:
    """And nothing else does: what is still there, what ended before, what no row names."""
    gone, ended, left, there = (at_jetpack.known() for _ in range(4))
    at_jetpack._record(
        "2026-11-12T00:00:00Z", lambda writer: writer.record(*events.license_revoked(ended))
    )
    for key in (gone, ended, left):
        if foreign:
            at_jetpack.double.world.foreign.add(key)
        else:
            del at_jetpack.double.licenses[key]
    before = at_jetpack.everything()
    command = ("jetpack", "pull", "--from", file_of(at_jetpack, gone, ended, there))
    asked = at_jetpack(*command, "--revoke-missing", "--json")
    assert (asked.code, asked.error["code"]) == (2, "confirmation_required")
    tried = at_jetpack(*command, *MISSING, "--dry-run")
    assert tried.data["changed"] == 1
    at_jetpack.double.next("status", status=500, times=0, form="page")
    assert at_jetpack(*command, *MISSING).code == 75
    at_jetpack.double.heal()
    assert at_jetpack.everything() == before
    run = at_jetpack(*command, *MISSING, "--idempotency-key", "k")
    assert differences(run.data) == [(gone, "missing_there", "active", None, True)]
    assert run.data["changed"] == 1
    assert license_of(at_jetpack, gone)["revoked_at"] == NOW
    assert license_of(at_jetpack, ended)["revoked_at"] == "2026-11-12T00:00:00Z"
    for key in (left, there):
        assert license_of(at_jetpack, key)["revoked_at"] is None
    again = at_jetpack(*command, *MISSING).data
    assert (again["checked"], again["changed"], differences(again)) == (3, 0, [])
    checked = at_jetpack("jetpack", "pull", "--check", "--json").data
    assert [row[:2] for row in differences(checked)] == [(left, "missing_there")]
    assert at_jetpack(*command, *MISSING, "--idempotency-key", "k").data["changed"] == 1
    other = at_jetpack(*command, "--idempotency-key", "k", "--json")
    assert (other.code, other.error["code"]) == (3, "idempotency_key_reused")


def test_revoking_what_is_missing_goes_with_a_file_alone(at_jetpack: Desk) -> None:
    key = at_jetpack.known()
    at_jetpack.double.world.foreign.add(key)
    run = at_jetpack("jetpack", "pull", *MISSING)
    assert (run.code, run.error["message"]) == (2, "--revoke-missing goes with --from.")
    assert license_of(at_jetpack, key)["revoked_at"] is None


def test_a_site_that_the_ledger_cant_know_is_left_out(at_jetpack: Desk) -> None:
    odd = at_jetpack.double.world.site("https://odd.example")
    odd.url = "no address"
    key = at_jetpack.issued(blog_id=odd.blog_id, attached_at=seconds("2026-11-06T00:00:00Z"))
    at_jetpack.do(f"jetpack pull --from {file_of(at_jetpack, key)}")
    kinds = [event["kind"] for event in license_of(at_jetpack, key)["history"]]
    assert kinds == ["license.issued"]


@pytest.mark.parametrize("keep_going", [True, False])
def test_what_a_process_may_be_about_to_record_is_left_to_it(
    keep_going: bool, at_jetpack: Desk
) -> None:
    """Else its order would be taken for one that is not carried out, and be repeated."""
    from jpcli.services.process import at_work

    early = at_jetpack.issued(at="2026-11-05T00:00:00Z")
    key = at_jetpack.issued(at="2026-11-20T09:00:30Z")
    more = ("--keep-going",) if keep_going else ()
    words = ("jetpack", "pull", "--from", file_of(at_jetpack, early, key), *more, "--json")
    with at_work() as name:
        at_jetpack.wish(process=name)
        before = at_jetpack.everything()
        run = at_jetpack(*words)
        assert (run.code, run.error["code"], run.error["subject"]) == (75, "under_way", key)
        assert at_jetpack.everything() == before
        source = file_of(at_jetpack, early)  # it can't have come of that
        assert at_jetpack.do(f"jetpack pull --from {source}")["changed"] == 1


@pytest.mark.parametrize("works", [True, False])
def test_what_can_not_have_brought_a_license_is_not_waited_for(
    works: bool, at_jetpack: Desk
) -> None:
    """No order, or one of another product."""
    from jpcli.services.process import at_work

    key, new = at_jetpack.known(), at_jetpack.issued(at="2026-11-20T09:00:30Z")
    with at_work() as name:
        process = name if works else ""
        at_jetpack.wish("assign", license_key=key, site=A, process=process)
        at_jetpack.wish(product="jetpack-complete", process=process)
        assert at_jetpack.do(f"jetpack pull --from {file_of(at_jetpack, new)}")["changed"] == 1


def test_a_license_is_of_the_longest_product_that_its_key_begins_with(at_jetpack: Desk) -> None:
    prices = at_jetpack.path.with_name("prices.csv")
    prices.write_text(
        "product,name,family,amount,price_interval,currency,from,bundle_size\n"
        "jetpack-scan_plus,Plus,jetpack-scan,0.30,day,usd,2022-01-01,1\n"
    )
    at_jetpack.do(f"products import {prices}")
    plain, plus = at_jetpack.issued(), at_jetpack.issued("jetpack-scan_plus")
    at_jetpack.do(f"jetpack pull --from {file_of(at_jetpack, plain, plus)}")
    found = [license_of(at_jetpack, key)["product"] for key in (plain, plus)]
    assert found == ["jetpack-scan", "jetpack-scan_plus"]


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "ndjson"])
def test_what_it_lists_can_be_taken_over(form: str, at_jetpack: Desk) -> None:
    keys = {at_jetpack.issued(at="2026-11-05T00:00:00Z") for _ in range(3)}
    listed = at_jetpack("jetpack", "pull", "--check", "--format", form).out
    at_jetpack.patch.setattr("sys.stdin", StringIO(listed))
    source = at_jetpack.path.with_name(f"found.{form}")
    source.write_text(listed)
    data = at_jetpack.do(f"jetpack pull --from {source}")
    assert {row[0] for row in differences(data)} == keys
    agree(at_jetpack)


@pytest.mark.parametrize("listed", [True, False])
def test_a_bundle_that_ended_takes_along_what_is_in_it(listed: bool, at_jetpack: Desk) -> None:
    """But for what ended before it, also where a file has both, in the order of the list."""
    bundle = at_jetpack.issued("jetpack-anti-spam", at="2026-11-05T00:00:00Z", quantity=20)
    one = at_jetpack.double.licenses[bundle]
    inside = [
        at_jetpack.issued(
            "jetpack-anti-spam", at="2026-11-05T00:00:00Z", parent_license_id=one.license_id
        )
        for _ in range(20)
    ]
    assert at_jetpack.do(f"jetpack pull --from {file_of(at_jetpack, bundle)}")["changed"] == 21
    early = at_jetpack.double.licenses[inside[0]]
    early.revoked_at = seconds("2026-11-10T00:00:00Z")
    one.revoked_at = seconds("2026-11-12T00:00:00Z")
    more = f"--from {file_of(at_jetpack, bundle, inside[0])}" if listed else ""
    assert at_jetpack.do(f"jetpack pull {more}")["changed"] == 21
    assert license_of(at_jetpack, inside[0])["revoked_at"] == "2026-11-10T00:00:00Z"
    assert {each["state"] for each in at_jetpack.do("licenses list")["licenses"]} == {"revoked"}
    assert at_jetpack("ledger", "check").code == 0


@pytest.mark.parametrize("text", ["", "license_key\n", "[]", "\r\n \n"])
def test_a_file_without_rows_is_nothing_to_do(text: str, at_jetpack: Desk) -> None:
    at_jetpack.without_token()
    source = at_jetpack.path.with_name("keys.csv")
    source.write_text(text)
    before = at_jetpack.everything()
    more = ("--idempotency-key", "nightly")
    run = at_jetpack("jetpack", "pull", "--from", str(source), "--json", *more)
    assert (run.code, run.data["differences"]) == (0, [])
    assert "nothing to do" in run.json["notes"][0]["message"]
    assert at_jetpack.everything() == before


def test_a_key_gives_the_first_answer_again(at_jetpack: Desk) -> None:
    key = at_jetpack.issued(at="2026-11-05T00:00:00Z")
    source = file_of(at_jetpack, key)
    words = ("jetpack", "pull", "--from", source, "--idempotency-key", "k", "--json")
    first = at_jetpack(*words)
    before = at_jetpack.everything()
    again = at_jetpack(*words)
    assert (again.code, again.data) == (0, first.data)
    assert at_jetpack.everything() == before
    file_of(at_jetpack, at_jetpack.issued())
    other = at_jetpack(*words)
    assert (other.code, other.error["code"]) == (3, "idempotency_key_reused")
    assert at_jetpack.everything() == before


def test_an_older_copy_of_the_ledger_learns_what_was_done_since(at_jetpack: Desk) -> None:
    at_jetpack.patch.chdir(at_jetpack.path.parent)
    kept = [each["license_key"] for each in at_jetpack.do("issue jetpack-scan -n 3")["licenses"]]
    at_jetpack.do("ledger backup copy.db")
    at_jetpack.do("issue jetpack-complete --site https://a.example")
    at_jetpack.do(f"revoke {kept[0]} --yes")
    at_jetpack.do(f"assign {kept[1]} --site https://b.example")
    before = at_jetpack.do("licenses list")["licenses"]
    older = engines.place(at_jetpack.path.with_name("older.db"))
    at_jetpack.do(f"ledger restore copy.db --ledger {older}")
    at_jetpack.patch.setenv("JPCLI_LEDGER", older)
    at_jetpack.do("jetpack pull")
    found = at_jetpack("jetpack", "pull", "--check", "--format", "csv")
    assert found.code == 1
    at_jetpack.path.with_name("found.csv").write_text(found.out)
    at_jetpack.do("jetpack pull --from found.csv")
    agree(at_jetpack)
    assert at_jetpack.do("licenses list")["licenses"] == before
