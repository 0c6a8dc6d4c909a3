"""The plain calls: what is sent, and what comes back."""

from __future__ import annotations

import pytest

from jpcli.domain.errors import JpcliError
from jpcli.domain.instants import SECOND
from jpcli.jetpack.licensing import Licensing, OutcomeUnknown
from tests.jetpack_double.double import JetpackDouble

SITE = "https://example.com/shop"


def test_a_license_is_issued_put_on_a_site_taken_off_and_revoked(
    licensing: Licensing, jetpack_double: JetpackDouble
) -> None:
    issued, request_id = licensing.issue("jetpack-scan")
    assert request_id == "jp-000001"
    assert issued.product == "jetpack-scan"
    there = jetpack_double.licenses[issued.license_key]
    assert (issued.issued_at, issued.license_id) == (there.issued_at * SECOND, there.license_id)
    assert jetpack_double.requests[0]["query"] == {"product": "jetpack-scan"}
    assert jetpack_double.requests[0]["body"] == {"product": "jetpack-scan"}

    licensing.attach(issued.license_key, SITE)
    assert jetpack_double.world.site_of(issued.license_key) == SITE
    (found,) = licensing.licenses()
    assert (found.tells_site, found.site, found.blog_id) == (True, SITE, there.blog_id)
    # By age: what is issued while the pages are read comes behind them.
    asked = {"filter": "all", "sort_field": "issued_at", "sort_direction": "asc"}
    assert asked.items() <= jetpack_double.requests[-1]["query"].items()

    licensing.detach(issued.license_key, email=False)
    assert jetpack_double.mails == []
    licensing.attach(issued.license_key, "example.com::shop")
    licensing.detach(issued.license_key, email=True)
    assert jetpack_double.mails == [{"license_key": issued.license_key, "site": SITE}]

    assert licensing.revoke(issued.license_key).value.revoked_at is not None
    known = licensing.license(issued.license_key)
    assert known is not None
    assert known.revoked_at is not None
    assert not known.tells_site


def test_an_unknown_key_and_one_of_somebody_else_are_none(
    licensing: Licensing, jetpack_double: JetpackDouble
) -> None:
    jetpack_double.world.foreign.add("jetpack-scan_theirs")
    assert licensing.license("jetpack-scan_nobodys") is None
    assert licensing.license("jetpack-scan_theirs") is None


def test_nothing_that_changes_anything_goes_out_in_a_dry_run(jetpack_double: JetpackDouble) -> None:
    key = jetpack_double.world.issue("jetpack-scan").license_key
    asking = Licensing(jetpack_double.token, jetpack_double.base, read_only=True)
    for change in (
        lambda: asking.issue("jetpack-scan"),
        lambda: asking.revoke(key),
        lambda: asking.attach(key, SITE),
        lambda: asking.detach(key, email=False),
        lambda: asking.connect(SITE, 1),
    ):
        with pytest.raises(JpcliError) as refused:
            change()
        assert (refused.value.code, refused.value.exit_code) == ("no_dry_run", 3)
    assert jetpack_double.requests == []
    assert asking.license(key) is not None


def test_a_lost_answer_to_an_issue_is_unknown_and_is_not_repeated(
    licensing: Licensing, jetpack_double: JetpackDouble
) -> None:
    jetpack_double.next("lost")
    with pytest.raises(OutcomeUnknown) as unknown:
        licensing.issue("jetpack-scan")
    assert (unknown.value.code, unknown.value.exit_code) == ("outcome_unknown", 1)
    assert jetpack_double.calls() == ["POST /license"]
    assert len(jetpack_double.licenses) == 1
