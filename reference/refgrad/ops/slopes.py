"""`torch.gradient`: the slopes of samples, at equal distances or at given places."""

from __future__ import annotations

from typing import Any

from ..backend import xp
from ..grad_mode import like_cpp
from ..tensor import Tensor
from .joining import cat
from .registry import function
from .scanning import diff
from .shape import axis_of, check_distinct

__all__ = ["gradient"]


@function
def gradient(input: Tensor, *, spacing: Any = 1, dim: Any = None, edge_order: int = 1) -> tuple[Tensor, ...]:
    """Return the slopes of samples along each dimension, by central differences inside and one-sided at the ends.

    `spacing` is the distance of samples, one for each dimension, or the places (1-dim tensors) where they are.
    """
    dims = None if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    listed = isinstance(spacing, list | tuple)
    _check(input, len(spacing) if listed else None, dims, edge_order)
    dims = tuple(range(input._array.ndim)) if dims is None else dims
    steps = spacing if listed else (spacing,) * len(dims)
    found = []
    for axis, step in zip(dims, steps, strict=True):
        along = axis_of(axis, input._array.ndim)
        slopes = _at_places if isinstance(step, Tensor) and listed else _evenly
        found.append(slopes(input, along, step, edge_order))
    return tuple(found)


def _check(input: Tensor, spacings: int | None, dims: tuple[int, ...] | None, edge_order: int) -> None:
    ndim = input._array.ndim
    if input._array.dtype == xp.uint8:
        raise RuntimeError("torch.gradient does not support uint8 input.")
    if spacings is not None and dims is None and spacings != ndim:
        raise RuntimeError(
            f"torch.gradient expected spacing to be unspecified, a scalar, or a list of length equal to 'self.dim() = {ndim}"
            f"', since dim argument was not given, but got a list of length {spacings}"
        )
    if spacings is not None and dims is not None and spacings != len(dims):
        raise RuntimeError(
            "torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the "
            f"same length, but got a spacing argument of length {spacings} and a dim argument of length {len(dims)}."
        )
    if edge_order not in (1, 2):
        raise RuntimeError("torch.gradient only supports edge_order=1 and edge_order=2.")
    axes = range(ndim) if dims is None else [axis_of(each, ndim) for each in dims]
    check_distinct(tuple(axes))
    if any(input._array.shape[axis] < edge_order + 1 for axis in axes):
        raise RuntimeError("torch.gradient expected each dimension size to be at least edge_order+1")


@like_cpp
def _evenly(input: Tensor, dim: int, step: Any, edge_order: int) -> Tensor:
    if isinstance(step, Tensor):
        step = step.item()
    count = input._array.shape[dim]

    def at(start: int, length: int = 1) -> Tensor:
        part: Tensor = input.narrow(dim, start % count, length)
        return part

    inside = (at(2, count - 2) - at(0, count - 2)) / step / 2
    if edge_order == 1:
        first, last = at(1) - at(0), at(-1) - at(-2)
    else:
        first = at(0) * -1.5 + at(1) * 2 - at(2) * 0.5
        last = at(-1) * 1.5 - at(-2) * 2 + at(-3) * 0.5
    return cat([first / step, inside, last / step], dim)


@like_cpp
def _at_places(input: Tensor, dim: int, places: Tensor, edge_order: int) -> Tensor:
    if places._array.ndim != 1:
        raise RuntimeError(
            "torch.gradient expected each element of spacing to have one dimension, but got an element with "
            f"{places._array.ndim} dimensions!"
        )
    count = input._array.shape[dim]
    apart = diff(places, 1, 0)
    before, behind = apart[:-1], apart[1:]
    shape = [-1 if axis == dim else 1 for axis in range(input._array.ndim)]

    def at(start: int, length: int = 1) -> Tensor:
        part: Tensor = input.narrow(dim, start % count, length)
        return part

    a = (-behind / (before * (before + behind))).reshape(shape)
    b = ((behind - before) / (before * behind)).reshape(shape)
    c = (before / (behind * (before + behind))).reshape(shape)
    inside = a * at(0, count - 2) + b * at(1, count - 2) + c * at(2, count - 2)
    if edge_order == 1:
        first, last = (at(1) - at(0)) / apart[0], (at(-1) - at(-2)) / apart[-1]
    else:
        x, y = apart[0], apart[1]
        first = (
            -(2.0 * x + y) / (x * (x + y)) * at(0) + (x + y) / (x * y) * at(1) + -x / (y * (x + y)) * at(2)
        )
        x, y = apart[-1], apart[-2]
        last = (
            x / (y * (x + y)) * at(-3) + -(x + y) / (x * y) * at(-2) + (2.0 * x + y) / (x * (x + y)) * at(-1)
        )
    return cat([first, inside, last], dim)
