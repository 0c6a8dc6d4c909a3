"""Audits of real ledgers: every rule holds where it should and finds what it should."""

from __future__ import annotations

import os
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.errors import BadInput, JpcliError, Refused
from jpcli.ledger.queries import audit as audit_queries
from jpcli.ledger.queries.audit import Which
from jpcli.reports.audit.outcome import NAMED
from jpcli.reports.policy.rules import DEFAULT_CHECKS, SECTIONS
from jpcli.reports.policy.values import site_matcher
from jpcli.services.audit import checks
from jpcli.services.audit.audit import audit
from jpcli.services.audit.first_policy import init
from jpcli.services.invoices import close, settle
from tests.services.agency import PRICES, A, Agency, B, C


def run(agency: Agency, tmp_path: Path, policy: str | None, now: str | None = None) -> Any:
    """The audit by a policy given as text."""
    path = None
    if policy is not None:
        path = str(tmp_path / "policy.toml")
        Path(path).write_text(policy, "utf-8")
    return agency.ask(audit, path, now=now)


def only(data: Any) -> Any:
    """The one check of an audit."""
    (check,) = data["checks"]
    assert data["ok"] is (check["ok"] or check["level"] == "warning")
    assert (check["fix"] is None) is check["ok"]
    assert check["expected"]
    assert check["actual"]
    assert check["message"]
    return check


def broken(agency: Agency, tmp_path: Path, policy: str) -> list[tuple[int | None, str | None, str]]:
    with pytest.raises(BadInput) as caught:
        run(agency, tmp_path, policy)
    assert caught.value.code == "bad_policy"
    assert caught.value.exit_code == 2
    return [(each.line, each.subject, each.code) for each in caught.value.problems]


# --- without a policy ----------------------------------------------------------------------------


def test_a_healthy_agency_passes(agency: Agency, tmp_path: Path) -> None:
    agency.assign(agency.issue_one(), A)
    data = run(agency, tmp_path, None)
    assert data["ok"] is True
    assert [check["rule"] for check in data["checks"]] == list(DEFAULT_CHECKS)
    assert (data["failed"], data["warnings"], data["policy"]) == (0, 0, None)
    assert data["as_of"] == "2024-08-15T12:00:00Z"


def test_every_check_that_a_policy_knows_is_there() -> None:
    (switches,) = (section for section in SECTIONS if section.name == "checks")
    assert list(checks.CHECKS) == [key.name for key in switches.keys]


def test_without_a_card_the_audit_fails(new_agency: Agency, tmp_path: Path) -> None:
    data = run(new_agency, tmp_path, None)
    failed = [check for check in data["checks"] if not check["ok"]]
    assert data["ok"] is False
    assert [check["rule"] for check in failed] == ["primary_card"]
    assert failed[0]["fix"].startswith("jpcli cards add --primary --brand ")


# --- cards and invoices --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exp", "now", "ok"),
    [
        ("09/2024", "2024-08-15T12:00:00Z", True),
        ("08/2024", "2024-08-31T23:59:59Z", False),  # valid now, charged on September 1
        ("07/2024", "2024-08-15T12:00:00Z", False),
    ],
)
def test_the_card_must_outlive_the_next_charge(
    new_agency: Agency, tmp_path: Path, exp: str, now: str, ok: bool
) -> None:
    new_agency.card(exp=exp, now="2024-01-01T00:00:00Z")
    check = only(run(new_agency, tmp_path, "[checks]\ncard_expiry = true", now=now))
    assert check["ok"] is ok
    assert check["expected"] == "a primary card valid on 2024-09-01"
    assert str(check["fix"]).startswith("jpcli cards add --primary") is not ok


