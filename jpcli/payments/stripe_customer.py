"""The customer at Stripe beside its cards: who gets the invoices, and whose account it is.

Owns the calls for name, e-mail, address, tax ids, the billing portal and the account's own id; the
client and the way errors are translated belong to `stripe_gateway`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.errors import AuthProblem
from jpcli.payments import stripe_shapes as shapes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jpcli.payments.gateway import RemoteCustomer

_PAGE = 100


class CustomerCalls:
    """The part of `StripeGateway` that is about people."""

    if TYPE_CHECKING:
        _client: Any

        def _post(self, method: Any, params: Any, *path: str, key: str) -> dict[str, Any]: ...
        def _get(self, method: Any, *args: Any) -> dict[str, Any]: ...
        def _pages(self, method: Any, params: Any) -> Iterator[dict[str, Any]]: ...
        def _remove(self, method: Any, *path: str, key: str) -> None: ...

    def account_id(self) -> str | None:
        """Whose key it is, as `acct_…`; None where the key is good and may not tell.

        Raises AuthProblem `wrong_key` for a key that Stripe does not accept.
        """
        try:
            return shapes.id_of(self._get(self._client.v1.accounts.retrieve_current))
        except AuthProblem as error:
            if error.code == "key_not_allowed":
                return None
            raise

    def customer(self, customer: str) -> RemoteCustomer:
        """Name, e-mail, address, tax ids and balance of a customer."""
        found = self._get(self._client.v1.customers.retrieve, customer)
        tax_ids = self._client.v1.customers.tax_ids
        params: Any = {"limit": _PAGE}
        pages = self._pages(lambda params: tax_ids.list(customer, params), params)
        return shapes.customer(found, list(pages))

    def update_customer(self, customer: str, changes: Mapping[str, Any], key: str) -> None:
        """Set `name`, `email`, `phone` or the parts of `address`."""
        self._post(self._client.v1.customers.update, dict(changes), customer, key=key)

    def add_tax_id(self, customer: str, kind: str, value: str, key: str) -> None:
        """A tax id that stands on the invoices to come; Failed when Stripe finds it malformed."""
        params: Any = {"type": kind, "value": value}
        self._post(self._client.v1.customers.tax_ids.create, params, customer, key=key)

    def remove_tax_id(self, customer: str, tax_id: str, key: str) -> None:
        """Take a tax id off the invoices to come."""
        self._remove(self._client.v1.customers.tax_ids.delete, customer, tax_id, key=key)

    def portal(self, customer: str, key: str) -> str:
        """A link, good for a short while, to the page on which the customer manages its cards."""
        params: Any = {"customer": customer}
        made = self._post(self._client.v1.billing_portal.sessions.create, params, key=key)
        return shapes.portal_url(made)
