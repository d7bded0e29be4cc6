"""Indexing: `x[...]` and `x[...] = value`. Integers, slices, None and `...` give views, tensors and lists copies.

An index is taken apart from left to right, each part by the operation that torch uses for it (`select`, `slice`,
`unsqueeze`), and whatever tensors are left over index all at once (`index`).
"""

from __future__ import annotations

import warnings
from typing import Any

from .. import backend, both, storage
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap
from ..views import make_view
from .inplace import update
from .registry import method, operator, public
from .shape import axis_of

__all__ = ["narrow", "select"]

SelectBackward0 = derivative(
    "SelectBackward0", args="shape dim index", self=lambda g, shape, dim, index: _put(g, shape, dim, index)
)
SliceBackward0 = derivative(
    "SliceBackward0", args="shape dim part", self=lambda g, shape, dim, part: _put(g, shape, dim, part)
)
IndexBackward0 = derivative(
    "IndexBackward0",
    saves="indices",
    args="shape",
    self=lambda g, indices, shape: _put_indexed(g, indices, shape),
)
IndexPutBackward0 = derivative(
    "IndexPutBackward0",
    saves="indices",
    args="accumulate",
    self=lambda g, indices, accumulate: g if accumulate else _zeroed(g, indices),
    values=lambda g, indices: _get_indexed(g, indices),
)


class Indices(tuple[Any, ...]):
    """The arrays (or slices) that index each dimension, as saved by a node."""

    __slots__ = ()


def _put(g: Any, shape: tuple[int, ...], dim: int, part: Any) -> Any:
    """Return zeros of `shape` with the gradient at one place along a dimension."""
    where = (*[slice(None)] * dim, part)
    if isinstance(g, Tensor):
        whole = g._zeros(shape)
        whole[where] = g
        return whole
    found = xp.zeros(shape, g.dtype)
    found[where] = g
    return found


def _put_indexed(g: Any, indices: Indices, shape: tuple[int, ...]) -> Any:
    if isinstance(g, Tensor):
        index = tuple([wrap(each) if isinstance(each, backend.ndarray) else each for each in indices])
        return g._zeros(shape).index_put(index, g, accumulate=True)
    found = xp.zeros(shape, g.dtype)
    xp.add.at(found, indices, g)
    return found


def _zeroed(g: Any, indices: Indices) -> Any:
    kept = xp.ones(g.shape, bool)
    kept[tuple(indices)] = False
    return both.where(both.like(kept, g), g, both.zeros_like(g))


def _get_indexed(g: Any, indices: Indices) -> Any:
    if isinstance(g, Tensor):
        return index(g, indices)
    return g[tuple(indices)]


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
    seen = array[(*[slice(None)] * dim, place, ...)]
    return make_view(SelectBackward0, self, seen, (array.shape, dim, place))


def _sliced(self: Tensor, dim: int, part: slice) -> Tensor:
    array = self._array
    seen = array[(*[slice(None)] * dim, part)]
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
    seen, tensors = _views(self, key)
    if tensors is None:
        return _fresh_view(seen, self)
    return index(seen, tensors)


def _fresh_view(seen: Tensor, self: Tensor) -> Tensor:
    """Return a view even for an index that selects everything."""
    if seen is self:
        return make_view(AliasBackward0, self, self._array[...])
    return seen


AliasBackward0 = derivative("AliasBackward0", self=lambda g: g)


def _views(self: Tensor, key: Any) -> tuple[Tensor, tuple[Any, ...] | None]:
    """Apply the parts of an index that give views; return the rest, one entry per dimension, or None."""
    parts = list(key) if isinstance(key, tuple) else [key]
    consumed = sum([_dimensions(part) for part in parts])
    ndim = self._array.ndim
    if consumed > ndim and not (ndim == 0 and not isinstance(key, tuple) and isinstance(key, int | slice)):
        raise IndexError(f"too many indices for tensor of dimension {ndim}")
    tensors: list[Any] = []
    dim = 0
    fill = ndim - consumed
    for at, part in enumerate(parts):
        if part is Ellipsis:
            dim += fill
            fill = 0
        elif part is None:
            self = self.unsqueeze(dim)
            dim += 1
        elif isinstance(part, slice):
            self = _slice_part(self, dim, part)
            dim += 1
        elif _is_single_bool(part):
            self = self.unsqueeze(dim)
            tensors += [None] * (dim - len(tensors)) + [xp.asarray([0] if part else [], xp.int64)]
            dim += 1
        elif _is_single_int(part):
            self = _selected_checked(self, dim, part, at)
        else:
            tensors += [None] * (dim - len(tensors)) + _as_indices(self, dim, part)
            dim = len(tensors)
    return self, tuple(tensors) if tensors else None


