"""A proof recomputed without a ledger (docs/proof.md): which line is wrong, if one is.

Owns the order of the check. No ledger is opened, nothing is asked for. It is read once, a license
at a time; what is no proof at all is refused, what is wrong in one is a problem.
"""

from __future__ import annotations

from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any

from jpcli.domain.answers import Answer, Note
from jpcli.domain.limits import MAX_PROOF_ITEM_BYTES
from jpcli.domain.money import money_json
from jpcli.domain.words import count, quoted
from jpcli.services.files.json_members import members_of
from jpcli.services.proofs import shape
from jpcli.services.proofs.findings import Enough, Events, Findings
from jpcli.services.proofs.form import COUNT_KEYS
from jpcli.services.proofs.header import (
    checked_line,
    read_bill,
    read_earlier,
    read_grounds,
)
from jpcli.services.proofs.holdings import Holdings
from jpcli.services.proofs.kept import Kept
from jpcli.services.proofs.lines import match_billed
from jpcli.services.proofs.owned import Numbered
from jpcli.services.proofs.part import Parts, check_parts, checked_part
from jpcli.services.proofs.recount import Recount
from jpcli.services.proofs.seal import (
    Earlier,
    begin_closing,
    check_closing,
    check_hash,
    read_kept,
)
from jpcli.services.proofs.shape import Unfit
from jpcli.services.proofs.tally import Tally
from jpcli.services.proofs.whole import Counted, check_lines, months_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.contract.invoices import VerifyAnswer
    from jpcli.services.files.json_members import Members

_MOST_LINES = 100_000
_MOST_SITES = 1_500_000


def verify(source: str, stdin: IO[bytes] | None = None) -> Answer[VerifyAnswer]:
    """Recompute a proof in a file, or on standard input for `-`. `ok` false is exit 1.

    Raises BadInput for what can't be read as a proof: `bad_json`, `bad_proof` and others that name
    the line.
    """
    with members_of(source, stdin) as members:
        try:
            checking = _Checking(members)
            with suppress(Enough):
                checking.run()
        except Unfit as error:
            raise members.refused("bad_proof", f"this is no proof: {error}") from None
    return Answer(checking.answer(), checking.notes())


class _Checking:
    """One proof on its way through the check."""

    def __init__(self, members: Members) -> None:
        self._members = members
        self._findings = Findings()
        self._bill = read_bill(members)
        self._told = Events(self._findings, may_withhold=not self._bill.is_whole)
        self._lines: list[dict[str, Any]] = []
        self._counts = dict.fromkeys(COUNT_KEYS, 0)

    def run(self) -> None:
        """Read all of it, then hold the lines against what was counted."""
        members, bill, findings = self._members, self._bill, self._findings
        if bill.closing is not None:
            begin_closing(bill, self._told)
        grounds = read_grounds(members, bill, self._told, findings)
        parts = Parts(bill, grounds, Numbered(grounds.names), Holdings(), findings)
        earlier = Earlier()
        for invoice in read_earlier(members):
            earlier.add(invoice, bill, findings)
        self._read_lines(parts)
        kept = Kept(members, self._lines, parts)
        closing_hash = read_kept(bill, self._lines, kept, self._told)
        if not bill.is_whole and len(earlier):
            raise Unfit("one client's proof has no earlier invoices")
        tally = Tally(grounds.prices, months_of(self._lines, grounds, whole=bill.is_whole))
        match_billed(self._lines, tally, grounds, findings)
        has_holders = kept.has_any or not bill.is_whole
        self._recount(Recount(parts, self._told, tally, has_holders=has_holders))
        if bill.is_whole:
            check_lines(self._lines, Counted(bill, earlier, tally, grounds, findings))
            check_hash(bill.invoice, self._lines, bill, findings)
        else:
            check_parts(parts, self._lines, tally)
        if closing_hash is not None:
            check_closing(bill, closing_hash, findings)

    def _read_lines(self, parts: Parts) -> None:
        whole = self._bill.is_whole
        for position, item in enumerate(self._each("lines")):
            if position >= _MOST_LINES:
                raise Unfit("too many lines")
            line = checked_line(item) if whole else parts.read(position, checked_part(item))
            self._lines.append(line)

    def _recount(self, recount: Recount) -> None:
        try:
            for item in self._each("sites"):
                recount.site(item)
            for item in self._each("licenses"):
                recount.license(item)
        finally:
            self._counts |= {"sites": recount.sites, "licenses": recount.licenses}
        self._end()
        recount.check_held()

    def _each(self, name: str) -> Iterator[Any]:
        found = self._members.items(name, MAX_PROOF_ITEM_BYTES)
        if found is None:
            raise Unfit(f"{name} is no array")
        return found

    def _end(self) -> None:
        stated = shape.fields(self._members.value("counts"), COUNT_KEYS, "counts")
        self._members.end()
        self._counts["events"] = self._told.count
        for name, number in self._counts.items():
            if shape.whole(stated[name], name) != number:
                message = f"There are {number} {name} in it, and it says {stated[name]}"
                self._findings.add("counts_differ", name, message)
        for problem in self._told.links.problems():
            self._findings.add(*problem)

    def answer(self) -> VerifyAnswer:
        """What was found."""
        invoice = self._bill.invoice
        data: VerifyAnswer = {
            "ok": not self._findings.found,
            "lines": len(self._lines),
            "number": invoice["number"],
            "period": invoice["period"],
            "preview": invoice["number"] is None,
            "total": money_json(invoice["total_minor"], invoice["currency"]),
            "licenses": self._counts["licenses"],
            "events": self._told.count,
            "withheld": self._told.withheld,
            "head": invoice["head"],
            "problems": [
                {"code": p.code, "subject": p.subject or "", "message": p.message}
                for p in self._findings.found
            ],
        }
        if self._bill.client:
            (data["client"],) = self._bill.client
        return data

    def notes(self) -> tuple[Note, ...]:
        """What it comes to, in words."""
        invoice, lines = self._bill.invoice, count(len(self._lines), "line")
        what = invoice["number"] or f"the preview of {invoice['period']}"
        if self._findings.found:
            found = count(len(self._findings.found), "problem")
            return (Note("proof_wrong", f"{what} is not what it says: {found}", "warning", what),)
        behind = f"{count(self._counts['licenses'], 'license')}, {count(self._told.count, 'event')}"
        hidden = self._told.withheld
        apart = f"; {count(hidden, 'event')} withheld, which nothing proves" if hidden else ""
        message = f"Recomputed {lines} of {what} from {behind}: all agree{apart}"
        begun = invoice["head"][:16]
        hint = (
            f"Whether its ledger has that head:   jpcli ledger check --since-head {quoted(begun)}"
        )
        return (Note("proof_ok", message, "ok", what, hint),)
