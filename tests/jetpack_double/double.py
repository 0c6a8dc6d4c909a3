"""The double as the tests hold it: start it, make things go wrong, look at what happened.

double = JetpackDouble()
double.next("lost", method="POST", path="/license")
… JPCLI_JETPACK_BASE=double.base, JETPACK_LICENSING_TOKEN=double.token …
assert double.requests[-1]["fault"] == "lost"
double.stop()
"""

from __future__ import annotations

from typing import Any

from tests.jetpack_double.faults import Fault
from tests.jetpack_double.server import Server
from tests.jetpack_double.world import License, World


class JetpackDouble:
    """A running double. `world` is what is there: `world.issue("jetpack-scan")` is somebody in the
    dashboard, `world.site(url, multisite=True)` a site, `world.spelling` how it writes."""

    def __init__(self, port: int = 0) -> None:
        self.world = World()
        self._server = Server(self.world, port)
        self.base = self._server.url

    @property
    def token(self) -> str:
        return self.world.token

    @property
    def env(self) -> dict[str, str]:
        """What a command needs to talk to it."""
        return {"JPCLI_JETPACK_BASE": self.base, "JETPACK_LICENSING_TOKEN": self.token}

    @property
    def licenses(self) -> dict[str, License]:
        return self.world.licenses

    @property
    def mails(self) -> list[dict[str, Any]]:
        """`{license_key, site}` of each mail to a site's owner."""
        return self.world.mails

    @property
    def requests(self) -> list[dict[str, Any]]:
        """Every request: method, path, query, body, headers (names in lower case), status, fault,
        request_id, problems (what of it the API would not know)."""
        return self._server.log

    def calls(self, method: str | None = None) -> list[str]:
        """`POST /license` and so on, in order."""
        return [
            f"{each['method']} {each['path']}"
            for each in self.requests
            if method in {None, each["method"]}
        ]

    def next(self, kind: str, method: str | None = None, path: str = ".*", **more: Any) -> Fault:
        """Let something go wrong with the next request that matches, or the `nth`, and `times`
        after it: see `faults.KINDS` and the fields of `faults.Fault`."""
        fault = Fault(kind, method, path, **more)
        with self._server.lock:
            self._server.faults.append(fault)
        return fault

    def heal(self) -> None:
        """Nothing goes wrong any more."""
        with self._server.lock:
            self._server.faults.clear()

    def forget(self) -> None:
        """Begin the log of requests anew."""
        with self._server.lock:
            self._server.log.clear()

    def stop(self, *, contract: bool = True) -> None:
        """Raises when the double itself broke on a request, and, with `contract`, when a request or
        an answer was not as the API's are."""
        self._server.stop()
        if self._server.crashes:
            raise ExceptionGroup("the double broke", list(self._server.crashes))
        found = [
            f"{each['method']} {each['path']}: {problem}"
            for each in self.requests
            for problem in (*each["problems"], *each.get("reply_problems", ()))
        ]
        if contract and found:
            raise AssertionError("\n".join(found))
