"""Stripe, through its own SDK. The only file that imports stripe.

Owns the translation: our calls to Stripe's, its objects to plain data, its errors to ours. The
secret key is held by the client and goes nowhere else. Searches list and compare instead of using
Stripe's search, which lags behind by up to a minute.
"""

from __future__ import annotations

import os
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import stripe

from jpcli.domain.bounded import AnswerTooLarge
from jpcli.domain.errors import JpcliError
from jpcli.payments import stripe_shapes as shapes
from jpcli.payments.bounded_session import BoundedSession
from jpcli.payments.gateway import UNKNOWN_THERE, no_dry_run
from jpcli.payments.stripe_customer import CustomerCalls
from jpcli.payments.stripe_errors import (
    RETRIES_MOST,
    RETRY_SECONDS_MOST,
    garbled,
    is_unknown,
    too_large,
    translate,
)
from jpcli.payments.stripe_invoices import InvoiceCalls
from jpcli.payments.stripe_money import MoneyCalls
from jpcli.payments.stripe_values import UNEXPECTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jpcli.payments.gateway import Checkout, RemoteCard

CONNECT_TIMEOUT_SECONDS = 5.0
READ_TIMEOUT_SECONDS = 30.0
# What every request says it speaks, whatever the installed SDK would choose.
API_VERSION = "2026-10-28.endive"
# How often a call is repeated with its key when the connection breaks, and on 409 and 5xx. The SDK
# repeats nothing: an error must say whether it answers the first try.
REPEATS_MOST = 2
FIRST_PAUSE_SECONDS = 0.5
_PAGE = 100


