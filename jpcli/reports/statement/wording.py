"""What statements say, the same in every format: dates, titles, facts and the small print.

Owns the words. How they are set is for `html` and `pdf`; nothing here escapes markup.
"""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.money import display_day_price
from jpcli.domain.site_urls import readable
from jpcli.domain.words import MONTHS, long_day, month_name, short_day
from jpcli.reports.statement.text import clean, money, number

if TYPE_CHECKING:
    from jpcli.reports.statement.statement import ClientPart, SitePart, Statement, StatementLine

_STATUS = {
    "draft": "Draft",
    "open": "Open",
    "paid": "Paid",
    "void": "Void",
    "uncollectible": "Uncollectible",
    "preview": "Preview",
}
A_DAY = (
    "A day is any calendar day on which a license was active, assigned to a site or not; the day of"
    " issue and the day of revocation both count."
)
# Past this many sites a document names the clients only.
MOST_SITES = 2000


class Fact(NamedTuple):
    """One line of the head: what, and its value."""

    label: str
    value: str


class Cells(NamedTuple):
    """One line of the table of lines: `note` is set small below the name. `days` and `price` may
    be empty."""

    name: str
    note: str
    days: str
    price: str
    amount: str


def amount(minor: int, statement: Statement) -> str:
    """`$81.27`, with a real minus."""
    return money(minor, statement.currency)


def agency(statement: Statement) -> str:
    """Who sends it."""
    return clean(statement.agency) or "Jetpack licenses"


def kind(statement: Statement) -> str:
    """What it is, above its number."""
    if statement.is_preview:
        return "Preview"
    return "Invoice" if statement.whose is None else "Statement"


def title(statement: Statement) -> str:
    """The number, of a client's statement its own; or the month of a preview."""
    number = statement.own_number or statement.number or ""
    return clean(number) or month_name(statement.period)


def sender(statement: Statement) -> list[str]:
    """Below the name of who sends it: where that is, and its number for taxes."""
    found = [clean(statement.sender.address)]
    if statement.sender.tax_id:
        found.append(f"Tax ID {clean(statement.sender.tax_id)}")
    return [line for line in found if line]


def file_title(statement: Statement) -> str:
    """What a reader of documents shows in its title bar."""
    parts = [agency(statement), kind(statement), title(statement)]
    if statement.whose is not None:
        parts.append(receiver(statement))
    return " · ".join(parts)


def receiver(statement: Statement) -> str:
    """Whom a client's statement is for."""
    assert statement.whose is not None
    name = statement.whose.client
    return "Licenses without a client" if name is None else clean(name)


def period(statement: Statement) -> str:
    """`November 1 – 30, 2026`."""
    first, last = statement.first_day, statement.last_day
    return f"{MONTHS[int(first[5:7]) - 1]} {int(first[8:10])} – {int(last[8:10])}, {first[:4]}"


def status(statement: Statement) -> str:
    """`Open`, `Past due`, `Paid on …`."""
    if statement.past_due:
        return "Past due"
    if statement.settled_elsewhere:
        return "Settled elsewhere"
    word = _STATUS.get(statement.status, clean(statement.status))
    if statement.status == "paid" and statement.paid is not None:
        return f"{word} on {long_day(statement.paid)}"
    return word


def facts(statement: Statement) -> list[Fact]:
    """The head. Whether and when the agency pays its own bill is no client's business, but when
    the client is to pay is."""
    found = []
    if statement.whose is not None:
        found.append(Fact("For", receiver(statement)))
    if statement.receiver.address:
        found.append(Fact("Address", clean(statement.receiver.address)))
    if statement.receiver.tax_id:
        found.append(Fact("Tax ID", clean(statement.receiver.tax_id)))
    found.append(Fact("Period", period(statement)))
    if statement.issued is None or statement.due is None:
        found.append(Fact("As of", long_day(statement.as_of_day)))
    else:
        found.append(Fact("Issued", long_day(statement.issued)))
        if statement.whose is None or (statement.whose.client and statement.status != "void"):
            found.append(Fact("Due", long_day(statement.due)))
    if statement.whose is None or statement.is_preview or statement.status == "void":
        found.append(Fact("Status", status(statement)))
    found.append(Fact("Time zone", clean(statement.time_zone)))
    return found


def total_label(statement: Statement) -> str:
    """What the sum at the top is called."""
    if statement.is_preview and not statement.settled_elsewhere:
        return "Expected total"
    owed = statement.whose is None and statement.status in ("draft", "open")
    return "Total due" if owed else "Total"


def banner(statement: Statement) -> str:
    """What must not be missed; empty for a statement as it should be."""
    if statement.settled_elsewhere:
        return (
            f"Not an invoice. {month_name(statement.period)} lies before the first month that is"
            " billed here: it was settled elsewhere."
        )
    if statement.is_preview:
        sentence = f"Preview, not an invoice. {month_name(statement.period)} is not closed yet"
        if statement.as_of_day < statement.last_day:
            sentence += (
                f": days after {long_day(statement.as_of_day)} are counted as they will be if"
                " nothing changes"
            )
        return sentence + "."
    if statement.status == "void":
        return "Void. This invoice is not to be paid; its month is billed again under a new number."
    return ""


