"""Stripe's published request schemas, and the check of a request against them.

Everything that no object is needed for is refused here: unknown URLs and parameters, missing ones,
wrong types, long texts, metadata. The answer is the parameters with their types.
"""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.stripe_double.currencies import check_known
from tests.stripe_double.errors import StripeFault, invalid, missing_param

SCHEMAS = Path(__file__).parent.parent / "data" / "stripe-requests.json.gz"
METADATA_KEYS, METADATA_KEY_CHARS, METADATA_VALUE_CHARS = 50, 40, 500
MAX_INTEGER = 2**63 - 1

# What an empty text unsets although the published schema has no empty value for it.
CLEARABLE = {
    "/v1/customers/{customer}": {
        "description",
        "email",
        "name",
        "phone",
        "invoice_settings[default_payment_method]",
        "invoice_settings[footer]",
    },
    "/v1/invoices/{invoice}": {"default_payment_method", "description", "footer"},
    "/v1/invoiceitems/{invoiceitem}": {"description"},
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    method: str
    template: str
    schema: dict[str, Any]
    path_values: dict[str, str]


@lru_cache(maxsize=1)
def _paths() -> dict[str, Any]:
    with gzip.open(SCHEMAS, "rt", encoding="utf-8") as file:
        paths: dict[str, Any] = json.load(file)["paths"]
    return paths


@lru_cache(maxsize=1)
def _patterns() -> dict[int, list[tuple[str, re.Pattern[str]]]]:
    """By how many parts they have. Fixed paths first: /customers/search is no customer."""
    found: dict[int, list[tuple[str, re.Pattern[str]]]] = {}
    for path in sorted(_paths(), key=lambda path: (path.count("{"), path)):
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))
        found.setdefault(path.count("/"), []).append((path, pattern))
    return found


def known_operations() -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, item in _paths().items() for method in item}


def find_operation(method: str, path: str) -> Operation:
    """Raises the 404 of an unknown URL."""
    for template, pattern in _patterns().get(path.count("/"), ()):
        matched = pattern.fullmatch(path)
        operation = _paths()[template].get(method.lower()) if matched else None
        if matched and operation is not None:
            return Operation(method, template, _schema(operation), matched.groupdict())
    raise StripeFault(
        404,
        "invalid_request_error",
        f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can"
        " help at https://support.stripe.com/.",
    )


def _schema(operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody")
    if body is not None:
        found: dict[str, Any] = body["content"]["application/x-www-form-urlencoded"]["schema"]
        return found
    query = [item for item in operation.get("parameters", ()) if item["in"] == "query"]
    return {
        "type": "object",
        "properties": {item["name"]: item["schema"] for item in query},
        "required": [item["name"] for item in query if item["required"]],
    }


def check(operation: Operation, params: dict[str, Any]) -> dict[str, Any]:
    """The parameters with their types. Raises a 400 that names the first one that is wrong."""
    checked = _Checker(CLEARABLE.get(operation.template, set())).value(operation.schema, params, "")
    assert isinstance(checked, dict)
    return checked


class _Checker:
    def __init__(self, clearable: set[str]) -> None:
        self.clearable = clearable

    def value(self, schema: dict[str, Any], value: Any, name: str) -> Any:
        if "anyOf" in schema:
            return self._any_of(schema["anyOf"], value, name)
        if name == "metadata" or name.endswith("[metadata]"):
            return _metadata(value, name)
        kind = schema.get("type")
        if kind == "object":
            return self._object(schema, value, name)
        if kind == "array":
            if not isinstance(value, list):
                raise invalid("Invalid array", name)
            return [
                self.value(schema["items"], item, f"{name}[{index}]")
                for index, item in enumerate(value)
            ]
        return self._scalar(schema, value, name)

    def _any_of(self, choices: list[dict[str, Any]], value: Any, name: str) -> Any:
        first: StripeFault | None = None
        for choice in choices:
            try:
                return self.value(choice, value, name)
            except StripeFault as fault:
                first = first or fault
        assert first is not None
        raise first

    def _object(self, schema: dict[str, Any], value: Any, name: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise invalid("Invalid object", name)
        properties = schema.get("properties", {})
        more = schema.get("additionalProperties")
        checked = {}
        for key, child in value.items():
            full = f"{name}[{key}]" if name else key
            inner = properties.get(key, more if isinstance(more, dict) else None)
            if inner is None:
                raise invalid(f"Received unknown parameter: {full}", full, "parameter_unknown")
            checked[key] = self.value(inner, child, full)
        for key in schema.get("required", ()):
            if key not in value:
                raise missing_param(f"{name}[{key}]" if name else key)
        return checked

    def _scalar(self, schema: dict[str, Any], value: Any, name: str) -> Any:
        if not isinstance(value, str):
            raise invalid(f"Invalid string: {value}", name)
        kind = schema["type"]
        if kind == "string":
            return self._string(schema, value, name)
        if kind == "boolean":
            if value not in {"true", "false"}:
                raise invalid(f"Invalid boolean: {value}", name)
            return value == "true"
        if kind == "integer":
            if not re.fullmatch(r"-?[0-9]{1,19}", value) or abs(int(value)) > MAX_INTEGER:
                raise invalid(f"Invalid integer: {value}", name, "parameter_invalid_integer")
            return int(value)
        return _decimal(value, name)

    def _string(self, schema: dict[str, Any], value: str, name: str) -> str:
        choices = schema.get("enum")
        if choices is not None and value not in choices:
            listed = ", ".join(choice for choice in choices if choice)
            raise invalid(f"Invalid {name}: must be one of {listed}", name)
        if value == "" and choices is None and name not in self.clearable:
            raise invalid(
                f"You passed an empty string for '{name}'. We assume empty values are an attempt to"
                f" unset a parameter; however '{name}' cannot be unset. You should remove '{name}'"
                " from your request or supply a non-empty value.",
                name,
                "parameter_invalid_empty",
            )
        limit = schema.get("maxLength")
        if limit is not None and len(value) > limit:
            raise invalid(
                f"Invalid string: {value[:10]}…{value[-10:]}; must be at most {limit} characters",
                name,
                "parameter_invalid_string",
            )
        if schema.get("format") == "currency":
            return check_known(value, name)
        if schema.get("format") == "decimal":
            _decimal(value, name)
        return value


def _decimal(value: str, name: str) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite() or not re.fullmatch(r"-?[0-9]+(\.[0-9]{1,12})?", value):
        raise invalid(f"Invalid decimal: {value}", name)
    return number


def _metadata(value: Any, name: str) -> Any:
    if value == "":
        return ""  # all of it is unset
    if not isinstance(value, dict):
        raise invalid("Invalid object", name)
    if len(value) > METADATA_KEYS:
        raise invalid(f"You can have at most {METADATA_KEYS} keys in metadata.", name)
    for key, text in value.items():
        full = f"{name}[{key}]"
        if not isinstance(text, str):
            raise invalid("Metadata values must be strings.", full)
        if len(key) > METADATA_KEY_CHARS:
            raise invalid(
                f"Metadata keys may have at most {METADATA_KEY_CHARS} characters; '{key}' has"
                f" {len(key)}.",
                full,
            )
        if len(text) > METADATA_VALUE_CHARS:
            raise invalid(
                f"Metadata values may have at most {METADATA_VALUE_CHARS} characters, but the value"
                f" for '{key}' has {len(text)}.",
                full,
            )
    return dict(value)
