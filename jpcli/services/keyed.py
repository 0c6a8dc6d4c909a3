"""An idempotency key where no ledger is open, as with `init` and `ledger restore`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.errors import BadInput, Failed
from jpcli.services.change import earlier_answer, remember

if TYPE_CHECKING:
    from jpcli.domain.answers import Answer
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.writer import Writer


class Keyed(NamedTuple):
    """Who asks under a key where no ledger is open: it is yet to be made, or to be replaced.
    `now_at` is an instant."""

    idempotency_key: str
    now_at: int
    actor: str

    def remember(self, writer: Writer, request: dict[str, Any], answer: Answer[Any]) -> None:
        """Record an answer in a ledger before that gets its name."""
        from jpcli.services.desk import Desk

        desk = Desk(writer.ledger, **self._asdict())
        remember(desk, writer, request, answer, writer.last_seq)

    def remember_in(
        self, draft: str | Ledger, request: dict[str, Any], answer: Answer[Any]
    ) -> None:
        """The same in a file that is not open, or in the transaction that makes a ledger."""
        from jpcli.ledger.writer import Writer
        from jpcli.services.desk import open_desk

        if not isinstance(draft, str):
            writer = Writer(draft, actor=self.actor, now_at=self.now_at)
            self.remember(writer, request, answer)
            writer.finish()
            return
        desk = open_desk(draft, **self._asdict(), writes=True)
        try:
            with desk.writing() as writer:
                remember(desk, writer, request, answer, writer.last_seq)
        finally:
            desk.close()

    def earlier(self, path: str, request: dict[str, Any]) -> Answer[Any] | None:
        """What the ledger at `path` has under the key; None as well where there is none. Raises
        Refused `idempotency_key_reused`."""
        from jpcli.services.desk import open_desk

        try:
            desk = open_desk(path, **self._asdict())
        except (BadInput, Failed):
            return None
        try:
            return earlier_answer(desk, request)
        finally:
            desk.close()