@pytest.mark.parametrize(
    ("begin", "charged"),
    [("2024-07", "2024-09-01"), ("2024-08", "2024-09-01"), ("2024-10", "2024-11-01")],
)
def test_nothing_is_charged_before_the_books_begin(
    tmp_path: Path, begin: str, charged: str
) -> None:
    agency = Agency(tmp_path / "later.db").init(bill_from=begin)
    agency.card(exp="10/2024", now="2024-01-01T00:00:00Z")
    agency.issue_one(now="2024-08-10T00:00:00Z")
    check = only(run(agency, tmp_path, "[checks]\ncard_expiry = true"))
    assert check["expected"] == f"a primary card valid on {charged}"
    assert check["ok"] is (charged < "2024-11")


def test_a_month_that_waits_is_charged_today(new_agency: Agency, tmp_path: Path) -> None:
    new_agency.card(exp="08/2024", now="2024-01-01T00:00:00Z")
    new_agency.issue_one(now="2024-07-20T00:00:00Z")
    check = only(run(new_agency, tmp_path, "[checks]\ncard_expiry = true"))
    assert (check["ok"], check["expected"]) == (True, "a primary card valid on 2024-08-15")


def test_an_invoice_past_due(agency: Agency, tmp_path: Path) -> None:
    agency.issue_one(now="2024-07-20T00:00:00Z")
    agency.do(close.close_due, now="2024-08-01T00:00:00Z")
    policy = "[checks]\npast_due = true"
    assert only(run(agency, tmp_path, policy, now="2024-08-01T12:00:00Z"))["ok"]
    check = only(run(agency, tmp_path, policy))
    assert check["subjects"] == ["INV-2024-07"]
    assert check["actual"] == "1 past due, $1.92"
    assert check["fix"] == "jpcli invoice mark-paid INV-2024-07 --reference TEXT"
    agency.do(settle.mark_paid, "INV-2024-07", "transfer 1")
    assert only(run(agency, tmp_path, policy))["ok"]


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("invoice/INV-2024-07/pay/pm_1", "jpcli invoice pay INV-2024-07"),
        ("invoice/INV-2024-07/void", "jpcli invoice void INV-2024-07"),
        ("invoice/INV-2024-07/line/3", "jpcli invoice push INV-2024-07"),
        ("customer", "jpcli cards sync"),
    ],
)
def test_an_unfinished_call(agency: Agency, tmp_path: Path, name: str, fix: str) -> None:
    wish = {"attempt": 1, "idempotency_key": "k", "request_hash": "h"}
    with agency.desk() as desk, desk.writing() as writer:
        writer.record("outbox.wished", name, wish)
    check = only(run(agency, tmp_path, "[checks]\noutbox = true"))
    assert (check["ok"], check["subjects"], check["fix"]) == (False, [name], fix)
    with agency.desk() as desk, desk.writing() as writer:
        writer.record("outbox.done", name, {"result": {}})
    assert only(run(agency, tmp_path, "[checks]\noutbox = true"))["ok"]


def test_the_ledger_is_checked_when_the_policy_says_so(agency: Agency, tmp_path: Path) -> None:
    agency.issue_one()
    policy = "[checks]\nledger_check = true"
    assert only(run(agency, tmp_path, policy))["ok"]
    agency.sql("UPDATE licenses SET issued_at = issued_at - 1, last_at = last_at")
    check = only(run(agency, tmp_path, policy))
    assert not check["ok"]
    assert check["fix"] == "jpcli ledger check"
    assert run(agency, tmp_path, None)["ok"]


def test_two_products_of_a_family(agency: Agency, tmp_path: Path) -> None:
    agency.import_prices(_prices(tmp_path, "jetpack-security-t2,Security 2,jetpack-security"))
    policy = "[checks]\none_per_family = true"
    for product in ("jetpack-security-t1", "jetpack-security-t1", "jetpack-scan"):
        agency.assign(agency.issue_one(product), A)
    assert only(run(agency, tmp_path, policy))["ok"]  # twice the same product is not two products
    second = agency.issue_one("jetpack-security-t2")
    agency.assign(second, B)
    assert only(run(agency, tmp_path, policy))["ok"]
    agency.transfer(second, A)
    check = only(run(agency, tmp_path, policy))
    assert check["subjects"] == [A]
    assert "jetpack-security-t1 and jetpack-security-t2" in check["message"]
    agency.revoke(second)
    assert only(run(agency, tmp_path, policy))["ok"]


