"""Rows that wait for an answer: the same whether they are in memory or in a file."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest

from jpcli.domain.answers import LongNotes, Note, Rows
from jpcli.services import spool
from jpcli.services.spool import Spool, noted, table

ROWS = [(number, f"key-{number}", None, "ü\ud800\0", -number, True) for number in range(10)]


@pytest.fixture(params=[2, 3, 10, 100])
def batch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(spool, "BATCH", request.param)
    return int(request.param)


@pytest.mark.parametrize("count", range(11))
def test_every_row_comes_back_again_and_again(batch: int, count: int) -> None:
    kept: Spool[Any] = Spool(tuple)
    kept.extend(ROWS[:count])
    assert len(kept) == count
    assert kept.is_short == (count < batch)
    assert list(kept) == list(kept) == ROWS[:count]


def test_two_readers_do_not_disturb_each_other_or_the_writer(batch: int) -> None:
    kept: Spool[Any] = Spool(tuple)
    kept.extend(ROWS[:7])
    first, second = iter(kept), iter(kept)
    assert list(islice(first, 3)) == list(islice(second, 3)) == ROWS[:3]
    assert list(first) == list(second) == ROWS[3:7]
    kept.append(ROWS[7])
    assert list(kept) == ROWS[:8]


def test_a_short_table_is_a_list_and_a_long_one_streams(batch: int) -> None:
    columns = ("a", "b", "c", "d", "e", "f")
    found = table(columns, iter(ROWS))
    if batch > len(ROWS):
        assert found == [dict(zip(columns, row, strict=True)) for row in ROWS]
    else:
        assert isinstance(found, Rows)
        assert (found.columns, list(found.rows)) == (columns, ROWS)


def test_remarks_are_a_tuple_until_they_are_many(batch: int) -> None:
    notes = [Note("c", f"message {number}", "info", None) for number in range(5)]
    kept: Spool[Note] = Spool(Note._make)
    kept.extend(notes)
    found = noted(kept)
    assert isinstance(found, LongNotes if batch <= 5 else tuple)
    assert list(found) == notes
    assert (len(found), found[1]) == (5, notes[1])


def test_no_room_for_the_rows_is_an_error_at_once(
    batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    kept: Spool[Any] = Spool(tuple)
    if batch > len(ROWS):
        kept.extend(ROWS)
        return
    with pytest.raises(OSError, match="No space"):
        kept.extend(ROWS)
