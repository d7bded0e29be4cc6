"""A right engine in tape style: a class for each operation, and a tape on which they are written as they happen.

Backward reads the tape from its end: what is written later can only depend on what is written earlier. The tape
refers to its entries weakly, so that what a program drops is dropped from the tape, too.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, ClassVar
from weakref import WeakValueDictionary, ref

import numpy as np

Array = np.ndarray[Any, Any]


class Tape:
    """All operations that somebody can still go back through, by the order in which they happened."""

    def __init__(self) -> None:
        self.entries: WeakValueDictionary[int, Op] = WeakValueDictionary()
        self.length = 0
        self.paused = 0

    def write(self, op: Op) -> None:
        """Add an operation at the end."""
        op.place = self.length
        self.entries[op.place] = op
        self.length += 1

    def backwards_from(self, place: int) -> list[int]:
        """Return the places up to this one, the last first."""
        return sorted((other for other in list(self.entries.keys()) if other <= place), reverse=True)


TAPE = Tape()


class no_grad:  # noqa: N801 - PyTorch's name
    """Write nothing on the tape."""

    def __enter__(self) -> None:
        self.before = TAPE.paused
        TAPE.paused = self.inside(self.before)

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        TAPE.paused = self.before

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with type(self)():
                return function(*args, **kwargs)

        return wrapped

    @staticmethod
    def inside(before: int) -> int:
        """Say how often the tape is paused inside of the block."""
        return before + 1


class enable_grad(no_grad):  # noqa: N801 - PyTorch's name
    """Write on the tape, whatever was before."""

    @staticmethod
    def inside(before: int) -> int:
        """Say how often the tape is paused inside of the block."""
        return 0


# ---------------------------------------------------------------------------------------------- operations


class Op:
    """One operation on the tape.

    `forward` computes on arrays and may `keep` some of them; `backward` turns the gradient of the result into those
    of the inputs. `sources` says for each input where its gradient goes: an Op, a leaf, or None if it wants none.
    """

    place: int
    sources: tuple[Op | Tensor | None, ...]
    shapes: tuple[tuple[int, ...], ...]

    def __init__(self, **settings: Any) -> None:
        self.kept: tuple[Array, ...] | None = ()
        self.callbacks: list[Subscription] = []
        self.retainer: ref[Tensor] | None = None
        self.__dict__.update(settings)

    def keep(self, *arrays: Array) -> None:
        """Keep arrays for the way back."""
        self.kept = arrays

    def saved(self) -> tuple[Array, ...]:
        """Return what was kept, or raise if it was given up."""
        if self.kept is None:
            raise RuntimeError(
                "Trying to backward through the graph a second time (or directly access saved tensors after they "
                "have already been freed). Saved intermediate values of the graph are freed when you call "
                ".backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the "
                "graph a second time or if you need to access saved tensors after calling backward."
            )
        return self.kept

    def give_up(self) -> None:
        """Free what was kept. Nothing happens to an operation that needs nothing on the way back."""
        if self.kept:
            self.kept = None

    def forward(self, *arrays: Array) -> Any:
        """Compute the result."""
        raise NotImplementedError

    def backward(self, grad: Array) -> tuple[Array, ...]:
        """Return a gradient for each input."""
        raise NotImplementedError

    @classmethod
    def of(cls, *inputs: Any, **settings: Any) -> Tensor:
        """Do the operation, and write it on the tape if one of the inputs wants a gradient."""
        tensors = [value if isinstance(value, Tensor) else Tensor(value) for value in inputs]
        op = cls(**settings)
        data = op.forward(*(each.data for each in tensors))
        if TAPE.paused or not any(each.requires_grad for each in tensors):
            return Tensor(data)
        op.sources = tuple(each.destination() for each in tensors)
        op.shapes = tuple(each.shape for each in tensors)
        TAPE.write(op)
        return Tensor(data, requires_grad=True, grad_fn=op)


class Add(Op):
    def forward(self, a: Array, b: Array) -> Any:
        return a + b

    def backward(self, grad: Array) -> tuple[Array, ...]:
        return grad, grad


class Sub(Op):
    def forward(self, a: Array, b: Array) -> Any:
        return a - b

    def backward(self, grad: Array) -> tuple[Array, ...]:
        return grad, -grad


class Mul(Op):
    def forward(self, a: Array, b: Array) -> Any:
        self.keep(a, b)
        return a * b

    def backward(self, grad: Array) -> tuple[Array, ...]:
        a, b = self.saved()
        return grad * b, grad * a


class Div(Op):
    def forward(self, a: Array, b: Array) -> Any:
        self.keep(a, b)
        return a / b

    def backward(self, grad: Array) -> tuple[Array, ...]:
        a, b = self.saved()
        by_a = grad / b
        return by_a, -by_a * a / b


class Neg(Op):
    def forward(self, a: Array) -> Any:
        return -a

    def backward(self, grad: Array) -> tuple[Array, ...]:
        return (-grad,)


class Pow(Op):
    exponent: float

    def forward(self, a: Array) -> Any:
        self.keep(a)
        return a**self.exponent

    def backward(self, grad: Array) -> tuple[Array, ...]:
        (a,) = self.saved()
        return (self.exponent * np.power(a, self.exponent - 1) * grad,)


class Exp(Op):
    def forward(self, a: Array) -> Any:
        result = np.exp(a)
        self.keep(result)
        return result

    def backward(self, grad: Array) -> tuple[Array, ...]:
        (result,) = self.saved()
        return (result * grad,)


class Log(Op):
    def forward(self, a: Array) -> Any:
        self.keep(a)
        return np.log(a)

    def backward(self, grad: Array) -> tuple[Array, ...]:
        (a,) = self.saved()
        return (grad / a,)


class Tanh(Op):
    def forward(self, a: Array) -> Any:
        result = np.tanh(a)
        self.keep(result)
        return result

    def backward(self, grad: Array) -> tuple[Array, ...]:
        (result,) = self.saved()
        return (grad - grad * result**2,)


class Sigmoid(Op):
    def forward(self, a: Array) -> Any:
        small = np.exp(-np.abs(a))
        result = np.where(a >= 0, 1.0, small) / (1.0 + small)
        self.keep(result)
        return result

    def backward(self, grad: Array) -> tuple[Array, ...]:
        (result,) = self.saved()
        return (grad * result * (1.0 - result),)


class Relu(Op):
    def forward(self, a: Array) -> Any:
        result = np.where(a > 0, a, 0.0)
        self.keep(result)
        return result

    def backward(self, grad: Array) -> tuple[Array, ...]:
        (result,) = self.saved()
        return (np.where(result > 0, grad, 0.0),)


class Sum(Op):
    dim: Any
    keepdim: bool

    def forward(self, a: Array) -> Any:
        return np.sum(a, axis=self.dim, keepdims=self.keepdim)

    def backward(self, grad: Array) -> tuple[Array, ...]:
        (shape,) = self.shapes
        gone = range(len(shape)) if self.dim is None else np.atleast_1d(self.dim)
        lost = {int(axis) % len(shape) for axis in gone}
        short = tuple(1 if axis in lost else length for axis, length in enumerate(shape))
        return (grad.reshape(short) + np.zeros(shape),)


class Mean(Sum):
    def forward(self, a: Array) -> Any:
        return np.mean(a, axis=self.dim, keepdims=self.keepdim)

    def backward(self, grad: Array) -> tuple[Array, ...]:
        (spread,) = super().backward(grad)
        how_many = spread.size // grad.size
        return (spread / how_many,)


class Transpose(Op):
    dims: tuple[int, int]

    def forward(self, a: Array) -> Any:
        return np.swapaxes(a, *self.dims)

    def backward(self, grad: Array) -> tuple[Array, ...]:
        return (np.swapaxes(grad, *self.dims),)


class Pick(Op):
    index: Any

    def forward(self, a: Array) -> Any:
        index = self.index if isinstance(self.index, tuple) else (self.index,)
        return a[index] if Ellipsis in map(type, index) or a[index].ndim else a[(*index, ...)]

    def backward(self, grad: Array) -> tuple[Array, ...]:
        (shape,) = self.shapes
        result = np.zeros(shape)
        np.add.at(result, self.index, grad)
        return (result,)


class MatMul(Op):
    def forward(self, a: Array, b: Array) -> Any:
        self.keep(a, b)
        return a @ b

    def backward(self, grad: Array) -> tuple[Array, ...]:
        a, b = self.saved()
        rows = a.reshape(-1, a.shape[-1])
        columns = b.reshape(b.shape[0], -1)
        grad = grad.reshape(len(rows), -1)
        return (grad @ columns.T).reshape(a.shape), (rows.T @ grad).reshape(b.shape)


class Look(Op):
    """Look at the same memory with another shape and other strides."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def forward(self, a: Array) -> Any:
        in_bytes = [step * a.itemsize for step in self.strides]
        return np.lib.stride_tricks.as_strided(a, self.shape, in_bytes)

    def backward(self, grad: Array) -> tuple[Array, ...]:
        return (grad.reshape(self.shapes[0]),)


