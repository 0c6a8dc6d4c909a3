"""What is on a statement: one invoice, one client's part of it, the preview of a month."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.domain.errors import BadInput
from jpcli.services.invoices import close, invoices, settle
from jpcli.services.invoices import statement as statements
from jpcli.services.licenses import assign
from jpcli.services.sites import sites
from tests.services.agency import BEGUN, A, Agency, B, C, compared, minor, plain

if TYPE_CHECKING:
    from jpcli.reports.statement.statement import Statement

JULY = "2024-07-01T09:00:00Z"
AUGUST = "2024-08-01T09:00:00Z"


def statement(agency: Agency, name: str, *args: Any, **options: Any) -> Statement:
    with agency.desk(writes=False, **options) as desk:
        return compared(statements.statement(desk, name, *args))


def exported(agency: Agency, name: str, *args: Any) -> dict[str, Any]:
    with agency.desk(writes=False) as desk:
        return dict(plain(statements.export(desk, name, *args)[1])["invoice"])


@pytest.fixture
def agency(tmp_path: Path) -> Agency:
    """One whose invoices are due late, so that none is past due here."""
    found = Agency(tmp_path / "ledger.db").init(payment_terms_days=60)
    found.card(now=BEGUN)
    return found


@pytest.fixture
def busy(agency: Agency) -> Agency:
    """July 2024: Ada has two sites, Bob one, one license is on none; a bundle is shared."""
    keys = agency.issue("jetpack-scan", 4, now=JULY)
    for key, site, client in zip(keys, (A, B, C), ("Ada", "Ada", "Bob"), strict=False):
        agency.do(assign.assign, [key], site, client, now=JULY)
    _, children = agency.bundle(now="2024-07-22T09:00:00Z")
    agency.assign(children[0], A, now="2024-07-22T09:00:00Z")
    agency.assign(children[1], C, now="2024-07-22T09:00:00Z")
    agency.do(close.close, "2024-07", now=AUGUST)
    return agency


def test_the_whole_invoice(busy: Agency) -> None:
    made = statement(busy, "INV-2024-07")
    assert (made.number, made.status, made.whose) == ("INV-2024-07", "open", None)
    assert (made.issued, made.due, made.as_of_day >= made.last_day) == (
        "2024-08-01",
        "2024-09-30",
        True,
    )
    # 4 x 31 days at $0.16 and 10 bundle-days at $0.50
    assert [(line.kind, line.days, line.amount_minor) for line in made.lines] == [
        ("license", 124, 1984),
        ("bundle", 10, 500),
    ]
    assert made.total_minor == 2484
    found = {
        part.client: (part.amount_minor, [(site.site, site.amount_minor) for site in part.sites])
        for part in made.clients
    }
    assert found == {
        "Ada": (1159, [(A, 663), (B, 496)]),
        "Bob": (663, [(C, 663)]),
        None: (662, [(None, 662)]),
    }
    assert [count.licenses for count in made.per_day] == [4] * 21 + [7] * 10


def test_a_month_is_as_good_as_its_number(busy: Agency) -> None:
    assert statement(busy, "2024-07") == statement(busy, "INV-2024-07")


def test_one_clients_part(busy: Agency) -> None:
    made = statement(busy, "2024-07", "Ada")
    assert made.total_minor == 1159
    license_line, bundle_line = made.lines
    assert (license_line.days, license_line.day_price_e12) == (62, 16 * 10**12)
    # Its license-days of the bundle, which have no price of their own.
    assert (bundle_line.days, bundle_line.day_price_e12) == (10, None)
    assert [part.client for part in made.clients] == ["Ada"]
    assert [count.licenses for count in made.per_day] == [2] * 21 + [3] * 10


def test_what_belongs_to_no_client(busy: Agency) -> None:
    made = statement(busy, "2024-07", "")
    assert made.whose is not None
    assert made.whose.client is None
    assert made.total_minor == 662
    assert [count.licenses for count in made.per_day] == [1] * 21 + [2] * 10


def test_of_what_is_nobodys_that_of_no_site_is_last(agency: Agency) -> None:
    _, second, third = agency.issue("jetpack-scan", 3, now=JULY)
    for key, site in ((second, B), (third, A)):
        agency.do(assign.assign, [key], site, None, now=JULY)
    agency.do(close.close, "2024-07", now=AUGUST)
    (nobody,) = statement(agency, "2024-07").clients
    assert [(part.site, part.amount_minor) for part in nobody.sites] == [
        (A, 496),
        (B, 496),
        (None, 496),
    ]


def test_a_markup_is_in_prices_and_amounts(busy: Agency) -> None:
    whole = statement(busy, "2024-07", None, "20")
    # $19.84 and $5.00, each with 20 % on top, rounded by itself
    assert [line.amount_minor for line in whole.lines] == [2381, 600]
    assert whole.lines[0].day_price_e12 == 192 * 10**11
    parts = [statement(busy, "2024-07", client, "20") for client in ("Ada", "Bob", "")]
    assert sum(part.total_minor for part in parts) == 2981


def test_a_client_with_nothing_has_an_empty_statement(busy: Agency) -> None:
    busy.do(sites.add_client, "Cleo")
    made = statement(busy, "2024-07", "Cleo")
    assert (made.lines, made.clients, made.total_minor) == ((), (), 0)
    assert not any(count.licenses for count in made.per_day)


def test_an_unknown_client_is_named(busy: Agency) -> None:
    with pytest.raises(BadInput, match="There is no client Zoe") as caught:
        statement(busy, "2024-07", "Zoe")
    assert caught.value.code == "unknown_client"


@pytest.mark.parametrize("name", ["INV-2024-09", "whatever", "2024-7", ""])
def test_an_unknown_invoice_is_named(busy: Agency, name: str) -> None:
    with pytest.raises(BadInput) as caught:
        statement(busy, name)
    assert caught.value.code == "unknown_invoice"


def test_an_open_month_is_a_preview(busy: Agency) -> None:
    made = statement(busy, "2024-08")
    assert (made.number, made.status, made.issued, made.due) == (None, "preview", None, None)
    assert made.as_of_day == "2024-08-15"
    assert made.total_minor == minor(busy.preview("2024-08")["total"])
    assert [count.known for count in made.per_day] == [True] * 15 + [False] * 16


def test_a_void_invoice_keeps_its_statement(busy: Agency) -> None:
    before = statement(busy, "INV-2024-07", now=AUGUST)
    busy.do(settle.void, "INV-2024-07", now=AUGUST)
    after = statement(busy, "INV-2024-07", now=AUGUST)
    assert after == before._replace(status="void", due=after.due)
    assert statement(busy, "2024-07").is_preview


def test_what_is_recorded_later_changes_no_statement(busy: Agency) -> None:
    before = [statement(busy, "2024-07", client) for client in (None, "Ada", "Bob", "")]
    busy.move_site(A, "Bob", at="2024-07-05T00:00:00Z")
    (key, *_) = busy.ask(invoices.list_invoices)["invoices"]
    busy.issue("jetpack-ai", at="2024-07-10T00:00:00Z")
    assert key["number"] == "INV-2024-07"
    assert [statement(busy, "2024-07", client) for client in (None, "Ada", "Bob", "")] == before


def test_i3_a_correction_is_whose_days_changed(busy: Agency) -> None:
    """Nobody else has a cent of it, with a markup neither."""
    licenses = busy.groups("2024-07", "license")
    (key,) = busy.issue("jetpack-ai", at="2024-07-22T10:00:00Z")
    assert key not in licenses
    busy.assign(key, C, at="2024-07-22T10:00:00Z")
    for markup, amount in ((None, 270), ("20", 324)):
        found = {
            client: [
                line.amount_minor
                for line in statement(busy, "2024-08", client, markup).lines
                if line.kind == "adjustment"
            ]
            for client in ("Ada", "Bob", "")
        }
        assert found == {"Ada": [], "Bob": [amount], "": []}


def test_a_markup_moves_no_correction_to_others(agency: Agency) -> None:
    """One of two equal licenses is revoked in the past: only its client gets something back."""
    first, second = agency.issue("jetpack-scan", 2, now=JULY)
    agency.do(assign.assign, [first], A, "Ada", now=JULY)
    agency.do(assign.assign, [second], B, "Bob", now=JULY)
    agency.do(close.close, "2024-07", now=AUGUST)
    agency.revoke(first, at="2024-07-10T10:00:00Z")
    found = {
        client: [line.amount_minor for line in statement(agency, "2024-08", client, "50").lines]
        for client in ("Ada", "Bob", "")
    }
    # 21 days x $0.16 = $3.36, and half of it again
    assert found == {"Ada": [-504], "Bob": [744], "": []}


def test_credit_is_the_agencys(agency: Agency) -> None:
    (key,) = agency.issue("jetpack-ai", now="2024-07-01T10:00:00Z")
    agency.do(assign.assign, [key], A, "Ada", now="2024-07-01T10:00:00Z")
    agency.do(close.close, "2024-07", now=AUGUST)
    agency.revoke(key, at="2024-07-01T12:00:00Z", now="2024-08-02T10:00:00Z")
    made = statement(agency, "2024-08")
    assert [(line.kind, line.amount_minor) for line in made.lines] == [
        ("adjustment", -810),
        ("credit", 810),
    ]
    ada, nobody = made.clients
    assert (ada.client, ada.amount_minor) == ("Ada", -810)
    assert (nobody.client, nobody.credit_minor, nobody.sites) == (None, 810, ())
    assert made.total_minor == 0


def test_the_json_of_a_whole_invoice_has_all_that_show_has(busy: Agency) -> None:
    shown = busy.ask(invoices.show, "INV-2024-07")["invoice"]
    found = exported(busy, "INV-2024-07")
    assert {name: found[name] for name in shown} == shown
    assert found["agency"] == busy.preview("2024-07")["agency"]
    assert "client" not in found
    assert [part["client"] for part in found["clients"]] == ["Ada", "Bob", None]
    assert found["licenses_per_day"][0] == {"day": "2024-07-01", "licenses": 4}


def test_the_json_of_a_clients_part(busy: Agency) -> None:
    found = exported(busy, "2024-07", "Ada", "20%")
    assert (found["client"], found["markup_percent"]) == ("Ada", "20")
    assert minor(found["total"]) == sum(minor(line["amount"]) for line in found["lines"])
    assert exported(busy, "2024-07", "")["client"] is None


def test_the_json_of_a_preview_has_no_number(busy: Agency) -> None:
    found = exported(busy, "2024-08")
    assert (found["number"], found["status"], found["due_date"]) == (None, "preview", None)
    assert (found["as_of"], found["as_of_day"]) == ("2024-08-15T12:00:00Z", "2024-08-15")


@pytest.mark.parametrize("month", ["2024-07", "2024-08"])
@pytest.mark.parametrize("markup", [None, "0", "25"])
@pytest.mark.parametrize("client", [None, "Ann", "Bob", ""])
def test_the_json_has_the_lines_of_what_it_is_for(
    agency: Agency, month: str, markup: str | None, client: str | None
) -> None:
    """A bundle and single licenses, July closed and corrected by August, of all or of one."""
    keys = agency.issue("jetpack-scan", 3, now=JULY)
    _, children = agency.bundle(now=JULY)
    for pair, site, owner in ((keys, A, "Ann"), (children, B, "Bob")):
        agency.do(assign.assign, pair[:2], site, owner, now=JULY)
    agency.do(close.close, "2024-07")
    agency.revoke(keys[2], at="2024-07-20")
    found = exported(agency, month, client, markup)
    assert sum(minor(line["amount"]) for line in found["lines"]) == minor(found["total"])
    made = statement(agency, month, client, markup)
    assert [minor(line["amount"]) for line in found["lines"]] == [
        line.amount_minor for line in made.lines
    ]
    is_part = client is not None
    is_whole = not is_part and markup is None  # as `invoice show` has it, with the latest price
    for line in found["lines"]:
        is_bundle, is_own = line["product"] == "jetpack-security-t1", line["kind"] != "adjustment"
        assert line["bundle_size"] == (3 if is_bundle else None)
        price = {True: "0.50", False: "0.16"}[is_bundle]
        if markup == "25":
            price = {True: "0.625", False: "0.20"}[is_bundle]
        has_price = is_whole or (is_own and not (is_part and is_bundle))
        assert line["day_price"] == (price if has_price else None)
        assert line["period"] == (None if is_own else "2024-07")
    assert ("client" in found, "markup_percent" in found) == (is_part, markup is not None)


def test_a_month_without_licenses(agency: Agency) -> None:
    made = statement(agency, "2024-08")
    assert (made.lines, made.clients, made.total_minor) == ((), (), 0)
