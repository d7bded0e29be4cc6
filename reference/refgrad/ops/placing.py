"""Copies, and changes in place, at places that a mask or a vector of indices names: `masked_fill`, `index_add`, ..."""

from __future__ import annotations

import warnings
from typing import Any

from .. import backend, both, dtypes, scalars, storage
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor
from ..views import OVERLAP
from .broadcasting import check_broadcast, row_major
from .gathering import whole_rows
from .inplace import check_sizes, refuse_overlap, update_late
from .registry import public
from .shape import axis_of

__all__ = ["check_slices"]


MaskedFillBackward0 = derivative(
    "MaskedFillBackward0", self=lambda g, mask: both.mask_out(g, both.plain(mask)), saves="mask"
)
MaskedFillBackward1 = derivative(
    "MaskedFillBackward1",
    self=lambda g, mask: both.mask_out(g, both.plain(mask)),
    saves="mask",
    value=lambda g, mask: both.keep(g, both.plain(mask)).sum(),
)
MaskedScatterBackward0 = derivative(
    "MaskedScatterBackward0",
    args="shape",
    self=lambda g, mask: both.mask_out(g, both.plain(mask)),
    saves="mask",
    source=lambda g, mask, shape: _scatter_source(g, both.plain(mask), shape),
)


def _rows_of(g: Any, index: Any, dim: int) -> Any:
    return both.take_flat(g, whole_rows(both.plain(index), tuple(g.shape), dim))


IndexAddBackward0 = derivative(
    "IndexAddBackward0",
    args="dim alpha source_dim",
    self=lambda g: g,
    saves="index",
    source=lambda g, source, index, dim, alpha: _rows_of(g, index, dim) * alpha,
)
IndexCopyBackward0 = derivative(
    "IndexCopyBackward0",
    args="dim source_dim",
    self=lambda g, index, dim: (
        g.index_fill(dim, index, 0)
        if isinstance(g, Tensor)
        else both.keep(g, _outside_rows(both.plain(index), tuple(g.shape), dim))
    ),
    saves="index",
    source=lambda g, source, index, dim: _rows_of(g, index, dim),
)
IndexFillBackward0 = derivative(
    "IndexFillBackward0", args="dim", self=IndexCopyBackward0.rules[0], saves="index"
)
IndexFillBackward1 = derivative(
    "IndexFillBackward1",
    args="dim",
    saves="index",
    self=IndexCopyBackward0.rules[0],
    value=lambda g, index, dim: both.keep(g, ~_outside_rows(both.plain(index), tuple(g.shape), dim)).sum(),
)


def _outside_rows(index: Array, shape: tuple[int, ...], dim: int) -> Array:
    kept = xp.ones(shape, bool)
    if kept.size:  # of nothing, torch takes any index
        kept.reshape(-1)[whole_rows(index, shape, dim)] = False
    return kept


def _scatter_source(g: Any, mask: Array, shape: tuple[int, ...]) -> Any:
    places = xp.flatnonzero(xp.broadcast_to(mask, g.shape))
    return both.put_flat(both.take_flat(g, places), xp.arange(places.size), shape)


def _refuse_mask(name: str, mask: Tensor, shown: str) -> None:
    if mask._array.dtype.kind != "b":
        raise RuntimeError(f"{name} only supports boolean masks, but got mask with dtype {shown}")


