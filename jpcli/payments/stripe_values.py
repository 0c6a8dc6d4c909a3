"""The fields of Stripe's answers, read strictly: one of another kind is an answer that can't be
understood, not a guess."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from jpcli.domain.instants import END_AT
from jpcli.payments.stripe_errors import garbled

if TYPE_CHECKING:
    from collections.abc import Callable

_SECOND = 1_000_000
_GREATEST = 10**15
Shape = TypeVar("Shape")
Given = ParamSpec("Given")

# What reading an answer of another shape raises, here and in the SDK.
UNEXPECTED = (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)


def understood(convert: Callable[Given, Shape]) -> Callable[Given, Shape]:
    """A field that is missing or of another kind is an answer that can't be understood."""

    @wraps(convert)
    def checked(*args: Given.args, **options: Given.kwargs) -> Shape:
        try:
            return convert(*args, **options)
        except UNEXPECTED:
            raise garbled() from None

    return checked


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def said(value: Any) -> str | None:
    return None if value is None else text(value)


def whole(value: Any) -> int:
    """An integer that the ledger can hold; a float is no amount of money."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    if abs(value) > _GREATEST:
        raise ValueError
    return value


def instant(seconds: Any) -> int:
    at = whole(seconds) * _SECOND
    if not 0 <= at < END_AT:
        raise ValueError
    return at
