"""Convolution and pooling over one, two or three dimensions, beside their derivatives.

Each is a gather and a product: `places` says, for each output position and each place of the kernel, which element
of the input stands there (-1: padding). The gradient of a gather is a scatter to the same places.
"""

from __future__ import annotations

import math
from typing import Any

from .. import both, dtypes
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap
from .window_checks import check_pool1d, check_pool2d, check_ranks, check_windows

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "avg_pool1d",
    "avg_pool2d",
    "conv1d",
    "conv2d",
    "conv3d",
    "max_pool1d",
    "max_pool2d",
]

Sizes = tuple[int, ...]

ConvolutionBackward0 = derivative(
    "ConvolutionBackward0",
    args="places groups stride padding dilation transposed output_padding bias_sym_sizes_opt",
    input=lambda g, input, weight, places, groups: both.put_or_drop(
        both.matmul(_rows(weight, groups).swapaxes(-1, -2), _grouped(g, groups)), places, tuple(input.shape)
    ),
    weight=lambda g, input, weight, places, groups: both.sum_to(
        both.matmul(_grouped(g, groups), both.take_or_zero(input, places).swapaxes(-1, -2)),
        (1, *_rows(weight, groups).shape[1:]),
    ).reshape(tuple(weight.shape)),
    bias=lambda g: both.sum_to(g, (1, g.shape[1]) + (1,) * (g.ndim - 2)).reshape((-1,)),
)
_TO_CHOSEN = lambda g, self, result1, chosen: both.put_flat(g, chosen, tuple(self.shape))  # noqa: E731
_POOL = "kernel_size stride padding dilation ceil_mode"
MaxPool2DWithIndicesBackward0 = derivative(
    "MaxPool2DWithIndicesBackward0", saves="result1", args=f"chosen {_POOL}", self=_TO_CHOSEN
)
_TO_WINDOW = lambda g, self, places, divisor: both.put_or_drop(  # noqa: E731
    both.expand((g / both.like(divisor, g))[..., None], places.shape), places, tuple(self.shape)
)
AvgPool2DBackward0 = derivative(
    "AvgPool2DBackward0",
    args="places divisor kernel_size stride padding ceil_mode count_include_pad divisor_override",
    self=_TO_WINDOW,
)


