"""The double on a port of 127.0.0.1: HTTP/1.1 with connections that stay open."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from tests.listening import Listening
from tests.stripe_double import control_api
from tests.stripe_double.double import Double
from tests.stripe_double.faults import Fault
from tests.stripe_double.wire import Gone, Reply, Request

DIED_SECONDS = 10.0


class Server(Listening):
    def __init__(self, double: Double, port: int = 0, state: Path | None = None) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.double = double
        self.state = state
        self.crashes: list[Exception] = []
        self.open: set[socket.socket] = set()
        self.open_lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def stop(self) -> None:
        """Wake whoever hangs, close every connection."""
        self.double.stopped.set()
        self.double.faults.clear()
        self.end()
        with self.open_lock:
            connections = list(self.open)
        for connection in connections:
            _hang_up(connection)
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error here; anything else is one of the double."""
        error = sys.exception()
        if isinstance(error, Exception) and not isinstance(error, OSError):
            self.crashes.append(error)
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self) -> None:
        super().setup()
        server = self._server()
        with server.open_lock:
            server.open.add(self.connection)

    def finish(self) -> None:
        server = self._server()
        with server.open_lock:
            server.open.discard(self.connection)
        try:
            super().finish()
        except OSError:  # nobody reads any more
            pass

    def do_GET(self) -> None:
        self._answer()

    do_POST = do_DELETE = do_PUT = do_PATCH = do_GET  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def _server(self) -> Server:
        return cast("Server", self.server)

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            method=self.command,
            path=parts.path,
            query=parts.query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        double = self._server().double
        if request.path.startswith(control_api.PREFIX):
            self._send(control_api.answer(double, request))
            self._save(double, request)
            return
        try:
            self._send(_answered(double, request, self.connection))
        except Gone:
            self._save(double, request)
            self.close_connection = True
            _hang_up(self.connection)
        else:
            self._save(double, request)

    def _save(self, double: Double, request: Request) -> None:
        state = self._server().state
        if state is not None and request.method != "GET":
            control_api.save(double, state)

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body[: reply.broken_after])
        self.wfile.flush()
        if reply.broken_after is not None:
            self.close_connection = True
            _hang_up(self.connection)


def _answered(double: Double, request: Request, connection: socket.socket) -> Reply:
    peer.connection = connection
    return double.answer(request)


class _Peer(threading.local):
    """Whose request this thread is answering."""

    connection: socket.socket | None = None


peer = _Peer()


def kill_peer(fault: Fault) -> None:
    """Send the fault's signal to its pid, or to the process at the other end; see it die."""
    connection = peer.connection
    assert connection is not None
    os.kill(
        fault.pid or find_peer(connection.getpeername()[1], connection.getsockname()[1]),
        fault.signal,
    )
    if fault.signal == signal.SIGKILL:
        connection.settimeout(DIED_SECONDS)
        try:
            connection.recv(1)
        except OSError:
            pass


def find_peer(port: int, to_port: int) -> int:
    """The process with a connection from one local port to another (Linux): its socket's inode,
    then who has that open. A port may be in use towards several others at once."""
    wanted = [f"0100007F:{each:04X}" for each in (port, to_port)]
    inodes = [
        columns[9]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if (columns := line.split())[1:3] == wanted
    ]
    links = {f"socket:[{inode}]" for inode in inodes}
    for folder in Path("/proc").glob("[0-9]*/fd"):
        try:
            if any(str(link.readlink()) in links for link in folder.iterdir()):
                return int(folder.parent.name)
        except OSError:  # it ended, or is another user's
            continue
    raise LookupError(f"no process has port {port}")


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def start(port: int = 0, state: Path | None = None) -> Server:
    """A running double."""
    double = Double()
    double.kill_peer = kill_peer
    if state is not None and state.exists():
        control_api.load(double, state)
    server = Server(double, port, state)
    server.begin()
    return server
