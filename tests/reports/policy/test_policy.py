"""Policies: what is taken, what is refused, and that the schema says the same as the parser."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import pytest

from jpcli.domain.words import path_text
from jpcli.reports.policy import rules
from jpcli.reports.policy.policy import Policy, default_policy, parse_policy
from jpcli.reports.policy.schema import schema_text
from jpcli.reports.policy.values import Facts, Figure, fits, site_matcher

FACTS = Facts("usd", ("jetpack-ai", "jetpack-backup-t1", "jetpack-scan"), ("[b]Blog[/b]", "Shop"))


def load(text: str, facts: Facts = FACTS) -> tuple[Policy, list[tuple[str, str, str]]]:
    policy, mistakes = parse_policy(tomllib.loads(text, parse_float=Figure), facts)
    return policy, [(path_text(each.path), each.code, each.message) for each in mistakes]


def good(text: str, facts: Facts = FACTS) -> Policy:
    policy, mistakes = load(text, facts)
    assert mistakes == []
    return policy


def wrong(text: str) -> list[tuple[str, str]]:
    return [(key, code) for key, code, _ in load(text)[1]]


# --- what is taken -------------------------------------------------------------------------------


def test_the_whole_table_is_read() -> None:
    policy = good(
        """
        checks = { primary_card = true, past_due = "warning", outbox = false }
        [[licenses]]
        product = "jetpack-*"
        site = "Shop.example/"
        client = ""
        state = "assigned"
        at_least = 2
        at_most = 2
        level = "warning"
        [unassigned]
        at_most = 0
        days_at_most = 14
        [[required]]
        sites = ["shop.example", "*.example", "shop.example"]
        products = ["jetpack-scan"]
        [bill]
        at_most = 500
        growth_at_most = "81.5"
        growth_at_most_percent = "12.5%"
        """
    )
    assert policy.checks == {"primary_card": "error", "past_due": "warning"}
    (licenses,) = policy.licenses
    assert licenses.site == "https://shop.example"
    assert (licenses.client, licenses.at_least, licenses.level) == ("", 2, "warning")
    assert policy.unassigned is not None
    assert policy.unassigned.days_at_most == 14
    assert policy.required[0].sites == ("https://shop.example", "*.example")
    assert policy.bill is not None
    assert policy.bill[1:] == (50_000, 8_150, 12_500_000, "error")


@pytest.mark.parametrize(
    ("currency", "text", "minor"),
    [
        ("usd", "0.1", 10),
        ("usd", "8.10", 810),
        ("usd", "90071992547409.93", 9_007_199_254_740_993),  # a float has 90071992547409.94
        ("jpy", "300", 300),
        ("kwd", "1.234", 1_234),
    ],
)
@pytest.mark.parametrize("quoted", [False, True])
def test_amounts_are_exact_and_in_the_ledgers_currency(
    currency: str, text: str, minor: int, quoted: bool
) -> None:
    value = f'"{text}"' if quoted else text
    policy = good(f"[bill]\nat_most = {value}", FACTS._replace(currency=currency))
    assert policy.bill is not None
    assert policy.bill.at_most == minor


def test_the_default_is_a_policy_like_any_other() -> None:
    text = "[checks]\n" + "".join(f"{name} = true\n" for name in rules.DEFAULT_CHECKS)
    assert good(text) == default_policy()
    assert "ledger_check" not in rules.DEFAULT_CHECKS


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("", "empty_policy")]),
        ("[checks]\noutbox = false", [("", "empty_policy")]),
        ("[licences]\nx = 1", [("licences", "unknown_key")]),
        ("[checks]\nprimary = true", [("checks.primary", "unknown_key")]),
        ("[checks]\noutbox = 1", [("checks.outbox", "bad_value")]),
        ("[checks]\noutbox = 'error'", [("checks.outbox", "bad_value")]),
        ("checks = true", [("checks", "bad_value")]),
        ("[[checks]]\noutbox = true", [("checks", "bad_value")]),
        ("[licenses]\nexactly = 1", [("licenses", "bad_value")]),
        ("licenses = [1]", [("licenses", "bad_value")]),
        ("[[licenses]]\nproduct = 'jetpack-ai'", [("licenses[1]", "missing_key")]),
        ("[[licenses]]\nexactly = 1\nat_most = 2", [("licenses[1].at_most", "bad_value")]),
        ("[[licenses]]\nat_least = 3\nat_most = 2", [("licenses[1].at_least", "bad_number")]),
        ("[[licenses]]\nexactly = -1", [("licenses[1].exactly", "bad_number")]),
        ("[[licenses]]\nexactly = 1.0", [("licenses[1].exactly", "bad_number")]),
        ("[[licenses]]\nexactly = true", [("licenses[1].exactly", "bad_number")]),
        ("[[licenses]]\nexactly = '3'", [("licenses[1].exactly", "bad_number")]),
        ("[[licenses]]\nexactly = 99999999999", [("licenses[1].exactly", "bad_number")]),
        ("[[licenses]]\nexactly = 1\nproduct = 'x'", [("licenses[1].product", "unknown_product")]),
        (
            "[[licenses]]\nexactly = 1\nproduct = 'x-*'",
            [("licenses[1].product", "unknown_product")],
        ),
        ("[[licenses]]\nexactly = 1\nproduct = 1.5", [("licenses[1].product", "bad_value")]),
        ("[[licenses]]\nexactly = 1\nclient = 'Shep'", [("licenses[1].client", "unknown_client")]),
        ("[[licenses]]\nexactly = 1\nsite = 'ftp://x'", [("licenses[1].site", "bad_site")]),
        ("[[licenses]]\nexactly = 1\nsite = 'a\\u0007*'", [("licenses[1].site", "bad_site")]),
        ("[[licenses]]\nexactly = 1\nstate = 'active'", [("licenses[1].state", "bad_value")]),
        ("[[licenses]]\nexactly = 1\nlevel = 'info'", [("licenses[1].level", "bad_value")]),
        ("[unassigned]\nlevel = 'error'", [("unassigned", "missing_key")]),
        ("[[required]]\nsites = ['a.example']", [("required[1]", "missing_key")]),
        (
            "[[required]]\nsites = []\nproducts = ['jetpack-ai']",
            [("required[1].sites", "bad_value")],
        ),
        (
            "[[required]]\nsites = ['a.example']\nproducts = ['jetpack-*']",
            [("required[1].products[1]", "unknown_product")],
        ),
        (
            "[[required]]\nsites = ['ftp://x', 7]\nproducts = ['jetpack-ai', 'jetpack-ia', 1]",
            [
                ("required[1].sites[1]", "bad_site"),
                ("required[1].sites[2]", "bad_value"),
                ("required[1].products[2]", "unknown_product"),
                ("required[1].products[3]", "bad_value"),
            ],
        ),
        ("[bill]\nat_most = -1", [("bill.at_most", "bad_amount")]),
        ("[bill]\nat_most = 1e3", [("bill.at_most", "bad_amount")]),
        ("[bill]\nat_most = nan", [("bill.at_most", "bad_amount")]),
        ("[bill]\nat_most = inf", [("bill.at_most", "bad_amount")]),
        ("[bill]\nat_most = 1_000.5", [("bill.at_most", "bad_amount")]),
        ("[bill]\nat_most = 1.005", [("bill.at_most", "bad_amount")]),
        ("[bill]\nat_most = '$5'", [("bill.at_most", "bad_amount")]),
        ("[bill]\nat_most = 99999999999999999999", [("bill.at_most", "bad_amount")]),
        ("[bill]\nat_most = 2026-11-01", [("bill.at_most", "bad_amount")]),
        ("[bill]\ngrowth_at_most_percent = '-3'", [("bill.growth_at_most_percent", "bad_percent")]),
    ],
)
def test_what_is_wrong_is_named_by_its_key(text: str, expected: list[tuple[str, str]]) -> None:
    if "\\u0007" in text:
        text = text.replace("'a\\u0007*'", '"a\\u0007*"')
    assert wrong(text) == expected


def test_all_mistakes_come_at_once() -> None:
    text = (
        "[check]\n[[licenses]]\nmin = 1\n[[licenses]]\nproduct='jetpack-scam'\nexactly=-1\n[bill]\n"
    )
    assert wrong(text) == [
        ("check", "unknown_key"),
        ("licenses[1].min", "unknown_key"),
        ("licenses[2].product", "unknown_product"),
        ("licenses[2].exactly", "bad_number"),
        ("bill", "missing_key"),
    ]


@pytest.mark.parametrize(
    ("text", "suggested"),
    [
        ("[check]", "checks"),
        ("[license]", "licenses"),
        ("[checks]\ncard = true", "primary_card"),
        ("[checks]\ncard_expires = true", "card_expiry"),
        ("[[licenses]]\nmin = 1", "at_least"),
        ("[[licenses]]\nMax = 1", "at_most"),
        ("[[licenses]]\nexacty = 1", "exactly"),
        ("[unassigned]\ndays = 1", "days_at_most"),
        ("[[licenses]]\nexactly = 1\nproduct = 'jetpack-scam'", "jetpack-scan"),
        ("[[licenses]]\nexactly = 1\nclient = 'Shep'", "Shop"),
        ("[[licenses]]\nexactly = 1\nstate = 'asigned'", "assigned"),
    ],
)
def test_what_was_meant_is_said(text: str, suggested: str) -> None:
    ((_, _, message),) = load(text)[1]
    assert message.endswith(f"; did you mean {suggested}?")


def test_suggestions_are_names_that_there_are() -> None:
    names = {section.name for section in rules.SECTIONS}
    names |= {key.name for section in rules.SECTIONS for key in section.keys}
    assert set(rules.MEANT.values()) <= names
    assert not set(rules.MEANT) & names


# --- patterns ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "url", "expected"),
    [
        ("https://*.example", "https://a.example", True),
        ("https://*.example", "http://a.example", False),
        ("*.example", "http://a.example", True),
        ("*.Example/b*", "https://a.example/blog", True),
        ("a?.example", "https://ab.example", True),
        ("a?.example", "https://a.example", False),
        ("*.example", "https://a.example/blog", False),
        ("[::1]*", "http://[::1]:80", True),
        ("a.*", "https://axexample", False),
    ],
)
def test_patterns_of_sites(pattern: str, url: str, expected: bool) -> None:
    assert site_matcher([pattern])(url) is expected


def test_only_stars_and_question_marks_are_special() -> None:
    assert fits("a[b]*", "a[b]c")
    assert not fits("a[b]*", "ab")
    assert not fits("jetpack-a", "jetpack-ai")
    assert not site_matcher([])("https://a.example")


# --- the schema ----------------------------------------------------------------------------------


SCHEMA = json.loads(schema_text())


def test_every_rule_and_every_key_is_in_the_schema() -> None:
    tables = SCHEMA["properties"]
    assert set(tables) == {section.name for section in rules.SECTIONS}
    for section in rules.SECTIONS:
        table = tables[section.name]["items"] if section.many else tables[section.name]
        assert set(table["properties"]) == {key.name for key in section.keys}
        assert all(form["description"] for form in table["properties"].values())


SAMPLES = [
    "[checks]\noutbox = true",
    "[checks]\noutbox = 'warning'",
    "[checks]\noutbox = 'error'",
    "[checks]\ncard = true",
    "[chekcs]\n",
    "[[licenses]]\nexactly = 1",
    "[[licenses]]\nat_least = 1\nat_most = 3\nlevel = 'warning'",
    "[[licenses]]\nproduct = 'jetpack-ai'",
    "[[licenses]]\nexactly = 1\nat_least = 1",
    "[[licenses]]\nexactly = -1",
    "[[licenses]]\nexactly = 'one'",
    "[[licenses]]\nexactly = 1\nstate = 'active'",
    "[[licenses]]\nexactly = 1\nclient = ''",
    "[licenses]\nexactly = 1",
    "[unassigned]\nat_most = 1\ndays_at_most = 4",
    "[unassigned]\n",
    "[[required]]\nsites = ['a.example']\nproducts = ['jetpack-ai']",
    "[[required]]\nsites = ['a.example']",
    "[[required]]\nsites = []\nproducts = ['jetpack-ai']",
    "[bill]\nat_most = 5\ngrowth_at_most = '5.10'\ngrowth_at_most_percent = 10",
    "[bill]\nat_most = 'five'",
    "[bill]\nat_most = -5",
    "[bill]\nlevel = 'error'",
]


@pytest.mark.parametrize("text", SAMPLES)
def test_the_schema_and_the_parser_agree(text: str) -> None:
    accepted = not load(text)[1]
    assert is_valid(tomllib.loads(text), SCHEMA) is accepted


def is_valid(value: Any, form: dict[str, Any]) -> bool:
    """The few words of JSON Schema that the schema uses."""
    known = {"$schema", "title", "description", "not", "anyOf", "enum", "type", "properties"}
    known |= {"additionalProperties", "required", "items", "minItems", "minProperties"}
    known |= {"minimum", "maximum", "minLength", "maxLength", "pattern"}
    assert set(form) <= known
    return all(
        (
            "not" not in form or not is_valid(value, form["not"]),
            "anyOf" not in form or any(is_valid(value, each) for each in form["anyOf"]),
            "enum" not in form or any(value is each or value == each for each in form["enum"]),
            "type" not in form or _has_type(value, form["type"]),
            not isinstance(value, dict) or _is_valid_object(value, form),
            not isinstance(value, list) or _is_valid_list(value, form),
            not isinstance(value, str) or _is_valid_text(value, form),
            not isinstance(value, int) or form.get("minimum", value) <= value,
            not isinstance(value, int) or value <= form.get("maximum", value),
        )
    )


def _has_type(value: Any, name: str) -> bool:
    kinds: dict[str, Any] = {"object": dict, "array": list, "string": str}
    kinds |= {"integer": int, "number": (int, float)}
    return isinstance(value, kinds[name]) and not isinstance(value, bool)


def _is_valid_object(value: dict[str, Any], form: dict[str, Any]) -> bool:
    known = form.get("properties", {})
    closed = form.get("additionalProperties") is False
    return (
        len(value) >= form.get("minProperties", 0)
        and all(name in value for name in form.get("required", ()))
        and not (closed and set(value) - set(known))
        and all(is_valid(value[name], known[name]) for name in value if name in known)
    )


def _is_valid_list(value: list[Any], form: dict[str, Any]) -> bool:
    items = form.get("items")
    return len(value) >= form.get("minItems", 0) and all(
        items is None or is_valid(item, items) for item in value
    )


def _is_valid_text(value: str, form: dict[str, Any]) -> bool:
    fitting = re.search(form.get("pattern", ""), value) is not None
    longest = form.get("maxLength", len(value))
    return fitting and form.get("minLength", 0) <= len(value) <= longest
