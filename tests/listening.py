"""An HTTP server in a test: it waits for the next caller, and looks for nothing meanwhile."""

from __future__ import annotations

import socket
import threading
from http.server import ThreadingHTTPServer
from typing import Any


class Listening(ThreadingHTTPServer):
    """Each caller has a thread."""

    daemon_threads = True
    request_queue_size = 128
    has_ended = False

    def begin(self) -> None:
        self._serving = threading.Thread(target=self._serve, daemon=True)
        self._serving.start()

    def _serve(self) -> None:
        while not self.has_ended:
            self.handle_request()

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Who only wakes it is no caller."""
        return not self.has_ended

    def end(self) -> None:
        """Nobody is let in any more; `shutdown` would wait for the next of regular looks."""
        if self.has_ended:
            return
        self.has_ended = True
        socket.create_connection(("127.0.0.1", self.server_port)).close()
        self._serving.join()
