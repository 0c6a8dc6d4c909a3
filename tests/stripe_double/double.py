"""The double itself: one request in, one answer out, with keys, clocks, faults and the log.

It holds what survives between requests. HTTP is `server`'s business.
"""

from __future__ import annotations

import contextlib
import copy
import json
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from tests.stripe_double import auth, forms, invoice_life, replies, routes, schema, setup
from tests.stripe_double.errors import StripeFault, invalid, not_built
from tests.stripe_double.faults import Fault, Faults
from tests.stripe_double.idempotency import Keys
from tests.stripe_double.lists import expand
from tests.stripe_double.wire import Gone, Reply, Request
from tests.stripe_double.world import API_VERSION, Clock, Object, World

FORM = "application/x-www-form-urlencoded"


class Double:
    """State of both modes. `hook` is called with the log entry and "before" or "after"."""

    def __init__(self) -> None:
        self.hook: Callable[[Object, str], None] | None = None
        self.kill_peer: Callable[[Fault], None] = lambda _fault: None
        self.stopped = threading.Event()
        self.lock = threading.RLock()
        self.clock = Clock()
        self.faults = Faults()
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        with self.lock:
            self.faults.clear()
            self.clock.shift = 0
            self.worlds = {live: World(self.clock, live=live) for live in (False, True)}
            self.keys = {live: Keys(self.clock) for live in (False, True)}
            self.log: list[Object] = []

    def take_over(self, other: Double) -> None:
        """Have what another one has, which stays as it is."""
        shared = {id(other.clock): self.clock}
        with self.lock:
            self.worlds, self.keys = copy.deepcopy((other.worlds, other.keys), shared)

    def snapshot(self) -> Callable[[], None]:
        """What brings everything back to how it is now, as often as it is called."""
        shared = {id(self.clock): self.clock}
        worlds, keys, shift = self.worlds, self.keys, self.clock.shift
        saved = copy.deepcopy((worlds, keys), shared.copy())

        def restore() -> None:
            with self.lock:
                self.worlds, self.keys = copy.deepcopy(saved, shared.copy())
                self.clock.shift = shift

        return restore

    def answer(self, request: Request) -> Reply:
        """Do what a request asks for, and what is set to go wrong. Raises Gone."""
        entry = self._enter(request)
        if self.hook:
            self.hook(entry, "before")
        fault = self.faults.strike(request.method, request.path)
        entry["fault"] = fault.kind if fault else None
        reply = self._before(request, entry, fault) or self._work(request, entry, fault)
        if fault:
            reply = self._after(entry, fault, reply)
        if self.hook:
            self.hook(entry, "after")
        entry["status"] = reply.status
        reply.headers.setdefault("Request-Id", entry["request_id"])
        return reply

    def _enter(self, request: Request) -> Object:
        with self.lock:
            entry = {
                "n": len(self.log) + 1,
                "at": self.clock.now(),
                "method": request.method,
                "path": request.path,
                "query": request.query,
                "headers": request.headers,
                "body": request.body.decode("utf-8", "replace"),
                "params": None,
                "idempotency_key": request.headers.get("idempotency-key"),
                "request_id": self.worlds[False].new_id("req", 14),
                "live": None,
                "status": None,
                "error": None,
                "replayed": False,
                "worked": False,
                "fault": None,
            }
            self.log.append(entry)
            return entry

    # What goes wrong

    def _before(self, request: Request, entry: Object, fault: Fault | None) -> Reply | None:
        """Faults that strike instead of the work."""
        if fault is None:
            return None
        if fault.kind == "together" and fault.barrier is not None:
            with contextlib.suppress(threading.BrokenBarrierError):  # the others never came
                fault.barrier.wait(timeout=fault.seconds)
        if fault.kind == "dropped":
            raise Gone
        if fault.kind == "rate_limited":
            return self._error_reply(entry, replies.rate_limited(fault))
        if fault.after:
            return None
        if fault.kind == "kill":
            self.kill_peer(fault)
            raise Gone
        if fault.kind == "hang":
            self.stopped.wait(fault.seconds)
            raise Gone
        if fault.kind == "html":
            return replies.page_of_a_proxy(fault)
        if fault.kind == "status":
            reply = self._error_reply(entry, replies.failure(fault))
            if fault.recorded:
                self._record_instead(request, entry, reply)
            return reply
        return None

    def _after(self, entry: Object, fault: Fault, reply: Reply) -> Reply:
        """Faults that strike when the work is done."""
        if fault.kind == "lost":
            raise Gone
        if fault.kind == "garbage":
            return Reply(200, b"{]<not json", reply.headers)
        if fault.kind == "binary":
            return Reply(200, b"\x00\xff\xfe", reply.headers)
        if fault.kind == "wrong":
            return Reply(200, fault.body.encode(), reply.headers)
        if fault.kind == "truncated":
            reply.broken_after = len(reply.body) // 2
        if not fault.after:
            return reply
        if fault.kind == "kill":
            self.kill_peer(fault)
            raise Gone
        if fault.kind == "hang":
            self.stopped.wait(fault.seconds)
            raise Gone
        if fault.kind == "html":
            return replies.page_of_a_proxy(fault)
        if fault.kind == "status":
            failed = self._error_reply(entry, replies.failure(fault))
            if fault.recorded and entry["idempotency_key"]:
                with self.lock:
                    keys = self.keys[bool(entry["live"])]
                    keys.finish(entry["idempotency_key"], failed.status, failed.body)
            return failed
        return reply

    def _record_instead(self, request: Request, entry: Object, reply: Reply) -> None:
        """A failure that Stripe remembers for the key although nothing was done."""
        key = entry["idempotency_key"]
        if request.method != "POST" or not key:
            return
        with self.lock:
            keys = self.keys[auth.is_live(request)]
            params = forms.parse(entry["body"])
            if keys.begin(key, "POST", request.path, params, entry["request_id"]) is None:
                keys.finish(key, reply.status, reply.body)

    def _error_reply(self, entry: Object, fault: StripeFault) -> Reply:
        error = fault.error | {"request_log_url": f"https://dashboard/{entry['request_id']}"}
        entry["error"] = fault.error
        return Reply(fault.status, _body({"error": error}), dict(fault.headers))

    # The work

    def _work(self, request: Request, entry: Object, fault: Fault | None) -> Reply:
        try:
            return self._checked(request, entry, fault)
        except StripeFault as refused:
            return self._error_reply(entry, refused)

    def _checked(self, request: Request, entry: Object, fault: Fault | None) -> Reply:
        key = auth.secret(request)
        live = entry["live"] = auth.is_live(request)
        if request.headers.get("stripe-version", API_VERSION) != API_VERSION:
            raise invalid(f"Invalid Stripe API version: {request.headers['stripe-version']}")
        operation = schema.find_operation(request.method, unquote(request.path))
        if key == auth.READ_ONLY_KEY and request.method != "GET":
            message = "The provided key does not have the required permissions for this endpoint."
            raise StripeFault(403, "invalid_request_error", message)
        given = forms.parse(_text(request))
        entry["params"] = given
        params = schema.check(operation, given)
        handler = routes.ROUTES.get((operation.method, operation.template))
        if handler is None:
            raise not_built(f"{operation.method} {operation.template}")
        token = entry["idempotency_key"] if request.method == "POST" else None
        if token is not None:
            with self.lock:
                keys = self.keys[live]
                known = keys.begin(token, "POST", request.path, given, entry["request_id"])
            if known is not None and known.status is not None:
                entry["replayed"] = True
                headers = {"Idempotent-Replayed": "true", "Original-Request": known.request_id}
                return Reply(known.status, known.body, headers)
        if fault is not None and fault.kind == "slow":
            self.stopped.wait(fault.seconds)
        with self.lock:
            reply = self._run(entry, handler, operation, params)
            if token is not None:
                self.keys[live].finish(token, reply.status, reply.body)
        if token is not None:
            reply.headers["Idempotency-Key"] = token
        return reply

    def _run(
        self, entry: Object, handler: routes.Handler, operation: schema.Operation, params: Object
    ) -> Reply:
        """One operation under the lock. A refusal is an answer like any other, and recorded."""
        world = self.worlds[entry["live"]]
        self.pass_time()
        world.request = {"id": entry["request_id"], "idempotency_key": entry["idempotency_key"]}
        paths = params.pop("expand", [])
        writes = paths and operation.method != "GET"
        saved = copy.deepcopy((world.objects, world.private)) if writes else None
        entry["worked"] = True
        try:
            answer = handler(world, params, operation)
            try:
                answer = expand(world, answer, paths) if paths else answer
            except StripeFault:  # refused before any work
                if saved is not None:
                    world.objects, world.private = saved
                raise
            return Reply(200, _body(answer))
        except StripeFault as refused:
            return self._error_reply(entry, refused)

    def pass_time(self) -> None:
        """Let Stripe do what is due by the clock."""
        with self.lock:
            for world in self.worlds.values():
                world.request = {"id": None, "idempotency_key": None}
                setup.advance(world)
                invoice_life.advance(world)


def _text(request: Request) -> str:
    if request.method != "POST":
        return request.query
    if request.query:
        raise invalid("Parameters of a POST request belong into its body.")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.body and kind != FORM:
        raise invalid(
            f"Invalid request (check that your POST content type is {FORM}). If you have any"
            " questions, we can help at https://support.stripe.com/."
        )
    try:
        return request.body.decode("ascii")
    except UnicodeDecodeError:
        raise invalid("Invalid request: the body is not form-encoded.") from None


def _body(answer: Any) -> bytes:
    return json.dumps(answer).encode()
