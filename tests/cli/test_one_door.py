"""No card number gets into the ledger, on whatever road: each option and argument of each command,
each column of each file in each format. Nor do control characters or pages of text as a remark."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from jpcli.cli.app.root import load_command
from tests.cli.lines import LINES, NOW, Line
from tests.cli.world import World
from tests.cli.world import world as world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PLAIN = "4242424242424242"
GROUPED = (
    PLAIN,
    "4242 4242 4242 4242",
    "4242-4242-4242-4242",
    "4242.4242.4242.4242",
    "424 242 424 242 424 2",
    "5555 5555-5555.4444",
    "Anna 3782 822463 10005",
)
WRITES = [line for line in LINES if "dry_run" in load_command(line.path).spec.shared]
# Where an answer, a ledger or a folder is: not a text of the ledger.
PATHS = {"ledger", "output", "out"}
# (what a line has in its place, what is put there)
IN_NAMES = {
    "new.example": f"new.example/{PLAIN}",
    "c.example": f"{PLAIN}.example",
    "Cem": "Cem 4242 4242 4242 4242",
    "Bob": "4242-4242-4242-4242",
    "Dora": PLAIN,
    "gone": "gone, 4242.4242.4242.4242",
    "wrong": PLAIN,
    "wire": "wire of card 424 242 424 242 424 2",
}
# A good row of each file, the command that reads it, and its columns of text.
FILES: tuple[tuple[str, dict[str, str], tuple[str, ...]], ...] = (
    (
        "issue --from",
        {"product": "jetpack-scan", "quantity": "1", "site": "new.example", "client": "Cem"},
        ("product", "site", "client"),
    ),
    ("transfer --from", {"license_key": "{placed}", "to": "c.example"}, ("license_key", "to")),
    (
        "assign --from",
        {"license_key": "{free}", "site": "c.example", "client": "Cem"},
        ("license_key", "site", "client"),
    ),
    ("unassign --from", {"license_key": "{placed}"}, ("license_key",)),
    ("revoke --yes --from", {"license_key": "{free}"}, ("license_key",)),
    (
        "products import",
        {"product": "jetpack-vat", "amount": "1", "name": "VAT", "family": "tax"},
        ("product", "name", "family"),
    ),
    (
        "ledger import",
        {
            "license_key": "jetpack-scan_HHHH",
            "product": "jetpack-scan",
            "issued_at": "2026-11-01T00:00:00Z",
            "site": "h.example",
            "client": "Hal",
        },
        ("license_key", "product", "site", "client"),
    ),
)


def text_options(line: Line) -> Iterator[str]:
    """The options of a command that take any text."""
    for param in load_command(line.path).params:
        takes_text = getattr(param.type, "name", "") == "str"
        if param.param_type_name == "option" and takes_text and param.name not in PATHS:
            yield param.opts[0]


OPTIONS = [(line, option) for line in WRITES for option in text_options(line)]
assert len(OPTIONS) > 100


@pytest.mark.alike("line")
@pytest.mark.parametrize(("line", "option"), OPTIONS, ids=str)
def test_no_option_takes_a_card_number(line: Line, option: str, world: World) -> None:
    before = world.everything()
    run = world(line, f"{option}=4242 4242 4242 4242")
    assert run.code in (2, 3, 4), run
    assert world.everything() == before


@pytest.mark.parametrize(
    ("line", "word"),
    [(line, word) for line in WRITES for word in line.words.split() if word in IN_NAMES],
    ids=str,
)
def test_no_name_is_a_card_number(line: Line, word: str, world: World) -> None:
    before = world.everything()
    argv = [IN_NAMES[word] if each == word else each for each in line.argv(world.names)]
    run = world.jpcli(*argv, now=NOW)
    assert (run.code, "card_number" in run.err) == (2, True), run
    assert "4242 4242" not in run.err
    assert PLAIN not in run.err
    assert world.everything() == before


@pytest.mark.parametrize("number", GROUPED)
def test_in_whatever_groups_it_is_written(number: str, world: World) -> None:
    before = world.everything()
    run = world.jpcli("revoke", world.names["free"], "--yes", "--reason", number, now=NOW)
    assert (run.code, "card_number" in run.err) == (2, True)
    assert world.everything() == before


def as_csv(row: dict[str, str], mark: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\n").writerows([row.keys(), row.values()])
    return out.getvalue()


FORMATS: dict[str, Callable[[dict[str, str]], str]] = {
    "csv": as_csv,
    "tsv": lambda row: as_csv(row, "\t"),
    "json": lambda row: json.dumps([row]),
    "ndjson": lambda row: json.dumps(row) + "\n",
}


@pytest.mark.alike("form")
@pytest.mark.parametrize(
    ("command", "row", "column"),
    [(command, row, column) for command, row, columns in FILES for column in columns],
    ids=str,
)
@pytest.mark.parametrize("form", FORMATS)
def test_no_column_of_a_file_has_one(
    command: str, row: dict[str, str], column: str, form: str, world: World
) -> None:
    filled = {name: text.format(**world.names) for name, text in row.items()}
    good = world.folder / f"good.{form}"
    bad = world.folder / f"bad.{form}"
    good.write_text(FORMATS[form](filled))
    bad.write_text(FORMATS[form]({**filled, column: PLAIN}))
    before = world.everything()
    run = world.jpcli(*command.split(), str(bad), now=NOW)
    assert run.code == 2, run
    assert world.everything() == before
    # What is wrong with it is the number: the same file without it is taken.
    assert world.jpcli(*command.split(), str(good), now=NOW).code == 0


@pytest.mark.alike("form", "secret")
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "secret", ["0c4111111111111111", "4242424242424242e", "ab-f4242424242424242"]
)
def test_a_key_with_such_figures_among_letters_is_taken(
    secret: str, form: str, world: World
) -> None:
    """On each road that a key goes from there."""
    key = f"jetpack-anti-spam_{secret}"
    bundle = {
        "license_key": key,
        "product": "jetpack-anti-spam",
        "issued_at": "2026-11-01T00:00:00Z",
        "bundle_size": "20",
    }
    child = {**bundle, "license_key": f"{key}c", "bundle_key": key}
    given = world.folder / f"given.{form}"
    for row in (bundle, child):
        given.write_text(FORMATS[form](row))
        assert world.jpcli("ledger", "import", str(given), now=NOW).code == 0
    roads = (
        ("licenses", "show", key),
        ("assign", f"{key}c", "--site", "c.example"),
        ("transfer", f"{key}c", "--to", "a.example"),
        ("invoice", "preview", "--by", "license", "--revoke", f"{key}@2026-11-22"),
        ("revoke", f"{key}c", "--yes", "--idempotency-key", "k"),
        ("revoke", key, "--yes"),
        ("ledger", "check"),
    )
    for words in roads:
        run = world.jpcli(*words, now=NOW)
        assert run.code == 0, (words, run.err)
    exported = world.jpcli("ledger", "export", now=NOW).out
    given.write_text(exported)
    assert world.jpcli("ledger", "import", str(given), now=NOW).code == 0


@pytest.mark.parametrize(
    "text",
    [
        f'[sites."https://d.example/{PLAIN}"]\nproducts = []\n',
        '[sites."https://d.example"]\nclient = "4242 4242 4242 4242"\nproducts = []\n',
        f'[sites."https://d.example"]\nproducts = ["{PLAIN}"]\n',
        f'[spares]\n"{PLAIN}" = 1\n',
    ],
)
def test_no_plan_has_one(text: str, world: World) -> None:
    source = world.folder / "sites.toml"
    source.write_text(text)
    before = world.everything()
    for line in ("plan", "apply --yes"):
        assert world.jpcli(*line.split(), str(source), now=NOW).code == 2
    assert world.everything() == before


REMARKS = [
    (line, option)
    for line, option in OPTIONS
    if option in ("--reason", "--reference", "--actor", "--idempotency-key")
]


@pytest.mark.alike("text")
@pytest.mark.parametrize(("line", "option"), REMARKS, ids=str)
@pytest.mark.parametrize("text", ["a\nb", "\x1b[31m", "a\x00", "\u202e", "a\x85", "x" * 501])
def test_a_remark_is_one_short_line(line: Line, option: str, text: str, world: World) -> None:
    before = world.everything()
    run = world(line, f"{option}={text}", "--json")
    assert (run.code, run.error["code"], run.error["subject"]) == (2, "bad_text", option)
    assert text not in run.out + run.err
    assert world.everything() == before


@pytest.mark.parametrize("text", ["a\nb", "x" * 501, PLAIN])
def test_nor_may_the_environment_bring_one(
    text: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = world.everything()
    free = world.names["free"]
    monkeypatch.setenv("JPCLI_ACTOR", text)
    assert world.jpcli("revoke", free, "--yes", now=NOW).code == 2
    monkeypatch.delenv("JPCLI_ACTOR")
    monkeypatch.setenv("LOGNAME", text)
    assert world.jpcli("revoke", free, "--yes", now=NOW).code == 2
    assert world.everything() == before
    assert world.jpcli("revoke", free, "--yes", "--reason", "x" * 500, now=NOW).code == 2
    assert world.jpcli("revoke", free, "--yes", "--actor=eve", "--reason=" + "x" * 500).code == 0
