"""A plan in a file: what was wanted, which steps that took, and for which ledger state.

Owns the form of that file. The steps in it are there to be read and compared; what is done is
always planned anew, so that nothing in the file can make a step that the rules would not.
"""

from __future__ import annotations

import json
import os
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.errors import BadInput
from jpcli.ledger.database.draft import check_plain, file_exists
from jpcli.services.files.new_file import replace_file, write_new
from jpcli.services.files.rows import named
from jpcli.services.plan.file import wanted_object, wanted_of

if TYPE_CHECKING:
    from jpcli.domain.contract.plan import PlanAnswer, StepObject
    from jpcli.domain.plan_terms import Wanted

FORM = "jpcli-plan/1"
_HASHED = ("ledger_head", "wanted", "steps")


class Saved(NamedTuple):
    """A saved plan: what it wants, the ledger state it is for, and a hash of all that."""

    wanted: Wanted
    ledger_head: str
    plan_hash: str


def save(path: str, wanted: Wanted, data: PlanAnswer, made_at: str) -> str:
    """Write a plan's answer to `path` and return its hash.

    An older plan there is replaced; any other file is not (Refused `file_exists`), and what is no
    file is not even opened (BadInput `not_a_file`).
    """
    check_plain(path)
    body: dict[str, Any] = {
        "form": FORM,
        "made_at": made_at,
        "ledger_head": data["ledger_head"],
        "wanted": wanted_object(wanted),
        **{name: data[name] for name in ("steps", "counts", "bill")},
    }
    body["plan_hash"] = plan_hash(body["ledger_head"], wanted, body["steps"])
    text = json.dumps(body, ensure_ascii=False, indent=1) + "\n"
    if not os.path.lexists(path):
        write_new(path, text)
    elif _is_plan(path):
        replace_file(path, text)
    else:
        raise file_exists(path)
    return str(body["plan_hash"])


def is_saved(text: str) -> bool:
    """JSON begins with a brace, TOML never does."""
    return text.lstrip()[:1] == "{"


def read_saved(text: str, source: str) -> Saved:
    """A plan that `save` wrote; BadInput `bad_plan` for anything else, or when it was edited."""
    try:
        body = json.loads(text)
        assert body["form"] == FORM
        wanted = wanted_of(body["wanted"])
        found = plan_hash(body["ledger_head"], wanted, body["steps"])
        same = found == body["plan_hash"]
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError):
        raise _bad(source, "is no saved plan") from None
    if not same:
        raise _bad(source, "was changed after it was saved")
    return Saved(wanted, body["ledger_head"], found)


def plan_hash(ledger_head: str, wanted: Wanted, steps: list[StepObject]) -> str:
    """SHA-256 over a ledger state, a wish and the steps between, as canonical JSON."""
    content = dict(zip(_HASHED, (ledger_head, wanted_object(wanted), steps), strict=True))
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _is_plan(path: str) -> bool:
    try:
        with open(path, encoding="utf-8") as stream:
            return FORM in stream.read(100)
    except (OSError, ValueError):
        return False


def _bad(source: str, what: str) -> BadInput:
    return BadInput(
        "bad_plan",
        f"{named(source)} {what}",
        hint="Save it anew:   jpcli plan FILE --out PLANFILE",
        subject=source,
    )
