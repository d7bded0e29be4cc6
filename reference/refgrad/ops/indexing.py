"""Indexing: `x[...]` and `x[...] = value`. Integers, slices, None and `...` give views, tensors and lists copies.

An index is taken apart from left to right, each part by the operation that torch uses for it (`select`, `slice`,
`unsqueeze`), and whatever tensors are left over index all at once (`index`).
"""

from __future__ import annotations

import operator as operator_of
import warnings
from collections.abc import Sequence
from typing import Any

from .. import backend, both, dtypes, storage
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
    check_bounds,
    check_mask,
    complete,
    found_shape,
    is_mask,
    kept,
    selected_by,
    together,
)
from .inplace import check_writable, refuse_overlap, write
from .registry import method, operator, public
from .shape import axis_of

__all__ = ["narrow", "select"]


def _put(g: Array, shape: tuple[int, ...], dim: int, part: Any) -> Array:
    """Return zeros of `shape` with the gradient at one place along a dimension."""
    found = xp.zeros(shape, g.dtype)
    found[(*[slice(None)] * dim, part)] = g
    return found


def _taken(g: Any, shape: tuple[int, ...], dim: int, part: Any) -> Any:
    return g[(*[slice(None)] * dim, part)]


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
_PUT: dict[str, Any] = {
    "self": lambda g, indices, accumulate: g if accumulate else _zeroed(g, indices),
    "values": lambda g, indices: _get_indexed(g, indices),
}
IndexPutBackward0 = derivative("IndexPutBackward0", saves="indices", args="accumulate", **_PUT)
IndexPutImplBackward0 = derivative("IndexPutImplBackward0", saves="indices", args="accumulate", **_PUT)


def _put_indexed(g: Any, saved: SavedIndices, shape: tuple[int, ...]) -> Any:
    indices = saved.arrays(shape)
    if isinstance(g, Tensor):
        index = _as_tensors(indices)
        zeros = g._zeros(shape)
        full = _checked_put(zeros, index, g)
        _put_into(zeros._array, full, g._array, True)
        return record(IndexPutImplBackward0, zeros._array, (zeros, g), (True,), (kept(index, full, g),))
    found = xp.zeros(shape, g.dtype)
    if g.size:
        xp.add.at(found, indices, g)
    return found


def _as_tensors(indices: Indices) -> tuple[Any, ...]:
    return tuple([wrap(each) if isinstance(each, backend.arrays) else None for each in indices])


def _zeroed(g: Any, saved: SavedIndices) -> Any:
    indices = saved.arrays(tuple(g.shape))
    if 0 in found_shape(g.shape, indices):
        return g
    kept = xp.ones(g.shape, bool)
    kept[tuple(indices)] = False
    return both.where(both.like(kept, g), g, both.zeros_like(g))


def _get_indexed(g: Any, saved: SavedIndices) -> Any:
    indices = saved.arrays(tuple(g.shape))
    if isinstance(g, Tensor):
        return index(g, _as_tensors(indices))
    return selected_by(g, indices)


@public
def select(input: Tensor, dim: int, index: int) -> Tensor:
    """Return a view of one place along a dimension, without that dimension."""
    array = input._array
    if array.ndim == 0:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    dim = axis_of(dim, array.ndim)
    size = array.shape[dim]
    if not -size <= index < size:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(array.shape)} at dimension {dim}"
        )
    return _selected(input, dim, int(index))


def _selected(self: Tensor, dim: int, place: int) -> Tensor:
    array = self._array
    if not array.size:
        array = storage.explicit(array)
    seen = array[(*[slice(None)] * dim, place, ...)]
    return make_view(SelectBackward0, self, seen, (array.shape, dim, place))


def _sliced(self: Tensor, dim: int, part: slice) -> Tensor:
    array = self._array
    seen = storage.part(array, dim, part)
    return make_view(SliceBackward0, self, seen, (array.shape, dim, part))


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
    seen, tensors = _views(self, key)
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


def _views(self: Tensor, key: Any) -> tuple[Tensor, tuple[Any, ...] | None]:
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
    return _sliced(self, dim, slice(*slice(start, stop, step).indices(self._array.shape[dim])))


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


# ---- setting ---------------------------------------------------------------------------------------------------


@operator("__delitem__")
def _delitem(self: Tensor, key: Any) -> None:
    raise TypeError("Tensor does not support deleting items")


@operator("__setitem__")
def _setitem(self: Tensor, key: Any, value: Any) -> None:
    value = as_assigned(self, value)
    if key is False:
        return
    if key is True:  # all of it, as with None
        key = None
    seen, tensors = _views(self, key)
    if tensors is not None:
        index_put_(seen, tensors, _without_leading_ones(value))
    elif value._array.shape == seen._array.shape:
        seen.copy_(value)
    elif not value._array.ndim:
        seen.fill_(value)
    else:
        value = _without_leading_ones(value)
        seen.copy_(
            value
            if value._array.shape == seen._array.shape
            else value.expand(seen._array.shape, implicit=True)
        )


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


