"""Operations on matrices for `test_derivatives.py`: functions of one or two (2, 3) operands, and how many."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import refgrad as torch

Function = Callable[..., Any]
L = torch.linalg


def _definite(a: Any) -> Any:
    """Return a symmetric positive-definite matrix."""
    return a @ a.t() + torch.eye(len(a), dtype=a.dtype)


def _symmetric_products(vectors: Any) -> Any:
    """Return what does not depend on the signs of columns."""
    return vectors[..., :, None, :] * vectors[..., None, :, :]


def _deprecated(call: Function) -> Function:
    def quietly(*given: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            return call(*given)

    return quietly


MATRICES: dict[str, tuple[Function, int]] = {
    "slogdet": (lambda a: L.slogdet(_definite(a))[1], 1),
    "logdet": (lambda a: torch.logdet(_definite(a)), 1),
    "cholesky": (lambda a: L.cholesky(_definite(a)), 1),
    "cholesky, upper": (lambda a: L.cholesky(_definite(a), upper=True), 1),
    "cholesky as before": (_deprecated(lambda a: torch.cholesky(_definite(a))), 1),
    "cholesky_inverse": (lambda a: torch.cholesky_inverse(L.cholesky(_definite(a))), 1),
    "cholesky_solve": (lambda a, b: torch.cholesky_solve(b, L.cholesky(_definite(a))), 2),
    "cholesky_solve, upper": (
        lambda a, b: torch.cholesky_solve(b, L.cholesky(_definite(a), upper=True), True),
        2,
    ),
    "qr of a high matrix": (lambda a: torch.cat([each.reshape(-1) for each in L.qr(a.reshape(3, 2))]), 1),
    "qr of a wide matrix": (lambda a: torch.cat([each.reshape(-1) for each in L.qr(a.reshape(2, 3))]), 1),
    "singular values": (lambda a: L.svdvals(a), 1),
    "left singular vectors": (lambda a: _symmetric_products(L.svd(a, full_matrices=False)[0]), 1),
    "right singular vectors": (lambda a: _symmetric_products(L.svd(a, full_matrices=False)[2].mT), 1),
    "eigenvalues of a symmetric matrix": (lambda a: L.eigvalsh(_definite(a)), 1),
    "eigenvectors of a symmetric matrix": (lambda a: _symmetric_products(L.eigh(_definite(a))[1]), 1),
    "eigenvalues": (lambda a: torch.view_as_real(L.eigvals(_definite(a) - 2 * _definite(a).tril(-1))), 1),
    "lu": (lambda a: L.lu(a)[1].sum() * L.lu(a)[2], 1),
    "lu of a high matrix": (lambda a: L.lu(a.t())[1], 1),
    "lu_factor": (lambda a: L.lu_factor(_definite(a))[0], 1),
    "lu_unpack": (lambda a: torch.lu_unpack(*L.lu_factor(_definite(a)))[2], 1),
    "lu_solve": (lambda a, b: L.lu_solve(*L.lu_factor(_definite(a)), b), 2),
    "lu_solve of the adjoint": (lambda a, b: L.lu_solve(*L.lu_factor(_definite(a)), b, adjoint=True), 2),
    "lu_solve from the right": (lambda a, b: L.lu_solve(*L.lu_factor(_definite(a)), b.t(), left=False), 2),
    "solve_triangular": (lambda a, b: L.solve_triangular(_definite(a), b, upper=True), 2),
    "solve_triangular of ones": (
        lambda a, b: L.solve_triangular(_definite(a), b, upper=False, unitriangular=True),
        2,
    ),
    "solve_triangular from the right": (
        lambda a, b: L.solve_triangular(_definite(a), b.t(), upper=True, left=False),
        2,
    ),
    "triangular_solve": (
        _deprecated(lambda a, b: torch.triangular_solve(b, _definite(a), transpose=True)[0]),
        2,
    ),
    "solve from the right": (lambda a, b: L.solve(_definite(a), b.t(), left=False), 2),
    "lstsq": (lambda a, b: L.lstsq(a.t(), b.t(), driver="gelsd")[0], 2),
    "squares left over": (lambda a, b: L.lstsq(a.t(), b.t(), driver="gelsd")[1], 2),
    "pinv of a wide matrix": (lambda a: L.pinv(a.reshape(2, 3)), 1),
    "pinv of a high matrix": (lambda a: L.pinv(a.reshape(3, 2)), 1),
    "matrix_exp": (lambda a: L.matrix_exp(_definite(a)), 1),
    "nuclear norm": (lambda a: L.matrix_norm(a, "nuc"), 1),
    "spectral norm": (lambda a: L.matrix_norm(a, 2), 1),
}
