"""A wire to a server that can be cut where it hurts."""

from __future__ import annotations

import select
import socket
import threading
from contextlib import suppress


def _nothing() -> None:
    pass


class Wire:
    """Passes everything on, until it meets a statement: before that, or before its answer, it cuts
    this connection, `times` of them, and lets new ones through."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.statement: bytes = b"\0never"
        self.before = True
        self.times = 0
        self.counting = False
        # Called as soon as so many packets of clients went through, before any answer.
        self.packets, self.last, self.reached = 0, 0, _nothing
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, statement: str, *, before: bool, times: int = 1) -> None:
        """Cut at the next such statement: before the server sees it, or before it is answered."""
        self.statement, self.before, self.times = statement.encode(), before, times

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self._target))
        with client, server, suppress(OSError):
            while True:
                ready, _, _ = select.select([client, server], [], [])
                for source in ready:
                    data = source.recv(1 << 20)
                    if not data:
                        return
                    if source is client and self.times and self.statement in data:
                        self.times -= 1
                        if self.before:
                            return
                        server.sendall(data)
                        while select.select([client], [], [], 0.3)[0]:
                            server.sendall(client.recv(1 << 20))
                        return  # done, and nobody is told
                    (server if source is client else client).sendall(data)
                    if source is client:
                        self.packets += 1
                        if self.packets == self.last:
                            self.reached()