@public
def masked_fill(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    """Return a copy with a number where the mask is true."""
    check_broadcast(mask._array.shape, input._array.shape)
    return _masked_fill(input, mask, value)


def _refuse_value(value: Any) -> None:
    if isinstance(value, Tensor) and value._array.ndim:
        raise RuntimeError(
            "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with "
            f"{value._array.ndim} dimension(s)."
        )


def _masked_fill(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    _refuse_value(value)
    _refuse_mask("masked_fill_", mask, dtypes.c_name(mask.dtype))
    number = scalars.stored(value._array.item() if isinstance(value, Tensor) else value, input.dtype)
    array = row_major(xp.where(mask._array, number, input._array))
    if isinstance(value, Tensor):
        return record(MaskedFillBackward1, array, (input, value), (), (mask,))
    return record(MaskedFillBackward0, array, (input,), (), (mask,))


def _masked_fill_in_place(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    _refuse_value(value)
    _warn_expanded("masked_fill_", "mask", input)
    check_sizes(input, [mask])
    refuse_overlap(input, mask)
    return _masked_fill(input, mask, value)


def _warn_expanded(name: str, key: str, input: Tensor) -> None:
    if storage.overlaps_itself(input._array):
        warnings.warn(
            f"Use of {name} on expanded tensors is deprecated. Please clone() the tensor before performing this "
            f"operation. This also applies to advanced indexing e.g. tensor[{key}] = scalar",
            UserWarning,
            stacklevel=5,
        )


@public
def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """Return a copy with the first elements of `source` where the mask is true."""
    check_broadcast(mask._array.shape, input._array.shape)
    shape = backend.broadcast_shapes(mask._array.shape, input._array.shape)
    return _masked_scatter(input, mask, source, shape)


def _check_source(input: Tensor, mask: Tensor, source: Tensor) -> None:
    if source.dtype is not input.dtype:
        raise RuntimeError(
            "masked_scatter: expected self and source to have same dtypes but got"
            f"{input.dtype._scalar} and {source.dtype._scalar}"
        )
    _refuse_mask("masked_scatter_", mask, mask.dtype._scalar)


def _masked_scatter(input: Tensor, mask: Tensor, source: Tensor, shape: tuple[int, ...]) -> Tensor:
    _check_source(input, mask, source)
    where = xp.broadcast_to(mask._array, shape)
    made = xp.array(xp.broadcast_to(input._array, shape), order="C")
    count = int(where.sum())
    if count > source._array.size:
        raise RuntimeError("Number of elements of source < number of ones in mask")
    made[where] = source._array.reshape(-1)[:count]
    return record(MaskedScatterBackward0, made, (input, source), (source._array.shape,), (mask,))


def _masked_scatter_in_place(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    if storage.overlaps_itself(input._array):
        raise RuntimeError(OVERLAP)
    _check_source(input, mask, source)
    mask.expand(input._array.shape, implicit=True)  # refuses what does not fit
    return _masked_scatter(input, mask, source, input._array.shape)


@public
def index_add(input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: Any = 1) -> Tensor:
    """Return a copy with slices of `source` added at the indices along `dim`."""
    x, places, given = input._array, index._array, source._array
    axis = axis_of(dim, x.ndim)
    check_slices("index_add_", input, axis, index, source)
    size = x.shape[axis] if x.ndim else 1
    if (x.size or x.ndim < 2) and (outside := (places < 0) | (places >= size)).any():
        if x.ndim > 1 and axis in (0, x.ndim - 1):  # which torch does by `scatter_add`
            wrong = int(places[outside].reshape(-1)[0])
            raise RuntimeError(f"index {wrong} is out of bounds for dimension {axis} with size {size}")
        raise IndexError("index out of range in self")
    made = xp.array(x, order="C")
    at = (*[slice(None)] * axis, places.reshape(-1)) if x.ndim else (places.reshape(-1) * 0,)
    target = made if x.ndim else made.reshape(1)
    terms = given if x.ndim and given.ndim else given.reshape(-1)
    if target.size:
        xp.add.at(target, at, terms if alpha == 1 else terms * xp.asarray(alpha).astype(terms.dtype))
    return record(
        IndexAddBackward0, target.reshape(x.shape), (input, source), (axis, alpha, given.ndim), (index,)
    )


def check_slices(name: str, input: Tensor, axis: int, index: Tensor, source: Tensor) -> None:
    """Refuse an index that is no vector, and a source whose slices do not fit what they are combined with."""
    places, shape, given = index._array, input._array.shape, source._array.shape
    if places.ndim > 1:
        raise IndexError(
            f"{name}(): Index is supposed to be a vector, but got dim: {places.ndim} with type: "
            f"{index.dtype._scalar} and size: {list(places.shape)}"
        )
    if places.dtype not in (xp.int32, xp.int64):
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index but got: {index.dtype._scalar}")
    if source.dtype is not input.dtype:
        raise RuntimeError(
            f"{name}(): self ({input.dtype._scalar}) and source ({source.dtype._scalar}) must have the same scalar type"
        )
    if axis and axis >= len(given):
        raise RuntimeError(
            f"{name}(): Indexing dim {axis} is out of bounds of the source tensor with dim {len(given)}"
        )
    length = given[axis] if given else 1
    if places.size != length and not given:  # the sizes that the message shows
        raise IndexError(f"Dimension specified as {axis} but tensor has no dimensions")
    if places.size != length:
        raise RuntimeError(
            f"{name}(): Number of indices ({places.size}) should be equal to source.size(dim): ({length}), for "
            f"dim: {axis}"
        )
    slices = [list(each) for each in (shape, given)]
    if shape and given:
        for each in slices:
            del each[axis]
    if slices[0] != slices[1]:
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = "
            f"{list(shape)} source.shape = {list(given)}"
        )


@public
def index_copy(input: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """Return a copy with slices of `source` at the indices along `dim`."""
    x = input._array
    axis = axis_of(dim, x.ndim)
    _check_copied(input, axis, index, source)
    places = index._array.reshape(-1)
    size = x.shape[axis] if x.ndim else 1
    wrong = places[(places < 0) | (places >= size)]
    if x.ndim and not size and places.size:
        _refuse_restriding(storage.copy(x), axis, places.size)
    if wrong.size and (x.size or not all(x.shape[:axis] + x.shape[axis + 1 :])):
        raise IndexError(
            f"index_copy_(): index {wrong.flat[0]} is out of bounds for dimension {axis} with size {size}"
        )
    made = xp.array(x, order="C")
    if x.ndim:
        made[(*[slice(None)] * axis, places)] = source._array
    else:
        made[...] = source._array.reshape(())
    return record(IndexCopyBackward0, made, (input, source), (axis, source._array.ndim), (index,))


def _check_copied(input: Tensor, axis: int, index: Tensor, source: Tensor) -> None:
    places, shape, given = index._array, input._array.shape, source._array.shape
    if places.ndim > 1:
        raise IndexError(f"index_copy_(): Index should have dimension 1 or 0 (got {places.ndim})")
    if not given and places.size != 1:
        raise IndexError(
            f"index_copy_(): When source is scalar, index should have one element (got {places.size})"
        )
    if given and shape and len(given) != len(shape):
        raise IndexError(
            "index_copy_(): When source and destination are not scalars, their dimensionality must match. Source "
            f"dimensionality ({len(given)}), destination dimensionality ({len(shape)})"
        )
    if places.dtype != xp.int64:
        raise RuntimeError(f"index_copy_(): Expected a long tensor for index, but got {index.dtype._scalar}")
    if source.dtype is not input.dtype:
        raise RuntimeError(
            "index_copy_(): self and source expected to have the same dtype, but got (self) "
            f"{input.dtype._scalar} and (source) {source.dtype._scalar}"
        )
    slices = [list(each) for each in (shape, given)]
    for each in slices:
        if each:
            del each[axis]
    if slices[0] != slices[1]:
        raise RuntimeError(
            "index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: "
            f"{_spaced(slices[0])} at dimension {axis} and source slice shape: {_spaced(slices[1])} at dimension 0."
        )
    if given and places.size != given[axis]:
        raise IndexError(
            f"index_copy_(): Number of indices ({places.size}) should be equal to source.size(dim) ({given[axis]})"
        )


def _spaced(sizes: list[int]) -> str:
    """Return sizes as C++ streams a vector."""
    return " ".join(map(str, sizes))


@public
def index_fill(input: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    """Return a copy with a number at the indices along `dim`."""
    return _index_filled(input, dim, index, value, storage.copy(input._array))


def _index_filled(input: Tensor, dim: int, index: Tensor, value: Any, memory: Array) -> Tensor:
    """Return a copy that is filled; `memory` is what torch would write to."""
    x, places = input._array, index._array
    if isinstance(value, complex) and not input.dtype.is_complex:
        raise RuntimeError("index_fill_(): Converting complex Scalar to non-complex type is not supported")
    if isinstance(value, Tensor) and value._array.ndim:
        raise RuntimeError(
            "index_fill_ only supports a 0-dimensional value tensor, but got tensor with "
            f"{value._array.ndim} dimension(s)."
        )
    if places.dtype not in (xp.int32, xp.int64):
        raise IndexError("index_fill_(): Expected dtype int32/int64 for index.")
    axis = axis_of(dim, x.ndim)
    if places.ndim > 1:
        raise RuntimeError("Index has to be a vector/scalar")
    if places.size and x.ndim and not x.shape[axis]:
        _refuse_restriding(memory, axis, places.size)
    number = scalars.stored(value.item() if isinstance(value, Tensor) else value, input.dtype)
    size = x.shape[axis] if x.ndim else 1
    wrong = places[(places < -size) | (places >= size)]
    made = storage.copy(x)
    if wrong.size and all(x.shape[:axis] + x.shape[axis + 1 :]):
        raise IndexError(f"index {wrong.flat[0]} is out of bounds for dimension {axis} with size {size}")
    if not made.size:
        pass
    elif x.ndim:
        made[(*[slice(None)] * axis, places)] = number
    elif places.size:
        made[...] = number
    if isinstance(value, Tensor):
        return record(IndexFillBackward1, made, (input, value), (axis,), (index,))
    return record(IndexFillBackward0, made, (input,), (axis,), (index,))


def _refuse_restriding(x: Array, axis: int, count: int) -> None:
    """Refuse, as torch does, to see an empty tensor as `count` slices over one."""
    shape, steps = list(x.shape), list(storage.strides(x))
    shape[axis], steps[axis] = count, 0
    storage.check_extent(x, shape, steps, storage.offset(x))


def _index_fill_in_place(input: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    _warn_expanded("index_fill_", "mask", input)
    refuse_overlap(input, index)
    result = _index_filled(input, dim, index, value, input._array)
    if storage.overlaps_itself(input._array):  # what shares its place with a filled element changes too
        axis = axis_of(dim, input._array.ndim)
        places = (*[slice(None)] * axis, index._array)
        input._array[places] = result._array[places]
        result._array[...] = input._array
    return result


update_late(masked_fill, _masked_fill_in_place, repeats=True, shares=True)
update_late(masked_scatter, _masked_scatter_in_place, shares=True)
update_late(index_add)
update_late(index_copy, first=True)
update_late(index_fill, _index_fill_in_place, repeats=True, shares=True)
