"""Functions that a course rarely needs: error functions, `sinc`, angles in degrees, common divisors, ..."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

from .. import backend, both, dtypes
from ..backend import Array, xp
from ..fused import multiply_add
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap
from .arithmetic import binary
from .backward_kernels import in_single
from .broadcasting import check_broadcast, common, keep_layout
from .holomorphic import holomorphic
from .inplace import update
from .output_tensors import RESIZED
from .outputs import into
from .pairwise import difference, log_sum
from .pointwise import _float_function, _publish
from .powers import pow as power
from .registry import method, public
from .shape import axis_of

__all__: list[str] = []

HALF_ROOT_PI = math.sqrt(math.pi) / 2


def _erfc_array(x: Array) -> Array:
    return both.erfc_array(x)


def _erfinv_array(y: Array) -> Array:
    """Return the inverse of the error function: a start by logarithms, then Newton's method on a double."""
    wide = y.astype(xp.float64)
    spread = xp.log1p(-wide * wide)
    middle = 2 / (math.pi * 0.147) + spread / 2
    found = xp.sign(wide) * xp.sqrt(xp.maximum(xp.sqrt(middle * middle - spread / 0.147) - middle, 0))
    for _ in range(4):
        slope = xp.exp(-found * found) / HALF_ROOT_PI
        step = (both._erf_array(found) - wide) / slope
        found = xp.where(xp.isfinite(step), found - step / (1 + found * step), found)
    found = xp.where(xp.abs(wide) == 1, wide * xp.inf, found)
    return keep_layout(xp.where(xp.abs(wide) > 1, xp.nan, found).astype(y.dtype), y)


def _erfinv(value: Any) -> Any:
    return value.erfinv() if isinstance(value, Tensor) else _erfinv_array(value)


def _sinc_slope(g: Any, x: Any) -> Any:
    scaled, square = x * math.pi, x * x * math.pi
    found = g * ((scaled * both.cos(scaled) - both.sin(scaled)) / square)
    nothing = both.like(backend.zero(both.plain(g).dtype), g)
    return both.where(both.like(both.plain(square) == 0, g), nothing, found)


# name: (node, what NumPy computes, derivative). Integers become float first.
_ROWS: dict[str, tuple[str, Callable[[Array], Array], Callable[..., Any]]] = {
    "erfc": (
        "ErfcBackward0",
        _erfc_array,
        lambda g, self: -1 / HALF_ROOT_PI * both.exp(-(self**2)) * g,
    ),
    "erfinv": (
        "ErfinvBackward0",
        _erfinv_array,
        lambda g, self: HALF_ROOT_PI * both.exp(_erfinv(self) ** 2) * g,
    ),
    "sinc": (
        "SincBackward0",
        lambda x: xp.sinc(x.astype(xp.float32) if x.dtype.itemsize == 2 else x).astype(x.dtype),
        lambda g, self: _sinc_slope(g, self),
    ),
    "deg2rad": (
        "Deg2RadBackward0",
        lambda x: x * x.dtype.type(math.pi / 180),
        lambda g: g * (math.pi / 180),
    ),
    "rad2deg": (
        "Rad2DegBackward0",
        lambda x: x * x.dtype.type(180 / math.pi),
        lambda g: g * (180 / math.pi),
    ),
}
for _name, (_node, _compute, _rule) in _ROWS.items():
    _publish(_name, _float_function(_name, _compute, derivative(_node, self=_rule)))


# ---- pairs ---------------------------------------------------------------------------------------------------------

Logaddexp2Backward0 = derivative(
    "Logaddexp2Backward0",
    self=lambda g, self, other: g / (1 + _two_to(difference(other, self))),
    other=lambda g, self, other: g / (1 + _two_to(difference(self, other))),
)
LdexpBackward0 = derivative(
    "LdexpBackward0",
    self=lambda g, other: g * _power_of_two(other),
    other=lambda g, result: g * result * math.log(2),
)


def _power_of_two(exponent: Any) -> Any:
    """Return 2**y; of integers as an integer, as torch has it: 0 where y is negative, and what is too large wraps."""
    plain = both.plain(exponent)
    if plain.dtype.kind in "iu":
        return both.like(both.plain(2 ** wrap(plain)), exponent)
    return 2**exponent


