"""Multiply and add with one rounding, as the CPU kernels of torch do (`fma`)."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["multiply_add"]

_SPLIT = 134217729.0  # 2**27 + 1 halves the 53 bits of a double (Dekker)


def multiply_add(a: Any, b: Any, c: Any, dtype: Any) -> Any:
    """Return `a * b + c`, rounded once to float32 or float64; the operands must be exact in `dtype`."""
    if dtype == np.float32:  # the product is exact in float64
        return (np.asarray(a, np.float64) * np.asarray(b, np.float64) + np.asarray(c, np.float64)).astype(
            np.float32
        )
    a, b, c = (np.asarray(each, np.float64) for each in (a, b, c))
    product = a * b
    a_high, a_low = _halves(a)
    b_high, b_low = _halves(b)
    product_error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    total = product + c
    shared = total - product
    total_error = (product - (total - shared)) + (c - shared)
    exact = total + (total_error + product_error)
    return np.where(np.isfinite(exact), exact, total)


def _halves(value: Any) -> tuple[Any, Any]:
    scaled = _SPLIT * value
    high = scaled - (scaled - value)
    return high, value - high
