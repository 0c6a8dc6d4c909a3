"""What is asked of Jetpack's Licensing API, and what waits for its answer."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

from jpcli.domain.answers import Table
from jpcli.domain.contract.values import (
    ChangeAnswer,
    Count,
    Instant,
    LicenseKey,
    OneOf,
    ProblemObject,
)


class JetpackLoginAnswer(TypedDict):
    """A token that was stored in the system's keyring."""

    ok: bool
    base: str  # the address of the API
    products: Count  # that it sells
    for_ledger: str | None  # null: for every ledger


class WaitingWish(TypedDict):
    """A call to Jetpack without an outcome: whether a license was issued is `unknown`, any other is
    `unfinished`."""

    wish: str  # its name, as `w57`
    state: Annotated[str, OneOf("unknown", "unfinished")]
    message: str  # what is open
    action: Annotated[str, OneOf("issue", "assign", "unassign", "transfer", "revoke")]
    product: str
    license_key: LicenseKey | None  # null: of one that is yet to be issued
    site: str | None  # where it is to be
    wished_at: Instant
    request_id: str | None  # what Jetpack calls its request, for its support


class CandidateObject(TypedDict):
    """A license that may be what came of a wish."""

    license_key: LicenseKey
    issued_at: Instant


class WishObject(WaitingWish):
    """A wish, what may have come of it, and what settles it."""

    candidates: list[CandidateObject]  # where Jetpack lists licenses, newest first
    commands: list[str]  # what to type; one of them


class JetpackStatusAnswer(TypedDict):
    """The Licensing API, and what waits there."""

    licensing: Annotated[str, OneOf("jetpack")]
    base: str  # the address of the API
    token: Annotated[str, OneOf("environment", "keyring", "missing")]
    wishes: list[WishObject]  # oldest first; none that is under way


class LicenseDifference(TypedDict):
    """Something about a license that is not the same here and at Jetpack. Times are instants, a
    site is an address, a bundle its key; of a license that is missing it is the other side's
    state."""

    license_key: LicenseKey
    field: Annotated[
        str,
        OneOf(
            *("revoked_at", "issued_at", "site", "bundle", "bundle_size"),
            *("missing_here", "missing_there"),
        ),
    ]
    here: str | None
    there: str | None
    taken_over: bool  # it was, and the ledger has it as Jetpack has it


class PullAnswer(ChangeAnswer):
    """The ledger, held against Jetpack."""

    checked: Count  # licenses of the ledger that Jetpack was asked for
    changed: Count  # licenses that are not as they were, with those that are new here
    differences: Table[LicenseDifference]
    problems: NotRequired[Table[ProblemObject]]  # with `--keep-going`: the rows that were left out


class JetpackConnectAnswer(TypedDict):
    """A site as Jetpack knows it."""

    code: str  # success, already_connected, previously_connected, or another word of Jetpack's
    site: str
    blog_id: int | None  # the number that Jetpack has for it
