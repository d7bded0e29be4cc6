"""A right engine in closure style: a result remembers one closure for each input that wants a gradient.

Nothing here has a name or a rule of its own, as in the stubs: what an operation needs on the way back is captured
by the closures that it leaves behind. The walk counts beforehand how many gradients each step will get.
"""

from __future__ import annotations

import heapq
import itertools
import math
import warnings
import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]
Pull = Callable[[Array], Array]
Hook = Callable[["Tensor"], "Tensor | None"]

FREED = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
    "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
    "Specify retain_graph=True if you need to backward through the graph a second time or if you need to access "
    "saved tensors after calling backward."
)
IN_PLACE = "a leaf Variable that requires grad is being used in an in-place operation."
NO_LEAF = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
    "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf "
    "Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure "
    "you access the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more information."
)
NO_VIEW = (
    "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
    "contiguous subspaces). Use .reshape(...) instead."
)

_ages = itertools.count()
_tickets = itertools.count()
_recording = True


@contextmanager
def _set_recording(on: bool) -> Iterator[None]:
    global _recording
    before, _recording = _recording, on
    try:
        yield
    finally:
        _recording = before


def no_grad() -> Any:
    """Record nothing inside of the block."""
    return _set_recording(False)


def enable_grad() -> Any:
    """Record inside of the block, even inside of no_grad."""
    return _set_recording(True)


class Step:
    """How a result was made.

    age       grows with each step
    pulls     for each input that wants a gradient: (where it goes, its shape, the closure), or None once released
    captures  whether the closures hold arrays
    hooks     who wants to see the gradient of the result
    result    a weak reference to the result, if it retains its gradient
    """

    def __init__(self, pulls: list[tuple[Step | Tensor, Shape, Pull]], captures: bool) -> None:
        self.age = next(_ages)
        self.pulls: list[tuple[Step | Tensor, Shape, Pull]] | None = pulls
        self.captures = captures
        self.hooks: dict[int, Hook] = {}
        self.result: weakref.ref[Tensor] | None = None


class RemovableHandle:
    """Take a hook away again."""

    def __init__(self, hooks: dict[int, Hook], hook: Hook) -> None:
        self.hooks, self.ticket = hooks, next(_tickets)
        hooks[self.ticket] = hook

    def remove(self) -> None:
        """Remove the hook; a second time does nothing."""
        self.hooks.pop(self.ticket, None)


