"""Bessel functions, of which torch differentiates the modified ones of the first kind."""

from __future__ import annotations

from typing import Any

from .. import both, dtypes
from ..backend import xp
from ..graph import derivative
from ..tensor import Tensor
from . import bessel_kernels as kernels
from .registry import function, method, public
from .special_forms import in_place, of_one, refuse_kernel

__all__: list[str] = []


def _call(name: str, x: Any) -> Any:
    return globals()[name](x) if isinstance(x, Tensor) else getattr(kernels, name)(x)


def _nearly_zero(x: Any) -> Any:
    plain = both.plain(x)
    return ~(xp.abs(plain) > xp.finfo(plain.dtype).eps)  # nan counts, as in torch


def _apart_from_zero(x: Any) -> Any:
    return both.where(_nearly_zero(x), float(xp.finfo(both.plain(x).dtype).eps), x)


def _i1_slope(g: Any, self: Any, result: Any) -> Any:
    refuse_kernel("i1_backward", dtypes.of(both.plain(self).dtype), False)
    safe = _apart_from_zero(self)
    return g * both.where(_nearly_zero(self), 0.5, _call("i0", safe) - result / safe)


def _i1e_slope(g: Any, self: Any, result: Any) -> Any:
    refuse_kernel("i1e_backward", dtypes.of(both.plain(self).dtype), False)
    safe = _apart_from_zero(self)
    return g * both.where(_nearly_zero(self), 0.5, _call("i0e", safe) - result * (both.unit(safe) + 1 / safe))


I0Backward0 = derivative("I0Backward0", self=lambda g, self: g * _call("i1", self))
SpecialI0EBackward0 = derivative(
    "SpecialI0EBackward0", self=lambda g, self, result: g * (_call("i1e", self) - both.unit(self) * result)
)
SpecialI1Backward0 = derivative("SpecialI1Backward0", self=lambda g, self, result: _i1_slope(g, self, result))
SpecialI1EBackward0 = derivative(
    "SpecialI1EBackward0", self=lambda g, self, result: _i1e_slope(g, self, result)
)

i0 = public(of_one("i0", I0Backward0, kernels.i0, low=True, kernel="i0_vml_cpu"))
in_place(i0, lambda call: method(function(call)))
i0e = of_one("i0e", SpecialI0EBackward0, kernels.i0e, low=True)
i1 = of_one("i1", SpecialI1Backward0, kernels.i1, low=True)
i1e = of_one("i1e", SpecialI1EBackward0, kernels.i1e, low=True)

bessel_j0 = of_one("bessel_j0", None, kernels.j0)
bessel_j1 = of_one("bessel_j1", None, kernels.j1)
bessel_y0 = of_one("bessel_y0", None, kernels.y0)
bessel_y1 = of_one("bessel_y1", None, kernels.y1)
modified_bessel_i0 = of_one("modified_bessel_i0", None, kernels.i0)
modified_bessel_i1 = of_one("modified_bessel_i1", None, kernels.i1)
modified_bessel_k0 = of_one("modified_bessel_k0", None, kernels.k0)
modified_bessel_k1 = of_one("modified_bessel_k1", None, kernels.k1)
scaled_modified_bessel_k0 = of_one("scaled_modified_bessel_k0", None, kernels.k0e, parameter="x")
scaled_modified_bessel_k1 = of_one("scaled_modified_bessel_k1", None, kernels.k1e, parameter="x")
spherical_bessel_j0 = of_one("spherical_bessel_j0", None, kernels.spherical_j0, parameter="x")
