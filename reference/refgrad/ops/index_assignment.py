"""Assignment to what an index chooses: `x[...] = value` and `index_put`, beside the derivative."""

from __future__ import annotations

import warnings
from typing import Any

from .. import both, dtypes, storage
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor
from .index_arrays import (
    COVERED,
    Indices,
    SavedIndices,
    as_index,
    check_bounds,
    check_mask,
    found_shape,
    is_mask,
    kept,
    selected_by,
    together,
)
from .indexing import as_assigned, as_tensors, index, views_by
from .inplace import check_writable, refuse_overlap, write
from .registry import method, operator, public

__all__ = ["index_put", "index_put_impl"]

_PUT: dict[str, Any] = {
    "self": lambda g, indices, accumulate: g if accumulate else _zeroed(g, indices),
    "values": lambda g, indices: _get_indexed(g, indices),
}
IndexPutBackward0 = derivative("IndexPutBackward0", saves="indices", args="accumulate", **_PUT)
IndexPutImplBackward0 = derivative("IndexPutImplBackward0", saves="indices", args="accumulate", **_PUT)


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
        return index(g, as_tensors(indices))
    return selected_by(g, indices)


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
    seen, tensors = views_by(self, key)
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


def index_put_impl(zeros: Tensor, indices: tuple[Any, ...], values: Tensor) -> Tensor:
    """Return `zeros`, to whose elements values are added, recorded as the gradient of indexing is."""
    full = _checked_put(zeros, indices, values)
    _put_into(zeros._array, full, values._array, True)
    saved = kept(indices, full, values)
    return record(IndexPutImplBackward0, zeros._array, (zeros, values), (True,), (saved,))


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
