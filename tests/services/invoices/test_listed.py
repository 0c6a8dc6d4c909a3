"""A closing whose holders and shares were recorded before it, in events of their own, is the same
as one that has them itself (I8)."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain.errors import Refused
from jpcli.domain.listed import Listed
from jpcli.ledger.writer import Writer
from jpcli.services import log
from jpcli.services.invoices import close, invoices, settle
from jpcli.services.invoices.statement import statement
from jpcli.services.ledger import upkeep
from jpcli.services.undo import undo
from tests import engines
from tests.property.agencies import agencies
from tests.property.test_closing import WEEKS
from tests.property.test_statements import CLIENTS, actions, told
from tests.services.agency import Agency, compared
from tests.services.proofs.changes import changed, changes, is_proved
from tests.services.proofs.checker import check
from tests.services.proofs.test_proofs import busy as busy
from tests.services.proofs.test_proofs import made, problems

KEPT = {
    "holders": "SELECT i.number, i.content_hash, h.holder, h.client_id, h.site_id, h.client, h.site"
    " FROM invoice_holders h JOIN invoices i ON i.id = h.invoice_id ORDER BY 1, 3",
    "shares": "SELECT i.number, s.position, s.holder, s.license_days, s.amount_minor"
    " FROM invoice_shares s JOIN invoices i ON i.id = s.invoice_id ORDER BY 1, 2, 3",
}
LISTED = "SELECT seq, subject, data FROM events WHERE kind = 'invoice.listed' ORDER BY seq"
CLOSED = "SELECT seq, data FROM events WHERE kind = 'invoice.closed' ORDER BY seq"
OCT_2 = "2024-10-02T10:00:00Z"


@contextmanager
def limits(most: int, rows: int) -> Iterator[None]:
    """So many rows are in a closing at most, and so many in each event before it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(close, "MOST_IN_CLOSING", most)
        patch.setattr(close, "ROWS_LISTED", rows)
        patch.setattr(close, "_LISTED_AT_ONCE", 1 + rows % 3)
        yield


def seen(agency: Agency) -> dict[str, Any]:
    """What a reader gets of every invoice, whatever numbers its events have."""
    found: dict[str, Any] = {name: agency.stored(sql) for name, sql in KEPT.items()}
    listed = agency.ask(invoices.list_invoices)["invoices"]
    found["invoices"] = listed
    with agency.desk(writes=False) as desk:
        for item in listed:
            for client in (None, *(name or "" for name in CLIENTS)):
                told = compared(statement(desk, item["number"], client, "20"))
                found[f"{item['number']} {client}"] = told._replace(head="")
    for month in ("2024-05", "2024-06"):
        for by in ("client", "site", "license", "day"):
            found[f"{month} {by}"] = agency.preview(month, by=by)
    return found


def proofs(agency: Agency) -> list[Any]:
    """What was kept, as proofs show it; each is right."""
    found = []
    for item in agency.ask(invoices.list_invoices)["invoices"]:
        if item["status"] != "void":
            text = made(agency, item["number"])
            assert (problems(text), check(text)) == ([], None)
            body = json.loads(text)
            found.append([body[name] for name in ("lines", "holders", "shares", "counts")])
    return found


