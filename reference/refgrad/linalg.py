"""`torch.linalg`: where each of its functions lives. A batch stands in front of the last two dimensions."""

from __future__ import annotations

import importlib
from typing import Any

from .ops.matrices import LinAlgError
from .ops.registry import explained
from .ops.statistics import vector_norm
from .tensor import Tensor

__all__ = ["LinAlgError", "cross", "diagonal", "vector_norm"]

# By module, which is imported on first use. A function that goes by another name there follows "=".
_NAMES = {
    "cholesky": "cholesky=linalg_cholesky cholesky_ex",
    "decompositions": "eig eigh eigvals eigvalsh qr",
    "determinants": "det slogdet",
    "least_squares": "lstsq",
    "linear_algebra": "matmul",
    "lu": "lu lu_factor lu_factor_ex lu_solve",
    "matrix_functions": "matrix_exp tensorinv tensorsolve vander vecdot",
    "matrix_norms": "cond matrix_norm norm",
    "products": "matrix_power multi_dot",
    "singular_values": "matrix_rank pinv svd svdvals",
    "solving": "inv inv_ex solve solve_ex solve_triangular",
}
_FUNCTIONS = {
    name.partition("=")[0]: (module, name.rpartition("=")[2])
    for module, names in _NAMES.items()
    for name in names.split()
}


def cross(input: Tensor, other: Tensor, *, dim: int = -1) -> Tensor:
    """Return the cross product of vectors along a dimension of size 3."""
    from .ops.distances import linalg_cross

    return linalg_cross(input, other, dim)


def diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:  # noqa: N803 - torch's name
    """Return the diagonals as a new last dimension."""
    found: Tensor = A.diagonal(offset, dim1, dim2)
    return found


for _name in ("cross", "diagonal", "vector_norm"):
    globals()[_name] = explained(globals()[_name], f"linalg_{_name}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_FUNCTIONS})


def __getattr__(name: str) -> Any:
    """Find a function, whose module is imported on first use."""
    if name not in _FUNCTIONS:
        from .absent import missing

        raise missing("torch.linalg", name)
    module, own = _FUNCTIONS[name]
    call = getattr(importlib.import_module(f"{__package__}.ops.{module}"), own)
    found = globals()[name] = explained(call, f"linalg_{name}")
    return found
