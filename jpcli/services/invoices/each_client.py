"""Every client's statement of a month, as files in a folder, with an index and a journal of them.

Owns what the files are called and what is in which. How a folder takes them is in `files.folder`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.answers import Answer, Note
from jpcli.domain.file_names import file_name
from jpcli.domain.invoice_status import statement_number
from jpcli.domain.money import money_json
from jpcli.domain.words import count
from jpcli.reports.statement.documents import check_form, write_document
from jpcli.services.files.folder import Folder
from jpcli.services.invoices.statements import Statements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jpcli.domain.contract.month_end import EachClientAnswer, StatementFile
    from jpcli.reports.statement.statement import Statement
    from jpcli.services.desk import Desk

FORMS = ("html", "pdf", "csv")


class Written(NamedTuple):
    """One statement, the part of the invoice that it bills, the names of its files, and what it
    corrects of each earlier month, in order."""

    made: Statement
    email: str | None
    cost_minor: int
    names: tuple[str, ...]
    corrections: tuple[tuple[str, int], ...]

    @property
    def billed_minor(self) -> int:
        """What its client is to pay; what is nobody's is billed to nobody."""
        whose = self.made.whose
        return 0 if whose is None or whose.client is None else self.made.total_minor

    def without_details(self) -> Written:
        """Without its lines, sites and days, which only the files have: very many are kept."""
        return self._replace(made=self.made._replace(lines=(), clients=(), per_day=()))


class Respelled:
    """What the PDF files have no letters for, of all of them."""

    def __init__(self) -> None:
        self._scripts: set[str] = set()
        self._install: str | None = None

    def pieces(self, made: Statement, form: str) -> Iterable[str | bytes]:
        """The document."""
        document = write_document(made, form)
        self._scripts.update(document.respelled)
        self._install = self._install or document.install
        return document.pieces

    def notes(self) -> tuple[Note, ...]:
        """A remark, where there are any."""
        if not self._scripts:
            return ()
        scripts = ", ".join(sorted(self._scripts))
        message = f"PDF files have no letters for {scripts}: names stand in Latin ones instead"
        hint = None if self._install is None else f"With letters for them:   {self._install}"
        return (Note("names_respelled", message, "warning", hint=hint),)


def each_client(
    desk: Desk,
    name: str,
    path: str,
    forms: tuple[str, ...],
    *,
    markup: str | None = None,
    replaces: bool = False,
    heard: Callable[[int], None] = lambda _number: None,
) -> Answer[EachClientAnswer]:
    """Write each client's statement, and what is nobody's, into a folder in each of `FORMS` that is
    asked for; `heard` is told how many files there are so far.

    What can't be written is in the answer's `failures`. Raises as `Statements`, `Folder.begin` and
    `check_form`.
    """
    for form in forms:
        check_form(form)
    statements = Statements(desk, name)
    owner, respelled = desk.ledger.meta["ledger_id"], Respelled()
    folder = Folder(path, replaces=replaces, by="--yes", owner=owner, heard=heard)
    folder.begin()
    written = write_each(statements, folder, forms, respelled, markup)
    folder.end()
    invoice = statements.invoice
    data: EachClientAnswer = {
        "period": statements.computed.period.label,
        "number": None if invoice is None else invoice.number,
        "statements": [statement_file(each, folder) for each in written],
        "files": sorted(folder.files),
    }
    notes = (wrote_note(folder), *respelled.notes())
    return Answer(data, notes, tuple(folder.failures))


def write_each(
    statements: Statements,
    folder: Folder,
    forms: tuple[str, ...],
    respelled: Respelled,
    markup: str | None = None,
) -> list[Written]:
    """Write the files of each statement; who gets them, in the order of their numbers."""
    found = []
    for each in planned(statements, forms, markup):
        names = tuple(
            name
            for name, form in zip(each.names, forms, strict=True)
            if folder.put(name, respelled.pieces(each.made, form)) is not None
        )
        found.append(each._replace(names=names).without_details())
    return in_order(found)


def planned(
    statements: Statements, forms: tuple[str, ...], markup: str | None = None
) -> Iterator[Written]:
    """What the statements are and what their files will be called; those with the same markup one
    after the other, because a markup's split of the lines is found once for all of them."""
    costs = {part.client: part.amount_minor for part in statements.whole.clients}
    receivers = statements.receivers
    places = max((found.place for found in receivers), default=0)
    for receiver in sorted(receivers, key=lambda found: found.details.markup or ""):
        made = statements.of(receiver, markup)
        number = made.own_number
        if number is None:
            number = statement_number(f"{made.period}-preview", receiver.place, places)
        names = tuple(file_name(number, receiver.client or "no client", form) for form in forms)
        cost_minor = costs.get(receiver.client, 0)
        yield Written(made, receiver.details.email, cost_minor, names, _corrections(made))


def _corrections(made: Statement) -> tuple[tuple[str, int], ...]:
    found: dict[str, int] = {}
    for line in made.lines:
        if line.kind == "adjustment" and line.period is not None:
            found[line.period] = found.get(line.period, 0) + line.amount_minor
    return tuple(sorted(found.items()))


def in_order(found: list[Written]) -> list[Written]:
    """By their numbers; what is nobody's last."""

    def place(each: Written) -> tuple[bool, str]:
        whose = each.made.whose
        return whose is None or whose.client is None, each.made.own_number or str(each.names)

    return sorted(found, key=place)


def wrote_note(folder: Folder) -> Note:
    """How many files there are that were not so before, and where."""
    if folder.files and not folder.changes:
        same = f"{count(len(folder.files), 'file')} in {folder.path} are as they were"
        return Note("unchanged", same, "info", folder.path)
    message = f"Wrote {count(folder.changes, 'file')} to {folder.path}"
    if others := len(folder.files) - folder.changes:
        message += f"; {count(others, 'other is as it was', 'others are as they were')}"
    return Note("written", message, "ok", folder.path)


def statement_file(each: Written, folder: Folder) -> StatementFile:
    """One statement as the JSON contract has it."""
    made = each.made
    assert made.whose is not None
    return {
        "invoice": made.number,
        "number": made.own_number,
        "client": made.whose.client,
        "email": each.email,
        "cost": money_json(each.cost_minor, made.currency),
        "billed": money_json(each.billed_minor, made.currency),
        "files": [folder.at(name) for name in each.names],
    }
