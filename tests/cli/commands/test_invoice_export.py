"""`invoice export` and `invoice show`: formats, files, the terminal."""

from __future__ import annotations

import os
import shlex
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.domain.extras import install_command
from tests.cli.conftest import run_on_terminal, run_process
from tests.cli.test_imports import loaded, tops
from tests.reports.statement.fonts import MODULES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LATER = "2026-12-03T10:00:00Z"
FORMATS = ["table", "json", "ndjson", "csv", "tsv", "md", "html", "pdf"]


@pytest.fixture
def closed(agency: Callable[..., Any]) -> Callable[..., Any]:
    """November 2026 is closed as INV-2026-11."""
    assert agency("invoice", "close", "2026-11", now=LATER).code == 0
    return agency


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where statements go."""
    found = tmp_path / "out"
    found.mkdir()
    return found


def test_html_goes_to_stdout(closed: Callable[..., Any]) -> None:
    shown = closed("invoice", "export", "INV-2026-11", "--format", "html")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.startswith("<!doctype html>")
    assert "[b]Blog[/b]" in shown.out
    assert shown.out == closed("invoice", "show", "2026-11", "--format", "html").out


def test_pdf_goes_to_a_pipe(closed: Callable[..., Any]) -> None:
    for command in ("export", "show"):
        done = run_process("invoice", command, "2026-11", "--format", "pdf")
        assert (done.returncode, done.stdout[:5]) == (0, b"%PDF-")


def test_pdf_is_not_for_a_terminal(closed: Callable[..., Any]) -> None:
    for command in ("export", "show"):
        shown = run_on_terminal("invoice", command, "2026-11", "--format", "pdf")
        assert shown.code == 2
        assert "binary_on_terminal" in shown.out
        assert "--output" in shown.out
        assert "%PDF" not in shown.out


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_goes_into_a_file(form: str, closed: Callable[..., Any], folder: Path) -> None:
    target = folder / "statement"
    shown = closed("invoice", "export", "2026-11", "--format", form, "--output", str(target))
    assert (shown.code, shown.out) == (0, "")
    assert f"Wrote {target}" in shown.err
    done = run_process("invoice", "export", "2026-11", "--format", form)
    if form == "json":  # says that it was written, too
        assert target.read_bytes()[:100] == done.stdout[:100]
    else:
        assert target.read_bytes() == done.stdout
    assert os.listdir(folder) == ["statement"]


@pytest.mark.parametrize(
    ("name", "start"),
    [("a.html", b"<!doc"), ("a.HTM", b"<!doc"), ("a.pdf", b"%PDF-"), ("a.json", b'{"ver'),
     ("a.csv", b"kind,"), ("a.txt", b"Acme ")],
)  # fmt: skip
def test_the_ending_is_the_format(
    name: str, start: bytes, closed: Callable[..., Any], folder: Path
) -> None:
    assert closed("invoice", "export", "2026-11", "--output", str(folder / name)).code == 0
    assert (folder / name).read_bytes()[:5] == start


def test_an_ending_that_says_nothing(closed: Callable[..., Any], folder: Path) -> None:
    shown = closed("invoice", "export", "2026-11", "--output", str(folder / "a.doc"))
    assert shown.code == 2
    assert "unknown_format" in shown.err
    named = ("--output", str(folder / "a.doc"), "--format", "csv")
    assert closed("invoice", "export", "2026-11", *named).code == 0


SAYS = {
    "a.pdf": "pdf",
    "a.html": "html",
    "a.HTM": "html",
    "a.json": "json",
    "a.ndjson": "ndjson",
    "a.jsonl": "ndjson",
    "a.csv": "csv",
    "a.tsv": "tsv",
    "a.md": "md",
    "a.txt": "table",
}


@pytest.mark.alike("form", "name")
@pytest.mark.parametrize("form", [form for form in FORMATS if form != "auto"])
@pytest.mark.parametrize("name", SAYS)
def test_a_format_that_the_ending_contradicts_writes_nothing(
    name: str, form: str, closed: Callable[..., Any], folder: Path
) -> None:
    target = folder / name
    run = closed("invoice", "export", "2026-11", "--output", str(target), "--format", form)
    if form == SAYS[name] or (name, form) == ("a.csv", "excel"):
        assert run.code == 0, run.err
        assert os.listdir(folder) == [name]
    else:
        assert run.code == 2
        assert "usage" in run.err or run.json["error"]["code"] == "usage"
        assert os.listdir(folder) == []


def test_json_and_a_pdf_is_a_contradiction_that_is_told_as_json(
    closed: Callable[..., Any], folder: Path
) -> None:
    target = folder / "x.pdf"
    for words in (("--json",), ("--json", "--yes"), ("--format", "json")):
        run = closed("invoice", "export", "2026-11", "--output", str(target), *words)
        assert (run.code, run.error["code"]) == (2, "usage")
        assert not target.exists()


def test_a_file_that_is_there_stays(closed: Callable[..., Any], folder: Path) -> None:
    target = folder / "a.html"
    target.write_text("mine")
    wish = ("invoice", "export", "2026-11", "--output", str(target))
    shown = closed(*wish)
    assert shown.code == 3
    assert "file_exists" in shown.err
    assert target.read_text() == "mine"
    assert closed(*wish, "--yes").code == 0
    assert target.read_text().startswith("<!doctype")
    assert os.listdir(folder) == ["a.html"]


def test_a_dangling_link_is_a_file_that_is_there(closed: Callable[..., Any], folder: Path) -> None:
    (folder / "a.html").symlink_to(folder / "gone.html")
    assert closed("invoice", "export", "2026-11", "--output", str(folder / "a.html")).code == 3


def test_nothing_is_left_of_a_statement_that_failed(
    closed: Callable[..., Any], folder: Path
) -> None:
    wish = ("invoice", "export", "2026-11", "--output", str(folder / "a.html"))
    assert closed(*wish, "--client", "Nobody").code == 2
    assert closed(*wish, "--markup", "x").code == 2
    assert os.listdir(folder) == []


def test_a_place_that_takes_no_file(closed: Callable[..., Any], folder: Path) -> None:
    wish = ("invoice", "export", "2026-11", "--format", "html", "--output")
    missing = closed(*wish, str(folder / "no" / "a.html"))
    assert missing.code == 1
    assert "output_failed" in missing.err
    assert closed(*wish, str(folder), "--yes").code == 2


def test_one_client(closed: Callable[..., Any]) -> None:
    totals = [
        closed("invoice", "export", "2026-11", "--json", *whose, "--markup", "20")
        .data["invoice"]["total"]["amount_minor"]
        for whose in (("--client", "Shop"), ("--client", "[b]Blog[/b]"), ("--no-client",))
    ]  # fmt: skip
    whole = closed("invoice", "preview", "2026-11", "--json", "--markup", "20").data
    assert sum(totals) == whole["total_with_markup"]["amount_minor"]
    shown = closed("invoice", "export", "2026-11", "--client", "Shop", "--format", "html").out
    assert "Blog" not in shown
    table = closed("invoice", "export", "2026-11", "--client", "Shop", "--format", "table").out
    assert "For Shop" in table
    assert "Blog" not in table


def test_a_preview_says_so(agency: Callable[..., Any]) -> None:
    for form in ("html", "table"):
        assert (
            "Preview, not an invoice"
            in agency("invoice", "export", "2026-11", "--format", form).out
        )
    found = agency("invoice", "export", "2026-11", "--json").data["invoice"]
    assert (found["number"], found["status"]) == (None, "preview")


def test_show_is_for_closed_invoices(agency: Callable[..., Any]) -> None:
    shown = agency("invoice", "show", "2026-11", "--json")
    assert (shown.code, shown.error["code"]) == (2, "unknown_invoice")


def test_show_as_json_and_as_rows(closed: Callable[..., Any]) -> None:
    found = closed("invoice", "show", "INV-2026-11", "--json").data
    assert list(found) == ["invoice"]
    assert found["invoice"]["number"] == "INV-2026-11"
    rows = closed("invoice", "show", "INV-2026-11").rows
    assert rows[0][:5] == ["kind", "product", "name", "bundle_size", "period"]
    assert rows[0][5:] == ["days", "day_price", "amount"]
    assert len(rows) == 1 + len(found["invoice"]["lines"])


def test_the_table_ends_with_the_month(closed: Callable[..., Any]) -> None:
    shown = closed("invoice", "show", "2026-11", "--format", "table").out
    assert "INV-2026-11 for November 2026" in shown
    assert "S M T W T F S S" in shown  # November 2026 begins on a Sunday
    assert "1       5         10        15" in shown
    assert "→" in shown
    assert "Shop" in shown


def test_the_table_fits_a_terminal(closed: Callable[..., Any]) -> None:
    for columns in (60, 80, 100):
        shown = run_on_terminal("invoice", "show", "2026-11", "--no-color", columns=columns)
        assert shown.code == 0
        assert all(len(line) <= columns for line in shown.out.splitlines())


@pytest.mark.parametrize("line", ["status --format html", "--format pdf status"])
def test_other_commands_write_no_documents(line: str, agency: Callable[..., Any]) -> None:
    shown = agency(*line.split())
    assert shown.code == 2
    assert "is not one of auto, table, json" in shown.err
    assert "pdf." not in shown.err.splitlines()[0].partition("is not one of")[2]


def test_the_format_may_stand_before_the_command(closed: Callable[..., Any]) -> None:
    assert closed("--format", "html", "invoice", "export", "2026-11").out.startswith("<!doctype")


def test_a_wrong_format_as_json_is_json(agency: Callable[..., Any]) -> None:
    shown = agency("invoice", "export", "2026-11", "--json", "--format", "docx")
    assert shown.code == 2
    assert "html, pdf" in shown.err


def test_what_documents_need_is_loaded_for_documents_alone(closed: Callable[..., Any]) -> None:
    for argv in (
        ["invoice", "show", "2026-11", "--json"],
        ["invoice", "export", "2026-11", "--json"],
    ):
        assert not tops(loaded(*argv)) & {"jinja2", "fpdf", "fontTools", "rich"}
    assert "fpdf" not in tops(loaded("invoice", "export", "2026-11", "--format", "html"))


# In a script that no font of ours has, so that it is the same with and without the extra `fonts`.
OTHER = "བོད་"


@pytest.fixture
def tibetan(agency: Callable[..., Any]) -> Callable[..., Any]:
    """A client with a name that is not drawn has a part of the closed November 2026."""
    issued = agency("issue", "jetpack-scan", "--site", "t.example", "--client", OTHER)
    assert issued.code == 0, issued.err
    assert agency("invoice", "close", "2026-11", now=LATER).code == 0
    return agency


ROADS = [
    "export 2026-11 --output {folder}/a.pdf",
    "export INV-2026-11 --output {folder}/a.PDF --quiet",
    "export 2026-11 --output {folder}/a --format pdf",
    "export 2026-11 --client {name} --markup 20 --output {folder}/a.pdf",
    "export 2026-11 --format pdf",
    "show 2026-11 --format pdf",
    "show 2026-11 --format pdf --ledger {ledger}",
    "export 2026-11 --output {folder}/a.pdf --ledger {ledger}",
]


@pytest.mark.parametrize("road", ROADS)
def test_a_name_that_is_not_drawn_is_said_with_what_shows_it(
    road: str, tibetan: Callable[..., Any], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    ledger = os.environ["JPCLI_LEDGER"]
    words = shlex.split(road.format(folder=folder, name=OTHER, ledger=ledger))
    if "--ledger" in words:  # and not the one that is meant where nothing is said
        monkeypatch.setenv("JPCLI_LEDGER", str(folder / "other.db"))
    done = run_process("invoice", *words)
    err = done.stderr.decode()
    assert done.returncode == 0
    assert err.count("! ") == 1
    assert "has no letters for Tibetan" in err
    command = err.partition("As they are written:   ")[2].splitlines()[0]
    assert shlex.split(command)[:3] == ["jpcli", "invoice", "export"]
    assert tibetan(*shlex.split(command)[1:]).code == 0
    (html,) = folder.glob("*.html")
    assert OTHER in html.read_text()
    assert ("--client" in words) == ("Shop" not in html.read_text())
    assert ("--client" in words) == ("--markup 20" in command)


@pytest.mark.parametrize("whose", [("--no-client",), ("--client", "Shop"), ("--client", OTHER)])
def test_what_is_drawn_is_not_remarked_on(
    whose: tuple[str, ...], tibetan: Callable[..., Any], folder: Path
) -> None:
    target = str(folder / "a.pdf")
    shown = tibetan("invoice", "export", "2026-11", "--output", target, *whose)
    assert shown.code == 0
    assert ("Tibetan" in shown.err) is (OTHER in whose)
    for form in ("html", "json", "csv"):
        written = tibetan("invoice", "export", "2026-11", "--format", form, *whose)
        assert "Tibetan" not in written.err


def test_the_remark_says_what_brings_letters(
    tibetan: Callable[..., Any], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = ("invoice", "export", "2026-11", "--yes", "--output", str(folder / "a.pdf"))
    monkeypatch.setitem(sys.modules, "uharfbuzz", None)
    assert f"With letters for them:   {install_command('fonts', sys.executable)}" in (
        tibetan(*wish).err
    )
    monkeypatch.delitem(sys.modules, "uharfbuzz")
    if None not in map(find_spec, MODULES):
        assert "With letters" not in tibetan(*wish).err


def test_a_proof_names_the_file_that_was_written(
    closed: Callable[..., Any], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    export = ("invoice", "export", "2026-11", "--format", "proof")
    assert "jpcli invoice verify FILE" in closed(*export).err
    for name in ("p.json", "my bill.json", "-p.json"):
        said = closed(*export, f"--output={name}").err
        (command,) = (line for line in said.splitlines() if "jpcli invoice verify" in line)
        words = shlex.split(command.partition("jpcli ")[2])
        assert words[-1] == name
        assert closed(*words).code == 0


def test_a_proof_that_no_check_would_read_is_not_written(
    closed: Callable[..., Any], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jpcli.services.proofs import provable

    monkeypatch.setattr(provable, "MAX_PROOF_ITEM_BYTES", 10)
    target = folder / "p.json"
    export = ("invoice", "export", "2026-11", "--format", "proof")
    for options in (("--no-client",), ("--no-client", "--output", str(target))):
        shown = closed(*export, *options)
        assert (shown.code, shown.out) == (3, "")
        assert "proof_too_long" in shown.err
        assert not target.exists()
    shown = closed(*export, "--output", str(target))  # found on the way
    assert (shown.code, target.exists()) == (3, False)
    assert "proof_too_long" in shown.err
    assert list(folder.glob("p.json*")) == []
    shown = closed(*export)
    assert shown.code == 3
    assert "counts" not in shown.out
