"""Functions of each element by itself, beside their derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import backend, both, dtypes, storage
from ..backend import Array, xp
from ..graph import Node, derivative
from ..recording import record
from ..tensor import Tensor
from .backward_kernels import relu_backward, relu_of, sigmoid_backward, tanh_backward
from .broadcasting import keep_layout
from .holomorphic import refuse_complex, suited
from .inplace import update
from .registry import alias, method, operator, public

__all__: list[str] = []

_sinh, _cosh, _sin, _cos = both.sinh, both.cosh, both.sin, both.cos
TWO_OVER_SQRT_PI = 1.1283791670955126
LN2, LN10 = 0.6931471805599453, 2.302585092994046


def _sigmoid(x: Array) -> Array:
    """1 / (1 + e**-x), without overflow to nan: e**-x may become inf, and then the quotient is 0."""
    return xp.reciprocal(1 + xp.exp(-x))


def _relu(x: Array) -> Array:
    if x.itemsize == 2 and x.dtype.kind == "f":
        return xp.where(x < 0, backend.zero(x.dtype), x)
    return xp.maximum(backend.zero(x.dtype), x)  # of equal numbers the last is taken: -0.0 stays


def _relu_slope(g: Any, result: Any) -> Any:
    return relu_of(g, result) if isinstance(g, backend.arrays) else relu_backward(g, result, 0)


def _reciprocal(x: Array) -> Array:
    return (
        xp.divide(x.dtype.type(1), x) if x.dtype.kind == "c" else xp.reciprocal(x)
    )  # the signs of zeros differ


def _acosh_slope(x: Any) -> Any:
    if both.plain(x).dtype.kind == "c":  # the root of a product may be the other one
        return both.rsqrt(x + 1) * both.rsqrt(x - 1)
    return both.rsqrt(x * x - 1)


def _round(x: Array) -> Array:
    return xp.round(x)


def _log1p(x: Array) -> Array:
    return xp.log1p(x) if x.dtype.kind != "c" else _log1p_of_complex(x)


def _log1p_of_complex(z: Array) -> Array:
    """Return log(1 + z), exactly also where z is small: NumPy adds the 1 first."""
    x, y = z.real, z.imag
    near = x * (2 + x) + y * y  # |1 + z|**2 - 1
    small = xp.where(near == 0, x, xp.log1p(near) / 2)
    made = xp.empty_like(z)
    made.real = xp.where(xp.absolute(z) < 0.5, small, xp.log(xp.hypot(x + 1, y)))
    made.imag = xp.arctan2(y, x + 1)
    return made


def _zero(g: Any) -> Any:
    return both.zeros_like(g)


# name: (what NumPy computes, derivative with respect to the input). Float functions: integers become float first.
FLOAT: dict[str, tuple[Callable[[Array], Array], Callable[..., Any]]] = {
    "exp": (xp.exp, lambda g, result: g * result),
    "expm1": (xp.expm1, lambda g, result: g * (result + 1)),
    "exp2": (xp.exp2, lambda g, result: g * result * LN2),
    "log": (xp.log, lambda g, self: g / self),
    "log2": (xp.log2, lambda g, self: g / (self * LN2)),
    "log10": (xp.log10, lambda g, self: g / (self * LN10)),
    "log1p": (_log1p, lambda g, self: g / (self + 1)),
    "sqrt": (xp.sqrt, lambda g, result: g / (2 * result)),
    "rsqrt": (lambda x: xp.reciprocal(xp.sqrt(x)), lambda g, result: -0.5 * g * (result * result * result)),
    "reciprocal": (_reciprocal, lambda g, result: -g * (result * result)),
    "sin": (xp.sin, lambda g, self: g * _cos(self)),
    "cos": (xp.cos, lambda g, self: g * -_sin(self)),
    "tan": (xp.tan, lambda g, result: g * (1 + result * result)),
    "asin": (xp.arcsin, lambda g, self: g * both.rsqrt(-self * self + 1)),
    "acos": (xp.arccos, lambda g, self: g * -both.rsqrt(-self * self + 1)),
    "atan": (xp.arctan, lambda g, self: g / (self * self + 1)),
    "sinh": (xp.sinh, lambda g, self: g * _cosh(self)),
    "cosh": (xp.cosh, lambda g, self: g * _sinh(self)),
    "tanh": (xp.tanh, lambda g, result: tanh_backward(g, result)),
    "asinh": (xp.arcsinh, lambda g, self: g * both.rsqrt(self**2 + 1)),
    "acosh": (xp.arccosh, lambda g, self: g * _acosh_slope(self)),
    "atanh": (xp.arctanh, lambda g, self: g / (1 - self * self)),
    "erf": (both._erf_array, lambda g, self: TWO_OVER_SQRT_PI * both.exp(-(self**2)) * g),
    "sigmoid": (_sigmoid, lambda g, result: sigmoid_backward(g, result)),
}
# The dtype stays; bool is refused where `_NOT_BOOL` says so.
SAME: dict[str, tuple[Callable[[Array], Array], Callable[..., Any]]] = {
    "neg": (xp.negative, lambda g: -g),
    "abs": (xp.absolute, lambda g, self: g * both.unit(self)),
    "relu": (_relu, _relu_slope),
    "sign": (lambda x: storage.copy(x) if x.dtype.kind == "b" else both.signs(x), _zero),
    "floor": (xp.floor, _zero),
    "ceil": (xp.ceil, _zero),
    "round": (_round, _zero),
    "trunc": (xp.trunc, _zero),
    "frac": (lambda x: x - xp.trunc(x), lambda g: g),
}


def node_name(name: str) -> str:
    """Return the name of an operation's derivative."""
    return {"log1p": "Log1PBackward0"}.get(name, f"{name.capitalize()}Backward0")


