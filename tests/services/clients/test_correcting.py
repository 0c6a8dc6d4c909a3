"""Clients put right: renamed, merged, archived; no bill that was stated moves."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jpcli.domain.answers import Answer, as_objects
from jpcli.domain.errors import BadInput, JpcliError
from jpcli.services.clients.archive import archive_client
from jpcli.services.clients.merge import Owner, merge_clients, taken_over
from jpcli.services.clients.rename import rename_client
from jpcli.services.desk import Desk
from jpcli.services.invoices import close, settle
from jpcli.services.invoices.explain import explain
from jpcli.services.invoices.statement import export
from jpcli.services.ledger import upkeep
from jpcli.services.licenses import issue
from jpcli.services.plan.order import read_order
from jpcli.services.plan.plan import make
from jpcli.services.sites import sites
from tests.services.agency import A, Agency, B, C, codes, minor, plain

JULY, AUGUST_2 = "2024-07-10T12:00:00Z", "2024-08-02T12:00:00Z"


@pytest.fixture
def shop(agency: Agency) -> Agency:
    """A is Ann's, B Anne's, each with a license since July 10; July is closed."""
    for site, client in ((A, "Ann"), (B, "Anne"), (C, "Bob")):
        agency.do(issue.issue, "jetpack-scan", 1, site=site, client=client, now=JULY)
    agency.do(close.close_due, now=AUGUST_2)
    return agency


def put(desk: Desk, site: str, client: str | None = None) -> Answer[Any]:
    """A new license on a site."""
    return issue.issue(desk, "jetpack-scan", 1, site=site, client=client)


def refused(agency: Agency, use_case: Any, *args: Any, **options: Any) -> JpcliError:
    before = agency.state()
    with pytest.raises(JpcliError) as error:
        agency.do(use_case, *args, **options)
    assert agency.state() == before
    return error.value


def statement(agency: Agency, client: str, month: str = "2024-07") -> Any:
    with agency.desk(writes=False) as desk:
        return plain(export(desk, month, client)[1])["invoice"]


def explained(agency: Agency, month: str) -> set[str | None]:
    """The clients that an explanation names."""
    with agency.desk(writes=False) as desk:
        licenses = [
            one
            for line in explain(desk, month).data["lines"]
            for one in as_objects(line["licenses"])
        ]
        return {site["client"] for one in licenses for site in one["sites"]}


def test_a_client_keeps_all_it_has_under_another_name(shop: Agency) -> None:
    shop.do(rename_client, "Ann", "Zoe")
    assert shop.groups("2024-07", "client") == {"Ann": 22, "Anne": 22, "Bob": 22}
    assert shop.groups("2024-08", "client") == {"Zoe": 31, "Anne": 31, "Bob": 31}
    for name in ("Ann", "Zoe"):
        found = statement(shop, name)
        assert (minor(found["total"]), found["clients"][0]["client"]) == (352, "Ann")
        assert found["licenses_per_day"][-1]["licenses"] == 1
    told = explained(shop, "2024-07")
    assert told == {"Ann", "Anne", "Bob"}
    assert explained(shop, "2024-08") == {"Zoe", "Anne", "Bob"}
    assert shop.preview("2024-08")["lines"][0]["kind"] == "license"
    assert codes(shop.do(rename_client, "Ann", "Zoe")) == ["already_renamed"]
    assert refused(shop, rename_client, "Nobody", "Zora").code == "unknown_client"
    assert shop.problems() == []


def test_the_old_name_leads_to_the_new_one(shop: Agency, tmp_path: Path) -> None:
    shop.do(rename_client, "Ann", "Zoe")
    plan = tmp_path / "plan.toml"
    plan.write_text(f'[sites."{A}"]\nclient = "Ann"\nproducts = ["jetpack-scan"]\n')

    def planned(desk: Any) -> None:
        make(desk, read_order(desk, str(plan)))

    for use_case, args in (
        (put, (A, "Ann")),
        (put, ("https://x.example", "Ann")),
        (sites.move_site, (B, "Ann")),
        (archive_client, ("Ann",)),
        (planned, ()),
    ):
        error = refused(shop, use_case, *args)
        assert (error.code, "Zoe" in error.message) == ("client_renamed", True)
    shop.do(sites.add_client, "Ann")
    shop.move_site(B, "Ann")
    assert shop.groups("2024-08", "client", now="2024-08-31T12:00:00Z")["Zoe"] == 31
    assert shop.problems() == []


@pytest.mark.parametrize("name", ["Old", "None"])
def test_a_plan_is_refused_for_who_is_put_away_and_for_nobody_else(
    shop: Agency, tmp_path: Path, name: str
) -> None:
    shop.do(sites.add_client, name)
    shop.do(archive_client, name)
    plan = tmp_path / "plan.toml"

    def planned(desk: Desk, whose: str) -> Answer[Any]:
        plan.write_text(f'[sites."https://x.example"]\n{whose}products = ["jetpack-scan"]\n')
        return Answer({"counts": make(desk, read_order(desk, str(plan))).data["counts"]})

    assert shop.ask(planned, "")["counts"]["issue"] == 1
    assert refused(shop, planned, f'client = "{name}"\n').code == "client_archived"


def test_nobody_gets_the_bill_of_who_was_called_so(shop: Agency) -> None:
    shop.do(rename_client, "Ann", "Zoe")
    shop.do(sites.add_client, "Ann")
    with pytest.raises(BadInput) as error:
        statement(shop, "Ann")
    assert error.value.code == "another_client_then"
    assert minor(statement(shop, "Zoe")["total"]) == 352
    assert statement(shop, "Ann", "2024-08")["clients"] == []


def test_two_clients_are_made_one_and_what_is_closed_stays(shop: Agency) -> None:
    answer = shop.do(merge_clients, "Ann", "Anne")
    assert (answer.data["client"], answer.data["sites_moved"]) == ("Anne", 1)
    assert shop.groups("2024-07", "client") == {"Ann": 22, "Anne": 22, "Bob": 22}
    assert shop.groups("2024-08", "client") == {"Anne": 62, "Bob": 31}
    assert [line["kind"] for line in shop.preview("2024-08")["lines"]] == ["license"]
    assert [row["client"] for row in shop.ask(sites.list_clients)["clients"]] == ["Anne", "Bob"]
    put_away = shop.ask(sites.list_clients, archived=True)["clients"]
    assert [row["client"] for row in put_away] == ["Ann"]
    again = shop.do(merge_clients, "Ann", "Anne")
    assert (codes(again), again.data["sites_moved"]) == (["already_merged"], 0)
    error = refused(shop, issue.issue, "jetpack-scan", 1, site=C, client="Ann")
    assert error.code in ("client_merged", "site_has_other_client")
    assert refused(shop, sites.move_site, C, "Ann").code == "client_merged"
    assert refused(shop, sites.add_client, "Ann").code == "client_merged"
    assert refused(shop, merge_clients, "Bob", "Bob").code == "same_client"
    assert refused(shop, merge_clients, "Nobody", "Bob").code == "unknown_client"
    assert shop.problems() == []


def test_a_merge_may_be_from_a_day_on(shop: Agency) -> None:
    shop.do(merge_clients, "Ann", "Anne", at="2024-08-11")
    assert shop.groups("2024-08", "client") == {"Ann": 10, "Anne": 52, "Bob": 31}
    assert shop.problems() == []


OTHERS_SINCE = [("Bob", "2024-08-11")]
BACK_AGAIN = [("Bob", "2024-08-05"), ("Ann", "2024-08-11")]


@pytest.mark.parametrize(
    ("moves", "at", "days"),
    [
        (OTHERS_SINCE, None, {"Anne": 10 + 31, "Bob": 21 + 31}),
        (OTHERS_SINCE, "2024-08-06", {"Ann": 5, "Anne": 5 + 31, "Bob": 21 + 31}),
        (OTHERS_SINCE, "2024-08-10", {"Ann": 9, "Anne": 1 + 31, "Bob": 21 + 31}),
        (OTHERS_SINCE, "2024-08-11", {"Ann": 10, "Anne": 31, "Bob": 21 + 31}),
        (OTHERS_SINCE, "2024-08-12", {"Ann": 10, "Anne": 31, "Bob": 21 + 31}),
        (BACK_AGAIN, None, {"Anne": 4 + 21 + 31, "Bob": 6 + 31}),
        (BACK_AGAIN, "2024-08-08", {"Ann": 4, "Anne": 21 + 31, "Bob": 6 + 31}),
        (BACK_AGAIN, "2024-08-11", {"Ann": 4, "Anne": 21 + 31, "Bob": 6 + 31}),
        (BACK_AGAIN, "2024-08-14", {"Ann": 4 + 3, "Anne": 18 + 31, "Bob": 6 + 31}),
        ([("Anne", "2024-08-05")], None, {"Anne": 31 + 31, "Bob": 31}),
        ([("Anne", "2024-08-05")], "2024-08-03", {"Ann": 2, "Anne": 29 + 31, "Bob": 31}),
    ],
)
def test_w2_of_a_site_that_changed_hands_only_its_own_days_are_the_others(
    shop: Agency, moves: list[tuple[str, str]], at: str | None, days: dict[str, int]
) -> None:
    for client, since in moves:
        shop.move_site(A, client, at=since)
    shop.do(merge_clients, "Ann", "Anne", at=at)
    assert shop.groups("2024-08", "client") == days
    assert shop.groups("2024-07", "client") == {"Ann": 22, "Anne": 22, "Bob": 22}
    assert [line["kind"] for line in shop.preview("2024-08")["lines"]] == ["license"]
    whose = [one["client"] for one in shop.ask(sites.show_site, A)["clients"]]
    assert all(one != other for one, other in pairwise(whose))
    assert shop.problems() == []


@pytest.mark.parametrize("used", [None, "2024-07-31", "2024-08-01"])
def test_days_before_a_site_was_named_stay_whose_they_are_if_a_license_was_there(
    shop: Agency, used: str | None
) -> None:
    """It was named in a month that is not closed, and is nobody else's in one that is."""
    new = "https://new.example"
    shop.do(settle.mark_paid, "INV-2024-07")
    key = shop.issue_one(at=JULY)
    shop.issue_one("jetpack-ai", site=new, client="Ann", at="2024-08-10")
    if used is not None:
        shop.assign(key, new, at=used)
    shop.do(merge_clients, "Ann", "Anne")
    whose = [(one["client"], one["from"]) for one in shop.ask(sites.show_site, new)["clients"]]
    split = [("Ann", None), ("Anne", "2024-08-01")]
    assert whose == (split if used == "2024-07-31" else [("Anne", None)])
    assert shop.problems() == []


