"""Differentiate the mean like the sum.

Each of n elements moves the mean by 1 / n only.
"""

from __future__ import annotations

from engine import Array, sum_backward

must_fail = [
    "differentiates_sum_and_mean",
    "differentiates_sums_along_a_dimension",
    "trains_a_layer",
    "reductions_of_odd_shapes",
]


def mean_backward(
    grad: Array, shape: tuple[int, ...], dim: int | tuple[int, ...] | None, keepdim: bool
) -> Array:
    return sum_backward(grad, shape, dim, keepdim)