@given(
    st.lists(actions, min_size=6, max_size=len(WEEKS)),
    st.integers(0, 4),
    st.integers(1, 4),
)
@agencies(20)
def test_it_is_the_same_as_a_closing_in_one_piece(
    story: list[tuple[str, int, int]], most: int, rows: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with limits(most, rows):
            listed = told(Path(folder) / "ledger.db", story)
        whole = listed.copied(Path(folder) / "whole.db")
        with limits(most, rows):
            listed.do(close.close_due, now="2024-06-02T12:00:00Z")
        whole.do(close.close_due, now="2024-06-02T12:00:00Z")
        listed.now = whole.now = "2024-06-14T12:00:00Z"
        assert seen(listed) == seen(whole)
        assert proofs(listed) == proofs(whole)
        assert (listed.problems(), whole.problems()) == ([], [])
        copy = str(Path(folder) / "copy.db")
        listed.do(upkeep.backup, copy)
        restored = Agency(Path(folder) / "restored.db", listed.now)
        upkeep.restore(str(restored.path), copy, replace=False)
        assert seen(restored) == seen(whole)
        assert proofs(restored) == proofs(whole)


@pytest.fixture
def listed(busy: Agency) -> Agency:
    """September is closed, too, and its closing has nothing but how much was recorded before."""
    with limits(0, 2):
        busy.do(close.close_due, now=OCT_2)
    busy.now = OCT_2
    return busy


def test_the_closing_says_how_much_was_recorded_right_before_it(listed: Agency) -> None:
    *_, (seq, text) = listed.stored(CLOSED)
    data = json.loads(text)
    assert data.keys().isdisjoint({"holders", "shares"})
    counted = Listed(**data["listed"])
    events = [(row[0], row[1], json.loads(row[2])) for row in listed.stored(LISTED)]
    assert [row[0] for row in events] == list(range(seq - counted.events, seq))
    assert {row[1] for row in events} == {"INV-2024-09"}
    assert [row[2]["left"] for row in events] == list(range(counted.events, 0, -1))
    for name, number in (("holders", counted.holders), ("shares", counted.shares)):
        parts = [row[2] for row in events if name in row[2]]
        assert sum(len(part[name]) for part in parts) == number > 2
        assert [part["first"] for part in parts] == list(range(0, number, 2))
        assert all(len(part[name]) == 2 for part in parts[:-1])


def test_a_closing_of_few_has_them_itself(busy: Agency) -> None:
    busy.do(close.close_due, now=OCT_2)
    *_, (_, text) = busy.stored(CLOSED)
    assert {"holders", "shares"} < json.loads(text).keys()
    assert "listed" not in json.loads(text)
    assert busy.stored(LISTED) == []


@pytest.mark.parametrize("most", [0, 4])
def test_as_many_as_fit_are_in_the_closing(busy: Agency, most: int) -> None:
    dry = busy.copied(Path(busy.path).with_name("dry.db"))
    dry.do(close.close_due, now=OCT_2)
    *_, (_, text) = dry.stored(CLOSED)
    number = max(len(json.loads(text)[name]) for name in ("holders", "shares"))
    for limit, expected in ((number, 0), (number - 1, 2)):
        agency = busy.copied(Path(busy.path).with_name(f"limit-{limit}.db"))
        with limits(limit, 1_000):
            agency.do(close.close_due, now=OCT_2)
        assert len(agency.stored(LISTED)) == expected


def test_damage_in_any_of_the_events_is_found(listed: Agency, tmp_path: Path) -> None:
    rows = listed.stored(LISTED)
    assert len(rows) > 3
    for seq, _, text in rows:
        data = json.loads(text)
        name = "holders" if "holders" in data else "shares"
        data[name][-1][0] = 1 if data[name][-1][0] != 1 else 2
        harmed = json.dumps(data, separators=(",", ":"))
        ways = (
            ("event_changed", f"UPDATE events SET data = '{harmed}' WHERE seq = {seq}"),
            ("event_changed", f"UPDATE events SET at = at + 1 WHERE seq = {seq}"),
            ("event_missing", f"DELETE FROM events WHERE seq = {seq}"),
        )
        for number, (code, harm) in enumerate(ways):
            copy = listed.copied(tmp_path / f"harmed-{seq}-{number}.db")
            engines.engine.harm(copy.path, (harm,))
            assert (code, f"event {seq}") in copy.problems()


def test_damage_in_what_they_add_up_to_is_found(listed: Agency, tmp_path: Path) -> None:
    ((last,),) = listed.stored("SELECT MAX(id) FROM invoices")
    for table in ("invoice_holders", "invoice_shares"):
        copy = listed.copied(tmp_path / f"{table}.db")
        where = f"WHERE invoice_id = {last} AND holder = 2"
        engines.engine.harm(copy.path, (f"DELETE FROM {table} {where}",))
        assert ("state_differs", str(last)) in copy.problems()


def test_a_run_that_ends_between_them_leaves_nothing(
    busy: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = busy.state()
    usual = Writer.flush

    def ends_after(number: int) -> Any:
        flushed = []

        def flush(self: Writer) -> None:
            usual(self)
            flushed.append(1)
            if len(flushed) == number:
                raise KeyboardInterrupt

        return flush

    ended = 0
    with limits(0, 2):
        while True:
            monkeypatch.setattr(Writer, "flush", ends_after(ended + 1))
            try:
                busy.do(close.close_due, now=OCT_2)
            except KeyboardInterrupt:
                assert busy.state() == before
                ended += 1
            else:
                break
    assert ended > 3
    assert busy.problems() == []


@pytest.mark.file("a process that is killed with a file open")
def test_a_process_that_is_killed_between_them_leaves_nothing(busy: Agency) -> None:
    before = busy.stored("SELECT seq, hash FROM chain")
    fork = multiprocessing.get_context("fork")
    for number in (1, 2, 3):
        process = fork.Process(target=_killed, args=(busy, number))
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        assert busy.stored("SELECT seq, hash FROM chain") == before
        assert busy.problems() == []
        assert busy.stored(LISTED) == []


def _killed(agency: Agency, number: int) -> None:
    usual, flushed = Writer.flush, []

    def flush(self: Writer) -> None:
        usual(self)
        flushed.append(1)
        if len(flushed) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    Writer.flush = flush  # type: ignore[method-assign]
    with limits(0, 2):
        agency.do(close.close_due, now=OCT_2)


def test_a_dry_run_and_a_second_run_write_nothing(busy: Agency) -> None:
    before = busy.state()
    with limits(0, 2):
        tried = busy.do(close.close_due, now=OCT_2, dry_run=True)
        assert busy.state() == before
        done = busy.do(close.close_due, now=OCT_2, key="k")
        after = busy.state()
        again = busy.do(close.close_due, now=OCT_2, key="k")
    assert busy.state() == after
    assert again.data == done.data
    assert tried.data["invoices"][0]["content_hash"] == done.data["invoices"][0]["content_hash"]


def test_the_log_tells_of_them_and_what_takes_a_command_back_of_the_closing(
    listed: Agency,
) -> None:
    told = list(listed.ask(log.list_events, kind="invoice")["events"])
    kinds = [event["kind"] for event in told]
    assert kinds.count("invoice.listed") == len(listed.stored(LISTED))
    for number in (None, listed.stored(LISTED)[0][0]):
        with pytest.raises(Refused, match="INV-2024-09 is closed") as refused:
            listed.do(undo.undo, number)
        assert refused.value.code == "cannot_be_undone"
    listed.do(settle.void, "INV-2024-09")
    assert listed.problems() == []
    with limits(0, 3):
        listed.do(close.close_due)
    assert listed.problems() == []
    assert {row[1] for row in listed.stored(LISTED)} == {"INV-2024-09", "INV-2024-09-2"}


def test_every_single_change_of_its_proof_is_found_by_both(listed: Agency) -> None:
    body = json.loads(made(listed, "2024-09"))
    assert (problems(json.dumps(body)), check(json.dumps(body))) == ([], None)
    missed, tried = [], 0
    for change in changes(body):
        if change[0][0] not in ("closing", "holders", "shares", "invoice"):
            continue
        if is_proved(body, change[0]):
            tried += 1
            text = changed(body, change)
            found = bool(problems(text)), check(text) is not None
            if found != (True, True):
                missed.append((*change[:2], found))
    assert tried > 100
    assert missed == []


@pytest.mark.parametrize(
    "stated",
    [
        *(None, 7, [], {}, {"holders": 1, "shares": 1}),
        *({"holders": 1, "shares": 1, "rows": rows} for rows in (0, -1, True, "2", 10_001)),
        *({"holders": -1, "shares": 1, "rows": 2}, {"holders": 1, "shares": 1.5, "rows": 2}),
        {"holders": 1, "shares": 1, "rows": 2, "more": 0},
    ],
    ids=str,
)
def test_what_can_not_be_a_count_is_no_proof(listed: Agency, stated: Any) -> None:
    body = json.loads(made(listed, "2024-09"))
    body["closing"]["data"]["listed"] = stated
    assert [code for code, _ in problems(json.dumps(body))] == ["bad_proof"]
    assert check(json.dumps(body)) is not None


def test_an_event_among_them_is_too_late(listed: Agency) -> None:
    """They are one with the closing: no event of a bill can have come in between."""
    body = json.loads(made(listed, "2024-09"))
    event = body["licenses"][0]["events"][0]
    event["seq"] = body["closing"]["seq"] - 1
    assert ("event_late", f"event {event['seq']}") in problems(json.dumps(body))
    assert check(json.dumps(body)) is not None
