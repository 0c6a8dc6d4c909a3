"""A file without rows is nothing to do, on every road and in every format: exit 0, nothing written,
and a remark. What wants something of the whole ledger is refused where it is empty."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import engines
from tests.cli.conftest import run_on_terminal, run_process

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Run

# Each with the columns that it needs.
ROADS = {
    "issue --from": "product",
    "assign --site a.example --from": "license_key",
    "assign --from": "license_key,site",
    "unassign --from": "license_key",
    "transfer --to a.example --from": "license_key",
    "transfer --from": "license_key,to",
    "revoke --yes --from": "license_key",
    "ledger import": "license_key,product,issued_at",
    "products import": "product,amount",
}
IMPORTS: dict[str, dict[str, Any]] = {
    "ledger import": {"imported": 0, "unchanged": 0, "sites": 0, "settled_elsewhere": None},
    "products import": {"imported": 0, "unchanged": 0},
}
ANSWER = b'{"version":"jpcli/1","command":"x","data":{"licenses":[],"products":[]}}\n'
EMPTY = {
    "zero bytes": b"",
    "blank lines": b"\r\n\n \t\n",
    "a byte order mark": b"\xef\xbb\xbf",
    "UTF-16 without text": b"\xff\xfe",
    "an empty array": b"[]",
    "an answer": ANSWER,
}
TABLES = {",": "csv", "\t": "tsv", ";": "spreadsheet", "|": "md"}
READ = "No rows were read: nothing to do"
KEY = ("--idempotency-key", "nightly")


def content_of(form: str, columns: str) -> bytes:
    if form in EMPTY:
        return EMPTY[form]
    names = columns.split(",")
    if form == "|":
        return f"| {' | '.join(names)} |\n{'| --- ' * len(names)}|\n".encode()
    return (form.join(names) + "\n").encode()


def events(jpcli: Callable[..., Run]) -> Any:
    return jpcli("ledger", "check", "--json").data["events"]


def told(road: str, done: Run, *, dry: bool = False) -> None:
    assert done.code == 0, done.out + done.err
    data = done.data
    assert data.pop("dry_run", False) is dry
    wanted = IMPORTS.get(road, {"licenses": []})
    assert {name: data[name] for name in wanted} == wanted
    assert (READ in done.err, "✓" in done.err) == (True, False)
    assert {note["code"] for note in done.json.get("notes", [])} <= {"no_rows", "dry_run"}


@pytest.mark.alike("form")
@pytest.mark.parametrize("form", [*EMPTY, *TABLES])
@pytest.mark.parametrize("road", ROADS)
def test_a_file_without_rows_is_nothing_to_do(
    agency: Callable[..., Run], tmp_path: Path, road: str, form: str
) -> None:
    path = tmp_path / "rows"
    path.write_bytes(content_of(form, ROADS[road]))
    line = (*road.split(), str(path), "--json")
    before = events(agency)
    told(road, agency(*line))
    told(road, agency(*line, "--dry-run"), dry=True)
    told(road, agency(*line, *KEY))
    told(road, agency(*line, *KEY))
    if road not in IMPORTS:
        told(road, agency(*line, "--keep-going"))
    assert events(agency) == before


@pytest.mark.parametrize("road", ROADS)
def test_a_pipe_without_rows_is_nothing_to_do(agency: Callable[..., Run], road: str) -> None:
    before = events(agency)
    done = run_process(*road.split(), "-", "--format", "csv", *KEY)
    assert (done.returncode, READ in done.stderr.decode()) == (0, True)
    header = done.stdout.decode().splitlines()[0]
    assert header.startswith(("license_key,product,", "field,value", "product,name,"))
    assert events(agency) == before


@pytest.mark.parametrize("road", ROADS)
def test_where_nothing_is_to_be_done_no_rule_stands_in_the_way(
    jpcli: Callable[..., Run], tmp_path: Path, road: str
) -> None:
    """Without a card (R1), and with an invoice past due (R2)."""
    assert jpcli("init", now="2026-09-02T00:00:00Z").code == 0
    card = ("cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2030", "--json")
    (put,) = jpcli(*card).data["cards"]
    assert jpcli("issue", "jetpack-scan").code == 0
    assert jpcli("cards", "remove", put["id"], "--yes").code == 0
    assert jpcli("invoice", "close", "--due", now="2026-10-02T00:00:00Z").code == 0
    (tmp_path / "none").write_bytes(b"")
    before = events(jpcli)
    line = (*road.split(), str(tmp_path / "none"), "--json")
    told(road, jpcli(*line, now="2026-11-20T00:00:00Z"))
    assert events(jpcli) == before


@pytest.mark.parametrize("road", [road for road in ROADS if road not in IMPORTS])
def test_nothing_is_asked_of_anybody_where_nothing_is_to_be_done(
    jpcli: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, road: str
) -> None:
    """Nor is a token needed, where the licenses are Jetpack's."""
    monkeypatch.setenv("JPCLI_JETPACK_BASE", "http://127.0.0.1:9")
    monkeypatch.delenv("JETPACK_LICENSING_TOKEN", raising=False)
    assert jpcli("init", "--licensing", "jetpack").code == 0
    (tmp_path / "none").write_bytes(b"")
    told(road, jpcli(*road.split(), str(tmp_path / "none"), "--json"))


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize(
    ("at", "code"), [("nonsense", "bad_instant"), ("2099-01-01", "time_in_future")]
)
def test_a_bad_time_is_refused_all_the_same(
    agency: Callable[..., Run], tmp_path: Path, road: str, at: str, code: str
) -> None:
    if road == "ledger import":
        return  # its rows have times of their own
    (tmp_path / "none").write_bytes(b"")
    done = agency(*road.split(), str(tmp_path / "none"), "--at", at, "--json")
    assert (done.code, done.error["code"]) == (2, code), done.err