def test_a_product_twice_on_a_site(agency: Agency, tmp_path: Path) -> None:
    policy = "[checks]\none_per_product = true"
    agency.assign(agency.issue_one("jetpack-scan"), A)
    agency.assign(agency.issue_one("jetpack-ai"), A)
    agency.issue("jetpack-scan", 2)
    assert only(run(agency, tmp_path, policy))["ok"]
    second = agency.issue_one("jetpack-scan")
    agency.assign(second, A)
    check = only(run(agency, tmp_path, policy))
    assert (check["ok"], check["subjects"], check["rule"]) == (False, [A], "one_per_product")
    assert check["message"] == f"{A} has 2 licenses of jetpack-scan"
    assert check["actual"] == "1 time two or more"
    for site in (B, C):
        agency.issue("jetpack-ai", 2, site=site)
    check = only(run(agency, tmp_path, policy))
    assert check["message"].endswith("(and 2 more)")
    assert check["subjects"] == sorted([A, B, C])
    agency.revoke(second)
    assert only(run(agency, tmp_path, policy))["subjects"] == sorted([B, C])
    assert run(agency, tmp_path, None)["ok"]  # only where a policy asks for it


def test_a_site_with_www_and_without_it(agency: Agency, tmp_path: Path) -> None:
    policy = "[checks]\none_of_www = 'warning'"
    agency.issue("jetpack-scan", site="www.a.example")
    agency.issue("jetpack-scan", site="a.example.www.example")
    assert only(run(agency, tmp_path, policy))["ok"]
    agency.issue("jetpack-scan", site="a.example")
    check = only(run(agency, tmp_path, policy))
    assert (check["ok"], check["level"], check["rule"]) == (False, "warning", "one_of_www")
    assert check["subjects"] == ["https://www.a.example"]
    assert "https://www.a.example and https://a.example are two sites" in check["message"]
    assert run(agency, tmp_path, None)["ok"]


def _prices(tmp_path: Path, line: str) -> Path:
    path = tmp_path / "more.csv"
    head = PRICES.splitlines()[0]
    path.write_text(f"{head}\n{line},0.5,day,usd,2022-01-01,1\n", "utf-8")
    return path


# --- counts --------------------------------------------------------------------------------------


@pytest.fixture
def counted(agency: Agency) -> Agency:
    """Three scans (two on A, one spare), an AI on B, a revoked one, a bundle with a child on C."""
    scans = agency.issue("jetpack-scan", 3)
    agency.assign(scans[0], A)
    agency.assign(scans[1], A)
    agency.assign(agency.issue_one("jetpack-ai"), B)
    agency.move_site(A, "Shop")
    gone = agency.issue_one("jetpack-ai")
    agency.revoke(gone)
    _, children = agency.bundle()
    agency.assign(children[0], C)
    return agency


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        ("", 7),
        ("product = 'jetpack-scan'", 3),
        ("product = 'jetpack-security-t1'", 3),  # the bundle's parent is no license one can use
        ("product = 'jetpack-*'", 7),
        ("product = 'jetpack-a?'", 1),
        ("state = 'assigned'", 4),
        ("state = 'unassigned'", 3),
        ("state = 'revoked'", 1),
        ("product = 'jetpack-scan'\nstate = 'unassigned'", 1),
        (f"site = '{A}'", 2),
        ("site = 'a.example'", 2),
        ("site = '*.example'", 4),
        ("site = 'HTTPS://?.EXAMPLE'", 4),
        ("site = 'http://*'", 0),
        ("site = '*%*'", 0),
        ("site = '*_.example'", 0),
        ("site = 'https://nowhere.example'", 0),
        ("site = '*.example'\nproduct = 'jetpack-a*'", 1),
        ("client = 'Shop'", 2),
        ("client = ''", 5),
        ("client = ''\nstate = 'assigned'", 2),
        ("client = 'Shop'\nsite = '*b*'", 0),
    ],
)
def test_licenses_are_counted(counted: Agency, tmp_path: Path, which: str, expected: int) -> None:
    for limit, ok in (
        (f"exactly = {expected}", True),
        (f"at_least = {expected}\nat_most = {expected}", True),
        (f"at_least = {expected + 1}", False),
        *([(f"at_most = {expected - 1}", False)] if expected else []),
    ):
        check = only(run(counted, tmp_path, f"[[licenses]]\n{which}\n{limit}"))
        assert (check["ok"], check["actual"]) == (ok, str(expected)), limit


