"""The questions of `init` on a terminal: all are asked before anything is written.

Owns what is proposed, and that an answer which can't be taken is asked for again. Nothing here
writes a ledger, so whoever leaves in the middle leaves nothing behind.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from jpcli.cli.render.stderr import prompt, read_pasted, write_failure, write_notes, write_problems
from jpcli.cli.shared.failure import failure_from
from jpcli.domain.answers import Note
from jpcli.domain.errors import BadInput
from jpcli.domain.words import count

if TYPE_CHECKING:
    from collections.abc import Callable

    from jpcli.cli.app.invocation import Invocation
    from jpcli.domain.dashboard_list import Listed

T = TypeVar("T")
SHIPPED_CURRENCY = "usd"
# What else it is called.
UTC = ("Etc/UTC", "Etc/UCT", "Etc/Zulu", "Etc/Universal", "UCT", "Universal", "Zulu")


class Card(NamedTuple):
    """A card as it is put on file."""

    brand: str
    last4: str
    exp: str


class Answers(NamedTuple):
    """What was answered; `prices` as `init` takes it."""

    name: str | None
    currency: str
    prices: str | None
    time_zone: str
    card: Card | None
    licenses: list[Listed]


def ask_all(invocation: Invocation) -> Answers:
    """Ask for everything, with a proposal for each; BadInput `cancelled` where stdin ends or the
    last answer is a no."""
    from jpcli.domain.calendar import check_zone
    from jpcli.domain.currency import check_currency
    from jpcli.services.ledger.init import checked_name

    _say(invocation, "A few questions; Enter takes what is proposed, Ctrl-C leaves nothing behind")
    name = _ask(invocation, "The agency's name", "Agency", checked_name)
    currency = _ask(invocation, "Currency", SHIPPED_CURRENCY, check_currency)
    prices = None
    if currency != SHIPPED_CURRENCY:
        question = f"The price list that ships is in USD. A file with prices in {currency.upper()}"
        prices = _ask(invocation, question, "none", lambda text: _checked_list(text, currency))

    def zone(text: str) -> str:
        check_zone(text)
        return text

    time_zone = _ask(invocation, "Time zone whose midnights part the days", system_zone(), zone)
    question = "Card on file, as visa 4242 12/2030; its number never goes in"
    card = _ask(invocation, question, "none yet", _card)
    licenses = [] if prices == "none" else _ask_list(invocation, prices, currency, time_zone)
    return Answers(name, currency, prices, time_zone, card, licenses)


def _ask(invocation: Invocation, question: str, default: str, check: Callable[[str], T]) -> T:
    """The answer as `check` gives it back; what it refuses is said and asked for again."""
    while True:
        answer = prompt(question, invocation.output, default)
        try:
            return check(answer)
        except BadInput as error:
            write_failure(failure_from(error), invocation.output)


def _checked_list(text: str, currency: str) -> str:
    from jpcli.services.ledger.init import price_names

    price_names(text, currency)
    return text


def _card(text: str) -> Card | None:
    """Brand, last four digits and expiry; none of a card's number."""
    from jpcli.domain.card_numbers import check_no_card_number
    from jpcli.domain.cards import check_brand, check_last4, parse_exp

    if text in ("none yet", "none", "no", "-"):
        return None
    check_no_card_number(text)
    *brand, last4, exp = ["", "", *text.split()] if len(text.split()) < 3 else text.split()
    if not all(brand):
        hint = "Write brand, last four digits and expiry: visa 4242 12/2030."
        raise BadInput("bad_card", f"{text!r} is no card.", hint=hint)
    parse_exp(exp)
    return Card(check_brand(" ".join(brand)), check_last4(last4), exp)


def _ask_list(
    invocation: Invocation, prices: str | None, currency: str, time_zone: str
) -> list[Listed]:
    """The licenses that there are already, until all of the list is understood."""
    from jpcli.services.ledger.dashboard import read_dashboard

    _say(
        invocation,
        "Licenses that you have already: paste the list from your dashboard, or a line for each,"
        " as   shop.example: Scan, Backup 10 GB",
    )
    while True:
        _say(invocation, "An empty line ends it; at once, where there are none")
        found = read_dashboard(
            list(read_pasted()),
            prices=prices,
            currency=currency,
            time_zone=time_zone,
            now_at=invocation.now_at,
        )
        if found.problems:
            many = count(len(found.problems), "line was", "lines were")
            _say(invocation, f"{many} not understood, so nothing is taken yet", "warning")
            write_problems(found.problems, invocation.output)
            continue
        if not found.licenses or _are_meant(invocation, found.licenses):
            return found.licenses


def _are_meant(invocation: Invocation, licenses: list[Listed]) -> bool:
    """Show what was understood, and ask whether it is right."""
    sites = {one.site for one in licenses if one.site is not None}
    products = Counter(one.product for one in licenses)
    listed = ", ".join(f"{number:,} × {product}" for product, number in sorted(products.items()))
    undated = sum(one.issued is None for one in licenses)
    since = f"; {count(undated, 'license')} without a date of issue, counted from now on"
    found = f"{count(len(licenses), 'license')} on {count(len(sites), 'site')}: {listed}"
    _say(invocation, found + (since if undated else ""), "ok")
    answer = prompt("Take these over, y or n", invocation.output, "y")
    return answer.lower() in ("y", "yes")


def _say(invocation: Invocation, message: str, kind: str = "info") -> None:
    write_notes([Note("question", message, kind)], invocation.output)


def system_zone() -> str:
    """The zone of this machine by its IANA name; UTC where it is none."""
    from jpcli.domain.calendar import check_zone

    linked = os.path.realpath("/etc/localtime").partition("/zoneinfo/")[2]
    for name in (os.environ.get("TZ", "").removeprefix(":"), _zone_file(), linked):
        try:
            check_zone(name)
        except BadInput:
            continue
        return "UTC" if name in UTC else name
    return "UTC"


def _zone_file() -> str:
    try:
        with open("/etc/timezone", encoding="ascii") as file:
            return file.read(100).strip()
    except (OSError, ValueError):
        return ""
