"""Split an amount so that the parts add up to it, to the last minor unit (M5).

This module must not know what is split or between whom.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    # What stands at a place.
    OnePart = Callable[[int], int]


def largest_remainder(amount_minor: int, weights: Sequence[int], step: int = 1) -> list[int]:
    """Parts of an amount in proportion to integer weights; they always add up to it (M5).

    Each part is its exact share rounded down to a multiple of `step`; what is left goes, a step
    each, to the largest remainders, and of equal ones to the earlier. A negative amount is split as
    its opposite is. Raises ValueError for negative weights, for weights that are all zero (unless
    the amount is zero too), and for an amount that is not a multiple of the step.
    """
    if amount_minor < 0:
        return [-part for part in largest_remainder(-amount_minor, weights, step)]
    steps, rest = divmod(amount_minor, step)
    if rest:
        raise ValueError(f"{amount_minor} is not a multiple of {step}")
    if weights and min(weights) < 0:
        raise ValueError("a weight is negative")
    total = sum(weights)
    if not total:
        if amount_minor:
            raise ValueError("nothing to split the amount by: all weights are zero")
        return [0] * len(weights)
    parts = [steps * weight // total for weight in weights]
    missing = steps - sum(parts)
    if missing:
        _hand_out(parts, [steps * weight % total for weight in weights], missing)
    return parts if step == 1 else [part * step for part in parts]


def scaled(
    amounts_minor: Sequence[int], numerator: int, denominator: int, total_minor: int
) -> list[int]:
    """Amounts of either sign times a fraction, rounded so that they add up to a given total (M5).

    Each is its exact product rounded down; what is missing goes to all alike and then, a unit
    each, to the largest remainders, of equal ones to the earlier. Raises ValueError for a total of
    no amounts that is not zero.
    """
    if not amounts_minor:
        if total_minor:
            raise ValueError("nothing to scale to a total that is not zero")
        return []
    products = [amount * numerator for amount in amounts_minor]
    parts = [product // denominator for product in products]
    each, missing = divmod(total_minor - sum(parts), len(parts))
    parts = [part + each for part in parts]
    if missing:
        _hand_out(parts, [product % denominator for product in products], missing)
    return parts


def _hand_out(parts: list[int], remainders: list[int], missing: int) -> None:
    """One more for each of the `missing` largest remainders, ties to the earlier; in place.

    There are never fewer remainders than steps missing. Values are sorted rather than
    positions, which is several times faster for 250,000 of them.
    """
    least = sorted(remainders, reverse=True)[missing - 1]
    ties = missing - sum(remainder > least for remainder in remainders)
    for position, remainder in enumerate(remainders):
        if remainder > least:
            parts[position] += 1
        elif remainder == least and ties:
            parts[position] += 1
            ties -= 1


def last_part(amount_minor: int, others: Iterable[int], weight: int) -> int:
    """What `largest_remainder` gives the last of very many weights, without making the parts of
    all; nothing where all weights are zero."""
    if amount_minor < 0:
        return -last_part(-amount_minor, others, weight)
    numbers = Counter(others)
    total = weight + sum(other * number for other, number in numbers.items())
    if not total:
        return 0
    part, remainder = divmod(amount_minor * weight, total)
    missing, before = amount_minor - part, 0
    for other, number in numbers.items():
        of_other, remainder_of_other = divmod(amount_minor * other, total)
        missing -= of_other * number
        before += number if remainder_of_other >= remainder else 0
    return part + (before < missing)


class Parts:
    """The parts of any amounts by the same numbers, one part at a time, without making all the
    parts of an amount of which one is asked for. Numbers that are zero get nothing."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers = numbers
        self._places: dict[int, array[int]] = {}
        for place, number in enumerate(numbers):
            if number:
                self._places.setdefault(number, array("q")).append(place)

    def of(self, amount_minor: int) -> OnePart:
        """An amount by weights, as `largest_remainder` splits it. They must not be all zero."""
        total = sum(self._numbers)
        if amount_minor >= 0:
            return self._cut(amount_minor, total, amount_minor)
        of_opposite = self._cut(-amount_minor, total, -amount_minor)
        return lambda place: -of_opposite(place)

    def scaled(self, numerator: int, denominator: int, total_minor: int) -> OnePart:
        """Amounts of either sign times a fraction, as `scaled` has those that are not zero."""
        if not self._places and total_minor:
            raise ValueError("nothing to scale to a total that is not zero")
        return self._cut(numerator, denominator, total_minor)

    def _cut(self, numerator: int, denominator: int, total_minor: int) -> OnePart:
        remainders: Counter[int] = Counter()
        rest = total_minor
        for number, places in self._places.items():
            part, remainder = divmod(number * numerator, denominator)
            rest -= part * len(places)
            remainders[remainder] += len(places)
        each, missing = divmod(rest, max(1, remainders.total()))
        # The least remainder that gets a unit more, and how many of those that have it do.
        least, ties = denominator, 0
        for remainder in sorted(remainders, reverse=True):
            if missing <= 0:
                break
            least, ties = remainder, missing
            missing -= remainders[remainder]

        def one(place: int) -> int:
            number = self._numbers[place]
            if not number:
                return 0
            part, remainder = divmod(number * numerator, denominator)
            served = remainder > least or (
                remainder == least and self._before(place, numerator, denominator, least) < ties
            )
            return part + each + served

        return one

    def _before(self, place: int, numerator: int, denominator: int, remainder: int) -> int:
        """How many places before this one have the same remainder."""
        return sum(
            bisect_left(places, place)
            for number, places in self._places.items()
            if number * numerator % denominator == remainder
        )
