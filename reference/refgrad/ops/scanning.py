"""Running sums, sorting and selection by rank along a dimension, beside their derivatives."""

from __future__ import annotations

from typing import Any

from .. import both
from ..backend import Array, xp
from ..graph import Node, derivative
from ..recording import record
from ..return_types import pair
from ..tensor import Tensor, wrap
from .reductions import put_along
from .registry import public
from .shape import axis_of

__all__: list[str] = []

CumsumBackward0 = derivative("CumsumBackward0", args="dim", self=lambda g, dim: _running_back(g, dim))
CumprodBackward0 = derivative(
    "CumprodBackward0", args="dim", self=lambda g, self, result, dim: _running_back(g * result, dim) / self
)
_SORTED = lambda g, indices, shape, dim, keepdim: put_along(g, indices, shape, dim, keepdim)  # noqa: E731
SortBackward0 = derivative("SortBackward0", saves="indices", args="shape dim keepdim", self=_SORTED)
TopkBackward0 = derivative("TopkBackward0", saves="indices", args="shape dim keepdim", self=_SORTED)
KthvalueBackward0 = derivative("KthvalueBackward0", saves="indices", args="shape dim keepdim", self=_SORTED)
CummaxBackward0 = derivative("CummaxBackward0", saves="indices", args="shape dim keepdim", self=_SORTED)
CumminBackward0 = derivative("CumminBackward0", saves="indices", args="shape dim keepdim", self=_SORTED)
MedianBackward1 = derivative("MedianBackward1", saves="indices", args="shape dim keepdim", self=_SORTED)
MedianBackward0 = derivative(
    "MedianBackward0",
    self=lambda g, self, result: both.like(_share_last(both.plain(self), both.plain(result)), g) * g,
)


def _share_last(x: Array, extreme: Array) -> Array:
    reached = (x == extreme) | (xp.isnan(x) & xp.isnan(extreme))
    share: Array = reached / xp.asarray(reached.sum(), x.dtype)
    return share


def _running_back(g: Any, dim: int) -> Any:
    """Sum from the end, as each element went into all later sums."""
    if not g.ndim:
        return g
    if isinstance(g, Tensor):
        return g.flip(dim).cumsum(dim).flip(dim)
    return xp.flip(xp.cumsum(xp.flip(g, dim), axis=dim), dim)


def _wide(x: Array, dtype: Any) -> Any:
    return dtype.numpy if dtype is not None else xp.int64 if x.dtype.kind in "biu" else x.dtype


