"""The examples in the tables of `docs/billing.md`: read, acted out through the command, and told.

An example is the last cell of a row whose first cell is a rule's number. Its parts stand one below
the other:

- `` `07-10 09:00 revoke A --yes` `` is a command line without `jpcli`, at that time of 2024 in UTC
  (or of another year; noon unless told). `issue … = A B` names the new licenses, of a bundle its
  parent, whose children are then B1, B2 and so on.
- `` `prices.csv: a,b / c,d` `` is a file with these lines.
- `→ …` is what came of it. What is told is told as it is written there, so the two are compared as
  text.
"""

from __future__ import annotations

import json
import re
import shlex
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_ROW = re.compile(r"^\| (?P<rule>[A-Z]\d) \| .* \| (?P<example>[^|]*) \|$", re.MULTILINE)
_COMMAND = re.compile(
    r"(?P<date>(?:\d{4}-)?\d\d-\d\d)(?: (?P<time>\d\d:\d\d(?::\d\d)?))? (?P<words>.*?)"
    r"(?: = (?P<names>[A-Z ]+))?"
)
_FILE = re.compile(r"(?P<name>[a-z]+\.csv): (?P<text>.*)")
_NAME = re.compile(r"[A-Z]\d*")
_CARD = "cards add --brand visa --last4 4242 --exp 12/2030"


class Example(NamedTuple):
    """One row: the rule, and the parts of its example."""

    rule: str
    parts: tuple[str, ...]


def examples(text: str) -> list[Example]:
    """Every example of the page, in order."""
    return [
        Example(row["rule"], tuple(part.strip() for part in row["example"].split("<br>")))
        for row in _ROW.finditer(text)
    ]


