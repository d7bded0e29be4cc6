"""What convolution and pooling refuse before they look at a number: sizes and settings of their windows."""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor

__all__ = ["check_pool1d", "check_pool2d", "check_ranks", "check_windows"]

_BATCHED = "3D or 4D (batch mode) tensor"


def check_ranks(name: str, ndim: int, input: Tensor, weight: Tensor) -> None:
    """Refuse input and kernel of a convolution with another number of dimensions than it has."""
    x, w = input._array.shape, weight._array.shape
    if len(w) < 3:
        raise RuntimeError("weight should have at least three dimensions")
    if len(x) not in (ndim + 1, ndim + 2):
        raise RuntimeError(
            f"Expected {ndim + 1}D (unbatched) or {ndim + 2}D (batched) input to {name}, but got input of size: {list(x)}"
        )


def check_pool1d(name: str, input: Tensor, kernel: int, stride: int, padding: int) -> None:
    """Refuse a signal that is none, and windows that lead nowhere."""
    shape = input._array.shape
    if name == "avg_pool1d":
        if len(shape) not in (2, 3):
            raise RuntimeError(
                f"Expected 2 to 3 dimensions, but got {len(shape)}-dimensional tensor for argument #1 'self' (while "
                "checking arguments for avg_pool1d)"
            )
        return
    if len(shape) not in (2, 3):
        raise RuntimeError(
            "max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but "
            f"got:{list(shape)}"
        )
    for what, value in (("kernel_size", kernel), ("stride", stride)):
        if value <= 0:
            raise RuntimeError(f"max_pool1d() {what} must be greater than zero, but got {value}")
    if padding < 0:
        raise RuntimeError(f"max_pool1d() padding must be non-negative, but got {padding}")
    if padding > kernel // 2:
        raise RuntimeError(
            f"max_pool1d() padding should be at most half of kernel size, but got padding={padding} and "
            f"kernel_size={kernel}"
        )


def check_pool2d(name: str, input: Tensor, **settings: Any) -> None:
    """Refuse settings that are not one or two numbers, and an image that is none."""
    for what, value in settings.items():
        if isinstance(value, tuple | list) and len(value) not in ((0, 1, 2) if what == "stride" else (1, 2)):
            order = {"stride": "must either be omitted, a", "dilation": "must be either a"}
            raise RuntimeError(
                f"{name}: {what} {order.get(what, 'must either be a')} single int, or a tuple of two ints"
            )
    shape = input._array.shape
    if name == "avg_pool2d":
        input.size(-3)
    elif len(shape) not in (3, 4):
        raise RuntimeError(f"non-empty {_BATCHED} expected for input")
    if len(shape) not in (3, 4) or 0 in shape[-3:]:
        raise RuntimeError(
            f"Expected {_BATCHED} with optional 0 dim batch size for input, but got:{list(shape)}"
        )


def check_windows(
    kernel: tuple[int, ...], stride: tuple[int, ...], padding: tuple[int, ...], dilation: tuple[int, ...]
) -> None:
    """Refuse windows over an image without size or step, and a border of more than half a window."""
    if 0 in stride:
        raise RuntimeError("stride should not be zero")
    for what, letter, values in (("kernel size", "k", kernel), ("dilation", "dilation", dilation)):
        if min(values) <= 0:
            raise RuntimeError(
                f"{what} should be greater than zero, but got {letter}H: {values[0]} {letter}W: {values[1]}"
            )
    for size, pad, spread in zip(kernel, padding, dilation, strict=True):
        if pad > ((size - 1) * spread + 1) // 2:
            raise RuntimeError(
                f"pad should be at most half of effective kernel size, but got pad={pad}, kernel_size={size} and "
                f"dilation={spread}"
            )
