"""Sum over the dimensions that broadcasting put in front, and forget the stretched ones.

A dimension of length 1 is repeated too, without a new dimension appearing.
"""

from __future__ import annotations

from engine import Array

must_fail = ["sums_over_stretched_dimensions", "in_front_and_stretched", "against_itself"]


def unbroadcast(grad: Array, shape: tuple[int, ...]) -> Array:
    return grad.sum(axis=tuple(range(grad.ndim - len(shape))))
