"""What a closing sealed, held against its hashes: the content, and the event (I2, I8).

Owns the hashes of the whole bill, and of the invoices before it that had billed what it corrects.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from jpcli.domain.adjustments import Sum
from jpcli.domain.events import INVOICE_CLOSED, LINE_FIELDS, Event
from jpcli.domain.invoice_status import VOID
from jpcli.ledger.events.chain import link_in_pieces
from jpcli.ledger.queries.invoice_lines import content_hash
from jpcli.services.canonical import list_pieces, object_pieces
from jpcli.services.proofs import shape
from jpcli.services.proofs.form import CLOSING_KEYS, LISTED
from jpcli.services.proofs.lines import BILLED
from jpcli.services.proofs.shape import Unfit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.services.proofs.findings import Events, Findings
    from jpcli.services.proofs.header import Bill
    from jpcli.services.proofs.kept import Kept

    # Month, product, bundle size.
    Corrected = tuple[str | None, str, int]


class Earlier:
    """The invoices that had billed what is corrected: what each billed of which month and offer."""

    def __init__(self) -> None:
        self.billed: dict[Corrected, Sum] = {}
        self.prices: dict[Corrected, int] = {}
        self.periods: set[str] = set()
        self._numbers: set[str] = set()

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, invoice: dict[str, Any], bill: Bill, findings: Findings) -> None:
        """Note one, which has the content that was closed, and is there once."""
        number = invoice["number"]
        if number in self._numbers:
            findings.add("invoice_twice", number, f"{number} stands there twice")
        self._numbers.add(number)
        self.periods.add(invoice["period"])
        check_hash(invoice, invoice["lines"], bill, findings)
        for line in invoice["lines"]:
            if line["kind"] in BILLED:
                label = invoice["period"]
            elif line["kind"] == "adjustment":
                label = line["period"]
            else:
                continue
            what = (label, line["product"], line["bundle_size"])
            found = Sum(line["days"], line["license_days"], line["amount_minor"])
            self.billed[what] = self.billed.get(what, Sum()).plus(found)
            self.prices[what] = line["day_price_e12"]


def check_hash(
    invoice: dict[str, Any], lines: list[dict[str, Any]], bill: Bill, findings: Findings
) -> None:
    """I2: the content hash of an invoice; a preview has none."""
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
    previous = bytes.fromhex(shape.sha256_hex(closing["previous"], "previous"))
    told.links.add(closing["seq"], previous, bytes.fromhex(bill.invoice["head"]))
    told.until_seq = closing["seq"]


def read_kept(bill: Bill, lines: list[dict[str, Any]], kept: Kept) -> bytes | None:
    """Read holders and shares; of a closed invoice the hash of its closing, which is made of them
    on the way. One without shares is of the first ledgers, and one client's has none."""
    holders = kept.holders(closed=bill.invoice["number"] is not None)
    if holders is not None and not bill.is_whole:
        raise Unfit("one client's proof has no shares of others and no earlier invoices")
    shares = _shares(kept, belong=holders is not None)
    closing, found = bill.closing, None
    if closing is not None:
        fields: dict[str, Any] = {**closing["data"]}
        fields["lines"] = list_pieces([line[name] for name in LINE_FIELDS] for line in lines)
        if holders is not None:
            fields |= {"holders": list_pieces(holders), "shares": list_pieces(shares)}
        event = Event(*(closing[name] for name in CLOSING_KEYS))
        found = link_in_pieces(bytes.fromhex(closing["previous"]), event, object_pieces(fields))
    for _ in chain(holders or (), shares):
        pass
    return found


def _shares(kept: Kept, *, belong: bool) -> Iterator[Any]:
    found = kept.shares()
    if (found is not None) != belong:
        raise Unfit("holders and shares belong together")
    yield from found or ()


def check_closing(bill: Bill, found: bytes, findings: Findings) -> None:
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
    if found.hex() != invoice["head"]:
        message = "The event that closed the invoice does not have the head as its hash"
        findings.add("head_differs", "head", message)
