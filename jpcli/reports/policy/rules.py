"""The table of an audit policy: its sections, their keys, and what each may hold.

The one source of truth: the parser (`policy`), the JSON schema (`schema`) and the writer
(`writer`) all read it. It must not know how a rule is checked.
"""

from __future__ import annotations

from typing import NamedTuple

from jpcli.domain.history import STATES

ERROR, WARNING = "error", "warning"
LEVELS = (ERROR, WARNING)
MOST = 1_000_000_000

COUNT, AMOUNT, PERCENT, CHOICE, SWITCH = "count", "amount", "percent", "choice", "switch"
PRODUCT, PRODUCTS, SITE, SITES, CLIENT = "product", "products", "site", "sites", "client"


class Key(NamedTuple):
    """One key of a section: the kind of its value, and what it means."""

    name: str
    kind: str
    meaning: str
    choices: tuple[str, ...] = ()


class Section(NamedTuple):
    """A table, or with `many` an array of tables. One of `needs` must be there; of `not_both`
    the first goes without the others; all of `required` must be there."""

    name: str
    meaning: str
    keys: tuple[Key, ...]
    many: bool = False
    needs: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    not_both: tuple[str, ...] = ()

    def key(self, name: str) -> Key | None:
        """The key of this name, or None."""
        return next((key for key in self.keys if key.name == name), None)


_LEVEL = Key("level", CHOICE, "What a finding is: error (default) fails the audit.", LEVELS)

SECTIONS = (
    Section(
        "checks",
        "Checks that are on or off: true, false, or warning, which does not fail the audit.",
        (
            Key("primary_card", SWITCH, "A primary card is on file: without one nothing is issued"),
            Key("card_expiry", SWITCH, "The primary card is valid on the day of the next charge"),
            Key("past_due", SWITCH, "No invoice is past due"),
            Key("outbox", SWITCH, "No call to the outside is unfinished"),
            Key("one_per_family", SWITCH, "No site has two products of one family"),
            Key("one_per_product", SWITCH, "No site has two licenses of one product"),
            Key("one_of_www", SWITCH, "No site is there with www. and without it"),
            Key("ledger_check", SWITCH, "The whole ledger passes its check; slow on a large one"),
        ),
    ),
    Section(
        "licenses",
        "How many licenses there are, of what is named. A bundle counts as its children.",
        (
            Key("product", PRODUCT, "A product; * and ? stand for any characters."),
            Key("site", SITE, "A site's address; * and ? stand for any characters."),
            Key("client", CLIENT, "A client's name; \"\" is licenses that are no client's."),
            Key("state", CHOICE, "Default: assigned and unassigned ones.", STATES),
            Key("exactly", COUNT, "So many, no more and no fewer."),
            Key("at_least", COUNT, "The fewest."),
            Key("at_most", COUNT, "The most."),
            _LEVEL,
        ),
        many=True,
        needs=("exactly", "at_least", "at_most"),
        not_both=("exactly", "at_least", "at_most"),
    ),
    Section(
        "unassigned",
        "Licenses on no site: they are billed all the same.",
        (
            Key("at_most", COUNT, "The most there may be."),
            Key("days_at_most", COUNT, "The most days that one may be on no site."),
            _LEVEL,
        ),
        needs=("at_most", "days_at_most"),
    ),
    Section(
        "required",
        "What sites must have. A site that is named must be there; * and ? stand for any"
        " characters and mean every site with a license that they fit.",
        (
            Key("sites", SITES, "Addresses of sites."),
            Key("products", PRODUCTS, "Every one of the sites has one of each."),
            _LEVEL,
        ),
        many=True,
        required=("sites", "products"),
    ),
    Section(
        "bill",
        "The bill of this month, projected to its end. Amounts are in the ledger's currency.",
        (
            Key("at_most", AMOUNT, "The most it may come to."),
            Key("growth_at_most", AMOUNT, "The most it may exceed the month before by."),
            Key("growth_at_most_percent", PERCENT, "The same in percent of the month before."),
            _LEVEL,
        ),
        needs=("at_most", "growth_at_most", "growth_at_most_percent"),
    ),
)

DEFAULT_CHECKS = ("primary_card", "card_expiry", "past_due", "outbox", "one_per_family")
"""What is checked without a policy: what is wrong in any agency, and quick to find out."""

MEANT = {
    "min": "at_least",
    "minimum": "at_least",
    "least": "at_least",
    "max": "at_most",
    "maximum": "at_most",
    "most": "at_most",
    "limit": "at_most",
    "exact": "exactly",
    "count": "exactly",
    "equals": "exactly",
    "days": "days_at_most",
    "max_days": "days_at_most",
    "growth": "growth_at_most",
    "url": "site",
    "severity": "level",
    "license": "licenses",
    "site_products": "required",
    "card": "primary_card",
    "check": "checks",
    "invoice": "bill",
}
"""Names that people try, and ours. They are suggested, never accepted."""


def section(name: str) -> Section | None:
    """The section of this name, or None."""
    return next((each for each in SECTIONS if each.name == name), None)
