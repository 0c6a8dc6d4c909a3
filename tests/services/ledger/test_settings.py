"""Settings: all that is shown, what each becomes, and what is refused without a trace."""

from __future__ import annotations

from typing import Any

import pytest

from jpcli.domain.errors import JpcliError
from jpcli.services.invoices import close
from jpcli.services.ledger import settings
from tests.services.agency import Agency

AUGUST = "2024-08-01T09:00:00Z"
MADE = {
    "name": "Agency",
    "address": None,
    "tax_id": None,
    "payment_note": None,
    "currency": "usd",
    "time_zone": "UTC",
    "zone_data": None,
    "bill_from": "2023-01",
    "payment_terms_days": 0,
    "payments": "offline",
    "collect": None,
    "licensing": "none",
}
SEE_ALL = "See them all:   jpcli settings show"

# As it is typed, what it is then, and what it is called in the sentence.
SET: list[tuple[str, str, Any, str]] = [
    ("address", "1 Main Street", "1 Main Street", "address"),
    ("address", "none", None, "address"),
    ("tax-id", "U1", "U1", "tax-id"),
    ("tax_id", "none", None, "tax-id"),
    ("payment-note", "By wire", "By wire", "payment-note"),
    ("payment_note", "none", None, "payment-note"),
    ("name", "none", "none", "name"),
    ("payment-terms-days", "0030", 30, "payment-terms-days"),
    ("payment_terms_days", "365", 365, "payment-terms-days"),
    ("bill-from", "2024-02", "2024-02", "bill-from"),
]


def shown(agency: Agency) -> dict[str, Any]:
    return dict(agency.ask(settings.show)["settings"])


def test_a_new_ledger_shows_what_it_was_made_with(agency: Agency) -> None:
    assert shown(agency) == MADE


@pytest.mark.parametrize(("key", "value", "becomes", "called"), SET)
def test_each_becomes_what_was_typed_and_nothing_else_changes(
    agency: Agency, key: str, value: str, becomes: Any, called: str
) -> None:
    name = key.replace("-", "_")
    if value == "none" and name != "name":
        agency.do(settings.set_one, key, "something")
    answer = agency.do(settings.set_one, key, value, key="k")
    assert answer.data["settings"] == shown(agency) == {**MADE, name: becomes}
    told = value.lstrip("0") if name == "payment_terms_days" else value
    first = answer.notes[0]
    assert first[:4] == ("setting_changed", f"Set {called} to {told}", "ok", name)
    before = agency.state()
    same = agency.do(settings.set_one, key, value)
    assert same.data == answer.data
    assert [note[:4] for note in same.notes] == [
        ("unchanged", f"{called} is {told} already", "info", name)
    ]
    again = agency.do(settings.set_one, key, value, key="k")
    assert (again.data, again.notes[-1].code) == (answer.data, "repeated")
    another = "2024-03" if name == "bill_from" else "7"
    for other in ((key, another), ("tax-id" if name == "payment_note" else "payment-note", told)):
        with pytest.raises(JpcliError) as error:
            agency.do(settings.set_one, *other, key="k")
        assert error.value.code == "idempotency_key_reused"
    assert agency.state() == before


@pytest.mark.parametrize("key", ["address", "tax-id", "payment-note"])
def test_what_a_ledger_never_had_need_not_be_taken_away(agency: Agency, key: str) -> None:
    before = agency.state()
    answer = agency.do(settings.set_one, key, "none")
    assert [note.code for note in answer.notes] == ["unchanged"]
    assert agency.state() == before


REFUSED: list[tuple[str, str, str, int, str | None]] = [
    *((key, "x", "fixed_setting", 2, key) for key in ("currency", "time-zone", "licensing")),
    ("time_zone", "x", "fixed_setting", 2, "time_zone"),
    ("nix", "x", "unknown_setting", 2, "nix"),
    ("zone-data", "elsewhere", "bad_zone_data", 2, "zone-data"),
    ("payments", "paypal", "bad_payments", 2, "VALUE"),
    ("collect", "send", "no_gateway", 3, "collect"),
    ("payment-terms-days", "366", "bad_payment_terms", 2, None),
    ("payment-terms-days", "-1", "bad_payment_terms", 2, None),
    ("payment-terms-days", "٣", "bad_payment_terms", 2, None),
    ("payment-terms-days", "1.5", "bad_payment_terms", 2, None),
    ("bill-from", "2024-7", "bad_month", 2, None),
    ("name", "\x1b[2J", "bad_name", 2, None),
    ("name", "x" * 201, "bad_name", 2, None),
    ("bill-from", "2024-02", "books_in_use", 3, "INV-2024-07"),
]


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(("key", "value", "code", "exit_code", "subject"), REFUSED)
def test_what_is_refused_changes_nothing(
    agency: Agency,
    key: str,
    value: str,
    code: str,
    exit_code: int,
    subject: str | None,
    dry_run: bool,
) -> None:
    if code == "books_in_use":
        agency.issue("jetpack-scan", 1, now="2024-07-01T09:00:00Z")
        agency.do(close.close_due, now=AUGUST)
    before = agency.state(), shown(agency)
    with pytest.raises(JpcliError) as error:
        agency.do(settings.set_one, key, value, now=AUGUST, dry_run=dry_run)
    assert (error.value.code, error.value.exit_code) == (code, exit_code)
    if subject is not None:
        assert error.value.subject == subject
    if code in ("fixed_setting", "unknown_setting"):
        assert error.value.hint == SEE_ALL
        assert error.value.message.endswith("what may change is " + ", ".join(settings.KEYS))
    assert (agency.state(), shown(agency)) == before


def test_a_name_of_200_characters_is_the_longest(agency: Agency) -> None:
    agency.do(settings.set_one, "name", "x" * 200)
    assert shown(agency)["name"] == "x" * 200


def test_going_to_stripe_takes_the_cards_off_file_and_tells_what_waits(agency: Agency) -> None:
    agency.card()
    agency.issue("jetpack-scan", 1, now="2024-07-01T09:00:00Z")
    agency.do(close.close_due, now=AUGUST)
    dry = agency.do(settings.set_one, "payments", "stripe", now=AUGUST, dry_run=True)
    assert shown(agency) == MADE
    answer = agency.do(settings.set_one, "payments", "stripe", now=AUGUST)
    assert shown(agency) == {**MADE, "payments": "stripe", "collect": "charge"}
    assert answer.data["settings"] == shown(agency)
    assert [note.code for note in dry.notes][-1] == "dry_run"
    assert [(note.code, *note[2:]) for note in answer.notes] == [
        ("setting_changed", "ok", "payments", None),
        ("cards_at_stripe", "info", None, None),
        ("next", "warning", None, "jpcli cards add"),
        ("to_be_pushed", "info", "INV-2024-07", "jpcli invoice push INV-2024-07"),
    ]
    assert agency.stored("SELECT COUNT(*) FROM cards") == [(0,)]
    with pytest.raises(JpcliError) as error:
        agency.do(settings.set_one, "payments", "offline", now=AUGUST)
    assert (error.value.code, error.value.subject) == ("stays_at_stripe", "payments")
