"""Assigning, unassigning and transferring: where a license runs. Never what is billed (W1).

Owns the three changes of site. A transfer is one event, so there is no moment without a site.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from jpcli.domain.words import quoted
from jpcli.services.licenses.choose import NO_CHOICE, check_any, on_chosen
from jpcli.services.licenses.moves import Moves
from jpcli.services.licenses.puts import asks_of, asks_of_license, puts_of
from jpcli.services.licensing import NO_MAIL, act, act_rows
from jpcli.services.refusals import check_nothing_past_due

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jpcli.domain.answers import Answer
    from jpcli.domain.contract.licenses import LicensesAnswer
    from jpcli.domain.errors import Problem
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk
    from jpcli.services.files.rows import Row
    from jpcli.services.licenses.choose import Choice
    from jpcli.services.licenses.puts import Puts


def assign(
    desk: Desk,
    keys: list[str],
    site: str,
    client: str | None = None,
    choice: Choice = NO_CHOICE,
) -> Answer[LicensesAnswer]:
    """Put unassigned licenses, named or chosen, on a site, which is made when it is new.

    On that site already: says so. Refused: on another site (`already_assigned`), revoked (R5),
    a bundle's parent, a site of another client (W2).
    """
    check_any(keys, choice)
    request = {"command": "assign", "keys": keys, "site": site, "client": client}

    def do(writer: Writer) -> Answer[LicensesAnswer]:
        moves = Moves(desk, writer)
        moves.check_place(site, client)  # once, and not for every key
        rest = f"--site {quoted(site)}" + (f" --client {quoted(client)}" if client else "")
        return on_chosen(
            desk,
            "assign",
            keys,
            choice,
            lambda found: moves.assign(_puts(found, site, client), []),
            rest,
        )

    puts = _puts(keys, site, client)
    asks = chain([lambda: check_nothing_past_due(desk)], asks_of(desk, puts))
    return act(desk, {**request, **choice.fields()}, do, asks)


def _puts(keys: Iterable[str], site: str, client: str | None) -> Puts:
    return ((None, (key, site, client)) for key in keys)


def assign_rows(
    desk: Desk,
    rows: Iterable[Row],
    problems: list[Problem],
    site: str | None = None,
    client: str | None = None,
    *,
    keep_going: bool = False,
) -> Answer[LicensesAnswer]:
    """Put the licenses of a file on the sites that it names, or all of them on `site`; all or
    nothing unless `keep_going`."""

    def do(writer: Writer, puts: Puts) -> Answer[LicensesAnswer]:
        return Moves(desk, writer).assign(puts, problems, keep_going=keep_going)

    puts = puts_of(rows, "site", site, client)
    return act_rows(desk, {"command": "assign"}, puts, problems, do, keep_going=keep_going)


def unassign(
    desk: Desk, keys: list[str], choice: Choice = NO_CHOICE, *, email: bool = True
) -> Answer[LicensesAnswer]:
    """Free licenses, named or chosen, from their sites; they stay active and billed. At Jetpack the
    owners of the sites get a mail, unless `email` is false."""
    check_any(keys, choice)
    request: dict[str, Any] = {"command": "unassign", "keys": keys, **_mailing(email)}

    def do(writer: Writer) -> Answer[LicensesAnswer]:
        moves = Moves(desk, writer)
        rest = "" if email else "--no-email"
        return on_chosen(
            desk,
            "unassign",
            keys,
            choice,
            lambda found: moves.unassign(((None, key) for key in found), []),
            rest,
        )

    asks = (ask for key in keys for ask in asks_of_license(desk.ledger, key))
    return act(desk, {**request, **choice.fields()}, do, asks)


def unassign_rows(
    desk: Desk,
    rows: Iterable[Row],
    problems: list[Problem],
    *,
    keep_going: bool = False,
    email: bool = True,
) -> Answer[LicensesAnswer]:
    """Free the licenses that a file names, all or nothing unless `keep_going`."""
    items = ((row.line, str(row.values.get("license_key"))) for row in rows)

    def do(writer: Writer, asked: Iterable[tuple[int, str]]) -> Answer[LicensesAnswer]:
        return Moves(desk, writer).unassign(asked, problems, keep_going=keep_going)

    request = {"command": "unassign", **_mailing(email)}
    return act_rows(desk, request, items, problems, do, keep_going=keep_going)


def _mailing(email: bool) -> dict[str, bool]:
    """What a request has of it: nothing where it is as ever."""
    return {} if email else {NO_MAIL: True}


def transfer(
    desk: Desk, keys: list[str], to: str, client: str | None = None, choice: Choice = NO_CHOICE
) -> Answer[LicensesAnswer]:
    """Move assigned licenses, named or chosen, to another site in one step."""
    check_any(keys, choice)
    request = {"command": "transfer", "keys": keys, "to": to, "client": client}

    def do(writer: Writer) -> Answer[LicensesAnswer]:
        moves = Moves(desk, writer)
        whose = f" --to-client {quoted(client)}" if client else ""
        return on_chosen(
            desk,
            "transfer",
            keys,
            choice,
            lambda found: moves.transfer(_puts(found, to, client), []),
            f"--to {quoted(to)}{whose}",
        )

    asks = asks_of(desk, _puts(keys, to, client))
    return act(desk, {**request, **choice.fields()}, do, asks)


def transfer_rows(
    desk: Desk,
    rows: Iterable[Row],
    problems: list[Problem],
    to: str | None = None,
    client: str | None = None,
    *,
    keep_going: bool = False,
) -> Answer[LicensesAnswer]:
    """Move the licenses of a file to the sites that it names, or all of them `to` one; all or
    nothing unless `keep_going`."""

    def do(writer: Writer, puts: Puts) -> Answer[LicensesAnswer]:
        return Moves(desk, writer).transfer(puts, problems, keep_going=keep_going)

    puts = puts_of(rows, "to", to, client)
    return act_rows(desk, {"command": "transfer"}, puts, problems, do, keep_going=keep_going)
