"""Commands in hints, run as they are printed: what is advised must not be refused in turn."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

COMMAND = re.compile(r"(?:^|   )(jpcli [a-z].*)$", re.MULTILINE)
# What a person fills in.
FILLED_IN = {
    "ADDRESS": "billing@a.example",
    "AMOUNT": "1",
    "CARD": "1117",
    "DATE": "2027-01-01",
    "PRODUCT": "jetpack-scan",
    "TEXT": "wire",
    "pm_…": "pm_card_amex",
}
# Whoever follows the hint is asked, as is right, and is told how to say yes beforehand.
QUESTIONS = {"confirmation_required", "bundle_in_use"}


def commands(run: Any) -> list[str]:
    """Every command in the hints of an answer, and those of its next steps."""
    if not run.out.strip():
        return []
    document = run.json
    texts = [note["hint"] for note in document.get("notes", ()) if note["hint"]]
    texts += [hint for hint in [(document.get("error") or {}).get("hint")] if hint]
    found = [command for text in texts for command in COMMAND.findall(text)]
    steps = (document.get("data") or {}).get("next") or ()
    return [*found, *(step["command"] for step in steps)]


def refused_in_turn(
    run: Any,
    jpcli: Callable[..., Any],
    names: Mapping[str, str],
    also: frozenset[str],
    *,
    stripe: bool = False,
) -> Iterator[str]:
    """The commands of an answer's hints that are refused, each after those before it; `names` are
    filled in, too, and `also` are codes of what holds in this ledger whatever is typed. `stripe`
    says that there is one to go out to."""
    for command in commands(run):
        words = [{**FILLED_IN, **names}.get(word, word) for word in shlex.split(command)[1:]]
        if (words[:1] == ["stripe"] and not stripe) or "--payments" in words:
            continue  # it goes out, or makes another ledger
        if stripe and words[:2] == ["cards", "add"] and not {"pm_card_amex", "--brand"} & {*words}:
            words = ["cards", "add", "--no-wait"]  # nobody enters a card on Stripe's page
        found = jpcli(*words, "--json")
        code = (found.json.get("error") or {}).get("code") if found.code else None
        if code is not None and code not in QUESTIONS | also:
            yield f"{command} => {code}: {found.err}"
