"""Every refusal: its code, its exit code, advice to go with it, and nothing written.

One row a refusal, so that a missing one is seen. "Nothing" is the chain's head, the number of
events and every row of every table.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from jpcli.domain.errors import JpcliError
from jpcli.services.collection import offline
from jpcli.services.licenses import assign, issue, revoke
from jpcli.services.licenses.in_use import anything
from jpcli.services.products import products
from jpcli.services.sites import sites
from tests.services.agency import BEGUN, A, Agency, B

BAD, REFUSED = 2, 3


MOVED = "https://moved.example"


class Scene(NamedTuple):
    """An agency in the middle of its work, and the keys of its licenses."""

    agency: Agency
    free: str
    placed: str
    revoked: str
    parent: str
    child: str
    busy_child: str


def scene(agency: Agency) -> Scene:
    free = agency.issue_one(at="2024-07-01")
    placed = agency.issue_one(at="2024-07-01", site=A, client="Ann")
    gone = agency.issue_one(at="2024-07-01")
    agency.revoke(gone, at="2024-07-10")
    parent, (child, busy_child, _) = agency.bundle(at="2024-07-01")
    agency.assign(busy_child, B, at="2024-07-05")
    agency.issue_one(at="2024-07-01", site=MOVED)
    agency.do(sites.move_site, MOVED, "Bea", at="2024-07-06")
    return Scene(agency, free, placed, gone, parent, child, busy_child)


Call = Callable[[Scene], Any]


def doing(use_case: Any, *arguments: Any, **options: Any) -> Call:
    """A call of a use case; the name of a license of the scene stands for its key."""

    def named(scene: Scene, value: Any) -> Any:
        if isinstance(value, list):
            return [named(scene, item) for item in value]
        return getattr(scene, value) if value in Scene._fields[1:] else value

    def call(scene: Scene) -> Any:
        return scene.agency.do(use_case, *[named(scene, a) for a in arguments], **options)

    return call


@pytest.fixture(scope="session")
def begun_scene(begun: tuple[Agency, Agency], tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return scene(begun[1].copied(tmp_path_factory.mktemp("scene") / "ledger.db"))


@pytest.fixture
def made(begun_scene: Scene, tmp_path: Path) -> Scene:
    """A copy of it."""
    return begun_scene._replace(agency=begun_scene.agency.copied(tmp_path / "ledger.db"))


SECURITY, SCAN, TWO = "jetpack-security-t1", "jetpack-scan", "2024-07-02"
FUTURE = "2024-08-15T12:00:00.000001Z"

REFUSALS: list[tuple[str, Call, str, int]] = [
    # issue
    ("unknown product", doing(issue.issue, "jetpack-scann"), "unknown_product", BAD),
    ("empty product", doing(issue.issue, ""), "unknown_product", BAD),
    ("unknown bundle", doing(issue.issue, SECURITY, 1, 4), "unknown_bundle", BAD),
    ("bundle of none", doing(issue.issue, SECURITY, 1, 0), "unknown_bundle", BAD),
    ("bundle of a single", doing(issue.issue, SCAN, 1, 3), "unknown_bundle", BAD),
    ("quantity 0", doing(issue.issue, SCAN, 0), "bad_quantity", BAD),
    ("quantity -1", doing(issue.issue, SCAN, -1), "bad_quantity", BAD),
    ("too many", doing(issue.issue, SCAN, 1_000_001), "bad_quantity", BAD),
    ("too many in bundles", doing(issue.issue, SECURITY, 333_334, 3), "bad_quantity", BAD),
    ("bundle to a site", doing(issue.issue, SECURITY, 1, 3, A), "bundle_to_site", BAD),
    ("client, no site", doing(issue.issue, SCAN, client="Ann"), "client_without_site", BAD),
    ("issue in the future", doing(issue.issue, SCAN, at=FUTURE), "time_in_future", BAD),
    ("issue tomorrow", doing(issue.issue, SCAN, at="2024-08-16"), "time_in_future", BAD),
    ("issue at no time", doing(issue.issue, SCAN, at="soon"), "bad_instant", BAD),
    ("issue on no date", doing(issue.issue, SCAN, at="2024-02-30"), "bad_instant", BAD),
    ("no price yet", doing(issue.issue, SCAN, at="2021-12-31"), "no_price", REFUSED),
    ("strange scheme", doing(issue.issue, SCAN, 1, None, "ftp://a.example"), "bad_site", BAD),
    ("script as site", doing(issue.issue, SCAN, 1, None, "javascript:alert(1)"), "bad_site", BAD),
    ("empty site", doing(issue.issue, SCAN, 1, None, ""), "bad_site", BAD),
    ("nameless client", doing(issue.issue, SCAN, 1, None, A, "  "), "bad_client", BAD),
    ("escape as client", doing(issue.issue, SCAN, 1, None, A, "\x1b[31m"), "bad_client", BAD),
    (
        "other client",
        doing(issue.issue, SCAN, 1, None, A, "Bob"),
        "site_has_other_client",
        REFUSED,
    ),
    (
        "site before its client",
        doing(issue.issue, SCAN, 1, None, B, "Bob", at=TWO),
        "before_last_event",
        BAD,
    ),
    # assign, unassign, transfer
    ("assign nothing", doing(assign.assign, [], A), "no_license", BAD),
    ("assign what is not", doing(assign.assign, ["nope"], A), "unknown_license", BAD),
    ("assign elsewhere", doing(assign.assign, ["placed"], B), "already_assigned", REFUSED),
    ("assign a revoked one", doing(assign.assign, ["revoked"], A), "license_revoked", REFUSED),
    ("assign a parent", doing(assign.assign, ["parent"], A), "bundle_parent", REFUSED),
    ("assign, bad site", doing(assign.assign, ["free"], "http://"), "bad_site", BAD),
    ("assign, future", doing(assign.assign, ["free"], A, at=FUTURE), "time_in_future", BAD),
    (
        "assign before issue",
        doing(assign.assign, ["free"], A, at="2024-06-30"),
        "before_last_event",
        BAD,
    ),
    (
        "assign, other client",
        doing(assign.assign, ["free"], A, "Bob"),
        "site_has_other_client",
        REFUSED,
    ),
    ("one good, one not", doing(assign.assign, ["free", "revoked"], A), "license_revoked", REFUSED),
    (
        "two not",
        doing(assign.assign, ["free", "parent", "revoked"], A),
        "several_problems",
        REFUSED,
    ),
    ("unassign nothing", doing(assign.unassign, []), "no_license", BAD),
    ("unassign what is not", doing(assign.unassign, ["nope"]), "unknown_license", BAD),
    ("unassign revoked", doing(assign.unassign, ["revoked"]), "license_revoked", REFUSED),
    ("unassign a parent", doing(assign.unassign, ["parent"]), "bundle_parent", REFUSED),
    (
        "unassign too early",
        doing(assign.unassign, ["busy_child"], at="2024-07-04"),
        "before_last_event",
        BAD,
    ),
    ("transfer nothing", doing(assign.transfer, [], A), "no_license", BAD),
    ("transfer a free one", doing(assign.transfer, ["free"], A), "not_assigned", REFUSED),
    ("transfer revoked", doing(assign.transfer, ["revoked"], A), "license_revoked", REFUSED),
    ("transfer a parent", doing(assign.transfer, ["parent"], A), "bundle_parent", REFUSED),
    ("transfer, bad site", doing(assign.transfer, ["placed"], "a b"), "bad_site", BAD),
    (
        "transfer too early",
        doing(assign.transfer, ["placed"], B, at="2024-06-30"),
        "before_last_event",
        BAD,
    ),
    # revoke
    ("revoke nothing", doing(revoke.revoke, []), "no_license", BAD),
    ("revoke what is not", doing(revoke.revoke, ["nope"]), "unknown_license", BAD),
    (
        "revoke a free child",
        doing(revoke.revoke, ["child"]),
        "bundle_child_unassigned",
        REFUSED,
    ),
    (
        "revoke to another date",
        doing(revoke.revoke, ["revoked"], at="2024-07-11"),
        "license_revoked",
        REFUSED,
    ),
    (
        "revoke before issue",
        doing(revoke.revoke, ["free"], at="2024-06-30"),
        "before_last_event",
        BAD,
    ),
    (
        "revoke a bundle before its child moved",
        doing(revoke.revoke, ["parent"], at="2024-07-04"),
        "before_last_event",
        BAD,
    ),
    ("revoke in the future", doing(revoke.revoke, ["free"], at=FUTURE), "time_in_future", BAD),
    (
        "revoke a good one and a bad one",
        doing(revoke.revoke, ["free", "child"]),
        "bundle_child_unassigned",
        REFUSED,
    ),
    # sites and clients
    ("move an unknown site", doing(sites.move_site, "x.example", "Ann"), "unknown_site", BAD),
    ("move to nobody's name", doing(sites.move_site, A, ""), "bad_client", BAD),
    (
        "move too early",
        doing(sites.move_site, MOVED, "Bo", at="2024-07-05"),
        "before_last_event",
        BAD,
    ),
    ("move in the future", doing(sites.move_site, A, "Bob", at=FUTURE), "time_in_future", BAD),
    ("a client of no name", doing(sites.add_client, "\n"), "bad_client", BAD),
    ("a client too long", doing(sites.add_client, "x" * 201), "bad_client", BAD),
    # prices
    ("price NaN", doing(products.set_price, SCAN, "NaN"), "bad_price", BAD),
    ("price infinite", doing(products.set_price, SCAN, "inf"), "bad_price", BAD),
    ("price 1e3", doing(products.set_price, SCAN, "1e3"), "bad_price", BAD),
    ("price -1", doing(products.set_price, SCAN, "-1"), "bad_price", BAD),
    ("price of nothing", doing(products.set_price, SCAN, ""), "bad_price", BAD),
    ("price too large", doing(products.set_price, SCAN, "92234"), "bad_price", BAD),
    ("price too exact", doing(products.set_price, SCAN, "0." + "1" * 15), "bad_price", BAD),
    ("price in Arabic", doing(products.set_price, SCAN, "٠.٢٧"), "bad_price", BAD),
    ("price of no product", doing(products.set_price, "nope", "1"), "unknown_product", BAD),
    ("price from no date", doing(products.set_price, SCAN, "1", "2024-13-01"), "bad_date", BAD),
    (
        "price of a bundle of 0",
        doing(products.set_price, SCAN, "1", None, 0),
        "bad_bundle_size",
        BAD,
    ),
    (
        "price of a bundle of 10,001",
        doing(products.set_price, SCAN, "1", None, 10_001),
        "bad_bundle_size",
        BAD,
    ),
    # cards
    ("16 digits", doing(offline.add_card, "visa", "4" + "2" * 15, "1/30"), "bad_last4", BAD),
    (
        "a real number",
        doing(offline.add_card, "visa", "5555555555554444", "1/30"),
        "card_number",
        BAD,
    ),
    ("three digits", doing(offline.add_card, "visa", "424", "1/30"), "bad_last4", BAD),
    ("no digits", doing(offline.add_card, "visa", "42a2", "1/30"), "bad_last4", BAD),
    ("no brand", doing(offline.add_card, "wiza", "4242", "1/30"), "bad_brand", BAD),
    ("month 13", doing(offline.add_card, "visa", "4242", "13/2030"), "bad_expiry", BAD),
    ("no year", doing(offline.add_card, "visa", "4242", "12"), "bad_expiry", BAD),
    ("primary of nothing", doing(offline.make_primary, "card_99"), "unknown_card", BAD),
    ("remove nothing", doing(offline.remove_card, "9999"), "unknown_card", BAD),
]


@pytest.mark.parametrize("dry_run", [False, True], ids=["", "dry-run"])
@pytest.mark.parametrize(
    ("call", "code", "exit_code"),
    [pytest.param(*row[1:], id=row[0]) for row in REFUSALS],
)
def test_what_is_refused_writes_nothing(
    made: Scene, call: Call, code: str, exit_code: int, dry_run: bool
) -> None:
    agency = made.agency
    if dry_run:
        agency.dry_run = True
    before = agency.state()
    with pytest.raises(JpcliError) as caught:
        call(made)
    error = caught.value
    assert (error.code, error.exit_code) == (code, exit_code)
    assert error.message
    assert "\n" not in error.message
    assert agency.state() == before
    assert agency.check()["ok"]


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(doing(issue.issue, SCAN, 2, None, A, "Ann"), id="issue"),
        pytest.param(doing(assign.assign, ["free"], A), id="assign"),
        pytest.param(doing(assign.unassign, ["placed"]), id="unassign"),
        pytest.param(doing(assign.transfer, ["placed"], B), id="transfer"),
        pytest.param(
            doing(revoke.revoke, ["free", "parent", "busy_child"], agreed=anything), id="revoke"
        ),
        pytest.param(doing(sites.move_site, A, "Bob"), id="sites move"),
        pytest.param(doing(sites.add_client, "Zoe"), id="clients add"),
        pytest.param(doing(products.set_price, SCAN, "1"), id="set-price"),
        pytest.param(doing(offline.add_card, "visa", "1111", "1/30"), id="cards add"),
        pytest.param(doing(offline.make_primary, "1881"), id="cards primary"),
        pytest.param(doing(offline.remove_card, "1881"), id="cards remove"),
    ],
)
def test_what_is_accepted_writes_something_but_not_in_a_dry_run(agency: Agency, call: Call) -> None:
    """The other half of the table above: it would notice if nothing were ever written."""
    agency.card("1881", now=BEGUN)
    made = scene(agency)
    before = agency.state()
    agency.dry_run = True
    answer = call(made)
    assert answer.data["dry_run"] is True
    assert answer.notes[-1].code == "dry_run"
    assert agency.state() == before
    agency.dry_run = False
    assert "dry_run" not in call(made).data
    assert agency.state().events > before.events
    assert agency.check()["ok"]
