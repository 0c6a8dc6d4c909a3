"""What is suggested, one kind at a time, and that a plan of it does just that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.answers import Answer
from jpcli.domain.errors import BadInput, Failed, JpcliError, Refused
from jpcli.domain.savings import Bundle, Stock, regroupings
from jpcli.services.plan import apply, order, plan
from jpcli.services.savings import found, savings
from tests.services.agency import PRICES, A, Agency, B, C, codes, minor, plain

LONG_AGO = "2024-05-01T09:00:00Z"
NOW = "2024-08-15T12:00:00Z"
SECURITY = "jetpack-security-t1"
MORE = """\
jetpack-complete,Complete,plans,0.82,day,usd,2022-01-01,1
jetpack-anti-spam,Anti-spam,anti-spam,0.16,day,usd,2022-01-01,1
jetpack-anti-spam,"Anti-spam, bundle of 20",anti-spam,1.93,day,usd,2022-01-01,20
free,Free,free,0,day,usd,2022-01-01,1
"""


@pytest.fixture
def desk(tmp_path: Path) -> Agency:
    """An agency with a card and a longer price list."""
    agency = Agency(tmp_path / "ledger.db", NOW).init(prices=PRICES + MORE)
    agency.card(now="2024-01-01T00:00:00Z")
    return agency


def suggested(agency: Agency, *kinds: str, **options: Any) -> dict[str, Any]:
    client, idle = options.pop("client", None), options.pop("idle", None)

    def ask(desk: Any) -> Answer[Any]:
        asked = savings.wanted(desk, kinds, client, idle)
        return savings.savings(desk, asked, options.get("target"))

    return agency.ask(ask)


def rows(data: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(r["kind"], r["product"], r["site"], set(r["licenses"])) for r in data["suggestions"]]


def place(agency: Agency, product: str, *sites: str, now: str = LONG_AGO) -> list[str]:
    return [key for site in sites for key in agency.issue(product, site=site, now=now)]


def bundle_on(agency: Agency, product: str, size: int, *sites: str) -> tuple[str, list[str]]:
    parent, children = agency.bundle(product, size, now=LONG_AGO)
    for child, site in zip(children, sites, strict=False):
        agency.assign(child, site, now=LONG_AGO)
    return parent, children


def applied(agency: Agency, target: Path) -> Agency:
    """A copy in which the plan was done."""
    copy = agency.copied(target.with_suffix(".db"))
    copy.do(lambda desk: apply.apply(desk, order.read_order(desk, str(target))))
    assert copy.problems() == []
    return copy


def holds(agency: Agency, site: str) -> list[str]:
    found_rows = agency.stored(
        "SELECT p.product FROM licenses l JOIN offers o ON o.id = l.offer_id"
        " JOIN products p ON p.id = o.product_id JOIN sites s ON s.id = l.site_id"
        f" WHERE l.revoked_at IS NULL AND s.url = '{site}' ORDER BY 1"
    )
    return [product for (product,) in found_rows]


def check_plan(agency: Agency, data: dict[str, Any], target: Path) -> Agency:
    """The plan's full month is the saving, and the preview of a copy says the same."""
    planned = agency.ask(plan.plan, str(target))
    assert minor(planned["bill"]["full_month"]["difference"]) == -minor(data["saves_month"])
    before = minor(agency.preview("2024-09")["total"])
    copy = applied(agency, target)
    assert before - minor(copy.preview("2024-09")["total"]) == minor(data["saves_month"])
    return copy


# --- site by site --------------------------------------------------------------------------------


def test_of_the_same_product_twice_the_newer_license_can_go(desk: Agency, tmp_path: Path) -> None:
    _, *others = place(desk, "jetpack-scan", A, A, A)
    place(desk, "jetpack-scan", B)
    data = suggested(desk, target=str(tmp_path / "s.toml"))
    assert rows(data) == [("duplicate", "jetpack-scan", A, set(others))]
    (row,) = data["suggestions"]
    assert row["message"] == f"{A} has 3 licenses of jetpack-scan: one does"
    assert (minor(row["saves_month"]), minor(row["saves_year"])) == (2 * 30 * 16, 2 * 365 * 16)
    assert (data["month"], data["last_month"]) == ("2024-09", "2025-08")
    copy = check_plan(desk, data, tmp_path / "s.toml")
    assert holds(copy, A) == ["jetpack-scan"]


