"""`pad`: a border of a constant, or of elements of the tensor (reflect, replicate, circular), beside its derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import both
from ..backend import Array, xp
from ..graph import Node, derivative
from ..recording import record
from ..tensor import Tensor, wrap
from .backward_kernels import backward_kernel
from .rearranging import pad_constant
from .windows import channels_innermost, is_channels_last

__all__ = ["pad"]

Widths = list[tuple[int, int]]  # before and after, for each of the last dimensions, the first of them first


def _kind(name: str, ndim: int) -> type[Node]:
    kernel = backward_kernel(
        f"{name}Pad{ndim}DBackwardBackward0",
        lambda g, x, places: both.put_flat(g, places, tuple(x.shape)),
        args="places",
        adjoint=lambda grad, x, places: both.take_flat(grad, places),
    )
    return derivative(
        f"{name}Pad{ndim}DBackward0",
        args="places padding",
        self=lambda g, self, places: kernel(g, self, places),
    )


# Mode: torch's name for it, which element stands at a position outside, and the kinds of nodes by dimensions.
_MODES: dict[str, tuple[str, Callable[[Array, int], Array], list[type[Node]]]] = {
    "reflect": (
        "reflection",
        lambda at, size: xp.where(at >= size, 2 * (size - 1) - at, xp.abs(at)),
        [_kind("Reflection", ndim) for ndim in (1, 2, 3)],
    ),
    "replicate": (
        "replication",
        lambda at, size: xp.clip(at, 0, size - 1),
        [_kind("Replication", ndim) for ndim in (1, 2, 3)],
    ),
}
_COMBINATIONS = """\
Padding size {} is not supported for {}D input tensor.
Supported combinations for non-constant padding:
  - 2D or 3D input: padding size = 2 (pads last dimension)
  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)
  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)"""


def pad(input: Tensor, pad: Any, mode: str = "constant", value: float | None = None) -> Tensor:
    """Return a copy with a border: a constant, or elements of the tensor (reflect, replicate, circular)."""
    ndim = input._array.ndim
    if mode not in ("constant", "circular", *_MODES):
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    if len(pad) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if len(pad) > 2 * ndim:
        raise RuntimeError(
            "Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(pad)} and input of dimension {ndim}"
        )
    if mode == "constant":
        return pad_constant(input, tuple(pad), 0.0 if value is None else float(value))
    if value is not None:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    dims = len(pad) // 2
    if dims not in (1, 2, 3) or ndim not in (dims + 1, dims + 2):
        raise NotImplementedError(_COMBINATIONS.format(len(pad), ndim))
    widths = [(pad[2 * at], pad[2 * at + 1]) for at in reversed(range(dims))]
    if mode == "circular":
        return _circular(input, widths)
    return _bordered(input, mode, widths, tuple(pad))


def _bordered(input: Tensor, mode: str, widths: Widths, padding: tuple[int, ...]) -> Tensor:
    """Return a copy with a border of elements that are found inside."""
    name, inside, kinds = _MODES[mode]
    dims, x = len(widths), input._array
    if 0 in x.shape[1:] or (x.ndim == dims + 1 and not x.shape[0]):
        raise RuntimeError(
            f"Expected {dims + 1}D or {dims + 2}D (batch mode) tensor with possibly 0 batch size and other non-zero "
            f"dimensions for input, but got: {list(x.shape)}"
        )
    sizes = x.shape[-dims:]
    if mode == "reflect":
        _check_reflection(x.shape, widths)
    made = [size + before + after for size, (before, after) in zip(sizes, widths, strict=True)]
    if min(made) < (1 if dims == 1 else 0):
        letters = "DHW"[-dims:]
        shown = [
            ", ".join(map(": ".join, zip(letters, map(str, each), strict=True))) for each in (sizes, made)
        ]
        raise RuntimeError(
            f"input ({shown[0]}) is too small. Calculated output {shown[1]}"
            if dims == 1
            else f"Trying to create tensor with negative dimension {min(made)}: {[*x.shape[:-dims], *made]}"
        )
    if x.dtype.kind == "b":
        raise NotImplementedError(f"\"{name}_pad{dims}d\" not implemented for 'Bool'")
    lines = [xp.arange(size) for size in x.shape[:-dims]]
    for size, total, (before, _) in zip(sizes, made, widths, strict=True):
        lines.append(inside(xp.arange(total) - before, size))
    grid = xp.ix_(*lines)
    places = xp.arange(x.size).reshape(x.shape)[grid]
    array = xp.ascontiguousarray(x[grid])
    if x.ndim == dims + 2 > 3 and is_channels_last(x):
        array = channels_innermost(array)
    return record(kinds[dims - 1], array, (input,), (places, padding))


def _check_reflection(shape: tuple[int, ...], widths: Widths) -> None:
    """Refuse a border that is as wide as the tensor."""
    last = len(shape) - 1
    for at, (before, after) in enumerate(reversed(widths)):
        if max(before, after) >= shape[last - at]:
            raise RuntimeError(
                f"Argument #{4 + 2 * at}: Padding size should be less than the corresponding input dimension, but got: "
                f"padding ({before}, {after}) at dimension {last - at} of input {list(shape)}"
            )


def _circular(input: Tensor, widths: Widths) -> Tensor:
    """Return a copy with a border of elements from the other end, put into place slice by slice as torch does."""
    shape = list(input._array.shape)
    first = len(shape) - len(widths)
    for at, (before, after) in enumerate(widths, start=first):
        if max(before, after) > shape[at]:
            raise RuntimeError("Padding value causes wrapping around more than once.")
        shape[at] += before + after
        if shape[at] < 0:
            raise RuntimeError("Negative padding value is resulting in an empty dimension")
    out = wrap(xp.empty(tuple(shape), input._array.dtype))
    target, source = out, input
    axes = list(enumerate(widths, start=first))[::-1]
    for dim, (before, after) in axes:
        left, right = max(before, 0), max(after, 0)
        target = target.narrow(dim, left, shape[dim] - left - right)
        cut = max(-before, 0)
        source = source.narrow(dim, cut, input._array.shape[dim] - cut - max(-after, 0))
    target.copy_(source)
    for dim, (before, after) in axes:
        left, right = max(before, 0), max(after, 0)
        if left:
            out.narrow(dim, 0, left).copy_(out.narrow(dim, shape[dim] - left - right, left))
        if right:
            out.narrow(dim, shape[dim] - right, right).copy_(out.narrow(dim, left, right))
    return out
