"""Normalisation over a layer's features or over a batch, beside their derivatives."""

from __future__ import annotations

import math
from typing import Any

from .. import both, dtypes
from ..backend import xp
from ..recording import check_constants, record
from ..tensor import Tensor, wrap
from .broadcasting import row_major
from .indexing import alias_of
from .norm_slopes import (
    NativeBatchNormBackward0,
    NativeBatchNormEvalBackward0,
    NativeGroupNormBackward0,
    NativeLayerNormBackward0,
    channelwise,
    normalised,
)
from .windows import channels_innermost, is_channels_last

__all__ = ["batch_norm", "group_norm", "instance_norm", "layer_norm"]


# ---- what is refused ------------------------------------------------------------------------------------------------


def _check_types(kernel: str, input: Tensor, *parameters: Any) -> None:
    """Refuse dtypes that the kernel does not know, and parameters of another; float32 goes with float16."""
    if not input.dtype.is_floating_point:
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{input.dtype._scalar}'")
    if not _refuse_mixed(input, *parameters):
        for each in parameters:
            if each is not None and each.dtype is not input.dtype:
                raise RuntimeError(
                    f"expected scalar type {input.dtype._scalar} but found {each.dtype._scalar}"
                )


def _refuse_mixed(input: Tensor, *parameters: Any) -> bool:
    """Tell whether parameters have another dtype than the input; RuntimeError where not float32 beside float16."""
    given = [each for each in parameters if each is not None]
    if not given or given[0].dtype is input.dtype:
        return False
    if any(each.dtype is not dtypes.float32 for each in given):
        raise RuntimeError("mixed dtype (CPU): expect parameter to have scalar type of Float")
    if input.dtype.itemsize != 2 or not input.dtype.is_floating_point:
        raise RuntimeError("mixed dtype (CPU): all inputs must share same datatype.")
    return True


def _check_counts(input: Tensor, given: dict[str, Any], training: bool) -> None:
    """Refuse statistics and parameters that are not one number for each channel."""
    features = input._array.shape[1] if input._array.ndim > 1 else 0
    for name, each in given.items():
        running = name.startswith("running")
        if each is None and running and not training:
            raise RuntimeError(f"{name} must be defined in evaluation mode")
        if each is not None and each._array.size != features:
            raise RuntimeError(f"{name} should contain {features} elements not {each._array.size}")
    check_constants("native_batch_norm", running_mean=given["running_mean"], running_var=given["running_var"])


def verify_batch(size: Any, shown: Any) -> None:
    """Refuse to normalise what is one number for each channel."""
    if size[0] * math.prod(size[2:]) == 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {shown}")


def verify_space(size: Any) -> None:
    """Refuse to normalise what is one number for each channel of each sample."""
    if math.prod(size[2:]) == 1:
        raise ValueError(f"Expected more than 1 spatial element when training, got input size {size}")


# ---- over features -------------------------------------------------------------------------------------------------


def layer_norm(
    input: Tensor, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Tensor:
    """Normalise over the last dimensions, then scale and shift each of their elements."""
    return layer_norm_of(input, normalized_shape, weight, bias, eps)


def layer_norm_of(
    input: Tensor,
    normalized_shape: Any,
    weight: Any = None,
    bias: Any = None,
    eps: float = 1e-5,
    cudnn_enable: bool = True,
) -> Tensor:
    """Do what `layer_norm` does, with the arguments of C++."""
    x, tail = input._array, tuple(normalized_shape)
    _refuse_mixed(input, weight, bias)
    if not tail:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
            "normalized_shape = []"
        )
    for name, each in (("weight", weight), ("bias", bias)):
        if each is not None and each._array.shape != tail:
            raise RuntimeError(
                f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape "
                f"{list(each._array.shape)} and normalized_shape = {list(tail)}"
            )
    if x.ndim < len(tail) or x.shape[x.ndim - len(tail) :] != tail:
        raise RuntimeError(
            f"Given normalized_shape={list(tail)}, expected input with shape [*, {', '.join(map(str, tail))}], but got "
            f"input of size{list(x.shape)}"
        )
    _check_types("LayerNormKernelImpl", input, weight, bias)
    axes = tuple(range(x.ndim - len(tail), x.ndim))
    shape = (1,) * (x.ndim - len(tail)) + tail
    return _apply(NativeLayerNormBackward0, input, weight, bias, axes, eps, shape, tail)


