"""Every view at every width: no line is wider than the screen, and nothing that is asked about is
left out."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from jpcli.cli import views
from jpcli.cli.render.plain import cell_width
from jpcli.cli.views.folds import folded
from jpcli.domain.answers import Rows
from tests.cli.lines import LINES, NOW, Line
from tests.cli.world import World, built_on, copied

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.world import Built

WIDTHS = (60, 80, 100, 120)
SITE = "https://a-rather-long-name-of-a-site.agency.example/with/a/path/and/one/more"
CLIENT = "日本 商店 日本 商店 with a rather long name"
PRODUCT = "jetpack-security-t1"
PLAN = f"""
[sites."{SITE}"]
client = "{CLIENT}"
products = ["{PRODUCT}", "jetpack-scan"]
[sites."https://d.example/with/a/long/path/that/leads/nowhere/at/all"]
products = ["jetpack-scan", "jetpack-boost"]
"""
MORE = (
    Line("invoice preview"),
    Line("invoice preview", "--by license"),
    Line("invoice preview", "--by day --markup 20"),
    Line("invoice preview", "--by client"),
    Line("invoice preview", "2026-08 --months 6"),
    Line("invoice diff", "2026-10 2026-11"),
    Line("licenses show", "{parent}"),
    Line("licenses count"),
    Line("sites show", SITE),
    Line("clients show", f"'{CLIENT}'"),
    Line("products show", PRODUCT),
)
# What is text in any format, and what needs no picture.
UNDRAWN = ("completion", "help", "ledger", "products template")


@pytest.fixture(scope="session")
def crowded_built(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The same ledger with long names, and figures of some length."""
    return built_on(built, tmp_path_factory.mktemp("crowded") / "mine", _crowd)


