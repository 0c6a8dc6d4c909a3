"""Every way to order licenses, as a scenario: what is ordered, and the same command again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from jpcli.domain.answers import Answer
from jpcli.domain.errors import JpcliError
from jpcli.services.licenses import issue
from jpcli.services.plan import apply, order
from tests.services.agency import A, B, C, plain
from tests.services.jetpack.conftest import Desk

PLAN = f'[sites."{A}"]\nproducts = ["jetpack-scan"]\n[sites."{B}"]\nproducts = ["jetpack-scan"]\n'
ROWS = f"product,quantity,site\njetpack-scan,1,{A}\njetpack-scan,2,{B}\njetpack-scan,1,{C}\n"


class Order(NamedTuple):
    """`licenses` are so many in all; the order `by_rows` has one of its own for each."""

    name: str
    do: Callable[..., Answer[Any]]
    licenses: int
    by_rows: bool = False


def _applied(agency: Desk, **options: Any) -> Answer[Any]:
    source = Path(f"{agency.called}.toml")
    source.write_text(PLAN, encoding="utf-8")

    def use_case(desk: Any) -> Answer[Any]:
        return apply.apply(desk, order.read_order(desk, str(source)))

    return agency.do(use_case, **options)


ORDERS = [
    Order("single", lambda a, **o: a.do(issue.issue, "jetpack-scan", **o), 1),
    Order("on a site", lambda a, **o: a.do(issue.issue, "jetpack-scan", site=A, **o), 1),
    Order("many", lambda a, **o: a.do(issue.issue, "jetpack-scan", 3, **o), 3),
    Order("many on a site", lambda a, **o: a.do(issue.issue, "jetpack-scan", 3, site=A, **o), 3),
    Order("rows", lambda a, **o: a.rows(issue.issue_rows, ROWS, **o), 4, by_rows=True),
    Order(
        "rows, going on",
        lambda a, **o: a.rows(issue.issue_rows, ROWS, keep_going=True, **o),
        4,
        by_rows=True,
    ),
    Order("a plan", _applied, 2),
]


def outcome(do: Callable[[], Answer[Any]]) -> tuple[int, str | None, int, Answer[Any] | None]:
    """(exit code, code of the error that decides, licenses in the answer, answer) as the command
    would end."""
    from jpcli.cli.shared.result import result_of

    try:
        answer = do()
    except JpcliError as error:
        return error.exit_code, error.code, 0, None
    data = plain(answer)
    shown = data.get("licenses", data.get("steps", []))
    result = result_of(answer)
    code = answer.failures[0].code if answer.failures else None
    if code is None and data.get("problems"):
        code = data["problems"][0]["code"]
    return result.exit_code, code, len(shown), answer
