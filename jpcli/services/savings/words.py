"""What is said of each suggestion: one sentence that a person can act on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import savings as rules
from jpcli.domain.words import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jpcli.domain.savings import Regrouping, Superfluous

# D2: what ends has its last day, and what begins has its first.
_BOTH = "the day of the change is billed for both"


def of_site(found: Superfluous, site: str) -> str:
    """Why a site does as well without some of its licenses."""
    if found.container is not None:
        return f"{site} has {found.container}, which contains its {found.product}"
    licenses = count(len(found.singles) + len(found.children) + found.kept, "license")
    return f"{site} has {licenses} of {found.product}: one does"


def unused(product: str, number: int, idle_days: int) -> str:
    """Since when licenses are of no use to anybody."""
    verb = "is" if number == 1 else "are"
    return f"{count(number, 'license')} of {product} {verb} on no site{_since(idle_days)}"


def regrouped(product: str, way: Regrouping, idle_days: int) -> str:
    """What other licenses do the same for less."""
    sizes: dict[int, int] = {}
    for bundle in way.bundles:
        sizes[bundle.size] = sizes.get(bundle.size, 0) + 1
    ending = _amount(len(way.singles), sizes)
    if way.kind == rules.IDLE:
        one = len(way.bundles) == 1
        return f"{ending} of {product} {'is' if one else 'are'} on no site{_since(idle_days)}"
    if way.kind == rules.HALF_EMPTY:
        needed = bool(way.singles) or any(bundle.wanted for bundle in way.bundles)
        why = "there is room in bundles that are not full" if needed else "no site needs it"
        return f"{ending} of {product} can go: {why}"
    new = _amount(way.new_singles, way.new_bundles)
    return f"{ending} of {product} can be {new}; {_BOTH}"


def _since(idle_days: int) -> str:
    return f", for {count(idle_days, 'day')} or longer" if idle_days else ""


def _amount(singles: int, bundles: Mapping[int, int]) -> str:
    """`2 single licenses and 1 bundle of 5`."""
    parts = [count(singles, "single license")] if singles else []
    parts += _bundles(bundles)
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def _bundles(bundles: Mapping[int, int]) -> Iterable[str]:
    for size in sorted(bundles):
        yield f"{count(bundles[size], 'bundle')} of {size:,}"
