"""Names in other scripts: drawn with the fonts of the extra, in their order and joined; without it
spelled or marked, and said."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple
from unicodedata import normalize

import pytest
from fpdf import FPDF
from fpdf.fonts import TTFFont
from pypdf import PdfReader

from jpcli.reports.statement.fonts import write_fonts
from jpcli.reports.statement.letters import TEXT, Letters, region_of
from jpcli.reports.statement.lines import reads_from_right, runs, wrapped
from jpcli.reports.statement.paper import Pdf
from jpcli.reports.statement.pdf import write_pdf
from jpcli.reports.statement.shaping import Shape, shaped
from jpcli.reports.statement.speller import Speller
from jpcli.reports.statement.statement import ClientPart, SitePart, Statement, Whose
from tests.reports.statement.fonts import needs_fonts
from tests.reports.statement.fonts import without_fonts as without_fonts
from tests.reports.statement.samples import INVOICE, LINE, named

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Script -> a name in it, as it may stand on a bill.
NAMES = {
    "Arabic": "شركة النور",
    "Armenian": "Հայաստան",
    "Bengali": "বাংলা কোম্পানি",
    "Devanagari": "हिन्दी कार्यालय",
    "Ethiopic": "እትዮጵያ",
    "Georgian": "ქართული",
    "Gujarati": "ગુજરાતી",
    "Gurmukhi": "ਪੰਜਾਬੀ",
    "Han": "北京东方科技",
    "Hangul": "서울 커피",
    "Hebrew": "שָׁלוֹם עולם",
    "Hiragana": "ひかり",
    "Kannada": "ಕನ್ನಡ",
    "Katakana": "カフェ",
    "Khmer": "ខ្មែរ កើត កោះ",
    "Lao": "ລາວ ນ້ຳ",
    "Malayalam": "മലയാളം",
    "Myanmar": "မြန်မာ",
    "Oriya": "ଓଡ଼ିଆ",
    "Sinhala": "ශ්‍රී ලංකා",
    "Tamil": "தமிழ் கொடி",
    "Telugu": "తెలుగు",
    "Thai": "ร้านกาแฟน้ำแข็ง",
    "symbols": "🎉 👩‍💻",
}
VOWELS = "مُحَمَّد"


def texts(pdf: Pdf) -> str:
    """What another program reads, NFC as names are."""
    pages = PdfReader(BytesIO(pdf.content)).pages
    return normalize("NFC", " ".join(" ".join(page.extract_text() for page in pages).split()))


def letters_of(text: str) -> Counter[str]:
    return Counter(character for character in text if not character.isspace())


@needs_fonts
@pytest.mark.parametrize("script", NAMES)
def test_a_name_is_drawn_in_its_own_letters(script: str) -> None:
    name = normalize("NFC", NAMES[script])
    made = write_pdf(named(name))
    assert (made.respelled, made.has_all_fonts) == ((), True)
    found = texts(made)
    assert "are spelled in Latin" not in found
    lacking = letters_of(name) - letters_of(found)
    assert not {each for each in lacking if each.isalpha()}, lacking
    assert "?" not in found


@needs_fonts
@pytest.mark.parametrize("name", [*NAMES.values(), VOWELS, "a (שלום) [b]"])
def test_no_letter_is_an_empty_box(name: str, tmp_path: Path) -> None:
    """Fonts are cut to what is used: every shape that a letter takes must be left in them."""
    speller = Speller(Letters())
    spelled = speller.spell(name)
    fonts = {
        each.family: each.path for each in write_fonts(speller.used, tmp_path) if not each.style
    }
    for run in runs(spelled, speller.drawn_with(spelled), reads_from_right(spelled)):
        if run.face != TEXT or run.from_right:
            with opened(fonts[run.face.name]) as font:
                infos, _ = font.perform_harfbuzz_shaping(run.text, 10, {**_PLAIN})
            assert 0 not in [info.codepoint for info in infos], run


_PLAIN: dict[str, Any] = {
    "features": {},
    "fragment_direction": None,
    "script": None,
    "language": None,
}


@contextmanager
def opened(path: Path) -> Iterator[TTFFont]:
    document = FPDF()
    document.add_font("font", "", path)
    font = document.fonts["font"]
    assert isinstance(font, TTFFont)
    try:
        yield font
    finally:
        font.close()


class Drawn(NamedTuple):
    """A run: its shapes and the names of their glyphs, from left to right, and its width."""

    shapes: list[Shape]
    glyphs: list[str]
    width: float


def drawn(name: str, folder: Path, *, from_right: bool) -> Drawn:
    speller = Speller(Letters())
    spelled = speller.spell(name)
    (face,) = set(speller.drawn_with(spelled))
    path = next(each.path for each in write_fonts(speller.used, folder) if each.family == face.name)
    with opened(path) as font:
        shapes, width = shaped(font, spelled, 10, from_right)
        infos, _ = font.perform_harfbuzz_shaping(spelled, 10, {**_PLAIN})
        return Drawn(shapes, [font.ttfont.getGlyphName(info.codepoint) for info in infos], width)


@needs_fonts
def test_arabic_is_joined_also_around_vowels(tmp_path: Path) -> None:
    plain = drawn("محمد", tmp_path, from_right=True)
    alone = [drawn(letter, tmp_path, from_right=True) for letter in "محمد"]
    assert plain.width != pytest.approx(sum(letter.width for letter in alone), abs=1)
    voweled = drawn(VOWELS, tmp_path, from_right=True)
    assert voweled.width == pytest.approx(plain.width)
    assert any(shape.y for shape in voweled.shapes)  # vowels stand above and below their letters


@needs_fonts
def test_devanagari_puts_its_vowel_before(tmp_path: Path) -> None:
    """हि is written with its second character first."""
    (letter,) = drawn("ह", tmp_path, from_right=False).glyphs
    before, after = drawn("हि", tmp_path, from_right=False).glyphs
    assert (after, before == letter) == (letter, False)


@needs_fonts
def test_khmer_vowels_stand_around_their_letter(tmp_path: Path) -> None:
    (letter,) = drawn("ក", tmp_path, from_right=False).glyphs
    before, middle, after = drawn("កើ", tmp_path, from_right=False).glyphs
    assert middle == letter
    assert letter not in (before, after)


@needs_fonts
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("שלום", ["שלום"]),
        ("Shop שלום 12 West", ["Shop ", "12", " ", "שלום", " West"]),
        ("שלום Shop 12", ["Shop 12", " ", "שלום"]),
        ("שלום (Tel Aviv)", [")", "Tel Aviv", " (", "שלום"]),
        ("Café Zürich 24/7", ["Café Zürich 24/7"]),
        ("Shop カフェ", ["Shop ", "カフェ"]),
        ("شركة ۱۲", ["۱۲", " ", "شركة"]),
    ],
)
def test_lines_go_in_the_order_of_their_scripts(name: str, shown: list[str]) -> None:
    found = runs(name, Speller(Letters()).drawn_with(name), reads_from_right(name))
    assert [run.text for run in found] == shown
    rest = sorted(found, key=lambda run: run.begin)
    assert "".join(run.text for run in rest) == name  # in which it is copied


def test_lines_are_broken_where_their_script_breaks() -> None:
    def lines(text: str, room: int) -> list[str]:
        return wrapped(text, room, lambda piece: float(len(piece)))

    assert lines("one two three", 7) == ["one two", "three"]
    assert lines("a.example/one/two", 14) == ["a.example/one/", "two"]
    assert lines("株式会社、山田", 4) == ["株式会", "社、山田"]
    assert lines("서울 커피", 3) == ["서울", "커피"]
    assert lines("x" * 10, 4) == ["xxxx", "xxxx", "xx"]
    assert lines("น้ำน้ำ", 4) == ["น้ำ", "น้ำ"]  # a tone stays on its letter
    assert lines("", 4) == [""]


@needs_fonts
def test_a_long_name_stays_in_its_column() -> None:
    name = " ".join(["شركة النور للتجارة والمقاولات العامة المحدودة في دبي 2026"] * 4)
    long = write_pdf(named(name))
    short = write_pdf(named("شركة"))
    edges = []
    for made in (long, short):
        found: list[float] = []
        page = PdfReader(BytesIO(made.content)).pages[0]
        page.extract_text(
            visitor_text=lambda text, _cm, tm, *_, found=found: (
                found.append(tm[4]) if text.strip() == "1,204" else None
            )
        )
        edges.append(min(found))
        assert found
    assert edges[0] == edges[1]
    assert texts(long).count("2026") > texts(short).count("2026") + 8


@pytest.mark.parametrize(
    "name",
    [
        "Müller",
        *(pytest.param(name, marks=needs_fonts) for name in ("شركة النور", "東京カフェ", "हिन्दी")),
    ],
)
def test_the_same_bytes_in_another_process(name: str) -> None:
    program = (
        "import hashlib, sys; from jpcli.reports.statement.pdf import write_pdf;"
        " from tests.reports.statement.samples import named;"
        " print(hashlib.sha256(write_pdf(named(sys.argv[1])).content).hexdigest())"
    )
    hashes = {
        subprocess.run(
            [sys.executable, "-c", program, name],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(hashes) == 1


@needs_fonts
def test_an_address_goes_from_the_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its host stands before its path in every script, as in a browser."""
    seen: dict[str, list[str]] = {}

    def runs_seen(text: str, faces: Any, from_right: bool) -> Any:
        found = runs(text, faces, from_right)
        if text.endswith("/1"):
            seen[text] = [run.text for run in found]
        return found

    monkeypatch.setattr("jpcli.reports.statement.sheet.runs", runs_seen)
    site = SitePart("https://xn--4dbrk0ce.example/1", 1, 1)
    part = ClientPart("A", 1, 1, (site,))
    write_pdf(INVOICE._replace(clients=(part,)))
    assert seen == {"ישראל.example/1": ["ישראל", ".example/1"]}


