"""Addresses of sites, written one way, so that one site is never two.

This module must not look an address up, nor know which client has a site.
"""

from __future__ import annotations

from jpcli.domain.card_numbers import check_no_card_number
from jpcli.domain.errors import BadInput

MAX_URL = 1000
_PORTS = {"http": "80", "https": "443"}
_NO_HOST_MARKS = str.maketrans("", "", "-_.")
_NOT_IN_PATHS = frozenset('\\<>"`{}|^')


def normalize_url(text: str) -> str:
    """`https://host[:port][/path]`: scheme and host in lower case, no needless port, no final `/`.

    A host without a scheme gets https. Raises BadInput `bad_site` for another scheme, user names,
    queries, fragments, spaces, control characters and what is not an address at all, `card_number`
    for one that has a card's number in it.
    """
    if not text or len(text) > MAX_URL:
        raise _bad(text, "it is empty" if not text else "it is too long")
    if " " in text or not text.isprintable():  # which no other white space is
        raise _bad(text, "it has a space or a control character in it")
    scheme, rest = _scheme(text)
    if "?" in rest or "#" in rest:
        raise _bad(text, "it has a query or a fragment")
    authority, slash, path = rest.partition("/")
    if rest is text and path.startswith("/"):
        raise _no_scheme(text)
    if "@" in authority:
        raise _bad(text, "it has a user name in it")
    if not _NOT_IN_PATHS.isdisjoint(path):
        raise _bad(text, "its path has a character that no address has")
    host, port = _host_and_port(text, authority)
    if host in _PORTS:
        raise _no_scheme(text)
    place = host if port in {"", _PORTS[scheme]} else f"{host}:{port}"
    url = f"{scheme}://{place}{slash}{path}".rstrip("/")
    check_no_card_number(url)
    return url


def _scheme(text: str) -> tuple[str, str]:
    """Scheme and the rest; `host:8080` is a port, `mailto:x` is another scheme."""
    scheme, mark, rest = text.partition("://")
    if mark and "/" not in scheme:
        if scheme.lower() not in _PORTS:
            raise _bad(text, "it is neither http nor https")
        return scheme.lower(), rest
    return "https", text


def _host_and_port(text: str, authority: str) -> tuple[str, str]:
    if authority.startswith("["):
        host, bracket, rest = authority[1:].partition("]")
        host = f"[{_ip_address(text, host if bracket and ':' in host else '')}]"
        colon, port = rest[:1], rest[1:]
    else:
        name, colon, port = authority.partition(":")
        host = _host(text, name)
    if colon not in {"", ":"} or (colon and not port) or not _is_port(port):
        raise _bad(text, "its port is not a number from 1 to 65535")
    return host, port.lstrip("0")


def _ip_address(text: str, host: str) -> str:
    """An address in figures, in its shortest form: `::1` is `0:0:0:0:0:0:0:1`."""
    from ipaddress import ip_address

    try:
        # A zone, as in `fe80::1%eth0`, means something on one machine only.
        return ip_address(host if "%" not in host else "").compressed
    except ValueError:
        raise _bad(text, "its host is not an address") from None


def _host(text: str, name: str) -> str:
    """A host name in lower case, in ASCII: `münchen.example` is `xn--mnchen-3ya.example`."""
    host = name.lower().removesuffix(".")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii").lower()
        except UnicodeError:
            raise _bad(text, "its host is not a name") from None
    labels = host.split(".")
    letters = host.translate(_NO_HOST_MARKS)
    plain = not letters or letters.isalnum()
    if not plain or len(host) > 253 or any(not 0 < len(label) < 64 for label in labels):
        raise _bad(text, "its host is not a name")
    if any(label[0] == "-" or label[-1] == "-" for label in labels):
        raise _bad(text, "its host is not a name")
    if not all(map(_is_readable, labels)):
        raise _bad(text, "its host is not a name")
    if labels[-1].isdigit():
        return _ip_address(text, host)
    return host


def _is_readable(label: str) -> bool:
    """Whether a label that stands for other letters, `xn--…`, can be read, and only that way."""
    if not label.startswith("xn--"):
        return True
    try:
        letters = label[4:].encode("ascii").decode("punycode")
        again = letters.encode("punycode").decode("ascii")
    except (UnicodeError, OverflowError):
        return False
    return again == label[4:] and not letters.isascii() and letters.isprintable()


def _is_port(port: str) -> bool:
    if not port:
        return True
    return port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) <= 65_535


def _no_scheme(text: str) -> BadInput:
    return _bad(text, "it looks like a scheme without its ://")


def _bad(text: str, reason: str) -> BadInput:
    shown = text if len(text) <= 80 else text[:80] + "…"
    return BadInput(
        "bad_site",
        f"{shown!r} is not the address of a site: {reason}.",
        hint="Write it as https://example.com",
        subject=shown,
    )