def test_a_bundles_license_is_kept_rather_than_a_single_one(desk: Agency) -> None:
    (single,) = place(desk, SECURITY, A)
    bundle_on(desk, SECURITY, 3, A, B, C)
    assert rows(suggested(desk)) == [("duplicate", SECURITY, A, {single})]


def test_a_product_beside_one_that_contains_it_can_go(desk: Agency, tmp_path: Path) -> None:
    (scan,) = place(desk, "jetpack-scan", A)
    (security,) = place(desk, SECURITY, A)
    place(desk, "jetpack-complete", A)
    place(desk, "jetpack-ai", A)
    data = suggested(desk, target=str(tmp_path / "s.toml"))
    assert rows(data) == [
        ("contained", "jetpack-scan", A, {scan}),
        ("contained", SECURITY, A, {security}),
    ]
    message = f"{A} has jetpack-complete, which contains its jetpack-scan"
    assert data["suggestions"][0]["message"] == message
    copy = check_plan(desk, data, tmp_path / "s.toml")
    assert holds(copy, A) == ["jetpack-ai", "jetpack-complete"]


def test_what_contains_it_on_another_site_is_no_reason(desk: Agency) -> None:
    place(desk, "jetpack-scan", A)
    place(desk, "jetpack-complete", B)
    assert rows(suggested(desk)) == []


def test_one_clients_sites_alone(desk: Agency) -> None:
    desk.issue("jetpack-scan", 2, site=A, client="Ann", now=LONG_AGO)
    desk.issue("jetpack-scan", 2, site=B, client="Bob", now=LONG_AGO)
    desk.issue("jetpack-scan", 2, site=C, now=LONG_AGO)
    desk.issue("jetpack-scan", 2, now=LONG_AGO)
    assert [row[2] for row in rows(suggested(desk, client="Ann"))] == [A]
    assert [row[2] for row in rows(suggested(desk, client=""))] == [C]
    assert len(rows(suggested(desk))) == 4
    with pytest.raises(BadInput, match="no client Zoe"):
        suggested(desk, client="Zoe")


# --- on no site ----------------------------------------------------------------------------------


def test_idle_is_what_was_on_no_site_for_so_many_days(desk: Agency, tmp_path: Path) -> None:
    (old,) = desk.issue("jetpack-scan", now="2024-07-16T23:59:59Z")
    desk.issue("jetpack-scan", now="2024-07-17T00:00:00Z")
    (back,) = place(desk, "jetpack-ai", A)
    desk.unassign(back, now="2024-08-01T00:00:00Z")
    data = suggested(desk, target=str(tmp_path / "s.toml"))
    assert rows(data) == [("idle", "jetpack-scan", None, {old})]
    assert data["suggestions"][0]["message"] == (
        "1 license of jetpack-scan is on no site, for 30 days or longer"
    )
    check_plan(desk, data, tmp_path / "s.toml")
    assert len(rows(suggested(desk, idle=14))) == 2
    assert [len(row[3]) for row in rows(suggested(desk, idle=0))] == [1, 2]


def test_a_bundle_of_which_nothing_is_used_can_go_as_a_whole(desk: Agency, tmp_path: Path) -> None:
    parent, _ = bundle_on(desk, "jetpack-anti-spam", 20)
    data = suggested(desk, target=str(tmp_path / "s.toml"))
    assert rows(data) == [("idle", "jetpack-anti-spam", None, {parent})]
    assert minor(data["saves_month"]) == 30 * 193
    check_plan(desk, data, tmp_path / "s.toml")