def test_patterns_mean_the_same_in_every_rule(agency: Agency) -> None:
    """Counts ask the ledger, required sites are matched here: the two must not drift apart."""
    urls = [
        A,
        "http://b.example",
        "https://a.example/B_c",
        "https://[::1]:8080",
        "https://a.b.c/%25",
    ]
    for url in urls:
        agency.assign(agency.issue_one(), url)
    patterns = [
        "*",
        "a*",
        "A.EXAMPLE*",
        "https://*",
        "http://?.*",
        "*b_c",
        "*b?c",
        "[::1]*",
        "*[a]*",
    ]
    patterns += ["*%*", "*!*", "*_*", "?", "", "*.example", "*://*", "a.*.c/*", "**"]
    with agency.desk(writes=False) as desk:
        for pattern in patterns:
            matches = site_matcher([pattern])
            counted = audit_queries.count(desk.ledger, Which(site=pattern))
            assert counted == sum(map(matches, urls)), pattern


def test_too_many_names_the_spare_ones_first(counted: Agency, tmp_path: Path) -> None:
    policy = "[[licenses]]\nproduct = 'jetpack-scan'\nexactly = 1"
    check = only(run(counted, tmp_path, policy))
    assert check["subjects_total"] == 2
    assert check["fix"] == f"jpcli revoke {' '.join(check['subjects'])}"
    counted.revoke(*check["subjects"])
    assert only(run(counted, tmp_path, policy))["ok"]


def test_a_bundles_child_is_not_to_be_revoked_alone(counted: Agency, tmp_path: Path) -> None:
    policy = "[[licenses]]\nproduct = 'jetpack-security-t1'\nat_most = 2"
    check = only(run(counted, tmp_path, policy))
    assert check["fix"] == "jpcli licenses list --product jetpack-security-t1"
    policy = f"[[licenses]]\nsite = '{C}'\nat_most = 0"
    check = only(run(counted, tmp_path, policy))
    assert check["fix"] == f"jpcli unassign {check['subjects'][0]}"


def test_too_few_assigns_what_there_is_before_it_issues(counted: Agency, tmp_path: Path) -> None:
    policy = f"[[licenses]]\nproduct = 'jetpack-scan'\nsite = '{B}'\nat_least = 1"
    words = shlex.split(only(run(counted, tmp_path, policy))["fix"])
    assert words[:2] == ["jpcli", "assign"]
    counted.assign(words[2], words[4])
    assert only(run(counted, tmp_path, policy))["ok"]
    more = policy.replace("at_least = 1", "at_least = 3")
    fix = only(run(counted, tmp_path, more))["fix"]
    assert fix == f"jpcli issue jetpack-scan --quantity 2 --site {B}"


