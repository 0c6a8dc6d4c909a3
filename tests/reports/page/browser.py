"""A real browser, driven from outside: what a page looks like to it, and what it asks for."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from pathlib import Path

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-extensions", "--disable-default-apps", "--enable-logging=stderr", "--v=0"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
LIGHT, DARK = "1", "0"
SECONDS = 90

# What the browser asks for by itself; none of it gets anywhere.
OWN = r"https?://(?:[\w.-]+\.)?(?:google|googleapis|gvt1|gstatic)\.com/"

# Looks at the page in a frame as wide as the screen of a device, and writes down what it saw.
LOOK = """
<!doctype html><body style="margin:0"><pre id="seen"></pre>
<iframe id="f" style="border:0;width:%(width)dpx;height:4000px" srcdoc="%(page)s"></iframe>
<script>
function shade(text) {
  const parts = text.match(/[\\d.]+/g).map(Number);
  const [r, g, b] = parts.slice(0, 3).map(v => {
    v /= 255; return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4); });
  return {l: 0.2126 * r + 0.7152 * g + 0.0722 * b, a: parts.length > 3 ? parts[3] : 1};
}
function behind(node, view) {
  for (; node; node = node.parentElement) {
    const color = view.getComputedStyle(node).backgroundColor;
    if (shade(color).a > 0) return color;
  }
  return "rgb(255, 255, 255)";
}
document.getElementById("f").addEventListener("load", event => {
  const doc = event.target.contentDocument, view = event.target.contentWindow;
  const seen = {wide: doc.documentElement.scrollWidth, over: [], low: [], texts: 0, height:
    doc.body.scrollHeight, back: view.getComputedStyle(doc.documentElement).backgroundColor};
  for (const node of doc.body.querySelectorAll("*")) {
    const box = node.getBoundingClientRect();
    const over = box.right > %(width)d + 0.5 || box.left < -0.5;
    if (box.width && over) seen.over.push(node.outerHTML.slice(0, 120));
    const own = [...node.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || !box.width || node.tagName === "title") continue;
    seen.texts += 1;
    const style = view.getComputedStyle(node);
    const color = node.namespaceURI.endsWith("svg") ? style.fill : style.color;
    const [one, two] = [shade(color).l, shade(behind(node, view)).l];
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    if (ratio < 4.5) seen.low.push([ratio.toFixed(2), node.outerHTML.slice(0, 120)]);
  }
  document.getElementById("seen").textContent = JSON.stringify(seen);
});
</script>
"""


class Seen(NamedTuple):
    """What the page is like in a frame: how wide it gets, what is beyond its edge, texts whose
    contrast is below 4.5 to 1, how many texts there are, its background."""

    wide: int
    over: list[str]
    low: list[Any]
    texts: int
    height: int
    back: str


class Visit(NamedTuple):
    """What opening a page by itself led to: messages on the console, and addresses asked for over
    the network."""

    console: list[str]
    asked: set[str]


class Browser:
    """One browser with a folder of its own."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program, self._folder, self._runs = program, folder, 0

    def look(self, page: Path, width: int, scheme: str) -> Seen:
        """The page on a screen that is so many pixels wide, light or dark."""
        place = self._folder / "look.html"
        place.write_text(LOOK % {"width": width, "page": html.escape(page.read_text("utf-8"))})
        found = self._run(
            place, "--dump-dom", f"--blink-settings=preferredColorScheme={scheme}"
        ).stdout
        match = re.search(r'<pre id="seen">(\{.*?\})</pre>', found, re.DOTALL)
        assert match is not None, found[:2000]
        return Seen(**json.loads(html.unescape(match[1])))

    def visit(self, page: Path) -> Visit:
        """Open the page as a person does."""
        log = self._folder / "net.json"
        done = self._run(page, "--dump-dom", f"--log-net-log={log}")
        console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        asked = set(re.findall(r'"url":"(https?:[^"]*)"', log.read_text("utf-8")))
        return Visit(console, {url for url in asked if not re.match(OWN, url)})

    def print_page(self, page: Path) -> bytes:
        """The page as a PDF file."""
        target = self._folder / "printed.pdf"
        self._run(page, "--no-pdf-header-footer", f"--print-to-pdf={target}")
        return target.read_bytes()

    def _run(self, page: Path, *flags: str) -> subprocess.CompletedProcess[str]:
        self._runs += 1
        profile = f"--user-data-dir={self._folder / f'profile-{self._runs}'}"
        command = [self._program, *FLAGS, profile, *flags, page.as_uri()]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS)


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    """Debian's chromium; without one the test is skipped, and says so."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("NO BROWSER: chromium is missing, so nobody looked at the page")
    folder = tmp_path / "browser"
    folder.mkdir()
    return Browser(program, folder)
