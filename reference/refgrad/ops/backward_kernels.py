"""Derivatives that torch computes by one function of their own, and so records as one node when it records them.

`tanh`'s derivative, for one, is `tanh_backward(grad, result)`; under `create_graph` the node of the gradient is
`TanhBackwardBackward0`, not the nodes of the multiplications that it consists of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import backend, both
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor

__all__ = ["backward_kernel", "moving_kernel"]


def backward_kernel(
    name: str,
    compute: Callable[..., Any],
    *seconds: Callable[..., Any] | None,
    values: str = "self",
    args: str = "",
    adjoint: Callable[..., Any] | None = None,
) -> Callable[..., Any]:
    """Return `compute(grad, *values, *args)` as a function of arrays or tensors that records `name` as one node.

    It must be linear in `grad`; `adjoint(grad, *values, *args)` is the derivative there, by default the function itself
    (a matrix that equals its transpose). `seconds`, one for each of `values`, are the derivatives with respect to
    those, `second(grad, grad_output, *values, *args)`; 0 where there is none.
    """
    count = len(values.split())
    seconds += (None,) * (count - len(seconds))

    def kernel(g: Any, *given: Any) -> Any:
        if isinstance(g, Tensor):
            plain = [both.plain(each) for each in given[:count]]
            return record(kind, compute(g._array, *plain, *given[count:]), (g, *given[:count]), given[count:])
        return compute(g, *given)

    def slopes(grad: Any, needs: Sequence[bool], grad_output: Any, given: Sequence[Any]) -> list[Any]:
        found = [(adjoint or kernel)(grad, *given) if needs[0] else None]
        for needed, second in zip(needs[1:], seconds, strict=True):
            if needed:
                found.append(second(grad, grad_output, *given) if second else both.zeros_like(grad))
            else:
                found.append(None)
        return found

    def of_one(grad: Any, needs: Sequence[bool], grad_output: Any, self: Any, *more: Any) -> list[Any]:
        return slopes(grad, needs, grad_output, (self, *more))

    def of_two(
        grad: Any, needs: Sequence[bool], grad_output: Any, self: Any, target: Any, *more: Any
    ) -> list[Any]:
        return slopes(grad, needs, grad_output, (self, target, *more))

    kind = derivative(name, args=args, joint=(f"grad_output {values}", of_one if count == 1 else of_two))
    return kernel


def moving_kernel(
    name: str, compute: Callable[..., Any], back: Callable[..., Any], args: str
) -> Callable[..., Any]:
    """Return `compute(grad, *args)`, which only moves gradients elsewhere, as a function that records one node.

    `back(grad, *args)` is its derivative.
    """

    def kernel(g: Any, *more: Any) -> Any:
        if isinstance(g, Tensor):
            return record(kind, backend.as_array(compute(g._array, *more)), (g,), more)
        return compute(g, *more)

    def rule(grad: Any, needs: Sequence[bool], *more: Any) -> list[Any]:
        return [back(grad, *more)]

    kind = derivative(name, args=args, joint=("grad_output", rule))
    return kernel


def _softmax_second(grad: Any, grad_output: Any, result: Any, dim: int) -> Any:
    summed = both.total(result * grad_output, dim)
    return grad_output * grad - summed * grad - grad_output * both.total(grad * result, dim)


tanh_backward = backward_kernel(
    "TanhBackwardBackward0",
    lambda g, result: g * (1 - result * result),
    lambda grad, grad_output, result: grad * (-2 * result * grad_output),
)
sigmoid_backward = backward_kernel(
    "SigmoidBackwardBackward0",
    lambda g, result: g * (1 - result) * result,
    lambda grad, grad_output, result: grad * grad_output * (-2 * result + 1),
)
relu_backward = backward_kernel("ThresholdBackwardBackward0", lambda g, result: both.keep_where(g, result))
threshold_backward = backward_kernel(
    "ThresholdBackwardBackward0", lambda g, x, limit: both.keep(g, ~(x <= limit)), args="limit"
)
softmax_backward = backward_kernel(
    "SoftmaxBackwardDataBackward0",
    lambda g, result, dim: (p := g * result) - result * both.total(p, dim),
    _softmax_second,
    args="dim",
)
log_softmax_backward = backward_kernel(
    "LogSoftmaxBackwardDataBackward0",
    lambda g, result, dim: g - both.exp(result) * both.total(g, dim),
    lambda grad, grad_output, result, dim: -both.total(grad_output, dim) * both.exp(result) * grad,
    args="dim",
    adjoint=lambda grad, result, dim: grad - both.total(grad * both.exp(result), dim),
)
