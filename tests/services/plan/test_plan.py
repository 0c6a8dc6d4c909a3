"""`plan` and `apply` on real ledgers: what they do, what it costs, what is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.answers import Answer
from jpcli.domain.errors import BadInput, JpcliError, Refused
from jpcli.domain.instants import parse_instant
from jpcli.services.collection import offline
from jpcli.services.invoices import close, settle
from jpcli.services.ledger.settings import set_one
from jpcli.services.plan import apply, first_file, order, plan, saved
from jpcli.services.sites.archive import archive_site
from jpcli.services.sites.merge import merge_sites
from tests.services.agency import NOW, PRICES, A, Agency, B, C, codes, minor

NEW = "https://new.example"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sites.toml"


def planned(agency: Agency, text: str, *, out: Path | None = None, now: str = NOW) -> Answer[Any]:
    source = Path(agency.called).with_name("wanted.toml")
    source.write_text(text, "utf-8")
    with agency.desk(now=now, writes=False) as desk:
        return plan.plan(desk, str(source), None if out is None else str(out))


def applied(agency: Agency, text: str | Path, **options: Any) -> Answer[Any]:
    source = text
    if isinstance(text, str):
        source = Path(agency.called).with_name("wanted.toml")
        source.write_text(text, "utf-8")

    def do(desk: Any) -> Answer[Any]:
        return apply.apply(desk, order.read_order(desk, str(source)))

    return agency.do(do, **options)


def steps(answer: Answer[Any]) -> list[tuple[Any, ...]]:
    return [
        (step["action"], step["license_key"], step["site"], step["from"])
        for step in answer.data["steps"]
    ]


def site(url: str, products: Any, client: str | None = None) -> str:
    """A site's table, with a list of products or a table of counts."""
    counted = products if isinstance(products, list) else None
    body = json.dumps(counted) if counted is not None else _inline(products)
    owner = "" if client is None else f"client = {json.dumps(client)}\n"
    return f'[sites."{url}"]\n{owner}products = {body}\n'


def _inline(products: dict[str, int]) -> str:
    return "{ " + ", ".join(f"{name} = {count}" for name, count in products.items()) + " }"


def refusal(agency: Agency, call: Any) -> JpcliError:
    """The error of a call that leaves every table as it was."""
    before = agency.state()
    with pytest.raises(JpcliError) as caught:
        call()
    assert agency.state() == before
    return caught.value


# --- the steps -----------------------------------------------------------------------------------


def test_a_plan_says_what_to_do_and_changes_nothing(agency: Agency) -> None:
    spare = agency.issue_one("jetpack-scan", now="2024-08-01T00:00:00Z")
    (moved,) = agency.issue("jetpack-ai", site=A, client="Ann", now="2024-08-01T00:00:00Z")
    before = agency.state()
    text = (
        site(A, ["jetpack-scan"])
        + site(NEW, {"jetpack-ai": 2}, "Zoe")
        + "[spares]\njetpack-scan = 0\n"
    )
    answer = planned(agency, text)
    assert agency.state() == before
    assert answer.data["steps"] == [
        {
            "action": "transfer",
            "license_key": moved,
            "product": "jetpack-ai",
            "site": NEW,
            "client": "Zoe",
            "from": A,
            "bundle_size": None,
        },
        {
            "action": "assign",
            "license_key": spare,
            "product": "jetpack-scan",
            "site": A,
            "client": "Ann",
            "from": None,
            "bundle_size": None,
        },
        {
            "action": "issue",
            "license_key": None,
            "product": "jetpack-ai",
            "site": NEW,
            "client": "Zoe",
            "from": None,
            "bundle_size": None,
        },
    ]
    assert answer.data["counts"] == {
        "issue": 1,
        "assign": 1,
        "transfer": 1,
        "unassign": 0,
        "revoke": 0,
        "client": 0,
    }
    assert before.head is not None
    assert answer.data["ledger_head"] == before.head[1].hex()


def test_apply_does_what_the_plan_says(agency: Agency) -> None:
    spare = agency.issue_one("jetpack-scan", now="2024-08-01T00:00:00Z")
    (moved,) = agency.issue("jetpack-ai", site=A, client="Ann", now="2024-08-01T00:00:00Z")
    text = site(A, ["jetpack-scan"]) + site(NEW, {"jetpack-ai": 2}, "Zoe")
    expected = planned(agency, text)
    answer = applied(agency, text)
    assert codes(answer) == ["applied", "double_product", "costs"]
    *first, (action, made, where, _) = steps(answer)
    assert first == steps(expected)[:-1]
    assert (action, where) == ("issue", NEW)
    assert made.startswith("jetpack-ai_")
    assert answer.data["bill"] == expected.data["bill"]
    assert agency.groups("2024-08", "license")[moved] == 31
    assert agency.groups("2024-08", "license")[spare] == 31
    again = planned(agency, text)
    assert again.data["steps"] == []
    assert codes(again) == ["nothing_to_do"]
    assert agency.check()["ok"]


START, END = "2024-08-10T00:00:00Z", "2024-08-10T23:59:59.999999Z"


