"""Copies of what a view shows: `view_copy`, `transpose_copy`, `narrow_copy`, ..., row by row in memory of their own.

Their rules are those of the views, and their nodes are called after theirs: `ViewBackward0_copy`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import dtypes
from ..backend import Array, xp
from ..grad_mode import no_grad
from ..graph import Node, derivative
from ..recording import record, record_several
from ..tensor import Tensor, wrap
from .arithmetic import not_implemented
from .broadcasting import check_broadcast
from .complex import view_as_complex, view_as_real
from .holomorphic import refuse_complex_gradient
from .indexing import SliceBackward0, alias_of, select, slice_backward
from .inplace import bump
from .joining import split, split_with_sizes, unbind
from .output_tensors import resize_out
from .refused_outputs import check_dtype, refuse_differentiation
from .registry import function, public
from .shape import axis_of, expand, permute, squeeze, t, transpose, unsqueeze, view
from .striding import as_strided, diagonal, unfold

__all__: list[str] = []


_kinds: dict[type[Node], type[Node]] = {}


def _copied(kind: type[Node]) -> type[Node]:
    """Return the kind of node of a copy, given that of the view."""
    if kind not in _kinds:
        name = f"{kind.__name__}_copy"
        own = {"__slots__": (), "__module__": "builtins", "plans": {}, "full_name": name}
        _kinds[kind] = type(name, (kind,), own)
    return _kinds[kind]


def _row_by_row(seen: Tensor) -> Array:
    return xp.array(seen._array, order="C")


def _copy(input: Tensor, seen: Tensor) -> Tensor:
    """Return a copy of a view of `input`, recorded as the view is."""
    node = seen._node
    if node is None:
        return wrap(_row_by_row(seen))
    return record(_copied(type(node)), _row_by_row(seen), (input,), node.args)


def _copies(input: Tensor, seen: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """Return copies of several views of `input`, recorded as the views are."""
    arrays = [_row_by_row(each) for each in seen]
    node = seen[0]._node if seen else None
    if node is None:
        return tuple(map(wrap, arrays))
    return record_several(_copied(type(node)), arrays, (input,), node.args)


# ---- of one view -----------------------------------------------------------------------------------------------------


@function
def alias_copy(input: Tensor) -> Tensor:
    """Return a copy."""
    return _copy(input, alias_of(input))


@function
def as_strided_copy(input: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """Return a copy of the memory with any sizes, strides and offset, all in elements."""
    return _copy(input, as_strided(input, size, stride, storage_offset))


@function
def detach_copy(input: Tensor) -> Tensor:
    """Return a copy; torch records it, but has no derivative for it."""
    return record(not_implemented("aten::detach_copy"), _row_by_row(input), (input,))


@function
def diagonal_copy(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """Return a copy of the diagonals, along a new last dimension."""
    return _copy(input, diagonal(input, offset, dim1, dim2))


@function
def expand_copy(input: Tensor, size: Any, *, implicit: bool = False) -> Tensor:
    """Return a copy in which dimensions of size 1 (and new ones in front) are repeated."""
    return _copy(input, expand(input, tuple(size), implicit=implicit))


@function
def permute_copy(input: Tensor, dims: Any) -> Tensor:
    """Return a copy with the dimensions in another order."""
    return _copy(input, permute(input, dims))


@function
def select_copy(input: Tensor, dim: int, index: int) -> Tensor:
    """Return a copy of one place along a dimension, without that dimension."""
    seen = select(input, dim, index)
    refuse_complex_gradient("select_copy", input)
    return _copy(input, seen)


@function
def slice_copy(input: Tensor, dim: int = 0, start: Any = None, end: Any = None, step: int = 1) -> Tensor:
    """Return a copy of a slice along a dimension."""
    array = input._array
    if not array.ndim:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    axis = axis_of(dim, array.ndim)
    if step <= 0:
        raise RuntimeError("slice step must be positive")
    part = slice(start, end, step)
    refuse_complex_gradient("slice_copy", input)
    made = xp.array(array[(*[slice(None)] * axis, part)], order="C")
    return record(_copied(SliceBackward0), made, (input,), (array.shape, axis, part))


@function
def squeeze_copy(input: Tensor, dim: Any = None) -> Tensor:
    """Return a copy without the dimensions of size 1: all, or those among `dim`."""
    return _copy(input, squeeze(input) if dim is None else squeeze(input, dim))


@function
def t_copy(input: Tensor) -> Tensor:
    """Return a copy of the transposed matrix."""
    return _copy(input, t(input))


@function
def transpose_copy(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Return a copy with two dimensions swapped."""
    return _copy(input, transpose(input, dim0, dim1))


