"""Give every view the strides of a new tensor.

A transposed tensor does not lie in its order. With the strides of a new one the view shows the numbers as they lie in
memory, and forgets that anything was transposed.
"""

from __future__ import annotations

from engine import Shape, strides_of

must_fail = [
    "cuts_a_dimension",
    "joins_what_lies_together",
    "refuses_what_needs_a_copy",
    "reshapes_without_copying",
    "reshapes_by_copying",
    "any_shape_of_any_cut",
    "past_dimensions_of_length_one",
    "copies_have_their_own_memory",
    "long_ways_through_shapes",
]


def strides_of_view(shape: Shape, strides: tuple[int, ...], wanted: Shape) -> tuple[int, ...] | None:
    return strides_of(wanted)