def test_the_key_is_there_for_the_rows_when_they_come(
    agency: Callable[..., Run], tmp_path: Path
) -> None:
    path = tmp_path / "orders"
    path.write_bytes(b"")
    line = ("issue", "--from", str(path), "--json", *KEY)
    told("issue --from", agency(*line))
    path.write_text("product,quantity\njetpack-ai,2\n")
    first = agency(*line)
    assert (first.code, len(first.data["licenses"])) == (0, 2)
    before = events(agency)
    assert agency(*line).data == first.data
    path.write_bytes(b"")
    assert (agency(*line).error["code"], events(agency)) == ("idempotency_key_reused", before)


def test_nobody_is_asked_whether_to_revoke_nothing(
    agency: Callable[..., Run], tmp_path: Path
) -> None:
    (tmp_path / "none").write_bytes(b"")
    done = run_on_terminal("revoke", "--from", str(tmp_path / "none"))
    assert (done.code, "[y/N]" in done.out, READ in done.out) == (0, False, True)


@pytest.mark.parametrize("content", [b"", b"\n", b"product,amount\n"])
def test_a_ledger_without_prices_says_so(
    jpcli: Callable[..., Run], tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "prices").write_bytes(content)
    done = jpcli("init", "--prices", str(tmp_path / "prices"), "--json")
    assert (done.code, done.data["products"]) == (0, 0)
    assert "The price list has no rows" in done.err
    assert jpcli("products", "list", "--format", "csv").out.startswith("product,name,")


@pytest.mark.alike("content")
@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("plan {file}", "empty_plan"),
        ("plan {file} --detailed-exitcode --json", "empty_plan"),
        ("plan {file} --out {file}.plan", "empty_plan"),
        ("apply {file} --yes", "empty_plan"),
        ("apply {file} --yes --dry-run", "empty_plan"),
        ("audit --policy {file}", "empty_policy"),
    ],
)
def test_an_empty_plan_or_policy_is_refused(
    agency: Callable[..., Run], tmp_path: Path, content: bytes, line: str, code: str
) -> None:
    """It would be a wish for nothing, or a check of nothing that is green."""
    path = tmp_path / "empty"
    path.write_bytes(content)
    before = events(agency)
    done = agency(*shlex.split(line.format(file=path)))
    assert (done.code, code in done.err) == (2, True), done.err
    assert events(agency) == before
    assert not (tmp_path / "empty.plan").exists()


def test_an_empty_plan_in_a_pipe_is_refused(agency: Callable[..., Run]) -> None:
    before = events(agency)
    done = run_process("apply", "-", "--yes", "--json")
    assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (2, "empty_plan")
    assert events(agency) == before


# A list has the same columns whether anything is in it or not.
LISTS = """
licenses list
licenses list --state unassigned --no-bundle
licenses count --by product
licenses count --by site
licenses timeline
sites list
clients list
clients show Shop
cards list
products list
log
invoice list
invoice preview
invoice preview --markup 10
invoice preview --by client
invoice preview --by day --markup 10
invoice preview --months 2
invoice explain 2026-11
ledger export
"""


@pytest.mark.alike("form")
@pytest.mark.parametrize("form", ["csv", "tsv", "md"])
@pytest.mark.parametrize("line", LISTS.strip().splitlines())
def test_a_list_without_rows_has_the_columns_of_one_with_rows(
    agency: Callable[..., Run], tmp_path: Path, line: str, form: str
) -> None:
    agency("issue", "jetpack-scan")
    full = agency(*line.split(), "--format", form).out.splitlines()
    none = ("--ledger", engines.place(tmp_path / "none.db"))
    assert agency("init", "--prices", "none", *none).code == 0
    assert agency("clients", "add", "Shop", *none).code == 0
    empty = agency(*line.split(), "--format", form, *none).out.splitlines()
    assert empty[0] == full[0]
