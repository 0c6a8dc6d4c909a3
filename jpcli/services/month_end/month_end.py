"""The end of a month: closing, collecting, and a folder with what goes to clients and to the books.

Owns the order of that, and that nothing holds up the rest: what is declined, or can't be written,
is reported beside what was done. Every step is one that may be done again: what is closed is not
closed twice, what is paid is not charged twice, and files are the same bytes.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from jpcli.domain.answers import Answer, Note, joined
from jpcli.domain.errors import JpcliError
from jpcli.domain.invoice_status import VOID, is_unpaid
from jpcli.domain.periods import month_label, month_of, month_period, parse_month, previous_month
from jpcli.domain.words import command_line, count
from jpcli.ledger.queries import invoices
from jpcli.reports.statement.documents import check_form
from jpcli.services.billing.waiting import waiting_months
from jpcli.services.change import earlier_answer, keep
from jpcli.services.collection.collector import collector_of
from jpcli.services.collection.unpaid import unpaid_step
from jpcli.services.files.folder import Folder
from jpcli.services.invoices.close import check_may_close, close_waiting
from jpcli.services.invoices.each_client import (
    Respelled,
    Written,
    in_order,
    planned,
    statement_file,
    wrote_note,
)
from jpcli.services.invoices.invoices import invoice_object
from jpcli.services.invoices.known import known_invoice
from jpcli.services.invoices.statements import Statements
from jpcli.services.month_end.files import Wanted, index_name, journal_name, write_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from jpcli.domain.answers import Notes
    from jpcli.domain.contract.invoices import UncollectedObject
    from jpcli.domain.contract.month_end import MonthEndAnswer
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.services.desk import Desk


def month_end(
    desk: Desk,
    month: str | None,
    wanted: Wanted,
    heard: Callable[[int], None] = lambda _number: None,
) -> Answer[MonthEndAnswer]:
    """Close all months up to one (default: the last that is over), collect what is closed, and
    write the files of those months; `heard` is told how many there are so far.

    What was not collected or not written is in the answer's `failures`. Before anything is closed
    it raises as `close.check_may_close` of a month that is named, `Folder.begin` and `check_form`.
    """
    place = os.path.abspath(wanted.path)  # another one from another folder
    request = {
        "command": "month-end",
        "month": month,
        "wanted": wanted._replace(path=place)._asdict(),
    }
    if (earlier := earlier_answer(desk, request)) is not None:
        return earlier
    label = month or last_month(desk)
    may_close = _has_bill(desk, label, is_named=month is not None)
    for form in wanted.forms:
        check_form(form)
    key, desk.idempotency_key = desk.idempotency_key, None  # it is for all of it, not for a part
    try:
        answer = _ended(desk, label, wanted, heard) if may_close else _nothing(desk, label)
    finally:
        desk.idempotency_key = key
    if not answer.failures:
        keep(desk, request, answer)
    return answer


def last_month(desk: Desk) -> str:
    """The last month that is over."""
    return month_label(*previous_month(*parse_month(month_of(desk.ledger.calendar, desk.today))))


def _has_bill(desk: Desk, label: str, *, is_named: bool) -> bool:
    """Whether a month has an invoice, or gets one; refused where it was named and can't."""
    parse_month(label)
    if invoices.of_period(desk.ledger, label) is not None or label in waiting_months(desk):
        return True
    if is_named:
        check_may_close(desk, month_period(desk.ledger.calendar, *parse_month(label)))
    return False


def _nothing(desk: Desk, label: str) -> Answer[MonthEndAnswer]:
    note = Note("nothing_to_close", f"There is nothing to bill in {label}")
    return Answer(_data(desk, label, [], [], []), (note,))


def _ended(
    desk: Desk, label: str, wanted: Wanted, heard: Callable[[int], None]
) -> Answer[MonthEndAnswer]:
    owner = desk.ledger.meta["ledger_id"]
    folder = Folder(wanted.path, replaces=wanted.replaces, owner=owner, heard=heard)
    folder.look()
    months = _months(desk, label, folder)
    if desk.dry_run:
        return _rehearsed(desk, label, months, wanted, folder)
    folder.begin(months)
    closed, notes, failures = _closed(desk, label)
    respelled = Respelled()
    written: list[Written] = []
    for number in _numbers(desk, months, closed, folder):
        written += write_files(desk, number, folder, wanted, respelled)
    folder.end()
    failures += folder.failures
    data = _data(desk, label, closed, [statement_file(w, folder) for w in written], folder.files)
    data["problems"] = [_problem(error) for error in failures]
    waits = _waiting_notes(desk, label, failures)
    more = (wrote_note(folder), *respelled.notes(), *_address_note(written, is_closed=True), *waits)
    return Answer(data, joined(notes, more), tuple(failures))


def _months(desk: Desk, label: str, folder: Folder) -> set[str]:
    """The months whose files are to be written: those that are closed now, and of those before them
    what a run that was stopped has left."""
    left = {*waiting_months(desk), *folder.unfinished}
    return {label, *(month for month in left if month < label)}