def _is_single_bool(part: Any) -> bool:
    if isinstance(part, bool):
        return True
    return isinstance(part, Tensor) and part._array.ndim == 0 and part._array.dtype.kind == "b"


def _is_single_int(part: Any) -> bool:
    if isinstance(part, bool):
        return False
    if isinstance(part, int | xp.integer):
        return True
    if isinstance(part, Tensor):
        return part._array.ndim == 0 and part._array.dtype.kind in "iu"
    return False


def _dimensions(part: Any) -> int:
    """Return how many dimensions of the tensor a part of an index takes up."""
    if part is None or part is Ellipsis or _is_single_bool(part):
        return 0
    if isinstance(part, Tensor | backend.ndarray):
        array = both.plain(part)
        return array.ndim if array.dtype.kind == "b" else 1
    if isinstance(part, list | tuple):
        array = xp.asarray([both.plain(each) for each in part])
        return array.ndim if array.dtype.kind == "b" else 1
    return 1


def _in_bounds(place: int, size: int, dim: int) -> int:
    if not -size <= place < size:
        raise IndexError(f"index {place} is out of bounds for dimension {dim} with size {size}")
    return place


def _selected_checked(self: Tensor, dim: int, part: Any, at: int) -> Tensor:
    """Select along `dim`; `at` is the place in the index, which messages count by."""
    place = int(part)
    if self._array.ndim == 0:
        if place:
            raise IndexError(f"index {place} is out of bounds for dimension 0 with size 0")
        raise IndexError(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a "
            "0-dim tensor to a number"
        )
    return _selected(self, dim, _in_bounds(place, self._array.shape[dim], at))


def _slice_part(self: Tensor, dim: int, part: slice) -> Tensor:
    if self._array.ndim == 0:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    if part.start is None and part.stop is None and part.step is None:
        return self
    start, stop, step = [
        None if each is None else each.__index__() for each in (part.start, part.stop, part.step)
    ]
    if step is not None and step <= 0:
        raise ValueError("slice step cannot be zero" if step == 0 else "step must be greater than zero")
    return _sliced(self, dim, slice(*slice(start, stop, step).indices(self._array.shape[dim])))


def _as_indices(self: Tensor, dim: int, part: Any) -> list[Array]:
    """Return a tensor, list or mask as integer arrays, one for each dimension that it indexes."""
    if isinstance(part, float):
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got "
            f"{type(part).__name__})"
        )
    if isinstance(part, str):
        raise TypeError(f"new(): invalid data type '{type(part).__name__}'")
    if not isinstance(part, Tensor | backend.ndarray | list | tuple):
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got "
            f"{type(part).__name__})"
        )
    array = both.plain(part) if isinstance(part, Tensor) else xp.asarray([both.plain(p) for p in part])
    if array.size == 0 and not isinstance(part, Tensor):
        array = array.astype(xp.int64)
    if array.dtype == xp.uint8 and isinstance(part, Tensor):
        warnings.warn(
            "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.",
            UserWarning,
            stacklevel=5,
        )
        array = array.astype(bool)
    if array.dtype.kind == "b":
        _check_mask(self, dim, array)
        return list(array.nonzero()) if array.ndim else [xp.zeros(int(array), xp.int64)]
    if array.dtype.kind not in "iu":
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    return [array]


def _check_mask(self: Tensor, dim: int, mask: Array) -> None:
    shape = self._array.shape
    for at, size in enumerate(mask.shape):
        if shape[dim + at] != size:
            raise IndexError(
                f"The shape of the mask {list(mask.shape)} at index {at} does not match the shape of the indexed "
                f"tensor {list(shape)} at index {dim + at}"
            )


