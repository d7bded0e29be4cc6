"""The way back from max pools: elements put where a pool took them from, beside its derivatives."""

from __future__ import annotations

import math
from typing import Any

from .. import both
from ..backend import xp
from ..graph import Node, derivative
from ..recording import record
from ..tensor import Tensor, wrap
from .window_checks import check_types

__all__ = ["max_unpool1d", "max_unpool2d", "max_unpool3d"]

Sizes = tuple[int, ...]


def _from_places(g: Any, indices: Any, ndim: int) -> Any:
    """Return the elements of a gradient that stand, in their image or volume, where the indices say."""
    index = wrap(both.plain(indices))
    if not index._array.size:
        return both.like(xp.zeros(index._array.shape, both.plain(g).dtype), g)
    lead = (*index._array.shape[:-ndim], -1)
    at = index.view(lead)  # refused where they do not lie in rows, as in torch
    if isinstance(g, Tensor):
        return g.contiguous().view(lead).gather(-1, at).view(index._array.shape)
    return xp.take_along_axis(g.reshape(lead), at._array, -1).reshape(index._array.shape)


def _kind(ndim: int) -> type[Node]:
    return derivative(
        f"MaxUnpool{ndim}DBackward0",
        saves="indices",
        self=lambda g, indices: _from_places(g, indices, ndim),
    )


_UNPOOL = {ndim: _kind(ndim) for ndim in (2, 3)}


def _check(input: Tensor, indices: Tensor, stride: Any, ndim: int) -> None:
    """Refuse indices that are no integers or do not fit, what is no image or volume, and empty ones."""
    x, at = input._array, indices._array
    if at.dtype != xp.int64:
        shown = f" but got: {indices.dtype._scalar}" if ndim == 2 else ""
        raise RuntimeError(f"elements in indices should be type int64{shown}")
    if x.ndim not in (ndim + 1, ndim + 2):
        raise RuntimeError(
            f"Input to max_unpooling{ndim}d should be a {ndim + 1}d or {ndim + 2}d Tensor, but got a tensor with {x.ndim} "
            "dimensions."
        )
    if ndim == 3 and min(steps := _sizes(stride, 3)) <= 0:
        raise RuntimeError(f"strides should be greater than zero, but got stride: {list(steps)}")
    if at.shape != x.shape:
        raise RuntimeError(
            f"Expected shape of indices to be same as that of the input tensor ({list(x.shape)}) but got indices tensor "
            f"with shape: {list(at.shape)}"
        )
    for dim in range(1, x.ndim):
        if not x.shape[dim]:
            raise RuntimeError(
                f"max_unpooling{ndim}d_forward_out_cpu(): Expected input to have non-zero size for non-batch dimensions, "
                f"but got {list(x.shape)} with dimension {dim} being empty."
            )
    check_types(f"max_unpool{ndim}d", input)


def _unpooled(input: Tensor, indices: Tensor, outs: Sizes, stride: Any) -> Tensor:
    """Return zeros with each element at the place in its image (or volume) where it came from."""
    x, at, ndim = input._array, indices._array, len(outs)
    _check(input, indices, stride, ndim)
    area, lead = math.prod(outs), x.shape[:-ndim]
    wrong = at[(at < 0) | (at >= area)]
    if wrong.size:
        raise RuntimeError(
            f"Found an invalid max index: {int(wrong[0])} (output volumes are of size {'x'.join(map(str, outs))})"
        )
    planes = (xp.arange(math.prod(lead)) * area).reshape(*lead, *[1] * ndim)
    places = planes + at
    array = xp.zeros(math.prod(lead) * area, x.dtype)
    array[places.reshape(-1)] = x.reshape(-1)
    return record(_UNPOOL[ndim], array.reshape(*lead, *outs), (input,), (), (indices,))


def _sizes(value: Any, ndim: int) -> Sizes:
    return (value,) * ndim if isinstance(value, int) else tuple(value)


def _unpool_sizes(
    input: Tensor, kernel: Any, stride: Any, padding: Any, output_size: Any, ndim: int
) -> Sizes:
    each = [_sizes(value, ndim) for value in (kernel, kernel if stride is None else stride, padding)]
    sizes = input._array.shape[-ndim:]
    if len(sizes) < ndim:  # torch asks for each in turn
        raise IndexError("tuple index out of range")
    usual = [
        (size - 1) * step + k - 2 * pad
        for size, k, step, pad in zip(sizes, each[0], each[1], each[2], strict=True)
    ]
    if output_size is None:
        return tuple(usual)
    wanted = list(output_size)[-ndim:] if len(output_size) == ndim + 2 else list(output_size)
    if len(wanted) != ndim:
        raise ValueError(
            f"output_size should be a sequence containing {ndim} or {ndim + 2} elements, but it has a length of "
            f"'{len(output_size)}'"
        )
    for at, (size, step) in enumerate(zip(usual, each[1], strict=True)):
        if not size - step < wanted[at] < size + step:
            raise ValueError(
                f'invalid output_size "{output_size}" (dim {at} must be between {size - step} and {size + step})'
            )
    return tuple(wanted)


def max_unpool1d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Tensor:
    """Return signals with the largest elements where `max_pool1d` took them from, and 0 elsewhere."""
    (size,) = _unpool_sizes(input, kernel_size, stride, padding, output_size, 1)
    found: Tensor = _unpooled(input.unsqueeze(-1), indices.unsqueeze(-1), (size, 1), stride).squeeze(-1)
    return found


def max_unpool2d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Tensor:
    """Return images with the largest elements where `max_pool2d` took them from, and 0 elsewhere."""
    outs = _unpool_sizes(input, kernel_size, stride, padding, output_size, 2)
    return _unpooled(input, indices, outs, kernel_size if stride is None else stride)


def max_unpool3d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Tensor:
    """Return volumes with the largest elements where `max_pool3d` took them from, and 0 elsewhere."""
    outs = _unpool_sizes(input, kernel_size, stride, padding, output_size, 3)
    return _unpooled(input, indices, outs, kernel_size if stride is None else stride)
