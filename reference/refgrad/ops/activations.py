"""Activation functions of `nn.functional`, beside their derivatives."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable
from typing import Any

from .. import both, dtypes, scalars
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap
from .activation_kernels import (
    elu_backward,
    elu_slope_of_result,
    gelu_backward,
    gelu_tanh_inner,
    glu_backward,
    halves,
    hardsigmoid_backward,
    hardswish_backward,
    hardtanh_backward,
    leaky_relu_backward,
    leaky_relu_slope_of_result,
    log_sigmoid_backward,
    logistic,
    normal_cdf,
    prelu_backward,
    softplus_backward,
)
from .backward_kernels import threshold_backward
from .broadcasting import check_broadcast, keep_layout, row_major
from .holomorphic import refuse_complex, refuse_complex_gradient
from .inplace import update
from .shape import axis_of

__all__ = [
    "celu",
    "elu",
    "gelu",
    "glu",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "leaky_relu",
    "log_softmax",
    "logsigmoid",
    "mish",
    "prelu",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softmin",
    "softplus",
    "softsign",
    "tanh",
    "tanhshrink",
    "threshold",
]

SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805


def _mish_slope(x: Any) -> Any:
    t = both.tanh(both.log(1 + both.exp(x)))
    return t + x * (1 - t * t) * logistic(x)


LeakyReluBackward0 = derivative(
    "LeakyReluBackward0",
    args="negative_slope",
    self=lambda g, self, negative_slope: leaky_relu_backward(g, self, negative_slope),
)
LeakyReluBackward1 = derivative(  # of what was changed in place, as all that end in 1
    "LeakyReluBackward1",
    args="negative_slope",
    self=lambda g, result, negative_slope: leaky_relu_slope_of_result(g, result, negative_slope),
)
_ELU = lambda g, self, alpha, scale, rate: elu_backward(g, self, alpha, scale, rate, False)  # noqa: E731 - used twice
_ELU_IN_PLACE = lambda g, result, alpha, scale, rate: elu_slope_of_result(g, result, alpha, scale, rate)  # noqa: E731
EluBackward0 = derivative("EluBackward0", args="alpha scale rate", self=_ELU)
EluBackward1 = derivative("EluBackward1", args="alpha scale rate", self=_ELU_IN_PLACE)
CeluBackward0 = derivative("CeluBackward0", args="alpha scale rate", self=_ELU)
CeluBackward1 = derivative("CeluBackward1", args="alpha scale rate", self=_ELU_IN_PLACE)
HardtanhBackward0 = derivative(
    "HardtanhBackward0",
    args="min_val max_val",
    self=lambda g, self, min_val, max_val: hardtanh_backward(g, self, min_val, max_val),
)
SoftplusBackward0 = derivative(
    "SoftplusBackward0",
    args="beta threshold",
    self=lambda g, self, beta, threshold: softplus_backward(g, self, beta, threshold),
)
LogSigmoidBackward0 = derivative(
    "LogSigmoidBackward0",
    saves="buffer",
    self=lambda g, self, buffer: log_sigmoid_backward(g, self),  # which could do without e**-|x|
)
SiluBackward0 = derivative(
    "SiluBackward0", self=lambda g, self: g * ((s := logistic(self)) * (1 + self * (1 - s)))
)
GeluBackward0 = derivative(
    "GeluBackward0", args="approximate", self=lambda g, self, approximate: gelu_backward(g, self, approximate)
)
MishBackward0 = derivative("MishBackward0", self=lambda g, self: g * _mish_slope(self))
HardsigmoidBackward0 = derivative("HardsigmoidBackward0", self=lambda g, self: hardsigmoid_backward(g, self))
HardswishBackward0 = derivative("HardswishBackward0", self=lambda g, self: hardswish_backward(g, self))
ThresholdBackward1 = derivative(
    "ThresholdBackward1",
    args="threshold",
    self=lambda g, self, threshold: threshold_backward(g, self, threshold),
)
ThresholdBackward0 = derivative(
    "ThresholdBackward0",
    args="threshold",
    self=lambda g, self, threshold: threshold_backward(g, self, threshold),
)
GluBackward0 = derivative("GluBackward0", args="dim", self=lambda g, self, dim: glu_backward(g, self, dim))
PreluKernelBackward0 = derivative(
    "PreluKernelBackward0",
    joint=("self weight", lambda g, needs, self, weight: prelu_backward(g, self, weight)),
)


def _unary(
    kernel: str,
    kind: Any,
    compute: Callable[..., Array],
    input: Tensor,
    inplace: bool,
    *args: Any,
    of: str = "f",
) -> Tensor:
    """Apply a function of floats (or of the kinds `of`); `kernel` is what torch calls it when it refuses others."""

    def apply(tensor: Tensor) -> Tensor:
        x = tensor._array
        if x.dtype.kind not in of:
            raise NotImplementedError(f"\"{kernel}\" not implemented for '{tensor.dtype._scalar}'")
        return record(kind, keep_layout(xp.asarray(compute(x)), x), (tensor,), args)

    return update("", input, apply) if inplace else apply(input)


def _refuse_complex_number(value: Any, stored_as: dtypes.dtype = dtypes.float32) -> None:
    if isinstance(value, complex):
        scalars.check(value, stored_as)


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return the positive part."""
    result: Tensor = input.relu_() if inplace else input.relu()
    return result


