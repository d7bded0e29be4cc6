"""Convolution over one, two or three dimensions, beside its derivatives.

It is a gather and a product: `places` says, for each output position and each place of the kernel, which element
of the input stands there (-1: padding). The gradient of a gather is a scatter to the same places.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

from .. import both, dtypes, storage
from ..backend import Array, xp
from ..grad_mode import like_cpp
from ..graph import Node, derivative
from ..recording import record
from ..tensor import Tensor, wrap
from .backward_kernels import composite_kernel
from .complex import view_as_real
from .convolution_checks import (
    check_bias_type,
    check_complex_types,
    check_convolution,
    check_kernel_types,
    check_rank,
    check_same,
    per_dimension,
    sizes_given,
)
from .rearranging import pad_constant
from .registry import function
from .windows import channels_innermost, is_channels_last, windows

__all__ = ["conv1d", "conv2d", "conv3d"]

Sizes = tuple[int, ...]

SHOWN = "stride padding dilation transposed output_padding bias_sym_sizes_opt"


def kind_of_node(slopes: Any) -> type[Node]:
    """Return the kind of node of a convolution.

    `slopes(grad, input, weight, needs, places, groups)` are the gradients of input, weight and bias.
    """
    kernel = composite_kernel("ConvolutionBackwardBackward0", slopes, "input weight", "needs places groups")

    def rule(
        g: Any, needs: Any, input: Any, weight: Any, places: Any, groups: int, *shown: Any
    ) -> Sequence[Any]:
        return kernel(g, input, weight, tuple(needs), places, groups)

    return derivative(
        "ConvolutionBackward0", args=f"places groups {SHOWN}", joint=("input weight bias", rule)
    )


def bias_slope(g: Any) -> Any:
    """Return the gradient of a bias: the sum of each channel."""
    return both.sum_to(g, (1, g.shape[1]) + (1,) * (g.ndim - 2)).reshape((-1,))


def _slopes(
    g: Any, input: Any, weight: Any, needs: tuple[bool, ...], places: Array, groups: int
) -> list[Any]:
    of_input = of_weight = None
    if needs[0]:
        columns = both.matmul(_rows(weight, groups).swapaxes(-1, -2), _grouped(g, groups))
        of_input = both.put_or_drop(columns, places, tuple(input.shape))
    if needs[1]:
        products = both.matmul(_grouped(g, groups), both.take_or_zero(input, places).swapaxes(-1, -2))
        of_weight = both.sum_to(products, (1, *_rows(weight, groups).shape[1:])).reshape(tuple(weight.shape))
    return [of_input, of_weight, bias_slope(g) if needs[2] else None]


def _no_slopes(
    g: Any, input: Any, weight: Any, needs: tuple[bool, ...], places: Array, groups: int
) -> list[Any]:
    bias = xp.zeros(g.shape[1] or weight.shape[0], both.plain(g).dtype)
    given = (both.plain(input), both.plain(weight), bias)
    return [both.like(_zeros(each), g) if needed else None for each, needed in zip(given, needs, strict=True)]


def _zeros(model: Array) -> Array:
    found = storage.empty_like(model, model.dtype)
    found[...] = 0
    return found


ConvolutionBackward0 = kind_of_node(_slopes)
EmptyConvolutionBackward0 = kind_of_node(_no_slopes)


def _rows(weight: Any, groups: int) -> Any:
    """Return the weight as one matrix for each group."""
    return weight.reshape((1, groups, weight.shape[0] // groups, -1))


def _grouped(g: Any, groups: int) -> Any:
    return g.reshape((g.shape[0], groups, g.shape[1] // groups, -1))


Settings = dict[str, Any]  # stride, padding, dilation, groups


def _convolve(name: str, ndim: int, input: Tensor, weight: Tensor, bias: Any, settings: Settings) -> Tensor:
    named = isinstance(settings["padding"], str)
    if bias is not None and not named:
        check_bias_type(input, bias)
    check_rank(name, ndim, input)
    batched = input if input._array.ndim == ndim + 2 else input.unsqueeze(0)
    settings = {
        key: each if key == "groups" or isinstance(each, str) else sizes_given(each, ndim)
        for key, each in settings.items()
    }
    convolve = _padded if named else _convolution
    if input._array.dtype.kind == "c":
        check_complex_types(input, weight, bias)
        result = of_complex(convolve, batched, weight, bias, settings)
    else:
        result = convolve(batched, weight, bias, settings)
    squeezed: Tensor = result if batched is input else result.squeeze(0)
    return squeezed


@like_cpp
def of_complex(convolve: Any, input: Tensor, weight: Tensor, bias: Any, settings: Settings) -> Tensor:
    """Convolve complex numbers by three products of real ones."""
    pairs = [None if each is None else view_as_real(each.resolve_conj()) for each in (input, weight, bias)]
    parts = [(None, None) if pair is None else [pair.select(-1, at) for at in (0, 1)] for pair in pairs]
    real = convolve(*[part[0] for part in parts], settings)
    imaginary = convolve(*[part[1] for part in parts[:2]], None, settings)
    sums = [None if part[0] is None else part[0] + part[1] for part in parts]
    both_parts = convolve(*sums, settings)
    found: Tensor = real - imaginary + (both_parts - real - imaginary) * 1j
    return found


def _padded(input: Tensor, weight: Tensor, bias: Any, settings: Settings) -> Tensor:
    """Convolve with a border that a word stands for."""
    if settings["padding"] == "valid":
        return _convolution(input, weight, bias, {**settings, "padding": (0,)})
    if settings["padding"] != "same":
        raise RuntimeError(f"Invalid padding string: '{settings['padding']}'")
    check_same(input, weight, settings)
    kernel = weight._array.shape[2:]
    spread = per_dimension("dilation", settings["dilation"], len(kernel))
    borders = [step * (size - 1) for step, size in zip(spread, kernel, strict=True)]
    lopsided = [border % 2 for border in borders]
    if any(lopsided):
        warnings.warn(
            "Using padding='same' with even kernel lengths and odd dilation may require a zero-padded copy of the "
            "input be created",
            UserWarning,
            stacklevel=6,
        )
        more = [width for odd in reversed(lopsided) for width in (0, odd)]
        input = pad_constant(input, tuple(more), 0.0)
    return _convolution(
        input, weight, bias, {**settings, "padding": tuple([border // 2 for border in borders])}
    )


def _convolution(input: Tensor, weight: Tensor, bias: Any, settings: Settings) -> Tensor:
    """Convolve a batch, which lies between two borders of zeros along each dimension."""
    x, w = input._array, weight._array
    ndim, groups = w.ndim - 2, settings["groups"]
    if ndim <= 0:
        raise RuntimeError("weight should have at least three dimensions")
    stride, padding, dilation = [
        per_dimension(key, settings[key], ndim) for key in ("stride", "padding", "dilation")
    ]
    check_convolution(input, weight, bias, stride, padding, dilation, groups)
    shown = (stride, padding, dilation, False, (0,) * ndim, _bias_sizes(bias))
    spatial, outs = windows(x.shape[2:], w.shape[2:], stride, padding, dilation)
    if 0 in x.shape[:2]:
        return of_nothing((input, weight, bias), (w.shape[0], *outs), (groups, *shown))
    check_kernel_types(input, weight, bias, stride, dilation, groups)
    places = _places(x.shape, spatial, groups)
    array = xp.matmul(_rows(w, groups), both.take_or_zero(x, places))
    array = array.reshape(x.shape[0], w.shape[0], *outs)
    if bias is not None:
        array += bias._array.reshape(1, -1, *[1] * ndim).astype(array.dtype)
    kept = (places, groups, *shown)
    return record(ConvolutionBackward0, laid_out(array, x, w), (input, weight, bias), kept)


def of_nothing(operands: tuple[Any, ...], sizes: Sizes, kept: tuple[Any, ...]) -> Tensor:
    """Return what a convolution of no images gives, or of images without channels."""
    input, weight, _ = operands
    x, w = input._array, weight._array
    dtype = dtypes.result_of((input, weight if x.shape[0] else wrap(w.reshape(-1)[0])))._numpy
    array = xp.zeros((x.shape[0], sizes[0] if x.shape[1] else 0, *sizes[1:]), dtype)
    return record(EmptyConvolutionBackward0, array, operands, (xp.zeros(0, xp.int64), *kept))


def laid_out(array: Array, x: Array, w: Array) -> Array:
    """Return a result with its channels innermost where those of an image or of the kernel are."""
    if array.ndim > 4:
        return array
    last = is_channels_last(w) or (x.ndim == 4 and is_channels_last(x))
    return channels_innermost(array) if last else array


def _places(shape: Sizes, spatial: Array, groups: int) -> Array:
    """Return where in the input stands what each place of each window sees: (batch, groups, of a window, windows)."""
    planes = xp.arange(shape[0] * shape[1]) * math.prod(shape[2:])
    planes = planes.reshape(shape[0], groups, shape[1] // groups, 1, 1)
    places = xp.where(spatial.T < 0, -1, planes + spatial.T)
    return places.reshape(shape[0], groups, -1, spatial.shape[0])


def _bias_sizes(bias: Any) -> Sizes:
    """Return the sizes of a bias as torch keeps them: (0,) where there is none."""
    return (0,) if bias is None else tuple(bias._array.shape)


@function
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
    settings = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    return _convolve("conv1d", 1, input, weight, bias, settings)


@function
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
    settings = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    return _convolve("conv2d", 2, input, weight, bias, settings)


@function
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
    settings = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    return _convolve("conv3d", 3, input, weight, bias, settings)
