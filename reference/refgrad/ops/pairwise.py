"""Functions of two or three operands beyond arithmetic: `atan2`, `hypot`, `lerp`, `addcmul`, `logaddexp`, ..."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .. import backend, both, dtypes, scalars
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap
from .arithmetic import binary, mul, refuse_bool_sub
from .broadcasting import cast, check_broadcast, common, keep_layout
from .holomorphic import holomorphic, refuse_complex, refuse_complex_gradient, suited
from .inplace import check_cast, update
from .outputs import into
from .pointwise import converted
from .registry import FUNCTIONS, function, method, public

__all__: list[str] = []


def log_sum(x: Array, y: Array) -> Array:
    """Return log(e**x + e**y) of complex numbers; those with the larger real part stand in front of the logarithm."""
    first = (x.real > y.real) | xp.isnan(x.real)
    high, low = xp.where(first, x, y), xp.where(first, y, x)
    found = high + xp.log1p(xp.exp(low - high))
    same = (x == y) & xp.isinf(x.real)  # the difference of infinities is nan
    return xp.where(same, x if x.ndim else y, found).astype(xp.result_type(x, y))


ROWS: dict[str, tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]] = {
    "atan2": (
        xp.arctan2,
        lambda g, self, other: g * other * _atan2_scale(self, other),
        lambda g, self, other: g * -self * _atan2_scale(self, other),
    ),
    "hypot": (
        xp.hypot,
        lambda g, self, result: g * self / result,
        lambda g, other, result: g * other / result,
    ),
    "logaddexp": (
        lambda x, y: log_sum(x, y) if xp.result_type(x, y).kind == "c" else xp.logaddexp(x, y),
        lambda g, self, other: g / (1 + both.exp(difference(other, self))),
        lambda g, self, other: g / (1 + both.exp(difference(self, other))),
    ),
    "xlogy": (
        lambda x, y: xp.where((x == 0) & ~xp.isnan(y), xp.zeros((), xp.result_type(x)), x * xp.log(y)),
        lambda g, self, other: both.mask_out(
            _xlogy(g, other), (both.plain(self) == 0) & (both.plain(other) <= 0)
        ),
        lambda g, self, other: g * self / other,
    ),
    "copysign": (
        xp.copysign,
        lambda g, self, result: g * both.blank(result / self, both.plain(self) == 0),
        lambda g: both.zeros_like(g),
    ),
}


def difference(a: Any, b: Any) -> Any:
    """Return a - b, refused for bools."""
    refuse_bool_sub(a, b)
    return a - b


def _atan2_scale(x: Any, y: Any) -> Any:
    """Return 1 / (x**2 + y**2), and 0 at the origin."""
    inverse = both.reciprocal(x * x + y * y)
    return both.mask_out(inverse, xp.isinf(both.plain(inverse)))


def _xlogy(g: Any, other: Any) -> Any:
    """Return `g * log(other)`, 0 where the gradient is."""
    if isinstance(g, Tensor):
        return xlogy(g, other)
    return ROWS["xlogy"][0](g, other.astype(g.dtype) if other.dtype.kind in "biu" else other)


def _in_default(compute: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function of floats take integers, as the default dtype."""

    def converted(x: Any, y: Any) -> Any:
        want = dtypes.get_default_dtype()._numpy
        return compute(xp.asarray(x, want), xp.asarray(y, want))

    return converted


def _number_beside(tensor: Tensor, number: Any) -> Tensor:
    joint = dtypes.result_of((tensor, number))
    return wrap(xp.asarray(number, (dtypes.get_default_dtype() if joint._is_integral else joint)._numpy))


def _computed(compute: Callable[..., Any], a: Tensor, b: Tensor) -> Any:
    joint = dtypes.result_of((a, b))
    return xp.asarray((_in_default(compute) if joint._is_integral else compute)(*common(a, b)))


def _xlogy_by_number(g: Any, self: Any, other: Any) -> Any:
    number = both.plain(other).item()
    found = xlogy(g, number) if isinstance(g, Tensor) else _xlogy(g, other)
    return found if number > 0 else both.mask_out(found, both.plain(self) == 0)


