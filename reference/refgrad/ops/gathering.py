"""Elements by index tensors along a dimension: `gather`, `scatter`, `index_select`, `masked_fill`, ..."""

from __future__ import annotations

from typing import Any

from .. import backend, both, dtypes, storage
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor
from .broadcasting import check_broadcast
from .inplace import update
from .reductions import flat_index
from .registry import function, method, public
from .shape import axis_of

__all__: list[str] = []

_PUT = lambda g, index, shape, dim: both.put_flat(g, flat_index(both.plain(index), shape, dim), shape)  # noqa: E731
GatherBackward0 = derivative("GatherBackward0", args="shape dim", self=_PUT, saves="index")
IndexSelectBackward0 = derivative(
    "IndexSelectBackward0",
    args="shape dim",
    self=lambda g, index, shape, dim: both.put_flat(g, _whole_rows(both.plain(index), shape, dim), shape),
    saves="index",
)
TakeBackward0 = derivative(
    "TakeBackward0",
    args="shape",
    self=lambda g, index, shape: both.put_flat(g, both.plain(index), shape),
    saves="index",
)
MaskedFillBackward0 = derivative(
    "MaskedFillBackward0", self=lambda g, mask: both.keep(g, ~both.plain(mask)), saves="mask"
)
MaskedFillBackward1 = derivative(
    "MaskedFillBackward1",
    self=lambda g, mask: both.keep(g, ~both.plain(mask)),
    saves="mask",
    value=lambda g, mask: both.keep(g, both.plain(mask)).sum(),
)
MaskedSelectBackward0 = derivative(
    "MaskedSelectBackward0",
    args="shape",
    self=lambda g, mask, shape: both.put_flat(g, _true_places(both.plain(mask), shape), shape),
    saves="mask",
)
_TAKE = lambda g, index, shape, dim: both.take_flat(g, flat_index(both.plain(index), shape, dim))  # noqa: E731
ScatterBackward0 = derivative(
    "ScatterBackward0",
    args="shape dim",
    self=lambda g, index, shape, dim: both.keep(g, _untouched(both.plain(index), shape, dim)),
    saves="index",
    src=_TAKE,
)
ScatterBackward1 = derivative(
    "ScatterBackward1", args="shape dim", self=ScatterBackward0.rules[0], saves="index"
)
ScatterAddBackward0 = derivative(
    "ScatterAddBackward0", args="shape dim", self=lambda g: g, saves="index", src=_TAKE
)
IndexAddBackward0 = derivative(
    "IndexAddBackward0",
    args="shape dim alpha",
    self=lambda g: g,
    saves="index",
    source=lambda g, index, shape, dim, alpha: (
        both.take_flat(g, _whole_rows(both.plain(index), shape, dim)) * alpha
    ),
)
IndexCopyBackward0 = derivative(
    "IndexCopyBackward0",
    args="shape dim",
    self=lambda g, index, shape, dim: both.keep(g, _outside_rows(both.plain(index), shape, dim)),
    saves="index",
    source=lambda g, index, shape, dim: both.take_flat(g, _whole_rows(both.plain(index), shape, dim)),
)
IndexFillBackward0 = derivative(
    "IndexFillBackward0", args="shape dim", self=IndexCopyBackward0.rules[0], saves="index"
)


def _whole_rows(index: Array, shape: tuple[int, ...], dim: int) -> Array:
    """Return the row-major positions of the slices that a vector of indices selects along `dim`."""
    if not shape:
        return xp.zeros(index.shape, xp.int64)
    places: Array = xp.arange(xp.prod(shape)).reshape(shape).take(index.reshape(-1), axis=dim)
    return places


def _true_places(mask: Array, shape: tuple[int, ...]) -> Array:
    return xp.flatnonzero(xp.broadcast_to(mask, shape))


def _untouched(index: Array, shape: tuple[int, ...], dim: int) -> Array:
    kept = xp.ones(shape, bool)
    kept.reshape(-1)[flat_index(index, shape, dim)] = False
    return kept


def _outside_rows(index: Array, shape: tuple[int, ...], dim: int) -> Array:
    kept = xp.ones(shape, bool)
    kept.reshape(-1)[_whole_rows(index, shape, dim)] = False
    return kept


def _check_index(name: str, input: Tensor, dim: int, index: Tensor) -> tuple[int, Array]:
    x, places = input._array, index._array
    axis = axis_of(dim, x.ndim)
    if places.dtype.kind != "i" or places.itemsize < 4:
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index")
    if max(places.ndim, 1) != max(x.ndim, 1):
        whose = "input" if name == "gather" else "self"
        raise RuntimeError(f"Index tensor must have the same number of dimensions as {whose} tensor")
    for at, (count, have) in enumerate(zip(places.shape, x.shape, strict=False)):
        if name == "gather" and at != axis and count > have:
            raise RuntimeError(
                f"Size does not match at dimension {at} expected index {list(places.shape)} to be no larger than self "
                f"{list(x.shape)} apart from dimension {axis}"
            )
    size = x.shape[axis] if x.ndim else 1
    wrong = places[(places < 0) | (places >= size)]
    if wrong.size:
        raise RuntimeError(f"index {wrong.flat[0]} is out of bounds for dimension {axis} with size {size}")
    return axis, places


