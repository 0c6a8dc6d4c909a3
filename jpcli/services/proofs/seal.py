"""What a closing sealed, held against its hashes: the content, the holders, and the event (I2, I8).

Owns the parts of a whole bill: whose part of each line is what.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.events import INVOICE_CLOSED, LINE_FIELDS, Event
from jpcli.domain.invoice_status import VOID
from jpcli.domain.shares import Holder, Share, split_by_holder
from jpcli.ledger.events.chain import link_in_pieces
from jpcli.ledger.queries.invoice_lines import content_hash
from jpcli.services.canonical import list_pieces, object_pieces
from jpcli.services.proofs import shape
from jpcli.services.proofs.form import CLOSING_KEYS, LISTED
from jpcli.services.proofs.shape import Unfit
from jpcli.services.proofs.whole import BILLED, subject_of

if TYPE_CHECKING:
    from jpcli.services.files.json_members import Members
    from jpcli.services.proofs.findings import Events, Findings
    from jpcli.services.proofs.header import Bill, Grounds
    from jpcli.services.proofs.lives import Names
    from jpcli.services.proofs.tally import Tally

_MOST_ROWS = 1_500_000


class Kept:
    """Holders and shares of a bill as a proof lists them; both None where the closing kept none."""

    def __init__(self, members: Members, lines: int, *, closed: bool) -> None:
        self.holders = _rows(members, "holders", 4)
        self.shares = _rows(members, "shares", 4)
        if (self.holders is None) != (self.shares is None):
            raise Unfit("holders and shares belong together")
        for holder in self.holders or ():
            for number in holder[:2]:
                if number is not None:
                    shape.whole(number, "a holder's number", 1)
                    if not closed:
                        raise Unfit("holders of an open month have no numbers")
            for name in holder[2:]:
                shape.name_or_none(name, "a holder's name")
        most = len(self.holders or ()) - 1
        for row in self.shares or ():
            shape.whole(row[0], "a share's line", 0, lines - 1)
            shape.whole(row[1], "a share's holder", 0, most)
            shape.whole(row[2], "a share's days")
            shape.whole(row[3], "a share's amount")


def _rows(members: Members, name: str, size: int) -> list[list[Any]] | None:
    found = members.items(name)
    if found is None:
        return None
    rows: list[list[Any]] = []
    for item in found:
        if len(rows) >= _MOST_ROWS:
            raise Unfit(f"too many {name}")
        rows.append(shape.items(item, f"one of {name}", size))
    return rows


def check_content(bill: Bill, lines: list[dict[str, Any]], findings: Findings) -> None:
    """I2: the content hash, and the total."""
    invoice = bill.invoice
    total_minor = sum(line["amount_minor"] for line in lines)
    if total_minor != invoice["total_minor"]:
        message = f"The total is {invoice['total_minor']}, and {total_minor} by its lines"
        findings.add("total_differs", "total_minor", message)
    _check_hash(invoice, lines, bill, findings)


def check_earlier(bill: Bill, earlier: list[dict[str, Any]], findings: Findings) -> None:
    """The same of the invoices that had billed what is corrected, each once."""
    numbers = [invoice["number"] for invoice in earlier]
    for number in {number for number in numbers if numbers.count(number) > 1}:
        findings.add("invoice_twice", number, f"{number} stands there twice")
    for invoice in earlier:
        _check_hash(invoice, invoice["lines"], bill, findings)


def _check_hash(
    invoice: dict[str, Any], lines: list[dict[str, Any]], bill: Bill, findings: Findings
) -> None:
    if invoice["number"] is None:
        return
    content = {
        **{name: invoice[name] for name in ("number", "period", "first_day", "last_day")},
        "currency": bill.invoice["currency"],
        "time_zone": bill.invoice["time_zone"],
        "fields": list(LINE_FIELDS),
        "lines": [[line[name] for name in LINE_FIELDS] for line in lines],
        "total_minor": invoice["total_minor"],
    }
    if content_hash(content) != invoice["content_hash"]:
        message = f"{invoice['number']} is not what was closed: its content hash does not fit"
        findings.add("content_differs", invoice["number"], message)


def begin_closing(bill: Bill, told: Events) -> None:
    """The closing's place in the chain; what is no closing is Unfit."""
    closing = shape.fields(bill.closing, (*CLOSING_KEYS, "previous"), "closing")
    shape.whole(closing["seq"], "seq", 1)
    shape.whole(closing["at"], "at")
    shape.whole(closing["recorded_at"], "recorded_at")
    for name in ("kind", "subject", "actor"):
        shape.text(closing[name], name)
    shape.text_or_none(closing["reason"], "reason")
    data = shape.an_object(closing["data"], "data")
    if closing["kind"] != INVOICE_CLOSED or not data.keys().isdisjoint(LISTED):
        raise Unfit("closing is no such event")
    if data.get("status") == VOID:
        raise Unfit("an invoice is never closed as void")
    told.add(
        closing["seq"], shape.sha256_hex(closing["previous"], "previous"), bill.invoice["head"]
    )
    told.until_seq = closing["seq"]