def _two_to(value: Any) -> Any:
    return both.exp(value * math.log(2))


def _log_of_summed_powers(x: Array, y: Array) -> Array:
    """Return log2(2**x + 2**y) of floats; the last step multiplies and adds, and rounds once, as torch's kernel does."""
    x, y = xp.broadcast_arrays(x, y)
    rest = xp.log1p(xp.exp2(-xp.abs(x - y)))
    larger = xp.maximum(x, y)
    found = multiply_add(rest, x.dtype.type(1 / math.log(2)), larger, x.dtype)
    return xp.where(xp.isinf(larger), larger, found)


@public
def logaddexp2(input: Tensor, other: Tensor) -> Tensor:
    """Return log2(2**x + 2**y)."""
    joint = dtypes.result_of((input, other))
    if joint._is_integral or joint.is_complex:
        check_broadcast(input._array.shape, other._array.shape)
        raise NotImplementedError(f"\"logaddexp2_cpu\" not implemented for '{joint._scalar}'")
    return binary(Logaddexp2Backward0, in_single(_log_of_summed_powers), input, other)


def _with_exponent(input: Tensor, other: Tensor) -> Tensor:
    """Add integers to the exponents of floats. The result is laid out as those, and widened where it has to be."""
    x, y = input._array, other._array
    check_broadcast(x.shape, y.shape)
    shape = backend.broadcast_shapes(x.shape, y.shape)
    if shape != x.shape and x.size:
        warnings.warn(RESIZED.format(list(x.shape), list(shape)), UserWarning, stacklevel=4)
    if other.dtype is dtypes.bool:
        raise NotImplementedError("\"ldexp_cpu_exp\" not implemented for 'Bool'")
    found = xp.ldexp(x, y.astype(xp.int32)).astype(x.dtype, copy=False)
    array = keep_layout(found, x) if shape == x.shape else keep_layout(found, x, y)
    return record(LdexpBackward0, array, (input, other))


@public
def ldexp(input: Tensor, other: Tensor) -> Tensor:
    """Return x * 2**y."""
    if input.dtype.is_floating_point and other.dtype._is_integral:
        return _with_exponent(input, other)

    def scaled(x: Array, y: Array) -> Array:
        want = xp.result_type(x, y)
        return x.astype(want) * xp.exp2(y.astype(want))

    floating = dtypes.get_default_dtype() if other.dtype._is_integral else other.dtype
    x = input.to(floating) if input.dtype._is_integral else input
    y = other.to(x.dtype) if other.dtype._is_integral else other
    of_complex = x.dtype.is_complex or y.dtype.is_complex
    return binary(holomorphic(LdexpBackward0) if of_complex else LdexpBackward0, scaled, x, y)


@public
def float_power(input: Any, exponent: Any, *, out: Tensor | None = None) -> Tensor:
    """Return x**y in double precision."""
    want = dtypes.complex128 if dtypes.result_of((input, exponent)).is_complex else dtypes.float64
    if out is not None and out.dtype is not want:
        raise RuntimeError(
            f"the output given to float_power has dtype {out.dtype._scalar} but the operation's result requires dtype "
            f"{want._scalar}"
        )
    operands = [
        each.to(dtypes.complex128 if each.dtype.is_complex else dtypes.float64)
        if isinstance(each, Tensor)
        else each
        if isinstance(each, complex)
        else float(each)
        for each in (input, exponent)
    ]
    raised: Tensor = into(out, power, *operands)
    return raised


@method
def float_power_(self: Tensor, exponent: Any) -> Tensor:
    """Raise each element of a tensor of doubles to a power, in place."""
    power_type = exponent.dtype if isinstance(exponent, Tensor) else dtypes.of_number(exponent)
    want = dtypes.complex128 if self.dtype.is_complex or power_type.is_complex else dtypes.float64
    if self.dtype is not want:
        raise RuntimeError(
            f"the base given to float_power_ has dtype {self.dtype._scalar} but the operation's result requires dtype "
            f"{want._scalar}"
        )
    return update("float_power_", self, float_power, exponent)


