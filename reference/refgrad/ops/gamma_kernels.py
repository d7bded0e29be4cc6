"""The gamma function and its kin on arrays: logarithm, derivatives, incomplete integrals, Hurwitz's zeta.

All is computed in double precision, by series whose coefficients are Bernoulli numbers and values of zeta.
"""

from __future__ import annotations

import math
from fractions import Fraction

from ..backend import Array, xp
from .broadcasting import keep_layout

__all__ = ["digamma", "lgamma", "lower_gamma", "polygamma", "upper_gamma", "zeta"]

_ENOUGH = 10.0  # from here on the asymptotic series are exact to the last bits


def _bernoulli(count: int) -> list[Fraction]:
    """Return the Bernoulli numbers of even index, from the second on."""
    found = [Fraction(1)]
    for n in range(1, 2 * count + 1):
        found.append(
            -sum((math.comb(n + 1, k) * each for k, each in enumerate(found)), Fraction(0)) / (n + 1)
        )
    return found[2::2]


_BERNOULLI = _bernoulli(12)


def wide(x: Array) -> Array:
    """Return a copy in double precision."""
    return x.astype(xp.float64)


def back(found: Array, *like: Array) -> Array:
    """Return what was computed in the dtype and layout of the operands."""
    return keep_layout(found.astype(like[0].dtype), *like)


def _series(coefficients: list[float], x: Array) -> Array:
    """Return a polynomial, the constant first."""
    found = xp.full_like(x, coefficients[-1])
    for each in coefficients[-2::-1]:
        found = found * x + each
    return found


def _raised(x: Array) -> tuple[Array, Array, Array]:
    """Raise numbers step by step until the asymptotic series hold.

    Return them, the product of all that was passed, and the sum of their reciprocals.
    """
    at, product, total = x.copy(), xp.ones_like(x), xp.zeros_like(x)
    for _ in range(int(_ENOUGH)):
        low = at < _ENOUGH
        product = xp.where(low, product * at, product)
        total = xp.where(low, total + 1 / at, total)
        at = xp.where(low, at + 1, at)
    return at, product, total


# ---- zeta ----------------------------------------------------------------------------------------------------------

_MAX_STEPS = 100_000
_ZETA_TERMS = [float(each) / math.factorial(2 * k) for k, each in enumerate(_BERNOULLI, 1)]


def _zeta(s: Array, q: Array) -> Array:
    """Return the sum of `(q + k)**-s`: term by term up to `q + k > 9`, then by Euler and Maclaurin."""
    total, at = q**-s, q.copy()
    term = total
    for step in range(_MAX_STEPS):
        low = (at <= 9) | (step < 9)
        if not low.any():
            break
        at = xp.where(low, at + 1, at)
        term = xp.where(low, at**-s, term)
        total = xp.where(low, total + term, total)
    total = total + term * at / (s - 1) - term / 2
    factor, part = s, term / at
    for k, each in enumerate(_ZETA_TERMS):
        total = total + factor * part * each
        factor = factor * (s + (2 * k + 1)) * (s + (2 * k + 2))
        part = part / (at * at)
    return total


def zeta(s: Array, q: Array) -> Array:
    """Return Hurwitz's zeta function; inf at `s = 1` and at poles, nan where it is not defined."""
    x, y = xp.broadcast_arrays(wide(s), wide(q))
    pole = (x == 1) | ((y <= 0) & (y == xp.floor(y)))
    unknown = (x < 1) | ((y <= 0) & (x != xp.floor(x)))
    usual = ~(pole | unknown | xp.isnan(x) | xp.isnan(y))
    found = _zeta(xp.where(usual, x, 2.0), xp.where(usual, y, 1.0))
    found = xp.where(usual & xp.isfinite(y), xp.where(xp.isinf(x), y**-x, found), xp.nan)
    return back(xp.where(pole & ~(x < 1), xp.inf, found), s, q)


# ---- the logarithm and its derivatives -----------------------------------------------------------------------------

_STIRLING = [float(each) / (2 * k * (2 * k - 1)) for k, each in enumerate(_BERNOULLI, 1)]
_DIGAMMA = [float(each) / (2 * k) for k, each in enumerate(_BERNOULLI, 1)]
_HALF_LOG_TWO_PI = math.log(2 * math.pi) / 2
_EULER = 0.57721566490153286061
_NEAR = 0.3  # so close to 1 and 2, where the logarithm is 0, its Taylor series is used


def _taylor() -> list[float]:
    """Return the coefficients of the logarithm of gamma at 1, from the first power on."""
    powers = xp.arange(2.0, 40.0)
    values = _zeta(powers, xp.ones_like(powers))
    return [-_EULER, *((-1) ** (k % 2) * float(values[k - 2]) / k for k in range(2, 40))]


def _log_gamma(x: Array) -> Array:
    """Return the logarithm of gamma of positive numbers."""
    at, product, _ = _raised(x)
    inverse = 1 / at
    found = (at - 0.5) * xp.log(at) - at + _HALF_LOG_TWO_PI + inverse * _series(_STIRLING, inverse * inverse)
    found = xp.where(xp.isinf(at), at, found - xp.log(product))
    for centre in (1, 2):
        near = xp.abs(x - centre) < _NEAR
        if near.any():
            rest = xp.where(near, x - centre, 0)
            value = rest * _series(_taylor(), rest) + 0.0  # never -0.0
            found = xp.where(near, value + xp.log1p(rest) if centre == 2 else value, found)
    return found


