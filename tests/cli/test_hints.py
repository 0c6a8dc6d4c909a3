"""Commands in hints are words for a shell: a name in one is one word, whatever it is."""

from __future__ import annotations

import re
import shlex
import tomllib
from typing import Any

import pytest

from tests.cli.lines import NOW
from tests.cli.world import World
from tests.cli.world import world as world

URL = "https://a.example/$(touch$IFS.x);'&*!~(y)"
CLIENT = 'Ann\'; touch x; $(y) "z" `z` #'
KEY = "x;$(touch y) '"
COMMAND = re.compile(r"(?:^|   )(jpcli [a-z].*)$", re.MULTILINE)


@pytest.fixture
def hostile(world: World) -> World:
    for line in (
        ("transfer", world.names["placed"], "--to", URL),
        ("sites", "move", URL, "--client", CLIENT),
        ("clients", "add", "Zoe; rm"),
    ):
        assert world.jpcli(*line, now=NOW).code == 0, line
    return world


def hints(run: Any) -> list[str]:
    notes = [note["hint"] for note in run.json.get("notes", ()) if note["hint"]]
    error = run.json.get("error") or {}
    texts = [*notes, *filter(None, [error.get("hint")])]
    return [command for text in texts for command in COMMAND.findall(text)]


# (command line, the words of its hint that are names)
ASKED: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("issue", "jetpack-scan", "--site", URL, "--client", "Bob"), (URL, "Bob")),
    (("assign", "{free}", "--site", URL, "--client", "Zoe; rm"), (URL, "Zoe; rm")),
    (("transfer", "{free}", "--to", URL), ("{free}", URL)),
    (("assign", "{placed}", "--site", "b.example"), ("{placed}", "https://b.example")),
    (("revoke", KEY, "--yes"), (KEY,)),
    (("unassign", KEY), (KEY,)),
    (("sites", "move", URL, "--no-client", "--at", "2026-09-01"), (URL,)),
    (("plan", "{folder}/hostile.toml"), (URL, "Zoe; rm")),
    (("plan", "{folder}/a plan; x.toml"), ("{folder}/a plan; x.toml",)),
    (("plan", "{folder}/sites.toml", "--out", "{folder}/a plan; x"), ("{folder}/a plan; x",)),
    (("plan", "--init", "{folder}/$(x) y.toml"), ("{folder}/$(x) y.toml",)),
    (("audit", "--init", "{folder}/$(x) y.toml"), ("{folder}/$(x) y.toml",)),
)


@pytest.mark.parametrize(("argv", "names"), ASKED, ids=str)
def test_a_name_in_a_hint_is_one_word(
    argv: tuple[str, ...], names: tuple[str, ...], hostile: World
) -> None:
    table = f'[sites."{URL}"]\nclient = "Zoe; rm"\nproducts = []\n'
    (hostile.folder / "hostile.toml").write_text(table)
    good = (hostile.folder / "sites.toml").read_text()
    (hostile.folder / "a plan; x.toml").write_text(good)
    filled = [
        word.format(**hostile.names) if "{f" in word or "{p" in word else word for word in argv
    ]
    run = hostile.jpcli(*filled, "--json", now=NOW)
    found = hints(run)
    assert found, run
    words = [word for command in found for word in shlex.split(command)]
    for name in names:
        assert (name.format(**hostile.names) if name[0] == "{" else name) in words, found


@pytest.mark.parametrize("command", [("plan", "--init"), ("audit", "--init")], ids=str)
def test_a_name_in_a_comment_stays_in_it(command: tuple[str, ...], hostile: World) -> None:
    path = hostile.folder / 'a\nx = 1 # $(y) "z.toml'
    assert hostile.jpcli(*command, str(path), now=NOW).code == 0
    text = path.read_text()
    assert "x" not in tomllib.loads(text)
    comments = [line.strip("# ") for line in text.splitlines() if "    jpcli " in line]
    assert comments
    for found in comments:
        assert 'a?x = 1 # $(y) "z.toml' in shlex.split(found)
