"""Licenses that are chosen by what is known of them: site, client, product, state, bundle.

Owns which of them a command can be about, that several are taken only when that was said or seen,
and that nothing is changed that was not among what a person was shown.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.answers import Answer, Note, joined
from jpcli.domain.errors import BadInput, Busy, Problem
from jpcli.domain.history import ASSIGNED, REVOKED, UNASSIGNED
from jpcli.domain.words import count, quoted
from jpcli.ledger.queries.licenses import rows_of
from jpcli.services.bulk import RowNumbers
from jpcli.services.meant import known_license
from jpcli.services.refusals import check_any_named
from jpcli.services.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jpcli.domain.answers import Data_co
    from jpcli.services.desk import Desk

# Matches that an error, or a question, names one by one.
MOST_NAMED = 20
# In which state a license is that a command can be about, where nobody says which.
_STATES = {"assign": UNASSIGNED, "unassign": ASSIGNED, "transfer": ASSIGNED}
_REVOKE, _SHOW = "revoke", "licenses show"
_FIELDS = ("site", "client", "product", "state", "bundle")


class Choice(NamedTuple):
    """How licenses are chosen; `every` takes all that match. `shown` are the keys that a person has
    seen and agreed to: no other ones are changed, whoever changes what meanwhile."""

    site: str | None = None
    client: str | None = None
    product: str | None = None
    state: str | None = None
    bundle: str | None = None
    every: bool = False
    shown: frozenset[str] | None = None

    def fields(self) -> dict[str, Any]:
        """What was asked for, for the hash of a request: nothing where nothing was."""
        said = {name: getattr(self, name) for name in _FIELDS if getattr(self, name) is not None}
        return {"chosen": {**said, "all": self.every}} if said else {}

    @property
    def chooses(self) -> bool:
        """Whether anything is said that licenses are chosen by."""
        return any(getattr(self, name) is not None for name in _FIELDS)

    def words(self) -> str:
        """The same as options of a command line."""
        named = [(name, getattr(self, name)) for name in _FIELDS]
        return " ".join(f"--{name} {quoted(value)}" for name, value in named if value is not None)


NO_CHOICE = Choice()


class Matches(NamedTuple):
    """The keys that match, and how many were left out because they end only with their bundle."""

    keys: Spool[str]
    left_out: int


def matching(desk: Desk, command: str, choice: Choice) -> Matches:
    """What a choice finds now for a command. Raises BadInput as `build_filter`.

    What is revoked goes by itself: a bundle takes its licenses along, and those on no site can't go
    alone (B2).
    """
    from jpcli.ledger.queries.chosen import chosen_rows
    from jpcli.services.licenses.licenses import build_filter

    wanted = build_filter(
        desk,
        state=choice.state or _STATES.get(command),
        product=choice.product,
        site=choice.site,
        client=choice.client,
        bundle=choice.bundle,
    )
    revokes = command == _REVOKE
    keys: Spool[str] = Spool(itemgetter(0))
    bundles, left_out = RowNumbers(), 0
    rows = chosen_rows(desk.ledger, wanted, active=revokes and choice.state is None)
    for number, key, parent, alone in rows:
        if revokes and parent is not None and (parent in bundles or not alone):
            left_out += parent not in bundles
            continue
        if parent is None:
            bundles.add(number)
        keys.append((key,))
    return Matches(keys, left_out)


def show_chosen(desk: Desk, keys: list[str], choice: Choice) -> Answer[Any]:
    """Licenses, named or chosen, with their whole lives; errors as `on_chosen`."""
    from jpcli.services.licenses.licenses import show

    check_any(keys, choice)
    return on_chosen(desk, _SHOW, keys, choice, lambda found: show(desk, list(found)))


def check_any(keys: list[str], choice: Choice) -> None:
    """BadInput `no_license` where none is named and nothing said that they are chosen by."""
    if not choice.chooses:
        check_any_named(keys)


def on_chosen(
    desk: Desk,
    command: str,
    keys: list[str],
    choice: Choice,
    do: Callable[[Iterable[str]], Answer[Data_co]],
    rest: str = "",
) -> Answer[Any]:
    """Do it to the licenses that a command is about, inside the transaction that changes them:
    `keys` as they were named, or what matches now. `rest` is how else the command was asked for.

    Raises BadInput `several_licenses` where it was not said to take all of them; Busy
    `changed_meanwhile` where one that was shown does not match any more.
    """
    if not choice.chooses:
        return do(keys)
    found, left_out = matching(desk, command, choice)
    remarks = (left_out_note(left_out),) if left_out else ()
    taken: Spool[str] | list[str] = found
    if choice.shown is not None:
        taken = [key for key in found if key in choice.shown]
        if len(taken) < len(choice.shown):
            raise changed_meanwhile()
    elif len(found) > 1 and not choice.every:
        raise _several(desk, command, choice, found, rest)
    if not taken:
        message = f"No license matches {choice.words()}"
        return Answer({"licenses": []}, (Note("nothing_found", message), *remarks))
    answer = do(taken)
    return answer._replace(notes=joined(answer.notes, remarks))


def full_keys(desk: Desk, keys: Iterable[str]) -> Iterator[str]:
    """The keys of licenses that are named; errors as `known_license`."""
    return (known_license(desk.ledger, key).license_key for key in keys)


def check_shown(choice: Choice, license_key: str) -> None:
    """Busy `changed_meanwhile` for a license that a person was not shown, but another one."""
    if choice.shown is not None and license_key not in choice.shown:
        raise changed_meanwhile()


def changed_meanwhile() -> Busy:
    """That a question was answered for other licenses than there are by now."""
    return Busy(
        "changed_meanwhile",
        "Somebody changed these licenses while you were asked; nothing was done",
        hint="Run the same command again, and look once more.",
    )


def first_of(desk: Desk, keys: Spool[str]) -> list[tuple[str, str]]:
    """(key, what is known of it) of the first of many matches, to be looked at."""
    rows = rows_of(desk.ledger, list(_first(keys)))
    return [(str(row[0]), _described(desk, *row)) for row in rows]


def _first(keys: Spool[str]) -> Iterator[str]:
    for number, key in enumerate(keys):
        if number == MOST_NAMED:
            return
        yield key


def _several(desk: Desk, command: str, choice: Choice, found: Spool[str], rest: str) -> BadInput:
    begun = f"jpcli {command}"
    more = f" {rest}" if rest else ""
    first = first_of(desk, found)
    problems = [Problem("several_licenses", key, told) for key, told in first]
    if len(found) > len(first):
        message = f"and {count(len(found) - len(first), 'more license')}"
        problems.append(Problem("several_licenses", None, message))
    return BadInput(
        "several_licenses",
        f"{count(len(found), 'license')} match: say which of them, or --all",
        hint=f"All of them:   {begun} {choice.words()}{more} --all\n"
        f"One of them:   {begun} {quoted(first[0][0])}{more}",
        problems=tuple(problems),
    )


def _described(
    desk: Desk,
    key: str,
    product: str,
    state: str,
    site: str | None,
    client: str | None,
    issued_at: int,
    *others: Any,
) -> str:
    """`on https://a.example of Ann, issued 2026-11-02`; the product where the key has none."""
    calendar = desk.ledger.calendar
    named = [] if key.startswith(f"{product}_") else [product]
    size = others[-1]
    where = f"on {site}" if site else "on no site"
    if state == REVOKED:
        where = REVOKED
    elif size:
        where = f"bundle of {size}"
    whose = f" of {client}" if client and state != REVOKED else ""
    issued = f"issued {calendar.iso(calendar.day_of(issued_at))}"
    return ", ".join([*named, f"{where}{whose}", issued])


def left_out_note(number: int) -> Note:
    """That licenses were passed over which end only with their bundle (B2)."""
    which = count(number, "unassigned license of a bundle", "unassigned licenses of bundles")
    return Note("left_out", f"Left out {which}: they end only with their bundle")
