"""HTTP of which no answer is larger than memory holds; the limit is that of `domain.bounded`."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests

from jpcli.domain.bounded import PIECE_BYTES, joined


class BoundedSession(requests.Session):
    """Reads an answer up to the limit; raises AnswerTooLarge for a larger one."""

    def __init__(self) -> None:
        super().__init__()
        self.auth = _as_it_is  # otherwise a .netrc file is asked for another
        self._settings: dict[str, Any] = {}

    def merge_environment_settings(
        self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any
    ) -> Any:
        """The proxy and so on that the environment names for a server, looked up once: all of its
        variables are read for it."""
        server = urlsplit(url).netloc
        if server not in self._settings:
            found = super().merge_environment_settings(url, proxies, stream, verify, cert)
            self._settings[server] = found
        return dict(self._settings[server])

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """As a session does, with the whole answer in memory."""
        response = super().send(request, **{**kwargs, "stream": True})
        try:
            response._content = joined(response.iter_content(PIECE_BYTES))  # noqa: SLF001
        except BaseException:
            response.close()
            raise
        return response


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """The key is in the request's header."""
    return request
