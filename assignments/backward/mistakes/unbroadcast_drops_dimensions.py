"""Sum over stretched dimensions without keeping them.

A column of shape (4, 1) gets a gradient of shape (4,), which fits nowhere. keepdims=True leaves the length of 1.
"""

from __future__ import annotations

from engine import Array

must_fail = ["sums_over_stretched_dimensions", "in_front_and_stretched"]


def unbroadcast(grad: Array, shape: tuple[int, ...]) -> Array:
    in_front = grad.ndim - len(shape)
    grad = grad.sum(axis=tuple(range(in_front)))
    return grad.sum(axis=tuple(axis for axis, length in enumerate(shape) if length == 1))
