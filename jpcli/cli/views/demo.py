"""What stands between the commands of the demo: why, the command line, how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from jpcli.cli.views.screen import steps, text
from jpcli.domain.words import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.cli.views.screen import Screen

_NEXT = (
    ("Make your own", "jpcli init --name 'Your Agency'"),
    ("Add a card", "jpcli cards add --brand visa --last4 4242 --exp 12/2030"),
    ("Look around in it", "jpcli demo --keep demo.db"),
    ("All commands", "jpcli --help"),
    ("Complete with Tab", "jpcli completion --help"),
)


def draw_opening(data: Mapping[str, Any], screen: Screen) -> None:
    """What this is, and that it is harmless."""
    if data["quiet"]:
        return
    screen.write(Text("A day at an agency that sells Jetpack licenses", style="bold"))
    where = "The ledger is kept." if data["kept"] else "The ledger is a temporary one."
    screen.paragraph(
        f"Every command here is really run, as if you had typed it. {where} No account, no"
        " network, no card is charged.",
        "dim",
    )


def draw_command(data: Mapping[str, Any], screen: Screen) -> None:
    """Why, and the command line, folded at its options where it is too long."""
    screen.write()
    if not data["quiet"]:
        screen.paragraph(data["why"], "dim", "# ")
    for position, line in enumerate(_folded(data["command"], screen.width - 4)):
        prompt = Text("    " if position else "$ ", style="dim")
        prompt.append_text(text(line, "not dim bold"))
        screen.write(prompt)


def draw_end(data: Mapping[str, Any], screen: Screen) -> None:
    """The exit code, where it says something."""
    if data["exit_code"] == 3 and not data["quiet"]:
        screen.paragraph("Exit code 3: a rule says no, and nothing was written.", "dim", "# ")


def draw_closing(data: Mapping[str, Any], screen: Screen) -> None:
    """What to do next."""
    if data["quiet"]:
        return
    commands = dict(_NEXT)
    if data["kept"]:
        commands["Look around in it"] = f"jpcli status --ledger {quoted(data['kept'])}"
        ending = f"That is all. The ledger is in {data['kept']}."
    else:
        ending = "That is all. The temporary ledger is removed; nothing else was touched."
    screen.write()
    screen.fold(text(ending, "bold"))
    steps(screen, commands)


def _folded(command: str, width: int) -> list[str]:
    """A command line as few lines, each but the last with a backslash at its end."""
    lines = [""]
    for number, part in enumerate(command.split(" --")):
        piece = f" --{part}" if number else part
        if lines[-1] and len(lines[-1]) + len(piece) > width:
            lines[-1] += " \\"
            lines.append(piece.lstrip())
        else:
            lines[-1] += piece
    return lines
