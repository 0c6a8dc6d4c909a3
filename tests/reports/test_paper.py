"""The look that pages on paper share: what only one of them uses stands with that one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import jpcli

REPORTS = Path(jpcli.__file__).parent / "reports"
PAPER = (REPORTS / "html" / "templates" / "paper.css").read_text("utf-8")


@pytest.mark.parametrize("page", ["statement", "clients"])
def test_a_shared_rule_is_used_by_each_page(page: str) -> None:
    text = (REPORTS / page / "templates" / f"{page}.html").read_text("utf-8")
    selectors = re.sub(r"\{[^{}]*\}", " ", PAPER)
    classes = set(re.findall(r"\.([a-z][\w-]*)", selectors))
    used = set(re.findall(r'class="([^"]*)"', text))
    words = {word for value in used for word in re.findall(r"[a-z][\w-]*", value)}
    assert len(classes) > 5
    assert sorted(classes - words) == []
    colors = set(re.findall(r"(--[a-z][\w-]*):", PAPER))
    assert colors
    assert sorted(one for one in colors if f"var({one})" not in PAPER + text) == []
