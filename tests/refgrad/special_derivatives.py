"""Special functions for `test_derivatives.py`: functions of one or two (2, 3) operands from 0.2 to 0.9, and how many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import refgrad as torch

Function = Callable[..., Any]
S = torch.special


def _changed(name: str, *args: Any) -> Function:
    """Return a function that does something in place to a copy."""
    return lambda a: getattr(a * 1, name)(*args)


SPECIAL: dict[str, tuple[Function, int]] = {
    **{
        name: (getattr(S, name), 1)
        for name in (
            *("gammaln", "digamma", "i0", "i0e", "i1", "i1e", "entr", "erfcx", "ndtr", "ndtri", "log_ndtr"),
        )
    },
    "gammaln of negative numbers": (lambda a: S.gammaln(a - 1), 1),
    "i1 of negative numbers": (lambda a: S.i1(a - 1) * S.i1e(-a), 1),
    "polygamma": (lambda a: S.polygamma(1, a) + a.polygamma(2), 1),
    "polygamma in place": (_changed("polygamma_", 1), 1),
    "mvlgamma": (lambda a: torch.mvlgamma(a + 1, 3), 1),
    "igamma": (lambda a: torch.igamma(torch.full_like(a, 0.7).detach(), a), 1),
    "igammac": (lambda a: torch.igammac(torch.full_like(a, 1.3).detach(), a), 1),
    "zeta": (lambda a: S.zeta(torch.full_like(a, 2.5).detach(), a), 1),
    "zeta of a number": (lambda a: S.zeta(2.5, a), 1),
    "xlog1py": (S.xlog1py, 2),
    "xlog1py with a number first": (lambda a: S.xlog1py(2, a), 1),
    "xlog1py of a number": (lambda a: S.xlog1py(a, 2), 1),
}
