"""Take the mean over the places where an input was repeated.

Every copy moves the result by its own amount. The amounts add up; they are not averaged.
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
    in_front = grad.ndim - len(shape)
    grad = grad.mean(axis=tuple(range(in_front)))
    stretched = tuple(axis for axis, length in enumerate(shape) if length == 1)
    return grad.mean(axis=stretched, keepdims=True)