def test_many_idle_licenses_are_several_suggestions(
    desk: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found, "AT_ONCE", 2)
    keys = desk.issue("jetpack-scan", 5, now=LONG_AGO)
    data = suggested(desk)
    assert [len(row["licenses"]) for row in data["suggestions"]] == [2, 2, 1]
    assert {key for row in data["suggestions"] for key in row["licenses"]} == set(keys)


# --- bundles -------------------------------------------------------------------------------------


def test_singles_that_are_cheaper_as_a_bundle(desk: Agency, tmp_path: Path) -> None:
    keys = place(desk, SECURITY, A, B)
    desk.assign(desk.issue_one("jetpack-ai", now=LONG_AGO), A, now=LONG_AGO)
    data = suggested(desk, target=str(tmp_path / "s.toml"))
    assert rows(data) == [("bundle", SECURITY, None, set(keys))]
    assert data["suggestions"][0]["message"] == (
        f"2 single licenses of {SECURITY} can be 1 bundle of 3;"
        " the day of the change is billed for both"
    )
    assert minor(data["saves_month"]) == 30 * (2 * 32 - 50)
    copy = check_plan(desk, data, tmp_path / "s.toml")
    assert holds(copy, A) == ["jetpack-ai", SECURITY]
    assert holds(copy, B) == [SECURITY]
    # D2: on its day both are billed, and no site is without it on any.
    days = {site: copy.groups("2024-08", "site")[site] for site in (A, B)}
    assert days == {A: 31 + 31 + 1, B: 31 + 1}


def test_a_half_empty_bundle_is_replaced_by_singles(desk: Agency, tmp_path: Path) -> None:
    parent, _ = bundle_on(desk, "jetpack-anti-spam", 20, A, B)
    data = suggested(desk, target=str(tmp_path / "s.toml"))
    assert rows(data) == [("singles", "jetpack-anti-spam", None, {parent})]
    assert minor(data["saves_month"]) == 30 * (193 - 2 * 16)
    copy = check_plan(desk, data, tmp_path / "s.toml")
    assert holds(copy, A) == holds(copy, B) == ["jetpack-anti-spam"]


def test_spares_that_came_lately_are_kept(desk: Agency, tmp_path: Path) -> None:
    desk.bundle("jetpack-anti-spam", 20, now="2024-08-10T00:00:00Z")
    assert rows(suggested(desk)) == []
    parent, _ = bundle_on(desk, SECURITY, 3, A)
    desk.issue(SECURITY, now="2024-08-10T00:00:00Z")
    data = suggested(desk, target=str(tmp_path / "s.toml"))
    # 0.50 for three hold both; the single one can go, and a license of the bundle is the spare.
    assert [(row[0], parent in row[3]) for row in rows(data)] == [("half-empty", False)]
    check_plan(desk, data, tmp_path / "s.toml")


def test_a_bundle_that_is_not_full_takes_what_singles_hold(desk: Agency, tmp_path: Path) -> None:
    bundle_on(desk, SECURITY, 3, A, B)
    (single,) = place(desk, SECURITY, C)
    data = suggested(desk, target=str(tmp_path / "s.toml"))
    assert rows(data) == [("half-empty", SECURITY, None, {single})]
    copy = check_plan(desk, data, tmp_path / "s.toml")
    assert holds(copy, C) == [SECURITY]
    assert copy.preview("2024-09")["licenses"]["total"] == 3


def test_of_two_bundles_the_emptier_one_goes(desk: Agency, tmp_path: Path) -> None:
    bundle_on(desk, SECURITY, 3, A, B)
    emptier, _ = bundle_on(desk, SECURITY, 3, C)
    data = suggested(desk, target=str(tmp_path / "s.toml"))
    assert rows(data) == [("half-empty", SECURITY, None, {emptier})]
    copy = check_plan(desk, data, tmp_path / "s.toml")
    assert holds(copy, C) == [SECURITY]


