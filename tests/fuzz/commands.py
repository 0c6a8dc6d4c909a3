"""Whole commands that read a file, a variable, a ledger or an answer made of an input."""

from __future__ import annotations

import json
import os
import sqlite3
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from jpcli.domain.errors import JpcliError
from tests import engines
from tests.cli.lines import LINES
from tests.fuzz.place import check, limits
from tests.payments.test_stripe_shapes import CALLS, WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.fuzz.place import Place

    Feed = Callable[[Place, bytes], None]

# Those that only read, quickly, and look at all that a ledger has.
READERS = (
    "status --json", "licenses list --json", "licenses show {placed} --json", "log --json",
    "licenses timeline --json", "sites list --json", "clients show Ann", "products list --json",
    "cards list", "invoice preview --json --by client", "invoice explain 2026-10 --json",
    "invoice show 2026-09 --json", "invoice diff 2026-09 2026-10 --json", "invoice list",
    "settings show --json", "ledger check --json", "ledger export", "audit --json",
    "plan {folder}/sites.toml --json", "issue jetpack-scan --json", "invoice close --due --json",
    "revoke {placed} --yes --json", "unassign {placed}", "sites move a.example --client Bob",
)  # fmt: skip
_LONGEST_LINE = 14
SITES = b'[sites."d.example"]\nclient = "Ann"\nproducts = ["jetpack-boost"]\n'


def line(place: Place, data: bytes) -> None:
    """A command line, a word a line."""
    words = place.filled(data.decode("utf-8", "surrogateescape").split("\n")[:_LONGEST_LINE])
    if words is None or "\0" in "".join(words) or "login" in words:
        return
    place.judged(*words)


def given(place: Place, data: bytes) -> str:
    """The path of a file with this in it, and keys for their names."""
    path = place.folder / "given"
    for name, text in place.names.items():
        data = data.replace(f"{{{name}}}".encode(), text.encode())
    path.write_bytes(data)
    return str(path)


def valued(*form: str) -> Feed:
    """A command with one value, which stands for `@`."""

    def feed(place: Place, data: bytes) -> None:
        value = data.decode("utf-8", "surrogateescape").replace("\0", "")
        words = place.filled([word.replace("@VALUE", value) for word in form])
        if words is not None:
            place.judged("--json", *words)

    return feed


def from_file(*form: str) -> Feed:
    """A command that reads a file."""

    def feed(place: Place, data: bytes) -> None:
        place.judged(*form, given(place, data), "--json")

    return feed


def history(place: Place, data: bytes) -> None:
    """`ledger import`, and what it took in comes out again and goes in again."""
    path = given(place, data)
    run = place.judged("ledger", "import", path, "--json")
    if run.code != 0 or not run.data["imported"]:
        return
    exported = place.call(("ledger", "export", "--format", "ndjson")).out
    given(place, exported.encode())
    again = place.call(("ledger", "import", path, "--json"))
    check(again.code == 0 and not again.data["imported"], "not what was exported", again)
    other = {"JPCLI_LEDGER": str(place.folder / "other.db")}
    place.call(("init",), other)
    moved = place.call(("ledger", "import", path, "--json"), other)
    check(moved.code == 0, "an export that can't be imported", moved.out, exported)
    out = place.call(("ledger", "export", "--format", "ndjson"), other).out
    check(sorted(out.splitlines()) == sorted(exported.splitlines()), "no round trip", out)


def planned(place: Place, data: bytes) -> None:
    """`plan`, `apply`, and then there is nothing left to do."""
    path = given(place, data)
    if place.judged("plan", path, "--json").code == 0:
        applied = place.judged("apply", path, "--yes", "--json")
        if applied.code == 0:
            left = place.call(("plan", path, "--detailed-exitcode", "--json"))
            check(left.code == 0, "there is more to do", left.out)


