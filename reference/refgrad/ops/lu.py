"""Decompositions into triangles: `lu`, `lu_factor`, and what is solved with them."""

from __future__ import annotations

from typing import Any

from .. import both
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record, record_several
from ..return_types import structured
from ..tensor import Tensor, wrap
from .lu_kernels import decomposed, rows_from, solved, solved_adjoint
from .matrices import (
    adjoint,
    by_columns,
    check_factors,
    check_floating,
    check_kernel,
    check_matrix,
    check_square,
    columns_of,
    first_failure,
    lower,
    rows_of,
    turned,
    upper,
)
from .registry import function
from .solving import from_adjoint, triangular

__all__ = ["lu_factor_ex", "lu_solve"]


# ---- derivatives ---------------------------------------------------------------------------------------------------


def _by_triangle(a: Any, b: Any, is_upper: bool, unit: bool = False, left: bool = True) -> Any:
    """Solve with a triangle, recorded or not."""
    return triangular(a, b, is_upper, left, unit)


def _back_through(g_l: Any, g_u: Any, l: Any, u: Any, p: Any) -> Any:  # noqa: E741 - the names of the factors
    """Return the gradient of `P @ L @ U` with respect to the product; gradients that are None count as 0."""
    rows, columns = l.shape[-2], u.shape[-1]
    k = min(rows, columns)
    g_l = both.zeros_like(l) if g_l is None else g_l
    g_u = both.zeros_like(u) if g_u is None else g_u
    l1, u1 = rows_of(l, k), columns_of(u, k)
    of_l = adjoint(l1) @ rows_of(g_l, k)
    of_u = columns_of(g_u, k) @ adjoint(u1)
    if rows > k:
        of_u = of_u - adjoint(l[..., k:, :]) @ g_l[..., k:, :]
    if columns > k:
        of_l = of_l - g_u[..., :, k:] @ adjoint(u[..., :, k:])
    inner = lower(of_l, -1) + upper(of_u)
    found = _by_triangle(adjoint(u1), inner, False, False, left=False)
    found = _by_triangle(adjoint(l1), found, True, True)
    if rows > k:
        below = _by_triangle(adjoint(u1), g_l[..., k:, :], False, False, left=False)
        found = both.join([found, below], -2)
    if columns > k:
        beside = _by_triangle(adjoint(l1), g_u[..., :, k:], True, True)
        found = both.join([found, beside], -1)
    return p @ found


def _lu_slope(grads: Any, needs: Any, P: Any, L: Any, U: Any, pivot: bool) -> list[Any]:  # noqa: N803 - torch's names
    return [_back_through(grads[0], grads[1], L, U, P)]


def _triangles(lu: Any) -> tuple[Any, Any]:
    """Return L, with ones on its diagonal, and U."""
    if isinstance(lu, Tensor):
        parts = lu_unpack(lu, lu, unpack_pivots=False)
        return parts[1], parts[2]
    k = min(lu.shape[-2:])
    ones = both.like(xp.eye(lu.shape[-2], k, dtype=both.plain(lu).dtype), lu)
    return lower(columns_of(lu, k), -1) + ones, upper(rows_of(lu, k))


def _permutation(pivots: Array, size: int, dtype: Any) -> Array:
    """Return the matrix P of `A = P @ L @ U`."""
    return turned(xp.eye(size, dtype=dtype)[rows_from(pivots, size)])


def _permutation_like(lu: Any, pivots: Any) -> Any:
    return both.like(_permutation(both.plain(pivots), lu.shape[-2], both.plain(lu).dtype), lu)


def _lu_factor_slope(g: Any, LU: Any, pivots: Any) -> Any:  # noqa: N803
    k = min(g.shape[-2:])
    factors = _triangles(LU)
    return _back_through(columns_of(g, k), rows_of(g, k), *factors, _permutation_like(LU, pivots))


def _lu_solve_slope(g: Any, LU: Any, pivots: Any, result: Any, left: bool, adjoint_: bool) -> Any:  # noqa: N803
    """Return the gradient of the decomposition in one, from that of the matrix it stands for."""
    x = result
    p = _permutation_like(LU, pivots)
    l, u = _triangles(LU)  # noqa: E741 - the name of the factor
    if left != adjoint_:
        outer = -(g @ adjoint(x)) if left else -(adjoint(g) @ x)
        inner = _by_triangle(adjoint(u), outer, False)
        of_l = _by_triangle(adjoint(l), inner @ adjoint(u), True, True)
        return lower(of_l, -1) + upper(inner)
    outer = -(turned(p) @ x @ adjoint(g) @ p) if left else -(turned(p) @ adjoint(x) @ g @ p)
    inner = _by_triangle(adjoint(l), outer, True, True, left=False)
    of_u = _by_triangle(adjoint(u), adjoint(l) @ inner, False, left=False)
    return lower(inner, -1) + upper(of_u)