_OF_NUMBERS = {
    "copysign": ("CopysignBackward1", ROWS["copysign"][1]),
    "xlogy": ("XlogyBackward2", _xlogy_by_number),
}


def _publish(
    name: str, compute: Callable[..., Any], first: Callable[..., Any], second: Callable[..., Any]
) -> None:
    kind = derivative(f"{name.capitalize()}Backward0", self=first, other=second)
    node, rule = _OF_NUMBERS.get(name, ("", None))
    numbered = derivative(node, self=rule, saves="other") if node else None

    def combine(input: Tensor, other: Any) -> Tensor:
        if not isinstance(other, Tensor):
            if numbered is None or not isinstance(other, bool | int | float | complex):
                raise TypeError(name)
            joint = dtypes.result_of((input, other))
            if joint.is_complex:
                raise NotImplementedError(f"\"{name}_cpu\" not implemented for '{joint._scalar}'")
            other = _number_beside(input, other)
            x = _computed(compute, input, other)
            return record(numbered, keep_layout(x, input._array), (input,), (), (other,))
        joint = dtypes.result_of((input, other))
        if joint.is_complex and name != "logaddexp":
            check_broadcast(input._array.shape, other._array.shape)
            raise NotImplementedError(f"\"{name}_cpu\" not implemented for '{joint._scalar}'")
        if joint._is_integral and name in ("logaddexp", "hypot"):
            check_broadcast(input._array.shape, other._array.shape)
            raise NotImplementedError(f"\"{name}_cpu\" not implemented for '{joint._scalar}'")
        if joint._is_integral:
            check_broadcast(input._array.shape, other._array.shape)
            floats = [converted(each._array) for each in (input, other)]
            return wrap(keep_layout(xp.asarray(compute(*floats)), *floats))
        return binary(holomorphic(kind) if joint.is_complex else kind, compute, input, other)

    combine.__name__ = name
    combine.__doc__ = f"Return `{name}` of each pair of elements."
    public(combine)


for _name, _row in ROWS.items():
    _publish(_name, *_row)

XlogyBackward1 = derivative("XlogyBackward1", other=ROWS["xlogy"][2], saves="self")
_of_tensors = FUNCTIONS["xlogy"]


@function
def xlogy(input: Any, other: Any) -> Tensor:
    """Return `input * log(other)`, 0 where `input` is; one of them may be a number."""
    if isinstance(input, Tensor):
        found: Tensor = _of_tensors(input, other)
        return found
    joint = dtypes.result_of((input, other))
    if joint.is_complex:
        raise NotImplementedError(f"\"xlogy_cpu\" not implemented for '{joint._scalar}'")
    number = _number_beside(other, input)
    array = _computed(ROWS["xlogy"][0], number, other)
    return record(XlogyBackward1, keep_layout(array, other._array), (other,), (), (number,))


LerpBackward0 = derivative(
    "LerpBackward0", args="weight", self=lambda g, weight: g * (1 - weight), end=lambda g, weight: g * weight
)


def _rest(weight: Any) -> Any:
    refuse_bool_sub(weight, weight)
    return 1 - weight


LerpBackward1 = derivative(
    "LerpBackward1",
    self=lambda g, weight: g * _rest(weight),
    end=lambda g, weight: g * weight,
    weight=lambda g, self, end: g * (end - self),
)
AddcmulBackward0 = derivative(
    "AddcmulBackward0",
    args="value",
    self=lambda g: g,
    tensor1=lambda g, tensor2, value: g * both.conj(_times(tensor2, value)),
    tensor2=lambda g, tensor1, value: g * both.conj(_times(tensor1, value)),
)


def _times(tensor: Any, value: Any) -> Any:
    """Multiply; integers wrap around."""
    if isinstance(tensor, backend.arrays) and tensor.dtype.kind in "iu" and isinstance(value, int):
        value = xp.asarray(value).astype(tensor.dtype)
    return tensor * value


def _over_tensor(value: Any, tensor: Any) -> Any:
    """Divide a number by a tensor, in the dtype of which C++ keeps the quotient."""
    check_cast(dtypes.get_default_dtype(), dtypes.of(both.plain(tensor).dtype))
    return value / tensor


