"""The price list that ships with the package, for a ledger that is made without one of its own."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def default_price_list() -> Iterator[str]:
    """The path of the list, which `read_rows` reads, while the block lasts."""
    from importlib.resources import as_file, files

    with as_file(files("jpcli") / "data" / "prices.csv") as path:
        yield str(path)
