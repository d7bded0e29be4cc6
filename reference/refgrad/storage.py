"""Where a tensor's elements lie: sizes and strides in elements, contiguity, and views of the same memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from . import backend
from .backend import Array

__all__ = [
    "broadcast_strides",
    "contiguous_strides",
    "dense_strides",
    "empty_like",
    "in_order",
    "is_contiguous",
    "is_dense",
    "iterated",
    "iterated_by",
    "laid_out",
    "offset",
    "relaid",
    "restride",
    "strides",
]


def strides(array: Array) -> tuple[int, ...]:
    """Return the strides counted in elements. NumPy forgets those of empty arrays: they count as row-major."""
    size = array.itemsize
    if not array.size and not any(array.strides):
        return contiguous_strides(array.shape)
    return tuple([step // size for step in array.strides])


def explicit(array: Array) -> Array:
    """Return an array without elements with the strides that it counts as having, for a view of it to take over."""
    return array if any(array.strides) or not array.ndim else restride(array, array.shape, strides(array))


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
    """Return whether several elements certainly share one place in memory, as after `expand`.

    Conjugates that were not computed do not count: what changes them works on a copy that is written back.
    """
    repeats = array.size > 0 and any(
        step == 0 and size > 1 for step, size in zip(array.strides, array.shape, strict=True)
    )
    return repeats and not hasattr(array, "memory")


def same_elements(a: Array, b: Array) -> bool:
    """Return whether two arrays look at the same elements in the same order, which torch tells by the strides."""
    return bool(
        backend.address(a) == backend.address(b) and _extent(a) == _extent(b) and strides(a) == strides(b)
    )


def _extent(array: Array) -> int:
    """Return how many bytes lie between the first and the end of the last element."""
    reach: int = array.itemsize
    for size, step in zip(array.shape, array.strides, strict=True):
        reach += (size - 1) * step
    return reach


def dense_strides(array: Array) -> tuple[int, ...] | None:
    """Return the strides in bytes that a copy which keeps the layout has, or None for row-major ones.

    A dense array keeps its strides; any other gets row-major memory in the order of its axes' strides (torch's
    `preserve_format`); axes of stride 0, as after `expand`, stay where they are.
    """
    if is_dense(array):
        return None if array.flags.c_contiguous and not _has_odd_strides(array) else array.strides
    return _strides_in_order(array.shape, in_order(array.shape, [array.strides]), array.itemsize)


def iterated(shape: tuple[int, ...], operands: Sequence[Array], itemsize: int) -> tuple[int, ...]:
    """Return the strides in bytes of a new result of `shape` that is computed element by element from `operands`.

    torch's rule: operands that are all laid out in the same dense way hand that layout on. Otherwise the axes are
    ordered by the operands' strides, those of the first operand counting first; broadcast axes (stride 0) have no say.
    """
    first = operands[0]
    if all(each.shape == shape for each in operands):
        if all(each.flags.c_contiguous for each in operands):
            return _strides_in_order(shape, range(len(shape) - 1, -1, -1), itemsize)
        if is_dense(first) and all(strides(each) == strides(first) for each in operands):
            return tuple([step // first.itemsize * itemsize for step in first.strides])
    return iterated_by(shape, [broadcast_strides(each, shape) for each in operands], itemsize)


def laid_out(array: Array, operands: Sequence[Array]) -> Array:
    """Return a new result that was computed element by element, copied where torch lays it out otherwise than NumPy."""
    if array.ndim < 2 or not array.size:
        return array
    steps = iterated(array.shape, operands, array.itemsize)
    return array if array.strides == steps else relaid(array, steps)


def relaid(array: Array, steps: tuple[int, ...]) -> Array:
    """Return a copy with these strides (in bytes)."""
    made = backend.empty(array.shape, array.dtype, steps)
    made[...] = array
    return made


def iterated_by(shape: tuple[int, ...], steps: Sequence[tuple[int, ...]], itemsize: int) -> tuple[int, ...]:
    """Return the strides in bytes of a result for operands with these strides."""
    return _strides_in_order(shape, in_order(shape, steps), itemsize)


def broadcast_strides(array: Array, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the strides of an array that is broadcast to `shape`: 0 where it repeats."""
    lead: int = len(shape) - array.ndim
    item: int = array.itemsize
    return (0,) * lead + tuple(
        [
            0 if own == 1 and size != 1 else step * item
            for own, size, step in zip(array.shape, shape[lead:], strides(array), strict=True)
        ]
    )


def _strides_in_order(shape: Sequence[int], order: Iterable[int], step: int) -> tuple[int, ...]:
    """Return the strides of memory that is filled along the axes of `order`, the innermost first."""
    found = [0] * len(shape)
    for axis in order:
        found[axis] = step
        step *= max(shape[axis], 1)
    return tuple(found)


