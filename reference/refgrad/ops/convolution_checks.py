"""What a convolution refuses before it looks at a number, in the order in which torch looks."""

from __future__ import annotations

from typing import Any

from .. import dtypes
from ..tensor import Tensor
from .shape import type_in_messages

__all__ = [
    "check_bias_type",
    "check_complex_types",
    "check_convolution",
    "check_empty",
    "check_kernel_types",
    "check_rank",
    "check_same",
    "check_same_types",
    "is_fast",
    "per_dimension",
    "sizes_given",
]

Sizes = tuple[int, ...]


def sizes_given(value: Any, count: int) -> Sizes:
    """Return a setting as the sizes that C++ gets: a number stands for one along each dimension."""
    return tuple(value) if isinstance(value, tuple | list) else (value,) * count


def per_dimension(name: str, value: Sizes, count: int) -> Sizes:
    """Return a setting along each dimension of the kernel; RuntimeError where there are fewer or more."""
    if len(value) == 1:
        return value * count
    if len(value) != count:
        raise RuntimeError(
            f"expected {name} to be a single integer value or a list of {count} values to match the convolution "
            f"dimensions, but got {name}={list(value)}"
        )
    return value


def check_bias_type(input: Tensor, bias: Tensor) -> None:
    """Refuse a bias of another dtype than the input's."""
    if bias._array.dtype != input._array.dtype:
        raise RuntimeError(
            f"Input type ({dtypes.c_name(input.dtype)}) and bias type ({dtypes.c_name(bias.dtype)}) should be the same"
        )


def check_rank(name: str, ndim: int, input: Tensor) -> None:
    """Refuse an input that is neither one signal, image or volume nor a batch of them."""
    shape = input._array.shape
    if len(shape) not in (ndim + 1, ndim + 2):
        raise RuntimeError(
            f"Expected {ndim + 1}D (unbatched) or {ndim + 2}D (batched) input to {name}, but got input of size: "
            f"{list(shape)}"
        )


def check_complex_types(input: Tensor, weight: Tensor, bias: Any, more: str = "") -> None:
    """Refuse a weight or bias of another dtype than the input's, which is complex."""
    for what, each in (("weight", weight), ("bias", bias)):
        if each is not None and each._array.dtype != input._array.dtype:
            raise RuntimeError(
                f"Input type ({type_in_messages(input)}) and {what} type ({type_in_messages(each)}) should be the same"
                + (more and f"{more}{what} is a dense tensor")
            )


def check_same(input: Tensor, weight: Tensor, settings: dict[str, Any]) -> None:
    """Refuse what cannot be given a border that keeps its size."""
    sizes, size = weight._array.shape, input._array.shape
    if len(sizes) <= 2:
        raise RuntimeError("weight should have at least three dimensions")
    if settings["groups"] <= 0:
        raise RuntimeError("non-positive groups is not supported")
    _check_dimensions(size, sizes, "")
    for name in ("stride", "dilation"):
        if len(settings[name]) not in (1, len(sizes) - 2):
            raise RuntimeError(f"{name} cannot broadcast to {len(sizes) - 2} dimensions")
    if any(step != 1 for step in settings["stride"]):
        raise RuntimeError("padding='same' is not supported for strided convolutions")


def _check_dimensions(input: Sizes, weight: Sizes, space: str = " ") -> None:
    if len(input) != len(weight):
        raise RuntimeError(
            f"Expected {len(weight)}-dimensional input for {len(weight)}-dimensional weight{space}{list(weight)}, but "
            f"got {len(input)}-dimensional input of size {list(input)} instead"
        )


def check_convolution(
    input: Tensor, weight: Tensor, bias: Any, stride: Sizes, padding: Sizes, dilation: Sizes, groups: int
) -> None:
    """Refuse sizes and settings that do not go together."""
    x, w = input._array.shape, weight._array.shape
    _check_numbers(stride, padding, dilation, groups)
    _check_dimensions(x, w)
    _check_channels(x, w, groups)
    if bias is not None and bias._array.shape != w[:1]:
        raise RuntimeError(
            f"Given weight of size {list(w)}, expected bias to be 1-dimensional with {w[0]} elements, but got bias of "
            f"size {list(bias._array.shape)} instead"
        )
    padded = [size + 2 * pad for size, pad in zip(x[2:], padding, strict=True)]
    wide = [spread * (size - 1) + 1 for size, spread in zip(w[2:], dilation, strict=True)]
    if any(size > room for size, room in zip(wide, padded, strict=True)):
        inside, own = [" x ".join(map(str, each)) for each in (padded, wide)]
        raise RuntimeError(
            f"Calculated padded input size per channel: ({inside}). Kernel size: ({own}). Kernel size can't be greater "
            "than actual input size"
        )
    check_empty(x)


