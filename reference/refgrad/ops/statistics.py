"""Products, variances, norms, softmax and the like over dimensions, beside their derivatives."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

from .. import both, dtypes
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record
from ..return_types import structured
from ..tensor import Tensor, wrap
from .inplace import finish_out
from .reductions import _count, axes_of, spread, unreduced
from .registry import function, public
from .shape import axis_of

__all__: list[str] = []

ProdBackward0 = derivative(
    "ProdBackward0",
    args="shape",
    self=lambda g, self, result, shape: g * _product_of_others(self, result, None),
)
ProdBackward1 = derivative(
    "ProdBackward1",
    args="shape dim keepdim",
    self=lambda g, self, result, shape, dim, keepdim: (
        unreduced(g, shape, dim, keepdim)
        * _product_of_others(self, unreduced(result, shape, dim, keepdim), dim[0] if dim else None)
    ),
)
VarBackward0 = derivative(
    "VarBackward0",
    args="shape dim correction keepdim",
    self=lambda g, self, shape, dim, correction, keepdim: _var_slope(
        g, self, shape, dim, correction, keepdim
    ),
)
StdBackward0 = derivative(
    "StdBackward0",
    args="shape dim correction keepdim",
    self=lambda g, self, result, shape, dim, correction, keepdim: _var_slope(
        _over(g, 2 * result), self, shape, dim, correction, keepdim
    ),
)
LogsumexpBackward0 = derivative(
    "LogsumexpBackward0",
    args="shape dim keepdim",
    self=lambda g, self, result, shape, dim, keepdim: (
        unreduced(g, shape, dim, keepdim) * both.exp(self - unreduced(result, shape, dim, keepdim))
    ),
)
SoftmaxBackward0 = derivative(
    "SoftmaxBackward0",
    args="dim",
    self=lambda g, result, dim: (p := g * result) - result * both.total(p, dim),
)
LogSoftmaxBackward0 = derivative(
    "LogSoftmaxBackward0", args="dim", self=lambda g, result, dim: g - both.exp(result) * both.total(g, dim)
)
LinalgVectorNormBackward0 = derivative(
    "LinalgVectorNormBackward0",
    args="order shape dim keepdim",
    self=lambda g, self, result, order, shape, dim, keepdim: _norm_slope(
        unreduced(g, shape, dim, keepdim), self, unreduced(result, shape, dim, keepdim), order, dim
    ),
)


def _over(g: Any, divisor: Any) -> Any:
    """Divide; 0 where the divisor is 0."""
    return both.keep(g / divisor, both.plain(divisor) != 0)


def _product_of_others(value: Any, result: Any, dim: int | None) -> Any:
    """Return, for each element, the product of all others: the quotient, or (with a zero) multiplied anew."""
    if both.plain(value).all():
        return result / value
    shape = tuple(value.shape)
    flat = value.reshape((1, -1)) if dim is None else value.swapaxes(dim, -1).reshape((-1, shape[dim]))
    count = flat.shape[-1]
    columns = []
    for at in range(count):
        product = 1
        for other in range(count):
            if other != at:
                product = product * flat[:, other]
        columns.append(product + 0 * flat[:, at])
    joined = both.stack(columns, 1)
    if dim is None:
        return joined.reshape(shape)
    moved = tuple(
        shape[-1] if axis == dim else shape[dim] if axis == len(shape) - 1 else size
        for axis, size in enumerate(shape)
    )
    return joined.reshape(moved).swapaxes(dim, -1)


def _var_slope(g: Any, value: Any, shape: Any, dim: Any, correction: float, keepdim: bool) -> Any:
    count = _count(shape, dim)
    scale = (
        2.0 / (count - correction) if count > correction else math.nan if count == correction else math.inf
    )
    return (scale * unreduced(g, shape, dim, keepdim)) * (value - both.average(value, dim))


def _norm_slope(g: Any, value: Any, result: Any, order: float, dim: Any) -> Any:
    if order == 0:
        return both.zeros_like(value)
    if order == 1:
        return g * both.sign(value)
    if order == 2:
        return value * _over(g + both.zeros_like(result), result)
    if math.isinf(order):
        size = both.absolute(value)
        reached = both.plain(size) == both.plain(result)
        return g * both.sign(value) * both.like(reached / reached.sum(axis=dim, keepdims=True), g)
    scaled = value * both.absolute(value) ** (order - 2)
    return scaled * _over(g + both.zeros_like(result), result ** (order - 1))


@public
def prod(input: Tensor, dim: int | None = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Return the product of all elements, or along a dimension."""
    if dim is not None and not isinstance(dim, int):
        raise TypeError("prod")
    if dtype is not None:
        input = input.to(dtype)
    x = input._array
    want = xp.int64 if x.dtype.kind in "biu" and dtype is None else x.dtype
    if dim is None:
        return record(ProdBackward0, xp.prod(x, dtype=want), (input,), (x.shape,))
    axes = (axis_of(dim, x.ndim),)
    array = xp.prod(x, axis=axes, dtype=want, keepdims=keepdim) if x.ndim else x.astype(want)
    return record(ProdBackward1, array, (input,), (x.shape, axes if x.ndim else None, keepdim))


