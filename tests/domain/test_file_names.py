"""Names of files: safe on every system, and never the same for two statements."""

from __future__ import annotations

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain.file_names import file_name, readable_part
from jpcli.domain.invoice_status import invoice_number, statement_number


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("Shop Ltd", "Shop-Ltd"),
        ("A/B", "A-B"),
        ("A:B", "A-B"),
        ("..", ""),
        ("CON", "CON"),
        ("a.pdf ", "a-pdf"),
        ("=cmd|calc", "cmd-calc"),
        ("東京 株式会社", "東京-株式会社"),
        ("हिन्दी", "हिन्दी"),
        ("cafe\u0301", "café"),
        ("a\u202eb", "a-b"),
    ],
)
def test_what_of_a_name_a_file_is_called(name: str, part: str) -> None:
    assert readable_part(name) == part


def test_a_file_begins_with_its_number() -> None:
    assert file_name("INV-2026-10-03", "Shop Ltd", "pdf") == "INV-2026-10-03-Shop-Ltd.pdf"
    assert file_name("INV-2026-10-03", None, "pdf") == "INV-2026-10-03.pdf"


@given(st.text(max_size=400))
def test_any_name_gives_a_file_that_every_system_takes(name: str) -> None:
    made = file_name("INV-2026-10-2-0003", name, "beancount")
    assert len(made.encode()) <= 255
    stem, _, ending = made.rpartition(".")
    assert ending == "beancount"
    assert all(c == "-" or category(c)[0] in "LMN" for c in stem)


def test_a_long_name_is_cut_between_characters() -> None:
    part = readable_part("京" * 200)
    assert part == "京" * 40
    assert readable_part("a" * 119 + "京") == "a" * 119


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 400))
def test_no_statement_has_the_number_of_an_invoice(earlier: int, others: int, place: int) -> None:
    places = place + others
    number = statement_number(invoice_number("2026-10", 0), place, places)
    assert number != invoice_number("2026-10", earlier)
    assert number.rpartition("-")[2].startswith("0")


def test_numbers_of_one_invoice_differ_and_are_in_order() -> None:
    for places in (1, 9, 10, 99, 100, 1000):
        numbers = [statement_number("INV-2026-10", place, places) for place in range(places + 1)]
        assert sorted(set(numbers)) == numbers
    assert statement_number("INV-2026-10", 3, 7) == "INV-2026-10-03"
    assert statement_number("INV-2026-10", 0, 0) == "INV-2026-10-00"
