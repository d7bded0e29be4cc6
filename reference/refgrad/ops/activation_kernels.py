"""The derivatives of activation functions that torch computes by one function of their own."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from .. import backend, both
from ..backend import Array, xp
from ..graph import derivative
from ..recording import record, record_several
from ..tensor import Tensor
from .arithmetic import not_implemented, recorded
from .backward_kernels import backward_kernel
from .broadcasting import keep_layout

__all__: list[str] = []


def logistic(x: Any) -> Any:
    return 1 / (1 + both.exp(-x))


def normal_cdf(x: Any) -> Any:
    return 0.5 * (1 + both.erf(x * math.sqrt(0.5)))


def gelu_tanh_inner(x: Any) -> Any:
    return math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)


def _gelu_slope(x: Any) -> Any:
    return normal_cdf(x) + x * _normal_density(x)


def _normal_density(x: Any) -> Any:
    return both.exp(-0.5 * x * x) * (1 / math.sqrt(2 * math.pi))


def _gelu_tanh_slope(x: Any) -> Any:
    t = both.tanh(gelu_tanh_inner(x))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * _gelu_tanh_inner_slope(x)


def _gelu_tanh_inner_slope(x: Any) -> Any:
    return math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x * x)


def _gelu_tanh_bend(x: Any) -> Any:
    t, slope = both.tanh(gelu_tanh_inner(x)), _gelu_tanh_inner_slope(x)
    bend = math.sqrt(2 / math.pi) * (6 * 0.044715) * x
    return (1 - t * t) * (slope + 0.5 * x * (bend - 2 * t * slope * slope))


def _bent(bend: Callable[..., Any]) -> Callable[..., Any]:
    """Return the derivative of a kernel, given the second derivative of the function."""
    return lambda grad, grad_output, x, *more: grad * grad_output * bend(x, *more)


def _soft_bend(x: Any, beta: float, limit: float) -> Any:
    s = logistic(x * beta)
    return both.keep(beta * s * (1 - s), both.plain(x) * beta < limit)


def _logsigmoid_bend(x: Any) -> Any:
    s = logistic(x)
    return (s - 1) * s


leaky_relu_backward = backward_kernel(
    "LeakyReluBackwardBackward0",
    lambda g, x, negative_slope: keep_layout(both.where(x > 0, g, g * negative_slope), x, g),
    args="negative_slope",
)


elu_backward = backward_kernel(
    "EluBackwardBackward0",
    lambda g, x, alpha, scale, rate, is_result: both.where(
        x <= 0, g * (alpha * scale * rate) * both.exp(x * rate), g * scale
    ),
    _bent(
        lambda x, alpha, scale, rate, is_result: both.keep(
            both.exp(x * rate) * (alpha * scale * rate * rate), both.plain(x) < 0
        )
    ),
    values="self_or_result",
    args="alpha scale input_scale is_result",
)


_NEGATIVE = (
    "In-place {} backward calculation is triggered with a negative slope which is not supported. This is caused by "
    "calling in-place forward function with a negative slope, please call out-of-place version instead."
)


def elu_slope_of_result(g: Any, result: Any, alpha: float, scale: float, rate: float) -> Any:
    """Return the gradient of ELU, given what it became in place: the sign is still that of x."""
    if alpha < 0:
        raise RuntimeError(_NEGATIVE.format("elu"))
    return _elu_from_result(g, result, alpha, scale, rate, True)


def leaky_relu_slope_of_result(g: Any, result: Any, slope: float) -> Any:
    """Return the gradient of the leaky ReLU, given what it became in place."""
    if slope < 0:
        raise RuntimeError(
            _NEGATIVE.format("leakyReLu")
            + " File an issue at https://github.com/pytorch/pytorch if you do require supporting in-place leakRelu "
            "backward calculation with negative slope"
        )
    return leaky_relu_backward(g, result, slope)


_elu_from_result = backward_kernel(
    "EluBackwardBackward0",
    lambda g, y, alpha, scale, rate, is_result: both.where(y <= 0, g * rate * (y + alpha * scale), g * scale),
    _bent(
        lambda y, alpha, scale, rate, is_result: both.keep(both.zeros_like(y) + rate, both.plain(y) < 0),
    ),
    values="self_or_result",
    args="alpha scale input_scale is_result",
)


hardtanh_backward = backward_kernel(
    "HardtanhBackwardBackward0",
    lambda g, x, low, high: both.keep(g, ~((x <= low) | (x >= high))),  # also at nan
    args="min_val max_val",
)


softplus_backward = backward_kernel(
    "SoftplusBackwardBackward0",
    lambda g, x, beta, limit: both.where(x * beta > limit, g, g * logistic(x * beta)),
    _bent(_soft_bend),
    args="beta threshold",
)


log_sigmoid_backward = backward_kernel(
    "LogSigmoidBackwardBackward0", lambda g, x: g * logistic(-x), _bent(_logsigmoid_bend)
)


gelu_backward = backward_kernel(
    "GeluBackwardBackward0",
    lambda g, x, approximate: g * (_gelu_slope(x) if approximate == "none" else _gelu_tanh_slope(x)),
    _bent(
        lambda x, approximate: (
            _normal_density(x) * (2 - x * x) if approximate == "none" else _gelu_tanh_bend(x)
        )
    ),
    args="approximate",
)


HardsigmoidBackwardNode = not_implemented("aten::hardsigmoid_backward")


_SIXTH = 0.1666666716337204  # a sixth in single precision, in all dtypes


def hardsigmoid_backward(g: Any, x: Any) -> Any:
    """Return a sixth of the gradient inside (-3, 3); torch has no derivative of this."""
    value = both.plain(x)
    slope = both.keep(both.plain(g) * _SIXTH, (value > -3) & (value < 3))
    if not isinstance(g, Tensor):
        return slope
    return record(HardsigmoidBackwardNode, slope, recorded(g, x))


hardswish_backward = backward_kernel(
    "HardswishBackwardBackward0",
    lambda g, x: both.keep(g * (x / 3 + 0.5), xp.abs(x) <= 3) + both.keep(g, ~(x <= 3)),
    lambda grad, grad_output, x: both.keep(grad * grad_output / 3, xp.abs(both.plain(x)) < 3),
)


def _glu_array(g: Array, x: Array, dim: int) -> Array:
    a, b = xp.split(x, 2, axis=dim)
    s = logistic(b)
    found: Array = xp.concatenate([g * s, g * s * (1 - s) * a], axis=dim)
    return found


def _glu_adjoint(grad: Any, x: Any, dim: int) -> Any:
    (a, b), (u, v) = halves(x, dim), halves(grad, dim)
    s = logistic(b)
    return u * s + v * a * s * (1 - s)


def _glu_bend(grad: Any, grad_output: Any, x: Any, dim: int) -> Any:
    (a, b), (u, v) = halves(x, dim), halves(grad, dim)
    s = logistic(b)
    turn = s * (1 - s)
    return both.join(
        [v * grad_output * turn, u * grad_output * turn + v * grad_output * a * turn * (1 - 2 * s)], dim
    )


def halves(value: Any, dim: int) -> tuple[Any, Any]:
    half = value.shape[dim] // 2
    lead = (*[slice(None)] * (dim % value.ndim),)
    return value[(*lead, slice(0, half))], value[(*lead, slice(half, None))]


glu_backward = backward_kernel(
    "GluBackwardBackward0", _glu_array, _glu_bend, args="dim", adjoint=_glu_adjoint
)


def _prelu_array(g: Array, x: Array, weight: Array) -> list[Array]:
    above = x > 0
    return [
        keep_layout(xp.where(above, g, weight * g), x, g),
        keep_layout(xp.where(above, backend.zero(g.dtype), x * g), x, g),
    ]


def _prelu_second(grads: Any, needs: Sequence[bool], grad_output: Any, self: Any, weight: Any) -> list[Any]:
    """Differentiate both gradients of `prelu`: that of its input (`of_input`) and that of its weight."""
    of_input, of_weight = grads
    given = of_input if of_weight is None else of_weight
    above, nothing = (
        both.like(both.plain(self) >= 0, given),
        both.like(backend.zero(both.plain(self).dtype), given),
    )
    if of_input is None:
        along, straight = of_weight * self, nothing
    else:
        straight = of_input
        along = of_input * weight if of_weight is None else of_input * weight + of_weight * self
    return [
        both.where(above, straight, along),
        both.zeros_like(self) if of_weight is None else both.where(above, nothing, grad_output * of_weight),
        both.zeros_like(self) if of_input is None else both.where(above, nothing, grad_output * of_input),
    ]


PreluKernelBackwardBackward0 = derivative(
    "PreluKernelBackwardBackward0", joint=("grad_output self weight", _prelu_second)
)


def prelu_backward(g: Any, x: Any, weight: Any) -> Any:
    """Return the gradients of the input and, for each element, of the weight."""
    if not isinstance(g, Tensor):
        return _prelu_array(g, x, weight)
    found = _prelu_array(g._array, both.plain(x), both.plain(weight))
    return record_several(PreluKernelBackwardBackward0, found, (g, x, weight))
