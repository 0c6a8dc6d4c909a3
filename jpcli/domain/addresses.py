"""Addresses of ledgers: which mean a server, and what may be shown of one.

Owns the rule that a password is never shown, also where an address can't be read: whatever may be
one is left out, so more is hidden than need be rather than less.
"""

from __future__ import annotations

_SCHEMES = ("postgresql://", "postgres://")
_HIDDEN = "***"
# What may be shown of the options behind a `?`; all others are closed.
_HARMLESS = frozenset(
    {
        "application_name",
        "channel_binding",
        "connect_timeout",
        "dbname",
        "gssencmode",
        "host",
        "hostaddr",
        "keepalives",
        "keepalives_count",
        "keepalives_idle",
        "keepalives_interval",
        "load_balance_hosts",
        "passfile",
        "port",
        "service",
        "sslcert",
        "sslkey",
        "sslmode",
        "sslrootcert",
        "target_session_attrs",
        "user",
    }
)


def is_server(address: str) -> bool:
    """Is it a ledger on a server, and no path?"""
    return address.startswith(_SCHEMES)


def restoring(address: str) -> str:
    """The command that goes on with a backup: nothing is replaced on a server."""
    command = "jpcli ledger restore FILE"
    return command + " --ledger URL" if is_server(address) else command


def typed(address: str) -> str:
    """An address in a command that is to be typed: without its secrets, and without what stands in
    their place when it is shown, for that would be taken for them. The password then comes from
    PGPASSWORD or ~/.pgpass."""
    if not is_server(address):
        return address
    scheme, _, rest = shown(address).partition("://")
    user, at, where = rest.rpartition("@")
    place, mark, options = where.partition("?")
    user = user.removesuffix(f":{_HIDDEN}")
    open_ones = [each for each in options.split("&") if not each.endswith(f"={_HIDDEN}")]
    return f"{scheme}://{user}{at}{place}{mark if any(open_ones) else ''}{'&'.join(open_ones)}"


def shown(address: str) -> str:
    """An address as it may be shown: a path as it is, that of a server without its secrets."""
    if not is_server(address):
        return address
    import re

    scheme, _, rest = address.partition("://")
    # A password may have any of these signs in it, unless it was written as it should be.
    user, at, where = rest.rpartition("@")
    if at:
        name, colon, _ = user.partition(":")
        user = f"{name}:{_HIDDEN}" if colon else name
    place, mark, options = where.partition("?")
    hosts, slash, name = place.partition("/")
    if re.search(r":(?!\d{1,5}(?:,|$))", re.sub(r"\[[^]]*\]", "", hosts)):
        # No port, so it may be a part of a password.
        return f"{scheme}://{user}{at}{hosts.partition(':')[0]}:{_HIDDEN}"
    shown_options = "&".join(map(_option, options.split("&"))) if mark else ""
    return f"{scheme}://{user}{at}{hosts}{slash}{name}{mark}{shown_options}"


def masked(text: str) -> str:
    """A text with addresses of servers in it as these may be shown: somebody may have put one
    where it does not belong. Whatever stands before the last `@` may be a password."""
    if "postgres" not in text:
        return text
    import re

    address = r"postgres(?:ql)?://(?:.*@)?[^\s'\"]*"
    return re.sub(address, lambda found: shown(found[0]), text, flags=re.DOTALL)


def _option(text: str) -> str:
    import re
    from urllib.parse import unquote

    name, equals, value = text.partition("=")
    plain = unquote(name)
    # Which of the ledgers of a database it is; anything else may stand in there, too.
    schema = plain == "options" and re.fullmatch(r"-c *search_path=\w+", unquote(value))
    return text if plain in _HARMLESS or schema else f"{name}{equals and f'={_HIDDEN}'}"
