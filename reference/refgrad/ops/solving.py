"""Linear equations: inverse matrices, `solve`, and equations with triangles."""

from __future__ import annotations

from typing import Any

from .. import unresolved
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record
from ..return_types import structured
from ..tensor import Tensor, wrap
from .broadcasting import check_broadcast
from .lu_kernels import decomposed, kept, solved, substituted
from .matrices import (
    LinAlgError,
    adjoint,
    by_columns,
    check_factors,
    check_floating,
    check_kernel,
    check_matrix,
    check_square,
    first_failure,
    for_lapack,
    numbers,
    triangle,
    turned,
)

__all__ = ["inv", "solve", "triangular"]


# ---- inverses ------------------------------------------------------------------------------------------------------

LinalgInvExBackward0 = derivative(
    "LinalgInvExBackward0",
    results="inverse",
    A=lambda g, inverse: -(adjoint(inverse) @ (g @ adjoint(inverse))),
)


def inverse_of(name: str, a: Tensor, check_errors: bool) -> tuple[Tensor, Array]:
    """Return the inverses, and for each matrix where its decomposition has a 0 (or 0)."""
    check_square("linalg.inv", a)
    check_floating("linalg.inv", a, low=False)
    x = a._array
    info = xp.zeros(x.shape[:-2], xp.int32)
    try:
        array = xp.linalg.inv(x)
    except xp.linalg.LinAlgError:
        lu, pivots, info = decomposed(x)
        failure = first_failure(info)
        if check_errors and failure:
            raise LinAlgError(
                f"{name}: {failure[0]}The diagonal element {failure[1]} is zero, the inversion could not be completed "
                "because the input matrix is singular."
            ) from None
        array = solved(lu, pivots, xp.eye(x.shape[-1], dtype=x.dtype))
    return record(LinalgInvExBackward0, by_columns(array), (a,)), info


def inv(A: Tensor) -> Tensor:  # noqa: N803 - torch's name
    """Return the inverse matrix; LinAlgError where there is none."""
    return inverse_of("linalg.inv", A, True)[0]


def inv_ex(A: Tensor, *, check_errors: bool = False) -> Any:  # noqa: N803
    """Return the inverse matrix, and for each matrix of a batch where it is singular (0 where it is not)."""
    inverse, info = inverse_of("linalg.inv_ex", A, check_errors)
    return structured("linalg_inv_ex", inverse=inverse, info=numbers(info))


# ---- equations -----------------------------------------------------------------------------------------------------


def as_column(value: Any, vector: bool) -> Any:
    """Return a vector as a matrix of one column."""
    if not vector:
        return value
    return value.unsqueeze(-1) if isinstance(value, Tensor) else value[..., None]


def as_vector(value: Any, vector: bool) -> Any:
    """Return a matrix of one column as a vector; what has more columns stays as it is."""
    return value.squeeze(-1) if vector and (isinstance(value, Tensor) or value.shape[-1] == 1) else value


def _solution_of(a: Any, b: Any, left: bool) -> Any:
    """Solve `a^H @ x = b` (`x @ a^H = b`)."""
    a = adjoint(a)
    if isinstance(a, Tensor) or isinstance(b, Tensor):
        return solve(a, b, left=left)
    return _laid_out((_solved if left else _solved_from_right)(a, b)[0], left)


def _laid_out(x: Array, left: bool) -> Array:
    """Return a solution as LAPACK leaves it: column by column, or row by row where the matrix was turned for it."""
    if x.ndim < 2:
        return x
    return by_columns(x) if left else xp.ascontiguousarray(x)


def from_adjoint(solution: Tensor, left: bool) -> Tensor:
    """Return a solution as torch finds it: from the right, it is the conjugate of that of the adjoint equation."""
    if not left and solution.dtype.is_complex and solution._array.size:
        solution._array = unresolved.stored_conjugated(solution._array)
    return solution


def _solve_slopes(
    g: Any,
    needs: Any,
    A: Any,  # noqa: N803
    LU: Any,  # noqa: N803
    pivots: Any,
    result: Any,
    vector: bool,
    left: bool,
) -> list[Any]:
    of_b = _solution_of(A, as_column(g, vector), left)
    of_a = None
    if needs[0]:
        x = as_column(result, vector)
        of_a = -(of_b @ adjoint(x)) if left else -(adjoint(x) @ of_b)
    return [of_a, as_vector(of_b, vector) if needs[1] else None]


LinalgSolveExBackward0 = derivative(
    "LinalgSolveExBackward0", saves="LU pivots", args="vector left", joint=("A B", _solve_slopes)
)


def _solved(a: Array, b: Array) -> tuple[Array, Array]:
    """Solve `a @ x = b`; return, too, where the decomposition of each singular matrix has its first 0."""
    try:
        found = xp.linalg.solve(for_lapack(a), for_lapack(b))
        return found.astype(b.dtype, copy=False), xp.zeros(a.shape[:-2], xp.int32)
    except xp.linalg.LinAlgError:
        lu, pivots, info = decomposed(a)
        return solved(lu, pivots, b), info


def _solved_from_right(a: Array, b: Array) -> tuple[Array, Array]:
    """Solve `x @ a = b`."""
    x, info = _solved(turned(a), turned(b))
    return turned(x), info