def _without_leading_ones(value: Tensor) -> Tensor:
    """Return a view without the dimensions of size 1 in front."""
    shape = value._array.shape
    while shape and shape[0] == 1:
        shape = shape[1:]
    return value if shape == value._array.shape else value.view(shape)


def index_put_(self: Tensor, indices: tuple[Any, ...], values: Tensor, accumulate: bool = False) -> Tensor:
    """Set (or add to) the elements at the places where the index arrays meet."""
    check_writable(self, values, repeats=True)
    if len(indices) > self._array.ndim:
        raise IndexError(f"too many indices for tensor of dimension {self._array.ndim} (got {len(indices)})")
    if storage.overlaps_itself(self._array):
        warnings.warn(
            "Use of index_put_ on expanded tensors is deprecated. Please clone() the tensor before performing this "
            "operation. This also applies to advanced indexing e.g. tensor[indices] = tensor",
            UserWarning,
            stacklevel=3,
        )
        if values._array.size == 1 and any(
            isinstance(each, Tensor) and each._array.dtype.kind == "b" for each in indices
        ):
            warnings.warn(
                "Use of masked_fill_ on expanded tensors is deprecated. Please clone() the tensor before performing "
                "this operation. This also applies to advanced indexing e.g. tensor[mask] = scalar",
                UserWarning,
                stacklevel=3,
            )
    filled = not accumulate and values._array.size == 1 and _is_one_mask(indices)
    if filled:
        _check_filling(self, indices)
        values = values if values.dtype is self.dtype or values.dtype.is_complex else values.to(self.dtype)
    else:
        for each in (values, *indices):
            if isinstance(each, Tensor):
                refuse_overlap(self, each)
    indices = _entries(indices)
    full = _checked_put(self, indices, values)
    saved = kept(indices, full, self, values)
    _put_into(self._array, full, values._array, accumulate)
    return write(self, record(IndexPutBackward0, self._array, (self, values), (accumulate,), (saved,)))


method(index_put_)


def _is_one_mask(indices: tuple[Any, ...]) -> bool:
    """Return whether a mask is the only index: then one value fills where it holds."""
    tensors = [each for each in indices if isinstance(each, Tensor)]
    return len(tensors) == 1 and is_mask(tensors[0])


def _check_filling(self: Tensor, indices: tuple[Any, ...]) -> None:
    """Refuse to fill by a mask that does not fit, or is none of bools."""
    dim, mask = next((dim, each) for dim, each in enumerate(indices) if isinstance(each, Tensor))
    check_mask(self._array.shape, dim, mask._array.shape)
    if mask._array.dtype.kind != "b":
        raise RuntimeError(
            f"masked_fill_ only supports boolean masks, but got mask with dtype {dtypes.c_name(mask.dtype)}"
        )


def index_put(input: Tensor, indices: tuple[Any, ...], values: Tensor, accumulate: bool = False) -> Tensor:
    """Return a copy with the elements at the places where the index arrays meet set (or added to)."""
    indices = _entries(indices)
    full = _checked_put(input, indices, values)
    made = storage.copy(input._array)
    _put_into(made, full, values._array, accumulate)
    saved = kept(indices, full, input, values)
    return record(IndexPutBackward0, made, (input, values), (accumulate,), (saved,))


public(index_put)


def _checked_put(input: Tensor, indices: tuple[Any, ...], values: Tensor) -> Indices:
    full = together(input._array.shape, indices)
    shape = found_shape(input._array.shape, full)
    if not _broadcasts(values._array.shape, shape):
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(values.shape)} cannot be broadcast to indexing result of "
            f"shape {list(shape)}"
        )
    if values._array.dtype != input._array.dtype:
        raise RuntimeError(
            f"Index put requires the source and destination dtypes match, got {input.dtype._scalar} for the destination "
            f"and {values.dtype._scalar} for the source."
        )
    check_bounds(input._array.shape, full)
    return full


def _put_into(array: Array, indices: Indices, values: Array, accumulate: bool) -> None:
    shape = found_shape(array.shape, indices)
    if 0 in shape:
        return
    given = xp.broadcast_to(values, shape)
    if accumulate:
        xp.add.at(array, tuple(indices), given)
    else:
        array[tuple(indices)] = given


def _entries(indices: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the parts of an index, one at least, with tensors in place of lists and arrays."""
    if not indices:
        raise RuntimeError("sym_strides() called on an undefined Tensor")
    return tuple(
        [
            part if part is None or part is COVERED or isinstance(part, slice | Tensor) else as_index(part)
            for part in indices
        ]
    )


def _broadcasts(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    return len(shape) <= len(to) and all(
        a in (1, b) for a, b in zip(reversed(shape), reversed(to), strict=False)
    )
