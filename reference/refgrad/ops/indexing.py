"""Indexing: `x[...]`. Integers, slices, None and `...` give views, tensors and lists copies.

An index is taken apart from left to right, each part by the operation that torch uses for it (`select`, `slice`,
`unsqueeze`), and whatever tensors are left over index all at once (`index`).
"""

from __future__ import annotations

import operator as operator_of
import sys
import warnings
from collections.abc import Sequence
from typing import Any

from .. import backend, both, storage
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap
from ..views import make_view
from .backward_kernels import moving_kernel
from .copying import filled
from .index_arrays import (
    COVERED,
    Indices,
    SavedIndices,
    as_index,
    complete,
    is_mask,
    kept,
    selected_by,
)
from .registry import operator, public
from .shape import axis_of

__all__ = ["narrow", "select"]


def _put(g: Array, shape: tuple[int, ...], dim: int, part: Any) -> Array:
    """Return zeros of `shape` with the gradient at one place along a dimension."""
    found = xp.zeros(shape, g.dtype)
    found[(*[slice(None)] * (dim % len(shape)), part)] = g
    return found


def _taken(g: Any, shape: tuple[int, ...], dim: int, part: Any) -> Any:
    return g[(*[slice(None)] * (dim % len(shape)), part)]


select_backward = moving_kernel("SelectBackwardBackward0", _put, _taken, "shape dim index")
slice_backward = moving_kernel("SliceBackwardBackward0", _put, _taken, "shape dim part")


SelectBackward0 = derivative(
    "SelectBackward0",
    args="shape dim index",
    self=lambda g, shape, dim, index: select_backward(g, shape, dim, index),
)
SliceBackward0 = derivative(
    "SliceBackward0",
    args="shape dim part",
    self=lambda g, shape, dim, part: slice_backward(g, shape, dim, part),
)
IndexBackward0 = derivative(
    "IndexBackward0",
    saves="indices",
    args="shape",
    self=lambda g, indices, shape: _put_indexed(g, indices, shape),
)


def _put_indexed(g: Any, saved: SavedIndices, shape: tuple[int, ...]) -> Any:
    indices = saved.arrays(shape)
    if isinstance(g, Tensor):
        from .index_assignment import index_put_impl

        return index_put_impl(g._zeros(shape), as_tensors(indices), g)
    found = xp.zeros(shape, g.dtype)
    if g.size:
        xp.add.at(found, indices, g)
    return found


def as_tensors(indices: Indices) -> tuple[Any, ...]:
    """Return index arrays as tensors, None for what is no array."""
    return tuple([wrap(each) if isinstance(each, backend.arrays) else None for each in indices])


@public
def select(input: Tensor, dim: int, index: int) -> Tensor:
    """Return a view of one place along a dimension, without that dimension."""
    array = input._array
    if array.ndim == 0:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    axis = axis_of(dim, array.ndim)
    size = array.shape[axis]
    if not -size <= index < size:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(array.shape)} at dimension {axis}"
        )
    return _selected(input, dim, int(index))


def _selected(self: Tensor, dim: int, place: int) -> Tensor:
    array = self._array
    if not array.size:
        array = storage.explicit(array)
    seen = array[(*[slice(None)] * (dim % array.ndim), place, ...)]
    return make_view(SelectBackward0, self, seen, (array.shape, dim, place))


def _sliced(self: Tensor, dim: int, part: slice, given: slice | None = None) -> Tensor:
    """Return a view of a part; its node keeps the part as it was given, as torch's does."""
    array = self._array
    seen = storage.part(array, dim, part)
    return make_view(SliceBackward0, self, seen, (array.shape, dim, part if given is None else given))


@public
def narrow(input: Tensor, dim: int, start: Any, length: int) -> Tensor:
    """Return a view of `length` places along a dimension."""
    array = input._array
    if array.ndim == 0:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    dim = axis_of(dim, array.ndim)
    size = array.shape[dim]
    first = int(start)
    if not -size <= first <= size:
        raise IndexError(
            f"start out of range (expected to be in range of [{-size}, {size}], but got {first})"
        )
    first += size if first < 0 else 0
    if first + length > size:
        raise RuntimeError(f"start ({first}) + length ({length}) exceeds dimension size ({size}).")
    return _sliced(input, dim, slice(first, first + length))


# ---- taking an index apart -------------------------------------------------------------------------------------


@operator("__getitem__")
def _getitem(self: Tensor, key: Any) -> Tensor:
    if type(key) is int and self._array.ndim:
        return _selected(self, 0, _in_bounds(key, self._array.shape[0], 0))
    if isinstance(key, slice):
        return _slice_part(self, 0, key)
    seen, tensors = views_by(self, key)
    if tensors is None:
        return _fresh_view(seen, self)
    return index(seen, tensors)


def _fresh_view(seen: Tensor, self: Tensor) -> Tensor:
    """Return a view even for an index that selects everything."""
    return alias_of(self) if seen is self else seen


def alias_of(self: Tensor) -> Tensor:
    """Return a view of everything."""
    return make_view(AliasBackward0, self, self._array[...])


AliasBackward0 = derivative("AliasBackward0", self=lambda g: g)


