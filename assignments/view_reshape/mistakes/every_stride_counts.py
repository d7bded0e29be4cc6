"""Ask for the right stride even where the length is 1.

Nobody ever takes a step in such a dimension. A transposed row has odd strides, and lies in order all the same.
"""

from __future__ import annotations

from engine import Shape, strides_of

must_fail = [
    "length_one_does_not_matter",
    "pieces_and_gaps",
    "one_element",
    "the_same_for_a_matrix_of_one_row",
]


def lies_in_order(shape: Shape, strides: tuple[int, ...]) -> bool:
    return strides == strides_of(shape)
