"""The month's end, and statements that are written into a folder."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from jpcli.domain.contract.invoices import InvoiceObject, UncollectedObject
from jpcli.domain.contract.values import ChangeAnswer, InvoiceNumber, MoneyObject, Month


class StatementFile(TypedDict):
    """One client's statement, and the files that have it."""

    invoice: InvoiceNumber | None  # null: a preview
    number: str | None  # its own, for ever; null: a preview
    client: str | None  # null: what is nobody's
    email: str | None
    cost: MoneyObject  # its part of the invoice
    billed: MoneyObject  # with the client's markup; what is nobody's is billed to nobody
    files: list[str]  # paths


class EachClientAnswer(TypedDict):
    """Every client's statement of one month."""

    period: Month
    number: InvoiceNumber | None  # of the invoice; null: a preview
    statements: list[StatementFile]
    files: list[str]  # paths of all that was written


class MonthEndAnswer(ChangeAnswer):
    """What a month's end closed, and the files that it wrote."""

    period: Month
    invoice: InvoiceObject | None  # null: there was nothing to bill
    invoices: list[InvoiceObject]  # closed or collected by this, and `invoice`
    statements: list[StatementFile]
    files: list[str]  # paths of all that was written
    problems: NotRequired[list[UncollectedObject]]  # what was not collected, or not written
