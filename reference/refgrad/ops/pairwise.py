"""Functions of two or three operands beyond arithmetic: `atan2`, `hypot`, `lerp`, `addcmul`, `logaddexp`, ..."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import backend, both, dtypes
from ..backend import xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap
from .arithmetic import binary
from .broadcasting import check_broadcast
from .inplace import update
from .registry import method, public

__all__: list[str] = []

ROWS: dict[str, tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]] = {
    "atan2": (
        xp.arctan2,
        lambda g, self, other: _where_not_origin(g * other / (self * self + other * other), self, other),
        lambda g, self, other: _where_not_origin(-g * self / (self * self + other * other), self, other),
    ),
    "hypot": (
        xp.hypot,
        lambda g, self, result: g * (self / result),
        lambda g, other, result: g * (other / result),
    ),
    "logaddexp": (
        xp.logaddexp,
        lambda g, self, other: g / (1 + both.exp(other - self)),
        lambda g, self, other: g / (1 + both.exp(self - other)),
    ),
    "xlogy": (
        lambda x, y: xp.where((x == 0) & ~xp.isnan(y), xp.zeros((), xp.result_type(x)), x * xp.log(y)),
        lambda g, self, other: g * _log_unless_zero(self, other),
        lambda g, self, other: g * (self / other),
    ),
    "copysign": (
        xp.copysign,
        lambda g, self, result: both.keep(g * both.like(_ratio_sign(self, result), g), both.plain(self) != 0),
        lambda g, self: both.zeros_like(g),
    ),
}


def _where_not_origin(slope: Any, x: Any, y: Any) -> Any:
    return both.keep(slope, (both.plain(x) != 0) | (both.plain(y) != 0))


def _log_unless_zero(x: Any, y: Any) -> Any:
    """log y, and 0 where x is 0 and y is not below 0 (0 log 0 counts as 0 there)."""
    stopped = (both.plain(x) == 0) & (both.plain(y) <= 0)
    return both.keep(both.log(y), ~stopped)


def _ratio_sign(value: Any, result: Any) -> Any:
    return both.plain(result) / both.plain(value)


def _publish(
    name: str, compute: Callable[..., Any], first: Callable[..., Any], second: Callable[..., Any]
) -> None:
    kind = derivative(f"{name.capitalize()}Backward0", self=first, other=second)

    def combine(input: Tensor, other: Any) -> Tensor:
        if not isinstance(other, Tensor):
            other = wrap(xp.asarray(other, input._array.dtype))
        joint = dtypes.result_of((input, other))
        if joint.is_integral and name == "logaddexp":
            check_broadcast(input._array.shape, other._array.shape)
            raise NotImplementedError(f"\"logaddexp_cpu\" not implemented for '{joint.scalar}'")
        if joint.is_integral:
            input, other = input.to(dtypes.get_default_dtype()), other.to(dtypes.get_default_dtype())
        return binary(kind, compute, input, other)

    combine.__name__ = name
    combine.__doc__ = f"Return `{name}` of each pair of elements."
    public(combine)


for _name, _row in ROWS.items():
    _publish(_name, *_row)

LerpBackward0 = derivative(
    "LerpBackward0", args="weight", self=lambda g, weight: g * (1 - weight), end=lambda g, weight: g * weight
)
LerpBackward1 = derivative(
    "LerpBackward1",
    self=lambda g, weight: g * (1 - weight),
    end=lambda g, weight: g * weight,
    weight=lambda g, self, end: g * (end - self),
)
AddcmulBackward0 = derivative(
    "AddcmulBackward0",
    args="value",
    self=lambda g: g,
    tensor1=lambda g, tensor2, value: g * (tensor2 * value),
    tensor2=lambda g, tensor1, value: g * (tensor1 * value),
)
AddcdivBackward0 = derivative(
    "AddcdivBackward0",
    args="value",
    self=lambda g: g,
    tensor1=lambda g, tensor2, value: g * (value / tensor2),
    tensor2=lambda g, tensor1, tensor2, value: -g * (value * tensor1 / (tensor2 * tensor2)),
)


@public
def lerp(input: Tensor, end: Tensor, weight: Any) -> Tensor:
    """Return `input + weight * (end - input)`."""
    x, y = input._array, end._array
    for name, each in (("end", end), ("weight", weight)):
        if isinstance(each, Tensor) and each.dtype is not input.dtype:
            raise RuntimeError(
                f"expected dtype {dtypes.c_name(input.dtype)} for `{name}` but got dtype {dtypes.c_name(each.dtype)}"
            )
    check_broadcast(x.shape, y.shape)
    if x.dtype.kind not in "fc":
        kernel = "lerp_kernel_tensor" if isinstance(weight, Tensor) else "lerp_kernel_scalar"
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{input.dtype.scalar}'")
    if isinstance(weight, Tensor):
        return record(LerpBackward1, x + weight._array * (y - x), (input, end, weight))
    if abs(weight) < 0.5:
        return record(LerpBackward0, x + weight * (y - x), (input, end), (weight,))
    return record(LerpBackward0, y - (y - x) * (1 - weight), (input, end), (weight,))


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
    return [each._array.astype(joint.numpy, copy=False) for each in tensors]


@public
def addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1) -> Tensor:
    """Return `input + value * tensor1 * tensor2`."""
    arrays = _three("addcmul", input, tensor1, tensor2)
    array = arrays[0] + arrays[1] * arrays[2] * (int(value) if arrays[0].dtype.kind in "iu" else value)
    return record(AddcmulBackward0, array, (input, tensor1, tensor2), (value,))


@public
def addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1) -> Tensor:
    """Return `input + value * tensor1 / tensor2`."""
    if dtypes.result_of((tensor1, tensor2)).is_integral:
        raise RuntimeError(INTEGER_ADDCDIV)
    arrays = _three("addcdiv", input, tensor1, tensor2)
    array = arrays[0] + arrays[1] / arrays[2] * value
    return record(AddcdivBackward0, array, (input, tensor1, tensor2), (value,))


def _in_place(call: Any) -> None:
    def in_place(self: Tensor, *args: Any, **options: Any) -> Tensor:
        return update(in_place.__name__, self, call, *args, **options)

    in_place.__name__ = f"{call.__name__}_"
    in_place.__doc__ = f"Do `{call.__name__}` in place."
    method(in_place)


for _call in (lerp, addcmul, addcdiv):
    _in_place(_call)

LogitBackward0 = derivative(
    "LogitBackward0",
    args="eps",
    self=lambda g, self, eps: (
        g / (self * (1 - self))
        if eps is None
        else both.keep(g / (self * (1 - self)), (both.plain(self) >= eps) & (both.plain(self) <= 1 - eps))
    ),
)
NanToNumBackward0 = derivative(
    "NanToNumBackward0", self=lambda g, self: both.keep(g, xp.isfinite(both.plain(self)))
)


@public
def logit(input: Tensor, eps: float | None = None) -> Tensor:
    """Return log(x / (1 - x))."""
    x = input._array
    inside = x if eps is None else xp.clip(x, eps, 1 - eps)
    return record(LogitBackward0, xp.log(inside / (1 - inside)), (input,), (eps,))


@public
def nan_to_num(input: Tensor, nan: float | None = None, posinf: Any = None, neginf: Any = None) -> Tensor:
    """Return the elements with nan and infinities replaced by numbers."""
    array = xp.nan_to_num(input._array, nan=nan or 0.0, posinf=posinf, neginf=neginf)
    return record(NanToNumBackward0, array, (input,))


@public
def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """Return the product of each element of one vector with each of the other."""
    if input._array.ndim != 1:
        raise RuntimeError(f"outer: Expected 1-D argument self, but got {input._array.ndim}-D")
    if vec2._array.ndim != 1:
        raise RuntimeError(f"outer: Expected 1-D argument vec2, but got {vec2._array.ndim}-D")
    product: Tensor = input.reshape(input._array.shape[0], 1) * vec2
    return product
