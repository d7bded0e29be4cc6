"""Spread the gradient of a sum without putting the lost dimension back.

numpy lines shapes up from the right. Where that happens to fit, as in square matrices, each row gets the gradients of
the columns; where it does not, numpy complains.
"""

from __future__ import annotations

import numpy as np
from engine import Array

must_fail = ["differentiates_sums_along_a_dimension", "reductions_of_odd_shapes"]


def sum_backward(
    grad: Array, shape: tuple[int, ...], dim: int | tuple[int, ...] | None, keepdim: bool
) -> Array:
    return np.broadcast_to(grad, shape)
