"""Care for a ledger: is it whole, copies of it, and its history as a file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from jpcli.domain.addresses import restoring, shown, typed
from jpcli.domain.answers import Answer, LongNotes, Note, Rows
from jpcli.domain.errors import Failed, Refused, misread
from jpcli.domain.words import and_more, count, quoted, shortened
from jpcli.ledger.queries.history import HISTORY_COLUMNS, history_rows
from jpcli.ledger.upkeep.check import CheckReport, check_ledger
from jpcli.services.change import once
from jpcli.services.ledger.zone import zone_notes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.contract.ledger import (
        BackupAnswer,
        CheckAnswer,
        DamageObject,
        ExportAnswer,
        FlatExportAnswer,
        MoveAnswer,
        RestoreAnswer,
        SinceObject,
    )
    from jpcli.ledger.database.connection import Ledger
    from jpcli.services.desk import Desk
    from jpcli.services.keyed import Keyed

FLAT_COLUMNS = (
    "license_key",
    "product",
    "issued_at",
    "revoked_at",
    "site",
    "client",
    "assigned_at",
    "bundle_key",
    "bundle_size",
)

_FIGURES, _LEAST_FIGURES = 64, 12  # of a head
_HEX = frozenset("0123456789abcdef")
_NAMED = 10  # tables of others, in a remark


def check(desk: Desk, since_head: str | None = None) -> Answer[CheckAnswer]:
    """Verify the chain, replay the events, compare the state. `ok` false is exit 1.

    `since_head` is a head that was noted down, or its beginning: the chain has to have it still, so
    that it has only grown since. Raises BadInput `bad_head` where it can be none. Tables of other
    programs, other rules of the time zone, and files that others than their owner may use, are
    remarks.
    """
    if since_head is not None:
        since_head = _checked_head(since_head)
    report = check_ledger(desk.ledger, since_head)
    if {problem.code for problem in report.problems} == {"head_not_found"}:
        hint = "Where else it may be:   jpcli ledger check --since-head HASH --ledger PATH"
        message = "The ledger is whole, but does not go back to that head"
        note = Note("head_not_found", message, "warning", since_head, hint)
    elif report.problems:
        found = count(len(report.problems), "problem")
        hint = f"Restore the last backup that passes:   {restoring(desk.ledger.path)}"
        note = Note("ledger_damaged", f"{found} found", "warning", hint=hint)
    else:
        message = f"{count(report.events, 'event')} replayed; the chain and the state agree"
        note = Note("ledger_ok", message, "ok")
    data, since = _report(report), _since(report)
    if since is not None:
        data["since_head"] = since
    remarks = (*_foreign(report), *_exceptions(desk, report), *zone_notes(desk))
    return Answer(data, (note, *_grown(report, since), *remarks, *_open_to_others(desk)))


def _checked_head(text: str) -> str:
    """A head as it was noted down, or its beginning, in small letters."""
    head = text.strip().lower()
    if _LEAST_FIGURES <= len(head) <= _FIGURES and _HEX.issuperset(head):
        return head
    what = f"a head: {_FIGURES} hexadecimal figures, or the first {_LEAST_FIGURES} or more"
    hint = "It stands on every statement, and here:   jpcli ledger check --json"
    raise misread("bad_head", shortened(text), what, hint)


def _since(report: CheckReport) -> SinceObject | None:
    if report.since is None:
        return None
    seq, head = report.since
    return {"seq": seq, "head": head, "events": report.events - seq}


def _grown(report: CheckReport, since: SinceObject | None) -> tuple[Note, ...]:
    """What is proved only where the chain is whole."""
    if since is None or report.problems:
        return ()
    message = (
        f"{count(since['events'], 'event')} came since event {since['seq']}, which has that head:"
        " nothing up to it was rewritten"
    )
    return (Note("head_found", message, "ok", since["head"]),)


def export(desk: Desk) -> Answer[ExportAnswer]:
    """Every license with its whole history, streaming; `ledger import` takes it back."""
    return Answer({"licenses": Rows(HISTORY_COLUMNS, history_rows(desk.ledger))})


def export_flat(desk: Desk) -> Answer[FlatExportAnswer]:
    """The same in the flat columns of a CSV file: only the present, or last, site of each. Once
    they are read, a remark says how many had others."""
    told: list[Note] = []
    return Answer({"licenses": Rows(FLAT_COLUMNS, _flat(desk, told))}, LongNotes(told))


def backup(desk: Desk, target: str) -> Answer[BackupAnswer]:
    """Copy the ledger to `target` while it is in use; the copy is checked before it counts.

    Under an idempotency key the ledger remembers that it was done, after the copy was made. Where a
    run was killed in between, a copy of all that there still is to copy counts as made.
    """
    from jpcli.ledger.upkeep.copies import copy_ledger, same_copy

    path = os.path.abspath(target)

    def do() -> Answer[BackupAnswer]:
        report = None
        if desk.idempotency_key is not None:
            with desk.writing():
                pass  # a ledger that can't remember it says so before the copy is there
            report = same_copy(desk.ledger, path)
        if report is None:
            report = copy_ledger(desk.ledger, path, _must_be_ok)
        size = os.path.getsize(path)
        note = Note("backed_up", f"Copied {count(report.events, 'event')} to {path}", "ok", path)
        return Answer({"file": path, "bytes": size, **_report(report)}, (note,))

    return once(desk, {"command": "ledger backup", "file": path}, do)


def check_backup(source: str) -> None:
    """Refuse what is no ledger, without looking at all that is in it: nobody need be asked."""
    from jpcli.ledger.upkeep.copies import open_backup

    open_backup(source).close()


def earlier_restore(path: str, source: str, keyed: Keyed | None) -> Answer[RestoreAnswer] | None:
    """What was answered when this was done under the key; None where it was not yet."""
    return None if keyed is None else keyed.earlier(path, _request_of(source))


def _request_of(source: str) -> dict[str, str]:
    return {"command": "ledger restore", "source": os.path.abspath(source)}


def restore(
    path: str, source: str, *, replace: bool, keyed: Keyed | None = None
) -> Answer[RestoreAnswer]:
    """Put the backup `source` in the place of the ledger at `path`.

    A backup that does not pass its check is refused. An existing ledger is replaced only with
    `replace`, and kept beside it under another name. Raises Refused `ledger_exists`, Busy when
    others have the ledger open, Failed `folder_unwritable`. What is restored under an idempotency
    key remembers that from its first moment.
    """
    from jpcli.ledger.upkeep.places import is_taken, restore_ledger

    earlier = earlier_restore(path, source, keyed)
    if earlier is not None:
        return earlier
    if is_taken(path) and not replace:
        raise Refused(
            "ledger_exists",
            f"There is a ledger at {path} already",
            hint="Put the backup in its place with --yes; the old one is kept beside it.",
            subject=path,
        )

    def complete(draft: str | Ledger, report: CheckReport, kept: str | None) -> None:
        if keyed is not None:
            keyed.remember_in(draft, _request_of(source), _restored(path, source, report, kept))

    report, kept = restore_ledger(source, path, lambda found: _must_be_ok(found, source), complete)
    return _restored(path, source, report, kept)


def _restored(
    path: str, source: str, report: CheckReport, kept: str | None
) -> Answer[RestoreAnswer]:
    message = f"Restored {count(report.events, 'event')} from {source}"
    notes = [Note("restored", message, "ok", shown(path))]
    if kept is not None:
        notes.append(Note("kept", f"The ledger that was there is kept as {kept}"))
    return Answer({"ledger": shown(path), "kept": kept, **_report(report)}, tuple(notes))


def move(desk: Desk, target: str) -> Answer[MoveAnswer]:
    """Copy the ledger to another place, on any engine. Done before, it says so; raises Refused
    where another ledger is."""
    from jpcli.ledger.upkeep.places import move_ledger

    report, before = move_ledger(desk.ledger, target, _must_be_ok)
    told = f"{count(report.events, 'event')} at {shown(target)}"
    note = Note("moved_before" if before else "moved", told + (" already" if before else ""), "ok")
    hint = f"jpcli status --ledger {quoted(typed(target))}"
    further = Note("next", "Whoever uses it names the new place from now on", hint=hint)
    data: MoveAnswer = {
        "from": desk.ledger.path,
        "to": shown(target),
        "events": report.events,
        "head": report.head,
        "ok": not report.problems,
    }
    return Answer(data, (note, further))


def _foreign(report: CheckReport) -> tuple[Note, ...]:
    if not report.foreign:
        return ()
    more = and_more(len(report.foreign[_NAMED:]))
    names = ", ".join(report.foreign[:_NAMED]) + more
    message = f"Not the ledger's own, and nothing of it touches the ledger: {names}"
    return (Note("foreign_tables", message),)


def _open_to_others(desk: Desk) -> tuple[Note, ...]:
    """An old one, or on purpose: either way nothing that is changed unasked."""
    from jpcli.ledger.database.neighbors import open_to_others

    files, mode = open_to_others(desk.ledger.path)
    if not files:
        return ()
    names = " ".join(map(quoted, files))
    message = f"Not only its owner may use {', '.join(files)} (mode {mode})"
    hint = f"Unless that is on purpose:   chmod go= {names}"
    return (Note("open_to_others", message, subject=files[0], hint=hint),)


def _exceptions(desk: Desk, report: CheckReport) -> tuple[Note, ...]:
    if not report.exceptions:
        return ()
    zone = desk.ledger.zone
    message = (
        f"The rules of {zone} were others when {count(report.exceptions, 'instant')} of this ledger"
        " got a day, and what was recorded counts"
    )
    return (Note("zone_changed", message, subject=zone),)


def _must_be_ok(report: CheckReport, source: str | None = None) -> None:
    if report.problems:
        first = report.problems[0]
        there = "" if source is None else f" --ledger {quoted(source)}"
        raise Failed(
            "ledger_damaged",
            f"The copy has {count(len(report.problems), 'problem')} and is not kept:"
            f" {first.message}",
            hint="See them all:   jpcli ledger check" + there,
            subject=first.subject,
            problems=report.problems,
        )


def _report(report: CheckReport) -> CheckAnswer:
    problems: list[DamageObject] = [
        {"code": p.code, "subject": p.subject, "message": p.message} for p in report.problems
    ]
    return {
        "ok": not report.problems,
        "events": report.events,
        "head": report.head,
        "problems": problems,
    }


def _flat(desk: Desk, told: list[Note]) -> Iterator[tuple[Any, ...]]:
    cut = 0
    for key, product, issued, revoked, assignments, bundle, size in history_rows(desk.ledger):
        last = assignments[-1] if assignments else None
        if last is None or last["to"] not in (None, revoked):
            cut += last is not None
            yield key, product, issued, revoked, None, None, None, bundle, size
            continue
        begun = last["from"]
        for part in reversed(assignments[:-1]):
            # Parts of one stay, split where the site changed hands.
            if part["site"] != last["site"] or part["to"] != begun:
                break
            begun = part["from"]
        cut += len(assignments) > 1
        yield key, product, issued, revoked, last["site"], last["client"], begun, bundle, size
    if cut:
        message = f"Left out: earlier sites, or clients of their site, of {count(cut, 'license')}"
        hint = "All of it:   jpcli ledger export --format ndjson"
        told.append(Note("left_out", message, "warning", hint=hint))