@function
def unfold_copy(input: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """Return a copy of all windows of `size` elements along a dimension, as a new last dimension."""
    return _copy(input, unfold(input, dimension, size, step))


@function
def unsqueeze_copy(input: Tensor, dim: int) -> Tensor:
    """Return a copy with a new dimension of size 1."""
    return _copy(input, unsqueeze(input, dim))


@function
def view_as_complex_copy(input: Tensor) -> Tensor:
    """Return a copy of pairs of real numbers as complex ones."""
    seen = view_as_complex(input)
    if seen.requires_grad:
        raise RuntimeError(
            "view_as_complex_copy does not support automatic differentiation for outputs with complex dtype."
        )
    return _copy(input, seen)


@function
def view_as_real_copy(input: Tensor) -> Tensor:
    """Return a copy of complex numbers as pairs of real ones."""
    return _copy(input, view_as_real(input))


@function
def view_copy(input: Tensor, size: Any) -> Tensor:
    """Return a copy with other sizes or, without a derivative, of the same bytes as elements of another dtype."""
    if isinstance(size, dtypes.dtype):
        return wrap(_row_by_row(view(input, size)))
    return _copy(input, view(input.contiguous(), tuple(size)))


# ---- of several ------------------------------------------------------------------------------------------------------


@function
def split_copy(input: Tensor, split_size: int, dim: int = 0, *, out: Any = None) -> Any:
    """Return copies of pieces of one size along a dimension."""
    if out is None:
        return _copies(input, split(input, split_size, dim))
    with no_grad():
        pieces = split(input, split_size, dim)
        _check_count("split_copy_Tensor_out()", out, pieces)
        for each, piece in zip(out, pieces, strict=True):
            each.copy_(piece)
    return None


@function
def split_with_sizes_copy(input: Tensor, split_sizes: Any, dim: int = 0, *, out: Any = None) -> Any:
    """Return copies of pieces of the sizes listed along a dimension."""
    if input._array.ndim and min(split_sizes, default=0) < 0:
        axis_of(dim, input._array.ndim)
        raise RuntimeError(
            "split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes="
            f"{list(split_sizes)}"
        )
    pieces = split_with_sizes(input, split_sizes, dim)
    return _copies(input, pieces) if out is None else _fill("split_with_sizes_copy_out", out, pieces)


@function
def unbind_copy(input: Tensor, dim: int = 0, *, out: Any = None) -> Any:
    """Return a copy of each place along a dimension."""
    if out is None:
        return _copies(input, unbind(input, dim))
    refuse_differentiation("unbind_copy", out, ())
    return _fill("unbind_copy_int_out", out, unbind(input, dim))


def _check_count(name: str, outs: Sequence[Tensor], pieces: Sequence[Tensor]) -> None:
    if len(outs) != len(pieces):
        raise RuntimeError(f"{name} expected an out= argument of size {len(pieces)}, got size {len(outs)}")


def _fill(name: str, outs: Sequence[Tensor], pieces: Sequence[Tensor]) -> None:
    """Write pieces into tensors that get their sizes; torch returns nothing then."""
    _check_count(name, outs, pieces)
    with no_grad():
        for out, piece in zip(outs, pieces, strict=True):
            if out._array.shape != piece._array.shape:
                resize_out(out, piece._array.shape)
                bump(out)
            check_dtype("alias_copy", piece.dtype, out.dtype)
            out.copy_(piece)


# ---- with a rule of its own ------------------------------------------------------------------------------------------


def _put_back(g: Any, shape: tuple[int, ...], dim: int, start: int, length: int) -> Any:
    """Return zeros with the gradient in its slice; torch does not count a negative start from the end here."""
    part = slice(start, start + length)
    have = len(range(*part.indices(shape[dim])))
    if have != length:
        check_broadcast(*[(*shape[:dim], size, *shape[dim + 1 :]) for size in (have, length)])
        g = g[(*[slice(None)] * dim, slice(0, have))]
    return slice_backward(g, shape, dim, part)


NarrowCopyBackward0 = derivative(
    "NarrowCopyBackward0",
    args="shape dim start length",
    self=lambda g, shape, dim, start, length: _put_back(g, shape, dim, start, length),
)


@public
def narrow_copy(input: Tensor, dim: int, start: Any, length: int) -> Tensor:
    """Return a copy of `length` places along a dimension."""
    array = input._array
    if not array.ndim:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if dim >= array.ndim:
        raise RuntimeError(
            "Expected dim < static_cast<int64_t>(self_sizes.size()) to be true, but got false.  (Could this error message "
            "be improved?  If so, please report an enhancement request to PyTorch.)"
        )
    axis = axis_of(dim, array.ndim)
    size, asked = array.shape[axis], int(start)
    if not -size <= asked <= size:
        raise IndexError(
            f"start out of range (expected to be in range of [{-size}, {size}], but got {asked})"
        )
    first = asked + size if asked < 0 else asked
    if length < 0 or first > size - length:
        raise RuntimeError(f"start ({first}) + length ({length}) exceeds dimension size ({size}).")
    made = xp.array(array[(*[slice(None)] * axis, slice(first, first + length))], order="C")
    return record(NarrowCopyBackward0, made, (input,), (array.shape, axis, asked, length))
