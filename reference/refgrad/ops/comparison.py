"""Comparisons and logic: results are bool (or int) tensors through which no gradient flows."""

from __future__ import annotations

import operator as operator_of
from collections.abc import Callable
from typing import Any

from .. import both, dtypes
from ..backend import ndarray, xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap
from .broadcasting import as_operand, check_broadcast, common, keep_layout
from .holomorphic import refuse_complex
from .inplace import check_sizes, update
from .registry import function, method, operator, public

__all__ = ["allclose", "equal"]


def _arrays(a: Tensor, b: Any) -> tuple[Any, Any]:
    x = a._array
    if isinstance(b, Tensor):
        return (x, b._array) if x.dtype is b._array.dtype else common(a, b)
    return common(a, b)


def _elementwise(compute: Callable[..., Any], a: Tensor, b: Any) -> Tensor:
    x, y = _arrays(a, b)
    try:
        array = xp.asarray(compute(x, y))
    except ValueError:
        check_broadcast(xp.shape(x), xp.shape(y))
        raise
    if not x.flags.c_contiguous or (isinstance(b, Tensor) and not y.flags.c_contiguous):
        array = keep_layout(array, x, y if isinstance(b, Tensor) else b)
    return wrap(array)


def _ordered(name: str, compute: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse to order complex numbers, which NumPy does."""

    def compared(x: Any, y: Any) -> Any:
        if x.dtype.kind == "c" or isinstance(y, complex) or getattr(y, "dtype", x.dtype).kind == "c":
            check_broadcast(x.shape, xp.shape(y))
            joint = xp.result_type(x, y)
            check_broadcast(x.shape, getattr(y, "shape", ()))
            raise NotImplementedError(f"\"{name}_cpu\" not implemented for '{dtypes.of(joint)._scalar}'")
        return compute(x, y)

    return compared


def _comparison(name: str, special: str, compute: Callable[..., Any]) -> None:
    compute = compute if name in ("eq", "ne") else _ordered(name, compute)

    def compare(self: Tensor, other: Any) -> Any:
        other = wrap(other) if special == "__eq__" and isinstance(other, ndarray) else as_operand(other)
        return other if other is NotImplemented else _elementwise(compute, self, other)

    def named(input: Tensor, other: Any) -> Tensor:
        found = as_operand(other)
        if found is NotImplemented:
            raise TypeError(type(other).__name__)
        return _elementwise(compute, input, found)

    def in_place(self: Tensor, other: Any) -> Tensor:
        found = as_operand(other)
        if found is NotImplemented:
            raise TypeError(type(other).__name__)
        return update(f"{name}_", self, _into, found)

    def _into(self: Tensor, other: Any) -> Tensor:
        if isinstance(other, Tensor):
            check_sizes(self, [other])
        found = _elementwise(compute, self, other)._array.astype(self._array.dtype)
        if isinstance(other, Tensor):
            return record(tensor_kind, found, (self, other))
        return record(number_kind, found, (self,))

    title = name.capitalize()
    number_kind = derivative(f"{title}Backward0", self=both.zeros_like)
    tensor_kind = derivative(f"{title}Backward1", self=both.zeros_like, other=both.zeros_like)
    operator(special)(compare)
    named.__name__, in_place.__name__ = name, f"{name}_"
    named.__doc__ = f"Compare each pair of elements: {special}."
    public(named)
    method(in_place)


for _row in (
    ("eq", "__eq__", xp.equal),
    ("ne", "__ne__", xp.not_equal),
    ("lt", "__lt__", xp.less),
    ("le", "__le__", xp.less_equal),
    ("gt", "__gt__", xp.greater),
    ("ge", "__ge__", xp.greater_equal),
):
    _comparison(*_row)


def _bitwise(name: str, specials: tuple[str, str, str], compute: Callable[..., Any]) -> None:
    """Publish `& | ^ << >>`: operators, their reflected and in-place forms, and the function."""

    def combine(self: Tensor, other: Any) -> Any:
        other = as_operand(other)
        if other is NotImplemented:
            return other
        joint = dtypes.result_of((self, other))
        if not joint._is_integral or (joint is dtypes.bool and not name.startswith("bitwise")):
            if isinstance(other, Tensor):
                check_broadcast(self._array.shape, other._array.shape)
            raise NotImplementedError(f"\"{name}_cpu\" not implemented for '{joint._scalar}'")
        return _elementwise(compute, self, other)

    def in_place(self: Tensor, other: Any) -> Tensor:
        other = as_operand(other)
        return other if other is NotImplemented else update(name, self, combine, other, promotes=True)

    operator(*specials[:2])(combine)
    operator(specials[2])(in_place)
    if name.startswith("bitwise"):
        combine.__name__ = name
        combine.__doc__ = f"Do `{name}` with each pair of elements."
        public(combine)


_bitwise("bitwise_and", ("__and__", "__rand__", "__iand__"), xp.bitwise_and)
_bitwise("bitwise_or", ("__or__", "__ror__", "__ior__"), xp.bitwise_or)
_bitwise("bitwise_xor", ("__xor__", "__rxor__", "__ixor__"), xp.bitwise_xor)
_bitwise("lshift", ("__lshift__", "__lshift__", "__ilshift__"), xp.left_shift)
_bitwise("rshift", ("__rshift__", "__rshift__", "__irshift__"), xp.right_shift)


def _shift_of_number(special: str, shift: Callable[[Tensor, Tensor], Tensor]) -> None:
    def reflected(self: Tensor, other: Any) -> Any:
        other = as_operand(other)
        if other is NotImplemented:
            return other
        return shift(wrap(xp.asarray(other, dtypes.result_of((self, other))._numpy)), self)

    operator(special)(reflected)


_shift_of_number("__rlshift__", operator_of.lshift)
_shift_of_number("__rrshift__", operator_of.rshift)


@operator("__invert__")
def _invert(self: Tensor) -> Tensor:
    if self._array.dtype.kind not in "biu":
        raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
    return bitwise_not(self)


@public
def bitwise_not(input: Tensor) -> Tensor:
    """Invert each bit; the logical opposite of a bool."""
    x = input._array
    if x.dtype.kind not in "biu":
        raise NotImplementedError(f"\"bitwise_not_cpu\" not implemented for '{input.dtype._scalar}'")
    return wrap(keep_layout(xp.asarray(xp.invert(x)), x))


def _logical(name: str, compute: Callable[..., Any]) -> None:
    def combine(input: Tensor, other: Tensor) -> Tensor:
        return _elementwise(compute, input, other)

    combine.__name__ = name
    combine.__doc__ = f"Do `{name}` with each pair of elements; what is not 0 is true."
    public(combine)


_logical("logical_and", xp.logical_and)
_logical("logical_or", xp.logical_or)
_logical("logical_xor", xp.logical_xor)


def _test(name: str, compute: Callable[..., Any]) -> None:
    def test(input: Tensor) -> Tensor:
        x = input._array
        if name == "signbit":
            refuse_complex(x, "signbit is not implemented for complex tensors.")
        found = wrap(keep_layout(xp.asarray(compute(x)), x))
        if name == "isfinite" and x.dtype.kind == "c":
            found._counter = [1]  # torch combines what it finds of both parts in place
        return found

    test.__name__ = name
    test.__doc__ = f"Tell `{name}` for each element."
    public(test)


_test("logical_not", xp.logical_not)
_test("isnan", xp.isnan)
_test("isinf", xp.isinf)
_test("isfinite", xp.isfinite)
_test("signbit", xp.signbit)


@operator("__contains__")
def _contains(self: Tensor, value: Any) -> bool:
    if not isinstance(value, Tensor | bool | int | float | complex | xp.number):
        raise RuntimeError(
            f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(value)}."
        )
    found = _elementwise(xp.equal, self, value) if not isinstance(value, Tensor) else _equal_to(value, self)
    return bool(xp.any(found._array))


def _equal_to(value: Tensor, self: Tensor) -> Tensor:
    return _elementwise(xp.equal, value, self)


@public
def equal(input: Tensor, other: Tensor) -> bool:
    """Tell whether two tensors have the same shape and elements."""
    x, y = input._array, other._array
    return x.shape == y.shape and bool((x == y).all())


@public
def isclose(
    input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> Tensor:
    """Tell for each pair of elements whether they differ by no more than `atol + rtol * |other|`."""
    if input.dtype is not other.dtype:
        raise RuntimeError(f"{input.dtype._scalar} did not match {other.dtype._scalar}")
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        if not tolerance >= 0:
            raise RuntimeError(f"{name} must be greater than or equal to zero, but got {tolerance:g}")
    x, y = input._array, other._array
    check_broadcast(x.shape, y.shape)
    close = wrap(keep_layout(xp.asarray(xp.isclose(x, y, rtol, atol, equal_nan)), x, y))
    if rtol or atol:  # torch finds what is close besides what is equal, and adds it in place
        close._share_counter()[0] += 1
    return close


@public
def allclose(
    input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> bool:
    """Tell whether all pairs of elements are close."""
    return bool(isclose(input, other, rtol, atol, equal_nan)._array.all())


@function
def is_tensor(obj: Any) -> bool:
    """Tell whether `obj` is a tensor."""
    return isinstance(obj, Tensor)
