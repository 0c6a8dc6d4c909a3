"""The examples of the billing page come out as it says, and no rule is without one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.examples import Desk, Example, examples
from tests.docs.sessions import ROOT
from tests.stripe_double.auth import TEST_KEY
from tests.stripe_double.fixtures import StripeDouble, stripe_double

__all__ = ["stripe_double"]

PAGE = ROOT / "docs" / "billing.md"
EXAMPLES = examples(PAGE.read_text("utf-8"))
RULES = [
    *(f"D{number}" for number in range(1, 5)),
    *(f"M{number}" for number in range(1, 7)),
    *("B1", "B2", "W1", "W2"),
    *(f"R{number}" for number in range(1, 6)),
    *(f"I{number}" for number in range(1, 9)),
]


def test_every_rule_has_an_example_in_its_order() -> None:
    assert list(dict.fromkeys(example.rule for example in EXAMPLES)) == RULES


@pytest.mark.parametrize(
    "example", EXAMPLES, ids=[f"{n} {e.rule}" for n, e in enumerate(EXAMPLES, 1)]
)
def test_the_example_comes_out_as_it_says(
    example: Example,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stripe_double: StripeDouble,
) -> None:
    monkeypatch.setenv("STRIPE_API_KEY", TEST_KEY)
    monkeypatch.setenv("STRIPE_API_BASE", stripe_double.url)
    desk = Desk(tmp_path, monkeypatch.setenv)
    told = [desk.told(part) for part in example.parts]
    desk.end()
    assert any(part.startswith("→ ") for part in told)
    assert told == list(example.parts)


def test_an_example_that_is_wrong_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "| D2 | Text. | `07-25 issue jetpack-scan = A`<br>→ 2024-07: 8 days, 1.28 |\n"
    (example,) = examples(text)
    desk = Desk(tmp_path, monkeypatch.setenv)
    assert [desk.told(part) for part in example.parts][1] == "→ 2024-07: 7 days, 1.12"
    desk.told("`07-26 assign A --site ftp://a.example`")
    with pytest.raises(AssertionError, match="nobody expected"):
        desk.end()
