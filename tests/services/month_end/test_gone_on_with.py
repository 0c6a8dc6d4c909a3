"""A month's end that was stopped, that is tried first, or that meets another one in its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.answers import Answer
from jpcli.domain.errors import JpcliError
from jpcli.services.files.folder import SUMS
from jpcli.services.invoices import close, settle
from jpcli.services.invoices.each_client import each_client
from jpcli.services.ledger import upkeep
from jpcli.services.licenses import assign
from jpcli.services.month_end import month_end as ending
from jpcli.services.month_end.files import Wanted
from tests.services.agency import A, Agency

JULY, OCTOBER, NOVEMBER = "2024-07-01T09:00:00Z", "2024-10-01T09:00:00Z", "2024-11-01T09:00:00Z"
AUGUST = "2024-08-01T09:00:00Z"


@pytest.fixture
def busy(agency: Agency) -> Agency:
    """July to September 2024 wait to be closed."""
    return begun(agency)


def begun(agency: Agency) -> Agency:
    (key,) = agency.issue("jetpack-scan", 1, now=JULY)
    agency.do(assign.assign, [key], A, "Ada", now=JULY)
    return agency


@pytest.fixture
def other(tmp_path: Path) -> Agency:
    """Another ledger, with invoices of the same numbers."""
    agency = Agency(tmp_path / "other.db").init()
    agency.card(now=JULY)
    return begun(agency)


def end(agency: Agency, folder: Path, month: str | None = None, **told: Any) -> Answer[Any]:
    replaces = told.pop("replaces", False)
    wanted = Wanted(str(folder), ("csv",), ("hledger",), replaces)
    return agency.do(ending.month_end, month, wanted, **{"now": OCTOBER, **told})


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()} if folder.is_dir() else {}


class _Killed(BaseException):
    """As SIGKILL: nothing catches it."""


STOPS = {
    "nothing closed": ("_closed", 0),
    "no file": ("write_files", 0),
    "one month": ("write_files", 1),
    "two months": ("write_files", 2),
    "not ended": ("wrote_note", 0),
}


@pytest.mark.parametrize("month", [None, "2024-09"])
@pytest.mark.parametrize("now", [OCTOBER, NOVEMBER])
@pytest.mark.parametrize("stop", STOPS)
def test_each_month_that_a_stopped_run_has_closed_gets_its_files(
    busy: Agency,
    other: Agency,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stop: str,
    now: str,
    month: str | None,
) -> None:
    name, calls = STOPS[stop]
    real = getattr(ending, name)
    left = [calls]

    def dying(*arguments: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise _Killed
        return real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(ending, name, dying)
        with pytest.raises(_Killed):
            end(busy, tmp_path / "bills", month)
    assert outcome(other, tmp_path / "bills") == "another_ledgers_folder"
    end(busy, tmp_path / "bills", month and "2024-09", now=now)
    found = contents(tmp_path / "bills")
    months = ("07", "08", "09") if month or now == OCTOBER else ("07", "08", "09", "10")
    assert sorted(found) == [
        *(f"INV-2024-{each}-{what}" for each in months for what in FILES),
        SUMS,
    ]
    assert "unfinished" not in found[SUMS]
    again = end(busy, tmp_path / "bills", now=NOVEMBER if now == NOVEMBER else OCTOBER)
    assert len(again.data["files"]) == len(FILES)  # nothing is left to go on with


FILES = ("01-Ada.csv", "index.csv", "index.html", "journal.hledger")


def test_a_month_behind_the_one_that_is_named_is_gone_on_with_later(
    busy: Agency, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(*_: Any) -> Any:
        raise _Killed

    bills = tmp_path / "bills"
    with monkeypatch.context() as patch:
        patch.setattr(ending, "write_files", dying)
        with pytest.raises(_Killed):
            end(busy, bills)
    end(busy, bills, "2024-07")
    busy.do(each_client, "2024-07", str(bills), ("csv",), now=OCTOBER)
    assert {name[:11] for name in contents(bills) if name != SUMS} == {"INV-2024-07"}
    end(busy, bills, "2024-09")
    assert len(contents(bills)) == 3 * len(FILES) + 1


def told(answer: Answer[Any] | JpcliError) -> Any:
    if isinstance(answer, JpcliError):
        return answer.code
    return (
        answer.data["files"],
        [each["files"] for each in answer.data["statements"]],
        answer.data["problems"],
        [error.code for error in answer.failures],
    )


def outcome(agency: Agency, folder: Path, **how: Any) -> Any:
    try:
        return told(end(agency, folder, **how))
    except JpcliError as error:
        return told(error)


def _closed_again(agency: Agency, folder: Path, _other: Agency) -> None:
    end(agency, folder)
    agency.do(settle.void, "INV-2024-09", None, now=OCTOBER)
    agency.do(close.close_due, now=OCTOBER)


def _changed(agency: Agency, folder: Path, _other: Agency) -> None:
    end(agency, folder)
    for name in ("01-Ada.csv", "index.html", "journal.hledger"):
        (folder / f"INV-2024-09-{name}").write_text("mine")


def _foreign(_agency: Agency, folder: Path, _other: Agency) -> None:
    folder.mkdir()
    (folder / "INV-2024-08-01-Ada.csv").write_text("mine")
    (folder / "INV-2024-07-index.csv").mkdir()


def _file(_agency: Agency, folder: Path, _other: Agency) -> None:
    folder.write_text("mine")


def _others(_agency: Agency, folder: Path, other: Agency) -> None:
    end(other, folder)


@pytest.mark.parametrize("replaces", [False, True])
@pytest.mark.parametrize("before", [_closed_again, _changed, _foreign, _file, _others])
def test_a_dry_run_says_what_would_be_and_would_not_be_written(
    busy: Agency, other: Agency, tmp_path: Path, before: Any, replaces: bool
) -> None:
    bills = tmp_path / "bills"
    before(busy, bills, other)
    state, there = busy.state(), contents_or_text(bills)
    dry = outcome(busy, bills, dry_run=True, replaces=replaces)
    assert (busy.state(), contents_or_text(bills)) == (state, there)
    real = outcome(busy, bills, replaces=replaces)
    if (before, replaces) != (_foreign, True):  # a folder in the place of a file stays
        assert dry == real


def contents_or_text(folder: Path) -> Any:
    if not folder.is_dir():
        return folder.read_text() if folder.exists() else None
    return {path.name: path.is_file() and path.read_text() for path in folder.iterdir()}


@pytest.mark.parametrize("road", ["month-end", "each client"])
def test_two_ledgers_do_not_write_over_each_others_files(
    busy: Agency, other: Agency, tmp_path: Path, road: str
) -> None:
    bills = tmp_path / "bills"
    end(other, bills)
    state, there = busy.state(), contents(bills)

    def write(agency: Agency, replaces: bool = False) -> Any:
        if road == "month-end":
            return end(agency, bills, replaces=replaces)
        asked = ("2024-08", str(bills), ("csv",))
        return agency.do(each_client, *asked, replaces=replaces, now=OCTOBER)

    with pytest.raises(JpcliError) as error:
        write(busy)
    assert (error.value.code, error.value.exit_code) == ("another_ledgers_folder", 3)
    assert (busy.state(), contents(bills)) == (state, there)
    write(busy, replaces=True)
    assert write(busy).failures == ()  # its own since
    with pytest.raises(JpcliError):
        write(other)


@pytest.mark.file("a copy of it")
def test_a_copy_of_the_ledger_goes_on_in_its_folder(busy: Agency, tmp_path: Path) -> None:
    end(busy, tmp_path / "bills")
    busy.ask(upkeep.backup, str(tmp_path / "copy.db"))
    answer = end(Agency(tmp_path / "copy.db"), tmp_path / "bills")
    assert [answer.notes[0].code, answer.failures] == ["unchanged", ()]


def test_a_folder_that_names_no_ledger_is_taken_over(busy: Agency, tmp_path: Path) -> None:
    """As those are that were written before they did."""
    bills = tmp_path / "bills"
    end(busy, bills)
    lines = contents(bills)[SUMS].splitlines(keepends=True)
    assert lines[0].startswith("# ledger ")
    (bills / SUMS).write_text("".join(lines[1:]))
    assert end(busy, bills).failures == ()
    assert contents(bills)[SUMS] == "".join(lines)


def test_two_at_once_under_one_key_are_both_answered(
    busy: Agency, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ending._ended
    answers = []

    def meanwhile(*arguments: Any) -> Any:
        answer = real(*arguments)
        monkeypatch.setattr(ending, "_ended", real)
        answers.append(end(busy, tmp_path / "bills", key="k"))
        return answer

    monkeypatch.setattr(ending, "_ended", meanwhile)
    answers.append(end(busy, tmp_path / "bills", key="k"))
    assert [answer.failures for answer in answers] == [(), ()]
    assert end(busy, tmp_path / "bills", key="k").data == answers[0].data
    assert busy.check()["ok"]


def test_a_key_is_of_the_folder_wherever_that_is_named_from(
    busy: Agency, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "one")
    end(busy, Path("bills"), key="k")
    assert end(busy, tmp_path / "one" / "bills", key="k").notes[-1].code == "repeated"
    monkeypatch.chdir(tmp_path / "two")
    assert outcome(busy, Path("bills"), key="k") == "idempotency_key_reused"
    assert not (tmp_path / "two" / "bills").exists()
