"""The checks of an audit that are on or off: cards, invoices, the outbox, families, the ledger.

Each is one function that gives one `Check`; `CHECKS` has them by the name that a policy calls them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.cards import describe
from jpcli.domain.money import display_amount
from jpcli.domain.periods import month_period, next_month, parse_month
from jpcli.domain.words import and_more, count, quoted
from jpcli.ledger.queries import audit, invoices, sites
from jpcli.ledger.queries.cards import cards
from jpcli.ledger.queries.collection import way_of
from jpcli.reports.audit.outcome import ERROR, NAMED, Check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jpcli.services.desk import Desk


def switched_checks(desk: Desk, levels: Mapping[str, str]) -> Iterator[Check]:
    """The checks that are on, with the level of each."""
    for name, level in levels.items():
        yield CHECKS[name](desk)._replace(level=level, key=f"checks.{name}")


def _primary_card(desk: Desk) -> Check:
    """R1: without one, issuing is paused."""
    found = cards(desk.ledger)
    primary = next((card for card in found if card.primary), None)
    expected = "a primary card on file"
    if primary is not None:
        actual = describe(primary)
        return Check("primary_card", True, expected, actual, f"The primary card is {actual}")
    actual = f"{count(len(found), 'card')}, none primary" if found else "no card"
    fix = f"jpcli cards primary {quoted(found[0].id)}" if found else _add_card(desk)
    message = "There is no primary card on file: issuing is paused"
    return Check("primary_card", False, expected, actual, message, fix=fix)


def _card_expiry(desk: Desk) -> Check:
    """R4: an expired card refuses nothing until it is charged; here it is a finding before that."""
    charge = _next_charge(desk)
    expected = f"a primary card valid on {charge}"
    primary = next((card for card in cards(desk.ledger) if card.primary), None)
    if primary is None:
        message = "There is no primary card that could expire"
        return Check("card_expiry", True, expected, "no primary card", message)
    until = f"{primary.exp_month:02d}/{primary.exp_year}"
    actual = f"{describe(primary)}, valid to the end of {until}"
    if (primary.exp_year, primary.exp_month) >= (int(charge[:4]), int(charge[5:7])):
        message = f"The primary card is valid at the next charge on {charge}"
        return Check("card_expiry", True, expected, actual, message)
    message = f"{describe(primary)} is valid to the end of {until}, and charged next on {charge}"
    add = _add_card(desk)
    return Check("card_expiry", False, expected, actual, message, ERROR, (primary.id,), 1, add)


def _add_card(desk: Desk) -> str:
    return way_of(desk.ledger).add_card(primary=True)


def _next_charge(desk: Desk) -> str:
    """The date `YYYY-MM-DD` of the next charge: today when an invoice is open or a month waits to
    be closed, else the first day after the month that is closed next (I7: not before the books)."""
    from jpcli.services.billing.waiting import next_to_close, waiting_months

    calendar = desk.ledger.calendar
    if waiting_months(desk) or audit.any_open_invoice(desk.ledger):
        return calendar.iso(desk.today)
    year, month = parse_month(next_to_close(desk))
    return calendar.iso(month_period(calendar, *next_month(year, month)).first_day)


def _past_due(desk: Desk) -> Check:
    """R2: with one, nothing can be issued or assigned."""
    late = invoices.past_due(desk.ledger, desk.today)
    expected = "no invoice past due"
    if not late:
        return Check("past_due", True, expected, "none", "No invoice is past due")
    currency = desk.ledger.currency
    owed = display_amount(sum(each.total_minor for each in late), currency)
    actual = f"{len(late):,} past due, {owed}"
    first = late[0]
    since = desk.ledger.calendar.iso(first.due_day + 1)
    message = f"{first.number} is past due since {since}: issuing and assigning wait"
    pay = way_of(desk.ledger).whole_command(quoted(first.number))
    names = tuple(each.number for each in late[:NAMED])
    return Check("past_due", False, expected, actual, message, ERROR, names, len(late), pay)


def _outbox(desk: Desk) -> Check:
    """A call to the outside whose outcome is not known: the next run finishes it, or at Jetpack
    whoever finds out."""
    from jpcli.ledger.queries.outbox import open_wishes
    from jpcli.services.jetpack.waiting import sentence, settling, waiting_wishes

    found = [
        *((one.wish.name, sentence(one), settling(one)) for one in waiting_wishes(desk)),
        *(
            (wish.name, f"It is not known what came of {wish.name}", _finish(wish.name))
            for wish in open_wishes(desk.ledger)
        ),
    ]
    expected = "no unfinished call to the outside"
    if not found:
        return Check("outbox", True, expected, "none", "Every call to the outside is finished")
    _, message, command = found[0]
    names = tuple(name for name, _, _ in found[:NAMED])
    actual = f"{len(found):,} unfinished"
    return Check("outbox", False, expected, actual, message, ERROR, names, len(found), command)


def _finish(name: str) -> str:
    """The command that takes a wish up again."""
    kind, _, rest = name.partition("/")
    number, _, step = rest.partition("/")
    if kind != "invoice":
        return "jpcli cards sync"
    command = {"pay": "pay", "void": "void"}.get(step.partition("/")[0], "push")
    return f"jpcli invoice {command} {quoted(number)}"


def _one_per_family(desk: Desk) -> Check:
    """Two products of one family on a site do the same work twice, and both are billed."""
    total, found = audit.family_clashes(desk.ledger, NAMED)
    expected = "one product of a family on a site"
    if not total:
        message = "No site has two products of one family"
        return Check("one_per_family", True, expected, "no site has two", message)
    url, family, products = found[0]
    message = f"{url} has {products.replace(',', ' and ')}, both of the family {family}"
    named = tuple(dict.fromkeys(each[0] for each in found))
    fix = f"jpcli sites show {quoted(url)}"
    actual = f"{count(total, 'time')} two or more"
    return Check("one_per_family", False, expected, actual, message, ERROR, named, total, fix)


def _one_per_product(desk: Desk) -> Check:
    """The same product twice on a site does nothing more, and is billed twice."""
    total, found = sites.doubled_products(desk.ledger, NAMED)
    expected = "one license of a product on a site"
    if not total:
        message = "No site has a product twice"
        return Check("one_per_product", True, expected, "no site has two", message)
    url, product, licenses = found[0]
    message = f"{url} has {count(licenses, 'license')} of {product}{and_more(total - 1)}"
    named = tuple(dict.fromkeys(each[0] for each in found))
    fix = f"jpcli licenses list --site {quoted(url)} --product {quoted(product)}"
    actual = f"{count(total, 'time')} two or more"
    return Check("one_per_product", False, expected, actual, message, ERROR, named, total, fix)


def _one_of_www(desk: Desk) -> Check:
    """A site with `www.` and without it may be one, whose licenses are counted as those of two."""
    total, found = sites.www_pairs(desk.ledger, NAMED)
    expected = "a site with www. or without it"
    if not total:
        message = "No site is there with www. and without it"
        return Check("one_of_www", True, expected, "no site is there twice", message)
    url, other = found[0]
    message = f"{url} and {other} are two sites here{and_more(total - 1)}"
    fix = f"jpcli sites show {quoted(url)}"
    named = tuple(each[0] for each in found)
    actual = f"{count(total, 'site')} with a twin"
    return Check("one_of_www", False, expected, actual, message, ERROR, named, total, fix)


def _ledger_check(desk: Desk) -> Check:
    """The replay of every event: the one check that takes long on a large ledger."""
    from jpcli.ledger.upkeep.check import check_ledger

    report = check_ledger(desk.ledger)
    expected = "a ledger that is what its events say"
    if not report.problems:
        events = count(report.events, "event")
        actual = f"{events}, no problem"
        message = f"{events} replayed; the chain and the state agree"
        return Check("ledger_check", True, expected, actual, message)
    names = [problem.subject or problem.code for problem in report.problems]
    subjects = tuple(dict.fromkeys(names))[:NAMED]
    message = report.problems[0].message
    total = len(report.problems)
    actual, fix = count(total, "problem"), "jpcli ledger check"
    return Check("ledger_check", False, expected, actual, message, ERROR, subjects, total, fix)


CHECKS: Mapping[str, Callable[[Desk], Check]] = {
    "primary_card": _primary_card,
    "card_expiry": _card_expiry,
    "past_due": _past_due,
    "outbox": _outbox,
    "one_per_family": _one_per_family,
    "one_per_product": _one_per_product,
    "one_of_www": _one_of_www,
    "ledger_check": _ledger_check,
}
