"""The gamma function: its logarithm, the derivatives of that, incomplete integrals, and Hurwitz's zeta."""

from __future__ import annotations

import math
from typing import Any

from .. import both, dtypes
from ..backend import xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor
from . import gamma_kernels as kernels
from .pointwise import converted
from .registry import function, method, public
from .special_forms import failing_rule, in_place, of_one, of_two, refuse_kernel

__all__: list[str] = []


# ---- for arrays and tensors ----------------------------------------------------------------------------------------


def _digamma(x: Any) -> Any:
    return x.digamma() if isinstance(x, Tensor) else kernels.digamma(x)


def _lgamma(x: Any) -> Any:
    return x.lgamma() if isinstance(x, Tensor) else kernels.lgamma(_floats(x))


def _polygamma(n: int, x: Any) -> Any:
    return polygamma(n, x) if isinstance(x, Tensor) else kernels.polygamma(n, x)


def _zeta(s: Any, q: Any) -> Any:
    if isinstance(s, Tensor) or isinstance(q, Tensor):
        return zeta(s, q)
    return kernels.zeta(xp.asarray(s, q.dtype), q)


def _floats(x: Any) -> Any:
    """Return integers, which an input may be, as floats."""
    if isinstance(x, Tensor):
        return x
    return converted(x) if x.dtype.kind in "biu" else x


# ---- of one operand ------------------------------------------------------------------------------------------------

LgammaBackward0 = derivative("LgammaBackward0", self=lambda g, self: g * _digamma(self))
DigammaBackward0 = derivative("DigammaBackward0", self=lambda g, self: g * _polygamma(1, self))
PolygammaBackward0 = derivative(
    "PolygammaBackward0", args="n", self=lambda g, self, n: g * _polygamma(n + 1, self)
)
PolygammaBackward1 = derivative(
    "PolygammaBackward1", args="n", self=lambda g, self, n: g * _polygamma(n + 1, self)
)

lgamma = public(of_one("lgamma", LgammaBackward0, kernels.lgamma, low=True, kernel="lgamma_vml_cpu"))
digamma = public(of_one("digamma", DigammaBackward0, kernels.digamma, low=True, kernel="digamma"))
in_place(lgamma)
in_place(digamma)


def _polygamma_by(kind: Any, n: int, input: Tensor) -> Tensor:
    if n < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.")
    x = _floats(input._array)
    refuse_kernel(("digamma", "trigamma")[n] if n < 2 else "polygamma", dtypes.of(x.dtype), True)
    return record(kind, kernels.polygamma(n, x), (input,), (n,))


@function
def polygamma(n: int, input: Tensor) -> Tensor:
    """Return derivative number `n` of digamma."""
    return _polygamma_by(PolygammaBackward0, n, input)


def _polygamma_method(self: Tensor, n: int) -> Tensor:
    """Return derivative number `n` of digamma."""
    return _polygamma_by(PolygammaBackward0, n, self)


def _polygamma_of_itself(self: Tensor, n: int) -> Tensor:
    return _polygamma_by(PolygammaBackward1, n, self)


_polygamma_method.__name__ = _polygamma_of_itself.__name__ = "polygamma"
method(_polygamma_method)
in_place(_polygamma_of_itself)

MvlgammaBackward0 = derivative(
    "MvlgammaBackward0", args="p", self=lambda g, self, p: g * _sum_of_digammas(self, p)
)


NOT_OF_BOOL = "The input tensor may not be a boolean tensor."


def _steps(p: int) -> list[float]:
    return [each / 2 for each in range(1 - p, 1)]


def _sum_of_digammas(x: Any, p: int) -> Any:
    x = _floats(x)
    parts = [_digamma(x + each) for each in _steps(p)]
    total = parts[0]
    for each in parts[1:]:
        total = total + each
    return total


@public
def mvlgamma(input: Tensor, p: int) -> Tensor:
    """Return the logarithm of the gamma function of matrices of size `p`."""
    if input.dtype is dtypes.bool:
        raise RuntimeError(NOT_OF_BOOL)
    if p < 1:
        raise RuntimeError("p has to be greater than or equal to 1")
    x = _floats(input._array)
    refuse_kernel("arange_cpu", dtypes.of(x.dtype), True)
    total = p * (p - 1) / 4 * math.log(math.pi) + sum(
        kernels.lgamma(x + x.dtype.type(each)) for each in _steps(p)
    )
    return record(
        MvlgammaBackward0, xp.ascontiguousarray(total.astype(x.dtype)).reshape(x.shape), (input,), (p,)
    )


def _keeps_float(self: Tensor, p: int) -> None:
    if self.dtype is dtypes.bool:
        raise RuntimeError(NOT_OF_BOOL)
    if self.dtype._is_integral:
        default = dtypes.get_default_dtype()._scalar
        raise RuntimeError(
            f"mvlgamma: result type {self.dtype._scalar} can't be cast to the desired output type {default}"
        )


in_place(mvlgamma, before=_keeps_float)


# ---- of two operands -----------------------------------------------------------------------------------------------


def _density(g: Any, a: Any, x: Any) -> Any:
    return g * both.exp((a - 1) * both.log(x) - x - _lgamma(a))


IgammaBackward0 = derivative(
    "IgammaBackward0",
    self=failing_rule("the derivative for 'igamma: input' is not implemented."),
    other=lambda g, self, other: _density(g, self, other),
)
IgammacBackward0 = derivative(
    "IgammacBackward0",
    self=failing_rule("the derivative for 'igammac: input' is not implemented."),
    other=lambda g, self, other: -_density(g, self, other),
)
_UNKNOWN = failing_rule("the derivative for 'zeta' is not implemented.")
SpecialZetaBackward0 = derivative(
    "SpecialZetaBackward0",
    self=_UNKNOWN,
    other=lambda g, self, other: g * (-self * _zeta(self + 1, other)),
)
SpecialZetaBackward1 = derivative(
    "SpecialZetaBackward1",
    args="self",
    other=lambda g, other, self: g * (-self * _zeta(self + 1, other)),
)
SpecialZetaBackward2 = derivative("SpecialZetaBackward2", args="other", self=_UNKNOWN)

igamma = public(of_two("igamma", (IgammaBackward0,) * 3, kernels.lower_gamma, low=True, integers=False))
igammac = public(of_two("igammac", (IgammacBackward0,) * 3, kernels.upper_gamma, low=True, integers=False))
in_place(igamma, promotes=True)
in_place(igammac, promotes=True)
_of_arrays = of_two("zeta", (SpecialZetaBackward0, SpecialZetaBackward1, SpecialZetaBackward2), kernels.zeta)


def zeta(input: Any, other: Any) -> Tensor:
    """Return Hurwitz's zeta function: the sum of `(other + k)**-input` over all k from 0 on."""
    return _of_arrays(input, other)


def gammaln(input: Tensor) -> Tensor:
    """Return the logarithm of the absolute value of the gamma function."""
    return lgamma(input)


def psi(input: Tensor) -> Tensor:
    """Return the derivative of the logarithm of gamma."""
    return digamma(input)


def multigammaln(input: Tensor, p: int) -> Tensor:
    """Return the logarithm of the gamma function of matrices of size `p`."""
    return mvlgamma(input, p)


def gammainc(input: Tensor, other: Tensor) -> Tensor:
    """Return the regularised lower incomplete gamma function."""
    return igamma(input, other)


def gammaincc(input: Tensor, other: Tensor) -> Tensor:
    """Return the regularised upper incomplete gamma function."""
    return igammac(input, other)