AddcdivBackward0 = derivative(
    "AddcdivBackward0",
    args="value",
    self=lambda g: g,
    tensor1=lambda g, tensor2, value: g * _over_tensor(value, tensor2),
    tensor2=lambda g, tensor1, tensor2, value: -g * (value * tensor1 / (tensor2 * tensor2)),
)


def _check_lerp(input: Tensor, end: Tensor, weight: Any) -> None:
    for name, each in (("end", end), ("weight", weight)):
        if name == "weight" and isinstance(each, Tensor) and not each._array.ndim:
            continue  # counts as a number
        if isinstance(each, Tensor) and each.dtype is not input.dtype:
            raise RuntimeError(
                f"expected dtype {dtypes.c_name(input.dtype)} for `{name}` but got dtype {dtypes.c_name(each.dtype)}"
            )


def _is_float_number(weight: Any) -> bool:
    return isinstance(weight, Tensor) and not weight._array.ndim and weight.dtype.is_floating_point


@public
def lerp(input: Tensor, end: Tensor, weight: Any) -> Tensor:
    """Return `input + weight * (end - input)`."""
    _check_lerp(input, end, weight)
    x, y = input._array, end._array
    check_broadcast(x.shape, y.shape)
    if isinstance(weight, Tensor):
        check_broadcast(backend.broadcast_shapes(x.shape, y.shape), weight._array.shape)
    if _is_float_number(weight) and x.dtype.kind not in "fc":  # as in arithmetic, the result is of floats
        x, y = cast(x, weight._array.dtype), cast(y, weight._array.dtype)
    if x.dtype.kind not in "fc":
        kernel = "lerp_kernel_tensor" if isinstance(weight, Tensor) else "lerp_kernel_scalar"
        joint = dtypes.result_of((input, end, weight) if isinstance(weight, Tensor) else (input, end))
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{joint._scalar}'")
    if isinstance(weight, Tensor):
        w = weight._array.astype(x.dtype, copy=False)
        near, far = x + w * (y - x), y - (y - x) * (1 - w)
        array = keep_layout(xp.where(xp.abs(w) < 0.5, near, far), x, y, w)
        return record(suited(LerpBackward1, array), array, (input, end, weight))
    if not input.dtype.is_complex:
        scalars.check(weight, input.dtype)
    array = x + weight * (y - x) if abs(weight) < 0.5 else y - (y - x) * (1 - weight)
    return record(suited(LerpBackward0, array), keep_layout(array, x, y), (input, end), (weight,))


INTEGER_ADDCDIV = (
    "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true "
    "division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * torch.trunc("
    "tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / tensor2) for float inputs. "
    "The future addcdiv behavior is just the latter implementation: (input + value * tensor1 / tensor2), for all dtypes."
)


def _three(name: str, *tensors: Tensor) -> list[Any]:
    """Bring three operands to one dtype; refuse bool and shapes that do not broadcast."""
    joint = dtypes.result_of(tensors)
    shape: tuple[int, ...] = ()
    for each in tensors:
        check_broadcast(shape, each._array.shape)
        shape = backend.broadcast_shapes(shape, each._array.shape)
    if joint is dtypes.bool:
        raise NotImplementedError(f"\"{name}_cpu_out\" not implemented for 'Bool'")
    want = joint._numpy
    return [each._array if each._array.dtype == want else cast(each._array, want) for each in tensors]


@public
def addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1) -> Tensor:
    """Return `input + value * tensor1 * tensor2`."""
    arrays = _three("addcmul", input, tensor1, tensor2)
    if isinstance(value, complex) and arrays[0].dtype.kind != "c":
        scalars.check(value, dtypes.of(arrays[0].dtype))
    if arrays[0].dtype.kind in "iu":
        array = arrays[0] + arrays[1] * arrays[2] * scalars.stored(value, dtypes.of(arrays[0].dtype))
    else:
        array = arrays[0] + arrays[1] * arrays[2] * value
    array = keep_layout(array, *arrays)
    return record(AddcmulBackward0, array, (input, tensor1, tensor2), (value,))


