"""The filters that `licenses list`, `count` and `timeline` share."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from jpcli.cli.app.typer_parts import UsageError

State = Annotated[
    str | None,
    typer.Option(
        "--state",
        metavar="STATE",
        help="assigned, unassigned, active (assigned or not), revoked, bundle or all.",
    ),
]
Product = Annotated[
    str | None, typer.Option("--product", metavar="PRODUCT", help="Only this product.")
]
Site = Annotated[str | None, typer.Option("--site", metavar="URL", help="Only on this site.")]
Client = Annotated[
    str | None,
    typer.Option("--client", metavar="NAME", help="Only this client's."),
]
NoClient = Annotated[bool, typer.Option("--no-client", help="Only what is nobody's.")]
Bundle = Annotated[
    str | None,
    typer.Option(
        "--bundle",
        metavar="BUNDLE",
        help="Only a bundle and what is in it: its key, or a size.",
    ),
]
NoBundle = Annotated[
    bool, typer.Option("--no-bundle", help="Only what is sold alone, so without bundles' licenses.")
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


def one_bundle(bundle: str | None, no_bundle: bool) -> dict[str, Any]:
    """What services call the bundles that are meant."""
    if bundle is not None and no_bundle:
        raise UsageError("--bundle and --no-bundle exclude each other.")
    return {"bundle": bundle, "no_bundle": no_bundle}


def one_client(client: str | None, no_client: bool) -> str | None:
    """What services call a client: its name, "" for nobody's, None for everybody's."""
    if client is not None and no_client:
        raise UsageError("--client and --no-client exclude each other.")
    return "" if no_client else client
