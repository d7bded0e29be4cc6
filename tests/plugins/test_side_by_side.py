"""Two arrays written out side by side."""

from __future__ import annotations

import numpy as np
import pytest

from gradlab import Comparison
from gradlab_plugins.side_by_side import COLUMNS, ROWS, side_by_side


def compared(shape: tuple[int, ...], *places: tuple[int, ...]) -> Comparison:
    """Compare arrays that differ in some places."""
    want = np.arange(np.prod(shape), dtype=float).reshape(shape)
    got, wrong = want.copy(), np.zeros(shape, dtype=bool)
    for place in places:
        got[place] += 0.5
        wrong[place] = True
    return side_by_side(want, got, wrong)


def test_a_small_array_is_complete() -> None:
    found = compared((2, 2), (0, 1))
    assert found.complete
    assert (found.rows, found.columns) == (("[0]", "[1]"), ("[0]", "[1]"))
    assert found.expected == (("0.0", "1.0"), ("2.0", "3.0"))
    assert found.actual == (("0.0", "1.5"), ("2.0", "3.0"))
    assert found.wrong == ((False, True), (False, False))


@pytest.mark.parametrize("place", [0, 1, 57, 98, 99])
def test_of_a_long_array_the_part_around_the_first_difference_is_shown(place: int) -> None:
    found = compared((100,), (place,))
    assert not found.complete
    assert found.rows == ("",)
    assert len(found.columns) == COLUMNS
    assert [index for index, wrong in zip(found.columns, found.wrong[0], strict=True) if wrong] == [
        f"[{place}]"
    ]


def test_of_many_dimensions_the_last_two_are_shown_where_the_first_difference_is() -> None:
    found = compared((3, 4, 20, 30), (2, 1, 10, 29), (2, 3, 0, 0))
    assert found.differing == 2
    assert len(found.rows) == ROWS
    assert "[2, 1, 10]" in found.rows
    assert found.columns[-1] == "[29]"
    assert sum(map(sum, found.wrong)) == 1


def test_numbers_that_look_alike_are_written_with_all_their_digits() -> None:
    want = np.array([1.0, 2.0])
    got = np.array([1.0, 2.0 + 1e-9])
    found = side_by_side(want, got, want != got)
    assert found.expected[0][1] != found.actual[0][1]
