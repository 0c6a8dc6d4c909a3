"""Proofs of bills: `verify` and a second checker agree on them, and on every change of them."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain import agency_events
from jpcli.domain.errors import BadInput, JpcliError, Refused
from jpcli.services.clients import edit
from jpcli.services.invoices import close, invoices, settle
from jpcli.services.ledger import settings
from jpcli.services.licenses import assign
from jpcli.services.proofs.proof import proof
from jpcli.services.proofs.verify import verify
from tests.property.agencies import agencies
from tests.property.test_statements import CLIENTS, actions, told
from tests.services.agency import A, Agency, B, C
from tests.services.proofs.changes import changed, changes, is_proved
from tests.services.proofs.checker import canonical, check

DATA = Path(__file__).parents[2] / "data"
SEP_15 = "2024-09-15T10:00:00Z"


def made(agency: Agency, name: str, client: str | None = None, markup: str | None = None) -> str:
    """The text of a proof."""
    with agency.desk(writes=False) as desk:
        return "".join(proof(desk, name, client, markup).pieces)


def verified(text: str) -> dict[str, Any]:
    return dict(verify("-", BytesIO(text.encode())).data)


def problems(text: str) -> list[tuple[str, str]]:
    """(code, subject) of what `verify` finds; what it can't read as a proof is one."""
    try:
        return [(item["code"], item["subject"]) for item in verified(text)["problems"]]
    except BadInput as error:
        return [(error.code, str(error.subject))]


@pytest.fixture
def busy(agency: Agency) -> Agency:
    """July and August are closed; August corrects July, and September goes on."""
    keys = agency.issue("jetpack-scan", 4, at="2024-07-01T10:00:00Z", now="2024-07-01T10:00:00Z")
    _, children = agency.bundle(now="2024-07-03T10:00:00Z")
    for key, site, client in (
        (keys[0], A, "Ann"),
        (keys[1], B, "Bob"),
        (keys[2], C, None),
        (children[0], A, "Ann"),
        (children[1], B, "Bob"),
    ):
        agency.do(assign.assign, [key], site, client, now="2024-07-05T10:00:00Z")
    agency.transfer(keys[1], A, now="2024-07-15T10:00:00Z")
    agency.transfer(keys[0], B, now="2024-07-20T10:00:00Z")
    agency.set_price("jetpack-scan", "0.2", "2024-07-17", now="2024-07-16T10:00:00Z")
    agency.move_site(C, "Ann", now="2024-07-21T10:00:00Z")
    agency.do(close.close_due, now="2024-08-01T10:00:00Z")
    agency.revoke(keys[3], at="2024-07-25T10:00:00Z", now="2024-08-10T10:00:00Z", reason="late")
    agency.revoke(keys[2], now="2024-08-11T10:00:00Z", reason="late")
    agency.do(close.close_due, now="2024-09-01T10:00:00Z")
    agency.now = SEP_15
    return agency


KINDS = (
    ("2024-07", None, None),
    ("2024-08", None, None),
    ("2024-09", None, None),
    ("2024-07", "Ann", None),
    ("2024-07", "Ann", "12.5"),
    ("2024-08", "Bob", None),
    ("2024-08", "", None),
    ("2024-09", "Ann", "-10"),
)


@pytest.mark.parametrize(("name", "client", "markup"), KINDS)
def test_a_proof_is_right_by_both(
    busy: Agency, name: str, client: str | None, markup: str | None
) -> None:
    text = made(busy, name, client, markup)
    assert (problems(text), check(text)) == ([], None)
    answer = verified(text)
    with busy.desk(writes=False) as desk:
        from jpcli.services.invoices.statement import statement

        whole = statement(desk, name, client, markup)
    assert answer["total"]["amount_minor"] == whole.total_minor
    assert answer["lines"] == len(whole.lines)
    assert (answer["number"], answer["preview"]) == (whole.number, whole.is_preview)
    assert answer["head"] == whole.head


@pytest.mark.crossed("third")
@pytest.mark.parametrize("third", range(3))
@pytest.mark.parametrize(("name", "client", "markup"), [KINDS[n] for n in (1, 2, 4, 6)])
def test_every_single_change_is_found_by_both(
    busy: Agency, name: str, client: str | None, markup: str | None, third: int
) -> None:
    """What stands at a place is changed in some three ways: a third has one of them for each."""
    body = json.loads(made(busy, name, client, markup))
    missed = []
    tried = 0
    for change in islice(changes(body), third, None, 3):
        if not is_proved(body, change[0]):
            continue
        tried += 1
        text = changed(body, change)
        found = bool(problems(text)), check(text) is not None
        if found != (True, True):
            missed.append((*change[:2], found))
    assert tried > 70
    assert missed == []


