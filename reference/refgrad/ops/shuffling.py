"""Channels and pixels in another order: `pixel_shuffle`, `pixel_unshuffle`, `channel_shuffle`."""

from __future__ import annotations

from typing import Any

from ..backend import Array, xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor
from .backward_kernels import moving_kernel
from .registry import function

__all__ = ["channel_shuffle", "pixel_shuffle", "pixel_unshuffle"]


def _spread(value: Array, factor: int) -> Array:
    """Return channels in groups of factor * factor as images of one channel that are larger by the factor."""
    *lead, channels, height, width = value.shape
    if channels % factor**2:
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but "
            f"input.size(-3)={channels} is not divisible by {factor**2}"
        )
    parts = value.reshape((*lead, channels // factor**2, factor, factor, height, width))
    parts = parts.transpose(*range(len(lead) + 1), -2, -4, -1, -3)
    return parts.reshape((*lead, channels // factor**2, height * factor, width * factor))


def _gathered(value: Array, factor: int) -> Array:
    """Return images as smaller ones with more channels: the inverse of `_spread`; nothing as it is."""
    if not value.size:
        return value
    *lead, channels, height, width = value.shape
    parts = value.reshape((*lead, channels, height // factor, factor, width // factor, factor))
    parts = parts.transpose(*range(len(lead) + 1), -3, -1, -4, -2)
    return parts.reshape((*lead, channels * factor**2, height // factor, width // factor))


def _regrouped(value: Any, groups: int) -> Any:
    """Return the channels with the first of each group first."""
    batch, channels, *rest = value.shape
    parts = value.reshape((batch, groups, channels // groups, *rest)).swapaxes(1, 2)
    return parts.reshape((batch, channels, *rest))


_spread_out: Any = moving_kernel(
    "PixelShuffleBackward0",
    lambda g, upscale_factor: _spread(g, upscale_factor),
    lambda grad, upscale_factor: _gathered_in(grad, upscale_factor),
    "upscale_factor",
)
_gathered_in: Any = moving_kernel(
    "PixelUnshuffleBackward0",
    lambda g, downscale_factor: _gathered(g, downscale_factor),
    lambda grad, downscale_factor: _spread_out(grad, downscale_factor),
    "downscale_factor",
)
PixelShuffleBackward0 = derivative(
    "PixelShuffleBackward0",
    args="upscale_factor",
    self=lambda g, upscale_factor: _gathered_in(g, upscale_factor),
)
PixelUnshuffleBackward0 = derivative(
    "PixelUnshuffleBackward0",
    args="downscale_factor",
    self=lambda g, downscale_factor: _spread_out(g, downscale_factor),
)


def _dealt_back(g: Any, groups: int) -> Any:
    back = g.shape[1] // groups
    _check_groups(back)
    return _dealt(g, back)


_dealt: Any = moving_kernel(
    "ChannelShuffleBackward0",
    lambda g, groups: _regrouped(g, groups),
    lambda grad, groups: _dealt_back(grad, groups),
    "groups",
)


def _check_groups(groups: int) -> None:
    if groups <= 0:
        raise RuntimeError(
            f"Number of groups to divide channels in must be positive. Value of groups:{groups}"
        )


ChannelShuffleBackward0 = derivative("ChannelShuffleBackward0", args="groups", self=_dealt_back)


def _check_images(name: str, input: Tensor, what: str, factor: int) -> None:
    if input._array.ndim < 3:
        raise RuntimeError(
            f"{name} expects input to have at least 3 dimensions, but got input with {input._array.ndim} dimension(s)"
        )
    if factor <= 0:
        raise RuntimeError(f"{name} expects a positive {what}, but got {factor}")


@function
def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:
    """Return images `upscale_factor` times as large, made of that many squared channels each."""
    _check_images("pixel_shuffle", input, "upscale_factor", upscale_factor)
    array = xp.array(_spread(input._array, upscale_factor), order="C")
    return record(PixelShuffleBackward0, array, (input,), (upscale_factor,))


@function
def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:
    """Return smaller images with more channels: the inverse of `pixel_shuffle`."""
    _check_images("pixel_unshuffle", input, "downscale_factor", downscale_factor)
    for name, at in (("height", -2), ("width", -1)):
        size = input._array.shape[at]
        if size % downscale_factor:
            raise RuntimeError(
                f"pixel_unshuffle expects {name} to be divisible by downscale_factor, but input.size({at})={size} is "
                f"not divisible by {downscale_factor}"
            )
    array = xp.array(_gathered(input._array, downscale_factor), order="C")
    return record(PixelUnshuffleBackward0, array, (input,), (downscale_factor,))


@function
def channel_shuffle(input: Tensor, groups: int) -> Tensor:
    """Return the channels dealt out anew: the first of each of `groups` groups, then the second of each, ..."""
    shape = input._array.shape
    if len(shape) <= 2:
        raise RuntimeError(
            f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(shape)}"
        )
    _check_groups(groups)
    if shape[1] % groups:
        raise RuntimeError(
            f"Number of channels must be divisible by groups. Got {shape[1]} channels and {groups} groups."
        )
    array = xp.array(_regrouped(input._array, groups), order="C")
    return record(ChannelShuffleBackward0, array, (input,), (groups,))
