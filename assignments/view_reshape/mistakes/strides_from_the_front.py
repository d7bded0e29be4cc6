"""Take the first dimension for the one whose neighbours lie together.

In PyTorch and numpy, as in C, it is the last one: a matrix lies in memory row by row. A step along an earlier dimension
passes all that the later ones hold.
"""

from __future__ import annotations

from math import prod

from engine import Shape

must_fail = [
    "a_new_tensor_is_contiguous",
    "a_transposed_one_is_not",
    "length_one_does_not_matter",
    "cuts_a_dimension",
    "refuses_what_needs_a_copy",
    "copies_only_what_is_not_contiguous",
    "reshapes_without_copying",
    "reshapes_by_copying",
    "every_order_of_dimensions",
    "pieces_and_gaps",
    "any_shape_of_any_cut",
    "past_dimensions_of_length_one",
    "copies_have_their_own_memory",
    "long_ways_through_shapes",
    "the_same_for_a_matrix_of_one_row",
]


def strides_of(shape: Shape) -> tuple[int, ...]:
    return tuple(prod(shape[:place]) for place in range(len(shape)))