@pytest.mark.parametrize(
    ("at", "start", "end"),
    [(None, NOW, NOW), ("2024-08-10", START, END), ("2024-08-10T06:00Z", "2024-08-10T06:00:00Z", "2024-08-10T06:00:00Z")],  # noqa: E501
)  # fmt: skip
@pytest.mark.parametrize("saved", [False, True])
def test_every_step_is_recorded_of_what_it_is_about_and_when(
    agency: Agency, tmp_path: Path, at: str | None, start: str, end: str, saved: bool
) -> None:
    """Also from a saved file, which has all that was wanted: what else is on sites, and spares."""
    begun = "2024-08-01T00:00:00Z"
    (free,) = agency.issue("jetpack-scan", now=begun)
    (moved,) = agency.issue("jetpack-ai", site=C, now=begun)
    taken = agency.issue_one("jetpack-security-t1", site=B, now=begun)
    _, new = agency.issue("jetpack-security-t1", 2, now=begun)
    parent, children = agency.bundle(now="2024-08-02T00:00:00Z")
    text = (
        "complete = true\n"
        + site(A, ["jetpack-scan", "jetpack-ai"], "Ann")
        + site(B, {"jetpack-scan": 1})
        + "[spares]\njetpack-security-t1 = { most = 1 }\njetpack-ai = { least = 1 }\n"
    )
    order: str | Path = text
    if saved:
        order = tmp_path / "saved"
        with agency.desk(at=at, writes=False) as desk:
            source = tmp_path / "wanted.toml"
            source.write_text(text)
            plan.plan(desk, str(source), str(order))
    before = agency.state().events
    answer = applied(agency, order, at=at)
    made = {where: key for action, key, where, _ in steps(answer) if action == "issue"}
    found = agency.stored(
        f"SELECT kind, subject, at, reason FROM events WHERE seq > {before} ORDER BY seq"
    )
    first, last = parse_instant(start), parse_instant(end)
    assert sorted(found) == sorted(
        [
            ("client.added", "Ann", first, None),
            ("site.added", A, first, None),
            ("license.assigned", free, first, None),
            ("license.transferred", moved, first, None),
            *(("license.issued", key, first, None) for key in made.values()),
            ("license.assigned", made[B], first, None),
            *(("license.revoked", key, last, "apply") for key in (taken, new, parent, *children)),
        ]
    )
    assert set(made) == {B, None}
    told = agency.stored(f"SELECT kind, data FROM events WHERE seq > {before} ORDER BY seq")
    places = [json.loads(data) for kind, data in told if kind == "license.transferred"]
    assert places == [{"site": A, "from": C}]
    assert agency.check()["ok"]
    assert planned(agency, text).data["steps"] == []


@pytest.mark.parametrize("at", [None, "2024-08-10"])
def test_what_is_taken_from_a_site_is_free_from_then_on(agency: Agency, at: str | None) -> None:
    (key,) = agency.issue("jetpack-ai", site=A, now="2024-08-01T00:00:00Z")
    assert [step[:2] for step in steps(applied(agency, site(A, []), at=at))] == [("unassign", key)]
    before = 9 if at else 14
    ((data,),) = agency.stored("SELECT data FROM events WHERE kind = 'license.unassigned'")
    assert json.loads(data) == {"site": None, "from": A}
    assert agency.groups("2024-08", "site") == {A: before, None: 31 - before}


def test_a_site_that_is_nobodys_gets_its_client(agency: Agency) -> None:
    agency.issue("jetpack-ai", site=A)
    text = site(A, ["jetpack-ai"], "Ann")
    assert steps(planned(agency, text)) == [("client", None, A, None)]
    applied(agency, text)
    assert agency.groups("2024-08", "client") == {"Ann": 17}
    assert planned(agency, text).data["steps"] == []


def test_a_bundle_is_revoked_whole(agency: Agency) -> None:
    parent, children = agency.bundle(now="2024-08-01T00:00:00Z")
    agency.assign(children[0], A, now="2024-08-02T00:00:00Z")
    text = site(A, []) + "[spares]\njetpack-security-t1 = 0\n"
    answer = planned(agency, text)
    assert steps(answer) == [("revoke", parent, None, None)]
    assert answer.data["steps"][0]["bundle_size"] == 3
    applied(agency, text)
    assert agency.preview("2024-09")["lines"] == []
    assert agency.check()["ok"]


def test_single_spares_are_revoked_before_an_idle_bundle(agency: Agency) -> None:
    product = "jetpack-security-t1"
    parent, _ = agency.bundle(now="2024-08-01T00:00:00Z")
    singles = agency.issue(product, 3, now="2024-08-02T00:00:00Z")
    revoked = {key for _, key, _, _ in steps(planned(agency, f"[spares]\n{product} = 3\n"))}
    assert revoked == set(singles)
    applied(agency, f"[spares]\n{product} = 3\n")
    (line,) = agency.preview("2024-09")["lines"]
    assert (line["bundle_size"], line["days"]) == (3, 30)
    assert parent not in revoked


@pytest.mark.parametrize(
    ("spare", "actions"),
    [("{ most = 3 }", []), ("{ most = 0 }", []), ("{}", []), ("{ least = 1 }", ["issue"])],
)
def test_no_spare_is_issued_that_is_not_asked_for(
    agency: Agency, spare: str, actions: list[str]
) -> None:
    found = steps(planned(agency, f"[spares]\njetpack-ai = {spare}\n"))
    assert [step[0] for step in found] == actions


def test_children_above_what_is_allowed_are_told(agency: Agency) -> None:
    _, children = agency.bundle()
    agency.assign(children[0], C)
    answer = planned(agency, "[spares]\njetpack-security-t1 = 0\n")
    assert answer.data["steps"] == []
    assert codes(answer) == ["nothing_to_do", "spares_in_bundles"]
    assert answer.notes[1].message.startswith("2 more unassigned jetpack-security-t1")


