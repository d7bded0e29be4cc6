"""The derivatives of normalising functions, recorded as torch records them: one node each, and steps for groups."""

from __future__ import annotations

import math
from typing import Any

from .. import both
from ..backend import xp
from ..graph import derivative
from ..tensor import Tensor
from .backward_kernels import composite_kernel

__all__ = [
    "NativeBatchNormBackward0",
    "NativeBatchNormEvalBackward0",
    "NativeGroupNormBackward0",
    "NativeLayerNormBackward0",
    "channelwise",
    "normalised",
]


def normalised(x: Any, axes: Any, eps: float) -> tuple[Any, Any]:
    """Return the input with mean 0 and variance 1 over the axes, and the factor used."""
    centred = x - both.average(x, axes)
    factor = 1 / both.sqrt(both.average(centred * centred, axes) + eps)
    return centred * factor, factor


def _input_slope(g: Any, x: Any, weight: Any, axes: Any, eps: float, shape: Any) -> Any:
    scaled = g if weight is None else g * weight.reshape(shape)
    unit, factor = normalised(x, axes, eps)
    return factor * (scaled - both.average(scaled, axes) - unit * both.average(scaled * unit, axes))


def _weight_slope(g: Any, x: Any, axes: Any, eps: float, shape: Any, size: Any) -> Any:
    return both.sum_to(g * normalised(x, axes, eps)[0], shape).reshape(size)


def _as(value: Any, model: Any) -> Any:
    """Return a value in the dtype of a model, which may have been multiplied by wider numbers."""
    return value if value.dtype == model.dtype else both.cast(value, both.plain(model).dtype)


def _slopes(
    g: Any, x: Any, weight: Any, needs: tuple[bool, ...], axes: Any, eps: float, shape: Any, size: Any
) -> list[Any]:
    return [
        _as(_input_slope(g, x, weight, axes, eps, shape), x) if needs[0] else None,
        _as(_weight_slope(g, x, axes, eps, shape, size), weight) if needs[1] else None,
        _bias_slope(g, weight, shape, size) if needs[2] else None,
    ]


def _bias_slope(g: Any, weight: Any, shape: Any, size: Any) -> Any:
    """Return the gradient of a bias, which has the dtype of the weight beside it."""
    summed = both.sum_to(g, shape).reshape(size)
    return summed if weight is None else _as(summed, weight)


def _in_own_types(slopes: list[Any], *models: Any) -> list[Any]:
    return [None if each is None else _as(each, model) for each, model in zip(slopes, models, strict=True)]


# The moments and parameters that torch hands on as well count among the inputs of its nodes.
layer_norm_backward = composite_kernel(
    "NativeLayerNormBackwardBackward0",
    lambda g, x, mean, rstd, weight, bias, *more: _in_own_types(
        _slopes(g, x, weight, *more), x, weight, bias
    ),
    "input mean rstd weight bias",
    "needs axes eps shape size",
)
batch_norm_backward = composite_kernel(
    "NativeBatchNormBackwardBackward0",
    lambda g, x, weight, mean, invstd, *more: _slopes(g, x, weight, *more),
    "input weight save_mean save_invstd",
    "needs axes eps shape size",
)


def _fixed_slopes(
    g: Any,
    x: Any,
    weight: Any,
    mean: Any,
    invstd: Any,
    needs: tuple[bool, ...],
    centre: Any,
    factor: Any,
    shape: Any,
    size: Any,
) -> list[Any]:
    of_input = of_weight = None
    if needs[0]:
        of_input = _as(g * both.like(factor, g) * (1 if weight is None else weight.reshape(shape)), x)
    if needs[1]:
        unit = (x - both.like(centre, x)) * both.like(factor, x)
        of_weight = both.sum_to(g * unit, shape).reshape(size)
    return [of_input, of_weight, _bias_slope(g, weight, shape, size) if needs[2] else None]


fixed_norm_backward = composite_kernel(
    "NativeBatchNormBackwardBackward0",
    _fixed_slopes,
    "input weight save_mean save_invstd",
    "needs mean factor shape size",
)