# Name -> how it stands in a file that has no letters for it; None is a mark.
SPELLED = {
    "東京": None,
    "東京カフェ": None,
    "ひかり東京": None,
    "北京东方": None,
    "㈱": None,
    "㍿ひかり": None,
    "カフェ": "kafue",
    "ひかり": "hikari",
    "서울": "seoul",
    "Москва": "москва",
    "النور": "alnwr",
    "𗀦": "[u+17026]",  # which AnyAscii reads as a question mark
}


@pytest.mark.usefixtures("without_fonts")
@pytest.mark.parametrize("name", SPELLED)
def test_han_is_never_read_as_mandarin(name: str) -> None:
    found = Speller(Letters()).spell(name)
    expected = SPELLED[name]
    if expected is None:
        assert re.fullmatch(r"\[Han [0-9a-f]{6}\]", found)
        assert found == Speller(Letters()).spell(name)  # wherever it stands
        assert found != Speller(Letters()).spell(f"{name}町")
    else:
        assert found.casefold() == expected


@pytest.mark.usefixtures("without_fonts")
@pytest.mark.parametrize("script", NAMES)
def test_without_fonts_it_is_said_and_nothing_is_lost(script: str) -> None:
    made = write_pdf(named(NAMES[script]))
    assert script in made.respelled
    assert not made.has_all_fonts
    found = texts(made)
    assert "?" not in found
    assert "\ufffd" not in found
    assert "are spelled in Latin" in found


