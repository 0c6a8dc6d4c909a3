"""What an event says, in a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.cli.views.words import since
from jpcli.domain import agency_events, events, outside_events
from jpcli.domain.money import display_amount, display_day_price
from jpcli.domain.words import count

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# So long is a fact that is told without words of its own, and so many clients of one site are.
MOST_TOLD = 40
MOST_OWNERS = 5


def named(kind: str) -> str:
    """A kind for a person: what happens to licenses happens most, and needs no first word."""
    return kind.partition(".")[2] if kind in events.ABOUT_LICENSES else kind


def described(event: Mapping[str, Any], currency: str = "") -> str:
    """The event's own data and its reason, for a person; amounts where `currency` is known."""
    data = event["data"]
    tell = _TELLERS.get(event["kind"])
    words = tell(data) if tell is not None else _plain(data)
    if event["kind"] in _PRICED and currency:
        words = _PRICED[event["kind"]](data, currency)
    reason = event.get("reason")
    return f"{words}; {reason}" if words and reason else words or reason or ""


def _created(data: Mapping[str, Any]) -> str:
    """Its facts, without the data of its time zone, which are for no reader."""
    return _plain({name: value for name, value in data.items() if name != "zone_data"})


def _issued(data: Mapping[str, Any]) -> str:
    if data.get("bundle_key"):
        return f"in a bundle of {data['bundle_size']}"
    if data.get("bundle_size"):
        return f"bundle of {data['bundle_size']}"
    return ""


def _moved(data: Mapping[str, Any]) -> str:
    return f"from {data.get('from') or 'nobody'} to {data.get('client') or 'nobody'}"


def _card(data: Mapping[str, Any]) -> str:
    return f"{data.get('brand')} ···· {data.get('last4')}"


def _attempted(data: Mapping[str, Any]) -> str:
    code = f" ({data['code']})" if data.get("code") else ""
    return f"{data['card_name']}: {data['outcome']}{code}"


def _price(data: Mapping[str, Any]) -> str:
    size = data.get("bundle_size") or 1
    return f"from {since(data['from'])} on" + (f", bundle of {size}" if size > 1 else "")


def _new_price(data: Mapping[str, Any], currency: str) -> str:
    return f"{display_day_price(data['day_price_e12'], currency)} a day {_price(data)}"


def _paid(data: Mapping[str, Any], currency: str) -> str:
    amount = display_amount(data["amount_minor"], currency)
    return f"{amount}, {data['reference']}" if data["reference"] else amount


def _synced(data: Mapping[str, Any]) -> str:
    """What Stripe says of an invoice now; the addresses of its pages are with the invoice."""
    words = f"{data['status']} at Stripe"
    if data.get("reference"):
        words += f", paid elsewhere: {data['reference']}"
    went = [name for name in ("refunded", "disputed", "credited") if data.get(f"{name}_minor")]
    return f"{words}, {', '.join(went)}" if went else words


def _listed(data: Mapping[str, Any]) -> str:
    """A part of what the closing after it keeps."""
    name = "holders" if "holders" in data else "shares"
    return f"{count(len(data[name]), name.removesuffix('s'))}, for the closing"


def _wish(data: Mapping[str, Any]) -> str:
    """What is about to be asked of the Licensing API."""
    where = f" to {data['site']}" if data.get("site") else ""
    return f"{data['action']}{where} at Jetpack"


def _owners(data: Mapping[str, Any]) -> str:
    """Whose a site was, one after the other."""
    whose = [f"of {owner['client'] or 'nobody'}" for owner in data["owners"]]
    return ", then ".join(whose[:MOST_OWNERS]) + ("" if len(whose) <= MOST_OWNERS else ", …")


def _renamed(data: Mapping[str, Any]) -> str:
    return f"was {data['from']}"


def _edited(data: Mapping[str, Any]) -> str:
    """What is known of a client now."""
    titles = {"email": "e-mail", "tax_id": "tax id"}
    told = ((titles.get(name, name), value) for name, value in data.items())
    return ", ".join(f"no {name}" if value is None else f"{name} {value}" for name, value in told)


def _archived(data: Mapping[str, Any]) -> str:
    if data["into"] is not None:
        return f"merged into {data['into']}"
    return "" if data["archived"] else "in use again"


def _product(data: Mapping[str, Any]) -> str:
    told = [f"called {data['name']}"] if "name" in data else []
    if "hidden" in data:
        told.append("hidden" if data["hidden"] else "not hidden any more")
    return ", ".join(told)


