"""Copies in which other elements stand in place of a view: `select_scatter`, `slice_scatter`, `diagonal_scatter`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import backend, both, storage
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap
from ..unresolved import like
from .holomorphic import refuse_complex_gradient
from .registry import public
from .shape import axis_of

__all__: list[str] = []


def _into_view(name: str, args: str, view: Callable[..., Any], replace: Callable[..., Any]) -> Any:
    """Make the kind of node of a copy of a tensor in which a view of it was replaced."""

    def rest(g: Any, given: tuple[Any, ...]) -> Any:
        if isinstance(g, Tensor):
            return replace(g, g._zeros(view(g._array, *given).shape), *given)
        places = view(xp.arange(g.size).reshape(g.shape), *given)
        kept = xp.ones(g.shape, bool)
        kept.reshape(-1)[places.reshape(-1)] = False
        return both.keep(g, kept)

    def rule(g: Any, needs: Any, *given: Any) -> list[Any]:
        return [rest(g, given) if needs[0] else None, view(g, *given) if needs[1] else None]

    rule.asks = tuple(args.split())  # type: ignore[attr-defined]
    return derivative(name, args=args, joint=("self src", rule))


def _selected(value: Any, dim: int, index: int) -> Any:
    return value[(*[slice(None)] * (dim % value.ndim), index)]


def _sliced(value: Any, dim: int, start: int, end: int, step: int) -> Any:
    return value[(*[slice(None)] * (dim % value.ndim), slice(start, end, step))]


def _diagonal(value: Any, offset: int, dim1: int, dim2: int) -> Any:
    return both.diagonal(value, offset, (dim1, dim2))


SelectScatterBackward0 = _into_view(
    "SelectScatterBackward0", "dim index", _selected, lambda *given: select_scatter(*given)
)
SliceScatterBackward0 = _into_view(
    "SliceScatterBackward0", "dim start end step", _sliced, lambda *given: slice_scatter(*given)
)
DiagonalScatterBackward0 = _into_view(
    "DiagonalScatterBackward0", "offset dim1 dim2", _diagonal, lambda *given: diagonal_scatter(*given)
)


def _replaced(
    kind: Any, input: Tensor, src: Tensor, target: Tensor, made: Array, args: tuple[Any, ...]
) -> Tensor:
    _check_replaced(src, target)
    target._array[...] = src._array
    return record(kind, made, (input, src), args)


def _check_replaced(src: Tensor, target: Tensor) -> None:
    """Refuse what has not the sizes of the part that it is to replace."""
    if target.shape != src.shape:
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = {list(src.shape)}, slice size = "
            f"{list(target.shape)}"
        )


def _copied(input: Tensor) -> Tensor:
    """Return a copy with the strides of a tensor, also where they leave gaps."""
    array = input._array
    if storage.overlaps_itself(array) or not array.size:
        return wrap(storage.copy(array))
    memory = backend.root(array)
    start = backend.address(array) - backend.address(memory)
    copied = backend.seen_as(memory.copy(order="K"), array.dtype)
    return wrap(like(array, backend.strided(copied, array.shape, array.strides, start)))


@public
def select_scatter(input: Tensor, src: Tensor, dim: int, index: int) -> Tensor:
    """Return a copy with `src` at one place along a dimension."""
    if input.dtype.is_complex:
        refuse_complex_gradient("select_scatter", input, src)
    made = _copied(input)
    return _replaced(SelectScatterBackward0, input, src, made.select(dim, index), made._array, (dim, index))


@public
def slice_scatter(
    input: Tensor, src: Tensor, dim: int = 0, start: Any = None, end: Any = None, step: int = 1
) -> Tensor:
    """Return a copy with `src` in place of a slice along a dimension."""
    if not input._array.ndim:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    axis = axis_of(dim, input._array.ndim)
    made = _copied(input)
    part = slice(*slice(start, end, step).indices(input._array.shape[axis]))
    target = made[(*[slice(None)] * axis, part)]
    args = (dim, part.start, part.stop, part.step)
    _check_replaced(src, target)
    refuse_complex_gradient("slice_scatter", input, src)
    return _replaced(SliceScatterBackward0, input, src, target, made._array, args)


@public
def diagonal_scatter(input: Tensor, src: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """Return a copy with `src` as its diagonals."""
    made = _copied(input)
    target = made.diagonal(offset, dim1, dim2)
    return _replaced(DiagonalScatterBackward0, input, src, target, made._array, (offset, dim1, dim2))
