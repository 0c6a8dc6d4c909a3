"""What can be told of a request without an answer, on real sockets; and what goes over them."""

from __future__ import annotations

import gzip
import re
import socket
import ssl
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from requests.adapters import HTTPAdapter

from jpcli.domain.bounded import MAX_ANSWER_MIB
from jpcli.domain.errors import Busy, Failed
from jpcli.jetpack import transport
from jpcli.jetpack.licensing import Licensing, OutcomeUnknown
from jpcli.jetpack.transport import Timeouts
from tests.jetpack.conftest import Clock
from tests.jetpack_double.double import JetpackDouble

MIB = 1024 * 1024
Speak = Callable[[socket.socket], object]
LICENSE = b'{"license_key": "jetpack-scan_abcdefgh", "issued_at": "2026-11-01T00:00:00Z"}'


@contextmanager
def listening(speak: Speak | None = None) -> Iterator[int]:
    """A server that does as told with each connection; without, it never accepts one."""
    with socket.create_server(("127.0.0.1", 0), backlog=0 if speak is None else 16) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    try:
                        assert speak is not None
                        speak(connection)
                    except OSError:
                        pass

        if speak is not None:
            threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        try:
            server.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def asking(base: str, **more: float) -> Licensing:
    clock = Clock()
    limits = Timeouts(**{"connect": 5, "read": 10, "whole": 20, **more})
    return Licensing("token-1", base, clock=clock, sleep=clock.sleep, timeouts=limits)


def heard(connection: socket.socket) -> bytes:
    """A request with its body, or whatever else begins: what is closed unread is a reset."""
    found = connection.recv(65_536)
    while found.startswith(b"POST "):
        head, end, body = found.partition(b"\r\n\r\n")
        length = re.search(rb"Content-Length: (\d+)", head)
        if end and len(body) >= (int(length[1]) if length else 0):
            break
        found += connection.recv(65_536)
    return found


def answering(answer: bytes) -> Speak:
    def speak(connection: socket.socket) -> None:
        heard(connection)
        connection.sendall(answer)

    return speak


def ok(body: bytes, headers: bytes = b"") -> bytes:
    length = b"Content-Length: %d\r\n" % len(body)
    return b"HTTP/1.1 200 OK\r\n" + length + headers + b"Connection: close\r\n\r\n" + body


# --- nothing was sent ---


def not_sent(base: str) -> None:
    with pytest.raises(Busy) as busy:
        asking(base, connect=0.5).issue("jetpack-scan")
    assert (busy.value.code, busy.value.exit_code) == ("network", 75)
    assert "nothing was sent" in busy.value.message


def test_a_server_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    not_sent(f"http://127.0.0.1:{port}")


@pytest.mark.parametrize("host", ["nobody.invalid", "a" * 80 + ".invalid", "..", "256.1.1.1"])
def test_a_name_that_is_none(host: str) -> None:
    not_sent(f"http://{host}:9/x")


def test_a_server_that_takes_no_connection() -> None:
    with listening() as port:
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:  # they fill its queue
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        not_sent(f"http://127.0.0.1:{port}")
        for each in waiting:
            each.close()


@pytest.mark.parametrize(
    "speak",
    [
        answering(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        answering(b""),
        answering(b"\x15\x03\x01\x00\x02\x02\x28"),  # an alert: handshake failure
        lambda connection: time.sleep(2),
    ],
    ids=["no TLS", "gone", "alert", "silent"],
)
def test_tls_that_does_not_come_about(speak: Speak) -> None:
    with listening(speak) as port:
        not_sent(f"https://127.0.0.1:{port}")


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(tmp_path))

    def speak(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(10)

    with listening(speak) as port:
        not_sent(f"https://127.0.0.1:{port}")


@pytest.mark.parametrize(
    "speak",
    [
        answering(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
        answering(b"HTTP/1.1 502 Bad Gateway\r\n\r\n"),
        answering(b""),
        answering(b"HTTP/1.1 200 OK\r\n\r\nno TLS behind it"),
    ],
    ids=["407", "502", "gone", "no TLS"],
)
def test_a_proxy_that_makes_no_tunnel(monkeypatch: pytest.MonkeyPatch, speak: Speak) -> None:
    with listening(speak) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        not_sent("https://licensing.example")


def test_a_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
    not_sent("https://licensing.example")
    not_sent("http://licensing.example")


# --- nobody knows ---


@pytest.mark.parametrize(
    "speak",
    [
        lambda connection: None,
        lambda connection: time.sleep(2),
        answering(b""),
        answering(b"HTTP/1.1 200 OK\r\n"),
        answering(b"no HTTP at all\r\n\r\n"),
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}"),
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + LICENSE),
        answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}"),
        answering(ok(LICENSE, b"Content-Encoding: gzip\r\n")),
        answering(ok(gzip.compress(LICENSE)[:-20], b"Content-Encoding: gzip\r\n")),
        answering(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 500\r\n\r\n{}"),
    ],
)
def test_after_a_connection_nobody_knows(speak: Speak) -> None:
    with listening(speak) as port, pytest.raises(OutcomeUnknown):
        asking(f"http://127.0.0.1:{port}", read=1).issue("jetpack-scan")


def test_a_proxy_that_was_spoken_to_may_have_passed_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(answering(b"")) as port:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
        with pytest.raises(OutcomeUnknown):
            asking("http://licensing.example").issue("jetpack-scan")