class Tensor:
    """Numbers, perhaps a gradient, and the step that made them."""

    def __init__(self, data: Any, requires_grad: bool = False, step: Step | None = None) -> None:
        self.data: Array = np.asarray(data)
        if requires_grad and self.data.dtype.kind != "f":
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        self.requires_grad = requires_grad
        self.step = step
        self.retains_grad = False
        self._grad: Tensor | None = None
        self._hooks: dict[int, Hook] = {}

    # What it is.

    @property
    def shape(self) -> Shape:
        return self.data.shape

    @property
    def is_leaf(self) -> bool:
        return self.step is None

    @property
    def grad(self) -> Tensor | None:
        if self.step is not None and not self.retains_grad:
            warnings.warn(NO_LEAF, UserWarning, stacklevel=2)
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        self._grad = value

    def dim(self) -> int:
        return self.data.ndim

    def numel(self) -> int:
        return self.data.size

    def item(self) -> Any:
        return self.data.item()

    def detach(self) -> Tensor:
        return Tensor(self.data)

    def __len__(self) -> int:
        return len(self.data)

    def __repr__(self) -> str:
        return f"tensor({np.array2string(self.data, precision=4, separator=', ', prefix='tensor(')})"

    # Gradients.

    def backward(self, gradient: Tensor | None = None, retain_graph: bool = False) -> None:
        """Send a gradient from here to all leaves."""
        if gradient is not None and gradient.shape != self.shape:
            raise RuntimeError(
                f"Mismatch in shape: grad_output[0] has a shape of torch.Size({list(gradient.shape)}) "
                f"and output[0] has a shape of torch.Size({list(self.shape)})."
            )
        if not self.requires_grad:
            raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
        if gradient is None and self.numel() != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        seed = np.ones(self.shape) if gradient is None else gradient.data
        if self.step is None:
            deliver(self, seed)
        else:
            pull_back(self.step, seed, retain_graph)

    def retain_grad(self) -> None:
        """Keep the gradient of this result, too."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if self.step is not None:
            self.retains_grad = True
            self.step.result = weakref.ref(self)

    def register_hook(self, hook: Hook) -> RemovableHandle:
        """Call `hook` with the whole gradient of this tensor."""
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        return RemovableHandle(self._hooks if self.step is None else self.step.hooks, hook)

    # Arithmetic. Each closure turns the gradient of the result into that of one input.

    def __add__(self, other: Any) -> Tensor:
        other = lift(other)
        return made(self.data + other.data, (self, lambda g: g), (other, lambda g: g))

    def __sub__(self, other: Any) -> Tensor:
        other = lift(other)
        return made(self.data - other.data, (self, lambda g: g), (other, lambda g: -g))

    def __mul__(self, other: Any) -> Tensor:
        other = lift(other)
        a, b = self.data, other.data
        return made(a * b, (self, lambda g: g * b), (other, lambda g: g * a), captures=True)

    def __truediv__(self, other: Any) -> Tensor:
        other = lift(other)
        a, b = self.data, other.data
        return made(a / b, (self, lambda g: g / b), (other, lambda g: -g * a / (b * b)), captures=True)

    def __pow__(self, n: float) -> Tensor:
        a = self.data
        return made(a**n, (self, lambda g: g * n * a ** (n - 1)), captures=True)

    def __neg__(self) -> Tensor:
        return made(-self.data, (self, lambda g: -g))

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other: Any) -> Tensor:
        return lift(other) - self

    def __rtruediv__(self, other: Any) -> Tensor:
        return lift(other) / self

    def __matmul__(self, other: Tensor) -> Tensor:
        if self.dim() == 1:
            return (self.reshape(1, -1) @ other).reshape(other.shape[1:])
        if other.dim() == 1:
            return (self @ other.reshape(-1, 1)).reshape(self.shape[:-1])
        a, b = self.data, other.data
        return made(a @ b, (self, lambda g: g @ b.T), (other, lambda g: a.T @ g), captures=True)

    # Functions of one element at a time.

    def exp(self) -> Tensor:
        y = np.exp(self.data)
        return made(y, (self, lambda g: g * y), captures=True)

    def log(self) -> Tensor:
        a = self.data
        return made(np.log(a), (self, lambda g: g / a), captures=True)

    def tanh(self) -> Tensor:
        y = np.tanh(self.data)
        return made(y, (self, lambda g: g * (1 - y * y)), captures=True)

    def sigmoid(self) -> Tensor:
        y = (np.tanh(self.data / 2) + 1) / 2
        return made(y, (self, lambda g: g * y * (1 - y)), captures=True)

    def relu(self) -> Tensor:
        y = np.maximum(self.data, 0)
        return made(y, (self, lambda g: g * (y > 0)), captures=True)

    # Sums.

    def sum(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        shape = self.shape
        return made(
            self.data.sum(axis=dim, keepdims=keepdim), (self, lambda g: spread(g, shape, dim, keepdim))
        )

    def mean(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        shape = self.shape
        result = self.data.mean(axis=dim, keepdims=keepdim)
        share = result.size / self.data.size
        return made(result, (self, lambda g: share * spread(g, shape, dim, keepdim)))

    # Shapes. The gradient goes the way back.

    def transpose(self, dim0: int, dim1: int) -> Tensor:
        return made(self.data.swapaxes(dim0, dim1), (self, lambda g: g.swapaxes(dim0, dim1)))

    def t(self) -> Tensor:
        return self.transpose(0, 1) if self.dim() == 2 else self.transpose(0, 0)

    def __getitem__(self, index: Any) -> Tensor:
        shape = self.shape
        picked = self.data[index]
        if not isinstance(picked, np.ndarray):
            picked = self.data[(*index, ...) if isinstance(index, tuple) else (index, ...)]

        def pull(g: Array) -> Array:
            everywhere = np.zeros(shape)
            np.add.at(everywhere, index, g)
            return everywhere

        return made(picked, (self, pull))

    def stride(self) -> Shape:
        return tuple(step // self.data.itemsize for step in self.data.strides)

    def is_contiguous(self) -> bool:
        expected = row_major(self.shape)
        fits = [
            length == 1 or have == want
            for length, have, want in zip(self.shape, self.stride(), expected, strict=True)
        ]
        return self.numel() == 0 or all(fits)

    def view(self, *shape: Any) -> Tensor:
        wanted = lengths(shape, self.numel())
        strides = row_major(wanted) if self.is_contiguous() else joined(self.shape, self.stride(), wanted)
        if strides is None:
            raise RuntimeError(NO_VIEW)
        return self._seen_as(wanted, strides)

    def _seen_as(self, wanted: Shape, strides: Shape) -> Tensor:
        old = self.shape
        steps = [step * self.data.itemsize for step in strides]
        window = np.lib.stride_tricks.as_strided(self.data, wanted, steps)
        return made(window, (self, lambda g: g.reshape(old)))

    def contiguous(self) -> Tensor:
        if self.is_contiguous():
            return self
        return made(self.data.copy(order="C"), (self, lambda g: g))

    def reshape(self, *shape: Any) -> Tensor:
        wanted = lengths(shape, self.numel())
        if not self.is_contiguous():
            strides = joined(self.shape, self.stride(), wanted)
            if strides is not None:
                return self._seen_as(wanted, strides)
        return self.contiguous().view(wanted)

    # In place.

    def sub_(self, other: Any, alpha: float = 1.0) -> Tensor:
        return self._become(self.data - alpha * lift(other).data)

    def mul_(self, other: Any) -> Tensor:
        return self._become(self.data * lift(other).data)

    def zero_(self) -> Tensor:
        return self._become(0.0)

    __isub__ = sub_
    __imul__ = mul_

    def _become(self, numbers: Any) -> Tensor:
        if _recording and self.requires_grad and self.step is None:
            raise RuntimeError(IN_PLACE)
        self.data[...] = numbers
        return self


def lift(value: Any) -> Tensor:
    """Make a tensor of a plain number."""
    return value if isinstance(value, Tensor) else Tensor(value)


def made(data: Any, *inputs: tuple[Tensor, Pull], captures: bool = False) -> Tensor:
    """Wrap the result of an operation, with the closures of those inputs that want a gradient."""
    pulls = [(x.step or x, x.shape, pull) for x, pull in inputs if x.requires_grad]
    if not pulls or not _recording:
        return Tensor(data)
    return Tensor(data, True, Step(pulls, captures))


def fit(grad: Array, shape: Shape) -> Array:
    """Sum over whatever broadcasting has repeated."""
    if grad.shape == shape:
        return grad
    front = grad.ndim - len(shape)
    stretched = [front + axis for axis, length in enumerate(shape) if length == 1]
    return grad.sum(axis=(*range(front), *stretched)).reshape(shape)


def spread(grad: Array, shape: Shape, dim: Any, keepdim: bool) -> Array:
    """Give every element the gradient of the sum that it is part of."""
    if dim is not None and not keepdim:
        grad = np.expand_dims(grad, dim)
    return np.broadcast_to(grad, shape)


def count_arrivals(last: Step) -> Counter[Step | Tensor]:
    """Count how many gradients each place between `last` and the leaves is going to get."""
    expected: Counter[Step | Tensor] = Counter()
    unseen = [last]
    while unseen:
        for target, _, _ in unseen.pop().pulls or ():
            expected[target] += 1
            if expected[target] == 1 and isinstance(target, Step):
                unseen.append(target)
    return expected


def pull_back(last: Step, seed: Array, retain_graph: bool) -> None:
    """Run the closures of every step behind `last`, each step once, when all of its gradient has arrived."""
    expected = count_arrivals(last)
    arrived: dict[Step | Tensor, Array] = {last: seed}
    ready = [(-last.age, last)]
    while ready:
        _, step = heapq.heappop(ready)
        grad = show(step, arrived.pop(step))
        if step.pulls is None:
            raise RuntimeError(FREED)
        for target, shape, pull in step.pulls:
            part = fit(pull(grad), shape)
            arrived[target] = arrived[target] + part if target in arrived else part
            expected[target] -= 1
            if expected[target] == 0:
                if isinstance(target, Step):
                    heapq.heappush(ready, (-target.age, target))
                else:
                    deliver(target, arrived.pop(target))
        if step.captures and not retain_graph:
            step.pulls = None
        del pull  # it holds what the step has just given up


def call_hooks(hooks: dict[int, Hook], grad: Array) -> Array:
    """Show a gradient to every hook; what a hook returns takes its place."""
    for hook in list(hooks.values()):
        answer = hook(Tensor(grad))
        if answer is not None:
            grad = answer.data
    return grad


def show(step: Step, grad: Array) -> Array:
    """Let hooks see the gradient of a step's result, and keep it if the result retains it."""
    grad = call_hooks(step.hooks, grad)
    result = step.result() if step.result is not None else None
    if result is not None:
        add_up(result, grad)
    return grad


