"""Arithmetic of two operands: `+ - * /` and their functions, each beside its derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import backend, both, dtypes
from ..backend import xp
from ..grad_mode import mode
from ..graph import Node, derivative
from ..recording import record
from ..tensor import Tensor
from .broadcasting import as_operand, check_broadcast, common, keep_layout
from .inplace import update
from .registry import alias, function, method, operator, public

__all__: list[str] = []

_FLOATS = frozenset("fd")  # float32 and float64: NumPy takes Python numbers as they are

AddBackward0 = derivative(
    "AddBackward0",
    args="alpha",
    self=lambda g: g,
    other=lambda g, alpha: g if alpha == 1 else g * alpha,
)
SubBackward0 = derivative(
    "SubBackward0",
    args="alpha",
    self=lambda g: g,
    other=lambda g, alpha: -g if alpha == 1 else g * -alpha,
)
RsubBackward0 = derivative(
    "RsubBackward0", args="alpha", self=lambda g, alpha: -g if alpha == 1 else -(g * alpha), other=lambda g: g
)
RsubBackward1 = derivative("RsubBackward1", self=lambda g: -g)
MulBackward0 = derivative(
    "MulBackward0",
    self=lambda g, other: g * both.conj(other),
    other=lambda g, self: g * both.conj(self),
)
DivBackward0 = derivative(
    "DivBackward0",
    self=lambda g, other: g / both.conj(other),
    other=lambda g, self, other: -g * both.conj((self / other) / other),
)
# Of a tensor and a number, in Python: the derivative takes it as the tensor that torch makes of it.
_MulOfNumber = derivative(
    "MulBackward0",
    self=lambda g, other: _times_number(g, both.conj(other)),
    other=lambda g, self: _times_number(g, both.conj(self)),
)
_DivByNumber = derivative(
    "DivBackward0",
    self=lambda g, other: _over_number(g, both.conj(other)),
    other=DivBackward0.rules[1],
)


def _times_number(g: Any, number: Any) -> Any:
    return binary(_MulOfNumber, xp.multiply, g, number) if isinstance(g, Tensor) else g * number


def _over_number(g: Any, number: Any) -> Any:
    return binary(_DivByNumber, xp.divide, g, number) if isinstance(g, Tensor) else g / number


# Of a tensor and a number, in C++.
AddBackward1 = derivative("AddBackward1", self=lambda g: g)
SubBackward1 = derivative("SubBackward1", self=lambda g: g)
MulBackward1 = derivative("MulBackward1", args="other", self=lambda g, other: g * both.conj(other))
DivBackward1 = derivative("DivBackward1", args="other", self=lambda g, other: g / both.conj(other))


def binary(
    kind: type[Node],
    compute: Callable[..., Any],
    a: Any,
    b: Any,
    args: tuple[Any, ...] = (),
    inputs: tuple[Any, ...] = (),
) -> Tensor:
    """Combine two operands elementwise: bring them to one dtype, broadcast, record (`inputs`, if not both)."""
    if not isinstance(a, Tensor):
        want = dtypes.result_of((a, b))._numpy
        x, y = backend.as_array(a), b._array if isinstance(b, Tensor) else backend.as_array(b)
        if want.char == "e" and _has_room(compute):
            compute = _in_float32(compute)
        else:
            x = x.astype(want)
        array = backend.as_array(compute(x, y.astype(want, copy=False)))
        return record(kind, keep_layout(array, y), inputs or (a, b), args)
    x = a._array
    if isinstance(b, Tensor):
        y = b._array
        if x.dtype is not y.dtype:
            if x.dtype.char == "e" and not y.ndim and x.ndim and y.dtype.kind != "c" and _has_room(compute):
                compute = _in_float32(compute)
            else:
                x, y = common(a, b)
    elif x.dtype.char in _FLOATS and type(b) is not complex:
        y = b
    elif x.dtype.char == "e" and type(b) is not complex and _has_room(compute):
        y, compute = b, _in_float32(compute)
    else:
        x, y = common(a, b)
    try:
        array = compute(x, y)
    except ValueError:
        check_broadcast(x.shape, y.shape)
        raise
    if not x.flags.c_contiguous or (isinstance(b, Tensor) and not y.flags.c_contiguous):
        array = keep_layout(array, x, y if isinstance(b, Tensor) else b)
    return record(kind, array, inputs or (a, b), args)


def _has_room(compute: Any) -> bool:
    """Return whether float16 is multiplied or divided, which torch does in float32 where one operand is a number."""
    return compute is xp.multiply or compute is xp.divide


def _in_float32(compute: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function of float16 elements and one number be computed in float32, which holds larger numbers."""

    def computed(x: Any, y: Any) -> Any:
        wide = compute(xp.asarray(x, xp.float32), xp.asarray(y, xp.float32))
        return wide.astype(xp.float16)

    return computed


