"""Idempotency keys of what makes, replaces or copies a ledger."""

from __future__ import annotations

import json
import os
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.errors import JpcliError, Refused
from jpcli.domain.instants import parse_instant
from jpcli.domain.limits import MAX_PROBLEMS
from jpcli.services.keyed import Keyed
from jpcli.services.ledger import upkeep
from jpcli.services.products import products
from tests.services.agency import BEGUN, NOW, Agency, codes, plain

EARLIER = "2024-06-01T12:00:00Z"
K1 = Keyed("k1", parse_instant(NOW), "ann")


def code_of(call: Any) -> str:
    with pytest.raises(JpcliError) as caught:
        call()
    return caught.value.code


def refusal_of(call: Any) -> Any:
    with pytest.raises(JpcliError) as caught:
        call()
    return caught.value.problems


# --- init -----------------------------------------------------------------------------------------


def test_init_under_a_key_is_done_once(tmp_path: Path) -> None:
    agency = Agency(tmp_path / "ledger.db").init(keyed=K1)
    agency.card(now=BEGUN)
    before = agency.state()
    agency.init(keyed=K1)
    agency.init(keyed=K1._replace(now_at=K1.now_at + 10**12, actor="bob"))
    assert agency.state() == before
    assert agency.check()["ok"]


@pytest.mark.parametrize(
    "other", [{"zone": "Europe/Berlin"}, {"prices": None}, {"name": "B"}, {"payment_terms_days": 1}]
)
def test_another_init_under_the_key_is_refused(tmp_path: Path, other: dict[str, Any]) -> None:
    agency = Agency(tmp_path / "ledger.db").init(keyed=K1)
    before = agency.state()
    assert code_of(lambda: agency.init(keyed=K1, **other)) == "idempotency_key_reused"
    assert agency.state() == before


@pytest.mark.file("files that are there, and backups put back over them")
def test_a_ledger_that_does_not_know_the_key_is_in_the_way(tmp_path: Path) -> None:
    agency = Agency(tmp_path / "ledger.db").init()
    before = agency.state()
    assert code_of(lambda: agency.init(keyed=K1)) == "ledger_exists"
    Path(tmp_path / "text").write_text("mine")
    assert code_of(lambda: Agency(tmp_path / "text").init(keyed=K1)) == "ledger_exists"
    assert agency.state() == before


# --- backup ---------------------------------------------------------------------------------------


