"""The graph: what an operation remembers, so that gradients can travel back through it."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import numpy as np

from .broadcasting import unbroadcast
from .hooks import Hooks, pass_by
from .tensor import Tensor

Array = np.ndarray[Any, Any]

SECOND_BACKWARD = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have "
    "already been freed). Saved intermediate values of the graph are freed when you call .backward() or "
    "autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or "
    "if you need to access saved tensors after calling backward."
)

_numbers = count()


class Node:
    """One recorded operation. A tensor that it made shows it as `grad_fn`.

    number  grows with every operation: a node's inputs always have smaller numbers than the node itself
    rule    the chain rule of the operation: rule(grad, *saved arrays, *settings) -> a gradient for each input
    saved   the tensors that the rule needs, or None once they have been released
    next    for each input: the Node that made it, or the leaf tensor itself, or None if it needs no gradient
    ### BEGIN GIVEN FROM retain_grad
    hooks   functions to be called with the gradient of the node's output, by their numbers
    result  a weak reference to the node's output, once that was asked to retain its gradient
    ### END GIVEN
    """

    def __init__(
        self,
        rule: Callable[..., Any],
        inputs: Sequence[Tensor],
        saved: Sequence[Tensor],
        settings: Sequence[object],
    ) -> None:
        self.number = next(_numbers)
        self.rule = rule
        self.saved: tuple[Tensor, ...] | None = tuple(saved)
        self.settings = tuple(settings)
        self.next = tuple(edge_to(tensor) for tensor in inputs)
        self.shapes = tuple(tensor.shape for tensor in inputs)
        ### BEGIN GIVEN FROM retain_grad
        self.hooks: Hooks = {}
        self.result: weakref.ref[Tensor] | None = None
        ### END GIVEN

    def input_gradients(self, grad: Array) -> list[tuple[Node | Tensor, Array]]:
        """Turn the gradient of the node's output into those of its inputs: (where it has to go, the gradient)."""
        ### BEGIN GIVEN FROM retain_grad
        grad = pass_by(self, grad)
        ### END GIVEN
        assert self.saved is not None
        parts = self.rule(grad, *[tensor.data for tensor in self.saved], *self.settings)
        parts = parts if isinstance(parts, tuple) else (parts,)
        return [
            (target, fit(np.asarray(part), shape))
            for part, target, shape in zip(parts, self.next, self.shapes, strict=True)
            if target is not None
        ]

    def __repr__(self) -> str:
        return f"<{self.rule.__name__.title().replace('_', '')}0>"


def edge_to(tensor: Tensor) -> Node | Tensor | None:
    """Say where a gradient for `tensor` has to go."""
    if not tensor.requires_grad:
        return None
    return tensor if tensor.grad_fn is None else tensor.grad_fn


def fit(grad: Array, shape: tuple[int, ...]) -> Array:
    """Give a gradient the shape of the input it belongs to, which differs after broadcasting (task 2.5)."""
    return grad if grad.shape == shape else unbroadcast(grad, shape)
