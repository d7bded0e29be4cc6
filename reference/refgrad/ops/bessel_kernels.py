"""Bessel functions on arrays: power series, asymptotic series, recurrences and integrals, in double precision."""

from __future__ import annotations

import math

from ..backend import Array, xp
from .gamma_kernels import back, wide

__all__ = ["i0", "i0e", "i1", "i1e", "j0", "j1", "k0", "k0e", "k1", "k1e", "spherical_j0", "y0", "y1"]

_EULER = 0.57721566490153286061
_FAR = 25.0  # from here on the asymptotic series are exact to the last bits


def _asymptotic(order: int, x: Array) -> list[Array]:
    """Return the terms of the asymptotic series of a Bessel function; the later ones are 0 once they would grow."""
    square, term = 4.0 * order * order, xp.ones_like(x)
    terms = [term]
    for k in range(1, 40):
        following = term * (square - (2 * k - 1) ** 2) / (8 * k * x)
        term = xp.where(xp.abs(following) < xp.abs(term), following, 0.0)
        terms.append(term)
    return terms


# ---- modified, of the first kind -----------------------------------------------------------------------------------


def _modified(order: int, x: Array, scaled: bool) -> Array:
    """Return I of order 0 or 1, times `e**-|x|` if scaled."""
    size = xp.abs(wide(x))
    near = xp.minimum(size, _FAR)
    quarter = near * near / 4
    term = xp.ones_like(near) if order == 0 else near / 2
    total = term
    for k in range(1, 90):
        term = term * quarter / (k * (k + order))
        total = total + term
    far = xp.maximum(size, _FAR)
    terms = _asymptotic(order, far)
    decay = sum((-1) ** k * each for k, each in enumerate(terms)) / xp.sqrt(2 * math.pi * far)
    decay = xp.where(xp.isinf(size), 0.0, decay)
    found = xp.where(size < _FAR, total * xp.exp(-near), decay)
    if not scaled:  # in the dtype at hand, in which e**x may be inf, as in torch
        own = xp.float32 if x.dtype.itemsize == 2 else x.dtype
        found = xp.exp(size.astype(own)) * found.astype(own)
    return back(xp.where(x < 0, -found, found) if order else found, x)


def i0(x: Array) -> Array:
    """Return the modified Bessel function of the first kind, order 0."""
    return _modified(0, x, False)


def i0e(x: Array) -> Array:
    """Return I0 times `e**-|x|`."""
    return _modified(0, x, True)


def i1(x: Array) -> Array:
    """Return the modified Bessel function of the first kind, order 1."""
    return _modified(1, x, False)


def i1e(x: Array) -> Array:
    """Return I1 times `e**-|x|`."""
    return _modified(1, x, True)


# ---- modified, of the second kind ----------------------------------------------------------------------------------


def _decaying(order: int, x: Array, scaled: bool) -> Array:
    """Return K of order 0 or 1, times `e**x` if scaled: an integral from 0 on, for which the trapezoidal rule is exact.

    The integrand is `exp(-x * (cosh(t) - 1)) * cosh(order * t)`.
    """
    given = wide(x)
    positive = (given > 0) & xp.isfinite(given)
    at = xp.where(positive, given, 1.0)
    last = xp.arccosh(1 + 745 / at) / 256
    total = xp.full_like(at, 0.5)
    for step in range(1, 257):
        t = last * step
        total = total + xp.exp(-at * (2 * xp.sinh(t / 2) ** 2)) * (xp.cosh(t) if order else 1.0)
    found = total * last
    if not scaled:
        found = found * xp.exp(-at)
    found = xp.where(given == 0, xp.inf, xp.where(positive, found, xp.nan))
    return back(xp.where(xp.isposinf(given), 0.0, found), x)


def k0(x: Array) -> Array:
    """Return the modified Bessel function of the second kind, order 0."""
    return _decaying(0, x, False)


def k0e(x: Array) -> Array:
    """Return K0 times `e**x`."""
    return _decaying(0, x, True)


def k1(x: Array) -> Array:
    """Return the modified Bessel function of the second kind, order 1."""
    return _decaying(1, x, False)


