"""LU decompositions of arrays, and what is solved with them: NumPy does not give LAPACK's factors away."""

from __future__ import annotations

import math

from .. import backend
from ..backend import Array, xp
from ..recording import requires_recording
from ..tensor import Tensor, wrap
from .matrices import adjoint, by_columns

__all__ = ["decomposed", "kept", "rows_from", "signs_of", "solved", "solved_adjoint", "substituted"]


def _size(values: Array) -> Array:
    """Return what LAPACK compares in the search for a pivot: of complex numbers, |re| + |im|."""
    return xp.abs(values.real) + xp.abs(values.imag) if values.dtype.kind == "c" else xp.abs(values)


def decomposed(array: Array) -> tuple[Array, Array, Array]:
    """Decompose a batch of matrices into L and U in one, with partial pivoting.

    Return them, LAPACK's pivots, and for each matrix the number (from 1) of the first zero on the diagonal of U, or 0.
    """
    batch, sides = array.shape[:-2], array.shape[-2:]
    lu = backend.to_host(array).reshape((-1, *sides) if array.size else (math.prod(batch), *sides)).copy()
    steps, count = min(sides), len(lu)
    each = backend.to_host(xp.arange(count))
    pivots = backend.to_host(xp.ones((count, steps), xp.int32))
    zeros = backend.to_host(xp.zeros(count, xp.int32))
    for at in range(steps if count else 0):
        best = at + _size(lu[:, at:, at]).argmax(-1)
        pivots[:, at] = best + 1
        lu[each, best], lu[:, at] = lu[:, at].copy(), lu[each, best]
        pivot = lu[:, at, at]
        none = pivot == 0
        if none.any():
            zeros[none & (zeros == 0)] = at + 1
            pivot = xp.where(none, lu.dtype.type(1), pivot)
        lu[:, at + 1 :, at] /= pivot[:, None]
        lu[:, at + 1 :, at + 1 :] -= lu[:, at + 1 :, at : at + 1] * lu[:, at : at + 1, at + 1 :]
    return (
        xp.asarray(lu).reshape(array.shape),
        xp.asarray(pivots).reshape((*batch, steps)),
        xp.asarray(zeros).reshape(batch),
    )


def signs_of(pivots: Array) -> Array:
    """Return the determinants of the exchanges of rows that pivots tell: 1 or -1."""
    exchanged = pivots != xp.arange(1, pivots.shape[-1] + 1, dtype=pivots.dtype)
    return 1 - 2 * (exchanged.sum(-1) % 2)


def kept(array: Array, *inputs: Tensor) -> tuple[Tensor, ...]:
    """Return what a node keeps of matrices that are to be solved with again: their decompositions and pivots.

    Nothing where no node will be made of `inputs`.
    """
    if not requires_recording(*inputs):
        return ()
    lu, pivots, _ = decomposed(array)
    return wrap(by_columns(lu)), wrap(pivots)


def rows_from(pivots: Array, size: int) -> Array:
    """Return, for each row of `P.T @ A`, which row of A it is: the exchanges that pivots tell, one after another."""
    batch, steps = pivots.shape[:-1], pivots.shape[-1]
    found = []
    for exchanges in backend.to_host(pivots).reshape(math.prod(batch), steps).tolist():
        order = list(range(size))
        for at, other in enumerate(exchanges):
            order[at], order[other - 1] = order[other - 1], order[at]
        found.append(order)
    return xp.asarray(found, xp.int64).reshape((*batch, size))


def substituted(a: Array, b: Array, is_upper: bool, unitriangular: bool = False) -> Array:
    """Solve `a @ x = b`, row by row, where `a` is triangular; only that triangle is looked at."""
    size = a.shape[-1]
    batch = backend.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    x = xp.broadcast_to(b, (*batch, *b.shape[-2:])).copy()
    for at in reversed(range(size)) if is_upper else range(size):
        known = slice(at + 1, size) if is_upper else slice(0, at)
        row = x[..., at, :] - (a[..., at : at + 1, known] @ x[..., known, :])[..., 0, :]
        x[..., at, :] = row if unitriangular else row / a[..., at, at, None]
    return x


def solved(lu: Array, pivots: Array, b: Array) -> Array:
    """Solve `A @ x = b`, given the decomposition of A."""
    order = rows_from(pivots, lu.shape[-1])[..., None]
    batch = backend.broadcast_shapes(lu.shape[:-2], b.shape[:-2])
    rows = xp.take_along_axis(
        xp.broadcast_to(b, (*batch, *b.shape[-2:])), xp.broadcast_to(order, (*batch, *order.shape[-2:])), -2
    )
    return substituted(lu, substituted(lu, rows, False, True), True)


def solved_adjoint(lu: Array, pivots: Array, b: Array) -> Array:
    """Solve `A^H @ x = b`, given the decomposition of A."""
    turned_lu = adjoint(lu)
    rows = substituted(turned_lu, substituted(turned_lu, b, False), True, True)
    back = xp.argsort(rows_from(pivots, lu.shape[-1]), -1)[..., None]
    return xp.take_along_axis(rows, xp.broadcast_to(back, (*rows.shape[:-1], 1)), -2)
