"""Functions of `torch` and methods of tensors that stand for functions of `torch.linalg`, among them older forms."""

from __future__ import annotations

import warnings
from typing import Any

from .. import both
from ..backend import xp
from ..graph import derivative
from ..recording import record_several
from ..return_types import structured
from ..tensor import Tensor, wrap
from . import decompositions, determinants, matrix_functions, singular_values, solving
from . import lu as triangles
from .cholesky import check_solvable
from .dispatched import called
from .matrices import adjoint, by_columns, check_kernel, triangle, turned
from .pairwise import outer
from .registry import FUNCTIONS, method, public

__all__: list[str] = []


def _deprecated(old: str, new: str, more: str) -> None:
    warnings.warn(
        f"torch.{old} is deprecated in favor of torch.linalg.{new}will be removed in a future PyTorch release.\n{more}",
        UserWarning,
        stacklevel=4,
    )


@public
def det(input: Tensor) -> Tensor:
    """Return the determinant."""
    return determinants.det(input)


@public
def slogdet(input: Tensor) -> Any:
    """Return the sign of the determinant and the logarithm of its absolute value."""
    sign, logarithm = determinants.slogdet(input)
    return structured("slogdet", sign=sign, logabsdet=logarithm)


@public
def inverse(input: Tensor) -> Tensor:
    """Return the inverse matrix; LinAlgError where there is none."""
    return solving.inv(input)


@public
def pinverse(input: Tensor, rcond: float = 1e-15) -> Tensor:
    """Return the pseudo-inverse; singular values below `rcond` times the largest count as 0."""
    return singular_values.pinv(input, rcond)


@public
def matrix_exp(input: Tensor) -> Tensor:
    """Return the exponential of a square matrix."""
    return matrix_functions.matrix_exp(input)


