"""Patches of images as columns, and back: `unfold` and `fold`, beside their derivatives."""

from __future__ import annotations

import math
from typing import Any

from .. import both
from ..backend import xp
from ..graph import derivative
from ..recording import record, requires_recording
from ..tensor import Tensor
from .backward_kernels import moving_kernel
from .broadcasting import row_major
from .window_checks import check_types
from .windows import windows

__all__ = ["fold", "unfold"]

Sizes = tuple[int, ...]
_OTHERS = ("Bool", "ComplexFloat", "ComplexDouble")  # what patches may be of besides floating-point numbers
_SETTINGS = "kernel_size dilation padding stride"


_cut: Any = moving_kernel(
    "Im2ColBackward0",
    lambda g, places, shape: row_major(both.take_or_zero(g, places)),
    lambda grad, places, shape: _laid(grad, places, shape),
    "places shape",
)
_laid: Any = moving_kernel(
    "Col2ImBackward0",
    lambda g, places, shape: both.put_or_drop(g, places, shape),
    lambda grad, places, shape: _cut(grad, places, shape),
    "places shape",
)
Im2ColBackward0 = derivative(
    "Im2ColBackward0",
    args=f"places shape {_SETTINGS}",
    self=lambda g, places, shape: _laid(g, places, shape),
)
Col2ImBackward0 = derivative(
    "Col2ImBackward0", args=f"places made {_SETTINGS}", self=lambda g, places, made: _cut(g, places, made)
)


def _pair(value: Any) -> Sizes:
    return (value, value) if isinstance(value, int) else tuple(value)


def _settings(kernel_size: Any, dilation: Any, padding: Any, stride: Any) -> list[Sizes]:
    given = [_pair(each) for each in (kernel_size, dilation, padding, stride)]
    names = ("kernel", "dilation", "padding", "stride")
    for name, values in zip(names, given, strict=True):
        if len(values) != 2:
            raise RuntimeError(f"It is expected {name}_size equals to 2, but got size {len(values)}")
        least = 0 if name == "padding" else 1
        if min(values) < least:
            short = "pad" if name == "padding" else name
            word = "non-negative" if name == "padding" else "greater than zero"
            raise RuntimeError(
                f"{name}{' size' * (name == 'kernel')} should be {word}, but got {short}_height: {values[0]} {short}_width: {values[1]}"
            )
    return given


def _places(shape: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes) -> tuple[Any, Sizes]:
    """Return where each place of each patch of each channel stands in the images, and how many patches there are."""
    spatial, outs = windows(shape[2:], kernel, stride, padding, dilation)
    planes = (xp.arange(shape[0] * shape[1]) * math.prod(shape[2:])).reshape(shape[0], shape[1], 1, 1)
    places = xp.where(spatial.T < 0, -1, planes + spatial.T)
    return places.reshape(shape[0], shape[1] * math.prod(kernel), spatial.shape[0]), outs


def unfold(input: Tensor, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:
    """Return the patches of images as columns: (batch, channels * places of a patch, patches)."""
    kernel, spread, border, step = _settings(kernel_size, dilation, padding, stride)
    shape = input._array.shape
    if len(shape) < 3:  # one of these dimensions is not there
        for dim in (-1, -2, 1, 2) if requires_recording(input) else (1, 2):
            input.size(dim)
    if len(shape) not in (3, 4) or 0 in shape[-3:]:
        raise RuntimeError(
            "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, "
            f"but got: {list(shape)}"
        )
    batch = input._array if len(shape) == 4 else input._array[None]
    outs = [
        (size + 2 * pad - (wide * (k - 1) + 1)) // move + 1
        for size, k, wide, pad, move in zip(shape[-2:], kernel, spread, border, step, strict=True)
    ]
    if min(outs) < 1:
        raise RuntimeError(
            f"Given input with spatial size ({shape[-2]}, {shape[-1]}), kernel_size=({kernel[0]}, {kernel[1]}), "
            f"dilation=({spread[0]}, {spread[1]}), padding=({border[0]}, {border[1]}), "
            f"calculated shape of the array of sliding blocks as ({outs[0]}, {outs[1]}), but its components must be at "
            "least one."
        )
    places, _ = _places(batch.shape, kernel, step, border, spread)
    places = places if len(shape) == 4 else places[0]
    check_types("im2col_out_cpu", input, *_OTHERS)
    array = row_major(both.take_or_zero(input._array, places))
    return record(Im2ColBackward0, array, (input,), (places, shape, kernel, spread, border, step))


def fold(
    input: Tensor, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Tensor:
    """Return images as the sums of patches that are columns: the way back from `unfold`."""
    kernel, spread, border, step = _settings(kernel_size, dilation, padding, stride)
    sizes, shape = _pair(output_size), input._array.shape
    if len(shape) not in (2, 3) or 0 in shape[-2:]:
        raise RuntimeError(
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, "
            f"but got: {list(shape)}"
        )
    rows = math.prod(kernel)
    if shape[-2] % rows:
        raise RuntimeError(
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got "
            f"input.size(1)={shape[-2]} and kernel_size=({kernel[0]}, {kernel[1]})."
        )
    made = (shape[0] if len(shape) == 3 else 1, shape[-2] // rows, *sizes)
    places, outs = _places(made, kernel, step, border, spread)
    if math.prod(outs) != shape[-1]:
        raise RuntimeError(
            f"Given output_size=({sizes[0]}, {sizes[1]}), kernel_size=({kernel[0]}, {kernel[1]}), dilation=({spread[0]}, "
            f"{spread[1]}), padding=({border[0]}, {border[1]}), stride=({step[0]}, {step[1]}), expected size of input's "
            f"dimension 2 to match the calculated number of sliding blocks {outs[0]} * {outs[1]} = {math.prod(outs)}, but "
            f"got input.size(2)={shape[-1]}."
        )
    if len(shape) == 2:
        places, made = places[0], made[1:]
    check_types("col2im_out_cpu", input, *_OTHERS)
    array = both.put_or_drop(input._array, places, made)
    return record(Col2ImBackward0, array, (input,), (places, made, kernel, spread, border, step))
