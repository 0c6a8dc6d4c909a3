"""Marks: a number is there once, and no other is."""

from __future__ import annotations

from jpcli.services.marks import Marks


def test_marked_numbers_are_there_and_no_others() -> None:
    marked = {0, 7, 8, 1_000}
    found = Marks(iter(marked))
    assert {number for number in range(2_000) if number in found} == marked


def test_a_number_is_new_once() -> None:
    found = Marks()
    assert [found.add(number) for number in (8, 9, 8, 100_000, 9)] == [
        True,
        True,
        False,
        True,
        False,
    ]
