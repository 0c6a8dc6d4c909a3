"""Remarks, errors and questions for a person, on stderr. Plain text and a little color, no Rich."""

from __future__ import annotations

import re
import sys
import textwrap
from typing import TYPE_CHECKING

from jpcli.cli.shared.escape import visible
from jpcli.cli.shared.named_ledger import naming
from jpcli.cli.shared.output import terminal_width
from jpcli.domain.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jpcli.cli.shared.failure import Failure
    from jpcli.cli.shared.output import Output
    from jpcli.domain.answers import Note
    from jpcli.domain.errors import Problem

# kind -> sign, sign where stderr is not UTF-8, color
_SIGNS = {
    "error": ("✗", "x", "31"),
    "warning": ("!", "!", "33"),
    "ok": ("✓", "+", "32"),
    "info": ("·", "-", "2"),
}
_DIM = "2"
# Where in a hint begins what is to be typed.
_TYPED = re.compile(r"(?:^|   +)(?=jpcli\b|\S*(?:pip|python)\S* )")
# Whoever types takes longer between two lines than a terminal that pastes.
PASTE_SECONDS = 0.15
_MOST_TRIES = 3
# What stands in the last line of the terminal for a moment; at most one text.
_transient: list[str] = []


def write_notes(notes: Iterable[Note], output: Output) -> None:
    """One line a remark; `--quiet` leaves the warnings."""
    for note in notes:
        if output.quiet and note.kind != "warning":
            continue
        _write_lines(note.kind, note.message, "", note.hint, output)


def write_more(count: int, hint: str, output: Output) -> None:
    """That a list on a terminal was cut, and how to see all of it."""
    if count > 0 and not output.quiet:
        dots = "…" if _is_unicode() else "..."
        text = f"{dots} and {count:,} more   {naming(hint, output.ledger)}"
        _write(_colored(text, _DIM, output) + "\n")


def write_failure(failure: Failure, output: Output) -> None:
    """What is wrong, its code at the right, what to do next, and every problem with its line."""
    _write_lines("error", failure.message, failure.code, failure.hint, output)
    write_problems(failure.problems, output)


def write_problems(problems: Iterable[Problem], output: Output) -> None:
    """One line a problem, with its line in the input, folded between words on a terminal; below it
    what to do, where that is not what was just said."""
    said = None
    for problem in problems:
        _write(_problem_text(problem, output) + "\n")
        if problem.hint and problem.hint != said:
            lines = problem.hint.splitlines()
            hint = [part for line in lines for part in _hint_lines(_shown(line), output, "    ")]
            _write("".join(f"{line}\n" for line in hint))
        said = problem.hint


def ask(question: str, consequence: str, output: Output) -> None:
    """Ask on stderr, read from stdin; anything but yes is BadInput `cancelled`."""
    _write_lines("warning", question, "", consequence, output)
    _write("  Continue? [y/N] ")
    answer = sys.stdin.readline()
    if not answer.endswith("\n"):
        _write("\n")
    if answer.strip().lower() not in ("y", "yes"):
        raise BadInput("cancelled", "Nothing was changed.")


def prompt(question: str, output: Output, default: str = "") -> str:
    """Ask for a line of text on stderr, and read it from stdin; the default where it is empty.

    BadInput `cancelled` where stdin ends."""
    shown = f"{_shown(question)} [{_shown(default)}]" if default else _shown(question)
    _write(f"{_colored('?', '36', output)} {shown}: ")
    answer = sys.stdin.readline()
    if not answer.endswith("\n"):
        _write("\n")
        raise BadInput("cancelled", "Nothing was written.")
    return answer.strip() or default


def read_pasted() -> Iterator[str]:
    """The lines that are pasted on stdin, up to an empty one after which nothing waits to be read.

    BadInput `cancelled` where stdin ends."""
    while True:
        line = sys.stdin.readline()
        if not line.endswith("\n"):
            _write("\n")
            raise BadInput("cancelled", "Nothing was written.")
        if not line.strip() and not _more_waits():
            return
        yield line.rstrip("\n")


def _more_waits() -> bool:
    """Whether more was pasted: an empty line may be in the middle of it."""
    from select import select

    return bool(select([sys.stdin], [], [], PASTE_SECONDS)[0])


