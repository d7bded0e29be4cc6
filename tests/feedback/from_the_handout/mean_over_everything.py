"""Divide by the number of all elements, also where the mean was taken along one dimension only."""

from __future__ import annotations

from engine import Array, Dims, Shape, sum_backward


def mean_backward(grad: Array, shape: Shape, dim: Dims, keepdim: bool) -> Array:
    spread = sum_backward(grad, shape, dim, keepdim)
    return spread / spread.size
