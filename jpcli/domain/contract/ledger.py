"""The ledger as a whole: making it, its settings, its copies, its history, where it stands."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

from jpcli.domain.answers import Rows
from jpcli.domain.contract.values import (
    ChangeAnswer,
    Count,
    Currency,
    Date,
    Days,
    ErrorObject,
    Hash,
    Instant,
    LicenseKey,
    Month,
    NoteObject,
    OneOf,
)


class InitAnswer(TypedDict):
    """The ledger that was made."""

    ledger: str  # its path
    name: str
    currency: Currency
    time_zone: str  # an IANA name
    bill_from: Month  # the month that the books begin with (I7)
    payment_terms_days: Count
    products: Count  # in its price list


class SettingsObject(TypedDict):
    """What a ledger was made with, and what may change."""

    name: str
    address: str | None
    tax_id: str | None
    payment_note: str | None  # on clients' statements: how to pay
    currency: Currency
    time_zone: str  # an IANA name
    zone_data: Hash | None  # of the zone's rules that the ledger has in itself; null in UTC
    bill_from: Month | None  # null only in a ledger older than the rule that is empty (I7)
    payment_terms_days: Count
    payments: Annotated[str, OneOf("offline", "stripe")] | None  # null in an old ledger: offline
    collect: Annotated[str, OneOf("charge", "send")] | None  # null: by hand
    licensing: Annotated[str, OneOf("none", "jetpack")] | None  # null in an old ledger: none


class SettingsAnswer(ChangeAnswer):
    """Every setting."""

    settings: SettingsObject


class DamageObject(TypedDict):
    """Something that is wrong in a ledger."""

    code: str
    subject: str | None  # what it is about
    message: str


class SinceObject(TypedDict):
    """The event that had a head which was asked for."""

    seq: Count  # its number
    head: Hash  # the whole of it
    events: Count  # that came after it


class CheckAnswer(TypedDict):
    """Whether a ledger is whole."""

    ok: bool  # false: exit 1
    events: Count  # that were replayed
    head: Hash  # of the last event
    problems: list[DamageObject]  # empty where it is whole
    since_head: NotRequired[SinceObject]  # with `--since-head`, where the chain has it


class BackupAnswer(CheckAnswer):
    """The copy that was made."""

    file: str
    bytes: Count  # its size


class RestoreAnswer(CheckAnswer):
    """The backup that is the ledger now."""

    ledger: str  # its path
    kept: str | None  # where the ledger is that was there before


_Places = TypedDict("_Places", {"from": str, "to": str})


class MoveAnswer(_Places):
    """The ledger that is in another place now, too; of an address the password is left out."""

    events: Count
    head: str  # of the chain, 64 hexadecimal digits: the same in both places
    ok: bool


_Stay = TypedDict("_Stay", {"from": Instant, "to": Instant | None})


class AssignmentObject(_Stay):
    """A license on a site."""

    site: str
    client: str | None


class HistoryObject(TypedDict):
    """A license's whole history, as `ledger import` takes it."""

    license_key: LicenseKey
    product: str
    issued_at: Instant
    revoked_at: Instant | None
    assignments: list[AssignmentObject]
    bundle_key: LicenseKey | None  # of a child
    bundle_size: Count | None  # of a bundle's parent


class FlatHistoryObject(TypedDict):
    """The same in flat columns, as a CSV file has it."""

    license_key: LicenseKey
    product: str
    issued_at: Instant
    revoked_at: Instant | None
    site: str | None  # the present, or last, one
    client: str | None
    assigned_at: Instant | None
    bundle_key: LicenseKey | None
    bundle_size: Count | None


class ExportAnswer(TypedDict):
    """Every license with its history; `--format ndjson` is one a line."""

    licenses: Rows[HistoryObject]


class HistoryTemplateAnswer(TypedDict):
    """A history to begin with."""

    licenses: list[FlatHistoryObject]  # one, as an example


class FlatExportAnswer(TypedDict):
    """The same in flat columns; JSON never has it."""

    licenses: Rows[FlatHistoryObject]


class DaysBefore(TypedDict):
    """Days of a history that lie before the books begin (I7)."""

    licenses: Count  # that were active then
    first_day: Date
    last_day: Date
    days: Days


class ImportAnswer(ChangeAnswer):
    """What was taken over."""

    imported: Count  # licenses
    unchanged: Count  # licenses that were known
    sites: Count  # that are new
    settled_elsewhere: DaysBefore | None


class DemoStep(TypedDict):
    """A command of the demo."""

    command: str
    why: str
    exit_code: int
    data: NotRequired[dict[str, object]]  # what it answered with
    notes: NotRequired[list[NoteObject]]
    error: NotRequired[ErrorObject]  # of one that is refused


class DemoAnswer(TypedDict):
    """The demo, command by command."""

    steps: list[DemoStep]


class CompletionAnswer(TypedDict):
    """A completion script."""

    shell: Annotated[str, OneOf("bash", "zsh", "fish")]
    file: str  # what shells look for
    script: str