def test_what_becomes_unassigned_is_still_billed_and_the_plan_says_so(agency: Agency) -> None:
    agency.issue("jetpack-ai", site=A)
    assert codes(planned(agency, site(A, []))) == ["stays_billed", "next"]
    limited = site(A, []) + "[spares]\njetpack-ai = 1\n"
    assert codes(planned(agency, limited)) == ["next"]


def said(answer: Answer[Any]) -> list[tuple[str, str, str | None, str, str | None]]:
    return [(n.code, n.kind, n.subject, n.message, n.hint) for n in answer.notes]


def test_what_a_plan_remarks_names_the_number_and_the_cure(agency: Agency) -> None:
    agency.issue("jetpack-ai", 2, site=A)
    source = Path(agency.called).with_name("wanted.toml")
    following = ("next", "info", None, "Make it so", f"jpcli apply {source}")
    assert said(planned(agency, site(A, []))) == [
        (
            "stays_billed",
            "info",
            None,
            "2 to be unassigned stay active and billed",
            f"Let [spares] in {source} say how many there may be",
        ),
        following,
    ]
    nothing = site(A, {"jetpack-ai": 2})
    assert said(planned(agency, nothing)) == [
        ("nothing_to_do", "ok", None, f"Nothing to do: it is as {source} says", None)
    ]
    assert said(applied(agency, nothing)) == [
        ("nothing_to_do", "ok", None, f"Nothing to do: it is as {source} says", None)
    ]
    agency.do(offline.remove_card, "4242")
    stop, *_ = said(planned(agency, site(B, {"jetpack-scan": 1})))
    assert stop == (
        "no_primary_card",
        "warning",
        None,
        "Issuing is paused: there is no primary card on file.",
        "Add one:   jpcli cards add --primary --brand visa --last4 4242 --exp 12/2030",
    )


def test_sites_that_are_not_listed_are_left_alone_unless_the_file_is_complete(
    agency: Agency,
) -> None:
    (key,) = agency.issue("jetpack-ai", site=A)
    text = site(B, ["jetpack-ai"])
    assert [step[0] for step in steps(planned(agency, text))] == ["issue"]
    assert steps(planned(agency, "complete = true\n" + text)) == [("transfer", key, B, A)]
    assert steps(planned(agency, "complete = true\n")) == [("unassign", key, None, A)]


# --- the bill ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "days"),
    [
        (site(A, ["jetpack-ai"]), {"jetpack-ai": 17}),
        ("[bundles]\njetpack-security-t1 = { 3 = 2 }\n", {"jetpack-security-t1": 17}),
        ("[spares]\njetpack-scan = 0\n", {"jetpack-scan": -16}),
        ("[spares]\njetpack-security-t1 = 0\n", {"jetpack-security-t1": -16}),
        (site(B, ["jetpack-scan"]), {}),
        ("[spares]\njetpack-scan = 1\n", {}),
    ],
)
def test_the_bill_of_what_only_comes_or_only_goes(
    agency: Agency, text: str, days: dict[str, int]
) -> None:
    cents = {"jetpack-ai": 27, "jetpack-scan": 16, "jetpack-security-t1": 50}
    agency.issue("jetpack-scan", now="2024-08-01T00:00:00Z")
    agency.bundle(now="2024-08-01T00:00:00Z")
    bill = applied(agency, text).data["bill"]
    for name, month in (("month", "2024-08"), ("full_month", "2024-09")):
        assert minor(bill[name]["planned"]) == minor(agency.preview(month)["total"])
    changed = sum(cents[product] * number for product, number in days.items())
    assert minor(bill["month"]["difference"]) == changed


@pytest.mark.parametrize("at", [None, "2024-08-10", "2024-07-20"])
def test_the_bill_is_what_the_preview_says_afterwards(agency: Agency, at: str | None) -> None:
    """I1, also where `--at` reaches into a closed month (I3)."""
    begun = "2024-07-05T00:00:00Z"
    agency.issue("jetpack-scan", 3, now=begun)
    agency.issue("jetpack-ai", site=A, now=begun)
    agency.bundle(now=begun)
    with agency.desk(now="2024-08-01T00:00:00Z") as desk:
        close.close(desk, "2024-07")
    with agency.desk() as desk:
        settle.mark_paid(desk, "INV-2024-07", "cash")
    text = (
        site(A, ["jetpack-security-t1", "jetpack-ai"])
        + site(B, {"jetpack-ai": 2})
        + "[spares]\njetpack-scan = 1\n"
    )
    now = {month: minor(agency.preview(month)["total"]) for month in ("2024-08", "2024-09")}
    answer = applied(agency, text, at=at)
    for name, month in (("month", "2024-08"), ("full_month", "2024-09")):
        bill = answer.data["bill"][name]
        assert bill["period"] == month
        assert minor(bill["now"]) == now[month]
        assert minor(bill["planned"]) == minor(agency.preview(month)["total"])
        assert minor(bill["difference"]) == minor(bill["planned"]) - minor(bill["now"])
    if at is None:
        # Two days of scan at 0.16 less, two of AI at 0.27 more, for 16 days after the 15th.
        assert minor(answer.data["bill"]["month"]["difference"]) == 2 * 17 * 27 - 2 * 16 * 16
    assert agency.check()["ok"]


