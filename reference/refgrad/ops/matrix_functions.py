"""Functions of matrices: the exponential, products of vectors, matrices of powers, matrices of many dimensions."""

from __future__ import annotations

import math
from typing import Any

from .. import both
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap
from .joining import cat
from .matrices import adjoint, check_floating, check_square
from .outputs import copied
from .solving import inverse_of, solve

__all__ = ["matrix_exp"]


# ---- the exponential -----------------------------------------------------------------------------------------------

# Up to this norm the Taylor polynomial of degree 18 is exact to the last bits of a double.
_REACH = 1.09
_COEFFICIENTS = [1 / math.factorial(power) for power in range(19)]


def _exponential(x: Array) -> Array:
    """Return e**x: matrices are halved until they are small, and what comes out is squared as often."""
    if x.dtype.itemsize == 2:
        return _exponential(x.astype(xp.float32)).astype(x.dtype)
    if not x.size:
        return x.copy()
    size = xp.abs(x).sum(-2).max(-1)
    halvings = xp.where(xp.isfinite(size), xp.ceil(xp.log2(xp.maximum(size / _REACH, 1))), 0)
    scaled = x * xp.exp2(-halvings)[..., None, None].astype(x.real.dtype)
    found = _polynomial(scaled)
    for done in range(int(halvings.max())):
        found = xp.where((halvings > done)[..., None, None], found @ found, found)
    return found


def _polynomial(x: Array) -> Array:
    """Return the Taylor polynomial of degree 18, in steps of three powers."""
    one = xp.eye(x.shape[-1], dtype=x.dtype)
    square = x @ x
    cube = square @ x
    found = one * _COEFFICIENTS[18]
    for first in range(15, -1, -3):
        part = one * _COEFFICIENTS[first] + x * _COEFFICIENTS[first + 1] + square * _COEFFICIENTS[first + 2]
        found = found @ cube + part
    return found


def _exp_slope(g: Any, a: Any) -> Any:
    """Return the corner of the exponential of `[[A^H, g], [0, A^H]]`: the derivative in the direction of g."""
    size, turned = a.shape[-1], adjoint(a)
    upper = both.join([turned, g], -1)
    lower = both.join([both.zeros_like(turned), turned], -1)
    whole = both.join([upper, lower], -2)
    found = matrix_exp(whole) if isinstance(whole, Tensor) else _exponential(whole)
    if isinstance(found, Tensor):
        return found.narrow(-2, 0, size).narrow(-1, size, size)
    return found[..., :size, size:]


LinalgMatrixExpBackward0 = derivative("LinalgMatrixExpBackward0", self=lambda g, self: _exp_slope(g, self))


def matrix_exp(input: Tensor) -> Tensor:
    """Return the exponential of a square matrix."""
    check_square("linalg.matrix_exp", input)
    check_floating("linalg.matrix_exp", input)
    return record(LinalgMatrixExpBackward0, xp.ascontiguousarray(_exponential(input._array)), (input,))


# ---- vectors and powers --------------------------------------------------------------------------------------------


def vecdot(x: Tensor, y: Tensor, *, dim: int = -1) -> Tensor:
    """Return the inner products along a dimension; of complex vectors the first is conjugated."""
    check_floating("linalg.vecdot", x)
    if x.dtype is not y.dtype:
        raise RuntimeError(
            f"linalg.vecdot: Expected x and y to have the same dtype, but found x of type {x.dtype._scalar} and y of type "
            f"{y.dtype._scalar} instead"
        )
    if x._array.ndim == 1 and y._array.ndim == 1:
        of_vectors: Tensor = x.vdot(y)
        return of_vectors
    found: Tensor = (x.conj() * y).sum(dim)
    return found


def vander(x: Tensor, *, N: int | None = None) -> Tensor:  # noqa: N803 - torch's name
    """Return the powers of each number from 0 to `N - 1` along a new last dimension."""
    kind = x._array.dtype.kind
    if kind == "b" or (kind == "f" and x._array.dtype.itemsize == 2):
        raise RuntimeError(
            f"linalg.vander supports floating point, complex, and integer tensors, but got {x.dtype._scalar}"
        )
    x = x if x._array.ndim else x.unsqueeze(-1)
    shape = x._array.shape
    count = shape[-1] if N is None else N
    if count <= 1:
        raise RuntimeError("N must be greater than 1.")
    powers = x.unsqueeze(-1).expand((*shape, count - 1)).cumprod(-1)
    return cat([wrap(xp.ones((*shape, 1), powers._array.dtype)), powers], -1)


# ---- matrices of many dimensions -----------------------------------------------------------------------------------


def tensorinv(input: Tensor, ind: int = 2, *, out: Tensor | None = None) -> Tensor:
    """Return the inverse of a tensor whose first `ind` dimensions count as rows and whose others as columns."""
    if ind <= 0:
        raise RuntimeError(f"Expected a strictly positive integer for 'ind', but got {ind}")
    shape = input._array.shape
    if ind > len(shape):
        raise RuntimeError(f"ArrayRef: invalid slice, N = {ind}; size = {len(shape)}")
    rows, columns = shape[:ind], shape[ind:]
    if math.prod(rows) != math.prod(columns):
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got "
            f"{math.prod(columns)} != {math.prod(rows)}"
        )
    inverse = inverse_of("inv", input.reshape(math.prod(rows), math.prod(columns)), True)[0]
    return copied(inverse.reshape((*columns, *rows)), out, "linalg_tensorinv")


def tensorsolve(input: Tensor, other: Tensor, dims: Any = None, *, out: Tensor | None = None) -> Tensor:
    """Return the X of `tensordot(input, X, X.ndim) = other`; `dims` of `input` are moved to the end first."""
    if dims is not None:
        input = input.movedim(tuple(dims), tuple(range(-len(dims), 0)))
    ndim = other._array.ndim
    columns = input._array.shape[ndim:]
    count = other._array.size
    if math.prod(columns) != count:
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), but "
            f"got {math.prod(columns)} != {count}"
        )
    found = solve(input.reshape(count, count), other.flatten()).reshape(columns)
    return copied(found, out, "linalg_tensorsolve")