def in_order(shape: tuple[int, ...], steps: Sequence[tuple[int, ...]]) -> list[int]:
    """Return the axes ordered by strides, the innermost first; axes that cannot be compared keep their order."""
    order = list(reversed(range(len(shape))))
    for outer in range(1, len(order)):
        place = outer
        for before in reversed(range(outer)):
            compared = _compare(shape, steps, order[before], order[place])
            if compared > 0:
                order[before], order[place] = order[place], order[before]
                place = before
            elif compared < 0:
                break
    return order


def _has_odd_strides(array: Array) -> bool:
    """Return whether a dimension of size 0 or 1 has another stride than row-major memory gives it."""
    return (1 in array.shape or 0 in array.shape) and strides(array) != contiguous_strides(array.shape)


def _compare(shape: tuple[int, ...], steps: Sequence[tuple[int, ...]], inner: int, outer: int) -> int:
    """Return 1 where the axes should change places, -1 where they stand right, 0 where no operand can tell."""
    for each in steps:
        a, b = each[inner], each[outer]
        if a and b and a != b:
            return 1 if a > b else -1
        if a and b and shape[inner] > shape[outer]:
            return 1
    return 0


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


def copied(array: Array, steps: Sequence[int], dtype: Any = None) -> Array:
    """Return a copy with these strides, in elements."""
    kind = array.dtype if dtype is None else dtype
    made = backend.empty(array.shape, kind, tuple([step * kind.itemsize for step in steps]))
    made[...] = array
    return made


def restride(array: Array, shape: Sequence[int], steps: Sequence[int], start: int | None = None) -> Array:
    """View the memory of `array` with sizes, strides and offset in elements (the offset of `array` by default)."""
    item = array.itemsize
    memory = backend.seen_as(backend.root(array), array.dtype)
    first = (backend.address(array) - backend.address(memory)) if start is None else start * item
    if 0 in shape:  # no element: it may begin behind the memory
        first = min(first, memory.nbytes)
    seen = backend.strided(memory, tuple(shape), tuple([step * item for step in steps]), first)
    return _read_alike(array, seen)


def _read_alike(array: Array, memory: Array) -> Array:
    """Return memory read as `array` reads its own: as conjugates or negatives, where it does so."""
    if type(array) is backend.ndarray:
        return memory
    from .unresolved import like

    return like(array, memory)


def resized(array: Array, shape: Sequence[int], steps: Sequence[int] | None = None) -> Array:
    """Return another shape, from where `array` begins in its memory on; row by row unless strides are given (in elements).

    Where the memory is too small, it is copied into a larger one, whose new elements are not initialised.
    """
    start = offset(array)
    steps = contiguous_strides(shape) if steps is None else steps
    return restride(reaching(array, shape, steps, start), shape, steps, start)


def reaching(array: Array, shape: Sequence[int], steps: Sequence[int], start: int) -> Array:
    """Return an array over the same memory, or over a copy that is larger where these elements would not fit."""
    have = size_in_bytes(array) // array.itemsize
    need = start + (
        0 if 0 in shape else 1 + sum((n - 1) * step for n, step in zip(shape, steps, strict=True))
    )
    if need <= have:
        return array
    made = backend.empty((need,), array.dtype)
    made[:have] = restride(getattr(array, "memory", array), (have,), (1,), 0)
    return _read_alike(array, made)


def part(array: Array, dim: int, along: slice) -> Array:
    """Return a slice along a dimension; one without elements has the strides and the place that it would have with some."""
    seen = array[(*[slice(None)] * dim, along)]
    if seen.size:
        return seen
    steps = list(strides(array))
    start = offset(array) + along.start * steps[dim]
    steps[dim] *= along.step or 1
    return restride(array, seen.shape, steps, start)


def check_extent(
    array: Array, shape: Sequence[int], steps: Sequence[int], start: int, shown: Sequence[int] | None = None
) -> None:
    """Refuse sizes and strides (in elements) that lead outside the memory of `array`; messages show the strides given."""
    check_within(array.itemsize, size_in_bytes(array), shape, steps, start, shown)


def check_within(
    item: int,
    have: int,
    shape: Sequence[int],
    steps: Sequence[int],
    start: int,
    shown: Sequence[int] | None = None,
) -> None:
    """Refuse sizes and strides (in elements of `item` bytes) that lead outside `have` bytes of memory."""
    if 0 in shape:
        return
    need = (1 + start + sum((n - 1) * step for n, step in zip(shape, steps, strict=True))) * item
    if need > have:
        raise RuntimeError(
            f"setStorage: sizes {list(shape)}, strides {list(steps if shown is None else shown)}, storage offset {start}, and itemsize {item} "
            f"requiring a storage size of {need} are out of bounds for storage of size {have}"
        )


def size_in_bytes(array: Array) -> int:
    """Return the size of the whole memory block."""
    memory: Any = backend.root(array)
    return int(memory.nbytes)