@pytest.mark.parametrize(
    ("closed", "at", "text", "months"),
    [
        ((), None, "[spares]\njetpack-scan = 1\n", []),
        ((), "2024-08-10", "[spares]\njetpack-scan = 1\n", []),
        ((), "2024-07-20", "[spares]\njetpack-scan = 1\n", ["2024-07"]),
        ((), "2024-06-20", "[spares]\njetpack-scan = 1\n", ["2024-06", "2024-07"]),
        ((), "2024-06-20", "[bundles]\njetpack-security-t1 = { 3 = 1 }\n", ["2024-06", "2024-07"]),
        ((), "2024-04-20", site(A, ["jetpack-ai"]), ["2024-04", "2024-05", "2024-06", "2024-07"]),
        ((), "2023-12-20", site(A, ["jetpack-ai"]), ["2024-04", "2024-05", "2024-06", "2024-07"]),
        (("2024-06",), "2024-06-20", "[spares]\njetpack-scan = 1\n", ["2024-07"]),
        (("2024-06", "2024-07"), "2024-06-20", "[spares]\njetpack-scan = 1\n", []),
        (("2024-06", "2024-07", "-2024-06"), "2024-07-20", site(B, ["jetpack-ai"]), ["2024-06"]),
    ],
    ids=str,
)
def test_the_bill_has_the_months_that_wait_where_it_is_dated_back(
    agency: Agency, closed: tuple[str, ...], at: str | None, text: str, months: list[str]
) -> None:
    """Those of closed ones are on the next invoice, which is the oldest that waits (I3); the books
    begin in April (I7)."""
    agency.do(set_one, "bill-from", "2024-04")
    agency.issue("jetpack-scan", 3, now="2024-06-05T00:00:00Z")
    for month in closed:
        with agency.desk() as desk:
            if month.startswith("-"):
                settle.void(desk, f"INV{month}")
                continue
            close.close(desk, month)
            if f"-{month}" not in closed:
                settle.mark_paid(desk, f"INV-{month}", "cash")
    labels = ["2024-04", "2024-05", "2024-06", "2024-07"]
    was = {month: minor(agency.preview(month)["total"]) for month in labels}
    bill = applied(agency, text, at=at).data["bill"]
    assert [month["period"] for month in bill["earlier_months"]] == months
    for month in bill["earlier_months"]:
        now = minor(agency.preview(month["period"])["total"])
        found = [minor(month[name]) for name in ("now", "planned", "difference")]
        assert found == [was[month["period"]], now, now - was[month["period"]]]
    for month in set(labels) - {month["period"] for month in bill["earlier_months"]}:
        assert minor(agency.preview(month)["total"]) == was[month]
    assert minor(bill["month"]["planned"]) == minor(agency.preview("2024-08")["total"])


@pytest.mark.parametrize(
    ("at", "text", "told"),
    [
        (None, site(B, ["jetpack-ai"]), "Makes August 2024 $4.59 more; a day is"),
        ("2024-07-30", site(B, ["jetpack-ai"]), "July 2024 $0.54 more, August 2024 $8.37 more; a"),
        (
            "2024-07-30",
            site(B, ["jetpack-ai"]) + "[spares]\njetpack-scan = 0\n",
            "Makes July 2024 $0.22 more, August 2024 $1.55 less; a day is",
        ),
    ],
)
def test_applying_says_which_months_come_to_more(
    agency: Agency, at: str | None, text: str, told: str
) -> None:
    agency.issue("jetpack-scan", 2, now="2024-07-05T00:00:00Z")
    (note,) = [n for n in applied(agency, text, at=at).notes if n.code == "costs"]
    assert told in note.message


def test_applying_says_where_the_month_is_settled_elsewhere(tmp_path: Path) -> None:
    agency = Agency(tmp_path / "later.db").init(bill_from="2024-09")
    agency.card()
    (note,) = [n for n in applied(agency, site(B, ["jetpack-ai"])).notes if n.code == "costs"]
    assert "$4.59 more; August is settled elsewhere; a day is billed" in note.message


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize("merged", [False, True])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        (site(A, ["jetpack-scan"]), "site_"),
        (site(A, [], "Ann"), "site_"),  # nobody's, so that it would become hers
        (site(A, []), None),
    ],
)
def test_nothing_is_wanted_for_a_site_that_is_put_away(
    agency: Agency, text: str, code: str | None, merged: bool
) -> None:
    for url in (A, B):
        agency.revoke(*agency.issue("jetpack-scan", site=url))
    if merged:
        agency.do(merge_sites, A, B)
    else:
        agency.do(archive_site, A)
    if code is None:
        assert steps(planned(agency, text)) == []
        return
    for road in (planned, applied):
        error = refusal(agency, lambda road=road: road(agency, text))
        assert error.code == code + ("merged" if merged else "archived")


def test_r1_without_a_card_nothing_is_issued_and_nothing_else_done(new_agency: Agency) -> None:
    agency = new_agency
    card = agency.card()
    agency.issue("jetpack-ai", site=A)
    from jpcli.services.collection.offline import remove_card

    agency.do(remove_card, card)
    text = site(A, []) + site(B, {"jetpack-ai": 2})
    warned = planned(agency, text)
    assert codes(warned) == ["no_primary_card", "next"]
    assert warned.notes[0].kind == "warning"
    error = refusal(agency, lambda: applied(agency, text))
    assert (error.code, error.exit_code) == ("no_primary_card", 3)
    moving = site(A, []) + site(B, ["jetpack-ai"])
    assert [step[0] for step in steps(applied(agency, moving))] == ["transfer"]
    agency.card("1111")
    assert [step[0] for step in steps(applied(agency, text))] == ["issue"]