def lgamma(x: Array) -> Array:
    """Return the logarithm of the absolute value of the gamma function."""
    given = wide(x)
    below = given < 0.5
    found = _log_gamma(xp.where(below, 1 - given, given))
    turned = math.log(math.pi) - xp.log(xp.abs(xp.sin(math.pi * (given - xp.round(given))))) - found
    found = xp.where(below, turned, found)
    return back(xp.where(xp.isneginf(given), xp.inf, found), x)


def digamma(x: Array) -> Array:
    """Return the derivative of the logarithm of gamma; an infinity at 0, nan at negative integers."""
    given = wide(x)
    below = given < 0
    at, _, total = _raised(xp.where(below, 1 - given, given))
    inverse = 1 / at
    squared = inverse * inverse
    found = xp.log(at) - inverse / 2 - squared * _series(_DIGAMMA, squared) - total
    found = xp.where(xp.isinf(at), at, found)
    found = xp.where(below, found - math.pi / xp.tan(math.pi * (given - xp.trunc(given))), found)
    found = xp.where(below & (given == xp.floor(given)), xp.nan, found)
    return back(xp.where(given == 0, xp.copysign(xp.inf, -given), found), x)


def _trigamma(x: Array) -> Array:
    """Return the derivative of digamma, by as many terms as torch takes: exact to nine digits."""
    below = x < 0.5
    at, total = xp.where(below, 1 - x, x), xp.zeros_like(x)
    for _ in range(6):
        total = total + 1 / (at * at)
        at = at + 1
    square = 1 / (at * at)
    total = total + (1 + 1 / (2 * at) + square * _series([1 / 6, -1 / 30, 1 / 42], square)) / at
    sine = xp.sin(math.pi * x)
    return xp.where(below, (math.pi / sine) ** 2 - total, total)


def polygamma(n: int, x: Array) -> Array:
    """Return derivative number `n` of digamma."""
    if n == 0:
        return digamma(x)
    if n == 1:
        return back(_trigamma(x.astype(xp.float32) if x.dtype.itemsize == 2 else x), x)
    sign = 1.0 if n % 2 else -1.0
    given = wide(x)
    return back(sign * math.exp(math.lgamma(n + 1)) * zeta(xp.full_like(given, n + 1.0), given), x)


# ---- incomplete integrals ------------------------------------------------------------------------------------------


def _prefactor(a: Array, x: Array) -> Array:
    """Return `x**a * e**-x / gamma(a)`."""
    return xp.exp(a * xp.log(x) - x - lgamma(a))


def _lower_series(a: Array, x: Array) -> Array:
    """Return the lower integral over gamma(a), by its power series: for x up to a + 1."""
    term = total = 1 / a
    for step in range(1, _MAX_STEPS):
        term = term * x / (a + step)
        total = total + term
        if not (term > total * 1e-17).any():
            break
    return total * _prefactor(a, x)


def _upper_fraction(a: Array, x: Array) -> Array:
    """Return the upper integral over gamma(a), by Legendre's continued fraction (Lentz): for x from a + 1."""
    least = 1e-300
    b = x + 1 - a
    c, d = xp.full_like(x, 1 / least), 1 / xp.where(b == 0, least, b)
    found = d
    for step in range(1, _MAX_STEPS):
        factor = -step * (step - a)
        b = b + 2
        d = factor * d + b
        c = b + factor / c
        d = 1 / xp.where(d == 0, least, d)
        c = xp.where(c == 0, least, c)
        change = c * d
        found = found * change
        if not (xp.abs(change - 1) > 1e-15).any():
            break
    return found * _prefactor(a, x)


def _gamma_parts(a: Array, x: Array) -> tuple[Array, Array]:
    """Return the lower and the upper part of gamma(a), cut at x, as shares of the whole."""
    a, x = xp.broadcast_arrays(wide(a), wide(x))
    usual = (a > 0) & (x > 0) & xp.isfinite(a) & xp.isfinite(x)
    low = usual & (x < a + 1)
    high = usual & ~low
    lower = _lower_series(xp.where(low, a, 1.0), xp.where(low, x, 0.5))
    upper = _upper_fraction(xp.where(high, a, 1.0), xp.where(high, x, 3.0))
    lower, upper = xp.where(low, lower, 1 - upper), xp.where(low, 1 - lower, upper)
    none = ~(a < 0) & (((x == 0) & (a != 0)) | (xp.isinf(a) & ~xp.isinf(x) & ~(x < 0)))
    whole = ((a == 0) & (x > 0)) | (xp.isposinf(x) & ~(a < 0) & ~xp.isinf(a))
    unknown = ~(usual | none | whole)
    lower = xp.where(unknown, xp.nan, xp.where(none, 0.0, xp.where(whole, 1.0, lower)))
    upper = xp.where(unknown, xp.nan, xp.where(none, 1.0, xp.where(whole, 0.0, upper)))
    return lower, upper


def lower_gamma(a: Array, x: Array) -> Array:
    """Return the regularised lower incomplete gamma function."""
    return back(_gamma_parts(a, x)[0], a, x)


def upper_gamma(a: Array, x: Array) -> Array:
    """Return the regularised upper incomplete gamma function."""
    return back(_gamma_parts(a, x)[1], a, x)
