"""The question before a card is charged: it names the card, and a no sends nothing."""

from __future__ import annotations

import os

import pytest

from tests.cli.conftest import Run, run_on_terminal, run_process
from tests.services.collection.conftest import JULY_2, Shop

pytestmark = pytest.mark.once  # the commands run in processes of their own

CLOSES = [("--due",), ("2024-06",)]


@pytest.fixture
def env(shop: Shop) -> dict[str, str]:
    return {
        "JPCLI_NOW": JULY_2,
        "JPCLI_LEDGER": shop.path,
        "STRIPE_API_KEY": os.environ["STRIPE_API_KEY"],
        "STRIPE_API_BASE": shop.double.url,
    }


def close(env: dict[str, str], what: tuple[str, ...], answer: str | None) -> Run:
    return run_on_terminal("invoice", "close", *what, answer=answer, env=env)


@pytest.mark.parametrize("what", CLOSES)
def test_it_names_the_card_that_is_charged(
    shop: Shop, env: dict[str, str], what: tuple[str, ...]
) -> None:
    shop.attach()
    before, posts = shop.state(), shop.posts()
    said_no = close(env, what, "n\n")
    assert said_no.code == 2
    assert "Close 2024-06 and charge $13.12 to visa ending in 4242?" in said_no.out
    assert (shop.state(), shop.posts()) == (before, posts)
    said_yes = close(env, what, "y\n")
    assert said_yes.code == 0
    (charge,) = shop.double.objects("charge")
    assert charge["amount"] == 1312


@pytest.mark.parametrize("what", CLOSES)
def test_what_was_closed_before_is_named_too(
    shop: Shop, env: dict[str, str], what: tuple[str, ...]
) -> None:
    shop.close()  # there was no card to charge
    shop.attach()
    asked = close(env, what, "y\n")
    assert "Charge $13.12 to visa ending in 4242?" in asked.out
    assert "closed before, not collected" in asked.out
    assert "A closed invoice never changes" not in asked.out
    assert len(shop.double.objects("charge")) == 1


def test_without_a_card_it_says_that_nothing_is_charged(shop: Shop, env: dict[str, str]) -> None:
    asked = close(env, ("--due",), "n\n")
    assert "Close 2024-06 and charge no card?" in asked.out
    assert "There is no card to charge today, so the invoices stay open." in asked.out


@pytest.mark.parametrize("what", CLOSES)
def test_cron_is_not_asked(shop: Shop, env: dict[str, str], what: tuple[str, ...]) -> None:
    shop.attach()
    done = run_process("invoice", "close", *what, env={**os.environ, **env})
    assert done.returncode == 0
    assert len(shop.double.objects("charge")) == 1