@pytest.fixture
def past_due(agency: Agency) -> Agency:
    from jpcli.services.invoices.close import close

    agency.issue("jetpack-ai", site=A, now="2024-07-01T00:00:00Z")
    agency.issue("jetpack-scan", now="2024-07-01T00:00:00Z")
    agency.do(close, "2024-07", now="2024-08-01T00:00:00Z")
    return agency


@pytest.mark.parametrize(
    "text",
    [site(B, ["jetpack-scan"]), site(B, ["jetpack-security-t1"])],
    ids=["assign", "issue"],
)
def test_r2_past_due_nothing_is_issued_or_assigned(past_due: Agency, text: str) -> None:
    assert "invoice_past_due" in codes(planned(past_due, text))
    error = refusal(past_due, lambda: applied(past_due, text))
    assert (error.code, error.exit_code) == ("invoice_past_due", 3)


def test_r2_transfer_unassign_and_revoke_still_work(past_due: Agency) -> None:
    moving = site(A, []) + site(B, ["jetpack-ai"]) + "[spares]\njetpack-scan = 0\n"
    done = applied(past_due, moving)
    assert [step[0] for step in steps(done)] == ["transfer", "revoke"]


def test_w2_a_site_of_another_client_is_refused_with_all_of_them(agency: Agency) -> None:
    agency.issue("jetpack-ai", site=A, client="Ann")
    agency.issue("jetpack-ai", site=B, client="Bob")
    text = site(A, ["jetpack-ai"], "Zoe") + site(B, [], "Ann") + site(C, ["jetpack-ai"])
    for call in (planned, applied):
        error = refusal(agency, lambda call=call: call(agency, text))
        assert (error.code, error.exit_code) == ("site_has_other_client", 3)
        assert [problem.subject for problem in error.problems] == [A, B]
        assert "sites move https://a.example --client Zoe" in str(error.hint)


def test_a_product_that_is_not_sold_alone_or_has_no_price_is_not_issued(
    tmp_path: Path,
) -> None:
    prices = PRICES.replace("0.27,day,usd,2022-01-01,1", "0.27,day,usd,2024-09-01,1")
    prices = prices.replace("jetpack-security-t1,Security,jetpack-security,0.32", "", 1)
    lines = [line for line in prices.splitlines() if not line.startswith(",")]
    agency = Agency(tmp_path / "l.db").init(prices="\n".join(lines) + "\n")
    agency.card()
    error = refusal(agency, lambda: planned(agency, site(A, ["jetpack-ai"])))
    assert (error.code, error.exit_code) == ("no_price", 3)
    error = refusal(agency, lambda: planned(agency, site(A, ["jetpack-security-t1"])))
    assert error.code == "unknown_bundle"
    assert "--bundle 3" in str(error.hint)
    agency.bundle()
    assert [step[0] for step in steps(planned(agency, site(A, ["jetpack-security-t1"])))] == [
        "assign"
    ]


@pytest.mark.parametrize(
    ("at", "code"), [("2024-08-01", "before_last_event"), ("2024-09-01", "time_in_future")]
)
def test_a_date_that_can_not_be_changes_nothing(agency: Agency, at: str, code: str) -> None:
    agency.issue("jetpack-ai", site=A, now="2024-08-10T00:00:00Z")
    text = site(A, []) + site(B, {"jetpack-ai": 2})
    assert refusal(agency, lambda: applied(agency, text, at=at)).code == code


def test_a_dry_run_says_the_same_and_writes_nothing(agency: Agency) -> None:
    agency.issue("jetpack-ai", site=A)
    before = agency.state()
    text = site(A, []) + site(B, {"jetpack-ai": 2})
    answer = applied(agency, text, dry_run=True)
    assert agency.state() == before
    assert answer.data["dry_run"] is True
    assert [step[0] for step in steps(answer)] == ["transfer", "issue"]
    assert [step[0] for step in steps(applied(agency, text))] == ["transfer", "issue"]


def test_the_same_idempotency_key_answers_again(agency: Agency) -> None:
    text = site(A, {"jetpack-ai": 2})
    first = applied(agency, text, key="one")
    state = agency.state()
    second = applied(agency, text, key="one", now="2024-08-16T00:00:00Z")
    assert steps(second) == steps(first)
    assert codes(second)[-1] == "repeated"
    assert agency.state() == state
    error = refusal(agency, lambda: applied(agency, site(A, []), key="one"))
    assert error.code == "idempotency_key_reused"


def test_the_same_key_is_for_one_saved_plan(agency: Agency, tmp_path: Path) -> None:
    """It is stale by its own doing, and still answers; another plan has a key of its own."""
    for name, wanted in (("one", site(A, ["jetpack-ai"])), ("other", site(B, ["jetpack-ai"]))):
        planned(agency, wanted, out=tmp_path / name)
    first = applied(agency, tmp_path / "one", key="k")
    state = agency.state()
    second = applied(agency, tmp_path / "one", key="k", now="2024-08-16T00:00:00Z")
    assert (steps(second), codes(second)[-1]) == (steps(first), "repeated")
    assert agency.state() == state
    for key, code in (("k", "idempotency_key_reused"), ("l", "plan_is_stale")):
        error = refusal(agency, lambda key=key: applied(agency, tmp_path / "other", key=key))
        assert error.code == code


# --- saved plans ---------------------------------------------------------------------------------