@public
def ger(input: Tensor, vec2: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Return the product of each element of one vector with each of the other."""
    if out is not None:
        warnings.warn(
            "torch.ger is deprecated and will be removed in a future PyTorch release. Use torch.outer instead.",
            UserWarning,
            stacklevel=3,
        )
    return outer(input, vec2, out=out)


# ---- older forms ---------------------------------------------------------------------------------------------------


@public
def qr(input: Tensor, some: bool = True) -> Any:
    """Return Q and R (deprecated: use `linalg.qr`)."""
    _deprecated(
        "qr",
        "qr and ",
        "The boolean parameter 'some' has been replaced with a string parameter 'mode'.\nQ, R = torch.qr(A, some)\n"
        "should be replaced with\nQ, R = torch.linalg.qr(A, 'reduced' if some else 'complete')",
    )
    q, r = decompositions.qr(input, "reduced" if some else "complete")
    return structured("qr", Q=q, R=r)


@public
def svd(input: Tensor, some: bool = True, compute_uv: bool = True) -> Any:
    """Return U, the singular values and V (not V^H); zeros instead of U and V unless `compute_uv`."""
    if input._array.ndim < 2:
        raise RuntimeError(
            f"linalg.svd: input should have at least 2 dimensions, but has {input._array.ndim} dimensions instead"
        )
    if not compute_uv:
        values = singular_values.svdvals(input)
        rows, columns = input._array.shape[-2:]
        u, v = [
            wrap(xp.zeros((*input._array.shape[:-2], size, size), input._array.dtype))
            for size in (rows, columns)
        ]
        return structured("svd", U=u, S=values, V=v.mT)
    u, s, vh = singular_values.svd(input, not some)
    return structured("svd", U=u, S=s, V=vh.mH)


def _lu_parts(A: Tensor, pivot: bool = True, get_infos: bool = False, out: Any = None) -> Any:  # noqa: N803
    from .._signatures import bind

    check_errors = not get_infos
    bind("_lu_with_info", (A,), {"pivot": pivot, "check_errors": check_errors})
    _deprecated(
        "lu",
        "lu_factor / torch.linalg.lu_factor_ex and ",
        "LU, pivots = torch.lu(A, compute_pivots)\nshould be replaced with\n"
        "LU, pivots = torch.linalg.lu_factor(A, compute_pivots)\nand\n"
        "LU, pivots, info = torch.lu(A, compute_pivots, get_infos=True)\nshould be replaced with\n"
        "LU, pivots, info = torch.linalg.lu_factor_ex(A, compute_pivots)",
    )
    factors, pivots, info = triangles.lu_factor_ex(A, pivot=pivot)
    found = structured("_lu_with_info", LU=factors, pivots=pivots, info=info)
    return (factors, pivots) if check_errors else found


@method
def lu(self: Tensor, pivot: bool = True, get_infos: bool = False) -> Any:
    """Return L and U in one matrix, and the pivots (deprecated: use `linalg.lu_factor`).

    With `get_infos` also, for each matrix, where U has its first 0 on the diagonal (or 0).
    """
    return tuple(_lu_parts(self, pivot, get_infos))


def _lu_function(*args: Any, **named: Any) -> Any:
    flag = named["get_infos"] if "get_infos" in named else args[2] if len(args) > 2 else False
    return called(_lu_parts, "_lu_with_infos" if flag else "_lu_no_infos")(*args, **named)


FUNCTIONS["lu"] = _lu_function


@public
def lu_solve(input: Tensor, LU_data: Tensor, LU_pivots: Tensor) -> Tensor:  # noqa: N803 - torch's names
    """Return the X of `A @ X = input`, given the decomposition of A (deprecated: use `linalg.lu_solve`)."""
    _deprecated(
        "lu_solve",
        "lu_solveand ",
        "Note that torch.linalg.lu_solve has its arguments reversed.\nX = torch.lu_solve(B, LU, pivots)\n"
        "should be replaced with\nX = torch.linalg.lu_solve(LU, pivots, B)",
    )
    return triangles.lu_solve(LU_data, LU_pivots, input)


def _deprecate_triangular_solve() -> None:
    _deprecated(
        "triangular_solve",
        "solve_triangularand ",
        "torch.linalg.solve_triangular has its arguments reversed and does not return a copy of one of the inputs.\n"
        "X = torch.triangular_solve(B, A).solution\nshould be replaced with\n"
        "X = torch.linalg.solve_triangular(A, B).",
    )


def _nothing_like(value: Any) -> Any:
    """Return zeros of the sizes of a value, all in one place."""
    return both.like(both.expand(xp.zeros(1, both.plain(value).dtype), value.shape), value)


def _triangular_slope(
    grads: Any,
    needs: Any,
    A: Any,  # noqa: N803
    solution: Any,
    upper: bool,
    transpose: bool,
    unitriangular: bool,
) -> list[Any]:
    of_solution, of_copy = grads
    of_b = of_a = None
    if of_solution is not None:
        if isinstance(of_solution, Tensor):
            of_b = triangular_solve(of_solution, both.conj(A), upper, not transpose, unitriangular)[0]
        else:
            _deprecate_triangular_solve()  # backward calls it, too
            factor = both.conj(A) if transpose else both.conj(turned(A))
            of_b = solving.triangular(factor, of_solution, upper == transpose, True, unitriangular)
        if needs[1]:
            of_a = -(both.conj(solution) @ turned(of_b)) if transpose else -(of_b @ adjoint(solution))
            of_a = triangle(of_a, upper, unitriangular)
    if of_copy is not None:
        of_a = (_nothing_like(of_copy) if of_a is None else of_a) + of_copy
    of_b = _nothing_like(solution) if of_b is None else of_b
    return [of_b if needs[0] else None, of_a if needs[1] else None]


TriangularSolveBackward0 = derivative(
    "TriangularSolveBackward0",
    args="upper transpose unitriangular",
    results="solution cloned_coefficient",
    joint=("self A", _triangular_slope),
)


@public
def triangular_solve(
    input: Tensor,
    A: Tensor,  # noqa: N803
    upper: bool = True,
    transpose: bool = False,
    unitriangular: bool = False,
) -> Any:
    """Return the X of `A @ X = input`, where A is a triangle (deprecated: use `linalg.solve_triangular`)."""
    for name, each in (("b", input), ("A", A)):
        if each._array.ndim < 2:
            raise RuntimeError(
                f"torch.triangular_solve: Expected {name} to have at least 2 dimensions, but it has {each._array.ndim} "
                "dimensions instead"
            )
    check_solvable("triangular_solve", input, A)
    _deprecate_triangular_solve()
    check_kernel("triangular_solve_cpu", A)
    factor = turned(A._array) if transpose else A._array
    array = solving.triangular(factor, input._array, upper != transpose, True, unitriangular)
    copy = xp.broadcast_to(A._array, (*array.shape[:-2], *A._array.shape[-2:]))
    solution, coefficient = record_several(
        TriangularSolveBackward0,
        [array, by_columns(copy.copy())],
        (input, A),
        (upper, transpose, unitriangular),
    )
    return structured("triangular_solve", solution=solution, cloned_coefficient=coefficient)
