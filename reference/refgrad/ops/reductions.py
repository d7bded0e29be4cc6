"""Sums, means, extremes and the like over dimensions, beside their derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .. import backend, both, dtypes
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record, refuse_integral
from ..tensor import Tensor, wrap
from .broadcasting import open_grid, row_major
from .registry import public
from .shape import axis_of

__all__ = ["as_given", "axes_of", "unreduced"]

Dims = tuple[int, ...] | None


def axes_of(dim: Any, ndim: int) -> Dims:
    """Return the dimensions to reduce, counted from the front; None stands for all."""
    if dim is None:
        return None
    if isinstance(dim, tuple | list):
        axes = tuple([axis_of(each, ndim) for each in dim])
        for axis in axes:
            if axes.count(axis) > 1:
                raise RuntimeError(f"dim {axis} appears multiple times in the list of dims")
        return axes or None
    return (axis_of(dim if type(dim) is int else dim.__index__(), ndim),)


def as_given(dim: Any) -> Dims:
    """Return the dimensions as a node shows them: as they were given, also from the end; () stands for all, too."""
    if dim is None:
        return None
    return tuple(dim) if isinstance(dim, tuple | list) else (dim,)


def reduce(compute: Callable[..., Any], x: Array, axes: Dims, keepdim: bool) -> Any:
    """Reduce an array; a 0-dim array reduces over its only, virtual, dimension."""
    if x.ndim == 0:
        return compute(x, axis=None)
    return compute(x, axis=axes, keepdims=keepdim)


def unreduced(g: Any, shape: tuple[int, ...], dim: Dims, keepdim: bool) -> Any:
    """Give what belongs to a result of a reduction the reduced dimensions back, with size 1."""
    if keepdim or not shape or dim == ():
        return g
    axes = range(len(shape)) if dim is None else sorted([axis % len(shape) for axis in dim])
    if isinstance(g, Tensor):
        for axis in axes:
            g = g.unsqueeze(axis)
        return g
    return g.reshape(tuple([1 if axis in axes else size for axis, size in enumerate(shape)]))


def spread(g: Any, shape: tuple[int, ...], dim: Dims, keepdim: bool) -> Any:
    """Repeat the gradient of a sum for each of its terms."""
    return both.expand(g if dim is None else unreduced(g, shape, dim, keepdim), shape)


def spread_mean(g: Any, shape: tuple[int, ...], dim: Dims, keepdim: bool) -> Any:
    """Repeat the gradient of a mean for each of its terms."""
    return spread(g, shape, dim, keepdim) / max(_count(shape, dim), 1)


def _count(shape: tuple[int, ...], dim: Dims) -> int:
    return math.prod([shape[axis] for axis in dim] if dim and shape else shape)


SumBackward0 = derivative("SumBackward0", args="shape", self=lambda g, shape: both.expand(g, shape))
SumBackward1 = derivative(
    "SumBackward1",
    args="shape dim keepdim",
    self=lambda g, shape, dim, keepdim: spread(g, shape, dim, keepdim),
)
MeanBackward0 = derivative(
    "MeanBackward0",
    args="shape",
    self=lambda g, shape: both.expand(g, shape) / max(math.prod(shape), 1),
)
MeanBackward1 = derivative(
    "MeanBackward1",
    args="shape dim keepdim",
    self=lambda g, shape, dim, keepdim: spread_mean(g, shape, dim, keepdim),
)
# The gradient of an extreme is shared equally by all elements that reach it.
_SHARED = lambda g, self, result: share_out(g, self, result)  # noqa: E731 - used twice
MaxBackward1 = derivative("MaxBackward1", self=_SHARED)
MinBackward1 = derivative("MinBackward1", self=_SHARED)
# With a dimension, it goes to the one element whose index was returned.
_TO_INDEX = lambda g, indices, shape, dim, keepdim: put_along(g, indices, shape, dim, keepdim)  # noqa: E731
MaxBackward0 = derivative("MaxBackward0", saves="indices", args="shape dim keepdim", self=_TO_INDEX)
MinBackward0 = derivative("MinBackward0", saves="indices", args="shape dim keepdim", self=_TO_INDEX)
AmaxBackward0 = derivative(
    "AmaxBackward0",
    args="dim keepdim",
    self=lambda g, self, result, dim, keepdim: _shared_along(g, self, result, dim, keepdim),
)
AminBackward0 = derivative("AminBackward0", args="dim keepdim", self=AmaxBackward0.rules[0])


def share_out(g: Any, value: Any, extreme: Any) -> Any:
    """Share a gradient equally among all elements that equal the result."""
    x, y = both.plain(value), both.plain(extreme)
    reached = (x == y) | (xp.isnan(x) & xp.isnan(y))
    part = (
        g / xp.asarray(reached.sum(), x.dtype)
        if not isinstance(g, Tensor)
        else g / wrap(xp.asarray(reached.sum()))
    )
    if isinstance(g, Tensor):
        return g._zeros(x.shape).masked_fill(wrap(reached), part)
    return row_major(xp.where(reached, part, backend.zero(x.dtype)))


def _shared_along(g: Any, value: Any, extreme: Any, dim: Dims, keepdim: bool) -> Any:
    g, extreme = (_with_reduced(each, dim or (), keepdim) for each in (g, both.plain(extreme)))
    return shared_among(g, both.plain(value) == extreme, dim)  # nan is not: then all is nan, as in torch


def _with_reduced(g: Any, dim: tuple[int, ...], keepdim: bool) -> Any:
    """Give back the dimensions that were reduced, all at once; what had none gets one, as in torch."""
    if keepdim:
        return g
    sizes, count = iter(g.shape), g.ndim + len(dim)
    axes = [axis % count for axis in dim]
    return g.reshape(tuple([1 if axis in axes else next(sizes) for axis in range(count)]))


def shared_among(g: Any, reached: Array, dim: Dims) -> Any:
    """Share a gradient equally among the elements of a mask, counted along dimensions."""
    axes = dim if dim and reached.ndim else None
    count = xp.asarray(reached.sum(axis=axes, keepdims=True))
    if isinstance(g, Tensor):
        return g / wrap(count) * wrap(reached)
    return g / count.astype(g.dtype) * reached


def quotient(g: Any, divisor: Any) -> Any:
    """Divide; 0 where the divisor is 0."""
    return both.mask_out(g / divisor, both.plain(divisor) == 0)


def put_along(
    g: Any, indices: Any, shape: tuple[int, ...], dim: int, keepdim: bool, *, repeated: bool = False
) -> Any:
    """Put each gradient where its element came from along `dim`, and zeros elsewhere; add up what is `repeated`."""
    index = both.plain(indices)
    if shape and not keepdim:
        g, index = unreduced(g, shape, (dim,), False), xp.expand_dims(index, dim)
    if isinstance(g, Tensor):
        zeros = g._zeros(shape)
        scattered: Tensor = (zeros.scatter_add if repeated else zeros.scatter)(dim, wrap(index), g)
        return scattered
    return both.put_flat(g, flat_index(index, shape, dim), shape) if shape else g


def flat_index(index: Array, shape: tuple[int, ...], dim: int) -> Array:
    """Return the row-major positions that an index along `dim` selects (as in `gather`)."""
    if not index.size or not shape:
        return xp.zeros(index.shape, xp.int64)
    grid = open_grid(index.shape)
    grid[dim] = index
    found: Array = xp.ravel_multi_index(tuple(xp.broadcast_arrays(*grid)), shape)
    return found


def _sum_dtype(x: Array, dtype: dtypes.dtype | None) -> Any:
    if dtype is not None:
        return dtype._numpy
    return xp.int64 if x.dtype.kind in "biu" else None


def sum(
    input: Tensor,
    dim: Any = None,
    keepdim: bool = False,
    *,
    dtype: Any = None,
    axis: Any = None,
    keepdims: bool = False,
) -> Tensor:
    """Return the sum of all elements, or over dimensions; integers add up as int64."""
    if type(keepdim) is not bool:
        raise TypeError("sum")
    x = input._array
    axes = axes_of(dim if axis is None else axis, x.ndim)
    if dtype is not None:
        refuse_integral(input, dtype)
    keep = keepdim or keepdims
    want = _sum_dtype(x, dtype)
    if x.ndim == 0:
        array = x.astype(want) if want is not None else x.copy()
    else:
        array = row_major(xp.add.reduce(x, axis=axes, dtype=want, keepdims=keep))
    given = as_given(dim if axis is None else axis)
    if given is None and not keep:
        return record(SumBackward0, array, (input,), (x.shape,))
    return record(SumBackward1, array, (input,), (x.shape, given, keep))


public(sum)


@public
def mean(
    input: Tensor,
    dim: Any = None,
    keepdim: bool = False,
    *,
    dtype: Any = None,
) -> Tensor:
    """Return the mean of all elements, or over dimensions."""
    kind = input.dtype if dtype is None else dtype
    if kind._is_integral:
        what = "Input dtype" if dtype is None else "Optional dtype"
        raise RuntimeError(
            "mean(): could not infer output dtype. "
            f"{what} must be either a floating point or complex dtype. Got: {kind._scalar}"
        )
    x = input._array.astype(kind._numpy, copy=False)
    axes, keep = axes_of(dim, x.ndim), keepdim
    count = _count(x.shape, axes)
    if x.ndim == 0:
        array: Any = x.copy()
    else:
        array = row_major(xp.add.reduce(x, axis=axes, keepdims=keep)) / xp.asarray(count, x.dtype)
    if dim is None and not keep:
        return record(MeanBackward0, array, (input,), (x.shape,))
    return record(MeanBackward1, array, (input,), (x.shape, as_given(dim), keep))
