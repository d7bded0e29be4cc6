"""Pooling over one or two dimensions, beside its derivatives: a gather, of which the mean or the largest is taken."""

from __future__ import annotations

import math
from typing import Any

from .. import both
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record, requires_recording
from ..tensor import Tensor, wrap
from .backward_kernels import backward_kernel
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
from .windows import channels_innermost, extent, is_channels_last, parts, windows

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "avg_pool1d",
    "avg_pool2d",
    "max_pool1d",
    "max_pool2d",
]

Sizes = tuple[int, ...]
_INTEGERS = ("Byte", "Char", "Int", "Long", "Short")

max_pool2d_backward = backward_kernel(
    "MaxPool2DWithIndicesBackwardBackward0",
    lambda g, x, chosen: both.put_flat(g, chosen, tuple(x.shape)),
    args="chosen",
    adjoint=lambda grad, x, chosen: both.take_flat(grad, chosen),
)


def _to_windows(g: Any, x: Any, places: Array, divisor: Array) -> Any:
    shares = (g / both.like(divisor, g)).reshape((*g.shape, 1))
    return both.put_or_drop(both.expand(shares, places.shape), places, tuple(x.shape))


def _from_windows(grad: Any, x: Any, places: Array, divisor: Array) -> Any:
    return both.take_or_zero(grad, places).sum(-1) / both.like(divisor, grad)


avg_pool2d_backward = backward_kernel(
    "AvgPool2DBackwardBackward0", _to_windows, args="places divisor", adjoint=_from_windows
)
adaptive_avg_pool2d_backward = backward_kernel(
    "AdaptiveAvgPool2DBackwardBackward0", _to_windows, args="places divisor", adjoint=_from_windows
)


def _adaptive_slope(g: Any, self: Any, places: Array, divisor: Array) -> Any:
    refuse_empty_outputs(tuple(g.shape))
    return adaptive_avg_pool2d_backward(g, self, places, divisor)


MaxPool2DWithIndicesBackward0 = derivative(
    "MaxPool2DWithIndicesBackward0",
    saves="result1",
    args="chosen kernel_size stride padding dilation ceil_mode",
    self=lambda g, self, result1, chosen: max_pool2d_backward(g, self, chosen),
)
AvgPool2DBackward0 = derivative(
    "AvgPool2DBackward0",
    args="places divisor kernel_size stride padding ceil_mode count_include_pad divisor_override",
    self=lambda g, self, places, divisor: avg_pool2d_backward(g, self, places, divisor),
)
AdaptiveAvgPool2DBackward0 = derivative(
    "AdaptiveAvgPool2DBackward0", args="places divisor", self=_adaptive_slope
)


# ---- where windows stand -------------------------------------------------------------------------------------------


def _sizes(value: Any, count: int) -> Sizes:
    """Return a setting as the sizes that C++ gets: a number stands for one along each dimension."""
    return (() if value is None else tuple(value)) if not isinstance(value, int) else (value,) * count


def _pair(values: Sizes) -> Sizes:
    return values * 2 if len(values) == 1 else values


def _in_all(shape: Sizes, spatial: Array, outs: Sizes) -> Array:
    """Return spatial positions of each image as positions in the whole input: (..., out positions, places)."""
    lead = shape[:-2]
    planes = (xp.arange(math.prod(lead)) * math.prod(shape[-2:])).reshape(*lead, 1, 1)
    return xp.where(spatial < 0, -1, planes + spatial).reshape(*lead, *outs, spatial.shape[1])


class _Window:
    """The settings of a pool over images, checked, and where its windows stand."""

    def __init__(
        self, name: str, input: Tensor, given: dict[str, Any], ceil: bool, divisor: int | None = None
    ) -> None:
        sizes = {what: _sizes(value, 2) for what, value in given.items()}
        check_pool2d(name, input, sizes, divisor)
        self.shown = [_pair(each) for each in sizes.values()]
        kernel, stride, padding, dilation = [*self.shown, (1, 1)][:4]
        stride = stride or kernel
        shape = input._array.shape
        check_windows(shape, kernel, stride, padding, dilation)
        outs = tuple(
            [
                extent(size, k, step, pad, spread, ceil)
                for size, k, step, pad, spread in zip(
                    shape[-2:], kernel, stride, padding, dilation, strict=True
                )
            ]
        )
        check_windows(shape, kernel, stride, padding, dilation, outs)
        spatial, self.outs = windows(shape[-2:], kernel, stride, padding, dilation, ceil)
        self.places = _in_all(shape, spatial, self.outs)
        self.kernel, self.stride, self.padding = kernel, stride, padding

    def areas(self, size: Sizes) -> Array:
        """Return how many places of each window lie in the image or the border around it."""
        spans = []
        for at in range(2):
            start = xp.arange(self.outs[at]) * self.stride[at] - self.padding[at]
            spans.append(xp.minimum(start + self.kernel[at], size[at] + self.padding[at]) - start)
        return spans[0][:, None] * spans[1]