def sigmoid(input: Tensor) -> Tensor:
    """Return 1 / (1 + e**-x)."""
    result: Tensor = input.sigmoid()
    return result


def tanh(input: Tensor) -> Tensor:
    """Return the hyperbolic tangent."""
    result: Tensor = input.tanh()
    return result


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """Return x where positive and `negative_slope * x` elsewhere."""
    _refuse_complex_number(negative_slope)
    return _unary(
        "leaky_relu_cpu",
        LeakyReluBackward1 if inplace else LeakyReluBackward0,
        lambda x: xp.where(x > 0, x, x * negative_slope),
        input,
        inplace,
        negative_slope,
    )


def _elu(x: Array, alpha: float, scale: float, rate: float = 1.0) -> Array:
    below = xp.expm1(xp.minimum(x, xp.zeros((), x.dtype)) * rate) * (alpha * scale)
    return xp.where(x > 0, x * scale, below).astype(x.dtype)


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Return x where positive and `alpha * (e**x - 1)` elsewhere."""
    kind = EluBackward1 if inplace else EluBackward0
    _refuse_complex_number(alpha)
    return _unary("elu_cpu", kind, lambda x: _elu(x, alpha, 1.0), input, inplace, alpha, 1, 1)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return the scaled ELU."""
    scales = SELU_ALPHA, SELU_SCALE, 1
    kind = EluBackward1 if inplace else EluBackward0
    return _unary("elu_cpu", kind, lambda x: _elu(x, *scales), input, inplace, *scales)


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Return x where positive and `alpha * (e**(x / alpha) - 1)` elsewhere."""
    _refuse_complex_number(alpha, dtypes.float64)
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    scales = alpha, 1.0, 1.0 / alpha
    kind = CeluBackward1 if inplace else CeluBackward0
    return _unary("elu_cpu", kind, lambda x: _elu(x, *scales), input, inplace, *scales)


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """Limit each element; at the limits the gradient is 0."""
    dtype = input.dtype
    if dtype is dtypes.bool:
        raise RuntimeError("Bool inputs not supported for hardtanh")
    refuse_complex(input._array, "clamp is not supported for complex types")
    low, high = (int(min_val), int(max_val)) if dtype._is_integral else (min_val, max_val)
    if dtype is dtypes.uint8 and (low < 0 or high < 0):
        raise RuntimeError("cannot do hardtanh on an unsigned type with negative limits")
    limits = [scalars.stored(each, dtype) for each in (low, high)]

    def apply(tensor: Tensor) -> Tensor:
        x = tensor._array
        array = keep_layout(xp.minimum(limits[1], xp.maximum(limits[0], x)), x)
        return record(HardtanhBackward0, array, (tensor,), (low, high))

    return update("", input, apply) if inplace else apply(input)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """Limit each element to [0, 6]."""
    return hardtanh(input, 0, 6, inplace)


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """Return x where above the threshold and `value` elsewhere."""
    if input._array.dtype.kind in "bc":
        raise NotImplementedError(f"\"threshold_cpu\" not implemented for '{input.dtype._scalar}'")

    def apply(tensor: Tensor) -> Tensor:
        x = tensor._array
        array = xp.where(x <= _number(threshold, tensor), _number(value, tensor), x)
        kind = ThresholdBackward1 if inplace else ThresholdBackward0
        return record(kind, keep_layout(array, x), (tensor,), (threshold,))

    return update("", input, apply, repeats=True) if inplace else apply(input)


def _number(value: float, model: Tensor) -> Any:
    return scalars.stored(value, model.dtype)


def _softplus(x: Array, beta: float, limit: float) -> Array:
    scaled = x * beta
    return xp.where(
        scaled > limit, x, xp.log1p(xp.exp(xp.minimum(scaled, x.dtype.type(limit)))) / beta
    ).astype(x.dtype)


def softplus(input: Tensor, beta: float = 1, threshold: float = 20) -> Tensor:
    """Return log(1 + e**(beta x)) / beta; x itself where that is large."""
    _refuse_complex_number(beta)
    _refuse_complex_number(threshold)
    return _unary(
        "softplus_cpu",
        SoftplusBackward0,
        lambda x: _softplus(x, beta, threshold),
        input,
        False,
        beta,
        threshold,
    )


def logsigmoid(input: Tensor) -> Tensor:
    """Return log(sigmoid(x)) without underflow."""
    x = input._array
    if x.dtype.kind != "f":
        raise NotImplementedError(f"\"log_sigmoid_cpu\" not implemented for '{input.dtype._scalar}'")
    buffer = row_major(xp.asarray(xp.exp(-xp.abs(x))))
    array = row_major(xp.asarray(xp.minimum(x, xp.zeros((), x.dtype)))) - xp.log1p(buffer)
    return record(LogSigmoidBackward0, array, (input,), (), (wrap(buffer),))


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return x * sigmoid(x)."""
    refuse_complex_gradient("silu", input)

    def compute(x: Array) -> Array:
        return x / (1 + xp.exp(-x)) if x.dtype.kind == "c" else x * logistic(x)

    return _unary("silu_cpu", SiluBackward0, compute, input, inplace, of="fc")


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """Return x * Phi(x), exactly or by tanh."""
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")
    if approximate == "none":
        return _unary("GeluKernelImpl", GeluBackward0, lambda x: x * normal_cdf(x), input, False, approximate)
    return _unary(
        "GeluKernelImpl",
        GeluBackward0,
        lambda x: 0.5 * x * (1 + xp.tanh(gelu_tanh_inner(x))),
        input,
        False,
        approximate,
    )


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """Return x * tanh(softplus(x))."""
    return _unary("mish_cpu", MishBackward0, lambda x: x * xp.tanh(xp.log1p(xp.exp(x))), input, inplace)


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """Return (x + 3) / 6 limited to [0, 1]."""
    return _unary("hardsigmoid_cpu", HardsigmoidBackward0, lambda x: xp.clip(x + 3, 0, 6) / 6, input, inplace)


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """Return x * hardsigmoid(x)."""
    return _unary("hardswish_cpu", HardswishBackward0, lambda x: x * xp.clip(x + 3, 0, 6) / 6, input, inplace)


