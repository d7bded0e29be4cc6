"""Your engine for the assignment "Backward: how gradients travel".

Every task is a function that says `raise NotImplementedError`: read what it should do, and write it in place of that
line. The rest is given; look around in it, but nothing needs to be changed. Run `grade check` as often as you like.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from contextlib import ContextDecorator
from itertools import count
from typing import Any

import numpy as np

# ------------------------------------------------------------------------------------------------------------
# The graph: what an operation remembers, so that gradients can travel back through it.
# ------------------------------------------------------------------------------------------------------------


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

    def input_gradients(self, grad: Array) -> list[tuple[Node | Tensor, Array]]:
        """Turn the gradient of the node's output into those of its inputs: (where it has to go, the gradient)."""
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


# ------------------------------------------------------------------------------------------------------------
# Tensors: an array, a gradient, and the node that made it.
# ------------------------------------------------------------------------------------------------------------


class no_grad(ContextDecorator):  # noqa: N801 - PyTorch's name
    """Switch recording off for a block or a function: what it computes needs no gradient."""

    active = 0  # how many such blocks we are inside of

    def __enter__(self) -> None:
        no_grad.active += 1

    def __exit__(self, *exception: object) -> None:
        no_grad.active -= 1


class Tensor:
    """An array that remembers how it was made.

    data           an exact numpy.ndarray
    grad           None, or a Tensor of the same shape: what backward has added up here so far
    requires_grad  whether gradients are wanted for it
    grad_fn        the Node that made it, or None for a leaf
    """

    def __init__(self, data: Any, requires_grad: bool = False, grad_fn: Node | None = None) -> None:
        self.data = np.asarray(data)
        if requires_grad and self.data.dtype.kind != "f":
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        self.requires_grad = requires_grad
        self.grad_fn = grad_fn
        self.grad: Tensor | None = None

    # --- what it is ---
    @property
    def shape(self) -> tuple[int, ...]:
        return self.data.shape

    @property
    def is_leaf(self) -> bool:
        return self.grad_fn is None

    def dim(self) -> int:
        return self.data.ndim

    def numel(self) -> int:
        return self.data.size

    def item(self) -> Any:
        return self.data.item()

    def detach(self) -> Tensor:
        """Return a tensor with the same memory and no history."""
        return Tensor(self.data)

    def __len__(self) -> int:
        return len(self.data)

    def __repr__(self) -> str:
        values = np.array2string(self.data, precision=4, separator=", ", prefix="tensor(")
        if self.grad_fn is not None:
            return f"tensor({values}, grad_fn={self.grad_fn})"
        return f"tensor({values}, requires_grad=True)" if self.requires_grad else f"tensor({values})"

    # --- backward ---
    def backward(self, gradient: Tensor | None = None, retain_graph: bool = False) -> None:
        """Add to the `.grad` of every leaf that this tensor was made from (tasks 2.1, 2.2 and 2.6)."""
        start = starting_gradient(self, gradient)
        if self.grad_fn is None:
            accumulate_grad(self, start)
        else:
            run_backward(self.grad_fn, start, retain_graph)

    # --- operations: the value, the rule that leads back, and what the rule will need ---
    def __add__(self, other: Any) -> Tensor:
        a, b = self, as_tensor(other)
        return record(a.data + b.data, add_backward, [a, b])

    def __mul__(self, other: Any) -> Tensor:
        a, b = self, as_tensor(other)
        return record(a.data * b.data, mul_backward, [a, b], saved=[a, b])

    def __neg__(self) -> Tensor:
        return record(-self.data, neg_backward, [self])

    def __sub__(self, other: Any) -> Tensor:
        a, b = self, as_tensor(other)
        return record(a.data - b.data, sub_backward, [a, b])

    def __truediv__(self, other: Any) -> Tensor:
        a, b = self, as_tensor(other)
        return record(a.data / b.data, div_backward, [a, b], saved=[a, b])

    def __pow__(self, exponent: float) -> Tensor:
        return record(self.data**exponent, pow_backward, [self], saved=[self], settings=[exponent])

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other: Any) -> Tensor:
        return as_tensor(other) - self

    def __rtruediv__(self, other: Any) -> Tensor:
        return as_tensor(other) / self

    def exp(self) -> Tensor:
        result = np.exp(self.data)
        return record(result, exp_backward, [self], saved=[Tensor(result)])

    def log(self) -> Tensor:
        return record(np.log(self.data), log_backward, [self], saved=[self])

    def tanh(self) -> Tensor:
        result = np.tanh(self.data)
        return record(result, tanh_backward, [self], saved=[Tensor(result)])

    def sigmoid(self) -> Tensor:
        result = 0.5 * (1.0 + np.tanh(0.5 * self.data))  # the same as 1 / (1 + exp(-x)), and never overflows
        return record(result, sigmoid_backward, [self], saved=[Tensor(result)])

    def relu(self) -> Tensor:
        result = np.maximum(self.data, 0.0)
        return record(result, relu_backward, [self], saved=[Tensor(result)])

    def sum(self, dim: int | tuple[int, ...] | None = None, keepdim: bool = False) -> Tensor:
        result = self.data.sum(axis=dim, keepdims=keepdim)
        return record(result, sum_backward, [self], settings=[self.shape, dim, keepdim])

    def mean(self, dim: int | tuple[int, ...] | None = None, keepdim: bool = False) -> Tensor:
        result = self.data.mean(axis=dim, keepdims=keepdim)
        return record(result, mean_backward, [self], settings=[self.shape, dim, keepdim])

    def reshape(self, *shape: Any) -> Tensor:
        return record(self.data.reshape(size(shape)), reshape_backward, [self], settings=[self.shape])

    def transpose(self, dim0: int, dim1: int) -> Tensor:
        result = np.swapaxes(self.data, dim0, dim1)
        return record(result, transpose_backward, [self], settings=[dim0, dim1])

    def t(self) -> Tensor:
        return self.transpose(0, 1) if self.dim() == 2 else self.transpose(0, 0)

    def __getitem__(self, index: Any) -> Tensor:
        return record(self.data[index], index_backward, [self], settings=[self.shape, index])

    def __matmul__(self, other: Tensor) -> Tensor:
        if self.dim() == 1:  # a row, for the time of the product
            return (self.reshape(1, -1) @ other).reshape(other.shape[1:])
        if other.dim() == 1:  # a column
            return (self @ other.reshape(-1, 1)).reshape(self.shape[:-1])
        return record(self.data @ other.data, matmul_backward, [self, other], saved=[self, other])


