"""What is asked of Jetpack's Licensing API, and what waits for its answer."""

from __future__ import annotations

from typing import TypedDict

from jpcli.domain.contract.values import Count


class JetpackLoginAnswer(TypedDict):
    """A token that was stored in the system's keyring."""

    ok: bool
    base: str  # the address of the API
    products: Count  # that it sells
    for_ledger: str | None  # null: for every ledger
