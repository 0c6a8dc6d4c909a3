"""What could be saved."""

from __future__ import annotations

from typing import Annotated, TypedDict

from jpcli.domain.answers import Table
from jpcli.domain.contract.values import Count, Days, LicenseKey, MoneyObject, Month, OneOf


class SuggestionObject(TypedDict):
    """Licenses that could end, or be had for less; no license is in two of them."""

    kind: Annotated[str, OneOf("bundle", "singles", "half-empty", "idle", "contained", "duplicate")]
    product: str
    site: str | None  # null: it is about no one site
    client: str | None
    licenses: list[LicenseKey]  # that end by it
    message: str
    saves_month: MoneyObject
    saves_year: MoneyObject


class SavingsAnswer(TypedDict):
    """Everything that could be saved, the bundles first, then site by site."""

    agency: str
    month: Month  # of `saves_month`: the next whole one
    last_month: Month  # of the twelve of `saves_year`
    idle_days: Days  # a license that was on no site for fewer is a spare that stays
    suggestions: Table[SuggestionObject]
    total: Count  # without `--limit`
    saves_month: MoneyObject  # when all of it is done
    saves_year: MoneyObject
    file: str | None  # the plan that `--output` wrote