@pytest.mark.parametrize(
    ("before", "code"),
    [
        ((archive_client, "Old"), "client_archived"),
        ((merge_clients, "Old", "Bob"), "client_merged"),
        ((rename_client, "Old", "Elder"), "client_renamed"),
    ],
)
def test_who_is_put_away_or_called_otherwise_is_merged_with_nobody(
    shop: Agency, before: tuple[Any, ...], code: str
) -> None:
    shop.do(sites.add_client, "Old")
    shop.do(*before)
    if code == "client_renamed":  # also where the one with another name is merged by now
        shop.do(merge_clients, "Elder", "Bob")
        assert refused(shop, merge_clients, "Old", "Bob").code == code
    assert refused(shop, merge_clients, "Old", "Anne").code == code
    assert refused(shop, merge_clients, "Anne", "Old").code == code


def test_a_client_with_sites_is_not_archived(shop: Agency) -> None:
    error = refused(shop, archive_client, "Ann")
    assert error.code == "client_in_use"
    shop.move_site(A, None)
    answer = shop.do(archive_client, "Ann")
    assert (codes(answer), answer.data["archived"]) == (["archived"], True)
    assert codes(shop.do(archive_client, "Ann")) == ["already_archived"]
    assert refused(shop, archive_client, "Nobody").code == "unknown_client"
    assert refused(shop, sites.move_site, A, "Ann").code == "client_archived"
    assert refused(shop, rename_client, "Bob", "Ann").code == "client_exists"
    shop.do(archive_client, "Ann", back=True)
    shop.move_site(A, "Ann")
    assert shop.problems() == []


