"""Plans: the fewest new licenses, nothing revoked that may be a spare, and nothing twice."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jpcli.domain.plan_terms import License, Plan, Present, SiteWish, Spare, Step, Wanted
from jpcli.domain.planner import make_plan, other_owners
from tests.thorough import examples

if TYPE_CHECKING:
    from collections.abc import Iterable

PRODUCTS = ("ai", "scan")
SITES = ("a", "b", "c", "new")
ANY = Spare()
OWNERS = {"a": "Ann", "b": "Bob", "c": None}


class There(NamedTuple):
    """What there is, with the bundles, of which a plan knows by their children alone."""

    licenses: list[License]
    bundles: frozenset[int]

    @property
    def present(self) -> Present:
        return Present(self.licenses, OWNERS)


def single(
    number: int, site: str | None = None, product: str = "scan", parent: int | None = None
) -> License:
    return License(number, product, site, parent, OWNERS.get(str(site)))


def bundle(number: int, *sites: str | None, product: str = "scan") -> tuple[License, ...]:
    return tuple(
        single(number + place, site, product, number) for place, site in enumerate(sites, 1)
    )


def there(*found: License | tuple[License, ...]) -> There:
    """Singles and bundles."""
    licenses: list[License] = []
    for item in found:
        licenses += [item] if isinstance(item, License) else item
    return There(licenses, frozenset(item.parent for item in licenses if item.parent))


def wants(
    spares: dict[str, Spare] | None = None,
    *,
    complete: bool = False,
    others: Spare = ANY,
    client: str | None = None,
    **sites: int,
) -> Wanted:
    """So many `scan` on each site."""
    wishes = {site: SiteWish(client, {"scan": count}) for site, count in sites.items()}
    return Wanted(wishes, spares or {}, others, complete)


def said(steps: Iterable[Step]) -> list[tuple[str, int | None, str | None]]:
    return [(s.action, s.number, s.site) for s in steps]


def planned(wanted: Wanted, found: There | Present) -> list[tuple[str, int | None, str | None]]:
    return said(make_plan(wanted, found.present if isinstance(found, There) else found).steps)


# --- one rule at a time --------------------------------------------------------------------------


def test_nothing_is_wanted_and_nothing_is_done() -> None:
    assert planned(wants(), there(single(1), single(2, "a"))) == []


def test_what_a_site_lacks_is_issued_only_if_there_is_none_to_be_had() -> None:
    assert planned(wants(a=1), there()) == [("issue", None, "a")]
    assert planned(wants(a=1), there(single(1))) == [("assign", 1, "a")]
    assert planned(wants(a=1, b=0), there(single(1, "b"))) == [("transfer", 1, "a")]
    assert planned(wants(a=1), there(single(1, "b"))) == [("issue", None, "a")]
    assert planned(wants(a=1, complete=True), there(single(1, "b"))) == [("transfer", 1, "a")]
    assert planned(wants(a=1), there(single(1, product="ai"))) == [("issue", None, "a")]


def test_a_bundles_unassigned_child_is_a_spare() -> None:
    assert planned(wants(a=1), there(bundle(10, "c", None))) == [("assign", 12, "a")]


def test_a_transfer_goes_before_a_spare_because_it_is_one_step() -> None:
    assert planned(wants(a=1, b=0), there(single(1), single(2, "b"))) == [("transfer", 2, "a")]


def test_a_license_comes_from_a_site_of_the_same_client_if_there_is_one() -> None:
    owners = {"a": "Ann", "x": "Bob", "y": "Ann", "b": "Bob"}
    licenses = [single(1, "x")._replace(client="Bob"), single(2, "y")._replace(client="Ann")]
    present = Present(licenses, owners)
    assert planned(wants(b=1, a=1, x=0, y=0), present) == [
        ("transfer", 1, "b"),
        ("transfer", 2, "a"),
    ]


def test_what_nobody_wants_becomes_a_spare_or_is_revoked_where_spares_are_limited() -> None:
    assert planned(wants(a=0), there(single(1, "a"))) == [("unassign", 1, None)]
    assert planned(wants({"scan": Spare(0, 0)}, a=0), there(single(1, "a"))) == [
        ("revoke", 1, None)
    ]
    assert planned(wants({"scan": Spare(0, 1)}, a=0), there(single(1, "a"))) == [
        ("unassign", 1, None)
    ]
    assert planned(wants(others=Spare(0, 0), a=0), there(single(1, "a"))) == [("revoke", 1, None)]


def test_the_newest_spare_is_revoked_and_one_on_a_site_before_one_on_none() -> None:
    one = {"scan": Spare(0, 1)}
    assert planned(wants(one), there(single(1), single(2))) == [("revoke", 2, None)]
    assert planned(wants(one, a=0), there(single(1, "a"), single(2))) == [("revoke", 1, None)]


def test_the_least_number_of_spares_is_issued() -> None:
    assert planned(wants({"scan": Spare(2, None)}), there(single(1))) == [("issue", None, None)]
    assert planned(wants({"scan": Spare(1, 1)}, a=1), there(single(1))) == [
        ("assign", 1, "a"),
        ("issue", None, None),
    ]
    assert planned(wants({"scan": Spare(1, 1)}, a=0), there(single(1, "a"))) == [
        ("unassign", 1, None)
    ]


def test_a_site_keeps_children_of_bundles_rather_than_single_licenses() -> None:
    present = there(single(1, "a"), bundle(10, "a"))
    assert planned(wants(a=1), present) == [("unassign", 1, None)]


def test_b2_a_child_is_never_revoked_by_itself() -> None:
    plan = make_plan(wants({"scan": Spare(0, 0)}, a=0), there(bundle(10, "a", "c")).present)
    assert said(plan.steps) == [("unassign", 11, None)]
    assert plan.above_most == {"scan": 1}


def test_b2_a_bundle_goes_whole_when_nothing_of_it_is_used_or_allowed() -> None:
    idle = bundle(10, "a", None)
    plan = make_plan(wants({"scan": Spare(0, 0)}, a=0), there(idle).present)
    assert said(plan.steps) == [("revoke", 10, None)]
    assert [step.children for step in plan.steps] == [2]
    assert plan.above_most == {}
    allowed = make_plan(wants({"scan": Spare(0, 1)}, a=0), there(idle).present)
    assert said(allowed.steps) == [("unassign", 11, None)]
    assert allowed.above_most == {"scan": 1}


def test_single_spares_are_revoked_before_an_idle_bundle() -> None:
    """A bundle costs less a license, and can't be got back in parts."""
    present = there(bundle(10, None, None), single(1), single(2), single(3))
    revoked = {most: planned(wants({"scan": Spare(0, most)}), present) for most in range(6)}
    assert revoked == {
        5: [],
        4: [("revoke", 3, None)],
        3: [("revoke", 3, None), ("revoke", 2, None)],
        2: [("revoke", 3, None), ("revoke", 2, None), ("revoke", 1, None)],
        1: [("revoke", 10, None), ("revoke", 3, None), ("revoke", 2, None)],
        0: [("revoke", 10, None), *(("revoke", number, None) for number in (3, 2, 1))],
    }


