"""Linear algebra of square matrices and norms: `torch.linalg`. A batch stands in front of the last two dimensions."""

from __future__ import annotations

import math
from typing import Any

from . import backend, both
from ._signatures import type_name
from .backend import Array, xp
from .graph import derivative
from .ops.broadcasting import check_broadcast
from .ops.joining import stack as _stack
from .ops.registry import explained, function
from .ops.statistics import vector_norm
from .recording import record
from .tensor import Tensor

__all__ = ["LinAlgError", "cross", "det", "inv", "norm", "solve", "vector_norm"]


class _LinAlgError(RuntimeError):
    """A matrix that cannot be inverted."""

    __module__ = "torch._C"


LinAlgError = _LinAlgError


def _det_slope(g: Any, a: Any) -> Any:
    if not a.shape[-1]:
        return both.zeros_like(a)
    return g if a.shape[-1] == 1 else g * _cofactors(a)


def _cofactors(a: Any) -> Any:
    """Return the cofactors: by singular values, so that singular matrices have them; recorded, by the inverse."""
    if isinstance(a, Tensor):
        try:
            return det(a).reshape((*a.shape[:-2], 1, 1)) * _turned(inv(a))
        except LinAlgError:
            return _minors(a)
    left, values, right = xp.linalg.svd(a)
    others = xp.where(xp.eye(a.shape[-1], dtype=bool), xp.ones((), a.dtype), values[..., None, :]).prod(-1)
    signs = xp.linalg.det(left) * xp.linalg.det(right)
    return (left * (signs[..., None] * others)[..., None, :]) @ right


def _minors(a: Tensor) -> Tensor:
    """Return the cofactors of singular matrices: the determinants of what is left without a row and a column."""
    size = a._array.shape[-1]
    if size == 1:
        only: Tensor = a * 0 + 1
        return only
    kept = [[each for each in range(size) if each != left_out] for left_out in range(size)]
    rows = [
        _stack([det(a[..., kept[i], :][..., kept[j]]) * (-1) ** (i + j) for j in range(size)], -1)
        for i in range(size)
    ]
    cofactors: Tensor = _stack(rows, -2)
    return cofactors


def _solution_of(a: Any, b: Any, vector: bool) -> Any:
    if isinstance(a, Tensor):
        return solve(a, b)
    return xp.linalg.solve(a, b[..., None])[..., 0] if vector else xp.linalg.solve(a, b)


def _outer(a: Any, b: Any, vector: bool) -> Any:
    """Return `a @ b^H`, for vectors that stand for matrices of one column as well."""
    if vector:
        return a.reshape((*a.shape, 1)) * b.reshape((*b.shape[:-1], 1, b.shape[-1]))
    return a @ _turned(b)


def _turned(a: Any) -> Any:
    return a.swapaxes(-1, -2)


LinalgDetBackward0 = derivative(
    "LinalgDetBackward0",
    A=lambda g, A, result: _det_slope(g.reshape((*g.shape, 1, 1)), A),  # noqa: N803
)
LinalgInvExBackward0 = derivative(
    "LinalgInvExBackward0", A=lambda g, result: -(_turned(result) @ g @ _turned(result))
)
LinalgSolveExBackward0 = derivative(
    "LinalgSolveExBackward0",
    args="vector",
    A=lambda g, A, result, vector: -_outer(_solution_of(_turned(A), g, vector), result, vector),  # noqa: N803
    B=lambda g, A, vector: _solution_of(_turned(A), g, vector),  # noqa: N803
)


def _check_square(name: str, a: Any) -> None:
    check_square_matrices(name, a)
    _check_floating(name, a)


def _check_floating(name: str, a: Tensor) -> None:
    if not (a.dtype.is_floating_point or a.dtype.is_complex):
        raise RuntimeError(
            f"{name}: Expected a floating point or complex tensor as input. Got {a.dtype._scalar}"
        )


def check_square_matrices(name: str, a: Any) -> None:
    """Refuse what is no square matrix, nor a batch of them."""
    if not isinstance(a, Tensor):
        raise TypeError(
            f"{name.replace('.', '_')}(): argument 'A' (position 1) must be Tensor, not {type_name(a)}"
        )
    shape = a._array.shape
    if len(shape) < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")
    if shape[-1] != shape[-2]:
        raise RuntimeError(
            f"{name}: A must be batches of square matrices, but they are {shape[-2]} by {shape[-1]} matrices"
        )


@function
def det(A: Tensor) -> Tensor:  # noqa: N803 - torch's name
    """Return the determinant."""
    _check_square("linalg.det", A)
    if A.dtype.itemsize == 2:
        raise NotImplementedError(f"\"lu_cpu\" not implemented for '{A.dtype._scalar}'")
    found = xp.linalg.det(A._array)
    unknown = xp.isnan(A._array).any(
        (-2, -1)
    )  # NumPy takes a matrix with a pivot of 0 for singular all the same
    return record(LinalgDetBackward0, xp.where(unknown, found.dtype.type(xp.nan), found), (A,))


def inv(A: Tensor) -> Tensor:  # noqa: N803
    """Return the inverse matrix; LinAlgError where there is none."""
    _check_square("linalg.inv", A)
    if A.dtype.itemsize == 2:
        raise RuntimeError(f"linalg.inv: Low precision dtypes not supported. Got {A.dtype._scalar}")
    try:
        array = xp.linalg.inv(A._array)
    except xp.linalg.LinAlgError:
        batch, zero = _first_singular(A._array)
        raise LinAlgError(
            f"linalg.inv: {batch}The diagonal element {zero} is zero, the inversion could not be completed because the "
            "input matrix is singular."
        ) from None
    columns = xp.ascontiguousarray(array.swapaxes(-1, -2)).swapaxes(-1, -2)  # LAPACK's order
    return record(LinalgInvExBackward0, columns, (A,))


