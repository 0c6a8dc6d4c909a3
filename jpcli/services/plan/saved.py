"""A plan in a file: what was wanted, which steps that took, and for which ledger state.

Owns the form of that file, which is input like any other: whoever can write one can make its hash,
too. What it wants goes through the parsers of a file that is typed. The steps in it are there to be
read and compared; what is done is always planned anew, so that nothing in the file can make a step
that the rules would not.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.answers import each_object
from jpcli.domain.errors import BadInput
from jpcli.domain.instants import parse_instant
from jpcli.domain.limits import MAX_PARTS, MAX_PLAN_BYTES
from jpcli.domain.plan_terms import ACTIONS
from jpcli.domain.words import command_line
from jpcli.ledger.database.draft import check_plain, file_exists
from jpcli.services.canonical import hash_of, list_pieces, object_pieces
from jpcli.services.files.new_file import replace_file, write_new
from jpcli.services.files.rows import named
from jpcli.services.files.sizes import too_much_json
from jpcli.services.plan.wish_object import (
    read_wanted_object,
    site_object,
    wanted_object,
    wanted_pieces,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from jpcli.domain.answers import Table
    from jpcli.domain.contract.plan import PlanAnswer, StepObject
    from jpcli.domain.plan_terms import Wanted
    from jpcli.services.sites.spelled import Names

FORM = "jpcli-plan/1"
_KEYS = {"form", "made_at", "ledger_head", "wanted", "steps", "counts", "bill", "plan_hash"}
_STEP_TEXTS = ("license_key", "product", "site", "client", "from")
_STEP_KEYS = {"action", "bundle_size", *_STEP_TEXTS}
_HEX = frozenset("0123456789abcdef")


class Saved(NamedTuple):
    """A saved plan: what it wants, the ledger state it is for, and a hash of all that."""

    wanted: Wanted
    ledger_head: str
    plan_hash: str


def save(path: str, wanted: Wanted, data: PlanAnswer, made_at: str) -> str:
    """Write a plan's answer to `path` and return its hash.

    An older plan there is replaced; any other file is not (Refused `file_exists`, `ledger_there`),
    and what is no file is not even opened (BadInput `not_a_file`). What would be too large to be
    read again is not written (BadInput `plan_too_large`).
    """
    check_plain(path)
    found = plan_hash(data["ledger_head"], wanted, data["steps"])
    text = _readable(_text(wanted, data, made_at, found), path, data["file"])
    if not os.path.lexists(path):
        write_new(path, text)
    elif _is_plan(path):
        replace_file(path, text)
    else:
        raise file_exists(path)
    return found


def _readable(pieces: Iterator[str], path: str, source: str) -> Iterator[str]:
    size = parts = 0
    for piece in pieces:
        size += len(piece.encode("utf-8"))
        parts += sum(map(piece.count, ",[{"))
        if size > MAX_PLAN_BYTES or parts > MAX_PARTS:
            raise BadInput(
                "plan_too_large",
                f"The plan has too many steps to be saved in a file that can be read: {path}",
                hint=command_line("Apply what it is made from:   jpcli apply", source),
                subject=path,
            )
        yield piece


def _text(wanted: Wanted, data: PlanAnswer, made_at: str, found: str) -> Iterator[str]:
    """The file in pieces, a site a line and a step a line."""
    compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

    def line(name: str, value: Any) -> str:
        return f' "{name}": {json.dumps(value, ensure_ascii=False)}'

    def lines(texts: Iterable[str]) -> Iterator[str]:
        mark = "\n  "
        for text in texts:
            yield f"{mark}{text}"
            mark = ",\n  "

    first = (line("form", FORM), line("made_at", made_at), line("ledger_head", data["ledger_head"]))
    yield "{\n" + ",\n".join(first) + ',\n "wanted": '
    # The order of the sites decides which license goes where.
    yield compact(wanted_object(wanted._replace(sites={}))).removesuffix("}}")
    yield from lines(
        f"{compact(site)}:{compact(site_object(wanted.sites[site]))}" for site in wanted.sites
    )
    yield '}},\n "steps": ['
    yield from lines(map(compact, each_object(data["steps"])))
    last = (line("counts", data["counts"]), line("bill", data["bill"]), line("plan_hash", found))
    yield "\n ],\n" + ",\n".join(last) + "\n}\n"


def is_saved(text: str) -> bool:
    """JSON begins with a brace, TOML never does."""
    return text.lstrip()[:1] == "{"


def read_saved(text: str, source: str, products: Collection[str], names: Names) -> Saved:
    """A plan that `save` wrote; `products` are the known ones, `names` says what sites
    are called.

    Raises BadInput `bad_plan` for what has another form, or was edited, and for what it wants the
    same as `read_wanted`.
    """
    try:
        too_much = too_much_json(text)
        if too_much is not None:
            raise _Unfit(too_much)
        body = json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
        _check_form(body)
        wanted = read_wanted_object(body["wanted"], source, products, names)
        found = plan_hash(body["ledger_head"], wanted, body["steps"])
    except _Unfit as error:
        raise _bad(source, f"is no saved plan: {error}") from None
    except (ValueError, RecursionError):
        raise _bad(source, "is no saved plan") from None
    if found != body["plan_hash"]:
        raise _bad(source, "was changed after it was saved")
    return Saved(wanted, body["ledger_head"], found)


class _Unfit(ValueError):
    """What is wrong with the form of a plan, for a message."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Unfit("a key stands in it twice")
    return found


