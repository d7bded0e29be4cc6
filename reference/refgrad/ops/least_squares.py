"""Least squares: the X for which `A @ X` is nearest to B."""

from __future__ import annotations

from typing import Any

from ..backend import Array, xp
from ..graph import derivative
from ..recording import record_several
from ..return_types import structured
from ..tensor import Tensor, wrap
from .broadcasting import check_broadcast
from .matrices import adjoint, turned
from .singular_values import computed, inverted, pinv, pinv_slope
from .solving import as_column, as_vector

__all__: list[str] = []

NAME = "torch.linalg.lstsq"
DRIVERS = ("gels", "gelsy", "gelsd", "gelss")


def _pseudo_inverse(a: Any) -> Any:
    if isinstance(a, Tensor):
        return pinv(a)
    return pinv(wrap(a))._array


def _slope(grads: Any, needs: Any, self: Any, b: Any, solution: Any) -> list[Any]:
    of_solution, of_residuals = grads
    vector = b.ndim < self.ndim
    if vector:
        b, solution = as_column(b, True), as_column(solution, True)
        of_solution = None if of_solution is None else as_column(of_solution, True)
    of_a = of_b = None
    if of_solution is not None:
        inverse = _pseudo_inverse(self)
        of_b = adjoint(inverse) @ of_solution
        of_a = pinv_slope(of_solution @ adjoint(b), self, inverse) if needs[0] else None
    if of_residuals is not None and of_residuals.shape != (0,):
        rest = (self @ solution - b) * (2 * of_residuals[..., None, :])
        back = rest @ adjoint(solution)
        of_a = back if of_a is None else of_a + back
        of_b = -rest if of_b is None else of_b - rest
    if of_b is not None and vector:
        of_b = as_vector(of_b, True)
    return [of_a if needs[0] else None, of_b if needs[1] else None]


LinalgLstsqBackward0 = derivative(
    "LinalgLstsqBackward0", results="solution residuals", joint=("self b", _slope)
)


def _check(a: Tensor, b: Tensor, driver: str | None) -> bool:
    """Refuse what does not go together; return whether B is a vector, or a batch of them."""
    x, y = a._array, b._array
    if x.ndim < 2:
        raise RuntimeError(f"{NAME}: input must have at least 2 dimensions.")
    if y.ndim < 1:
        raise RuntimeError(f"{NAME}: other must have at least 1 dimension.")
    if a.dtype is not b.dtype:
        raise RuntimeError(
            f"{NAME}: Expected input and other to have the same dtype, but got input's dtype {a.dtype._scalar} and "
            f"other's dtype {b.dtype._scalar}"
        )
    if x.ndim - y.ndim not in (0, 1):
        raise RuntimeError(
            f"{NAME}: input.dim() must be greater or equal to other.dim() and (input.dim() - other.dim()) <= 1"
        )
    vector: bool = y.ndim == 1 or (x.ndim - 1 == y.ndim and y.shape == x.shape[:-1])
    if x.shape[-2] != y.shape[-1 if vector else -2]:
        raise RuntimeError(f"{NAME}: input.size(-2) should match other.size({-1 if vector else -2})")
    check_broadcast(x.shape[:-2], y.shape[:-1] if y.ndim < x.ndim else y.shape[:-2])
    if driver is not None and driver not in DRIVERS:
        raise RuntimeError(f"{NAME}: parameter `driver` should be one of ({', '.join(DRIVERS)})")
    if x.dtype.kind not in "fc" or x.dtype.itemsize == 2:
        raise RuntimeError("This function doesn't handle types other than float and double")
    return vector


def _solution(a: Array, b: Array, rcond: float | None) -> tuple[Array, Array, Array]:
    """Return the solutions, the ranks and the singular values."""
    if not xp.isfinite(a).all():
        raise RuntimeError(f"{NAME}: input contains inf or nan, for which there is no solution.")
    u, s, vh = computed(a, False)
    least = float(xp.finfo(a.dtype).eps) * max(a.shape[-2:]) if rcond is None else rcond
    kept = s > least * s.max(-1, keepdims=True) if s.shape[-1] else s > 0
    found = adjoint(vh) @ (inverted(s, kept)[..., :, None] * (adjoint(u) @ b))
    return found, xp.asarray(kept.sum(-1), xp.int64), s


def _laid_out(found: Array, rows: int) -> Array:
    """Return solutions as LAPACK leaves them: where the right sides stood, column by column."""
    size = found.shape[-2]
    memory = xp.zeros((*found.shape[:-2], found.shape[-1], max(rows, size)), found.dtype)
    memory[..., :size] = turned(found)
    return turned(memory)[..., :size, :]


def lstsq(input: Tensor, b: Tensor, rcond: float | None = None, *, driver: str | None = None) -> Any:
    """Return the X for which `input @ X` is nearest to `b`, the squares left over, the ranks, the singular values.

    Which of the last three are computed depends on the driver ("gelsy" where none is given), as in LAPACK.
    """
    vector = _check(input, b, driver)
    driver = driver or "gelsy"
    x, y = input._array, b._array[..., None] if vector else b._array
    rows, columns = x.shape[-2:]
    found, rank, values = _solution(x, y, rcond)
    residuals = xp.zeros((0,), x.real.dtype)
    full = driver == "gels" or bool((rank == columns).all())
    if rows > columns and driver != "gelsy" and full:
        rest = xp.abs(x @ found - y)
        residuals = (rest * rest).sum(-2)
    laid_out = _laid_out(found, rows)
    solution, left_over = record_several(
        LinalgLstsqBackward0, [laid_out[..., 0] if vector else laid_out, residuals], (input, b)
    )
    return structured(
        "linalg_lstsq",
        solution=solution,
        residuals=left_over,
        rank=wrap(rank if driver != "gels" else xp.zeros((0,), xp.int64)),
        singular_values=wrap(values if driver in ("gelsd", "gelss") else xp.zeros((0,), x.real.dtype)),
    )