def _rows(weight: Any, groups: int) -> Any:
    """Return the weight as one matrix for each group."""
    return weight.reshape((1, groups, weight.shape[0] // groups, -1))


def _grouped(g: Any, groups: int) -> Any:
    return g.reshape((g.shape[0], groups, g.shape[1] // groups, -1))


def _windows(
    sizes: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, ceil: bool = False
) -> tuple[Array, Sizes]:
    """Return the spatial positions (out positions, kernel places), -1 for padding, and the output sizes."""
    outs, lines = [], []
    for size, k, step, pad, spread in zip(sizes, kernel, stride, padding, dilation, strict=True):
        room = size + 2 * pad - spread * (k - 1) - 1
        count = (-(-room // step) if ceil else room // step) + 1
        if ceil and (count - 1) * step >= size + pad:
            count -= 1
        line = xp.arange(count)[:, None] * step - pad + xp.arange(k) * spread
        outs.append(count)
        lines.append(xp.where((line >= 0) & (line < size), line, -1))
    found = xp.zeros((), xp.int64)
    for axis, (size, line) in enumerate(zip(sizes, lines, strict=True)):
        shape = [1] * (2 * len(sizes))
        shape[axis], shape[len(sizes) + axis] = line.shape
        spread_out = line.reshape(shape)
        found = xp.where((found < 0) | (spread_out < 0), -1, found * size + spread_out)
    return found.reshape(math.prod(outs), math.prod(kernel)), tuple(outs)


def _per_dimension(value: Any, count: int) -> Sizes:
    return (
        (value,) * count
        if isinstance(value, int)
        else tuple(value) * (count if len(tuple(value)) == 1 else 1)
    )


def _check(
    ndim: int, input: Tensor, weight: Tensor, bias: Any, kernel: Sizes, padded: Sizes, groups: int
) -> None:
    x, w = input._array, weight._array
    channels = x.shape[-ndim - 1]
    if channels != w.shape[1] * groups:
        shown = list(x.shape) if x.ndim == ndim + 2 else [1, *x.shape]
        raise RuntimeError(
            f"Given groups={groups}, weight of size {list(w.shape)}, expected input{shown} to have "
            f"{w.shape[1] * groups} channels, but got {channels} channels instead"
        )
    if any(k > size for k, size in zip(kernel, padded, strict=True)):
        inside, own = [" x ".join(map(str, each)) for each in (padded, kernel)]
        raise RuntimeError(
            f"Calculated padded input size per channel: ({inside}). Kernel size: ({own}). Kernel size can't be greater "
            "than actual input size"
        )
    _check_type("weight", input, weight)


def _check_type(what: str, input: Tensor, other: Any) -> None:
    """Refuse a bias or weight of another dtype than the input's."""
    if other is not None and other._array.dtype != input._array.dtype:
        raise RuntimeError(
            f"Input type ({dtypes.c_name(input.dtype)}) and {what} type ({dtypes.c_name(other.dtype)}) should be the same"
        )


def _convolve(
    name: str,
    ndim: int,
    input: Tensor,
    weight: Tensor,
    bias: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
) -> Tensor:
    _check_type("bias", input, bias)
    check_ranks(name, ndim, input, weight)
    kernel = weight._array.shape[2:]
    stride, dilation = _per_dimension(stride, ndim), _per_dimension(dilation, ndim)
    if padding == "same":
        padding = tuple(spread * (k - 1) // 2 for k, spread in zip(kernel, dilation, strict=True))
    padding = _per_dimension(0 if padding == "valid" else padding, ndim)
    padded = tuple(size + 2 * pad for size, pad in zip(input._array.shape[-ndim:], padding, strict=True))
    _check(ndim, input, weight, bias, kernel, padded, groups)
    batched = input if input._array.ndim == ndim + 2 else input.unsqueeze(0)
    x, w = batched._array, weight._array
    spatial, outs = _windows(x.shape[2:], kernel, stride, padding, dilation)
    area = math.prod(x.shape[2:])
    planes = (xp.arange(x.shape[0] * x.shape[1]) * area).reshape(
        x.shape[0], groups, x.shape[1] // groups, 1, 1
    )
    places = xp.where(spatial.T < 0, -1, planes + spatial.T).reshape(x.shape[0], groups, -1, spatial.shape[0])
    columns = both.take_or_zero(x, places)
    array = xp.matmul(_rows(w, groups), columns).reshape(x.shape[0], w.shape[0], *outs)
    if bias is not None:
        array += bias._array.reshape(1, -1, *[1] * ndim)
    kept = (places, groups, stride, padding, dilation, False, (0,) * ndim, _bias_sizes(bias))
    result = record(ConvolutionBackward0, array, (batched, weight, bias), kept)
    squeezed: Tensor = result if batched is input else result.squeeze(0)
    return squeezed


def _bias_sizes(bias: Any) -> Sizes:
    """Return the sizes of a bias as torch keeps them: (0,) where there is none."""
    return (0,) if bias is None else tuple(bias._array.shape)


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """Return the cross-correlation of signals with kernels, summed over channels."""
    return _convolve("conv1d", 1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """Return the cross-correlation of images with kernels, summed over channels."""
    return _convolve("conv2d", 2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(
    input: Tensor,
    weight: Tensor,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """Return the cross-correlation of volumes with kernels, summed over channels."""
    return _convolve("conv3d", 3, input, weight, bias, stride, padding, dilation, groups)


def _pool_places(
    input: Tensor, ndim: int, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil: bool
) -> tuple[Array, Sizes]:
    """Return positions (..., out positions, kernel places) into the whole input, and the output's shape."""
    x = input._array
    kernel = _per_dimension(kernel, ndim)
    steps = kernel if stride is None or stride in ([], ()) else _per_dimension(stride, ndim)
    check_windows(kernel, steps, _per_dimension(padding, ndim), _per_dimension(dilation, ndim))
    spatial, outs = _windows(
        x.shape[-ndim:], kernel, steps, _per_dimension(padding, ndim), _per_dimension(dilation, ndim), ceil
    )
    if min(outs) <= 0:
        given = "x".join(map(str, (x.shape[-ndim - 1], *x.shape[-ndim:])))
        made = "x".join(map(str, (x.shape[-ndim - 1], *outs)))
        raise RuntimeError(
            f"Given input size: ({given}). Calculated output size: ({made}). Output size is too small"
        )
    lead = x.shape[:-ndim]
    planes = (xp.arange(math.prod(lead)) * math.prod(x.shape[-ndim:])).reshape(*lead, 1, 1)
    places = xp.where(spatial < 0, -1, planes + spatial)
    return places.reshape(*lead, *outs, spatial.shape[1]), (*lead, *outs)


def _shown(ndim: int, kernel: Any, stride: Any, padding: Any) -> tuple[Sizes, Sizes, Sizes]:
    """Return kernel, stride and padding as torch keeps them; no stride where none was given."""
    steps = () if stride is None or stride in ([], ()) else _per_dimension(stride, ndim)
    return _per_dimension(kernel, ndim), steps, _per_dimension(padding, ndim)


def _one_dimensional(pool: Any, input: Tensor, kernel: Any, stride: Any, *numbers: Any) -> Any:
    """Pool along the last dimension, as over images of one row."""
    sizes = [(1, *_per_dimension(each, 1)) for each in (kernel, kernel if stride is None else stride)]
    return pool(input.unsqueeze(-2), *sizes, *numbers)


def _max_pool(
    ndim: int,
    input: Tensor,
    kernel: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    ceil: bool,
    indices: bool,
) -> Any:
    places, _ = _pool_places(input, ndim, kernel, stride, padding, dilation, ceil)
    flat = input._array.reshape(-1)
    values = xp.where(places < 0, xp.asarray(-xp.inf, flat.dtype), flat[places])
    chosen = xp.take_along_axis(places, values.argmax(axis=-1)[..., None], -1)[..., 0]
    inside = wrap(chosen % math.prod(input._array.shape[-ndim:]))
    kept = (chosen, *_shown(ndim, kernel, stride, padding), _per_dimension(dilation, ndim), ceil)
    result = record(MaxPool2DWithIndicesBackward0, flat[chosen], (input,), kept, (inside,))
    return (result, inside) if indices else result


def max_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Return the largest element of each window."""
    sizes = [_per_dimension(each, 1)[0] for each in (kernel_size, stride or kernel_size, padding)]
    check_pool1d("max_pool1d", input, *sizes)
    spread = (1, *_per_dimension(dilation, 1))
    border = (0, *_per_dimension(padding, 1))
    found = _one_dimensional(
        max_pool2d, input, kernel_size, stride, border, spread, ceil_mode, return_indices
    )
    return tuple([each.squeeze(-2) for each in found]) if return_indices else found.squeeze(-2)


def max_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Return the largest element of each window."""
    settings = {"kernel_size": kernel_size, "stride": stride, "padding": padding, "dilation": dilation}
    check_pool2d("max_pool2d", input, **settings)
    return _max_pool(2, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def _avg_pool(
    ndim: int,
    input: Tensor,
    kernel: Any,
    stride: Any,
    padding: Any,
    ceil: bool,
    count_pad: bool,
    divisor: Any,
) -> Tensor:
    places, shape = _pool_places(input, ndim, kernel, stride, padding, 1, ceil)
    terms = both.take_or_zero(input._array, places)
    counted = xp.full(shape, places.shape[-1]) if count_pad else (places >= 0).sum(axis=-1)
    shares = xp.asarray(divisor if divisor is not None else counted).astype(terms.dtype)
    kept = (places, shares, *_shown(ndim, kernel, stride, padding), ceil, count_pad, divisor)
    return record(AvgPool2DBackward0, terms.sum(axis=-1) / shares, (input,), kept)


def avg_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Return the mean of each window."""
    check_pool1d("avg_pool1d", input, 1, 1, 0)
    border = (0, *_per_dimension(padding, 1))
    found = _one_dimensional(avg_pool2d, input, kernel_size, stride, border, ceil_mode, count_include_pad)
    pooled: Tensor = found.squeeze(-2)
    return pooled


def avg_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: Any = None,
) -> Tensor:
    """Return the mean of each window."""
    check_pool2d("avg_pool2d", input, kernel_size=kernel_size, stride=stride, padding=padding)
    return _avg_pool(2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def _adaptive(input: Tensor, outs: Sizes) -> Tensor:
    """Average over windows that cut each dimension into so many parts."""
    result = input
    for at, count in enumerate(outs):
        axis = input._array.ndim - len(outs) + at
        size = result._array.shape[axis]
        if size % count == 0:
            parts = result.unflatten(axis, (count, size // count))
            result = parts.mean(axis + 1)
        else:
            cuts = [(i * size // count, -(-(i + 1) * size // count)) for i in range(count)]
            from .joining import stack

            result = stack([result.narrow(axis, low, high - low).mean(axis) for low, high in cuts], axis)
    return result


def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor:
    """Return means over as many windows as asked for."""
    return _adaptive(input, _per_dimension(output_size, 1))


def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """Return means over as many windows as asked for."""
    sizes = _per_dimension(output_size, 2)
    return _adaptive(
        input,
        tuple(
            own if want is None else want for want, own in zip(sizes, input._array.shape[-2:], strict=True)
        ),
    )