class StripeGateway(CustomerCalls, InvoiceCalls, MoneyCalls):
    """One Stripe account. `live` is whether the key moves real money; with `read_only` nothing that
    would change anything there is sent (Refused `no_dry_run`)."""

    customers_seen: dict[str, str]

    def __init__(
        self, secret_key: str, base_url: str | None = None, *, read_only: bool = False
    ) -> None:
        self.live = "_live_" in secret_key
        self._read_only = read_only
        self.customers_seen = {}
        stripe.enable_telemetry = False  # how long our requests take is nobody's business
        if not os.path.isfile(stripe.ca_bundle_path):  # run from a zip, out of which TLS can't read
            from certifi import where

            stripe.ca_bundle_path = where()
        addresses: Any = {} if base_url is None else {"base_addresses": {"api": base_url}}
        timeout = (CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS)
        self._session = BoundedSession()
        self._client = stripe.StripeClient(
            secret_key,
            stripe_version=API_VERSION,
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=timeout, session=self._session),
            **addresses,
        )

    def close(self) -> None:
        """Hang up."""
        self._session.close()

    # --- account and customer ---

    def check(self) -> None:
        """Ask for something small; AuthProblem when the key is wrong."""
        self._call(lambda: self._client.v1.balance.retrieve())

    def find_customers(self, ledger_id: str) -> list[str]:
        """The customers that were made for a ledger, the oldest first; every customer is looked at,
        because two clocks that disagree would hide one from a search by date."""
        params: Any = {"limit": _PAGE}
        pages = self._pages(self._client.v1.customers.list, params)
        made = (shapes.customer_of(item, ledger_id) for item in pages)
        found = [one for one in made if one is not None]
        # Lists are newest first, also within the second that is all `created` tells.
        found.reverse()
        return [customer for _, customer in sorted(found, key=lambda one: one[0])]

    def has_customer(self, customer: str) -> bool:
        """Is this customer there, and not deleted?"""
        found = self._if_there(lambda: self._get(self._client.v1.customers.retrieve, customer))
        return found is not None and not found.get("deleted")

    def create_customer(self, ledger_id: str, name: str, key: str) -> str:
        params: Any = {"name": name, "metadata": {"jpcli_ledger": ledger_id}}
        made = self._post(self._client.v1.customers.create, params, key=key)
        return shapes.id_of(made)

    # --- cards ---

    def cards(self, customer: str) -> list[RemoteCard]:
        """Every card of a customer, oldest first."""
        params: Any = {"customer": customer, "type": "card", "limit": _PAGE}
        found = [
            shapes.card(item) for item in self._pages(self._client.v1.payment_methods.list, params)
        ]
        # Lists are newest first, also within the second that is all `created` tells.
        found.reverse()
        return sorted(found, key=lambda card: card.added_at)

    def primary_card(self, customer: str) -> str | None:
        """The card that Stripe would charge, `invoice_settings.default_payment_method`."""
        return shapes.primary_of(self._get(self._client.v1.customers.retrieve, customer))

    def attach_card(self, card_id: str, customer: str, key: str) -> str:
        params: Any = {"customer": customer}
        attach = self._client.v1.payment_methods.attach
        return shapes.id_of(self._post(attach, params, card_id, key=key))

    def detach_card(self, card_id: str, key: str) -> None:
        self._post(self._client.v1.payment_methods.detach, {}, card_id, key=key)

    def make_primary(self, customer: str, card_id: str, key: str) -> None:
        params: Any = {"invoice_settings": {"default_payment_method": card_id}}
        self._post(self._client.v1.customers.update, params, customer, key=key)

    def start_checkout(self, customer: str, currency: str, key: str) -> Checkout:
        """A page of Stripe's on which a card is entered; the number never comes here."""
        params: Any = {
            "mode": "setup",
            "customer": customer,
            "currency": currency,
            "allowed_payment_method_types": ["card"],
            "success_url": "https://stripe.com/docs/payments/checkout?jpcli=done",
        }
        made = self._post(self._client.v1.checkout.sessions.create, params, key=key)
        return shapes.checkout(made)

    def checkout(self, checkout_id: str) -> Checkout:
        params: Any = {"expand": ["setup_intent"]}
        return shapes.checkout(
            self._get(self._client.v1.checkout.sessions.retrieve, checkout_id, params)
        )

    # --- calls ---

    def _post(self, method: Any, params: Any, *path: str, key: str) -> dict[str, Any]:
        self._check_writes()
        return self._plain(lambda: method(*path, params, {"idempotency_key": key}))

    def _remove(self, method: Any, *path: str, key: str) -> None:
        """Take something away; what is gone is. Stripe remembers no answers to DELETE, so that one
        that is repeated after its answer was lost finds nothing there."""
        self._check_writes()
        self._if_there(lambda: self._plain(lambda: method(*path, {}, {"idempotency_key": key})))

    def _check_writes(self) -> None:
        """The one gate in front of every write: nothing goes out under `--dry-run`."""
        if self._read_only:
            raise no_dry_run()

    def _get(self, method: Any, *args: Any) -> dict[str, Any]:
        return self._plain(lambda: method(*args))

    def _if_there(self, ask: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
        """What Stripe has, or None where it knows no such thing."""
        try:
            return ask()
        except JpcliError as error:
            if error.code == UNKNOWN_THERE:
                return None
            raise

    def _pages(self, method: Callable[[Any], Any], params: Any) -> Iterator[dict[str, Any]]:
        """Every item of a list, page by page."""
        while True:
            answer = self._plain(partial(method, params))
            items = shapes.page(answer)
            yield from items
            if not answer.get("has_more") or not items:
                return
            params = {**params, "starting_after": shapes.next_after(items[-1], params)}

    def _plain(self, call: Callable[[], Any]) -> dict[str, Any]:
        """The SDK's answer as dicts and lists all the way down."""
        answer = self._call(call)
        if not isinstance(answer, stripe.StripeObject):
            raise garbled()
        plain: dict[str, Any] = answer.to_dict()
        return plain

    def _call(self, call: Callable[[], Any]) -> Any:
        """One call; a rate limit is waited out a few times, an answer that was lost is asked for
        again under the same key, anything else becomes our error.

        An error that answers a repetition is marked `unsure`: the first try may have worked.
        """
        waits = repeats = 0
        while True:
            try:
                return call()
            except stripe.RateLimitError as error:
                if waits == RETRIES_MOST:
                    raise _ours(error, repeats) from None
                time.sleep(_pause_seconds(error, waits))
                waits += 1
            except stripe.StripeError as error:
                if not is_unknown(error) or repeats == REPEATS_MOST:
                    raise _ours(error, repeats) from None
                time.sleep(_pause_seconds(error, repeats))
                repeats += 1
            except UNEXPECTED:  # what the SDK makes of a body that is no text, or no object
                raise garbled() from None


def _ours(error: stripe.StripeError, repeats: int) -> Exception:
    try:
        found: Exception = translate(error)
    except UNEXPECTED:  # an error that has not the parts of one
        found = garbled()
    if isinstance(error.__cause__, AnswerTooLarge):
        found = too_large()
    if not isinstance(getattr(found, "message", ""), str):  # passed on from the answer
        found = garbled()
    if isinstance(found, JpcliError) and repeats:
        found.unsure = True
    return found


def _pause_seconds(error: stripe.StripeError, attempt: int) -> float:
    """Stripe's own Retry-After, or twice as long each time; a pause of nothing is none."""
    told = str((error.headers or {}).get("retry-after", ""))
    is_number = told.isascii() and told.replace(".", "", 1).isdigit()
    seconds = float(told) if is_number else 0
    return min(seconds or FIRST_PAUSE_SECONDS * 2**attempt, RETRY_SECONDS_MOST)
