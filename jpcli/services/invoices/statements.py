"""All statements of one month: the whole bill, and that of each client (M5, W2).

Owns which numbers are on a statement, and that a closed month's never change (I8): who sends it,
who gets it and the client's markup are what was recorded up to the closing. What was not known
then stays away, because a statement is the same whenever it is made; a client's markup would
change amounts that were sent. Lines come from the same computation as a preview's and a closing's
(I1); how they are divided is in `shares`, how they look in `reports`.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.agency_events import CLIENT_RENAMED
from jpcli.domain.errors import BadInput
from jpcli.domain.events import LATEST_SEQ
from jpcli.domain.invoice_status import statement_number
from jpcli.domain.money import parse_markup
from jpcli.domain.periods import parse_month
from jpcli.domain.words import quoted
from jpcli.ledger.events.log import head
from jpcli.ledger.queries import invoices
from jpcli.ledger.snapshots.details import ClientThen, clients_then, facts_then
from jpcli.ledger.state.lookups import number_of_client
from jpcli.reports.statement.statement import DayCount, Party, Statement, Whose
from jpcli.services.billing.books import is_settled_elsewhere
from jpcli.services.billing.compute import Question, compute, of_invoice
from jpcli.services.billing.groups import licenses_per_day
from jpcli.services.invoices.client_counts import ClientCounts
from jpcli.services.invoices.invoices import late
from jpcli.services.invoices.known import known_invoice
from jpcli.services.invoices.shares import Division
from jpcli.services.meant import check_client_known

if TYPE_CHECKING:
    from jpcli.services.billing.line_shares import HolderShares
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk

TAX_ID, PAYMENT_NOTE = "tax_id", "payment_note"


class Receiver(NamedTuple):
    """Who has a part of the month: a client, or with None what is nobody's. `place` counts the
    clients from 1 in the order in which they came to the ledger, 0 is nobody's: closing keeps whose
    parts are what by row numbers, so no renaming, merging or new client moves one."""

    place: int
    client_id: int | None
    details: ClientThen

    @property
    def client(self) -> str | None:
        """Its name on the statement."""
        return None if self.client_id is None else self.details.name


class Statements:
    """The statements of an invoice, by its number or month, or of a month that has none yet.

    `receivers` are in the order of their places, nobody last. Raises BadInput `unknown_invoice` or
    `bad_month`; Failed `no_price`.
    """

    def __init__(self, desk: Desk, name: str) -> None:
        self._desk = desk
        self.computed = asked_month(desk, name)
        self.invoice = self.computed.invoice
        self._division = Division(desk, self.computed)
        self._counts = ClientCounts(desk, self.computed)
        self._seq = LATEST_SEQ if self.invoice is None else self.invoice.id
        self._clients = clients_then(desk.ledger, self._seq)
        self._facts = facts_then(desk.ledger, self._seq)
        self.receivers = self._receivers()
        self._known = frozenset(self.receivers)
        self._last_place = max((found.place for found in self.receivers), default=0)

    def named(self, client: str | None, markup: str | None = None) -> Statement:
        """The whole one, or that of a client by the name of then or of now, `""` for nobody's.
        Raises BadInput `unknown_client`, `bad_percent`."""
        if client is None:
            return self.whole if markup is None else self._made(None, markup)
        return self.of(self._receiver(client), markup)

    @cached_property
    def whole(self) -> Statement:
        """The whole one, as it is billed; made once, however many look at it."""
        return self._made(None, None)

    def whose(self, client: str, markup: str | None = None) -> tuple[Whose, str | None]:
        """Whose that of a client by name is, and the markup on it; errors as `named`."""
        receiver = self._receiver(client)
        return Whose(receiver.client), receiver.details.markup if markup is None else markup

    @property
    def shares(self) -> HolderShares:
        """The parts of each line by client and site, and what those are called."""
        return self._division.every

    def of(self, receiver: Receiver, markup: str | None = None) -> Statement:
        """One client's, with the client's own markup unless another one is told."""
        own = receiver.details.markup if markup is None else markup
        made = self._made(receiver, own)
        known = receiver.details
        return made._replace(
            own_number=self.number_of(receiver),
            receiver=Party(known.address or "", known.tax_id or ""),
            payment_note=self._facts.get(PAYMENT_NOTE, ""),
        )

    def number_of(self, receiver: Receiver) -> str | None:
        """That of one's statement, for ever; None before the closing, and of who has no part."""
        if self.invoice is None or receiver not in self._known:
            return None
        return statement_number(self.invoice.number, receiver.place, self._last_place)

    def _receivers(self) -> tuple[Receiver, ...]:
        found = self._division.clients()
        known = sorted((number, name) for name, number in found.items() if number is not None)
        clients = [
            # As it is called in its parts: the first ledgers kept no names, so it is that of now.
            Receiver(place, number, self._clients[number]._replace(name=str(name)))
            for place, (number, name) in enumerate(known, 1)
        ]
        return (*clients, *([Receiver(0, None, ClientThen(""))] if None in found else []))

    def _receiver(self, client: str) -> Receiver:
        if not client:
            return Receiver(0, None, ClientThen(""))
        number = number_of_client(self._desk.ledger, client)
        for receiver in self.receivers:
            if number is not None and receiver.client_id == number:
                return receiver
        for receiver in self.receivers:
            if receiver.client == client:
                if number is not None:
                    raise self._another_then(client)
                return receiver
        if number is None:
            check_client_known(self._desk.ledger, client)
        known = None if number is None else self._clients.get(number)
        return Receiver(0, number, known or ClientThen(client))

    def _another_then(self, client: str) -> BadInput:
        """Nobody gets the bill of somebody else who was called so."""
        return BadInput(
            "another_client_then",
            f"{client} was another client in {self.computed.period.label}, who is called otherwise"
            " now",
            hint=f"See who was renamed:   jpcli log --kind {quoted(CLIENT_RENAMED)}",
            subject=client,
        )

    def _made(self, receiver: Receiver | None, markup: str | None) -> Statement:
        markup_e6 = None if markup is None else parse_markup(markup)
        whose = None if receiver is None else Whose(receiver.client)
        lines, clients = self._division.of(whose, markup_e6)
        counts = (
            licenses_per_day(self._desk, self.computed)
            if receiver is None
            else self._counts.of(receiver.client_id)
        )
        made = self._empty(whose)._replace(
            lines=lines,
            clients=clients,
            per_day=self._per_day(counts),
            total_minor=sum(line.amount_minor for line in lines),
            markup=markup,
        )
        if markup_e6 is not None and markup_e6 < 0 and markup is not None:
            made = made._replace(discount=markup.removeprefix("-").removesuffix("%"))
        return made

    def _per_day(self, counts: list[int]) -> tuple[DayCount, ...]:
        period, iso = self.computed.period, self._desk.ledger.calendar.iso
        # A closed invoice knows its whole month, whatever the clock says.
        today = self.computed.today if self.invoice is None else period.last_day
        return tuple(
            DayCount(iso(day), count, day <= today)
            for day, count in enumerate(counts, period.first_day)
        )

    def _empty(self, whose: Whose | None) -> Statement:
        """What every statement of the month says, without its lines."""
        ledger, invoice, period = self._desk.ledger, self.invoice, self.computed.period
        calendar, facts = ledger.calendar, self._facts
        return Statement(
            agency=facts.get("name") or "",
            number=None if invoice is None else invoice.number,
            period=period.label,
            first_day=calendar.iso(period.first_day),
            last_day=calendar.iso(period.last_day),
            as_of_day=calendar.iso(self.computed.today),
            time_zone=ledger.zone,
            currency=ledger.currency,
            status="preview" if invoice is None else invoice.status,
            past_due=invoice is not None and late(self._desk, invoice),
            issued=None if invoice is None else calendar.iso(calendar.day_of(invoice.closed_at)),
            due=None if invoice is None else calendar.iso(invoice.due_day),
            paid=None
            if invoice is None or invoice.paid_at is None
            else calendar.iso(calendar.day_of(invoice.paid_at)),
            made_at=self.computed.as_of_at if invoice is None else invoice.closed_at,
            content_hash=None if invoice is None else invoice.content_hash,
            head=head(ledger) if invoice is None else invoice.head.hex(),
            whose=whose,
            lines=(),
            clients=(),
            per_day=(),
            total_minor=0,
            amount_paid_minor=0 if invoice is None else invoice.amount_paid_minor,
            settled_elsewhere=invoice is None and is_settled_elsewhere(ledger, period.label),
            sender=Party(facts.get("address") or "", facts.get(TAX_ID) or ""),
        )


def asked_month(desk: Desk, name: str) -> Computed:
    """An invoice as it was billed, by its number or month, or a month that has none as it stands.
    Raises BadInput `unknown_invoice` or `bad_month`."""
    invoice = invoices.by_number(desk.ledger, name)
    if invoice is not None:
        return of_invoice(desk, invoice)
    try:
        parse_month(name)
    except BadInput:
        known_invoice(desk, name)  # says that there is none
        raise
    return compute(desk, Question(month=name))
