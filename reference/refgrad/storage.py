"""Where a tensor's elements lie: sizes and strides in elements, contiguity, and views of the same memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import backend
from .backend import Array

__all__ = [
    "contiguous_strides",
    "dense_strides",
    "empty_like",
    "is_contiguous",
    "is_dense",
    "offset",
    "restride",
    "strides",
]


def strides(array: Array) -> tuple[int, ...]:
    """Return the strides counted in elements. NumPy forgets those of empty arrays: they count as row-major."""
    size = array.itemsize
    if not array.size and not any(array.strides):
        return contiguous_strides(array.shape)
    return tuple([step // size for step in array.strides])


def offset(array: Array) -> int:
    """Return how many elements lie between the start of the memory and the first element."""
    memory = backend.root(array)
    return 0 if memory is array else (backend.address(array) - backend.address(memory)) // array.itemsize


def contiguous_strides(shape: Sequence[int], step: int = 1) -> tuple[int, ...]:
    """Return row-major strides, where a dimension of size 0 counts as 1."""
    found = []
    for size in reversed(shape):
        found.append(step)
        step *= max(size, 1)
    return tuple(reversed(found))


def is_contiguous(array: Array) -> bool:
    """Return whether the elements lie one after the other in row-major order."""
    return bool(array.flags.c_contiguous)


def is_dense(array: Array) -> bool:
    """Return whether the elements fill one block of memory exactly once, in whatever order of the axes."""
    flags = array.flags
    if flags.c_contiguous or flags.f_contiguous:
        return True
    expected = array.itemsize
    for step, size in sorted(
        (step, size) for step, size in zip(array.strides, array.shape, strict=True) if size > 1
    ):
        if step != expected:
            return False
        expected *= size
    return True


def overlaps_itself(array: Array) -> bool:
    """Return whether several elements certainly share one place in memory, as after `expand`."""
    return array.size > 0 and any(
        step == 0 and size > 1 for step, size in zip(array.strides, array.shape, strict=True)
    )


def dense_strides(array: Array) -> tuple[int, ...] | None:
    """Return the strides in bytes that a copy which keeps the layout has, or None for row-major ones.

    A dense array keeps its strides; any other gets row-major memory in the order of its axes' strides (torch's
    `preserve_format`); axes of stride 0, as after `expand`, stay where they are.
    """
    if is_dense(array):
        return None if array.flags.c_contiguous and not _has_odd_strides(array) else array.strides
    order: list[int] = []  # innermost first
    for axis in reversed(range(array.ndim)):
        place = len(order)
        for before in reversed(range(place)):
            compared = _compare(array, order[before], axis)
            if compared > 0:
                place = before
            elif compared < 0:
                break
        order.insert(place, axis)
    found, step = [0] * array.ndim, array.itemsize
    for axis in order:
        found[axis] = step
        step *= max(array.shape[axis], 1)
    return tuple(found)


def _has_odd_strides(array: Array) -> bool:
    """Return whether a dimension of size 1 has another stride than row-major memory gives it."""
    return 1 in array.shape and strides(array) != contiguous_strides(array.shape)


def _compare(array: Array, inner: int, outer: int) -> int:
    a, b = array.strides[inner], array.strides[outer]
    if not a or not b:
        return 0
    return (a > b) - (a < b) or int(array.shape[inner] > array.shape[outer])


def empty_like(array: Array, dtype: Any) -> Array:
    """Return new memory with the sizes, and where that makes sense the strides, of `array`."""
    steps = dense_strides(array)
    if steps is None:
        return backend.empty(array.shape, dtype)
    item = array.dtype.itemsize
    return backend.empty(array.shape, dtype, tuple([step // item * dtype.itemsize for step in steps]))


def copy(array: Array) -> Array:
    """Return a copy that keeps the layout where the array is dense, and is row-major otherwise."""
    steps = dense_strides(array)
    if steps is None:
        return array.copy()
    made = backend.empty(array.shape, array.dtype, steps)
    made[...] = array
    return made


def restride(array: Array, shape: Sequence[int], steps: Sequence[int], start: int | None = None) -> Array:
    """View the memory of `array` with sizes, strides and offset in elements (the offset of `array` by default)."""
    item = array.itemsize
    memory = backend.root(array)
    first = (backend.address(array) - backend.address(memory)) if start is None else start * item
    return backend.strided(memory, tuple(shape), tuple([step * item for step in steps]), first)


def size_in_bytes(array: Array) -> int:
    """Return the size of the whole memory block."""
    memory: Any = backend.root(array)
    return int(memory.nbytes)
