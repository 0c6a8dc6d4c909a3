"""Stripe's search: its query language, its pages, and that it lags behind what was written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tests.stripe_double.errors import invalid
from tests.stripe_double.lists import check_limit
from tests.stripe_double.world import Object, World, copied

# "Data is searchable in less than a minute": so a new object is not found for a minute.
LAG_SECONDS = 60

_CLAUSE = re.compile(
    r"""\s*(?P<negated>-)?(?P<field>[a-z_]+)(?:\[(?P<key>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\])?"""
    r"""\s*(?P<operator>:|~|>=|<=|>|<|=)\s*"""
    r"""(?P<value>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?[0-9]+|null)\s*"""
)
_JOINT = re.compile(r"(?i:AND|OR)(?=\s)")

TEXT_FIELDS = {
    "customer": {"email", "name", "phone"},
    "invoice": {"currency", "customer", "number", "receipt_number", "status", "subscription"},
}
NUMBER_FIELDS = {"customer": {"created"}, "invoice": {"created", "total"}}
SUBSTRING_FIELDS = {"email", "name", "number", "receipt_number"}


@dataclass(frozen=True, slots=True)
class Clause:
    field: str
    key: str | None
    operator: str
    value: str | int | None
    negated: bool

    def holds(self, item: Object) -> bool:
        actual = item.get(self.field)
        if self.key is not None:
            actual = (item.get("metadata") or {}).get(self.key)
        return self._compare(actual) != self.negated

    def _compare(self, actual: Any) -> bool:
        if self.value is None or actual is None:
            return actual is self.value
        if self.operator == "~":
            return str(self.value).lower() in str(actual).lower()
        if isinstance(self.value, str):
            return str(actual).lower() == self.value.lower()
        holds = {
            ":": actual == self.value,
            "=": actual == self.value,
            ">": actual > self.value,
            "<": actual < self.value,
            ">=": actual >= self.value,
            "<=": actual <= self.value,
        }
        return bool(holds[self.operator])


def parse(query: str, kind: str) -> tuple[list[Clause], bool]:
    """The clauses, and whether all of them (AND) or one of them (OR) must hold."""
    clauses: list[Clause] = []
    joints: set[str] = set()
    position = 0
    while True:
        matched = _CLAUSE.match(query, position)
        if matched is None:
            raise _unreadable(query)
        clauses.append(_clause(matched, kind, query))
        position = matched.end()
        if position == len(query):
            break
        joint = _JOINT.match(query, position)
        if joint is None:
            raise _unreadable(query)
        joints.add(joint[0].upper())
        position = joint.end()
    if len(joints) > 1 or len(clauses) > 10:
        raise _unreadable(query)
    return clauses, joints != {"OR"}


def _clause(matched: re.Match[str], kind: str, query: str) -> Clause:
    field, operator, raw = matched["field"], matched["operator"], matched["value"]
    key = _unquoted(matched["key"]) if matched["key"] else None
    quoted = raw[0] in "\"'"
    value: str | int | None = _unquoted(raw) if quoted else None if raw == "null" else int(raw)
    number = re.fullmatch(r"-?[0-9]+", raw[1:-1] if quoted else raw) is not None
    known = (
        (field == "metadata" and key is not None and (quoted or raw == "null") and operator == ":")
        or (field in TEXT_FIELDS[kind] and key is None and quoted and operator in ":~")
        or (field in NUMBER_FIELDS[kind] and key is None and number and operator != "~")
    )
    if not known or (operator == "~" and field not in SUBSTRING_FIELDS):
        message = f"Field `{field}` can't be searched like this for resource `{kind}s`: {query}"
        raise invalid(message, "query")
    if quoted and field in NUMBER_FIELDS[kind]:
        value = int(raw[1:-1])
    return Clause(field, key, operator, value, matched["negated"] is not None)


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _unreadable(query: str) -> Exception:
    return invalid(f"We were unable to parse your search query: {query}", "query")


def search(world: World, kind: str, params: Object) -> Object:
    limit = check_limit(params)
    clauses, every = parse(params["query"], kind)
    seen_until = world.clock.now() - LAG_SECONDS
    hits = [
        item
        for item in world.all(kind)
        if item["created"] <= seen_until
        and (all if every else any)(clause.holds(item) for clause in clauses)
    ]
    start = _start(params.get("page"), len(hits))
    more = len(hits) > start + limit
    return {
        "object": "search_result",
        "data": copied(hits[start : start + limit]),
        "has_more": more,
        "next_page": f"page_{start + limit}" if more else None,
        "url": f"/v1/{kind}s/search",
    }


def _start(token: str | None, hits: int) -> int:
    if token is None:
        return 0
    matched = re.fullmatch(r"page_([0-9]+)", token)
    if matched is None or int(matched[1]) >= hits:
        raise invalid("Invalid page token.", "page")
    return int(matched[1])
