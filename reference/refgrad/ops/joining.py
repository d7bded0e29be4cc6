"""Putting tensors together and taking them apart along a dimension."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from .. import both, dtypes, storage
from ..backend import xp
from ..grad_mode import mode
from ..graph import Node, derivative
from ..recording import connect, record
from ..tensor import Tensor, wrap
from ..views import attach
from .registry import FUNCTIONS, check_tensors, explained, function, method, public
from .shape import axis_of

__all__ = ["cat", "split", "stack", "unbind"]


def _joined(name: str, count: int, rule: Any) -> type[Node]:
    """Return the kind of node for `count` inputs; each count needs edges of its own."""
    key = name, count
    if key not in _kinds:
        names = " ".join(f"tensor{at}" for at in range(count))
        _kinds[key] = derivative(name, args="sizes dim", joint=(names, rule))
    return _kinds[key]


_kinds: dict[tuple[str, int], type[Node]] = {}


def _uncat(g: Any, needs: Sequence[bool], sizes: tuple[int, ...], dim: int) -> list[Any]:
    parts, start = [], 0
    before = (slice(None),) * (dim % g.ndim)
    for needed, size in zip(needs, sizes, strict=True):
        if needed and size < 0:
            parts.append(both.like(xp.zeros(0, both.plain(g).dtype), g))
        else:
            parts.append(g[(*before, slice(start, start + size))] if needed else None)
        start += max(size, 0)
    return parts


def _unstack(g: Any, needs: Sequence[bool], sizes: tuple[int, ...], dim: int) -> list[Any]:
    parts = g.unbind(dim) if isinstance(g, Tensor) else xp.moveaxis(g, dim, 0)
    return [part if needed else None for part, needed in zip(parts, needs, strict=True)]


def cat(tensors: Any, dim: int = 0) -> Tensor:
    """Join tensors along a dimension that they have."""
    if not isinstance(tensors, tuple | list):
        raise TypeError("cat")
    given = list(tensors)
    if not given:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    check_tensors(given)
    for at, each in enumerate(given):
        if each._array.ndim == 0:
            raise RuntimeError(f"zero-dimensional tensor (at position {at}) cannot be concatenated")
    model = next((t for t in given if t._array.shape != (0,)), given[0])
    axis = 0 if model._array.shape == (0,) and len(given) > 1 else axis_of(dim, model._array.ndim)
    arrays, sizes = [], []
    for at, each in enumerate(given):
        array = each._array
        skipped = array.shape == (0,) and model._array.ndim != 1
        sizes.append(-1 if array.shape == (0,) else array.shape[axis] if array.ndim > axis else 0)
        if not skipped:
            _check_sizes(model._array.shape, array.shape, axis, at)
            arrays.append(array)
    want = dtypes.result_of(tuple(given))._numpy if len({each._array.dtype for each in given}) > 1 else None
    joined = xp.ascontiguousarray(xp.concatenate(arrays or [model._array], axis=axis, dtype=want))
    kind = _joined("CatBackward0", len(given), _uncat)
    return record(kind, joined, tuple(given), (tuple(sizes), dim))


function(cat)


def _check_sizes(model: tuple[int, ...], shape: tuple[int, ...], dim: int, at: int) -> None:
    if len(model) != len(shape):
        raise RuntimeError(f"Tensors must have same number of dimensions: got {len(model)} and {len(shape)}")
    for axis, (want, size) in enumerate(zip(model, shape, strict=True)):
        if axis != dim and want != size:
            raise RuntimeError(
                f"Sizes of tensors must match except in dimension {dim}. Expected size {want} but got size {size} for "
                f"tensor number {at} in the list."
            )


for _name in ("concat", "concatenate"):
    FUNCTIONS[_name] = explained(cat, _name)


@function
def stack(tensors: Any, dim: int = 0) -> Tensor:
    """Join tensors of one shape along a new dimension."""
    if not isinstance(tensors, tuple | list):
        raise TypeError("stack")
    given = list(tensors)
    if not given:
        raise RuntimeError("stack expects a non-empty TensorList")
    check_tensors(given)
    first = given[0]._array.shape
    axis = axis_of(dim, len(first) + 1)
    for at, each in enumerate(given):
        if each._array.shape != first:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(first)} at entry 0 and "
                f"{list(each._array.shape)} at entry {at}"
            )
    want = dtypes.result_of(tuple(given))._numpy
    joined = xp.ascontiguousarray(xp.stack([each._array for each in given], axis=axis, dtype=want))
    kind = _joined("StackBackward0", len(given), _unstack)
    return record(kind, joined, tuple(given), ((), dim))


# ---- several views at once -------------------------------------------------------------------------------------


class _Several(Node):
    """A node with one output for each of several views of its input."""

    __slots__ = ()

    def apply(self, grad: Any, recording: bool, edges: tuple[Node | None, ...]) -> list[Any]:
        """Join the gradients of the views, zeros standing in for those that got none."""
        _, dim, whole = self.args[:3]
        if len(self.metas) == 1:
            grad = [grad]
        model = next(part for part in grad if part is not None)
        parts = [
            both.like(xp.zeros(meta[0], both.plain(model).dtype), model) if part is None else part
            for part, meta in zip(grad, self.metas, strict=True)
        ]
        join = (cat, stack)[whole] if recording else (xp.concatenate, xp.stack)[whole]
        return [join(parts, dim)]


SplitBackward0 = derivative("SplitBackward0", args="shape dim whole split_size", base=_Several, self=None)
SplitWithSizesBackward0 = derivative(
    "SplitWithSizesBackward0", args="shape dim whole split_sizes", base=_Several, self=None
)
UnbindBackward0 = derivative("UnbindBackward0", args="shape dim whole", base=_Several, self=None)
UnsafeSplitBackward0 = derivative(
    "UnsafeSplitBackward0", args="shape dim whole split_size", base=_Several, self=None
)
UnsafeSplitWithSizesBackward0 = derivative(
    "UnsafeSplitWithSizesBackward0", args="shape dim whole split_sizes", base=_Several, self=None
)
# Their pieces do not count as views, though they look at the same memory.
_UNSAFE = (UnsafeSplitBackward0, UnsafeSplitWithSizesBackward0)


def _several(kind: type[Node], self: Tensor, arrays: list[Any], args: tuple[Any, ...]) -> tuple[Tensor, ...]:
    outs = [wrap(array) for array in arrays]
    if outs and mode.enabled and self.requires_grad:
        node = connect(kind, outs[0], (self,), args)
        node.metas = [(array.shape, array.dtype) for array in arrays]
        for at, each in enumerate(outs):
            each._node, each._output_nr, each._requires_grad = node, at, True
    if kind not in _UNSAFE:
        for each in outs:
            attach(each, self, "multi")
    return tuple(outs)


def _split_sizes(
    self: Tensor, kind: type[Node], sizes: Sequence[int], dim: int, asked: Any
) -> tuple[Tensor, ...]:
    arrays, start = [], 0
    for size in sizes:
        arrays.append(storage.part(self._array, dim, slice(start, start + size)))
        start += size
    return _several(kind, self, arrays, (self._array.shape, dim, 0, asked))


@function
def split(tensor: Tensor, split_size_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Return views of the pieces along a dimension: of one size, or of the sizes listed."""
    if not isinstance(tensor, Tensor):
        apart: tuple[Tensor, ...] = tensor.split(split_size_or_sections, dim)
        return apart
    if isinstance(split_size_or_sections, Tensor):
        with contextlib.suppress(ValueError):  # which several elements cannot be
            split_size_or_sections = int(split_size_or_sections)
    split = _split_evenly if isinstance(split_size_or_sections, int) else _split_with_sizes
    found: tuple[Tensor, ...] = split(tensor, split_size_or_sections, dim)
    return found


