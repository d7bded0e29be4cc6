"""Tensors put side by side and taken apart as rows, columns and blocks; shapes made alike."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from .. import backend, both, dtypes
from ..backend import xp
from ..graph import derivative
from ..recording import record
from ..size import Size
from ..tensor import Tensor, wrap
from .broadcasting import check_broadcast
from .indexing import narrow
from .joining import cat
from .outputs import into
from .registry import FUNCTIONS, check_tensors, explained, function, public
from .shape import axis_of, expand, reshape, unsqueeze, view

__all__: list[str] = []


def _raised(tensor: Tensor, ndim: int) -> Tensor:
    """Put in dimensions of size 1: in front for two, around a row for three."""
    if not tensor._array.ndim:
        return view(tensor, (1,) * ndim)
    while tensor._array.ndim < ndim:
        tensor = unsqueeze(tensor, 0 if tensor._array.ndim < 2 else -1)
    return tensor


def _at_least(ndim: int) -> None:
    def raised(tensors: Any) -> Any:
        if isinstance(tensors, Tensor):
            return _raised(tensors, ndim)
        return tuple([_raised(each, ndim) for each in tensors])

    checked = explained(raised, f"_VF.atleast_{ndim}d")

    def call(*tensors: Any) -> Any:
        return checked(tensors[0] if len(tensors) == 1 else tensors)

    call.__name__ = call.__qualname__ = f"atleast_{ndim}d"
    call.__doc__ = f"Return tensors as views with at least {ndim} dimension{'s' * (ndim > 1)}."
    function(call)


for _ndim in (1, 2, 3):
    _at_least(_ndim)


def _given(name: str, tensors: Any) -> list[Tensor]:
    if not isinstance(tensors, tuple | list):
        raise TypeError(name)
    if not tensors:
        raise RuntimeError(f"{name} expects a non-empty TensorList")
    return list(tensors)


@function
def vstack(tensors: Any, *, out: Tensor | None = None) -> Tensor:
    """Join tensors as rows."""
    joined: Tensor = into(out, cat, [_raised(each, 2) for each in _given("vstack", tensors)], 0)
    return joined


@function
def hstack(tensors: Any, *, out: Tensor | None = None) -> Tensor:
    """Join tensors as columns; one-dimensional ones end to end."""
    given = [_raised(each, 1) for each in _given("hstack", tensors)]
    joined: Tensor = into(out, cat, given, 0 if given[0]._array.ndim == 1 else 1)
    return joined


@function
def dstack(tensors: Any, *, out: Tensor | None = None) -> Tensor:
    """Join tensors along the third dimension."""
    joined: Tensor = into(out, cat, [_raised(each, 3) for each in _given("dstack", tensors)], 2)
    return joined


@function
def column_stack(tensors: Any, *, out: Tensor | None = None) -> Tensor:
    """Join vectors as columns, and what has more dimensions along the second."""
    given = _given("column_stack", tensors)
    upright = [reshape(each, (each._array.size, 1)) if each._array.ndim < 2 else each for each in given]
    joined: Tensor = into(out, cat, upright, 1)
    return joined


FUNCTIONS["row_stack"] = explained(vstack, "row_stack")


def _unblock(g: Any, needs: Sequence[bool], shapes: tuple[Any, ...]) -> list[Any]:
    found, row, column = [], 0, 0
    for needed, (shape, size) in zip(needs, shapes, strict=True):
        if shape == (0,):  # torch counts no row for it, though its block has one
            found.append(both.zeros_like(g.reshape(-1)[:0]) if needed else None)
            continue
        part = g[row : row + size[0], column : column + size[1]]
        for _ in range(2 - len(shape)):
            part = part.squeeze(-1) if part.shape[-1] == 1 else part
        found.append(part if needed else None)
        row, column = row + size[0], column + size[1]
    return found


_kinds: dict[int, Any] = {}


@function
def block_diag(*tensors: Tensor) -> Tensor:
    """Return zeros with the given matrices along the diagonal."""
    check_tensors(tensors)
    if not tensors:
        return wrap(xp.zeros((1, 0), dtypes.get_default_dtype()._numpy))
    sizes = []
    for at, each in enumerate(tensors):
        if each._array.ndim > 2:
            raise RuntimeError(
                f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {at} has {each._array.ndim} "
                "dimensions"
            )
        sizes.append((1, each._array.size) if each._array.ndim < 2 else each._array.shape)
    want = dtypes.result_of(tensors)._numpy
    made = xp.zeros((sum(size[0] for size in sizes), sum(size[1] for size in sizes)), want)
    row = column = 0
    for each, size in zip(tensors, sizes, strict=True):
        made[row : row + size[0], column : column + size[1]] = each._array
        row, column = row + size[0], column + size[1]
    count = len(tensors)
    if count not in _kinds:
        names = " ".join(f"tensor{at}" for at in range(count))
        _kinds[count] = derivative("BlockDiagBackward0", args="shapes", joint=(names, _unblock))
    shapes = tuple((each._array.shape, size) for each, size in zip(tensors, sizes, strict=True))
    return record(_kinds[count], made, tensors, (shapes,))


# ---- taken apart -------------------------------------------------------------------------------------------------


@public
def tensor_split(input: Tensor, indices_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Return views of so many pieces, or of the pieces between the given places, along a dimension."""
    if input._array.ndim == 0:
        raise RuntimeError(
            f"tensor_split expected at least a 1-dimensional tensor, but got a tensor with {input._array.ndim} dims"
        )
    if isinstance(indices_or_sections, Tensor):
        if indices_or_sections.dtype is not dtypes.int64:
            raise RuntimeError(
                "tensor_split expected tensor_indices_or_sections to have dtype of long, but got "
                f"{indices_or_sections.dtype._scalar}"
            )
        if indices_or_sections._array.ndim > 1:
            raise RuntimeError(
                "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor, but "
                f"got a tensor with {indices_or_sections._array.ndim} dims"
            )
        indices_or_sections = indices_or_sections.tolist()
    axis = axis_of(dim, input._array.ndim)
    length = input._array.shape[axis]
    if isinstance(indices_or_sections, int):
        count = indices_or_sections
        if count <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {count}")
        small, rest = divmod(length, count)
        cuts = [at * small + min(at, rest) for at in range(1, count)]
    else:
        cuts = [slice(0, int(each)).indices(length)[1] for each in indices_or_sections]
    return tuple(
        narrow(input, axis, low, max(high - low, 0))
        for low, high in zip([0, *cuts], [*cuts, length], strict=True)
    )


