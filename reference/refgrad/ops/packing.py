"""Batches of sequences of several lengths: padded to one, or packed step by step, the longest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import backend, both, scalars
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap
from .registry import check_tensors

__all__ = ["pack_padded", "pad_packed", "padded"]

PackPaddedSequenceBackward0 = derivative(
    "PackPaddedSequenceBackward0",
    saves="result1",
    args="shape places batch_first",
    input=lambda g, result1, shape, places: both.put_flat(g, places, shape),
)
_NOT_SORTED = (
    "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass "
    "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do not need "
    "ONNX exportability."
)


def pack_padded(input: Tensor, lengths: Tensor, batch_first: bool) -> tuple[Tensor, Tensor]:
    """Return the elements of a padded batch step by step, and how many sequences run at each step."""
    if not isinstance(input, Tensor):
        raise TypeError(
            f"_pack_padded_sequence(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}"
        )
    x = input._array.swapaxes(0, 1) if batch_first else input._array
    if not x.size:
        raise RuntimeError("Cannot pack empty tensors.")
    if lengths._array.ndim != 1:
        raise RuntimeError(
            f"'lengths' argument should be a 1D CPU int64 tensor, but got {lengths._array.ndim}D cpu "
            f"{lengths.dtype._scalar} tensor"
        )
    given = [int(each) for each in lengths._array.tolist()]
    if len(given) != input.size(0 if batch_first else 1):
        raise RuntimeError(
            f"Expected `len(lengths)` to be equal to batch_size, but got {len(given)} (batch_size={x.shape[1]})"
        )
    if given[-1] <= 0:
        raise RuntimeError(
            "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0"
        )
    if sorted(given, reverse=True) != given:
        raise RuntimeError(_NOT_SORTED)
    sizes = [sum(each > step for each in given) for step in range(given[0])]
    places = _places(input, x, sizes, batch_first)
    array = xp.ascontiguousarray(input._array).reshape(-1)[places]
    counts = xp.asarray(sizes, xp.int64)
    kept = (input._array.shape, places, batch_first)
    packed = record(PackPaddedSequenceBackward0, array, (input,), kept, (wrap(counts),))
    return packed, wrap(backend.to_host(counts))  # which torch keeps on the CPU


def _places(input: Tensor, x: Array, sizes: Sequence[int], batch_first: bool) -> Array:
    """Return where in the batch each packed element stands."""
    if len(sizes) > x.shape[0]:
        raise RuntimeError(f"start (0) + length ({len(sizes)}) exceeds dimension size ({x.shape[0]}).")
    every = xp.arange(x.size).reshape(input._array.shape)
    every = every.swapaxes(0, 1) if batch_first else every
    return xp.concatenate([every[step, :size] for step, size in enumerate(sizes)])


def _filled(shape: tuple[int, ...], value: float, like: Tensor) -> Tensor:
    number = scalars.stored(value, like.dtype)
    made = wrap(xp.full(shape, number, like._array.dtype))
    made._counter = [1]  # torch fills it in place
    return made


def pad_packed(
    data: Tensor, batch_sizes: Tensor, batch_first: bool, value: float, total: int
) -> tuple[Tensor, Tensor]:
    """Return a padded batch of `total` steps, and the lengths of its sequences."""
    sizes = [int(each) for each in batch_sizes._array.tolist()]
    tail = data._array.shape[1:]
    out = _filled((total, sizes[0], *tail), value, data)
    lengths = [sum(size > at for size in sizes) for at in range(sizes[0])]
    start = offset = 0
    for step in range(1, len(sizes) + 1):
        running = sizes[step - 1]
        if step == len(sizes) or sizes[step] != running:
            count = (step - start) * running
            block = data.narrow(0, offset, count).view(step - start, running, *tail)
            out.narrow(0, start, step - start).narrow(1, 0, running).copy_(block)
            start, offset = step, offset + count
    return out.transpose(0, 1) if batch_first else out, wrap(backend.to_host(xp.asarray(lengths, xp.int64)))


def padded(sequences: tuple[Any, ...], batch_first: bool, value: float, side: str) -> Tensor:
    """Return sequences (steps, ...) as one batch, filled up at one side."""
    if not sequences:
        raise RuntimeError("received an empty list of sequences")
    check_tensors(sequences)
    if side not in ("left", "right"):
        raise RuntimeError(f"Expected padding_side to be one of left or right, but got {side}.")
    longest = max(each.size(0) for each in sequences)
    sizes = (len(sequences), longest) if batch_first else (longest, len(sequences))
    out = _filled((*sizes, *sequences[0].shape[1:]), value, sequences[0])
    for at, each in enumerate(sequences):
        length = each.size(0)
        start = longest - length if side == "left" else 0
        part = (
            out.select(0, at).narrow(0, start, length)
            if batch_first
            else out.narrow(0, start, length).select(1, at)
        )
        part.copy_(each)
    return out