def test_what_is_wrong_is_named(busy: Agency) -> None:
    body = json.loads(made(busy, "2024-08"))
    body["lines"][0]["days"] += 1
    found = problems(json.dumps(body))
    assert ("line_differs", "line 1") in found
    assert ("content_differs", "INV-2024-08") in found
    assert ("head_differs", "head") in found
    assert {code for code, _ in found} == {"line_differs", "content_differs", "head_differs"}


def test_a_forged_bill_with_hashes_that_fit_is_found_by_its_licenses(busy: Agency) -> None:
    """Who makes the content hash and the closing anew can't make days out of nothing."""
    from jpcli.ledger.queries.invoice_lines import content_hash
    from tests.services.proofs.checker import FIELDS

    body = json.loads(made(busy, "2024-08"))
    invoice, line = body["invoice"], body["lines"][0]
    line["days"] += 10
    line["license_days"] += 10
    line["amount_minor"] += 200
    invoice["total_minor"] += 200
    content = {name: invoice[name] for name in ("number", "period", "first_day", "last_day")}
    content |= {name: invoice[name] for name in ("currency", "time_zone", "total_minor")}
    content |= {
        "fields": FIELDS,
        "lines": [[one[name] for name in FIELDS] for one in body["lines"]],
    }
    invoice["content_hash"] = content_hash(content)
    text = json.dumps(body)
    assert ("line_differs", "line 1") in problems(text)
    assert ("content_differs", "INV-2024-08") not in problems(text)
    assert check(text) is not None


def _line_twice(body: dict[str, Any]) -> None:
    """A correction of July once more, with its parts and a total that fits."""
    lines, shares = body["lines"], body["shares"]
    place = next(n for n, line in enumerate(lines) if line["kind"] == "adjustment")
    again = dict(lines[place])
    body["invoice"]["total_minor"] += again["amount_minor"]
    lines.insert(place + 1, again)
    shares[:] = [[number + (number > place), *rest] for number, *rest in shares] + [
        [place + 1, *rest] for number, *rest in shares if number == place
    ]
    shares.sort(key=lambda share: share[0])


def _license_twice(body: dict[str, Any]) -> None:
    body["licenses"].append(dict(body["licenses"][0]))
    body["counts"]["licenses"] += 1
    body["counts"]["events"] += len(body["licenses"][0]["events"])


def _corrected_ahead(body: dict[str, Any]) -> None:
    line = next(line for line in body["lines"] if line["kind"] == "adjustment")
    line["period"] = "2025-01"


@pytest.mark.parametrize(
    ("forge", "code"),
    [
        (_line_twice, "line_twice"),
        (_license_twice, "license_twice"),
        (_corrected_ahead, "line_ahead"),
    ],
)
def test_what_fits_itself_and_is_there_twice_or_ahead_is_found_by_both(
    busy: Agency, forge: Callable[[dict[str, Any]], None], code: str
) -> None:
    # Of a preview, which no closing seals: after the closing of August one of July's ended.
    agency = busy
    keys = [row[0] for row in agency.stored("SELECT license_key FROM licenses ORDER BY id")]
    agency.revoke(keys[1], at="2024-08-20T10:00:00Z", now="2024-09-10T10:00:00Z", reason="late")
    body = json.loads(made(agency, "2024-09"))
    assert any(line["kind"] == "adjustment" for line in body["lines"])
    forge(body)
    text = json.dumps(body)
    assert code in [found for found, _ in problems(text)]
    assert check(text) is not None


def test_a_month_that_is_billed_again_may_correct_one_that_was_closed_after_it(
    busy: Agency,
) -> None:
    busy.do(settle.void, "INV-2024-07")
    keys = [row[0] for row in busy.stored("SELECT license_key FROM licenses ORDER BY id")]
    busy.revoke(keys[1], at="2024-08-20T10:00:00Z", reason="late")
    preview = made(busy, "2024-07")
    busy.do(close.close_due)
    for text in (preview, made(busy, "2024-07")):
        assert "2024-08" in [line["period"] for line in json.loads(text)["lines"]]
        assert (problems(text), check(text)) == ([], None)


