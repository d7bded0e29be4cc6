"""Undo a transpose with reshape.

reshape keeps the elements in their order and only cuts the rows elsewhere; a transpose moves elements. Swap the two
dimensions back instead.
"""

from __future__ import annotations

from engine import Array

must_fail = ["differentiates_reshape_and_transpose", "matrices_that_share_a_leaf"]


def transpose_backward(grad: Array, dim0: int, dim1: int) -> Array:
    shape = list(grad.shape)
    shape[dim0], shape[dim1] = shape[dim1], shape[dim0]
    return grad.reshape(shape)
