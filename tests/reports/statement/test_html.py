"""The HTML file: what it says, that it is whole by itself, and that names stay names."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from jpcli.reports.statement.html import write_html
from jpcli.reports.statement.statement import ClientPart, Party, SitePart, Statement, Whose
from tests.reports.statement.samples import INVOICE, LINE, long, named

VOID = {"meta", "rect", "line"}
HOSTILE = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "</title></style><b>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt;",
]


class Page(HTMLParser):
    """Tags in order, and the text of each element; complains about what is not closed."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and self._open[-1] != "style":
            self.texts.append(" ".join(data.split()))


def html(statement: Statement) -> str:
    return "".join(write_html(statement))


def texts(statement: Statement) -> list[str]:
    return Page(html(statement)).texts


def test_a_site_is_written_as_a_person_reads_it() -> None:
    site = SitePart("https://xn--mller-kva.example/caf%C3%A9", 1, 1)
    found = texts(INVOICE._replace(clients=(ClientPart("Shop", 1, 1, (site,)),)))
    assert "müller.example/café" in found
    assert '<bdi dir="ltr">müller' in html(
        INVOICE._replace(clients=(ClientPart("Shop", 1, 1, (site,)),))
    )


def test_an_invoice_says_what_it_must() -> None:
    found = texts(INVOICE)
    for text in (
        "Northlight Studio · Invoice · INV-2026-10",
        "October 1 – 31, 2026",
        "November 1, 2026",
        "November 15, 2026",
        "Open",
        "$190.00",
        "1,204",
        "$0.16",
        "$192.64",
        "Correction of September 2026",
        "−$1.60",
        "Credit from earlier months",
        "−$1.04",
        "Shop Ltd",
        "shop.example",
        "No client",
        "Licenses on no site",
        "30 to 37 licenses a day.",
        f"Content hash {'ab' * 32}",
    ):
        assert text in found, text
    assert any(text.startswith("A day is any calendar day") for text in found)
    assert "Preview" not in found


def test_no_scripts_and_nothing_from_outside() -> None:
    source = html(INVOICE)
    page = Page(source)
    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object", "base"}
    for tag, attributes in page.tags:
        assert not {"src", "href", "srcset", "style"} & set(attributes), tag
        assert not [name for name in attributes if name.startswith("on")]
    assert not re.search(r"url\(|@import|https?://", source)
    assert "default-src 'none'" in source


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(name: str) -> None:
    page = Page(html(named(name)))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in Page(html(named("x"))).tags]
    assert page.texts.count(name) >= 3
    style = html(named(name)).partition("<style>")[2].partition("</style>")[0]
    assert name not in style


def test_control_characters_are_shown() -> None:
    found = texts(named("a\x1b[31m\u202eb\n\u00a0\u200dc"))
    assert r"a\x1b[31m\u202eb\n" + " \u200dc" in found


def test_the_tables_can_be_listened_to() -> None:
    tags = Page(html(INVOICE)).tags
    assert [tag for tag, _ in tags].count("caption") == 2
    assert all("scope" in attributes for tag, attributes in tags if tag == "th")
    (strip,) = [attributes for tag, attributes in tags if tag == "svg"]
    assert strip["role"] == "img"
    assert strip["aria-label"] == "Active licenses a day: 30 to 37"
    assert ("html", {"lang": "en"}) in tags


def test_the_strip_has_every_day() -> None:
    found = texts(INVOICE)
    assert "Oct 1: 30" in found
    assert "Oct 31: 37" in found
    rects = [attributes for tag, attributes in Page(html(INVOICE)).tags if tag == "rect"]
    assert len(rects) == 31
    assert (rects[0]["class"], rects[-1]["class"]) == ("h1", "h5")


