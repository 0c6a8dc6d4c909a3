"""What can't be done fails before anybody is asked about it, and nobody is asked in vain."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from tests import engines
from tests.cli.conftest import run_on_terminal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Run

ROADS = {
    "revoke nope": "unknown_license",
    "issue nope": "unknown_product",
    "undo 999": "unknown_event",
    "revoke --from {folder}/nope.csv": "no_such_file",
    "revoke --from {folder}": "is_a_folder",
    "apply {folder}/nope.toml": "no_such_file",
    "apply {folder}/empty": "empty_plan",
    "cards remove nope": "unknown_card",
    "invoice void INV-2099-01": "unknown_invoice",
    "invoice void 2026-10": "invoice_paid",
    "invoice close 2026-10": "already_closed",
    "invoice close 2026-11": "month_not_over",
    "ledger restore {folder}/nope.db": "no_ledger",
    "ledger restore {folder}/empty": "not_a_ledger",
    "products set-price nope --price 0": "unknown_product",
    "products set-price jetpack-ai --price x": "bad_price",
    "products import {folder}/nope.csv": "no_such_file",
}


@pytest.fixture
def closed(jpcli: Callable[..., Run], tmp_path: Path) -> Callable[..., Run]:
    """A ledger with a month that is closed and paid."""
    for now, line in (
        ("2026-10-02T10:00:00Z", "init"),
        ("", "cards add --brand visa --last4 4242 --exp 12/2030"),
        ("", "issue jetpack-scan"),
        ("2026-11-02T10:00:00Z", "invoice close --due"),
        ("", "invoice mark-paid INV-2026-10"),
    ):
        assert jpcli(*line.split(), now=now or None).code == 0
    (tmp_path / "empty").write_bytes(b"")
    return jpcli


@pytest.mark.parametrize(("line", "code"), ROADS.items())
def test_what_cannot_be_done_is_not_asked_about(
    line: str, code: str, closed: Callable[..., Run], tmp_path: Path
) -> None:
    words = shlex.split(line.format(folder=tmp_path))
    before = engines.engine.dump(engines.place(tmp_path / "ledger.db"))
    done = closed(*words, "--json")
    assert done.error["code"] == code
    shown = run_on_terminal(*words, answer="y\n")
    assert ("[y/N]" in shown.out, code in shown.out) == (False, True), shown.out
    assert shown.code == done.code
    assert engines.engine.dump(engines.place(tmp_path / "ledger.db")) == before


def test_what_can_be_done_is_asked_about(closed: Callable[..., Run], tmp_path: Path) -> None:
    assert closed("issue", "jetpack-scan", now="2026-12-02T10:00:00Z").code == 0
    assert closed("invoice", "close", "--due", "--yes").code == 0
    assert closed("ledger", "backup", str(tmp_path / "copy.db")).code == 0
    restore = () if engines.on_server() else (f"ledger restore {tmp_path}/copy.db",)
    for line in ("invoice void INV-2026-11", *restore):  # on a server nothing is replaced
        assert closed(*line.split(), "--json").error["code"] == "confirmation_required"
        shown = run_on_terminal(*line.split(), answer="n\n")
        assert (shown.code, shown.out.count("[y/N]")) == (2, 1), shown.out
        assert run_on_terminal(*line.split(), answer="y\n").code == 0