@operator("__add__")
def _add(self: Tensor, other: Any) -> Any:
    if not isinstance(other, Tensor) and (other := as_operand(other)) is NotImplemented:
        return other
    if mode.cpp and not isinstance(other, Tensor):
        return binary(AddBackward1, xp.add, self, other, (), (self,))
    return binary(AddBackward0, xp.add, self, other, (1,))


@operator("__mul__")
def _mul(self: Tensor, other: Any) -> Any:
    if not isinstance(other, Tensor) and (other := as_operand(other)) is NotImplemented:
        return other
    if not isinstance(other, Tensor):
        if mode.cpp:
            return binary(MulBackward1, xp.multiply, self, other, (other,), (self,))
        return binary(_MulOfNumber, xp.multiply, self, other)
    return binary(MulBackward0, xp.multiply, self, other)


@operator("__radd__")
def _radd(self: Tensor, other: Any) -> Any:
    return _add(self, other)


@operator("__rmul__")
def _rmul(self: Tensor, other: Any) -> Any:
    return _mul(self, other)


@operator("__sub__")
def _sub(self: Tensor, other: Any) -> Any:
    other = as_operand(other)
    if other is NotImplemented:
        return other
    refuse_bool_sub(self, other)
    if mode.cpp and not isinstance(other, Tensor):
        return binary(SubBackward1, xp.subtract, self, other, (), (self,))
    return binary(SubBackward0, xp.subtract, self, other, (1,))


@operator("__rsub__")
def _rsub(self: Tensor, other: Any) -> Any:
    other = as_operand(other)
    if other is NotImplemented:
        return other
    refuse_bool_sub(self, self if mode.cpp else other)  # C++ takes the number as a tensor like the other
    if mode.cpp or isinstance(other, Tensor):
        return binary(SubBackward0, xp.subtract, other, self, (1,))
    return _from_number(self, other, 1)


def _from_number(self: Tensor, number: Any, alpha: Any) -> Tensor:
    """Return `number - alpha * self`."""
    return binary(RsubBackward1, lambda x, y: xp.subtract(y, _times(alpha, x)), self, number, (), (self,))