def test_a_preview_is_marked() -> None:
    days = tuple(day._replace(known=day.day <= "2026-10-12") for day in INVOICE.per_day)
    preview = INVOICE._replace(
        number=None, status="preview", issued=None, due=None, content_hash=None,
        as_of_day="2026-10-12", per_day=days,
    )  # fmt: skip
    found = texts(preview)
    assert "Preview" in found
    assert "Northlight Studio · Preview · October 2026" in found
    assert any(text.startswith("Preview, not an invoice.") for text in found)
    assert {"As of", "October 12, 2026", "Expected total"} <= set(found)
    assert not {"Issued", "Due"} & set(found)
    assert "Oct 13: 33, expected" in found


def test_a_void_invoice_is_marked() -> None:
    found = texts(INVOICE._replace(status="void"))
    assert any(text.startswith("Void. This invoice is not to be paid") for text in found)
    assert "Total due" not in found


def test_past_due_and_paid() -> None:
    assert "Past due" in texts(INVOICE._replace(past_due=True))
    paid = INVOICE._replace(status="paid", paid="2026-11-03", amount_paid_minor=19000)
    assert "Paid on November 3, 2026" in texts(paid)
    partly = texts(INVOICE._replace(amount_paid_minor=4000))
    assert {"Paid", "$40.00", "Still due", "$150.00"} <= set(partly)


def test_a_clients_statement_keeps_the_agencys_affairs_out() -> None:
    part = ClientPart("Shop Ltd", 1000, 15900, (SitePart("https://shop.example", 1000, 15900),))
    found = texts(
        INVOICE._replace(
            whose=Whose("Shop Ltd"),
            clients=(part,),
            lines=(LINE,),
            past_due=True,
            total_minor=15900,
        )
    )
    assert {"Statement", "For", "Shop Ltd", "Site", "shop.example", "$159.00"} <= set(found)
    assert not {"Status", "Past due", "Client", "No client"} & set(found)
    assert not [text for text in found if "hash" in text]


def test_a_clients_statement_says_whom_it_is_for_and_how_to_pay() -> None:
    made = INVOICE._replace(
        whose=Whose("Shop Ltd"),
        own_number="INV-2026-10-03",
        sender=Party("12 Harbor <Lane>", "US-1"),
        receiver=Party("High Street 1", "GB1"),
        payment_note="To <IBAN>",
        head="cd" * 32,
    )
    found = texts(made)
    assert {
        "INV-2026-10-03",
        "12 Harbor <Lane>",
        "Tax ID US-1",
        "High Street 1",
        "GB1",
        "Due",
        "November 15, 2026",
        "To <IBAN>",
        f"Ledger head {'cd' * 32}",
    } <= set(found)
    for other in (
        made._replace(status="void"),
        made._replace(number=None, own_number=None, status="preview"),
        made._replace(total_minor=-1),
    ):
        assert "To <IBAN>" not in texts(other)
    assert "Due" not in texts(made._replace(whose=Whose(None)))


def test_nobodys_statement_says_so() -> None:
    found = texts(INVOICE._replace(whose=Whose(None)))
    assert "Licenses without a client" in found


def test_nothing_to_pay() -> None:
    empty = INVOICE._replace(lines=(), clients=(), total_minor=0)
    found = texts(empty)
    assert "No license was active: nothing to pay." in found
    assert "By client and site" not in found


def test_currencies_keep_their_decimals() -> None:
    assert "¥19,000" in texts(INVOICE._replace(currency="jpy"))
    assert "KWD 19.000" in texts(INVOICE._replace(currency="kwd"))


def test_too_many_sites_are_counted_not_named() -> None:
    sites = tuple(SitePart(f"https://{number}.example", 1, 1) for number in range(2001))
    crowd = INVOICE._replace(clients=(ClientPart("Shop Ltd", 2001, 2001, sites),))
    found = texts(crowd)
    assert "7.example" not in found
    assert any(text.startswith("There are too many sites") for text in found)


def test_long_tables_repeat_their_heads_in_print() -> None:
    source = html(long())
    assert "display: table-header-group" in source
    assert texts(long()).count("Client 299") == 1