def test_rules_have_levels(counted: Agency, tmp_path: Path) -> None:
    data = run(
        counted,
        tmp_path,
        "[[licenses]]\nexactly = 0\nlevel = 'warning'\n[[licenses]]\nexactly = 7\n"
        "[unassigned]\nat_most = 0\nlevel = 'warning'",
    )
    assert data["ok"] is True
    assert [check["level"] for check in data["checks"]] == ["warning", "error", "warning"]
    assert (data["failed"], data["warnings"]) == (0, 2)


def test_findings_have_their_line(counted: Agency, tmp_path: Path) -> None:
    policy = "# a comment\n[unassigned]\nat_most = 0\n\n[[licenses]]\nexactly = 7\n[[licenses]]\n"
    data = run(counted, tmp_path, policy + "product = 'jetpack-ai'\nexactly = 9")
    found = {check["key"]: check["line"] for check in data["checks"]}
    assert found == {"unassigned.at_most": 3, "licenses[1]": None, "licenses[2]": 7}


# --- unassigned ----------------------------------------------------------------------------------


def test_days_on_no_site(agency: Agency, tmp_path: Path) -> None:
    policy = "[unassigned]\ndays_at_most = 5"
    assert only(run(agency, tmp_path, policy))["actual"] == "none on no site"
    key = agency.issue_one(now="2024-08-01T00:00:00Z")
    assert only(run(agency, tmp_path, policy, now="2024-08-06T23:59:59Z"))["ok"]
    check = only(run(agency, tmp_path, policy, now="2024-08-07T00:00:00Z"))
    assert (check["subjects"], check["actual"]) == ([key], "6 days")
    assert check["fix"] == f"jpcli revoke {key}"
    agency.assign(key, A, now="2024-08-08T00:00:00Z")
    assert only(run(agency, tmp_path, policy))["ok"]
    agency.unassign(key, now="2024-08-10T00:00:00Z")
    assert only(run(agency, tmp_path, policy))["ok"]
    assert not only(run(agency, tmp_path, policy, now="2024-08-16T00:00:00Z"))["ok"]


def test_many_are_counted_and_some_named(agency: Agency, tmp_path: Path) -> None:
    agency.issue("jetpack-scan", NAMED + 7, now="2024-08-01T00:00:00Z")
    data = run(agency, tmp_path, "[unassigned]\nat_most = 2\ndays_at_most = 1")
    counts, days = data["checks"]
    assert (len(counts["subjects"]), counts["subjects_total"]) == (NAMED, NAMED + 5)
    assert (len(days["subjects"]), days["subjects_total"]) == (NAMED, NAMED + 7)


# --- what sites must have ------------------------------------------------------------------------


def test_sites_have_what_they_must(counted: Agency, tmp_path: Path) -> None:
    head = "[[required]]\nproducts = ['jetpack-scan']\nsites = "
    assert only(run(counted, tmp_path, head + "['a.example']"))["ok"]
    check = only(run(counted, tmp_path, head + "['*.example']"))
    assert check["subjects"] == [B, C]
    assert check["actual"] == "1 of 3 sites"
    words = shlex.split(check["fix"])
    counted.assign(words[2], words[4])
    check = only(run(counted, tmp_path, head + "['*.example', 'https://new.example/shop']"))
    assert check["subjects"] == ["https://new.example/shop", C]
    assert check["fix"] == "jpcli issue jetpack-scan --site https://new.example/shop"


def test_a_site_without_a_license_is_no_site_that_a_pattern_means(
    counted: Agency, tmp_path: Path
) -> None:
    (on_b,) = (each["license_key"] for each in _on(counted, B))
    counted.unassign(on_b)
    policy = "[[required]]\nproducts = ['jetpack-ai']\nsites = ['b*']"
    assert only(run(counted, tmp_path, policy))["actual"] == "0 of 0 sites"
    assert not only(run(counted, tmp_path, policy.replace("b*", B)))["ok"]


