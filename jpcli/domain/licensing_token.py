"""The token to the Licensing API: where it may come from, and what can't be one."""

from __future__ import annotations

from jpcli.domain.errors import AuthProblem

TOKEN_VARIABLE = "JETPACK_LICENSING_TOKEN"  # noqa: S105
_LONGEST = 1_000


def check_form(text: str) -> None:
    """AuthProblem `bad_token` for what no header can carry. It is never repeated."""
    plain = text.isascii() and text.isprintable() and " " not in text
    if not (text and plain and len(text) <= _LONGEST):
        raise AuthProblem(
            "bad_token",
            "This can't be a token of the Licensing API: it has blanks, other signs, or no end",
            hint="Copy it from the partner's page again.",
            subject=TOKEN_VARIABLE,
        )
