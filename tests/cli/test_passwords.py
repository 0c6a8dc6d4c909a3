"""The password of a server is told nowhere, also where its address is a mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ADDRESS = "postgresql://desk:s3cret@127.0.0.1:1/db"
# An address where something else belongs.
ROADS = (
    f"{ADDRESS}",
    f"init {ADDRESS}",
    f"licenses list --site {ADDRESS}",
    f"licenses list --product {ADDRESS}",
    f"licenses list --client {ADDRESS}",
    f"licenses list --sort {ADDRESS}",
    f"licenses show {ADDRESS}",
    f"issue {ADDRESS}",
    f"issue jetpack-scan --site {ADDRESS}",
    f"assign {ADDRESS} --site a.example",
    f"invoice preview {ADDRESS}",
    f"invoice show {ADDRESS}",
    f"invoice preview --as-of {ADDRESS}",
    f"invoice preview --issue {ADDRESS}",
    f"cards remove {ADDRESS} --yes",
    f"products show {ADDRESS}",
    f"sites show {ADDRESS}",
    f"ledger restore {ADDRESS}",
    f"ledger backup {ADDRESS}",
    f"plan {ADDRESS}",
    f"apply {ADDRESS} --yes",
    f"issue --from {ADDRESS}",
    f"settings set bill-from {ADDRESS}",
    f"settings set {ADDRESS} x",
    f"status --ledger {ADDRESS} --wait 0",
    f"ledger move {ADDRESS} x.db --wait 0",
    f"log --since {ADDRESS}",
    f"status --wait {ADDRESS}",
    f"status --format {ADDRESS}",
    f"completion {ADDRESS}",
)


@pytest.mark.alike("more")
@pytest.mark.parametrize("more", ["", "--json"])
@pytest.mark.parametrize("line", ROADS)
def test_no_error_repeats_a_password(line: str, more: str, ledger: Callable[..., Any]) -> None:
    run = ledger(*line.split(), *more.split())
    assert run.code != 0 or "list" in line, run.out
    assert "s3cret" not in run.out + run.err
