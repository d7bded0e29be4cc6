"""Variances, standard deviations and means over dimensions, beside their derivatives."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

from .. import both, dtypes
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record, record_several
from ..tensor import Tensor
from .broadcasting import row_major
from .reductions import _count, as_given, axes_of, quotient, spread_mean, unreduced
from .registry import function, public

__all__: list[str] = []


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
        quotient(g, result * 2), self, shape, dim, correction, keepdim
    ),
)


def _var_slope(g: Any, value: Any, shape: Any, dim: Any, correction: float | None, keepdim: bool) -> Any:
    correction = 1 if correction is None else correction
    if not both.plain(value).size and not isinstance(value, Tensor):
        return both.zeros_like(value)
    if not shape or dim is None:
        freedom = math.prod(shape) - correction
        centre = value.mean()
        if freedom <= 0:
            same = both.plain(value) == both.plain(centre)
            kind = dtypes.get_default_dtype()._numpy  # of numbers that torch chooses from
            return g * both.like(xp.where(same, math.nan, math.inf).astype(kind), g)
        return g * (2.0 / freedom) * (value - centre)
    freedom = math.prod([shape[axis] for axis in dim]) - correction  # of no dimension given, one element
    scale = 2.0 / freedom if freedom else math.inf
    return unreduced(g, shape, dim, keepdim) * scale * (value - both.average(value, dim))


def _spread_arguments(dim: Any, unbiased: Any, correction: Any) -> tuple[Any, float | None]:
    """Return the dimensions and the correction; None, which stands for 1, where all elements are meant."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if correction is None and (unbiased is not None or dim is not None):
        correction = 1 if unbiased is None else int(unbiased)
    return dim, correction


def _variance(
    name: str, input: Tensor, dim: Any, correction: float | None, keepdim: bool
) -> tuple[Array, Array, Any]:
    """Return variance, mean and the dimensions."""
    correction = 1 if correction is None else correction
    x = input._array
    if x.dtype.kind not in "fc":
        what = "std and var" if name in ("std", "var") else name
        raise RuntimeError(f"{what} only support floating point and complex dtypes")
    axes = axes_of(dim, x.ndim)
    axes = axes if x.ndim else None
    keep = keepdim and x.ndim > 0
    count = _count(x.shape, axes)
    mean = xp.asarray(x.sum(axis=axes, keepdims=True) / xp.asarray(count, x.dtype)) if x.ndim else x
    deviation = x - mean
    squares = deviation * deviation if x.dtype.kind == "f" else deviation.real**2 + deviation.imag**2
    total = xp.asarray(squares.sum(axis=axes, keepdims=keep))
    if count - correction <= 0 or not total.size:
        warnings.warn(
            f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor (input "
            "numel divided by output numel).",
            UserWarning,
            stacklevel=5,
        )
    freedom = max(count - correction, 0)
    spread = row_major(
        xp.asarray(total / xp.asarray(freedom, total.dtype) if x.size else xp.full_like(total, math.nan))
    )
    return spread, row_major(mean.reshape(spread.shape)), as_given(dim)


@public
def var(
    input: Tensor, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = None
) -> Tensor:
    """Return the variance of all elements, or over dimensions."""
    dim, correction = _spread_arguments(dim, unbiased, correction)
    array, _, axes = _variance("var", input, dim, correction, keepdim)
    return record(VarBackward0, array, (input,), (input._array.shape, axes, correction, keepdim))


@public
def std(
    input: Tensor, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = None
) -> Tensor:
    """Return the standard deviation of all elements, or over dimensions."""
    dim, correction = _spread_arguments(dim, unbiased, correction)
    array, _, axes = _variance("std", input, dim, correction, keepdim)
    return record(StdBackward0, xp.sqrt(array), (input,), (input._array.shape, axes, correction, keepdim))


@function
def var_mean(
    input: Tensor, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = None
) -> Any:
    """Return variance and mean."""
    dim, correction = _spread_arguments(dim, unbiased, correction)
    spread, mean, axes = _variance("var_mean", input, dim, correction, keepdim)
    args = (input._array.shape, axes, correction, keepdim)
    return record_several(VarMeanBackward0, (spread, mean), (input,), args)


@function
def std_mean(
    input: Tensor, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *, correction: Any = None
) -> Any:
    """Return standard deviation and mean."""
    dim, correction = _spread_arguments(dim, unbiased, correction)
    spread, mean, axes = _variance("std_mean", input, dim, correction, keepdim)
    args = (input._array.shape, axes, correction, keepdim)
    return record_several(StdMeanBackward0, (xp.sqrt(spread), mean), (input,), args)


def _both_moments(
    grads: Any, of_spread: Callable[[Any], Any], shape: Any, dim: Any, keepdim: bool
) -> list[Any]:
    """Add up what the gradients of a variance (or deviation) and of a mean send back."""
    spread, mean = grads
    found = None if spread is None else of_spread(spread)
    if mean is not None:
        part = spread_mean(mean, shape, dim, keepdim)
        found = part if found is None else found + part
    return [found]


def _var_mean_slope(
    grads: Any, needs: Any, self: Any, shape: Any, dim: Any, correction: float | None, keepdim: bool
) -> list[Any]:
    def slope(g: Any) -> Any:
        return _var_slope(g, self, shape, dim, correction, keepdim)

    return _both_moments(grads, slope, shape, dim, keepdim)


def _std_mean_slope(
    grads: Any,
    needs: Any,
    self: Any,
    result: Any,
    shape: Any,
    dim: Any,
    correction: float | None,
    keepdim: bool,
) -> list[Any]:
    def slope(g: Any) -> Any:
        return _var_slope(quotient(g, result * 2), self, shape, dim, correction, keepdim)

    return _both_moments(grads, slope, shape, dim, keepdim)


VarMeanBackward0 = derivative(
    "VarMeanBackward0", args="shape dim correction keepdim", joint=("self", _var_mean_slope)
)


StdMeanBackward0 = derivative(
    "StdMeanBackward0", args="shape dim correction keepdim", joint=("self", _std_mean_slope)
)