def test_what_is_issued_in_a_bundles_place_leaves_the_spares_alone(
    desk: Agency, tmp_path: Path
) -> None:
    desk.issue("jetpack-anti-spam", now="2024-08-10T00:00:00Z")
    bundle_on(desk, "jetpack-anti-spam", 20, A, B)
    data = suggested(desk, target=str(tmp_path / "s.toml"))
    assert minor(data["saves_month"]) == 30 * (193 - 2 * 16)
    copy = check_plan(desk, data, tmp_path / "s.toml")
    free = copy.stored("SELECT id FROM licenses WHERE revoked_at IS NULL AND site_id IS NULL")
    assert len(free) == 1


def test_an_idle_bundle_takes_what_singles_hold_before_it_is_let_go(
    desk: Agency, tmp_path: Path
) -> None:
    """0.50 for the bundle is less than 0.64 for both, and no other is issued for it."""
    bundle_on(desk, SECURITY, 3)
    singles = place(desk, SECURITY, A, B)
    data = suggested(desk, target=str(tmp_path / "s.toml"))
    assert rows(data) == [("half-empty", SECURITY, None, set(singles))]
    assert minor(data["saves_month"]) == 30 * 64
    copy = check_plan(desk, data, tmp_path / "s.toml")
    assert holds(copy, A) == holds(copy, B) == [SECURITY]


def test_a_bundle_of_what_is_sold_in_no_other_way_may_be_idle(tmp_path: Path) -> None:
    row = "jetpack-ai,AI by fives,ai,1.00,day,usd,2022-01-01,5\n"
    agency = Agency(tmp_path / "fives.db", NOW).init(prices=PRICES.splitlines(True)[0] + row)
    agency.card(now="2024-01-01T00:00:00Z")
    parent, _ = bundle_on(agency, "jetpack-ai", 5)
    used, _ = bundle_on(agency, "jetpack-ai", 5, A)
    data = suggested(agency, target=str(tmp_path / "s.toml"))
    assert rows(data) == [("idle", "jetpack-ai", None, {parent})]
    assert used not in str(data["suggestions"])
    check_plan(agency, data, tmp_path / "s.toml")


def imported(agency: Agency, tmp_path: Path, size: int, *sites: str | None) -> str:
    """A bundle of the price list's `size` that holds as many licenses as there are sites."""
    key = f"{SECURITY}_imported"
    head = {"license_key": key, "product": SECURITY, "issued_at": LONG_AGO}
    lives: list[dict[str, Any]] = [{**head, "bundle_size": size}]
    for number, site in enumerate(sites):
        held = [] if site is None else [{"site": site, "from": LONG_AGO}]
        child = {**head, "license_key": f"{key}{number}", "bundle_key": key}
        lives.append({**child, "assignments": held})
    source = tmp_path / "history.json"
    source.write_text(json.dumps(lives))
    agency.import_file(source)
    return key


def test_a_bundle_that_holds_less_than_it_should_is_not_counted_on(
    desk: Agency, tmp_path: Path
) -> None:
    imported(desk, tmp_path, 3, A)
    place(desk, SECURITY, B)
    # One bundle of 3 has to hold both; the imported one could not.
    assert rows(suggested(desk)) == []


def test_an_imported_bundle_whose_sites_need_none_of_it_is_not_given_again(
    desk: Agency, tmp_path: Path
) -> None:
    key = imported(desk, tmp_path, 3, A)
    place(desk, "jetpack-complete", A)
    half_empty, _ = bundle_on(desk, "jetpack-anti-spam", 20, B)
    place(desk, "jetpack-ai", B)
    desk.assign(desk.bundle("jetpack-anti-spam", 20, now=LONG_AGO)[1][0], A, now=LONG_AGO)
    data = suggested(desk, target=str(tmp_path / "s.toml"))
    assert {key, half_empty} <= {k for row in data["suggestions"] for k in row["licenses"]}
    copy = check_plan(desk, data, tmp_path / "s.toml")
    assert (holds(copy, A), holds(copy, B)) == (
        ["jetpack-complete"],
        ["jetpack-ai", "jetpack-anti-spam"],
    )


