"""What a path may be: no URL, which a file system would take for a folder named `https:`, and no
`~/`, which it would take for one named `~`.

This module must not know what is at a path.
"""

from __future__ import annotations

from jpcli.domain.errors import BadInput

_SERVERS = ("postgres", "postgresql", "cockroachdb", "mysql")


def check_path(path: str, subject: str = "--ledger") -> None:
    """Raise BadInput `home_in_path` for what only a shell knows, `url_for_path` for a URL, which is
    not repeated: it may have a password in it. `subject` is the option or argument it came with."""
    if path == "~" or path.startswith("~/"):
        raise BadInput(
            "home_in_path",
            f"{subject} begins with ~, which stands for the home folder in a shell alone: {path}",
            hint="Write that folder out, or $HOME; ./~ is how one of that name is written.",
            subject=subject,
        )
    scheme, mark, _ = path.partition("://")
    if not (mark and scheme[:1].isalpha() and scheme.isascii()):
        return
    if not all(letter.isalnum() or letter in "+-." for letter in scheme):
        return
    what = "a ledger is a file on this machine" if subject == "--ledger" else "it takes a file"
    if scheme.lower().partition("+")[0] in _SERVERS:
        what += "; one on a server, which several share, is --ledger postgresql://…"
    raise BadInput(
        "url_for_path",
        f"{subject} is a URL, which begins with '{scheme}://': {what}",
        hint="Name a file, such as ledger.db"
        if subject == "--ledger"
        else f"Name a file; ./{scheme}:/ is how one in a folder of that name is written.",
        subject=subject,
    )
