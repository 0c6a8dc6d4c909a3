"""An answer of Stripe's of any size: read up to a limit, refused with one clear error."""

from __future__ import annotations

import gzip
import tracemalloc
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

import pytest

from jpcli.domain.bounded import MAX_ANSWER_MIB
from jpcli.domain.errors import Busy
from jpcli.payments.gateway import SERVER_ERROR
from jpcli.payments.stripe_gateway import StripeGateway
from tests.listening import Listening

if TYPE_CHECKING:
    from collections.abc import Iterator

MIB = 1024 * 1024
EMPTY_PAGE = b'{"object": "list", "has_more": false, "url": "/v1/customers", "data": []'


class Server(Listening):
    """Answers every call with an empty page that blanks make so large; `packed` as gzip."""

    mib = 0
    packed = False
    asked = 0


class Answering(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked += 1
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        if self.server.packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        pieces = [EMPTY_PAGE, *[b" " * MIB] * self.server.mib, b"}"]
        with suppress(OSError):  # the reader leaves at its limit
            if self.server.packed:
                self.wfile.write(gzip.compress(b"".join(pieces)))
            else:
                for piece in pieces:
                    self.wfile.write(piece)

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Answering) as found:
        found.begin()
        yield found
        found.end()


def gateway(server: Server) -> StripeGateway:
    return StripeGateway("sk_test_x", f"http://127.0.0.1:{server.server_port}")


def test_an_answer_below_the_limit_is_read(server: Server) -> None:
    server.mib = MAX_ANSWER_MIB - 1
    assert gateway(server).find_customers("ledger") == []


@pytest.mark.parametrize("packed", [False, True])
def test_a_larger_one_is_one_clear_error_and_takes_no_more_memory(
    server: Server, packed: bool
) -> None:
    server.mib, server.packed = 100, packed
    asking = gateway(server)
    with pytest.raises(Busy, match=f"larger than {MAX_ANSWER_MIB} MiB") as caught:
        asking.find_customers("ledger")
    assert (caught.value.code, caught.value.exit_code) == (SERVER_ERROR, 75)
    assert "nothing is done twice" in str(caught.value.hint)
    assert server.asked == 1  # the same again would be as large


def test_a_large_answer_is_not_kept_while_it_is_read(server: Server) -> None:
    server.mib = 64
    asking = gateway(server)
    tracemalloc.start()
    with pytest.raises(Busy):
        asking.find_customers("ledger")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * MAX_ANSWER_MIB * MIB
