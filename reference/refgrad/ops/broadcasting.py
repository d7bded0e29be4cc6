"""Operands: what may stand beside a tensor, in which common dtype, and which shapes go together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import backend, dtypes, storage
from ..backend import Array
from ..tensor import Tensor

__all__ = [
    "as_operand",
    "cast",
    "check_broadcast",
    "common",
    "keep_layout",
    "open_grid",
    "row_major",
]

_NUMBERS = frozenset({bool, int, float, complex})


def as_operand(value: Any) -> Any:
    """Return a tensor or a Python number for what may stand beside a tensor, NotImplemented for anything else."""
    if isinstance(value, Tensor) or type(value) in _NUMBERS:
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, bool | int | float | complex):
        return value
    return NotImplemented  # also for an array: NumPy, which knows both, combines them


def common(a: Any, b: Any) -> tuple[Any, Any]:
    """Return the arrays of two operands in the dtype of their result; a Python number stays one where it fits."""
    joint = dtypes.result_of((a, b))
    want = joint._numpy
    if want is None:
        raise NotImplementedError(f"refgrad has no arrays of {joint!r}: NumPy does not know this type")
    return _in_dtype(a, want), _in_dtype(b, want)


def _in_dtype(value: Any, want: np.dtype[Any]) -> Any:
    if isinstance(value, Tensor):
        array = value._array
        return array if array.dtype == want else cast(array, want)
    if want.kind in "fc":
        return value
    return backend.as_array(value).astype(want)  # an int that is too large wraps around, as in torch


def cast(array: Array, want: np.dtype[Any]) -> Array:
    """Return a copy in another dtype, laid out as a clone would be."""
    if array.flags.c_contiguous:
        return array.astype(want)
    made = storage.empty_like(array, want)
    made[...] = array
    return made


def check_broadcast(a: Sequence[int], b: Sequence[int]) -> None:
    """Refuse shapes that do not broadcast, in torch's words."""
    for back, (one, other) in enumerate(zip(reversed(a), reversed(b), strict=False), start=1):
        if one != other and one != 1 and other != 1:
            raise RuntimeError(
                f"The size of tensor a ({one}) must match the size of tensor b ({other}) at non-singleton dimension "
                f"{max(len(a), len(b)) - back}"
            )


def keep_layout(array: Array, *operands: Any) -> Array:
    """Lay out a new result as torch does that computes it element by element from `operands` (numbers do not count)."""
    return storage.laid_out(array, [each for each in operands if hasattr(each, "strides")])


def open_grid(shape: Sequence[int]) -> list[Array]:
    """Return, for each dimension, the numbers of its places, in a shape that broadcasts to `shape`."""
    last = len(shape) - 1
    return [backend.xp.arange(size).reshape((-1, *[1] * (last - axis))) for axis, size in enumerate(shape)]


def row_major(array: Array) -> Array:
    """Return the array itself where it lies row by row, or a copy that does."""
    return backend.xp.ascontiguousarray(array) if array.ndim and not array.flags.c_contiguous else array