def check_empty(x: Sizes) -> None:
    """Refuse images without an element, of which there are some with channels."""
    if 0 in x[2:] and 0 not in x[:2]:
        shown = [*x[:2], 1, *x[2:]] if len(x) == 3 else list(x)
        raise RuntimeError(
            f"Only zero batch or zero channel inputs are supported, but got input shape: {shown}"
        )


def _check_numbers(stride: Sizes, padding: Sizes, dilation: Sizes, groups: int) -> None:
    if min(padding) < 0:
        raise RuntimeError("negative padding is not supported")
    if min(stride) <= 0:
        raise RuntimeError("non-positive stride is not supported")
    if min(dilation) < 0:
        raise RuntimeError("dilation should be greater than zero")
    if groups <= 0:
        raise RuntimeError("non-positive groups is not supported")


def _check_channels(x: Sizes, w: Sizes, groups: int) -> None:
    if w[0] < groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, but got weight of size "
            f"{list(w)} instead"
        )
    if w[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got weight of "
            f"size [{list(w)}] instead"
        )
    if x[1] != w[1] * groups:
        raise RuntimeError(
            f"Given groups={groups}, weight of size {list(w)}, expected input{list(x)} to have {w[1] * groups} "
            f"channels, but got {x[1]} channels instead"
        )


def check_kernel_types(
    input: Tensor, weight: Tensor, bias: Any, stride: Sizes, dilation: Sizes, groups: int
) -> None:
    """Refuse dtypes that torch's kernels do not know or that differ, as the kernel does that it chooses."""
    own, ndim, kernel = input.dtype, len(stride), weight._array.shape[2:]
    if is_fast(input, weight, groups):
        check_complex_types(input, weight, bias, " or input should be a MKLDNN tensor and ")
        if 0 in dilation:
            raise RuntimeError("non-positive dilation is not supported")
    spread = any(step != 1 for step in dilation)
    _check_extents(kernel, dilation, spread)
    unknown = ("Bool", "Byte", "Char", "Int", "Short") if spread else ("Bool",)
    if own._scalar in unknown:
        name = "slow_conv_dilated<>" if spread else "compute_columns3d" if ndim == 3 else "slow_conv2d_cpu"
        raise NotImplementedError(f"\"{name}\" not implemented for '{own._scalar}'")
    check_same_types(input, weight)


def _check_extents(kernel: Sizes, dilation: Sizes, spread: bool) -> None:
    """Refuse a kernel of no size, and one whose places are not apart."""
    if len(kernel) == 1:  # a signal is an image of one row to torch
        kernel, dilation = (1, *kernel), (1, *dilation)
    if 0 in kernel:
        height, width = kernel[-2:]
        shown = (
            f" {list(kernel)}"
            if spread
            else f": {kernel[0]} x {height} x {width} (TxHxW)"
            if len(kernel) == 3
            else f" kernel_height: {height} kernel_width: {width}"
        )
        raise RuntimeError(f"kernel size should be greater than zero, but got{shown}")
    if 0 in dilation:
        raise RuntimeError(f"dilation should be greater than zero, but got {list(dilation)}")


def check_same_types(input: Tensor, *others: Tensor | None) -> None:
    """Refuse operands of other dtypes than the input's as a kernel does that reads their memory."""
    for each in others:
        if each is not None and each._array.dtype != input._array.dtype:
            raise RuntimeError(f"expected scalar type {input.dtype._scalar} but found {each.dtype._scalar}")


def is_fast(input: Tensor, weight: Tensor, groups: int) -> bool:
    """Tell whether torch leaves a convolution to the oneDNN library."""
    x, w = input._array, weight._array.shape
    large = groups > 1 or (w[-1] > 3 and w[-2] > 3 and len(w) > 3) or x.shape[0] > 1 or x.size > 20480
    return bool(x.dtype.itemsize == 4 and x.dtype.kind == "f" and large)
