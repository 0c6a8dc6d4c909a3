"""What a half-typed name may become: the answers to a shell's Tab.

Owns how many are offered. Where there are more, the answer is what they begin with, up to where
they part: a shell types what all its candidates share, so a few of many would mislead it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.calendar import BillingCalendar
from jpcli.domain.periods import month_label, month_of, parse_month, previous_month
from jpcli.ledger.database.engines import open_ledger
from jpcli.ledger.queries.name_ranges import END, bundle_sizes, first_and_last, names_between

if TYPE_CHECKING:
    from collections.abc import Callable

    from jpcli.ledger.database.connection import Ledger

    Ends = Callable[[str, str], tuple[str, str] | None]

MOST = 200
# Names are looked through for those in the right state; not all of a million.
LOOKED_AT = 2000
MONTHS = 13

_SCHEMES = ("https://", "http://")

# kind -> kind of name in the ledger, states that are offered (None: all)
_NAMES: dict[str, tuple[str, frozenset[str] | None]] = {
    "licenses": ("licenses", None),
    "active": ("licenses", frozenset({"assigned", "unassigned", "bundle"})),
    "assigned": ("licenses", frozenset({"assigned"})),
    "unassigned": ("licenses", frozenset({"unassigned"})),
    "sites": ("sites", None),
    "clients": ("clients", None),
    "products": ("products", None),
    "cards": ("cards", None),
    "invoices": ("invoices", None),
}


class Candidate(NamedTuple):
    """A name, or the beginning of many, and what it is."""

    name: str
    about: str | None = None


def candidates(path: str, kind: str, prefix: str, now_at: int) -> list[Candidate]:
    """At most `MOST` names of a kind that begin with `prefix`, in order.

    Raises what opening the ledger at `path` raises; KeyError for a kind that there is not.
    """
    if kind in _WITHOUT_LEDGER:
        return _of_list(_WITHOUT_LEDGER[kind](now_at), prefix)
    if kind == "bundles":
        return _asked(path, lambda ledger: _of_list(map(str, bundle_sizes(ledger)), prefix))
    if kind == "wishes":
        return _asked(path, lambda ledger: _of_list(_waiting(ledger), prefix))
    table, states = _NAMES[kind]
    if kind == "sites" and not _has_scheme(prefix):
        # A site may be named without its scheme.
        scheme = _SCHEMES[0]
        found = _asked(path, lambda ledger: _of_ledger(ledger, table, states, scheme + prefix))
        return [each._replace(name=each.name.removeprefix(scheme)) for each in found]
    return _asked(path, lambda ledger: _of_ledger(ledger, table, states, prefix))


def _has_scheme(prefix: str) -> bool:
    return any(scheme.startswith(prefix) or prefix.startswith(scheme) for scheme in _SCHEMES)


def _asked(path: str, question: Callable[[Ledger], list[Candidate]]) -> list[Candidate]:
    ledger = open_ledger(path, writes=False)
    try:
        return question(ledger)
    finally:
        ledger.close()


def _waiting(ledger: Ledger) -> list[str]:
    from jpcli.ledger.queries.wishes import waiting

    return [wish.name for wish in waiting(ledger)]


def _of_ledger(
    ledger: Ledger, table: str, states: frozenset[str] | None, prefix: str
) -> list[Candidate]:
    found: list[Candidate] = []
    names = names_between(ledger, table, prefix, prefix + END, LOOKED_AT + 1)
    for number, (name, about, state) in enumerate(names, 1):
        if states is None or state in states:
            found.append(Candidate(name, about))
        if len(found) > MOST or number > LOOKED_AT:
            return stems(lambda low, high: first_and_last(ledger, table, low, high), prefix)
    return found


def _of_list(names: list[str] | map[str], prefix: str) -> list[Candidate]:
    found = sorted(name for name in names if name.startswith(prefix))
    if len(found) <= MOST:
        return [Candidate(name) for name in found]

    def ends(low: str, high: str) -> tuple[str, str] | None:
        inside = [name for name in found if low <= name < high]
        return (inside[0], inside[-1]) if inside else None

    return stems(ends, prefix)


def stems(ends: Ends, prefix: str) -> list[Candidate]:
    """What the names go on with after `prefix`, each as far as those that begin so agree.

    `ends` gives the first and the last name of a range. Two or more, unless there is one name.
    """
    while True:
        found: list[str] = []
        low, high = prefix, prefix + END
        while len(found) < MOST and (outermost := ends(low, high)) is not None:
            first = outermost[0]
            if first == prefix:
                found.append(first)
                low = prefix + "\0"
                continue
            low = prefix + first[len(prefix)] + END
            found.append(_shared(*(ends(first, low) or (first, first))))
        if len(found) != 1 or found[0] == prefix:
            return [Candidate(stem) for stem in found]
        prefix = found[0]


def _shared(first: str, last: str) -> str:
    """What two names begin with; all between them in order begin with it, too."""
    for position, (a, b) in enumerate(zip(first, last, strict=False)):
        if a != b:
            return first[:position]
    return min(first, last, key=len)


def _months(now_at: int) -> list[str]:
    """This month and those before it."""
    calendar = BillingCalendar("UTC", ())
    year, month = parse_month(month_of(calendar, calendar.day_of(now_at)))
    found = []
    for _ in range(MONTHS):
        found.append(month_label(year, month))
        year, month = previous_month(year, month)
    return found


def _zones(_now_at: int) -> list[str]:
    from zoneinfo import available_timezones

    return list(available_timezones())


def _currencies(_now_at: int) -> list[str]:
    from jpcli.domain.currency_digits import CURRENCY_DIGITS

    return [code.lower() for code in CURRENCY_DIGITS]


_WITHOUT_LEDGER: dict[str, Callable[[int], list[str]]] = {
    "months": _months,
    "zones": _zones,
    "currencies": _currencies,
}
KINDS = frozenset({*_NAMES, *_WITHOUT_LEDGER, "bundles", "wishes"})
