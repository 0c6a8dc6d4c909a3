"""Random histories with odd names: what is exported is imported into an empty ledger, and exported
from there it is the same text. So with price lists."""

from __future__ import annotations

import io
import json
import os
import shutil
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jpcli.cli.app.root import run
from tests.thorough import examples

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NESTED = ("json", "ndjson")
FORMATS = (*NESTED, "csv", "excel", "tsv", "md")
NOW = "2026-11-22T11:00:00Z"
FIRST = datetime(2026, 10, 1, tzinfo=UTC)
ODD = [
    "@home",
    "=1",
    "'=1",
    "''=1",
    "'-1",
    "-3.10",
    "+",
    '"24/7"',
    '"',
    "'",
    "a\\tb",
    "a|b",
    "|",
    "---",
]
ODD += ["a,b;c", "::error::x", "##[error]x", "\\x3a:", "\\x5cx3a", "\\", "a\\", "\\\\x23", "sep=;"]
_TEXTS = st.text(st.characters(exclude_categories=("C", "Z", "Nd")), min_size=1, max_size=6)
NAMES = st.sampled_from(ODD) | st.builds("{}.{}".format, st.sampled_from(ODD), _TEXTS)


class Called(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


class Place:
    """A folder with an empty ledger to copy."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.call("empty", "init", "--bill-from", "2026-10")

    def call(self, ledger: str, *argv: str) -> Called:
        """One command on the ledger of this name."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run([*argv, "--ledger", str(self.folder / f"{ledger}.db")])
        return Called(code, out.getvalue(), err.getvalue())

    def begin(self, ledger: str) -> None:
        """An empty ledger of this name."""
        shutil.copy(self.folder / "empty.db", self.folder / f"{ledger}.db")

    def file(self, name: str, content: str) -> str:
        path = self.folder / name
        path.write_bytes(content.encode())
        return str(path)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    before = dict(os.environ)
    os.environ |= {"JPCLI_NOW": NOW, "JPCLI_ACTOR": "tester"}
    yield Place(tmp_path_factory.mktemp("files"))
    os.environ.clear()
    os.environ.update(before)


def text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Licenses that moved between a few sites, each of one client or none."""
    owners = draw(st.lists(st.none() | NAMES, min_size=1, max_size=3))
    found = []
    for number in range(draw(st.integers(0, 4))):
        hours = st.lists(st.integers(0, 1000), min_size=2, max_size=6, unique=True)
        times = [FIRST + timedelta(hours=hour) for hour in sorted(draw(hours))]
        stays = []
        for begun, ended in zip(times[1::2], times[2::2], strict=False):
            site = draw(st.integers(0, len(owners) - 1))
            stays.append(
                {
                    "site": f"https://s{site}.example",
                    "client": owners[site],
                    "from": text(begun),
                    "to": text(ended),
                }
            )
        end = draw(st.sampled_from(["open", "freed", "revoked"]))
        if stays and end != "freed":
            stays[-1]["to"] = None
        found.append(
            {
                "license_key": f"jetpack-scan_{number}",
                "product": draw(st.sampled_from(["jetpack-scan", "jetpack-ai"])),
                "issued_at": text(times[0]),
                "revoked_at": text(times[-1] + timedelta(hours=1)) if end == "revoked" else None,
                "assignments": stays,
            }
        )
    return found


@settings(max_examples=examples(25))
@given(licenses=histories())
def test_an_export_is_imported_and_exported_as_it_was(
    place: Place, licenses: list[dict[str, Any]]
) -> None:
    place.begin("ours")
    history = place.file("history", json.dumps(licenses))
    assert place.call("ours", "ledger", "import", history).code == 0
    whole = place.call("ours", "ledger", "export")
    for form in FORMATS:
        told = place.call("ours", "ledger", "export", "--format", form)
        path = place.file(f"export.{form}", told.out)
        place.begin("theirs")
        taken = place.call("theirs", "ledger", "import", path)
        if not licenses and form == "ndjson":
            continue  # no text at all is what a command that failed writes, too
        assert taken.code == 0, (form, taken.err, told.out)
        assert place.call("theirs", "ledger", "export", "--format", form).out == told.out
        same = place.call("theirs", "ledger", "export").out == whole.out
        assert same or form not in NESTED
        assert same == ("Left out" not in told.err)


@settings(max_examples=examples(25))
@given(rows=st.lists(st.tuples(NAMES, NAMES, st.sampled_from(["", "2026-12-01"])), max_size=3))
def test_a_price_list_is_imported_and_listed_as_it_was(
    place: Place, rows: list[tuple[str, str, str]]
) -> None:
    place.begin("ours")
    prices = [
        {"product": f"p-{number}", "name": name, "family": family, "amount": "0.25", "from": since}
        for number, (name, family, since) in enumerate(rows)
    ]
    listed = [{**price, "from": price["from"] or None} for price in prices]
    assert place.call("ours", "products", "import", place.file("p", json.dumps(listed))).code == 0
    for form in FORMATS:
        told = place.call("ours", "products", "list", "--format", form)
        path = place.file(f"prices.{form}", told.out)
        place.begin("theirs")
        taken = place.call("theirs", "products", "import", path)
        assert taken.code == 0, (form, taken.err, told.out)
        assert place.call("theirs", "products", "list", "--format", form).out == told.out