@public
def cumsum(input: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """Return the sums of all elements so far along a dimension."""
    x = input._array
    axis = axis_of(dim, x.ndim)
    array = xp.cumsum(x, axis=axis, dtype=_wide(x, dtype)) if x.ndim else x.astype(_wide(x, dtype))
    return record(CumsumBackward0, array, (input,), (axis,))


@public
def cumprod(input: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """Return the products of all elements so far along a dimension."""
    x = input._array
    axis = axis_of(dim, x.ndim)
    array = xp.cumprod(x, axis=axis, dtype=_wide(x, dtype)) if x.ndim else x.astype(_wide(x, dtype))
    return record(CumprodBackward0, array, (input,), (axis,))


def _picked(
    name: str, kind: type[Node], input: Tensor, places: Array, axis: int, keepdim: bool = True
) -> Any:
    """Return the elements at `places` along a dimension, with the places."""
    x = input._array
    if not x.ndim:
        return pair(
            name, record(kind, x.copy(), (input,), ((), 0, True), (None,)), wrap(xp.zeros((), xp.int64))
        )
    values = xp.take_along_axis(x, places, axis)
    if not keepdim:
        values, places = values.squeeze(axis), places.squeeze(axis)
    indices = wrap(places.copy())
    return pair(name, record(kind, values, (input,), (x.shape, axis, keepdim), (indices,)), indices)


def _order(x: Array, axis: int, descending: bool) -> Array:
    """Return the stable order along a dimension; nan counts as largest."""
    if not descending:
        return xp.argsort(x, axis=axis, kind="stable")
    flipped = xp.argsort(xp.flip(x, axis), axis=axis, kind="stable")
    found: Array = x.shape[axis] - 1 - xp.flip(flipped, axis)
    return found


@public
def sort(input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool = False) -> Any:
    """Return the elements in order along a dimension, and where they were."""
    axis = axis_of(dim, input._array.ndim)
    places = _order(input._array, axis, descending) if input._array.ndim else input._array
    return _picked("sort", SortBackward0, input, places, axis)


@public
def argsort(input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool = False) -> Tensor:
    """Return the indices that put the elements in order along a dimension."""
    found: Tensor = sort(input, dim, descending)[1]
    return found


@public
def topk(input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """Return the `k` largest (or smallest) elements along a dimension, and where they were."""
    x = input._array
    if x.dtype.kind == "b":
        raise RuntimeError("topk does not support bool dtypes on CPU")
    axis = axis_of(dim, x.ndim)
    if not 0 <= k <= (x.shape[axis] if x.ndim else 1):
        raise RuntimeError("selected index k out of range")
    places = _order(x, axis, largest)[(*[slice(None)] * axis, slice(0, k))] if x.ndim else x
    return _picked("topk", TopkBackward0, input, places, axis)


@public
def kthvalue(input: Tensor, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    """Return the `k`-th smallest element along a dimension, and where it was."""
    x = input._array
    axis = axis_of(dim, x.ndim)
    if not 1 <= k <= (x.shape[axis] if x.ndim else 1):
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {axis}")
    places = _order(x, axis, False)[(*[slice(None)] * axis, slice(k - 1, k))] if x.ndim else x
    return _picked("kthvalue", KthvalueBackward0, input, places, axis, keepdim)


@public
def median(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """Return the lower median of all elements, or along a dimension with where it was."""
    x = input._array
    if dim is None:
        if not x.size:
            return wrap(xp.full((), xp.nan, x.dtype))
        ranked = xp.sort(x, axis=None)
        middle = ranked[-1] if x.dtype.kind == "f" and xp.isnan(ranked[-1]) else ranked[(x.size - 1) // 2]
        return record(MedianBackward0, xp.asarray(middle), (input,))
    axis = axis_of(dim, x.ndim)
    if not x.ndim:
        return _picked("median", MedianBackward1, input, x, axis, keepdim)
    middle = (x.shape[axis] - 1) // 2
    places = _order(x, axis, False)[(*[slice(None)] * axis, slice(middle, middle + 1))]
    return _picked("median", MedianBackward1, input, places, axis, keepdim)


def _running_extreme(name: str, kind: type[Node], largest: bool) -> None:
    def scan(input: Tensor, dim: int) -> Any:
        x = input._array
        axis = axis_of(dim, x.ndim)
        if not x.ndim:
            return _picked(name, kind, input, x, axis)
        best = (xp.maximum if largest else xp.minimum).accumulate(x, axis=axis)
        here = xp.arange(x.shape[axis]).reshape([-1 if at == axis else 1 for at in range(x.ndim)])
        places = xp.maximum.accumulate(xp.where((x == best) | xp.isnan(x), here, 0), axis=axis)
        return _picked(name, kind, input, places, axis)

    scan.__name__ = name
    scan.__doc__ = f"Return the {name[3:]}imum of all elements so far along a dimension, and where it was."
    public(scan)


_running_extreme("cummax", CummaxBackward0, True)
_running_extreme("cummin", CumminBackward0, False)


@public
def diff(input: Tensor, n: int = 1, dim: int = -1) -> Tensor:
    """Return the differences of neighbours along a dimension, `n` times."""
    axis = axis_of(dim, input._array.ndim)
    for _ in range(n):
        count = input._array.shape[axis]
        input = input.narrow(axis, 1, count - 1) - input.narrow(axis, 0, count - 1)
    return input


@public
def unique(
    input: Tensor, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False
) -> Any:
    """Return the different elements in order, and where and how often they occur."""
    values, inverse, counts = xp.unique(input._array, return_inverse=True, return_counts=True)
    found = [wrap(values)]
    if return_inverse:
        found.append(wrap(inverse.reshape(input._array.shape)))
    if return_counts:
        found.append(wrap(counts))
    return found[0] if len(found) == 1 else tuple(found)