def _refuse_integers(input: Tensor, tensor1: Any, tensor2: Any) -> None:
    if not (isinstance(tensor1, Tensor) and isinstance(tensor2, Tensor)):
        raise TypeError("addcdiv")
    if dtypes.result_of((tensor1, tensor2))._is_integral:
        raise RuntimeError(INTEGER_ADDCDIV)


@public
def addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1) -> Tensor:
    """Return `input + value * tensor1 / tensor2`."""
    _refuse_integers(input, tensor1, tensor2)
    arrays = _three("addcdiv", input, tensor1, tensor2)
    if isinstance(value, complex) and arrays[0].dtype.kind != "c":
        scalars.check(value, dtypes.of(arrays[0].dtype))
    array = arrays[0] + arrays[1] * value / arrays[2]
    array = keep_layout(array, *arrays)
    return record(suited(AddcdivBackward0, array), array, (input, tensor1, tensor2), (value,))


def _in_place(call: Any, before: Any = None) -> None:
    def in_place(self: Tensor, *args: Any, **options: Any) -> Tensor:
        if call is not lerp and not all(isinstance(each, Tensor) for each in args):
            raise TypeError(in_place.__name__)
        return update(
            in_place.__name__,
            self,
            call,
            *args,
            before=before,
            promotes=call is not lerp,
            broadcasts=True,
            **options,
        )

    in_place.__name__ = f"{call.__name__}_"
    in_place.__doc__ = f"Do `{call.__name__}` in place."
    in_place.declared = True  # type: ignore[attr-defined]
    method(in_place)


_in_place(lerp, _check_lerp)
_in_place(addcmul)
_in_place(addcdiv, _refuse_integers)

LogitBackward0 = derivative(
    "LogitBackward0",
    args="eps",
    self=lambda g, self, eps: _logit_slope(g, self, eps),
)


def _logit_slope(g: Any, x: Any, eps: float | None) -> Any:
    """Return the gradient inside (0, 1): nan outside it, or 0 outside what `eps` allows."""
    slope, value = g / (x * (1 - x)), both.plain(x)
    if eps is None:
        return both.where((value >= 0) & (value <= 1), slope, math.nan)
    return both.keep(slope, (value >= eps) & (value <= 1 - eps))


NanToNumBackward0 = derivative(
    "NanToNumBackward0",
    self=lambda g, self: g * both.like(xp.isfinite(both.plain(self)).astype(both.plain(g).dtype), g),
)


@public
def logit(input: Tensor, eps: float | None = None) -> Tensor:
    """Return log(x / (1 - x))."""
    x = input._array
    refuse_complex(x, "\"logit_cpu\" not implemented for '{}'")
    if x.dtype.kind != "f":
        x = x.astype(dtypes.get_default_dtype()._numpy)
    one = xp.ones((), x.dtype)
    inside = x if eps is None else xp.clip(x, x.dtype.type(eps), one - x.dtype.type(eps))
    return record(
        LogitBackward0, keep_layout(xp.log(inside / (one - inside)), input._array), (input,), (eps,)
    )


@public
def nan_to_num(input: Tensor, nan: float | None = None, posinf: Any = None, neginf: Any = None) -> Tensor:
    """Return the elements with nan and infinities replaced by numbers."""
    refuse_complex_gradient("nan_to_num", input)
    return without_nan(input, nan, posinf, neginf)


def without_nan(input: Tensor, nan: float | None, posinf: Any, neginf: Any) -> Tensor:
    """Do `nan_to_num`, of complex numbers, too: in place torch differentiates it."""
    array = xp.nan_to_num(input._array, nan=nan or 0.0, posinf=posinf, neginf=neginf)
    return record(NanToNumBackward0, keep_layout(array, input._array), (input,))


@public
def outer(input: Tensor, vec2: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Return the product of each element of one vector with each of the other."""
    if not isinstance(vec2, Tensor):
        raise TypeError("outer")
    if input._array.ndim != 1:
        raise RuntimeError(f"outer: Expected 1-D argument self, but got {input._array.ndim}-D")
    if vec2._array.ndim != 1:
        raise RuntimeError(f"outer: Expected 1-D argument vec2, but got {vec2._array.ndim}-D")
    product: Tensor = into(out, mul, input.reshape(input._array.shape[0], 1), vec2)
    return product