def k1e(x: Array) -> Array:
    """Return K1 times `e**x`."""
    return _decaying(1, x, True)


# ---- oscillating ---------------------------------------------------------------------------------------------------


def _orders(x: Array) -> list[Array]:
    """Return J of all orders, for x up to `_FAR`: backwards by the recurrence, scaled by what they add up to."""
    count = 90
    found = [xp.zeros_like(x), xp.full_like(x, 1e-300)]
    safe = xp.where(x == 0, 1.0, x)
    for order in range(count, 0, -1):
        following = 2 * order / safe * found[-1] - found[-2]
        large = xp.abs(following) > 1e200
        if large.any():
            shrink = xp.where(large, 1e-200, 1.0)
            found = [each * shrink for each in found]
            following = following * shrink
        found.append(following)
    orders = found[:0:-1]
    whole = orders[0] + 2 * sum(orders[2::2])
    return [xp.where(x == 0, 1.0 if at == 0 else 0.0, each / whole) for at, each in enumerate(orders)]


def _far_wave(order: int, x: Array) -> tuple[Array, Array]:
    """Return J and Y by their asymptotic series."""
    terms = _asymptotic(order, x)
    even = sum((-1) ** (k // 2) * each for k, each in enumerate(terms) if k % 2 == 0)
    odd = sum((-1) ** (k // 2) * each for k, each in enumerate(terms) if k % 2)
    sine, cosine = xp.sin(x), xp.cos(x)
    # the angle is x - pi/4 or x - 3 pi/4, whose sine and cosine need no subtraction
    c, s = (cosine + sine, sine - cosine) if order == 0 else (sine - cosine, -sine - cosine)
    scale = 1 / xp.sqrt(math.pi * x)
    return (even * c - odd * s) * scale, (even * s + odd * c) * scale


def _wave(order: int, size: Array) -> Array:
    near = xp.minimum(size, _FAR)
    far = xp.where(xp.isfinite(size), xp.maximum(size, _FAR), _FAR)
    found = xp.where(size < _FAR, _orders(near)[order], _far_wave(order, far)[0])
    return xp.where(xp.isfinite(size), found, xp.nan)


def j0(x: Array) -> Array:
    """Return the Bessel function of the first kind, order 0."""
    return back(_wave(0, xp.abs(wide(x))), x)


def j1(x: Array) -> Array:
    """Return the Bessel function of the first kind, order 1."""
    given = wide(x)
    found = _wave(1, xp.abs(given))
    return back(xp.where(given < 0, -found, found), x)


def _near_second(order: int, x: Array) -> Array:
    """Return Y by Neumann's series of J of all orders."""
    orders = _orders(x)
    logarithm = xp.log(x / 2) + _EULER
    if order == 0:
        rest = sum((-1) ** k * orders[2 * k] / k for k in range(1, 44))
        return 2 / math.pi * logarithm * orders[0] - 4 / math.pi * rest
    rest = sum((-1) ** k * (2 * k + 1) / (k * (k + 1)) * orders[2 * k + 1] for k in range(1, 44))
    return 2 / math.pi * ((logarithm - 1) * orders[1] - orders[0] / x - rest)


def _second(order: int, x: Array) -> Array:
    given = wide(x)
    positive = (given > 0) & xp.isfinite(given)
    at = xp.where(positive, given, 1.0)
    near = _near_second(order, xp.minimum(at, _FAR))
    found = xp.where(at < _FAR, near, _far_wave(order, xp.maximum(at, _FAR))[1])
    return back(xp.where(positive, found, xp.where(given == 0, -xp.inf, xp.nan)), x)


def y0(x: Array) -> Array:
    """Return the Bessel function of the second kind, order 0."""
    return _second(0, x)


def y1(x: Array) -> Array:
    """Return the Bessel function of the second kind, order 1."""
    return _second(1, x)


def spherical_j0(x: Array) -> Array:
    """Return sin(x) / x; 0 at infinity."""
    given = wide(x)
    found = xp.sin(given) / xp.where(given == 0, 1.0, given)
    small = 1 - given * given / 6 * (1 - given * given / 20)
    return back(xp.where(xp.isinf(given), 0.0, xp.where(xp.abs(given) < 1e-3, small, found)), x)
