"""Rules about the source text that a linter does not know. Each takes code and returns findings.

A finding is one line of text that starts with the file and the line number. Nothing here looks at
the project: the tests apply these functions to it, and to small samples that break each rule.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

# A command in a sentence, and not what reports are headed with.
_COMMAND = re.compile(r"\bjpcli (?!works |audit of|audit:)[a-z]")
# What is made here and needs no quotes: numbers of invoices, months, names of commands and options;
# and texts that were quoted where they were made.
_HARMLESS = frozenset(
    {
        *("number", "period", "label", "month", "before_month", "carrier", "bundle", "quantity"),
        *("command", "settled_by", "card_given", "option", "place", "names", "word"),
    }
)
# A module as docstrings and comments name it; `ledger.db` is a file.
_MODULE_NAMED = re.compile(
    r"`(?:jpcli\.)?((?:cli|services|ledger|payments|reports|domain)(?:\.(?!db`)[a-z_]+)+)`"
)
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 70

# What billing rules may be written with: nothing that reads, writes, waits or tells the time.
DOMAIN_MODULES = frozenset(
    {
        "__future__",
        "array",
        "bisect",
        "collections",
        "dataclasses",
        "datetime",
        "difflib",
        "enum",
        "errno",
        "functools",
        "hashlib",
        "heapq",
        "idna",  # what of a name can be registered: tables, and no effects
        "ipaddress",
        "itertools",
        "json",
        "operator",
        "re",
        "shlex",
        "string",
        "types",
        "typing",
        "unicodedata",
        "zoneinfo",
    }
)
IO_CALLS = frozenset({"open", "input", "print", "exec", "eval", "__import__"})
CLOCK_METHODS = frozenset({"now", "utcnow", "today"})
MONEY_SUFFIXES = ("_minor", "_e12", "_e6")
# Which collector a ledger has is read from these facts, chosen, and checked at Stripe's door.
COLLECTING_FACTS = frozenset({"payments", "collect"})
MAY_ASK_WHICH = frozenset(
    {
        "jpcli/ledger/queries/collection.py",
        "jpcli/services/collection/collector.py",
        "jpcli/services/collection/gateway.py",
    }
)
# Commands about the account at Stripe itself, which no other collector has.
STRIPE_COMMANDS = "jpcli/cli/commands/stripe/"
CONTRACT = "jpcli/domain/contract/"
COLLECTORS = ("jpcli.services.collection.offline", "jpcli.services.collection.stripe")


class Source(NamedTuple):
    """A file's name, as findings show it, and its text."""

    name: str
    text: str

    def finding(self, line: int, message: str) -> str:
        return f"{self.name}:{line}: {message}"


@cache
def nodes(source: Source) -> tuple[ast.AST, ...]:
    """All of a file, through which one rule after the other goes."""
    return tuple(ast.walk(ast.parse(source.text)))


def check_all(sources: Iterable[Source], rule: Callable[[Source], Iterator[str]]) -> list[str]:
    """Apply one rule to every source."""
    return [finding for source in sources for finding in rule(source)]


def file_length(source: Source) -> Iterator[str]:
    lines = source.text.count("\n")
    if lines > MAX_FILE_LINES:
        yield source.finding(1, f"{lines} lines, at most {MAX_FILE_LINES}")


def function_length(source: Source) -> Iterator[str]:
    for node in nodes(source):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MAX_FUNCTION_LINES:
                message = f"{node.name} has {lines} lines, at most {MAX_FUNCTION_LINES}"
                yield source.finding(node.lineno, message)


def imported_modules(source: Source) -> Iterator[tuple[int, str]]:
    """Line and full name of every module that is imported, also inside functions."""
    for node in nodes(source):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level + (node.module or "")


def no_click(source: Source) -> Iterator[str]:
    for line, module in imported_modules(source):
        if module.split(".")[0] == "click":
            yield source.finding(line, "imports click; Typer carries its own")


def domain_imports(source: Source) -> Iterator[str]:
    """The domain imports itself and a few modules that have no effects: of the standard library,
    and the tables of names that can be registered."""
    for line, module in imported_modules(source):
        own = module == "jpcli.domain" or module.startswith("jpcli.domain.")
        if not own and module.split(".")[0] not in DOMAIN_MODULES and module != "urllib.parse":
            yield source.finding(line, f"the domain may not import {module}")


def contract_for_types(source: Source) -> Iterator[str]:
    """Making the contract's types costs as much as a command: only a type checker imports them."""
    if source.name.startswith(CONTRACT):
        return
    branches = (node for node in nodes(source) if isinstance(node, ast.If))
    guards = (branch for branch in branches if ast.unparse(branch.test) == "TYPE_CHECKING")
    guarded = {inner for guard in guards for inner in ast.walk(guard)}
    for node in nodes(source):
        if not isinstance(node, ast.Import | ast.ImportFrom) or node in guarded:
            continue
        if re.search(r"jpcli\.domain(\.| import )contract\b", ast.unparse(node)):
            yield source.finding(node.lineno, "the contract is imported for types alone")


def quoted_commands(source: Source) -> Iterator[str]:
    """A command that a person is to type has every name in it quoted for the shell."""
    for node in nodes(source):
        begun = False
        for part in node.values if isinstance(node, ast.JoinedStr) else ():
            if isinstance(part, ast.Constant):
                begun = begun or _COMMAND.search(str(part.value)) is not None
            elif begun and isinstance(part, ast.FormattedValue) and not _is_one_word(part.value):
                yield source.finding(part.lineno, f"{ast.unparse(part.value)} is not quoted")


