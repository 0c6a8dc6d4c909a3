"""Books of two months, and a Stripe that is asked for them, for tables that ask no server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from jpcli.domain.errors import JpcliError
from jpcli.payments.gateway import RemoteInvoice, RemoteLine
from jpcli.services.collection.stripe.draft import line_items
from jpcli.services.desk import Desk
from jpcli.services.invoices import close, settle
from jpcli.services.invoices.known import known_invoice
from tests.services.agency import Agency
from tests.services.collection.conftest import JUNE_15

AUGUST_2 = "2024-08-02T09:00:00Z"
MAY, JUNE, JULY = "INV-2024-05", "INV-2024-06", "INV-2024-07"
AGAIN = f"{JULY}-2"


class Stripe:
    """What is there, by customer and in the whole account, and what was asked."""

    def __init__(self, ledger_id: str, **there: list[RemoteInvoice]) -> None:
        self.customers_seen = {ledger_id: "cus_1"}
        self.there, self.asked = there, list[tuple[str, Any]]()
        self.fails: JpcliError | None = None

    def invoices_of(self, customer: str) -> list[RemoteInvoice]:
        self.asked.append(("of", customer))
        if self.fails is not None:
            raise self.fails
        return list(self.there.get("of", []))

    def invoices_since(self, since_at: int) -> list[RemoteInvoice]:
        self.asked.append(("since", since_at))
        return list(self.there.get("since", []))

    def known_invoice(self, name: str) -> RemoteInvoice | None:
        self.asked.append(("known", name))
        return next((one for one in self.there.get("known", []) if one.id == name), None)

    def lines(self, name: str) -> list[RemoteLine]:
        self.asked.append(("lines", name))
        if self.fails is not None:
            raise self.fails
        found: Any = self.there["lines"]
        return list(found)


class Books(NamedTuple):
    """A desk on a ledger in which June is open as it was closed first, and July as it was closed
    the second time."""

    desk: Desk

    @property
    def ledger_id(self) -> str:
        return self.desk.ledger.meta["ledger_id"]

    def invoice(self, number: str = JUNE, **fields: Any) -> Any:
        return known_invoice(self.desk, number)._replace(**fields)

    def remote(self, name: str = "in_1", number: str | None = JUNE, **fields: Any) -> RemoteInvoice:
        """One as it was closed here, but for these fields."""
        ours = self.invoice(number if number in (JUNE, JULY, AGAIN) else JUNE)
        made = RemoteInvoice(name, number, "open", "usd", ours.total_minor, 0, 0, None, None)
        marks = {"our_number": number, "ledger_id": self.ledger_id}
        return made._replace(**{**marks, "content_hash": ours.content_hash, **fields})

    def stripe(self, **there: Any) -> Any:
        return Stripe(self.ledger_id, **there)

    def lines(self, number: str = JUNE) -> list[RemoteLine]:
        found = line_items(self.desk, self.invoice(number))
        return [
            RemoteLine(f"il_{i.position}", i.position, i.amount_minor, "usd", "") for i in found
        ]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Agency:
    agency = Agency(tmp_path_factory.mktemp("books") / "ledger.db", JUNE_15).init()
    agency.card()
    agency.issue("jetpack-scan", 2)
    agency.issue("jetpack-ai")
    agency.now = AUGUST_2
    for number in (None, JULY, None):
        if number is None:
            agency.do(close.close_due)
        else:
            agency.do(settle.void, number)
    return agency


@pytest.fixture
def agency(ledger: Agency, tmp_path: Path) -> Agency:
    """The same in August, to be changed."""
    copy = ledger.copied(tmp_path / "copy.db")
    copy.now = AUGUST_2
    return copy


@pytest.fixture
def books(ledger: Agency) -> Iterator[Books]:
    with ledger.desk(writes=False) as desk:
        yield Books(desk)
