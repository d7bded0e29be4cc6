"""Normalisation over a layer's features or over a batch, beside their derivatives."""

from __future__ import annotations

import math
from typing import Any

from .. import both
from ..backend import xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap
from .broadcasting import row_major

__all__ = ["batch_norm", "group_norm", "instance_norm", "layer_norm"]


def _normalised(x: Any, axes: Any, eps: float) -> tuple[Any, Any]:
    """Return the input with mean 0 and variance 1 over the axes, and the factor used."""
    centred = x - both.average(x, axes)
    factor = 1 / both.sqrt(both.average(centred * centred, axes) + eps)
    return centred * factor, factor


def _input_slope(g: Any, x: Any, weight: Any, axes: Any, eps: float, shape: Any) -> Any:
    scaled = g if weight is None else g * weight.reshape(shape)
    unit, factor = _normalised(x, axes, eps)
    return factor * (scaled - both.average(scaled, axes) - unit * both.average(scaled * unit, axes))


def _weight_slope(g: Any, x: Any, axes: Any, eps: float, shape: Any, size: Any) -> Any:
    return both.sum_to(g * _normalised(x, axes, eps)[0], shape).reshape(size)


_RULES: dict[str, Any] = {
    # torch keeps the moments and the bias as well, though it could do without
    "input": lambda g, input, weight, bias, result1, result2, axes, eps, shape: _input_slope(
        g, input, weight, axes, eps, shape
    ),
    "weight": lambda g, input, axes, eps, shape, size: _weight_slope(g, input, axes, eps, shape, size),
    "bias": lambda g, shape, size: both.sum_to(g, shape).reshape(size),
}
_BATCH = _RULES | {
    "input": lambda g, input, weight, running_mean, running_var, result1, result2, axes, eps, shape: (
        _input_slope(g, input, weight, axes, eps, shape)
    ),
}
NativeLayerNormBackward0 = derivative(
    "NativeLayerNormBackward0", saves="result1 result2", args="axes eps shape size", **_RULES
)
NativeBatchNormBackward0 = derivative(
    "NativeBatchNormBackward0",
    saves="result1 result2 running_mean running_var",
    args="axes eps shape size",
    **_BATCH,
)
_FIXED: dict[str, Any] = {
    "input": lambda g, weight, running_mean, running_var, result1, result2, factor, shape: (
        g * both.like(factor, g) * (1 if weight is None else weight.reshape(shape))
    ),
    "weight": lambda g, input, mean, factor, shape, size: both.sum_to(
        g * ((input - both.like(mean, input)) * both.like(factor, input)), shape
    ).reshape(size),
    "bias": _RULES["bias"],
}
NativeBatchNormEvalBackward0 = derivative(
    "NativeBatchNormBackward0",
    saves="result1 result2 running_mean running_var",
    args="mean factor eps shape size",
    **_FIXED,
)


def _group_slope(g: Any, x: Any, weight: Any, rows: Any, eps: float) -> Any:
    scaled = g if weight is None else g * weight.reshape(_channelwise(g))
    return _input_slope(scaled.reshape(rows), x.reshape(rows), None, (2,), eps, None).reshape(tuple(g.shape))


def _channelwise(value: Any) -> tuple[int, ...]:
    return (1, value.shape[1], *[1] * (len(value.shape) - 2))


NativeGroupNormBackward0 = derivative(
    "NativeGroupNormBackward0",
    saves="result1 result2",
    args="N C HxW group eps rows",
    input=lambda g, input, weight, result1, result2, rows, eps: _group_slope(g, input, weight, rows, eps),
    weight=lambda g, input, rows, eps: both.sum_to(
        g * _normalised(input.reshape(rows), (2,), eps)[0].reshape(tuple(g.shape)), _channelwise(g)
    ).reshape((-1,)),
    bias=lambda g: both.sum_to(g, _channelwise(g)).reshape((-1,)),
)


def layer_norm(
    input: Tensor, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Tensor:
    """Normalise over the last dimensions, then scale and shift each of their elements."""
    x, tail = input._array, tuple(normalized_shape)
    if not tail:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
            "normalized_shape = []"
        )
    if x.shape[x.ndim - len(tail) :] != tail:
        raise RuntimeError(
            f"Given normalized_shape={list(tail)}, expected input with shape [*, {', '.join(map(str, tail))}], but got "
            f"input of size{list(x.shape)}"
        )
    if x.dtype.kind != "f":
        raise NotImplementedError(f"\"LayerNormKernelImpl\" not implemented for '{input.dtype._scalar}'")
    axes = tuple(range(x.ndim - len(tail), x.ndim))
    shape = (1,) * (x.ndim - len(tail)) + tail
    return _apply(NativeLayerNormBackward0, input, weight, bias, axes, eps, shape, tail)


