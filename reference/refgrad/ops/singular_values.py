"""Singular values, and what is computed with them: pseudo-inverses, ranks, least squares."""

from __future__ import annotations

from typing import Any

from .. import both
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record, record_several
from ..return_types import structured
from ..tensor import Tensor
from .decompositions import eigh
from .matrices import (
    LinAlgError,
    adjoint,
    by_columns,
    check_floating,
    check_kernel,
    check_matrix,
    columns_of,
    diagonal_matrix,
    differences,
    for_lapack,
    rows_of,
    written,
)

__all__ = ["svd", "svdvals"]


# ---- the decomposition ---------------------------------------------------------------------------------------------

PHASE = (
    "svd_backward: The singular vectors in the complex case are specified up to multiplication by e^{i phi}. The "
    "specified loss function depends on this phase term, making it ill-defined."
)


def _svd_slope(grads: Any, needs: Any, U: Any, S: Any, Vh: Any, full_matrices: bool) -> list[Any]:  # noqa: N803
    g_u, g_s, g_vh = grads
    k = S.shape[-1]
    u, vh = columns_of(U, k), rows_of(Vh, k)
    if g_u is None and g_vh is None:
        if g_s is None:
            return [None]
        if u.shape[-2] >= vh.shape[-1]:
            return [u @ (g_s[..., :, None] * vh)]
        return [(u * g_s[..., None, :]) @ vh]
    g_u = None if g_u is None else columns_of(g_u, k)
    g_vh = None if g_vh is None else rows_of(g_vh, k)
    return [_from_vectors(g_u, g_s, g_vh, u, S, vh)]


def _from_vectors(g_u: Any, g_s: Any, g_vh: Any, u: Any, s: Any, vh: Any) -> Any:
    of_u = None if g_u is None else _skew(adjoint(u) @ g_u)
    of_v = None if g_vh is None else _skew(vh @ adjoint(g_vh))
    _check_phase(u, of_u, of_v)
    inner = _inner(of_u, of_v, s)
    if g_s is not None:
        inner = inner + diagonal_matrix(g_s)
    if g_u is not None and u.shape[-2] > s.shape[-1]:
        scaled = g_u / s[..., None, :]
        return (u @ inner + scaled - u @ (adjoint(u) @ scaled)) @ vh
    if g_vh is not None and vh.shape[-1] > s.shape[-1]:
        scaled = g_vh / s[..., :, None]
        return u @ (inner @ vh + scaled - (scaled @ adjoint(vh)) @ vh)
    return u @ (inner @ vh) if u.shape[-2] >= vh.shape[-1] else (u @ inner) @ vh


def _inner(of_u: Any, of_v: Any, s: Any) -> Any:
    """Return what the gradients of the vectors give between them."""
    gaps = differences(s * s)
    parts = []
    if of_u is not None:
        parts.append(of_u * s[..., None, :])
    if of_v is not None:
        parts.append(s[..., :, None] * of_v)
    found = (parts[0] if len(parts) == 1 else parts[0] + parts[1]) / gaps
    if of_u is not None and both.plain(of_u).dtype.kind == "c":
        found = found + diagonal_matrix(both.diagonal(of_u, 0, (-2, -1)) / (2 * s))
    return found


def _skew(a: Any) -> Any:
    return a - adjoint(a)


def _check_phase(u: Any, of_u: Any, of_v: Any) -> None:
    """Refuse a function of complex singular vectors that changes where they are turned."""
    if both.plain(u).dtype.kind != "c":
        return
    total: Any = 0
    for each in (of_u, of_v):
        if each is not None:
            total = total + both.diagonal(both.plain(each), 0, (-2, -1)).imag
    if not xp.allclose(total, 0, 1e-2, 1e-2):
        raise RuntimeError(PHASE)


LinalgSvdBackward0 = derivative(
    "LinalgSvdBackward0", args="full_matrices", results="U S Vh", joint=("A", _svd_slope)
)


def computed(x: Array, full_matrices: bool) -> tuple[Array, Array, Array]:
    """Return U, S and V^H of arrays; LinAlgError where LAPACK does not find them."""
    try:
        u, s, vh = xp.linalg.svd(for_lapack(x), full_matrices=full_matrices)
    except xp.linalg.LinAlgError:
        finite = xp.isfinite(x).all((-2, -1)).reshape(-1).tolist()
        at = finite.index(False) if False in finite else 0
        where = f"(Batch element {at}): " if x.ndim > 2 else ""
        reason = (
            "the input matrix contained non-finite values."
            if False in finite
            else "the input matrix is ill-conditioned or has too many repeated singular values."
        )
        raise LinAlgError(f"linalg.svd: {where}The algorithm failed to converge because {reason}") from None
    u, vh = [by_columns(each.astype(x.dtype, copy=False)) for each in (u, vh)]
    return u, s.astype(x.real.dtype, copy=False), vh


