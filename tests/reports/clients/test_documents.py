"""A year of every client as HTML and PDF: what it says, that it is whole by itself, that names stay
names, and that the bars are as high as the amounts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jpcli.reports.clients.chart import chart_of
from jpcli.reports.clients.html import write_html
from jpcli.reports.clients.pdf import write_pdf
from jpcli.reports.clients.year import MOST_MONTHS, ClientsYear, Profit, YearClient, YearMonth
from tests.reports.statement.test_html import HOSTILE, Page


def year(*clients: YearClient, months: int = 2) -> ClientsYear:
    """So many months, the last one not over, with what the clients have of each."""
    columns = [[client.months[at] for client in clients] for at in range(months)]
    return ClientsYear(
        year="2026",
        agency="Acme <b>Agency</b>",
        currency="usd",
        time_zone="UTC",
        as_of_day="2026-02-11",
        made_at=0,
        months=tuple(
            YearMonth(
                f"2026-{at:02}",
                "closed" if at < months else "projected",
                f"INV-2026-{at:02}" if at < months else None,
                Profit(sum(p.cost_minor for p in column), sum(p.billed_minor for p in column)),
            )
            for at, column in enumerate(columns, 1)
        ),
        clients=clients,
    )


ANN = YearClient("Ann", "20", (Profit(1000, 1200), Profit(500, 600)))
NOBODY = YearClient(None, None, (Profit(300, 0), Profit(0, 0)))


def html(found: ClientsYear) -> str:
    return "".join(write_html(found))


def test_it_says_what_each_client_costs_is_billed_and_brings() -> None:
    texts = Page(html(year(ANN, NOBODY))).texts
    begin = texts.index("Ann")
    assert texts[begin : begin + 5] == ["Ann", "Markup 20%", "$15.00", "$18.00", "$3.00"]
    begin = texts.index("No client")
    assert texts[begin : begin + 5] == ["No client", "Billed to nobody", "$3.00", "$0.00", "−$3.00"]
    # A month in which a client has nothing has no row.
    assert texts[begin + 5 : begin + 10] == ["January 2026", "$3.00", "$0.00", "−$3.00", "Total"]
    assert "Projected to its end" in texts
    assert "INV-2026-01" in texts


def test_it_is_one_file_without_scripts_and_addresses() -> None:
    found = html(year(*(YearClient(name, None, ANN.months) for name in HOSTILE)))
    page = Page(found)
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "img", "link", "iframe", "b"}
    assert not [attrs for _, attrs in page.tags if {"src", "href", "onerror"} & attrs.keys()]
    for name in HOSTILE:
        assert name in page.texts


def test_a_year_without_anything_says_so() -> None:
    found = year(months=0)
    assert "Nothing was active in 2026." in Page(html(found)).texts
    assert write_pdf(found).content.startswith(b"%PDF")


def test_too_many_clients_have_no_months() -> None:
    many = [YearClient(f"Client {n}", None, ANN.months) for n in range(MOST_MONTHS // 2 + 1)]
    texts = Page(html(year(*many))).texts
    assert "January 2026" in texts  # of all together
    assert texts.count("January 2026") == 1
    assert any("are too many to name" in text for text in texts)


def test_the_same_year_is_the_same_file() -> None:
    foreign = YearClient("שלום 東京 Łódź", "-10", ANN.months)
    assert write_pdf(year(ANN, foreign)).content == write_pdf(year(ANN, foreign)).content


@given(
    st.lists(
        st.tuples(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9)),
        min_size=1,
        max_size=12,
    )
)
def test_bars_are_as_high_as_the_amounts(amounts: list[tuple[int, int]]) -> None:
    client = YearClient("Ann", None, tuple(Profit(*pair) for pair in amounts))
    chart = chart_of(year(client, months=len(amounts)), 700, 150, 64)
    assert len(chart.bars) == 2 * len(amounts)
    highs = [max(minor, 0) for pair in amounts for minor in pair]
    top = max(highs)
    for bar, minor in zip(chart.bars, highs, strict=True):
        assert 0 <= bar.y <= chart.height == bar.y + bar.height
        assert chart.left <= bar.x
        assert bar.x + bar.width <= chart.width
        for other, more in zip(chart.bars, highs, strict=True):
            assert bar.height <= other.height or minor >= more
    # Round amounts reach to the highest bar, and not far beyond it.
    assert 2 <= len(chart.ticks) <= 7
    assert top == 0 or max(bar.height for bar in chart.bars) * 2 >= chart.height