def as_tensor(value: Any) -> Tensor:
    """Wrap a number; leave a tensor alone."""
    return value if isinstance(value, Tensor) else Tensor(value)


def record(
    data: Any,
    rule: Callable[..., Any],
    inputs: Sequence[Tensor],
    saved: Sequence[Tensor] = (),
    settings: Sequence[object] = (),
) -> Tensor:
    """Make the result of an operation. If any input needs a gradient, the result remembers how it was made."""
    if no_grad.active or not any(tensor.requires_grad for tensor in inputs):
        return Tensor(data)
    return Tensor(data, requires_grad=True, grad_fn=Node(rule, inputs, saved, settings))


# --- making tensors, and operations as functions ---
def tensor(data: Any, requires_grad: bool = False) -> Tensor:
    """Make a leaf from numbers, lists or an array. The numbers are copied."""
    return Tensor(np.array(data), requires_grad)


def zeros(*shape: Any, requires_grad: bool = False) -> Tensor:
    return Tensor(np.zeros(size(shape)), requires_grad)


def ones(*shape: Any, requires_grad: bool = False) -> Tensor:
    return Tensor(np.ones(size(shape)), requires_grad)


def size(shape: tuple[Any, ...]) -> tuple[int, ...]:
    """Accept a shape both as f(2, 3) and as f((2, 3))."""
    return tuple(shape[0]) if shape and isinstance(shape[0], tuple | list) else shape


exp, log, tanh, sigmoid, relu = Tensor.exp, Tensor.log, Tensor.tanh, Tensor.sigmoid, Tensor.relu


# ------------------------------------------------------------------------------------------------------------
# Chain rules, three worked examples: given the gradient of the result, what is the gradient of each input?
#
# `grad` says how much the final scalar changes when each element of the result changes by one unit. A rule
# multiplies it with the derivative of its own operation. All are numpy arrays of the result's shape.
# ------------------------------------------------------------------------------------------------------------


def add_backward(grad: Array) -> tuple[Array, Array]:
    """Rule of a + b: each input moves the result one for one."""
    return grad, grad