def inverse(input: Tensor) -> Tensor:
    """Return the inverse matrix; LinAlgError where there is none."""
    if not isinstance(input, Tensor):
        raise TypeError(f"inverse(): argument 'input' (position 1) must be Tensor, not {type_name(input)}")
    return inv(input)


def factorised(matrix: Array) -> tuple[Array, Array, int]:
    """Decompose a matrix into L and U in one, with partial pivoting.

    Return them, LAPACK's pivots, and the number (from 1) of the first zero on the diagonal of U, or 0.
    """
    lu, size, zero = backend.to_host(matrix).copy(), len(matrix), 0
    pivots = xp.arange(1, size + 1, dtype=xp.int32)
    for at in range(size):
        best = at + int(abs(lu[at:, at]).argmax())
        pivots[at] = best + 1
        if lu[best, at] == 0:
            zero = zero or at + 1
            continue
        lu[[at, best]] = lu[[best, at]]
        lu[at + 1 :, at] /= lu[at, at]
        lu[at + 1 :, at + 1 :] -= lu[at + 1 :, at : at + 1] * lu[at, at + 1 :]
    return lu, pivots, zero


def lu_and_pivots(array: Array) -> tuple[Array, Array]:
    """Return the LU decompositions and pivots of a batch of matrices."""
    found = [factorised(matrix) for matrix in array.reshape(-1, *array.shape[-2:])]
    return (
        xp.asarray([each[0] for each in found]).reshape(array.shape),
        xp.asarray([each[1] for each in found]).reshape(array.shape[:-1]),
    )


def _first_singular(array: Array) -> tuple[str, int]:
    """Find the first singular matrix: which of a batch it is, in words, and the first zero on the diagonal of its U."""
    for number, matrix in enumerate(array.reshape(-1, *array.shape[-2:])):
        if zero := factorised(matrix)[2]:
            return f"(Batch element {number}): " if array.ndim > 2 else "", zero
    return "", array.shape[-1]


def solve(A: Tensor, B: Tensor) -> Tensor:  # noqa: N803
    """Return the X of `A @ X = B`; B may be a vector."""
    if isinstance(A, Tensor):
        _check_floating("linalg.solve", A)
    if A.dtype is not B.dtype:
        raise RuntimeError(
            "linalg.solve: Expected A and B to have the same dtype, but found A of type "
            f"{A.dtype._scalar} and B of type {B.dtype._scalar} instead"
        )
    _check_square("linalg.solve", A)
    if not B._array.ndim:
        raise RuntimeError("linalg.solve: The input tensor B must have at least 2 dimensions.")
    if A.dtype.itemsize == 2:
        raise NotImplementedError(f"\"lu_cpu\" not implemented for '{A.dtype._scalar}'")
    a, b = A._array, B._array
    vector = b.ndim == 1 or (b.ndim == a.ndim - 1 and b.shape == a.shape[:-1])
    if vector:
        b = b[..., None]
    if b.shape[-2] != a.shape[-1]:
        raise RuntimeError(
            "linalg.solve: Incompatible shapes of A and B for the equation AX = B "
            f"({a.shape[-2]}x{a.shape[-1]} and {b.shape[-2]}x{b.shape[-1]})"
        )
    check_broadcast(b.shape[:-2], a.shape[:-2])
    try:
        array = xp.linalg.solve(a, b)
    except xp.linalg.LinAlgError:
        batch, _ = _first_singular(a)
        raise LinAlgError(
            f"torch.linalg.solve: {batch}The solver failed because the input matrix is singular."
        ) from None
    array = array[..., 0] if vector else xp.ascontiguousarray(array.swapaxes(-1, -2)).swapaxes(-1, -2)
    return record(LinalgSolveExBackward0, array, (A, B), (vector,))


def norm(A: Tensor, ord: Any = None, dim: Any = None, keepdim: bool = False) -> Tensor:  # noqa: N803
    """Return the norm of a vector, or of a matrix where `ord` is given: "fro", or 1 and inf and their negatives."""
    if isinstance(ord, str) and ord not in ("fro", "nuc"):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    axes = tuple(range(A._array.ndim)) if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    if ord is None or len(axes) == 1:
        return vector_norm(A, 2.0 if ord is None else ord, dim, keepdim)
    if ord == "fro":
        return vector_norm(A, 2, axes, keepdim)
    if ord not in (1, -1, math.inf, -math.inf):
        raise NotImplementedError(f"refgrad has no singular values, which linalg.norm needs for ord={ord!r}")
    summed, chosen = axes if abs(ord) == 1 else axes[::-1]
    sums: Tensor = A.abs().sum(summed, keepdim=True)
    found: Tensor = (sums.amax if ord > 0 else sums.amin)((summed, chosen), keepdim=keepdim)
    return found


def cross(input: Tensor, other: Tensor, *, dim: int = -1, out: Tensor | None = None) -> Tensor:
    """Return the cross product of vectors along a dimension of size 3."""
    from .ops.distances import cross_along

    return cross_along(input, other, dim)


for _name in ("cross", "det", "inv", "norm", "solve", "vector_norm"):
    globals()[_name] = explained(globals()[_name], f"linalg_{_name}")


def __dir__() -> list[str]:
    return sorted({*globals(), "matrix_power", "multi_dot"})


def __getattr__(name: str) -> Any:
    """Find products of chains, which are imported on first use."""
    if name in ("matrix_power", "multi_dot"):
        from .ops import products

        found = globals()[name] = explained(getattr(products, name), f"linalg_{name}")
        return found
    from .absent import missing

    raise missing("torch.linalg", name)
