"""A new client that may be a slip of the keyboard: asked about on a terminal, remarked on
elsewhere, and neither where `--new-client` says that it is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from jpcli.cli.app.bulk import is_read_once

if TYPE_CHECKING:
    from collections.abc import Callable

    from jpcli.cli.app.invocation import Invocation
    from jpcli.domain.answers import Answer

NewClient = Annotated[
    bool,
    typer.Option("--new-client", help="A client that is nearly called as another one is meant so."),
]


def agreed(
    invocation: Invocation,
    do: Callable[[Invocation], Answer[Any]],
    *,
    meant: bool,
    client: str | None,
    source: str | None = None,
    trial: Answer[Any] | None = None,
) -> Answer[Any]:
    """The answer of `do`, which names a `client`, or a `source` of many; first it is tried, where
    there is somebody to ask, unless a `trial` was made already or would leave nothing of the source
    to be read."""
    settled = meant or (client is None and source is None) or is_read_once(source)
    if settled or invocation.yes or invocation.dry_run or not invocation.can_ask:
        answer = do(invocation)
        return without_remark(answer) if meant else answer
    from jpcli.domain.words import count
    from jpcli.services.sites.new_clients import SIMILAR

    trial = trial or do(invocation._replace(dry_run=True))
    told = [note.message for note in trial.notes if note.code == SIMILAR]
    if not told or any(note.code == "repeated" for note in trial.notes):
        return do(invocation)
    invocation.confirm(f"Make {count(len(told), 'new client')}?", "\n".join(told))
    return without_remark(do(invocation))


def without_remark(answer: Answer[Any]) -> Answer[Any]:
    """What was said beforehand, or was meant, is not said again."""
    from jpcli.domain.answers import LongNotes
    from jpcli.services.sites.new_clients import SIMILAR

    if isinstance(answer.notes, LongNotes):
        return answer
    return answer._replace(notes=tuple(note for note in answer.notes if note.code != SIMILAR))
