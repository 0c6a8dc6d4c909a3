"""What is known of a client: set, cleared, kept over a replay, and nothing else touched."""

from __future__ import annotations

from typing import Any

import pytest

from jpcli.domain.errors import BadInput
from jpcli.ledger.queries.clients import ClientDetails, details
from jpcli.services.clients.edit import edit_client
from jpcli.services.sites import sites
from tests.services.agency import Agency

ALL = {"address": "1 Main Street", "email": "a@x.example", "tax_id": "DE1", "markup": "12.5"}


@pytest.fixture
def ann(agency: Agency) -> Agency:
    agency.do(sites.add_client, "Ann")
    return agency


def known(agency: Agency, name: str = "Ann") -> ClientDetails | None:
    with agency.desk(writes=False) as desk:
        return details(desk.ledger, name)


def test_a_client_begins_with_nothing_known(ann: Agency) -> None:
    assert known(ann) == ("Ann", None, None, None, None, False)
    assert known(ann, "Bob") is None


def test_what_is_set_is_there_and_the_rest_stays(ann: Agency) -> None:
    ann.do(edit_client, "Ann", ALL)
    assert known(ann) == ("Ann", *ALL.values(), False)
    answer = ann.do(edit_client, "Ann", {"email": None, "markup": "-5%"})
    assert answer.data == {
        **ALL,
        "client": "Ann",
        "email": None,
        "markup": "-5",
        "archived": False,
    }
    assert answer.notes[0].message == "Set for Ann: no e-mail, markup -5"
    assert ann.problems() == []


def test_what_is_so_already_is_not_written_again(ann: Agency) -> None:
    ann.do(edit_client, "Ann", ALL)
    before = ann.state()
    assert ann.do(edit_client, "Ann", ALL).notes[0].code == "unchanged"
    assert ann.state() == before
    last = ann.do(edit_client, "Ann", {**ALL, "tax_id": "DE2"})
    assert last.notes[0].message == "Set for Ann: tax id DE2"


@pytest.mark.parametrize(
    ("client", "wanted", "code"),
    [
        ("Bob", ALL, "unknown_client"),
        ("Ann", {"email": "nobody"}, "bad_email"),
        ("Ann", {"email": "a@b@c"}, "bad_email"),
        ("Ann", {"email": "a b@c"}, "bad_email"),
        ("Ann", {"email": "@c"}, "bad_email"),
        ("Ann", {"email": "a@"}, "bad_email"),
        ("Ann", {"address": "a\nb"}, "bad_text"),
        ("Ann", {"address": "4242 4242 4242 4242"}, "card_number"),
        ("Ann", {"tax_id": "x" * 501}, "bad_text"),
        ("Ann", {"markup": "lots"}, "bad_percent"),
        ("Ann", {"markup": "-100"}, "bad_percent"),
    ],
)
def test_what_can_not_be_is_refused_and_not_written(
    ann: Agency, client: str, wanted: dict[str, Any], code: str
) -> None:
    before = ann.state()
    with pytest.raises(BadInput) as refused:
        ann.do(edit_client, client, wanted)
    assert refused.value.code == code
    assert ann.state() == before