def test_sites_are_held_against_all_rules_and_the_first_are_named(
    agency: Agency, tmp_path: Path
) -> None:
    """What a rule names comes first, and is counted once where a pattern fits it as well."""
    urls = [f"https://{number:02}.example" for number in range(NAMED + 3)]
    for url in urls:
        agency.assign(agency.issue_one("jetpack-scan"), url)
    both = "[[required]]\nproducts = ['jetpack-scan', 'jetpack-ai']\nsites = "
    rules = f"{both}['{urls[-1]}', 'new.example', '*']\n{both}['00*']\n[[required]]\n"
    checks = run(agency, tmp_path, rules + "products = ['jetpack-scan']\nsites = ['*']")["checks"]
    total = len(urls) + 1
    assert [check["actual"] for check in checks] == [
        f"0 of {total} sites",
        "0 of 1 site",
        f"{len(urls)} of {len(urls)} sites",
    ]
    first = checks[0]
    assert first["subjects"] == [urls[-1], "https://new.example", *urls][:NAMED]
    assert first["subjects_total"] == total
    assert first["message"] == (f"{urls[-1]} has no jetpack-ai; {total - 1} more lack something")
    assert checks[1]["message"] == f"{urls[0]} has no jetpack-ai"


def _on(agency: Agency, site: str) -> list[dict[str, Any]]:
    from jpcli.ledger.queries.licenses import LicenseFilter
    from jpcli.services.licenses.licenses import list_licenses

    found: list[dict[str, Any]] = agency.ask(list_licenses, LicenseFilter(site=site))["licenses"]
    return found


# --- the bill ------------------------------------------------------------------------------------


def test_the_bill_is_the_previews_to_the_cent(agency: Agency, tmp_path: Path) -> None:
    agency.issue("jetpack-ai", 3, now="2024-08-10T00:00:00Z")  # 22 days × $0.27 × 3 = $17.82
    assert agency.preview("2024-08")["total"]["amount"] == "17.82"
    assert only(run(agency, tmp_path, "[bill]\nat_most = 17.82"))["ok"]
    check = only(run(agency, tmp_path, "[bill]\nat_most = '17.81'"))
    assert (check["expected"], check["actual"]) == ("at most $17.81", "$17.82")
    assert check["subjects"] == ["jetpack-ai"]


def test_growth_is_held_against_last_month(agency: Agency, tmp_path: Path) -> None:
    key = agency.issue_one("jetpack-ai", now="2024-07-01T00:00:00Z")  # $8.37 in both months
    assert only(run(agency, tmp_path, "[bill]\ngrowth_at_most = 0"))["ok"]
    assert only(run(agency, tmp_path, "[bill]\ngrowth_at_most_percent = 0"))["ok"]
    agency.issue_one("jetpack-ai", now="2024-08-10T00:00:00Z")  # and $5.94, which is 70.967…%
    assert only(run(agency, tmp_path, "[bill]\ngrowth_at_most = 5.94"))["ok"]
    check = only(run(agency, tmp_path, "[bill]\ngrowth_at_most = 5.93"))
    assert check["actual"] == "+$5.94"
    assert check["fix"] == "jpcli invoice diff 2024-07 2024-08"
    assert only(run(agency, tmp_path, "[bill]\ngrowth_at_most_percent = 70.967742"))["ok"]
    check = only(run(agency, tmp_path, "[bill]\ngrowth_at_most_percent = 70.967741"))
    assert check["actual"] == "+71.0%"
    assert check["expected"] == "at most 70.967741% more than 2024-07"
    agency.revoke(key)
    assert only(run(agency, tmp_path, "[bill]\ngrowth_at_most = 6"))["ok"]


def test_a_first_month_has_nothing_to_grow_from(agency: Agency, tmp_path: Path) -> None:
    agency.issue_one()
    check = only(run(agency, tmp_path, "[bill]\ngrowth_at_most_percent = 1"))
    assert (check["ok"], check["actual"]) == (True, "no bill before")
    assert not only(run(agency, tmp_path, "[bill]\ngrowth_at_most = 1"))["ok"]


