"""A name in an event means who had it then, however often it changed hands since."""

from __future__ import annotations

from pathlib import Path

import pytest

from jpcli.domain.events import CLIENT_ADDED
from jpcli.ledger.snapshots import names
from tests.services.agency import Agency

RENAMED = "client.takes_over"  # a kind such as there may be one day
NAMINGS = [
    (100, CLIENT_ADDED, "Ann", "{}"),
    (101, CLIENT_ADDED, "Bob", "{}"),
    (102, RENAMED, "Zoe", '{"from":"Ann"}'),
    (103, CLIENT_ADDED, "Ann", "{}"),
    (104, RENAMED, "Ned", '{"from":"Ann"}'),
    (105, RENAMED, "Ann", '{"from":"Zoe"}'),
]


@pytest.mark.parametrize(
    ("name", "seq", "whose"),
    [
        ("Ann", 100, 100),
        ("Ann", 102, 100),
        ("Bob", 109, 101),
        ("Zoe", 102, 100),
        ("Ann", 103, 103),
        ("Ann", 104, 103),
        ("Ned", 104, 103),
        ("Ann", 105, 100),
        ("Ann", 109, 100),
        (None, 109, None),
    ],
)
def test_a_name_is_whose_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str | None, seq: int, whose: int | None
) -> None:
    monkeypatch.setattr(names, "NAME_A_CLIENT", (CLIENT_ADDED, RENAMED))
    with Agency(tmp_path / "ledger.db").init().desk() as desk:
        for number, kind, subject, data in NAMINGS:
            desk.ledger.execute(
                "INSERT INTO events (seq, kind, subject, at, recorded_at, actor, data, hash)"
                " VALUES (?, ?, ?, 0, 0, 'ann', ?, ?)",
                (number, kind, subject, data, b""),
            )
        assert names.NamesThen(desk.ledger).client_id(name, seq) == whose
