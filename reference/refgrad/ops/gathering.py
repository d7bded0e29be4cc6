"""Elements by index tensors along a dimension: `gather`, `scatter`, `index_select`, `masked_fill`, ..."""

from __future__ import annotations

from typing import Any

from .. import backend, both, scalars
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap
from .arithmetic import not_implemented, recorded
from .broadcasting import check_broadcast, keep_layout, open_grid
from .inplace import update_late
from .outputs import into
from .reductions import flat_index
from .registry import public
from .shape import axis_of

__all__: list[str] = []


def _back(g: Any, self: Any, places: Any) -> Any:
    """Add each gradient to the element of `self` that it belongs to."""
    return both.put_flat(g, places, tuple(self.shape))


# torch keeps `self` where sizes would do: changing it in place is found out.
GatherBackward0 = derivative(
    "GatherBackward0",
    args="dim sparse_grad",
    self=lambda g, self, index, dim: (
        g._zeros(tuple(self.shape)).scatter_add(dim, index, g)
        if isinstance(g, Tensor)
        else _back(g, self, flat_index(both.plain(index), tuple(self.shape), dim))
    ),
    saves="index",
)
IndexSelectBackward0 = derivative(
    "IndexSelectBackward0",
    args="shape dim",
    self=lambda g, index, shape, dim: (
        g._zeros(shape).index_add(dim, index, g)
        if isinstance(g, Tensor)
        else both.put_flat(g, whole_rows(both.plain(index), shape, dim), shape)
    ),
    saves="index",
)
TakeBackward0 = derivative(
    "TakeBackward0",
    self=lambda g, self, index: _put_taken(g, self, index),
    saves="index",
)
MaskedSelectBackward0 = derivative(
    "MaskedSelectBackward0",
    self=lambda g, self, mask: _put_selected(g, both.plain(self), mask),
    saves="mask",
)
_TAKE = lambda g, index, dim: (  # noqa: E731 - used several times
    g.gather(dim, index)
    if isinstance(g, Tensor)
    else both.take_flat(g, _places(both.plain(index), tuple(g.shape), dim))
)
ScatterBackward0 = derivative(
    "ScatterBackward0",
    args="dim",
    self=lambda g, index, dim: (
        g.scatter(dim, index, 0)
        if isinstance(g, Tensor)
        else both.keep(g, _untouched(both.plain(index), tuple(g.shape), dim))
    ),
    saves="index",
    src=_TAKE,
)
ScatterBackward1 = derivative("ScatterBackward1", args="dim", self=ScatterBackward0.rules[0], saves="index")
ScatterAddBackward0 = derivative(
    "ScatterAddBackward0", args="dim", self=lambda g: g, saves="index", src=_TAKE
)


ScatterReduceNode = not_implemented("aten::scatter")


def whole_rows(index: Array, shape: tuple[int, ...], dim: int) -> Array:
    """Return the row-major positions of the slices that a vector of indices selects along `dim`."""
    if not shape:
        return xp.zeros(index.shape, xp.int64)
    places: Array = xp.arange(xp.prod(shape)).reshape(shape).take(index.reshape(-1), axis=dim)
    return places


def _put_taken(g: Any, self: Any, index: Any) -> Any:
    if isinstance(g, Tensor):
        return both.zeros_like(self).put(index, g, True)
    return keep_layout(_back(g, self, both.plain(index)), self)


def _put_selected(g: Any, x: Array, mask: Any) -> Any:
    shape = backend.broadcast_shapes(x.shape, tuple(mask.shape))
    if isinstance(g, Tensor):
        return g._zeros(shape).masked_scatter(mask, g)
    return both.put_flat(g, xp.flatnonzero(xp.broadcast_to(mask, shape)), shape)


def _places(index: Array, shape: tuple[int, ...], dim: int) -> Array:
    """Return the row-major positions that an index stands for; without dimensions it counts as one of one place."""
    if index.ndim or not shape:
        return flat_index(index, shape, dim)
    return flat_index(index.reshape(1), shape, dim).reshape(())


def _untouched(index: Array, shape: tuple[int, ...], dim: int) -> Array:
    kept = xp.ones(shape, bool)
    kept.reshape(-1)[_places(index, shape, dim)] = False
    return kept