def _scaled(array: Any, weight: Any, bias: Any, shape: Any, dtype: Any) -> Any:
    """Return an array times a weight plus a bias."""
    if weight is not None:
        array = array * weight._array.reshape(shape)
    if bias is not None:
        array = array + bias._array.reshape(shape)
    return array.astype(dtype)


def _laid_out(array: Any, x: Any) -> Any:
    """Return images with the channels innermost where theirs are, and row by row elsewhere."""
    return channels_innermost(array) if x.ndim > 3 and is_channels_last(x) else row_major(array)


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
    array, factor = normalised(x, axes, eps)
    array = _scaled(array, weight, bias, shape, x.dtype)
    moments = [each if kind is NativeLayerNormBackward0 else each.reshape(-1) for each in (mean, factor)]
    extra = (*map(wrap, moments), *running)
    array = row_major(array) if kind is NativeLayerNormBackward0 else _laid_out(array, x)
    return record(kind, array, (input, weight, bias), (axes, eps, shape, size), extra)


# ---- over a batch --------------------------------------------------------------------------------------------------


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
    if training:
        verify_batch(input.size(), input.size())
    return batch_norm_of(input, weight, bias, running_mean, running_var, training, momentum, eps)


def batch_norm_of(
    input: Tensor,
    weight: Any,
    bias: Any,
    running_mean: Any,
    running_var: Any,
    training: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool = True,
) -> Tensor:
    """Do what `batch_norm` does, with the arguments of C++."""
    x = input._array
    if not x.size:
        found = input.clone()
        found = found if weight is None else found * weight.select(0, 0)
        shifted: Tensor = found if bias is None else found + bias.select(0, 0)
        return shifted
    running = {"running_mean": running_mean, "running_var": running_var}
    _check_counts(input, {**running, "weight": weight, "bias": bias}, training)
    in_order = x.flags.c_contiguous or (x.ndim > 3 and is_channels_last(x))
    first = next((each for each in (weight, bias, running_mean, running_var) if each is not None), input)
    if training and not in_order and x.dtype.kind not in "fc" and first.dtype is input.dtype:
        input.mean()  # which refuses integers in its own words
    input.size(1)
    if (running_mean is None) != (running_var is None):
        raise ValueError("running_mean and running_var must either both be None or neither be None")
    _check_types("batch_norm", input, weight, bias, running_mean, running_var)
    for each in running.values():
        if each is not None and each._array.ndim != 1:
            raise RuntimeError(f"TensorAccessor expected 1 dims but tensor has {each._array.ndim}")
    axes, channels = (0, *range(2, x.ndim)), x.shape[1]
    shape = (1, channels) + (1,) * (x.ndim - 2)
    if not training:
        return _by_running(input, weight, bias, running_mean, running_var, eps, shape)
    if running_mean is not None:
        count = x.size // channels
        _move(running_mean, x.mean(axis=axes), momentum)
        _move(running_var, x.var(axis=axes) * (count / (count - 1) if count > 1 else xp.nan), momentum)
    return _apply(
        NativeBatchNormBackward0,
        input,
        weight,
        bias,
        axes,
        eps,
        shape,
        (channels,),
        running_mean,
        running_var,
    )


def _move(running: Tensor, seen: Any, momentum: float) -> None:
    """Bring a running statistic nearer to what was seen, which torch does not count as a change."""
    running._array[...] = (momentum * seen + (1 - momentum) * running._array).astype(running._array.dtype)


def _by_running(
    input: Tensor, weight: Any, bias: Any, mean: Tensor, var: Tensor, eps: float, shape: Any
) -> Tensor:
    """Normalise by statistics that are given."""
    x = input._array
    centre, factor = mean._array.reshape(shape).copy(), 1 / xp.sqrt(var._array.reshape(shape) + eps)
    array = _scaled((x - centre) * factor, weight, bias, shape, x.dtype)
    nothing = wrap(xp.zeros(0, x.dtype))
    extra = (nothing, nothing, mean, var)
    kept = (centre, factor, eps, shape, (x.shape[1],))
    return record(NativeBatchNormEvalBackward0, _laid_out(array, x), (input, weight, bias), kept, extra)


