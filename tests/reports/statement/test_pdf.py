"""The PDF file: the same bytes for the same statement, every page with its head, any name."""

from __future__ import annotations

import sys
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from jpcli.domain.errors import BadInput
from jpcli.domain.extras import install_command
from jpcli.reports.statement.documents import write_document
from jpcli.reports.statement.pdf import write_pdf as write
from tests.reports.statement.samples import INVOICE, long, named

if TYPE_CHECKING:
    from jpcli.reports.statement.statement import Statement


def write_pdf(statement: Statement) -> bytes:
    return write(statement).content


def page_texts(document: bytes) -> list[str]:
    """The text of each page, as another program reads it."""
    return [page.extract_text() for page in PdfReader(BytesIO(document)).pages]


def shown(statement: Statement) -> str:
    return " ".join("\n".join(page_texts(write_pdf(statement))).split())


def test_an_invoice_says_what_it_must() -> None:
    found = shown(INVOICE)
    for text in (
        "Northlight Studio",
        "INV-2026-10",
        "October 1 – 31, 2026",
        "November 15, 2026",
        "$190.00",
        "1,204",
        "Correction of September 2026",
        "−$1.60",
        "shop.example",
        "Licenses on no site",
    ):
        assert text in found, text


def test_the_same_statement_gives_the_same_bytes() -> None:
    assert write_pdf(INVOICE) == write_pdf(INVOICE)
    assert b"/CreationDate (D:20261101080000Z)" in write_pdf(INVOICE)
    assert write_pdf(INVOICE) != write_pdf(INVOICE._replace(status="paid"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Žluťoučký kůň", "Žluťoučký kůň"),
        ("Αθήνα", "Αθήνα"),
        ("Москва", "Москва"),
        ("e\u0301", "é"),
    ],
)
def test_names_in_letters_of_the_text_font(name: str, expected: str) -> None:
    assert write(named(name)).respelled == ()
    found = shown(named(name))
    assert found.count(expected) >= 4
    assert "\ufffd" not in found
    assert "are spelled in Latin" not in found


@pytest.mark.parametrize(
    "name", ["مرحبا", "שלום", "ไทย", "🎉 Party", "a\x00\x1b[1m\u202e", "x" * 900]
)
def test_no_name_is_too_much(name: str) -> None:
    document = write_pdf(named(name))
    assert document.startswith(b"%PDF-")
    assert "\ufffd" not in shown(named(name))


def test_a_long_invoice_repeats_the_heads() -> None:
    document = write_pdf(long())
    texts = page_texts(document)
    assert len(texts) > 10
    for number, text in enumerate(texts, 1):
        assert f"Page {number} of {len(texts)}" in text
        heads = ("Product Days Per day Amount", "Client License-days Amount")
        assert any(head in text for head in heads)


def test_paper_is_what_people_have() -> None:
    assert b"/MediaBox [0 0 612.00 792.00]" in write_pdf(INVOICE)
    assert b"/MediaBox [0 0 595.28 841.89]" in write_pdf(INVOICE._replace(currency="eur"))


@pytest.mark.parametrize(
    "currency", ["jpy", "kwd", "inr", "krw", "vnd", "pln", "ils", "ngn", "chf"]
)
def test_every_currency_has_its_sign(currency: str) -> None:
    found = shown(INVOICE._replace(currency=currency))
    assert "\ufffd" not in found
    assert "?" not in found


@pytest.mark.parametrize("module", ["fpdf", "fontpkg_source_sans_3", "anyascii", "fontTools"])
def test_a_missing_package_is_named(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pdf", "paper", "sheet", "fonts", "letters", "speller"):
        monkeypatch.delitem(sys.modules, f"jpcli.reports.statement.{name}", raising=False)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(BadInput) as caught:
        write_document(INVOICE, "pdf")
    assert caught.value.code == "missing_extra"
    assert caught.value.hint == install_command("pdf", sys.executable)
