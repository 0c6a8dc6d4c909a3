"""Making a ledger: what is fixed for its life (M6, D3), and its price list."""

from __future__ import annotations

import os
from secrets import token_hex
from typing import TYPE_CHECKING

from jpcli.domain.addresses import shown
from jpcli.domain.answers import Answer, Note
from jpcli.domain.calendar import BillingCalendar, check_zone, find_skipped
from jpcli.domain.collection import COLLECTS, GATEWAYS, way_by
from jpcli.domain.currency import check_currency
from jpcli.domain.errors import BadInput, Problem, not_among
from jpcli.domain.instants import format_instant
from jpcli.domain.periods import month_of, parse_month
from jpcli.domain.prices import THE_BEGINNING
from jpcli.domain.texts import clean, is_plain_line
from jpcli.domain.words import quoted
from jpcli.ledger.state.zone import zone_facts
from jpcli.ledger.upkeep.places import check_free, create_ledger
from jpcli.services.billing.books import BILL_FROM
from jpcli.services.files.read import read_rows
from jpcli.services.jetpack.access import JETPACK, LICENSINGS, NONE, TOKEN_VARIABLE
from jpcli.services.products.price_list import (
    PRICE_COLUMNS,
    PRICE_INSTEAD,
    PRICE_REQUIRED,
    Priced,
    bad_price_list,
    checked_prices,
    named,
    record_prices,
    shipped_list,
)

if TYPE_CHECKING:
    from jpcli.domain.collection import Way
    from jpcli.domain.contract.ledger import InitAnswer
    from jpcli.ledger.writer import Writer
    from jpcli.services.keyed import Keyed

NO_PRICES = "none"
DEFAULT_CURRENCY = "usd"
MOST_TERMS_DAYS = 365


def check_place(path: str) -> None:
    """Refuse a place where a ledger can't be made, before anything is asked (`ledger_exists`)."""
    check_free(path)


def init(
    path: str,
    *,
    now_at: int,
    actor: str,
    currency: str = DEFAULT_CURRENCY,
    time_zone: str = "UTC",
    name: str | None = None,
    prices: str | None = None,
    payment_terms_days: int = 0,
    payments: str = "offline",
    collect: str | None = None,
    licensing: str = NONE,
    bill_from: str | None = None,
    keyed: Keyed | None = None,
) -> Answer[InitAnswer]:
    """Make the ledger at `path`; `prices` is a file, `none`, or None for the list that ships.

    A price without a date holds from the beginning: nothing has been billed yet, and a history
    that is imported later must find the price of its days. `bill_from` is the month `YYYY-MM` that
    the books begin with, by default the one it is (I7). `licensing` says whose its licenses are;
    nothing is asked of anybody here.

    Raises Refused `ledger_exists`; BadInput for a bad currency, zone, month, name or price list;
    Failed `folder_unwritable`.
    """
    if keyed is None:
        check_free(path)
    code = check_currency(currency)
    check_zone(time_zone)
    agency = checked_name(name)
    check_terms(payment_terms_days)
    if bill_from is not None:
        parse_month(bill_from)
    way = _checked_way(payments, collect, licensing)
    priced = _price_list(prices, code)
    # As asked; of a price list, what is in it.
    listed = prices if prices in (None, NO_PRICES) else [list(price) for price in priced]
    asked = [code, time_zone, name, payment_terms_days, payments, collect, bill_from, listed]
    asked += [] if licensing == NONE else [licensing]  # an older jpcli did not ask
    request = {"command": "init", "asked": asked}
    if keyed is not None and (earlier := keyed.earlier(path, request)) is not None:
        return earlier
    skipped = find_skipped(time_zone)
    calendar = BillingCalendar(time_zone, skipped)
    calendar.checked(now_at, f"The present, {format_instant(now_at)},", "JPCLI_NOW")
    meta = {
        "currency": code,
        "time_zone": time_zone,
        "name": agency,
        "skipped_dates": ",".join(str(ordinal) for ordinal in skipped),
        BILL_FROM: bill_from or month_of(calendar, calendar.day_of(now_at)),
        "payment_terms_days": str(payment_terms_days),
        "ledger_id": token_hex(12),
        "payments": payments,
        "licensing": licensing,
        **zone_facts(calendar),
        **({"collect": collect or COLLECTS[0]} if way.goes_out else {}),
    }

    answer = _answer(shown(path), meta, priced, way, is_meant=prices == NO_PRICES)

    def first_events(writer: Writer) -> None:
        record_prices(writer, priced)
        if keyed is not None:
            keyed.remember(writer, request, answer)

    create_ledger(path, meta, actor=actor, now_at=now_at, first_events=first_events)
    return answer