def _no_number(text: str) -> None:
    raise _Unfit(f"{text} is no number")


def _check_form(body: Any) -> None:
    """Every key has to be there, no other may be, and each has the type that `save` gives it."""
    if not isinstance(body, dict) or body.get("form") != FORM:
        raise _Unfit(f"its form is not {FORM}")
    if body.keys() != _KEYS:
        raise _Unfit(f"its keys are not {', '.join(sorted(_KEYS))}")
    for name in ("ledger_head", "plan_hash"):
        if not _is_hash(body[name]):
            raise _Unfit(f"{name} is no hash")
    steps = body["steps"]
    if not isinstance(steps, list) or not all(map(_is_step, steps)):
        raise _Unfit("a step in it is none")
    actions = [step["action"] for step in steps]
    if body["counts"] != {action: actions.count(action) for action in ACTIONS}:
        raise _Unfit("its counts are not those of its steps")
    if not isinstance(body["bill"], dict):
        raise _Unfit("its bill is none")
    try:
        parse_instant(str(body["made_at"]))
    except BadInput:
        raise _Unfit("made_at is no instant") from None


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 64 and _HEX.issuperset(value)


def _is_step(step: Any) -> bool:
    if not isinstance(step, dict) or step.keys() != _STEP_KEYS:
        return False
    size = step["bundle_size"]
    return (
        step["action"] in ACTIONS
        and all(isinstance(step[name], str | None) for name in _STEP_TEXTS)
        and (size is None or (type(size) is int and size > 0))
    )


def plan_hash(ledger_head: str, wanted: Wanted, steps: Table[StepObject]) -> str:
    """SHA-256 over a ledger state, a wish and the steps between, as canonical JSON."""
    content = {
        "ledger_head": ledger_head,
        "wanted": wanted_pieces(wanted),
        "steps": list_pieces(each_object(steps)),
    }
    return hash_of(object_pieces(content))


def _is_plan(path: str) -> bool:
    try:
        with open(path, encoding="utf-8") as stream:
            begun = stream.read(100)
            return is_saved(begun) and FORM in begun
    except (OSError, ValueError):
        return False


def altered(source: str) -> BadInput:
    """The refusal of a plan whose steps are not what its wish takes in the ledger it is for."""
    return _bad(source, "has other steps than what it wants takes")


def _bad(source: str, what: str) -> BadInput:
    return BadInput(
        "bad_plan",
        f"{named(source)} {what}",
        hint="Save it anew:   jpcli plan FILE --out PLANFILE",
        subject=source,
    )
