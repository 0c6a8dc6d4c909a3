"""The answer of a rehearsal, told again of what was really done.

Owns that: the licenses as they are in the ledger, by the keys and times that Jetpack gave, and
remarks that count no more than that.
"""

from __future__ import annotations

from array import array
from itertools import chain
from typing import TYPE_CHECKING, Any

from jpcli.domain.answers import Answer, Chosen, Note, Rows, each_object, joined
from jpcli.domain.errors import Problem, by_line
from jpcli.domain.words import count
from jpcli.ledger.queries.clients import standing
from jpcli.ledger.queries.licenses import number_of, rows_numbered
from jpcli.ledger.queries.sites import find_site
from jpcli.services.pending import STATUS
from jpcli.services.said import STOPPED, issued_note, revoked_note
from jpcli.services.shapes import license_table, problem_table
from jpcli.services.sites.new_clients import SIMILAR
from jpcli.services.sites.remarks import DOUBLE, FAMILY, LOOK_ALIKE, site_notes
from jpcli.services.spool import Spool, noted, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jpcli.domain.answers import Data_co, Notes
    from jpcli.ledger.database.connection import Ledger
    from jpcli.services.jetpack.doing import Doing

_REPLACED = Note(
    "replaced_at_jetpack",
    "Jetpack puts a new unassigned license in the bundle",
    hint="Take it over:   jpcli jetpack pull",
)

# What is remarked of the products on a site, and all that is worth a second look.
_OF_PRODUCTS = {DOUBLE, FAMILY}
_LOOKS = {*_OF_PRODUCTS, LOOK_ALIKE, SIMILAR}


def retold(ledger: Ledger, answer: Answer[Data_co], doing: Doing, steps: int) -> Answer[Data_co]:
    """The answer to a command of so many `steps`; what was recorded has to be in the tables."""
    data: dict[str, Any] = dict(answer.data)
    chosen: dict[str, Chosen] = {}
    data.pop("replacements", None)
    if doing.error is not None:
        data.pop("costs", None)  # which were all of it
    if "steps" in data:
        _tell_steps(data, doing)
    else:
        numbers = _numbers(ledger, data["licenses"], doing)
        data["licenses"] = license_table(rows_numbered(ledger, numbers))
        chosen["licenses"] = Chosen("listed", numbers)
    if doing.problems:
        wrong = [Problem(**each) for each in each_object(data.get("problems", []))]
        data["problems"] = problem_table(by_line([*wrong, *doing.problems]))
    retelling = _Retelling(ledger, doing, steps)
    notes = joined(_mapped(answer.notes, retelling.notes), tuple(retelling.more()))
    told: Any = data
    return Answer(told, notes, chosen=chosen)


def _numbers(ledger: Ledger, listed: Any, doing: Doing) -> array[int]:
    """The licenses of a table but those that were left; a child goes with its bundle."""
    numbers = array("q")
    for row in each_object(listed):
        if doing.left.isdisjoint((row["license_key"], row["bundle_key"])):
            key = doing.keys.get(row["license_key"], row["license_key"])
            number = number_of(ledger, key)
            assert number is not None
            numbers.append(number)
    return numbers


def _tell_steps(data: dict[str, Any], doing: Doing) -> None:
    counts = dict.fromkeys(data["counts"], 0)

    def rows() -> Iterator[tuple[Any, ...]]:
        for step in each_object(data["steps"]):
            key = step["license_key"]
            if key in doing.left or (key is None and doing.error is not None):
                continue
            counts[step["action"]] += 1
            told = {**step, "license_key": doing.keys.get(key, key)}
            if key in doing.unplaced:
                told |= {"site": None, "client": None}
            yield tuple(told.values())

    found = data["steps"]
    first: Iterable[str] = found.columns if isinstance(found, Rows) else found[0] if found else ()
    data["steps"] = table(tuple(first), rows())
    data["counts"] = counts


class _Retelling:
    """Remarks, with what is so."""

    def __init__(self, ledger: Ledger, doing: Doing, steps: int) -> None:
        self._ledger = ledger
        self._calendar = ledger.calendar
        self._doing = doing
        self._steps = steps
        self._looked_at: str | None = None

    def notes(self, note: Note) -> Iterable[Note]:
        """A remark as it is true now; none where it is not."""
        doing = self._doing
        match note.code:
            case "replaced":
                return (_REPLACED,)
            case "issued":
                return () if doing.since_at is None else (self._issued(doing.since_at),)
            case "revoked":
                return () if doing.until_at is None else (self._revoked(doing.until_at),)
            case "changed" if doing.error is not None:
                if not doing.changed:
                    return ()
                old, new = (f" {count(n, 'license')}" for n in (self._steps, doing.changed))
                return (note._replace(message=note.message.replace(old, new, 1)),)
            case "applied" | "costs" if doing.error is not None:
                return ()
            case code if code in _LOOKS:
                return self._second_looks(note)
        return (note,)

    def _issued(self, since_at: int) -> Note:
        return issued_note(self._calendar, len(self._doing.keys), 0, since_at)

    def _revoked(self, until_at: int) -> Note:
        return revoked_note(self._calendar, self._doing.changed, until_at)

    def _second_looks(self, note: Note) -> Iterator[Note]:
        """A rehearsal after a part of it was done counts that part twice, and has sites and clients
        that did not come to be. What a site has is told again whole, where it is spoken of first:
        all remarks on one site stand together."""
        name = str(note.subject)
        if note.code not in _OF_PRODUCTS:
            find = find_site if note.code == LOOK_ALIKE else standing
            if find(self._ledger, name) is not None:
                yield note
        elif name != self._looked_at:
            self._looked_at = name
            found = site_notes(self._ledger, {name: None})
            yield from (each for each in found if each.code in _OF_PRODUCTS)

    def more(self) -> Iterator[Note]:
        """That some of it was done before, or not all of it was done."""
        doing = self._doing
        if doing.before:
            some = count(doing.before, "license")
            yield Note("taken_over", f"{some} of these came of an earlier run of this command")
        if doing.error is not None:
            done = f"{doing.done:,} of {count(self._steps, 'step')} done; what was done stays"
            again = "Run the same command again for the rest."
            if doing.stopped is not None and doing.stopped.code == "outcome_unknown":
                again = f"First settle what is not known:   {STATUS}"
            yield Note(STOPPED, done, "warning", hint=again)


def _mapped(notes: Notes, told: Callable[[Note], Iterable[Note]]) -> Notes:
    spool: Spool[Note] = Spool(Note._make)
    spool.extend(chain.from_iterable(map(told, notes)))
    return noted(spool)
