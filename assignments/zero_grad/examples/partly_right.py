"""Your engine for the assignment "Zero grad: one step after another".

Every task is a function that says `raise NotImplementedError`: read what it should do, and write it in place of that
line. The rest is given; look around in it, but nothing needs to be changed. Run `grade check` as often as you like.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ContextDecorator
from heapq import heappop, heappush
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


class enable_grad(ContextDecorator):  # noqa: N801 - PyTorch's name
    """Switch recording on for a block or a function, also inside of no_grad."""

    def __enter__(self) -> None:
        self.before = no_grad.active
        no_grad.active = 0

    def __exit__(self, *exception: object) -> None:
        no_grad.active = self.before


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


def starting_gradient(output: Tensor, gradient: Tensor | None) -> Array:
    """Return the array that backward starts with at `output`: the gradient of `output` itself.

    - With `gradient`, it is that tensor's array. Its shape must be exactly the output's, else RuntimeError:
      "Mismatch in shape: grad_output[0] has a shape of torch.Size([2]) and output[0] has a shape of torch.Size([3])."
    - An output that does not require a gradient has nothing to send back, RuntimeError:
      "element 0 of tensors does not require grad and does not have a grad_fn"
    - Without `gradient`, it is 1, in the output's shape; but only if the output has exactly one element
      (its shape may be (), (1,), (1, 1), ...). For any other number of elements, RuntimeError:
      "grad can be implicitly created only for scalar outputs"

    They are checked in this order.

        starting_gradient(tensor(5.0, requires_grad=True), None)    # array(1.)
        starting_gradient(tensor([5.0], requires_grad=True), None)  # array([1.])
    """
    if gradient is not None and gradient.shape != output.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[0] has a shape of torch.Size({list(gradient.shape)}) "
            f"and output[0] has a shape of torch.Size({list(output.shape)})."
        )
    if not output.requires_grad:
        raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
    if gradient is not None:
        return gradient.data
    if output.numel() != 1:
        raise RuntimeError("grad can be implicitly created only for scalar outputs")
    return np.ones(output.shape)


def accumulate_grad(leaf: Tensor, grad: Array) -> None:
    """Add the array `grad` to `leaf.grad`.

    The first time `leaf.grad` is None and becomes a tensor with these numbers; after that they are added to
    the numbers that are there, in place: who holds that tensor sees the sum. Its array is the leaf's own: the array
    `grad` may belong to somebody else (to the `gradient` that the caller passed, or to another leaf), and must never
    change.

        x = tensor([1.0, 2.0], requires_grad=True)
        accumulate_grad(x, np.array([10.0, 20.0]))
        accumulate_grad(x, np.array([1.0, 1.0]))
        x.grad                                      # tensor([11., 21.])
    """
    if leaf.grad is None:
        leaf.grad = Tensor(np.array(grad))
    else:
        leaf.grad.data += grad


def run_backward(root: Node, grad: Array, retain_graph: bool) -> None:
    """Send `grad`, the gradient of the output that `root` made, back to every leaf.

    `node.input_gradients(grad)` applies a node's rule. It returns a pair (target, gradient) for each input that
    needs one; the target is another Node, or a leaf Tensor, the end of the road: `accumulate_grad`.

    What is used several times gets a gradient along every path, and they are added up: a node may only be
    run once all of them have arrived, and then it is run once, with the sum. An input always has a smaller
    `number` than the nodes that use it. Graphs may be tens of thousands of nodes deep, so use a loop and no
    recursion; and add with `a + b`, never `a += b`, for two nodes may hold the same array.

        x = tensor(3.0, requires_grad=True)
        y = x * x           # two edges lead from this node to x; each carries 3
        y.backward()
        x.grad              # tensor(6.)

    Task 2.6, once the rest works: what a node saved is released as soon as its rule has run, unless
    `retain_graph` is true: set `node.saved` to None, but leave it as it is where nothing was saved: such a
    node can run again. A node whose `saved` is None when its turn comes raises
    RuntimeError(SECOND_BACKWARD), PyTorch's sentence, which you find above.
    """
    # What uses a node is younger than the node: when the youngest one waiting has its turn, all has arrived there.
    sums: dict[Node | Tensor, Array] = {root: grad}
    waiting = [(-root.number, root)]  # a heap, the youngest first
    while waiting:
        _, node = heappop(waiting)
        arrived = sums.pop(node)
        if node.saved is None:
            raise RuntimeError(SECOND_BACKWARD)
        for target, part in node.input_gradients(arrived):
            if target in sums:
                sums[target] = sums[target] + part
            else:
                sums[target] = part
                if isinstance(target, Node):
                    heappush(waiting, (-target.number, target))
        if node.saved and not retain_graph:
            node.saved = None
    for leaf, total in sums.items():
        accumulate_grad(leaf, total)


# ------------------------------------------------------------------------------------------------------------
# The chain rule, function by function. Every array has the shape of the result.
# ------------------------------------------------------------------------------------------------------------


def sub_backward(grad: Array) -> tuple[Array, Array]:
    """Rule of a - b: `a` moves the result one for one, `b` moves it the other way.

    sub_backward(np.array([2.0]))    # array([2.]), array([-2.])
    """
    return grad, -grad


def div_backward(grad: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """Rule of a / b: the derivative by `a` is 1 / b, the derivative by `b` is -a / b**2.

    div_backward(np.array([1.0]), np.array([3.0]), np.array([2.0]))    # array([0.5]), array([-0.75])
    """
    return grad / b, -grad * a / b**2


def pow_backward(grad: Array, a: Array, exponent: float) -> Array:
    """Rule of a ** exponent, a plain number: the derivative by `a` is exponent * a**(exponent - 1).

    pow_backward(np.array([1.0]), np.array([2.0]), 3)    # array([12.])
    """
    return grad * exponent * a ** (exponent - 1)


def exp_backward(grad: Array, result: Array) -> Array:
    """Rule of exp(a): the derivative is exp(a), which is the result that was saved.

    exp_backward(np.array([3.0]), np.array([1.0]))    # array([3.]), at a = 0
    """
    return grad * result


def log_backward(grad: Array, a: Array) -> Array:
    """Rule of log(a): the derivative is 1 / a.

    log_backward(np.array([3.0]), np.array([2.0]))    # array([1.5])
    """
    return grad / a


def tanh_backward(grad: Array, result: Array) -> Array:
    """Rule of tanh(a): the derivative is 1 - tanh(a)**2; the result was saved.

    tanh_backward(np.array([2.0]), np.array([0.5]))    # array([1.5])
    """
    return grad * (1.0 - result**2)


def sigmoid_backward(grad: Array, result: Array) -> Array:
    """Rule of sigmoid(a) = s: the derivative is s * (1 - s); the result was saved.

    sigmoid_backward(np.array([4.0]), np.array([0.5]))    # array([1.]), at a = 0
    """
    return grad * result * (1.0 - result)


def relu_backward(grad: Array, result: Array) -> Array:
    """Rule of relu(a) = max(a, 0): the gradient passes where the result is above 0, and is 0 elsewhere.

    relu_backward(np.array([5.0, 5.0]), np.array([0.0, 2.0]))    # array([0., 5.])
    """
    return np.where(result > 0, grad, 0.0)


# ------------------------------------------------------------------------------------------------------------
# Operations that change the shape: `grad` has the shape of the result, what is returned that of the input.
# ------------------------------------------------------------------------------------------------------------


Shape = tuple[int, ...]
Dims = int | tuple[int, ...] | None


def sum_backward(grad: Array, shape: Shape, dim: Dims, keepdim: bool) -> Array:
    """Rule of a.sum(dim, keepdim): every element moves the sum that it is part of one for one.

    So each element of `a`, whose shape is `shape`, gets the gradient of its sum. If `dim` was summed away
    (keepdim false), the gradient needs it back, with length 1, before it can be spread. `dim` None means all.

        sum_backward(np.array([1.0, 2.0]), (2, 3), 1, False)    # array([[1., 1., 1.], [2., 2., 2.]])
    """
    if dim is not None and not keepdim:
        grad = np.expand_dims(grad, dim)
    return np.broadcast_to(grad, shape)


def mean_backward(grad: Array, shape: Shape, dim: Dims, keepdim: bool) -> Array:
    """Rule of a.mean(dim, keepdim): as for the sum, divided by the number of elements in each mean.

    mean_backward(np.array(6.0), (3,), None, False)    # array([2., 2., 2.])
    """
    spread = sum_backward(grad, shape, dim, keepdim)
    return spread * (grad.size / spread.size)


def reshape_backward(grad: Array, shape: Shape) -> Array:
    """Rule of a.reshape(...): the same numbers, back in the shape that `a` had.

    reshape_backward(np.array([1.0, 2.0, 3.0, 4.0]), (2, 2))    # array([[1., 2.], [3., 4.]])
    """
    return grad.reshape(shape)


def transpose_backward(grad: Array, dim0: int, dim1: int) -> Array:
    """Rule of a.transpose(dim0, dim1), which swaps two dimensions: swap them back.

    transpose_backward(np.array([[1.0, 2.0]]), 0, 1)    # array([[1.], [2.]])
    """
    return np.swapaxes(grad, dim0, dim1)


def index_backward(grad: Array, shape: Shape, index: Any) -> Array:
    """Rule of a[index]: what was picked gets its gradient, everything else gets 0.

    An element that was picked twice, as in a[[0, 0, 2]], gets both gradients, added up: `np.add.at`.

        index_backward(np.array([1.0, 2.0, 3.0]), (3,), [0, 0, 2])    # array([3., 0., 3.])
    """
    result = np.zeros(shape)
    np.add.at(result, index, grad)
    return result


def matmul_backward(grad: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """Rule of a @ b for matrices of shapes (n, k) and (k, m).

    The gradient of `a` must have shape (n, k), that of `b` shape (k, m): only one way of multiplying `grad`,
    of shape (n, m), with the other one transposed fits both.

        matmul_backward(np.array([[1.0]]), np.array([[2.0, 3.0]]), np.array([[4.0], [5.0]]))
        # array([[4., 5.]]), array([[2.], [3.]])
    """
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
    in_front = grad.ndim - len(shape)
    grad = grad.sum(axis=tuple(range(in_front)))
    stretched = tuple(axis for axis, length in enumerate(shape) if length == 1)
    return grad.sum(axis=stretched, keepdims=True)


# ------------------------------------------------------------------------------------------------------------
# Change a tensor in place: the memory stays, the numbers in it are new.
# ------------------------------------------------------------------------------------------------------------


CHANGED_LEAF = "a leaf Variable that requires grad is being used in an in-place operation."


def write_into(tensor: Tensor, numbers: Array) -> None:
    """Put `numbers` into the memory that `tensor` has already.

    Whoever shares that memory, such as a tensor that `detach` returned, sees the new numbers too. `requires_grad`,
    `grad` and `grad_fn` stay as they are.

    A leaf that requires a gradient must not be changed while recording is on (`no_grad.active` is 0): its gradient
    would be that of numbers which are no longer there. Then leave it as it is and raise RuntimeError(CHANGED_LEAF),
    PyTorch's sentence, which you find above. Inside of `no_grad()`, or without requires_grad, it may be changed.

        x = tensor([1.0, 2.0])
        y = x.detach()
        write_into(x, np.array([5.0, 6.0]))
        y                                       # tensor([5., 6.])
    """
    if tensor.requires_grad and tensor.is_leaf and not no_grad.active:
        raise RuntimeError(CHANGED_LEAF)
    tensor.data[...] = numbers


# ------------------------------------------------------------------------------------------------------------
# The optimizer: what happens to parameters and their gradients between one backward and the next.
# ------------------------------------------------------------------------------------------------------------


def clear_grads(parameters: Iterable[Tensor], set_to_none: bool) -> None:
    for parameter in parameters:
        parameter.grad = None


def descend(parameters: Iterable[Tensor], lr: float) -> None:
    """Take one step of gradient descent: each parameter becomes parameter - lr * its gradient.

    It is changed in place, for the program's other parts hold the very same tensor. That is no part of any graph:
    switch recording off. A parameter without a gradient stays as it is, and the ones after it still have their turn.
    The gradients are only read; clearing them is somebody else's decision.

        x = tensor([1.0, 2.0], requires_grad=True)
        (x * x).sum().backward()                    # x.grad is tensor([2., 4.])
        descend([x], lr=0.25)
        x                                           # tensor([0.5, 1. ], requires_grad=True)
    """
    with no_grad():
        for parameter in parameters:
            if parameter.grad is not None:
                parameter.sub_(parameter.grad, alpha=lr)


def compute_loss(closure: Callable[[], Any]) -> Any:
    """Call `closure`, which clears the gradients, computes the loss, calls backward and returns the loss. Return that.

    Its operations must be recorded, or there is nothing to go back through; but `step` may have been called inside of
    `no_grad()`. `enable_grad()` switches recording on for a block, and puts back what was before.

        x = tensor(3.0, requires_grad=True)
        with no_grad():
            loss = compute_loss(lambda: x * x)
        loss.requires_grad                          # True
    """
    raise NotImplementedError("Task 3.4: The whole loop in one call")


class SGD:
    """Stochastic gradient descent, as `torch.optim.SGD(parameters, lr=0.1)`."""

    def __init__(self, params: Iterable[Tensor], lr: float = 1e-3) -> None:
        self.params = list(params)
        self.lr = lr

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Clear the gradients (task 3.2)."""
        clear_grads(self.params, set_to_none)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change the parameters (task 3.3); with `closure`, compute the loss first (task 3.4) and return it."""
        loss = None if closure is None else compute_loss(closure)
        descend(self.params, self.lr)
        return loss


class optim:  # noqa: N801 - PyTorch's name
    """What a program finds as `torch.optim`."""

    SGD = SGD
