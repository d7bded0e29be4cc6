"""Take the length of the next dimension for the stride.

A step along a dimension passes everything behind it, not only the next dimension. For matrices the two are the same, with
three dimensions they are not.
"""

from __future__ import annotations

from engine import Shape

must_fail = [
    "a_new_tensor_is_contiguous",
    "looks_in_another_shape",
    "infers_one_length",
    "every_order_of_dimensions",
    "views_of_a_part",
]


def strides_of(shape: Shape) -> tuple[int, ...]:
    return (*shape[1:], 1) if shape else ()