def deliver(leaf: Tensor, grad: Array) -> None:
    """Bring a leaf its whole gradient."""
    add_up(leaf, call_hooks(leaf._hooks, grad))


def add_up(tensor: Tensor, grad: Array) -> None:
    """Add to the gradient of a tensor, in an array that belongs to it alone."""
    if tensor._grad is None:
        tensor._grad = Tensor(np.array(grad))
    else:
        tensor._grad.data[...] += grad


def lengths(shape: tuple[Any, ...], count: int) -> Shape:
    """Work out a shape for `count` elements, given as f(2, 3) or f((2, 3)), perhaps with one -1."""
    asked = tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape
    if asked.count(-1) > 1:
        raise RuntimeError("only one dimension can be inferred")
    known = math.prod(length for length in asked if length != -1)
    wanted = tuple(count // max(known, 1) if length == -1 else length for length in asked)
    if math.prod(wanted) != count:
        raise RuntimeError(f"shape '{list(asked)}' is invalid for input of size {count}")
    return wanted


def row_major(shape: Shape) -> Shape:
    """Return the strides of elements that lie in their order, without gaps."""
    return tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape)))


def joined(shape: Shape, strides: Shape, wanted: Shape) -> Shape | None:
    """Return the strides with which `wanted` looks at the same elements, or None if no strides do.

    Runs of dimensions that follow each other without a jump are one long row each: (length, stride), last one first.
    """
    rows: list[list[int]] = []
    for length, step in zip(reversed(shape), reversed(strides), strict=True):
        if length == 1:
            continue
        if rows and step == rows[-1][0] * rows[-1][1]:
            rows[-1][0] *= length
        else:
            rows.append([length, step])
    found: list[int] = []
    left, step = rows.pop(0) if rows else (1, 1)
    for length in reversed(wanted):
        if left == 1 and length != 1 and rows:
            left, step = rows.pop(0)
        found.append(step)
        if left % length:
            return None
        left //= length
        step *= length
    return tuple(reversed(found))