def _of_integers(name: str, compute: Callable[..., Array], text: str) -> None:
    def combine(input: Tensor, other: Tensor) -> Tensor:
        joint = dtypes.result_of((input, other))
        check_broadcast(input._array.shape, other._array.shape)
        if not joint._is_integral or joint is dtypes.bool:
            raise NotImplementedError(f"\"{name}_cpu\" not implemented for '{joint._scalar}'")
        x, y = [each._array.astype(joint._numpy) for each in (input, other)]
        return wrap(keep_layout(xp.asarray(compute(x, y)), input._array, other._array))

    combine.__name__ = name
    combine.__doc__ = text
    public(combine)


_of_integers("gcd", xp.gcd, "Return the greatest common divisor of each pair of integers.")
_of_integers("lcm", xp.lcm, "Return the least common multiple of each pair of integers.")


@public
def nextafter(input: Tensor, other: Tensor) -> Tensor:
    """Return the next number that a float can hold after x, towards y."""
    joint = dtypes.result_of((input, other))
    if not joint.is_floating_point:
        check_broadcast(input._array.shape, other._array.shape)
        raise NotImplementedError(f"\"nextafter_cpu\" not implemented for '{joint._scalar}'")
    x, y = common(input, other)
    check_broadcast(x.shape, y.shape)
    return record(NextafterBackward0, keep_layout(xp.nextafter(x, y), x, y), (input, other))


NextafterBackward0 = derivative(
    "NextafterBackward0",
    self=lambda g, self, other: both.keep(g, both.plain(self) != both.plain(other)),
    other=lambda g: both.zeros_like(g),
)


# ---- tests of elements --------------------------------------------------------------------------------------------


def _infinite(name: str, sign: int) -> None:
    def test(input: Tensor) -> Tensor:
        x = input._array
        if x.dtype.kind == "c":
            raise RuntimeError(f"{name} does not support complex inputs.")
        found = (
            xp.isinf(x) & (x > 0 if sign > 0 else x < 0) if x.dtype.kind == "f" else xp.zeros(x.shape, bool)
        )
        return wrap(keep_layout(xp.asarray(found), x))

    test.__name__ = name
    test.__doc__ = f"Tell where elements are {'plus' if sign > 0 else 'minus'} infinity."
    public(test)


_infinite("isposinf", 1)
_infinite("isneginf", -1)


# ---- along a dimension --------------------------------------------------------------------------------------------


def _log_sums_back(g: Any, self: Any, result: Any, dim: int) -> Any:
    """Send the gradient of each running sum back to all elements in it.

    The sums are taken of logarithms, of what is above 0 and of what is below apart, so that none overflows.
    """
    if not g.ndim or not both.plain(g).size:
        return g

    def back(logs: Any) -> Any:
        return both.exp(both.flip(_running_log_sums(both.flip(logs - result, dim), dim), dim) + self)

    kind = both.plain(g).dtype
    if kind.kind == "c":
        return both.conj(back(both.log(both.conj(g))))
    size, lowest = both.log(both.absolute(g)), float(xp.finfo(kind).min)
    return back(both.where(g > 0, size, lowest)) - back(both.where(g < 0, size, lowest))


def _running_log_sums(value: Any, dim: int) -> Any:
    return logcumsumexp(value, dim) if isinstance(value, Tensor) else _accumulated(value, dim)


def _accumulated(x: Array, axis: int) -> Array:
    if x.dtype.kind != "c":
        return xp.logaddexp.accumulate(x, axis=axis)
    found = xp.moveaxis(x.copy(), axis, 0)
    for at in range(1, len(found)):
        found[at] = log_sum(found[at - 1], found[at])
    return xp.moveaxis(found, 0, axis)


LogcumsumexpBackward0 = derivative(
    "LogcumsumexpBackward0",
    args="dim",
    self=lambda g, self, result, dim: _log_sums_back(g, self, result, dim),
)


@public
def logcumsumexp(input: Tensor, dim: int) -> Tensor:
    """Return the logarithms of the sums of e**x so far along a dimension."""
    x = input._array
    axis = axis_of(dim, x.ndim)
    if x.dtype.kind not in "fc":
        raise NotImplementedError(f"\"logcumsumexp_out_cpu\" not implemented for '{input.dtype._scalar}'")
    array = _accumulated(x, axis) if x.ndim else x.copy()
    return record(LogcumsumexpBackward0, xp.ascontiguousarray(array).reshape(x.shape), (input,), (dim,))
