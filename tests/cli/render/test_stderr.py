"""Remarks, errors and questions: what a person reads beside the data."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.cli.app.failures import report
from jpcli.cli.render.stderr import write_failure, write_notes
from jpcli.cli.shared.failure import Failure
from jpcli.cli.shared.output import Output
from jpcli.domain.answers import Note
from jpcli.domain.errors import AuthProblem, BadInput, Busy, Declined, Failed, Problem, Refused
from tests.cli.conftest import run_on_terminal

if TYPE_CHECKING:
    from collections.abc import Callable

PIPE = Output("json", False, False, False, False, False)
TERMINAL = PIPE._replace(error_terminal=True)
NOTES = (
    Note("a", "All done", "ok"),
    Note("b", "By the way"),
    Note("c", "Look out", "warning", hint="jpcli cards add"),
)


def test_notes(capsys: pytest.CaptureFixture[str]) -> None:
    write_notes(NOTES, PIPE)
    assert capsys.readouterr().err == ("✓ All done\n· By the way\n! Look out\n  jpcli cards add\n")


def test_quiet_keeps_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    write_notes(NOTES, PIPE._replace(quiet=True))
    assert capsys.readouterr().err == "! Look out\n  jpcli cards add\n"


COMMANDS = (
    "jpcli licenses list --site https://shop.example/with/a/path --product jetpack-scan --json",
    "jpcli clients edit 'Two   blanks' --address 'A street, a town, and a far away country'",
    "/usr/bin/python3 -m pip install fpdf2 uharfbuzz a-package-of-a-very-long-name-indeed another",
)


@pytest.mark.no_ledger
@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("why", ["", "See what is there, and what became", "long " * 30 + "x"])
@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_to_be_typed_is_never_cut_in_two(
    command: str,
    why: str,
    width: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The terminal may wrap it: then it is copied whole."""
    monkeypatch.setenv("COLUMNS", str(width))
    hint = f"{why}:   {command}" if why else command
    write_notes([Note("a", "Look", hint=f"{hint}\nAnd then this.")], TERMINAL)
    lines = capsys.readouterr().err.splitlines()
    (typed,) = (line for line in lines if line.endswith(command))
    rest = [line for line in lines if line != typed]
    assert all(len(line) <= width for line in rest)
    assert typed == f"  {hint}" or typed == f"  {command}"
    assert " ".join(" ".join(lines).split()) == " ".join(f"· Look {hint} And then this.".split())


def _failure(**changes: Any) -> Failure:
    base = Failure("no_card", "There is no card.", "Add one:   jpcli cards add", None, (), 3)
    return base._replace(**changes)


def test_a_failure_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    write_failure(_failure(), PIPE._replace(quiet=True))
    assert capsys.readouterr().err == (
        "✗ There is no card.  no_card\n  Add one:   jpcli cards add\n"
    )