def _is_one_word(value: ast.expr) -> bool:
    if isinstance(value, ast.Constant):
        return True
    if isinstance(value, ast.IfExp):
        return _is_one_word(value.body) and _is_one_word(value.orelse)
    if isinstance(value, ast.Subscript):
        return _is_one_word(value.slice) and ast.unparse(value.slice).strip("'") in _HARMLESS
    if isinstance(value, ast.Call):
        text = ast.unparse(value)
        return text.startswith(("quoted(", "' '.join(map(quoted, ", "max(")) or ".iso(" in text
    return getattr(value, "id", getattr(value, "attr", "")) in _HARMLESS


def no_print(source: Source) -> Iterator[str]:
    for line, name in _called_names(source):
        if name == "print":
            yield source.finding(line, "prints; only the renderer writes to a stream")


def domain_calls(source: Source) -> Iterator[str]:
    """The domain does no I/O and never asks what time it is."""
    for line, name in _called_names(source):
        if name in IO_CALLS:
            yield source.finding(line, f"the domain may not call {name}()")
    for node in nodes(source):
        if isinstance(node, ast.Attribute) and node.attr in CLOCK_METHODS:
            yield source.finding(node.lineno, f"the domain has no clock, but uses .{node.attr}")


def no_floats(source: Source) -> Iterator[str]:
    """M1: integers alone. True division and round() make or hide floats, Decimal costs start-up."""
    for node in nodes(source):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield source.finding(node.lineno, f"the float {node.value}")
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            yield source.finding(node.lineno, "true division")
    for line, name in _called_names(source):
        if name in {"float", "round", "Decimal", "Fraction"}:
            yield source.finding(line, f"{name}()")


def exact_money(source: Source) -> Iterator[str]:
    """M1, everywhere: a name that ends in a unit of money is never divided, floated or rounded."""
    for node in nodes(source):
        operands: list[ast.expr] = []
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            operands = [node.left, node.right]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {"float", "round"}:
            operands = node.args
        for operand in operands:
            for name in _names(operand):
                if name.endswith(MONEY_SUFFIXES):
                    yield source.finding(operand.lineno, f"{name} is money and must stay exact")


def one_choice(source: Source) -> Iterator[str]:
    """Nobody asks whether it is Stripe that collects, but the one place that chooses."""
    if source.name in MAY_ASK_WHICH:
        return
    for node in nodes(source):
        if isinstance(node, ast.ImportFrom):
            asks = any(alias.name == "uses_stripe" for alias in node.names)
        elif isinstance(node, ast.Attribute):
            asks = node.attr == "uses_stripe"
        elif isinstance(node, ast.Subscript):
            asks = _is_meta(node.value) and _is_fact(node.slice)
        elif isinstance(node, ast.Call):
            asks = _reads_fact(node.func) and any(map(_is_fact, node.args))
        else:
            continue
        if asks:
            yield source.finding(node.lineno, "asks which collector it is: collector_of or way_of")


def no_collector_named(source: Source) -> Iterator[str]:
    """A command asks the collector, and does not know which one its ledger has."""
    if source.name.startswith(STRIPE_COMMANDS):
        return
    for node in nodes(source):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        base = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
        if any((base + alias.name).startswith(COLLECTORS) for alias in node.names):
            yield source.finding(node.lineno, "names a collector; ask collector_of")


def bare_kinds(source: Source, kinds: Collection[str]) -> Iterator[str]:
    """A kind of event, or the first word that several share, is no text: not by itself, and not
    within quotes in a query. What a person reads may name one."""
    families = {kind.partition(".")[0] + "." for kind in kinds}
    for node in nodes(source):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        for text in (node.value, *re.findall(r"'([^']*)'", node.value)):
            if text in kinds or text.rstrip("%") in families:
                yield source.finding(node.lineno, f"{text!r} is a kind of event without its name")
                break


def modules_named(
    source: Source, files: Collection[str], folders: Collection[str]
) -> Iterator[str]:
    """What a docstring calls a module is one, or something in one; all names are below `jpcli`."""
    for number, line in enumerate(source.text.splitlines(), 1):
        for name in _MODULE_NAMED.findall(line):
            if name not in files and name not in folders and name.rpartition(".")[0] not in files:
                yield source.finding(number, f"there is no module {name}")


def _called_names(source: Source) -> Iterator[tuple[int, str]]:
    for node in nodes(source):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.lineno, node.func.id


def _is_meta(expression: ast.expr) -> bool:
    """`ledger.meta`, or a dictionary of that name."""
    return ast.unparse(expression).split(".")[-1] == "meta"


def _reads_fact(function: ast.expr) -> bool:
    """`ledger.fact` or `ledger.meta.get`."""
    if not isinstance(function, ast.Attribute):
        return False
    return function.attr == "fact" or (function.attr == "get" and _is_meta(function.value))


def _is_fact(expression: ast.expr) -> bool:
    return isinstance(expression, ast.Constant) and expression.value in COLLECTING_FACTS


def _names(expression: ast.expr) -> Iterator[str]:
    for node in ast.walk(expression):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
