"""The checks of an audit about what sites must have.

Owns that all rules are held against each site as it passes by, in one pass that keeps no sites:
of a rule it keeps how many lack something, and those that are named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.words import count, path_text, quoted
from jpcli.ledger.queries import audit
from jpcli.reports.audit.outcome import NAMED, Check
from jpcli.reports.policy.values import is_pattern, site_matcher
from jpcli.services.audit.counts import spare

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jpcli.reports.policy.policy import RequiredRule
    from jpcli.services.desk import Desk


def required_checks(desk: Desk, rules: Sequence[RequiredRule]) -> Iterator[Check]:
    """One check a rule: the sites that lack one of its products."""
    if not rules:
        return
    held = [_Held(rule) for rule in rules]
    for url, products in audit.sites_with_licenses(desk.ledger):
        for each in held:
            each.see(url, products)
    for each in held:
        yield _required(desk, each)


class _Held:
    """What came of a rule so far: how many sites it is about and how many of them lack something,
    and the first of these with what they lack. Sites that a rule names come before all others."""

    def __init__(self, rule: RequiredRule) -> None:
        self.rule = rule
        # A site that is named is meant also where it has no license.
        self._named = {site: rule.products for site in rule.sites if not is_pattern(site)}
        self._fits = site_matcher([site for site in rule.sites if is_pattern(site)])
        self._fitting = self._fitting_lacking = 0
        self._first: list[tuple[str, str]] = []

    def see(self, url: str, products: Sequence[str]) -> None:
        """Hold the rule against a site that has these products."""
        named = url in self._named
        if not (named or self._fits(url)):
            return
        lacking = tuple(each for each in self.rule.products if each not in products)
        if named:
            self._named[url] = lacking
            return
        self._fitting += 1
        if lacking:
            self._fitting_lacking += 1
            if len(self._first) < NAMED:
                self._first.append((url, lacking[0]))

    def outcome(self) -> tuple[int, int, list[tuple[str, str]]]:
        """How many sites it is about, how many of them lack something, and the first of those."""
        named = [(url, lacking[0]) for url, lacking in self._named.items() if lacking]
        sites = len(self._named) + self._fitting
        return sites, len(named) + self._fitting_lacking, [*named, *self._first][:NAMED]


def _required(desk: Desk, held: _Held) -> Check:
    rule = held.rule
    sites, lacking, first = held.outcome()
    products = ", ".join(rule.products)
    check = Check(
        "required",
        True,
        f"{products} on every site",
        f"{sites - lacking:,} of {count(sites, 'site')}",
        f"{count(sites, 'site has', 'sites have')} {products}",
        rule.level,
        key=path_text(rule.path),
        about=f"{products} on {', '.join(rule.sites)}",
    )
    if not lacking:
        return check
    site, product = first[0]
    more = ""
    if lacking > 1:
        more = f"; {lacking - 1:,} more {'lacks' if lacking == 2 else 'lack'} something"
    free = spare(desk, product, 1)
    fix = f"jpcli assign {quoted(free[0])}" if free else f"jpcli issue {quoted(product)}"
    return check._replace(
        ok=False,
        message=f"{site} has no {product}{more}",
        subjects=tuple(url for url, _ in first),
        subjects_total=lacking,
        fix=f"{fix} --site {quoted(site)}",
    )
