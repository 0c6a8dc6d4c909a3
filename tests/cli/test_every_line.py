"""Every shared option of every command either works or is a usage error; and an empty value is one.

The table of lines is walked; what an option means is told here once, for all of them.
"""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.cli.app.options import SHARED
from jpcli.cli.app.root import load_command
from jpcli.cli.app.table import COMMANDS
from jpcli.cli.shared.output import JOURNALS, PROOFS
from tests import engines
from tests.cli.lines import EARLIER, LINES, NOW, Line
from tests.cli.world import World
from tests.cli.world import world as world

if TYPE_CHECKING:
    from collections.abc import Iterator

VALUES = {
    "ledger": "x.db",
    "format": "json",
    "actor": "eve",
    "limit": "1",
    "at": EARLIER,
    "idempotency_key": "k",
}
# Harmless wherever they stand, so that they may be part of an alias.
ANYWHERE = ("yes", "actor")


def shared(line: Line) -> tuple[str, ...]:
    return load_command(line.path).spec.shared


def with_option(name: str) -> list[Line]:
    return [line for line in LINES if name in shared(line)]


def with_changes(name: str) -> list[Line]:
    """Those that have the option, change something and get through."""
    return [line for line in with_option(name) if line.code == 0]


def each(lines: list[Line] | tuple[Line, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("line", lines, ids=str)


def test_every_command_has_a_line() -> None:
    assert {line.path for line in LINES} == set(COMMANDS)


@each(LINES)
def test_the_line_works_and_only_what_changes_state_writes(line: Line, world: World) -> None:
    before = world.everything()
    run = world(line)
    assert run.code == line.code, run.err
    after = world.everything()
    writes = "dry_run" in shared(line)
    assert (after["ledger.db"] != before["ledger.db"]) == (writes and line.code == 0)


# --- options that a command does not take ---------------------------------------------------------


@pytest.mark.alike("line")
@each(LINES)
def test_a_shared_option_of_others_is_a_usage_error(line: Line, world: World) -> None:
    before = world.everything()
    own = {flag for param in load_command(line.path).params for flag in param.opts}
    for name in sorted(set(SHARED) - set(shared(line))):
        flag = SHARED[name].opts[0]
        given = [flag, VALUES[name]] if name in VALUES else [flag]
        if flag not in own:  # `log --actor` is a filter, and the command's own
            run = world(line, *given, "--json", yes=False)
            assert (run.code, run.error["code"]) == (2, "usage"), flag
            assert run.error["subject"] == flag
        if name not in ANYWHERE:
            run = world.jpcli(*given, *line.argv(world.names), "--json", now=NOW)
            assert (run.code, run.error["code"]) == (2, "usage"), flag
            assert flag in run.error["message"]
    assert world.everything() == before


# --- --at -----------------------------------------------------------------------------------------


@each(with_changes("at"))
def test_at_is_when_it_takes_effect(line: Line, world: World) -> None:
    before = len(world.events())
    run = world(line, "--at", EARLIER)
    assert run.code == 0, run.err
    new = world.events()[before:]
    assert new
    from jpcli.domain.instants import parse_instant

    assert {at for _, at, _ in new} == {parse_instant(EARLIER)}


@pytest.mark.alike("at", "code")
@each(with_option("at"))
@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("2026-11-22T11:00:00.000001Z", "time_in_future"),
        ("2026-11-23", "time_in_future"),
        ("2199-12-31", "time_in_future"),
        ("2026-11-22T13:00:00+01:00", "time_in_future"),
        ("soon", "bad_instant"),
        ("2026-02-30", "bad_instant"),
    ],
)
def test_nothing_happens_in_the_future(line: Line, at: str, code: str, world: World) -> None:
    before = world.everything()
    run = world(line, "--at", at, "--json")
    assert (run.code, run.error["code"], run.error["subject"]) == (2, code, at)
    assert world.everything() == before


@each(with_changes("at"))
def test_the_options_may_stand_before_the_command(line: Line, world: World) -> None:
    before = world.everything()
    tried = world.jpcli("--dry-run", "--at", EARLIER, "--json", *line.argv(world.names), now=NOW)
    assert tried.code == 0, tried.err
    assert tried.data["dry_run"] is True
    assert world.everything() == before
    seen = len(world.events())
    options = ("--at", EARLIER, "--actor", "eve", "--idempotency-key", "k", "--json")
    first, again = (world.jpcli(*options, *line.argv(world.names), now=NOW) for _ in range(2))
    assert (first.code, again.code, again.data) == (0, 0, first.data)
    assert {actor for _, _, actor in world.events()[seen:]} == {"eve"}


# --- --dry-run, --idempotency-key, --actor, --yes -------------------------------------------------