def _closed(desk: Desk, label: str) -> tuple[list[str], Notes, list[JpcliError]]:
    """Close and collect: which invoices those are. Whatever stops the collecting of a month that is
    closed already does not stop its files."""
    try:
        answer = collector_of(desk).close(desk, None, label)
    except JpcliError as error:
        if invoices.of_period(desk.ledger, label) is None:
            raise
        return [], (), [error]
    notes = tuple(note for note in answer.notes if note.code != "nothing_to_close")
    return [item["number"] for item in answer.data["invoices"]], notes, list(answer.failures)


def _numbers(desk: Desk, months: set[str], closed: list[str], folder: Folder) -> list[str]:
    """The invoices whose files are written: those of the months, and of their void ones those that
    lie in the folder already, so that these say so."""
    periods = {*months, *(known_invoice(desk, number).period for number in closed)}
    return [
        invoice.number
        for invoice in invoices.invoices(desk.ledger, newest_first=False)
        if invoice.period in periods
        and (invoice.status != VOID or folder.wrote(index_name(invoice.number, "csv")))
    ]


def _rehearsed(
    desk: Desk, label: str, months: set[str], wanted: Wanted, folder: Folder
) -> Answer[MonthEndAnswer]:
    """What would be closed, collected and written: the closing is tried and rolled back."""
    answer = collector_of(desk).close(desk, None, label)
    found: list[Written] = []
    files: list[str] = []
    with desk.rehearsing() as writer:
        closed = close_waiting(desk, writer, label)
        for number in _numbers(desk, months, closed, folder):
            found_now = planned(Statements(desk, number), wanted.forms)
            every = in_order([_foreseen(each, folder) for each in found_now])
            found += every
            files += [folder.at(name) for each in every for name in each.names]
            names = [journal_name(number, books) for books in wanted.books]
            names += [index_name(number, ending) for ending in ("csv", "html")]
            files += filter(None, map(folder.foresee, names))
        numbers = [item["number"] for item in answer.data["invoices"]]
        data = _data(desk, label, numbers, [statement_file(w, folder) for w in found], files)
    data["problems"] = [_problem(error) for error in folder.failures]
    data["dry_run"] = True
    message = f"Would write {count(len(files), 'file')} to {folder.path}"
    notes = (
        Note("would_write", message, "info", folder.path),
        *_address_note(found, is_closed=False),
    )
    return Answer(data, joined(answer.notes, notes), tuple(folder.failures))


def _foreseen(each: Written, folder: Folder) -> Written:
    names = tuple(name for name in each.names if folder.foresee(name) is not None)
    return each._replace(names=names).without_details()


def _data(
    desk: Desk, label: str, closed: list[str], statements: list[Any], files: list[str]
) -> MonthEndAnswer:
    current = invoices.of_period(desk.ledger, label)
    numbers = dict.fromkeys([*closed, *([] if current is None else [current.number])])
    every = [invoice_object(desk, known_invoice(desk, number)) for number in numbers]
    mine = [item for item in every if current is not None and item["number"] == current.number]
    return {
        "period": label,
        "invoice": mine[0] if mine else None,
        "invoices": every,
        "statements": statements,
        "files": sorted(files),
    }


def _problem(error: JpcliError) -> UncollectedObject:
    return {
        "code": error.code,
        "subject": error.subject,
        "message": error.message,
        "hint": error.hint,
    }


def _waiting_notes(desk: Desk, label: str, failures: list[JpcliError]) -> tuple[Note, ...]:
    """What is closed and not paid, unless that was said with what went wrong."""
    told = {error.subject for error in failures}
    return tuple(
        _waits(desk, invoice)
        for invoice in invoices.invoices(desk.ledger, newest_first=False)
        if invoice.period <= label
        and is_unpaid(invoice.status, invoice.total_minor)
        and invoice.number not in told
    )


def _waits(desk: Desk, invoice: Invoice) -> Note:
    step = unpaid_step(desk, invoice)
    return Note("not_collected", step["why"], "warning", invoice.number, step["command"])


def _address_note(written: list[Written], *, is_closed: bool) -> tuple[Note, ...]:
    """Whose statements say no address, where others do: before closing it can be mended."""
    bills = [w.made for w in written if w.made.whose is not None and w.made.whose.client]
    without = dict.fromkeys(
        str(made.whose.client) for made in bills if made.whose and not made.receiver.address
    )
    if not without or all(not made.receiver.address for made in bills):
        return ()
    first, *others = without
    more = f" and {count(len(others), 'other client')}" if others else ""
    hint = command_line("jpcli clients edit", first, rest="--address TEXT")
    message = f"No address is known of {first}{more}, and the statements would show none"
    if is_closed:
        hint = f"For the months to come:   {hint}"
        message = f"No address was known at the closing, and none is shown, of {first}{more}"
    return (Note("no_address", message, "info", first, hint),)