def test_single_spares_on_sites_too_are_revoked_before_an_idle_bundle() -> None:
    present = there(bundle(10, None, None), single(1, "a"), single(2, "a"))
    assert planned(wants({"scan": Spare(0, 2)}, a=0), present) == [
        ("revoke", 2, None),
        ("revoke", 1, None),
    ]


def test_children_are_used_first_where_single_licenses_can_then_be_revoked() -> None:
    present = there(single(1), bundle(10, "c", None))
    assert planned(wants({"scan": Spare(0, 0)}, a=1), present) == [
        ("assign", 12, "a"),
        ("revoke", 1, None),
    ]


def test_what_can_be_revoked_is_freed_only_where_something_is_revoked() -> None:
    """A spare child for the single license that is then too many; else the transfer, one step."""
    present = there(single(1, "b"), bundle(10, "c", None))
    assert planned(wants({"scan": Spare(0, 0)}, a=1, b=0), present) == [
        ("assign", 12, "a"),
        ("revoke", 1, None),
    ]
    assert planned(wants({"scan": Spare(0, 1)}, a=1, b=0), present) == [("transfer", 1, "a")]


def test_of_idle_bundles_the_largest_that_fits_goes() -> None:
    present = there(bundle(10, None, None), bundle(20, None, None, None))
    revoked = {most: planned(wants({"scan": Spare(0, most)}), present) for most in range(5)}
    assert revoked == {
        4: [],
        3: [("revoke", 10, None)],
        2: [("revoke", 20, None)],
        1: [("revoke", 20, None)],
        0: [("revoke", 20, None), ("revoke", 10, None)],
    }