class Copy(Op):
    """Copy the elements into memory in their order."""

    def forward(self, a: Array) -> Any:
        return np.array(a, order="C")

    def backward(self, grad: Array) -> tuple[Array, ...]:
        return (grad,)


# ------------------------------------------------------------------------------------------------- tensors


class Subscription:
    """A hook in the list that it is called from; `remove` takes it out."""

    def __init__(self, everybody: list[Subscription], function: Callable[[Tensor], Any]) -> None:
        self.everybody = everybody
        self.function = function
        everybody.append(self)

    def remove(self) -> None:
        """Take the hook out of the list."""
        if self in self.everybody:
            self.everybody.remove(self)


class Tensor:
    """An array with a place for its gradient."""

    def __init__(self, data: Any, requires_grad: bool = False, grad_fn: Op | None = None) -> None:
        self.data = np.asarray(data)
        if requires_grad and not np.issubdtype(self.data.dtype, np.floating):
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        self.requires_grad = requires_grad
        self.grad_fn = grad_fn
        self.gradient: Tensor | None = None
        self.retains_grad = False
        self.callbacks: list[Subscription] = []

    shape = property(lambda self: self.data.shape)
    is_leaf = property(lambda self: self.grad_fn is None)

    def dim(self) -> int:
        return self.data.ndim

    def numel(self) -> int:
        return self.data.size

    def item(self) -> Any:
        return self.data.item()

    def detach(self) -> Tensor:
        return Tensor(self.data)

    def __repr__(self) -> str:
        return f"tensor({self.data.tolist()})"

    def destination(self) -> Op | Tensor | None:
        """Say where a gradient of this tensor goes."""
        if not self.requires_grad:
            return None
        return self.grad_fn or self

    # ------------------------------------------------------------------------------------------- gradients

    @property
    def grad(self) -> Tensor | None:
        """The gradient, if one is kept here."""
        if not (self.is_leaf or self.retains_grad):
            warnings.warn(
                "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute "
                "won't be populated during autograd.backward(). If you indeed want the .grad field to be populated "
                "for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf "
                "Tensor by mistake, make sure you access the leaf Tensor instead. See "
                "github.com/pytorch/pytorch/pull/30531 for more information.",
                UserWarning,
                stacklevel=2,
            )
        return self.gradient

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        self.gradient = value

    def backward(self, gradient: Tensor | None = None, retain_graph: bool = False) -> None:
        """Read the tape backwards from here."""
        grad = first_gradient(self, gradient)
        if self.grad_fn is None:
            arrive_at_leaf(self, grad)
        else:
            play_back(self.grad_fn, grad, retain_graph)

    def retain_grad(self) -> None:
        """Ask for the gradient of a result."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if self.grad_fn is None:
            return
        self.retains_grad = True
        self.grad_fn.retainer = ref(self)

    def register_hook(self, hook: Callable[[Tensor], Any]) -> Subscription:
        """Call a function with the gradient of this tensor when all of it is there."""
        if not self.requires_grad:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        owner = self if self.grad_fn is None else self.grad_fn
        return Subscription(owner.callbacks, hook)

    # ------------------------------------------------------------------------------------------ operations

    def __add__(self, other: Any) -> Tensor:
        return Add.of(self, other)

    def __radd__(self, other: Any) -> Tensor:
        return Add.of(other, self)

    def __sub__(self, other: Any) -> Tensor:
        return Sub.of(self, other)

    def __rsub__(self, other: Any) -> Tensor:
        return Sub.of(other, self)

    def __mul__(self, other: Any) -> Tensor:
        return Mul.of(self, other)

    def __rmul__(self, other: Any) -> Tensor:
        return Mul.of(other, self)

    def __truediv__(self, other: Any) -> Tensor:
        return Div.of(self, other)

    def __rtruediv__(self, other: Any) -> Tensor:
        return Div.of(other, self)

    def __matmul__(self, other: Any) -> Tensor:
        return MatMul.of(self, other)

    def __pow__(self, exponent: float) -> Tensor:
        return Pow.of(self, exponent=exponent)

    def __neg__(self) -> Tensor:
        return Neg.of(self)

    def exp(self) -> Tensor:
        return Exp.of(self)

    def log(self) -> Tensor:
        return Log.of(self)

    def tanh(self) -> Tensor:
        return Tanh.of(self)

    def sigmoid(self) -> Tensor:
        return Sigmoid.of(self)

    def relu(self) -> Tensor:
        return Relu.of(self)

    def sum(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        return Sum.of(self, dim=dim, keepdim=keepdim)

    def mean(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        return Mean.of(self, dim=dim, keepdim=keepdim)

    def transpose(self, dim0: int, dim1: int) -> Tensor:
        return Transpose.of(self, dims=(dim0, dim1))

    def t(self) -> Tensor:
        return self.transpose(0, self.dim() - 1) if self.dim() else self.view(())

    def __getitem__(self, index: Any) -> Tensor:
        return Pick.of(self, index=index)

    # ---------------------------------------------------------------------------------------------- memory

    def stride(self) -> tuple[int, ...]:
        """Return how many elements one step in each dimension passes."""
        return tuple(step // self.data.itemsize for step in self.data.strides)

    def is_contiguous(self) -> bool:
        """Say whether the elements lie in their order, without gaps."""
        passed = 1
        for length, step in zip(self.shape[::-1], self.stride()[::-1], strict=True):
            if length > 1 and step != passed:
                return False
            passed *= length
            if passed == 0:
                return True
        return True

    def view(self, *shape: Any) -> Tensor:
        """Look at the same memory in another shape."""
        wanted = complete(plain(shape), self.numel())
        strides = find_strides(self, wanted)
        if strides is None:
            raise RuntimeError(
                "view size is not compatible with input tensor's size and stride (at least one dimension spans "
                "across two contiguous subspaces). Use .reshape(...) instead."
            )
        return Look.of(self, shape=wanted, strides=strides)

    def reshape(self, *shape: Any) -> Tensor:
        """View it in another shape, or a copy of it."""
        wanted = complete(plain(shape), self.numel())
        strides = find_strides(self, wanted)
        if strides is not None:
            return Look.of(self, shape=wanted, strides=strides)
        return Look.of(Copy.of(self), shape=wanted, strides=strides_in_order(wanted))

    def contiguous(self) -> Tensor:
        """Return the tensor itself, or a copy that lies in order."""
        return self if self.is_contiguous() else Copy.of(self)

    # -------------------------------------------------------------------------------------------- in place

    def overwrite(self, numbers: Any) -> Tensor:
        """Put other numbers into this memory."""
        if self.is_leaf and self.requires_grad and not TAPE.paused:
            raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
        np.copyto(self.data, numbers)
        return self

    def sub_(self, other: Any, alpha: float = 1.0) -> Tensor:
        return self.overwrite(self.data - alpha * numbers_of(other))

    def mul_(self, other: Any) -> Tensor:
        return self.overwrite(self.data * numbers_of(other))

    def zero_(self) -> Tensor:
        return self.overwrite(0.0)

    __isub__ = sub_
    __imul__ = mul_


def numbers_of(value: Any) -> Any:
    """Return the array of a tensor; leave a number alone."""
    return value.data if isinstance(value, Tensor) else value


# ------------------------------------------------------------------------------------------------ backward


def first_gradient(output: Tensor, gradient: Tensor | None) -> Array:
    """Return what backward starts with."""
    if gradient is not None and gradient.shape != output.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[0] has a shape of torch.Size({list(gradient.shape)}) and "
            f"output[0] has a shape of torch.Size({list(output.shape)})."
        )
    if not output.requires_grad:
        raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
    if gradient is not None:
        return gradient.data
    if output.numel() != 1:
        raise RuntimeError("grad can be implicitly created only for scalar outputs")
    return np.ones_like(output.data)


def play_back(last: Op, grad: Array, retain_graph: bool) -> None:
    """Visit the tape from `last` to its beginning, and bring the leaves what has added up."""
    pending: dict[Op | Tensor, Array] = {last: grad}
    for place in TAPE.backwards_from(last.place):
        op = TAPE.entries.get(place)
        if op is None or op not in pending:
            continue
        grad = passing(op, pending.pop(op))
        op.saved()
        for source, part, shape in zip(op.sources, op.backward(grad), op.shapes, strict=True):
            if source is None:
                continue
            part = shrink_to(part, shape)
            pending[source] = pending[source] + part if source in pending else part
        if not retain_graph:
            op.give_up()
    for leaf, total in pending.items():
        arrive_at_leaf(leaf, total)


def shrink_to(grad: Array, shape: tuple[int, ...]) -> Array:
    """Add up what broadcasting has repeated, one dimension at a time."""
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, length in enumerate(shape):
        if length == 1 and grad.shape[axis] != 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


def notify(callbacks: list[Subscription], grad: Array) -> Array:
    """Call the hooks one after the other; each may hand on another gradient."""
    for callback in tuple(callbacks):
        changed = callback.function(Tensor(grad))
        if changed is not None:
            grad = changed.data
    return grad


def passing(op: Op, grad: Array) -> Array:
    """Show the gradient of a result to those who asked for it."""
    grad = notify(op.callbacks, grad)
    result = op.retainer() if op.retainer else None
    if result is not None:
        before = 0.0 if result.gradient is None else result.gradient.data
        result.gradient = Tensor(before + grad)
    return grad


def arrive_at_leaf(leaf: Tensor, grad: Array) -> None:
    """Add to the gradient of a leaf."""
    grad = notify(leaf.callbacks, grad)
    if leaf.gradient is None:
        leaf.gradient = Tensor(grad.copy())
    else:
        np.add(leaf.gradient.data, grad, out=leaf.gradient.data)


# -------------------------------------------------------------------------------------------------- shapes


def plain(shape: tuple[Any, ...]) -> tuple[int, ...]:
    """Accept f(2, 3) and f((2, 3))."""
    if len(shape) == 1 and not isinstance(shape[0], int):
        return tuple(shape[0])
    return shape


def complete(shape: tuple[int, ...], count: int) -> tuple[int, ...]:
    """Put a length in the place of -1, and see whether the shape holds `count` elements."""
    product, unknown = 1, []
    for place, length in enumerate(shape):
        if length == -1:
            unknown.append(place)
        else:
            product *= length
    if len(unknown) > 1:
        raise RuntimeError("only one dimension can be inferred")
    result = list(shape)
    if unknown and product and count % product == 0:
        result[unknown[0]] = count // product
        product = count
    if product != count or -1 in result:
        raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {count}")
    return tuple(result)


def strides_in_order(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the strides of a tensor whose elements lie in their order, without gaps."""
    strides: list[int] = []
    step = 1
    for length in reversed(shape):
        strides.insert(0, step)
        step *= length
    return tuple(strides)