def test_an_event_made_anew_does_not_fit_its_neighbor(busy: Agency) -> None:
    """Its own hash fits; the next event still has the one before."""
    body = json.loads(made(busy, "2024-07"))
    several = {event["seq"]: event for item in body["licenses"] for event in item["events"]}
    seq = next(seq for seq in sorted(several) if seq + 1 in several)
    event = several[seq]
    event["actor"] = "eve"
    fields = [event[name] for name in list(event)[:8]]
    text = canonical(fields, keys=False)
    event["hash"] = sha256(bytes.fromhex(event["previous"]) + text.encode()).hexdigest()
    assert problems(json.dumps(body)) == [("chain_broken", f"event {seq + 1}")]
    assert check(json.dumps(body)) is not None


@pytest.mark.parametrize("client", ["Ann", "Bob", ""])
@pytest.mark.parametrize("name", ["2024-07", "2024-08", "2024-09"])
def test_one_clients_proof_has_nothing_of_others(busy: Agency, name: str, client: str) -> None:
    text = made(busy, name, client)
    for other, site in (("Ann", A), ("Bob", B)):
        if other != client:
            assert other not in text
            assert site not in text
    if client != "Ann" and not (client == "" and name == "2024-07"):
        assert C not in text
    assert "late" not in text  # a remark is nobody's business
    whole = json.loads(made(busy, name))
    mine = {item["license_key"] for item in json.loads(text)["licenses"]}
    for item in whole["licenses"]:
        is_mine = any(
            stay[3] == (client or None) for stay in item["days"] if stay[0][:7] == name
        ) and not (item["bundle_size"] > 1 and item["bundle_key"] is None and client)
        if item["license_key"] not in mine:
            assert item["license_key"] not in text or item["bundle_size"] > 1
        if client:
            assert is_mine == (item["license_key"] in mine)


def test_a_void_invoice_has_no_proof_and_its_successor_has(busy: Agency) -> None:
    busy.do(settle.void, "INV-2024-07")
    with pytest.raises(Refused) as caught:
        made(busy, "INV-2024-07")
    assert caught.value.code == "invoice_void"
    text = made(busy, "2024-07")
    assert (problems(text), check(text)) == ([], None)
    busy.do(close.close_due)
    again = made(busy, "2024-07")
    assert json.loads(again)["invoice"]["number"] == "INV-2024-07-2"
    assert any(line["kind"] == "adjustment" for line in json.loads(again)["lines"])
    assert (problems(again), check(again)) == ([], None)


def test_history_before_the_books_has_no_proof(new_agency: Agency) -> None:
    new_agency.card(now="2024-01-01T00:00:00Z")
    new_agency.issue("jetpack-scan", at="2024-01-02T00:00:00Z")
    new_agency.do(settings.set_one, "bill-from", "2024-03")
    with pytest.raises(Refused) as caught:
        made(new_agency, "2024-02")
    assert caught.value.code == "settled_elsewhere"
    text = made(new_agency, "2024-03")
    assert (problems(text), check(text)) == ([], None)


def test_a_clients_own_markup_is_in_its_proof(busy: Agency) -> None:
    """As it was at the closing: what is edited later is for later months."""
    busy.do(edit.edit_client, "Ann", {"markup": "15"})
    assert json.loads(made(busy, "2024-08", "Ann"))["markup"] is None
    text = made(busy, "2024-09", "Ann")
    assert json.loads(text)["markup"] == "15"
    assert (problems(text), check(text)) == ([], None)


def test_names_that_changed_are_those_of_the_closing(busy: Agency) -> None:
    before = [made(busy, "2024-08", client) for client in (None, "Ann", "Bob")]
    record(busy, agency_events.client_renamed("Anna", "Ann"))
    record(busy, agency_events.site_renamed("https://aa.example", A))
    assert [made(busy, "2024-08", client) for client in (None, "Anna", "Bob")] == before
    for name in ("2024-09", "2024-08"):
        for client in (None, "Anna", "Bob"):
            text = made(busy, name, client)
            assert (problems(text), check(text)) == ([], None)
    text = made(busy, "2024-09", "Anna")
    assert '"site":"https://aa.example"' in text
    body = json.loads(text)
    assert len(body["renames"]) == 2
    for change in changes(body):
        if change[0][0] == "renames":
            other = changed(body, change)
            assert problems(other), change[:2]
            assert check(other) is not None, change[:2]
    assert A not in made(busy, "2024-09", "Bob")


def record(agency: Agency, entry: Any) -> None:
    """One event, as whatever command would write it."""
    with agency.desk() as desk, desk.writing() as writer:
        writer.record(*entry)