def _check_equation(a: Tensor, b: Tensor) -> None:
    check_floating("linalg.solve", a)
    if a.dtype is not b.dtype:
        raise RuntimeError(
            "linalg.solve: Expected A and B to have the same dtype, but found A of type "
            f"{a.dtype._scalar} and B of type {b.dtype._scalar} instead"
        )
    check_square("linalg.solve", a)
    if not b._array.ndim:
        raise RuntimeError("linalg.solve: The input tensor B must have at least 2 dimensions.")


def _solve(name: str, a: Tensor, b: Tensor, left: bool, check_errors: bool) -> tuple[Tensor, Array]:
    _check_equation(a, b)
    x, y = a._array, b._array
    vector = y.ndim == 1 or (y.ndim == x.ndim - 1 and y.shape == x.shape[:-1])
    if vector:
        y = y[..., None]
    if y.shape[-2 if left else -1] != x.shape[-1]:
        equation = "AX = B" if left else "XA = B"
        raise RuntimeError(
            f"linalg.solve: Incompatible shapes of A and B for the equation {equation} "
            f"({x.shape[-2]}x{x.shape[-1]} and {y.shape[-2]}x{y.shape[-1]})"
        )
    if vector and not left:
        raise RuntimeError(
            "linalg.solve: Vector broadcasting of the left hand side is not supported for left=False. In this case "
            "linalg.solve is equivalent to B / A.squeeze(-1)"
        )
    check_broadcast(y.shape[:-2], x.shape[:-2])
    check_kernel("lu_cpu", a, empty=True)
    array, info = _solved(x, y) if left else _solved_from_right(x, y)
    failure = first_failure(info) if check_errors else None
    if failure:
        raise LinAlgError(f"{name}: {failure[0]}The solver failed because the input matrix is singular.")
    array = _laid_out(array[..., 0] if vector else array, left)
    solution = record(LinalgSolveExBackward0, array, (a, b), (vector, left), kept(x, a, b))
    return from_adjoint(solution, left), info


def solve(A: Tensor, B: Tensor, *, left: bool = True) -> Tensor:  # noqa: N803
    """Return the X of `A @ X = B`, of `X @ A = B` unless `left`; B may be a vector."""
    return _solve("torch.linalg.solve", A, B, left, True)[0]


def solve_ex(A: Tensor, B: Tensor, *, left: bool = True, check_errors: bool = False) -> Any:  # noqa: N803
    """Return the X of `A @ X = B`, and for each matrix of a batch where it is singular (0 where it is not)."""
    result, info = _solve("torch.linalg.solve_ex", A, B, left, check_errors)
    return structured("linalg_solve_ex", result=result, info=numbers(info))


# ---- triangles -----------------------------------------------------------------------------------------------------


def triangular(a: Any, b: Any, is_upper: bool, left: bool, unitriangular: bool) -> Any:
    """Solve `a @ x = b` (`x @ a = b`) with a triangle of `a`, for arrays and tensors."""
    if isinstance(a, Tensor) or isinstance(b, Tensor):
        return solve_triangular(a, b, upper=is_upper, left=left, unitriangular=unitriangular)
    check_kernel("triangular_solve_cpu", wrap(a))
    if left:
        return by_columns(substituted(a, b, is_upper, unitriangular))
    return by_columns(turned(substituted(turned(a), turned(b), not is_upper, unitriangular)))


def _triangle_slope(g: Any, a: Any, x: Any, upper: bool, left: bool, unitriangular: bool) -> Any:
    back = triangular(adjoint(a), g, not upper, left, unitriangular)
    return triangle(-(back @ adjoint(x)) if left else -(adjoint(x) @ back), upper, unitriangular)


LinalgSolveTriangularBackward0 = derivative(
    "LinalgSolveTriangularBackward0",
    args="upper left unitriangular",
    self=lambda g, self, result, upper, left, unitriangular: _triangle_slope(
        g, self, result, upper, left, unitriangular
    ),
    B=lambda g, self, upper, left, unitriangular: triangular(
        adjoint(self), g, not upper, left, unitriangular
    ),
)


def solve_triangular(
    input: Tensor,
    B: Tensor,  # noqa: N803
    *,
    upper: bool,
    left: bool = True,
    unitriangular: bool = False,
) -> Tensor:
    """Return the X of `A @ X = B` (of `X @ A = B` unless `left`), where A is one triangle of a matrix.

    `upper` says which; `unitriangular` takes the diagonal for ones. The rest of the matrix is not looked at.
    """
    name = "linalg.solve_triangular"
    check_square(name, input)
    check_matrix(name, B, "B")
    check_factors(name, input, B, left)
    check_broadcast(B._array.shape[:-2], input._array.shape[:-2])
    check_kernel("triangular_solve_cpu", input)
    array = triangular(input._array, B.detach().to(input.dtype)._array, upper, left, unitriangular)
    memory, (conjugated, _) = unresolved.taken_apart(input._array)
    if conjugated and turned(memory).flags.c_contiguous:  # which torch hands to LAPACK without a copy
        array = xp.ascontiguousarray(array)
    return record(LinalgSolveTriangularBackward0, array, (input, B), (upper, left, unitriangular))
