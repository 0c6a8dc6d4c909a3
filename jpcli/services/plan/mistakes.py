"""Everything that is wrong with one file, each with the key that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput, Problem, Refused, problem_of
from jpcli.domain.limits import MAX_PROBLEMS, TOO_MANY
from jpcli.domain.words import path_text
from jpcli.services.files.rows import Enough, refusal
from jpcli.services.files.toml_lines import placed

if TYPE_CHECKING:
    from jpcli.domain.errors import JpcliError
    from jpcli.services.files.toml_lines import Path


class Mistakes:
    """What was found so far; one more than are told ends the reading (Enough)."""

    def __init__(self) -> None:
        self._found: list[tuple[Path, Problem]] = []
        self._refused = 0

    def __bool__(self) -> bool:
        return bool(self._found)

    def note(self, path: Path, code: str, message: str, hint: str | None = None) -> None:
        """Something that is wrong by itself, and what to do about it."""
        self._put(path, Problem(code, path_text(path) or None, message, hint=hint))

    def add(self, path: Path, error: JpcliError) -> None:
        """What something that is named there is refused for."""
        self._put(path, problem_of(error))
        self._refused += isinstance(error, Refused)

    def refusal(self, source: str, text: str = "") -> BadInput | Refused:
        """All of it with lines of the text; Refused where the rules refuse it and nothing else is
        wrong."""
        kind = Refused if self._refused == len(self._found) else BadInput
        return refusal(source, placed(self._found, text), kind)

    def _put(self, path: Path, problem: Problem) -> None:
        if len(self._found) >= MAX_PROBLEMS:
            self._found.append(((), Problem("too_many_problems", None, TOO_MANY)))
            raise Enough
        self._found.append((path, problem))