def test_a_license_in_a_bundle_that_its_site_does_not_need_gets_no_other(
    desk: Agency, tmp_path: Path
) -> None:
    parent, _ = bundle_on(desk, "jetpack-anti-spam", 20, A, B)
    place(desk, "jetpack-complete", A)
    data = suggested(desk, target=str(tmp_path / "s.toml"))
    assert rows(data) == [("singles", "jetpack-anti-spam", None, {parent})]
    assert minor(data["saves_month"]) == 30 * (193 - 16)
    copy = check_plan(desk, data, tmp_path / "s.toml")
    assert (holds(copy, A), holds(copy, B)) == (["jetpack-complete"], ["jetpack-anti-spam"])
    place(desk, "jetpack-complete", B)
    (row,) = suggested(desk)["suggestions"]
    assert row["kind"] == "half-empty"
    assert row["message"] == "1 bundle of 20 of jetpack-anti-spam can go: no site needs it"


def test_a_kind_that_is_not_asked_for_is_left_as_it_is(desk: Agency) -> None:
    place(desk, SECURITY, A, B)
    parent, _ = bundle_on(desk, "jetpack-anti-spam", 20)
    assert [row[0] for row in rows(suggested(desk))] == ["idle", "bundle"]
    assert rows(suggested(desk, "idle")) == [("idle", "jetpack-anti-spam", None, {parent})]
    assert rows(suggested(desk, "singles", "half-empty")) == []
    with pytest.raises(BadInput, match="kind must be one of bundle, singles"):
        suggested(desk, "bundles")


ANTI_SPAM = "jetpack-anti-spam"


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ((), [("singles", {"used", "idle"})]),  # 3 at 0.16 are the cheapest of all
        (("half-empty",), [("half-empty", {"single", "idle"})]),  # no license is issued for it
        (("idle",), [("idle", {"idle"})]),  # none even changes its site
        (("bundle", "duplicate", "contained"), []),
    ],
)
def test_what_else_saves_something_where_the_cheapest_is_not_asked_for(
    desk: Agency, kinds: tuple[str, ...], expected: list[tuple[str, set[str]]]
) -> None:
    keys = {
        bundle_on(desk, ANTI_SPAM, 20, A, B)[0]: "used",
        bundle_on(desk, ANTI_SPAM, 20)[0]: "idle",
    }
    keys[place(desk, ANTI_SPAM, C)[0]] = "single"
    found = rows(suggested(desk, *kinds))
    assert [(row[0], {keys[key] for key in row[3]}) for row in found] == expected


@pytest.mark.parametrize("kind", ["duplicate", "contained"])
def test_of_a_site_each_kind_is_by_itself(desk: Agency, kind: str) -> None:
    (scan,) = place(desk, "jetpack-scan", A)
    place(desk, "jetpack-complete", A)
    _, twice = place(desk, "jetpack-ai", A, A)
    assert [row[3] for row in rows(suggested(desk, kind))] == [
        {twice if kind == "duplicate" else scan}
    ]


def test_at_jetpack_no_bundle_is_suggested(tmp_path: Path) -> None:
    agency = Agency(tmp_path / "ledger.db", NOW).init(prices=PRICES + MORE)
    agency.card(now="2024-01-01T00:00:00Z")
    place(agency, SECURITY, A, B)
    place(agency, "jetpack-scan", C, C)
    assert len(rows(suggested(agency))) == 2
    agency.sql("UPDATE meta SET value = 'jetpack' WHERE key = 'licensing'")
    assert [row[0] for row in rows(suggested(agency))] == ["duplicate"]


def test_of_a_hidden_product_nothing_is_issued(desk: Agency) -> None:
    place(desk, SECURITY, A, A, B)
    bundle_on(desk, "jetpack-anti-spam", 20, C)
    assert [row[0] for row in rows(suggested(desk))] == ["singles", "bundle", "duplicate"]
    desk.sql("UPDATE products SET hidden = 1")
    assert [row[0] for row in rows(suggested(desk))] == ["duplicate"]


