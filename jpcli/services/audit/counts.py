"""The checks of an audit that count: licenses of a kind, and unassigned ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.history import ASSIGNED, REVOKED, UNASSIGNED
from jpcli.domain.words import count, path_text, quoted
from jpcli.ledger.queries import audit
from jpcli.ledger.queries import products as product_queries
from jpcli.ledger.queries.audit import Which
from jpcli.reports.audit.outcome import NAMED, Check
from jpcli.reports.policy.policy import LicensesRule
from jpcli.reports.policy.values import fits, is_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jpcli.ledger.queries.audit import Found
    from jpcli.reports.policy.policy import UnassignedRule
    from jpcli.services.desk import Desk

# More keys than this make a command that nobody reads; a list to choose from is better.
MOST_KEYS = 5


def license_checks(desk: Desk, rules: Sequence[LicensesRule]) -> Iterator[Check]:
    """One check a rule. Rules about products and states alone share one pass over the licenses."""
    if not rules:
        return
    products = product_queries.product_names(desk.ledger)
    totals = audit.totals(desk.ledger)
    for rule in rules:
        which = _which(rule, products)
        if rule.site is None and rule.client is None:
            found = _from_totals(totals, which)
        else:
            found = audit.count(desk.ledger, which)
        yield _counted(desk, rule, which, found)


def unassigned_checks(desk: Desk, rule: UnassignedRule | None) -> Iterator[Check]:
    """The most licenses on no site, and the most days of one (they are billed all the same)."""
    if rule is None:
        return
    if rule.at_most is not None:
        limit = LicensesRule(rule.path, state=UNASSIGNED, at_most=rule.at_most, level=rule.level)
        which = Which(state=UNASSIGNED)
        check = _counted(desk, limit, which, audit.count(desk.ledger, which))
        yield check._replace(rule="unassigned", key=f"{path_text(rule.path)}.at_most")
    if rule.days_at_most is not None:
        check = _idle_days(desk, rule.days_at_most)
        yield check._replace(level=rule.level, key=f"{path_text(rule.path)}.days_at_most")


# --- counts --------------------------------------------------------------------------------------


def _which(rule: LicensesRule, products: Sequence[str]) -> Which:
    wanted = rule.product
    named = None if wanted is None else tuple(each for each in products if fits(wanted, each))
    return Which(named, rule.site, rule.client, rule.state)


def _from_totals(totals: Mapping[tuple[str, str], int], which: Which) -> int:
    states = (ASSIGNED, UNASSIGNED) if which.state is None else (which.state,)
    return sum(
        found
        for (product, state), found in totals.items()
        if state in states and (which.products is None or product in which.products)
    )


def _counted(desk: Desk, rule: LicensesRule, which: Which, found: int) -> Check:
    least = rule.exactly if rule.exactly is not None else rule.at_least
    most = rule.exactly if rule.exactly is not None else rule.at_most
    expected = _range_text(least, most)
    subject = _subject(rule)
    check = Check(
        "licenses",
        True,
        expected,
        f"{found:,}",
        f"{subject}: {found:,}, as wanted ({expected})",
        rule.level,
        key=path_text(rule.path),
        about=subject,
    )
    if least is not None and found < least:
        message = f"{subject}: {found:,}, too few ({expected})"
        return check._replace(ok=False, message=message, fix=_more(desk, rule, least - found))
    if most is not None and found > most:
        keys = audit.spare_first(desk.ledger, which, max(NAMED, 1))
        excess = found - most
        return check._replace(
            ok=False,
            message=f"{subject}: {found:,}, {excess:,} too many ({expected})",
            subjects=tuple(each.license_key for each in keys[: min(excess, NAMED)]),
            subjects_total=excess,
            fix=_fewer(rule, keys, excess),
        )
    return check


def _range_text(least: int | None, most: int | None) -> str:
    if least == most:
        return f"exactly {least:,}"
    if most is None:
        return f"at least {least:,}"
    return f"at most {most:,}" if least is None else f"{least:,} to {most:,}"


def _subject(rule: LicensesRule) -> str:
    """`unassigned jetpack-scan licenses of Bakery Lane`, to begin a sentence with."""
    words = [word for word in (rule.state, rule.product, "licenses") if word]
    text = " ".join(words)
    text = text if rule.product and not rule.state else text[0].upper() + text[1:]
    if rule.site is not None:
        text += f" on {rule.site}"
    if rule.client is not None:
        text += f" of {rule.client}" if rule.client else " of no client"
    return text


def _more(desk: Desk, rule: LicensesRule, missing: int) -> str:
    """Assign what is there already, else issue."""
    product = rule.product
    if product is None or is_pattern(product) or rule.state == REVOKED:
        return _list_command(rule)
    place = ""
    if rule.site is not None and not is_pattern(rule.site):
        place = f" --site {quoted(rule.site)}"
        free = spare(desk, product, missing)
        if len(free) == missing <= MOST_KEYS:
            return f"jpcli assign {' '.join(map(quoted, free))}{place}"
    elif rule.site is not None or rule.client is not None:
        return _list_command(rule)
    quantity = f" --quantity {missing}" if missing > 1 else ""
    return f"jpcli issue {quoted(product)}{quantity}{place}"


def spare(desk: Desk, product: str, limit: int) -> list[str]:
    """Licenses of a product that are on no site, at most so many."""
    found = audit.spare_first(desk.ledger, Which((product,), state=UNASSIGNED), limit)
    return [each.license_key for each in found]


def _fewer(rule: LicensesRule, keys: Sequence[Found], excess: int) -> str:
    """Revoke the spare ones. A bundle's child is replaced when it is revoked, so it does not go
    that way; where only the place matters it is unassigned."""
    chosen = keys[:excess]
    if excess > MOST_KEYS or rule.state == REVOKED:
        return _list_command(rule)
    names = " ".join(quoted(each.license_key) for each in chosen)
    if not any(each.child for each in chosen):
        return f"jpcli revoke {names}"
    by_place = rule.site is not None or rule.client is not None or rule.state == ASSIGNED
    if by_place and all(each.assigned for each in chosen):
        return f"jpcli unassign {names}"
    return _list_command(rule)


def _list_command(rule: LicensesRule) -> str:
    """The list to choose from."""
    options = (
        ("--product", rule.product),
        ("--site", rule.site),
        ("--client", rule.client),
        ("--state", rule.state),
    )
    words = [
        f" {option} {quoted(value)}"
        for option, value in options
        if value is not None and not (option in ("--product", "--site") and is_pattern(value))
    ]
    return "jpcli licenses list" + "".join(words)


def _idle_days(desk: Desk, most: int) -> Check:
    calendar, today = desk.ledger.calendar, desk.today
    expected = f"at most {count(most, 'day')} on no site"
    longest_at = audit.longest_idle_since(desk.ledger)
    if longest_at is None:
        message = "Every license is on a site"
        return Check("unassigned_days", True, expected, "none on no site", message)
    days = max(0, today - calendar.day_of(longest_at))
    actual = count(days, "day")
    if days <= most:
        message = f"No license has been on no site for more than {actual}"
        return Check("unassigned_days", True, expected, actual, message)
    total, found = audit.idle_since(desk.ledger, calendar.start_of(today - most), NAMED)
    idle = count(total, "license has", "licenses have")
    message = f"{idle} been on no site, and billed, for more than {count(most, 'day')}"
    keys = tuple(each.license_key for each in found)
    fix = "jpcli licenses list --state unassigned --sort issued"
    if total <= MOST_KEYS and not any(each.child for each in found):
        fix = f"jpcli revoke {' '.join(map(quoted, keys))}"
    return Check("unassigned_days", False, expected, actual, message, "error", keys, total, fix)