@each(with_option("dry_run"))
def test_a_dry_run_writes_nothing(line: Line, world: World) -> None:
    before = world.everything()
    run = world(line, "--dry-run", "--json", yes=False)
    assert run.code == line.code, run.err
    assert line.code != 0 or run.data["dry_run"] is True
    assert world.everything() == before


@each(with_changes("idempotency_key"))
def test_the_same_key_again_does_nothing_and_gives_the_first_answer(
    line: Line, world: World
) -> None:
    first = world(line, "--idempotency-key", "k", "--json")
    assert first.code == 0, first.err
    before = world.everything()
    again = world(line, "--idempotency-key", "k", "--json")
    assert again.code == 0, again.err
    assert again.data == first.data
    assert "repeated" in {note["code"] for note in again.json["notes"]}
    where = ("--ledger", world.names["new"]) if line.path == "init" else ()
    other = world.jpcli("clients", "add", "Zoe", "--idempotency-key", "k", "--json", *where)
    assert (other.code, other.error["code"]) == (3, "idempotency_key_reused")
    assert world.everything() == before


@each(with_changes("dry_run"))
def test_the_actor_is_in_the_log(line: Line, world: World) -> None:
    before = len(world.events())
    assert world(line, "--actor", "eve", "--idempotency-key", "k").code == 0
    assert {actor for _, _, actor in world.events()[before:]} == {"eve"}


@each([line for line in with_changes("idempotency_key") if line.asks])
def test_what_was_done_under_a_key_is_not_asked_about_again(line: Line, world: World) -> None:
    key = ("--idempotency-key", "k", "--json")
    first = world(line, *key)
    before = world.everything()
    again = world(line, *key, yes=False)
    assert (again.code, again.data) == (0, first.data), again.err
    assert world.everything() == before


@each([line for line in LINES if line.asks])
def test_what_asks_needs_a_yes(line: Line, world: World) -> None:
    before = world.everything()
    run = world(line, "--json", yes=False)
    assert (run.code, run.error["code"]) == (2, "confirmation_required")
    assert world.everything() == before
    assert world(line).code == 0


# --- --ledger, --limit ----------------------------------------------------------------------------


NEED_NO_LEDGER = (
    "init",
    "invoice verify",
    "ledger restore",
    "ledger template",
    "products template",
    "stripe login",
    "jetpack login",
)


@each(with_option("ledger"))
def test_the_ledger_that_is_named_is_used(
    line: Line, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = engines.place(world.folder / "other.db")
    monkeypatch.setenv("JPCLI_LEDGER", other)
    more = [] if line.path == "init" else ["--ledger", world.ledger]
    run = world(line, *more)
    assert run.code == line.code, run.err
    assert not (world.folder / "other.db").exists()
    if line.path not in NEED_NO_LEDGER:
        missing = world(line, "--ledger", other, "--json")
        assert missing.error["code"] == "no_ledger"
        assert not (world.folder / "other.db").exists()


@each(with_option("limit"))
def test_a_list_is_cut_at_its_limit(line: Line, world: World) -> None:
    def rows(limit: int) -> list[dict[str, str]]:
        run = world(line, "--format", "csv", "--limit", str(limit))
        assert run.code == line.code, run.err
        return list(csv.DictReader(run.out.splitlines()))

    everything = rows(0)
    assert len(everything) > 1
    assert rows(1) == everything[:1]
    assert rows(10**6) == everything


@pytest.mark.parametrize("road", ["plan --init {folder}/first.toml"])
def test_a_road_without_a_list_takes_no_limit(road: str, world: World) -> None:
    before = world.everything()
    words = road.format(**world.names).split()
    for limit in ("0", "1"):
        run = world.jpcli(*words, "--limit", limit, "--json", now=NOW)
        assert (run.code, run.error["code"]) == (2, "usage")
        assert "--limit" in run.error["message"]
    assert world.everything() == before
    assert world.jpcli(*words, now=NOW).code == 0


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("cards add pm_card_visa", "jpcli cards add --brand visa --last4 4242 --exp 12/2030"),
        ("cards sync", "jpcli cards add --brand visa --last4 4242 --exp 12/2030"),
        ("invoice pay INV-2026-09", "invoice mark-paid"),
        ("invoice push INV-2026-09", "invoice mark-paid"),
        ("invoice sync", "invoice mark-paid"),
        ("invoice reconcile", "invoice mark-paid"),
        ("stripe customer", "jpcli init --payments stripe"),
        ("stripe customer --email a@b.example", "jpcli init --payments stripe"),
        ("stripe portal", "jpcli init --payments stripe"),
        ("stripe status", "jpcli init --payments stripe"),
    ],
)
def test_what_needs_stripe_says_what_there_is_instead(
    line: str, instead: str, world: World
) -> None:
    before = world.everything()
    run = world.jpcli(*line.split(), "--json", now=NOW)
    assert (run.code, run.error["code"]) == (3, "offline_gateway")
    assert instead in run.error["hint"]
    assert world.everything() == before