def saved_plan(place: Place, data: bytes) -> None:
    """A saved plan in which parts are others, with the hash that they have."""
    path = given(place, SITES)
    saved = place.folder / "saved.json"
    place.call(("plan", path, "--out", str(saved)))
    try:
        body = {**json.loads(saved.read_bytes()), **json.loads(data)}
        hashed = {name: body[name] for name in ("ledger_head", "wanted", "steps")}
        text = json.dumps(hashed, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        body["plan_hash"] = sha256(text.encode()).hexdigest()
        saved.write_text(json.dumps(body))
    except (ValueError, TypeError, RecursionError):
        return  # no such object, or half of a character
    place.judged("apply", str(saved), "--yes", "--json")


def environment(place: Place, data: bytes) -> None:
    """Variables, one a line."""
    pairs = (each.partition("=") for each in data.decode("utf-8", "surrogateescape").split("\n"))
    env = {name: value for name, _, value in pairs if name and "\0" not in name + value}
    words = place.filled(list(env.values()))
    if words is None or {"LD_PRELOAD", "STRIPE_API_KEY", "STRIPE_API_BASE"} & env.keys():
        return
    env = dict(zip(env, words, strict=True))
    place.judged("status", "--json", env=env)
    place.judged("issue", "jetpack-scan", "--json", "--dry-run", env=env)


def completed(place: Place, data: bytes) -> None:
    """A half-typed word in a shell: never an error, and nothing that acts."""
    from jpcli.cli import complete

    kind, _, prefix = data.decode("utf-8", "surrogateescape").partition("\n")
    with limits(), patch.dict(os.environ, place.env):
        try:
            lines = complete._lines(kind, prefix)
        except (JpcliError, KeyError, UnicodeEncodeError):
            return
    check("".join(lines).count("\n") == len(lines), "a line in a line", lines)


def _on_hurt(place: Place, choice: int) -> None:
    """A command on a ledger that somebody changed: its answer, or what is wrong."""
    reader = READERS[choice % len(READERS)].format(**place.names).split(" ")
    with limits():
        run = place.call(reader)
    check(run.code in (0, 1, 2, 3), f"exit {run.code}", run.err)
    check("internal_error" not in run.out + run.err, "mistake of ours", run.err, reader)
    check("Traceback" not in run.err, "traceback", run.err, reader)


def bent_file(place: Place, data: bytes) -> None:
    """A ledger with other bytes: three for where, one for what, each time."""
    content = bytearray(place.pristine)
    for start in range(1, len(data) - 3, 4):
        where = int.from_bytes(data[start : start + 3], "big") % len(content)
        content[where] = data[start + 3]
    if len(data) % 4 == 0:
        del content[len(content) * (data[-1] if data else 0) // 256 :]
    place.path.write_bytes(content)
    _on_hurt(place, data[0] if data else 0)


def bent_rows(place: Place, data: bytes) -> None:
    """A ledger with another value in a column: which one, in which row, and what."""
    if len(data) < 4:
        return
    table, column = _columns(place)[data[0] % len(_columns(place))]
    rows = "1" if data[1] % 4 == 0 else f"rowid = {data[1] // 4 + 1}"
    value = _value(data[3:])
    try:
        change = f'UPDATE "{table}" SET "{column}" = {value} WHERE {rows}'
        engines.engine.harm(str(place.path), (change,))
    except sqlite3.Error:
        return
    _on_hurt(place, data[2])


def _columns(place: Place) -> Sequence[tuple[str, str]]:
    connection = sqlite3.connect(place.path)
    sql = (
        "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c"
        " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' ORDER BY m.name, c.cid"
    )
    found = connection.execute(sql).fetchall()
    connection.close()
    return found


def _value(data: bytes) -> str:
    """A number, bytes, or a text."""
    text = data.decode("utf-8", "replace").replace("\0", "")
    if text.lstrip("-").isdecimal() and text.isascii():
        return text[:19]
    return f"x'{data[1:].hex()}'" if data[0] == 0 else "'" + text.replace("'", "''") + "'"


def stored_answer(place: Place, data: bytes) -> None:
    """What a ledger has under an idempotency key, whoever put it there."""
    asked = ("clients", "add", "Dora", "--idempotency-key", "k", "--json")
    check(place.call(asked).code == 0, "no answer to begin with")
    change = f"UPDATE answers SET answer = CAST(x'{data.hex()}' AS TEXT)"
    engines.engine.harm(str(place.path), (change,))
    with limits():
        run = place.call(asked)
    check(run.code in (0, 1), f"exit {run.code}", run.err)
    check("internal_error" not in run.out + run.err, "mistake of ours", run.err)


def stripe_answer(_place: Place, data: bytes) -> None:
    """An answer of a server at Stripe's address: which call, which status, what."""
    import stripe

    from jpcli.payments.stripe_gateway import StripeGateway

    if len(data) < 2:
        return
    body = data[2:]
    if body[:1] == b"+":  # on top of an object that has everything
        try:
            item = {**WHOLE, **json.loads(body[1:])}
        except (ValueError, TypeError, RecursionError):
            return
        answer = item if data[1] % 2 else {"object": "list", "data": [item], "has_more": False}
        body = json.dumps(answer).encode()
    status = (200, 200, 200, 400, 402, 404, 429, 500)[data[1] // 2 % 8]
    call = list(CALLS.values())[data[0] % len(CALLS)]

    def request(*_: Any, **__: Any) -> Any:
        return body, status, {}

    with patch.object(stripe.RequestsClient, "request", request), patch("time.sleep"), limits():
        try:
            call(StripeGateway("sk_test_x"))
        except JpcliError as error:
            check(error.exit_code in (1, 4, 5, 75), f"exit {error.exit_code}", error.message)


LINE_SEEDS = tuple("\n".join(str(each).split()) for each in LINES if each.path != "demo")
