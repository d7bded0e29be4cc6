"""Dimensions made one, split up, or moved to other places."""

from __future__ import annotations

import math
from typing import Any

from ..tensor import Tensor
from .indexing import alias_of
from .registry import alias, explained, public
from .shape import axis_of, contiguous, permute, reshape, sizes_of, transpose, view

__all__: list[str] = []


@public
def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Return the tensor with a range of dimensions made one: itself, a view or a copy."""
    array = input._array
    start, end = axis_of(start_dim, array.ndim), axis_of(end_dim, array.ndim)
    if start > end:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if array.ndim == 0:
        return reshape(input, (1,))
    if start == end:
        return input
    shape = array.shape
    return reshape(input, (*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :]))


@public
def ravel(input: Tensor) -> Tensor:
    """Return the elements as one row."""
    return view(contiguous(input), -1)


@public
def unflatten(input: Tensor, dim: int, sizes: Any) -> Tensor:
    """Return a view in which one dimension is split up."""
    if not sizes:
        raise RuntimeError("unflatten: sizes must be non-empty")
    found: Tensor = _unflatten(input, dim, sizes)
    return found


def _split_up(self: Tensor, dim: int, sizes: Any) -> Tensor:
    shape = self._array.shape
    dim = axis_of(dim, len(shape))
    wanted = sizes_of((sizes,))
    if not shape:
        raise RuntimeError(
            "unflatten got an unexpected error:\nDimension specified as 0 but tensor has no dimensions"
        )
    if wanted.count(-1) == 1:
        rest = -math.prod(wanted)
        if rest and shape[dim] % rest:
            raise RuntimeError(
                f"unflatten: Provided sizes {list(wanted)} don't multiply up to the size of dim {dim} ({shape[dim]}) in "
                "the input tensor"
            )
        if rest:
            wanted = tuple([shape[dim] // rest if size == -1 else size for size in wanted])
    if wanted.count(-1) == 0 and math.prod(wanted) != shape[dim]:
        raise RuntimeError(
            f"unflatten: Provided sizes {list(wanted)} don't multiply up to the size of dim {dim} ({shape[dim]}) in "
            "the input tensor"
        )
    return view(self, (*shape[:dim], *wanted, *shape[dim + 1 :]))


_unflatten = explained(_split_up, "Tensor.unflatten")


@public
def movedim(input: Tensor, source: Any, destination: Any) -> Tensor:
    """Return a view with some dimensions moved to other places; the rest keep their order."""
    ndim = input._array.ndim
    given = [[each] if isinstance(each, int) else list(each) for each in (source, destination)]
    if len(given[0]) != len(given[1]):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({given[0]} dims) should contain the same number of "
            f"dims as destination ({given[1]} dims)"
        )
    taken = [[axis_of(each, ndim) for each in dims] for dims in given]
    for name, dims, axes in zip(("source", "destination"), given, taken, strict=True):
        if len(set(axes)) != len(axes):
            raise RuntimeError(f"movedim: repeated dim in `{name}` ({dims})")
    if not ndim:
        return alias_of(input)
    order = [axis for axis in range(ndim) if axis not in taken[0]]
    for target, axis in sorted(zip(taken[1], taken[0], strict=True)):
        order.insert(target, axis)
    return permute(input, order)


alias(transpose, "swapaxes", "swapdims")
alias(movedim, "moveaxis")
