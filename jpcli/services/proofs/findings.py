"""What is wrong with a proof, and the events in it held against their hashes.

Owns the reading of one event of a proof, and what of it may be withheld.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.errors import Problem
from jpcli.domain.events import ABOUT_LICENSES, ABOUT_OWNERS, Event
from jpcli.domain.instants import END_AT
from jpcli.domain.limits import MAX_PROBLEMS, TOO_MANY
from jpcli.ledger.events.chain import link
from jpcli.services.files.json_decoder import Decoder
from jpcli.services.proofs import shape
from jpcli.services.proofs.form import EVENT_KEYS, WITHHELD_KEYS
from jpcli.services.proofs.links import Links

if TYPE_CHECKING:
    from collections.abc import Sequence

# What names others or may have a remark. Prices, zones and names have neither, so whoever withholds
# one of those hides what everybody has to see.
_MAY_BE_WITHHELD = frozenset((*ABOUT_LICENSES, *ABOUT_OWNERS))


class Enough(Exception):
    """Ends the reading of a proof with too many problems."""


class Findings:
    """The problems so far; the reading ends where they are too many."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, code: str, subject: str, message: str) -> None:
        """Note a problem."""
        if len(self.found) >= MAX_PROBLEMS:
            self.found.append(Problem("too_many_problems", "proof", TOO_MANY))
            raise Enough
        self.found.append(Problem(code, subject, message))


class Events:
    """The events of a proof, read one after the other; `count` of them so far. Only one client's
    proof `may_withhold` what is in one. None may come after the event `until_seq`."""

    def __init__(self, findings: Findings, *, may_withhold: bool) -> None:
        self._findings = findings
        self._may_withhold = may_withhold
        self._decoder = Decoder()
        self.links = Links()
        self.until_seq: int | None = None
        self.count = self.withheld = 0

    def read(self, value: Any, kinds: Sequence[str], *, late: bool = False) -> Event:
        """One event of these kinds. Its data are those that its hash was made of, or what is shown
        of them; what is no event is Unfit."""
        withheld = self._may_withhold and type(value) is dict and "shown" in value
        told = shape.fields(value, WITHHELD_KEYS if withheld else EVENT_KEYS, "an event")
        seq = shape.whole(told["seq"], "seq", 1)
        what = f"event {seq}"
        if told["kind"] not in kinds:
            raise shape.Unfit(f"{what} is of no kind that belongs here")
        at = shape.whole(told["at"], "at", 0, END_AT - 1)
        if withheld and told["kind"] not in _MAY_BE_WITHHELD:
            raise shape.Unfit(f"{what} ({told['kind']}) may not be withheld")
        subject = shape.name(told["subject"], "subject")
        previous = bytes.fromhex(shape.sha256_hex(told["previous"], "previous"))
        own = bytes.fromhex(shape.sha256_hex(told["hash"], "hash"))
        self.links.add(seq, previous, own)
        self.count += 1
        if self.until_seq is not None and seq >= self.until_seq and not late:
            self._findings.add("event_late", what, f"{what} came after the closing")
        if withheld:
            self.withheld += 1
            shown = shape.an_object(told["shown"], "shown")
            return Event(seq, told["kind"], subject, at, 0, "", None, shown)
        recorded_at = shape.whole(told["recorded_at"], "recorded_at")
        actor = shape.text(told["actor"], "actor")
        reason = shape.text_or_none(told["reason"], "reason")
        data_text = shape.text(told["data"], "data")
        event = Event(seq, told["kind"], subject, at, recorded_at, actor, reason, {})
        if link(previous, event, data_text) != own:
            message = f"{what} ({told['kind']} {subject}) does not fit its hash: it was changed"
            self._findings.add("event_changed", what, message)
        return event._replace(data=self._data(data_text, what))

    def _data(self, text: str, what: str) -> dict[str, Any]:
        try:
            value, end = self._decoder.decode(text)
        except (ValueError, RecursionError):
            raise shape.Unfit(f"the data of {what} are no JSON") from None
        flaw = self._decoder.flaw(value, text)
        if end != len(text) or flaw is not None or type(value) is not dict:
            raise shape.Unfit(f"the data of {what} are no JSON object that a ledger writes")
        return value