def check_closing(bill: Bill, lines: list[dict[str, Any]], kept: Kept, findings: Findings) -> None:
    """The event that closed the invoice, put together again, has the head as its hash."""
    closing, invoice = bill.closing, bill.invoice
    assert closing is not None
    data = closing["data"]
    same = ("period", "first_day", "last_day", "total_minor", "content_hash")
    if closing["subject"] != invoice["number"] or any(
        data.get(name) != invoice[name] for name in same
    ):
        message = "What the closing says of the invoice is not what the invoice says"
        findings.add("closing_differs", "closing", message)
    fields: dict[str, Any] = {**data}
    fields["lines"] = list_pieces([line[name] for name in LINE_FIELDS] for line in lines)
    if kept.shares is not None:
        fields["holders"] = list_pieces(kept.holders or ())
        fields["shares"] = list_pieces(kept.shares)
    event = Event(*(closing[name] for name in CLOSING_KEYS))
    found = link_in_pieces(bytes.fromhex(closing["previous"]), event, object_pieces(fields))
    if found.hex() != invoice["head"]:
        message = "The event that closed the invoice does not have the head as its hash"
        findings.add("head_differs", "head", message)


def check_shares(
    lines: list[dict[str, Any]], kept: Kept, tally: Tally, grounds: Grounds, findings: Findings
) -> None:
    """M5, W2: each holder's part of a line, by its days; of a correction that they add up."""
    if kept.holders is None or kept.shares is None:
        return
    stated: list[dict[tuple[Any, Any], Share]] = [{} for _ in lines]
    used = set()
    for position, number, days, amount_minor in kept.shares:
        used.add(number)
        holder = (kept.holders[number][2], kept.holders[number][3])
        before = stated[position].get(holder, Share())
        stated[position][holder] = before.plus(Share(days, amount_minor))
    if len(used) != len(kept.holders):
        findings.add("holders_differ", "holders", "There are holders without a part")
    own = tally.of_month(grounds.period.label)
    for position, line in enumerate(lines):
        found = stated[position]
        if line["kind"] in BILLED:
            several = own.get((line["product"], line["bundle_size"]), ())
            sums = (s for s in several if s.segment[:2] == (line["first_day"], line["last_day"]))
            days = next((one.holders for one in sums), {})
            if found != split_by_names(line["amount_minor"], days, grounds.names):
                _differ(
                    position,
                    "the parts of its holders are not what their days come to (M5)",
                    findings,
                )
            continue
        whole = Share(line["license_days"], line["amount_minor"])
        for share in found.values():
            whole = whole.minus(share)
        if any(whole):
            _differ(position, "the parts of its holders do not add up to it", findings)


def split_by_names(
    amount_minor: int, days: dict[tuple[Any, Any], int], names: Names
) -> dict[tuple[Any, Any], Share]:
    """An amount over clients and their sites, which are names here; nobody comes last (M5)."""
    order = sorted(
        days, key=lambda key: (names.place_of_client(key[0]), names.place_of_site(key[1]))
    )
    # Names in the place of row numbers: the split looks at neither.
    weights: list[tuple[Any, int]] = [(Holder(*key), days[key]) for key in order]
    parts = split_by_holder(amount_minor, weights)
    return {(holder[0], holder[1]): share for holder, share in parts.items()}


def _differ(position: int, what: str, findings: Findings) -> None:
    subject = subject_of(position)
    findings.add("holders_differ", subject, f"{subject}: {what}")
