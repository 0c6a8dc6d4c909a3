"""`init --licensing jetpack` asks nobody; `jetpack login` stores a token that is good, unseen."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest

from tests import engines
from tests.jetpack_double.world import TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.jetpack.conftest import Desk
    from tests.services.collection.test_account import Keyring

SHARED = ("jpcli", "jetpack")


def test_a_ledger_at_jetpack_is_made_without_a_token_or_a_network(
    jpcli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JPCLI_JETPACK_BASE", "http://127.0.0.1:9")
    monkeypatch.delenv("JETPACK_LICENSING_TOKEN", raising=False)
    made = jpcli("init", "--licensing", "jetpack", "--json")
    assert made.code == 0
    assert made.json["notes"][-1]["hint"] == "jpcli jetpack login"
    assert "JETPACK_LICENSING_TOKEN" in made.json["notes"][-1]["message"]
    assert jpcli("settings", "show", "--json").data["settings"]["licensing"] == "jetpack"


def test_a_ledger_is_not_at_jetpack_unless_told(jpcli: Callable[..., Any]) -> None:
    made = jpcli("init", "--json")
    assert "jetpack login" not in made.out
    assert jpcli("settings", "show", "--json").data["settings"]["licensing"] == "none"


def test_other_licensing_is_refused(jpcli: Callable[..., Any], tmp_path: Path) -> None:
    wrong = jpcli("init", "--licensing", "woo", "--json")
    assert (wrong.code, wrong.error["code"]) == (2, "bad_licensing")
    assert not (tmp_path / "ledger.db").exists()


def test_a_key_is_for_the_licensing_it_was_used_with(jpcli: Callable[..., Any]) -> None:
    key = ("--idempotency-key", "k")
    assert jpcli("init", "--licensing", "jetpack", *key).code == 0
    assert jpcli("init", "--licensing", "jetpack", *key).code == 0
    assert jpcli("init", *key, "--json").error["code"] == "idempotency_key_reused"


def login(desk: Desk, typed: str) -> Any:
    desk.patch.setattr("sys.stdin", StringIO(typed))
    return desk("jetpack", "login", "--json")


def test_a_good_token_is_stored_for_its_ledger_alone(at_jetpack: Desk, keyring: Keyring) -> None:
    at_jetpack.without_token()
    done = login(at_jetpack, f"  {TOKEN}\n")
    assert done.code == 0
    assert done.data == {
        "ok": True,
        "base": at_jetpack.double.base,
        "products": 9,
        "for_ledger": at_jetpack.address,
    }
    assert "is stored for this ledger in" in done.json["notes"][0]["message"]
    ((entry, stored),) = keyring.entries.items()
    assert entry[1].startswith("jetpack/")
    assert stored == TOKEN
    assert TOKEN not in done.out + done.err + "".join(at_jetpack.everything())
    assert at_jetpack.double.calls() == ["GET /partner/product-families"]


@pytest.mark.parametrize("made", [True, False])
def test_elsewhere_it_is_stored_for_all(
    made: bool, at_jetpack: Desk, keyring: Keyring, tmp_path: Path
) -> None:
    other = engines.place(tmp_path / "other.db")
    at_jetpack.patch.setenv("JPCLI_LEDGER", other)
    if made:
        at_jetpack.do("init")
    done = login(at_jetpack, TOKEN)
    assert done.data["for_ledger"] is None
    assert "is stored in" in done.json["notes"][0]["message"]
    assert keyring.entries == {SHARED: TOKEN}


@pytest.mark.parametrize(
    ("typed", "code", "asked"),
    [
        ("", "no_token", False),
        ("\n", "no_token", False),
        ("two words\n", "bad_token", False),
        ("tökén\n", "bad_token", False),
        ("x" * 5_000, "bad_token", False),
        ("a\x1b[31mb", "bad_token", False),
        ("another-token-9f3a", "bad_token", True),
    ],
)
def test_a_bad_token_is_neither_stored_nor_shown(
    typed: str, code: str, asked: bool, at_jetpack: Desk, keyring: Keyring
) -> None:
    before = at_jetpack.everything()
    run = login(at_jetpack, typed)
    assert (run.code, run.error["code"]) == (4, code)
    assert not typed.strip() or typed.strip() not in run.out + run.err
    assert keyring.entries == {}
    assert bool(at_jetpack.double.requests) is asked
    assert at_jetpack.everything() == before


@pytest.mark.parametrize("fault", ["status", "lost", "body"])
def test_what_could_not_be_asked_is_not_stored(
    fault: str, at_jetpack: Desk, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jpcli.jetpack.patience.FIRST_PAUSE_SECONDS", 0)
    at_jetpack.double.next(fault, times=99)
    run = login(at_jetpack, TOKEN)
    assert run.code == 75
    assert keyring.entries == {}
    assert TOKEN not in run.out + run.err


def test_a_closed_input_has_no_token(at_jetpack: Desk) -> None:
    at_jetpack.patch.setattr("sys.stdin", None)
    run = at_jetpack("jetpack", "login", "--json")
    assert (run.code, run.error["code"]) == (2, "no_stdin")


def test_a_bad_address_is_refused_before_anything_is_asked(at_jetpack: Desk) -> None:
    at_jetpack.patch.setenv("JPCLI_JETPACK_BASE", "not an address")
    run = login(at_jetpack, TOKEN)
    assert (run.code, run.error["code"]) == (2, "bad_api_base")
    assert at_jetpack.double.requests == []


@pytest.mark.parametrize("own", [True, False])
def test_the_token_of_the_ledger_itself_is_used(
    own: bool, at_jetpack: Desk, keyring: Keyring
) -> None:
    at_jetpack.without_token()
    keyring.entries[SHARED] = "of-another-partner" if own else TOKEN
    if own:
        login(at_jetpack, TOKEN)
        assert len(keyring.entries) == 2
        del keyring.entries[SHARED]
        assert at_jetpack.do("jetpack status")["token"] == "keyring"
        keyring.entries[SHARED] = "of-another-partner"
    assert at_jetpack.do("jetpack pull --check")["checked"] == 0
    keyring.entries = dict.fromkeys(keyring.entries, "of-another-partner")
    run = at_jetpack("jetpack", "pull", "--check", "--json")
    assert (run.code, run.error["code"]) == (4, "bad_token")
