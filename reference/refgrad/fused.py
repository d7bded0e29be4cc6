"""Multiply and add with one rounding, as the CPU kernels of torch do (`fma`)."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import backend

__all__ = ["multiply_add"]

_SPLIT = 134217729.0  # 2**27 + 1 halves the 53 bits of a double (Dekker)


def multiply_add(a: Any, b: Any, c: Any, dtype: Any) -> Any:
    """Return `a * b + c`, rounded once to float32 or float64; the operands must be exact in `dtype`.

    Random numbers are drawn on the CPU, whatever device is there: only what is on a device is computed there.
    """
    on_host = all(isinstance(each, np.ndarray | np.generic | float | int) for each in (a, b, c))
    library: Any = np if on_host else backend.xp
    a, b, c = (library.asarray(each, np.float64) for each in (a, b, c))
    if dtype == np.float32:  # the product is exact in float64
        return (a * b + c).astype(np.float32)
    product = a * b
    a_high, a_low = _halves(a)
    b_high, b_low = _halves(b)
    product_error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    total = product + c
    shared = total - product
    total_error = (product - (total - shared)) + (c - shared)
    exact = total + (total_error + product_error)
    return library.where(library.isfinite(exact), exact, total)


def _halves(value: Any) -> tuple[Any, Any]:
    scaled = _SPLIT * value
    high = scaled - (scaled - value)
    return high, value - high
