"""`jpcli` on a ledger whose licenses are those of a double of the Licensing API."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests import engines
from tests.cli.conftest import NOW, copied
from tests.jetpack_double.fixtures import jetpack_double
from tests.services.collection.test_account import Keyring

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Run
    from tests.jetpack_double.double import JetpackDouble

__all__ = ["jetpack_double"]
TOLD: dict[str, Any] = {"told": True}


@pytest.fixture(autouse=True)
def keyring(monkeypatch: pytest.MonkeyPatch) -> Keyring:
    """One that remembers, and is empty."""
    return Keyring(monkeypatch)


class Desk:
    """The command line, the double, and the ledger, which is called by a path."""

    def __init__(
        self,
        jpcli: Callable[..., Run],
        double: JetpackDouble,
        path: Path,
        patch: pytest.MonkeyPatch,
    ) -> None:
        self.jpcli = jpcli
        self.double = double
        self.path = path
        self.patch = patch

    def __call__(self, *argv: str, now: str | None = None) -> Run:
        return self.jpcli(*argv, now=now)

    @property
    def address(self) -> str:
        return engines.place(self.path)

    def do(self, line: str, now: str | None = None) -> Any:
        """The data of a line that must work."""
        done = self.jpcli(*line.split(), "--json", now=now)
        assert done.code == 0, done.err
        return done.data

    def without_token(self) -> None:
        self.patch.delenv("JETPACK_LICENSING_TOKEN", raising=False)

    def wish(
        self,
        action: str = "issue",
        product: str = "jetpack-scan",
        *,
        now: str = "2026-11-20T09:00:00Z",
        process: str = "",
        unknown: bool = False,
        request_id: str | None = None,
        run: tuple[str, int, int] | None = None,
        **more: str | None,
    ) -> str:
        """Record a wish whose process was killed, and that nobody knows more where it is `unknown`;
        its name. `run` is its run, which is begun, its number, and its place there."""
        from jpcli.domain import outside_events
        from jpcli.domain.instants import parse_instant
        from jpcli.services.desk import open_desk

        key, (name, number, position) = more.get("license_key"), run or (None, None, None)
        desk = open_desk(self.address, now_at=parse_instant(now), actor="killed", writes=True)
        try:
            with desk.writing(told=True) as writer:
                if name is not None and number is not None:
                    writer.record(*outside_events.run_begun(name, number, process))
                entry = outside_events.wish_made(
                    key or product,
                    action=action,
                    product=product,
                    license_key=key,
                    site=more.get("site"),
                    client=more.get("client"),
                    before=more.get("before"),
                    run=name,
                    number=number,
                    position=position,
                    process=process,
                )
                writer.record(*entry)
                made = writer.last_seq
                if unknown:
                    writer.record(*outside_events.wish_unknown(key or product, made, request_id))
        finally:
            desk.close()
        return f"w{made}"

    def issued(self, product: str = "jetpack-scan", **more: Any) -> str:
        """The key of a license that somebody issued at Jetpack."""
        at = more.pop("at", None)
        if at is not None:
            more["issued_at"] = seconds(at)
        return self.double.world.issue(product, **more).license_key

    def known(self, product: str = "jetpack-scan", at: str = "2026-11-10T09:00:00Z") -> str:
        """The key of a license that both worlds have, on no site."""
        key = self.issued(product, at=at)
        self._record(at, lambda writer: _issue(writer, key, product))
        return key

    def placed(
        self, product: str = "jetpack-scan", site: str = "https://a.example", **more: str
    ) -> str:
        """The same on a site in both."""
        key = self.known(product)
        at = more.get("at", "2026-11-11T09:00:00Z")
        world = self.double.world
        found = world.find_site(site) or world.site(site)
        one = self.double.licenses[key]
        one.blog_id, one.attached_at = found.blog_id, seconds(at)
        self._record(at, lambda writer: _place(writer, key, site))
        return key

    def _record(self, at: str, record: Callable[[Any], None]) -> None:
        from jpcli.domain.instants import parse_instant
        from jpcli.ledger.writer import writing
        from jpcli.services.desk import open_desk

        desk = open_desk(self.address, now_at=parse_instant(at), actor="ann", writes=True)
        try:
            with writing(desk.ledger, actor="ann", now_at=desk.now_at, **TOLD) as writer:
                record(writer)
        finally:
            desk.close()

    def rows(self, sql: str) -> list[Any]:
        return engines.engine.rows(self.address, sql)

    def everything(self) -> list[str]:
        """Every row of the ledger."""
        return engines.engine.dump(self.address).splitlines()


def seconds(text: str) -> int:
    """As the double counts."""
    return int(datetime.fromisoformat(text).timestamp())


def _issue(writer: Any, key: str, product: str) -> None:
    from jpcli.domain import events

    writer.record(*events.license_issued(key, events.license_terms(product)))


def _place(writer: Any, key: str, site: str) -> None:
    from jpcli.domain import events
    from jpcli.services.sites.named import Places

    places = Places(writer)
    url, _ = places.check(site, None)
    places.ensure(url, None, writer._effective_at)
    writer.record(*events.license_assigned(key, url))


@pytest.fixture
def at_jetpack(
    jpcli: Callable[..., Run],
    jetpack_double: JetpackDouble,
    begun: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:
    """A ledger at Jetpack with a card; the double's clock stands where ours does."""
    for name, value in jetpack_double.env.items():
        monkeypatch.setenv(name, value)
    desk = Desk(jpcli, jetpack_double, tmp_path / "ledger.db", monkeypatch)
    jetpack_double.world.at = seconds(NOW)

    def make() -> None:
        desk.do("init --name Acme --licensing jetpack", now="2026-11-01T08:00:00Z")
        desk.do("cards add --brand visa --last4 4242 --exp 12/2030", now=NOW)

    copied(begun / "jetpack.db", make)
    return desk
