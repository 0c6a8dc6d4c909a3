"""Completion in a real bash: what it offers, and what it types."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.completions.shells import CLIENTS, KEYS, SITES, Place, Typist, needs

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [needs("bash"), pytest.mark.xdist_group("bash")]

# COMP_WORDS and the rest as readline sets them: the word that it replaces begins after the last
# character of COMP_WORDBREAKS or after an open quote.
SIMULATION = r"""
source "$1"
COMP_LINE=$2 COMP_POINT=${#2} word=$3
IFS=' ' read -r -a COMP_WORDS <<<"$2"
[[ $2 == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
set -u
_jpcli jpcli "$word" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' ${COMPREPLY[@]+"${COMPREPLY[@]}"}
"""


def offered(place: Place, line: str, word: str | None = None) -> list[str]:
    """COMPREPLY for a line; `word` is what readline would replace, else what follows a space."""
    word = line.rpartition(" ")[2] if word is None else word
    shown = place.run("bash", "--norc", "-c", SIMULATION, "bash", place.script["bash"], line, word)
    return shown.splitlines() if shown.strip() else []


@pytest.fixture(scope="module")
def typist(filled: Place) -> Iterator[Typist]:
    typist = Typist(filled, ["bash", "--noprofile", "--rcfile", str(filled.folder / ".bashrc")])
    yield typist
    typist.close()


STATIC = [
    ("jpcli iss", ["issue"]),
    ("jpcli licenses ", ["list", "show", "count", "timeline"]),
    ("jpcli --json licenses co", ["count"]),
    ("jpcli --ledger x.db -q licenses co", ["count"]),
    ("jpcli licenses list --sta", ["--state"]),
    (
        "jpcli licenses list --state ",
        ["assigned", "unassigned", "revoked", "active", "bundle", "all"],
    ),
    ("jpcli licenses list --state u", ["unassigned"]),
    ("jpcli licenses list --sort st", ["state"]),
    ("jpcli licenses count --by ", ["product", "site", "client"]),
    ("jpcli invoice preview --by l", ["license"]),
    ("jpcli log --format nd", ["ndjson"]),
    ("jpcli log --format csv --fo", []),
    ("jpcli issue -n 3 --qu", ["--quantity", "--quiet"]),
    ("jpcli cards add --brand m", ["mastercard"]),
    ("jpcli completion f", ["fish"]),
    ("jpcli issue --quantity ", []),
    ("jpcli no-such-command ", []),
    ("jpcli status -- --q", []),
]


@pytest.mark.parametrize(("line", "expected"), STATIC)
def test_what_the_script_knows_it_answers_without_a_process(
    place: Place, line: str, expected: list[str]
) -> None:
    assert offered(place, line) == expected
    assert place.asked() == []


def test_an_option_that_may_be_repeated_is_offered_again(place: Place) -> None:
    assert "--revoke" in offered(place, "jpcli invoice preview --revoke x --")
    assert "--by" not in offered(place, "jpcli invoice preview --by site --")


def test_where_equals_and_colon_break_words_only_the_rest_is_replaced(place: Place) -> None:
    assert offered(place, "jpcli licenses list --state=un", "un") == ["unassigned"]
    assert offered(place, "jpcli licenses list --state=un") == ["--state=unassigned"]
    assert offered(place, "jpcli sites show https://one", "//one") == ["//one.example"]
    assert offered(place, "jpcli sites show https://one") == ["https://one.example"]


DYNAMIC = [
    (
        "jpcli licenses show jetpack-s",
        ["jetpack-scan_2bbb", "jetpack-scan_3revoked", "jetpack-search_1"],
    ),
    ("jpcli revoke jetpack-sc", ["jetpack-scan_2bbb"]),
    ("jpcli assign jetpack-", ["jetpack-ai_1aab"]),
    ("jpcli transfer jetpack-a", ["jetpack-ai_1aaa"]),
    ("jpcli unassign jetpack-ai_1aaa jetpack-sc", ["jetpack-scan_2bbb"]),
    ("jpcli licenses list --site https://o", [SITES[0], SITES[1]]),
    ("jpcli sites show one", ["one.example"]),
    ("jpcli transfer x --to port", []),
    ("jpcli issue jetpack-se", ["jetpack-search", "jetpack-security-t1"]),
    ("jpcli products show jetpack-ai", ["jetpack-ai"]),
    ("jpcli issue jetpack-security-t1 --bundle 5", ["5", "50"]),
    ("jpcli invoice preview 2026-1", ["2026-10", "2026-11"]),
    ("jpcli invoice preview --revoke jetpack-sc", ["jetpack-scan_2bbb@"]),
    ("jpcli invoice preview --issue jetpack-com", ["jetpack-complete:"]),
    ("jpcli cards remove card", ["card_"]),
    ("jpcli init --time-zone Europe/Berl", ["Europe/Berlin"]),
    ("jpcli init --currency kw", ["kwd"]),
]


@pytest.mark.parametrize(("line", "expected"), DYNAMIC)
def test_names_come_from_the_ledger(place: Place, line: str, expected: list[str]) -> None:
    found = offered(place, line)
    assert len(found) == len(expected)
    for name, start in zip(found, expected, strict=True):
        assert name.startswith(start)
    assert len(place.asked()) == 1


@pytest.mark.parametrize(
    "given", ["--ledger {} ", "--ledger={} ", "--ledger '{}' ", '--ledger "{}" ']
)
def test_the_ledger_on_the_line_is_the_one_that_is_asked(place: Place, given: str) -> None:
    line = f"jpcli {given.format(place.ledger)}sites show http://p"
    script = SIMULATION.replace("source", "export JPCLI_LEDGER=/nowhere\nsource", 1)
    shown = place.run(
        "bash", "--norc", "-c", script, "bash", place.script["bash"], line, "http://p"
    )
    assert shown == SITES[2] + "\n"


def test_a_tilde_on_the_line_is_the_home(place: Place) -> None:
    found = offered(place, "jpcli --ledger ~/ledger.db sites show one")
    assert found == ["one.example"]


def test_without_a_ledger_there_is_nothing_to_offer(place: Place) -> None:
    assert offered(place, "jpcli --ledger /nowhere licenses show jetpack") == []


# --- what is typed -------------------------------------------------------------------------------

FORMS = ["--client {}", "--client '{}", '--client "{}', "--client={}"]


@pytest.mark.parametrize("client", CLIENTS[2:], ids=lambda text: text[:5])
@pytest.mark.parametrize("form", FORMS)
def test_any_name_is_typed_as_it_is(place: Place, typist: Typist, client: str, form: str) -> None:
    start = client[:2]
    if not form.endswith(("'{}", '"{}')):
        start = start.replace("#", "\\#").replace("~", "\\~")
    typed = typist.arguments(f"jpcli licenses list {form.format(start)}\t")
    assert typed[-1].removeprefix("--client=") == client


@pytest.mark.parametrize(
    ("line", "last"),
    [
        ("jpcli clients show Ac\tI\t", "Acme Inc"),
        ("jpcli clients show Acme\\ I\t", "Acme Inc"),
        ('jpcli clients show "Ac\tI\t', "Acme Inc"),
        ("jpcli clients show 'Ac\t$\t", CLIENTS[1]),
        ("jpcli clients show Ac\t\\$\t", CLIENTS[1]),
        ("jpcli clients show eq=\t", "eq=and:colon"),
        ("jpcli clients show eq=and:\t", "eq=and:colon"),
        ("jpcli clients show -- -d\t", "-dash client"),
        ("jpcli sites show https://on\t", SITES[0]),
        ("jpcli sites show http\t://p\t", SITES[2]),
        ('jpcli sites show "http://port.example:\t', SITES[2]),
        ("jpcli licenses show jetpack-sc\t2\t", KEYS[2]),
        ("jpcli ledger import hist\t", "history.ndjson"),
        ("jpcli ledger import --ledger=hist\t x", "x"),
    ],
)
def test_lines_that_are_typed_with_tabs(place: Place, typist: Typist, line: str, last: str) -> None:
    assert typist.arguments(line)[-1] == last


@pytest.mark.parametrize("start", ['"Acme $', "\"Bob's `"])
def test_what_is_typed_of_a_command_substitution_is_never_completed_to_one(
    place: Place, start: str
) -> None:
    """The shell would run it: `"$` is not the start of the name, whatever follows it."""
    word = start.lstrip('"')
    assert offered(place, f"jpcli clients show {start}", word) == []
    assert place.asked() == []


def test_the_script_works_in_a_shell_with_strange_settings(place: Place) -> None:
    strange = "set -fu; shopt -s nocasematch failglob; IFS=e; set -o noclobber\n"
    shown = place.run(
        *("bash", "--norc", "-c", strange + SIMULATION, "bash", place.script["bash"]),
        *("jpcli licenses show jetpack-scan_2", "jetpack-scan_2"),
    )
    assert shown == KEYS[2] + "\n"


def test_syntax(place: Place) -> None:
    assert place.run("bash", "-n", place.script["bash"]) == ""


def test_what_the_command_prints_can_be_sourced(place: Place) -> None:
    program = 'source <("$1" -m jpcli completion bash) && complete -p jpcli'
    done = subprocess.run(
        ["bash", "--norc", "-c", program, "bash", sys.executable],
        env=place.env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "complete -F _jpcli jpcli\n"