@pytest.fixture
def crowded(
    crowded_built: Built,
    tmp_path: Path,
    jpcli: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    return copied(crowded_built, tmp_path / "mine", jpcli, monkeypatch)


def _crowd(world: World) -> dict[str, str]:
    for words in (
        ["issue", PRODUCT, "--quantity", "3", "--site", SITE, "--client", CLIENT],
        ["products", "set-price", PRODUCT, "--price", "4321.987654321"],
        ["products", "set-price", PRODUCT, "--price", "5321.5", "--from", "2027-01-01"],
        ["settings", "set", "name", "An Agency with a Name That Fills Most of a Line & Sons Ltd"],
        ["cards", "add", "--brand", "cartes_bancaires", "--last4", "1234", "--exp", "12/2031"],
    ):
        run = world.jpcli(*words, now=NOW)
        assert run.code == 0, run.err
    (world.folder / "sites.toml").write_text(PLAN)
    rows = world.jpcli("licenses", "list", "--state", "bundle", "--json", now=NOW).data["licenses"]
    return {"parent": rows[0]["license_key"]}


@pytest.mark.alike("line")
@pytest.mark.parametrize("line", [*LINES, *MORE], ids=str)
def test_every_view_fits_every_screen(
    line: Line, crowded: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = _drawings(monkeypatch)
    run = crowded(line, "--format", "table")
    assert run.code == line.code or line.path == "audit", run.err
    # Without a view, a new command would not be looked at here.
    assert shown or run.code != 0 or line.path.startswith(UNDRAWN), run.out
    for (view, width), text in shown.items():
        for row in text.splitlines():
            # Commands are to be copied: the terminal may wrap them, jpcli doesn't.
            if "jpcli " not in row:
                assert cell_width(row) <= width, (view, width, row)
            assert row == row.rstrip()


@pytest.mark.parametrize("words", ["invoice explain 2026-11", "sites list", "licenses list"])
def test_an_address_goes_on_after_a_slash(
    words: str, crowded: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never in the middle of a word, in sentences as in cells."""
    shown = _drawings(monkeypatch)
    crowded.jpcli(*words.split(), "--format", "table", now=NOW)
    for (_, width), text in shown.items():
        if width >= 80:
            assert "path/" in text, width
            assert re.search(r"one/(?:more|\s)", text), width


@pytest.mark.parametrize("path", ["plan", "apply"])
def test_a_plan_names_step_product_and_place_at_every_width(
    path: str, crowded: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = _drawings(monkeypatch)
    words = [path, str(crowded.folder / "sites.toml"), "--format", "table"]
    crowded.jpcli(*words, *(["--dry-run"] if path == "apply" else []), now=NOW)
    assert {width for _, width in shown} == set(WIDTHS)
    for (_, width), text in shown.items():
        titles = next(row for row in text.splitlines() if "Step" in row).split()
        assert {"Step", "Product", "Site"} <= set(titles), width
        squeezed = re.sub(r"\s", "", text)
        for word in ("issue", "jetpack-boost"):
            assert word in squeezed
        # What there is no room for is named.
        for title in ("License", "Client"):
            assert title in titles or title.lower() in text.partition("No room here")[2]


CREDIT = (
    ("2026-07-02T10:00:00Z", "init"),
    ("", "cards add --brand visa --last4 4242 --exp 12/2030"),
    ("", "issue jetpack-complete -n 9"),
    ("", "issue jetpack-anti-spam --bundle 20"),
    ("", f"issue {PRODUCT} --site {SITE}"),
    ("2026-08-01T10:00:00Z", "invoice close --due"),
    ("", "invoice mark-paid INV-2026-07"),
    ("", "revoke --from {folder}/ends.csv --at 2026-07-03 --yes"),
    ("2026-09-01T10:00:00Z", "invoice close --due"),
)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("invoice preview", ("Credit", "$0.00")),
        ("invoice preview --by client", ("$0.00",)),
        ("invoice preview --by site", ("$0.00",)),
        ("invoice preview 2026-09 --months 3", ("Corrections", "$0.00")),
        ("invoice show 2026-08", ("Credit carried forward", "correction of July 2026", "$0.00")),
        ("invoice explain 2026-08", ("Credit carried forward",)),
        ("invoice diff 2026-07 2026-08", ("Credit", "$0.00")),
        ("invoice list", ("INV-2026-08", "$0.00")),
        ("status", ("$0.00 so far",)),
    ],
)
def test_a_bill_with_credit_fits_every_screen(
    words: str,
    told: tuple[str, ...],
    jpcli: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for now, line in CREDIT:
        if "ends.csv" in line:
            out = jpcli("licenses", "list", "--product", "jetpack-complete", "--format", "csv").out
            (tmp_path / "ends.csv").write_text(out)
        assert jpcli(*line.format(folder=tmp_path).split(), now=now or None).code == 0, line
    shown = _drawings(monkeypatch)
    assert jpcli(*words.split(), "--format", "table", now="2026-09-12T10:00:00Z").code == 0
    assert {width for _, width in shown} == set(WIDTHS)
    for (_, width), text in shown.items():
        assert all(cell_width(row) <= width for row in text.splitlines() if "jpcli " not in row)
        squeezed = " ".join(text.split())
        assert [word for word in told if word not in squeezed] == [], text
        # What is indented has its figures beside it, and goes on below itself.
        for row in text.splitlines():
            if row.lstrip().startswith("https://") and words.startswith("invoice show"):
                assert row.startswith("    https://"), text
                assert re.search(r"\d$", row), text


def _drawings(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, int], str]:
    """Filled with what each view draws at each width, while a command runs."""
    shown: dict[tuple[str, int], str] = {}
    draw: Callable[..., None] = views.draw

    def draw_all(view: str, data: Any, output: Any, calendar: Any = None) -> None:
        kept = _kept(data)
        for width in WIDTHS:
            tape = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
            monkeypatch.setenv("COLUMNS", str(width))
            with redirect_stdout(tape):
                draw(view, kept, output._replace(terminal=True, color=False), calendar)
            shown[view, width] = tape.buffer.getvalue().decode()

    monkeypatch.setattr(views, "draw", draw_all)
    return shown


def _kept(value: Any) -> Any:
    """Rows can be read once: here they are read once for each width."""
    if isinstance(value, Rows):
        return value._replace(rows=[tuple(map(_kept, row)) for row in value.rows])
    if isinstance(value, dict):
        return {name: _kept(found) for name, found in value.items()}
    return list(map(_kept, value)) if isinstance(value, list) else value


@pytest.mark.no_ledger
@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, [""]),
        ("https://a.example/blog/posts", 22, ["https://a.example/", "blog/posts"]),
        ("https://a.example/blog/posts", 23, ["https://a.example/blog/", "posts"]),
        ("https://shop.example.com", 20, ["https://shop.", "example.com"]),
        ("two words", 6, ["two", "words"]),
        ("two words", 4, ["two", "word", "s"]),
        ("日本商店", 5, ["日本", "商店"]),
        ("one\ntwo", 10, ["one", "two"]),
        ("  https://a.example/blog/posts", 22, ["  https://a.example/", "  blog/posts"]),
        ("  two words\n one", 7, ["  two", "  words", " one"]),
        ("      two", 6, ["", "two"]),
    ],
)
def test_folds(text: str, width: int, lines: list[str]) -> None:
    assert [line.plain for line in folded(Text(text), width)] == lines


@pytest.mark.no_ledger
@given(st.text(alphabet="ab-./: 日é", max_size=60), st.integers(2, 30))
def test_a_fold_loses_nothing_and_fits(text: str, width: int) -> None:
    lines = folded(Text(text), width)
    assert all(line.cell_len <= width for line in lines)
    assert "".join(line.plain for line in lines).replace(" ", "") == text.replace(" ", "")
