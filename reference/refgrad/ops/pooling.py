"""Pooling over one or two dimensions, beside its derivatives: a gather, of which the mean or the largest is taken."""

from __future__ import annotations

import math
from typing import Any

from ..recording import record, requires_recording
from ..tensor import Tensor, wrap
from .holomorphic import refuse_complex_gradient
from .pool_windows import (
    INTEGERS,
    PoolWindows,
    Sizes,
    check_image_types,
    extents,
    in_all,
    is_innermost,
    laid_out,
    largest,
    means,
    of_largest,
    of_means,
    settings,
)
from .registry import function
from .window_checks import (
    check_adaptive,
    check_one,
    check_pool1d,
    check_pool2d,
    check_rank1d,
    check_types,
    check_windows,
    refuse_empty_outputs,
)
from .windows import extent, parts

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "avg_pool1d",
    "avg_pool2d",
    "max_pool1d",
    "max_pool2d",
]

MaxPool2DWithIndicesBackward0 = of_largest(
    "MaxPool2DWithIndices", "kernel_size stride padding dilation ceil_mode"
)
AvgPool2DBackward0 = of_means(
    "AvgPool2D", "kernel_size stride padding ceil_mode count_include_pad divisor_override"
)
AdaptiveAvgPool2DBackward0 = of_means("AdaptiveAvgPool2D", check=refuse_empty_outputs)


# ---- what is checked of images ---------------------------------------------------------------------------------------


def _sizes(value: Any, count: int) -> Sizes:
    """Return a setting as the sizes that C++ gets: a number stands for one along each dimension."""
    return (() if value is None else tuple(value)) if not isinstance(value, int) else (value,) * count


def _pair(values: Sizes) -> Sizes:
    return values * 2 if len(values) == 1 else values


def _window(
    name: str, input: Tensor, given: dict[str, Any], ceil: bool, divisor: int | None = None
) -> PoolWindows:
    """Check the settings of a pool over images, and return its windows."""
    sizes = {what: _sizes(value, 2) for what, value in given.items()}
    check_pool2d(name, input, sizes, divisor)
    shown, shape = [_pair(each) for each in sizes.values()], input._array.shape
    check_windows(shape, *settings(shown))
    check_windows(shape, *settings(shown), extents(shape, shown, ceil))
    return PoolWindows(shape, shown, ceil)


# ---- the largest ---------------------------------------------------------------------------------------------------


def max_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Return the largest element of each window; with `return_indices` also where it stands in its row."""
    kernel, steps, border, spread = [_sizes(each, 1) for each in (kernel_size, stride, padding, dilation)]
    if not return_indices:
        check_pool1d(input, kernel, steps or None, border, spread)
        step = (steps or kernel)[0]
        count = extent(input._array.shape[-1], kernel[0], step, border[0], spread[0], ceil_mode)
        if count <= 0:
            raise RuntimeError(f"max_pool1d() Invalid computed output size: {count}")
        if not requires_recording(input):
            check_types("max_pool1d_impl", input)
            array = input._array[..., None, :]
            shown = [(1, *kernel), (1, step), (0, *border), (1, *spread)]
            found, _ = largest(array, PoolWindows(array.shape, shown, ceil_mode).places)
            values = wrap(found[..., 0, :])
            if array.ndim == 3:
                values._counter = [1]  # torch takes its batch dimension off again in place
            return values
    steps = steps or kernel
    check_rank1d("max_pool1d", input)
    check_one("max_pool1d", kernel_size=kernel, stride=steps, padding=border, dilation=spread)
    pooled = max_pool2d(
        input.unsqueeze(-2), (1, *kernel), (1, *steps), (0, *border), (1, *spread), ceil_mode, True
    )
    values, places = [each.squeeze(-2) for each in pooled]
    return (values, places) if return_indices else values


def max_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Return the largest element of each window; with `return_indices` also where it stands in its image."""
    given = {"kernel_size": kernel_size, "stride": stride, "padding": padding, "dilation": dilation}
    window = _window("max_pool2d", input, given, ceil_mode)
    check_image_types("max_pool2d", input, *INTEGERS)
    x = input._array
    array, chosen = largest(x, window.places)
    inside = wrap(laid_out(chosen % max(math.prod(x.shape[-2:]), 1), x))
    kept = (chosen, *window.shown, ceil_mode)
    result = record(MaxPool2DWithIndicesBackward0, laid_out(array, x), (input,), kept, (inside,))
    return (result, inside) if return_indices else result


# ---- the mean ------------------------------------------------------------------------------------------------------


@function
def avg_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Return the mean of each window."""
    kernel, steps, border = [_sizes(each, 1) for each in (kernel_size, stride, padding)]
    steps = steps or kernel
    check_rank1d("avg_pool1d", input)
    check_one("avg_pool1d", kernel_size=kernel, stride=steps, padding=border)
    rows = input.unsqueeze(-2)
    pooled = avg_pool2d(rows, (1, *kernel), (1, *steps), (0, *border), ceil_mode, count_include_pad)
    found: Tensor = pooled.squeeze(-2)
    return found


def avg_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: Any = None,
) -> Tensor:
    """Return the mean of each window, or its sum divided by `divisor_override`."""
    given = {"kernel_size": kernel_size, "stride": stride, "padding": padding}
    window = _window("avg_pool2d", input, given, ceil_mode, divisor_override)
    check_image_types("avg_pool2d", input, "Long")
    x = input._array
    array, shares = means(x, window.places, window.counted(count_include_pad, divisor_override))
    kept = (window.places, shares, *window.shown, ceil_mode, count_include_pad, divisor_override)
    return record(AvgPool2DBackward0, laid_out(array, x), (input,), kept)


@function
def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor:
    """Return means over as many windows as asked for."""
    sizes = _sizes(output_size, 1)
    check_rank1d("adaptive_avg_pool1d", input)
    check_one("adaptive_avg_pool1d", output_size=sizes)
    found: Tensor = _adaptive(input.unsqueeze(-2), (1, *sizes)).squeeze(-2)
    return found


def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """Return means over as many windows as asked for; None asks for as many as there are rows or columns."""
    own = input.size()
    if isinstance(output_size, tuple | list):
        if len(own) <= len(output_size):
            raise ValueError(f"Input dimension should be at least {len(output_size) + 1}")
        output_size = [
            have if want is None else want
            for want, have in zip(output_size, own[-len(output_size) :], strict=True)
        ]
    return _adaptive(input, _sizes(output_size, 2))


def _adaptive(input: Tensor, outs: Sizes) -> Tensor:
    """Average over windows that cut rows and columns into so many parts, which may overlap."""
    x = input._array
    check_adaptive(x.shape, outs)
    if outs == (1, 1):
        mean: Tensor = input.mean((-1, -2), keepdim=True)
        if is_innermost(x):
            batch, channels = x.shape[:2]
            mean = mean.as_strided_((batch, channels, 1, 1), (channels, 1, channels, channels))
        return mean
    places = in_all(x.shape, parts(x.shape[-2:], outs), outs)
    if places.size:
        check_image_types("adaptive_avg_pool2d", input)
    refuse_complex_gradient("_adaptive_avg_pool2d", input)
    array, shares = means(x, places, (places >= 0).sum(axis=-1))
    return record(AdaptiveAvgPool2DBackward0, laid_out(array, x), (input,), (places, shares))
