"""What jpcli says of itself, and before there is a ledger."""

from __future__ import annotations

from typing import TypedDict

from jpcli.domain.contract.status import NextStep


class CommandObject(TypedDict):
    """A command, or a group of them."""

    command: str  # its path, such as `invoice close`
    summary: str


class HelpAnswer(TypedDict):
    """How a command is used. A group by itself answers this as well."""

    command: str | None  # null for all of jpcli
    commands: list[CommandObject]  # that are in it; none for one command
    page: str  # as `--help` shows it


class StartAnswer(TypedDict):
    """What to do first: the answer of `jpcli` by itself where there is no ledger."""

    ledger: str  # where there is none
    next: list[NextStep]


class ReportAnswer(TypedDict):
    """The page that was written."""

    files: list[str]
