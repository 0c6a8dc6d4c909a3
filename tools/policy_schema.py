"""Make the JSON schema of a policy, so that editors complete it, from the table of rules.

    python tools/policy_schema.py

A schema knows forms, not which products or clients a ledger has.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from jpcli.reports.policy import rules
from tools.shared.files import write

_PLAIN_NUMBER = r"^[0-9]+(\.[0-9]+)?$"
_FIGURES = {
    "anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": _PLAIN_NUMBER}]
}
_SHORT_TEXT = {"type": "string", "minLength": 1, "maxLength": 1000}
_LIST = {"type": "array", "minItems": 1, "items": _SHORT_TEXT}
_FORMS: dict[str, dict[str, Any]] = {
    rules.COUNT: {"type": "integer", "minimum": 0, "maximum": rules.MOST},
    rules.AMOUNT: _FIGURES,
    rules.PERCENT: _FIGURES,
    rules.SWITCH: {"enum": [True, False, rules.WARNING]},
    rules.PRODUCT: _SHORT_TEXT,
    rules.PRODUCTS: _LIST,
    rules.SITE: _SHORT_TEXT,
    rules.SITES: _LIST,
    rules.CLIENT: {"type": "string", "maxLength": 200},
}


def schema() -> dict[str, Any]:
    """The schema, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Audit policy of jpcli",
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": {section.name: _property(section) for section in rules.SECTIONS},
    }


def schema_text() -> str:
    """The file that ships."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _property(section: rules.Section) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {key.name: _form(key) for key in section.keys},
    }
    if section.required:
        found["required"] = list(section.required)
    if section.needs:
        found["anyOf"] = [{"required": [name]} for name in section.needs]
    if section.not_both:
        alone, *others = section.not_both
        found["not"] = {
            "required": [alone],
            "anyOf": [{"required": [name]} for name in others],
        }
    if not section.many:
        return {"description": section.meaning, **found}
    return {"description": section.meaning, "type": "array", "items": found}


def _form(key: rules.Key) -> dict[str, Any]:
    form = {"enum": list(key.choices)} if key.kind == rules.CHOICE else _FORMS[key.kind]
    return {"description": key.meaning, **form}


if __name__ == "__main__":
    write({"jpcli/reports/policy/policy.schema.json": schema_text()})