def _float_function(name: str, compute: Callable[[Array], Array], kind: type[Node]) -> Callable[..., Tensor]:
    def apply(input: Tensor) -> Tensor:
        x = input._array
        if x.dtype.kind != "f":
            if x.dtype.kind != "c":
                x = converted(x)
            elif name in NOT_FOR_COMPLEX:
                refuse_complex(x, NOT_FOR_COMPLEX[name], _REFUSED_BY.get(name, NotImplementedError))
            result = record(suited(kind, x), _laid_out(compute(x), x), (input,))
        else:
            result = record(kind, _laid_out(compute(x), x), (input,))
        return result

    return apply


def _laid_out(array: Array, x: Array) -> Array:
    """Return a result laid out as torch does: NumPy orders axes along which an operand repeats by another rule."""
    return array if x.flags.c_contiguous else keep_layout(array, x)


def converted(x: Array) -> Array:
    """Return integers as the default dtype, laid out as a copy would be."""
    made = storage.empty_like(x, dtypes.get_default_dtype()._numpy)
    made[...] = x
    return made


def _same_function(name: str, compute: Callable[[Array], Array], kind: type[Node]) -> Callable[..., Tensor]:
    refused, whole = NOT_FOR_BOOL.get(name), name in ("floor", "ceil", "round", "trunc")
    floats_only = name == "frac"

    def apply(input: Tensor) -> Tensor:
        x = input._array
        of = x.dtype.kind
        if of != "f":
            if of == "b" and refused is not None:
                raise refused
            if of == "c" and name in NOT_FOR_COMPLEX:
                refuse_complex(x, NOT_FOR_COMPLEX[name])
            if floats_only and of != "c":
                raise NotImplementedError(f"\"{name}_cpu\" not implemented for '{input.dtype._scalar}'")
        array = x.copy() if whole and of in "iu" else compute(x)
        return record(kind, _laid_out(array, x), (input,))

    return apply


_REFUSED_BY = {"deg2rad": RuntimeError, "rad2deg": RuntimeError}
NOT_FOR_COMPLEX = {
    **{name: f"\"{name}_vml_cpu\" not implemented for '{{}}'" for name in ("erf", "erfc", "erfinv")},
    **{name: f"{name} is not supported for complex tensors." for name in ("deg2rad", "rad2deg")},
    **{name: f"{name} is not supported for complex inputs" for name in ("floor", "ceil", "trunc")},
    "round": "\"round_vml_cpu\" not implemented for '{}'",
    "relu": "clamp is not supported for complex types",
    "frac": "\"frac_cpu\" not implemented for '{}'",
    "sign": "Unlike NumPy, torch.sign is not intended to support complex numbers. Please use torch.sgn instead.",
}
NOT_FOR_BOOL: dict[str, Exception] = {
    "neg": RuntimeError(both.NO_NEGATION),
    "relu": RuntimeError("Boolean inputs not supported for relu"),
    "abs": NotImplementedError("\"abs_cpu\" not implemented for 'Bool'"),
    "floor": NotImplementedError("\"floor_vml_cpu\" not implemented for 'Bool'"),
    "ceil": NotImplementedError("\"ceil_vml_cpu\" not implemented for 'Bool'"),
    "round": NotImplementedError("\"round_vml_cpu\" not implemented for 'Bool'"),
    "trunc": NotImplementedError("\"trunc_vml_cpu\" not implemented for 'Bool'"),
}


