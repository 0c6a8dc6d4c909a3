"""The ledger's side of a call: the wish before it, and what came of it.

Owns that each is one transaction, that what a call did to a license is recorded together with its
outcome, and the times: Jetpack's where it gives one, else ours, never before the license's last.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeVar

from jpcli.domain import outside_events
from jpcli.domain.errors import Busy
from jpcli.domain.instants import SECOND
from jpcli.ledger.queries import wishes
from jpcli.ledger.queries.licenses import find
from jpcli.ledger.queries.sites import find_site
from jpcli.ledger.writer import Reach
from jpcli.services.pending import UNDER_WAY, state_of
from jpcli.services.sites.named import Places

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jpcli.jetpack.licensing import RemoteLicense
    from jpcli.ledger.queries.licenses import LicenseFacts
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk
    from jpcli.services.jetpack.rehearsal import Step
    from jpcli.services.jetpack.runs import Going

Done = TypeVar("Done")

_PATIENT = 20
_PAUSE_SECONDS = 0.5


class Book:
    """What one command records about its calls. `owners` says whose the sites are that it names;
    `reach` is how far back anything recorded reached."""

    def __init__(self, desk: Desk, process: str, owners: Mapping[str, str | None]) -> None:
        self.desk = desk
        self.process = process
        self.reach = Reach()
        self._owners = owners
        self._recorded: list[tuple[int, int]] = []
        self._begun = time.monotonic()

    @property
    def now_at(self) -> int:
        """Our time, whole minutes after the command began: a long run is not of its first hour."""
        minutes = int(time.monotonic() - self._begun) // 60
        return self.desk.now_at + minutes * 60 * SECOND

    def write(self, do: Callable[[Writer], Done]) -> Done:
        """One transaction."""

        def once() -> Done:
            with self.desk.writing(told=True) as writer:
                done = do(writer)
                writer.flush()
                self.reach = self.reach.and_also(writer.reach)
                return done

        before = len(self.desk.recorded)
        done = self.desk.ledger.repeating(once)
        self._recorded += self.desk.recorded[before:]
        del self.desk.recorded[before:]
        return done

    def close(self) -> None:
        """All of it is done: only the answer can be lost now. Whoever is interrupted before that is
        not told that it was done, and runs the same command again."""
        self.desk.recorded += self._recorded
        self._recorded = []

    def keep(self, do: Callable[[Writer], Done]) -> Done:
        """One transaction after a call: what Jetpack said is not to be lost because the ledger is
        busy, however long."""
        for turn in range(_PATIENT):
            try:
                return self.write(do)
            except Busy:  # who waits for a lock or a server has waited for some time already
                if turn == _PATIENT - 1:
                    raise
                time.sleep(_PAUSE_SECONDS)
        raise AssertionError

    def wish(self, writer: Writer, step: Step, going: Going | None, key: str | None) -> int:
        """Write a wish; its number."""
        wanted: dict[str, Any] = {
            "action": step.action,
            "product": step.product,
            "license_key": key,
            "site": step.site,
            "client": None if step.site is None else self._owners.get(step.site),
            "before": step.before,
            "run": None if going is None else going.request_hash,
            "number": None if going is None else going.number,
            "position": None if going is None else step.place,
            "process": self.process,
        }
        entry = outside_events.wish_made(key or step.product, **wanted)
        writer.record(*entry, at=self.now_at)
        return writer.last_seq

    def settle(
        self,
        writer: Writer,
        subject: str,
        wish: int,
        outcome: str,
        key: str | None = None,
        request_id: str | None = None,
    ) -> None:
        """Write what became of a wish: `done` or `failed`."""
        entry = outside_events.wish_settled(subject, wish, outcome, key, request_id)
        writer.record(*entry, at=self.now_at)

    def clear(self, writer: Writer, key: str) -> bool:
        """Give up what was wished for this license before, by who is gone: what is wished for now
        takes its place. Whether there was any, which may have been done. Busy `under_way`."""
        found = wishes.waiting_for(self.desk.ledger, key)
        for wish in found:
            if state_of(wish, self.now_at) == UNDER_WAY:
                raise Busy(
                    "under_way",
                    f"Another process is at work on {key}",
                    hint="Run the same command again.",
                    subject=key,
                )
            self.settle(writer, key, wish.id, wishes.FAILED)
        return bool(found)

    def facts(self, key: str) -> LicenseFacts:
        """A license that is there, as it is now."""
        found = find(self.desk.ledger, key)
        assert found is not None
        return found

    def place(self, writer: Writer, url: str) -> None:
        """Record the site, and whose it is, where that is new."""
        client = self._owners.get(url)
        known = find_site(self.desk.ledger, url)
        if known is not None and known.client not in {None, client}:
            client = None  # given to another one meanwhile, which stays
        at = self.now_at if known is None else max(self.now_at, known.client_since_at)
        Places(writer).ensure(url, client, at)

    def place_all(self, writer: Writer) -> None:
        """The same for every site that was named."""
        for url in self._owners:
            self.place(writer, url)

    def seen(self, writer: Writer, url: str | None, remote: RemoteLicense) -> None:
        """Keep by which number Jetpack knows a site, where it told."""
        if url is None or remote.blog_id is None:
            return
        known = wishes.connection_of(self.desk.ledger, url)
        if known is None or known.blog_id != remote.blog_id:
            writer.record(*outside_events.connection_seen(url, remote.blog_id, None))
