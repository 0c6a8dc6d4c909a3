"""The source keeps the rules of section 9 and M1, and each rule notices a violation."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.architecture import rules
from tests.architecture.rules import Source, check_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Rule = Callable[[Source], Iterator[str]]

ROOT = Path(__file__).parents[2]


def sources(folder: str) -> list[Source]:
    paths = sorted((ROOT / folder).rglob("*.py"))
    assert paths, f"no Python file under {folder}"
    return [Source(str(path.relative_to(ROOT)), path.read_text("utf-8")) for path in paths]


# (rule, folder it holds for, code that breaks it)
CASES: list[tuple[Rule, str, str]] = [
    (rules.file_length, "jpcli", "x = 1\n" * 301),
    (rules.function_length, "jpcli", "def f():\n" + "    x = 1\n" * 70),
    (rules.function_length, "tools", "def f():\n" + "    x = 1\n" * 70),
    (rules.file_length, "tools", "x = 1\n" * 301),
    (rules.function_length, "jpcli", "class A:\n async def f(self):\n" + "  x = 1\n" * 70),
    (rules.no_click, "jpcli", "import click\n"),
    (rules.no_click, "jpcli", "def f():\n    from click.core import Command\n"),
    (rules.no_print, "jpcli", "print('x')\n"),
    (rules.quoted_commands, "jpcli", "hint = f'See it:   jpcli sites show {url}'\n"),
    (rules.quoted_commands, "jpcli", "f'jpcli sites move {quoted(url)} --client {facts.client}'\n"),
    (rules.quoted_commands, "jpcli", "f'jpcli assign {name(key)} --site {quoted(url)}'\n"),
    (rules.quoted_commands, "jpcli", "f'jpcli issue {row[key]}'\n"),
    (rules.exact_money, "jpcli", "x = line.amount_minor / 100\n"),
    (rules.exact_money, "jpcli", "x = float(sum(a.total_minor for a in b))\n"),
    (rules.exact_money, "jpcli", "x = round(day_price_e12 * 3)\n"),
    (rules.one_choice, "jpcli", "from jpcli.ledger.queries.collection import uses_stripe\n"),
    (rules.one_choice, "jpcli", "def f():\n    from x.collection import uses_stripe as at\n"),
    (rules.one_choice, "jpcli", "if collection.uses_stripe(desk.ledger):\n    pass\n"),
    (rules.one_choice, "jpcli", "stripe = ledger.meta['payments'] == 'stripe'\n"),
    (rules.one_choice, "jpcli", "if desk.ledger.fact('collect') == 'send':\n    pass\n"),
    (rules.one_choice, "jpcli", "if meta['payments'] == 'offline':\n    pass\n"),
    (rules.one_choice, "jpcli", "by_mail = ledger.meta.get('collect') == 'send'\n"),
    (rules.no_collector_named, "jpcli/cli", "from jpcli.services.collection import offline\n"),
    (rules.no_collector_named, "jpcli/cli", "import jpcli.services.collection.stripe.push\n"),
    (
        rules.no_collector_named,
        "jpcli/cli",
        "def f():\n    from jpcli.services.collection.stripe.invoices import pay\n",
    ),
    (rules.contract_for_types, "jpcli", "from jpcli.domain.contract.values import MoneyObject\n"),
    (rules.contract_for_types, "jpcli", "from jpcli.domain import contract\n"),
    (rules.contract_for_types, "jpcli", "def f():\n    import jpcli.domain.contract.values\n"),
    (rules.domain_imports, "jpcli/domain", "import sqlite3\n"),
    (rules.domain_imports, "jpcli/domain", "from os import path\n"),
    (rules.domain_imports, "jpcli/domain", "import urllib.request\n"),
    (rules.domain_imports, "jpcli/domain", "def f():\n    import time\n"),
    (rules.domain_imports, "jpcli/domain", "from jpcli.ledger import schema\n"),
    (rules.domain_imports, "jpcli/domain", "from jpcli.domainlike import x\n"),
    (rules.domain_imports, "jpcli/domain", "from decimal import Decimal\n"),
    (rules.domain_imports, "jpcli/domain", "import babel\n"),
    (rules.domain_calls, "jpcli/domain", "open('x')\n"),
    (rules.domain_calls, "jpcli/domain", "datetime.now(UTC)\n"),
    (rules.domain_calls, "jpcli/domain", "clock = date.today\n"),
    (rules.no_floats, "jpcli/domain", "x = 0.5\n"),
    (rules.no_floats, "jpcli/domain", "x = 1e3\n"),
    (rules.no_floats, "jpcli/domain", "x = a / b\n"),
    (rules.no_floats, "jpcli/domain", "x /= 2\n"),
    (rules.no_floats, "jpcli/domain", "x = float('1')\n"),
    (rules.no_floats, "jpcli/domain", "x = Decimal('1')\n"),
]


@pytest.mark.parametrize(
    ("rule", "folder"),
    list(dict.fromkeys((rule, folder) for rule, folder, _ in CASES)),
    ids=lambda value: getattr(value, "__name__", value),
)
def test_the_source_keeps_the_rule(rule: Rule, folder: str) -> None:
    assert check_all(sources(folder), rule) == []


@pytest.mark.parametrize(("rule", "_folder", "code"), CASES)
def test_a_violation_is_noticed(rule: Rule, _folder: str, code: str) -> None:
    found = list(rule(Source("sample.py", code)))
    assert len(found) == 1
    assert found[0].startswith("sample.py:")


def test_the_places_that_may_ask_are_there_and_ask() -> None:
    """An exception that is not needed any more goes."""
    for name in rules.MAY_ASK_WHICH:
        assert "uses_stripe" in (ROOT / name).read_text("utf-8")
    assert (ROOT / rules.STRIPE_COMMANDS).is_dir()


def test_the_modules_that_docstrings_name_are_there() -> None:
    found = [source.name.removesuffix(".py").replace("/", ".") for source in sources("jpcli")]
    names = [name.removeprefix("jpcli.").removesuffix(".__init__") for name in found]
    folders = {name.rpartition(".")[0] for name in names}
    rule = partial(rules.modules_named, files=set(names) - folders, folders=folders)
    assert check_all(sources("jpcli"), rule) == []
    for gone in ("`domain.planning`", "`jpcli.services.period`", "`ledger.queries.days.gone.sum`"):
        assert len(list(rule(Source("sample.py", f'"""As {gone}."""')))) == 1
    there = "`domain.planner`, `services.billing`, `ledger.queries.days.sum_lines`, `ledger.db`"
    assert list(rule(Source("sample.py", f'"""As {there}."""'))) == []


def test_code_within_the_rules_is_not_reported() -> None:
    code = (
        "from __future__ import annotations\n"
        "from urllib.parse import urlsplit\n"
        "from jpcli.domain.errors import BadInput\n"
        "def half_up(amount_minor: int, by: int) -> int:\n"
        + "    amount_minor += 1\n" * 67
        + "    return (2 * amount_minor + by) // (2 * by)\n"
    )
    for rule in dict.fromkeys(rule for rule, _, _ in CASES):
        assert list(rule(Source("sample.py", code))) == []
