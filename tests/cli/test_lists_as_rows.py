"""What a command lists, in any format that can be read again, is what other commands take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import engines

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Run

pytestmark = pytest.mark.alike("form")

FORMATS = ("json", "ndjson", "csv", "excel", "tsv", "md")


@pytest.fixture(params=FORMATS)
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def listed(jpcli: Callable[..., Run], tmp_path: Path) -> Callable[..., str]:
    """Write what a command lists to a file, and give its name."""

    def call(form: str, *argv: str) -> str:
        done = jpcli(*argv, "--format", form)
        assert done.code == 0, done.err
        path = tmp_path / f"list.{form}"
        path.write_bytes(done.out.encode())
        return str(path)

    return call


def begin(jpcli: Callable[..., Run]) -> None:
    for line in (
        "init --name Acme",
        "cards add --brand visa --last4 4242 --exp 12/2030",
        "issue jetpack-scan --site a.example --client @home",
        "issue jetpack-ai --quantity 2",
        "products set-price jetpack-scan --price 0.20 --from 2027-01-01",
        "products set-price jetpack-scan --price 1.5 --bundle 9",
    ):
        assert jpcli(*line.split()).code == 0


def events(jpcli: Callable[..., Run]) -> Any:
    return jpcli("ledger", "check", "--json").data["events"]


def test_a_price_list_changes_nothing_where_it_comes_from(
    jpcli: Callable[..., Run], listed: Callable[..., str], form: str
) -> None:
    begin(jpcli)
    prices = listed(form, "products", "list")
    before = events(jpcli)
    done = jpcli("products", "import", prices, "--json")
    assert (done.code, done.data["imported"]) == (0, 0), done.out
    assert done.data["unchanged"] > 12
    assert events(jpcli) == before


def test_a_price_list_begins_another_ledger(
    jpcli: Callable[..., Run], listed: Callable[..., str], form: str, tmp_path: Path
) -> None:
    begin(jpcli)
    prices = listed(form, "products", "list")
    other = ("--ledger", engines.place(tmp_path / "other.db"))
    assert jpcli("init", "--prices", prices, *other).code == 0
    there = jpcli("products", "list", "--json", *other).data
    assert there == jpcli("products", "list", "--json").data


def test_listed_licenses_are_revoked(
    jpcli: Callable[..., Run], listed: Callable[..., str], form: str
) -> None:
    begin(jpcli)
    keys = listed(form, "licenses", "list", "--state", "unassigned")
    done = jpcli("revoke", "--from", keys, "--yes", "--json")
    assert (done.code, len(done.data["licenses"])) == (0, 2), done.out
    keys = listed(form, "licenses", "list", "--state", "assigned")
    again = jpcli("revoke", "--from", keys, "--yes", "--json")
    assert [row["client"] for row in again.data["licenses"]] == ["@home"]


def test_listed_licenses_are_a_history(
    jpcli: Callable[..., Run], listed: Callable[..., str], form: str, tmp_path: Path
) -> None:
    begin(jpcli)
    assert jpcli("issue", "jetpack-anti-spam", "--bundle", "20").code == 0
    before = events(jpcli)
    history = listed(form, "licenses", "list", "--state", "all")
    assert jpcli("ledger", "import", history, "--json").data["imported"] == 0
    assert events(jpcli) == before
    other = ("--ledger", engines.place(tmp_path / "other.db"))
    assert jpcli("init", *other).code == 0
    assert jpcli("ledger", "import", history, "--json", *other).data["imported"] == 24
    there = jpcli("licenses", "list", "--json", *other).data
    assert there == jpcli("licenses", "list", "--json").data


# What writes licenses, and what reads them: every pair works, in every format.
WRITERS = (
    "licenses list --search jetpack-{product}",
    "licenses list --state {state} --product jetpack-{product} --sort issued",
    "licenses timeline --product jetpack-{product}",
    "licenses show {keys}",
    "ledger export",
)
READERS = {
    "revoke --yes --from": ("ai", "unassigned"),
    "assign --site new.example --from": ("ai", "unassigned"),
    "unassign --from": ("scan", "assigned"),
    "transfer --to new.example --from": ("scan", "assigned"),
    "assign --keep-going --from": ("scan", "assigned"),
}
# A license that has nothing to do with it is in a list of everything, and left out.
LEFT_OUT = ("--keep-going",)


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("reader", READERS)
def test_every_list_of_licenses_is_read_by_every_command_that_takes_them(
    jpcli: Callable[..., Run], listed: Callable[..., str], form: str, writer: str, reader: str
) -> None:
    if writer == "ledger export" and (form in ("excel", "md") or reader.startswith("assign --k")):
        return  # a history names sites by their times
    begin(jpcli)
    product, state = READERS[reader]
    found = jpcli("licenses", "list", "--product", f"jetpack-{product}", "--json").data
    keys = [row["license_key"] for row in found["licenses"]]
    line = writer.format(product=product, state=state, keys=" ".join(keys))
    source = listed(form, *line.split())
    more = LEFT_OUT if writer == "ledger export" else ()
    done = jpcli(*reader.split(), source, *more, "--json")
    assert done.code in (0, 1), done.err
    assert {row["license_key"] for row in done.data["licenses"]} >= set(keys)
    wrong = {problem["code"] for problem in done.data.get("problems", ())}
    assert wrong <= {"not_assigned", "already_assigned"}, done.err


@pytest.mark.parametrize("reader", [*READERS, "ledger import"])
def test_a_list_without_rows_is_read_by_all(
    jpcli: Callable[..., Run], listed: Callable[..., str], form: str, reader: str
) -> None:
    begin(jpcli)
    before = events(jpcli)
    none = listed(form, "licenses", "list", "--state", "revoked")
    done = jpcli(*reader.split(), none)
    assert done.code == 0, done.err
    assert events(jpcli) == before


@pytest.mark.parametrize("state", ["assigned", "revoked"])
def test_a_list_of_licenses_is_no_order(
    jpcli: Callable[..., Run], listed: Callable[..., str], form: str, state: str
) -> None:
    """It would issue, and bill, all of them once more."""
    begin(jpcli)
    before = events(jpcli)
    done = jpcli("issue", "--from", listed(form, "licenses", "list", "--state", state), "--json")
    empty = state == "revoked" and form in ("json", "ndjson")
    assert done.code == (0 if empty else 2), done.err
    assert events(jpcli) == before


@pytest.mark.parametrize("reader", [*READERS, "ledger import", "products import", "issue --from"])
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("licenses list --state nope", "the answer of a command that failed: state must be one of"),
        ("issue nope", "the answer of a command that failed: There is no product nope"),
        ("status", "an answer of jpcli without a list of licenses or products"),
        ("cards list", "an answer of jpcli without a list of licenses or products"),
    ],
)
def test_an_answer_without_a_list_is_refused(
    jpcli: Callable[..., Run], tmp_path: Path, reader: str, line: str, told: str
) -> None:
    """What went wrong before is what is to be looked at."""
    begin(jpcli)
    before = events(jpcli)
    path = tmp_path / "answer.json"
    path.write_text(jpcli(*line.split(), "--json").out)
    done = jpcli(*reader.split(), str(path), "--json")
    assert (done.code, done.error["code"]) == (2, "no_rows")
    assert done.error["message"].startswith(f"{path} is {told}")
    assert events(jpcli) == before