@pytest.mark.usefixtures("without_fonts")
@pytest.mark.parametrize("place", ["agency", "client", "site", "product", "for"])
def test_every_place_of_a_name_is_said(place: str) -> None:
    other = "東京"
    part = ClientPart("A", 1, 1, (SitePart("https://a.example", 1, 1),))
    invoice = INVOICE._replace(clients=(part,), lines=(LINE,))
    statements: dict[str, Statement] = {
        "agency": invoice._replace(agency=other),
        "client": invoice._replace(clients=(part._replace(client=other),)),
        "site": invoice._replace(
            clients=(part._replace(sites=(SitePart("https://xn--1lqs71d.example", 1, 1),)),)
        ),
        "product": invoice._replace(lines=(LINE._replace(name=other),)),
        "for": invoice._replace(whose=Whose(other)),
    }
    made = write_pdf(statements[place])
    assert made.respelled == ("Han",)
    assert write_pdf(invoice).respelled == ()
    if place == "site":  # an address is spelled in no other way than the wire's
        assert "xn--1lqs71d.example" in texts(made)


@pytest.mark.parametrize("name", ["東京", "a ⁇", "𓀀", "\U0001fae0", "ᚠ", "؟"])
def test_never_a_question_mark_for_a_letter(name: str, without_fonts: None) -> None:
    found = Speller(Letters()).spell(name)
    assert found.strip()
    assert "?" not in found.removesuffix("?" if normalize("NFKC", name)[-1] in "?؟" else "")


@pytest.mark.parametrize(
    ("names", "places", "region"),
    [
        (["東京", "カフェ"], ("UTC", "usd"), 0),
        (["東京", "서울"], ("UTC", "usd"), 1),
        (["東京"], ("Asia/Tokyo", "usd"), 0),
        (["台北"], ("UTC", "twd"), 3),
        (["東京"], ("UTC", "usd"), 2),
        (["Shop"], ("Asia/Hong_Kong", "usd"), 4),
    ],
)
def test_han_takes_the_forms_of_its_place(
    names: list[str], places: tuple[str, str], region: int
) -> None:
    assert region_of(names, places) == region
