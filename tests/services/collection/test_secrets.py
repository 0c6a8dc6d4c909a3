"""The secret key is in the Authorization header and nowhere else: not in the ledger, on a screen,
in a traceback or in any other header."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.stripe_double.auth import LIVE_KEY, TEST_KEY
from tests.stripe_double.fixtures import StripeDouble

STORY = (
    ("2024-06-15T00:00:00Z", "init", "--payments", "stripe"),
    ("2024-06-15T00:00:00Z", "stripe", "status"),
    ("2024-06-15T00:00:00Z", "cards", "add", "pm_card_visa"),
    ("2024-06-15T00:00:00Z", "cards", "add", "pm_card_chargeDeclined"),
    ("2024-06-15T00:00:00Z", "cards", "add", "--no-wait"),
    ("2024-06-15T00:00:00Z", "issue", "jetpack-scan", "--quantity", "2"),
    ("2024-07-02T00:00:00Z", "invoice", "close", "--due"),
    ("2024-07-02T00:00:00Z", "invoice", "sync"),
    ("2024-07-02T00:00:00Z", "invoice", "reconcile"),
    ("2024-07-02T00:00:00Z", "invoice", "show", "2024-06"),
    ("2024-07-02T00:00:00Z", "log"),
    ("2024-07-02T00:00:00Z", "status"),
    ("2024-07-02T00:00:00Z", "ledger", "check"),
    ("2024-07-02T00:00:00Z", "ledger", "export"),
)


def run(folder: Path, url: str, key: str, now: str, *words: str) -> bytes:
    env = {
        **os.environ,
        "HOME": str(folder),
        "JPCLI_DEBUG": "1",
        "JPCLI_LEDGER": str(folder / "ledger.db"),
        "JPCLI_NOW": now,
        "STRIPE_API_BASE": url,
        "STRIPE_API_KEY": key,
        "STRIPE_LOG": "debug",
    }
    done = subprocess.run(
        [sys.executable, "-m", "jpcli", *words, "--json"],
        env=env,
        capture_output=True,
        timeout=120,
        check=False,
    )
    return done.stdout + done.stderr


def test_no_byte_that_jpcli_writes_holds_the_key(
    tmp_path: Path, stripe_double: StripeDouble
) -> None:
    said = b""
    for now, *words in STORY:
        said += run(tmp_path, stripe_double.url, TEST_KEY, now, *words)
    assert b'"paid"' in said
    # Also where everything goes wrong: a foreign mode, a key nobody knows, no server, garbage.
    late = "2024-07-03T00:00:00Z"
    unknown = "sk_test_" + "x" * 24
    for url, key in (
        (stripe_double.url, LIVE_KEY),
        (stripe_double.url, unknown),
        ("http://127.0.0.1:9", TEST_KEY),
    ):
        said += run(tmp_path, url, key, late, "invoice", "sync")
    stripe_double.fault("garbage", times=0)
    said += run(tmp_path, stripe_double.url, TEST_KEY, late, "invoice", "reconcile")
    stripe_double.clear_faults()
    written = said + b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    for key in (TEST_KEY, LIVE_KEY, unknown):
        assert key.encode() not in written
        assert key[8:].encode() not in written
    for request in stripe_double.requests():
        others = {k: v for k, v in request["headers"].items() if k != "authorization"}
        assert TEST_KEY not in str({**request, "headers": others})
    assert any(
        TEST_KEY in request["headers"]["authorization"] for request in stripe_double.requests()
    )
