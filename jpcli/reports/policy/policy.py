"""An audit policy: what is to be checked, read from the tables of a TOML file.

Owns the step from TOML's values to rules, with everything that is wrong at once. It knows keys by
their paths; the lines of a file, and how a rule is checked, are for others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.limits import MAX_PROBLEMS, TOO_MANY
from jpcli.reports.policy import rules as table
from jpcli.reports.policy.values import Facts, Unfit, meant, read, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Path = tuple[str | int, ...]


class LicensesRule(NamedTuple):
    """How many licenses of what is named; None: of any, or no limit."""

    path: Path
    product: str | None = None
    site: str | None = None
    client: str | None = None
    state: str | None = None
    exactly: int | None = None
    at_least: int | None = None
    at_most: int | None = None
    level: str = table.ERROR


class UnassignedRule(NamedTuple):
    """The most licenses on no site, and for how many days."""

    path: Path
    at_most: int | None = None
    days_at_most: int | None = None
    level: str = table.ERROR


class RequiredRule(NamedTuple):
    """Every one of these sites has one of each of these products."""

    path: Path
    sites: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    level: str = table.ERROR


class BillRule(NamedTuple):
    """The most of this month's bill, in minor units, and of its growth; the percentage in
    millionths of a percent."""

    path: Path
    at_most: int | None = None
    growth_at_most: int | None = None
    growth_at_most_percent: int | None = None
    level: str = table.ERROR


class Policy(NamedTuple):
    """Everything that is checked, and nothing else is. `checks` has the level of each that is
    on."""

    checks: Mapping[str, str]
    licenses: tuple[LicensesRule, ...] = ()
    unassigned: UnassignedRule | None = None
    required: tuple[RequiredRule, ...] = ()
    bill: BillRule | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it checks nothing at all."""
        return not (self.checks or self.licenses or self.unassigned or self.required or self.bill)


class Mistake(NamedTuple):
    """What is wrong in a policy, and at which key."""

    path: Path
    code: str
    message: str


def default_policy() -> Policy:
    """What is checked without a file."""
    return Policy(dict.fromkeys(table.DEFAULT_CHECKS, table.ERROR))


def parse_policy(data: Mapping[str, Any], facts: Facts) -> tuple[Policy, list[Mistake]]:
    """The rules of a policy and all its mistakes; with any, the rules are not to be used.

    `data` is TOML's, its floats as `policy_values.Figure`.
    """
    parser = _Parser(facts)
    try:
        policy = parser.policy(data)
    except _Enough:
        parser.mistakes.append(Mistake((), "too_many_problems", TOO_MANY))
        return default_policy(), parser.mistakes
    if policy.is_empty and not parser.mistakes:
        parser.note((), "empty_policy", "it checks nothing")
    return policy, parser.mistakes


class _Enough(Exception):
    """Ends the reading of a policy with too many mistakes."""


class _Parser:
    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.mistakes: list[Mistake] = []

    def note(self, path: Path, code: str, message: str) -> None:
        if len(self.mistakes) >= MAX_PROBLEMS:
            raise _Enough
        self.mistakes.append(Mistake(path, code, message))

    def policy(self, data: Mapping[str, Any]) -> Policy:
        names = tuple(section.name for section in table.SECTIONS)
        for name in data:
            if name not in names:
                self._unknown((name,), name, names)
        found = {section.name: list(self._tables(section, data)) for section in table.SECTIONS}
        checks = {
            name: level
            for _, values in found["checks"]
            for name, level in values.items()
            if level is not None
        }
        unassigned = [UnassignedRule(path, **values) for path, values in found["unassigned"]]
        bill = [BillRule(path, **values) for path, values in found["bill"]]
        return Policy(
            checks,
            tuple(LicensesRule(path, **values) for path, values in found["licenses"]),
            unassigned[0] if unassigned else None,
            tuple(RequiredRule(path, **values) for path, values in found["required"]),
            bill[0] if bill else None,
        )

    def _tables(
        self, section: table.Section, data: Mapping[str, Any]
    ) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Each table of a section with its path."""
        if section.name not in data:
            return
        value = data[section.name]
        if not section.many:
            if isinstance(value, dict):
                yield (section.name,), self._values(section, (section.name,), value)
            else:
                self._not_a_table((section.name,), f"[{section.name}]", value)
            return
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self._not_a_table((section.name,), f"[[{section.name}]]", value)
            return
        for index, item in enumerate(value):
            path = (section.name, index)
            yield path, self._values(section, path, item)

    def _not_a_table(self, path: Path, header: str, value: Any) -> None:
        self.note(
            path, "bad_value", f"is written as {header} with its keys below, not {shown(value)}"
        )

    def _values(
        self, section: table.Section, path: Path, given: Mapping[str, Any]
    ) -> dict[str, Any]:
        values: dict[str, Any] = {}
        before = len(self.mistakes)
        for name, value in given.items():
            key = section.key(name)
            if key is None:
                self._unknown((*path, name), name, tuple(key.name for key in section.keys))
                continue
            try:
                values[name] = read(key, value, self._facts)
            except Unfit as error:
                self._unfit((*path, name), error)
        # A misspelt key is not missing as well.
        if len(self.mistakes) == before:
            self._check_together(section, path, values)
        return values

    def _unfit(self, path: Path, error: Unfit) -> None:
        for number, item in error.items.items():
            self.note((*path, number), item.code, item.message)
        if not error.items:
            self.note(path, error.code, error.message)

    def _check_together(
        self, section: table.Section, path: Path, values: Mapping[str, Any]
    ) -> None:
        for name in section.required:
            if name not in values:
                self.note(path, "missing_key", f"has no {name}")
        if section.needs and not any(name in values for name in section.needs):
            named = ", ".join(section.needs[:-1]) + " or " + section.needs[-1]
            self.note(path, "missing_key", f"says no limit: give {named}")
        alone = section.not_both[:1]
        others = [name for name in section.not_both[1:] if name in values]
        if others and alone[0] in values:
            self.note((*path, others[0]), "bad_value", f"goes without {alone[0]}")
        least, most = values.get("at_least"), values.get("at_most")
        if least is not None and most is not None and least > most:
            self.note((*path, "at_least"), "bad_number", f"is more than at_most: {least} > {most}")

    def _unknown(self, path: Path, name: str, known: tuple[str, ...]) -> None:
        instead = table.MEANT.get(name.lower(), "")
        hint = f"; did you mean {instead}?" if instead in known else meant(name, known)
        kind = "key" if len(path) > 1 else "table"
        self.note(
            path, "unknown_key", f"there is no such {kind}{hint or '; known: ' + ', '.join(known)}"
        )
