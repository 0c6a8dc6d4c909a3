"""HTTP of which no answer is larger than memory holds.

Owns the limit. An answer is read in pieces, so that one of any size, also one that was packed into
a few bytes, ends at it; made into objects it takes some twenty times as much.
"""

from __future__ import annotations

from typing import Any

import requests

# A page of 100 invoices with ten lines each is below two.
MAX_ANSWER_MIB = 8
_PIECE_BYTES = 16_384


class AnswerTooLarge(Exception):
    """The answer goes on behind the limit; nothing of it is of use."""


class BoundedSession(requests.Session):
    """Reads an answer up to the limit; raises AnswerTooLarge for a larger one."""

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """As a session does, with the whole answer in memory."""
        response = super().send(request, **{**kwargs, "stream": True})
        content = bytearray()
        try:
            for piece in response.iter_content(_PIECE_BYTES):
                content += piece
                if len(content) > MAX_ANSWER_MIB * 1024 * 1024:
                    raise AnswerTooLarge
        except BaseException:
            response.close()
            raise
        response._content = bytes(content)  # noqa: SLF001
        return response