def views_by(self: Tensor, key: Any) -> tuple[Tensor, tuple[Any, ...] | None]:
    """Apply the parts of an index that give views; return the rest, one entry per dimension, or None."""
    parts = list(key) if _is_tuple(key) else [key]
    consumed = sum([_dimensions(part) for part in parts])
    ndim = self._array.ndim
    if consumed > ndim and not (ndim == 0 and isinstance(key, int | xp.integer | slice)):
        raise IndexError(f"too many indices for tensor of dimension {ndim}")
    tensors: list[Any] = []
    dim = 0
    fill = ndim - consumed
    for at, part in enumerate(parts):
        if part is Ellipsis:
            dim += fill  # each of several
        elif part is None:
            self = self.unsqueeze(dim)
            dim += 1
        elif isinstance(part, slice):
            if not _is_whole(part, self._array.shape, dim):
                self = _slice_part(self, dim, part)
            dim += 1
        elif _is_single_bool(part):
            self = self.unsqueeze(dim)
            tensors += [None] * (dim - len(tensors)) + [wrap(xp.asarray([0] if part else [], xp.int64))]
            dim += 1
        elif _is_single_int(part):
            self = _selected_checked(self, dim, part, at)
        else:
            given = as_index(part)
            covered = given._array.ndim if is_mask(given) else 1
            tensors += [None] * (dim - len(tensors)) + [given] + [COVERED] * (covered - 1)
            dim = len(tensors)
    return self, tuple(tensors) if tensors else None


def _is_tuple(key: Any) -> bool:
    """Return whether an index counts as one part per dimension: a tuple, or (deprecated) a list of sequences."""
    if isinstance(key, tuple):
        return True
    if not isinstance(key, Sequence) or len(key) >= 32:
        return False
    if not any(isinstance(each, Tensor | Sequence | slice) or each in (None, ...) for each in key):
        return False
    warnings.warn(NOT_A_TUPLE, UserWarning, stacklevel=4)
    return True


NOT_A_TUPLE = (
    "Using a non-tuple sequence for multidimensional indexing is deprecated and will be changed in pytorch 2.9; use "
    "x[tuple(seq)] instead of x[seq]. In pytorch 2.9 this will be interpreted as tensor index, x[torch.tensor(seq)], "
    "which will result either in an error or a different result"
)


def _is_whole(part: slice, shape: tuple[int, ...], dim: int) -> bool:
    """Return whether a slice among other parts selects all of a dimension, so that no view is made for it."""
    if part.start not in (None, 0) or part.step not in (None, 1) or dim >= len(shape):
        return False
    return part.stop is None or part.stop >= shape[dim]


def _is_single_bool(part: Any) -> bool:
    if isinstance(part, bool):
        return True
    return isinstance(part, Tensor) and not part._array.ndim and is_mask(part)


def _is_single_int(part: Any) -> bool:
    if isinstance(part, bool):
        return False
    if isinstance(part, int | xp.integer):
        return True
    if isinstance(part, Tensor):
        return not part._array.ndim and bool(part._array.dtype.kind == "i")
    return False


def _dimensions(part: Any) -> int:
    """Return how many dimensions of the tensor a part of an index takes up."""
    if part is None or part is Ellipsis or _is_single_bool(part):
        return 0
    if isinstance(part, Tensor):  # an array counts as one, whatever it holds
        array = part._array
        return array.ndim if array.dtype.kind == "b" or array.dtype == xp.uint8 else 1
    if isinstance(part, Sequence) and not isinstance(part, str | bytes):
        if part and type(part[0]) is int:  # no mask, however deep
            return 1
        try:
            array = xp.asarray([both.plain(each) for each in part])
        except ValueError:  # rows of different lengths: refused later
            return 1
        return array.ndim if array.dtype.kind == "b" else 1
    return 1


def _in_bounds(place: int, size: int, dim: int) -> int:
    if not -size <= place < size:
        raise IndexError(f"index {place} is out of bounds for dimension {dim} with size {size}")
    return place


def _selected_checked(self: Tensor, dim: int, part: Any, at: int) -> Tensor:
    """Select along `dim`; `at` is the place in the index, which messages count by."""
    place = int(part)
    if self._array.ndim <= dim:
        if place or self._array.ndim:
            raise IndexError(f"index {place} is out of bounds for dimension {at} with size 0")
        raise IndexError(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a "
            "0-dim tensor to a number"
        )
    return _selected(self, dim, _in_bounds(place, self._array.shape[dim], at))


def _slice_part(self: Tensor, dim: int, part: slice) -> Tensor:
    start, stop, step = [_bound(each) for each in (part.start, part.stop, part.step)]
    if step is not None and step <= 0:
        raise ValueError("slice step cannot be zero" if step == 0 else "step must be greater than zero")
    if self._array.ndim == 0:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    given = slice(start or 0, sys.maxsize if stop is None else stop, step)
    return _sliced(self, dim, slice(*given.indices(self._array.shape[dim])), given)


def _bound(value: Any) -> int | None:
    """Return one bound of a slice; TypeError for what is no integer."""
    if value is None:
        return None
    if not hasattr(value, "__index__"):
        raise TypeError("slice indices must be integers or None or have an __index__ method")
    return operator_of.index(value)


def index(self: Tensor, indices: tuple[Any, ...]) -> Tensor:
    """Return the elements at the places where the index arrays meet."""
    array = self._array
    full = complete(array.shape, indices)
    found = selected_by(array, full)
    return record(IndexBackward0, found, (self,), (array.shape,), (kept(indices, full, self),))


def as_assigned(target: Tensor, value: Any) -> Tensor:
    """Return what is assigned to (part of) a tensor as a tensor; TypeError where it is neither that nor a number."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, bool | int | float | complex | xp.integer):
        want = target._array.dtype
        wide = (
            xp.dtype(xp.float64) if want == xp.float16 else want
        )  # torch's C++ has no numbers of half precision
        return wrap(filled((), value, wide).astype(want))
    from .._signatures import type_name

    raise TypeError(f"can't assign a {type_name(value)} to a {target.type()}")