def _check_types(name: str, input: Tensor, *scalars: str) -> None:
    check_types(f"{name}_channels_last" if _innermost(input._array) else name, input, *scalars)


def _innermost(x: Array) -> bool:
    return x.ndim == 4 and is_channels_last(x)


def _laid_out(array: Array, x: Array) -> Array:
    """Return what was made of images with the channels innermost where theirs are."""
    return channels_innermost(array) if _innermost(x) else array


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
            found = _largest(array, (1, *kernel), (1, step), (0, *border), (1, *spread), ceil_mode)
            values = wrap(found[0][..., 0, :])
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


def _largest(
    x: Array, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, ceil: bool
) -> tuple[Array, Array]:
    """Return the largest element of each window of images, and where it stands among all elements."""
    spatial, outs = windows(x.shape[-2:], kernel, stride, padding, dilation, ceil)
    return _chosen(x, _in_all(x.shape, spatial, outs))


def _chosen(x: Array, places: Array) -> tuple[Array, Array]:
    if not places.size:
        empty = xp.zeros(places.shape[:-1], xp.int64)
        return empty.astype(x.dtype), empty
    flat = x.reshape(-1)
    least = -xp.inf if x.dtype.kind == "f" else xp.iinfo(x.dtype).min
    values = xp.where(places < 0, xp.asarray(least, x.dtype), flat[places])
    best = values.argmax(axis=-1)
    unknown = xp.isnan(values)
    if unknown.any():  # of several nan, the last one is taken
        last = values.shape[-1] - 1 - unknown[..., ::-1].argmax(axis=-1)
        best = xp.where(unknown.any(axis=-1), last, best)
    chosen = xp.take_along_axis(places, best[..., None], -1)[..., 0]
    return flat[chosen], chosen


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
    window = _Window("max_pool2d", input, given, ceil_mode)
    _check_types("max_pool2d", input, *_INTEGERS)
    x = input._array
    array, chosen = _chosen(x, window.places)
    inside = wrap(_laid_out(chosen % max(math.prod(x.shape[-2:]), 1), x))
    kept = (chosen, *window.shown, ceil_mode)
    result = record(MaxPool2DWithIndicesBackward0, _laid_out(array, x), (input,), kept, (inside,))
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
    window = _Window("avg_pool2d", input, given, ceil_mode, divisor_override)
    _check_types("avg_pool2d", input, "Long")
    x = input._array
    if divisor_override is not None:
        counted = xp.asarray(divisor_override)
    elif count_include_pad:
        counted = window.areas(x.shape[-2:])
    else:
        counted = (window.places >= 0).sum(axis=-1)
    array, shares = _means(x, window.places, counted)
    kept = (window.places, shares, *window.shown, ceil_mode, count_include_pad, divisor_override)
    return record(AvgPool2DBackward0, _laid_out(array, x), (input,), kept)


def _means(x: Array, places: Array, counted: Array) -> tuple[Array, Array]:
    """Return the sum of each window divided by a count, and the counts as the dtype of the elements."""
    sums = both.take_or_zero(x, places).sum(axis=-1, dtype=x.dtype)
    shares = counted.astype(x.dtype)
    if x.dtype.kind != "f":  # C++ rounds towards 0
        return xp.trunc(sums / shares).astype(x.dtype), shares
    return sums / shares, shares


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
        if _innermost(x):
            batch, channels = x.shape[:2]
            mean = mean.as_strided((batch, channels, 1, 1), (channels, 1, channels, channels))
        return mean
    places = _in_all(x.shape, parts(x.shape[-2:], outs), outs)
    if places.size:
        _check_types("adaptive_avg_pool2d", input)
    array, shares = _means(x, places, (places >= 0).sum(axis=-1))
    return record(AdaptiveAvgPool2DBackward0, _laid_out(array, x), (input,), (places, shares))