def _solution(lu: Any, pivots: Any, b: Any, left: bool, adjoint_: bool) -> Any:
    if isinstance(lu, Tensor) or isinstance(b, Tensor):
        return lu_solve(lu, pivots, b, left=left, adjoint=adjoint_)
    if not left:
        return adjoint(_solution(lu, pivots, adjoint(b), True, not adjoint_))
    return by_columns((solved_adjoint if adjoint_ else solved)(lu, pivots, b))


LinalgLuBackward0 = derivative(
    "LinalgLuBackward0", args="pivot", saves="P", results="L U", joint=("A", _lu_slope)
)
LinalgLuFactorExBackward0 = derivative(
    "LinalgLuFactorExBackward0",
    args="pivot",
    saves="pivots",
    results="LU",
    A=lambda g, LU, pivots: _lu_factor_slope(g, LU, pivots),  # noqa: N803
)
LinalgLuSolveBackward0 = derivative(
    "LinalgLuSolveBackward0",
    args="left adjoint",
    saves="pivots",
    LU=lambda g, LU, pivots, result, left, adjoint: _lu_solve_slope(  # noqa: N803
        g, LU, pivots, result, left, adjoint
    ),
    B=lambda g, LU, pivots, left, adjoint: _solution(LU, pivots, g, left, not adjoint),  # noqa: N803
)
LuUnpackBackward0 = derivative(
    "LuUnpackBackward0",
    args="shape",
    joint=("LU_data", lambda grads, needs, shape: [_packed(grads[0], grads[1], shape)]),
)


def _packed(g_l: Any, g_u: Any, shape: tuple[int, int]) -> Any:
    """Put the gradients of L and U side by side as their factors are; None counts as 0."""
    rows, columns = shape
    parts = []
    if g_l is not None:
        below = lower(g_l, -1)
        parts.append(_widened(below, columns - below.shape[-1], -1))
    if g_u is not None:
        above = upper(g_u)
        parts.append(_widened(above, rows - above.shape[-2], -2))
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


def _widened(a: Any, count: int, dim: int) -> Any:
    """Put `count` columns (or rows) of zeros behind a matrix."""
    if count <= 0:
        return a
    sizes = [*a.shape]
    sizes[dim] = count
    zeros = both.like(xp.zeros(tuple(sizes), both.plain(a).dtype), a)
    return both.join([a, zeros], dim)


# ---- what programs call --------------------------------------------------------------------------------------------

NEEDS_PIVOTS = "linalg.lu_factor: LU without pivoting is not implemented on the CPU"


def _check_dims(name: str, a: Tensor) -> None:
    if a._array.ndim < 2:
        raise RuntimeError(
            f"{name}: Expected tensor with 2 or more dimensions. Got size: {list(a.shape)} instead"
        )


def _factor(a: Tensor, pivot: bool) -> tuple[Tensor, Tensor, Tensor]:
    _check_dims("torch.lu_factor", a)
    check_kernel("lu_cpu", a, empty=True)
    if not pivot and a._array.size:
        raise RuntimeError(NEEDS_PIVOTS)
    array, found, zeros = decomposed(a._array)
    pivots = wrap(found)
    lu = record(LinalgLuFactorExBackward0, by_columns(array), (a,), (pivot,), (pivots,))
    return lu, pivots, wrap(zeros)


def lu_factor_ex(A: Tensor, *, pivot: bool = True, check_errors: bool = False) -> Any:  # noqa: N803
    """Return L and U in one matrix, the pivots, and for each matrix where U has its first 0 on the diagonal (or 0)."""
    lu, pivots, info = _factor(A, pivot)
    if check_errors:
        _refuse_zeros("torch.linalg.lu_factor_ex", info)
    return structured("linalg_lu_factor_ex", LU=lu, pivots=pivots, info=info)


def lu_factor(A: Tensor, *, pivot: bool = True) -> Any:  # noqa: N803
    """Return L and U in one matrix, and the pivots; refused where U has a 0 on its diagonal."""
    lu, pivots, info = _factor(A, pivot)
    _refuse_zeros("torch.linalg.lu_factor", info)
    return structured("linalg_lu_factor", LU=lu, pivots=pivots)


def _refuse_zeros(name: str, info: Tensor) -> None:
    failure = first_failure(info._array)
    if failure:
        where, at = failure
        raise RuntimeError(
            f"{name}: {where}U[{at},{at}] is zero and using it on lu_solve would result in a division by zero. If you "
            "still want to perform the factorization, consider calling linalg.lu(A, pivot) or "
            "linalg.lu_factor_ex(A, pivot)"
        )


