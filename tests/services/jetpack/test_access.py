"""Where the token and the address of the Licensing API come from, and what is refused as either."""

from __future__ import annotations

import pytest

from jpcli.domain.errors import AuthProblem, JpcliError
from jpcli.services.jetpack import access
from tests.services.collection.test_account import Keyring
from tests.services.jetpack.conftest import Desk

TOKEN, BASE = access.TOKEN_VARIABLE, access.BASE_VARIABLE


@pytest.mark.parametrize(
    ("given", "shared", "own", "token", "source"),
    [
        ("env", "", "", "env", "environment"),
        ("env", "all", "own", "env", "environment"),
        (" env\n", "", "", "env", "environment"),
        (" \n", "all", "", "all", "keyring"),
        ("", "all", "", "all", "keyring"),
        ("", "all", "own", "own", "keyring"),
        ("", "", "own", "own", "keyring"),
        ("", "", "", None, "missing"),
        ("  ", "", "", None, "missing"),
    ],
)
def test_the_token(
    agency: Desk,
    monkeypatch: pytest.MonkeyPatch,
    given: str,
    shared: str,
    own: str,
    token: str | None,
    source: str,
) -> None:
    ring = Keyring(monkeypatch)
    monkeypatch.setenv(TOKEN, given)
    with agency.desk(writes=False) as desk:
        if shared:
            access.store_token(shared)
        if own:
            access.store_token(own, desk.ledger)
        assert len(ring.entries) == bool(shared) + bool(own)
        assert access.token_source(desk.ledger) == source
        if token is not None:
            assert access.token(desk.ledger) == token
            return
        with pytest.raises(AuthProblem) as raised:
            access.token(desk.ledger)
    assert raised.value.code == "no_token"
    assert "jpcli jetpack login" in (raised.value.hint or "")


@pytest.mark.parametrize(("text", "code"), [("", "no_token"), ("two words", "bad_token")])
def test_what_can_be_no_token_is_neither_stored_nor_used(
    agency: Desk, monkeypatch: pytest.MonkeyPatch, text: str, code: str
) -> None:
    ring = Keyring(monkeypatch)
    for use in (access.check_form, access.store_token):
        with pytest.raises(AuthProblem) as raised:
            use(text)
        assert raised.value.code == code
        assert not text or text not in str(raised.value)
    assert ring.entries == {}
    monkeypatch.setenv(TOKEN, text)
    with agency.desk(writes=False) as desk, pytest.raises(AuthProblem) as raised:
        access.token(desk.ledger)
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("given", "base"),
    [
        (None, "https://public-api.wordpress.com/wpcom/v2/jetpack-licensing"),
        ("", "https://public-api.wordpress.com/wpcom/v2/jetpack-licensing"),
        ("http://127.0.0.1:9/x/", "http://127.0.0.1:9/x"),
        ("ftp://a.example", None),
        ("https://me:secret@a.example", None),
    ],
)
def test_the_address(monkeypatch: pytest.MonkeyPatch, given: str | None, base: str | None) -> None:
    monkeypatch.delenv(BASE, raising=False)
    if given is not None:
        monkeypatch.setenv(BASE, given)
    if base is not None:
        assert access.base() == base
        return
    with pytest.raises(JpcliError) as raised:
        access.base()
    assert raised.value.code == "bad_api_base"
    assert "secret" not in str(raised.value) + (raised.value.hint or "")
