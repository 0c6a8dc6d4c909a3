"""The calls of the Jetpack Licensing API.

Owns which of them may be made again: `issue` never is once a byte of it was sent, because a second
one would be a second license; every other call is, because a second time does no harm, and what the
second is told (that it was done already) is settled here. Errors are those of
`jpcli.domain.errors`, by the table of `jetpack.errors`, with `request_id` where there was one;
`unsure` says that an earlier try may have done it.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jpcli.domain.errors import Busy, JpcliError
from jpcli.jetpack import errors, shapes
from jpcli.jetpack.caller import SLOW_DOWN, Caller
from jpcli.jetpack.errors import NotListed, OutcomeUnknown
from jpcli.jetpack.patience import Again, Patience
from jpcli.jetpack.shapes import Connected, Garbled, RemoteLicense, RemotePrice, Said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jpcli.jetpack.transport import Answer, Timeouts

__all__ = [
    "Connected",
    "Licensing",
    "NotListed",
    "OutcomeUnknown",
    "RemoteLicense",
    "RemotePrice",
    "Said",
]

PAGE = 100
_MOST_PAGES = 100_000
_REFUSALS = (400, 401, 403, 404)


class Licensing:
    """One partner's licenses at the API of this address. With `read_only` nothing that would change
    anything there is sent (Refused `no_dry_run`). Raises AuthProblem `bad_token` for what can't be
    a token."""

    def __init__(
        self,
        token: str,
        base: str,
        *,
        read_only: bool = False,
        patience_seconds: float = 60,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        timeouts: Timeouts | None = None,
    ) -> None:
        self.base = base.rstrip("/")
        self._read_only = read_only
        patience = Patience(patience_seconds, clock, sleep)
        self._caller = Caller(token, self.base, patience, timeouts)

    def close(self) -> None:
        """Give the connection back; it is made again for who asks once more."""
        self._caller.close()

    # --- what changes something ---

    def issue(self, product: str) -> Said:
        """Issue one license. Raises OutcomeUnknown where nobody knows whether it was; every other
        error says that it was not."""
        self._check_writes()
        return self._caller.patient(lambda: self._issued(product), tries=None)

    def revoke(self, key: str, *, unsure: bool = False) -> Said:
        """End a license for good. One that is revoked already is Refused `license_revoked`, unless
        an earlier try may have done it: one of this very call, or with `unsure` one before it."""
        return self._changed(
            "DELETE",
            "/license",
            {"license_key": key},
            key=key,
            done=lambda error: error.their_code == errors.REVOKED,
            unsure=unsure,
        )

    def attach(self, key: str, site: str | int, *, unsure: bool = False) -> Said:
        """Put a license on a site: a URL, `host::path` or a blog id. Where it is on that site
        already the error's `their_code` is `active_on_same_site`; `unsure` as in `revoke`."""
        path = f"/license/{quote(key, safe='')}/site"
        return self._changed(
            "POST",
            path,
            body={"site": site},
            key=key,
            done=lambda error: self._is_on(error, key, site),
            unsure=unsure,
        )

    def detach(self, key: str, *, email: bool, unsure: bool = False) -> Said:
        """Take a license off its site; with `email` Jetpack mails the site's owner. Of an error for
        one that is on none, `errors.is_not_attached` is true; `unsure` as in `revoke`."""
        path = f"/license/{quote(key, safe='')}/site"
        query = {"cancellation_email": int(email)}
        return self._changed(
            "DELETE",
            path,
            query,
            key=key,
            done=lambda error: self._is_off(error, key),
            unsure=unsure,
        )

    def connect(self, url: str, user: str | int) -> Connected:
        """Connect a site; `user` is the id, login or address of a user of its WordPress."""
        self._check_writes()
        body = {"url": url, "local_user": user}

        def read(answer: Answer) -> Connected:
            found = shapes.connected_of(shapes.parsed(answer.body), answer.request_id)
            return found._replace(code=self._caller.masked(found.code))  # it is kept

        return self._caller.asked("POST", "/site-connection", body=body, read=read, subject=url)

    # --- what only asks ---

    def license(self, key: str) -> RemoteLicense | None:
        """A license; None where Jetpack does not know the key, or not as ours."""
        try:
            return self._license(key).value
        except JpcliError as error:
            if errors.is_unknown(error):
                return None
            raise

    def licenses(
        self,
        *,
        state: str = "all",
        search: str | None = None,
        newest_first: bool = False,
    ) -> Iterator[RemoteLicense]:
        """Every license, by the time it was issued; `state` is `all`, `not_revoked`, `revoked`,
        `attached` or `detached`. Raises NotListed where Jetpack does not answer that."""
        query: dict[str, Any] = {"per_page": PAGE, "filter": state, "sort_field": "issued_at"}
        query["sort_direction"] = "desc" if newest_first else "asc"
        if search is not None:
            query["search"] = search
        for page in range(1, _MOST_PAGES):
            items, has_more = self._page(query, page)
            yield from items
            if not has_more:
                return

    def families(self) -> list[RemotePrice]:
        """The price list, in Jetpack's order."""
        return self._caller.asked(
            "GET",
            "/partner/product-families",
            read=lambda answer: shapes.prices_of(shapes.parsed(answer.body)),
        )

    # --- how ---

    def _issued(self, product: str) -> Said:
        """One `POST /license`. Whatever is no clear yes and no clear no is unknown."""
        from jpcli.jetpack.transport import NoAnswer, NotSent

        given = {"product": product}
        try:
            # In both places: the API's descriptions differ in where they look for it.
            answer = self._caller.sent("POST", "/license", given, given, fresh=True)
        except NotSent:
            raise errors.unreachable() from None
        except NoAnswer as lost:
            raise errors.outcome_unknown(product, str(lost)) from None
        if answer.status in SLOW_DOWN:
            raise Again(errors.rate_limited(answer), answer.wait_seconds, acted=False)
        if answer.status in _REFUSALS:
            raise self._caller.refused(answer, product)
        if answer.status != 200:
            why = f"the answer was {answer.status}"
            raise errors.outcome_unknown(product, why, answer.request_id)
        try:
            found = _said(answer)
        except Garbled:
            why = "its answer is no license"
            raise errors.outcome_unknown(product, why, answer.request_id) from None
        if not found.value.is_of(product):
            why = f"it answered with {found.value.license_key}"
            raise errors.outcome_unknown(product, why, answer.request_id)
        return found

    def _changed(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        *,
        key: str,
        done: Callable[[JpcliError], bool],
        unsure: bool,
    ) -> Said:
        """A change that may be made again; what a repetition is told is taken for its being done
        where `done` says so."""
        self._check_writes()
        try:
            read = partial(_said_of, key)
            return self._caller.asked(method, path, query, body, read=read, subject=key)
        except JpcliError as error:
            error.unsure = error.unsure or unsure
            if error.unsure and done(error):
                return self._license(key)
            if error.unsure and not isinstance(error, Busy) and self._is_gone(key):
                error.unsure = False
            raise

    def _is_gone(self, key: str) -> bool:
        """Whether the license is another agency's by now, or nobody's: nothing is left to be done,
        whatever an earlier try did."""
        try:
            return self.license(key) is None
        except JpcliError:
            return False

    def _is_on(self, error: JpcliError, key: str, site: str | int) -> bool:
        """Did an earlier try put it on the site? Where Jetpack says only that it is on one, its
        list tells on which, and on another one it is for certain not on this."""
        if error.their_code != errors.ATTACHED:
            return error.their_code == errors.ON_SAME_SITE
        found = self._listed(key)
        error.unsure = found is None or found.site is None
        return found is not None and found.is_on(site)

    def _is_off(self, error: JpcliError, key: str) -> bool:
        """Did an earlier try take it off? What Jetpack calls one on no site is not published, so
        its list is asked where it answers."""
        if errors.is_not_attached(error):
            return True
        may_be = error.their_status == 400 and error.their_code != errors.REVOKED
        found = self._listed(key) if may_be else None
        return found is not None and not found.is_attached

    def _listed(self, key: str) -> RemoteLicense | None:
        """The license with its site; None where Jetpack does not tell that."""
        try:
            found = [each for each in self.licenses(search=key) if each.license_key == key]
        except JpcliError:
            return None
        return found[0] if found and found[0].tells_site else None

    def _license(self, key: str) -> Said:
        query, read = {"license_key": key}, partial(_said_of, key)
        return self._caller.asked("GET", "/license", query, read=read, subject=key)

    def _page(self, query: dict[str, Any], page: int) -> tuple[list[RemoteLicense], bool]:
        try:
            return self._caller.asked(
                "GET", "/licenses", {**query, "page": page}, read=partial(_page_of, page)
            )
        except JpcliError as error:
            status = error.their_status
            if status is not None and 300 <= status < 500 and status not in SLOW_DOWN:
                raise errors.not_listed() from None
            raise

    def _check_writes(self) -> None:
        """The one gate in front of every write: nothing goes out under `--dry-run`."""
        if self._read_only:
            raise errors.no_dry_run()


def _said(answer: Answer) -> Said:
    return Said(shapes.license_of(shapes.parsed(answer.body)), answer.request_id)


def _page_of(page: int, answer: Answer) -> tuple[list[RemoteLicense], bool]:
    """A page; what is none is an answer of something that lists no licenses."""
    try:
        return shapes.page_of(shapes.parsed(answer.body), page)
    except Garbled:
        raise errors.not_listed() from None


def _said_of(key: str, answer: Answer) -> Said:
    """The same about this license and no other."""
    found = _said(answer)
    if found.value.license_key != key:
        raise Garbled
    return found
