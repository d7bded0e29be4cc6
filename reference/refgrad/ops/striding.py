"""Views made by choosing strides: any (`as_strided`), diagonals, windows; and the sizes and strides of a tensor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import backend, both, storage
from ..graph import derivative
from ..size import Size
from ..tensor import Tensor
from ..views import AsStridedBackward0, geometry, make_view, positions, put_part
from .backward_kernels import moving_kernel
from .registry import method, public
from .shape import axis_of

__all__: list[str] = []


def _take_part(g: Any, part: Any, whole: Any) -> Any:
    places = positions(part, whole)
    take = both.take_or_zero if (places < 0).any() else both.take_flat
    return take(g, places)


diagonal_backward = moving_kernel("DiagonalBackwardBackward0", put_part, _take_part, "part whole")
unfold_backward = moving_kernel("UnfoldBackwardBackward0", put_part, _take_part, "part whole")
DiagonalBackward0 = derivative(
    "DiagonalBackward0",
    args="part whole offset dim1 dim2",
    self=lambda g, part, whole: diagonal_backward(g, part, whole),
)
UnfoldBackward0 = derivative(
    "UnfoldBackward0",
    args="part whole dimension size step",
    self=lambda g, part, whole: unfold_backward(g, part, whole),
)


@public
def as_strided(input: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """Return a view of the memory with any sizes, strides and offset, all in elements."""
    array = input._array
    shape, steps = tuple(size), tuple(stride)
    if len(shape) != len(steps):
        raise RuntimeError("mismatch in length of strides and shape")
    start = storage.offset(array) if storage_offset is None else storage_offset
    if start < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {start}")
    if any(step < 0 for step in steps):
        raise RuntimeError(
            f"as_strided: Negative strides are not supported at the moment, got strides: {list(steps)}"
        )
    storage.check_extent(array, shape, steps, start)
    seen = storage.restride(array, shape, steps, start)
    return make_view(AsStridedBackward0, input, seen, (geometry(seen), geometry(array), storage_offset))


@public
def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """Return a view of the diagonals, along a new last dimension."""
    array = input._array
    axes = axis_of(dim1, array.ndim), axis_of(dim2, array.ndim)
    if axes[0] == axes[1]:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    seen = _diagonal_of(array, offset, *axes)
    places = _places(array, lambda whole: _diagonal_of(whole, offset, *axes))
    return make_view(DiagonalBackward0, input, seen, (*places, offset, dim1, dim2))


def _places(array: Any, look: Callable[[Any], Any]) -> tuple[Any, Any]:
    """Return where a part and the whole lie, for gradients: those of elements in one place are not one."""
    if storage.overlaps_itself(array):
        array = backend.empty(array.shape, array.dtype)
    return geometry(look(array)), geometry(array)


def _diagonal_of(array: Any, offset: int, one: int, two: int) -> Any:
    shape, steps, start = list(array.shape), list(storage.strides(array)), storage.offset(array)
    rows, columns = shape[one] + min(offset, 0), shape[two] - max(offset, 0)
    count, along = max(min(rows, columns), 0), steps[one] + steps[two]
    if count:
        start += offset * steps[two] if offset >= 0 else -offset * steps[one]
    for axis in sorted((one, two), reverse=True):
        del shape[axis], steps[axis]
    return storage.restride(array, (*shape, count), (*steps, along), start)


@method
def unfold(self: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """Return a view of all windows of `size` elements along a dimension, as a new last dimension."""
    array = self._array
    axis = axis_of(dimension, array.ndim)
    length = array.shape[axis] if array.ndim else 1
    if size > length:
        raise RuntimeError(f"maximum size for tensor at dimension {axis} is {length} but size is {size}")
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    places = _places(array, lambda whole: _windows_of(whole, axis, size, step))
    seen = _windows_of(array, axis, size, step)
    return make_view(UnfoldBackward0, self, seen, (*places, dimension, size, step))


def _windows_of(array: Any, axis: int, size: int, step: int) -> Any:
    shape, steps, along = list(array.shape), list(storage.strides(array)), 1
    if shape:
        shape[axis], along = (shape[axis] - size) // step + 1, steps[axis]
        steps[axis] *= step
    return storage.restride(array, (*shape, size), (*steps, along))


@method
def size(self: Tensor, dim: int | None = None) -> Any:
    """Return the sizes, or that of one dimension."""
    shape = self._array.shape
    return Size(shape) if dim is None else shape[_axis(dim, len(shape))]


@method
def stride(self: Tensor, dim: int | None = None) -> Any:
    """Return the strides in elements, or that of one dimension."""
    steps = storage.strides(self._array)
    return steps if dim is None else steps[_axis(dim, len(steps))]


def _axis(dim: int, ndim: int) -> int:
    if ndim == 0:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return axis_of(dim, ndim)