def svd(A: Tensor, full_matrices: bool = True, *, driver: str | None = None) -> Any:  # noqa: N803
    """Return U, the singular values (largest first) and V^H, of which `U @ diag(S) @ Vh` is the matrix.

    U and V^H are square, or only as large as needed unless `full_matrices`.
    """
    check_matrix("linalg.svd", A)
    check_floating("linalg.svd", A)
    if driver is not None:
        raise RuntimeError(
            "torch.linalg.svd: keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend."
        )
    check_kernel("linalg_svd_cpu", A, empty=True)
    parts = record_several(LinalgSvdBackward0, computed(A._array, full_matrices), (A,), (full_matrices,))
    return structured("linalg_svd", U=parts[0], S=parts[1], Vh=parts[2])


def svdvals(A: Tensor, *, driver: str | None = None) -> Tensor:  # noqa: N803
    """Return the singular values, largest first."""
    values: Tensor = svd(A, False, driver=driver)[1]
    return values


# ---- pseudo-inverses and ranks -------------------------------------------------------------------------------------


def pinv_slope(g: Any, a: Any, result: Any) -> Any:
    """Return the gradient of a matrix from that of its pseudo-inverse."""
    found = _pinv_slope(g, a, result)
    return found if isinstance(found, Tensor) else by_columns(found)


def _pinv_slope(g: Any, a: Any, result: Any) -> Any:
    turned_result, turned_g = adjoint(result), adjoint(g)
    if a.shape[-2] <= a.shape[-1]:
        k = turned_g @ result
        back = k @ turned_result
        return (
            -adjoint(result @ k) + back - (a @ result) @ back + (turned_result @ result) @ (turned_g - k @ a)
        )
    k = result @ turned_g
    back = turned_result @ k
    return -adjoint(k @ result) + (turned_g - a @ k) @ result @ turned_result + back - (back @ result) @ a


LinalgPinvBackward0 = derivative(
    "LinalgPinvBackward0", self=lambda g, self, result: pinv_slope(g, self, result)
)


def _tolerances(a: Array, atol: Any, rtol: Any) -> tuple[Any, Any]:
    """Return the absolute and the relative tolerance; by default what rounding leaves."""
    if rtol is None:
        rtol = 0.0
        if atol is None or isinstance(atol, Tensor):
            rtol = float(xp.finfo(a.dtype).eps) * max(a.shape[-2:])
            if isinstance(atol, Tensor):
                rtol = xp.where(atol._array > 0, 0.0, rtol)
    return (0.0 if atol is None else both.plain(atol)), both.plain(rtol)


def _smallest(largest: Array, a: Array, atol: Any, rtol: Any) -> Array:
    """Return, for each matrix, below which size a singular value counts as 0."""
    absolute, relative = _tolerances(a, atol, rtol)
    return xp.maximum(xp.asarray(absolute), xp.asarray(relative) * largest)


def pinv(
    input: Tensor,
    rcond: Any = None,
    hermitian: bool = False,
    *,
    atol: Any = None,
    rtol: Any = None,
) -> Tensor:
    """Return the pseudo-inverse; singular values below `max(atol, rtol * the largest)` count as 0."""
    x = input._array
    if x.ndim < 2 or x.dtype.kind not in "fc" or x.dtype.itemsize == 2:
        raise RuntimeError(
            f"linalg.pinv({input.dtype._scalar}{{{list(input.shape)}}}): expected a tensor with 2 or more dimensions of "
            "float, double, cfloat or cdouble types"
        )
    rtol = rcond if rtol is None else rtol
    if not x.size:
        return record(
            LinalgPinvBackward0, xp.zeros((*x.shape[:-2], x.shape[-1], x.shape[-2]), x.dtype), (input,)
        )
    if hermitian:
        values, vectors = [each._array for each in eigh(input.detach())]
        sizes = xp.abs(values)
        kept = sizes > _smallest(sizes.max(-1), x, atol, rtol)[..., None]
        array = (vectors * inverted(values, kept)[..., None, :]) @ adjoint(vectors)
    else:
        u, s, vh = computed(x, False)
        kept = s > _smallest(s.max(-1), x, atol, rtol)[..., None]
        array = (adjoint(vh) * inverted(s, kept)[..., None, :]) @ adjoint(u)
    return record(LinalgPinvBackward0, xp.ascontiguousarray(array.astype(x.dtype, copy=False)), (input,))


def inverted(values: Array, kept: Array) -> Array:
    """Return the reciprocals of what is kept, and 0 elsewhere."""
    return xp.where(kept, 1 / xp.where(kept, values, 1), values.dtype.type(0))


def matrix_rank(
    input: Tensor,
    tol: Any = None,
    hermitian: bool = False,
    *,
    atol: Any = None,
    rtol: Any = None,
) -> Tensor:
    """Return how many singular values are larger than `max(atol, rtol * the largest)`."""
    check_matrix("torch.linalg.matrix_rank", input, "input")
    x = input._array
    if x.dtype.kind not in "fc" or x.dtype.itemsize == 2:
        raise RuntimeError("This function doesn't handle types other than float and double")
    if tol is not None:
        atol, rtol = tol, 0.0
    if not x.size:
        return written(xp.zeros(x.shape[:-2], xp.int64))
    values = xp.abs(eigh(input.detach())[0]._array) if hermitian else computed(x, False)[1]
    smallest = _smallest(values.max(-1), x, atol, rtol)
    return written(xp.asarray((values > smallest[..., None]).sum(-1), xp.int64))
