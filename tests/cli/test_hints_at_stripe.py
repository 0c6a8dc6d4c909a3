"""Every hint of a ledger that collects through Stripe is run on it, and is not refused in turn."""

from __future__ import annotations

import re
import shlex
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.help_examples import CLOSED, NONE, OCTOBER, SEPTEMBER, STRIPE, Place, close, furnish
from tests.cli.hints import refused_in_turn
from tests.cli.lines import NOW
from tests.cli.test_hints_run import LINES as LINES_OF_ALL
from tests.cli.test_json import FILES
from tests.services.collection.test_account import Keyring
from tests.stripe_double.auth import TEST_KEY
from tests.stripe_double.fixtures import StripeDouble
from tests.stripe_double.fixtures import stripe_double as stripe_double

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NO_CARD = ("cards remove {first} --yes", "cards remove card_2 --yes")
DECLINED = ("cards add pm_card_chargeCustomerFail --primary", *NO_CARD)
# The last month that is closed, what is done then, and what holds whatever is typed.
LEDGERS: Mapping[str, tuple[str | None, tuple[str, ...], frozenset[str]]] = {
    "young": (NONE, (), frozenset()),
    "all paid": (SEPTEMBER, (), frozenset()),
    "not charged": (OCTOBER, (), frozenset()),
    "past due": (
        SEPTEMBER,
        ("settings set payment-terms-days 0", *DECLINED, "invoice close 2026-10"),
        frozenset({"invoice_past_due", "card_declined", "no_good_card"}),
    ),
    "no card": (OCTOBER, NO_CARD, frozenset({"no_primary_card", "no_card"})),
    "sent by mail": (SEPTEMBER, ("settings set collect send",), frozenset({"no_email"})),
}
# `cards add` by itself waits for a person on Stripe's page.
_ALL = re.sub("^(cards add)( --primary)?$", r"\1 --no-wait", LINES_OF_ALL, flags=re.MULTILINE)
LINES = f"""{_ALL}
stripe status
stripe customer
stripe portal
cards add --brand visa --last4 1881 --exp 12/2031
cards add pm_nope
cards remove card_2
invoice close --due
invoice list
invoice show 2026-10
invoice pay 2026-10
invoice push 2026-10
invoice push 2026-10 --replace
invoice mark-paid 2026-09
invoice void 2026-09 --yes
invoice reconcile 2026-01
settings set collect nope
settings set collect send
settings show
"""


@pytest.mark.parametrize("ledger", LEDGERS)
def test_no_hint_is_refused_in_turn(
    ledger: str, stripe_double: StripeDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One ledger for all lines: hints change it, as they would for a person."""
    Keyring(monkeypatch)
    monkeypatch.setenv("STRIPE_API_KEY", TEST_KEY)
    monkeypatch.setenv("STRIPE_API_BASE", stripe_double.url)
    place = Place(tmp_path, monkeypatch)
    names = _furnished(place, LEDGERS[ledger][0])
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "sites.toml").write_text(
        '[sites."https://d.example"]\nproducts = ["jetpack-scan"]\n'
    )
    for line in LEDGERS[ledger][1]:
        place.run(f"jpcli {line.format(**names)}")
    jpcli = partial(_run, place)
    also = LEDGERS[ledger][2]
    wrong = [
        f"{line}: {each}"
        for line in LINES.split("\n")
        if line
        for each in refused_in_turn(
            jpcli(*shlex.split(line.format(**names)), "--json"), jpcli, names, also, stripe=True
        )
    ]
    assert wrong == []


def _run(place: Place, *words: str) -> Any:
    return place.run(shlex.join(["jpcli", *words]), NOW)


def _furnished(place: Place, closed: str | None) -> dict[str, str]:
    """With a bundle, one license of which is on a site."""
    furnish(place, STRIPE)
    bundle = place.do("issue jetpack-anti-spam --bundle 20 --json", "2026-09-05T08:00:00Z")
    parent, child, used, *_ = (row["license_key"] for row in bundle.data["licenses"])
    place.do(f"assign {used} --site u.example", "2026-09-06T08:00:00Z")
    for month in CLOSED[: CLOSED.index(closed) + 1]:
        close(place, STRIPE, month)
    (first,) = [
        card["id"] for card in place.do("cards list --json").data["cards"] if card["primary"]
    ]
    return {
        "free": place.names["{free}"],
        "placed": place.names["{placed}"],
        "bundle": parent,
        "child": child,
        "used": used,
        "first": first,
        "folder": str(place.folder),
        "FILE": str(place.folder / "new.db"),
        "CARD": place.names["card_2"],
    }