# ---- over groups and samples ---------------------------------------------------------------------------------------


def group_norm(
    input: Tensor, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Tensor:
    """Normalise over groups of channels, then scale and shift each channel."""
    if input.dim() < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {input.dim()}")
    size = input.size()
    per_group = [size[0] * size[1] // num_groups, num_groups, *size[2:]]
    verify_batch(per_group, per_group)
    return group_norm_of(input, num_groups, weight, bias, eps)


def group_norm_of(
    input: Tensor,
    num_groups: int,
    weight: Any = None,
    bias: Any = None,
    eps: float = 1e-5,
    cudnn_enabled: bool = True,
) -> Tensor:
    """Do what `group_norm` does, with the arguments of C++."""
    input.size(1)
    _check_groups(input, num_groups, weight, bias)
    kept_format = input._array.ndim > 3 and is_channels_last(input._array)
    input = input if kept_format else input.contiguous()
    weight, bias = [None if each is None else each.contiguous() for each in (weight, bias)]
    _refuse_mixed(input, weight, bias)
    _check_types("GroupNormKernelImpl", input, weight, bias)
    x = input._array
    batch, channels = x.shape[:2]
    area = math.prod(x.shape[2:])
    rows = x.reshape(batch, num_groups, channels // num_groups * area)
    unit, factor = normalised(rows, (2,), eps)
    array = _scaled(unit.reshape(x.shape), weight, bias, channelwise(x), x.dtype)
    kept = (batch, channels, area, num_groups, eps, rows.shape)
    extra = (wrap(both.average(rows, (2,))[..., 0]), wrap(factor[..., 0]))
    return record(NativeGroupNormBackward0, _laid_out(array, x), (input, weight, bias), kept, extra)


def _check_groups(input: Tensor, num_groups: int, weight: Any, bias: Any) -> None:
    shape = list(input._array.shape)
    if num_groups <= 0:
        raise RuntimeError(f"Expected num groups to be greater than 0, got {num_groups}")
    if shape[1] % num_groups:
        raise RuntimeError(
            f"Expected number of channels in input to be divisible by num_groups, but got input of shape {shape} and "
            f"num_groups={num_groups}"
        )
    for name, each in (("weight", weight), ("bias", bias)):
        if each is not None and each._array.shape != (shape[1],):
            shown = [0] if weight is None else list(weight._array.shape)  # also of a wrong bias, in torch
            raise RuntimeError(
                f"Expected {name} to be a vector of size equal to the number of channels in input, but got {name} of "
                f"shape {shown} and input of shape {shape}"
            )


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
    if use_input_stats and math.prod(input.size()[2:]) == 1:
        raise ValueError(f"Expected more than 1 spatial element when training, got input size {input.size()}")
    return instance_norm_of(input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps)


def instance_norm_of(
    input: Tensor,
    weight: Any,
    bias: Any,
    running_mean: Any,
    running_var: Any,
    use_input_stats: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool = True,
) -> Tensor:
    """Do what `instance_norm` does, with the arguments of C++."""
    if not use_input_stats and (running_mean is None or running_var is None):
        raise RuntimeError(
            "Expected running_mean and running_var to be defined when use_input_stats is false"
        )
    batch, channels = input.size(0), input.size(1)
    weight, bias, mean, var = [
        None if each is None else each.repeat(batch) for each in (weight, bias, running_mean, running_var)
    ]
    if mean is not None and var is not None and mean.dtype is not input.dtype:
        mean, var = mean.to(input.dtype), var.to(input.dtype)
    planes = input.contiguous().view(1, batch * channels, *input._array.shape[2:])
    unit = batch_norm_of(planes, weight, bias, mean, var, use_input_stats, momentum, eps)
    for kept, each in ((running_mean, mean), (running_var, var)):
        if each is not None and use_input_stats:
            alias_of(kept).copy_(each.view(batch, channels).mean(0))
    shown: Tensor = unit.view(input._array.shape)
    return shown
