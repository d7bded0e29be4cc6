"""The normal distribution and entropy: `ndtr`, `ndtri`, `log_ndtr`, `erfcx`, `entr`, `xlog1py`."""

from __future__ import annotations

import math
from typing import Any

from .. import both
from ..backend import Array, xp
from ..grad_mode import like_cpp
from ..graph import derivative
from ..tensor import Tensor
from .gamma_kernels import back, wide
from .special_forms import of_one, of_two

__all__: list[str] = []

ROOT_TWO, ROOT_TWO_PI = math.sqrt(2), math.sqrt(2 * math.pi)


# ---- on arrays -----------------------------------------------------------------------------------------------------


def _erfcx(x: Array) -> Array:
    """Return `exp(x * x) * erfc(x)` in double precision."""
    size = xp.abs(x)
    tail = both.scaled_erfc(size)
    found = xp.where(x < 0, 2 * xp.exp(x * x) - tail, tail)
    return xp.where(xp.isneginf(x), xp.inf, xp.where(xp.isposinf(x), 0.0, found))


def erfcx_array(x: Array) -> Array:
    """Return the complementary error function times `exp(x * x)`."""
    return back(_erfcx(wide(x)), x)


def _log_ndtr(x: Array) -> Array:
    scaled_down = x / ROOT_TWO
    low = xp.log(_erfcx(-scaled_down) / 2) - scaled_down * scaled_down
    high = xp.log1p(-both.erfc_array(xp.maximum(scaled_down, -2.0)) / 2)
    return xp.where(x < -1, low, high)


def log_ndtr_array(x: Array) -> Array:
    """Return the logarithm of the area under the normal density up to x."""
    return back(_log_ndtr(wide(x)), x)


def ndtri_array(p: Array) -> Array:
    """Return where the area under the normal density is p: Newton's method on its logarithm, which is concave."""
    given = wide(p)
    upper = given > 0.5
    share = xp.where(upper, 1 - given, given)
    inside = (share > 0) & (share <= 0.5)
    wanted = xp.log(xp.where(inside, share, 0.5))
    at = -xp.sqrt(-2 * wanted)
    for _ in range(60):
        slope = math.sqrt(2 / math.pi) / _erfcx(-at / ROOT_TWO)
        step = (_log_ndtr(at) - wanted) / slope
        at = at - step
        if not (xp.abs(step) > 4e-16 * xp.maximum(xp.abs(at), 1e-3)).any():
            break
    found = xp.where(inside, xp.where(upper, -at, at), xp.nan)
    found = xp.where(given == 0.5, 0.0, found)
    found = xp.where(given == 0, -xp.inf, xp.where(given == 1, xp.inf, found))
    return back(found, p)


def entr_array(x: Array) -> Array:
    """Return `-x * log(x)`; 0 at 0, -inf below."""
    found = xp.where(x > 0, -x * xp.log(xp.where(x > 0, x, 1)), xp.where(x == 0, 0, -xp.inf))
    return back(xp.where(xp.isnan(x), x, found), x)


def xlog1py_array(x: Array, y: Array) -> Array:
    """Return `x * log(1 + y)`, 0 where x is."""
    return xp.where((x == 0) & ~xp.isnan(y), x.dtype.type(0), x * xp.log1p(y))


# ---- of one operand ------------------------------------------------------------------------------------------------


SpecialErfcxBackward0 = derivative(
    "SpecialErfcxBackward0",
    self=lambda g, self, result: (2.0 * self * result - 2.0 / math.sqrt(math.pi)) * g,
)
SpecialLogNdtrBackward0 = derivative(
    "SpecialLogNdtrBackward0",
    self=lambda g, self, result: g * both.exp(-(result + self * self / 2)) / ROOT_TWO_PI,
)
SpecialNdtriBackward0 = derivative(
    "SpecialNdtriBackward0", self=lambda g, result: g * ROOT_TWO_PI * both.exp(result * result / 2)
)
SpecialEntrBackward0 = derivative("SpecialEntrBackward0", self=lambda g, self: g * (-(both.log(self) + 1)))

erfcx = of_one("erfcx", SpecialErfcxBackward0, erfcx_array)
log_ndtr = of_one("log_ndtr", SpecialLogNdtrBackward0, log_ndtr_array)
ndtri = of_one("ndtri", SpecialNdtriBackward0, ndtri_array)
entr = of_one("entr", SpecialEntrBackward0, entr_array, low=True)


@like_cpp
def ndtr(input: Tensor) -> Tensor:
    """Return the area under the normal density up to x."""
    area: Tensor = ((input * (1 / ROOT_TWO)).erf() + 1) * 0.5
    return area


# ---- of two operands -----------------------------------------------------------------------------------------------


def _of_factor(g: Any, self: Any, other: Any) -> Any:
    nothing = (both.plain(self) == 0) & (both.plain(other) <= -1)
    logarithm = both.log1p(other) if hasattr(other, "shape") else float(xp.log1p(float(other)))
    return both.mask_out(g * logarithm, nothing)


SpecialXlog1PyBackward0 = derivative(
    "SpecialXlog1PyBackward0",
    self=lambda g, self, other: _of_factor(g, self, other),
    other=lambda g, self, other: g * self / (other + 1),
)
SpecialXlog1PyBackward1 = derivative(
    "SpecialXlog1PyBackward1", args="self", other=lambda g, other, self: g * self / (other + 1)
)
SpecialXlog1PyBackward2 = derivative(
    "SpecialXlog1PyBackward2", args="other", self=lambda g, self, other: _of_factor(g, self, other)
)
xlog1py = of_two(
    "xlog1py",
    (SpecialXlog1PyBackward0, SpecialXlog1PyBackward1, SpecialXlog1PyBackward2),
    xlog1py_array,
    low=True,
)