def _apply(
    kind: Any,
    input: Tensor,
    weight: Any,
    bias: Any,
    axes: Any,
    eps: float,
    shape: Any,
    size: Any,
    *running: Any,
) -> Tensor:
    x = input._array
    mean = both.average(x, axes)
    array, factor = _normalised(x, axes, eps)
    if weight is not None:
        array = array * weight._array.reshape(shape)
    if bias is not None:
        array = array + bias._array.reshape(shape)
    moments = [each if kind is NativeLayerNormBackward0 else each.reshape(-1) for each in (mean, factor)]
    extra = (*map(wrap, moments), *running)
    if kind is NativeLayerNormBackward0:
        array = row_major(array)
    return record(kind, array, (input, weight, bias), (axes, eps, shape, size), extra)


def batch_norm(
    input: Tensor,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Normalise each channel over the batch (or by the running statistics), then scale and shift it."""
    x = input._array
    channels = x.shape[1]
    axes = (0, *range(2, x.ndim))
    shape = (1, channels) + (1,) * (x.ndim - 2)
    count = x.size // max(channels, 1)
    if training and count <= 1:
        raise ValueError(
            f"Expected more than 1 value per channel when training, got input size {input.shape}"
        )
    for name, each in (("running_mean", running_mean), ("running_var", running_var)):
        if each is not None and each._array.shape != (channels,):
            raise RuntimeError(f"{name} should contain {channels} elements not {each._array.size}")
    if training or running_mean is None:
        if running_mean is not None:
            running_mean._array += momentum * (x.mean(axis=axes) - running_mean._array)
            running_var._array += momentum * (x.var(axis=axes, ddof=1) - running_var._array)
        running = running_mean, running_var
        return _apply(NativeBatchNormBackward0, input, weight, bias, axes, eps, shape, (channels,), *running)
    mean, factor = (
        running_mean._array.reshape(shape).copy(),
        1 / xp.sqrt(running_var._array.reshape(shape) + eps),
    )
    array = (x - mean) * factor
    if weight is not None:
        array = array * weight._array.reshape(shape)
    if bias is not None:
        array = array + bias._array.reshape(shape)
    nothing = wrap(xp.zeros(0, x.dtype))
    extra = (nothing, nothing, running_mean, running_var)
    kept = (mean, factor, eps, shape, (channels,))
    return record(NativeBatchNormEvalBackward0, array, (input, weight, bias), kept, extra)


def group_norm(
    input: Tensor, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Tensor:
    """Normalise over groups of channels, then scale and shift each channel."""
    if input.dim() < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {input.dim()}")
    x = input._array
    batch, channels = x.shape[:2]
    if channels % num_groups:
        raise RuntimeError(
            f"Expected number of channels in input to be divisible by num_groups, but got input of shape {list(x.shape)} "
            f"and num_groups={num_groups}"
        )
    rows = x.reshape(batch, num_groups, -1)
    unit, factor = _normalised(rows, (2,), eps)
    array = unit.reshape(x.shape)
    if weight is not None:
        array = array * weight._array.reshape(_channelwise(x))
    if bias is not None:
        array = array + bias._array.reshape(_channelwise(x))
    kept = (batch, channels, math.prod(x.shape[2:]), num_groups, eps, rows.shape)
    extra = (wrap(rows.mean(axis=2)), wrap(factor[..., 0]))
    return record(NativeGroupNormBackward0, array, (input, weight, bias), kept, extra)


def instance_norm(
    input: Tensor,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Normalise each channel of each sample by itself."""
    x = input._array
    batch, channels = x.shape[:2]
    planes = input.contiguous().view(1, batch * channels, *x.shape[2:])
    weight, bias = [None if each is None else each.repeat(batch) for each in (weight, bias)]
    mean, var = [None if each is None else each.repeat(batch) for each in (running_mean, running_var)]
    unit = batch_norm(planes, mean, var, weight, bias, use_input_stats, momentum, eps)
    for kept, each in ((running_mean, mean), (running_var, var)):
        if each is not None:
            kept.detach().copy_(each.view(batch, channels).mean(0))
    shown: Tensor = unit.view(x.shape)
    return shown
