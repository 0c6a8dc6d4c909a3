"""HTTP to the Licensing API. The only file here that imports requests.

Owns the connection: the token, the limits of time and size, and what can be told of a request that
has no answer: that nothing of it was sent, or that nobody knows what came of it. Nothing is
repeated and no redirect is followed, here or below.
"""

from __future__ import annotations

import socket
import threading
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import requests
from requests.adapters import HTTPAdapter
from urllib3 import connection, connectionpool
from urllib3.exceptions import HTTPError

from jpcli.domain.bounded import PIECE_BYTES, AnswerTooLarge, joined
from jpcli.domain.card_numbers import looks_like_card_number

if TYPE_CHECKING:
    from collections.abc import Mapping

REQUEST_ID = "X-Jetpack-Request-Id"
_LONGEST_ID = 200


class NotSent(Exception):
    """There was no connection, so nothing of the request was sent."""


class NoAnswer(Exception):
    """The request was sent, at least in part, and no whole answer came; says why."""


class Timeouts(NamedTuple):
    """In seconds: for a connection, for each part of an answer, and for all of it: a server that
    sends a letter now and then is never silent."""

    connect: float = 5
    read: float = 30
    whole: float = 60


class Answer(NamedTuple):
    """A whole answer. `wait_seconds` is its Retry-After, None where it has none that is one."""

    status: int
    body: bytes
    request_id: str | None
    wait_seconds: float | None


class Transport:
    """Requests to one server with one token, one after the other."""

    def __init__(self, token: str, base: str, timeouts: Timeouts) -> None:
        self._token = token
        self._base = base
        self._timeouts = timeouts
        self._kept = self._line()

    def send(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        *,
        fresh: bool = False,
    ) -> Answer:
        """One request. With `fresh` over a connection of its own: a server may have closed one that
        was kept, and then nobody knows what it read. Raises NotSent and NoAnswer."""
        if not fresh:
            return self._sent(self._kept, method, path, query, body)
        line = self._line()
        try:
            return self._sent(line, method, path, query, body)
        finally:
            line.session.close()

    def close(self) -> None:
        """Hang up."""
        self._kept.session.close()

    def _line(self) -> _Line:
        line = _Line()
        line.session.auth = _Bearer(self._token)
        return line

    def _sent(self, line: _Line, method: str, path: str, query: Any, body: Any) -> Answer:
        timeouts = self._timeouts
        with line.until(timeouts.connect + timeouts.whole):
            try:
                response = line.session.request(
                    method,
                    self._base + path,
                    params=query,
                    json=body,
                    headers={"Accept": "application/json"},
                    timeout=(timeouts.connect, timeouts.read),
                    allow_redirects=False,
                    stream=True,
                )
                with response:
                    answer = _whole(response, self._token)
                if line.is_late:  # what was hung up may look like the end of an answer
                    raise requests.Timeout
                return answer
            except AnswerTooLarge:
                raise NoAnswer("its answer is too large") from None
            except (requests.RequestException, HTTPError, OSError, ValueError) as error:
                if not line.was_open:
                    raise NotSent from None
                late = isinstance(error, requests.Timeout) or line.is_late
                why = "no answer came in time" if late else "the connection broke"
                raise NoAnswer(why) from None


class _Bearer(requests.auth.AuthBase):
    """The token; given this way a .netrc file is not asked for another."""

    def __init__(self, token: str) -> None:
        self._header = f"Bearer {token}"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._header
        return request


class _Line:
    """A session that knows whether a connection was made, through a proxy's tunnel and with TLS,
    before which nothing of a request is sent; and that can hang up."""

    def __init__(self) -> None:
        self.was_open = False
        self.is_late = False
        self._socket: socket.socket | None = None
        self.session = requests.Session()
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, _Adapter(self))

    def opened(self, made: socket.socket | None) -> None:
        self.was_open = True
        self._socket = made

    def until(self, seconds: float) -> _Deadline:
        self.is_late = False
        return _Deadline(self, seconds)

    def hang_up(self) -> None:
        self.is_late = True
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:  # it is closed already
                pass


class _Deadline:
    """A time after which a line is hung up, whatever still trickles in."""

    def __init__(self, line: _Line, seconds: float) -> None:
        self._timer = threading.Timer(seconds, line.hang_up)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


class _Adapter(HTTPAdapter):
    """Makes connections that tell their line when they are there."""

    def __init__(self, line: _Line) -> None:
        self._line = line
        self._pools = _pools(line)
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        if proxy.lower().startswith("socks"):
            self._line.opened(None)  # its connections are its own: whether one was made is not told
        else:
            manager.pool_classes_by_scheme = self._pools
        return manager


def _pools(line: _Line) -> dict[str, Any]:
    """urllib3's own pools and connections, by scheme, with a word to the line."""

    class Plain(connection.HTTPConnection):
        def connect(self) -> None:
            super().connect()
            line.opened(self.sock)

    class Secure(connection.HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            line.opened(self.sock)

    class PlainPool(connectionpool.HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(connectionpool.HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _whole(response: requests.Response, token: str) -> Answer:
    body = joined(response.iter_content(PIECE_BYTES))
    headers = response.headers
    return Answer(
        response.status_code,
        body,
        _request_id(headers.get(REQUEST_ID), token),
        _wait_seconds(headers.get("Retry-After"), headers.get("Date")),
    )


def _request_id(text: str | None, token: str) -> str | None:
    """As it is kept and shown: one line, and nothing that a ledger may not hold."""
    if not text or token in text:
        return None
    plain = "".join(each if each.isprintable() else "?" for each in text[:_LONGEST_ID]).strip()
    return None if not plain or looks_like_card_number(plain) else plain


def _wait_seconds(text: str | None, date: str | None) -> float | None:
    """Seconds, or until a date; that is by the server's clock where it tells it."""
    text = (text or "").strip()
    if text.isascii() and text.replace(".", "", 1).isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text).timestamp()
        now = parsedate_to_datetime(date).timestamp() if date else time.time()
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, until - now)
