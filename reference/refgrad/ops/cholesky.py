"""Cholesky decompositions of positive-definite matrices, and what is solved with them."""

from __future__ import annotations

import warnings
from typing import Any

from .. import backend
from ..backend import Array, xp
from ..graph import Node, derivative
from ..recording import record
from ..return_types import structured
from ..tensor import Tensor
from .broadcasting import check_broadcast
from .lu_kernels import substituted
from .matrices import (
    LinAlgError,
    adjoint,
    by_columns,
    check_floating,
    check_kernel,
    check_sides,
    check_square,
    first_failure,
    for_lapack,
    lower,
    numbers,
    turned,
)
from .registry import public
from .solving import triangular

__all__: list[str] = []


# ---- on arrays -----------------------------------------------------------------------------------------------------


def _as_far_as_it_goes(matrix: Array) -> tuple[Array, int]:
    """Return L column by column, up to the leading minor that is not positive, and the order of that minor (or 0)."""
    found = lower(matrix).copy()
    for at in range(len(found)):
        row = found[at, :at]
        square = (found[at, at] - row @ row.conj()).real
        if not bool(square > 0):
            found[at, at] = square
            return found, at + 1
        found[at, at] = xp.sqrt(square)
        found[at + 1 :, at] -= found[at + 1 :, :at] @ row.conj()
        found[at + 1 :, at] /= found[at, at]
    return found, 0


def _lower_factor(array: Array) -> tuple[Array, Array]:
    """Return the factors L, and for each matrix the order of the first leading minor that is not positive (or 0)."""
    batch = array.shape[:-2]
    info = backend.to_host(xp.zeros(batch, xp.int32))
    unknown = bool(xp.isnan(array).any())
    try:
        if not unknown:
            return xp.linalg.cholesky(array), info
    except xp.linalg.LinAlgError:
        pass
    found = array.copy()
    for place in backend.ndindex(batch):
        found[place], info[place] = _as_far_as_it_goes(array[place])
    return found, info


# ---- the decomposition ---------------------------------------------------------------------------------------------


def _slope(g: Any, factor: Any, upper: bool) -> Any:
    """Return the gradient of the matrix, which is symmetric (Hermitian), from that of its factor."""
    if upper:
        g, factor = adjoint(g), adjoint(factor)
    inner = lower(adjoint(factor) @ g)
    inner = (inner + adjoint(lower(inner, -1))) * 0.5
    inner = triangular(adjoint(factor), inner, True, True, False)
    return triangular(factor, inner, False, False, False)


LinalgCholeskyExBackward0 = derivative(
    "LinalgCholeskyExBackward0",
    args="upper",
    results="L",
    self=lambda g, L, upper: _slope(g, L, upper),  # noqa: N803
)
CholeskyBackward0 = derivative(
    "CholeskyBackward0", args="upper", self=lambda g, result, upper: _slope(g, result, upper)
)


def _decomposed(kind: type[Node], a: Tensor, upper: bool) -> tuple[Tensor, Array]:
    check_kernel("cholesky_cpu", a, empty=True)
    x = for_lapack(a._array)
    array, info = _lower_factor(turned(x) if upper else x)  # which looks at the lower triangle only
    array = (turned(array) if upper else array).astype(a._array.dtype, copy=False)
    return record(kind, by_columns(array), (a,), (upper,)), info


def _refuse_minor(name: str, info: Array) -> None:
    failure = first_failure(info)
    if failure:
        raise LinAlgError(
            f"{name}: {failure[0]}The factorization could not be completed because the input is not positive-definite "
            f"(the leading minor of order {failure[1]} is not positive-definite)."
        )


def _cholesky_ex(input: Tensor, upper: bool) -> tuple[Tensor, Array]:
    check_square("linalg.cholesky", input)
    check_floating("linalg.cholesky", input)
    return _decomposed(LinalgCholeskyExBackward0, input, upper)


def cholesky_ex(input: Tensor, *, upper: bool = False, check_errors: bool = False) -> Any:
    """Return the Cholesky factor, and for each matrix the order of the first minor that is not positive (or 0)."""
    factor, info = _cholesky_ex(input, upper)
    if check_errors:
        _refuse_minor("linalg.cholesky_ex", info)
    return structured("linalg_cholesky_ex", L=factor, info=numbers(info))


def linalg_cholesky(input: Tensor, *, upper: bool = False) -> Tensor:
    """Return L of the matrix `L @ L^H`, or its U (`U^H @ U`) if `upper`; LinAlgError where there is none."""
    factor, info = _cholesky_ex(input, upper)
    _refuse_minor("linalg.cholesky", info)
    return factor


