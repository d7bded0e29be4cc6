"""Activation functions of `nn.functional`, beside their derivatives."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

from .. import both
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor
from .inplace import update

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


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + both.exp(-x))


def _normal_cdf(x: Any) -> Any:
    return 0.5 * (1 + both.erf(x * math.sqrt(0.5)))


def _gelu_tanh_inner(x: Any) -> Any:
    return math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)


LeakyReluBackward0 = derivative(
    "LeakyReluBackward0", args="slope", self=lambda g, self, slope: both.where(self > 0, g, g * slope)
)
EluBackward0 = derivative(
    "EluBackward0",
    args="alpha scale",
    self=lambda g, self, alpha, scale: both.where(self <= 0, g * (alpha * scale) * both.exp(self), g * scale),
)
HardtanhBackward0 = derivative(
    "HardtanhBackward0",
    args="low high",
    self=lambda g, self, low, high: both.keep(g, (both.plain(self) > low) & (both.plain(self) < high)),
)
SoftplusBackward0 = derivative(
    "SoftplusBackward0",
    args="beta threshold",
    self=lambda g, self, beta, threshold: both.where(self * beta > threshold, g, g * _sigmoid(self * beta)),
)
LogSigmoidBackward0 = derivative("LogSigmoidBackward0", self=lambda g, self: g * _sigmoid(-self))
SiluBackward0 = derivative(
    "SiluBackward0", self=lambda g, self: g * ((s := _sigmoid(self)) * (1 + self * (1 - s)))
)
GeluBackward0 = derivative(
    "GeluBackward0",
    args="approximate",
    self=lambda g, self, approximate: (
        g * (_gelu_slope(self) if approximate == "none" else _gelu_tanh_slope(self))
    ),
)
MishBackward0 = derivative("MishBackward0", self=lambda g, self: g * _mish_slope(self))
HardsigmoidBackward0 = derivative(
    "HardsigmoidBackward0",
    self=lambda g, self: both.keep(g * (1 / 6), (both.plain(self) > -3) & (both.plain(self) < 3)),
)
HardswishBackward0 = derivative(
    "HardswishBackward0",
    self=lambda g, self: (
        both.keep(g * (self / 3 + 0.5), xp.abs(both.plain(self)) <= 3) + both.keep(g, both.plain(self) > 3)
    ),
)
ThresholdBackward0 = derivative(
    "ThresholdBackward0", args="limit", self=lambda g, self, limit: both.keep(g, ~(both.plain(self) <= limit))
)


def _gelu_slope(x: Any) -> Any:
    return _normal_cdf(x) + x * both.exp(-0.5 * x * x) * (1 / math.sqrt(2 * math.pi))


def _gelu_tanh_slope(x: Any) -> Any:
    t = both.tanh(_gelu_tanh_inner(x))
    inner = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x * x)
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner


def _mish_slope(x: Any) -> Any:
    t = both.tanh(both.log(1 + both.exp(x)))
    return t + x * (1 - t * t) * _sigmoid(x)


def _unary(kind: Any, compute: Callable[..., Array], input: Tensor, inplace: bool, *args: Any) -> Tensor:
    def apply(tensor: Tensor) -> Tensor:
        return record(kind, compute(tensor._array), (tensor,), args)

    return update("", input, apply) if inplace else apply(input)


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
    return _unary(
        LeakyReluBackward0, lambda x: xp.where(x > 0, x, x * negative_slope), input, inplace, negative_slope
    )


def _elu(x: Array, alpha: float, scale: float) -> Array:
    return xp.where(
        x > 0, x * scale, xp.expm1(xp.minimum(x, xp.zeros((), x.dtype))) * (alpha * scale)
    ).astype(x.dtype)


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Return x where positive and `alpha * (e**x - 1)` elsewhere."""
    return _unary(EluBackward0, lambda x: _elu(x, alpha, 1.0), input, inplace, alpha, 1.0)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return the scaled ELU."""
    return _unary(
        EluBackward0, lambda x: _elu(x, SELU_ALPHA, SELU_SCALE), input, inplace, SELU_ALPHA, SELU_SCALE
    )


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Return x where positive and `alpha * (e**(x / alpha) - 1)` elsewhere."""
    scaled: Tensor = elu(input / alpha, 1.0) * alpha
    return scaled


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """Limit each element; at the limits the gradient is 0."""
    return _unary(HardtanhBackward0, lambda x: xp.clip(x, min_val, max_val), input, inplace, min_val, max_val)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """Limit each element to [0, 6]."""
    return hardtanh(input, 0.0, 6.0, inplace)


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """Return x where above the threshold and `value` elsewhere."""
    return _unary(
        ThresholdBackward0,
        lambda x: xp.where(x <= threshold, x.dtype.type(value), x),
        input,
        inplace,
        threshold,
    )


def _softplus(x: Array, beta: float, limit: float) -> Array:
    scaled = x * beta
    return xp.where(
        scaled > limit, x, xp.log1p(xp.exp(xp.minimum(scaled, x.dtype.type(limit)))) / beta
    ).astype(x.dtype)


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """Return log(1 + e**(beta x)) / beta; x itself where that is large."""
    return _unary(SoftplusBackward0, lambda x: _softplus(x, beta, threshold), input, False, beta, threshold)


def logsigmoid(input: Tensor) -> Tensor:
    """Return log(sigmoid(x)) without underflow."""
    return _unary(
        LogSigmoidBackward0,
        lambda x: xp.minimum(x, xp.zeros((), x.dtype)) - xp.log1p(xp.exp(-xp.abs(x))),
        input,
        False,
    )


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return x * sigmoid(x)."""
    return _unary(SiluBackward0, lambda x: x * _sigmoid(x), input, inplace)


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """Return x * Phi(x), exactly or by tanh."""
    if approximate == "none":
        return _unary(GeluBackward0, lambda x: x * _normal_cdf(x), input, False, approximate)
    return _unary(
        GeluBackward0, lambda x: 0.5 * x * (1 + xp.tanh(_gelu_tanh_inner(x))), input, False, approximate
    )


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """Return x * tanh(softplus(x))."""
    return _unary(MishBackward0, lambda x: x * xp.tanh(xp.log1p(xp.exp(x))), input, inplace)


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """Return (x + 3) / 6 limited to [0, 1]."""
    return _unary(HardsigmoidBackward0, lambda x: xp.clip(x + 3, 0, 6) / 6, input, inplace)


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """Return x * hardsigmoid(x)."""
    return _unary(HardswishBackward0, lambda x: x * xp.clip(x + 3, 0, 6) / 6, input, inplace)


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
    if weight.numel() > 1:
        weight = weight.view(1, -1, *[1] * (input.ndim - 2))
    result: Tensor = input.relu() - weight * (-input).relu()
    return result


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """Return the first half times the sigmoid of the second."""
    a, b = input.chunk(2, dim)
    result: Tensor = a * b.sigmoid()
    return result


def _dim_or_warn(name: str, dim: int | None, ndim: int) -> int:
    if dim is not None:
        return dim
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.",
        UserWarning,
        stacklevel=4,
    )
    return 0 if ndim in (0, 1, 3) else 1


def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """Return e**x divided by the sum of all of them along a dimension."""
    result: Tensor = input.softmax(_dim_or_warn("softmax", dim, input.ndim), dtype)
    return result


def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """Return the softmax of -x."""
    result: Tensor = (-input).softmax(_dim_or_warn("softmin", dim, input.ndim), dtype)
    return result


def log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """Return the logarithm of the softmax along a dimension."""
    result: Tensor = input.log_softmax(_dim_or_warn("log_softmax", dim, input.ndim), dtype)
    return result
