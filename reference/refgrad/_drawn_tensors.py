"""Tensors of any dtype with drawn elements, for tests: `torch.testing.make_tensor`."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

from . import dtypes
from ._random_tensors import randint
from .creation import empty
from .limits import finfo, iinfo
from .ops.complex import view_as_real
from .tensor import Tensor

__all__ = ["make_tensor"]


def make_tensor(
    *shape: Any,
    dtype: dtypes.dtype,
    device: Any,
    low: float | None = None,
    high: float | None = None,
    requires_grad: bool = False,
    noncontiguous: bool = False,
    exclude_zero: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """Return a tensor of elements drawn evenly from `low` to below `high`: -9 to 9 by default, whole numbers to 10 inside.

    `exclude_zero` puts the smallest normal number, or 1, in place of zeros; `noncontiguous` leaves gaps between elements.
    Raises ValueError where these do not go together with each other or with the dtype.
    """
    sizes = tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], Sequence) else shape
    if noncontiguous and memory_format is not None:
        raise ValueError(
            "The parameters `noncontiguous` and `memory_format` are mutually exclusive, but got "
            f"{noncontiguous=} and {memory_format=}"
        )
    whole = _is_whole(dtype)
    if requires_grad and whole:
        raise ValueError(
            f"`requires_grad=True` is not supported for boolean and integral dtypes, but got {dtype=}"
        )
    spread = noncontiguous and math.prod(sizes) > 1
    if spread:
        sizes = (*sizes[:-1], 2 * sizes[-1])
    made = _drawn(sizes, *_bounds(dtype, low, high), dtype, device)
    if spread:
        made = made[..., 1::2]
    elif memory_format is not None:
        made = made.clone(memory_format=memory_format)
    if exclude_zero:
        made[made == 0] = 1 if whole else finfo(dtype).tiny
    if not whole:
        made.requires_grad_(requires_grad)
    return made


def _is_whole(dtype: Any) -> bool:
    return isinstance(dtype, dtypes.dtype) and (dtype is dtypes.bool or dtype._is_integral)


def _drawn(sizes: tuple[int, ...], low: float, high: float, dtype: dtypes.dtype, device: Any) -> Tensor:
    if _is_whole(dtype):
        drawn: Tensor = randint(int(low), int(high), sizes, device=device, dtype=dtype)
        return drawn
    made = empty(sizes, device=device, dtype=dtype)
    parts = view_as_real(made) if dtype.is_complex else made
    if high - low >= finfo(dtype).max:  # more than one drawing can reach
        parts.uniform_(low / 2, high / 2).mul_(2)
    else:
        parts.uniform_(low, high)
    return made


def _bounds(dtype: dtypes.dtype, low: float | None, high: float | None) -> tuple[float, float]:
    """Return the bounds, by default and within what the dtype holds, whole ones for whole numbers."""
    if not isinstance(dtype, dtypes.dtype):
        raise TypeError(
            f"The requested dtype '{dtype}' is not supported by torch.testing.make_tensor(). To request support, file an "
            "issue at: https://github.com/pytorch/pytorch/issues"
        )
    whole = _is_whole(dtype)
    least: float
    most: float
    if dtype is dtypes.bool:
        least, most, usual = 0, 2, (0, 2)
    elif whole:
        limits = iinfo(dtype)
        least, most, usual = limits.min, limits.max + (dtype is not dtypes.int64), (-9, 10)
    else:
        least, most, usual = finfo(dtype).min, finfo(dtype).max, (-9, 9)
    low, high = usual[0] if low is None else low, usual[1] if high is None else high
    _check_bounds(dtype, low, high, least, most)
    low, high = [min(max(each, least), most) for each in (low, high)]
    return (math.ceil(low), math.ceil(high)) if whole else (low, high)


def _check_bounds(dtype: dtypes.dtype, low: float, high: float, least: float, most: float) -> None:
    if any(isinstance(each, float) and math.isnan(each) for each in (low, high)):
        raise ValueError(f"`low` and `high` cannot be NaN, but got {low=} and {high=}")
    if low == high and not _is_whole(dtype):
        warnings.warn(
            "Passing `low==high` to `torch.testing.make_tensor` for floating or complex types is deprecated since 2.1 "
            "and will be removed in 2.3. Use `torch.full(...)` instead.",
            FutureWarning,
            stacklevel=4,
        )
    elif low >= high:
        raise ValueError(f"`low` must be less than `high`, but got {low} >= {high}")
    elif high < least or low >= most:
        raise ValueError(
            f"The value interval specified by `low` and `high` is [{low}, {high}), but {dtype} only supports [{least}, {most})"
        )
