"""Determinants, as such and by their logarithm."""

from __future__ import annotations

from typing import Any

from .. import both
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record, record_several, requires_recording
from ..return_types import structured
from ..tensor import Tensor, wrap
from .lu_kernels import decomposed, kept, signs_of, solved, solved_adjoint
from .matrices import (
    adjoint,
    by_columns,
    check_floating,
    check_kernel,
    check_square,
    diagonal_matrix,
    for_lapack,
    turned,
    with_diagonal,
)
from .registry import public
from .statistics import times_others

__all__ = ["det", "slogdet"]


def _det_slope(g: Any, a: Any, lu: Any, pivots: Any, result: Any) -> Any:
    """Return the solution of `A^H @ x = det(A) * I`, times the gradient.

    Recorded, it is made of singular values where a determinant is nearly 0, so that it has derivatives of its own.
    Otherwise a 0 on the diagonal of U is taken for the least number: then there is a solution, if not that of a singular
    matrix.
    """
    if 0 in a.shape:
        return both.like(both.zeros_like(both.plain(a)), a)
    if a.shape[-1] == 1:  # whatever the element is
        column = g.unsqueeze(-1).unsqueeze(-1) if isinstance(g, Tensor) else g[..., None, None]
        return column.expand(a.shape) if isinstance(g, Tensor) else column.copy()
    scaled = _diagonal_of(g * both.conj(result), a.shape[-1])
    least = float(xp.finfo(both.plain(result).real.dtype).eps)
    if not isinstance(a, Tensor):
        regular = _with_diagonal_above(lu, least)
        solve_with = solved if _by_rows(a) else solved_adjoint
        return by_columns(solve_with(regular, pivots, scaled.astype(a.dtype, copy=False)))
    return _solved_apart(xp.abs(result._array) < 100 * least, g, a, scaled)


def _with_diagonal_above(lu: Array, least: float) -> Array:
    """Return decompositions with another number in place of each 0 on the diagonal of U."""
    diagonal = xp.diagonal(lu, 0, -2, -1)
    return with_diagonal(lu, xp.where(diagonal == 0, lu.dtype.type(least), diagonal))


def _solved_apart(singular: Array, g: Tensor, a: Tensor, scaled: Tensor) -> Tensor:
    """Return the gradients of determinants: by singular values where the mask holds, else by solving equations."""
    if singular.all():
        return _by_singular_values(g, a)
    if not singular.any():
        solved_at_once: Tensor = _solved_adjoint(a, scaled)
        return solved_at_once
    mask, others = wrap(singular), wrap(~singular)
    found: Tensor = both.zeros_like(a.detach())
    found.index_put_((mask,), _by_singular_values(g[mask], a[mask]))
    found.index_put_((others,), _solved_adjoint(a[others], scaled[others]))
    return found


def _by_singular_values(g: Tensor, a: Tensor) -> Tensor:
    from .singular_values import svd

    u, s, vh = svd(a)
    turning = both.conj(det(u) * det(vh)) * g
    slopes = times_others(turning.unsqueeze(-1), s, s._array.ndim - 1)
    found: Tensor = (u * slopes.unsqueeze(-2)).matmul(vh)
    return found


def _diagonal_of(value: Any, size: int) -> Any:
    """Return matrices with one value all along the diagonal."""
    column = value.unsqueeze(-1) if isinstance(value, Tensor) else value[..., None]
    return turned(diagonal_matrix(both.expand(column, (*value.shape, size))))


LinalgDetBackward0 = derivative(
    "LinalgDetBackward0",
    saves="LU pivots",
    A=lambda g, A, LU, pivots, result: _det_slope(g, A, LU, pivots, result),  # noqa: N803 - torch's names
)


def _by_rows(array: Array) -> bool:
    """Return whether torch decomposes the transposed matrices, which LAPACK reads without a copy."""
    return bool(array.flags.c_contiguous and array.dtype.kind != "c")


def det(A: Tensor) -> Tensor:  # noqa: N803
    """Return the determinant."""
    check_square("linalg.det", A)
    check_floating("linalg.det", A)
    check_kernel("lu_cpu", A, empty=True)
    x = A._array
    lu, pivots, _ = decomposed(for_lapack(turned(x) if _by_rows(x) else x))
    found = (signs_of(pivots) * xp.diagonal(lu, 0, -2, -1).prod(-1)).astype(x.dtype, copy=False)
    extra = (wrap(by_columns(lu)), wrap(pivots)) if requires_recording(A) else ()
    return record(LinalgDetBackward0, xp.asarray(found), (A,), (), extra)


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