# torch keeps the moments as well, here and below, though it could do without
NativeLayerNormBackward0 = derivative(
    "NativeLayerNormBackward0",
    saves="result1 result2",
    args="axes eps shape size",
    joint=(
        "input weight bias",
        lambda g, needs, input, weight, bias, result1, result2, axes, eps, shape, size: layer_norm_backward(
            g, input, None, None, weight, bias, tuple(needs), axes, eps, shape, size
        ),
    ),
)
_STATISTICS = "result1 result2 running_mean running_var"


def _batch_rule(
    g: Any,
    needs: Any,
    input: Any,
    weight: Any,
    result1: Any,
    result2: Any,
    running_mean: Any,
    running_var: Any,
    axes: Any,
    eps: float,
    shape: Any,
    size: Any,
) -> Any:
    return batch_norm_backward(g, input, weight, None, None, tuple(needs), axes, eps, shape, size)


def _fixed_rule(
    g: Any,
    needs: Any,
    input: Any,
    weight: Any,
    result1: Any,
    result2: Any,
    running_mean: Any,
    running_var: Any,
    mean: Any,
    factor: Any,
    eps: float,
    shape: Any,
    size: Any,
) -> Any:
    return fixed_norm_backward(g, input, weight, None, None, tuple(needs), mean, factor, shape, size)


NativeBatchNormBackward0 = derivative(
    "NativeBatchNormBackward0",
    saves=_STATISTICS,
    args="axes eps shape size",
    joint=("input weight bias", _batch_rule),
)
NativeBatchNormEvalBackward0 = derivative(
    "NativeBatchNormBackward0",
    saves=_STATISTICS,
    args="mean factor eps shape size",
    joint=("input weight bias", _fixed_rule),
)


def channelwise(value: Any) -> tuple[int, ...]:
    return (1, value.shape[1], *[1] * (len(value.shape) - 2))


def _group_slopes(
    g: Any,
    needs: Any,
    input: Any,
    weight: Any,
    result1: Any,
    result2: Any,
    batch: int,
    channels: int,
    area: int,
    groups: int,
    eps: float,
    rows: Any,
) -> list[Any]:
    """Return the gradients of input, weight and bias in the steps that torch takes where they are recorded."""
    if not isinstance(g, Tensor) and g.dtype.itemsize == 2:  # torch's kernel sums in single precision
        g, input = g.astype(xp.float32), input.astype(xp.float32)
    own = channels // groups
    shape = (batch, groups, own, area)
    x, dy = input.reshape(shape), g.reshape(shape)
    mean = both.average(input.reshape(rows), (2,))
    rstd = normalised(input.reshape(rows), (2,), eps)[1].reshape((batch, groups, 1, 1))
    mean = mean.reshape((batch, groups, 1, 1))
    products, sums = both.total(dy * x, 3), both.total(dy, 3)
    of_input = of_weight = of_bias = None
    if needs[0]:
        scale = None if weight is None else weight.reshape((1, groups, own, 1))
        scaled = [each if scale is None else each * scale for each in (products, sums)]
        with_x, alone = [both.total(each, 2) for each in scaled]
        share = 1 / (own * area) if own * area else math.inf
        slope = (alone * mean - with_x) * (rstd * rstd * rstd) * share
        rest = -slope * mean - alone * rstd * share
        of_input = (rstd if scale is None else rstd * scale) * dy + slope * x + rest
        of_input = of_input.reshape(tuple(input.shape))
    if needs[1]:
        of_weight = both.total((products - sums * mean) * rstd, 0).reshape((channels,))
    if needs[2]:
        of_bias = both.total(sums, 0).reshape((channels,))
    return [of_input, of_weight, of_bias]


NativeGroupNormBackward0 = derivative(
    "NativeGroupNormBackward0",
    saves="result1 result2",
    args="N C HxW group eps rows",
    joint=("input weight bias", _group_slopes),
)
