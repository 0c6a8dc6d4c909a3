"""`jpcli demo`: a month of a small agency, told in real commands on a ledger of its own."""

from __future__ import annotations

import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from shlex import join
from typing import TYPE_CHECKING, Annotated

import typer

from jpcli.cli.invocation import Invocation
from jpcli.cli.options import command
from jpcli.cli.result import Result
from jpcli.domain.answers import Note
from jpcli.domain.errors import BadInput, Failed

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOP = "https://shop.example"
NEW_SHOP = "https://new-shop.example"
COLUMNS = ("step", "time", "command", "exit_code")

# What a step is about, when it happens, its command line, how it must end. LICENSE stands for the
# first Complete license.
STEPS: tuple[tuple[str, str, tuple[str, ...], int], ...] = (
    ("A ledger for the agency", "2026-11-01T09:00:00Z", ("init", "--name", "Acme Agency"), 0),
    (
        "Without a card on file nothing is issued",
        "2026-11-01T09:01:00Z",
        ("issue", "jetpack-scan"),
        3,
    ),
    (
        "The first card becomes the primary one",
        "2026-11-01T09:02:00Z",
        ("cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2030"),
        0,
    ),
    (
        "Licenses are billed from the day of issue, assigned or not",
        "2026-11-01T09:05:00Z",
        ("issue", "jetpack-complete", "--quantity", "5"),
        0,
    ),
    ("", "2026-11-02T10:00:00Z", ("issue", "jetpack-scan", "--quantity", "3"), 0),
    (
        "A bundle has one price a day for all its licenses",
        "2026-11-09T10:00:00Z",
        ("issue", "jetpack-security-t1", "--bundle", "5"),
        0,
    ),
    (
        "A license goes to a client's site",
        "2026-11-10T10:00:00Z",
        ("assign", "LICENSE", "--site", SHOP, "--client", "Shop Ltd"),
        0,
    ),
    (
        "and moves on without losing a day",
        "2026-11-16T10:00:00Z",
        ("transfer", "LICENSE", "--to", NEW_SHOP, "--client", "Shop Ltd"),
        0,
    ),
    (
        "A revoked license is billed up to and with that day",
        "2026-11-20T10:00:00Z",
        ("revoke", "LICENSE", "--reason", "shop was closed", "--yes"),
        0,
    ),
    ("", "2026-11-22T10:00:00Z", ("licenses", "show", "LICENSE"), 0),
    (
        "The bill so far, and at the end of the month",
        "2026-11-22T10:00:00Z",
        ("invoice", "preview"),
        0,
    ),
    (
        "The same by client, with a markup to bill on",
        "2026-11-22T10:00:00Z",
        ("invoice", "preview", "--by", "client", "--markup", "20"),
        0,
    ),
    (
        "What if five more were issued?",
        "2026-11-22T10:00:00Z",
        ("invoice", "preview", "--issue", "jetpack-ai:5@2026-11-25"),
        0,
    ),
    ("Every event is chained to the one before", "2026-11-22T10:00:00Z", ("ledger", "check"), 0),
)


@command(
    "demo",
    reads=True,
    without=("ledger",),
    examples=("jpcli demo", "jpcli demo --keep demo.db && jpcli --ledger demo.db status"),
)
def run(
    invocation: Invocation,
    keep: Annotated[
        str | None,
        typer.Option("--keep", metavar="FILE", help="Keep the ledger in FILE, to play with."),
    ] = None,
) -> Result:
    """The clock is set to November 2026. Your own ledger is not touched, and no card is charged."""
    from tempfile import TemporaryDirectory

    if keep is not None and os.path.lexists(keep):
        raise BadInput("file_exists", f"There is something at {keep} already", subject=keep)
    told = invocation.output.automatic or invocation.output.format == "table"
    with TemporaryDirectory(prefix="jpcli-demo-") as folder:
        rows = list(_walk(keep or os.path.join(folder, "ledger.db"), told, invocation))
    data = {"steps": [dict(zip(COLUMNS, row, strict=True)) for row in rows], "ledger": keep}
    hint = f"jpcli --ledger {keep} status" if keep else "jpcli init --name 'Your Agency'"
    note = Note("demo_done", "That was November. Now yours", "ok", hint=hint)
    if told:
        return Result(data, notes=(note,), payload=())
    return Result(data, "steps", notes=(note,))


def _walk(location: str, told: bool, invocation: Invocation) -> Iterator[tuple[int, str, str, int]]:
    """Run the steps one after another; each as the program itself would."""
    license_key = ""
    for number, (about, time, words, expected) in enumerate(STEPS, 1):
        argv = [license_key if word == "LICENSE" else word for word in words]
        shown = join(["jpcli", *argv])
        if told:
            _tell(about, time, shown, invocation)
        code = _run(argv, location, time, told, invocation)
        if code != expected:
            raise Failed(
                "demo_failed", f"'{shown}' ended with {code}, not {expected}", subject=shown
            )
        if not license_key and words[:2] == ("issue", "jetpack-complete"):
            license_key = _first_license(location)
        yield number, time, shown, code


def _tell(about: str, time: str, shown: str, invocation: Invocation) -> None:
    bold, dim, plain = ("\x1b[1m", "\x1b[2m", "\x1b[0m") if invocation.output.color else ("",) * 3
    if about:
        sys.stdout.write(f"\n{bold}{about}{plain}\n")
    sys.stdout.write(f"\n{dim}{time[:10]}{plain} $ {bold}{shown}{plain}\n")
    sys.stdout.flush()


def _run(argv: list[str], location: str, time: str, told: bool, invocation: Invocation) -> int:
    """The exit code of one command line, with its own clock; what it writes is shown if `told`."""
    from jpcli.cli.app import run as run_command

    options = ["--ledger", location, "--format", "table", "--actor", invocation.actor]
    if not invocation.output.color:
        options.append("--no-color")
    before = os.environ.get("JPCLI_NOW")
    os.environ["JPCLI_NOW"] = time
    try:
        if told:
            with redirect_stderr(sys.stdout):
                return run_command([*options, *argv])
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            return run_command([*options, *argv])
    finally:
        if before is None:
            del os.environ["JPCLI_NOW"]
        else:
            os.environ["JPCLI_NOW"] = before


def _first_license(location: str) -> str:
    from jpcli.ledger.licenses import LicenseFilter
    from jpcli.services.desk import open_desk
    from jpcli.services.licenses import list_licenses

    desk = open_desk(location, now_at=0, actor="demo")
    try:
        answer = list_licenses(desk, LicenseFilter(product="jetpack-complete"), 1)
        ((license_key, *_),) = answer.data["licenses"].rows
        return str(license_key)
    finally:
        desk.close()