@pytest.mark.parametrize("where", ["jetpack", "hidden"])
def test_what_only_ends_is_suggested_where_nothing_can_be_issued(desk: Agency, where: str) -> None:
    """Two bundles would hold all five for less; without a new one, the first takes two of them."""
    bundle_on(desk, SECURITY, 3, A)
    sites = [f"https://s{number}.example" for number in range(4)]
    singles = place(desk, SECURITY, *sites)
    idle, _ = bundle_on(desk, "jetpack-anti-spam", 20)
    assert [row[0] for row in rows(suggested(desk))] == ["idle", "bundle"]
    if where == "jetpack":
        desk.sql("UPDATE meta SET value = 'jetpack' WHERE key = 'licensing'")
    else:
        desk.sql("UPDATE products SET hidden = 1")
    assert rows(suggested(desk)) == [
        ("idle", "jetpack-anti-spam", None, {idle}),
        ("half-empty", SECURITY, None, set(singles[2:])),
    ]


def test_a_license_that_its_site_does_not_need_makes_room_for_others(
    desk: Agency, tmp_path: Path
) -> None:
    bundle_on(desk, SECURITY, 3, A, B)
    place(desk, "jetpack-complete", B)
    others = ("https://c.example", "https://d.example")
    singles = place(desk, SECURITY, *others)
    data = suggested(desk, target=str(tmp_path / "s.toml"))
    assert rows(data) == [("half-empty", SECURITY, None, set(singles))]
    copy = check_plan(desk, data, tmp_path / "s.toml")
    assert [holds(copy, site) for site in (A, B, *others)] == [
        [SECURITY],
        ["jetpack-complete"],
        [SECURITY],
        [SECURITY],
    ]


@pytest.mark.parametrize(("days", "kinds"), [(0, ["idle"]), (5, ["idle"]), (6, []), (100_000, [])])
def test_idle_is_counted_in_billing_days_from_none_on(
    desk: Agency, days: int, kinds: list[str]
) -> None:
    desk.issue_one(now="2024-08-10T23:59:59Z")  # it is the 15th
    assert [row[0] for row in rows(suggested(desk, idle=days))] == kinds


# --- amounts, files, refusals --------------------------------------------------------------------


def test_prices_that_are_set_for_later_count_from_their_day(desk: Agency, tmp_path: Path) -> None:
    place(desk, "jetpack-scan", A, A)
    desk.set_price("jetpack-scan", "0.05", "2024-11-16", now=NOW)
    data = suggested(desk, target=str(tmp_path / "s.toml"))
    dear = 30 + 31 + 15
    assert minor(data["saves_month"]) == 30 * 16
    assert minor(data["saves_year"]) == dear * 16 + (365 - dear) * 5


def test_amounts_that_are_rounded_add_up_to_what_the_previews_differ_by(
    desk: Agency, tmp_path: Path
) -> None:
    desk.set_price("jetpack-scan", "0.0173", "2022-01-01")
    place(desk, "jetpack-scan", A, A, B, B, C, C)
    data = suggested(desk, target=str(tmp_path / "s.toml"))
    # 30 days of six, five, four and three at 1.73 cents: 311, 260, 208 and 156.
    assert [minor(row["saves_month"]) for row in data["suggestions"]] == [51, 52, 52]
    check_plan(desk, data, tmp_path / "s.toml")


def test_what_costs_nothing_saves_nothing(desk: Agency) -> None:
    place(desk, "free", A, A)
    data = suggested(desk)
    assert (data["suggestions"], data["total"], minor(data["saves_year"])) == ([], 0, 0)


def test_nothing_to_save_is_said_and_no_file_is_written(desk: Agency, tmp_path: Path) -> None:
    place(desk, "jetpack-scan", A)
    target = tmp_path / "s.toml"
    with desk.desk(writes=False) as asked:
        answer = savings.savings(asked, savings.wanted(asked, (), None, None), str(target))
    assert codes(answer) == ["nothing_to_save"]
    assert plain(answer)["file"] is None
    assert not target.exists()


