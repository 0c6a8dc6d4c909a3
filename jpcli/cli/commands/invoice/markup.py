"""The option by which bills are shown as they are passed on."""

from __future__ import annotations

from typing import Annotated

import typer

Markup = Annotated[
    str | None,
    typer.Option(
        "--markup",
        metavar="PERCENT",
        help="Add what you bill on top, as 20; -10 is a discount.",
    ),
]
OwnMarkup = Annotated[
    str | None,
    typer.Option(
        "--markup",
        metavar="PERCENT",
        help="Add what you bill on top, as 20; -10 is a discount; own is that of --client.",
    ),
]