class SGD:
    """Plain gradient descent."""

    def __init__(self, params: Iterable[Tensor], lr: float = 1e-3) -> None:
        self.params = list(params)
        self.lr = lr

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients, or fill them with zeros where they are."""
        for p in self.params:
            if set_to_none:
                p.grad = None
            elif p.grad is not None:
                p.grad.zero_()

    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor | None:
        """Go down a little, in place; with `closure`, compute the loss first and return it."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        with no_grad():
            for p in self.params:
                if p.grad is not None:
                    p.sub_(p.grad, alpha=self.lr)
        return loss


class optim:  # noqa: N801 - PyTorch's name
    """What programs know as torch.optim."""

    SGD = SGD


def tensor(data: Any, requires_grad: bool = False) -> Tensor:
    """Make a leaf; the numbers are copied."""
    return Tensor(np.array(data), requires_grad)


def zeros(*shape: Any, requires_grad: bool = False) -> Tensor:
    """Make a leaf of zeros."""
    asked = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape
    return Tensor(np.zeros(asked), requires_grad)


def ones(*shape: Any, requires_grad: bool = False) -> Tensor:
    """Make a leaf of ones."""
    asked = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape
    return Tensor(np.ones(asked), requires_grad)


exp, log, tanh, sigmoid, relu = Tensor.exp, Tensor.log, Tensor.tanh, Tensor.sigmoid, Tensor.relu
