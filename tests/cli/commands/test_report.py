"""`report --html`: the page is whole, says what the other commands say, and works in a browser."""

from __future__ import annotations

import os
import re
import stat
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import anything_goes
from tests.cli.test_imports import HEAVY, loaded, tops
from tests.reports.page.browser import DARK, LIGHT, Browser
from tests.reports.page.browser import browser as browser

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Jpcli = Callable[..., Any]

LONG = "W" * 120
HOSTILE = "<script>alert(1)</script>&\"'"
NOW = "2026-11-22T11:00:00Z"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "desk.html"


@pytest.fixture
def busy(agency: Jpcli) -> Jpcli:
    """The agency, with names that are long or hostile, waste, corrections and an invoice."""
    with anything_goes():
        agency("settings", "set", "name", HOSTILE, now="2026-11-20T12:00:00Z")
        for n, client in enumerate((HOSTILE, LONG, "::error::x", "Ελλάδα 東京")):
            place = ("--site", f"{'s' * 50}{n}.example", "--client", client)
            assert agency("issue", "jetpack-boost", *place).code == 0
    assert agency("issue", "jetpack-scan", "-n", "12").code == 0
    return agency


class Parts(HTMLParser):
    """The elements of a page, and what they point to."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.handlers: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "action", "poster", "data", "srcset"):
                self.links.append(str(value))
            if name.startswith("on"):
                self.handlers.append(name)

    def handle_data(self, data: str) -> None:
        self.text += data


def parts_of(page: Path) -> Parts:
    parts = Parts()
    parts.feed(page.read_text("utf-8"))
    return parts


def test_the_page_says_what_the_others_say(busy: Jpcli, page: Path) -> None:
    run = busy("report", "--html", str(page), "--json")
    assert (run.code, run.data) == (0, {"files": [str(page)]})
    text = parts_of(page).text
    status = busy("status", "--json").data
    bill = status["bill"]
    for name in ("to_date", "projected", "unassigned_projected", "unassigned_to_date"):
        assert f"${bill[name]['amount']}" in text, name
    for step in status["next"]:
        assert step["why"] in text
        assert step["command"] in text
    groups = busy("invoice", "preview", "--by", "client", "--json").data["groups"]
    assert len(groups) > 4
    for group in groups:
        assert (group["client"] or "No client") in text
        assert f"${group['amount']['amount']}" in text
    lines = busy("invoice", "preview", "--json").data["lines"]
    for line in lines:
        assert f"${line['day_price']} a day" in text
    for day in busy("invoice", "preview", "--by", "day", "--json").data["groups"]:
        told = f"Nov {int(day['day'][8:])}: {day['days']} license"
        assert told in text
        assert f", ${day['amount']['amount']}" in text
    saved = busy("savings", "--json").data
    assert all(each["message"] in text for each in saved["suggestions"])
    assert f"${saved['saves_month']['amount']}" in text


def test_a_name_keeps_its_joiners_and_a_day_is_that_of_the_ledger(jpcli: Jpcli, page: Path) -> None:
    joined = "می\u200cخواهم"
    assert jpcli("init", "--time-zone", "Pacific/Auckland", now="2026-09-01T08:00:00Z").code == 0
    assert jpcli("cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2030").code == 0
    issued = ("issue", "jetpack-scan", "--site", "a.example", "--client", joined)
    assert jpcli(*issued, now="2026-11-03T13:30:00Z").code == 0
    assert jpcli("issue", "jetpack-boost").code == 0
    assert jpcli("report", "--html", str(page), now="2026-11-22T11:00:00Z").code == 0
    text = page.read_text()
    assert joined in text
    assert "issued 2026-11-04" in text  # half past two in the night there
    shown = jpcli("status", "--format", "table")
    assert "2026-11-04" in shown.out
    assert "2026-11-03" not in shown.out


def test_the_rows_of_the_waste_add_up(busy: Jpcli, page: Path) -> None:
    busy("report", "--html", str(page))
    _, _, waste = page.read_text("utf-8").partition("<h2>Waste</h2>")
    rows, _, foot = waste.partition("</tbody>")
    cents = [int(found.replace(".", "")) for found in re.findall(r"\$([\d.]+)</td></tr>", rows)]
    total = re.search(r"\$([\d.]+)", foot)
    assert total is not None
    assert len(cents) == 9  # eight by name, and all others
    assert sum(cents) == int(total[1].replace(".", ""))


def test_who_costs_most_comes_first_and_the_rest_is_summed(
    busy: Jpcli, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def amounts() -> list[int]:
        _, _, clients = page.read_text("utf-8").partition("<h2>By client</h2>")
        rows = re.findall(r"\$([\d.]+)</td></tr>", clients.partition("</table>")[0])
        return [int(row.replace(".", "")) for row in rows]

    busy("report", "--html", str(page))
    *every, total = amounts()
    assert len(every) > 4
    assert every == sorted(every, reverse=True)
    assert sum(every) == total
    monkeypatch.setattr("jpcli.services.report.CLIENTS", 2)
    busy("report", "--html", str(page), "--yes")
    assert amounts() == [*every[:2], sum(every[2:]), total]
    assert f"{len(every) - 2} others" in page.read_text("utf-8")


def test_invoices_and_what_stops_work(agency: Jpcli, page: Path) -> None:
    agency("invoice", "close", "2026-11", now="2026-12-01T08:00:00Z")
    run = agency("report", "--html", str(page), now="2026-12-03T08:00:00Z")
    assert run.code == 0, run.err
    text = " ".join(parts_of(page).text.split())
    assert "INV-2026-11" in text
    assert "past due" in text
    assert "jpcli invoice mark-paid INV-2026-11" in text
    assert "December 2026" in text


def test_an_empty_ledger_has_a_page(jpcli: Jpcli, page: Path) -> None:
    jpcli("init", "--name", "New")
    assert jpcli("report", "--html", str(page)).code == 0
    text = parts_of(page).text
    for words in ("No license is billed", "Every license is on a site", "No month has been closed"):
        assert words in text
    assert "issuing new licenses is paused" in text


def test_there_is_nothing_from_elsewhere_and_no_script(busy: Jpcli, page: Path) -> None:
    busy("report", "--html", str(page))
    parts = parts_of(page)
    assert not {"script", "img", "iframe", "object", "embed", "form", "base"} & set(parts.tags)
    assert parts.links == ["data:,"]
    assert not parts.handlers
    source = page.read_text("utf-8")
    assert not re.search(r"url\(|@import|javascript:", source)
    assert "default-src 'none'" in source


def test_the_same_state_has_the_same_bytes(busy: Jpcli, page: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.html"
    busy("report", "--html", str(page))
    busy("report", "--html", str(other))
    assert page.read_bytes() == other.read_bytes()
    busy("report", "--html", str(other), "--yes", now="2026-11-23T11:00:00Z")
    assert page.read_bytes() != other.read_bytes()


def test_nothing_is_recorded_and_a_read_only_ledger_will_do(
    agency: Jpcli, page: Path, tmp_path: Path
) -> None:
    before = agency("ledger", "check", "--json").data["head"]
    assert agency("report", "--html", str(page)).code == 0
    assert agency("ledger", "check", "--json").data["head"] == before
    ledger = tmp_path / "ledger.db"
    if not ledger.exists():
        return  # one on a server
    folder = tmp_path / "read-only"
    folder.mkdir()
    copy = folder / "copy.db"
    assert agency("ledger", "backup", str(copy)).code == 0
    copy.chmod(0o400)
    folder.chmod(0o500)
    try:
        other = tmp_path / "other.html"
        assert agency("report", "--html", str(other), "--ledger", str(copy)).code == 0
        assert other.read_bytes() == page.read_bytes()
    finally:
        folder.chmod(0o700)


def test_a_file_that_is_there_goes_with_a_yes_alone(agency: Jpcli, page: Path) -> None:
    page.write_text("mine")
    wrong = agency("report", "--html", str(page), "--json")
    assert (wrong.code, wrong.error["code"]) == (3, "file_exists")
    assert page.read_text() == "mine"
    assert agency("report", "--html", str(page), "--yes").code == 0
    assert page.read_text("utf-8").endswith("</html>\n")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600


@pytest.mark.parametrize("where", ["nowhere/desk.html", "."])
def test_what_can_not_be_written_leaves_nothing(agency: Jpcli, where: str, tmp_path: Path) -> None:
    agency("status")  # whoever reads leaves what SQLite has beside the ledger
    before = sorted(os.listdir(tmp_path))
    wrong = agency("report", "--html", str(tmp_path / where), "--json")
    assert wrong.error["code"] in ("output_failed", "output_is_folder")
    assert sorted(os.listdir(tmp_path)) == before


def test_without_a_ledger_nothing_is_written(jpcli: Jpcli, page: Path) -> None:
    wrong = jpcli("report", "--html", str(page), "--json")
    assert (wrong.code, wrong.error["code"]) == (2, "no_ledger")
    assert not page.exists()
    assert jpcli("report", "--json").error["code"] == "usage"


def test_what_it_loads(agency: Jpcli, page: Path) -> None:
    modules = loaded("report", "--html", str(page), "--json")
    assert not tops(modules) & ((HEAVY - {"pydantic"}) | {"rich", "fpdf"})
    assert "jinja2" not in loaded("report", "--help")


# --- in a browser ---------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits_and_can_be_read(
    width: int, scheme: str, busy: Jpcli, page: Path, browser: Browser
) -> None:
    busy("report", "--html", str(page))
    seen = browser.look(page, width, scheme)
    assert seen.over == []
    assert seen.wide <= width
    assert seen.low == []
    assert seen.texts > 60
    dark = max(map(int, re.findall(r"\d+", seen.back)[:3])) < 128
    assert dark is (scheme == DARK)


def test_the_browser_sees_what_is_too_wide_or_pale(tmp_path: Path, browser: Browser) -> None:
    """The look itself can fail."""
    wrong = tmp_path / "wrong.html"
    wrong.write_text("<body><p style='color:#999;width:500px'>pale</p></body>")
    seen = browser.look(wrong, 360, LIGHT)
    assert seen.wide > 360
    assert len(seen.over) == 1
    assert len(seen.low) == 1


def test_it_asks_for_nothing_and_says_nothing_on_the_console(
    busy: Jpcli, page: Path, tmp_path: Path, browser: Browser
) -> None:
    busy("report", "--html", str(page))
    visit = browser.visit(page)
    assert (visit.console, visit.asked) == ([], set())
    wrong = tmp_path / "wrong.html"
    wrong.write_text(
        "<script>console.error('x')</script><img src='http://127.0.0.1:9/x.png'></body>"
    )
    visit = browser.visit(wrong)
    assert len(visit.console) >= 1
    assert "http://127.0.0.1:9/x.png" in visit.asked


def test_it_prints(busy: Jpcli, page: Path, browser: Browser) -> None:
    busy("report", "--html", str(page))
    printed = browser.print_page(page)
    assert printed.startswith(b"%PDF")
    assert 1 <= len(re.findall(rb"/Type */Page\b(?!s)", printed)) <= 4