def ask_which(lines: Sequence[str], total: int, output: Output) -> list[int]:
    """Let a person pick from a numbered list, of which `lines` are the first of `total`; numbers
    from 0, at least one. Nothing, or nothing that makes sense, is BadInput `cancelled`."""
    _write_lines("warning", f"{total:,} licenses match", "", None, output)
    width = len(str(len(lines)))
    for number, line in enumerate(lines, 1):
        _write(f"  {number:>{width}}  {_shown(line)}\n")
    if total > len(lines):
        _write(f"  and {total - len(lines):,} more\n")
    for _ in range(_MOST_TRIES):
        _write(f"  Which of them? [1-{total}, several as 1,2, or all] ")
        answer = sys.stdin.readline()
        if not answer.endswith("\n"):
            _write("\n")
        picked = numbers_in(answer, total)
        if picked or not answer.strip():
            break
    if not picked:
        raise BadInput("cancelled", "Nothing was changed.")
    return picked


def numbers_in(text: str, total: int) -> list[int]:
    """`1,3`, `2-4 7` or `all` as numbers from 0, each once, in order; none where that is no such
    list, or goes beyond `total`."""
    words = text.replace(",", " ").split()
    if [word.lower() for word in words] == ["all"]:
        return list(range(total))
    found: set[int] = set()
    for word in words:
        ends = re.fullmatch(r"([0-9]{1,9})(?:-([0-9]{1,9}))?", word)
        low, high = (int(ends[1]), int(ends[2] or ends[1])) if ends else (0, 0)
        if not 1 <= low <= high <= total:
            return []
        found.update(range(low - 1, high))
    return sorted(found)


def _write_lines(kind: str, message: str, code: str, hint: str | None, output: Output) -> None:
    sign, ascii_sign, color = _SIGNS.get(kind, _SIGNS["info"])
    sign = _colored(sign if _is_unicode() else ascii_sign, color, output)
    lines = _laid_out(_shown(message), visible(code), output)
    if code and output.error_color:
        lines[-1] = lines[-1].removesuffix(code) + _colored(code, _DIM, output)
    _write(f"{sign} " + "\n  ".join(lines) + "\n")
    if hint:
        lines = [part for line in hint.splitlines() for part in _hint_lines(_shown(line), output)]
        _write("".join(f"{line}\n" for line in lines))


def _laid_out(message: str, code: str, output: Output) -> list[str]:
    """The message and, in the same line where it fits, its code at the right edge."""
    if not output.error_terminal:
        return [f"{message}  {code}" if code else message]
    width = _width() - 2
    lines = _folded(message, width) or [""]
    if code:
        space = width - len(lines[-1]) - len(code)
        if space >= 2:
            lines[-1] += " " * space + code
        else:
            lines.append(code.rjust(width))
    return lines


def _hint_lines(hint: str, output: Output, indent: str = "  ") -> list[str]:
    """A line of a hint; what is to be typed is never cut in two, so that it can be copied."""
    hint = naming(hint, output.ledger)
    width = terminal_width(sys.stderr) - len(indent)
    if not output.error_terminal or len(hint) <= width:
        return [indent + hint]
    typed = _TYPED.search(hint)
    why, command = (hint[: typed.start()], hint[typed.end() :]) if typed else (hint, "")
    told = [*_folded(why, _width() - len(indent)), *([command] if command else [])]
    return [indent + line for line in told]


def _problem_text(problem: Problem, output: Output) -> str:
    where = f"line {problem.line}: " if problem.line is not None else ""
    said = not problem.subject or problem.message.startswith(problem.subject)
    subject = "" if said else f"{problem.subject}: "
    line = f"{where}{_shown(subject)}{_shown(problem.message)}  {problem.code}"
    lines = _folded(line, _width() - 4) if output.error_terminal else [line]
    return "  " + "\n    ".join(lines)


def _width() -> int:
    return max(terminal_width(sys.stderr), 40)


def _folded(text: str, width: int) -> list[str]:
    """Lines that are cut between words; a longer word, as an address, stays whole."""
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)


def _shown(text: str) -> str:
    """What acts written out, sites as a person reads them; JSON has them as the wire does."""
    if "://" in text and _is_unicode():
        from jpcli.domain.site_urls import readable_in

        text = readable_in(text)
    return visible(text)


def _is_unicode() -> bool:
    return (sys.stderr.encoding or "").lower().replace("-", "").startswith("utf8")


def _colored(text: str, color: str, output: Output) -> str:
    return f"\x1b[{color}m{text}\x1b[0m" if output.error_color else text


def show_transient(text: str) -> None:
    """A line that the next one, on stdout or stderr, takes the place of."""
    _write(text)
    _transient.append(text)


def clear_transient() -> None:
    """Take away the line of `show_transient`, if there is one."""
    if _transient:
        _write("")


def _write(text: str) -> None:
    """Stderr may be closed or full; that must not hide how the command ended."""
    if _transient:
        _transient.clear()
        text = f"\r\x1b[K{text}"
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):
        pass
