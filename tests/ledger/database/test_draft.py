"""A file is there whole or not at all, and nothing is left beside it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from jpcli.domain.errors import Refused
from jpcli.ledger.database.draft import draft_beside, folder_unwritable, link_new, make_empty

if TYPE_CHECKING:
    from pathlib import Path


def test_nothing_is_left_of_a_draft_however_the_block_ends(tmp_path: Path) -> None:
    def broken_off() -> None:
        with draft_beside(str(tmp_path / "ledger.db")) as draft:
            for suffix in ("", "-wal", "-shm", "-journal"):
                make_empty(draft + suffix)
            assert os.stat(draft).st_mode & 0o777 == 0o600
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken_off()
    assert list(tmp_path.iterdir()) == []


def test_a_draft_gets_its_name_once(tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    for content in ("first", "second"):
        with draft_beside(str(target)) as draft:
            with open(draft, "x", encoding="utf-8") as stream:
                stream.write(content)
            assert os.path.dirname(draft) == str(tmp_path)
            if content == "first":
                link_new(draft, str(target))
            else:
                with pytest.raises(Refused) as caught:
                    link_new(draft, str(target))
                assert (caught.value.code, caught.value.exit_code) == ("file_exists", 3)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("copy.db", "first")]


def test_the_refusal_names_the_folder(tmp_path: Path) -> None:
    error = OSError(13, "Permission denied")
    found = folder_unwritable(str(tmp_path / "a.txt"), error, "file", "Name another file.")
    assert found.message == f"No file can be made in {tmp_path} (Permission denied)"
    assert (found.code, found.subject) == ("folder_unwritable", str(tmp_path))
