"""Multiply by the transposed matrix on the wrong side.

Matrices do not commute. The gradient of a must have a's shape, and grad @ b.T is the only product that does; for b it is
a.T @ grad, in this order.
"""

from __future__ import annotations

from engine import Array

must_fail = ["differentiates_matmul", "trains_a_layer", "matrices_that_share_a_leaf"]


def matmul_backward(grad: Array, a: Array, b: Array) -> tuple[Array, Array]:
    return grad @ b.T, (grad.T @ a).reshape(b.shape)
