"""Leave the gradient in the shape of the result.

Broadcasting repeated the input. Its gradient must have its own shape again: the sum over everywhere it was repeated.
"""

from __future__ import annotations

from engine import Array

must_fail = [
    "sums_over_dimensions_in_front",
    "sums_over_stretched_dimensions",
    "sums_everything_for_a_scalar",
    "trains_a_layer",
    "in_front_and_stretched",
    "against_itself",
    "frees_what_was_saved",
]


def unbroadcast(grad: Array, shape: tuple[int, ...]) -> Array:
    return grad