def numbers(ranges: Sequence[Sequence[int]]) -> str:
    """Events by their numbers: `event 12`, `events 12 to 15`."""
    told = [f"{first} to {last}" if last > first else f"{first}" for first, last in ranges]
    many = len(ranges) > 1 or any(last > first for first, last in ranges)
    return f"{'events' if many else 'event'} {', '.join(told)}"


def _plain(data: Mapping[str, Any]) -> str:
    """What is short of it; JSON has all."""
    told = ((name, value) for name, value in data.items() if isinstance(value, str | int))
    return ", ".join(f"{name} {value}" for name, value in told if 0 < len(str(value)) <= MOST_TOLD)


_PRICED: dict[str, Callable[[Any, str], str]] = {
    events.PRICE_SET: _new_price,
    events.INVOICE_PAID: _paid,
}
_TELLERS: dict[str, Callable[[Any], str]] = {
    events.LICENSE_ISSUED: _issued,
    events.LICENSE_ASSIGNED: lambda data: f"to {data['site']}",
    events.LICENSE_UNASSIGNED: lambda data: f"from {data.get('from')}",
    events.LICENSE_TRANSFERRED: lambda data: f"from {data.get('from')} to {data['site']}",
    events.LICENSE_REVOKED: lambda _data: "",
    events.LICENSE_IMPORTED: lambda _data: "",
    events.SITE_ADDED: lambda data: f"of {data['client']}" if data.get("client") else "",
    events.SITE_MOVED: _moved,
    events.SITE_OWNERS_SET: _owners,
    events.CLIENT_ADDED: lambda _data: "",
    agency_events.CLIENT_RENAMED: _renamed,
    agency_events.CLIENT_EDITED: _edited,
    agency_events.CLIENT_ARCHIVED: _archived,
    agency_events.SITE_RENAMED: _renamed,
    agency_events.SITE_ARCHIVED: _archived,
    agency_events.PRODUCT_EDITED: _product,
    agency_events.PRICE_REMOVED: lambda data: f"not {_price(data)}",
    events.CARD_ADDED: _card,
    events.CARD_MADE_PRIMARY: lambda _data: "",
    events.CARD_REMOVED: lambda data: f"{data['promoted']} is primary" if data["promoted"] else "",
    events.CARDS_SYNCED: lambda data: f"{count(len(data['cards']), 'card')} at Stripe",
    events.INVOICE_CLOSED: lambda data: f"{data['period']}, {count(len(data['lines']), 'line')}",
    events.INVOICE_LISTED: _listed,
    events.INVOICE_PAID: lambda data: data["reference"] or "",
    events.INVOICE_REOPENED: lambda _data: "",
    events.INVOICE_VOIDED: lambda _data: "",
    events.INVOICE_SYNCED: _synced,
    events.PRICE_SET: _price,
    events.PAYMENT_ATTEMPTED: _attempted,
    outside_events.OUTBOX_WISHED: lambda data: f"attempt {data['attempt']}",
    outside_events.OUTBOX_STUMBLED: lambda data: f"attempt {data['attempt']}",
    outside_events.OUTBOX_DONE: lambda _data: "",
    outside_events.OUTBOX_FAILED: lambda data: data["message"],
    outside_events.RUN_BEGUN: lambda _data: "",
    outside_events.RUN_TAKEN_OVER: lambda _data: "",
    outside_events.RUN_FINISHED: lambda _data: "",
    outside_events.WISH_MADE: _wish,
    outside_events.WISH_UNKNOWN: lambda _data: "",
    outside_events.WISH_SETTLED: lambda data: data["outcome"],
    outside_events.CONNECTION_SEEN: lambda data: f"blog {data['blog_id']} at Jetpack",
    events.LEDGER_SET: lambda data: ", ".join(str(value) or "none" for value in data.values()),
    events.LEDGER_CREATED: _created,
    events.PAYMENTS_SET: _plain,
    events.LEDGER_ZONE_SET: lambda _data: "",
    events.CHANGE_UNDONE: lambda data: f"{numbers(data['undone'])}, by {numbers(data['by'])}",
    events.REQUEST_ANSWERED: lambda _data: "",
    events.REQUEST_LISTED: lambda data: f"{count(len(data['rows']), 'row')} of the answer",
}
