"""Powers: of tensors, to tensors, and with a number on either side."""

from __future__ import annotations

import math
from typing import Any

from .. import both, dtypes
from ..backend import xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor
from .arithmetic import binary, in_place_form, operand_of, refuse_bool_sub, refuse_bools
from .broadcasting import as_operand, check_broadcast, common, keep_layout, row_major
from .holomorphic import suited
from .registry import operator, public

__all__: list[str] = []


def _zeros_in_rows(value: Any) -> Any:
    return both.like(xp.zeros(value.shape, both.plain(value).dtype), value)


PowBackward0 = derivative(
    "PowBackward0",
    args="exponent",
    self=lambda g, self, exponent: (
        g * (exponent * self ** (exponent - 1))
        if exponent or isinstance(exponent, bool)  # torch does not see that False is 0
        else _zeros_in_rows(self)
    ),
)
PowBackward1 = derivative(
    "PowBackward1",
    self=lambda g, self, exponent: _pow_self(g, self, exponent),
    exponent=lambda g, self, exponent, result: _pow_exponent(g, self, exponent, result),
)
PowBackward2 = derivative(
    "PowBackward2",
    args="self",
    exponent=lambda g, self, exponent, result: _pow_exponent(g, self, exponent, result),
)


def _pow_self(g: Any, base: Any, exponent: Any) -> Any:
    if both.plain(exponent).dtype.kind == "b":
        refuse_bool_sub(exponent, 1)
    if both.plain(base).dtype.kind != "c":  # the conjugate of a power of a negative number is no power of it
        own = both.conj(exponent)
        found = g * both.conj(own * base ** (own - 1))
    else:
        found = g * (exponent * base ** (exponent - 1))
    return both.where(exponent == 0, both.zeros_like(found), found)


def _pow_exponent(g: Any, base: Any, exponent: Any, result: Any) -> Any:
    """d/de b**e = b**e log b, and 0 where the power is 0 however the exponent moves."""
    kind, power = both.plain(result).dtype, both.plain(exponent)
    not_negative = (xp.imag(power) == 0) & (xp.real(power) >= 0)
    if isinstance(base, int | float):
        flat = both.like(not_negative, result) if base == 0 else None
        slope = result * _log_of_real(both.like(xp.asarray(base, kind), result))
    else:
        flat = both.like((both.plain(base) == 0) & not_negative, result)
        slope = result * (
            both.log(both.cast(base, kind))
            if both.plain(base).dtype.kind == kind.kind
            else _log_of_real(both.cast(base, kind))
        )
    return g * (slope if flat is None else both.where(flat, both.zeros_like(slope), slope))


def _log_of_real(base: Any) -> Any:
    """Return the logarithm of a real number in the dtype of the power: conjugate, as is all that a rule sees of complex numbers."""
    return both.conj(both.log(base))


def _power(x: Any, y: Any) -> Any:
    """Raise to a power; of integers, negative powers are those of 1 and -1, and else 0."""
    kind = xp.result_type(x, y).kind
    if kind == "c":  # what is 0, or not finite, to the power of 0 is not known
        unknown = (y == 0) & ((x == 0) | ~xp.isfinite(x))
        return xp.where(unknown, complex(math.nan, math.nan), xp.power(x, y)).astype(xp.result_type(x, y))
    if kind not in "iu" or not xp.any(xp.less(y, 0)):
        return xp.power(x, y)
    odd = xp.where(xp.remainder(y, 2) == 0, 1, x)
    inverse = xp.where(xp.equal(x, 1), 1, xp.where(xp.equal(x, -1), odd, 0))
    return xp.where(xp.less(y, 0), inverse, xp.power(x, xp.maximum(y, 0))).astype(xp.result_type(x, y))


def _kind_of(base: Tensor, exponent: Tensor) -> Any:
    wide = base if base._array.dtype.kind == "c" else exponent
    return suited(PowBackward1, wide._array)


@operator("__pow__")
def _pow(self: Tensor, other: Any) -> Any:
    other = as_operand(other)
    if other is NotImplemented:
        return other
    if isinstance(other, Tensor):
        check_broadcast(self._array.shape, other._array.shape)
        refuse_bools("pow", self, other)
        return binary(_kind_of(self, other), _power, self, other)
    return _pow_number(self, other)


def _pow_number(self: Tensor, exponent: Any) -> Tensor:
    if self._array.dtype.kind in "biu" and isinstance(exponent, int) and exponent < 0:
        raise RuntimeError("Integers to negative integer powers are not allowed.")
    x, y = common(self, exponent)
    if exponent == 2:
        array = x * x
    elif exponent == 1:
        array = x.copy()
    else:
        array = xp.power(x, y).astype(x.dtype, copy=False)  # of bools NumPy makes integers
    if not self._array.flags.c_contiguous:
        array = keep_layout(array, self._array)
    return record(suited(PowBackward0, array), array, (self,), (exponent,))


@operator("__rpow__")
def _rpow(self: Tensor, other: Any) -> Any:
    other = as_operand(other)
    if other is NotImplemented or isinstance(other, Tensor):
        return other if other is NotImplemented else binary(_kind_of(other, self), _power, other, self)
    x, y = common(self, other)
    if dtypes.result_of((self, other)) is dtypes.bool:
        raise NotImplementedError("\"pow\" not implemented for 'Bool'")
    powers = row_major(xp.asarray(_power(xp.asarray(y, x.dtype), x)))
    return record(suited(PowBackward2, powers), powers, (self,), (other,))


def pow(input: Any, exponent: Any) -> Tensor:
    """Return `input` to the power of `exponent`; one of them may be a number."""
    if not isinstance(input, Tensor):
        if not isinstance(exponent, Tensor):
            raise TypeError("pow")
        raised: Tensor = _rpow(exponent, operand_of(input))
    else:
        raised = _pow(input, operand_of(exponent))
    return raised


public(pow)


in_place_form("pow_", ("__ipow__",), pow)
