"""Orthogonal triangles and eigenvalues: `qr`, `eigh`, `eig`. LAPACK, by NumPy, gives the numbers and their signs."""

from __future__ import annotations

from typing import Any

from .. import both
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record_several, requires_recording
from ..return_types import structured
from ..tensor import Tensor, wrap
from .matrices import (
    LinAlgError,
    adjoint,
    by_columns,
    check_floating,
    check_kernel,
    check_matrix,
    check_square,
    diagonal_matrix,
    differences,
    first_failure,
    for_lapack,
    halved_diagonal,
    lower,
    upper,
    with_diagonal,
)
from .solving import solve, triangular

__all__ = ["eigh", "qr"]


# ---- QR ------------------------------------------------------------------------------------------------------------


def _qr_slope(grads: Any, needs: Any, Q: Any, R: Any, mode: str) -> list[Any]:  # noqa: N803 - torch's names
    if mode == "r":
        raise RuntimeError(
            "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use linalg.qr(A, "
            "mode='reduced') if you are going to differentiate through linalg.qr."
        )
    if mode == "complete" and Q.shape[-2] > R.shape[-1]:
        raise RuntimeError(
            "The QR decomposition is not differentiable when mode='complete' and nrows > ncols."
        )
    if grads[0] is None and grads[1] is None:
        return [None]
    return [(_tall_slope if Q.shape[-2] >= R.shape[-1] else _wide_slope)(grads[0], grads[1], Q, R)]


def _difference(a: Any, b: Any) -> Any:
    """Return a - b, of which one may be None."""
    return a if b is None else -b if a is None else a - b


def _tall_slope(g_q: Any, g_r: Any, q: Any, r: Any) -> Any:
    inner = _difference(None if g_r is None else g_r @ adjoint(r), None if g_q is None else adjoint(q) @ g_q)
    inner = upper(inner)
    found = q @ halved_diagonal(inner + adjoint(inner))
    if g_q is not None:
        found = found + g_q
    return triangular(adjoint(r), found, False, False, False)


def _wide_slope(g_q: Any, g_r: Any, q: Any, r: Any) -> Any:
    rows, columns = r.shape[-2:]
    inner = -_difference(None if g_r is None else g_r @ adjoint(r), None if g_q is None else adjoint(q) @ g_q)
    skew = q @ halved_diagonal(lower(inner - adjoint(inner)))
    square = triangular(adjoint(r[..., :, :rows]), skew, False, False, False)
    zeros = both.like(xp.zeros((*r.shape[:-1], columns - rows), both.plain(r).dtype), square)
    found = both.join([square, zeros], -1)
    return found if g_r is None else found + q @ g_r


LinalgQrBackward0 = derivative("LinalgQrBackward0", args="mode", results="Q R", joint=("A", _qr_slope))


def qr(A: Tensor, mode: str = "reduced") -> Any:  # noqa: N803
    """Return Q, whose columns are orthonormal, and the upper triangle R, of which `Q @ R` is the matrix.

    `mode` is "reduced", "complete" (Q is square) or "r" (without Q).
    """
    check_matrix("linalg.qr", A)
    check_floating("linalg.qr", A)
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'"
        )
    check_kernel("geqrf_cpu", A)
    x = A._array
    if mode == "r":
        arrays = [xp.zeros((0,), x.dtype), by_columns(xp.linalg.qr(x, mode="r"))]
    else:
        q, r = xp.linalg.qr(x, mode=mode)
        arrays = [by_columns(q), by_columns(r)]
    q, r = record_several(LinalgQrBackward0, arrays, (A,), (mode,))
    return structured("linalg_qr", Q=q, R=r)


# ---- eigenvalues ---------------------------------------------------------------------------------------------------

PHASE = (
    "linalg_{}_backward: The eigenvectors in the complex case are specified up to multiplication by e^{{i phi}}. The "
    "specified loss function depends on this quantity, so it is ill-defined."
)


def _eigen_slope(g_values: Any, g_vectors: Any, values: Any, vectors: Any, hermitian: bool) -> Any:
    if g_vectors is None and hermitian:
        return (vectors * g_values[..., None, :]) @ adjoint(vectors)
    if g_vectors is None:
        return _conjugated(vectors, g_values[..., None] * adjoint(vectors), False)
    inner = adjoint(vectors) @ g_vectors
    own = both.diagonal(inner, 0, (-2, -1))
    plain = both.plain(vectors)
    if plain.dtype.kind == "c" and not xp.allclose(both.plain(own).imag, 0, 1e-2, 1e-2):
        raise RuntimeError(PHASE.format("eigh" if hermitian else "eig"))
    if hermitian:
        inner = (inner - adjoint(inner)) * 0.5
    else:
        inner = inner - adjoint(vectors) @ (vectors * both.real(own)[..., None, :])
    inner = inner / both.conj(differences(values))
    if hermitian:
        inner = inner if g_values is None else inner + diagonal_matrix(g_values)
    else:
        inner = with_diagonal(inner, both.zeros_like(own) if g_values is None else g_values)
    return _conjugated(vectors, inner @ adjoint(vectors), hermitian)