def test_what_can_t_be_asked_is_refused(busy: Agency) -> None:
    for name, client, markup, code in (
        ("2024-07", None, "10", "markup_without_client"),
        ("2024-07", "Nobody", None, "unknown_client"),
        ("INV-2024-01", None, None, "unknown_invoice"),
        ("2024-07", "Ann", "x", "bad_percent"),
    ):
        with pytest.raises(JpcliError) as caught:
            made(busy, name, client, markup)
        assert caught.value.code == code


def test_a_preview_by_a_clock_that_is_behind_is_refused(busy: Agency) -> None:
    busy.now = "2024-08-05T10:00:00Z"
    with pytest.raises(Refused) as caught:
        made(busy, "2024-09")
    assert caught.value.code == "clock_behind"
    assert problems(made(busy, "2024-07")) == []


@pytest.mark.parametrize("zone", ["America/Santiago", "Pacific/Apia", "Asia/Kathmandu"])
def test_days_are_those_of_the_ledgers_zone(tmp_path: Path, zone: str) -> None:
    agency = Agency(tmp_path / "zoned.db").init(zone=zone)
    agency.card(now="2023-01-01T00:00:00Z")
    key = agency.issue_one(now="2024-04-06T03:30:00Z")
    agency.do(assign.assign, [key], A, "Ann", now="2024-04-10T03:59:00Z")
    agency.revoke(agency.issue_one(now="2024-04-07T02:30:00Z"), now="2024-04-07T03:30:00Z")
    agency.do(close.close_due, now="2024-05-02T12:00:00Z")
    agency.now = "2024-05-20T00:00:00Z"
    for name, client in (("2024-04", None), ("2024-04", "Ann"), ("2024-05", None)):
        text = made(agency, name, client)
        assert (problems(text), check(text)) == ([], None)
    body = json.loads(made(agency, "2024-04"))
    event = json.loads(body["ledger"][0]["data"])
    assert event["zone_data"].startswith("0:")
    for change in changes(body):
        if change[0][0] in ("ledger", "licenses"):
            text = changed(body, change)
            assert problems(text), change[:2]
            assert check(text) is not None, change[:2]


@pytest.mark.file("the first ledgers were files")
def test_invoices_of_the_first_ledgers_have_proofs_without_shares(tmp_path: Path) -> None:
    """Once the ledger has the rules of its zone in itself; until then it is said how."""
    path = tmp_path / "ledger.db"
    path.write_bytes(gzip.decompress((DATA / "ledger-1-offline.db.gz").read_bytes()))
    agency = Agency(path, "2026-12-20T00:00:00Z")
    with pytest.raises(Refused) as caught:
        made(agency, "2024-07")
    assert caught.value.code == "zone_data_missing"
    agency.do(settings.set_one, "zone-data", "machine")
    for name in ("INV-2024-05-2", "INV-2024-06", "INV-2024-07"):
        for client in (None, "Ann", "Bob", "Cid", ""):
            text = made(agency, name, client)
            assert (problems(text), check(text)) == ([], None)
        whole = json.loads(made(agency, name))
        assert (whole["holders"], whole["shares"]) == (None, None)
    with pytest.raises(Refused) as caught:
        made(agency, "INV-2024-05")
    assert caught.value.code == "invoice_void"


@given(
    st.lists(actions, min_size=6, max_size=16),
    st.sampled_from([None, "0", "20", "33.333333", "-7.5"]),
    st.integers(0, 2**32),
)
@agencies(24)
def test_random_agencies_have_proofs_on_which_both_agree(
    story: list[tuple[str, int, int]], markup: str | None, seed: int
) -> None:
    random = Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        agency = told(Path(folder) / "ledger.db", story)
        agency.do(close.close_due, now="2024-06-02T12:00:00Z")
        agency.now = "2024-06-14T12:00:00Z"
        listed = agency.ask(invoices.list_invoices)["invoices"]
        names = [item["number"] for item in listed if item["status"] != "void"] + ["2024-06"]
        for name in random.sample(names, min(len(names), 3)):
            for client in (None, random.choice([one or "" for one in CLIENTS])):
                text = made(agency, name, client, None if client is None else markup)
                assert (problems(text), check(text)) == ([], None)
                body = json.loads(text)
                every = [c for c in changes(body) if is_proved(body, c[0])]
                for change in random.sample(every, min(len(every), 5)):
                    other = changed(body, change)
                    assert problems(other), change[:2]
                    assert check(other) is not None, change[:2]
