"""How a statement is parted into pages: on one where it can be, else nothing stands alone."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from jpcli.reports.statement.pdf import write_pdf
from jpcli.reports.statement.sheet import BOTTOM
from jpcli.reports.statement.statement import ClientPart, SitePart, Statement, Whose
from tests.reports.statement.samples import CORRECTION, CREDIT, INVOICE, LINE

if TYPE_CHECKING:
    from collections.abc import Callable

FOOTER = 37.0  # the height of its base line above the edge of the paper, and a little
SMALL_PRINT = "A day is any calendar day"
HEADS = ("Product Days Per day Amount", "Site License-days Amount", "Client License-days Amount")


def lines(count: int) -> Statement:
    return INVOICE._replace(lines=tuple(LINE._replace(name=f"Product {i}") for i in range(count)))


def for_client(line_count: int, sites: int) -> Statement:
    parts = tuple(SitePart(f"https://row{i}.example", 1, 1) for i in range(sites))
    part = ClientPart("Shop Ltd", 9, 9, parts)
    return lines(line_count)._replace(whose=Whose("Shop Ltd"), clients=(part,))


def for_all(line_count: int, clients: int) -> Statement:
    parts = tuple(
        ClientPart(f"client{i}", 9, 9, (SitePart(f"https://row{i}.example", 1, 1),))
        for i in range(clients)
    )
    return lines(line_count)._replace(clients=parts)


def nobody(line_count: int, _: int) -> Statement:
    """Only lines: nothing is divided."""
    return lines(line_count)._replace(clients=())


def pages_of(statement: Statement) -> list[list[str]]:
    """The lines of each page as they are read, without the footer; none of them stands below where
    a page ends."""
    pages = []
    for page in PdfReader(BytesIO(write_pdf(statement).content)).pages:
        heights: list[float] = []

        def see(text: str, _: object, place: list[float], *__: object, to: list[float]) -> None:
            if text.strip():
                to.append(place[5])

        read = page.extract_text(visitor_text=partial(see, to=heights)).splitlines()
        assert min(height for height in heights if height > FOOTER) > BOTTOM
        pages.append([line for line in read if " · Page " not in line])
    return pages


# Rows that must have room on one page below so many lines, on the shorter paper.
FITS: list[tuple[Callable[[int, int], Statement], int, int]] = [
    (for_client, 1, 21),
    (for_client, 3, 19),
    (for_client, 8, 14),
    (for_all, 1, 10),
    (for_all, 3, 9),
    (for_all, 8, 6),
    (nobody, 20, 0),
]


@pytest.mark.parametrize(("make", "line_count", "rows"), FITS)
@pytest.mark.parametrize("currency", ["usd", "eur"])
def test_what_has_room_on_one_page_is_on_one(
    make: Callable[[int, int], Statement], line_count: int, rows: int, currency: str
) -> None:
    for fewer in range(0, rows + 1, 5):
        statement = make(line_count, rows - fewer)._replace(currency=currency)
        assert len(pages_of(statement)) == 1, rows - fewer


@pytest.mark.parametrize(
    "change",
    [
        {"agency": "A studio with a long name and " * 4},
        {"status": "void"},
        {"number": None, "status": "preview"},
        {"lines": (LINE, CORRECTION, CREDIT)},
        {"discount": "10"},
        {"lines": (), "clients": ()},
    ],
)
def test_what_is_said_besides_leaves_it_on_one_page(change: dict[str, object]) -> None:
    assert len(pages_of(for_client(3, 10)._replace(**change))) == 1  # type: ignore[arg-type]


# Few rows, around the end of the first page, and around that of the second.
NUMBERS = {for_client: (0, 1, *range(20, 25), *range(46, 58)), for_all: (0, *range(9, 27))}


@pytest.mark.parametrize(
    ("make", "rows"), [(make, rows) for make, numbers in NUMBERS.items() for rows in numbers]
)
def test_nothing_stands_alone_on_a_page(make: Callable[[int, int], Statement], rows: int) -> None:
    statement = make(3, rows)
    pages = pages_of(statement)
    shown = [line for page in pages for line in page]
    for i in range(rows):
        assert sum(line.startswith(f"row{i}.example") for line in shown) == 1
    for page in pages:
        assert rows == 0 or any(".example" in line for line in page), page
        assert not any(page[-1].startswith(head) for head in HEADS), page
        assert not page[-1].startswith("client"), page  # whose sites are on the next page
    last = pages[-1]
    end = [i for i, line in enumerate(last) if line.startswith("Total")][-1]
    assert rows == 0 or any(".example" in line for line in last[:end])
    assert any(SMALL_PRINT in line for line in last[end:])


@pytest.mark.parametrize("count", [*range(22, 29), 60])
def test_a_long_table_of_lines_takes_its_total_along(count: int) -> None:
    statement = nobody(count, 0)._replace(amount_paid_minor=100)
    pages = pages_of(statement)
    (page,) = [page for page in pages if any(line.startswith("Still due") for line in page)]
    end = next(i for i, line in enumerate(page) if line.startswith("Total due $"))
    assert any(line.startswith("Product ") and "$0.16" in line for line in page[:end])
    assert any(line.startswith("Paid $1.00") for line in page[end:])
    for each in pages:
        assert each != []
        assert SMALL_PRINT not in each[0]
    assert any(SMALL_PRINT in line for line in pages[-1])
