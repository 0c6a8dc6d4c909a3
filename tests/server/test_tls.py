"""TLS: whose certificate it is, what it was issued for, and a server that has none."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.server.running import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HOST = "localhost"
ASKS_FOR_TLS = bytes.fromhex("0000000804d2162f")


class Authority(NamedTuple):
    """Who signs, with the certificate by which others know that."""

    name: x509.Name
    key: ec.EllipticCurvePrivateKey
    certificate: Path

    @classmethod
    def made(cls, folder: Path, name: str) -> Authority:
        called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        key = ec.generate_private_key(ec.SECP256R1())
        authority = cls(called, key, folder / f"{name}.crt")
        signed = authority._sign(called, key, x509.BasicConstraints(ca=True, path_length=0))
        authority.certificate.write_bytes(signed)
        return authority

    def certify(self, host: str) -> tuple[bytes, bytes]:
        """A certificate for a host, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        signed = self._sign(called, key, x509.SubjectAlternativeName([x509.DNSName(host)]))
        plain = serialization.NoEncryption()
        form = serialization.PrivateFormat.PKCS8
        return signed, key.private_bytes(serialization.Encoding.PEM, form, plain)

    def _sign(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType
    ) -> bytes:
        now = datetime.now(UTC)
        unsigned = x509.CertificateBuilder(
            self.name,
            name,
            key.public_key(),
            x509.random_serial_number(),
            now - timedelta(days=1),
            now + timedelta(days=1),
        ).add_extension(extension, critical=True)
        return unsigned.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


class Front:
    """Speaks TLS for a server that was built without it."""

    def __init__(self, server: Server, certified: Path) -> None:
        self._server = server
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certified)
        begun = Event()
        self._running = Thread(target=self._run, args=(begun,), daemon=True)
        self._running.start()
        assert begun.wait(60)

    def _run(self, begun: Event) -> None:
        asyncio.run(self._listen(begun))

    async def _listen(self, begun: Event) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        listener = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = listener.sockets[0].getsockname()[1]
        begun.set()
        await self._ended.wait()
        listener.close()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._running.join()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            assert await reader.readexactly(8) == ASKS_FOR_TLS
            writer.write(b"S")
            await writer.start_tls(self._tls)
            inside, outside = await asyncio.open_connection("127.0.0.1", self._server.port)
            await asyncio.gather(_pass(reader, outside), _pass(inside, writer))


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with closing(writer), suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()


class Encrypted(NamedTuple):
    """A server behind a certificate for `localhost`, and two authorities."""

    port: int
    its: Authority
    other: Authority

    def address(self, mode: str, certificate: Path, host: str = HOST) -> str:
        more = f"?sslmode={mode}&sslrootcert={certificate}"
        return f"postgresql://postgres@{host}:{self.port}/{DATABASE}{more}"


DATABASE = "encrypted"


@pytest.fixture(scope="module")
def encrypted(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Encrypted]:
    folder = tmp_path_factory.mktemp("tls")
    its, other = Authority.made(folder, "its"), Authority.made(folder, "other")
    certified = folder / "certified.pem"
    certified.write_bytes(b"".join(its.certify(HOST)))
    with server.connect() as hand:
        hand.execute(f"CREATE DATABASE {DATABASE}")
    front = Front(server, certified)
    yield Encrypted(front.port, its, other)
    front.close()


@pytest.fixture
def run(jpcli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Run a command at an address."""
    monkeypatch.setenv("JPCLI_WAIT", "0")

    def call(address: str, *words: str) -> Any:
        monkeypatch.setenv("JPCLI_LEDGER", address)
        return jpcli(*words, "--json")

    return call


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
def test_a_ledger_is_used_over_tls(
    encrypted: Encrypted, run: Any, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jpcli.ledger.database.server_link import Link

    encrypts = []
    send = Link.send_all

    def noted(link: Link, statements: Any) -> Any:
        encrypts.append(link.connection.pgconn.ssl_in_use)
        return send(link, statements)

    monkeypatch.setattr(Link, "send_all", noted)
    address = encrypted.address(mode, encrypted.its.certificate)
    made = run(address, "init")
    assert made.code == 0 or made.error["code"] == "ledger_exists", made.err
    found = run(address, "status")
    assert found.code == 0, found.err
    assert set(encrypts) == {True}


# (mode, whose authority is known, host): what can't be trusted
UNTRUSTED = {
    "another authority, whole": ("verify-full", "other", HOST),
    "another authority": ("verify-ca", "other", HOST),
    "another name": ("verify-full", "its", "127.0.0.1"),
    "no such file": ("verify-full", "none", HOST),
}


@pytest.mark.parametrize("words", [("status",), ("init",), ("issue", "jetpack-scan")], ids=" ".join)
@pytest.mark.parametrize("what", UNTRUSTED)
def test_who_can_not_be_trusted_is_told_nothing(
    encrypted: Encrypted, run: Any, what: str, words: tuple[str, ...]
) -> None:
    mode, name, host = UNTRUSTED[what]
    certificate = encrypted.its.certificate.with_name(f"{name}.crt")
    found = run(encrypted.address(mode, certificate, host), *words)
    assert (found.code, found.error["code"]) == (4, "server_not_trusted"), found.err
    assert "certificate" in found.error["message"]


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
def test_a_server_without_tls_is_refused_where_it_is_required(
    server: Server, encrypted: Encrypted, run: Any, mode: str
) -> None:
    root = f"&sslrootcert={encrypted.its.certificate}"
    found = run(server.address("postgres", more=f"?sslmode={mode}{root}"), "status")
    assert (found.code, found.error["code"]) == (4, "server_not_trusted"), found.err
    assert "TLS" in found.error["message"]


def test_where_tls_is_not_asked_for_a_server_without_it_is_taken(server: Server, run: Any) -> None:
    found = run(server.address("postgres", more="?sslmode=prefer"), "status")
    assert found.error["code"] == "no_ledger"
