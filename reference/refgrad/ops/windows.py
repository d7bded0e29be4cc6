"""Where windows that move over signals, images and volumes stand, and how images lie in memory."""

from __future__ import annotations

import math

from ..backend import Array, xp

__all__ = ["channels_innermost", "extent", "is_channels_last", "parts", "windows"]

Sizes = tuple[int, ...]


def extent(size: int, kernel: int, stride: int, padding: int, dilation: int, ceil: bool = False) -> int:
    """Return how many windows stand side by side along a dimension of `size` elements."""
    room = size + 2 * padding - dilation * (kernel - 1) - 1
    count = (-(-room // stride) if ceil else room // stride) + 1
    return count - 1 if ceil and (count - 1) * stride >= size + padding else count


def windows(
    sizes: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, ceil: bool = False
) -> tuple[Array, Sizes]:
    """Return the spatial positions (out positions, kernel places), -1 for padding, and the output sizes."""
    lines = []
    for size, k, step, pad, spread in zip(sizes, kernel, stride, padding, dilation, strict=True):
        count = extent(size, k, step, pad, spread, ceil)
        lines.append(xp.arange(count)[:, None] * step - pad + xp.arange(k) * spread)
    return _crossed(sizes, lines)


def parts(sizes: Sizes, counts: Sizes) -> Array:
    """Return the spatial positions of windows that cut each dimension into so many parts, which may overlap."""
    lines = []
    for size, count in zip(sizes, counts, strict=True):
        low = xp.arange(count) * size // max(count, 1)
        high = -(-(xp.arange(count) + 1) * size // max(count, 1))
        line = low[:, None] + xp.arange(int((high - low).max()) if count else 0)
        lines.append(xp.where(line < high[:, None], line, -1))
    return _crossed(sizes, lines)[0]


def _crossed(sizes: Sizes, lines: list[Array]) -> tuple[Array, Sizes]:
    """Return positions in a grid, and the output sizes, from those along each dimension (out positions, places)."""
    outs = tuple([len(line) for line in lines])
    found = xp.zeros((), xp.int64)
    for axis, (size, line) in enumerate(zip(sizes, lines, strict=True)):
        shape = [1] * (2 * len(sizes))
        shape[axis], shape[len(sizes) + axis] = line.shape
        spread_out = xp.where((line >= 0) & (line < size), line, -1).reshape(shape)
        found = xp.where((found < 0) | (spread_out < 0), -1, found * size + spread_out)
    return found.reshape(math.prod(outs), math.prod(line.shape[1] for line in lines)), outs


def is_channels_last(images: Array) -> bool:
    """Tell whether a batch of images (or signals) lies with its channels innermost, as its steps show."""
    if images.ndim < 3 or 0 in images.shape or not images.strides[1]:
        return False
    least = 0
    for dim in (1, *range(images.ndim - 1, 1, -1), 0):
        step = images.strides[dim]
        if step < least or (dim == 0 and least == images.strides[1]):
            return False
        least = step * images.shape[dim]
    return True


def channels_innermost(images: Array) -> Array:
    """Return a batch of images with its channels innermost."""
    return xp.moveaxis(xp.ascontiguousarray(xp.moveaxis(images, 1, -1)), -1, 1)