def _answer(
    path: str, meta: dict[str, str], priced: list[Priced], way: Way, *, is_meant: bool
) -> Answer[InitAnswer]:
    """`is_meant`: that it has no prices was asked for, where it has none."""
    products = len({price.product for price in priced})
    data: InitAnswer = {
        "ledger": path,
        "name": meta["name"],
        "currency": meta["currency"],
        "time_zone": meta["time_zone"],
        "bill_from": meta[BILL_FROM],
        "payment_terms_days": int(meta["payment_terms_days"]),
        "products": products,
    }
    made = f"Made a ledger in {meta['currency'].upper()}, days in {meta['time_zone']}: {path}"
    begin = meta[BILL_FROM]
    books = Note(
        "books_begin",
        f"It bills {begin} and later; earlier days are history, settled elsewhere",
        subject=begin,
        hint="For another first month:   jpcli settings set bill-from MONTH",
    )
    notes = [Note("created", made, "ok", path), books]
    if not products:
        why = "It has no prices yet" if is_meant else "The price list has no rows: no prices yet"
        hint = "jpcli products import FILE"
        notes.append(Note("no_prices", why, "warning", hint=hint))
    notes.append(Note("next", "Next, put a card on file", hint=way.add_card()))  # R1
    if way.mails:
        notes.append(mail_note())
    if meta["licensing"] == JETPACK and not os.environ.get(TOKEN_VARIABLE):
        notes.append(_token_note())
    return Answer(data, tuple(notes))


def _token_note() -> Note:
    """What acting at Jetpack needs and a ledger never holds."""
    message = f"Then set {TOKEN_VARIABLE}, or store the token"
    return Note("next", message, hint="jpcli jetpack login")


def _checked_way(payments: str, collect: str | None, licensing: str) -> Way:
    """How a ledger's bills are collected; raises BadInput `bad_payments`, `bad_collect`,
    `bad_licensing`."""
    if licensing not in LICENSINGS:
        raise not_among("licensing", licensing, LICENSINGS, "--licensing")
    if payments not in GATEWAYS:
        raise not_among("payments", payments, GATEWAYS, "--payments")
    way = way_by(payments, collect)
    if collect is not None:
        _check_collect(way, collect)
    return way


def _check_collect(way: Way, collect: str) -> None:
    if not way.goes_out:
        raise BadInput(
            "bad_collect",
            "--collect is for ledgers that collect through Stripe",
            hint="jpcli init --payments stripe --collect send",
            subject="--collect",
        )
    checked_collect(collect)


def checked_collect(collect: str) -> str:
    """How Stripe collects, as it is kept; raises BadInput `bad_collect`."""
    if collect not in COLLECTS:
        raise not_among("collect", collect[:40], COLLECTS, "--collect")
    return collect


def mail_note() -> Note:
    """What mailing needs and a ledger does not have at first."""
    hint = "jpcli stripe customer --email ADDRESS"
    return Note("next", "Then say where Stripe mails the invoices to", hint=hint)


def _price_list(prices: str | None, currency: str) -> list[Priced]:
    if prices == NO_PRICES:
        return []
    if prices is None and currency != DEFAULT_CURRENCY:
        raise BadInput(
            "no_default_prices",
            f"The price list that ships is in USD, and this ledger would be in {currency.upper()}",
            hint="Name a price list:   --prices FILE    or begin without:   --prices none\n"
            f"To write one:   jpcli products template --currency {quoted(currency)} > prices.csv",
            subject="--prices",
        )
    problems: list[Problem] = []
    if prices is None:
        with shipped_list() as path:
            return _read(path, currency, problems)
    return _read(prices, currency, problems)


def _read(source: str, currency: str, problems: list[Problem]) -> list[Priced]:
    rows = read_rows(
        source,
        known=PRICE_COLUMNS,
        required=PRICE_REQUIRED,
        problems=problems,
        instead=PRICE_INSTEAD,
    )
    priced = checked_prices(rows, currency, problems, THE_BEGINNING)
    if problems:
        raise bad_price_list(problems)
    return named(priced)


def price_names(prices: str | None, currency: str) -> dict[str, list[str]]:
    """The single products of the list that a ledger would begin with, and the names of each."""
    names: dict[str, list[str]] = {}
    for priced in _price_list(prices, check_currency(currency)):
        if priced.bundle_size == 1:
            names.setdefault(priced.product, []).append(priced.name)
    return names


def check_terms(days: int) -> None:
    """Raise BadInput `bad_payment_terms` unless so many days after closing may be a due date."""
    if not 0 <= days <= MOST_TERMS_DAYS:
        raise BadInput(
            "bad_payment_terms", f"Payment terms are 0 to {MOST_TERMS_DAYS} days, not {days}"
        )


def checked_name(name: str | None) -> str:
    """An agency's name as it is kept; raises BadInput `bad_name`."""
    if name is None:
        return "Agency"
    text = clean(name)
    if not text or len(text) > 200 or not is_plain_line(text):
        raise BadInput("bad_name", "The agency's name must be 1 to 200 printable characters")
    return text
