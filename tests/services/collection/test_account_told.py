"""What `stripe status` and `stripe login` answer and in which order they look: tables that ask no
server."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from jpcli.domain.answers import Note
from jpcli.domain.errors import AuthProblem, Busy, JpcliError
from jpcli.services.collection.stripe import account
from jpcli.services.collection.stripe.troubles import Trouble

MODES = [(False, "test"), (True, "live")]
KEY = "sk_test_" + "x" * 24


def desk(**facts: str) -> Any:
    return SimpleNamespace(ledger=SimpleNamespace(fact=facts.get))


def gateway(*, live: bool = False, fails: JpcliError | None = None) -> Any:
    def check() -> None:
        if fails is not None:
            raise fails

    return SimpleNamespace(live=live, check=check, account_id=lambda: "acct_1", close=lambda: None)


def hanging(monkeypatch: pytest.MonkeyPatch, there: Any, *found: list[Trouble]) -> None:
    asked: list[Any] = []

    def looks(at: int) -> Any:
        def look(seen: Any, stripe: Any) -> list[Trouble]:
            asked.append(seen)
            assert (stripe, asked) == (there, [asked[0]] * len(asked))
            return found[at]

        return look

    monkeypatch.setattr(account, "stripe_gateway", lambda _: there)
    monkeypatch.setattr(account, "troubles", looks(0))
    monkeypatch.setattr(account, "unfinished", looks(1))


@pytest.mark.parametrize(("live", "mode"), MODES)
@pytest.mark.parametrize("name", [None, "acct_1"])
def test_what_hangs_is_told_beside_whose_key_it_is(
    monkeypatch: pytest.MonkeyPatch, live: bool, mode: str, name: str | None
) -> None:
    one = Trouble("INV-2024-06", "not_pushed", "It is not there", "jpcli invoice close 2024-06")
    two = Trouble("invoice/INV-2024-06/pay/pm_1", "unfinished", "It is not known", None)
    hanging(monkeypatch, gateway(live=live), [one], [two])
    answer = account.status(desk(**({} if name is None else {"stripe_account": name})))
    assert answer.notes == (
        Note("stripe_ok", f"The key is accepted; it moves {mode} money", "ok"),
        Note("not_pushed", "It is not there", "warning", one.subject, one.command),
        Note("unfinished", "It is not known", "warning", two.subject, None),
    )
    assert answer.data == {
        "ok": True,
        "mode": mode,
        "account": name,
        "unfinished": [two.subject],
        "troubles": [
            {
                "subject": each.subject,
                "what": each.what,
                "message": each.message,
                "command": each.command,
            }
            for each in (one, two)
        ],
    }


def test_nothing_is_told_of_a_key_that_is_not_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    hanging(monkeypatch, gateway(fails=AuthProblem("wrong_key", "")), [], [])
    with pytest.raises(AuthProblem):
        account.status(desk())


def login(monkeypatch: pytest.MonkeyPatch, there: Any, key: str, own: Any) -> tuple[Any, list[Any]]:
    """The answer or the error's code, and what was opened and stored."""
    done: list[Any] = []

    def opened(given: str) -> Any:
        done.append(("opened", given))
        return there

    monkeypatch.setattr(account, "open_gateway", opened)
    monkeypatch.setattr(account, "own_ledger", lambda given: own if given == "given" else None)
    monkeypatch.setattr(account, "store_key", lambda *what: done.append(("stored", *what)))
    try:
        return account.login(key, "given"), done  # type: ignore[arg-type]
    except JpcliError as error:
        return error.code, done


@pytest.mark.parametrize(("live", "mode"), MODES)
@pytest.mark.parametrize("own", [True, False])
def test_a_key_is_stored_for_the_ledger_that_collects_through_stripe_or_for_all(
    monkeypatch: pytest.MonkeyPatch, live: bool, mode: str, own: bool
) -> None:
    ledger = SimpleNamespace(path="acme.db", fact={}.get) if own else None
    answer, done = login(monkeypatch, gateway(live=live), KEY, ledger)
    assert done == [("opened", KEY), ("stored", KEY, ledger)]
    assert answer.data == {"ok": True, "mode": mode, "for_ledger": "acme.db" if own else None}
    whose = "for this ledger " if own else ""
    message = f"The key is stored {whose}in the system's keyring; it moves {mode} money"
    assert answer.notes == (Note("stored", message, "ok"),)


# The key, what the ledger knows, what Stripe says of the key; then the error, and whether the key
# was shown to Stripe's library at all.
REFUSED: list[tuple[str, dict[str, str], JpcliError | None, str, bool]] = [
    ("pk_test_x", {}, None, "bad_key", False),
    (KEY, {"stripe_mode": "live"}, None, "wrong_mode", True),
    (KEY, {"stripe_account": "acct_2"}, None, "wrong_account", True),
    (KEY, {}, AuthProblem("wrong_key", ""), "wrong_key", True),
    (KEY, {}, Busy("network", ""), "network", True),
]


@pytest.mark.parametrize(("key", "facts", "fails", "code", "opened"), REFUSED)
def test_what_is_no_key_to_the_ledger_is_not_stored(
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    facts: dict[str, str],
    fails: JpcliError | None,
    code: str,
    opened: bool,
) -> None:
    ledger = SimpleNamespace(path="acme.db", fact=facts.get)
    found = login(monkeypatch, gateway(fails=fails), key, ledger)
    assert found == (code, [("opened", key)] if opened else [])