# --- --format, --json, --quiet, --no-color --------------------------------------------------------


def _formats() -> Iterator[Any]:
    for line in LINES:
        for form in load_command(line.path).spec.formats:
            # A journal is of the whole month, a proof of one bill.
            other = "--each-client" in line.words and form in JOURNALS + PROOFS
            if form not in ("junit", "github", "pdf") and not other:
                yield pytest.param(line, form, id=f"{line} {form}")


@pytest.mark.alike("form")
@pytest.mark.parametrize(("line", "form"), list(_formats()))
def test_every_format_is_written(line: Line, form: str, world: World) -> None:
    run = world(line, "--format", form)
    assert run.code == line.code, run.err
    if form == "json":
        assert run.json["version"] == "jpcli/1"
    elif line.code:
        assert run.out == ""
    elif form == "ndjson":
        assert all(json.loads(text) is not None for text in run.out.splitlines())
    assert "Traceback" not in run.err


@pytest.mark.alike("line")
@each(LINES)
def test_a_format_that_is_none_is_a_usage_error(line: Line, world: World) -> None:
    before = world.everything()
    for form in ("xml", "JSON", ""):
        run = world(line, "--format", form)
        assert (run.code, run.out) == (2, ""), form
        assert "--format" in run.err
    assert world.everything() == before


@pytest.mark.alike("line")
@each(LINES)
def test_quiet_leaves_out_remarks(line: Line, world: World) -> None:
    run = world(line, "--quiet")
    assert run.code == line.code
    assert not [text for text in run.err.splitlines() if text.startswith(("✓", "·"))]


@pytest.mark.alike("line")
@each([line for line in LINES if not line.path.endswith(" login")])  # it would ask for the key
def test_no_color_has_no_color(line: Line, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jpcli.cli.shared.output.is_terminal", lambda _stream: True)
    monkeypatch.setenv("TERM", "xterm-256color")
    run = world(line, "--no-color")
    assert run.code == line.code
    assert "\x1b" not in run.out + run.err


# --- empty values ---------------------------------------------------------------------------------


@pytest.mark.alike("empty")
@pytest.mark.parametrize("path", sorted(COMMANDS))
@pytest.mark.parametrize("empty", ["", " ", "\t\n"])
def test_an_empty_value_is_a_usage_error(path: str, empty: str, world: World) -> None:
    before = world.everything()
    line = next(line for line in LINES if line.path == path)
    params = [*load_command(path).params]
    takes = [param for param in params if not getattr(param, "is_flag", False)]
    for param in takes:
        if param.param_type_name == "option":
            argv = [*line.argv(world.names), param.opts[0], empty]
        else:
            argv = [*path.split(), empty]
        run = world.jpcli(*argv, "--json", now=NOW)
        assert (run.code, run.error["code"]) == (2, "usage"), (param.name, run.error)
    assert world.everything() == before


@pytest.mark.parametrize("name", sorted(VALUES))
def test_an_empty_value_before_the_command_is_a_usage_error(name: str, world: World) -> None:
    flag = SHARED[name].opts[0]
    run = world.jpcli(flag, "", "licenses", "list", "--json")
    assert (run.code, run.error["code"], run.error["subject"]) == (2, "usage", flag)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("licenses list", {"other", "free"}),
        ("licenses timeline 2026-09", {"other", "free"}),
        ("licenses list --state unassigned --product jetpack-scan", {"free"}),
    ],
)
def test_what_is_nobodys_has_an_option_of_its_own(
    line: str, expected: set[str], world: World
) -> None:
    more = ["--no-client", "--product", "jetpack-scan", "--json"]
    rows = world.jpcli(*line.split(), *more, now=NOW).data["licenses"]
    assert {row["license_key"] for row in rows} == {world.names[name] for name in expected}
    both = world.jpcli(*line.split(), "--no-client", "--client", "Ann", "--json")
    assert (both.code, both.error["code"]) == (2, "usage")


def test_sites_of_nobody(world: World) -> None:
    def sites(*more: str) -> list[str]:
        return [row["site"] for row in world.jpcli("sites", "list", "--json", *more).data["sites"]]

    assert sites("--no-client") == ["https://b.example", "https://z.example"]
    assert sites("--client", "Ann") == ["https://a.example"]
    assert world.jpcli("sites", "list", "--no-client", "--json").data["total"] == 2
