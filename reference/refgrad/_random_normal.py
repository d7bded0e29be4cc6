"""Normal numbers from uniform ones, to the bit as torch's CPU kernels make them.

Sixteen or more float32 numbers in a row take a vectorised path with its own logarithm, sine and cosine: the
Cephes polynomials in single precision (Moshier; AVX version by Garberoglio). All others use the C library.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .fused import multiply_add
from .generator import Generator

__all__ = ["normal_block", "normal_pairs"]

_f = np.float32

_LOG = (
    *(7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1),
    *(-1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1),
)
_SIN = (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
_COS = (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
_LN2_HIGH, _LN2_LOW = 0.693359375, -2.12194440e-4
_QUARTER_PI = (-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8)


def normal_pairs(count: int, mean: float, std: float, generator: Generator) -> Any:
    """Return `count` float64 numbers, drawn in pairs; the odd one out is kept for the next call."""
    out = np.empty(count)
    start = 0
    if count and (spare := generator.take_spare()) is not None:
        out[0], start = spare, 1
    pairs = (count - start + 1) // 2
    uniform = generator.uniform53(2 * pairs)
    radius = np.sqrt(-2.0 * np.log1p(-uniform[1::2]))
    angle = 2.0 * math.pi * uniform[0::2]
    both = np.stack((radius * np.cos(angle), radius * np.sin(angle)), 1).ravel()
    out[start:] = both[: count - start]
    if both.size > count - start:
        generator.keep_spare(float(both[-1]))
    return multiply_add(out, std, mean, np.float64)


def normal_block(count: int, mean: float, std: float, dtype: Any, generator: Generator) -> Any:
    """Return `count` (at least 16) numbers, made in blocks of 16 from 8 radii and 8 angles.

    Where 16 does not divide `count`, the last 16 numbers are drawn again.
    """
    draw = generator.uniform53 if dtype == np.float64 else generator.uniform24
    transform = _box_muller_float if dtype == np.float32 else _box_muller
    whole = count - count % 16
    uniform = draw(whole if dtype == np.float16 else count)  # the others draw the rest, too, and drop it
    out = np.empty(count, uniform.dtype)
    out[:whole] = transform(uniform[:whole], mean, std)
    if whole != count:
        out[-16:] = transform(draw(16), mean, std)
    return out.astype(dtype, copy=False)


def _box_muller(uniform: Any, mean: float, std: float) -> Any:
    blocks = uniform.reshape(-1, 2, 8)
    kind = uniform.dtype.type
    radius = np.sqrt(kind(-2) * np.log(kind(1) - blocks[:, 0]))
    angle = kind(2.0 * math.pi) * blocks[:, 1]
    both = np.stack((radius * np.cos(angle), radius * np.sin(angle)), 1).ravel()
    return multiply_add(both, kind(std), kind(mean), uniform.dtype)


def _box_muller_float(uniform: Any, mean: float, std: float) -> Any:
    blocks = uniform.reshape(-1, 2, 8)
    radius = np.sqrt(_f(-2) * _log(_f(1) - blocks[:, 0]))
    sine, cosine = _sin_cos(_f(2.0 * math.pi) * blocks[:, 1])
    both = np.stack((radius * cosine, radius * sine), 1).ravel()
    return multiply_add(both, _f(std), _f(mean), np.float32)


def _polynomial(coefficients: tuple[float, ...], x: Any) -> Any:
    value: Any = np.full_like(x, coefficients[0])
    for each in coefficients[1:]:
        value = _fma(value, x, _f(each))
    return value


def _fma(a: Any, b: Any, c: Any) -> Any:
    return multiply_add(a, b, c, np.float32)


def _log(x: Any) -> Any:
    bits = x.view(np.int32)
    exponent = ((bits >> 23) - 126).astype(np.float32)
    mantissa = ((bits & 0x007FFFFF) | 0x3F000000).view(np.float32)  # in [0.5, 1)
    low = mantissa < _f(math.sqrt(0.5))
    exponent -= low.astype(np.float32)
    y = mantissa - _f(1) + np.where(low, mantissa, _f(0))
    square = y * y
    value = _polynomial(_LOG, y) * y
    value = _fma(value, square, exponent * _f(_LN2_LOW))
    value = _fma(-square, _f(0.5), value)
    return _fma(exponent, _f(_LN2_HIGH), y + value)


def _sin_cos(x: Any) -> tuple[Any, Any]:
    octant = ((x * _f(4.0 / math.pi)).astype(np.int32) + 1) & ~1
    y = octant.astype(np.float32)
    for part in _QUARTER_PI:
        x = _fma(y, _f(part), x)
    square = x * x
    cosine = _fma(_polynomial(_COS, square) * square, square, -(square * _f(0.5))) + _f(1)
    sine = _fma(_polynomial(_SIN, square) * square, x, x)
    straight = (octant & 2) == 0
    found_sine, found_cosine = np.where(straight, sine, cosine), np.where(straight, cosine, sine)
    negative_sine, negative_cosine = (octant & 4) != 0, ((octant - 2) & 4) == 0
    return np.where(negative_sine, -found_sine, found_sine), np.where(
        negative_cosine, -found_cosine, found_cosine
    )
