"""What the operations on matrices have in common: checks, layouts, triangles, the errors of LAPACK.

A matrix is the last two dimensions of a tensor; what stands in front of them is a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import both
from ..backend import Array, xp
from ..tensor import Tensor, wrap
from .inplace import bump

__all__ = ["LinAlgError"]


class _LinAlgError(RuntimeError):
    """A matrix that cannot be inverted or decomposed."""

    __module__ = "torch._C"


LinAlgError = _LinAlgError


# ---- checks --------------------------------------------------------------------------------------------------------


def check_matrix(name: str, a: Tensor, operand: str = "A") -> None:
    """Refuse what has fewer than two dimensions."""
    if a._array.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor {operand} must have at least 2 dimensions.")


def check_square(name: str, a: Tensor) -> None:
    """Refuse what is no square matrix, nor a batch of them."""
    check_matrix(name, a)
    check_sides(f"{name}: A", a._array.shape)


def check_sides(what: str, shape: Sequence[int]) -> None:
    """Refuse matrices whose sides are not equal."""
    if shape[-1] != shape[-2]:
        raise RuntimeError(
            f"{what} must be batches of square matrices, but they are {shape[-2]} by {shape[-1]} matrices"
        )


def check_floating(name: str, a: Tensor, *, low: bool = True) -> None:
    """Refuse integers; float16 as well unless `low`."""
    if a._array.dtype.kind not in "fc":
        raise RuntimeError(
            f"{name}: Expected a floating point or complex tensor as input. Got {a.dtype._scalar}"
        )
    if not low and a._array.dtype.itemsize == 2:
        raise RuntimeError(f"{name}: Low precision dtypes not supported. Got {a.dtype._scalar}")


def check_kernel(kernel: str, a: Tensor, *, empty: bool = False) -> None:
    """Refuse the dtypes that LAPACK does not know: integers and float16; not of no elements if `empty`."""
    if empty and not a._array.size:
        return
    if a._array.dtype.kind not in "fc" or a._array.dtype.itemsize == 2:
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{a.dtype._scalar}'")


def check_factors(name: str, a: Tensor, b: Tensor, left: bool = True) -> None:
    """Refuse an equation `A @ X = B` (`X @ A = B` unless `left`) whose sizes do not go together."""
    x, y = a._array.shape, b._array.shape
    if y[-2 if left else -1] != x[-1]:
        equation = "AX = B" if left else "XA = B"
        raise RuntimeError(
            f"{name}: Incompatible shapes of A and B for the equation {equation} ({x[-2]}x{x[-1]} and {y[-2]}x{y[-1]})"
        )


def for_lapack(array: Array) -> Array:
    """Return matrices of no elements in a dtype that LAPACK knows; others have one already."""
    if array.dtype.kind not in "fc" or array.dtype.itemsize == 2:
        return array.astype(xp.float32)
    return array


def first_failure(info: Array) -> tuple[str, int] | None:
    """Return where in a batch LAPACK failed, as messages say it, and the number it gave; None where it did not."""
    for at, number in enumerate(info.reshape(-1).tolist()):
        if number:
            return (f"(Batch element {at}): " if info.ndim else ""), number
    return None


# ---- layouts -------------------------------------------------------------------------------------------------------


def by_columns(array: Array) -> Array:
    """Return matrices that lie in memory column by column, as LAPACK gives them."""
    return turned(xp.ascontiguousarray(turned(array)))


def numbers(values: Any) -> Tensor:
    """Return what LAPACK says of each matrix, or pivots, as a tensor."""
    return wrap(xp.asarray(values, xp.int32))


def written(array: Array) -> Tensor:
    """Return a result that torch writes into memory which it made first: a change that is counted."""
    made = wrap(array)
    bump(made)
    return made


# ---- what rules are made of: for arrays and tensors ----------------------------------------------------------------


def turned(a: Any) -> Any:
    """Return the transposed matrices."""
    return a.swapaxes(-2, -1)


def adjoint(a: Any) -> Any:
    """Return the transposed matrices, conjugated where they are complex."""
    return both.conj(turned(a))


def lower(a: Any, k: int = 0) -> Any:
    """Return the matrices with 0 above diagonal `k`."""
    if isinstance(a, Tensor):
        return a.tril(k)
    return both.keep(a, xp.tri(*a.shape[-2:], k, dtype=bool))


def upper(a: Any, k: int = 0) -> Any:
    """Return the matrices with 0 below diagonal `k`."""
    if isinstance(a, Tensor):
        return a.triu(k)
    return both.keep(a, ~xp.tri(*a.shape[-2:], k - 1, dtype=bool))


def triangle(a: Any, is_upper: bool, unitriangular: bool = False) -> Any:
    """Return one triangle, without its diagonal if `unitriangular`."""
    return upper(a, int(unitriangular)) if is_upper else lower(a, -int(unitriangular))


def halved_diagonal(a: Any) -> Any:
    """Return new matrices with the real part of the diagonal halved; tensors are changed in place, as in torch."""
    if isinstance(a, Tensor):
        diagonal = a.diagonal(0, -2, -1)
        (diagonal.real if a.dtype.is_complex else diagonal).mul_(0.5)
        return a
    values = xp.diagonal(a, 0, -2, -1)
    return with_diagonal(a, values - values.real * 0.5)


def diagonal_matrix(values: Any) -> Any:
    """Return matrices with these diagonals."""
    if isinstance(values, Tensor):
        return values.diag_embed()
    return values[..., None] * both.like(
        xp.eye(values.shape[-1], dtype=both.plain(values).real.dtype), values
    )


def with_diagonal(a: Any, values: Any) -> Any:
    """Return new matrices with another diagonal; tensors are changed in place, as in torch."""
    if isinstance(a, Tensor):
        a.diagonal(0, -2, -1).copy_(values)
        return a
    return both.where(_on_diagonal(a), values[..., None], a)


def differences(values: Any) -> Any:
    """Return the matrices of `values[j] - values[i]`, with 1 on the diagonal."""
    if isinstance(values, Tensor):
        made = values.unsqueeze(-2) - values.unsqueeze(-1)
        made.diagonal(0, -2, -1).fill_(1.0)
        return made
    found = values[..., None, :] - values[..., :, None]
    return both.where(_on_diagonal(found), 1.0, found)


def _on_diagonal(a: Any) -> Array:
    return xp.eye(a.shape[-1], dtype=bool)


def columns_of(a: Any, count: int) -> Any:
    """Return the first columns, the matrix itself where it has no more."""
    return a if a.shape[-1] == count else a[..., :, :count]


def rows_of(a: Any, count: int) -> Any:
    """Return the first rows, the matrix itself where it has no more."""
    return a if a.shape[-2] == count else a[..., :count, :]
