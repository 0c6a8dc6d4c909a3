"""What counts as the same here and at Jetpack, and where a license is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from jpcli.domain import outside_events
from jpcli.domain.instants import parse_instant
from jpcli.jetpack.licensing import RemoteLicense
from jpcli.jetpack.shapes import license_of
from jpcli.ledger.queries.licenses import find
from jpcli.services.desk import Desk as Opened
from jpcli.services.jetpack.compare import Comparing, Place
from jpcli.services.sites.rename import rename_site
from tests.services.agency import A, B, C
from tests.services.jetpack.conftest import Desk

ISSUED, ENDED = "2024-08-15T12:00:00Z", "2024-08-16T12:00:00Z"
UNKNOWN = "https://a.example/?p=1"  # the ledger has no form for it


class Compared:
    """A license that is on A, which is 5001 at Jetpack; B was seen as 5002, and as 5003, like C."""

    def __init__(self, agency: Desk, desk: Opened) -> None:
        self.desk = desk
        self.placed = agency.issue_one("jetpack-scan", site=A)
        self.free = agency.issue_one("jetpack-scan")

    def remote(self, key: str, **more: Any) -> RemoteLicense:
        return license_of({"license_key": key, "issued_at": ISSUED, **more})

    def fields(self, key: str, **more: Any) -> list[tuple[str, str | None, str | None]]:
        facts = find(self.desk.ledger, key)
        assert facts is not None
        found = Comparing(self.desk.ledger, {}).differences(facts, self.remote(key, **more))
        assert {each.license_key for each in found} <= {key}
        return [(each.field, each.here, each.there) for each in found]

    def is_news(self, **more: Any) -> bool:
        return Comparing(self.desk.ledger, {}).is_news(self.remote(self.free, **more))

    def place_of(self, **more: Any) -> Place | None:
        return Comparing(self.desk.ledger, {}).place_of(self.remote(self.free, **more))


@pytest.fixture
def compared(agency: Desk) -> Iterator[Compared]:
    agency.issue_one("jetpack-ai", site=B)
    agency.issue_one("jetpack-ai", site=C)
    with agency.desk() as desk:
        made = Compared(agency, desk)
    with agency.desk() as desk, desk.writing(told=True) as writer:
        for url, number in ((A, 5001), (B, 5003), (C, 5003)):
            writer.record(*outside_events.connection_seen(url, number, None))
    with agency.desk(writes=False) as desk:
        made.desk = desk
        yield made


ON_A, ON_B, ON_NONE = {"siteurl": A}, {"siteurl": B}, {"blog_id": None, "attached_at": None}


@pytest.mark.parametrize(
    ("is_placed", "there", "shown"),
    [
        (True, {}, "same"),  # it tells of no site
        (True, ON_A, "same"),
        (True, {"siteurl": "a.example/"}, "same"),
        (True, {"blog_id": 5001}, "same"),
        (True, {"siteurl": UNKNOWN, "blog_id": 5001}, "same"),  # Jetpack's number is the site's
        (True, {"siteurl": B, "blog_id": "5001"}, "same"),
        (True, {"siteurl": B, "blog_id": 5003}, B),
        (True, {"siteurl": B, "blog_id": 5009}, B),
        (True, ON_B, B),
        (True, ON_NONE, None),
        (True, {"attached_at": ISSUED}, "same"),  # on one, and not on which
        (True, {"siteurl": UNKNOWN}, UNKNOWN),
        (True, {"blog_id": 5003}, "blog 5003"),  # of two that were seen so
        (True, {"blog_id": 5009}, "blog 5009"),  # of none
        (False, {}, "same"),
        (False, ON_NONE, "same"),
        (False, {"attached_at": ISSUED}, "same"),
        (False, ON_A, A),
        (False, {"blog_id": 5001}, A),
        (False, {"siteurl": UNKNOWN}, UNKNOWN),
        (False, {"blog_id": 5009}, "blog 5009"),
    ],
)
def test_a_site(
    is_placed: bool, there: dict[str, Any], shown: str | None, compared: Compared
) -> None:
    key, here = (compared.placed, A) if is_placed else (compared.free, None)
    expected = [] if shown == "same" else [("site", here, shown)]
    assert compared.fields(key, **there) == expected
    ended = [("revoked_at", None, ENDED)]  # what has ended is nowhere
    assert compared.fields(key, revoked_at=ENDED, **there) == ended


def test_times_by_the_second(compared: Compared) -> None:
    key = compared.free
    assert compared.fields(key, issued_at="2024-08-15T12:00:00.999Z") == []
    other = "2024-08-15T12:00:01Z"
    assert compared.fields(key, issued_at=other) == [("issued_at", ISSUED, other)]
    both = [("revoked_at", None, ENDED), ("issued_at", ISSUED, other)]
    assert compared.fields(key, issued_at=other, revoked_at=ENDED) == both


@pytest.mark.parametrize(
    ("there", "is_news"),
    [
        ({}, False),
        ({"blog_id": 5009}, False),  # of which site is not told
        (ON_A, False),
        ({"siteurl": A, "blog_id": 5001}, False),
        ({"siteurl": A, "blog_id": 5009}, True),
        ({"siteurl": "https://new.example", "blog_id": 5009}, True),
        ({"siteurl": UNKNOWN, "blog_id": 5009}, False),
    ],
)
def test_a_number_that_is_news(there: dict[str, Any], is_news: bool, compared: Compared) -> None:
    assert compared.is_news(**there) is is_news


@pytest.mark.parametrize(
    ("there", "place"),
    [
        ({}, None),
        ({"attached_at": ISSUED}, None),
        (ON_NONE, Place(None)),
        ({"blog_id": 5001}, Place(A)),
        ({"blog_id": 5003}, Place(None, "blog 5003")),
        ({"siteurl": UNKNOWN, "blog_id": 5001}, Place(None, UNKNOWN)),
    ],
)
def test_where_it_is(there: dict[str, Any], place: Place | None, compared: Compared) -> None:
    found = compared.place_of(**there)
    assert found == place
    assert found is None or found.is_known is (found.shown is None)


def test_an_end_that_only_the_ledger_has(agency: Desk) -> None:
    key = agency.issue_one("jetpack-scan")
    agency.double.world.at = parse_instant(ENDED) // 1_000_000
    agency.revoke(key)
    with agency.desk(writes=False) as desk:
        facts = find(desk.ledger, key)
        assert facts is not None
        remote = license_of({"license_key": key, "issued_at": ISSUED, "siteurl": A})
        found = Comparing(desk.ledger, {}).differences(facts, remote)
        assert [each[1:] for each in found] == [("revoked_at", ENDED, None, False)]
        same = license_of({"license_key": key, "issued_at": ISSUED, "revoked_at": ENDED})
        assert Comparing(desk.ledger, {}).differences(facts, same) == []


def test_a_bundle_is_on_no_site(compared: Compared) -> None:
    facts = find(compared.desk.ledger, compared.free)
    assert facts is not None
    comparing, remote = (
        Comparing(compared.desk.ledger, {}),
        compared.remote(compared.free, siteurl=A),
    )
    assert comparing.place(facts, remote) == Place(A)
    assert comparing.place(facts._replace(bundle_size=3), remote) is None


def test_what_a_site_was_called_is_the_site(agency: Desk) -> None:
    key = agency.issue_one("jetpack-scan", site=A)
    agency.do(rename_site, A, "https://new.example")
    with agency.desk(writes=False) as desk:
        facts = find(desk.ledger, key)
        assert facts is not None
        remote = license_of({"license_key": key, "issued_at": ISSUED, "siteurl": A})
        comparing = Comparing(desk.ledger, {})
        assert comparing.differences(facts, remote) == []
        assert comparing.place_of(remote) == Place("https://new.example")
