"""Orthogonal polynomials by their recurrences. As in torch, they have no derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..backend import Array, xp
from ..tensor import Tensor
from .special_forms import of_two

__all__: list[str] = []

# From polynomials number k and k - 1 to number k + 1.
Step = Callable[[int, Array, Array, Array], Array]


def _recurrence(first: Callable[[Array], Array], step: Step) -> Callable[[Array, Array], Array]:
    """Return a function of x and n, given polynomial number 1 and how to go on; 0 for negative n."""

    def compute(x: Array, n: Array) -> Array:
        """Return polynomial number n at x."""
        at, degree = xp.broadcast_arrays(x.astype(xp.float64), xp.trunc(n.astype(xp.float64)))
        before, now = xp.ones_like(at), first(at)
        found = xp.where(degree == 0, 1.0, xp.where(degree == 1, now, 0.0))
        last = degree[xp.isfinite(degree)].max(initial=0.0) if degree.size else 0.0
        for k in range(1, int(last)):
            before, now = now, step(k, at, now, before)
            found = xp.where(degree == k + 1, now, found)
        return found.astype(x.dtype)

    return compute


def _double(k: int, x: Array, now: Array, before: Array) -> Array:
    return 2 * x * now - before


def _shifted(first: Callable[[Array], Array]) -> Callable[[Array, Array], Array]:
    """Return the polynomials on (0, 1) in place of (-1, 1)."""
    return _recurrence(
        lambda x: first(2 * x - 1), lambda k, x, now, before: _double(k, 2 * x - 1, now, before)
    )


_CHEBYSHEV: dict[str, Callable[[Array], Array]] = {
    "t": lambda x: x,
    "u": lambda x: 2 * x,
    "v": lambda x: 2 * x - 1,
    "w": lambda x: 2 * x + 1,
}
_ROWS: dict[str, Callable[[Array, Array], Array]] = {
    **{f"chebyshev_polynomial_{kind}": _recurrence(first, _double) for kind, first in _CHEBYSHEV.items()},
    **{f"shifted_chebyshev_polynomial_{kind}": _shifted(first) for kind, first in _CHEBYSHEV.items()},
    "hermite_polynomial_h": _recurrence(
        lambda x: 2 * x, lambda k, x, now, before: 2 * (x * now - k * before)
    ),
    "hermite_polynomial_he": _recurrence(lambda x: x, lambda k, x, now, before: x * now - k * before),
    "laguerre_polynomial_l": _recurrence(
        lambda x: 1 - x, lambda k, x, now, before: ((2 * k + 1 - x) * now - k * before) / (k + 1)
    ),
    "legendre_polynomial_p": _recurrence(
        lambda x: x, lambda k, x, now, before: ((2 * k + 1) * x * now - k * before) / (k + 1)
    ),
}


def _named(name: str, compute: Callable[[Array, Array], Array]) -> Callable[..., Tensor]:
    of_operands = of_two(name, (None, None, None), compute)

    def apply(x: Any, n: Any) -> Tensor:
        return of_operands(x, n)

    apply.__name__ = apply.__qualname__ = name
    apply.__doc__ = compute.__doc__
    return apply


for _name, _compute in _ROWS.items():
    globals()[_name] = _named(_name, _compute)