def _spread_arguments(dim: Any, unbiased: Any, correction: Any) -> tuple[Any, float]:
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if correction is None:
        correction = 1 if unbiased is None else int(unbiased)
    return dim, correction


def _variance(name: str, input: Tensor, dim: Any, correction: float, keepdim: bool) -> tuple[Any, Any]:
    x = input._array
    if x.dtype.kind not in "fc":
        raise RuntimeError("std and var only support floating point and complex dtypes")
    axes = axes_of(dim, x.ndim)
    count = _count(x.shape, axes)
    if count - correction <= 0:
        warnings.warn(
            f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor (input "
            "numel divided by output numel).",
            UserWarning,
            stacklevel=5,
        )
    mean = x.mean(axis=axes, keepdims=True) if x.ndim else x
    deviation = x - mean
    total = (deviation * deviation).sum(axis=axes if x.ndim else None, keepdims=keepdim and x.ndim > 0)
    return xp.asarray(total / xp.asarray(max(count - correction, 0), x.dtype)), (axes if x.ndim else None)


@public
def var(
    input: Tensor, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = None
) -> Tensor:
    """Return the variance of all elements, or over dimensions."""
    dim, correction = _spread_arguments(dim, unbiased, correction)
    array, axes = _variance("var", input, dim, correction, keepdim)
    return record(VarBackward0, array, (input,), (input._array.shape, axes, correction, keepdim))


@public
def std(
    input: Tensor, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = None
) -> Tensor:
    """Return the standard deviation of all elements, or over dimensions."""
    dim, correction = _spread_arguments(dim, unbiased, correction)
    array, axes = _variance("std", input, dim, correction, keepdim)
    return record(StdBackward0, xp.sqrt(array), (input,), (input._array.shape, axes, correction, keepdim))


@function
def var_mean(
    input: Tensor, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = None
) -> Any:
    """Return variance and mean."""
    dim, correction = _spread_arguments(dim, unbiased, correction)
    return var(input, dim, keepdim=keepdim, correction=correction), input.mean(dim, keepdim)


@function
def std_mean(
    input: Tensor, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = None
) -> Any:
    """Return standard deviation and mean."""
    dim, correction = _spread_arguments(dim, unbiased, correction)
    return std(input, dim, keepdim=keepdim, correction=correction), input.mean(dim, keepdim)


def _along(input: Tensor, dim: int, dtype: Any, name: str) -> tuple[Tensor, int]:
    if dtype is not None:
        input = input.to(dtype)
    axis = axis_of(dim, input._array.ndim)
    if input._array.dtype.kind not in "fc":
        last = "_lastdim" if axis == max(input._array.ndim - 1, 0) else ""
        raise NotImplementedError(f"\"{name}{last}_kernel_impl\" not implemented for '{input.dtype.scalar}'")
    return input, axis


def _softmax_of(x: Array, axis: int) -> Array:
    if not x.ndim:
        return xp.ones_like(x)
    powers: Array = xp.exp(x - x.max(axis=axis, keepdims=True)) if x.size else x.copy()
    powers /= powers.sum(axis=axis, keepdims=True)
    return powers


@public
def softmax(input: Tensor, dim: int, dtype: Any = None) -> Tensor:
    """Return e**x divided by the sum of all of them along a dimension."""
    input, axis = _along(input, dim, dtype, "softmax")
    return record(SoftmaxBackward0, _softmax_of(input._array, axis), (input,), (axis,))


@public
def log_softmax(input: Tensor, dim: int, dtype: Any = None) -> Tensor:
    """Return the logarithm of the softmax along a dimension."""
    input, axis = _along(input, dim, dtype, "log_softmax")
    x = input._array
    if not x.ndim:
        array = xp.zeros_like(x)
    else:
        shifted = x - x.max(axis=axis, keepdims=True) if x.size else x
        array = shifted - xp.log(xp.exp(shifted).sum(axis=axis, keepdims=True))
    return record(LogSoftmaxBackward0, array, (input,), (axis,))


@public
def logsumexp(input: Tensor, dim: Any, keepdim: bool = False, *, out: Any = None) -> Tensor:
    """Return the logarithm of the sum of e**x over dimensions."""
    x = input._array
    if x.dtype.kind not in "fc":
        x = x.astype(dtypes.get_default_dtype().numpy)
    axes = axes_of(dim, x.ndim)
    axes = axes if x.ndim else None
    top = x.max(axis=axes, keepdims=True, initial=-math.inf) if x.ndim else x
    top = xp.where(xp.isfinite(top), top, xp.zeros((), x.dtype))
    total = xp.log(xp.exp(x - top).sum(axis=axes, keepdims=x.ndim > 0)) + top
    array = total if keepdim or not x.ndim else total.squeeze(axes)
    return finish_out(
        "logsumexp", record(LogsumexpBackward0, array, (input,), (x.shape, axes, keepdim)), out, input
    )


def vector_norm(
    input: Tensor, ord: Any = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """Return the norm of the elements as a vector, or over dimensions."""
    if dtype is not None:
        input = input.to(dtype)
    x = input._array
    if x.dtype.kind not in "fc":
        raise RuntimeError(
            f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {input.dtype.scalar}"
        )
    axes = axes_of(dim, x.ndim) if x.ndim else None
    order = float(ord)
    array = _norm_of(xp.absolute(x), order, axes, keepdim and x.ndim > 0)
    return record(LinalgVectorNormBackward0, array, (input,), (order, x.shape, axes, keepdim))


def _norm_of(x: Array, order: float, axes: Any, keepdim: bool) -> Any:
    if order == 2:
        return xp.sqrt((x * x).sum(axis=axes, keepdims=keepdim))
    if order == math.inf:
        return x.max(axis=axes, keepdims=keepdim)
    if order == -math.inf:
        return x.min(axis=axes, keepdims=keepdim)
    if order == 0:
        return (x != 0).sum(axis=axes, keepdims=keepdim).astype(x.dtype)
    return (x**order).sum(axis=axes, keepdims=keepdim) ** xp.asarray(1 / order, x.dtype)


@public
def norm(input: Tensor, p: Any = "fro", dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Tensor:
    """Return the norm of order `p` of all elements, or over dimensions."""
    return vector_norm(input, 2 if p in ("fro", None) else p, dim, keepdim, dtype=dtype)


def _truth(name: str, compute: Callable[..., Any]) -> None:
    def reduce_truth(input: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
        x = input._array
        axes = axes_of(dim, x.ndim) if x.ndim else (None if dim is None else axes_of(dim, 0) and None)
        found = xp.asarray(compute(x, axis=axes, keepdims=keepdim and x.ndim > 0))
        return wrap(found.astype(xp.uint8) if x.dtype == xp.uint8 else found.astype(bool))

    reduce_truth.__name__ = name
    reduce_truth.__doc__ = f"Tell whether {name} elements are true, or over dimensions."
    public(reduce_truth)


_truth("all", xp.all)
_truth("any", xp.any)


@public
def count_nonzero(input: Tensor, dim: Any = None) -> Tensor:
    """Return how many elements are not zero."""
    return wrap(xp.asarray(xp.count_nonzero(input._array, axis=axes_of(dim, input._array.ndim))))


@public
def nansum(input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Return the sum of the elements that are not nan."""
    x = input._array
    axes = axes_of(dim, x.ndim)
    array = xp.nansum(x, axis=axes, keepdims=keepdim, dtype=xp.int64 if x.dtype.kind in "biu" else None)
    return record(NansumBackward0, array, (input,), (x.shape, axes, keepdim))


NansumBackward0 = derivative(
    "NansumBackward0",
    args="shape dim keepdim",
    self=lambda g, self, shape, dim, keepdim: both.keep(
        spread(g, shape, dim, keepdim), ~xp.isnan(both.plain(self))
    ),
)


@public
def nanmean(input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Return the mean of the elements that are not nan."""
    known = ~xp.isnan(input._array)
    counted = known.sum(axis=axes_of(dim, input._array.ndim), keepdims=keepdim)
    result: Tensor = nansum(input, dim, keepdim) / wrap(xp.asarray(counted))
    return result


@function
def aminmax(input: Tensor, *, dim: Any = None, keepdim: bool = False) -> Any:
    """Return the smallest and the largest element, or those along a dimension."""
    axes: Any = () if dim is None else dim
    return structured("aminmax", min=input.amin(axes, keepdim), max=input.amax(axes, keepdim))
