"""What `jpcli jetpack` prints as JSON is what docs/json.md says, whatever there is to tell."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest

from tests.cli.jetpack.conftest import seconds
from tests.cli.shapes import Seen, document_faults
from tests.jetpack_double.world import TOKEN

if TYPE_CHECKING:
    from tests.cli.jetpack.conftest import Desk

A, B = "https://a.example", "https://b.example"


def furnished(desk: Desk) -> dict[str, str]:
    key, ended, gone = desk.placed(site=A), desk.known(), desk.known()
    desk.double.licenses[ended].revoked_at = seconds("2026-11-15T10:00:00Z")
    del desk.double.licenses[gone]
    source = desk.path.with_name("keys.csv")
    new = desk.issued("jetpack-boost", at="2026-11-05T00:00:00Z")
    source.write_text(f"license_key\n{new}\n{gone}\nnone_x\n")
    return {
        "moving": desk.wish("transfer", license_key=key, site=B, before=A),
        "order": desk.wish(unknown=True, request_id="jp-1", site=A),
        "other": desk.wish("issue", "jetpack-complete"),
        "new": desk.issued(at="2026-11-20T09:00:31Z"),
        "keys": str(source),
    }


LINES = (
    ("jetpack status", "", 0),
    ("jetpack status", "--check", 1),
    ("jetpack pull", "--check", 1),
    ("jetpack pull", "--dry-run", 0),
    ("jetpack pull", "", 0),
    ("jetpack pull", "--from {keys}", 2),
    ("jetpack pull", "--from {keys} --keep-going", 1),
    ("jetpack resolve", "{order} --key {new}", 0),
    ("jetpack resolve", "{other} --not-issued --dry-run", 0),
    ("jetpack resolve", "{other} --not-issued", 0),
    ("jetpack resolve", "{moving} --dry-run", 0),
    ("jetpack resolve", "{moving}", 0),
    ("jetpack resolve", "w1", 2),
    ("jetpack connect", "https://c.example --user 1", 0),
    ("jetpack login", "", 0),
    ("status", "", 0),
    ("audit", "", 1),
)


@pytest.mark.alike("lists")
@pytest.mark.parametrize(("path", "words", "code"), LINES)
@pytest.mark.parametrize("lists", [True, False])
def test_every_field_is_as_it_is_written_down(
    path: str, words: str, code: int, lists: bool, at_jetpack: Desk
) -> None:
    names = furnished(at_jetpack)
    at_jetpack.double.world.lists = lists
    at_jetpack.patch.setattr("sys.stdin", StringIO(TOKEN))
    more = ["--yes"] if "--not-issued" in words else []
    run = at_jetpack(*path.split(), *words.format(**names).split(), *more, "--json")
    assert run.code == code, (run.out, run.err)
    assert document_faults(path, run.json, Seen()) == []
