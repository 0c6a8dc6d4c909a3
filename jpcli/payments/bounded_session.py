"""HTTP of which no answer is larger than memory holds; the limit is that of `domain.bounded`."""

from __future__ import annotations

from typing import Any

import requests

from jpcli.domain.bounded import PIECE_BYTES, joined


class BoundedSession(requests.Session):
    """Reads an answer up to the limit; raises AnswerTooLarge for a larger one."""

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """As a session does, with the whole answer in memory."""
        response = super().send(request, **{**kwargs, "stream": True})
        try:
            response._content = joined(response.iter_content(PIECE_BYTES))  # noqa: SLF001
        except BaseException:
            response.close()
            raise
        return response