@public
def split_with_sizes(input: Tensor, split_sizes: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Return views of pieces of the sizes listed, along a dimension."""
    return _of_sizes(SplitWithSizesBackward0, input, split_sizes, dim)


def _of_sizes(kind: type[Node], input: Tensor, split_sizes: Any, dim: int) -> tuple[Tensor, ...]:
    axis, length = _axis_to_split(input, dim)
    sizes = [int(each) for each in split_sizes]
    if sum(sizes) != length:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {length} (input tensor's size at dimension "
            f"{dim}), but got split_sizes={sizes}"
        )
    if min(sizes, default=0) < 0:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes={sizes}"
        )
    return _split_sizes(input, kind, sizes, axis, tuple(sizes))


def _evenly(input: Tensor, split_size: int, dim: int = 0) -> tuple[Tensor, ...]:
    return _of_size(SplitBackward0, input, split_size, dim)


def _of_size(kind: type[Node], input: Tensor, split_size: int, dim: int) -> tuple[Tensor, ...]:
    axis, length = _axis_to_split(input, dim)
    size = split_size
    if size < 0:
        raise RuntimeError(f"split expects split_size be non-negative, but got split_size={size}")
    if size == 0 and length:
        raise RuntimeError(
            f"split_size can only be 0 if dimension size is 0, but got dimension size of {length}"
        )
    count = max((length + size - 1) // size, 1) if size else 1
    sizes = [min(size, length - at * size) for at in range(count)]
    return _split_sizes(input, kind, sizes, axis, size)


def _axis_to_split(input: Tensor, dim: int) -> tuple[int, int]:
    """Return which dimension is to be split, and its size."""
    if not input._array.ndim:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    axis = axis_of(dim, input._array.ndim)
    return axis, input._array.shape[axis]


_split_with_sizes = FUNCTIONS["split_with_sizes"]
_split_evenly = explained(_evenly, "_VF.split")


def _split_method(self: Tensor, split_size: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Return views of the pieces along a dimension: of one size, or of the sizes listed."""
    return split(self, split_size, dim)


_split_method.__name__ = "split"
method(_split_method)


@public
def unsafe_split(input: Tensor, split_size: int, dim: int = 0) -> tuple[Tensor, ...]:
    """Return pieces of one size along a dimension, which do not count as views."""
    return _of_size(UnsafeSplitBackward0, input, split_size, dim)


@public
def unsafe_split_with_sizes(input: Tensor, split_sizes: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Return pieces of the sizes listed along a dimension, which do not count as views."""
    return _of_sizes(UnsafeSplitWithSizesBackward0, input, split_sizes, dim)


@public
def unsafe_chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """Return at most `chunks` pieces of equal size along a dimension, which do not count as views."""
    found: tuple[Tensor, ...] = _chunked(unsafe_split, unsafe_split_with_sizes, input, chunks, dim)
    return found


@public
def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """Return views of at most `chunks` pieces of equal size along a dimension."""
    found: tuple[Tensor, ...] = _chunked(split, split, input, chunks, dim)
    return found


def _chunked(evenly: Any, by_sizes: Any, input: Tensor, chunks: int, dim: int) -> Any:
    if input._array.ndim == 0:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    length = input._array.shape[axis_of(dim, input._array.ndim)]
    if not length:
        return by_sizes(input, [0] * chunks, dim)
    return evenly(input, max((length + chunks - 1) // chunks, 1), dim)


@public
def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """Return a view of each place along a dimension."""
    if input._array.ndim == 0:
        raise IndexError(f"Dimension specified as {axis_of(dim, 0)} but tensor has no dimensions")
    axis = axis_of(dim, input._array.ndim)
    places = range(input._array.shape[axis])
    array = input._array if input._array.size else storage.explicit(input._array)
    arrays = [array[(*[slice(None)] * axis, at, ...)] for at in places]
    return _several(UnbindBackward0, input, arrays, (input._array.shape, dim, 1))
