"""The side entrance from the tests' side: the same for a double in this process or another."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from tests.stripe_double.world import Object


class ControlError(Exception):
    """The double refused, with Stripe's `error` object."""

    def __init__(self, error: Object) -> None:
        super().__init__(error.get("message"))
        self.error = error


class Control:
    """Faults, the clock, the people at the other pages, and what is stored, of one mode."""

    def __init__(self, url: str) -> None:
        self.url = url

    def fault(self, kind: str, method: str | None = None, path: str = ".*", **more: Any) -> None:
        """Let something go wrong: see `faults.KINDS` and the fields of `faults.Fault`."""
        self._call("POST", "faults", {"kind": kind, "method": method, "path": path, **more})

    def faults(self) -> list[Object]:
        """With `seen` and `struck`: how many requests matched, how many went wrong."""
        found: list[Object] = self._call("GET", "faults")
        return found

    def clear_faults(self) -> None:
        self._call("DELETE", "faults")

    def now(self) -> int:
        return int(self._call("GET", "clock")["now"])

    def advance(self, *, seconds: int = 0, hours: int = 0, days: int = 0) -> int:
        """Move the clock, and let Stripe do what is due then. The new time."""
        ahead = seconds + 3600 * hours + 86_400 * days
        return int(self._call("POST", "clock", {"advance": ahead})["now"])

    def set_clock(self, at: int) -> None:
        self._call("POST", "clock", {"set": at})

    def requests(self) -> list[Object]:
        """Every request: method, path, params, headers (names in lower case), status, fault, …"""
        found: list[Object] = self._call("GET", "requests")
        return found

    def clear_requests(self) -> None:
        self._call("DELETE", "requests")

    def dump(self, *, live: bool = False) -> dict[str, list[Object]]:
        """Every object by kind, oldest first."""
        found: dict[str, list[Object]] = self._call("POST", "objects", {"live": live})
        return found

    def objects(self, kind: str, *, live: bool = False) -> list[Object]:
        """`customer`, `payment_method`, `invoice`, `invoiceitem`, `line_item`, `charge`, …"""
        found: dict[str, list[Object]] = self._call("POST", "objects", {"live": live, "kind": kind})
        return found.get(kind, [])

    def complete_checkout(
        self, session: str, card: str = "pm_card_visa", *, live: bool = False
    ) -> Object:
        """The person enters a test card at the page. A declined one raises ControlError."""
        body = {"session": session, "card": card, "live": live}
        found: Object = self._call("POST", "checkout", body)
        return found

    def pay_hosted(self, invoice: str, card: str = "pm_card_visa", *, live: bool = False) -> Object:
        """The person pays at the invoice's hosted page, 3-D Secure included."""
        body = {"invoice": invoice, "card": card, "live": live}
        found: Object = self._call("POST", "hosted", body)
        return found

    def refund(self, invoice: str, amount: int) -> Object:
        """Somebody refunds some of an invoice that a card has paid."""
        found: Object = self._call("POST", "refund", {"invoice": invoice, "amount": amount})
        return found

    def credit_note(
        self, invoice: str, amount: int, *, refunds: int = 0, by_hand: int = 0
    ) -> Object:
        """Somebody writes a credit note, and refunds or pays back by hand some of it."""
        body = {"invoice": invoice, "amount": amount, "refunds": refunds, "by_hand": by_hand}
        found: Object = self._call("POST", "credit_note", body)
        return found

    def dispute(
        self, invoice: str, status: str = "needs_response", amount: int | None = None
    ) -> Object:
        """The bank disputes what was charged for an invoice, or decides (`won`, `lost`)."""
        body = {"invoice": invoice, "status": status, "amount": amount}
        found: Object = self._call("POST", "dispute", body)
        return found

    def change_account(self, account: str, *, live: bool = False) -> None:
        """From now on the keys belong to another account."""
        self._call("POST", "account", {"id": account, "live": live})

    def change_card(self, payment_method: str, *, live: bool = False, **changes: Any) -> Object:
        """`charge`: a decline code or None; `exp_month`, `exp_year`."""
        body = {"payment_method": payment_method, "live": live, **changes}
        found: Object = self._call("POST", "card", body)
        return found

    def edit(self, object_id: str, *, live: bool = False, **fields: Any) -> Object:
        """Change fields of any object without a check or an event."""
        body = {"id": object_id, "fields": fields, "live": live}
        found: Object = self._call("POST", "edit", body)
        return found

    def reset(self) -> None:
        self._call("POST", "reset")

    def _call(self, method: str, name: str, body: Object | None = None) -> Any:
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = urllib.request.Request(f"{self.url}/_control/{name}", data, method=method)
        request.add_header("Connection", "close")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return taken(json.load(answer), answer.status)
        except urllib.error.HTTPError as refused:
            with refused:
                return taken(json.load(refused), refused.code)


def taken(answer: Any, status: int) -> Any:
    """What the double says; raises ControlError where it refuses."""
    if status != 200:
        raise ControlError(answer["error"])
    return answer