def check_index_dtype(name: str, index: Tensor) -> None:
    """Refuse an index that is not of int32 or int64; an empty one may be of any type."""
    if index._array.size and index._array.dtype not in (xp.int32, xp.int64):
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index")


def _check_places(places: Array, size: int, axis: int) -> None:
    wrong = places[(places < 0) | (places >= size)]
    if wrong.size:
        raise RuntimeError(f"index {wrong.flat[0]} is out of bounds for dimension {axis} with size {size}")


def _nonempty(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return sizes with at least one dimension."""
    return shape or (1,)


@public
def gather(input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False) -> Tensor:
    """Return, for each index along `dim`, the element there."""
    x, places = input._array, index._array
    axis = axis_of(dim, x.ndim)
    check_index_dtype("gather", index)
    kept = (dim, sparse_grad)
    if not places.size:
        return record(GatherBackward0, xp.empty(places.shape, x.dtype), (input,), kept, (index,))
    have, want = _nonempty(x.shape), _nonempty(places.shape)
    if len(have) != len(want):
        raise RuntimeError("Index tensor must have the same number of dimensions as input tensor")
    for at, (count, size) in enumerate(zip(want, have, strict=True)):
        if at != axis and count > size:
            raise RuntimeError(
                f"Size does not match at dimension {at} expected index {list(places.shape)} to be no larger than self "
                f"{list(x.shape)} apart from dimension {axis}"
            )
    _check_places(places, have[axis], axis)
    flat = flat_index(places.reshape(want), have, axis)
    array = xp.ascontiguousarray(x.reshape(-1)[flat]).reshape(places.shape)
    return record(GatherBackward0, array, (input,), kept, (index,))


def _scattered(input: Tensor, dim: int, index: Tensor, src: Any, add: bool) -> Array:
    """Return a copy of `input` with `src` (or a number) put, or added, where the index says."""
    x, places = input._array, index._array
    axis = axis_of(dim, x.ndim)
    check_index_dtype("scatter", index)
    if isinstance(src, Tensor) and src._array.dtype != x.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    made = xp.array(x, order="C")
    if not places.size:
        return made
    have, want = _nonempty(x.shape), _nonempty(places.shape)
    _check_scattered(x.shape, places.shape, axis, src)
    _check_places(places, have[axis], axis)
    given = src._array if isinstance(src, Tensor) else scalars.stored(src, input.dtype)
    if isinstance(src, Tensor):
        given = given.reshape(_nonempty(given.shape))[tuple([slice(size) for size in want])]
    at = open_grid(want)
    at[axis] = places.reshape(want)
    target = made.reshape(have) if not x.ndim else made
    if add:
        xp.add.at(target, tuple(at), given)
    else:
        target[tuple(at)] = given
    scattered: Array = target.reshape(x.shape) if not x.ndim else made
    return scattered


def _check_scattered(shape: tuple[int, ...], sizes: tuple[int, ...], axis: int, src: Any) -> None:
    have, want = _nonempty(shape), _nonempty(sizes)
    if len(have) != len(want):
        raise RuntimeError("Index tensor must have the same number of dimensions as self tensor")
    outside = any(n > size for at, (n, size) in enumerate(zip(want, have, strict=True)) if at != axis)
    text = f"Expected index {list(sizes)} to be no larger than self {list(shape)} apart from dimension {axis}"
    if isinstance(src, Tensor):
        given = _nonempty(src._array.shape)
        if not outside:
            for at, n in enumerate(want):
                if n > (given[0] if not src._array.ndim else given[axis_of(at, len(given))]):
                    outside = True
                    break
        if len(given) != len(want):
            raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
        text += f" and to be no larger size than src {list(src._array.shape)}"
    if outside:
        raise RuntimeError(text)


@public
def scatter(
    input: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None, reduce: Any = None
) -> Tensor:
    """Return a copy with elements of `src` (or a number) put where the index says along `dim`."""
    given = value if src is None else src
    if reduce is not None:
        from .scattering import scatter_with

        return record(
            ScatterReduceNode, scatter_with(input, dim, index, given, reduce), recorded(input, given)
        )
    array = _scattered(input, dim, index, given, False)
    if isinstance(given, Tensor):
        return record(ScatterBackward0, array, (input, given), (dim,), (index,))
    return record(ScatterBackward1, array, (input,), (dim,), (index,))


@public
def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """Return a copy with elements of `src` added where the index says along `dim`."""
    array = _scattered(input, dim, index, src, True)
    return record(ScatterAddBackward0, array, (input, src), (dim,), (index,))


@public
def index_select(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """Return the slices that a vector of indices selects along `dim`."""
    axis = axis_of(dim, input._array.ndim)
    if index._array.ndim > 1:
        raise IndexError("index_select(): Index is supposed to be a vector")
    array = selected(input, axis, index)
    return record(IndexSelectBackward0, array, (input,), (input._array.shape, dim), (index,))


def selected(input: Tensor, axis: int, index: Tensor) -> Array:
    """Return the slices at all indices along `axis`, row by row; an index that is not there is refused."""
    x, places = input._array, index._array
    if not x.ndim and places.size != 1:
        raise RuntimeError(
            f"index_select(): Index to scalar can have only 1 value, got {places.size} value(s)"
        )
    if places.dtype not in (xp.int32, xp.int64):
        raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
    size = x.shape[axis] if x.ndim else 1
    if x.ndim > 1 and not size and places.size:
        raise RuntimeError("index_select(): self indexing axis dim should be positive")
    wrong = places[(places < 0) | (places >= size)]
    if wrong.size and x.ndim > 1 and (axis == 1 or not x.size):
        raise RuntimeError(f"INDICES element is out of DATA bounds, id={wrong.flat[0]} axis_dim={size}")
    if wrong.size:
        raise IndexError("index out of range in self")
    return xp.ascontiguousarray(x.take(places.reshape(-1), axis=axis)) if x.ndim else x.copy()


@public
def take(input: Tensor, index: Tensor) -> Tensor:
    """Return the elements at positions counted in row-major order."""
    flat, places = input._array.reshape(-1), index._array
    if places.dtype != xp.int64:
        raise RuntimeError(f"take(): Expected a long tensor for index, but got {index.dtype._scalar}")
    if not flat.size and places.size:
        raise IndexError("take(): tried to take from an empty tensor")
    given = places.ravel()
    wrong = given[(given < -flat.size) | (given >= flat.size)]
    if wrong.size:
        raise IndexError(
            f"out of range: tried to access index {wrong[0]} on a tensor of {flat.size} elements."
        )
    return record(TakeBackward0, xp.array(flat[places], order="C"), (input,), (), (index,))


@public
def take_along_dim(
    input: Tensor, indices: Tensor, dim: int | None = None, *, out: Tensor | None = None
) -> Tensor:
    """Return, for each index along `dim`, the element there; other dimensions broadcast."""
    if dim is None:
        flat: Tensor = into(out, gather, input.reshape(-1), 0, indices.reshape(-1))
        return flat
    have, want = list(input._array.shape), list(indices._array.shape)
    if len(have) != len(want):
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
            f"{len(have)} dimensions for input, and {len(want)} dimensions for indices"
        )
    if indices._array.dtype != xp.int64:
        raise RuntimeError(
            f"torch.take_along_dim(): dtype of indices should be Long but got {indices.dtype._scalar}"
        )
    axis = axis_of(dim, len(have))
    if not have:
        raise IndexError(f"Dimension specified as {axis} but tensor has no dimensions")
    shapes = []
    for one, other in ((have, want), (want, have)):
        joint = (*one[:axis], *other[axis : axis + 1], *one[axis + 1 :])
        check_broadcast(joint, other)
        shapes.append(backend.broadcast_shapes(joint, tuple(other)))
    if not have[axis] and indices._array.size:
        raise RuntimeError("ZeroDivisionError")
    if indices._array.size:  # an index counts modulo the size
        indices = wrap(keep_layout(xp.remainder(indices._array, have[axis]), indices._array))
    taken: Tensor = into(out, gather, input.expand(shapes[1]), axis, indices.expand(shapes[0]))
    return taken


@public
def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """Return the elements where the mask is true, as a vector."""
    if mask._array.dtype.kind != "b":
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    check_broadcast(mask._array.shape, input._array.shape)
    x, where = xp.broadcast_arrays(input._array, mask._array)
    return record(MaskedSelectBackward0, x[where], (input,), (), (mask,))


for _call in (scatter, scatter_add):
    update_late(_call)
