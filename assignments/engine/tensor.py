"""Tensors: an array, a gradient, and the node that made it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ContextDecorator
from typing import Any

import numpy as np

from .backward import accumulate_grad, run_backward, starting_gradient
from .functions import (
    div_backward,
    exp_backward,
    log_backward,
    pow_backward,
    relu_backward,
    sigmoid_backward,
    sub_backward,
    tanh_backward,
)
from .graph import Array, Node
from .hooks import Handle, Hook, Hooks, add_hook, grad_of_result, retain, run_hooks
from .inplace import write_into
from .rules import add_backward, mul_backward, neg_backward
from .shapes import (
    index_backward,
    matmul_backward,
    mean_backward,
    reshape_backward,
    sum_backward,
    transpose_backward,
)
from .views import (
    NOT_VIEWABLE,
    in_order,
    infer_shape,
    lies_in_order,
    look,
    strides_of,
    strides_of_view,
    view_or_copy,
)


class no_grad(ContextDecorator):  # noqa: N801 - PyTorch's name
    """Switch recording off for a block or a function: what it computes needs no gradient."""

    active = 0  # how many such blocks we are inside of

    def __enter__(self) -> None:
        no_grad.active += 1

    def __exit__(self, *exception: object) -> None:
        no_grad.active -= 1


### BEGIN GIVEN FROM zero_grad
class enable_grad(ContextDecorator):  # noqa: N801 - PyTorch's name
    """Switch recording on for a block or a function, also inside of no_grad."""

    def __enter__(self) -> None:
        self.before = no_grad.active
        no_grad.active = 0

    def __exit__(self, *exception: object) -> None:
        no_grad.active = self.before


### END GIVEN
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
        ### BEGIN GIVEN FROM retain_grad
        self.retains_grad = False
        self.hooks: Hooks = {}  # of a leaf; those of a result are its node's
        ### END GIVEN

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
    ### BEGIN GIVEN FROM retain_grad
    @property
    def grad(self) -> Tensor | None:
        return self.kept if self.is_leaf else grad_of_result(self)

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        self.kept = value

    def retain_grad(self) -> None:
        """Keep the gradient of this result in `.grad` (task 4.2)."""
        retain(self)

    def register_hook(self, hook: Hook) -> Handle:
        """Call `hook(gradient)` whenever a gradient of this tensor has been computed (task 4.3)."""
        return add_hook(self, hook)

    ### END GIVEN
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
        ### BEGIN GIVEN UNTIL view_reshape
        return record(self.data.reshape(size(shape)), reshape_backward, [self], settings=[self.shape])
        ### END GIVEN
        ### BEGIN GIVEN FROM view_reshape
        return view_or_copy(self, infer_shape(size(shape), self.numel()))
        ### END GIVEN

    ### BEGIN GIVEN FROM view_reshape
    def stride(self) -> tuple[int, ...]:
        return tuple(step // self.data.itemsize for step in self.data.strides)

    def is_contiguous(self) -> bool:
        return self.numel() == 0 or lies_in_order(self.shape, self.stride())

    def view(self, *shape: Any) -> Tensor:
        """Look at the same memory in another shape (tasks 6.2 and 6.3)."""
        wanted = infer_shape(size(shape), self.numel())
        if self.is_contiguous():
            return look(self, wanted, strides_of(wanted))
        strides = strides_of_view(self.shape, self.stride(), wanted)
        if strides is None:
            raise RuntimeError(NOT_VIEWABLE)
        return look(self, wanted, strides)

    def contiguous(self) -> Tensor:
        return in_order(self)

    ### END GIVEN

    def transpose(self, dim0: int, dim1: int) -> Tensor:
        result = np.swapaxes(self.data, dim0, dim1)
        return record(result, transpose_backward, [self], settings=[dim0, dim1])

    def t(self) -> Tensor:
        return self.transpose(0, 1) if self.dim() == 2 else self.transpose(0, 0)

    def __getitem__(self, index: Any) -> Tensor:
        picked = self.data[index]
        if np.isscalar(picked):  # numpy has copied a single number; with `...` it looks at it where it lies
            picked = self.data[(*index, ...) if isinstance(index, tuple) else (index, ...)]
        return record(picked, index_backward, [self], settings=[self.shape, index])

    def __matmul__(self, other: Tensor) -> Tensor:
        if self.dim() == 1:  # a row, for the time of the product
            return (self.reshape(1, -1) @ other).reshape(other.shape[1:])
        if other.dim() == 1:  # a column
            return (self @ other.reshape(-1, 1)).reshape(self.shape[:-1])
        return record(self.data @ other.data, matmul_backward, [self, other], saved=[self, other])

    ### BEGIN GIVEN FROM zero_grad

    # --- in place: these change the tensor itself (task 3.1), and return it ---
    def sub_(self, other: Any, alpha: float = 1.0) -> Tensor:
        write_into(self, self.data - alpha * as_tensor(other).data)
        return self

    def mul_(self, other: Any) -> Tensor:
        write_into(self, self.data * as_tensor(other).data)
        return self

    def zero_(self) -> Tensor:
        write_into(self, np.zeros(self.shape))
        return self

    __isub__, __imul__ = sub_, mul_
    ### END GIVEN


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


### BEGIN GIVEN FROM retain_grad
def after_its_hooks(accumulate: Callable[[Tensor, Array], None]) -> Callable[[Tensor, Array], None]:
    """Let a leaf's hooks see the gradient, and change it, before it is added to what is there."""

    def accumulate_what_they_return(leaf: Tensor, grad: Array) -> None:
        accumulate(leaf, run_hooks(leaf.hooks, grad) if leaf.hooks else grad)

    return accumulate_what_they_return


### END GIVEN
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
