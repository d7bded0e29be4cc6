"""Division with whole quotients: `//`, `%`, `fmod` and `div` with a rounding mode, each beside its derivative."""

from __future__ import annotations

from typing import Any

from .. import backend, both, dtypes
from ..backend import xp
from ..graph import Node, derivative
from ..tensor import Tensor, wrap
from .arithmetic import binary, in_place_form, not_implemented, operand_of, recorded
from .broadcasting import as_operand, check_broadcast, common
from .registry import operator, public

__all__: list[str] = []

RemainderBackward0 = derivative("RemainderBackward0", self=lambda g: g)
RemainderBackward1 = derivative(
    "RemainderBackward1",
    self=lambda g: g,
    other=lambda g, self, other: -g * _quotient(self, other, "floor"),
)
FmodBackward0 = derivative("FmodBackward0", self=lambda g: g)
FmodBackward1 = derivative(
    "FmodBackward1",
    self=lambda g: g,
    other=lambda g, self, other: -g * _quotient(self, other, "trunc"),
)


def _quotient(a: Any, b: Any, rounding_mode: str) -> Any:
    if isinstance(a, Tensor) or isinstance(b, Tensor):
        return rounded(a, b, rounding_mode)
    return xp.floor_divide(a, b) if rounding_mode == "floor" else xp.trunc(a / b)


DivBackward2 = derivative(
    "DivBackward2",
    self=lambda g, other: both.zeros_like(g),
    other=lambda g, self, other: both.zeros_like(g),
)


FloorDivideNode = not_implemented("aten::floor_divide")
FloorDivideInPlaceNode = not_implemented("aten::floor_divide_")
RemainderNode = not_implemented("aten::remainder")


@operator("__floordiv__")
def _floordiv(self: Tensor, other: Any) -> Any:
    other = as_operand(other)
    if other is NotImplemented:
        return other
    return _floored(FloorDivideNode, self, other)


def _floordiv_in_place(self: Tensor, other: Any) -> Tensor:
    return _floored(FloorDivideInPlaceNode, self, other)


def _floored(kind: type[Node], self: Tensor, other: Any) -> Tensor:
    _check_division("div_floor_cpu", self, other)
    return binary(kind, xp.floor_divide, self, other, (), recorded(self, other))


@operator("__rfloordiv__")
def _rfloordiv(self: Tensor, other: Any) -> Any:
    other = as_operand(other)
    return other if other is NotImplemented else _floordiv(_full_like(self, other), self)


@operator("__mod__")
def _mod(self: Tensor, other: Any) -> Any:
    other = as_operand(other)
    if other is NotImplemented:
        return other
    _check_division("remainder_cpu", self, other)
    if isinstance(other, Tensor):
        return binary(RemainderBackward1, _remainder, self, other)
    return binary(RemainderBackward0, _remainder, self, other, (), (self,))


def _remainder(x: Any, y: Any) -> Any:
    """Return the remainder with the sign of the divisor; where it is 0, that of floats keeps the dividend's sign."""
    if x.dtype.kind != "f":
        return xp.remainder(x, y)
    found = xp.fmod(x, y)
    return xp.where((found != 0) & ((found < 0) != (y < 0)), found + y, found)


@operator("__rmod__")
def _rmod(self: Tensor, other: Any) -> Any:
    other = as_operand(other)
    if other is NotImplemented:
        return other
    number = _full_like(self, other)
    _check_division("remainder_cpu", number, self)
    return binary(RemainderNode, _remainder, number, self, (), recorded(self))


def _full_like(self: Tensor, number: Any) -> Tensor:
    x, y = common(self, number)
    return wrap(xp.asarray(y, x.dtype))


def _check_division(kernel: str, self: Any, other: Any) -> None:
    """Refuse sizes that do not go together, bools, and to divide integers by zero."""
    if isinstance(self, Tensor) and isinstance(other, Tensor):
        check_broadcast(self._array.shape, other._array.shape)
    joint = dtypes.result_of((self, other))
    if joint is dtypes.bool or joint.is_complex:
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{joint._scalar}'")
    if not joint._is_integral:
        return
    divisor = other._array if isinstance(other, Tensor) else backend.as_array(other)
    if not divisor.all() and not (isinstance(self, Tensor) and not self._array.size):
        raise RuntimeError("ZeroDivisionError")


def rounded(input: Tensor, other: Any, rounding_mode: str) -> Tensor:
    """Return the quotient of each pair of elements, rounded as `rounding_mode` says: "trunc" or "floor"."""
    if rounding_mode not in ("floor", "trunc"):
        raise RuntimeError(
            "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '"
            + rounding_mode
            + "'"
        )
    _check_division(f"div_{rounding_mode}_cpu", input, other)
    compute = xp.floor_divide if rounding_mode == "floor" else _truncated
    return binary(DivBackward2, compute, input, other)


def _truncated(x: Any, y: Any) -> Any:
    quotient = xp.trunc(xp.divide(x, y))
    return quotient.astype(xp.result_type(x, y)) if x.dtype.kind in "iu" else quotient


@public
def remainder(input: Tensor, other: Any) -> Tensor:
    """Return the remainder of division, with the sign of the divisor."""
    left: Tensor = _mod(input, operand_of(other))
    return left


@public
def floor_divide(input: Tensor, other: Any) -> Tensor:
    """Return the quotient rounded down."""
    whole: Tensor = _floordiv(input, operand_of(other))
    return whole


@public
def fmod(input: Tensor, other: Any) -> Tensor:
    """Return the remainder of division, with the sign of the dividend."""
    other = operand_of(other)
    _check_division("fmod_cpu", input, other)
    if isinstance(other, Tensor):
        return binary(FmodBackward1, xp.fmod, input, other)
    return binary(FmodBackward0, xp.fmod, input, other, (), (input,))


in_place_form("remainder_", ("__imod__",), remainder)
in_place_form("fmod_", (), fmod)
in_place_form("floor_divide_", ("__ifloordiv__",), _floordiv_in_place)
