"""For commands whose remark on stderr says it all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.cli.views.screen import Screen


def draw_nothing(data: Mapping[str, Any], screen: Screen) -> None:
    """The remark is enough for a person; scripts get the data."""
