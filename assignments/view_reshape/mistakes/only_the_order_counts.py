"""Look only whether the strides fall.

Cutting columns off leaves the strides as they are, and gaps between the rows: the elements are in order, but they do not
lie together. Contiguous means both.
"""

from __future__ import annotations

from engine import Shape

must_fail = [
    "a_transposed_one_is_not",
    "length_one_does_not_matter",
    "joins_what_lies_together",
    "refuses_what_needs_a_copy",
    "reshapes_without_copying",
    "reshapes_by_copying",
    "pieces_and_gaps",
    "one_element",
    "any_shape_of_any_cut",
    "past_dimensions_of_length_one",
    "copies_have_their_own_memory",
]


def lies_in_order(shape: Shape, strides: tuple[int, ...]) -> bool:
    steps = [stride for length, stride in zip(shape, strides, strict=True) if length != 1]
    return steps == sorted(steps, reverse=True)