def line_cells(line: StatementLine, statement: Statement) -> Cells:
    """One line as it is read."""
    price = line.day_price_e12
    return Cells(
        name=clean(line.name),
        note=_line_note(line, statement),
        days="" if line.kind == "credit" else number(line.days),
        price="" if price is None else display_day_price(price, statement.currency),
        amount=amount(line.amount_minor, statement),
    )


def _line_note(line: StatementLine, statement: Statement) -> str:
    if line.kind == "adjustment" and line.period is not None:
        return f"Correction of {month_name(line.period)}"
    if line.kind == "credit":
        return ""
    notes = []
    if (line.first_day, line.last_day) != (statement.first_day, statement.last_day):
        assert line.first_day is not None
        assert line.last_day is not None
        notes.append(f"{short_day(line.first_day)} – {short_day(line.last_day)}")
    if line.kind == "bundle":
        if statement.whose is None:
            notes.append(f"{line.license_days:,} license-days in these bundles")
        else:
            notes.append("Part of a bundle, by license-days")
    return " · ".join(notes)


def client_name(part: ClientPart) -> str:
    """A client, or nobody."""
    return "No client" if part.client is None else clean(part.client)


def site_name(part: SitePart) -> str:
    """A site's address as a person reads it, without the usual scheme, or none."""
    if part.site is None:
        return "Licenses on no site"
    return clean(readable(part.site).removeprefix("https://"))


def site_on_the_wire(part: SitePart) -> str:
    """The same in letters that every font has: `xn--mller-kva.example/caf%C3%A9`."""
    return clean((part.site or "").removeprefix("https://"))


def lists_sites(statement: Statement) -> bool:
    """Whether sites are named one by one."""
    sites = chain.from_iterable(part.sites for part in statement.clients)
    return not any(True for _ in islice(sites, MOST_SITES, None))


def shows_clients(statement: Statement) -> bool:
    """Whether it is divided at all: not where nobody has anything."""
    return any(part.client or any(part.sites) for part in statement.clients)


def clients_heading(statement: Statement) -> str:
    """Above the second table."""
    return "By client and site" if statement.whose is None else "By site"


def days_heading(statement: Statement) -> str:
    """Above the strip: `Active licenses a day: 3 to 12`."""
    counts = [count.licenses for count in statement.per_day]
    low, high = min(counts, default=0), max(counts, default=0)
    return number(low) if low == high else f"{number(low)} to {number(high)}"


def small_print(statement: Statement) -> list[str]:
    """What a day is, what corrections are, why amounts may look a cent off."""
    found = [A_DAY]
    kinds = {line.kind for line in statement.lines}
    if "adjustment" in kinds:
        found.append(
            "A correction is what an earlier month comes to now, less what was billed for it:"
            " something was recorded after that month had been closed."
        )
    if "credit" in kinds:
        found.append("Credit is money of earlier months that is used, or of this one that is kept.")
    if statement.discount:
        found.append(f"A discount of {statement.discount}% is taken off every line.")
    if statement.whose is not None:
        found.append(
            "Amounts are parts of lines that are rounded as a whole, so they can differ from days"
            " times price by the smallest unit."
        )
    elif shows_clients(statement):
        found.append(
            "The days of sites and clients are license-days; their amounts add up exactly."
        )
    if not lists_sites(statement):
        found.append("There are too many sites to name them here; the JSON form has them all.")
    return found


def payment(statement: Statement) -> str:
    """How to pay it; nothing where nothing is to be paid."""
    is_bill = not statement.is_preview and statement.status != "void" and statement.total_minor > 0
    return clean(statement.payment_note) if is_bill else ""


def fine_print(statement: Statement) -> list[str]:
    """What it is checked by: the hash of the whole invoice, and the ledger's head at its closing,
    since which nothing before it can have been rewritten unseen."""
    found = []
    if statement.content_hash is not None and statement.whose is None:
        found.append(f"Content hash {statement.content_hash}")
    if statement.head and not statement.is_preview:
        found.append(f"Ledger head {statement.head}")
    return found


def totals(statement: Statement) -> list[Fact]:
    """Below the lines: the total, and what of it is paid where that is a part."""
    found = [Fact(total_label(statement), amount(statement.total_minor, statement))]
    paid_minor = statement.amount_paid_minor
    if statement.whose is None and 0 < paid_minor < statement.total_minor:
        found.append(Fact("Paid", amount(paid_minor, statement)))
        found.append(Fact("Still due", amount(statement.total_minor - paid_minor, statement)))
    return found


def days_caption(statement: Statement) -> str:
    """Below the strip."""
    sentence = f"{days_heading(statement)} licenses a day"
    if days_heading(statement) == "1":
        sentence = "1 license a day"
    if any(not count.known for count in statement.per_day):
        sentence += "; the pale days are still to come"
    return sentence + "."
