"""Normalisation over a layer's features or over a batch, beside their derivatives."""

from __future__ import annotations

import math
from typing import Any

from .. import both
from ..backend import xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap

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
    "input": lambda g, input, weight, axes, eps, shape: _input_slope(g, input, weight, axes, eps, shape),
    "weight": lambda g, input, axes, eps, shape, size: _weight_slope(g, input, axes, eps, shape, size),
    "bias": lambda g, shape, size: both.sum_to(g, shape).reshape(size),
}
NativeLayerNormBackward0 = derivative(
    "NativeLayerNormBackward0", saves="result1 result2", args="axes eps shape size", **_RULES
)
NativeBatchNormBackward0 = derivative(
    "NativeBatchNormBackward0", saves="result1 result2", args="axes eps shape size", **_RULES
)
_FIXED: dict[str, Any] = {
    "input": lambda g, weight, factor, shape: (
        g * both.like(factor, g) * (1 if weight is None else weight.reshape(shape))
    ),
    "weight": lambda g, input, mean, factor, shape, size: both.sum_to(
        g * ((input - both.like(mean, input)) * both.like(factor, input)), shape
    ).reshape(size),
    "bias": _RULES["bias"],
}
NativeBatchNormEvalBackward0 = derivative("NativeBatchNormBackward0", args="mean factor shape size", **_FIXED)


def layer_norm(
    input: Tensor, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Tensor:
    """Normalise over the last dimensions, then scale and shift each of their elements."""
    x, tail = input._array, tuple(normalized_shape)
    if x.shape[x.ndim - len(tail) :] != tail:
        raise RuntimeError(
            f"Given normalized_shape={list(tail)}, expected input with shape [*, {', '.join(map(str, tail))}], but got "
            f"input of size{list(x.shape)}"
        )
    axes = tuple(range(x.ndim - len(tail), x.ndim))
    shape = (1,) * (x.ndim - len(tail)) + tail
    return _apply(NativeLayerNormBackward0, input, weight, bias, axes, eps, shape, tail)


def _apply(
    kind: Any, input: Tensor, weight: Any, bias: Any, axes: Any, eps: float, shape: Any, size: Any
) -> Tensor:
    x = input._array
    array, factor = _normalised(x, axes, eps)
    if weight is not None:
        array = array * weight._array.reshape(shape)
    if bias is not None:
        array = array + bias._array.reshape(shape)
    extra = (wrap(x.mean(axis=axes, keepdims=True)), wrap(factor))
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
        return _apply(NativeBatchNormBackward0, input, weight, bias, axes, eps, shape, (channels,))
    mean, factor = (
        running_mean._array.reshape(shape).copy(),
        1 / xp.sqrt(running_var._array.reshape(shape) + eps),
    )
    array = (x - mean) * factor
    if weight is not None:
        array = array * weight._array.reshape(shape)
    if bias is not None:
        array = array + bias._array.reshape(shape)
    return record(
        NativeBatchNormEvalBackward0, array, (input, weight, bias), (mean, factor, shape, (channels,))
    )


def group_norm(
    input: Tensor, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Tensor:
    """Normalise over groups of channels, then scale and shift each channel."""
    batch, channels = input._array.shape[:2]
    rows = input.reshape(batch, num_groups, -1)
    unit = layer_norm(rows, (math.prod(rows._array.shape[2:]),), eps=eps).reshape(input._array.shape)
    shape = (1, channels) + (1,) * (input._array.ndim - 2)
    scaled: Tensor = unit if weight is None else unit * weight.reshape(shape)
    return scaled if bias is None else scaled + bias.reshape(shape)


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
    return group_norm(input, input._array.shape[1], weight, bias, eps)
