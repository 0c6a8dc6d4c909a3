"""Every example of every help page is run: by hand, with licenses of a bundle, and at Stripe."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

import pytest

from jpcli.cli.app.root import load_command
from jpcli.cli.app.table import COMMANDS
from tests.cli.help_examples import (
    BUNDLES,
    BY_HAND,
    CLOSED,
    CLOSED_BEFORE,
    FINDINGS,
    FIRST,
    NO_WAIT,
    OCTOBER,
    REFUSED,
    ROW,
    STRIPE,
    TYPED,
    WITHOUT_A_LEDGER,
    Place,
    close,
    furnish,
)
from tests.cli.lines import LINES
from tests.cli.world import put_back
from tests.jetpack_double.fixtures import jetpack_double
from tests.services.collection.test_account import Keyring
from tests.stripe_double.auth import TEST_KEY
from tests.stripe_double.fixtures import StripeDouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.jetpack_double.double import JetpackDouble

__all__ = ["jetpack_double"]
T = TypeVar("T")
KINDS = (BY_HAND, BUNDLES, STRIPE)
IN_FILES = {line.path: line.file for line in LINES if line.file}
EXAMPLES = [(path, text) for path in COMMANDS for text in load_command(path).spec.examples]


class Furnished(NamedTuple):
    """Where it is, the names in it, and what brings Stripe's side back to how it was then."""

    folder: Path
    names: dict[str, str]
    restore: Callable[[], None]


@pytest.fixture(scope="module")
def at_stripe() -> Iterator[StripeDouble]:
    double = StripeDouble()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STRIPE_API_KEY", TEST_KEY)
        patch.setenv("STRIPE_API_BASE", double.url)
        yield double
    double.stop()


@pytest.fixture(scope="module")
def furnished(
    tmp_path_factory: pytest.TempPathFactory, at_stripe: StripeDouble
) -> dict[tuple[str, str | None], Furnished]:
    """By kind and by the last month that is closed."""
    found = {}
    for kind in KINDS:
        at_stripe.double.reset()
        with pytest.MonkeyPatch.context() as patch:
            place = Place(tmp_path_factory.mktemp("furnished"), patch)
            furnish(place, kind)
            for month in CLOSED:
                close(place, kind, month)
                copy = tmp_path_factory.mktemp("kept")
                put_back(place.folder, copy)
                kept = Furnished(copy, dict(place.names), at_stripe.double.snapshot())
                found[kind, month] = kept
    return found


@pytest.fixture
def place_of(
    furnished: dict[tuple[str, str | None], Furnished],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[str, str], Place]:
    def make(kind: str, line: str) -> Place:
        """Everything that `line` names is there, and nothing that it makes."""
        there = furnished[kind, _told(CLOSED_BEFORE, line, OCTOBER)]
        there.restore()
        folder = tmp_path / "mine"
        folder.mkdir()
        if not line.startswith(WITHOUT_A_LEDGER):
            put_back(there.folder, folder)
        place = Place(folder, monkeypatch)
        key = there.names["{free}" if line.startswith("assign") else "{placed}"]
        place.names |= {**there.names, "jetpack-scan_…": key, "pm_1Q2w…": "pm_card_amex"}
        _write_files(place, line, key)
        return place

    return make


def _write_files(place: Place, line: str, key: str) -> None:
    words, _, columns = line.partition("#")
    if " --from " in words and columns:
        names = columns.strip().split(",")
        row = ",".join(ROW[name] for name in names).format(key=key)
        (place.folder / words.split()[-1]).write_text(f"{','.join(names)}\n{row}\n")
    for first in _told(FIRST, line, ()):
        place.do(first)
    prices = place.folder / "prices.csv"
    if prices.exists():  # a template leaves the amounts to whoever fills it in
        prices.write_text(prices.read_text().replace(",,day,", ",0.20,day,"))


def _told(table: Mapping[str, T], line: str, unless: T) -> T:
    """What is told of the one beginning that is the line's."""
    return next((told for begins, told in table.items() if line.startswith(begins)), unless)


def test_every_command_has_an_example() -> None:
    assert {path for path, _ in EXAMPLES} == set(COMMANDS)


@pytest.mark.alike("kind")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("path", "example"),
    [
        pytest.param(path, text, id=text, marks=[pytest.mark.file(IN_FILES[path])])
        if path in IN_FILES
        else pytest.param(path, text, id=text)
        for path, text in EXAMPLES
    ],
)
def test_an_example_works(
    path: str,
    example: str,
    kind: str,
    place_of: Callable[[str, str], Place],
    monkeypatch: pytest.MonkeyPatch,
    jetpack_double: JetpackDouble,
) -> None:
    Keyring(monkeypatch)
    for name, value in jetpack_double.env.items():
        monkeypatch.setenv(name, value)
    if path == "undo":
        example = example.replace(" EVENT ", " ")
    line = example[example.index(f"jpcli {path}") + len("jpcli ") :]
    place = place_of(kind, line)
    typed = _told(TYPED, line, "")
    done = place.run(_told(NO_WAIT, line, example), typed=typed)
    if line.startswith(REFUSED[kind]):
        assert done.code in (2, 3)
        instead = ("Stripe", "jpcli cards add --brand", "jpcli init --licensing jetpack")
        assert any(each in done.err for each in instead)
        return
    if done.code == 2 and "--yes" in done.err:  # a person at a terminal is asked
        done = place.run(f"{example} --yes")
    assert done.code in ((0, 1) if line.startswith(FINDINGS) else (0,)), done.err
    assert done.out or done.err
