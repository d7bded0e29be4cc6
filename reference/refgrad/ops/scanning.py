"""Running sums, sorting and selection by rank along a dimension, beside their derivatives."""

from __future__ import annotations

import math
from typing import Any

from .. import both, dtypes, storage
from ..backend import Array, xp
from ..graph import Node, derivative
from ..recording import record, refuse_integral
from ..return_types import pair
from ..tensor import Tensor, wrap
from .arithmetic import sub
from .broadcasting import keep_layout, row_major
from .dispatched import publish_by_flags
from .holomorphic import refuse_complex, refuse_complex_gradient, suited
from .joining import cat
from .outputs import copied, into
from .reductions import put_along, share_out
from .registry import FUNCTIONS, explained, method, public
from .shape import axis_of

__all__: list[str] = []

CumsumBackward0 = derivative(
    "CumsumBackward0", args="dim kind", self=lambda g, dim, kind: _running_back(_as_input(g, kind), dim)
)
CumprodBackward0 = derivative(
    "CumprodBackward0",
    args="dim",
    self=lambda g, self, result, dim: _product_back(_as_input(g, both.plain(self).dtype), self, result, dim),
)
_SORTED = lambda g, indices, shape, dim, keepdim: put_along(g, indices, shape, dim, keepdim)  # noqa: E731
SortBackward0 = derivative("SortBackward0", saves="indices", args="shape dim keepdim", self=_SORTED)
TopkBackward0 = derivative("TopkBackward0", saves="indices", args="shape dim keepdim", self=_SORTED)
KthvalueBackward0 = derivative("KthvalueBackward0", saves="indices", args="shape dim keepdim", self=_SORTED)
_RUNNING = lambda g, self, indices, dim: (  # noqa: E731 - an element may be the extreme for several
    put_along(g, indices, tuple(self.shape), dim, True, repeated=True)
    if both.plain(self).size
    else self  # without elements torch returns the input
)
CummaxBackward0 = derivative("CummaxBackward0", saves="indices", args="dim", self=_RUNNING)
CumminBackward0 = derivative("CumminBackward0", saves="indices", args="dim", self=_RUNNING)
MedianBackward1 = derivative("MedianBackward1", saves="indices", args="shape dim keepdim", self=_SORTED)
NanmedianBackward1 = derivative("NanmedianBackward1", saves="indices", args="shape dim keepdim", self=_SORTED)
NanmedianBackward0 = derivative(
    "NanmedianBackward0",
    self=lambda g, self, result: share_out(g, self, result),
)
MedianBackward0 = derivative(
    "MedianBackward0",
    self=lambda g, self, result: share_out(g, self, result),
)


def _product_back(g: Any, value: Any, result: Any, dim: int) -> Any:
    """Return the gradient of running products; exact where an element is 0, too."""
    if not value.ndim or not both.plain(value).size:
        return g
    x = both.plain(value)
    if x.shape[dim] == 1:
        return g
    if x.all():
        return _running_back(g * result, dim) / value
    count, lead = x.shape[dim], (*[slice(None)] * dim,)
    parts = []
    for at in range(count):
        rest = value[(*lead, slice(at, None))]
        one = both.like(xp.ones_like(x[(*lead, slice(0, 1))]), value)
        after = both.running_product(both.join([one, rest[(*lead, slice(1, None))]], dim), dim)
        before = result[(*lead, slice(at - 1, at))] if at else one
        parts.append(both.total(g[(*lead, slice(at, None))] * after, dim) * before)
    if not isinstance(g, Tensor):
        return both.join(parts, dim)
    made = both.zeros_like(g)
    for at, part in enumerate(parts):
        made[(*lead, slice(at, at + 1))].copy_(part)
    return made


def _as_input(g: Any, kind: Any) -> Any:
    """Return the gradient of what was computed in another dtype in that of the input."""
    return g if both.plain(g).dtype == kind else both.cast(g, kind)


def _running_back(g: Any, dim: int) -> Any:
    """Sum from the end, as each element went into all later sums."""
    if math.prod(g.shape) <= 1 or g.shape[dim] == 1:
        return g
    if isinstance(g, Tensor):
        return g.flip(dim).cumsum(dim).flip(dim)
    return xp.flip(xp.cumsum(xp.flip(g, dim), axis=dim), dim).copy()


def _wide(x: Array, dtype: Any) -> Any:
    return dtype._numpy if dtype is not None else xp.int64 if x.dtype.kind in "biu" else x.dtype


