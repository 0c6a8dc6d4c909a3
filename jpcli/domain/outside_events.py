"""The kinds of events that are about calls to the outside, and what they carry.

Owns them as `events` owns the others: a name that stands here is never changed. A call is wished
for before it is made, and what came of it is recorded after it; what it did here, to a license or
an invoice, is an event of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jpcli.domain.events import Entry

# At Stripe, whose calls have keys: a wish is made again under its name.
OUTBOX_WISHED = "outbox.wished"
OUTBOX_STUMBLED = "outbox.stumbled"
OUTBOX_DONE = "outbox.done"
OUTBOX_FAILED = "outbox.failed"
# At the Licensing API, which has none: what is wished for is found by its number.
RUN_BEGUN = "run.begun"
RUN_TAKEN_OVER = "run.taken_over"
RUN_FINISHED = "run.finished"
WISH_MADE = "wish.made"
WISH_UNKNOWN = "wish.unknown"
WISH_SETTLED = "wish.settled"
CONNECTION_SEEN = "connection.seen"

# What is written down about a command and its calls; what they did has events of its own.
ABOUT_WISHES = (
    RUN_BEGUN,
    RUN_TAKEN_OVER,
    RUN_FINISHED,
    WISH_MADE,
    WISH_UNKNOWN,
    WISH_SETTLED,
)


def outbox_wished(name: str, *, attempt: int, idempotency_key: str, request_hash: str) -> Entry:
    """A call is about to be made, for the `attempt`-th time."""
    data = {"attempt": attempt, "idempotency_key": idempotency_key, "request_hash": request_hash}
    return OUTBOX_WISHED, name, data


def outbox_stumbled(name: str, attempt: int) -> Entry:
    """The provider failed while it handled a call, so its key would only repeat that."""
    return OUTBOX_STUMBLED, name, {"attempt": attempt}


def outbox_done(name: str, result: Any) -> Entry:
    """A call did what it was for, once."""
    return OUTBOX_DONE, name, {"result": result}


def outbox_failed(name: str, code: str, message: str) -> Entry:
    """A call was refused, for certain: nothing happened."""
    return OUTBOX_FAILED, name, {"code": code, "message": message}


def run_begun(request_hash: str, number: int, process: str) -> Entry:
    """A command that acts at the Licensing API, license by license, begins; the `number`-th time
    that this very request is made. `process` is whose it is."""
    return RUN_BEGUN, request_hash, {"number": number, "process": process}


def run_taken_over(request_hash: str, number: int, process: str) -> Entry:
    """The same command, run again, goes on with what was cut off."""
    return RUN_TAKEN_OVER, request_hash, {"number": number, "process": process}


def run_finished(request_hash: str, number: int) -> Entry:
    """All that a command was for is done; the same command again is another run."""
    return RUN_FINISHED, request_hash, {"number": number}


def wish_made(
    subject: str,
    *,
    action: str,
    product: str,
    license_key: str | None,
    site: str | None,
    client: str | None,
    before: str | None,
    run: str | None,
    number: int | None,
    position: int | None,
    process: str,
) -> Entry:
    """A call to the Licensing API is about to be made; its number is the event's. `subject` is the
    license, or the product of a new one, which is number `position` of its run; `client` is whose
    the site is to be, where that is new."""
    asked = {"action": action, "product": product, "license_key": license_key}
    where = {"site": site, "client": client, "from": before}
    whose = {"run": run, "number": number, "position": position, "process": process}
    return WISH_MADE, subject, {**asked, **where, **whose}


def wish_unknown(subject: str, wish: int, request_id: str | None) -> Entry:
    """Nobody knows whether a wish came true: there was no answer that says so."""
    return WISH_UNKNOWN, subject, {"wish": wish, "request_id": request_id}


def wish_settled(
    subject: str, wish: int, outcome: str, license_key: str | None, request_id: str | None
) -> Entry:
    """What became of a wish: `done`, about this license, or `failed`: nothing was done."""
    told = {"wish": wish, "outcome": outcome, "license_key": license_key}
    return WISH_SETTLED, subject, {**told, "request_id": request_id}


def connection_seen(url: str, blog_id: int, code: str | None) -> Entry:
    """Jetpack knows a site by this number; `code` is what it said of the connection, if asked."""
    return CONNECTION_SEEN, url, {"blog_id": blog_id, "code": code}
