"""The double on a port of 127.0.0.1: HTTP/1.1 with connections that stay open."""

from __future__ import annotations

import json
import os
import socket
import struct
import sys
import threading
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qs, unquote, urlsplit

from tests.jetpack_double import api, control, faults, schema
from tests.jetpack_double.faults import Fault
from tests.jetpack_double.world import World
from tests.listening import Listening
from tests.stripe_double.server import find_peer

PREFIX = "/wpcom/v2/jetpack-licensing"
DIED_SECONDS = 10.0


class Reply(NamedTuple):
    """`broken_after`: the connection closes after so many bytes of the body."""

    status: int
    body: bytes
    headers: dict[str, str]
    broken_after: int | None = None
    pause_seconds: float = 0


class Gone(Exception):
    """The connection closes without an answer."""


class Server(Listening):
    """A world behind HTTP, with what goes wrong and what was asked."""

    def __init__(self, world: World, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.world = world
        self.faults: list[Fault] = []
        self.log: list[dict[str, Any]] = []
        self.crashes: list[Exception] = []
        self.lock = threading.Lock()
        self.stopped = threading.Event()
        self.open: set[socket.socket] = set()
        self.begin()

    @property
    def url(self) -> str:
        """What `JPCLI_JETPACK_BASE` is set to."""
        return f"http://127.0.0.1:{self.server_address[1]}{PREFIX}"

    def stop(self) -> None:
        """Wake whoever hangs, close every connection."""
        self.stopped.set()
        self.end()
        with self.lock:
            connections = list(self.open)
        for connection in connections:
            hang_up(connection)
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error here; anything else is one of the double."""
        error = sys.exception()
        if isinstance(error, Exception) and not isinstance(error, OSError):
            self.crashes.append(error)
            super().handle_error(request, client_address)

    def struck(self, method: str, path: str) -> Fault | None:
        """The first fault that strikes this request. Every fault counts it."""
        found = [fault for fault in self.faults if fault.meet(method, path)]
        return found[0] if found else None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self) -> None:
        super().setup()
        with self._double.lock:
            self._double.open.add(self.connection)

    def finish(self) -> None:
        with self._double.lock:
            self._double.open.discard(self.connection)
        try:
            super().finish()
        except OSError:  # nobody reads any more
            pass

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if parts.path.startswith(control.PREFIX):
            status, found = control.answer(self._double, self.command, parts.path, body)
            self._send(Reply(status, found, {}))
            return
        try:
            self._send(self._answer(parts.path, parts.query, body))
        except Gone:
            self.close_connection = True
            hang_up(self.connection)

    do_POST = do_DELETE = do_PUT = do_PATCH = do_HEAD = do_GET  # noqa: N815
    do_OPTIONS = do_TRACE = do_QUERY = do_GET  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    @property
    def _double(self) -> Server:
        return cast("Server", self.server)

    def _answer(self, path: str, raw_query: str, raw_body: bytes) -> Reply:
        double = self._double
        path = path.removeprefix(PREFIX)
        query = {name: values[-1] for name, values in parse_qs(raw_query, True).items()}
        try:
            body = json.loads(raw_body) if raw_body else None
        except ValueError:
            body = raw_body.decode("latin-1")
        with double.lock:
            fault = double.struck(self.command, path)
            request_id = f"jp-{len(double.log) + 1:06d}"
            entry = {
                "method": self.command,
                "path": path,
                "query": query,
                "body": body,
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "peer": self.client_address[1],
                "fault": fault.kind if fault else None,
                "request_id": request_id,
                "problems": schema.request_problems(self.command, path, query, body),
            }
            double.log.append(entry)
        entry["status"] = None
        reply = self._struck(fault, path, query, body, entry)
        entry["status"] = reply.status
        reply.headers["X-Jetpack-Request-Id"] = request_id
        return reply

    def _done(self, path: str, query: dict[str, str], body: Any, entry: dict[str, Any]) -> Reply:
        """The work, and its answer without a fault."""
        double = self._double
        with double.lock:
            try:
                allowed = schema.methods(path)
                if allowed and self.command not in allowed:
                    raise api.Refusal(405, "rest_not_allowed")
                given = self.headers.get("Authorization")
                if path != "/product-families" and given != f"Bearer {double.world.token}":
                    raise api.Refusal(403, "rest_forbidden")
                parts = [unquote(part) for part in path.strip("/").split("/")]
                found = _done_to(double.world, self.command, parts, query, body)
                status = 200
            except api.Refusal as refusal:
                status = refusal.status
                message = api.MESSAGES[refusal.code]
                found = error(double.world.spelling.error, status, refusal.code, message)
        entry["reply_problems"] = schema.reply_problems(self.command, path, status, found)
        headers = {"Allow": ", ".join(allowed)} if status == 405 else {}
        return Reply(status, json.dumps(found).encode(), headers)

    def _struck(
        self,
        fault: Fault | None,
        path: str,
        query: dict[str, str],
        body: Any,
        entry: dict[str, Any],
    ) -> Reply:
        """The answer, with what goes wrong with it."""
        if fault is None:
            return self._done(path, query, body, entry)
        if fault.kind == "slow_down":
            return _slow_down(fault)
        acts = fault.after or fault.kind in {"cut", "late", "trickle"}
        reply = self._done(path, query, body, entry) if acts else None
        if fault.kind in {"hang", "late"}:
            self._double.stopped.wait(fault.seconds)
        if fault.kind == "kill":
            self._kill(fault)
        if fault.kind == "reset":
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
        if fault.kind in {"hang", "kill", "reset", "lost"}:
            raise Gone
        if fault.kind == "status":
            return _failed(fault)
        if fault.kind == "body":
            status = reply.status if reply is not None and fault.status == 500 else fault.status
            return Reply(status, fault.body.encode(), {"Content-Type": fault.content_type})
        assert reply is not None
        if fault.kind == "cut":
            return reply._replace(broken_after=len(reply.body) // 2)
        pause = fault.seconds if fault.kind == "trickle" else 0
        return reply._replace(pause_seconds=pause)

    def _kill(self, fault: Fault) -> None:
        """Send the fault's signal to the process at the other end; see it die."""
        connection = self.connection
        os.kill(find_peer(connection.getpeername()[1], connection.getsockname()[1]), fault.signal)
        connection.settimeout(DIED_SECONDS)
        try:
            connection.recv(1)
        except OSError:
            pass

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        for start in range(len(reply.body)) if reply.pause_seconds else ():
            self.wfile.write(reply.body[start : start + 1])
            self.wfile.flush()
            if self._double.stopped.wait(reply.pause_seconds):
                return
        if not reply.pause_seconds and self.command != "HEAD":
            self.wfile.write(reply.body[: reply.broken_after])
        self.wfile.flush()
        if reply.broken_after is not None:
            self.close_connection = True
            hang_up(self.connection)


def _done_to(world: World, method: str, parts: list[str], query: Any, body: Any) -> Any:
    try:
        return api.do(world, method, parts, query, body)
    except ValueError:
        status = 403 if parts == ["site-connection"] else 400
        raise api.Refusal(status, "invalid_input") from None


def error(form: str, status: int, code: str, message: str) -> dict[str, Any]:
    """An error in one of the forms that are JSON."""
    if form == "error":
        return {"error": code, "message": message}
    data = {"data": {"status": status}} if form == "data" else {}
    return {"code": code, "message": message, **data}


def _failed(fault: Fault) -> Reply:
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if fault.form == "page":
        headers["Content-Type"] = "text/html; charset=utf-8"
        return Reply(fault.status, faults.PAGE.encode(), headers)
    if fault.form == "nothing":
        return Reply(fault.status, b"", headers)
    if 300 <= fault.status < 400:
        headers["Location"] = fault.message
    found = error(fault.form, fault.status, fault.code, fault.message)
    return Reply(fault.status, json.dumps(found).encode(), headers)


def _slow_down(fault: Fault) -> Reply:
    status = 429 if fault.status == 500 else fault.status
    found = error(fault.form, status, "rate_limited", "Bandwidth Limit Exceeded")
    headers = {"X-WS-RateLimit-Limit": "1000", "X-WS-RateLimit-Remaining": "0"}
    if fault.retry_after is not None:
        told = str(fault.retry_after)
        if fault.as_date:
            import time

            told = formatdate(time.time() + float(told), usegmt=True)
        headers["Retry-After"] = told
    return Reply(status, json.dumps(found).encode(), headers)


def hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