def test_a_saved_plan_is_applied_to_the_state_it_was_made_for(
    agency: Agency, tmp_path: Path
) -> None:
    out = tmp_path / "a plan.json"
    text = site(A, ["jetpack-ai"], "Ann")
    made = planned(agency, text, out=out)
    assert codes(made) == ["saved"]
    assert made.notes[0].hint == f"jpcli apply '{out}'"
    saved = json.loads(out.read_text())
    assert saved["ledger_head"] == made.data["ledger_head"]
    assert saved["steps"] == made.data["steps"]
    answer = applied(agency, out, key="k")
    assert [step[0] for step in steps(answer)] == ["issue"]
    error = refusal(agency, lambda: applied(agency, out))
    assert (error.code, error.exit_code) == ("plan_is_stale", 3)
    assert codes(applied(agency, out, key="k"))[-1] == "repeated"


def test_a_saved_plan_keeps_the_order_of_the_sites(agency: Agency, tmp_path: Path) -> None:
    """Which decides what goes where."""
    keys = agency.issue("jetpack-ai", 2)
    text = "".join(site(url, {"jetpack-scan": 1, "jetpack-ai": 1}) for url in (C, A, B))
    out = tmp_path / "plan"
    made = planned(agency, text, out=out)
    assert [step[:3] for step in steps(made)][:2] == [
        ("assign", keys[0], C),
        ("assign", keys[1], A),
    ]
    done = applied(agency, out)
    assert [step[2:] for step in steps(done)] == [step[2:] for step in steps(made)]


def test_any_change_makes_a_saved_plan_stale(agency: Agency, tmp_path: Path) -> None:
    out = tmp_path / "plan"
    planned(agency, site(A, ["jetpack-ai"]), out=out)
    agency.set_price("jetpack-ai", "0.30", "2024-09-01")
    assert refusal(agency, lambda: applied(agency, out)).code == "plan_is_stale"
    with pytest.raises(Refused) as caught, agency.desk(writes=False) as desk:
        plan.plan(desk, str(out))
    assert caught.value.code == "plan_is_stale"


def test_a_plan_of_one_ledger_is_not_for_another(agency: Agency, tmp_path: Path) -> None:
    other = Agency(tmp_path / "other.db").init()
    other.card(now="2023-01-01T00:00:00Z")
    out = tmp_path / "plan"
    planned(agency, site(A, ["jetpack-ai"]), out=out)
    assert refusal(other, lambda: applied(other, out)).code == "plan_is_stale"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('"issue"', '"revoke"'),
        lambda text: text.replace(A, B),
        lambda text: text.replace('"jetpack-ai":1', '"jetpack-ai":9'),
        lambda text: text.replace('"ledger_head": "', '"ledger_head": "0'),
        lambda text: text.replace("jpcli-plan/1", "jpcli-plan/2"),
        lambda text: text[: len(text) // 2],
        lambda text: "{}",
        lambda text: '{"form": "jpcli-plan/1", "wanted": []}',
        lambda text: '{"form": ' + "[" * 5_000,
    ],
)
def test_a_saved_plan_that_was_changed_is_no_plan(
    agency: Agency, tmp_path: Path, change: Any
) -> None:
    out = tmp_path / "plan"
    planned(agency, site(A, ["jetpack-ai"]), out=out)
    good = out.read_text()
    assert change(good) != good
    out.write_text(change(good))
    error = refusal(agency, lambda: applied(agency, out))
    assert (error.code, error.exit_code) == ("bad_plan", 2)


@pytest.mark.parametrize(("limit", "least"), [("MAX_PLAN_BYTES", 6_000), ("MAX_PARTS", 200)])
def test_no_plan_is_saved_that_would_be_too_large_to_be_read(
    agency: Agency, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, least: int
) -> None:
    monkeypatch.setattr(saved, limit, least)
    out = tmp_path / "plan"
    for there in (None, '{"form": "jpcli-plan/1"}'):
        if there is not None:
            out.write_text(there)
        with pytest.raises(BadInput) as caught:
            planned(agency, site(A, {"jetpack-ai": 99}), out=out)
        assert caught.value.code == "plan_too_large"
        assert caught.value.hint is not None
        assert "jpcli apply" in caught.value.hint
        assert [path.name for path in tmp_path.glob("*plan*")] == (["plan"] if there else [])
        assert there is None or out.read_text() == there
    monkeypatch.undo()
    planned(agency, site(A, {"jetpack-ai": 99}), out=out)
    assert steps(applied(agency, out))


def test_a_saved_plan_replaces_an_older_one_and_no_other_file(
    agency: Agency, tmp_path: Path
) -> None:
    out = tmp_path / "plan"
    planned(agency, site(A, ["jetpack-ai"]), out=out)
    planned(agency, site(B, ["jetpack-ai"]), out=out)
    assert B in out.read_text()
    mine = tmp_path / "mine"
    mine.write_text("my work")
    with pytest.raises(Refused) as caught:
        planned(agency, site(A, ["jetpack-ai"]), out=mine)
    assert caught.value.code == "file_exists"
    assert mine.read_text() == "my work"
    assert sorted(item.name for item in tmp_path.iterdir() if item.name.startswith(".")) == []


@pytest.mark.parametrize("what", ["folder", "pipe", "notes"])
def test_a_plan_is_saved_over_nothing_but_a_plan(agency: Agency, tmp_path: Path, what: str) -> None:
    place = tmp_path / "place"
    notes = "# What jpcli-plan/1 had, and more\ncomplete = true\n"
    if what == "folder":
        place.mkdir()
    elif what == "pipe":
        os.mkfifo(place)  # which nobody reads: whoever opens it waits
    else:
        place.write_text(notes)
    with pytest.raises(JpcliError) as caught:
        planned(agency, site(A, ["jetpack-ai"]), out=place)
    assert caught.value.code == ("file_exists" if what == "notes" else "not_a_file")
    assert what != "notes" or place.read_text() == notes


