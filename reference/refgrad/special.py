"""`torch.special`: functions that go by another name, or by the same one, in `torch`, and rarer ones."""

from __future__ import annotations

import importlib
from typing import Any

from .tensor import Tensor

__all__: list[str] = []

# Name here: name in `torch`.
_NAMES = {
    **{
        name: name
        for name in (
            *(
                "erf",
                "erfc",
                "erfinv",
                "exp2",
                "expm1",
                "log1p",
                "log_softmax",
                "logit",
                "logsumexp",
                "round",
            ),
            *("sinc", "softmax", "xlogy"),
        )
    },
    "expit": "sigmoid",
}
# By module, which is imported on first use.
_MODULES = {
    "bessel": (
        "bessel_j0 bessel_j1 bessel_y0 bessel_y1 i0 i0e i1 i1e modified_bessel_i0 modified_bessel_i1 modified_bessel_k0 "
        "modified_bessel_k1 scaled_modified_bessel_k0 scaled_modified_bessel_k1 spherical_bessel_j0"
    ),
    "gamma": "digamma gammainc gammaincc gammaln multigammaln polygamma psi zeta",
    "orthogonal_polynomials": (
        "chebyshev_polynomial_t chebyshev_polynomial_u chebyshev_polynomial_v chebyshev_polynomial_w hermite_polynomial_h "
        "hermite_polynomial_he laguerre_polynomial_l legendre_polynomial_p shifted_chebyshev_polynomial_t "
        "shifted_chebyshev_polynomial_u shifted_chebyshev_polynomial_v shifted_chebyshev_polynomial_w"
    ),
    "probability": "entr erfcx log_ndtr ndtr ndtri xlog1py",
}
_FUNCTIONS = {name: module for module, names in _MODULES.items() for name in names.split()}


def rounded(input: Tensor, *, decimals: int = 0) -> Tensor:
    """Return each element rounded to the nearest with so many decimals, halves to even."""
    found: Tensor = input.round(decimals=decimals)
    return found


def __getattr__(name: str) -> Any:
    """Find a function by its name here."""
    if name not in _FUNCTIONS and name not in _NAMES:
        from .absent import missing

        raise missing("torch.special", name)
    from .ops.registry import explained

    if name in _NAMES:
        import refgrad

        call = rounded if name == "round" else getattr(refgrad, _NAMES[name]).__wrapped__
    else:
        call = getattr(importlib.import_module(f"{__package__}.ops.{_FUNCTIONS[name]}"), name)
    found = globals()[name] = explained(call, f"special_{name}")
    return found


def __dir__() -> list[str]:
    return sorted({*_NAMES, *_FUNCTIONS})