@pytest.mark.no_ledger
@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_a_code_stands_at_the_right_edge(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    write_failure(_failure(message="word " * 12 + "end."), TERMINAL)
    lines = capsys.readouterr().err.splitlines()
    assert all(len(line) <= width for line in lines)
    (coded,) = [line for line in lines if line.endswith("no_card")]
    assert len(coded) == width


def test_problems_have_their_lines(capsys: pytest.CaptureFixture[str]) -> None:
    problems = (Problem("bad_site", "x\x1by", "is no URL", 12), Problem("other", None, "oh"))
    write_failure(_failure(problems=problems), PIPE)
    assert capsys.readouterr().err.splitlines()[2:] == [
        r"  line 12: x\x1by: is no URL  bad_site",
        "  oh  other",
    ]


@pytest.mark.no_ledger
@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("command", COMMANDS)
def test_problems_are_folded_between_words_on_a_terminal(
    width: int, command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    long = Problem("unknown_product", "scna", "there is none " * 9, 7, f"Look:   {command}")
    write_failure(_failure(problems=(long,)), TERMINAL)
    lines = capsys.readouterr().err.splitlines()[2:]
    typed = next(at for at, line in enumerate(lines) if line.endswith(command))
    assert all(len(line) <= width for at, line in enumerate(lines) if at != typed)
    assert [line[:4].isspace() for line in lines] == [False, *[True] * (len(lines) - 1)]
    assert lines[0].startswith("  line 7: scna: there is none")
    said = f"line 7: scna: {'there is none ' * 9}unknown_product Look: {command}"
    assert " ".join(lines).split() == said.split()


def test_a_hint_of_many_problems_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    hints = ("a", "a", "b\x1b\nc", None, "a")
    problems = [Problem("c", None, "m", line, hint) for line, hint in enumerate(hints, 1)]
    write_failure(_failure(problems=tuple(problems)), PIPE)
    shown = [line for line in capsys.readouterr().err.splitlines()[2:] if "line" not in line]
    assert shown == ["    a", r"    b\x1b", "    c", "    a"]


def test_no_message_can_move_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    write_failure(_failure(message="a\x1b[2Jb\nc", hint="d\x9be"), PIPE)
    assert capsys.readouterr().err == "✗ a\\x1b[2Jb\\nc  no_card\n  d\\x9be\n"


def test_ascii_where_stderr_is_not_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding="ascii", errors="backslashreplace")
    monkeypatch.setattr("sys.stderr", stream)
    write_notes(NOTES[:2], PIPE)
    write_failure(_failure(message="Büro"), PIPE)
    stream.flush()
    text = written.getvalue()
    assert text.startswith(b"+ All done\n- By the way\nx B\\xfcro  no_card\n")


@pytest.mark.no_ledger
@pytest.mark.parametrize(
    ("kind", "code"),
    [(Failed, 1), (BadInput, 2), (Refused, 3), (AuthProblem, 4), (Declined, 5), (Busy, 75)],
)
def test_exit_codes(kind: Any, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(kind("some_code", "Some message"), [], {}) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "✗ Some message  some_code\n"


def test_problems_are_in_the_json(capsys: pytest.CaptureFixture[str]) -> None:
    import json

    error = BadInput("bad", "2 rows", problems=(Problem("c", "s", "m", 1),), subject="f.csv")
    assert report(error, [], {"format": "json"}) == 2
    found = json.loads(capsys.readouterr().out)["error"]
    assert found == {
        "code": "bad",
        "message": "2 rows",
        "hint": None,
        "subject": "f.csv",
        "problems": [{"code": "c", "subject": "s", "message": "m", "line": 1, "hint": None}],
    }


# On a terminal


def _only_card(ledger: Callable[..., Any]) -> str:
    (_, row) = ledger("cards", "list").rows
    return str(row[0])


def test_the_only_card_is_asked_for(ledger: Callable[..., Any]) -> None:
    card = _only_card(ledger)
    asked = run_on_terminal("cards", "remove", card, answer="n\n")
    assert asked.code == 2
    assert "Issuing new licenses is paused until you add a card" in asked.out
    assert "Continue? [y/N]" in asked.out
    assert "cancelled" in asked.out
    assert _only_card(ledger) == card
    assert run_on_terminal("cards", "remove", card, answer="y\n").code == 0
    assert ledger("cards", "list", "--json").data["cards"] == []


@pytest.mark.parametrize("answer", ["\n", "\x04", "no\n", "yesterday\n"])
def test_anything_but_yes_is_no(answer: str, agency: Callable[..., Any]) -> None:
    (_, row) = agency("licenses", "list", "--state", "assigned").rows
    asked = run_on_terminal("revoke", row[0], answer=answer)
    assert asked.code == 2
    assert "Nothing was changed." in asked.out
    assert len(agency("licenses", "list", "--state", "assigned").rows) == 2


def test_an_interrupt_at_the_question(agency: Callable[..., Any]) -> None:
    (_, row) = agency("licenses", "list", "--state", "assigned").rows
    asked = run_on_terminal("revoke", row[0], answer="\x03")
    assert asked.code == 130
    assert "Traceback" not in asked.out


def test_a_dry_run_does_not_ask(agency: Callable[..., Any]) -> None:
    (_, row) = agency("licenses", "list", "--state", "assigned").rows
    assert agency("revoke", row[0], "--dry-run").code == 0
    assert len(agency("licenses", "list", "--state", "assigned").rows) == 2


def test_a_refusal_on_a_terminal(jpcli: Callable[..., Any]) -> None:
    jpcli("init")
    refused = run_on_terminal("issue", "jetpack-scan", columns=100, env={"NO_COLOR": "1"})
    assert refused.code == 3
    first, second = refused.out.splitlines()
    assert first.startswith("✗ Issuing is paused: there is no primary card on file.")
    assert first.endswith(" no_primary_card")
    assert len(first) == 100
    assert second.startswith("  Add one:")
    assert "\x1b[31m✗\x1b[0m" in run_on_terminal("issue", "jetpack-scan").out