def softsign(input: Tensor) -> Tensor:
    """Return x / (1 + |x|)."""
    result: Tensor = input / (input.abs() + 1)
    return result


def tanhshrink(input: Tensor) -> Tensor:
    """Return x - tanh(x)."""
    result: Tensor = input - input.tanh()
    return result


def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """Return x where positive and `weight * x` elsewhere, with a weight per channel."""
    _check_prelu(input, weight)
    x, ndim = input._array, input._array.ndim
    if ndim != weight._array.ndim:
        weight = weight.reshape([weight._array.size if axis == 1 else 1 for axis in range(ndim)])
    check_broadcast(x.shape, weight._array.shape)
    if x.dtype.kind != "f":
        raise NotImplementedError(f"\"prelu_cpu\" not implemented for '{input.dtype._scalar}'")
    w = weight._array
    return record(PreluKernelBackward0, keep_layout(xp.where(x > 0, x, w * x), x, w), (input, weight))


def _check_prelu(input: Tensor, weight: Tensor) -> None:
    shape, count = input._array.shape, weight._array.size
    if input.dtype is not weight.dtype:
        raise RuntimeError(
            f"prelu: Type promoting not supported. Got {input.dtype._scalar} and {weight.dtype._scalar}"
        )
    if count != 1:
        if not shape:
            raise RuntimeError("Not allow zero-dim input tensor.")
        channels = shape[1] if len(shape) > 1 else 1
        if count != channels:
            raise RuntimeError(
                f"Mismatch of parameter numbers and input channel size. Found parameter numbers = {count} and channel "
                f"size = {channels}."
            )
    if weight._array.ndim > 1:
        raise RuntimeError(
            f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight._array.ndim}"
        )


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """Return the first half times the sigmoid of the second."""
    x = input._array
    if not x.ndim:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    axis = axis_of(dim, x.ndim)
    if x.shape[axis] % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {axis} is size {x.shape[axis]}")
    if x.dtype.kind != "f":
        raise NotImplementedError(f"\"glu_cpu\" not implemented for '{input.dtype._scalar}'")
    a, b = halves(x, axis)
    return record(GluBackward0, keep_layout(a * logistic(b), a, b), (input,), (dim,))


def _dim_or_warn(name: str, dim: int | None, ndim: int, level: Any) -> int:
    if dim is not None:
        return dim
    operator.index(level)
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.",
        UserWarning,
        stacklevel=4,
    )
    return 0 if ndim in (0, 1, 3) else 1


def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """Return e**x divided by the sum of all of them along a dimension."""
    result: Tensor = input.softmax(_dim_or_warn("softmax", dim, input.ndim, _stacklevel), dtype=dtype)
    return result


def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """Return the softmax of -x."""
    result: Tensor = (-input).softmax(_dim_or_warn("softmin", dim, input.ndim, _stacklevel), dtype=dtype)
    return result


def log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """Return the logarithm of the softmax along a dimension."""
    result: Tensor = input.log_softmax(_dim_or_warn("log_softmax", dim, input.ndim, _stacklevel), dtype=dtype)
    return result
