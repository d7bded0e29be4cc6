"""A right solution of `backward` in a student's own hand: other algorithms, helpers, names, constants and a class.

Its definitions take the places of the stub's; what it needs beside them is its own.
"""

from __future__ import annotations

import itertools
from collections import defaultdict, deque
from functools import reduce as fold
from typing import Any

import numpy as np
from engine import SECOND_BACKWARD, Array, Dims, Node, Shape, Tensor

ONE = 1.0
Parts = dict
_seen_runs = 0


def _says(what, *details):
    """Fill in a sentence."""
    return what.format(*details)


def torch_size(shape):
    return f"torch.Size({list(shape)})"


# How many edges lead to each node that can be reached.
def _users(root):
    users = defaultdict(int)
    stack, met = [root], {root}
    while stack:
        for target in stack.pop().next:
            if isinstance(target, Node):
                users[target] += 1
                if target not in met:
                    met.add(target)
                    stack.append(target)
    return users


class Purse:
    """Collects gradients."""

    EMPTY = None

    def __init__(self) -> None:
        self.sums: Parts = {}

    def put(self, target, part):
        old = self.sums.get(target, self.EMPTY)
        self.sums[target] = part if old is None else old + part


def starting_gradient(output: Tensor, gradient: Tensor | None) -> Array:
    if gradient is not None and tuple(gradient.shape) != tuple(output.shape):
        sizes = torch_size(gradient.shape), torch_size(output.shape)
        raise RuntimeError(
            _says(
                "Mismatch in shape: grad_output[0] has a shape of {} and output[0] has a shape of {}.", *sizes
            )
        )
    if not output.requires_grad:
        raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
    if gradient is None and output.data.size != 1:
        raise RuntimeError("grad can be implicitly created only for scalar outputs")
    return np.full(output.shape, ONE) if gradient is None else gradient.data


def accumulate_grad(leaf: Tensor, grad: Array) -> None:
    total = np.array(grad, copy=True)
    if leaf.grad is not None:
        leaf.grad.data[...] = leaf.grad.data + total
    else:
        leaf.grad = Tensor(total)


def run_backward(root: Node, grad: Array, retain_graph: bool) -> None:
    global _seen_runs
    _seen_runs += 1
    users = _users(root)
    purse, ready, leaves = Purse(), deque([root]), Purse()
    purse.put(root, grad)
    while ready:
        node = ready.popleft()
        if node.saved is None:
            raise RuntimeError(SECOND_BACKWARD)
        for target, part in node.input_gradients(purse.sums.pop(node)):
            if isinstance(target, Node):
                purse.put(target, part)
                users[target] -= 1
                if users[target] == 0:
                    ready.append(target)
            else:
                leaves.put(target, part)
        if node.saved and not retain_graph:
            node.saved = None
    for leaf, total in leaves.sums.items():
        accumulate_grad(leaf, total)


def sub_backward(grad: Array) -> tuple[Array, Array]:
    return grad, 0.0 - grad


def div_backward(grad: Array, a: Array, b: Array) -> tuple[Array, Array]:
    inverse = np.reciprocal(b)
    return grad * inverse, -(grad * a) * inverse * inverse


def pow_backward(grad: Array, a: Array, exponent: float) -> Array:
    return exponent * np.power(a, exponent - 1) * grad


def exp_backward(grad: Array, result: Array) -> Array:
    return result * grad


def log_backward(grad: Array, a: Array) -> Array:
    return np.divide(grad, a)


def tanh_backward(grad: Array, result: Array) -> Array:
    return grad - grad * result * result


def sigmoid_backward(grad: Array, result: Array) -> Array:
    return grad * (result - result**2)


def relu_backward(grad: Array, result: Array) -> Array:
    return grad * (result > 0)


def sum_backward(grad: Array, shape: Shape, dim: Dims, keepdim: bool) -> Array:
    if not keepdim and dim is not None:
        grad = np.expand_dims(grad, dim)
    return grad * np.ones(shape)


def mean_backward(grad: Array, shape: Shape, dim: Dims, keepdim: bool) -> Array:
    count = fold(lambda a, b: a * b, shape, 1) / max(1, grad.size)
    return sum_backward(grad, shape, dim, keepdim) / count


def reshape_backward(grad: Array, shape: Shape) -> Array:
    return np.reshape(grad, shape)


def transpose_backward(grad: Array, dim0: int, dim1: int) -> Array:
    axes = list(range(grad.ndim))
    axes[dim0], axes[dim1] = axes[dim1], axes[dim0]
    return np.transpose(grad, axes)


def index_backward(grad: Array, shape: Shape, index: Any) -> Array:
    result = np.zeros(shape)
    np.add.at(result, index, grad)
    return result


def matmul_backward(grad: Array, a: Array, b: Array) -> tuple[Array, Array]:
    return np.matmul(grad, np.swapaxes(b, 0, 1)), np.matmul(np.swapaxes(a, 0, 1), grad)


def unbroadcast(grad: Array, shape: tuple[int, ...]) -> Array:
    while grad.ndim > len(shape):
        grad = grad.sum(0)
    for axis, (have, want) in enumerate(itertools.zip_longest(grad.shape, shape)):
        if have != want:
            grad = grad.sum(axis, keepdims=True)
    return grad