# --- the file ------------------------------------------------------------------------------------


def test_the_file_for_today_has_an_empty_plan(agency: Agency, file: Path) -> None:
    agency.issue("jetpack-ai", 2, site=A, client='Ann "the \\ boss" [x]')
    agency.issue("jetpack-scan", site=B)
    agency.issue("jetpack-scan", 3)
    agency.issue("jetpack-ai", site=B)
    agency.bundle()
    with agency.desk(writes=False) as desk:
        answer = first_file.init(desk, str(file))
        assert answer.data == {"file": str(file), "sites": 2, "licenses": 10}
        assert plan.plan(desk, str(file)).data["steps"] == []
    text = file.read_text()
    assert "jetpack-scan = 3" in text
    assert "jetpack-ai = 0" in text
    assert "products = {jetpack-ai = 2}" in text
    assert 'products = ["jetpack-ai", "jetpack-scan"]' in text
    with pytest.raises(Refused) as caught, agency.desk(writes=False) as desk:
        first_file.init(desk, str(file))
    assert (caught.value.code, caught.value.exit_code) == ("file_exists", 3)
    assert file.read_text() == text


def test_the_file_for_an_empty_ledger_has_an_empty_plan(agency: Agency, file: Path) -> None:
    with agency.desk(writes=False) as desk:
        first_file.init(desk, str(file))
        assert plan.plan(desk, str(file)).data["steps"] == []


def test_a_folder_that_takes_no_file_is_an_error(agency: Agency, tmp_path: Path) -> None:
    with pytest.raises(JpcliError) as caught, agency.desk(writes=False) as desk:
        first_file.init(desk, str(tmp_path / "no" / "such" / "file"))
    assert caught.value.code == "folder_unwritable"


WRONG = [
    ("complete = 1", "bad_value", 1),
    ("[sites", "bad_toml", 1),
    ('x = "', "bad_toml", 1),
    ("\n\nsits = {}", "unknown_key", 3),
    ("sites = 3", "bad_value", 1),
    ('complete = true\n[[sites]]\nurl = "a.example"', "bad_value", 2),
    ('[sites."ftp://a.example"]\nproducts = []', "bad_site", 1),
    ('[sites."a.example"]\nproducts = []\n[sites."https://a.example/"]\nproducts=[]', "duplicate_site", 3),  # noqa: E501
    ('[sites."a.example"]\nclient = "A"', "missing_value", 1),
    ('[sites]\n"a.example" = ["jetpack-ai"]', "bad_value", 2),
    ('[sites."a.example"]\nclient = 7\nproducts = []', "bad_client", 2),
    ('[sites."a.example"]\nclient = "  "\nproducts = []', "bad_client", 2),
    ('[sites."a.example"]\nproducts = "jetpack-ai"', "bad_value", 2),
    ('[sites."a.example"]\nproducts = [1]', "bad_value", 2),
    ('[sites."a.example"]\nproducts = ["jetpack-ia"]', "unknown_product", 2),
    ('[sites."a.example"]\nproducts = ["jetpack-ai", "jetpack-ai"]', "bad_value", 2),
    ('[sites."a.example".products]\njetpack-ai = true', "bad_number", 2),
    ('[sites."a.example".products]\njetpack-ai = -1', "bad_number", 2),
    ('[sites."a.example".products]\njetpack-ai = 1.0', "bad_number", 2),
    ('[sites."a.example".products]\njetpack-ai = 1000001', "bad_number", 2),
    ('[sites]\n"a.example" = { products = { jetpack-ai = 999_999, jetpack-scan = 2 } }', "bad_number", None),  # noqa: E501
    ("[spares]\njetpack-ai = '1'", "bad_number", 2),
    ("[spares]\njetpack-ia = 1", "unknown_product", 2),
    ("[spares]\njetpack-ai = { most = 1, least = 2 }", "bad_number", 2),
    ("[spares]\njetpack-ai = { max = 1 }", "unknown_key", 2),
    ('[spares]\n"*" = { least = 1 }', "bad_number", 2),
    # For short it is the same product, and one of both numbers would be lost.
    ("[spares]\njetpack-scan = 0\nscan = 5", "bad_value", 3),
    ("[spares]\nscan = { most = 5 }\njetpack-scan = 0", "bad_value", 3),
    ("[bundles]\njetpack-security-t1 = { 3 = 1 }\nsecurity-t1 = { 3 = 2 }", "bad_value", 3),
    ('[sites."a.example".products]\njetpack-ai = 1\nai = 2', "bad_value", 3),
    ('[sites."a.example"]\nproducts = ["jetpack-ai", "ai"]', "bad_value", 2),
    # Called so are both, the first for short.
    ('[sites."a.example"]\nproducts = ["crm"]', "ambiguous_product", 2),
    ('[sites."a.example".products]\ncrm = 1', "ambiguous_product", 2),
    ("[spares]\ncrm = 0", "ambiguous_product", 2),
    ("[bundles]\ncrm = { 3 = 1 }", "ambiguous_product", 2),
    # A million and one in all, wherever they stand.
    ("[spares]\njetpack-ai = { least = 600_000 }\nscan = { least = 400_001 }", "bad_number", None),
    ("[spares]\nscan = { least = 1 }\n[bundles]\nsecurity-t1 = { 2 = 500_000 }", "bad_number", None),  # noqa: E501
    ('[spares]\nscan = { least = 1 }\n[sites]\n"a.example" = { products = { scan = 1_000_000 } }', "bad_number", None),  # noqa: E501
    ("x = " + "9" * 5_000, "bad_toml", 1),
    ("x = " + "[" * 5_000, "bad_toml", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "line"), WRONG)