def lu(A: Tensor, *, pivot: bool = True) -> Any:  # noqa: N803
    """Return P, L and U, of which `P @ L @ U` is the matrix."""
    _check_dims("linalg.lu", A)
    check_kernel("lu_cpu", A, empty=True)
    if not pivot and A._array.size:
        raise RuntimeError(NEEDS_PIVOTS)
    array, pivots, _ = decomposed(A._array)
    p = wrap(
        _rows(_permutation(pivots, array.shape[-2], array.dtype)) if pivot else xp.zeros((0,), array.dtype)
    )
    factors = record_several(
        LinalgLuBackward0, [_rows(each) for each in _triangles(array)], (A,), (pivot,), (p,)
    )
    return structured("linalg_lu", P=p, L=factors[0], U=factors[1])


def _rows(array: Array) -> Array:
    return xp.ascontiguousarray(array)


def lu_solve(
    LU: Tensor,  # noqa: N803
    pivots: Tensor,
    B: Tensor,  # noqa: N803
    *,
    left: bool = True,
    adjoint: bool = False,
) -> Tensor:
    """Return the X of `A @ X = B`, given the decomposition of A; of `X @ A = B` unless `left`; with A^H, `adjoint`."""
    check_floating("torch.linalg.lu_solve", LU)
    _check_dims_of_factors(LU, pivots, B, left)
    _check_pivots(
        pivots, LU, "Pivots given to lu_solve must all be {} Did you properly pass the result of lu_factor?"
    )
    check_kernel("linalg.lu_solve_cpu", LU, empty=True)
    array = _solution(LU._array, pivots._array, B._array, left, adjoint)
    return from_adjoint(record(LinalgLuSolveBackward0, array, (LU, B), (left, adjoint), (pivots,)), left)


def _check_dims_of_factors(lu: Tensor, pivots: Tensor, b: Tensor, left: bool) -> None:
    name = "linalg.lu_solve"
    if lu.dtype is not b.dtype:
        raise RuntimeError(
            f"{name}: Expected LU and B to have the same dtype, but found LU of type {lu.dtype._scalar} and B of type "
            f"{b.dtype._scalar} instead"
        )
    if pivots._array.dtype != xp.int32:
        raise RuntimeError(f"{name}: pivots should be a Tensor of scalar type torch.int32")
    check_square(f"torch.{name}", lu)
    check_matrix(name, b, "B")
    check_factors(name, lu, b, left)
    if pivots._array.shape[-1:] != lu._array.shape[-1:]:
        raise RuntimeError(
            f"{name}: Number of pivots per batch should be same as the dimension of the matrix"
        )
    if pivots._array.shape != lu._array.shape[:-1]:
        raise RuntimeError(
            f"{name}: Expected LU.shape[:-1] and pivots.shape to be the same, but got pivots with shape "
            f"{list(pivots.shape)} instead"
        )


def _check_pivots(pivots: Tensor, lu: Tensor, text: str) -> None:
    found, rows = pivots._array, lu._array.shape[-2]
    if found.size and bool((found < 1).any()):
        raise RuntimeError(text.format("greater or equal to 1."))
    if found.size and bool((found > rows).any()):
        raise RuntimeError(text.format("smaller or equal to LU.size(-2)."))


@function
def lu_unpack(
    LU_data: Tensor,  # noqa: N803
    LU_pivots: Tensor,  # noqa: N803
    unpack_data: bool = True,
    unpack_pivots: bool = True,
) -> Any:
    """Return P, L and U of what `lu_factor` returned; empty tensors instead of what is not asked for."""
    _check_dims("torch.lu_unpack", LU_data)
    if unpack_pivots and not (LU_pivots._array.dtype == xp.int32 and LU_pivots.is_contiguous()):
        raise RuntimeError(
            "torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype.\nNote: this function "
            "is intended to be used with the output produced by torch.linalg.lu_factor"
        )
    array = LU_data._array
    nothing = [wrap(xp.zeros((0,), array.dtype)) for _ in range(3)]
    p, l, u = nothing  # noqa: E741 - the names of the factors
    if unpack_data:
        l, u = record_several(  # noqa: E741
            LuUnpackBackward0, [_rows(each) for each in _triangles(array)], (LU_data,), (array.shape[-2:],)
        )
    if unpack_pivots:
        _check_pivots(
            LU_pivots,
            LU_data,
            "pivots passed to lu_unpack must be between 1 and LU.size(-2) inclusive.Did you properly pass the result of "
            "lu_factor?",
        )
        p = wrap(_rows(_permutation(LU_pivots._array, array.shape[-2], array.dtype)))
    return structured("lu_unpack", P=p, L=l, U=u)