def test_a_socks_proxy_is_left_alone_and_nothing_is_said_to_be_unsent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its connections are made by others, of whom nobody knows how far they came."""
    manager = SimpleNamespace(pool_classes_by_scheme="its own")
    monkeypatch.setattr(HTTPAdapter, "proxy_manager_for", lambda *_, **__: manager)
    line = transport._Line()
    adapter = line.session.get_adapter("https://a.example")
    assert isinstance(adapter, HTTPAdapter)
    assert adapter.proxy_manager_for("socks5h://127.0.0.1:9") is manager
    assert (manager.pool_classes_by_scheme, line.was_open) == ("its own", True)


def test_an_answer_over_tls_that_breaks_off_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of TLS behind the handshake is not one before anything was sent."""
    certificate = _certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def speak(connection: socket.socket) -> None:
        secure = context.wrap_socket(connection, server_side=True)
        secure.recv(65_536)
        plain = socket.socket(fileno=secure.detach())
        plain.sendall(b"\x17\x03\x03\x00\x05wrong")
        plain.close()

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with listening(speak) as port, pytest.raises(OutcomeUnknown):
        asking(f"https://localhost:{port}").issue("jetpack-scan")


@pytest.mark.parametrize("tunnel", [False, True])
def test_over_tls_and_through_a_proxy_a_license_is_issued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tunnel: bool
) -> None:
    certificate = _certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    asked: list[bytes] = []

    def speak(connection: socket.socket) -> None:
        if tunnel:
            asked.append(heard(connection))
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with context.wrap_socket(connection, server_side=True) as secure:
            heard(secure)
            secure.sendall(ok(LICENSE))

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with listening(speak) as port:
        if tunnel:
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        there = "https://localhost:9" if tunnel else f"https://localhost:{port}"
        issued, _ = asking(there).issue("jetpack-scan")
    assert issued.license_key == "jetpack-scan_abcdefgh"
    assert b"token-1" not in b"".join(asked)


def test_a_server_that_sends_a_letter_now_and_then_ends() -> None:
    def speak(connection: socket.socket) -> None:
        connection.recv(65_536)
        for _ in range(100):
            connection.sendall(b"X-A: b\r\n" if _ else b"HTTP/1.1 200 OK\r\n")
            time.sleep(0.2)

    started = time.monotonic()
    late = pytest.raises(OutcomeUnknown, match="no answer came in time")
    with listening(speak) as port, late:
        asking(f"http://127.0.0.1:{port}", connect=1, whole=1).issue("jetpack-scan")
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_of_any_size_takes_no_more_memory(packed: bool) -> None:
    body = b" " * (64 * MIB)
    answer = ok(gzip.compress(body), b"Content-Encoding: gzip\r\n") if packed else ok(body)
    with listening(answering(answer)) as port:
        client = asking(f"http://127.0.0.1:{port}", read=20, whole=60)
        tracemalloc.start()
        with pytest.raises(OutcomeUnknown, match="too large"):
            client.issue("jetpack-scan")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 4 * MAX_ANSWER_MIB * MIB


# --- what goes over the wire ---


def test_the_token_goes_in_one_header_whatever_netrc_has(
    jetpack_double: JetpackDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    Licensing(jetpack_double.token, jetpack_double.base).issue("jetpack-scan")
    (request,) = jetpack_double.requests
    assert request["headers"]["authorization"] == f"Bearer {jetpack_double.token}"
    assert request["headers"]["accept"] == "application/json"
    rest = {**request, "headers": {**request["headers"], "authorization": ""}}
    assert jetpack_double.token not in str(rest)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed_and_so_no_token_goes_elsewhere(
    licensing: Licensing, jetpack_double: JetpackDouble, status: int
) -> None:
    there = JetpackDouble()
    calls: list[Callable[[], object]] = [
        lambda: licensing.license("jetpack-scan_a"),
        lambda: licensing.revoke("jetpack-scan_a"),
        lambda: licensing.attach("jetpack-scan_a", "https://a.example"),
        lambda: licensing.issue("jetpack-scan"),
        licensing.families,
    ]
    for call in calls:
        jetpack_double.next("status", status=status, message=there.base, nth=1)
        with pytest.raises(Failed):
            call()
        jetpack_double.heal()
    assert there.requests == []
    there.stop()


@pytest.mark.parametrize("told", ["4242 4242 4242 4242", "\x1b[2J", "x" * 5_000, "\xe9", " "])
def test_a_request_id_is_one_line_that_a_ledger_may_hold(told: str) -> None:
    header = b"X-Jetpack-Request-Id: " + told.encode("latin-1") + b"\r\n"
    with listening(answering(ok(LICENSE, header))) as port:
        _, request_id = asking(f"http://127.0.0.1:{port}").issue("jetpack-scan")
    assert request_id is None or (request_id.isprintable() and len(request_id) <= 200)
    assert request_id is None or "4242" not in request_id


def test_a_request_id_that_quotes_the_token_is_left_out() -> None:
    header = b"X-Jetpack-Request-Id: for-token-1\r\n"
    with listening(answering(ok(LICENSE, header))) as port:
        assert asking(f"http://127.0.0.1:{port}").issue("jetpack-scan").request_id is None


def test_a_key_is_one_part_of_an_address(
    licensing: Licensing, jetpack_double: JetpackDouble
) -> None:
    for key in ("a/../b_c", "a?b_c", "a%2Fb_c", "a b_ü"):
        with pytest.raises(Failed):
            licensing.attach(key, "https://a.example")
    assert {each["path"].count("/") for each in jetpack_double.requests} == {3}


def _certificate(folder: Path) -> Path:
    """A certificate for localhost that nobody has signed, with its key."""
    import subprocess

    path = folder / "server.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("no openssl here")
    path.write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    return path


def test_what_is_closed_keeps_no_connection(jetpack_double: JetpackDouble) -> None:
    asking: Any = Licensing(jetpack_double.token, jetpack_double.base)
    asking.close()
    for _ in range(2):
        asking.families()
        held = asking._caller._transport._kept._socket
        assert held.fileno() > 0
        asking.close()
        assert held.fileno() == -1