DEPRECATED = (
    "torch.cholesky is deprecated in favor of torch.linalg.cholesky and will be removed in a future PyTorch release.\n"
    "L = torch.cholesky(A)\nshould be replaced with\nL = torch.linalg.cholesky(A)\nand\n"
    "U = torch.cholesky(A, upper=True)\nshould be replaced with\nU = torch.linalg.cholesky(A).mH\n"
    "This transform will produce equivalent results for all valid (symmetric positive definite) inputs."
)


@public
def cholesky(input: Tensor, upper: bool = False) -> Tensor:
    """Return the Cholesky factor (deprecated: use `linalg.cholesky`)."""
    warnings.warn(DEPRECATED, UserWarning, stacklevel=3)
    if not input._array.size:
        return record(CholeskyBackward0, input._array.copy(), (input,), (upper,))
    check_square("cholesky", input)
    factor, info = _decomposed(CholeskyBackward0, input, upper)
    _refuse_minor("cholesky", info)
    return factor


# ---- what is solved with it ----------------------------------------------------------------------------------------


def _solved(b: Any, factor: Any, upper: bool) -> Any:
    """Solve `A @ x = b`, given the factor of A."""
    if isinstance(b, Tensor) or isinstance(factor, Tensor):
        return cholesky_solve(b, factor, upper)
    first, second = (adjoint(factor), factor) if upper else (factor, adjoint(factor))
    return by_columns(substituted(second, substituted(first, b, False), True))


def _inverse_slope(g: Any, factor: Any, result: Any, upper: bool) -> Any:
    common = result @ ((g + adjoint(g)) @ result)
    return -(factor @ common) if upper else -(common @ factor)


def _solve_slope(g: Any, factor: Any, result: Any, upper: bool) -> Any:
    common = _solved(g, factor, upper) @ adjoint(result)
    common = common + adjoint(common)
    return -(factor @ common) if upper else -(common @ factor)


CholeskyInverseBackward0 = derivative(
    "CholeskyInverseBackward0",
    args="upper",
    self=lambda g, self, result, upper: _inverse_slope(g, self, result, upper),
)
CholeskySolveBackward0 = derivative(
    "CholeskySolveBackward0",
    args="upper",
    self=lambda g, input2, upper: _solved(g, input2, upper),
    input2=lambda g, self, input2, result, upper: _solve_slope(g, input2, result, upper),
)


@public
def cholesky_inverse(input: Tensor, upper: bool = False) -> Tensor:
    """Return the inverse of the matrix whose Cholesky factor is given."""
    name = "cholesky_inverse"
    check_square(name, input)
    check_kernel("cholesky_inverse_out_cpu", input)
    x = input._array
    zeros = xp.argmax(xp.diagonal(x, 0, -2, -1) == 0, -1) + 1 if x.shape[-1] else xp.zeros(x.shape[:-2], int)
    singular = (xp.diagonal(x, 0, -2, -1) == 0).any(-1)
    failure = first_failure(backend.to_host(xp.where(singular, zeros, 0)))
    if failure:
        raise LinAlgError(
            f"{name}: {failure[0]}The diagonal element {failure[1]} is zero, the inversion could not be completed because "
            "the input matrix is singular."
        )
    array = _solved(xp.eye(x.shape[-1], dtype=x.dtype), x, upper)
    return record(CholeskyInverseBackward0, array, (input,), (upper,))


@public
def cholesky_solve(input: Tensor, input2: Tensor, upper: bool = False) -> Tensor:
    """Return the X of `A @ X = input`, given the Cholesky factor of A."""
    b, factor = input._array, input2._array
    for name, each in (("b", b), ("u", factor)):
        if each.ndim < 2:
            raise RuntimeError(
                f"{name} should have at least 2 dimensions, but has {each.ndim} dimensions instead"
            )
    check_solvable("cholesky_solve", input, input2)
    check_kernel("cholesky_solve_cpu", input)
    return record(CholeskySolveBackward0, _solved(b, factor, upper), (input, input2), (upper,))


def check_solvable(name: str, b: Tensor, a: Tensor) -> None:
    """Refuse a right side and matrices that do not go together, in the words of the older functions."""
    if a.dtype is not b.dtype:
        raise RuntimeError(
            f"Expected b and A to have the same dtype, but found b of type {b.dtype._scalar} and A of type "
            f"{a.dtype._scalar} instead."
        )
    x, y = a._array.shape, b._array.shape
    check_sides("A", x)
    if x[-1] != y[-2]:
        raise RuntimeError(
            f"Incompatible matrix sizes for {name}: each A matrix is {x[-1]} by {x[-1]} but each b matrix is {y[-2]} by "
            f"{y[-1]}"
        )
    check_broadcast(y[:-2], x[:-2])
