"""Norms of matrices, and the condition numbers made of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .. import dtypes
from ..backend import xp
from ..tensor import Tensor
from .matrices import check_floating, check_matrix, check_square, written
from .outputs import copied
from .shape import axis_of, permute
from .singular_values import svdvals
from .solving import inv_ex
from .statistics import vector_norm

__all__ = ["matrix_norm"]

NAME = "linalg.matrix_norm"


def _check_dtype(a: Tensor, dtype: Any) -> None:
    if dtype is None:
        return
    if not (dtype.is_floating_point or dtype.is_complex):
        raise RuntimeError(f"{NAME}: dtype should be floating point or complex, but got {dtype._scalar}")
    if dtype.is_complex != a.dtype.is_complex:
        kinds = ("complex", "real")[:: 1 if a.dtype.is_complex else -1]
        raise RuntimeError(
            f"{NAME}: dtype should be {kinds[0]} for {kinds[0]} inputs, but got {dtype._scalar}"
        )
    if dtypes.promote(a.dtype, dtype) is not dtype:
        raise RuntimeError(
            f"{NAME}: the dtype of the input ({a.dtype._scalar}) should be convertible without narrowing to the "
            f"specified dtype ({dtype._scalar})"
        )


def _checked_dims(a: Tensor, dim: Sequence[int], dtype: Any, low: bool) -> tuple[int, int]:
    """Return the two dimensions of the matrices; what is no matrix of floats is refused."""
    check_matrix(NAME, a)
    check_floating(NAME, a, low=low)
    if len(dim) != 2:
        raise RuntimeError(f"{NAME}: dim must be a 2-tuple. Got {' '.join(map(str, dim))}")
    rows, columns = [axis_of(each, a._array.ndim) for each in dim]
    if rows == columns:
        raise RuntimeError(f"{NAME}: dims must be different. Got ({rows}, {columns})")
    _check_dtype(a, dtype)
    return rows, columns


def matrix_norm(
    input: Tensor,
    ord: Any = "fro",
    dim: Sequence[int] = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: Any = None,
    out: Tensor | None = None,
) -> Tensor:
    """Return a norm of matrices: "fro" (of all elements), "nuc" (the sum of the singular values), or a number.

    2 is the largest singular value, 1 the largest sum of a column and inf that of a row, of absolute values; negative
    orders give the smallest.
    """
    if out is not None:
        return copied(matrix_norm(input, ord, dim, keepdim, dtype=dtype), out, "linalg_matrix_norm")
    by_name = isinstance(ord, str)
    if ord not in ("fro", "nuc") if by_name else abs(ord) not in (1, 2, math.inf):
        raise RuntimeError(f"{NAME}: Order {ord if by_name else f'{ord:g}'} not supported.")
    spectral = ord == "nuc" or (not by_name and abs(ord) == 2)
    dims = _checked_dims(input, dim, dtype, not spectral)
    if ord == "fro":
        return vector_norm(input, 2, dims, keepdim, dtype=dtype)
    if spectral:
        return _of_singular_values(input if dtype is None else input.to(dtype), ord, dims, keepdim)
    summed, chosen = dims if abs(ord) == 1 else dims[::-1]
    sums = vector_norm(input, 1.0, (summed,), keepdim, dtype=dtype)
    if not keepdim and summed < chosen:
        chosen -= 1
    return _extreme(sums, ord, chosen, keepdim)


def _extreme(a: Tensor, ord: float, axis: int, keepdim: bool) -> Tensor:
    """Return the largest along a dimension (0 of nothing), or the smallest where `ord` is negative."""
    if ord > 0 and not a._array.shape[axis]:
        return written(a.detach().sum(axis, keepdim)._array)
    found: Tensor = (a.amax if ord > 0 else a.amin)(axis, keepdim)
    return found


def _of_singular_values(a: Tensor, ord: Any, dims: tuple[int, int], keepdim: bool) -> Tensor:
    others = [axis for axis in range(a._array.ndim) if axis not in dims]
    order = (*others, *dims)
    values = svdvals(permute(a, order))
    found: Tensor = values.sum(-1, keepdim) if ord == "nuc" else _extreme(values, ord, -1, keepdim)
    if not keepdim:
        return found
    return permute(found.unsqueeze(-1), tuple([order.index(axis) for axis in range(len(order))]))


def norm(
    input: Tensor,
    ord: Any = None,
    dim: Any = None,
    keepdim: bool = False,
    *,
    dtype: Any = None,
    out: Tensor | None = None,
) -> Tensor:
    """Return the norm of a vector, or of a matrix where `ord` is given and there are two dimensions."""
    if out is not None:
        return copied(norm(input, ord, dim, keepdim, dtype=dtype), out, "linalg_norm")
    dims = (dim,) if isinstance(dim, int) else None if dim is None else tuple(dim)
    ndim = input._array.ndim
    if isinstance(ord, complex):
        kind = "vector_norm" if ndim == 1 or (dims is not None and len(dims) == 1) else "matrix_norm"
        raise RuntimeError(f"linalg.{kind}: Expected a non-complex scalar as the order of norm.")
    if dims is not None and len(dims) not in (1, 2):
        raise RuntimeError(f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {list(dims)}")
    if dims is None and ord is not None and ndim not in (1, 2):
        raise RuntimeError(
            f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {ndim}D."
        )
    if isinstance(ord, str) or (ord is not None and (len(dims) == 2 if dims is not None else ndim == 2)):
        return matrix_norm(input, ord, (0, 1) if dims is None else dims, keepdim, dtype=dtype)
    return vector_norm(input, 2 if ord is None else ord, dims, keepdim, dtype=dtype)


# ---- condition numbers ---------------------------------------------------------------------------------------------


def cond(input: Tensor, p: Any = None, *, out: Tensor | None = None) -> Tensor:
    """Return the condition number: the norm of order `p` of a matrix times that of its inverse.

    By default, and for 2 and -2, the quotient of the largest and the smallest singular value.
    """
    if out is not None:
        return copied(cond(input, p), out, "linalg_cond")
    shown = p if isinstance(p, str) else f"{p or 2:g}"
    if isinstance(p, str):
        check_square(f"linalg.cond(ord={shown})", input)
    elif input._array.ndim < 2:
        raise RuntimeError("linalg.cond: The input tensor must have at least 2 dimensions.")
    if p not in (None, 2, -2, "fro", "nuc", 1, -1, math.inf, -math.inf):
        raise RuntimeError(f"linalg.cond got an invalid norm type: {shown}")
    if not input._array.size:
        return written(xp.zeros(input._array.shape[:-2], input._array.real.dtype))
    if p in (None, 2, -2):
        return _of_extremes(input, p)
    check_square(f"linalg.cond(ord={shown})", input)
    if p == "nuc":
        values = svdvals(input)
        whole: Tensor = values.sum(-1) * values.reciprocal().sum(-1)
        return whole
    inverse, info = inv_ex(input)
    inverse.masked_fill_((info > 0)[..., None, None], math.inf)  # in place, as in torch: backward notices
    found: Tensor = matrix_norm(input, p) * matrix_norm(inverse, p)
    found.nan_to_num_(math.inf, math.inf, -math.inf)
    return found


def _of_extremes(a: Tensor, p: Any) -> Tensor:
    values = svdvals(a)
    first, last = values.narrow(-1, 0, 1), values.narrow(-1, -1, 1)
    found: Tensor = (first / last if p is None or p > 0 else last / first).squeeze(-1)
    return found
