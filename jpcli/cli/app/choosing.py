"""Licenses that are chosen by what is known of them: the options, and the question about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jpcli.cli.app.typer_parts import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jpcli.cli.app.invocation import Invocation
    from jpcli.services.licenses.choose import Choice

Licenses = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="LICENSE…",
        help="Keys, or beginnings of keys; or a product that has one license.",
    ),
]
Site = Annotated[
    str | None, typer.Option("--site", metavar="URL", help="Choose those on this site.")
]
Client = Annotated[
    str | None, typer.Option("--client", metavar="NAME", help="Choose this client's.")
]
Product = Annotated[
    str | None,
    typer.Option("--product", metavar="PRODUCT", help="Choose those of this product."),
]
State = Annotated[
    str | None,
    typer.Option(
        "--state",
        metavar="STATE",
        help="Choose those that are assigned, unassigned, active, revoked, bundle or all.",
    ),
]
Bundle = Annotated[
    str | None,
    typer.Option(
        "--bundle", metavar="BUNDLE", help="Choose what is in a bundle: its key, or a size."
    ),
]
All = Annotated[
    bool, typer.Option("--all", help="Take all that are chosen, where they are several.")
]


def choice_of(
    licenses: list[str] | None,
    source: str | None = None,
    *,
    site: str | None = None,
    client: str | None = None,
    product: str | None = None,
    state: str | None = None,
    bundle: str | None = None,
    every: bool = False,
) -> Choice:
    """What licenses are chosen by. Raises UsageError where they are named as well, or nothing is
    said that `--all` may be about."""
    from jpcli.services.licenses.choose import Choice

    choice = Choice(site, client, product, state, bundle, every)
    if choice.chooses and licenses:
        raise UsageError(f"Name licenses, or choose them by {choice.words()}: not both.")
    if choice.chooses and source is not None:
        raise UsageError(f"--from brings its own LICENSE…: leave out {choice.words()}.")
    if every and not choice.chooses:
        raise UsageError("--all is for licenses that are chosen, as by --site or --product.")
    return choice


def settled(
    invocation: Invocation,
    command: str,
    choice: Choice,
    keys: Sequence[str] = (),
    *,
    always: bool = False,
) -> Choice:
    """The same, with what somebody at a terminal picked of several matches; with `always`, for what
    is asked about once more, also with the only match, all of them, or the licenses that `keys`
    name. Elsewhere, and where the idempotency key was used before, as it is."""
    if invocation.yes or not invocation.can_ask or not (choice.chooses or (keys and always)):
        return choice
    if choice.every and not always:
        return choice
    from jpcli.ledger.queries.answers import stored_answer
    from jpcli.services.licenses.choose import full_keys, matching

    desk = invocation.desk()
    key = invocation.idempotency_key
    if key is not None and stored_answer(desk.ledger, key) is not None:
        return choice
    if not choice.chooses:
        return choice._replace(shown=frozenset(full_keys(desk, keys)))
    found = matching(desk, command, choice).keys
    shown = frozenset(found)
    if len(found) > 1 and not choice.every:
        from jpcli.cli.render.stderr import ask_which
        from jpcli.services.licenses.choose import first_of

        keys = list(found)
        lines = [f"{key}   {told}" for key, told in first_of(desk, found)]
        numbers = ask_which(lines, len(keys), invocation.output)
        shown = frozenset(keys[number] for number in numbers)
    return choice._replace(shown=shown)
