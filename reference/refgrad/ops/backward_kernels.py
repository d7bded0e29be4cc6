"""Derivatives that torch computes by one function of their own, and so records as one node when it records them.

`tanh`'s derivative, for one, is `tanh_backward(grad, result)`; under `create_graph` the node of the gradient is
`TanhBackwardBackward0`, not the nodes of the multiplications that it consists of.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from .. import backend, both
from ..backend import xp
from ..grad_mode import enable_grad
from ..graph import derivative
from ..recording import gradient_edge, record, record_several
from ..tensor import Tensor, wrap
from .arithmetic import not_implemented, recorded
from .broadcasting import keep_layout
from .holomorphic import suited

__all__ = ["backward_kernel", "composite_kernel", "in_single", "moving_kernel", "undifferentiable"]


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
    names, takes = values.split(), args.split()
    count = len(names)

    def kernel(g: Any, *given: Any) -> Any:
        if isinstance(g, Tensor):
            plain = [both.plain(each) for each in given[:count]]
            array = compute(g._array, *plain, *given[count:])
            return record(suited(kind, array), array, (g, *given[:count]), given[count:])
        return compute(g, *given)

    rules: dict[str, Any] = {
        "grad_output": _asking(lambda grad, *given: (adjoint or kernel)(grad, *given), names, takes)
    }
    for value, second in itertools.zip_longest(names, seconds):
        rules[value] = _asking(second, ["grad_output", *names], takes) if second else _nothing
    kind = derivative(name, args=args, **rules)
    return kernel


def _asking(rule: Callable[..., Any], values: list[str], takes: list[str]) -> Callable[..., Any]:
    """Return a rule that gets the gradient and then what stands under these names."""

    def asked(grad: Any, *given: Any) -> Any:
        return rule(grad, *given)

    asked.asks = (*values, *takes)  # type: ignore[attr-defined]
    return asked


def _nothing(grad: Any) -> Any:
    return both.zeros_like(grad)


def composite_kernel(
    name: str, compute: Callable[..., Sequence[Any]], values: str, args: str
) -> Callable[..., Sequence[Any]]:
    """Return `compute(grad, *values, *args)` as a function of arrays or tensors that records `name` as one node.

    It gives a gradient for each of `values`, None where none is needed. Its own derivative is found by a backward pass
    through what it consists of.
    """
    names = ("grad_output", *values.split())
    count = len(names)

    def kernel(*given: Any) -> Sequence[Any]:
        if not isinstance(given[0], Tensor):
            return compute(*given)
        found = compute(*[both.plain(each) for each in given[:count]], *given[count:])
        nothing = xp.zeros(0, given[0]._array.dtype)
        arrays = [nothing if each is None else backend.as_array(each) for each in found]
        made = record_several(kind, arrays, given[:count], given[count:])
        return [None if array is None else each for array, each in zip(found, made, strict=True)]

    def rule(grads: Any, needs: Sequence[bool], *given: Any) -> list[Any]:
        from ..engine import run  # a program that only computes does without

        recorded = any(isinstance(each, Tensor) for each in grads)
        with enable_grad():
            inside = [_apart(each, needed) for each, needed in zip(given, needs, strict=False)]
            found = compute(*inside, *given[count:])
        roots: Any = [
            (*gradient_edge(each), grad if isinstance(grad, Tensor) else wrap(backend.as_array(grad)))
            for each, grad in zip(found, grads, strict=True)
            if grad is not None and each is not None and each.requires_grad
        ]
        wanted: Any = [gradient_edge(each) for each, needed in zip(inside, needs, strict=False) if needed]
        arrived = iter(run(roots, keep_graph=False, create_graph=recorded, captures=wanted))
        slopes = [next(arrived) if needed else None for needed in needs]
        return slopes if recorded else [None if each is None else each._array for each in slopes]

    rule.asks = (*names, *args.split())  # type: ignore[attr-defined]
    kind = derivative(name, args=args, joint=(" ".join(names), rule))
    return kernel


def _apart(value: Any, needed: bool) -> Any:
    """Return a tensor of the same elements that a backward pass can end at: a view of a tensor, a leaf over an array."""
    if isinstance(value, Tensor):
        return value.view_as(value) if needed else value
    return None if value is None else wrap(value).requires_grad_(needed)


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


def undifferentiable(name: str, compute: Callable[..., Any]) -> Callable[..., Any]:
    """Return `compute(grad, ...)`, a gradient of arrays, as a rule whose result torch cannot differentiate once more."""
    kind = not_implemented(name)

    def rule(*given: Any) -> Any:
        found = compute(*map(both.plain, given))
        return record(kind, found, recorded(*given)) if isinstance(given[0], Tensor) else found

    rule.asks = compute.__code__.co_varnames[1 : compute.__code__.co_argcount]  # type: ignore[attr-defined]
    return rule


def in_single(compute: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function of arrays compute in single precision where its first one is of float16, and round once."""

    def computed(first: Any, *more: Any) -> Any:
        if first.dtype.char != "e":
            return compute(first, *more)
        wide = [
            each.astype(xp.float32) if getattr(each, "dtype", None) == xp.float16 else each
            for each in (first, *more)
        ]
        return compute(*wide).astype(xp.float16)

    return computed


def _softmax_second(grad: Any, grad_output: Any, result: Any, dim: int) -> Any:
    summed = both.total(result * grad_output, dim)
    return grad_output * grad - summed * grad - grad_output * both.total(grad * result, dim)


def relu_of(g: Any, result: Any) -> Any:
    """Return the gradient of arrays where the result is not 0, laid out as torch does, which looks at the result first."""
    found = both.keep_where(g, result)
    if result.flags.c_contiguous and found.flags.c_contiguous:
        return found
    return keep_layout(found, result, g)


tanh_backward = backward_kernel(
    "TanhBackwardBackward0",
    lambda g, result: g * (1 - result * result),
    lambda grad, grad_output, result: grad * (-2 * result * grad_output),
    values="output",
)
sigmoid_backward = backward_kernel(
    "SigmoidBackwardBackward0",
    lambda g, result: g * (1 - result) * result,
    lambda grad, grad_output, result: grad * grad_output * (-2 * result + 1),
    values="output",
)
relu_backward = backward_kernel(
    "ThresholdBackwardBackward0", lambda g, result, threshold: relu_of(g, result), args="threshold"
)
threshold_backward = backward_kernel(
    "ThresholdBackwardBackward0",
    lambda g, x, threshold: keep_layout(both.keep(g, ~(x <= threshold)), x, g),
    args="threshold",
)
softmax_backward = backward_kernel(
    "SoftmaxBackwardDataBackward0",
    in_single(lambda g, result, dim: (p := g * result) - result * both.total(p, dim)),
    _softmax_second,
    values="output",
    args="dim",
)
log_softmax_backward = backward_kernel(
    "LogSoftmaxBackwardDataBackward0",
    in_single(lambda g, result, dim: g - both.exp(result) * both.total(g, dim)),
    lambda grad, grad_output, result, dim: -both.total(grad_output, dim) * both.exp(result) * grad,
    values="output",
    args="dim",
    adjoint=lambda grad, result, dim: grad - both.total(grad * both.exp(result), dim),
)