def test_a_closed_month_counts_as_it_was_billed(agency: Agency, tmp_path: Path) -> None:
    key = agency.issue_one("jetpack-ai", now="2024-07-01T00:00:00Z")
    agency.do(close.close_due, now="2024-08-01T00:00:00Z")
    agency.revoke(key, at="2024-07-31T12:00:00Z")
    check = only(run(agency, tmp_path, "[bill]\ngrowth_at_most = 0"))
    assert check["message"].startswith("2024-08 comes to $0.00 after $8.37 in 2024-07")


def test_what_has_no_price_is_a_finding(new_agency: Agency, tmp_path: Path) -> None:
    new_agency.card()
    new_agency.import_file(_history(tmp_path), now="2024-08-15T12:00:00Z")
    check = only(run(new_agency, tmp_path, "[bill]\nat_most = 5", now="2021-06-15T00:00:00Z"))
    assert (check["ok"], check["actual"]) == (False, "no_price")
    assert check["fix"].startswith("jpcli products set-price jetpack-scan")


def _history(tmp_path: Path) -> Path:
    path = tmp_path / "history.csv"
    path.write_text(
        "license_key,product,issued_at,revoked_at,site,client,assigned_at\n"
        "jetpack-scan_1,jetpack-scan,2021-06-01T00:00:00Z,,,,\n",
        "utf-8",
    )
    return path


# --- wrong policies ------------------------------------------------------------------------------


def test_all_mistakes_have_their_lines(agency: Agency, tmp_path: Path) -> None:
    policy = "[checks]\ncard = true\n\n[[licenses]]\nproduct = 'jetpack-scam'\nmin = 3\n[bill]\n"
    assert broken(agency, tmp_path, policy) == [
        (2, "checks.card", "unknown_key"),
        (5, "licenses[1].product", "unknown_product"),
        (6, "licenses[1].min", "unknown_key"),
        (7, "bill", "missing_key"),
    ]


def test_an_item_of_a_list_is_told_with_its_own_line(agency: Agency, tmp_path: Path) -> None:
    policy = "[[required]]\nsites = [\n  '*',\n  'ftp://x',\n]\nproducts = [\n\n  'jetpack-ia']\n"
    assert broken(agency, tmp_path, policy) == [
        (4, "required[1].sites[2]", "bad_site"),
        (8, "required[1].products[1]", "unknown_product"),
    ]


@pytest.mark.parametrize(
    ("policy", "line"),
    [
        ("[checks\n", 1),
        ("[checks]\noutbox = true\noutbox = true\n", 3),
        ("[checks]\noutbox = yes\n", 2),
        ("x = '''\n", 1),
        ("[checks]\n[checks]\n", 2),
        ("a = " + "[" * 5_000, None),
        ("a = " + "9" * 5_000, None),
    ],
)
def test_what_is_no_toml(agency: Agency, tmp_path: Path, policy: str, line: int | None) -> None:
    ((found, subject, code),) = broken(agency, tmp_path, policy)
    assert (subject, code) == (None, "bad_toml")
    assert line is None or found == line