def test_a_file_that_is_there_stays_as_it_is(desk: Agency, tmp_path: Path) -> None:
    place(desk, "jetpack-scan", A, A)
    target = tmp_path / "s.toml"
    target.write_text("mine")
    with pytest.raises(Refused) as caught:
        suggested(desk, target=str(target))
    assert (caught.value.code, target.read_text()) == ("file_exists", "mine")


def test_days_without_a_price_are_told_as_a_preview_tells_them(tmp_path: Path) -> None:
    agency = Agency(tmp_path / "ledger.db", NOW).init()
    agency.card(now="2024-01-01T00:00:00Z")
    place(agency, "jetpack-scan", A)
    agency.sql("UPDATE prices SET from_day = from_day + 100000")
    with pytest.raises(Failed) as caught:
        suggested(agency)
    assert caught.value.code == "no_price"


def test_what_nobody_has_needs_no_price(desk: Agency) -> None:
    desk.set_price("jetpack-ai", "0.30", "2025-01-01", bundle_size=5)
    twice = place(desk, "jetpack-ai", A, A)
    assert rows(suggested(desk)) == [("duplicate", "jetpack-ai", A, {twice[1]})]


def test_what_could_not_be_read_again_is_not_written(
    desk: Agency, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        place(desk, "jetpack-scan", *[f"https://s{number}.example"] * 2)
    monkeypatch.setattr("jpcli.services.savings.plan_file.MAX_PLAN_BYTES", 2_000)
    target = tmp_path / "s.toml"
    with pytest.raises(BadInput) as caught:
        suggested(desk, target=str(target))
    assert (caught.value.code, target.exists()) == ("plan_too_large", False)
    monkeypatch.undo()
    suggested(desk, target=str(target))
    assert target.stat().st_size > 2_000


@pytest.mark.parametrize("days", [-1, 100_001])
def test_an_age_that_is_none(desk: Agency, days: int) -> None:
    with pytest.raises(JpcliError) as caught:
        suggested(desk, idle=days)
    assert caught.value.code == "bad_age"


def test_the_next_command_asks_for_the_same(desk: Agency) -> None:
    desk.issue("jetpack-scan", 2, site=A, client="Ann & Co", now=LONG_AGO)
    with desk.desk(writes=False) as asked:
        wanted = savings.wanted(asked, ("duplicate",), "Ann & Co", 7)
        (note,) = savings.savings(asked, wanted).notes
    assert note.hint == (
        "jpcli savings --kind duplicate --client 'Ann & Co' --idle 7 --output savings.toml"
    )


def test_bundles_that_are_used_stay_beside_new_ones_of_their_size() -> None:
    """Of two licenses each: four are in use, and four single ones become two bundles."""
    stock = Stock()
    stock.placed.extend((7, 8, 9, 10))
    for number in (1, 4):
        stock.bundles[number] = bundle = Bundle(number, 2)
        bundle.children = bundle.used = 2
    way = next(regroupings(stock, {1: 100, 2: 150}))
    assert (way.kind, list(way.singles), list(way.bundles)) == ("bundle", [10, 9, 8, 7], [])
    assert (way.new_bundles, way.new_singles, way.least) == ({2: 2}, 0, 0)


@pytest.mark.parametrize(
    ("needless", "kind"), [((0, 0), "idle"), ((0, 1), "half-empty"), ((1, 1), "half-empty")]
)
def test_only_what_is_all_on_no_site_is_idle(needless: tuple[int, int], kind: str) -> None:
    stock = Stock()
    for number, on_sites in enumerate(needless, 1):
        stock.bundles[number] = bundle = Bundle(number, 2)
        bundle.children, bundle.needless = 2, on_sites
    way = next(regroupings(stock, {1: 100, 2: 150}))
    assert (way.kind, [bundle.number for bundle in way.bundles]) == (kind, [1, 2])