def test_a_backup_under_a_key_is_made_once(agency: Agency, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    first = agency.do(upkeep.backup, str(target), key="k1")
    before = agency.state()
    target.unlink()
    again = agency.do(upkeep.backup, str(target), key="k1")
    assert plain(again) == plain(first)
    assert codes(again) == [*codes(first), "repeated"]
    assert not target.exists()
    other = lambda: agency.do(upkeep.backup, str(tmp_path / "b.db"), key="k1")  # noqa: E731
    assert code_of(other) == "idempotency_key_reused"
    assert agency.state() == before


def test_a_backup_that_was_killed_before_its_note_is_known_by_its_copy(
    agency: Agency, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "copy.db"
    with monkeypatch.context() as patch:
        patch.setattr("jpcli.services.change.remember", killed)
        with pytest.raises(KeyboardInterrupt):
            agency.do(upkeep.backup, str(target), key="k1")
    content = target.read_bytes()
    before = agency.state()
    assert code_of(lambda: agency.ask(upkeep.backup, str(target))) == "file_exists"  # no key
    assert agency.state() == before
    again = agency.do(upkeep.backup, str(target), key="k1")
    assert codes(again) == ["backed_up"]
    assert codes(agency.do(upkeep.backup, str(target), key="k1")) == ["backed_up", "repeated"]
    assert target.read_bytes() == content
    assert again.data["bytes"] == len(content)


def killed(*_: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.file("files that are there, and backups put back over them")
@pytest.mark.parametrize("there", ["older", "other", "damaged", "text", "folder", "itself", "link"])
def test_what_is_no_copy_of_all_there_is_stays_in_the_way_of_a_keyed_backup(
    agency: Agency, tmp_path: Path, there: str
) -> None:
    target = tmp_path / "copy.db"
    if there in ("older", "damaged"):
        agency.ask(upkeep.backup, str(target))
    if there == "older":
        agency.issue_one()
    elif there == "other":
        Agency(target).init()
    elif there == "damaged":
        with sqlite3.connect(target) as raw:
            raw.execute("UPDATE cards SET last4 = '0000'")
    elif there == "text":
        target.write_text("mine")
    elif there == "folder":
        target.mkdir()
    elif there == "itself":
        target = Path(agency.called)
    elif there == "link":
        target.symlink_to(agency.path)
    before = agency.state()
    assert code_of(lambda: agency.do(upkeep.backup, str(target), key="k1")) == "file_exists"
    assert agency.state() == before


@pytest.mark.file("files that are there, and backups put back over them")
def test_a_ledger_that_cant_keep_the_key_is_not_copied(
    agency: Agency, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.link(agency.path, tmp_path / "other.db")
    target = tmp_path / "copy.db"
    assert code_of(lambda: agency.do(upkeep.backup, str(target), key="k1")) == "ledger_hard_linked"
    assert not target.exists()


# --- restore --------------------------------------------------------------------------------------


@pytest.mark.file("files that are there, and backups put back over them")
def test_a_restore_under_a_key_is_done_once(agency: Agency, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    agency.ask(upkeep.backup, str(copy))

    def restore(source: Path = copy) -> Any:
        return upkeep.restore(agency.path, str(source), replace=True, keyed=K1)

    first = restore()
    assert agency.state().events == Agency(copy).state().events + 1
    agency.issue_one()
    before = agency.state()
    copy.unlink()
    again = restore()
    assert plain(again) == plain(first)
    assert codes(again) == [*codes(first), "repeated"]
    with pytest.raises(Refused):
        restore(tmp_path / "another.db")
    assert agency.state() == before
    assert agency.check()["ok"]
    assert len([name for name in os.listdir(tmp_path) if "before-restore" in name]) == 1


@pytest.mark.file("files that are there, and backups put back over them")
@pytest.mark.parametrize("there", ["nothing", "rubbish"])
def test_a_restore_under_a_key_needs_no_ledger_there(
    agency: Agency, tmp_path: Path, there: str
) -> None:
    copy, path = tmp_path / "copy.db", tmp_path / "new.db"
    agency.ask(upkeep.backup, str(copy))
    if there == "rubbish":
        path.write_text("rubbish")
    first = upkeep.restore(str(path), str(copy), replace=True, keyed=K1)
    again = upkeep.restore(str(path), str(copy), replace=True, keyed=K1)
    assert plain(again) == plain(first)
    assert Agency(path).check()["ok"]


# --- import ---------------------------------------------------------------------------------------


def test_an_import_is_remembered_also_when_it_would_be_refused_now(
    agency: Agency, tmp_path: Path
) -> None:
    """By a clock that was set back: what was issued is to come."""
    source = tmp_path / "history.csv"
    header = "license_key,product,issued_at,bundle_key,bundle_size\n"
    source.write_text(header + "p_1,jetpack-security-t1,2024-07-01T00:00:00Z,,3\n")
    agency.import_file(source)
    children = (f"c_{n},jetpack-security-t1,2024-07-01T00:00:00Z,p_1,\n" for n in range(3))
    source.write_text(header + "".join(children))
    first = agency.import_file(source, key="k1")
    before = agency.state()
    assert code_of(lambda: agency.import_file(source, now=EARLIER)) == "time_in_future"
    again = agency.import_file(source, key="k1", now=EARLIER)
    assert plain(again) == plain(first)
    assert agency.state() == before
    source.write_text(header + "c_1,nothing,2024-07-01T00:00:00Z,p_1,\n")
    assert code_of(lambda: agency.import_file(source, key="k1")) == "idempotency_key_reused"
    assert agency.state() == before


LINES = [f"c_{n},jetpack-security-t1,2024-07-01T00:00:00Z,p_1," for n in range(MAX_PROBLEMS + 20)]


@pytest.mark.parametrize("many", [MAX_PROBLEMS - 1, MAX_PROBLEMS, MAX_PROBLEMS + 1, len(LINES)])
def test_an_import_with_very_many_problems_says_the_same_again(
    agency: Agency, tmp_path: Path, many: int
) -> None:
    """The first answer where it was right once; its refusal where its key is new; no more."""
    source, bad = tmp_path / "history.csv", tmp_path / "bad.csv"
    header = "license_key,product,issued_at,bundle_key,bundle_size\n"
    agency.do(products.set_price, "jetpack-security-t1", "5", None, len(LINES))
    parent = f"p_1,jetpack-security-t1,2024-07-01T00:00:00Z,,{len(LINES)}\n"
    source.write_text(header + parent)
    agency.import_file(source)
    source.write_text(header + "\n".join(LINES[:many]))
    bad.write_text(source.read_text() + "\nx_1,jetpack-security-t1,soon,,\n")
    first = agency.import_file(source, key="k1")
    before = agency.state()
    import_early = partial(agency.import_file, now=EARLIER)  # when nothing of it was issued yet
    assert plain(import_early(source, key="k1")) == plain(first)
    for file, most in ((source, many), (bad, many + 1)):
        found, *again = [
            refusal_of(partial(import_early, file, key=key)) for key in (None, "k2", "k2")
        ]
        assert again == [found, found]
        assert len(found) == min(most, MAX_PROBLEMS + 1)
    assert code_of(lambda: agency.import_file(bad, key="k1")) == "idempotency_key_reused"
    unread = tmp_path / "unread.csv"
    unread.write_text(source.read_text() + "\nx_1,jetpack-security-t1\n")
    assert code_of(lambda: agency.import_file(unread, key="k1")) == "idempotency_key_reused"
    assert agency.state() == before


@pytest.mark.parametrize("key", [None, "k1"])
@pytest.mark.parametrize("bad", ["x_1,jetpack-scan", "x_1,,2024-07-01", "x_1,jetpack-scan,soon"])
def test_one_bad_line_refuses_the_whole_file_under_a_key_too(
    agency: Agency, tmp_path: Path, bad: str, key: str | None
) -> None:
    """Whether the reader of the rows finds it or the import does."""
    source = tmp_path / "history.csv"
    good = "license_key,product,issued_at\ng_1,jetpack-scan,2024-07-01\n"
    source.write_text(f"{good}{bad}\n")
    before = agency.state()
    found = refusal_of(lambda: agency.import_file(source, key=key))
    assert [problem.line for problem in found] == [3]
    assert agency.state() == before
    source.write_text(good)
    assert plain(agency.import_file(source, key=key))["imported"] == 1


# --- export and import ----------------------------------------------------------------------------


@pytest.mark.file("files that are there, and backups put back over them")
def test_a_backup_has_the_keys_and_an_export_has_none(agency: Agency, tmp_path: Path) -> None:
    """So with a key of the ledger that the file is from, a command is done in the other one."""
    first = agency.issue("jetpack-ai", key="the-key")
    copy = Agency(tmp_path / "copy.db")
    agency.do(upkeep.backup, copy.path)
    file = tmp_path / "history.ndjson"
    rows = agency.ask(upkeep.export)["licenses"]
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    assert "the-key" not in file.read_text()
    other = Agency(tmp_path / "other.db").init()
    other.card()
    other.import_file(file)
    assert copy.issue("jetpack-ai", key="the-key") == first
    (made,) = other.issue("jetpack-ai", key="the-key")
    assert made not in first
    assert other.issue("jetpack-ai", key="the-key") == [made]
    assert [row["license_key"] for row in other.ask(upkeep.export)["licenses"]] == [*first, made]
    assert other.check()["ok"]