def test_bundles_go_only_until_the_excess_is_gone_and_the_oldest_first() -> None:
    present = there(*(bundle(number, None, None) for number in (30, 10, 20)))
    revoked = {most: planned(wants({"scan": Spare(0, most)}), present) for most in (0, 2, 3, 4)}
    assert revoked == {
        4: [("revoke", 10, None)],
        3: [("revoke", 10, None)],
        2: [("revoke", 10, None), ("revoke", 20, None)],
        0: [("revoke", number, None) for number in (10, 20, 30)],
    }


def test_b2_the_oldest_bundle_is_told_by_its_own_number_not_by_its_childrens() -> None:
    """A child that was revoked has a newer one in its place."""
    first, second = bundle(10, None, None)
    replaced = (first._replace(number=31), second._replace(number=32))
    present = there(replaced, bundle(20, None, None))
    assert planned(wants({"scan": Spare(0, 2)}), present) == [("revoke", 10, None)]
    taken = planned(wants(a=2), there(replaced, bundle(20, None, None)))
    assert taken == [("assign", 31, "a"), ("assign", 32, "a")]


def test_a_single_is_used_before_an_idle_bundle_that_can_then_go() -> None:
    for idle in (bundle(10, None, None), bundle(10, "b", None)):
        present = there(single(40), idle)
        assert planned(wants({"scan": Spare(0, 0)}, a=1, b=0), present) == [
            ("assign", 40, "a"),
            ("revoke", 10, None),
        ]


def test_a_child_of_a_bundle_in_use_is_used_before_one_of_an_idle_bundle() -> None:
    present = there(bundle(10, None, None), bundle(20, "c", None))
    assert planned(wants({"scan": Spare(0, 0)}, a=1), present) == [
        ("assign", 22, "a"),
        ("revoke", 10, None),
    ]


def test_how_many_stay_above_the_most_is_counted_after_what_goes() -> None:
    present = there(single(1), bundle(10, "c", None, None))
    for most, above in ((0, {"scan": 2}), (1, {"scan": 1}), (2, {})):
        plan = make_plan(wants({"scan": Spare(0, most)}), present.present)
        assert said(plan.steps) == [("revoke", 1, None)]
        assert plan.above_most == above


def test_every_step_names_its_product() -> None:
    present = there(single(1, "b"), single(2, "b"), bundle(10, None), single(4, product="ai"))
    wanted = Wanted(
        {"a": SiteWish(None, {"scan": 1}), "b": SiteWish(None, {})},
        {"scan": Spare(0, 0), "ai": Spare(2, None)},
    )
    assert [(step.action, step.product) for step in make_plan(wanted, present.present).steps] == [
        ("transfer", "scan"),
        ("issue", "ai"),
        ("revoke", "scan"),
        ("revoke", "scan"),
    ]
    (freed,) = make_plan(wants(b=0), there(single(1, "b")).present).steps
    assert (freed.action, freed.product) == ("unassign", "scan")


def test_w2_a_site_that_is_nobodys_gets_its_client_and_a_foreign_one_is_told() -> None:
    assert planned(wants(c=0, client="Ann"), there()) == [("client", None, "c")]
    assert planned(wants(new=0, client="Ann"), there()) == []
    wanted = wants(a=0, b=0, client="Ann")
    assert list(other_owners(wanted, there().present)) == [("b", "Bob", "Ann")]


def test_steps_come_in_the_order_in_which_they_are_done() -> None:
    wanted = Wanted(
        {"a": SiteWish("Ann", {"scan": 2, "ai": 1}), "c": SiteWish("Ann", {})},
        {"scan": Spare(0, 0)},
    )
    present = there(single(1, "c"), single(2), single(3), single(4, "c", "ai"), single(5))
    assert [step.action for step in make_plan(wanted, present.present).steps] == [
        "client",
        "transfer",
        "transfer",
        "assign",
        "revoke",
        "revoke",
    ]