def _check_scan(name: str, input: Tensor, dtype: Any) -> None:
    if dtype is dtypes.bool and input._array.ndim and input._array.size:
        raise NotImplementedError(f"\"{name}_out_cpu\" not implemented for 'Bool'")
    refuse_integral(input, dtype)


@public
def cumsum(input: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """Return the sums of all elements so far along a dimension."""
    x = input._array
    axis = axis_of(dim, x.ndim)
    _check_scan("cumsum", input, dtype)
    array = row_major(xp.cumsum(x, axis=axis, dtype=_wide(x, dtype))) if x.ndim else x.astype(_wide(x, dtype))
    return record(CumsumBackward0, array, (input,), (dim, x.dtype))


@public
def cumprod(input: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """Return the products of all elements so far along a dimension."""
    x = input._array
    axis = axis_of(dim, x.ndim)
    _check_scan("cumprod", input, dtype)
    array = (
        row_major(xp.cumprod(x, axis=axis, dtype=_wide(x, dtype))) if x.ndim else x.astype(_wide(x, dtype))
    )
    return record(suited(CumprodBackward0, array), array, (input,), (axis,))


def _picked(name: str, kind: type[Node], input: Tensor, places: Array, dim: int, keepdim: bool = True) -> Any:
    """Return the elements at `places` along a dimension, with the places."""
    x = input._array
    if not x.ndim:
        indices = wrap(xp.zeros((), xp.int64))
        return pair(
            name, record(kind, x.copy(), (input,), _asked(kind, (), dim, keepdim), (indices,)), indices
        )
    axis = axis_of(dim, x.ndim)
    values = xp.take_along_axis(x, places, axis)
    if not keepdim:
        values, places = values.squeeze(axis), places.squeeze(axis)
    if name == "sort":
        values, places = keep_layout(values, x), keep_layout(places, x)
    else:
        values, places = row_major(values), row_major(places)
    indices = wrap(places)
    args = _asked(kind, x.shape, dim, keepdim)
    return pair(name, record(kind, values, (input,), args, (indices,)), indices)


def _asked(kind: type[Node], shape: tuple[int, ...], dim: int, keepdim: bool) -> tuple[Any, ...]:
    """Return those of the arguments that a kind of node keeps."""
    given = {"shape": shape, "dim": dim, "keepdim": keepdim}
    return tuple([given[name] for name in kind.takes])


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
    refuse_complex(input._array, " Sort does not support complex dtypes on CPU", RuntimeError)
    places = _order(input._array, axis, descending) if input._array.ndim else input._array
    return _picked("sort", SortBackward0, input, places, dim)


@public
def argsort(
    input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool = False, out: Tensor | None = None
) -> Tensor:
    """Return the indices that put the elements in order along a dimension."""
    outs = None if out is None else (wrap(xp.empty((0,), input._array.dtype)), out)
    found: Tensor = into(outs, sort, input, dim, descending)[1]
    return found


@public
def topk(input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """Return the `k` largest (or smallest) elements along a dimension, and where they were."""
    x = input._array
    axis = axis_of(dim, x.ndim)
    if not 0 <= k <= (x.shape[axis] if x.ndim else 1):
        raise RuntimeError("selected index k out of range")
    if x.dtype.kind == "b":
        raise RuntimeError("topk does not support bool dtypes on CPU")
    refuse_complex(x, " topk does not support complex dtypes on CPU", RuntimeError)
    places = _order(x, axis, largest)[(*[slice(None)] * axis, slice(0, k))] if x.ndim else x
    return _picked("topk", TopkBackward0, input, places, dim)


def _check_ranked(name: str, x: Array, axis: int) -> None:
    if x.ndim and not x.shape[axis]:
        raise IndexError(f"{name}(): Expected reduction dim {axis} to have non-zero size.")


def _refuse_bool(name: str, x: Array) -> None:
    if x.dtype.kind == "b":
        raise NotImplementedError(f"\"{name}_cpu\" not implemented for 'Bool'")


@public
def kthvalue(input: Tensor, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    """Return the `k`-th smallest element along a dimension, and where it was."""
    x = input._array
    axis = axis_of(dim, x.ndim)
    _check_ranked("kthvalue", x, axis)
    if not 1 <= k <= (x.shape[axis] if x.ndim else 1):
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {axis}")
    if x.ndim:
        _refuse_bool("kthvalue", x)
    refuse_complex(x, "\"kthvalue_cpu\" not implemented for '{}'")
    places = _order(x, axis, False)[(*[slice(None)] * axis, slice(k - 1, k))] if x.ndim else x
    return _picked("kthvalue", KthvalueBackward0, input, places, dim, keepdim)


@public
def median(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """Return the lower median of all elements, or along a dimension with where it was."""
    x = input._array
    if dim is None:
        if x.size:
            _refuse_bool("median", x)
            refuse_complex(x, "\"median_cpu\" not implemented for '{}'")
        else:
            refuse_complex_gradient("median", input)
            nothing = xp.nan if x.dtype.kind in "fc" else xp.asarray(-(2**63), xp.int64).astype(x.dtype)
            return record(MedianBackward0, xp.full((), nothing, x.dtype), (input,))
        ranked = xp.sort(x, axis=None)
        middle = ranked[-1] if x.dtype.kind == "f" and xp.isnan(ranked[-1]) else ranked[(x.size - 1) // 2]
        return record(MedianBackward0, xp.asarray(middle), (input,))
    axis = axis_of(dim, x.ndim)
    _check_ranked("median", x, axis)
    if x.dtype.kind == "b":
        raise NotImplementedError("\"median_out\" not implemented for 'Bool'")
    refuse_complex(x, "\"median_out\" not implemented for '{}'")
    if not x.ndim:
        return _picked("median", MedianBackward1, input, x, dim, keepdim)
    order, middle = _order(x, axis, False), (x.shape[axis] - 1) // 2
    places = order[(*[slice(None)] * axis, slice(middle, middle + 1))]
    if x.dtype.kind == "f":  # the first nan counts before all others
        unknown = xp.isnan(x)
        first = xp.expand_dims(xp.argmax(unknown, axis=axis), axis)
        places = xp.where(unknown.any(axis=axis, keepdims=True), first, places)
    return _picked("median", MedianBackward1, input, places, dim, keepdim)


@public
def nanmedian(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """Return the lower median of what is not nan: of all elements, or along a dimension with where it was."""
    x = input._array
    if dim is None:
        if not x.size:
            return record(NanmedianBackward0, median(input.detach())._array, (input,))
        _refuse_bool("median", x)
        refuse_complex(x, "\"median_cpu\" not implemented for '{}'")
        ranked = xp.sort(x, axis=None)
        known = int((ranked == ranked).sum())
        return record(NanmedianBackward0, xp.asarray(ranked[max(known - 1, 0) // 2]), (input,))
    axis = axis_of(dim, x.ndim)
    _check_ranked("median", x, axis)
    if x.dtype.kind == "b":
        raise NotImplementedError("\"median_out\" not implemented for 'Bool'")
    refuse_complex(x, "\"median_out\" not implemented for '{}'")
    if not x.ndim:
        return _picked("nanmedian", NanmedianBackward1, input, x, dim, keepdim)
    known = (x == x).sum(axis=axis, keepdims=True)
    places = xp.take_along_axis(_order(x, axis, False), xp.maximum(known - 1, 0) // 2, axis)
    return _picked("nanmedian", NanmedianBackward1, input, places, dim, keepdim)


def _running_extreme(name: str, kind: type[Node], largest: bool) -> None:
    def scan(input: Tensor, dim: int) -> Any:
        x = input._array
        if not x.ndim and dim not in (0, -1):
            raise IndexError(f"{name}(): Expected reduction dim -1 or 0 for scalar but got {dim}")
        axis = axis_of(dim, x.ndim) if x.size else dim
        if not x.ndim:
            return _picked(name, kind, input, x, dim)
        if not x.size:
            indices = wrap(xp.zeros(x.shape, xp.int64))
            return pair(name, record(kind, xp.array(x, order="C"), (input,), (dim,), (indices,)), indices)
        refuse_complex(x, f"\"{name}_cpu\" not implemented for '{{}}'")
        best = (xp.maximum if largest else xp.minimum).accumulate(x, axis=axis)
        here = xp.arange(x.shape[axis]).reshape([-1 if at == axis else 1 for at in range(x.ndim)])
        places = xp.maximum.accumulate(xp.where((x == best) | xp.isnan(x), here, 0), axis=axis)
        return _picked(name, kind, input, places, dim)

    scan.__name__ = name
    scan.__doc__ = f"Return the {name[3:]}imum of all elements so far along a dimension, and where it was."
    public(scan)


_running_extreme("cummax", CummaxBackward0, True)
_running_extreme("cummin", CumminBackward0, False)


@public
def diff(
    input: Tensor,
    n: int = 1,
    dim: int = -1,
    prepend: Any = None,
    append: Any = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Return the differences of neighbours along a dimension, `n` times, after joining what stands before or behind."""
    if not input._array.ndim:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    axis = axis_of(dim, input._array.ndim)
    around = [each for each in (prepend, append) if each is not None]
    for each in around:
        _check_neighbour(input, each, axis)
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    if not n:
        return copied(input, out)
    if around:
        input = cat([each for each in (prepend, input, append) if each is not None], axis)
    n = min(n, input._array.shape[axis])
    if not n:
        return input if out is None else input.narrow(axis, 1, 0)
    subtract = FUNCTIONS["logical_xor"] if input._array.dtype.kind == "b" else sub
    for left in range(n - 1, -1, -1):
        count = input._array.shape[axis] - 1
        input = into(
            None if left else out, subtract, input.narrow(axis, 1, count), input.narrow(axis, 0, count)
        )
    return input


def _check_neighbour(input: Tensor, other: Tensor, axis: int) -> None:
    """Refuse what cannot be joined to `input` along a dimension."""
    if other._array.ndim != input._array.ndim:
        raise RuntimeError("diff expects prepend or append to be the same dimension as input")
    for at, (size, own) in enumerate(zip(input._array.shape, other._array.shape, strict=True)):
        if at != axis and size != own:
            raise RuntimeError(
                "diff expects the shape of tensor to prepend or append to match that of input except along the "
                f"differencing dimension; input.size({at}) = {size}, but got tensor.size({at}) = {own}"
            )


def _no_derivative(g: Any) -> Any:
    raise NotImplementedError("the derivative for '_unique2' is not implemented.")


def _no_derivative_of_slices(g: Any) -> Any:
    raise NotImplementedError("the derivative for 'unique_dim' is not implemented.")


Unique2Backward0 = derivative("Unique2Backward0", self=_no_derivative)
UniqueDimBackward0 = derivative("UniqueDimBackward0", self=_no_derivative_of_slices)


def check_slices(shape: tuple[int, ...], dim: int) -> None:
    """Refuse a dimension along which no slices can be compared."""
    if not shape:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    axis, empty = axis_of(dim, len(shape)), shape.count(0)
    if empty and shape[axis]:
        raise RuntimeError(
            "There are 0 sized dimensions, and they aren't selected, so unique cannot be applied"
        )
    if empty > 1:
        raise RuntimeError("Number of zero sized dimensions is more than one, so unique cannot be applied ")


@method
def unique(
    self: Tensor,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """Return the different elements (or slices along a dimension) in order, and where and how often they occur."""
    return FUNCTIONS["unique"](
        self, sorted=sorted, return_inverse=return_inverse, return_counts=return_counts, dim=dim
    )


def _unique_parts(
    input: Tensor,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    flags = {"sorted": sorted, "return_inverse": return_inverse, "return_counts": return_counts}
    return _unique(input, **flags) if dim is None else _unique_slices(input, dim, **flags)


publish_by_flags("unique", _unique_parts, "_", 2, 3)


def _different_slices(
    input: Tensor, dim: int, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False
) -> Any:
    return _different(input, sorted, return_inverse, return_counts, dim)


def _different(
    input: Tensor,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    x = input._array
    if dim is not None:
        check_slices(x.shape, dim)
    axis = None if dim is None else axis_of(dim, x.ndim)
    refuse_complex(x, "\"unique\" not implemented for '{}'")
    values, inverse, counts = xp.unique(
        x, return_inverse=True, return_counts=True, axis=axis if x.ndim else None, equal_nan=False
    )
    if dim is not None:
        values = storage.copy(values)  # NumPy's look at memory of whole slices
    nothing = xp.empty(0, xp.int64)
    return (
        record(Unique2Backward0 if dim is None else UniqueDimBackward0, values, (input,)),
        wrap(
            inverse.reshape(x.shape if axis is None else -1) if return_inverse or dim is not None else nothing
        ),
        wrap(counts if return_counts else nothing),
    )


_unique = explained(_different, "_unique2")
_unique_slices = explained(_different_slices, "_VF.unique_dim")
