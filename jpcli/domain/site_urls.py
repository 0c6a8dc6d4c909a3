"""Addresses of sites, written one way, so that one site is never two.

This module must not look an address up, nor know which client has a site.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from jpcli.domain.card_numbers import check_no_card_number
from jpcli.domain.errors import BadInput
from jpcli.domain.texts import clean, is_plain_line

if TYPE_CHECKING:
    import re

MAX_URL = 1000
_PORTS = {"http": "80", "https": "443"}
_NO_HOST_MARKS = str.maketrans("", "", "-_.")
_NOT_IN_PATHS = frozenset('\\<>"`{}|^')
# What means the same in a path whether its octets are written out or not (RFC 3986).
_UNRESERVED = frozenset(string.ascii_letters + string.digits + "-._~")
_OCTET = "%([0-9A-Fa-f]{2})?"
_OCTETS = "(?:%[89A-F][0-9A-F])+"
# A site in a sentence or a command, without the mark that ends its clause.
_SITE = r"""https?://[^\s'"]*[^\s'",;:.)?]"""


def normalize_url(text: str) -> str:
    """`https://host[:port][/path]` as the wire has it: scheme and host in lower case, letters that
    are not ASCII written as `xn--…` and `%C3%A9`, no needless port, no final `/`.

    A host without a scheme gets https; `host::blog` is `host/blog`, as Jetpack writes it. Raises
    BadInput `bad_site` for another scheme, user names, queries, fragments, spaces, control
    characters and what is not an address at all, `card_number` for one that has a card's number in
    it.
    """
    given, text = text, clean(text)
    if not text or len(text) > MAX_URL:
        raise _bad(given, "it is empty" if not text else "it is too long")
    if " " in text or not is_plain_line(text):  # which no other white space is
        raise _bad(given, "it has a space or a control character in it")
    scheme, rest = _scheme(text)
    if "?" in rest or "#" in rest:
        raise _bad(text, "it has a query or a fragment")
    authority, slash, path = rest.partition("/")
    if "::" in authority and "." in authority.partition("::")[0]:
        authority, slash, path = rest.replace("::", "/").partition("/")
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
    check_no_card_number(f"{place}/{path}")
    url = f"{scheme}://{place}{slash}{_path(path)}".rstrip("/")
    if len(url) > MAX_URL:
        raise _bad(text, "it is too long")
    check_no_card_number(url)
    return url


def normalize_pattern(text: str) -> str:
    """A pattern for sites as the wire has it, with `*` and `?` for themselves."""
    if text.isascii():
        return text
    scheme, mark, rest = text.rpartition("://")
    host, slash, path = rest.partition("/")
    try:
        host = _registered(host)
    except UnicodeError:
        pass  # as it is: it fits nothing
    return f"{scheme}{mark}{host}{slash}{_path(path)}"


def twin(url: str) -> str:
    """The same site with the other scheme, http or https."""
    scheme, mark, rest = url.partition("://")
    return f"{'http' if scheme == 'https' else 'https'}{mark}{rest}"


def look_alikes(url: str) -> list[str]:
    """Other sites that may be meant: with `www.` or without it, and what `straße` was taken for
    before it could be registered."""
    scheme, mark, rest = url.partition("://")
    found = [rest.removeprefix("www.") if rest.startswith("www.") else f"www.{rest}"]
    if "xn--" in rest:
        host, slash, path = readable(url).partition(mark)[2].partition("/")
        try:
            found.append(f"{host.encode('idna').decode()}{slash}{path}")
        except UnicodeError:
            pass
    return [f"{scheme}{mark}{each}" for each in found if each != rest]


def readable(url: str) -> str:
    """A site as a person reads it: `https://müller.example/café`. Typed, it is the same site; what
    would not be is left as it is."""
    if "xn--" not in url and "%" not in url:
        return url
    import re

    scheme, mark, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    host = ".".join(map(_letters, authority.split(".")))
    found = f"{scheme}{mark}{host}{slash}{re.sub(_OCTETS, _characters, path)}"
    try:
        return found if normalize_url(found) == url else url
    except BadInput:
        return url


def readable_in(sentence: str) -> str:
    """A sentence, or a command, with every site in it as a person reads it."""
    if "://" not in sentence or ("xn--" not in sentence and "%" not in sentence):
        return sentence
    import re

    return re.sub(_SITE, lambda found: readable(found[0]), sentence)


def folded(name: str | None) -> str | None:
    """A name, or a site as a person reads it, for a search whatever the case, in every script; None
    stays None."""
    return None if name is None else clean(readable(name).casefold())


def _characters(octets: re.Match[str]) -> str:
    try:
        return bytes.fromhex(octets[0].replace("%", "")).decode()
    except UnicodeDecodeError:
        return octets[0]


def _letters(label: str) -> str:
    """What `xn--…` stands for; any other label as it is, and one that stands for nothing."""
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, OverflowError):
        return label


def _path(path: str) -> str:
    """A path as the wire has it, with no octet written out that need not be."""
    if path.isascii() and "%" not in path:
        return path
    import re

    octets = "".join(
        each if each.isascii() else "".join(f"%{octet:02X}" for octet in each.encode())
        for each in path
    )
    return re.sub(_OCTET, _octet, octets)


def _octet(match: re.Match[str]) -> str:
    if match[1] is None:  # a sign that begins nothing is itself
        return "%25"
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()


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
    try:
        host = (name.lower() if name.isascii() else _registered(name)).removesuffix(".")
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


def _registered(name: str) -> str:
    """A host name as it is registered (IDNA 2008, with the mapping of UTS 46 before it), so that
    `straße` and `strasse` are two. Raises UnicodeError."""
    import idna

    return ".".join(map(_a_label, idna.uts46_remap(name, std3_rules=False).split(".")))


def _a_label(label: str) -> str:
    if label.isascii():
        return label
    import idna

    try:
        return idna.alabel(label).decode()
    except idna.InvalidCodepoint:
        # A symbol, as in `i❤.ws`: IDNA 2008 has none, and some registries sell them.
        if not label.isprintable():
            raise
        return "xn--" + label.encode("punycode").decode()


def _is_readable(label: str) -> bool:
    """Whether a label that stands for other letters, `xn--…`, can be read, and only that way."""
    if not label.startswith("xn--"):
        return True
    letters = _letters(label)
    try:
        return not letters.isascii() and _registered(letters) == label
    except UnicodeError:
        return False


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
