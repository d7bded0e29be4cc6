"""Whether a number fits an element type, as torch asks before it fills with it, and the number in that type."""

from __future__ import annotations

import math
from typing import Any, Final

from . import backend, dtypes, limits

__all__ = ["check", "overflows", "stored"]

_C_NAMES: Final = {
    dtypes.uint8: "uint8_t",
    dtypes.int8: "int8_t",
    dtypes.int16: "int16_t",
    dtypes.int32: "int",
    dtypes.int64: "int64_t",
    dtypes.float16: "c10::Half",
    dtypes.float32: "float",
    dtypes.float64: "double",
}


def overflows(value: Any, dtype: dtypes.dtype) -> bool:
    """Return whether `value` lies outside what `dtype` holds. Floats hold inf and nan; unsigned types wrap once."""
    if dtype is dtypes.bool or dtype.is_complex:
        return False
    if isinstance(value, complex):
        if value.imag != 0:
            return True
        value = value.real
    if dtype.is_floating_point:
        finite = isinstance(value, int) or math.isfinite(value)
        return finite and abs(value) > limits.finfo(dtype).max
    bounds = limits.iinfo(dtype)
    lowest = -bounds.max if not dtype.is_signed and isinstance(value, int) else bounds.min
    return not lowest <= value <= bounds.max  # nan compares false


def check(value: Any, dtype: dtypes.dtype) -> None:
    """Refuse to store a number that `dtype` cannot hold: RuntimeError, OverflowError beyond 64 bits."""
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        raise OverflowError(
            "int too big to convert" if value > 0 else "can't convert negative int to unsigned"
        )
    if overflows(value, dtype):
        name = _C_NAMES.get(dtype, dtype._name)
        raise RuntimeError(f"value cannot be converted to type {name} without overflow")


def stored(value: Any, dtype: dtypes.dtype) -> Any:
    """Return a number as a 0-dim array of `dtype`: fractions are cut off, negative numbers wrap in unsigned types."""
    check(value, dtype)
    if dtype._is_integral and dtype is not dtypes.bool:
        value = int(value.real if isinstance(value, complex) else value)
        if value < 0 and not dtype.is_signed:
            value += 2 ** (8 * dtype.itemsize)
    return backend.as_array(value, dtype._numpy)