def test_what_is_no_file(agency: Agency, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.toml"):
        with pytest.raises(BadInput):
            agency.ask(audit, str(path))
    (tmp_path / "latin.toml").write_bytes(b"[checks] # \xe9")
    with pytest.raises(BadInput) as caught:
        agency.ask(audit, str(tmp_path / "latin.toml"))
    assert caught.value.code == "not_text"


def test_names_with_markup_are_names(agency: Agency, tmp_path: Path) -> None:
    agency.assign(agency.issue_one(), A)
    agency.move_site(A, "[b]%_*?'")
    policy = '[[licenses]]\nclient = "[b]%_*?\'"\nexactly = '
    assert only(run(agency, tmp_path, policy + "1"))["ok"]
    check = only(run(agency, tmp_path, policy + "2"))
    assert check["fix"] == "jpcli licenses list --client '[b]%_*?'\"'\"''"


# --- writing a policy ----------------------------------------------------------------------------


def test_a_policy_for_today_passes_today(counted: Agency, tmp_path: Path) -> None:
    target = str(tmp_path / "a policy.toml")
    before = counted.state()
    counted.ask(init, target)
    assert counted.state() == before
    data = counted.ask(audit, target)
    assert data["ok"] is True
    assert data["warnings"] == 0
    rules = [check["rule"] for check in data["checks"]]
    assert {"licenses", "unassigned", "unassigned_days", "required", "bill"} <= set(rules)
    written = tomllib.loads(Path(target).read_text("utf-8"))
    assert {each["product"]: each["exactly"] for each in written["licenses"]} == {
        "jetpack-ai": 1,
        "jetpack-scan": 3,
        "jetpack-security-t1": 3,
    }
    counted.issue_one()
    assert counted.ask(audit, target)["ok"] is False


def test_a_policy_for_a_ledger_in_trouble_passes_with_warnings(
    new_agency: Agency, tmp_path: Path
) -> None:
    card = new_agency.card(now="2024-05-01T00:00:00Z")
    new_agency.issue("jetpack-scan", 2, now="2024-05-01T00:00:00Z")
    new_agency.issue("jetpack-ai", 9, now="2024-08-01T00:00:00Z")
    new_agency.do(close.close_due, now="2024-08-01T00:00:00Z")
    from jpcli.services.collection.offline import remove_card

    new_agency.do(remove_card, card)
    target = str(tmp_path / "policy.toml")
    new_agency.ask(init, target)
    data = new_agency.ask(audit, target)
    assert data["ok"] is True
    assert [check["rule"] for check in data["checks"] if not check["ok"]] == [
        "primary_card",
        "past_due",
    ]
    text = Path(target).read_text("utf-8")
    assert "# days_at_most = …   one has been on no site for 106 days" in text
    assert "# growth_at_most_percent = …" in text


@pytest.mark.parametrize(("currency", "limit"), [("jpy", "300"), ("kwd", "3.000")])
def test_a_policy_in_other_currencies(tmp_path: Path, currency: str, limit: str) -> None:
    prices = PRICES.replace("usd", currency)
    if currency == "jpy":
        prices = prices.replace(",0.", ",")
    agency = Agency(tmp_path / "ledger.db").init(currency=currency, prices=prices)
    agency.card()
    agency.issue_one("jetpack-scan", now="2024-08-15T00:00:00Z")
    target = str(tmp_path / "policy.toml")
    agency.ask(init, target)
    assert tomllib.loads(Path(target).read_text("utf-8"))["bill"]["at_most"] == limit
    assert agency.ask(audit, target)["ok"]


def test_an_empty_ledger_has_a_policy_too(agency: Agency, tmp_path: Path) -> None:
    target = str(tmp_path / "policy.toml")
    agency.ask(init, target)
    assert agency.ask(audit, target)["ok"]


def test_nothing_is_written_over(agency: Agency, tmp_path: Path) -> None:
    target = tmp_path / "policy.toml"
    target.write_text("mine")
    with pytest.raises(Refused) as caught:
        agency.ask(init, str(target))
    assert (caught.value.code, caught.value.exit_code) == ("file_exists", 3)
    assert target.read_text() == "mine"
    os.symlink(tmp_path / "nowhere", tmp_path / "link.toml")
    with pytest.raises(JpcliError):
        agency.ask(init, str(tmp_path / "link.toml"))


def test_names_that_toml_must_quote_survive(agency: Agency, tmp_path: Path) -> None:
    site = "https://ünïcode.example/ä'b"
    agency.assign(agency.issue_one(), site)
    target = str(tmp_path / 'odd "name".toml')
    agency.ask(init, target)
    assert agency.ask(audit, target)["ok"]
