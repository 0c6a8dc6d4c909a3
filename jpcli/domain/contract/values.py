"""The values that fields have, and the objects that many answers share."""

from __future__ import annotations

from typing import Annotated, NamedTuple, NotRequired, TypedDict


class Form(NamedTuple):
    """What a value is called in docs/json.md, what it looks like as text, and what it means."""

    name: str
    pattern: str
    meaning: str


class OneOf:
    """One of these texts and no other."""

    def __init__(self, *names: str) -> None:
        self.names = names


Date = Annotated[
    str, Form("date", r"\d{4}-\d\d-\d\d", "a billing day `YYYY-MM-DD`, in the ledger's time zone")
]
Month = Annotated[str, Form("month", r"\d{4}-\d\d", "a billing period `YYYY-MM`")]
Instant = Annotated[
    str,
    Form(
        "instant",
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z",
        "RFC 3339 in UTC, as `2026-11-22T11:00:00Z`",
    ),
]
Price = Annotated[
    str,
    Form(
        "price",
        r"-?\d+(\.\d+)?",
        "of one license or bundle for one day, an exact decimal in the ledger's currency",
    ),
]
Decimal = Annotated[str, Form("decimal", r"-?\d+(\.\d+)?", "a decimal number as text")]
Percent = Annotated[str, Form("percent", r"-?\d+(\.\d+)?%?", "a decimal number as text")]
Currency = Annotated[str, Form("currency", r"[a-z]{3}", "an ISO 4217 code in small letters")]
Hash = Annotated[str, Form("hash", r"[0-9a-f]{64}", "SHA-256 in hexadecimal")]
Days = Annotated[int, Form("days", r"-?\d+", "a number of billing days")]
Count = Annotated[int, Form("count", r"\d+", "how many")]
LicenseKey = Annotated[
    str,
    Form(
        "license key",
        r"[A-Za-z0-9][\w.:-]{0,199}",
        "as `jetpack-scan_xZjtE12WIVwBus4n2wbIrYcIM`; those that were imported may look otherwise",
    ),
]
InvoiceNumber = Annotated[
    str, Form("invoice number", r"INV-\d{4}-\d\d(-\d+)?", "`INV-2026-10`, billed again `-2`")
]


class MoneyObject(TypedDict):
    """An amount of money."""

    amount_minor: int  # in the currency's minor unit, as Stripe counts it
    currency: Currency
    amount: Decimal  # the same in the currency's major unit


class ProblemObject(TypedDict):
    """One of the things that were wrong, where a run reports all of them."""

    code: str
    subject: str | None  # what it is about
    message: str
    line: int | None  # of the input, from 1
    hint: str | None  # what to do about it, with the command to type


class NoteObject(TypedDict):
    """A remark beside the data."""

    code: str
    message: str
    kind: Annotated[str, OneOf("ok", "info", "warning")]
    subject: str | None  # what it is about
    hint: str | None  # what to do about it, with the command to type


class ErrorObject(TypedDict):
    """Why a command failed."""

    code: str  # stable, for machines
    message: str
    hint: str | None  # what to do about it, with the command to type
    subject: str | None  # what it is about: a license key, a file, an option
    problems: NotRequired[list[ProblemObject]]  # where several things are wrong


class ChangeAnswer(TypedDict):
    """What every command that changes something may say besides."""

    dry_run: NotRequired[bool]  # true under `--dry-run`, else left out


class AnswerDocument(TypedDict):
    """What stdout carries with `--json`."""

    version: Annotated[str, OneOf("jpcli/1")]
    command: str  # its path, as `invoice preview`
    data: object  # the fields of the command, below
    notes: NotRequired[list[NoteObject]]  # where there are any
    error: NotRequired[ErrorObject]  # the worst of what went wrong beside what was done


class FailureDocument(TypedDict):
    """What stdout carries with `--json` when nothing was done."""

    version: Annotated[str, OneOf("jpcli/1")]
    error: ErrorObject