def _conjugated(vectors: Any, inner: Any, hermitian: bool) -> Any:
    """Return `vectors^-H @ inner`; the inverse is the adjoint where the vectors are orthonormal."""
    if hermitian:
        return vectors @ inner
    if isinstance(vectors, Tensor):
        return solve(adjoint(vectors), inner)
    return by_columns(xp.linalg.solve(adjoint(vectors), inner))


def _eigh_slope(grads: Any, needs: Any, eigenvalues: Any, eigenvectors: Any) -> list[Any]:
    return [_eigen_slope(grads[0], grads[1], eigenvalues, eigenvectors, True)]


def _eig_slope(grads: Any, needs: Any, eigenvalues: Any, eigenvectors: Any) -> list[Any]:
    return [_eigen_slope(grads[0], grads[1], eigenvalues, eigenvectors, False)]


_RESULTS = "eigenvalues eigenvectors"
LinalgEighBackward0 = derivative("LinalgEighBackward0", results=_RESULTS, joint=("A", _eigh_slope))
LinalgEigBackward0 = derivative("LinalgEigBackward0", results=_RESULTS, joint=("self", _eig_slope))


def _triangle_of(uplo: str) -> str:
    if uplo.upper() not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {uplo}")
    return uplo.upper()


def _known(array: Array, uplo: str) -> tuple[Array, Array]:
    """Return of which matrices a triangle has no nan or infinity, and the matrices with 0 in place of those that have.

    LinAlgError where there are more than two rows: then LAPACK does not find what it looks for.
    """
    known = xp.isfinite((lower if uplo == "L" else upper)(array)).all((-2, -1))
    size = array.shape[-1]
    failure = first_failure(xp.where(known, 0, size - 2)) if size > 2 else None
    if failure:
        raise LinAlgError(
            f"linalg.eigh: {failure[0]}The algorithm failed to converge because the input matrix is ill-conditioned or has "
            f"too many repeated eigenvalues (error code: {failure[1]})."
        )
    return known, array if known.all() else xp.where(known[..., None, None], array, 0)


def eigh(input: Tensor, UPLO: str = "L") -> Any:  # noqa: N803
    """Return the eigenvalues, smallest first, and eigenvectors of a symmetric (Hermitian) matrix.

    Only its lower triangle ("L") or its upper one ("U") is looked at.
    """
    check_square("linalg.eigh", input)
    uplo = _triangle_of(UPLO)
    check_kernel("linalg_eigh_cpu", input, empty=True)
    x = input._array
    known, array = _known(for_lapack(x), uplo)
    values, vectors = xp.linalg.eigh(array, uplo)
    values, vectors = values.astype(x.real.dtype, copy=False), vectors.astype(x.dtype, copy=False)
    if not known.all():
        values = xp.where(known[..., None], values, xp.nan)
        vectors = xp.where(known[..., None, None], vectors, xp.nan if x.shape[-1] > 1 else 1)
    values, vectors = record_several(LinalgEighBackward0, [values, by_columns(vectors)], (input,))
    return structured("linalg_eigh", eigenvalues=values, eigenvectors=vectors)


def eigvalsh(input: Tensor, UPLO: str = "L") -> Tensor:  # noqa: N803
    """Return the eigenvalues of a symmetric (Hermitian) matrix, smallest first."""
    values: Tensor = eigh(input, UPLO)[0]
    return values


def _check_finite(a: Tensor) -> None:
    if not bool(xp.isfinite(a._array).all()):
        raise RuntimeError("torch.linalg.eig: input tensor should not contain infs or NaNs.")


def _check_eig(name: str, a: Tensor) -> None:
    if a._array.dtype.kind not in "fc":
        raise RuntimeError(f"Unknown Complex ScalarType for {a.dtype._scalar}")
    if name == "linalg.eig":
        _check_finite(a)
    check_square(name, a)
    check_kernel("linalg_eig_out_cpu", a)
    _check_finite(a)


def eig(input: Tensor) -> Any:
    """Return the eigenvalues and eigenvectors of a square matrix, as complex numbers."""
    _check_eig("linalg.eig", input)
    x = input._array
    wanted = xp.result_type(x.dtype, xp.complex64)
    values, vectors = xp.linalg.eig(x)
    arrays = [values.astype(wanted), by_columns(vectors.astype(wanted))]
    values, vectors = record_several(LinalgEigBackward0, arrays, (input,))
    return structured("linalg_eig", eigenvalues=values, eigenvectors=vectors)


def eigvals(input: Tensor) -> Tensor:
    """Return the eigenvalues of a square matrix, as complex numbers."""
    if requires_recording(input):
        values: Tensor = eig(input)[0]
        return values
    _check_eig("linalg.eigvals", input)
    x = input._array
    return wrap(xp.linalg.eigvals(x).astype(xp.result_type(x.dtype, xp.complex64)))