def _no_derivative(name: str) -> Callable[..., Any]:
    """Return the rule of an operation that torch cannot differentiate where it is done in place."""

    def rule(g: Any) -> Any:
        raise NotImplementedError(f"the derivative for 'inplace version of {name}' is not implemented.")

    return rule


def _publish(name: str, call: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Publish `name`, and `name_`, which works in place."""
    changing = call
    if name in ("acosh", "asinh", "atanh"):
        kind = derivative(f"{name.capitalize()}Backward1", self=_no_derivative(name))
        changing = _float_function(name, FLOAT[name][0], kind)
    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"Return `{name}` of each element."
    public(call)

    def in_place(self: Tensor) -> Tensor:
        return update(f"{name}_", self, changing, before=refuse_kind)

    def refuse_kind(self: Tensor) -> None:
        if name == "abs":
            refuse_complex(self._array, "In-place abs is not supported for complex tensors.", RuntimeError)
        refused = NOT_FOR_BOOL.get(name)
        if self._array.dtype.kind == "b" and type(refused) is RuntimeError:  # the others come from the kernel
            raise refused

    in_place.__name__ = in_place.__qualname__ = f"{name}_"
    in_place.__doc__ = f"Replace each element by its `{name}`."
    public(in_place)
    return call


CALLS = {
    **{
        name: _publish(name, _float_function(name, compute, derivative(node_name(name), self=rule)))
        for name, (compute, rule) in FLOAT.items()
    },
    **{
        name: _publish(name, _same_function(name, compute, derivative(node_name(name), self=rule)))
        for name, (compute, rule) in SAME.items()
    },
}
neg, absolute = CALLS["neg"], CALLS["abs"]
operator("__neg__")(neg)
operator("__abs__")(absolute)
alias(neg, "negative")
alias(absolute, "absolute")
alias(CALLS["asin"], "arcsin")
alias(CALLS["acos"], "arccos")
alias(CALLS["atan"], "arctan")
alias(CALLS["trunc"], "fix")


@public
def positive(input: Tensor) -> Tensor:
    """Return the tensor itself."""
    if input._array.dtype.kind == "b":
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


operator("__pos__")(positive)


RoundBackward1 = derivative("RoundBackward1", args="decimals", self=lambda g, decimals: both.zeros_like(g))


def _round_to(input: Tensor, decimals: int) -> Tensor:
    """Return each element rounded to so many decimals; integers are refused even where there is nothing to do."""
    x = input._array
    if decimals == 0 and x.dtype.kind in "iu":
        raise NotImplementedError(f"\"round_vml_cpu\" not implemented for '{input.dtype._scalar}'")
    if decimals == 0 and x.dtype.kind != "f":
        refused: Tensor = CALLS["round"](input)
        return refused
    if x.dtype.kind != "f":
        raise NotImplementedError(f"\"round_cpu\" not implemented for '{input.dtype._scalar}'")
    return record(RoundBackward1, keep_layout(xp.round(x, decimals), x), (input,), (decimals,))


@public
def round(input: Tensor, *, decimals: int | None = None) -> Tensor:
    """Return each element rounded to the nearest integer, or with so many decimals; halves to even."""
    return CALLS["round"](input) if decimals is None else _round_to(input, decimals)


@public
def round_(input: Tensor, *, decimals: int | None = None) -> Tensor:
    """Round each element in place."""
    return update("round_", input, round, decimals=decimals)


@public
def square(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Return the square of each element."""
    from .powers import pow as power

    if out is None:
        return power(input, 2)
    from .outputs import into

    raised: Tensor = into(out, power, input, 2)
    return raised


@method
def square_(self: Tensor) -> Tensor:
    """Replace each element by its square."""
    return update("square_", self, square)
