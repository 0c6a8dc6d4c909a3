"""Completion in a real fish, asked as its own tests ask it: `complete -C LINE`."""

from __future__ import annotations

import pytest

from tests.completions.shells import CLIENTS, KEYS, SITES, Place, needs

pytestmark = [needs("fish"), pytest.mark.xdist_group("fish")]

OFFERED = "source $argv[1]; complete -C $argv[2]"
# Run the line with what fish would insert in the place of the last word.
TYPED = """source $argv[1]
set found (complete --escape -C $argv[2]$argv[3])
test (count $found) = 1; or exit 1
eval "$argv[2]"(string split -m 1 \\t -- $found)[1]
"""


def offered(place: Place, line: str, **env: str) -> list[str]:
    """The candidates for a line, without what they are."""
    shown = place.run("fish", "--no-config", "-c", OFFERED, place.script["fish"], line, **env)
    return [each.partition("\t")[0] for each in shown.splitlines()]


def typed(place: Place, line: str, word: str) -> list[str]:
    """The arguments of the command when `word` at the end of a line is completed and run."""
    place.run("fish", "--no-config", "-c", TYPED, place.script["fish"], line, word)
    return place.asked()[-1]


STATIC = [
    ("jpcli iss", ["issue"]),
    ("jpcli licenses ", ["count", "list", "show", "timeline"]),
    ("jpcli --ledger x.db -q licenses co", ["count"]),
    ("jpcli licenses list --sta", ["--state"]),
    (
        "jpcli licenses list --state ",
        ["active", "all", "assigned", "bundle", "revoked", "unassigned"],
    ),
    ("jpcli licenses list --state=un", ["--state=unassigned"]),
    ("jpcli licenses list --sort st", ["state"]),
    ("jpcli invoice preview --by li", ["license"]),
    ("jpcli log --format nd", ["ndjson"]),
    ("jpcli issue -n 3 --quan", ["--quantity"]),
    ("jpcli completion fi", ["fish"]),
    ("jpcli status -- --q", []),
    ("jpcli issue --quantity ", []),
]


@pytest.mark.parametrize(("line", "expected"), STATIC)
def test_what_the_script_knows_it_answers_without_a_process(
    place: Place, line: str, expected: list[str]
) -> None:
    assert sorted(offered(place, line)) == expected
    assert place.asked() == []


def test_an_option_that_may_be_repeated_is_offered_again(place: Place) -> None:
    assert "--revoke" in offered(place, "jpcli invoice preview --revoke x --")
    assert "--format" not in offered(place, "jpcli log --format csv --")
    assert "--by" not in offered(place, "jpcli invoice preview --by site --")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("jpcli revoke jetpack-sc", [KEYS[2]]),
        ("jpcli licenses show jetpack-scan", [KEYS[2], KEYS[3]]),
        ("jpcli assign jetpack-ai", [KEYS[1]]),
        ("jpcli transfer jetpack-ai", [KEYS[0]]),
        ("jpcli licenses list --site=https://on", ["--site=" + SITES[0]]),
        ("jpcli sites show http://p", [SITES[2]]),
        ("jpcli invoice preview --revoke jetpack-sc", [KEYS[2] + "@"]),
        ("jpcli ledger import hist", ["history.ndjson"]),
    ],
)
def test_names_come_from_the_ledger(place: Place, line: str, expected: list[str]) -> None:
    assert offered(place, line) == expected


# Fish itself expands "*" and completes variables after "$".
@pytest.mark.parametrize("client", CLIENTS, ids=lambda text: text[:5])
@pytest.mark.parametrize("option", ["--client ", "--client="])
def test_any_name_is_typed_as_it_is(place: Place, client: str, option: str) -> None:
    start = client[:9].replace("\\", "\\\\").replace("'", "\\'").replace("$", "\\$")
    quoted = "".join("\\" + c if c in " ~#`()&|{" else c for c in start)
    line = "jpcli licenses list "
    line, word = (line + option, quoted) if option.endswith(" ") else (line, option + quoted)
    assert typed(place, line, word)[-1].removeprefix("--client=") == client


@pytest.mark.parametrize("word", ["'Acme I", '"Acme I', "Acme\\ I", "'Bob\\'s", "\"Bob's"])
def test_a_word_that_is_begun_in_quotes_is_found(place: Place, word: str) -> None:
    (found,) = offered(place, f"jpcli clients show {word}")
    assert found in CLIENTS


@pytest.mark.parametrize(
    "line",
    [
        "jpcli --ledger {} sites show http://p",
        "jpcli --ledger={} sites show http://p",
        "jpcli --ledger '{}' sites show http://p",
        "JPCLI_LEDGER={} jpcli sites show http://p",
    ],
)
def test_the_ledger_on_the_line_is_the_one_that_is_asked(place: Place, line: str) -> None:
    assert offered(place, line.format(place.ledger), JPCLI_LEDGER="/nowhere") == [SITES[2]]
    assert offered(place, "jpcli sites show http://p", JPCLI_LEDGER="/nowhere") == []


def test_syntax(place: Place) -> None:
    assert place.run("fish", "-n", place.script["fish"]) == ""