@public
def gather(input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False) -> Tensor:
    """Return, for each index along `dim`, the element there."""
    axis, places = _check_index("gather", input, dim, index)
    x = input._array
    array = (
        x.reshape(-1)[flat_index(places, x.shape, axis)] if x.ndim and places.ndim else x.reshape(-1)[places]
    )
    array = xp.ascontiguousarray(array).reshape(places.shape)
    return record(GatherBackward0, array, (input,), (x.shape, axis), (index,))


def _scattered(input: Tensor, dim: int, index: Tensor, src: Any, add: bool, name: str) -> tuple[Array, int]:
    axis, places = _check_index(name, input, dim, index)
    x = input._array
    made = storage.copy(x)
    flat = made.reshape(-1)
    where = flat_index(places, x.shape, axis) if x.ndim else places
    given = src._array[tuple([slice(size) for size in places.shape])] if isinstance(src, Tensor) else src
    if add:
        xp.add.at(flat, where, given)
    else:
        flat[where] = given
    return flat.reshape(x.shape), axis


@public
def scatter(
    input: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None, reduce: Any = None
) -> Tensor:
    """Return a copy with elements of `src` (or a number) put where the index says along `dim`."""
    given = value if src is None else src
    if isinstance(given, Tensor):
        if given._array.dtype != input._array.dtype:
            raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
        _check_sizes(input, dim, index, given)
        array, axis = _scattered(input, dim, index, given, False, "scatter")
        return record(ScatterBackward0, array, (input, given), (array.shape, axis), (index,))
    _check_sizes(input, dim, index, None)
    array, axis = _scattered(input, dim, index, given, False, "scatter")
    return record(ScatterBackward1, array, (input,), (array.shape, axis), (index,))


def _check_sizes(input: Tensor, dim: int, index: Tensor, src: Tensor | None) -> None:
    axis = axis_of(dim, input._array.ndim)
    sizes = index._array.shape
    outside = any(
        n > have for at, (n, have) in enumerate(zip(sizes, input._array.shape, strict=False)) if at != axis
    )
    if outside and src is None:
        raise RuntimeError(
            f"Expected index {list(sizes)} to be no larger than self {list(input._array.shape)} apart from dimension {axis}"
        )
    if src is not None and (
        outside or any(n > have for n, have in zip(sizes, src._array.shape, strict=False))
    ):
        raise RuntimeError(
            f"Expected index {list(sizes)} to be no larger than self {list(input._array.shape)} apart from dimension "
            f"{axis} and to be no larger size than src {list(src._array.shape)}"
        )


@public
def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """Return a copy with elements of `src` added where the index says along `dim`."""
    if src._array.dtype != input._array.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    _check_sizes(input, dim, index, src)
    array, axis = _scattered(input, dim, index, src, True, "scatter_add")
    return record(ScatterAddBackward0, array, (input, src), (array.shape, axis), (index,))


def _vector(name: str, index: Tensor) -> Array:
    if index._array.ndim > 1:
        raise IndexError(f"{name}(): Index is supposed to be a vector")
    return index._array


