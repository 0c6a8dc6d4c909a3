"""What one call of a command was told: ledger, clock, actor, format, consent."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.cli.app.location import default_location
from jpcli.cli.shared.output import Output, is_terminal, output_for
from jpcli.domain.errors import BadInput
from jpcli.domain.texts import check_remark
from jpcli.domain.words import is_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jpcli.domain.answers import Note
    from jpcli.domain.calendar import BillingCalendar
    from jpcli.services.desk import Desk
    from jpcli.services.keyed import Keyed

# Rows that a list shows on a terminal without `--limit`.
TERMINAL_ROWS = 50


class Invocation(NamedTuple):
    """Everything a command needs beside its own options.

    `now_at` is microseconds since the epoch, UTC. `limit` is None when it was not told, 0 for all.
    `at_text` is `--at` as it was written. `closers` run after the answer is written, because a
    streamed answer still reads from the ledger. `remarks` go before those of the answer.
    `desks` are those that were opened.
    """

    command: str
    location: str
    now_at: int
    at_text: str | None
    actor: str
    limit: int | None
    idempotency_key: str | None
    dry_run: bool
    yes: bool
    output: Output
    closers: list[Callable[[], object]]
    remarks: list[Note]
    desks: list[Desk]

    def desk(self, writes: bool = False) -> Desk:
        """Open the ledger; it is closed after the answer has been written."""
        from jpcli.services.desk import clock_note, open_desk

        desk = open_desk(
            self.location,
            now_at=self.now_at,
            at_text=self.at_text,
            actor=self.actor,
            idempotency_key=self.idempotency_key,
            dry_run=self.dry_run,
            writes=writes,
        )
        self.closers.append(desk.close)
        self.desks.append(desk)
        if desk.kept is not None:
            _say_kept(desk.kept, self.output)
        if writes and not self.remarks:  # a command that tries first opens a second desk
            remark = clock_note(desk, _now())
            self.remarks.extend([] if remark is None else [remark])
        return desk

    def calendar(self) -> BillingCalendar | None:
        """That of the ledger that was opened; None where there was none."""
        return self.desks[0].ledger.calendar if self.desks else None

    def keyed(self) -> Keyed | None:
        """The idempotency key, for what makes or replaces a ledger."""
        if self.idempotency_key is None:
            return None
        from jpcli.services.keyed import Keyed

        return Keyed(self.idempotency_key, self.now_at, self.actor)

    def list_limit(self) -> int:
        """Rows to ask for, 0 for all: what was told, or 50 for a table on a terminal."""
        if self.limit is not None:
            return self.limit
        return TERMINAL_ROWS if self.output.draws else 0

    @property
    def can_ask(self) -> bool:
        """Whether there is somebody at a terminal to answer a question."""
        return is_terminal(sys.stdin) and is_terminal(sys.stderr)

    def confirm(self, question: str, consequence: str) -> None:
        """Ask before something that can't be undone; returns only after a yes.

        A no is BadInput `cancelled`. Without `--yes` and without a terminal nobody can answer:
        BadInput `confirmation_required`. A dry run is not asked about.
        """
        if self.yes or self.dry_run:
            return
        if not self.can_ask:
            between = "\n" if "\n" in consequence else " "
            raise BadInput(
                "confirmation_required",
                f"{question} There is no terminal here to ask on.",
                hint=f"Say --yes if you mean it.{between}{consequence}",
                subject="--yes",
            )
        from jpcli.cli.render.stderr import ask

        ask(question, consequence, self.output)


def build_invocation(command: str, options: Mapping[str, Any]) -> Invocation:
    """Resolve the shared options that were given with environment variables and defaults."""
    get = options.get
    named = get("ledger") or _variable("JPCLI_LEDGER")
    location = named or default_location()
    _check_text("JPCLI_LEDGER" if named else "HOME", location)
    actor, key = get("actor"), get("idempotency_key")
    if actor is not None:
        actor = check_remark(actor, "--actor")
    elif actor := _variable("JPCLI_ACTOR"):
        _check_text("JPCLI_ACTOR", actor)
        actor = check_remark(actor, "JPCLI_ACTOR")
    if key is not None:
        check_remark(key, "--idempotency-key")
    closers: list[Callable[[], object]] = []
    if (wait := get("wait")) is not None:
        # Whatever connects reads it there, wherever that is.
        closers.append(partial(_set_wait, os.environ.get("JPCLI_WAIT")))
        _set_wait(wait)
    _variable("JPCLI_WAIT")
    return Invocation(
        command=command,
        location=location,
        now_at=_now(),
        at_text=get("at"),
        actor=actor or _login_name(),
        limit=get("limit"),
        idempotency_key=key,
        dry_run=bool(get("dry_run")),
        yes=bool(get("yes")),
        output=output_for(options),
        closers=closers,
        remarks=[],
        desks=[],
    )


def _set_wait(seconds: str | None) -> None:
    if seconds is None:
        os.environ.pop("JPCLI_WAIT", None)
    else:
        os.environ["JPCLI_WAIT"] = seconds


def _variable(name: str) -> str | None:
    """The value of a variable. An empty one is refused, as that of an option is: it comes of
    another variable that is not set, and would stand for the usual ledger, or for the present."""
    value = os.environ.get(name)
    if value is not None and not value.strip():
        hint = f"Give it a value, or take it away:   unset {name}"
        raise BadInput("empty_value", f"{name} is set, and empty", hint=hint, subject=name)
    return value


def _check_text(variable: str, value: str) -> None:
    """As for arguments, which `root` has looked at."""
    if not is_text(value):
        raise BadInput("bad_text", f"{variable} is no text in UTF-8: {value}", subject=variable)


def _say_kept(path: str, output: Output) -> None:
    """Not part of an answer: it is whatever command came first after an upgrade."""
    from jpcli.cli.render.stderr import write_notes
    from jpcli.domain.answers import Note

    message = f"Brought the ledger up to date for this jpcli; as it was it is kept as {path}"
    write_notes([Note("brought_up_to_date", message, "info", path)], output)


def _now() -> int:
    fixed = _variable("JPCLI_NOW")
    if fixed:
        from jpcli.domain.instants import parse_instant

        try:
            return parse_instant(fixed)
        except BadInput as error:
            raise BadInput(
                error.code, f"JPCLI_NOW: {error.message}", hint=error.hint, subject="JPCLI_NOW"
            ) from None
    import time

    return time.time_ns() // 1000


def _login_name() -> str:
    """The name of the user who runs this; never fails, as in a container without a passwd entry."""
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        name = os.environ.get(variable)
        if name and is_text(name):
            return name
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return "unknown"
