"""A request and a reply between HTTP and the double."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    """As it came. Header names in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Reply:
    """What goes back. `broken_after`: the connection closes after so many bytes of the body."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    broken_after: int | None = None


class Gone(Exception):
    """The connection closes without an answer. A hook may raise it, too."""
