"""What sites are called may change between a plan and its being applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jpcli.domain.errors import BadInput, Refused
from jpcli.services.plan import apply, order, plan
from jpcli.services.sites.merge import merge_sites
from jpcli.services.sites.rename import rename_site
from tests.services.agency import A, Agency, B, codes
from tests.services.plan.test_plan import applied, planned, refusal, site, steps
from tests.services.plan.test_saved import Crafted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NEW, TWIN = "https://new.example", "http://new.example"


def rename(before: str, now: str) -> Callable[[Agency], Any]:
    return lambda agency: agency.do(rename_site, before, now)


DRIFTS: dict[str, Callable[[Agency], Any]] = {
    "a site has another name": rename(A, "https://c.example"),
    "it is called as the one that was to be made": rename(A, NEW),
    "it is spelled otherwise": rename(A, A.replace("https", "http")),
    "the new one was made meanwhile": lambda agency: agency.issue("jetpack-ai", site=NEW),
    "and spelled otherwise": lambda agency: agency.issue("jetpack-ai", site=TWIN),
    "two are one": lambda agency: agency.do(merge_sites, A, B),
}


@pytest.fixture
def shop(agency: Agency) -> Agency:
    agency.issue("jetpack-scan", site=A, client="Ann")
    agency.issue("jetpack-scan", site=B, client="Ann")
    return agency


TEXT = site(A, ["jetpack-scan"]) + site(NEW, ["jetpack-ai"])


@pytest.mark.parametrize("drift", DRIFTS.values(), ids=DRIFTS)
def test_a_saved_plan_is_stale_and_never_called_edited(
    shop: Agency, tmp_path: Path, drift: Callable[[Agency], Any]
) -> None:
    out = tmp_path / "sites.plan"
    planned(shop, TEXT, out=out)
    drift(shop)
    error = refusal(shop, lambda: applied(shop, out))
    assert (error.code, error.exit_code) == ("plan_is_stale", 3)
    with pytest.raises(Refused) as told:
        shop.ask(plan.plan, str(out))
    assert told.value.code == "plan_is_stale"


@pytest.mark.parametrize("drift", DRIFTS.values(), ids=DRIFTS)
def test_what_a_saved_plan_did_is_told_again_whatever_came_later(
    shop: Agency, tmp_path: Path, drift: Callable[[Agency], Any]
) -> None:
    out = tmp_path / "sites.plan"
    planned(shop, TEXT, out=out)
    first = applied(shop, out, key="k")
    if drift is not DRIFTS["it is called as the one that was to be made"]:
        drift(shop)
    shop.do(rename_site, NEW, "https://later.example")
    before = shop.state()
    again = applied(shop, out, key="k")
    assert codes(again)[-1] == "repeated"
    assert steps(again) == steps(first)
    assert shop.state() == before


def anew(agency: Agency) -> None:
    agency.issue("jetpack-scan")


@pytest.mark.parametrize(
    ("text", "drift", "code"),
    [
        (TEXT, DRIFTS["a site has another name"], "site_renamed"),
        (TEXT, DRIFTS["it is spelled otherwise"], ""),
        ('revoke = ["scan"]\n', anew, "ambiguous_license"),
        (site(A, ["scan", "jetpack-ai"]), DRIFTS["two are one"], ""),
    ],
)
def test_what_a_file_did_is_told_again_whatever_its_names_mean_later(
    agency: Agency, text: str, drift: Callable[[Agency], Any], code: str
) -> None:
    agency.issue("jetpack-scan", site=A, client="Ann")
    if drift is not anew:
        agency.issue("jetpack-scan", site=B, client="Ann")
    first = applied(agency, text, key="k")
    drift(agency)
    before = agency.state()
    again = applied(agency, text, key="k")
    assert codes(again)[-1] == "repeated"
    assert steps(again) == steps(first)
    assert agency.state() == before
    other = refusal(agency, lambda: applied(agency, text + "# other\n", key="k"))
    assert other.code == "idempotency_key_reused"
    if code:  # it is no more than that which waits for the key
        assert refusal(agency, lambda: applied(agency, text, key="new")).code == code
        assert refusal(agency, lambda: applied(agency, text)).code == code


@pytest.mark.parametrize(
    ("drift", "code"),
    [
        (DRIFTS["a site has another name"], "site_renamed"),
        (DRIFTS["it is spelled otherwise"], "plan_is_stale"),
        (DRIFTS["and spelled otherwise"], "plan_is_stale"),
    ],
)
def test_a_file_that_is_read_before_somebody_else_writes_issues_nothing_twice(
    shop: Agency, tmp_path: Path, drift: Callable[[Agency], Any], code: str
) -> None:
    """Who waits for the ledger has read the file already."""
    file = tmp_path / "sites.toml"
    file.write_text(TEXT)
    with shop.desk(writes=False) as desk:
        read = order.read_order(desk, str(file))
    drift(shop)
    assert refusal(shop, lambda: shop.do(apply.apply, read)).code == code


def test_what_else_was_done_meanwhile_is_planned_with(shop: Agency, tmp_path: Path) -> None:
    file = tmp_path / "sites.toml"
    file.write_text(TEXT)
    with shop.desk(writes=False) as desk:
        read = order.read_order(desk, str(file))
    shop.issue("jetpack-ai", site=NEW)
    assert steps(shop.do(apply.apply, read)) == []


def test_a_plan_with_another_spelling_of_a_site_is_none(agency: Agency, tmp_path: Path) -> None:
    """Its hash is right: it was made with the spelling."""
    crafted = Crafted(agency, tmp_path / "sites.plan")
    other = B.replace("https", "http")
    crafted.body["wanted"]["sites"] = {other: {"client": None, "products": {"jetpack-ai": 1}}}
    crafted.step.update(site=other)
    crafted.write()
    assert crafted.refused().code == "plan_is_stale"


def test_a_name_that_was_given_up_is_told_with_its_line_and_the_new_one(shop: Agency) -> None:
    shop.do(rename_site, A, "https://c.example")
    with pytest.raises(BadInput) as caught:
        planned(shop, TEXT)
    (problem,) = caught.value.problems
    assert (problem.code, problem.line) == ("site_renamed", 1)
    assert problem.message == f"{A} is called https://c.example now"
    assert problem.hint == "Name it so:   jpcli sites show https://c.example"
    assert "Name it so" not in caught.value.message