@public
def index_select(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """Return the slices that a vector of indices selects along `dim`."""
    x, places = input._array, _vector("index_select", index)
    axis = axis_of(dim, x.ndim)
    if places.dtype.kind != "i" or places.itemsize < 4:
        raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
    size = x.shape[axis] if x.ndim else 1
    if x.ndim > 1 and not size:
        raise RuntimeError("index_select(): self indexing axis dim should be positive")
    if not x.ndim and places.size != 1:
        raise RuntimeError(
            f"index_select(): Index to scalar can have only 1 value, got {places.size} value(s)"
        )
    wrong = places[(places < 0) | (places >= size)]
    if wrong.size and x.ndim > 1:
        raise RuntimeError(f"INDICES element is out of DATA bounds, id={wrong.flat[0]} axis_dim={size}")
    if wrong.size:
        raise IndexError("index out of range in self")
    array = x.take(places.reshape(-1), axis=axis) if x.ndim else x.copy()
    return record(IndexSelectBackward0, array, (input,), (x.shape, axis), (index,))


@public
def take(input: Tensor, index: Tensor) -> Tensor:
    """Return the elements at positions counted in row-major order."""
    flat, places = input._array.reshape(-1), index._array
    if not flat.size and places.size:
        raise IndexError("take(): tried to take from an empty tensor")
    wrong = places[(places < -flat.size) | (places >= flat.size)]
    if wrong.size:
        raise IndexError(
            f"out of range: tried to access index {wrong.flat[0]} on a tensor of {flat.size} elements."
        )
    return record(TakeBackward0, flat[places], (input,), (input._array.shape,), (index,))


@function
def take_along_dim(input: Tensor, indices: Tensor, dim: int) -> Tensor:
    """Return, for each index along `dim`, the element there; other dimensions broadcast."""
    shape = list(backend.broadcast_shapes(input._array.shape[:0], indices._array.shape))
    return gather(input, dim, indices.expand(*shape))


def _masked(input: Tensor, mask: Tensor) -> Array:
    if mask._array.dtype.kind != "b":
        raise RuntimeError(
            f"masked_fill_ only supports boolean masks, but got mask with dtype {dtypes.c_name(mask.dtype)}"
        )
    return mask._array


@public
def masked_fill(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    """Return a copy with a number where the mask is true."""
    check_broadcast(mask._array.shape, input._array.shape)
    where = _masked(input, mask)
    number = value._array if isinstance(value, Tensor) else backend.as_array(value)
    array = xp.where(where, number.astype(input._array.dtype), input._array)
    if isinstance(value, Tensor):
        return record(MaskedFillBackward1, array, (input, value), (), (mask,))
    return record(MaskedFillBackward0, array, (input,), (), (mask,))


@public
def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """Return the elements where the mask is true, as a vector."""
    if mask._array.dtype.kind != "b":
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    check_broadcast(mask._array.shape, input._array.shape)
    x, where = xp.broadcast_arrays(input._array, mask._array)
    expanded = input if x.shape == input._array.shape else input.expand(*x.shape)
    return record(MaskedSelectBackward0, x[where], (expanded,), (x.shape,), (mask,))


@public
def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """Return a copy with the first elements of `source` where the mask is true."""
    where = xp.broadcast_to(mask._array, input._array.shape)
    made = storage.copy(input._array)
    count = int(where.sum())
    made[where] = source._array.reshape(-1)[:count]
    return record(MaskedScatterBackward0, made, (input, source), (source._array.shape,), (mask,))


MaskedScatterBackward0 = derivative(
    "MaskedScatterBackward0",
    args="shape",
    self=lambda g, mask: both.keep(g, ~both.plain(mask)),
    saves="mask",
    source=lambda g, mask, shape: _scatter_source(g, both.plain(mask), shape),
)


def _scatter_source(g: Any, mask: Array, shape: tuple[int, ...]) -> Any:
    places = xp.flatnonzero(xp.broadcast_to(mask, g.shape))
    return both.put_flat(both.take_flat(g, places), xp.arange(places.size), shape)


@public
def index_add(input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: Any = 1) -> Tensor:
    """Return a copy with slices of `source` added at the indices along `dim`."""
    x, places = input._array, _vector("index_add", index)
    axis = axis_of(dim, x.ndim)
    length = source._array.shape[axis] if source._array.ndim else 1
    if places.size != length:
        raise RuntimeError(
            f"index_add_(): Number of indices ({places.size}) should be equal to source.size(dim): ({length}), for "
            f"dim: {dim}"
        )
    if source.dtype is not input.dtype:
        raise RuntimeError(
            f"index_add_(): self ({input.dtype.scalar}) and source ({source.dtype.scalar}) must have the same scalar type"
        )
    _check_slices(x.shape, source._array.shape, axis)
    if ((places < 0) | (places >= (x.shape[axis] if x.ndim else 1))).any():
        raise IndexError("index out of range in self")
    made = storage.copy(x)
    xp.add.at(made, (*[slice(None)] * axis, places), source._array * alpha if alpha != 1 else source._array)
    return record(IndexAddBackward0, made, (input, source), (x.shape, axis, alpha), (index,))


def _check_slices(shape: tuple[int, ...], source: tuple[int, ...], axis: int) -> None:
    if shape and source and (shape[:axis] + shape[axis + 1 :]) != (source[:axis] + source[axis + 1 :]):
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = "
            f"{list(shape)} source.shape = {list(source)}"
        )


@public
def index_copy(input: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """Return a copy with slices of `source` at the indices along `dim`."""
    x, axis = input._array, axis_of(dim, input._array.ndim)
    made = storage.copy(x)
    made[(*[slice(None)] * axis, _vector("index_copy", index))] = source._array
    return record(IndexCopyBackward0, made, (input, source), (x.shape, axis), (index,))


@public
def index_fill(input: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    """Return a copy with a number at the indices along `dim`."""
    x, axis = input._array, axis_of(dim, input._array.ndim)
    made = storage.copy(x)
    if index._array.ndim > 1:
        raise RuntimeError("Index has to be a vector/scalar")
    size = x.shape[axis] if x.ndim else 1
    wrong = index._array[(index._array < -size) | (index._array >= size)]
    if wrong.size:
        raise IndexError(f"index {wrong.flat[0]} is out of bounds for dimension 0 with size {size}")
    number = value.item() if isinstance(value, Tensor) else value
    if x.ndim:
        made[(*[slice(None)] * axis, index._array)] = number
    else:
        made[...] = number
    return record(IndexFillBackward0, made, (input,), (x.shape, axis), (index,))


def _in_place(call: Any) -> None:
    def in_place(self: Tensor, *args: Any, **options: Any) -> Tensor:
        return update(in_place.__name__, self, call, *args, **options)

    in_place.__name__ = f"{call.__name__}_"
    in_place.__doc__ = f"Do `{call.__name__}` in place."
    method(in_place)


for _call in (scatter, scatter_add, masked_fill, masked_scatter, index_add, index_copy, index_fill):
    _in_place(_call)
