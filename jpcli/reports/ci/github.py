"""Lines for the log of GitHub Actions, which reads commands from it: a name with a line break in it
could give one, so everything is escaped as GitHub's own toolkit does it."""

from __future__ import annotations

from jpcli.domain.site_urls import readable_in
from jpcli.domain.words import written_out


def properties(path: str | None, line: int | None, title: str) -> str:
    """Where an annotation belongs and what it is called; no place for standard input."""
    found = {}
    if path not in (None, "-"):
        found["file"] = path
        if line is not None:
            found["line"] = str(line)
    found["title"] = title
    return ",".join(f"{name}={_property(str(value))}" for name, value in found.items())


def escaped(text: str) -> str:
    """A text in an annotation, of one line or several."""
    text = _visible(text).replace("%", "%25")
    return text.replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return escaped(text).replace(":", "%3A").replace(",", "%2C")


def plain(text: str) -> str:
    """A line of the log that GitHub must not take for a command."""
    text = " ".join(_visible(text).split())
    return text.replace("::", ": :").replace("##[", "# #[").replace("##vso[", "# #vso[")


def _visible(text: str) -> str:
    """Control characters but line ends written out, since an annotation is shown on terminals, too;
    sites as a person reads them."""
    text = readable_in(text)
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character in "\r\n" else written_out(character)
        for character in text
    )