def find_strides(tensor: Tensor, wanted: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return the strides with which `wanted` looks at the memory of the tensor, or None if there are none.

    Number the places in memory where the elements lie, one after the other, and write these numbers down in the
    wanted shape. Strides exist if each dimension goes on by the same step everywhere.
    """
    if tensor.is_contiguous():
        return strides_in_order(wanted)
    places = np.zeros((), dtype=int)
    for length, step in zip(tensor.shape, tensor.stride(), strict=True):
        places = places[..., None] + step * np.arange(length)
    places = places.reshape(wanted)
    strides: list[int] = []
    behind = int(places.flat[-1] - places.flat[-2])
    for axis in reversed(range(len(wanted))):
        if wanted[axis] > 1:
            jumps = np.unique(np.diff(places, axis=axis))
            if len(jumps) > 1:
                return None
            behind = int(jumps[0])
        strides.insert(0, behind)
        behind *= wanted[axis]
    return tuple(strides)


# ------------------------------------------------------------------------------------------------ training


class SGD:
    """Gradient descent with a fixed rate."""

    def __init__(self, params: Iterable[Tensor], lr: float = 1e-3) -> None:
        self.params = list(params)
        self.lr = lr

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Clear the gradients of the parameters."""
        for param in self.params:
            if param.grad is None:
                continue
            if set_to_none:
                param.grad = None
            else:
                param.grad.zero_()

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change the parameters by their gradients; return the loss of the closure."""
        loss = self.evaluate(closure) if closure else None
        with no_grad():
            for param in self.params:
                if param.grad is not None:
                    param -= self.lr * param.grad
        return loss

    def evaluate(self, closure: Callable[[], Any]) -> Any:
        """Compute the loss, recorded whatever was before."""
        with enable_grad():
            return closure()


class Optimizers:
    """What programs find as torch.optim."""

    SGD: ClassVar[type[SGD]] = SGD


optim = Optimizers


def tensor(data: Any, requires_grad: bool = False) -> Tensor:
    """Make a leaf from a copy of the numbers."""
    return Tensor(np.array(data), requires_grad=requires_grad)


def zeros(*shape: Any, requires_grad: bool = False) -> Tensor:
    """Make a leaf of zeros."""
    return Tensor(np.zeros(plain(shape)), requires_grad=requires_grad)


def ones(*shape: Any, requires_grad: bool = False) -> Tensor:
    """Make a leaf of ones."""
    return Tensor(np.ones(plain(shape)), requires_grad=requires_grad)


def exp(x: Tensor) -> Tensor:
    return x.exp()


def log(x: Tensor) -> Tensor:
    return x.log()


def tanh(x: Tensor) -> Tensor:
    return x.tanh()


def sigmoid(x: Tensor) -> Tensor:
    return x.sigmoid()


def relu(x: Tensor) -> Tensor:
    return x.relu()
