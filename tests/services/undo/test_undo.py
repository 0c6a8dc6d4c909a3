"""Undoing: each kind of change by its opposite; what has none is refused and leaves no trace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain import agency_events, events
from jpcli.domain.errors import BadInput, JpcliError, Refused
from jpcli.services.cards import list_cards
from jpcli.services.clients import edit
from jpcli.services.clients.archive import archive_client
from jpcli.services.clients.merge import merge_clients
from jpcli.services.clients.rename import rename_client
from jpcli.services.collection import offline
from jpcli.services.files.rows import Row
from jpcli.services.ledger import settings
from jpcli.services.licenses.issue import issue_rows
from jpcli.services.licenses.licenses import show
from jpcli.services.log import list_events
from jpcli.services.products.edit import hide_product, rename_product
from jpcli.services.sites import sites
from jpcli.services.sites.archive import archive_site
from jpcli.services.sites.merge import merge_sites
from jpcli.services.sites.rename import rename_site
from jpcli.services.undo import ground
from jpcli.services.undo.undo import undo
from tests.services.agency import A, Agency, B, C, codes, minor

LATER = "2024-08-15T15:00:00Z"
NEW = "https://new.example"
SCAN, SECURITY = "jetpack-scan", "jetpack-security-t1"
Step = Callable[[Agency], Any]


def taken_back(agency: Agency, number: int | None = None, **options: Any) -> dict[str, Any]:
    """What an undo answers; the ledger is whole after it."""
    agency.now = options.pop("now", LATER)
    answer = agency.do(undo, number, **options)
    assert agency.problems() == []
    return dict(answer.data)


def kinds(data: dict[str, Any], name: str = "events") -> list[str]:
    return [event["kind"] for event in data[name]]


def shown(agency: Agency, key: str) -> dict[str, Any]:
    (found,) = agency.ask(show, [key])["licenses"]
    return dict(found)


def log(agency: Agency) -> list[dict[str, Any]]:
    return list(agency.ask(list_events)["events"])


def refusal(agency: Agency, number: int | None = None, **options: Any) -> JpcliError:
    """Why an undo is refused; nothing was written."""
    before = agency.state()
    with pytest.raises(Refused) as caught:
        agency.do(undo, number, **{"now": LATER, **options})
    assert agency.state() == before
    assert caught.value.hint
    return caught.value


def test_an_assigned_license_is_unassigned_and_assigned_again(agency: Agency) -> None:
    key = agency.issue_one()
    agency.assign(key, A)
    data = taken_back(agency)
    assert (kinds(data, "undone"), kinds(data)) == (
        ["site.added", "license.assigned"],
        ["license.unassigned"],
    )
    assert shown(agency, key)["state"] == "unassigned"
    assert kinds(taken_back(agency)) == ["license.assigned"]  # the undo is undone
    assert shown(agency, key)["site"] == A


def test_an_unassigned_license_goes_back_unless_something_is_past_due(agency: Agency) -> None:
    key = agency.issue_one(at="2024-07-01", site=A)
    agency.unassign(key)
    agency.do(offline.close, "2024-07")
    number = next(e["seq"] for e in log(agency) if e["kind"] == events.LICENSE_UNASSIGNED)
    assert refusal(agency, number, now="2024-08-16T12:00:00Z").code == "invoice_past_due"  # R2
    agency.do(offline.mark_paid, "2024-07")
    assert kinds(taken_back(agency, number, now="2024-08-16T12:00:00Z")) == ["license.assigned"]
    assert shown(agency, key)["site"] == A


def test_a_transferred_license_goes_back_now_and_its_days_stay(agency: Agency) -> None:
    key = agency.issue_one(at="2024-08-01", site=A)
    agency.transfer(key, B, at="2024-08-05")
    assert kinds(taken_back(agency)) == ["license.transferred"]
    assert shown(agency, key)["site"] == A
    assert agency.groups("2024-08", "site") == {A: 4 + 17, B: 10}


def test_what_was_issued_is_revoked_and_costs_its_day(agency: Agency) -> None:
    (parent, *_children) = agency.issue("jetpack-security-t1", bundle_size=3)
    data = taken_back(agency)
    assert kinds(data) == ["license.revoked"] * 4
    assert shown(agency, parent)["state"] == "revoked"
    assert minor(agency.preview()["total"]) == 50
    error = refusal(agency)
    assert (error.code, error.exit_code) == ("cannot_be_undone", 3)
    assert "jpcli issue jetpack-security-t1" in str(error.hint)


def test_a_new_license_on_a_site_is_revoked_there(agency: Agency) -> None:
    agency.issue_one(site=A, client="Ann")
    agency.now = LATER
    answer = agency.do(undo)
    assert kinds(dict(answer.data)) == ["license.revoked"]
    assert codes(answer) == ["undone", "revoked", "costs", "stays", "stays"]
    assert answer.notes[2].message.startswith("Costs 1 day, $0.16: ")
    assert agency.groups("2024-08", "site") == {A: 1}


def test_what_was_issued_together_costs_a_day_of_each_bundle_and_license(agency: Agency) -> None:
    rows = [
        Row(1, {"product": SECURITY, "quantity": "1", "bundle_size": "3"}),
        Row(2, {"product": SCAN, "quantity": "2"}),
    ]
    agency.do(issue_rows, rows, [], at="2024-08-14")
    (costs,) = (note for note in agency.do(undo).notes if note.code == "costs")
    assert costs.message.startswith("Costs 2 days, $1.64: ")


def test_what_later_events_build_on_is_refused_by_their_number(agency: Agency) -> None:
    key = agency.issue_one()
    agency.assign(key, A)
    agency.transfer(key, B)
    numbers = {e["kind"]: e["seq"] for e in log(agency)}
    error = refusal(agency, numbers["license.issued"])
    assert error.hint == f"Undo that first:   jpcli undo {numbers['license.assigned']}"
    assert refusal(agency, numbers["license.assigned"]).subject == key
    taken_back(agency, numbers["license.transferred"])
    taken_back(agency, numbers["license.assigned"])
    assert kinds(taken_back(agency, numbers["license.issued"])) == ["license.revoked"]


def test_what_was_redone_is_built_on_again(agency: Agency) -> None:
    key = agency.issue_one()
    agency.assign(key, A)
    numbers = {e["kind"]: e["seq"] for e in log(agency)}
    taken_back(agency)
    taken_back(agency)
    assert refusal(agency, numbers["license.issued"]).subject == key
    assert kinds(taken_back(agency, numbers["license.assigned"])) == ["license.unassigned"]


def test_a_second_undo_of_the_same_changes_nothing(agency: Agency) -> None:
    key = agency.issue_one()
    agency.assign(key, A)
    number = log(agency)[0]["seq"]
    taken_back(agency, number)
    before = agency.state()
    answer = agency.do(undo, number, now=LATER)
    assert codes(answer) == ["already_undone"]
    assert (answer.data["undone"], answer.data["events"]) == ([], [])
    assert agency.state() == before


def test_the_log_says_what_is_undone_and_by_which_event(agency: Agency) -> None:
    agency.assign(agency.issue_one(), A)
    taken_back(agency)
    undone, *_ = found = log(agency)
    assert undone["kind"] == events.CHANGE_UNDONE
    told = {event["seq"]: event["undone_by"] for event in found}
    ((first, last),) = undone["data"]["undone"]
    assert {seq for seq, by in told.items() if by == undone["seq"]} == set(range(first, last + 1))
    taken_back(agency)  # the undo
    told = {event["seq"]: event["undone_by"] for event in log(agency)}
    assert told[first] is None
    assert told[undone["seq"]] is not None


def test_commands_of_one_instant_are_told_apart(agency: Agency) -> None:
    """A clock that stands still records two commands at two instants."""
    keys = [agency.issue_one() for _ in range(3)]
    data = taken_back(agency, now=agency.now)
    assert [event["subject"] for event in data["undone"]] == keys[-1:]
    assert [shown(agency, key)["state"] for key in keys] == ["unassigned", "unassigned", "revoked"]


def test_a_command_of_many_events_is_undone_as_a_whole(agency: Agency) -> None:
    keys = agency.issue("jetpack-scan", 5)
    middle = next(e["seq"] for e in log(agency) if e["subject"] == keys[2])
    assert len(taken_back(agency, middle)["events"]) == 5


@pytest.mark.parametrize("later", [False, True], ids=["again", "for the first time"])
def test_a_price_is_the_one_before_or_there_is_none(agency: Agency, later: bool) -> None:
    agency.issue_one(at="2024-08-01")
    before = agency.preview()["total"]
    if not later:
        agency.set_price("jetpack-scan", "0.30", "2024-08-10")
        before = agency.preview()["total"]
    agency.set_price("jetpack-scan", "0.70", "2024-08-10")
    assert agency.preview()["total"] != before
    expected = "price.removed" if later else "price.set"
    assert kinds(taken_back(agency)) == [expected]
    assert agency.preview()["total"] == before
    assert kinds(taken_back(agency)) == ["price.set"]
    assert agency.preview()["total"] != before


def test_a_price_in_a_closed_month_is_corrected_by_the_next_invoice(agency: Agency) -> None:
    agency.issue_one(at="2024-07-01")
    agency.set_price("jetpack-scan", "0.30", "2024-07-01")
    number = log(agency)[0]["seq"]
    agency.do(offline.close, "2024-07")
    answer = agency.do(undo, number, now=LATER)
    (note,) = (note for note in answer.notes if note.code == "closed_period")
    assert "INV-2024-08 will carry" in note.message
    lines = agency.preview()["lines"]
    (line,) = [line for line in lines if line["kind"] == "adjustment"]
    assert minor(line["amount"]) == 31 * 16 - 31 * 30
    again = agency.do(undo, now=LATER)  # it is as billed again
    assert "closed_period" not in codes(again)
    assert len(agency.preview()["lines"]) == 1


def test_the_only_price_of_licenses_stays(agency: Agency) -> None:
    agency.import_prices(_list(agency, "new-thing,0.10,2022-01-01"))
    agency.issue_one("new-thing", at="2024-08-01")
    number = next(e["seq"] for e in log(agency) if e["subject"] == "new-thing")
    assert "set-price new-thing" in str(refusal(agency, number).hint)


def test_a_later_price_of_the_same_day_is_refused(agency: Agency) -> None:
    agency.set_price("jetpack-scan", "0.30", "2024-08-10")
    number = log(agency)[0]["seq"]
    agency.set_price("jetpack-scan", "0.40", "2024-08-10")
    assert f"jpcli undo {number + 1}" in str(refusal(agency, number).hint)
    taken_back(agency, number + 1)
    assert kinds(taken_back(agency, number)) == ["price.removed"]


@pytest.mark.parametrize(
    ("row", "offer", "sold", "stays"),
    [
        ("0.20,2024-01-01,1", 1, "2024-02-01", False),  # another price is from before that on
        ("0.20,2021-01-01,1", 1, "2021-06-01", True),
        ("0.20,2021-01-01,1", 1, "2022-01-01", False),
        ("2.00,2022-01-01,5", 1, "2024-02-01", False),  # of bundles, which nobody has
        ("2.00,2022-01-01,5", 5, "2024-02-01", True),
    ],
)
def test_a_price_that_licenses_are_billed_by_stays(
    agency: Agency, row: str, offer: int, sold: str, stays: bool
) -> None:
    agency.import_prices(_list(agency, f"{SCAN},{row}", "bundle_size"))
    number = log(agency)[0]["seq"]
    agency.issue(SCAN, 1, bundle_size=offer if offer > 1 else None, at=sold)
    if stays:
        assert "are billed by this price" in refusal(agency, number).message
    else:
        assert kinds(taken_back(agency, number)) == ["price.removed"]


def _offers(agency: Agency) -> list[tuple[Any, ...]]:
    return agency.stored(
        "SELECT p.product, p.name, p.family, o.bundle_size, o.name FROM offers o"
        " JOIN products p ON p.id = o.product_id ORDER BY o.id"
    )


BOTH_NAMES = f"""{SECURITY},0.40,2024-08-10,1,New,new
{SECURITY},0.60,2024-08-10,3,New of 3,new"""


@pytest.mark.parametrize(
    "row", [BOTH_NAMES, BOTH_NAMES.replace("New", "Old").replace("new", "old")]
)
@pytest.mark.parametrize("since", [None, "Newest"])
def test_a_price_is_undone_with_the_names_that_came_with_it_and_no_other(
    agency: Agency, row: str, since: str | None
) -> None:
    first = BOTH_NAMES.replace("New", "Old").replace("new", "old").replace("0.40", "0.50")
    agency.import_prices(_list(agency, first, "bundle_size,name,family"))
    before = _offers(agency)
    agency.import_prices(_list(agency, row, "bundle_size,name,family"))
    number = log(agency)[0]["seq"]
    if since is not None:
        agency.do(rename_product, SECURITY, since)
        before = [
            (product, since, family, size, since if size == 1 else name)
            if product == SECURITY
            else (product, _, family, size, name)
            for product, _, family, size, name in before
        ]
    taken_back(agency, number)
    assert _offers(agency) == before


@pytest.mark.parametrize("bundle", ["Old", "Old of 3"])
def test_a_price_is_undone_to_the_name_that_a_renaming_gave(agency: Agency, bundle: str) -> None:
    first = BOTH_NAMES.replace("New of 3", bundle).replace("New", "Old").replace("new", "old")
    agency.import_prices(_list(agency, first, "bundle_size,name,family"))
    agency.do(rename_product, SECURITY, "Guard")
    before = _offers(agency)
    agency.import_prices(_list(agency, BOTH_NAMES, "bundle_size,name,family"))
    taken_back(agency)
    assert _offers(agency) == before


@pytest.mark.parametrize(
    ("since", "name"), [(None, "Scan Daily"), ("Newest", "Newest")], ids=["as it was", "since"]
)
def test_a_name_goes_with_the_first_price_of_a_day(
    agency: Agency, since: str | None, name: str
) -> None:
    agency.import_prices(_list(agency, f"{SCAN},0.40,2024-09-01,New", "name"))
    number = log(agency)[0]["seq"]
    if since is not None:
        agency.do(rename_product, SCAN, since)
    taken_back(agency, number)
    assert [row for row in _offers(agency) if row[0] == SCAN] == [(SCAN, name, SCAN, 1, name)]
    if since is None:
        taken_back(agency)
        assert ("New", "New") in [(row[1], row[4]) for row in _offers(agency)]


@pytest.mark.parametrize("first", ["2022-01-01", "2024-08-10"])
@pytest.mark.parametrize(
    "row",
    [
        f"{SECURITY},0.40,2024-09-01,1,New,security",
        f"{SECURITY},0.40,2024-09-01,1,Old,other",
        f"{SECURITY},0.40,2024-09-01,1,New,other",
        f"{SECURITY},0.40,2024-09-01,3,New of 3,security",
        f"{SECURITY},0.40,2024-06-15,3,New of 3,security",
        "\n".join(
            f"{SECURITY},0.40,{day},3,New of 3,security" for day in ("2024-09-01", "2021-09-01")
        ),
    ],
)
def test_so_do_a_family_and_the_name_of_a_bundle(agency: Agency, first: str, row: str) -> None:
    """And come again with it; what is billed stays as it was."""
    old = f"{SECURITY},0.50,{first},1,Old,security\n{SECURITY},0.90,{first},3,Old of 3,security"
    agency.import_prices(_list(agency, old, "bundle_size,name,family"))
    agency.issue(SECURITY, 1, bundle_size=3, at="2024-08-11")
    prices = "SELECT * FROM prices ORDER BY offer_id, from_day"
    before, billed = _offers(agency), agency.preview()["lines"]
    priced = agency.stored(prices)
    agency.import_prices(_list(agency, row, "bundle_size,name,family"))
    after = _offers(agency)
    assert after != before
    taken_back(agency)
    assert (_offers(agency), agency.stored(prices)) == (before, priced)
    assert agency.preview()["lines"] == billed
    taken_back(agency)
    assert _offers(agency) == after
    taken_back(agency)
    assert (_offers(agency), agency.stored(prices)) == (before, priced)


def _list(agency: Agency, rows: str, more: str = "") -> str:
    path = f"{agency.called}.list.csv"
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"product,amount,from,{more}".rstrip(",") + f"\n{rows}\n")
    return path


def test_an_invoice_that_was_marked_as_paid_is_open_again(agency: Agency) -> None:
    agency.issue_one(at="2024-07-01")
    agency.do(offline.close, "2024-07", now="2024-08-01T12:00:00Z")
    agency.do(offline.mark_paid, "2024-07", "wire 7", now="2024-08-01T13:00:00Z")
    in_time = agency.do(undo, now="2024-08-01T14:00:00Z", dry_run=True)
    answer = agency.do(undo, now=LATER)
    assert kinds(dict(answer.data)) == ["invoice.reopened"]
    assert ["past due" in each.notes[1].message for each in (in_time, answer)] == [False, True]
    rows = agency.stored("SELECT status, paid_at, reference, amount_paid_minor FROM invoices")
    assert rows == [("open", None, None, 0)]
    with pytest.raises(Refused):  # R2
        agency.issue_one(now=LATER)
    assert kinds(taken_back(agency)) == ["invoice.paid"]
    rows = agency.stored("SELECT status, reference, amount_paid_minor FROM invoices")
    assert rows == [("paid", "wire 7", 31 * 16)]


def test_what_became_of_an_invoice_since_is_refused(agency: Agency) -> None:
    agency.issue_one(at="2024-07-01")
    agency.do(offline.close, "2024-07")
    assert "jpcli invoice void INV-2024-07" in str(refusal(agency).hint)
    agency.do(offline.mark_paid, "2024-07")
    number = log(agency)[0]["seq"]
    taken_back(agency)
    agency.do(offline.void, "INV-2024-07")
    assert refusal(agency).hint == "Close its month again:   jpcli invoice close 2024-07"
    assert codes(agency.do(undo, number)) == ["already_undone"]


CARDS: list[tuple[Step, str]] = [
    (lambda agency: agency.card("1117"), "card.removed"),
    (lambda agency: agency.card("1117", primary=True), "card.removed"),
    (lambda agency: agency.do(offline.remove_card, "4242"), "card.added"),
    (lambda agency: agency.do(offline.remove_card, "0005"), "card.added"),
    (lambda agency: agency.do(offline.make_primary, "0005"), "card.made_primary"),
]


@pytest.mark.parametrize(("change", "kind"), CARDS)
def test_the_cards_are_as_they_were(agency: Agency, change: Step, kind: str) -> None:
    agency.card("0005")
    before = _cards(agency)
    change(agency)
    changed = _cards(agency)
    assert changed != before
    assert kinds(taken_back(agency)) == [kind]
    assert _cards(agency) == before
    taken_back(agency)
    assert _cards(agency) == changed


def _cards(agency: Agency) -> list[tuple[Any, ...]]:
    return sorted(
        agency.stored("SELECT id, brand, last4, exp_month, is_primary, added_at FROM cards")
    )


def test_a_card_that_is_brought_back_stands_where_it_was(agency: Agency) -> None:
    agency.card("0005")
    agency.do(offline.remove_card, "4242")
    taken_back(agency)
    assert [card["last4"] for card in agency.ask(list_cards)["cards"]] == ["4242", "0005"]


def test_a_card_is_refused_after_another_change_of_cards(agency: Agency) -> None:
    agency.card("0005")
    number = log(agency)[0]["seq"]
    agency.do(offline.make_primary, "0005")
    assert f"jpcli undo {number + 1}" in str(refusal(agency, number).hint)


def test_a_site_was_never_another_clients(agency: Agency) -> None:
    agency.issue_one(at="2024-08-01", site=A, client="Ann")
    agency.move_site(A, "Bob", at="2024-08-05")
    assert kinds(taken_back(agency)) == ["site.moved"]
    assert agency.groups("2024-08", "client") == {"Ann": 31}
    assert kinds(taken_back(agency)) == ["site.moved"]
    assert agency.groups("2024-08", "client") == {"Ann": 4, "Bob": 27}


def test_a_month_that_was_closed_since_is_corrected_for_both_clients(agency: Agency) -> None:
    agency.issue_one(at="2024-07-01", site=A, client="Ann")
    agency.move_site(A, "Bob", at="2024-07-11")
    number = log(agency)[0]["seq"]
    agency.do(offline.close, "2024-07")
    answer = agency.do(undo, number, now=LATER)
    (note,) = (note for note in answer.notes if note.code == "closed_period")  # I3
    assert "INV-2024-08 will carry" in note.message
    groups = agency.preview("2024-08", by="client")["groups"]
    amounts = {group["client"]: minor(group["amount"]) for group in groups}
    assert amounts == {"Ann": (31 + 21) * 16, "Bob": -21 * 16}


def test_settings_and_details_are_as_before(agency: Agency) -> None:
    for key, value in (("name", "Other"), ("payment-terms-days", "30")):
        before = agency.ask(settings.show)["settings"]
        agency.do(settings.set_one, key, value)
        assert kinds(taken_back(agency)) == ["ledger.set"]
        assert agency.ask(settings.show)["settings"] == before
    agency.do(sites.add_client, "Ann")
    agency.do(edit.edit_client, "Ann", {"email": "a@ann.example"})
    agency.do(edit.edit_client, "Ann", {"email": "b@ann.example", "tax_id": "7"})
    taken_back(agency)
    assert agency.stored("SELECT email, tax_id FROM clients") == [("a@ann.example", None)]


def test_a_client_that_was_added_is_put_away(agency: Agency) -> None:
    agency.do(sites.add_client, "Ann")
    assert kinds(taken_back(agency)) == ["client.archived"]
    assert agency.stored("SELECT archived FROM clients") == [(1,)]
    taken_back(agency)
    assert agency.stored("SELECT archived FROM clients") == [(0,)]
    agency.issue_one(site=A, client="Ann")
    number = next(e["seq"] for e in log(agency) if e["kind"] == events.CLIENT_ADDED)
    assert "clients show" in str(refusal(agency, number).hint)


def test_what_made_the_ledger_stays(agency: Agency) -> None:
    assert "jpcli init" in str(refusal(agency, 2).hint)


def test_an_imported_history_stays(agency: Agency) -> None:
    path = f"{agency.called}.history.ndjson"
    with open(path, "w", encoding="utf-8") as file:
        file.write(
            '{"license_key": "jetpack-scan_abcdefgh", "product": "jetpack-scan",'
            ' "issued_at": "2024-08-01T00:00:00Z"}\n'
        )
    agency.import_file(path)
    assert "jpcli revoke jetpack-scan_abcdefgh" in str(refusal(agency).hint)


def test_an_unknown_number_is_a_bad_one(agency: Agency) -> None:
    before = agency.state()
    with pytest.raises(BadInput) as caught:
        agency.do(undo, 999)
    assert caught.value.code == "unknown_event"
    assert agency.state() == before


def test_under_a_key_it_is_done_once(agency: Agency) -> None:
    agency.assign(agency.issue_one(), A)
    first = agency.do(undo, now=LATER, key="k")
    after = agency.state()
    again = agency.do(undo, now=LATER, key="k")
    assert again.data == first.data
    assert codes(again)[-1] == "repeated"
    assert agency.state() == after
    with pytest.raises(Refused) as caught:
        agency.do(undo, 12, now=LATER, key="k")
    assert caught.value.code == "idempotency_key_reused"


def test_a_dry_run_writes_nothing_and_has_no_numbers(agency: Agency) -> None:
    agency.assign(agency.issue_one(), A)
    before = agency.state()
    answer = agency.do(undo, dry_run=True)
    assert agency.state() == before
    assert [event["seq"] for event in answer.data["events"]] == [None]


def test_what_somebody_said_yes_to_is_what_is_undone(agency: Agency) -> None:
    """Another command came while the question stood."""
    first = agency.issue_one()
    number = log(agency)[0]["seq"]
    second = agency.issue_one()
    agency.do(undo, None, None, number)
    assert [shown(agency, key)["state"] for key in (first, second)] == ["revoked", "unassigned"]


def test_the_reason_is_in_the_log(agency: Agency) -> None:
    agency.issue_one()
    agency.do(undo, None, "wrong product")
    assert [event["reason"] for event in log(agency)[:2]] == ["wrong product"] * 2


def test_names_are_those_before_and_a_merged_site_is_two_again(agency: Agency) -> None:
    key = agency.issue_one(site=A, client="Ann")
    agency.do(rename_client, "Ann", "Anna")
    agency.do(rename_site, A, C)
    assert kinds(taken_back(agency)) == ["site.renamed"]
    number = next(e["seq"] for e in log(agency) if e["kind"] == agency_events.CLIENT_RENAMED)
    assert kinds(taken_back(agency, number)) == ["client.renamed"]
    assert agency.stored("SELECT name FROM clients") == [("Ann",)]
    agency.issue_one(site=B)
    agency.do(merge_sites, A, B)
    assert shown(agency, key)["site"] == B
    assert kinds(taken_back(agency)) == ["site.archived", "license.transferred"]
    assert (shown(agency, key)["site"], shown(agency, key)["client"]) == (A, "Ann")
    assert agency.stored("SELECT archived, into_id FROM sites WHERE url LIKE '%//a.%'") == [
        (0, None)
    ]


@pytest.mark.parametrize("change", [events.LICENSE_TRANSFERRED, events.LICENSE_UNASSIGNED])
@pytest.mark.parametrize("taken", [False, True], ids=["free", "another's"])
def test_a_license_goes_back_to_a_site_that_is_called_otherwise(
    agency: Agency, change: str, taken: bool
) -> None:
    key = agency.issue_one(site=A)
    if change == events.LICENSE_TRANSFERRED:
        agency.transfer(key, B)
    else:
        _site_of(agency, B, None)
        agency.unassign(key)
    number = log(agency)[0]["seq"]
    agency.do(rename_site, A, C)
    if taken:
        agency.do(rename_site, B, A)
    taken_back(agency, number)
    assert shown(agency, key)["site"] == C


def _there(agency: Agency) -> dict[str, Any]:
    """Names and details as they are."""
    return {
        "clients": agency.stored(
            "SELECT name, email, markup, archived, into_id FROM clients ORDER BY id"
        ),
        "sites": agency.stored("SELECT url, client_id, archived, into_id FROM sites ORDER BY id"),
        "licenses": agency.stored("SELECT site_id FROM licenses ORDER BY id"),
        "offers": _offers(agency),
        "hidden": agency.stored("SELECT product, hidden FROM products ORDER BY id"),
    }


def _ann(agency: Agency) -> None:
    agency.do(sites.add_client, "Ann")
    agency.do(sites.add_client, "Bob")
    agency.do(edit.edit_client, "Bob", {"email": "b@b.example"})


def _site_of(agency: Agency, site: str, client: str | None) -> None:
    agency.unassign(agency.issue_one(site=site, client=client))


def _site(agency: Agency) -> None:
    agency.do(sites.add_client, "Bob")
    _site_of(agency, A, "Ann")
    _site_of(agency, B, None)


def _client_renamed(before: str, name: str) -> Step:
    return lambda agency: agency.do(rename_client, before, name)


def _site_renamed(before: str, url: str) -> Step:
    return lambda agency: agency.do(rename_site, before, url)


def _each(*steps: Step) -> Step:
    return lambda agency: [step(agency) for step in steps]


def _edited(client: str, **details: str) -> Step:
    return lambda agency: agency.do(edit.edit_client, client, details)


TO_ANNA, TO_C = _client_renamed("Ann", "Anna"), _site_renamed(A, C)
# Somebody else is called so since.
BOB_IS_ANN, B_IS_A = (
    _each(TO_ANNA, _client_renamed("Bob", "Ann")),
    _each(TO_C, _site_renamed(B, A)),
)
# What is there, what is done and by which event, what is done since, and what an undo says then.
NAMES: list[tuple[Step, Step, str, Step, str]] = [
    (_ann, TO_ANNA, "client.renamed", _client_renamed("Anna", "Zoe"), "No client is called Anna"),
    (
        _ann,
        TO_ANNA,
        "client.renamed",
        lambda agency: agency.do(sites.add_client, "Ann"),
        "Another client is called Ann",
    ),
    (
        _ann,
        lambda agency: agency.do(archive_client, "Ann"),
        "client.archived",
        TO_ANNA,
        "No client is called Ann",
    ),
    (
        _ann,
        lambda agency: agency.do(edit.edit_client, "Ann", {"email": "a@a.example", "markup": "5"}),
        "client.edited",
        TO_ANNA,
        "No client is called Ann",
    ),
    (
        _ann,
        lambda agency: agency.do(archive_client, "Ann"),
        "client.archived",
        BOB_IS_ANN,
        "Another client is called Ann",
    ),
    (_ann, _edited("Ann", markup="5"), "client.edited", BOB_IS_ANN, "Another client is called Ann"),
    (
        _ann,
        TO_ANNA,
        "client.renamed",
        _each(_client_renamed("Anna", "Zoe"), _client_renamed("Bob", "Anna")),
        "Another client is called Anna",
    ),
    (
        _ann,
        _edited("Ann", markup="5"),
        "client.edited",
        _each(TO_ANNA, _edited("Anna", markup="7"), _client_renamed("Anna", "Ann")),
        "Anna was changed since",
    ),
    (
        _site,
        lambda agency: agency.do(archive_site, A),
        "site.archived",
        B_IS_A,
        f"Another site is called {A}",
    ),
    (
        _site,
        lambda agency: agency.move_site(A, "Bob"),
        "site.moved",
        B_IS_A,
        f"Another site is called {A}",
    ),
    (
        _site,
        lambda agency: agency.move_site(A, "Bob"),
        "site.moved",
        BOB_IS_ANN,
        "Another client is called Ann",
    ),
    (
        _site,
        lambda agency: agency.move_site(A, "Bob"),
        "site.moved",
        _each(TO_C, lambda agency: agency.move_site(C, "Ann"), _site_renamed(C, A)),
        f"{C} was changed since",
    ),
    (_site, TO_C, "site.renamed", _site_renamed(C, NEW), f"No site is called {C}"),
    (_site, TO_C, "site.renamed", _site_renamed(B, A), f"Another site is called {A}"),
    (
        _site,
        lambda agency: agency.do(archive_site, A),
        "site.archived",
        TO_C,
        f"No site is called {A}",
    ),
    (
        _site,
        lambda agency: agency.move_site(A, "Bob"),
        "site.moved",
        TO_C,
        f"No site is called {A}",
    ),
    (
        _site,
        lambda agency: agency.move_site(A, "Bob"),
        "site.moved",
        TO_ANNA,
        "No client is called Ann",
    ),
    (
        lambda _: None,
        lambda agency: agency.do(rename_product, SECURITY, "Guard"),
        "product.edited",
        lambda a: a.import_prices(_list(a, f"{SECURITY},0.4,2024-09-01,New", "name")),
        f"{SECURITY} is called New now",
    ),
]


@pytest.mark.parametrize(("there", "change", "kind", "since", "told"), NAMES)
def test_names_and_details_go_back_unless_they_are_somebody_elses_now(
    agency: Agency, tmp_path: Path, there: Step, change: Step, kind: str, since: Step, told: str
) -> None:
    there(agency)
    before = _there(agency)
    change(agency)
    after = _there(agency)
    number = next(e["seq"] for e in log(agency) if e["kind"] == kind)
    other = agency.copied(tmp_path / "other.db")
    assert taken_back(other)["events"]
    assert (_there(other) == before, before == after) == (True, False)
    taken_back(other)
    assert _there(other) == after
    since(agency)
    assert refusal(agency, number).message.startswith(told)


@pytest.mark.parametrize("merge", [(merge_clients, "Ann", "Bob"), (merge_sites, A, B)])
def test_a_merge_is_undone_and_done_again(agency: Agency, merge: tuple[Any, ...]) -> None:
    for site, client in ((A, "Ann"), (B, "Bob")):
        agency.issue_one(site=site, client=client, at="2024-07-10")
    agency.do(offline.close, "2024-07")
    before = _there(agency)
    agency.do(*merge)
    after = _there(agency)
    for there in (before, after, before):
        taken_back(agency)
        assert _there(agency) == there


def _back(use_case: Any, name: str) -> Step:
    def there(agency: Agency) -> None:
        _ann(agency)
        _site_of(agency, A, "Cem")
        agency.do(use_case, name)
        agency.do(use_case, name, back=True)

    return there


def _moved(agency: Agency) -> None:
    _site(agency)
    agency.move_site(A, "Bob")


def _away(agency: Agency) -> None:
    _site_of(agency, A, "Ann")
    agency.do(archive_site, A)


def _added(agency: Agency) -> None:
    for name in ("Bob", "Ann"):
        agency.do(sites.add_client, name)


def _transferred(agency: Agency) -> None:
    _site_of(agency, C, None)
    agency.transfer(agency.issue_one(site=A), B)


# What was done last, and what since: the rules that stand in the way of the opposite now.
RULES: list[tuple[Step, Step, str]] = [
    (_added, lambda agency: agency.do(merge_clients, "Ann", "Bob"), "client_merged"),
    (
        _added,
        _each(_client_renamed("Ann", "Zoe"), _client_renamed("Bob", "Ann")),
        "cannot_be_undone",
    ),
    (_moved, lambda agency: agency.do(archive_client, "Ann"), "client_archived"),
    (_away, lambda agency: agency.do(archive_client, "Ann"), "client_archived"),
    (
        lambda agency: _site_of(agency, A, "Ann"),
        lambda agency: agency.do(archive_site, A),
        "site_archived",
    ),
    (_transferred, lambda agency: agency.do(archive_site, A), "site_archived"),
    (_transferred, lambda agency: agency.do(merge_sites, A, C), "site_merged"),
    (_back(archive_client, "Ann"), lambda agency: _site_of(agency, B, "Ann"), "client_in_use"),
    (_back(archive_site, A), lambda agency: agency.issue_one(site=A), "site_in_use"),
]


@pytest.mark.parametrize(("there", "since", "code"), RULES)
def test_what_is_put_away_or_in_use_is_so_for_an_undo_as_well(
    agency: Agency, tmp_path: Path, there: Step, since: Step, code: str
) -> None:
    there(agency)
    number = log(agency)[0]["seq"]
    other = agency.copied(tmp_path / "other.db")
    assert taken_back(other, number)["events"]
    since(agency)
    assert refusal(agency, number).code == code


def test_what_somebody_of_the_same_name_has_since_is_not_built_on_this(agency: Agency) -> None:
    _ann(agency)
    agency.do(edit.edit_client, "Ann", {"markup": "5"})
    number = log(agency)[0]["seq"]
    BOB_IS_ANN(agency)
    agency.do(edit.edit_client, "Ann", {"markup": "7"})
    agency.do(rename_client, "Ann", "Bob")
    agency.do(rename_client, "Anna", "Ann")
    taken_back(agency, number)
    assert agency.stored("SELECT name, markup FROM clients ORDER BY id") == [
        ("Ann", None),
        ("Bob", "7"),
    ]


@pytest.mark.parametrize("what", ["client", "site"])
def test_into_whom_one_was_merged_is_known_by_any_name(agency: Agency, what: str) -> None:
    _site(agency)
    merge, rename, archive, names = {
        "client": (merge_clients, rename_client, archive_client, ("Ann", "Bob", "Cem", "Dan")),
        "site": (merge_sites, rename_site, archive_site, (A, B, C, NEW)),
    }[what]
    agency.do(merge, *names[:2])
    for name, since in zip(names[:2], names[2:], strict=True):
        agency.do(rename, name, since)
    before = _there(agency)
    agency.do(archive, names[2], back=True)
    assert _there(agency) != before
    taken_back(agency)
    assert _there(agency) == before


def test_a_move_is_undone_and_done_again_where_its_client_is_called_otherwise(
    agency: Agency,
) -> None:
    _moved(agency)
    number = log(agency)[0]["seq"]
    agency.do(rename_client, "Bob", "Zoe")
    owners = "SELECT s.url, c.name FROM sites s JOIN clients c ON c.id = s.client_id"
    taken_back(agency, number)
    assert agency.stored(owners) == [(A, "Ann")]
    taken_back(agency)
    assert agency.stored(owners) == [(A, "Zoe")]


def test_details_are_those_that_the_client_had_under_its_name_of_then(agency: Agency) -> None:
    _ann(agency)
    for details in ({"email": "1@a.example", "markup": "1"}, {"email": "2@a.example"}):
        agency.do(edit.edit_client, "Ann", details)
    agency.do(edit.edit_client, "Bob", {"email": "9@b.example", "markup": "9"})
    TO_ANNA(agency)
    before = _there(agency)
    agency.do(edit.edit_client, "Anna", {"email": "3@a.example", "markup": "3", "tax_id": "7"})
    taken_back(agency)
    assert _there(agency) == before
    assert agency.stored("SELECT tax_id FROM clients WHERE name = 'Anna'") == [(None,)]


@pytest.mark.parametrize("back", [False, True])
def test_a_hidden_product_is_offered_again(agency: Agency, back: bool) -> None:
    if back:
        agency.do(hide_product, SCAN)
    before = _there(agency)
    agency.do(hide_product, SCAN, back=back)
    assert kinds(taken_back(agency)) == ["product.edited"]
    assert _there(agency) == before


def test_a_site_is_found_under_the_name_that_it_has_now(agency: Agency) -> None:
    key = agency.issue_one()
    agency.assign(key, A)
    number = log(agency)[0]["seq"]
    _site_of(agency, B, None)
    B_IS_A(agency)
    assert kinds(taken_back(agency, number)) == ["license.unassigned"]
    assert shown(agency, key)["site"] is None


def test_the_first_month_goes_back_while_no_invoice_is_there(agency: Agency) -> None:
    before = agency.ask(settings.show)["settings"]
    agency.do(settings.set_one, "bill-from", "2024-07")
    number = log(agency)[0]["seq"]
    agency.issue_one(at="2024-07-01")
    agency.do(offline.close, "2024-07")
    assert "INV-2024-07 exists" in refusal(agency, number).message
    agency.do(offline.void, "INV-2024-07")
    assert kinds(taken_back(agency, number)) == ["ledger.set"]
    assert agency.ask(settings.show)["settings"] == before


def test_so_much_at_once_and_no_more(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    agency.issue(SCAN, 3)
    monkeypatch.setattr(ground, "MOST_EVENTS", 2)
    assert "at most 2" in refusal(agency).message
    monkeypatch.setattr(ground, "MOST_EVENTS", 3)
    assert len(taken_back(agency)["events"]) == 3


def test_an_invoice_that_was_paid_otherwise_since_is_not_paid_by_an_undo(agency: Agency) -> None:
    agency.issue_one(at="2024-07-01")
    agency.do(offline.close, "2024-07")
    agency.do(offline.mark_paid, "2024-07", "one")
    taken_back(agency)
    agency.do(offline.mark_paid, "2024-07", "two")
    later, _, reopened, *_ = (event["seq"] for event in log(agency))
    assert refusal(agency, reopened).hint == f"Undo that first:   jpcli undo {later}"
    taken_back(agency, later)
    assert kinds(taken_back(agency, reopened)) == ["invoice.paid"]
    assert agency.stored("SELECT status, reference FROM invoices") == [("paid", "one")]


def test_what_an_invoice_was_paid_by_last_is_said_again(agency: Agency) -> None:
    paid = "SELECT status, paid_at, reference, amount_paid_minor FROM invoices"
    agency.issue_one(at="2024-07-01")
    agency.do(offline.close, "2024-07", now="2024-08-01T12:00:00Z")
    for reference, day in (("one", "2024-08-03"), ("two", "2024-08-05")):
        agency.do(offline.mark_paid, "2024-07", reference, at=day)
        before = agency.stored(paid)
        taken_back(agency)
    taken_back(agency)
    assert agency.stored(paid) == before