def test_a_wrong_file_is_refused_with_its_line(
    agency: Agency, tmp_path: Path, text: str, code: str, line: int | None
) -> None:
    if "crm" in text:
        more = tmp_path / "more.csv"
        rows = "jetpack-crm,Sales,0.30\nother-crm,CRM,0.30\n"
        more.write_text("product,name,amount\n" + rows)
        agency.import_prices(more)
    for call in (planned, applied):
        error = refusal(agency, lambda call=call: call(agency, text))
        assert isinstance(error, BadInput)
        assert (error.code, error.problems[0].line) == (code, line)
        assert "wanted.toml" in error.message
        assert len(error.message) < 400


@pytest.mark.parametrize(
    "text",
    [
        "[spares]\njetpack-scan = { least = 1_000_000 }",
        "[spares]\njetpack-scan = { least = 0, most = 1_000_000 }",
        "[spares]\nscan = { least = 2, most = 2 }\nai = 0\n'*' = 0",
        "[spares]\njetpack-scan = {}",
    ],
)
def test_what_is_just_right_is_read(agency: Agency, text: str) -> None:
    file = Path(agency.called).with_name("wanted.toml")
    file.write_text(text)
    with agency.desk(writes=False) as desk:
        assert order.read_order(desk, str(file)).wanted.spares


def test_one_mistake_hides_no_other_and_very_many_end_the_reading(agency: Agency) -> None:
    text = (
        "[spares]\njetpack-scan = { least = true }\nscan = { least = 3, most = 2 }\nai = -1\n"
        "jetpack-ai = 1\n'*' = { least = 1 }\nnone = 0\n"
        "[bundles]\nai = { 0 = 1 }\njetpack-ai = { 2 = 1 }\nscan = { 2 = -1, 3 = -1 }\n"
        "[sites]\n'ftp://a.example' = 1\n'b.example' = 1\n'http://b.example' = {}\n"
        "'c.example' = { products = [1, 'jetpack-none', 'ai', 'ai'] }\n"
    )
    error = refusal(agency, lambda: planned(agency, text))
    assert [(p.code, p.line) for p in error.problems] == [
        ("bad_number", 2),
        ("bad_value", 3),
        ("bad_number", 4),
        ("bad_value", 5),
        ("bad_number", 6),
        ("unknown_product", 7),
        ("bad_number", 9),
        ("bad_value", 10),
        ("bad_number", 11),
        ("bad_number", 11),
        ("bad_site", 13),
        ("bad_value", 14),
        ("duplicate_site", 15),
        ("bad_value", 16),
        ("unknown_product", 16),
        ("bad_value", 16),
    ]
    many = "[spares]\n" + "".join(f"none{number} = 0\n" for number in range(150))
    error = refusal(agency, lambda: planned(agency, many))
    assert [p.code for p in error.problems] == ["unknown_product"] * 100 + ["too_many_problems"]


def test_a_list_where_a_table_belongs_is_told_by_its_name(agency: Agency) -> None:
    error = refusal(agency, lambda: planned(agency, '[[sites]]\nurl = "a.example"'))
    assert error.problems[0].message == (
        'sites is one table a site, as [sites."https://shop.example"], '
        "not an array of tables, [[…]]"
    )


def test_all_mistakes_are_told_at_once_with_what_was_meant(agency: Agency) -> None:
    text = "cmplete = true\n\n[sites.'a.example']\nprodukts = []\n[spares]\njetpack-scna = 1\n"
    error = refusal(agency, lambda: planned(agency, text))
    told = [(p.line, p.code, p.message.partition("; ")[2]) for p in error.problems]
    assert told == [
        (1, "unknown_key", "did you mean 'complete'?"),
        (3, "missing_value", "write  products = []  for none"),
        (4, "unknown_key", "did you mean 'products'?"),
        (6, "unknown_product", "did you mean 'jetpack-scan'?"),
    ]


def test_an_item_of_a_list_is_told_with_its_own_line(agency: Agency) -> None:
    items = '["jetpack-ai",\n  # a note\n  "jetpack-ia",\n  7, "jetpack-ai",\n]'
    text = f"revoke = [\n  'jetpack-ai_none',\n]\n[sites.'a.example']\nproducts = {items}\n"
    error = refusal(agency, lambda: planned(agency, text))
    where = "sites.a.example.products"
    assert [(p.line, p.subject, p.code) for p in error.problems] == [
        (2, "jetpack-ai_none", "unknown_license"),
        (7, f"{where}[2]", "unknown_product"),
        (8, f"{where}[3]", "bad_value"),
        (8, f"{where}[4]", "bad_value"),
    ]


def test_a_file_that_is_no_text_or_not_there(agency: Agency, tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    for path, code in ((binary, "not_text"), (tmp_path / "no", "no_such_file")):
        error = refusal(agency, lambda path=path: applied(agency, path))
        assert (error.code, error.exit_code) == (code, 2)
    empty = tmp_path / "empty.toml"
    empty.write_bytes(b"\xef\xbb\xbf# nothing\n")
    assert steps(applied(agency, empty)) == []
