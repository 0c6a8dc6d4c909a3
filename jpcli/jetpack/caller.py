"""One request at a time, made again where a second time does no harm.

Owns which failures may pass: no connection, no answer, a busy or a broken server, an answer that
can't be understood. What a call means is not known here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from jpcli.domain.licensing_token import check_form
from jpcli.jetpack import errors
from jpcli.jetpack.patience import TRIES_MOST, Again, Patience, repeated
from jpcli.jetpack.shapes import Garbled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jpcli.domain.errors import JpcliError
    from jpcli.jetpack.transport import Answer, Timeouts, Transport

SLOW_DOWN = (429, 509)
T = TypeVar("T")


class Caller:
    """Requests with one token. Raises AuthProblem `bad_token` for what can't be a token."""

    def __init__(
        self, token: str, base: str, patience: Patience, timeouts: Timeouts | None
    ) -> None:
        check_form(token)
        self._token = token
        self._base = base
        self._patience = patience
        self._timeouts = timeouts
        self._transport: Transport | None = None

    def sent(self, method: str, path: str, query: Any, body: Any, *, fresh: bool = False) -> Answer:
        """The answer to one request, whatever it says. Raises NotSent and NoAnswer."""
        if self._transport is None:
            from jpcli.jetpack import transport

            timeouts = self._timeouts or transport.Timeouts()
            self._transport = transport.Transport(self._token, self._base, timeouts)
        return self._transport.send(method, path, query, body, fresh=fresh)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def refused(
        self, answer: Answer, subject: str | None, *, about_site: bool = False
    ) -> JpcliError:
        return errors.refused(answer, self._token, subject, about_site=about_site)

    def masked(self, text: str) -> str:
        """Without the token."""
        return errors.masked(text, self._token)

    def patient(self, call: Callable[[], T], tries: int | None = TRIES_MOST) -> T:
        return repeated(call, self._patience, tries)

    def asked(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        *,
        read: Callable[[Answer], T],
        subject: str | None = None,
    ) -> T:
        """What `read` makes of the answer, asked for again while that may help. What has a body is
        about a site."""

        def once() -> T:
            answer = self._answer(method, path, query, body)
            if not 200 <= answer.status < 300:
                raise self.refused(answer, subject, about_site=body is not None)
            try:
                return read(answer)
            except Garbled:
                raise Again(errors.garbled(answer), None, acted=True) from None

        return self.patient(once)

    def _answer(self, method: str, path: str, query: Any, body: Any) -> Answer:
        """An answer that is about the request. Raises Again where there was none."""
        from jpcli.jetpack.transport import NoAnswer, NotSent

        try:
            answer = self.sent(method, path, query, body)
        except NotSent:
            raise Again(errors.unreachable(), None, acted=False) from None
        except NoAnswer as lost:
            raise Again(errors.unanswered(str(lost)), None, acted=True) from None
        if answer.status in SLOW_DOWN:
            raise Again(errors.rate_limited(answer), answer.wait_seconds, acted=False)
        if answer.status >= 500 or answer.status == 408:
            raise Again(errors.server_failed(answer), answer.wait_seconds, acted=True)
        return answer