# --- any ledger, any wish ------------------------------------------------------------------------


class Case(NamedTuple):
    wanted: Wanted
    there: There

    @property
    def plan(self) -> Plan:
        return make_plan(self.wanted, self.there.present)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    place = st.sampled_from((None, *SITES[:3]))
    product = st.sampled_from(PRODUCTS)
    number = 0
    found: list[License | tuple[License, ...]] = []
    for _ in range(draw(st.integers(0, 6))):
        number += 100
        found.append(single(number, draw(place), draw(product)))
    for _ in range(draw(st.integers(0, 4))):
        number += 100
        places = draw(st.lists(place, min_size=1, max_size=4))
        found.append(bundle(number, *places, product=draw(product)))
    amounts = st.dictionaries(product, st.integers(0, 3))
    sites = draw(st.dictionaries(st.sampled_from(SITES), amounts))
    wishes = {site: SiteWish(None, counts) for site, counts in sites.items()}
    least, more = st.integers(0, 3), st.none() | st.integers(0, 2)
    spare = st.tuples(least, more).map(
        lambda pair: Spare(pair[0], None if pair[1] is None else sum(filter(None, pair)))
    )
    others = draw(st.sampled_from((Spare(), Spare(0, 0), Spare(0, 2))))
    spares = draw(st.dictionaries(product, spare))
    return Case(Wanted(wishes, spares, others, draw(st.booleans())), there(*found))


def after(found: There, steps: Iterable[Step]) -> There:
    """The same licenses when each step has been done, as plainly as can be."""
    licenses = {item.number: item for item in found.licenses}
    number = 1_000_000
    for step in steps:
        if step.action == "issue":
            number += 1
            licenses[number] = single(number, step.site, str(step.product))
            continue
        assert step.number is not None
        if step.action == "revoke":
            taken = children_of(found, step.number) or [step.number]
            assert step.children == (0 if taken == [step.number] else len(taken))
            for each in taken:
                assert (licenses.pop(each).parent is None) == (not step.children)
        else:
            item = licenses[step.number]
            assert (item.site is None) == (step.action == "assign")
            assert (step.site is None) == (step.action == "unassign")
            licenses[item.number] = item._replace(site=step.site)
    return there(*licenses.values())


def children_of(found: There, number: int) -> list[int]:
    return [item.number for item in found.licenses if item.parent == number]


def in_reach(case: Case, product: str) -> list[License]:
    """What a plan may touch: unassigned, or on a site that the wish is about."""
    wanted = case.wanted
    return [
        item
        for item in case.there.licenses
        if item.product == product
        and (item.site is None or item.site in wanted.sites or wanted.complete)
    ]


@settings(max_examples=examples(400))
@given(cases())
def test_after_the_steps_it_is_as_wanted_and_nothing_is_left_to_do(case: Case) -> None:
    plan = case.plan
    now = after(case.there, plan.steps)
    again = make_plan(case.wanted, now.present)
    assert (len(again.steps), list(again.steps)) == (0, [])
    assert again.above_most == plan.above_most
    have = Counter((item.site, item.product) for item in now.licenses)
    for site in {item.site for item in now.licenses} - {None}:
        assert site in case.wanted.sites or not case.wanted.complete
    for site, wish in case.wanted.sites.items():
        assert {product: have[site, product] for product in PRODUCTS} == {
            product: wish.products.get(product, 0) for product in PRODUCTS
        }


@settings(max_examples=examples(400))
@given(cases())
def test_the_number_issued_is_the_least_possible(case: Case) -> None:
    """Whoever moves licenses about needs as many as are wanted in all, on sites and as spares: what
    is in reach is not enough for the rest, however it is moved."""
    issued = Counter(step.product for step in case.plan.steps if step.action == "issue")
    for product in PRODUCTS:
        on_sites = sum(wish.products.get(product, 0) for wish in case.wanted.sites.values())
        spare = case.wanted.spares.get(product, case.wanted.other_spares)
        needed = on_sites + spare.least
        assert issued[product] == max(0, needed - len(in_reach(case, product)))


