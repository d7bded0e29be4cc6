"""Bring the exponent down and leave it up as well: n * a**n for n * a**(n - 1)."""

from __future__ import annotations

from engine import Array


def pow_backward(grad: Array, a: Array, exponent: float) -> Array:
    return grad * exponent * a**exponent
