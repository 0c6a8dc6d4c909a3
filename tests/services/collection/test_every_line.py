"""Shared options of the commands that talk to Stripe: each works or is refused, and never in part.

What holds for all commands is tested in `tests/cli/test_every_line.py`, on a ledger that collects
by hand; here are the same promises where an outside system is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from jpcli.cli.app.root import load_command
from jpcli.domain.instants import parse_instant
from tests import engines
from tests.cli.conftest import jpcli as jpcli
from tests.cli.lines import Line
from tests.cli.shapes import Seen, document_faults
from tests.cli.test_json import AT_STRIPE
from tests.cli.world import building
from tests.stripe_double.auth import TEST_KEY
from tests.stripe_double.fixtures import StripeDouble

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.stripe_double.double import Double

NOW = "2026-11-22T11:00:00Z"
EARLIER = "2026-11-20T08:30:00Z"

LINES = (
    Line("cards add", "pm_card_amex"),
    Line("cards add", "pm_card_amex --primary"),
    Line("cards add", "--no-wait"),
    Line("cards primary", "{second}"),
    Line("cards remove", "{second}"),
    Line("cards sync"),
    Line("invoice close", "2026-10"),
    Line("invoice close", "--due"),
    Line("invoice push", "INV-2026-09"),
    Line("invoice pay", "INV-2026-09"),
    Line("invoice mark-paid", "INV-2026-09 --reference wire"),
    Line("invoice void", "INV-2026-09 --reason wrong", asks=True),
    Line("invoice sync"),
    Line("invoice reconcile"),
    Line("stripe customer", "--email billing@acme.example"),
    Line("stripe portal"),
    Line("stripe status"),
)
# A page of Stripe's is opened anew each time, and its outcome is not known when it is.
OPENS_A_PAGE = LINES[2]


class World(NamedTuple):
    """A ledger that collects through Stripe: two cards, an invoice that is not paid, a month that
    waits to be closed."""

    file: Path
    names: dict[str, str]
    jpcli: Callable[..., Any]
    double: StripeDouble

    def __call__(self, line: Line, *more: str) -> Any:
        return self.jpcli(*line.argv(self.names), *more, now=NOW)

    def events(self) -> list[tuple[str, int, str]]:
        events = "SELECT kind, at, actor FROM events ORDER BY seq"
        return engines.engine.rows(engines.place(self.file), events)

    def changes(self) -> int:
        """Requests so far that could change something at Stripe."""
        return sum(request["method"] != "GET" for request in self.double.requests())


class Built(NamedTuple):
    """What is copied for each test."""

    ledger: Path
    names: dict[str, str]
    double: Double


@pytest.fixture(scope="session")
def paying(tmp_path_factory: pytest.TempPathFactory) -> Built:
    ledger, double = tmp_path_factory.mktemp("paying") / "ledger.db", StripeDouble()
    asked = {"STRIPE_API_KEY": TEST_KEY, "STRIPE_API_BASE": double.url}
    with building(ledger, **asked) as jpcli:

        def do(line: str, now: str) -> Any:
            run = jpcli(*line.split(), "--json", now=now)
            assert run.code == 0, (line, run.err)
            return run.data

        begun = "2026-09-20T08:00:00Z"
        do("init --payments stripe --payment-terms-days 90", begun)
        (card,) = do("cards add pm_card_visa", begun)["cards"]
        do("issue jetpack-scan -n 10", begun)
        do(f"cards remove {card['id']} --yes", begun)
        # There is no card: it is not paid.
        jpcli("invoice", "close", "2026-09", now="2026-10-01T08:00:00Z")
        do("cards add pm_card_visa", "2026-11-01T08:00:00Z")
        cards = do("cards add pm_card_mastercard", "2026-11-01T08:00:00Z")["cards"]
        (second,) = [card["id"] for card in cards if not card["primary"]]
    double.stop()
    return Built(ledger, {"second": second}, double.double)


@pytest.fixture
def world(
    paying: Built,
    tmp_path: Path,
    stripe_double: StripeDouble,
    monkeypatch: pytest.MonkeyPatch,
    jpcli: Callable[..., Any],
) -> World:
    monkeypatch.setenv("JPCLI_LEDGER", engines.place(tmp_path / "ledger.db"))
    monkeypatch.setenv("JPCLI_ACTOR", "builder")
    monkeypatch.setenv("STRIPE_API_KEY", TEST_KEY)
    monkeypatch.setenv("STRIPE_API_BASE", stripe_double.url)
    engines.copy(paying.ledger, tmp_path / "ledger.db")
    stripe_double.double.take_over(paying.double)
    return World(tmp_path / "ledger.db", paying.names, jpcli, stripe_double)


def has(line: Line, name: str) -> bool:
    return name in load_command(line.path).spec.shared


def each(lines: list[Line] | tuple[Line, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("line", lines, ids=str)


@each(LINES)
def test_the_line_works(line: Line, world: World) -> None:
    run = world(line, "--json")
    assert run.code == 0, run.err
    assert document_faults(line.path, run.json, Seen()) == []


@each([line for line in LINES if has(line, "at")])
def test_at_is_when_it_takes_effect_or_is_refused(line: Line, world: World) -> None:
    before, changes = world.events(), world.changes()
    run = world(line, "--at", EARLIER, "--json")
    if run.code == 0:
        new = world.events()[len(before) :]
        assert parse_instant(EARLIER) in {at for _, at, _ in new}
        return
    assert (run.code, run.error["subject"]) == (2, "--at"), run.err
    assert (world.events(), world.changes()) == (before, changes)


@each([line for line in LINES if has(line, "at")])
def test_nothing_happens_in_the_future(line: Line, world: World) -> None:
    before, changes = world.events(), world.changes()
    run = world(line, "--at", "2026-11-23", "--json")
    assert (run.code, run.error["code"]) == (2, "time_in_future")
    assert (world.events(), world.changes()) == (before, changes)


@each([line for line in LINES if has(line, "dry_run")])
def test_a_dry_run_changes_nothing_here_or_at_stripe(line: Line, world: World) -> None:
    before, changes = world.events(), world.changes()
    run = world(line, "--dry-run", "--json")
    assert document_faults(line.path, run.json, Seen()) == []
    if run.code == 0:
        assert run.data["dry_run"] is True
    else:
        assert (run.code, run.error["code"]) == (3, "no_dry_run"), run.err
    assert (world.events(), world.changes()) == (before, changes)


@each([line for line in LINES if has(line, "idempotency_key")])
def test_the_same_key_again_does_nothing_here_or_at_stripe(line: Line, world: World) -> None:
    first = world(line, "--idempotency-key", "k", "--json")
    if line == OPENS_A_PAGE:
        assert (first.code, first.error["subject"]) == (2, "--idempotency-key")
        return
    assert first.code == 0, first.err
    before, changes = world.events(), world.changes()
    again = world(line, "--idempotency-key", "k", "--json")
    assert again.code == 0, again.err
    # Closing goes on to collect, in case the first run did not come to it, and tells how it stands.
    assert again.data == first.data or line.path == "invoice close"
    assert "repeated" in {note["code"] for note in again.json["notes"]}
    other = world.jpcli("clients", "add", "Zoe", "--idempotency-key", "k", "--json")
    assert (other.code, other.error["code"]) == (3, "idempotency_key_reused")
    assert (world.events(), world.changes()) == (before, changes)


@pytest.mark.parametrize("option", ["--brand visa", "--last4 4242", "--exp 12/2030"])
def test_what_stripe_knows_of_a_card_is_not_told_to_it(option: str, world: World) -> None:
    before, changes = world.events(), world.changes()
    run = world(LINES[0], *option.split(), "--json")
    assert (run.code, run.error["code"]) == (2, "usage")
    assert (world.events(), world.changes()) == (before, changes)


@each(LINES)
def test_the_actor_is_in_the_log(line: Line, world: World) -> None:
    before = len(world.events())
    assert world(line, "--actor", "eve").code == 0
    assert {actor for _, _, actor in world.events()[before:]} <= {"eve"}


@each(LINES)
def test_every_format_is_written(line: Line, world: World) -> None:
    for form in ("table", "ndjson", "csv", "tsv", "md"):
        run = world(line, "--format", form)
        assert "Traceback" not in run.err
        assert run.code in (0, 2, 3), run.err  # the second time there may be nothing to do


def test_what_is_null_or_left_out_elsewhere_is_not_at_stripe(world: World) -> None:
    seen = Seen()

    def look(path: str, words: str = "") -> Any:
        document = world(Line(path, words), "--json").json
        assert document_faults(path, document, seen) == [], path
        return document["data"]

    look("settings show")
    look("cards add", "--no-wait")
    look("invoice list")
    look("invoice close", "--due --dry-run")
    good = look("cards list")["cards"]
    look("cards add", "pm_card_chargeCustomerFail --primary")
    for card in good:
        look("cards remove", card["id"])
    look("invoice close", "--due")  # declined: the worst of it is beside the data
    look("invoice show", "2026-09")
    look("invoice export", "2026-10")
    look("status")
    look("stripe status")
    opposite = {"there": "left out", "left out": "there", "null": "not null", "not null": "null"}
    wanted = {field: opposite[way] for field, way in AT_STRIPE.items()}
    assert {field for field, way in wanted.items() if way not in seen.of(field)} == set()
