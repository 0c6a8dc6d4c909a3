"""What the Licensing API's errors mean for us: one table, closed by default.

Owns the way from its codes to our errors, with what a person can do. What is not listed is
`jetpack_refused`. A message has the API's own text, its status, code and request id, so that
Jetpack can be asked; the token is masked wherever a text quotes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, quote_plus

from jpcli.domain.errors import AuthProblem, Busy, Failed, JpcliError, Refused
from jpcli.domain.licensing_token import TOKEN_VARIABLE
from jpcli.jetpack.shapes import told

if TYPE_CHECKING:
    from jpcli.jetpack.transport import Answer

Error = TypeVar("Error", bound=JpcliError)
REVOKED = "revoked_license"
ATTACHED = "attached_license"
ON_SAME_SITE = "active_on_same_site"
NOT_OURS = "not_same_owner"
# What is said of a license that is on no site is not published; each of these would say so.
NOT_ATTACHED = frozenset(
    {
        "not_attached",
        "license_not_attached",
        "not_attached_license",
        "unattached_license",
        "detached_license",
        "already_detached",
    }
)
MASK = "[token]"

_NO_SUCH_CALL = "rest_no_route"

_MOST_TEXT = 500
_AGAIN = "Run the same command again; nothing is done twice."
_STATUS = "See what is known of it:   jpcli jetpack status"
_PULL = "Bring the ledger up to date:   jpcli jetpack pull"
_CARD = (
    "Add a card in Jetpack's dashboard, under Payment methods. Just after that it may take some"
    " seconds more."
)
_GONE = "If it is yours no more:   jpcli jetpack pull --from FILE --revoke-missing"
# What an attempt to use a site fails for, unless it is told otherwise.
_CONNECTED = (
    "Jetpack takes a site that is connected to it, with your agency's user as a connected"
    " administrator."
)
# Jetpack's code: ours, and what to do.
_REFUSED: dict[str, tuple[str, str | None]] = {
    "missing_valid_payment_method": ("no_primary_card", _CARD),
    REVOKED: ("license_revoked", _PULL),
    ATTACHED: ("already_assigned", _PULL),
    NOT_OURS: (NOT_OURS, None),
    "product_incompatibility": (
        "product_incompatibility",
        "It does not go with what the site has: use another site, or another product.",
    ),
    "multisite_incompatibility": (
        "multisite_incompatibility",
        "Backup and Scan do not work on a multisite: use another site.",
    ),
    "invalid_input": ("invalid_input", None),
}
_TOKEN_REFUSED = frozenset(
    {"rest_forbidden", "unauthorized", "invalid_token", "authorization_required"}
)


class OutcomeUnknown(Failed):
    """Nobody knows whether a license was issued. Nothing may repeat it by itself."""


class NotListed(Failed):
    """This token, or this server, does not list licenses."""


def outcome_unknown(product: str, why: str, request_id: str | None = None) -> OutcomeUnknown:
    """`why` has no capital letter and no full stop."""
    error = OutcomeUnknown(
        "outcome_unknown",
        f"Whether Jetpack issued the license of {product} is not known: {why}{_asked(request_id)}",
        hint=_STATUS,
        subject=product,
    )
    error.request_id = request_id
    return error


def not_listed() -> NotListed:
    return NotListed("not_listed", "Jetpack does not list licenses for this token")


def no_dry_run() -> Refused:
    """What a write is answered with under `--dry-run`, wherever it is stopped."""
    return Refused(
        "no_dry_run",
        "What Jetpack would do can't be tried without doing it",
        hint="Leave out --dry-run.",
    )


def unreachable() -> Busy:
    return Busy("network", "Jetpack can't be reached; nothing was sent", hint=_AGAIN)


def unanswered(why: str) -> Busy:
    return Busy("network", f"Jetpack can't be reached: {why}", hint=_AGAIN)


def rate_limited(answer: Answer) -> Busy:
    message = f"Jetpack asks to slow down{_asked(answer.request_id, answer.status)}"
    return _from(answer, Busy("rate_limited", message, hint=_AGAIN))


def server_failed(answer: Answer) -> Busy:
    message = f"Jetpack failed while it handled the request{_asked(*_ids(answer))}"
    return _from(answer, Busy("jetpack_server_error", message, hint=_AGAIN))


def garbled(answer: Answer) -> Busy:
    message = f"Jetpack's answer can't be understood{_asked(*_ids(answer))}"
    return _from(answer, Busy("jetpack_server_error", message, hint=_AGAIN))


def refused(
    answer: Answer, token: str, subject: str | None = None, *, about_site: bool = False
) -> JpcliError:
    """The error for an answer that says no; `about_site` is whether a site was to be used."""
    code, text = told(answer.body)
    about = f"{_said(text, token)}{_asked(*_ids(answer), masked(code or '', token))}"
    if answer.status == 401 or code in _TOKEN_REFUSED:
        hint = f"Set {TOKEN_VARIABLE}, or store one:   jpcli jetpack login"
        error: JpcliError = AuthProblem(
            "bad_token", f"Jetpack does not accept the token: {about}", hint=hint
        )
    elif code in _REFUSED:
        ours, advice = _REFUSED[code]
        error = Refused(ours, f"Jetpack refused: {about}", hint=advice, subject=subject)
    else:
        error = Failed("jetpack_refused", f"Jetpack refused: {about}", subject=subject)
    if error.hint is None and about_site:
        error.hint = _CONNECTED
    elif error.hint is None and code == NOT_OURS:
        error.hint = _GONE
    error.their_code = code
    return _from(answer, error)


def masked(text: str, token: str) -> str:
    """The text without the token, also as it stands in an address."""
    for form in {token, quote(token, safe=""), quote_plus(token)}:
        text = text.replace(form, MASK)
    return text


def is_not_attached(error: JpcliError) -> bool:
    """Whether Jetpack said that the license is on no site."""
    return error.their_code in NOT_ATTACHED


def is_unknown(error: JpcliError) -> bool:
    """Whether this answer to `GET /license` is about the key: nothing else was asked."""
    if error.their_code == NOT_OURS:
        return True
    if error.their_code in {None, _NO_SUCH_CALL} or error.exit_code == AuthProblem.exit_code:
        return False
    return error.their_status in {400, 404}


def _said(text: str | None, token: str) -> str:
    """The API's own words, on one line."""
    words = " ".join(masked(text or "", token).split()).rstrip(".")
    if len(words) > _MOST_TEXT:
        words = words[:_MOST_TEXT] + "…"
    return words or "it says no more"


def _ids(answer: Answer) -> tuple[str | None, int]:
    return answer.request_id, answer.status


def _asked(request_id: str | None, status: int | None = None, code: str = "") -> str:
    """` (403 rest_forbidden, request 4f…)`."""
    parts = [f"{status or ''} {code}".strip(), f"request {request_id}" if request_id else ""]
    text = ", ".join(part for part in parts if part)
    return f" ({text})" if text else ""


def _from(answer: Answer, error: Error) -> Error:
    error.request_id = answer.request_id
    error.their_status = answer.status
    return error