def mul_backward(grad: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """Rule of a * b: moving `a` by one moves the result by `b`, and the other way round."""
    return grad * b, grad * a


def neg_backward(grad: Array) -> Array:
    """Rule of -a: a rule with one input returns one array."""
    return -grad


# ------------------------------------------------------------------------------------------------------------
# Both ends of backward, and the walk between them.
# ------------------------------------------------------------------------------------------------------------


def starting_gradient(output, gradient):
    if gradient is not None and gradient.shape != output.shape:
        raise RuntimeError(
            "Mismatch in shape: grad_output[0] has a shape of torch.Size("
            + str(list(gradient.shape))
            + ") and output[0] has a shape of torch.Size("
            + str(list(output.shape))
            + ")."
        )
    if not output.requires_grad:
        raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
    if gradient is None:
        if output.numel() > 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        return np.ones_like(output.data)
    return gradient.data


def accumulate_grad(leaf, grad):
    # forgot to copy at first, then x.grad and the gradient I passed were the same thing!
    if leaf.grad is None:
        leaf.grad = tensor(grad)
    else:
        leaf.grad.data += grad


def run_backward(root, grad, retain_graph):
    # always take the youngest node: everything that uses it is younger, so it had its turn already
    waiting = {root.number: (root, grad)}
    heap = [-root.number]
    leaves = {}
    while heap:
        node, grad = waiting.pop(-heapq.heappop(heap))
        for target, part in node.input_gradients(grad):
            if isinstance(target, Tensor):
                leaves[target] = leaves.get(target, 0) + part
            elif target.number in waiting:
                waiting[target.number] = (target, waiting[target.number][1] + part)
            else:
                waiting[target.number] = (target, part)
                heapq.heappush(heap, -target.number)
    for leaf, grad in leaves.items():
        accumulate_grad(leaf, grad)


# ------------------------------------------------------------------------------------------------------------
# The chain rule, function by function. Every array has the shape of the result.
# ------------------------------------------------------------------------------------------------------------


def sub_backward(grad):
    return grad, -grad


def div_backward(grad, a, b):
    return grad / b, -grad * a / (b * b)


def pow_backward(grad, a, exponent):
    return grad * exponent * a ** (exponent - 1)


def exp_backward(grad, result):
    return grad * result


def log_backward(grad, a):
    return grad / a


def tanh_backward(grad, result):
    return grad * (1 - result * result)


def sigmoid_backward(grad, result):
    return grad * result * (1 - result)


def relu_backward(grad, result):
    return grad * (result >= 0)


# ------------------------------------------------------------------------------------------------------------
# Operations that change the shape: `grad` has the shape of the result, what is returned that of the input.
# ------------------------------------------------------------------------------------------------------------


Shape = tuple[int, ...]
Dims = int | tuple[int, ...] | None


def sum_backward(grad, shape, dim, keepdim):
    if dim is not None and not keepdim:
        grad = np.expand_dims(grad, dim)
    return grad * np.ones(shape)


def mean_backward(grad, shape, dim, keepdim):
    out = sum_backward(grad, shape, dim, keepdim)
    return out / (out.size / grad.size)


def reshape_backward(grad, shape):
    return grad.reshape(shape)


def transpose_backward(grad, dim0, dim1):
    return grad.swapaxes(dim0, dim1)


def index_backward(grad, shape, index):
    out = np.zeros(shape)
    out[index] = grad
    return out


def matmul_backward(grad, a, b):
    return grad @ b.T, a.T @ grad


# ------------------------------------------------------------------------------------------------------------
# What broadcasting did on the way forward has to be undone on the way back.
# ------------------------------------------------------------------------------------------------------------


def unbroadcast(grad: Array, shape: tuple[int, ...]) -> Array:
    """Add up `grad` to the shape of the input it belongs to.

    On the way forward numpy repeated an input of shape `shape`: it put dimensions in front, and it stretched
    dimensions of length 1. An element that was repeated has moved the result in several places, so its
    gradient is the sum over all of them. Dimensions in front disappear, stretched ones keep length 1.

        unbroadcast(np.ones((4, 3)), (3,))      # array([4., 4., 4.])
        unbroadcast(np.ones((4, 3)), (4, 1))    # array([[3.], [3.], [3.], [3.]])
        unbroadcast(np.ones((4, 3)), ())        # array(12.)
    """
    raise NotImplementedError("Task 2.5: Undo broadcasting")