class Desk:
    """Acts out one example in a folder of its own; `setenv` sets the clock and the ledger."""

    def __init__(self, folder: Path, setenv: Callable[[str, str], None]) -> None:
        self._folder = folder
        self._setenv = setenv
        self._keys: dict[str, str] = {}
        self._last: dict[str, Any] = {}
        self._code = 0
        self._waiting_init = True
        setenv("JPCLI_LEDGER", str(folder / "ledger.db"))
        setenv("JPCLI_ACTOR", "ada")

    def told(self, part: str) -> str:
        """What the part says when it is acted out: a result as it came, a command as it is."""
        if part.startswith("→ "):
            return "→ " + self._result(part[2:])
        assert self._code == 0, f"nobody expected that: {self._last}"
        line = part.strip("`")
        if file := _FILE.fullmatch(line):
            text = "\n".join(file["text"].split(" / ")) + "\n"
            (self._folder / file["name"]).write_text(text, "utf-8")
            return part
        command = _COMMAND.fullmatch(line)
        assert command is not None, part
        self._act(command)
        return part

    def end(self) -> None:
        """After the last part: nothing failed that was not told."""
        assert self._code == 0, f"nobody expected that: {self._last}"

    # --- commands --------------------------------------------------------------------------------

    def _act(self, command: re.Match[str]) -> None:
        date = command["date"] if len(command["date"]) > 5 else f"2024-{command['date']}"
        words = command["words"]
        self._begin(date, words)
        self._setenv("JPCLI_NOW", f"{date}T{command['time'] or '12:00'}Z")
        self._run(words)
        if command["names"]:
            self._name(command["names"].split())

    def _begin(self, date: str, words: str) -> None:
        """What goes without saying: a ledger with the prices that ship, and a card."""
        if words.startswith("init "):
            self._waiting_init = False
            return
        if self._waiting_init:
            self._waiting_init = False
            self._setenv("JPCLI_NOW", f"{date[:7]}-01T00:00:00Z")
            self._run("init")
            self._run(_CARD)
            assert self._code == 0

    def _run(self, words: str) -> None:
        from jpcli.cli.app.root import run

        argv = [
            self._keys.get(word.partition("@")[0], word.partition("@")[0]) + word[len(head) :]
            if _NAME.fullmatch(head := word.partition("@")[0])
            else self._path(word)
            for word in shlex.split(words)
        ]
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            self._code = run([*argv, "--json"])
        self._last = json.loads(out.getvalue())
        assert self._last.get("error", {}).get("code") not in ("usage", "internal_error"), err

    def _path(self, word: str) -> str:
        return str(self._folder / word) if word.endswith(".csv") else word

    def _name(self, names: list[str]) -> None:
        licenses = self._last["data"]["licenses"]
        tops = [item for item in licenses if item["bundle_key"] is None]
        assert len(tops) == len(names), (names, self._last)
        for name, top in zip(names, tops, strict=True):
            self._keys[name] = top["license_key"]
            children = [item for item in licenses if item["bundle_key"] == top["license_key"]]
            for number, child in enumerate(children, 1):
                self._keys[f"{name}{number}"] = child["license_key"]

    # --- results ---------------------------------------------------------------------------------

    def _result(self, wanted: str) -> str:
        """What there is to say where `wanted` stands, in its form."""
        if re.fullmatch(r"\w+ \(exit \d+\)", wanted):
            said = f"{self._last['error']['code']} (exit {self._code})"
            self._last, self._code = {}, 0
            return said
        if wanted.startswith("says "):
            codes = [note["code"] for note in self._last["notes"]]
            code = wanted.removeprefix("says ")
            return f"says {code if code in codes else codes}"
        if number := re.match(r"INV-\S+(?=:)", wanted):
            return self._invoice(number[0])
        form = re.match(r"(\d{4}-\d\d)(?: by (\w+)| lines| so far)?(?=:)", wanted)
        assert form is not None, wanted
        return f"{form[0]}: {self._bill(form[0], form[1], form[2])}"

    def _invoice(self, number: str) -> str:
        invoice = self._ask("invoice", "show", number)["invoice"]
        status = f"{invoice['status']}{', past due' if invoice['past_due'] else ''}"
        paid = f", paid {_money(invoice['amount_paid'])}" if invoice["status"] == "paid" else ""
        return f"{number}: {status}, {_money(invoice['total'])}{paid}, due {invoice['due_date']}"

    def _bill(self, form: str, month: str, by: str | None) -> str:
        bill = self._ask("invoice", "preview", month, *(["--by", by] if by else []))
        if by:
            field = "license_key" if by == "license" else by
            return ", ".join(
                f"{self._shown(group[field])} {_days(group['days'])} {_money(group['amount'])}"
                for group in bill["groups"]
            )
        if form.endswith("lines"):
            return ", ".join(_line(line) for line in bill["lines"]) or "none"
        days, total = ("days_to_date", "total_to_date") if "so far" in form else ("days", "total")
        counted = [line[days] for line in bill["lines"] if line["kind"] in ("license", "bundle")]
        return f"{_days(sum(counted))}, {_money(bill[total])}"

    def _ask(self, *argv: str) -> Any:
        code, last = self._code, self._last
        self._run(shlex.join(argv))
        assert self._code == 0, self._last
        found = self._last["data"]
        self._code, self._last = code, last
        return found

    def _shown(self, key: str | None) -> str:
        if key is None:
            return "nobody"
        names = {key: name for name, key in self._keys.items()}
        return names.get(key, key.removeprefix("https://"))


def _line(line: dict[str, Any]) -> str:
    if line["kind"] == "credit":
        return f"credit {_money(line['amount'])}"
    if line["kind"] == "adjustment":
        return f"{_days(line['days'])} of {line['period']} = {_money(line['amount'])}"
    return f"{line['days']} × {line['day_price']} = {_money(line['amount'])}"


def _days(count: int) -> str:
    return f"{count} day" if abs(count) == 1 else f"{count} days"


def _money(money: dict[str, Any]) -> str:
    return str(money["amount"])