def test_a_history_with_old_names_is_the_same_history(shop: Agency, tmp_path: Path) -> None:
    rows = shop.ask(upkeep.export)["licenses"]
    source = tmp_path / "history.ndjson"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    shop.do(rename_client, "Ann", "Zoe")
    before = shop.state()
    answer = shop.import_file(source)
    assert (answer.data["imported"], answer.data["unchanged"]) == (0, 3)
    assert shop.state() == before


OWNERS = st.lists(
    st.tuples(st.integers(0, 20), st.sampled_from(["old", "new", "x", None])), min_size=1
)


@given(OWNERS, st.integers(0, 20), st.booleans())
@example([(0, "old"), (5, "x"), (8, "old")], 5, False)
@example([(0, "x"), (5, "old")], 5, True)
def test_every_instant_from_then_on_is_the_others_and_no_earlier_one(
    told: list[tuple[int, str | None]], at: int, used: bool
) -> None:
    second = 1_000_000
    owners: list[Owner] = []
    for when, client in sorted(told, key=lambda item: item[0]):
        if not owners or (owners[-1].from_at < when * second and owners[-1].client != client):
            owners.append(Owner(when * second, client))

    def whose(listed: list[Owner], when: int) -> str | None:
        return ([o.client for o in listed if o.from_at <= when] or [listed[0].client])[-1]

    found = taken_over(owners, "old", "new", at * second, was_used=used)
    first = owners[0].from_at
    for when in range(0, 22 * second, second // 2):
        before = whose(owners, when)
        kept = when < at * second and (used or first < at * second)
        assert whose(found, when) == ("new" if before == "old" and not kept else before), when
    assert all(one.from_at < other.from_at for one, other in pairwise(found))
