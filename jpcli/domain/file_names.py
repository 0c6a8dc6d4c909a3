"""Names of files that hold what people called something, on any system.

Owns what of a name a file may be called. That two files are never called the same is for what
comes before it: `INV-2026-10-03` is one statement's alone, whatever its client is called.
"""

from __future__ import annotations

from unicodedata import category, normalize

# Far below the 255 bytes that a name may have, so that there is room for a number and an ending.
MAX_BYTES = 120
# Letters, figures, and the marks that belong to letters.
_KEPT = frozenset("LMN")


def file_name(number: str, name: str | None, ending: str) -> str:
    """`INV-2026-10-03-Shop-Ltd.pdf`; without a name `INV-2026-10-03.pdf`. It begins with the
    number, so it is no reserved name (`CON`), and no two differ in upper and lower case alone."""
    part = readable_part(name or "")
    return f"{number}-{part}.{ending}" if part else f"{number}.{ending}"


def readable_part(name: str) -> str:
    """The letters and figures of a name in any script, with `-` for what is between them; at most
    `MAX_BYTES` bytes, and no half of a character."""
    text = "".join(c if category(c)[0] in _KEPT else "-" for c in normalize("NFC", name))
    joined = "-".join(filter(None, text.split("-")))
    return joined.encode()[:MAX_BYTES].decode(errors="ignore").strip("-")
