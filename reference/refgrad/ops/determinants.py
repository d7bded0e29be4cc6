"""Determinants, as such and by their logarithm."""

from __future__ import annotations

from typing import Any

from .. import both
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record, record_several
from ..return_types import structured
from ..tensor import Tensor
from .joining import stack
from .lu_kernels import decomposed, kept, solved_adjoint
from .matrices import (
    adjoint,
    by_columns,
    check_floating,
    check_kernel,
    check_square,
    diagonal_matrix,
    for_lapack,
    turned,
)
from .registry import public

__all__ = ["det", "slogdet"]


def _det_slope(g: Any, a: Any, result: Any) -> Any:
    """Return the cofactors times the gradient: by singular values, so that singular matrices have them.

    Recorded, by the equation that torch solves; where a determinant is nearly 0, by smaller determinants.
    """
    if not a.shape[-1]:
        return both.zeros_like(a)
    if not isinstance(a, Tensor):
        return by_columns(g[..., None, None] * both.conj(_cofactors(a)))
    if a.shape[-1] == 1:  # whatever the element is
        return g[..., None, None].clone()
    least = 100 * float(xp.finfo(result._array.dtype).eps)
    if bool((xp.abs(result._array) >= least).all()):
        scaled = g * both.conj(result)
        return _solved_adjoint(a, _diagonal_of(scaled, a.shape[-1]))
    return g[..., None, None] * both.conj(_minors(a))


def _diagonal_of(value: Any, size: int) -> Any:
    """Return matrices with one value all along the diagonal."""
    return diagonal_matrix(both.expand(value[..., None], (*value.shape, size)))


def _cofactors(a: Array) -> Array:
    if a.shape[-1] == 1:
        return xp.ones_like(a)
    left, values, right = xp.linalg.svd(a)
    others = xp.where(xp.eye(a.shape[-1], dtype=bool), xp.ones((), a.dtype), values[..., None, :]).prod(-1)
    signs = xp.linalg.det(left) * xp.linalg.det(right)
    return (both.conj(left) * (signs[..., None] * others)[..., None, :]) @ both.conj(right)


def _minors(a: Tensor) -> Tensor:
    """Return the cofactors of singular matrices: the determinants of what is left without a row and a column."""
    size = a._array.shape[-1]
    if size == 1:
        only: Tensor = a * 0 + 1
        return only
    kept = [[each for each in range(size) if each != left_out] for left_out in range(size)]
    rows = [
        stack([det(a[..., kept[i], :][..., kept[j]]) * (-1) ** (i + j) for j in range(size)], -1)
        for i in range(size)
    ]
    cofactors: Tensor = stack(rows, -2)
    return cofactors


LinalgDetBackward0 = derivative(
    "LinalgDetBackward0",
    saves="LU pivots",
    A=lambda g, A, LU, pivots, result: _det_slope(g, A, result),  # noqa: N803 - torch's names
)


def det(A: Tensor) -> Tensor:  # noqa: N803
    """Return the determinant."""
    check_square("linalg.det", A)
    check_floating("linalg.det", A)
    check_kernel("lu_cpu", A, empty=True)
    found = xp.linalg.det(for_lapack(A._array)).astype(A._array.dtype, copy=False)
    unknown = xp.isnan(A._array).any(
        (-2, -1)
    )  # NumPy takes a matrix with a pivot of 0 for singular all the same
    extra = kept(turned(A._array), A)
    return record(LinalgDetBackward0, xp.where(unknown, found.dtype.type(xp.nan), found), (A,), (), extra)


# ---- sign and logarithm --------------------------------------------------------------------------------------------


def _slogdet_slope(
    grads: Any,
    needs: Any,
    A: Any,  # noqa: N803
    LU: Any,  # noqa: N803
    pivots: Any,
    sign: Any,
) -> list[Any]:
    """Return `A^-H` times the gradient of the logarithm; of complex matrices the sign, too, depends on A."""
    of_sign, of_logarithm = grads
    g = of_logarithm
    if both.plain(A).dtype.kind == "c" and of_sign is not None:
        turning = both.imag(both.conj(sign) * of_sign) * 1j
        g = turning if g is None else g + turning
    if g is None:
        return [None]
    return [_solved_adjoint(A, _diagonal_of(g, A.shape[-1]))]


def _solved_adjoint(a: Any, b: Any) -> Any:
    if isinstance(a, Tensor) or isinstance(b, Tensor):
        from .solving import solve

        return solve(adjoint(a), b if b.dtype is a.dtype else both.cast(b, both.plain(a).dtype))
    return by_columns(solved_adjoint(*decomposed(a)[:2], b.astype(a.dtype, copy=False)))


LinalgSlogdetBackward0 = derivative(
    "LinalgSlogdetBackward0", saves="LU pivots", results="sign logabsdet", joint=("A", _slogdet_slope)
)


def _slogdet(name: str, a: Tensor) -> tuple[Tensor, ...]:
    check_square(name, a)
    check_floating(name, a, low=False)
    sign, logarithm = xp.linalg.slogdet(a._array)
    unknown = xp.isnan(a._array).any((-2, -1))
    arrays: list[Array] = [
        xp.where(unknown, sign.dtype.type(0), sign),
        xp.where(unknown, logarithm.dtype.type(xp.nan), logarithm),
    ]
    return record_several(LinalgSlogdetBackward0, arrays, (a,), (), kept(turned(a._array), a))


def slogdet(A: Tensor) -> Any:  # noqa: N803
    """Return the sign of the determinant and the logarithm of its absolute value."""
    sign, logarithm = _slogdet("linalg.slogdet", A)
    return structured("linalg_slogdet", sign=sign, logabsdet=logarithm)


@public
def logdet(input: Tensor) -> Tensor:
    """Return the logarithm of the determinant; nan where that is negative."""
    sign, logarithm = _slogdet("logdet", input)
    if sign.dtype.is_complex:
        whole: Tensor = sign.log() + logarithm
        return whole
    chosen: Tensor = Tensor._where(sign == -1, xp.nan, logarithm)
    return chosen