def refuse_bool_sub(self: Any, other: Any) -> None:
    bools = [isinstance(each, bool) or _is_bool(each) for each in (self, other)]
    if all(bools):
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` "
            "operator instead."
        )
    if any(bools):
        raise RuntimeError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a "
            "mask, use the `~` or `logical_not()` operator instead."
        )


def _is_bool(value: Any) -> bool:
    if isinstance(value, Tensor):
        value = value._array
    return isinstance(value, backend.arrays) and bool(value.dtype.kind == "b")


@operator("__truediv__")
def _div(self: Tensor, other: Any) -> Any:
    other = as_operand(other)
    return other if other is NotImplemented else true_divide(self, other)


def true_divide(self: Tensor, other: Any) -> Tensor:
    """Divide; integers give the default dtype."""
    if self._array.dtype.kind in "fc":
        if isinstance(other, Tensor):
            return binary(DivBackward0, xp.divide, self, other)
        if mode.cpp:
            return binary(DivBackward1, xp.divide, self, other, (other,), (self,))
        return binary(_DivByNumber, xp.divide, self, other)
    joint = dtypes.result_of((self, other))
    of_floats = joint.is_floating_point or joint.is_complex
    return binary(DivBackward0, xp.divide, self if of_floats else self.to(dtypes.get_default_dtype()), other)


@operator("__rtruediv__", "__rdiv__")
def _rdiv(self: Tensor, other: Any) -> Any:
    if mode.cpp:
        return binary(DivBackward0, xp.divide, other, self)
    try:
        return self.reciprocal() * other  # NumPy, too, may know how
    except TypeError:
        return NotImplemented


def recorded(*operands: Any) -> tuple[Any, ...]:
    """Return the operands that a node without derivative has edges for."""
    return tuple([each for each in operands if isinstance(each, Tensor) and each.requires_grad]) or (None,)


def refuse_bools(kernel: str, self: Tensor, other: Any) -> None:
    if dtypes.result_of((self, other)) is dtypes.bool:
        raise NotImplementedError(f"\"{kernel}\" not implemented for 'Bool'")


def not_implemented(name: str) -> type[Node]:
    """Return the kind of node of an operation that torch cannot differentiate."""

    def rule(g: Any, needs: Any) -> Any:
        raise RuntimeError(f"derivative for {name} is not implemented")

    return derivative(
        "NotImplemented", full_name="torch::autograd::NotImplemented", joint=("self other", rule)
    )


# ---- the named functions ---------------------------------------------------------------------------------------


@public
def add(input: Tensor, other: Any, *, alpha: Any = 1) -> Tensor:
    """Return `input + alpha * other`."""
    _refuse_fraction(input, other, alpha)
    return binary(AddBackward0, _scaled(xp.add, alpha), input, operand_of(other), (alpha,))


@public
def sub(input: Tensor, other: Any, *, alpha: Any = 1) -> Tensor:
    """Return `input - alpha * other`."""
    other = operand_of(other)
    refuse_bool_sub(input, other)
    _refuse_fraction(input, other, alpha)
    return binary(SubBackward0, _scaled(xp.subtract, alpha), input, other, (alpha,))


def _refuse_fraction(input: Tensor, other: Any, alpha: Any) -> None:
    if type(alpha) is int and alpha == 1:
        return
    if isinstance(other, Tensor) and isinstance(input, Tensor):
        check_broadcast(input._array.shape, other._array.shape)
    joint = dtypes.result_of((input, other))
    if isinstance(alpha, bool) and joint is not dtypes.bool:
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    if isinstance(alpha, complex) and not joint.is_complex:
        raise RuntimeError("For non-complex input tensors, argument alpha must not be a complex number.")
    if isinstance(alpha, float) and joint._is_integral:
        raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")


def _scaled(compute: Callable[..., Any], alpha: Any) -> Callable[..., Any]:
    if alpha == 1:
        return compute
    return lambda x, y: compute(x, bool(alpha) & y if x.dtype.kind == "b" else _times(alpha, y))


def _times(alpha: Any, y: Any) -> Any:
    """Multiply by a number in the dtype of the elements; integers wrap around."""
    return xp.asarray(alpha).astype(y.dtype) * y if isinstance(y, backend.arrays) else alpha * y


def operand_of(value: Any) -> Any:
    found = as_operand(value)
    if found is NotImplemented:
        raise TypeError(type(value).__name__)
    return found


@public
def mul(input: Tensor, other: Any) -> Tensor:
    """Return the product of each pair of elements."""
    other = operand_of(other)
    if not isinstance(input, Tensor):
        return binary(_MulOfNumber, xp.multiply, input, other)
    product: Tensor = _mul(input, other)
    return product


@public
def div(input: Tensor, other: Any, *, rounding_mode: str | None = None) -> Tensor:
    """Return the quotient of each pair of elements, rounded to an integer as `rounding_mode` says."""
    other = operand_of(other)
    if rounding_mode is None:
        return true_divide(input, other)
    from .divisions import rounded

    return rounded(input, other, rounding_mode)


@function
def rsub(input: Tensor, other: Any, *, alpha: Any = 1) -> Tensor:
    """Return `other - alpha * input`."""
    other = operand_of(other)
    refuse_bool_sub(input, other)
    if not isinstance(other, Tensor):
        return _from_number(input, other, alpha)
    check_broadcast(other._array.shape, input._array.shape)
    _refuse_fraction(input, other, alpha)
    return binary(RsubBackward0, _scaled(xp.subtract, alpha), other, input, (alpha,), (input, other))


alias(mul, "multiply")
alias(sub, "subtract")
alias(div, "divide", "true_divide")


def in_place_form(
    name: str,
    operators: tuple[str, ...],
    compute: Callable[..., Any],
    before: Any = None,
    floats: bool = False,
) -> None:
    """Publish the in-place form of an operation, as a method and as an augmented assignment.

    `floats` says that the result is of floats, also of integers (unless it is rounded).
    """

    def in_place(self: Tensor, other: Any, **options: Any) -> Any:
        whole = floats and options.get("rounding_mode") is None
        return update(
            name, self, compute, operand_of(other), before=before, promotes=True, floats=whole, **options
        )

    def augmented(self: Tensor, other: Any) -> Any:
        other = as_operand(other)
        if other is NotImplemented:
            return other
        return update(name, self, compute, other, before=before, promotes=True, floats=floats)

    in_place.__name__ = in_place.__qualname__ = name
    in_place.__doc__ = f"Do `{name.rstrip('_')}` in place."
    method(in_place)
    for each in operators:
        augmented_form = operator(each)
        augmented_form(augmented)


in_place_form("add_", ("__iadd__",), add)
in_place_form("sub_", ("__isub__",), sub, refuse_bool_sub)
in_place_form("mul_", ("__imul__",), mul)
in_place_form("div_", ("__itruediv__", "__idiv__"), div, floats=True)