def _complete(shape: tuple[int, ...], indices: tuple[Any, ...]) -> Indices:
    """Check index arrays against the sizes they index, and turn the gaps into whole slices."""
    shapes: list[tuple[int, ...]] = []
    for dim, each in enumerate(indices):
        if each is None or isinstance(each, slice):
            continue
        array = both.plain(each)
        size = shape[dim]
        wrong = array[(array < -size) | (array >= size)]
        if wrong.size and not size:
            raise IndexError("index is out of bounds for dimension with size 0")
        if wrong.size:
            raise IndexError(
                f"index {wrong.flat[0]} is out of bounds for dimension {len(shapes)} with size {size}"
            )
        shapes.append(array.shape)
    try:
        backend.broadcast_shapes(*shapes)
    except ValueError:
        listed = ", ".join(str(list(each)) for each in shapes)
        raise IndexError(
            f"shape mismatch: indexing tensors could not be broadcast together with shapes {listed}"
        ) from None
    return Indices([slice(None) if each is None else both.plain(each) for each in indices])


def index(self: Tensor, indices: tuple[Any, ...]) -> Tensor:
    """Return the elements at the places where the index arrays meet."""
    array = self._array
    full = _complete(array.shape, indices)
    found = xp.ascontiguousarray(array[tuple(full)])
    return record(IndexBackward0, found, (self,), (array.shape,), (full,))


# ---- setting ---------------------------------------------------------------------------------------------------


@operator("__setitem__")
def _setitem(self: Tensor, key: Any, value: Any) -> None:
    seen, tensors = _views(self, key)
    if tensors is not None:
        value = _as_value(seen, value)
        index_put_(seen, tensors, value)
        return
    if isinstance(value, Tensor):
        _copy_into(seen, value)
    else:
        value = _as_value(seen, value)
        _copy_into(seen, value) if value._array.ndim else seen.fill_(value)


def _as_value(seen: Tensor, value: Any) -> Tensor:
    if isinstance(value, Tensor):
        return value
    if isinstance(value, bool | int | float | complex | xp.generic):
        return wrap(backend.as_array(value).astype(seen._array.dtype))
    if isinstance(value, backend.ndarray):
        return wrap(value)
    raise TypeError(f"can't assign a {type(value).__name__} to a {seen.type()}")


def _copy_into(seen: Tensor, value: Tensor) -> None:
    """Copy with the leading dimensions of size 1 of the value left out."""
    shape = value._array.shape
    while len(shape) > seen._array.ndim and shape[0] == 1:
        shape = shape[1:]
    if shape != value._array.shape:
        value = value.reshape(shape)
    seen.copy_(value if shape == seen._array.shape else value.expand(*seen._array.shape))


def index_put_(self: Tensor, indices: tuple[Any, ...], values: Tensor, accumulate: bool = False) -> Tensor:
    """Set (or add to) the elements at the places where the index arrays meet."""
    return update("index_put_", self, index_put, indices, values, accumulate)


method(index_put_)


def index_put(input: Tensor, indices: tuple[Any, ...], values: Tensor, accumulate: bool = False) -> Tensor:
    """Return a copy with the elements at the places where the index arrays meet set (or added to)."""
    array = input._array
    expanded: list[Any] = []
    for each in indices:
        expanded += _as_indices(input, len(expanded), each) if isinstance(each, Tensor | list) else [each]
    full = _complete(array.shape, tuple(expanded))
    if values._array.dtype != array.dtype:
        raise RuntimeError(
            f"Index put requires the source and destination dtypes match, got {input.dtype.scalar} for the destination "
            f"and {values.dtype.scalar} for the source."
        )
    made = storage.copy(array)
    target = made[tuple(full)]
    try:
        given = xp.broadcast_to(values._array, target.shape)
    except ValueError:
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(values.shape)} cannot be broadcast to indexing result of "
            f"shape {list(target.shape)}"
        ) from None
    if accumulate:
        xp.add.at(made, tuple(full), given)
    else:
        made[tuple(full)] = given
    return record(IndexPutBackward0, made, (input, values), (accumulate,), (full,))


public(index_put)