def _places(given: Tensor) -> Any:
    """Return the number of pieces, or the places between them, that a tensor gives."""
    if given.dtype is not dtypes.int64:
        raise RuntimeError(
            f"tensor_split expected tensor_indices_or_sections to have dtype of long, but got {given.dtype._scalar}"
        )
    if given._array.ndim > 1:
        raise RuntimeError(
            "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor, but "
            f"got a tensor with {given._array.ndim} dims"
        )
    return given.tolist()


def _split_along(name: str, axis_for: Callable[[int], int], least: int) -> None:
    def call(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
        ndim = input._array.ndim
        if ndim < least:
            raise RuntimeError(
                f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor "
                f"with {ndim} dimensions!"
            )
        axis = axis_for(ndim)
        size = input._array.shape[axis]
        if isinstance(indices_or_sections, int) and (not indices_or_sections or size % indices_or_sections):
            raise RuntimeError(
                f"torch.{name} attempted to split along dimension {axis}, but the size of the dimension {size} is not "
                f"divisible by the split_size {indices_or_sections}!"
            )
        return tensor_split(input, indices_or_sections, axis)

    call.__name__ = name
    call.__doc__ = "Return views of equal pieces, or of those between the given places, along one dimension."
    public(call)


_split_along("hsplit", lambda ndim: 0 if ndim == 1 else 1, 1)
_split_along("vsplit", lambda ndim: 0, 2)
_split_along("dsplit", lambda ndim: 2, 3)


# ---- shapes made alike ---------------------------------------------------------------------------------------------


@function
def broadcast_tensors(*tensors: Any) -> tuple[Tensor, ...]:
    """Return views of the tensors expanded to one shape."""
    check_tensors(tensors)
    shape: tuple[int, ...] = ()
    for each in tensors:
        check_broadcast(shape, each._array.shape)
        shape = backend.broadcast_shapes(shape, each._array.shape)
    return tuple([each if each._array.shape == shape else expand(each, shape) for each in tensors])


@function
def broadcast_shapes(*shapes: Any) -> Size:
    """Return the shape that all of the given ones broadcast to."""
    shapes = tuple([each for each in shapes if each is not None])
    for each in shapes:
        if not isinstance(each, int | Sequence):
            raise RuntimeError(
                f"Input shapes should be of type ints, a tuple of ints, or a list of ints, got {each}"
            )
    rows = [(each,) if isinstance(each, int) else each for each in shapes]
    width = max((len(each) for each in rows), default=0)
    found = [1] * width
    for at, row in enumerate(rows):
        for back in range(-1, -1 - len(row), -1):
            if row[back] == found[back]:
                continue
            if found[back] == 1:
                if row[back] < 0:
                    raise ValueError("Attempting to broadcast a dimension with negative length!")
                found[back] = row[back]
            elif row[back] != 1:
                raise RuntimeError(
                    f"Attempting to broadcast a dimension of length {row[back]} at {back}! Mismatching argument at "
                    f"index {at} had {row}; but expected shape should be broadcastable to {found}"
                )
    return Size(found)


@function
def tril_indices(row: int, col: int, offset: int = 0, *, dtype: Any = None, **options: Any) -> Tensor:
    """Return row and column of the elements on and below a diagonal."""
    return _indices(xp.tri(row, col, offset, dtype=bool), dtype)


@function
def triu_indices(row: int, col: int, offset: int = 0, *, dtype: Any = None, **options: Any) -> Tensor:
    """Return row and column of the elements on and above a diagonal."""
    return _indices(~xp.tri(row, col, offset - 1, dtype=bool), dtype)


def _indices(mask: Any, dtype: Any) -> Tensor:
    return wrap(xp.stack(mask.nonzero()).astype(xp.int64 if dtype is None else dtype._numpy))


@function
def cartesian_prod(*tensors: Tensor) -> Tensor:
    """Return all combinations of one element from each vector, as rows."""
    from .joining import stack
    from .rearranging import meshgrid

    check_tensors(tensors)
    for each in tensors:
        if each._array.ndim != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {list(each._array.shape)}")
    if len(tensors) == 1:
        return tensors[0]
    return stack([each.flatten() for each in meshgrid(*tensors, indexing="ij")], 1)


@function
def combinations(input: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """Return all combinations of `r` elements of a vector, as rows."""
    from .joining import stack
    from .rearranging import meshgrid

    if input._array.ndim != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(input._array.shape)}")
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    if r == 0:
        return wrap(xp.empty((0,), input._array.dtype))
    places = xp.meshgrid(*[xp.arange(input._array.size)] * r, indexing="ij")
    ordered = xp.ones(places[0].shape, bool)
    for one, two in itertools.pairwise(places):
        ordered &= one <= two if with_replacement else one < two
    mask = wrap(ordered)
    return stack([each.masked_select(mask) for each in meshgrid(*[input] * r, indexing="ij")], 1)
