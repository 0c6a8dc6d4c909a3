"""Sites that are renamed, merged or archived here, and go on at Jetpack as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.jetpack.test_pull import agree, differences, license_of

if TYPE_CHECKING:
    from tests.cli.jetpack.conftest import Desk

A, B, NEW = "https://a.example", "https://b.example", "https://new.example"


@pytest.mark.parametrize("there_first", [True, False])
def test_a_site_is_the_same_under_its_old_address_and_its_new_one(
    there_first: bool, at_jetpack: Desk
) -> None:
    key = at_jetpack.placed(site=A)
    at_jetpack.do("jetpack pull")  # learns the site's number
    site = at_jetpack.double.world.find_site(A)
    assert site is not None
    if there_first:
        site.url = NEW
        at_jetpack.do("jetpack pull")
    at_jetpack.do(f"sites rename {A} {NEW}")
    agree(at_jetpack)
    site.url = NEW
    agree(at_jetpack)
    assert license_of(at_jetpack, key)["site"] == NEW
    numbers = at_jetpack.rows("SELECT url, blog_id FROM connections ORDER BY url")
    assert numbers == [(NEW, site.blog_id)]


def test_what_is_not_settled_keeps_a_name_from_changing(at_jetpack: Desk) -> None:
    at_jetpack.placed(site=A)
    at_jetpack.placed(site=B)
    at_jetpack.wish("issue", site=A)
    before = at_jetpack.everything()
    for line in (f"sites rename {A} {NEW}", f"sites merge {B} --into {A}", f"sites archive {A}"):
        run = at_jetpack(*line.split(), "--json")
        assert (run.code, run.error["code"]) == (3, "wish_waits"), line
    assert at_jetpack.everything() == before


@pytest.mark.parametrize(
    ("lines", "site"),
    [
        ([f"sites rename {A} {NEW}"], NEW),
        ([f"sites archive {A}", f"sites archive {A} --back"], A),
    ],
)
def test_neither_does_an_undo_change_it(at_jetpack: Desk, lines: list[str], site: str) -> None:
    at_jetpack.do(f"unassign {at_jetpack.placed(site=A)}")
    for line in lines:
        at_jetpack.do(line)
    at_jetpack.wish("issue", site=site)
    before = at_jetpack.everything()
    run = at_jetpack("undo", "--yes", "--json")
    assert (run.code, run.error["code"]) == (3, "wish_waits")
    assert at_jetpack.everything() == before


def test_licenses_are_transferred_there_before_sites_are_merged(at_jetpack: Desk) -> None:
    key = at_jetpack.placed(site=A)
    at_jetpack.placed(site=B)
    at_jetpack.do("jetpack pull")
    run = at_jetpack("sites", "merge", A, "--into", B, "--json")
    assert (run.code, run.error["code"]) == (3, "only_at_jetpack")
    typed = str(run.error["hint"]).partition("jpcli ")[2]
    assert typed == f"transfer {key} --to {B}"
    at_jetpack.do(typed)
    assert at_jetpack.do(f"sites merge {A} --into {B}")["licenses_moved"] == 0
    agree(at_jetpack)


def test_a_site_that_is_in_use_there_is_in_use_here(at_jetpack: Desk) -> None:
    key = at_jetpack.placed(site=A)
    at_jetpack.do("jetpack pull")
    site = at_jetpack.double.licenses[key].blog_id
    at_jetpack.do(f"unassign {key}")
    at_jetpack.do(f"sites archive {A}")
    at_jetpack.double.licenses[key].blog_id = site
    at_jetpack.double.licenses[key].attached_at = at_jetpack.double.world.now()
    data = at_jetpack.do("jetpack pull")
    assert differences(data) == [(key, "site", None, A, True)]
    assert [row["site"] for row in at_jetpack.do("sites list")["sites"]] == [A]
    agree(at_jetpack)
