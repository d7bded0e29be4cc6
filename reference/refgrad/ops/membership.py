"""Which elements are in a set, and where elements are, as coordinates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .. import backend, dtypes
from ..backend import xp
from ..tensor import Tensor, wrap
from .registry import FUNCTIONS, function, public

__all__: list[str] = []


@function
def isin(elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Return, for each element, whether it is among the test elements."""
    joint = dtypes.result_of((elements, test_elements))
    for each in (elements, test_elements):
        own = each.dtype if isinstance(each, Tensor) else dtypes.of_number(each)
        if own in (dtypes.bool, dtypes.complex64, dtypes.complex128):
            raise RuntimeError(f"Unsupported input type encountered for isin(): {own._scalar}")
    if not isinstance(test_elements, Tensor):
        found: Tensor = (elements.ne if invert else elements.eq)(test_elements).contiguous()
        return found
    one = elements._array if isinstance(elements, Tensor) else backend.as_array(elements).astype(joint._numpy)
    if one.size and _one_by_one(one.size, test_elements._array.size):
        test_elements.detach().view(-1)  # refuses memory that it cannot see in a row
    return wrap(xp.asarray(xp.isin(one, test_elements._array, invert=invert)))


def _one_by_one(elements: int, tested: int) -> bool:
    """Return whether torch compares with every test element, and does not sort them: as NumPy decides it."""
    return 0 < tested < int(10 * elements**0.145)


@public
def nonzero_static(input: Tensor, *, size: int, fill_value: int = -1) -> Tensor:
    """Return the indices of `size` elements that are not zero, one row each; rows that are missing are filled."""
    if size < 0:
        raise RuntimeError("nonzero_static: 'size' must be an non-negative integer")
    found = xp.argwhere(input._array)[:size] if input._array.ndim else input._array.reshape(1).nonzero()[0]
    rows = found.reshape(-1, input._array.ndim)[:size] if input._array.ndim else xp.empty((size, 0), xp.int64)
    made = xp.full((size, input._array.ndim), fill_value, xp.int64)
    made[: len(rows)] = rows
    return wrap(made)


def unravel_index(indices: Tensor, shape: int | Sequence[int]) -> tuple[Tensor, ...]:
    """Return the coordinates, one tensor for each dimension of `shape`, of elements that are counted row by row."""
    if indices.is_complex() or indices.is_floating_point() or indices.dtype is dtypes.bool:
        raise TypeError(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    if not isinstance(shape, int | Sequence):
        raise TypeError(f"expected 'shape' to be int or sequence of ints, but got {type(shape)}")
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    for each in sizes:
        if not isinstance(each, int):
            raise TypeError(f"expected 'shape' sequence to only contain ints, but got {type(each)}")
    if any(each < 0 for each in sizes):
        raise ValueError(f"'shape' cannot have negative values, but got {tuple(sizes)}")
    steps = [math.prod(sizes[axis + 1 :]) for axis in range(len(sizes))]
    places = indices.unsqueeze(-1) // wrap(xp.asarray(steps, xp.int64)) % wrap(xp.asarray(sizes, xp.int64))
    found: tuple[Tensor, ...] = places.unbind(-1)
    return found


FUNCTIONS["unravel_index"] = unravel_index
