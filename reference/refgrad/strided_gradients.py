"""Gradients of what was seen with strides of its own: of `as_strided`, and of a tensor a part of which was changed.

Recorded, they are made step by step as torch makes them, by changing parts of new memory in place: the nodes of the
gradient, and whether it has any, come out as there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from . import backend, storage
from .backend import Array, xp
from .tensor import Tensor, wrap

__all__ = ["Geometry", "strided_gradient", "through_part"]

Geometry = tuple[tuple[int, ...], tuple[int, ...], int]  # sizes, strides and offset, in elements
Dimensions = list[tuple[int, int]]  # sizes and strides


def strided_gradient(g: Any, part: Geometry, whole: Geometry) -> Any:
    """Return the gradient of a tensor that lies as `whole` says, given that of a view of its memory, `part`.

    What several elements of the view show adds up; what several elements of the tensor share is divided among them.
    """
    if 0 in part[0] or 0 in whole[0]:
        return g._zeros(whole[0]) if isinstance(g, Tensor) else xp.zeros(whole[0], g.dtype)
    seen: Dimensions = []
    for axis in reversed(range(len(part[0]))):
        size, step = part[0][axis], part[1][axis]
        if size == 1:
            g = g.squeeze(axis)
        elif step == 0:
            g = g.sum(axis)
        else:
            seen.insert(0, (size, step))
    base = [(size, step) for size, step in zip(*whole[:2], strict=True) if size != 1]
    first = min(part[2], whole[2])
    count = max(_extent(seen, part[2]), _extent(base, whole[2])) - first
    repeats = _places(base, whole[2] - first, count) if _may_overlap(base) else None
    fill = _recorded if isinstance(g, Tensor) else _filled
    memory = fill(g, seen, part[2] - first, count, repeats)
    if isinstance(memory, Tensor):
        return memory.as_strided(*whole[:2], whole[2] - first)
    return storage.restride(memory, *whole[:2], whole[2] - first)


def _filled(g: Array, seen: Dimensions, start: int, count: int, repeats: Array | None) -> Array:
    """Return new memory to which a gradient was added at the places that the view shows."""
    memory = xp.zeros(count, g.dtype)
    if _may_overlap(seen):
        xp.add.at(memory, _places(seen, start, count), g.ravel())
    else:
        storage.restride(memory, *_apart(seen), start)[...] = g
    if repeats is not None:
        memory /= xp.bincount(repeats, minlength=count).astype(g.dtype)
    return memory


def _recorded(g: Tensor, seen: Dimensions, start: int, count: int, repeats: Array | None) -> Tensor:
    """Do the same with tensors."""
    memory: Tensor = g._zeros((count,))
    if _may_overlap(seen):
        memory.index_add_(0, wrap(_places(seen, start, count)), g.reshape(-1))
    else:
        memory.as_strided(*_apart(seen), start).copy_(g)
    if repeats is not None:
        memory.div_(wrap(xp.bincount(repeats, minlength=count).astype(g._array.dtype)))
    return memory


def through_part(
    g: Tensor,
    change: Callable[[Tensor], Iterable[Any]],
    whole: Geometry,
    see: Callable[[Tensor], Tensor],
) -> list[Any]:
    """Return the gradients of a tensor of which a part was changed, and of the operands of the change, recorded.

    `change` gives the gradients of the part and of the operands, given that of the changed part. `see` gives the part
    of what lies as the tensor does.
    """
    result = memory_like(g, whole)
    result.copy_(g)
    piece = see(result)
    first, *others = change(piece.clone())
    if first is not None:
        piece.copy_(first)
    return [result, *others]


def memory_like(g: Tensor, whole: Geometry) -> Tensor:
    """Return new memory with the sizes of a gradient, and the strides and the offset that its tensor has."""
    dimensions = list(zip(*whole[:2], strict=True))
    if g._array.shape != whole[0] or 0 in whole[0]:
        return wrap(backend.empty(g._array.shape, g._array.dtype))
    memory = backend.empty((_extent(dimensions, whole[2]),), g._array.dtype)
    return wrap(storage.restride(memory, *whole))


def _apart(dimensions: Dimensions) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return tuple([size for size, _ in dimensions]), tuple([step for _, step in dimensions])


def _extent(dimensions: Iterable[tuple[int, int]], start: int) -> int:
    """Return where the memory ends that these sizes and strides lead to."""
    return 1 + start + sum((size - 1) * step for size, step in dimensions)


def _places(dimensions: Dimensions, start: int, count: int) -> Array:
    """Return the place in memory of each element, row by row."""
    return storage.restride(xp.arange(count), *_apart(dimensions), start).reshape(-1)


def _may_overlap(dimensions: Dimensions) -> bool:
    """Return whether several elements might lie in one place: torch's rule, which looks at one stride after the other."""
    reach = 0
    for size, step in sorted(dimensions, key=lambda each: each[1]):
        if step <= reach:
            return True
        reach += step * (size - 1)
    return False