@settings(max_examples=examples(400))
@given(cases())
def test_only_what_is_too_much_is_revoked_and_all_of_it_that_can_be(case: Case) -> None:
    plan = case.plan
    now = after(case.there, plan.steps)
    for product in PRODUCTS:
        spare = case.wanted.spares.get(product, case.wanted.other_spares)
        revoked = [s for s in plan.steps if s.action == "revoke" and s.product == product]
        free = [item for item in now.licenses if item.product == product and item.site is None]
        assert not revoked or (spare.most is not None and len(free) >= spare.most)
        assert len(free) >= spare.least
        if spare.most is None or len(free) <= spare.most:
            assert product not in plan.above_most
            continue
        # What is still too much are children of bundles that are used, or larger than the excess.
        assert plan.above_most[product] == len(free) - spare.most
        for item in free:
            assert item.parent is not None
            siblings = [other for other in now.licenses if other.parent == item.parent]
            used = any(other.site is not None for other in siblings)
            assert used or len(siblings) > plan.above_most[product]


@settings(max_examples=examples(400))
@given(cases())
def test_no_license_is_touched_twice_or_out_of_reach(case: Case) -> None:
    steps = list(case.plan.steps)
    assert len(case.plan.steps) == len(steps)
    touched = [step.number for step in steps if step.number and not step.children]
    for step in steps:
        touched += children_of(case.there, step.number or 0) if step.children else []
    assert len(touched) == len(set(touched))
    reach = {item.number for product in PRODUCTS for item in in_reach(case, product)}
    assert set(touched) <= reach


@settings(max_examples=examples(100))
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_ledgers_rows_does_not_matter(case: Case, random: object) -> None:
    licenses = list(case.there.licenses)
    random.shuffle(licenses)  # type: ignore[attr-defined]
    shuffled = make_plan(case.wanted, Present(licenses, OWNERS))
    assert list(shuffled.steps) == list(case.plan.steps)
    assert shuffled.above_most == case.plan.above_most


@pytest.mark.parametrize("count", [2_000])
def test_many_licenses_of_one_client_are_moved_at_once(count: int) -> None:
    present = there(*(single(number, "a") for number in range(count)))
    steps = planned(wants(a=0, b=count), present)
    assert [action for action, _, _ in steps] == ["transfer"] * count


def test_w2_a_step_says_whose_the_site_is_and_takes_from_the_same_client() -> None:
    wishes = {
        "a": SiteWish(None, {"scan": 0}),
        "b": SiteWish(None, {"scan": 0}),
        "x": SiteWish("Cid", {"scan": 1}),
        "new": SiteWish("Ann", {"scan": 1}),
        "c": SiteWish("Cid", {"scan": 1}),
    }
    of_ann, of_bob = single(1, "a"), single(2, "b")
    plan = make_plan(Wanted(wishes, {}), there(of_ann, of_bob).present)
    assert sorted(plan.steps, key=lambda step: (step.action, step.site or "")) == [
        Step("client", None, "c", "Cid"),
        Step("issue", "scan", "c", "Cid"),
        Step("transfer", "scan", "new", "Ann", 1),
        Step("transfer", "scan", "x", "Cid", 2),
    ]


@pytest.mark.parametrize("goes", ["revoke", "transfer", "unassign", "issue"])
def test_a_plan_takes_little_memory_for_each_of_very_many_licenses(goes: str) -> None:
    """Numbers in columns, not tuples with texts, which take 600 bytes a license and step."""
    peaks = [_peak_bytes(goes, count) for count in (4_000, 24_000)]
    assert (peaks[1] - peaks[0]) / 20_000 < 200


def _peak_bytes(goes: str, count: int) -> int:
    sites = [f"https://site-{number}.example" for number in range(count // 20)]
    least = count if goes == "issue" else 0
    spares = {"scan": Spare(least, 0 if goes == "revoke" else None)}
    wishes = {"b": SiteWish(None, {"scan": count if goes == "transfer" else 0})}
    wanted = Wanted(wishes, spares, complete=goes != "issue")
    licenses = (
        License(1 + number, "scan", sites[number % len(sites)], None, None)
        for number in range(0 if goes == "issue" else count)
    )
    tracemalloc.start()
    plan = make_plan(wanted, Present(licenses, {}))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (len(plan.steps), plan.steps.count(goes)) == (count, count)
    return peak
