"""The filters that `licenses list`, `count` and `timeline` share."""

from __future__ import annotations

from typing import Annotated

import typer

State = Annotated[
    str | None,
    typer.Option("--state", metavar="STATE", help="assigned, unassigned or revoked."),
]
Product = Annotated[
    str | None, typer.Option("--product", metavar="PRODUCT", help="Only this product.")
]
Site = Annotated[
    str | None, typer.Option("--site", metavar="URL", help="Only on this site; '' is on none.")
]
Client = Annotated[
    str | None,
    typer.Option("--client", metavar="NAME", help="Only this client's; '' is nobody's."),
]
OlderThan = Annotated[
    int | None,
    typer.Option("--older-than", metavar="DAYS", help="Issued more than DAYS days ago."),
]
NewerThan = Annotated[
    int | None,
    typer.Option("--newer-than", metavar="DAYS", help="Issued at most DAYS days ago."),
]
Search = Annotated[
    str | None,
    typer.Option("--search", metavar="TEXT", help="TEXT is in the key, the site or the client."),
]
