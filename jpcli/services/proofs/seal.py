"""What a closing sealed, held against its hashes: the content, and the event (I2, I8).

Owns the hashes of the whole bill, and of the invoices before it that had billed what it corrects.
"""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from jpcli.domain.adjustments import Sum
from jpcli.domain.events import INVOICE_CLOSED, LINE_FIELDS, Event, invoice_listed
from jpcli.domain.invoice_status import VOID
from jpcli.domain.listed import Listed
from jpcli.ledger.events.chain import encode, link, link_in_pieces
from jpcli.ledger.queries.invoice_lines import content_hash
from jpcli.services.canonical import list_pieces, object_pieces
from jpcli.services.proofs import shape
from jpcli.services.proofs.form import CLOSING_KEYS, LISTED
from jpcli.services.proofs.lines import BILLED
from jpcli.services.proofs.shape import Unfit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jpcli.services.proofs.findings import Events, Findings
    from jpcli.services.proofs.header import Bill
    from jpcli.services.proofs.kept import Kept

    # Month, product, bundle size.
    Corrected = tuple[str | None, str, int]


# Rows of an event before a closing: as many as are looked at in one piece.
_MOST_LISTED = 10_000


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
    shape.sha256_hex(closing["previous"], "previous")
    listed = _listed(data)
    told.until_seq = closing["seq"] - (0 if listed is None else listed.events)


def _listed(data: Mapping[str, Any]) -> Listed | None:
    """How much was recorded before the closing, if it says that anything was."""
    if "listed" not in data:
        return None
    stated = shape.fields(data["listed"], Listed._fields, "listed")
    for name in ("holders", "shares"):
        shape.whole(stated[name], name, 0)
    shape.whole(stated["rows"], "rows", 1, _MOST_LISTED)
    return Listed(**stated)


def read_kept(bill: Bill, lines: list[dict[str, Any]], kept: Kept, told: Events) -> bytes | None:
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
        event = Event(*(closing[name] for name in CLOSING_KEYS))
        previous, listed = bytes.fromhex(closing["previous"]), _listed(closing["data"])
        if listed is not None:
            rows = {"holders": iter(holders or ()), "shares": shares}
            previous = _link_listed(previous, event, listed, rows, told)
        elif holders is not None:
            fields |= {"holders": list_pieces(holders), "shares": list_pieces(shares)}
        told.links.add(event.seq, previous, bytes.fromhex(bill.invoice["head"]))
        found = link_in_pieces(previous, event, object_pieces(fields))
    for _ in chain(holders or (), shares):
        pass
    return found


def _link_listed(
    previous: bytes,
    closing: Event,
    listed: Listed,
    every: Mapping[str, Iterator[Any]],
    told: Events,
) -> bytes:
    """The hash of the last event before the closing. Those that hold its rows are put together
    again; rows that it does not count make one more of them, or a longer one."""
    left = listed.events
    for name, rows in every.items():
        first = 0
        while some := list(islice(rows, listed.rows)):
            kind, _, data = invoice_listed(closing.subject, name, some, first=first, left=left)
            event = closing._replace(seq=closing.seq - left, kind=kind)
            own = link(previous, event, encode(data))
            told.links.add(event.seq, previous, own)
            previous, first, left = own, first + len(some), left - 1
    return previous


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
