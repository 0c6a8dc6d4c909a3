"""An agency whose licenses are at Jetpack, which is the double in this process."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from jpcli.jetpack.licensing import Licensing
from jpcli.jetpack.transport import Timeouts
from jpcli.ledger.queries import wishes
from jpcli.ledger.queries.wishes import Wish
from jpcli.services.jetpack import access
from tests import engines
from tests.forked import Forked
from tests.jetpack_double.double import JetpackDouble
from tests.jetpack_double.fixtures import jetpack_double
from tests.services.agency import Agency

__all__ = ["jetpack_double"]

_numbers = count()


class Desk(Agency):
    """The agency, with what Jetpack has of it."""

    double: JetpackDouble

    def rows(self, use_case: Callable[..., Any], text: str, *args: Any, **options: Any) -> Any:
        """A bulk command on a file with this text."""
        from jpcli.services.files.read import read_rows

        source = Path(f"{self.called}-{next(_numbers)}.csv")
        source.write_text(text, encoding="utf-8")
        problems: list[Any] = []
        known = frozenset(
            {"product", "quantity", "site", "client", "bundle_size", "license_key", "to"}
        )
        rows = read_rows(
            str(source), known=known, required=frozenset(), problems=problems, whole=True
        )
        return self.do(use_case, rows, problems, *args, **options)

    def shown(self, key: str) -> dict[str, Any]:
        """One license as the ledger has it."""
        from jpcli.services.licenses.licenses import show

        (found,) = self.ask(show, [key])["licenses"]
        return dict(found)

    def wishes(self) -> list[Wish]:
        """Those that wait."""
        with self.desk(writes=False) as desk:
            return wishes.waiting(desk.ledger)

    def licenses(self) -> dict[str, tuple[str | None, bool]]:
        """(site, whether it is revoked) of each license, as the ledger has it."""
        from jpcli.ledger.queries.licenses import LicenseFilter, list_rows

        with self.desk(writes=False) as desk:
            found = list(list_rows(desk.ledger, LicenseFilter()))
        return {row[0]: (None if row[7] else row[3], row[7] is not None) for row in found}

    def licenses_there(self) -> dict[str, tuple[str | None, bool]]:
        """The same as Jetpack has them."""
        return {
            key: (self.double.world.site_of(key), one.revoked_at is not None)
            for key, one in self.double.licenses.items()
        }

    def check_equal(self) -> None:
        """Both worlds are one, and the ledger is whole."""
        assert self.licenses() == self.licenses_there()
        assert self.problems() == []

    def forked(self, *arguments: str, stdout: str | None = None, **env: str) -> Forked:
        """The command as a process; `stdout` as it has it."""
        environment = {
            **os.environ,
            **self.double.env,
            "JPCLI_NOW": self.now,
            "JPCLI_LEDGER": self.path,
            **env,
        }
        said = Path(f"{self.called}-{next(_numbers)}.txt")
        return Forked(arguments, environment, said, stdout)


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who talks to Jetpack here waits in no time, and long for an answer on a busy machine."""

    def licensing_of(desk: Any, *, read_only: bool = False) -> Licensing:
        opened = Licensing(
            access.token(desk.ledger),
            access.base(),
            read_only=read_only,
            clock=lambda: 0,
            sleep=lambda _: None,
            patience_seconds=1,
            timeouts=Timeouts(connect=10, read=20, whole=30),
        )
        desk.closes(opened.close)
        return opened

    monkeypatch.setattr(access, "licensing_of", licensing_of)


@pytest.fixture(scope="session")
def carded(tmp_path_factory: pytest.TempPathFactory) -> Agency:
    """What is copied for each test."""
    made = Agency(tmp_path_factory.mktemp("carded") / "ledger.db").init(licensing="jetpack")
    made.card()
    return made


@pytest.fixture
def agency(
    carded: Agency, tmp_path: Path, jetpack_double: JetpackDouble, monkeypatch: pytest.MonkeyPatch
) -> Desk:
    """With a card, and no license."""
    for name, value in jetpack_double.env.items():
        monkeypatch.setenv(name, value)
    made = Desk(tmp_path / "ledger.db")
    made.double = jetpack_double
    jetpack_double.world.at = 1_723_723_200  # NOW, by both clocks
    engines.copy(carded.path, made.path)
    return made


def before_acting(monkeypatch: pytest.MonkeyPatch, do: Callable[[], Any]) -> None:
    """Let another command come between the rehearsal of the next one and its first call."""
    from jpcli.services.jetpack import acting
    from jpcli.services.jetpack.rehearsal import rehearsed

    def and_then(*args: Any) -> Any:
        plan = rehearsed(*args)
        monkeypatch.setattr(acting, "rehearsed", rehearsed)
        do()
        return plan

    monkeypatch.setattr(acting, "rehearsed", and_then)
