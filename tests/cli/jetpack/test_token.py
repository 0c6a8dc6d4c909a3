"""The token appears nowhere: in no output of any command in any format, in no error that quotes it,
in no file. What only reads needs none."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from jpcli.cli.shared.output import FORMATS
from tests.cli.jetpack.conftest import Desk, seconds
from tests.cli.test_imports import loaded, tops

# What is odd in it is written otherwise in an address.
TOKEN = "token/with+odd=signs&%41~9f3c"
A, B = "https://a.example", "https://b.example"
LINES = (
    "jetpack status",
    "jetpack pull --check",
    "jetpack pull --dry-run",
    "jetpack pull",
    "jetpack pull --from {keys}",
    "jetpack resolve {wish} --key {new}",
    "jetpack resolve {wish} --not-issued --yes",
    "jetpack resolve {moving}",
    "jetpack connect https://new.example --user 1",
    "products import --from jetpack",
    "issue jetpack-scan",
    "assign {free} --site https://c.example",
    "unassign {placed}",
    "transfer {placed} --to https://d.example",
    "revoke {free} --yes",
    "status",
    "audit",
    "settings show",
    "ledger export",
    "ledger check",
    "log",
)
FAULTS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "refused": {"kind": "status", "status": 400, "code": "some_code"},
    "its code": {"kind": "status", "status": 400, "code": TOKEN},
    "forbidden": {"kind": "status", "status": 403, "code": "rest_forbidden"},
    "a page": {"kind": "body", "status": 403, "body": f"<html>{TOKEN}</html>"},
    "broken": {"kind": "status", "status": 500},
    "garbage": {"kind": "body", "body": f'{{"license_key": "{TOKEN}"}}'},
    "moved": {"kind": "status", "status": 302},
}


def traces(token: str = TOKEN) -> list[str]:
    return [token, quote(token, safe=""), token[:15]]


@pytest.mark.alike("fault")
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("line", LINES)
def test_no_command_shows_it(
    line: str, fault: str, at_jetpack: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jpcli.jetpack.patience.FIRST_PAUSE_SECONDS", 0)
    at_jetpack.double.world.token = TOKEN
    monkeypatch.setenv("JETPACK_LICENSING_TOKEN", TOKEN)
    names = furnished(at_jetpack)
    if FAULTS[fault]:
        message = f"The token {TOKEN} ({quote(TOKEN, safe='')}) is wrong"
        at_jetpack.double.next(**{"message": message, "times": 0, **FAULTS[fault]})
    for form in FORMATS:
        run = at_jetpack(*line.format(**names).split(), "--format", form)
        for trace in traces():
            assert trace not in run.out + run.err, (form, run.out, run.err)
    for path in at_jetpack.path.parent.rglob("*"):
        for trace in traces():
            assert not path.is_file() or trace.encode() not in path.read_bytes(), path


def furnished(desk: Desk) -> dict[str, str]:
    """Licenses in every state, a wish of which nobody knows what came, one that is unfinished, and
    what the dashboard has beside."""
    free, placed = desk.known(), desk.placed(site=A)
    moving = desk.placed(site=A)
    names = {
        "free": free,
        "placed": placed,
        "moving": desk.wish("transfer", license_key=moving, site=B, before=A),
        "wish": desk.wish("issue", "jetpack-complete", unknown=True),
        "new": desk.issued("jetpack-complete", at="2026-11-20T09:00:31Z"),
    }
    ended = desk.known()
    desk.double.licenses[ended].revoked_at = seconds("2026-11-15T10:00:00Z")
    keys = desk.path.with_name("keys.csv")
    keys.write_text(f"license_key\n{desk.issued(at='2026-11-05T00:00:00Z')}\n{ended}\n")
    return {**names, "keys": str(keys)}


def test_a_backup_and_an_exported_ledger_have_no_trace_of_it(at_jetpack: Desk) -> None:
    token = at_jetpack.double.token
    names = furnished(at_jetpack)
    at_jetpack("jetpack", "resolve", names["moving"])
    for words in (["backup", "copy.db"], ["export"]):
        at_jetpack.patch.chdir(at_jetpack.path.parent)
        assert token not in at_jetpack("ledger", *words).out
    for path in at_jetpack.path.parent.rglob("*"):
        assert not path.is_file() or token.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("token", ["", "two words", "ünïcode", "line\nbreak", "x" * 2_000])
def test_a_token_that_cant_be_one_is_not_repeated(token: str, at_jetpack: Desk) -> None:
    key = at_jetpack.known()
    before = at_jetpack.everything()
    at_jetpack.patch.setenv("JETPACK_LICENSING_TOKEN", token)
    for words in (["pull"], ["resolve", at_jetpack.wish(), "--key", key + "x"]):
        run = at_jetpack("jetpack", *words, "--json")
        assert (run.code, run.error["code"]) == (4, "bad_token" if token.strip() else "no_token")
        assert not token or token not in run.out + run.err
    assert at_jetpack.double.requests == []
    assert [row for row in at_jetpack.everything() if row not in before] != []  # the wish alone


READS = (
    "status",
    "licenses list",
    "licenses count",
    "invoice preview",
    "sites list",
    "log",
    "settings show",
    "jetpack status",
)


@pytest.mark.parametrize("line", READS)
def test_what_reads_needs_neither_a_token_nor_a_network(line: str, at_jetpack: Desk) -> None:
    at_jetpack.placed()
    at_jetpack.without_token()
    at_jetpack.patch.setenv("JPCLI_JETPACK_BASE", "http://127.0.0.1:9")
    modules = loaded(*line.split(), "--json")
    assert not tops(modules) & {"requests", "urllib3"}
    assert not {name for name in modules if name.startswith("jpcli.jetpack.")}
