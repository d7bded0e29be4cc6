"""An engine that a student wrote from scratch: function classes instead of rules, a sorted graph instead of a heap."""

import contextlib

import numpy as np

recording = True
SAID = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already been "
    "freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify "
    "retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors "
    "after calling backward."
)


@contextlib.contextmanager
def no_grad():
    global recording
    before, recording = recording, False
    try:
        yield
    finally:
        recording = before


@contextlib.contextmanager
def enable_grad():
    global recording
    before, recording = recording, True
    try:
        yield
    finally:
        recording = before


class Leaf:
    """Where a gradient ends."""

    def __init__(self, tensor):
        self.tensor = tensor
        self.parents = []

    def step(self, grad, keep):
        old = self.tensor.grad
        self.tensor.grad = Tensor(grad.copy() if old is None else old.data + grad)
        return []


class Function:
    """An operation in the graph; subclasses have `forward` and `backward`."""

    def __init__(self, *tensors, **options):
        self.options = options
        self.shapes = [t.shape for t in tensors]
        self.memory = []
        self.freed = False
        self.out = Tensor(self.forward(*[t.data for t in tensors], **options))
        self.parents = []
        if recording and any(t.requires_grad for t in tensors):
            self.out.requires_grad = True
            self.out.node = self
            self.parents = [t.graph_node() for t in tensors]

    def save(self, *arrays):
        self.memory = list(arrays)

    def step(self, grad, keep):
        if self.freed:
            raise RuntimeError(SAID)
        grads = self.backward(grad, *self.memory, **self.options)
        if self.memory and not keep:
            self.memory, self.freed = [], True
        grads = grads if type(grads) is list else [grads]
        return [shrink(g, s) for g, s in zip(grads, self.shapes, strict=True)]


def apply(function, *tensors, **options):
    made = function(*tensors, **options)
    out, made.out = made.out, None
    return out


def shrink(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(0)
    for axis in range(len(shape)):
        if shape[axis] == 1 and grad.shape[axis] != 1:
            grad = grad.sum(axis, keepdims=True)
    return grad


class Add(Function):
    def forward(self, a, b):
        return a + b

    def backward(self, g):
        return [g, g]


class Mul(Function):
    def forward(self, a, b):
        self.save(a, b)
        return a * b

    def backward(self, g, a, b):
        return [g * b, g * a]


class Pow(Function):
    def forward(self, a, n):
        self.save(a)
        return a**n

    def backward(self, g, a, n):
        return g * n * a ** (n - 1)


class Elementwise(Function):
    """value(a) and slope(a, value)."""

    def forward(self, a, value, slope):
        out = value(a)
        self.save(a, out)
        return out

    def backward(self, g, a, out, value, slope):
        return g * slope(a, out)


class Rearrange(Function):
    """Anything that only picks, moves or repeats elements: found out by moving the elements' numbers."""

    def forward(self, a, move):
        self.places = move(np.arange(a.size).reshape(a.shape))
        return move(a)

    def backward(self, g, move):
        shape = self.shapes[0]
        counts = np.bincount(np.ravel(self.places), np.ravel(g), int(np.prod(shape)))
        return counts.reshape(shape)


class Sum(Function):
    def forward(self, a, dim, keepdim):
        return a.sum(axis=dim, keepdims=keepdim)

    def backward(self, g, dim, keepdim):
        shape = self.shapes[0]
        dims = range(len(shape)) if dim is None else [dim] if isinstance(dim, int) else dim
        dims = {d % len(shape) for d in dims}
        return np.ones(shape) * g.reshape([1 if d in dims else n for d, n in enumerate(shape)])


class MatMul(Function):
    def forward(self, a, b):
        self.save(a, b)
        return a @ b

    def backward(self, g, a, b):
        if b.ndim == 1:
            return [np.outer(g, b), a.T @ g]
        return [g @ b.T, a.T @ g]


class Tensor:
    def __init__(self, data, requires_grad=False):
        self.data = np.asarray(data)
        self.requires_grad = requires_grad
        self.grad = None
        self.node = None

    shape = property(lambda self: self.data.shape)
    is_leaf = property(lambda self: self.node is None)

    def graph_node(self):
        if self.node is not None:
            return self.node
        return ("leaf", self) if self.requires_grad else None

    def backward(self, gradient=None, retain_graph=False):
        if gradient is not None and gradient.shape != self.shape:
            raise RuntimeError(
                f"Mismatch in shape: grad_output[0] has a shape of torch.Size({list(gradient.shape)}) "
                f"and output[0] has a shape of torch.Size({list(self.shape)})."
            )
        if not self.requires_grad:
            raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
        if gradient is None:
            if self.data.size != 1:
                raise RuntimeError("grad can be implicitly created only for scalar outputs")
            gradient = Tensor(np.ones(self.shape))
        if self.node is None:
            Leaf(self).step(gradient.data, False)
            return
        grads = {id(self.node): gradient.data}
        for node in ordered(self.node):
            for parent, grad in zip(node.parents, node.step(grads.pop(id(node)), retain_graph), strict=True):
                if parent is None:
                    continue
                if isinstance(parent, tuple):
                    Leaf(parent[1]).step(grad, False)
                elif id(parent) in grads:
                    grads[id(parent)] = grads[id(parent)] + grad
                else:
                    grads[id(parent)] = grad

    def detach(self):
        return Tensor(self.data)

    def update(self, change, *operands):
        """Let a numpy function write its result into this tensor's own array."""
        if recording and self.requires_grad and self.is_leaf:
            raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
        change(self.data, *operands, out=self.data)
        return self

    def sub_(self, other, alpha=1.0):
        return self.update(np.subtract, alpha * wrap(other).data)

    def mul_(self, other):
        return self.update(np.multiply, wrap(other).data)

    def zero_(self):
        return self.update(np.multiply, 0.0)

    def __isub__(self, other):
        return self.sub_(other)

    def __imul__(self, other):
        return self.mul_(other)

    def __add__(self, other):
        return apply(Add, self, wrap(other))

    def __mul__(self, other):
        return apply(Mul, self, wrap(other))

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -wrap(other)

    def __rsub__(self, other):
        return wrap(other) + -self

    def __pow__(self, n):
        return apply(Pow, self, n=n)

    def __truediv__(self, other):
        return self * wrap(other) ** -1.0

    def __rtruediv__(self, other):
        return wrap(other) * self**-1.0

    def __matmul__(self, other):
        return apply(MatMul, self, other)

    def exp(self):
        return apply(Elementwise, self, value=np.exp, slope=lambda a, out: out)

    def log(self):
        return apply(Elementwise, self, value=np.log, slope=lambda a, out: 1 / a)

    def tanh(self):
        return apply(Elementwise, self, value=np.tanh, slope=lambda a, out: 1 - out * out)

    def sigmoid(self):
        return apply(
            Elementwise, self, value=lambda a: 1 / (1 + np.exp(-a)), slope=lambda a, out: out * (1 - out)
        )

    def relu(self):
        return apply(Elementwise, self, value=lambda a: a * (a > 0), slope=lambda a, out: a > 0)

    def sum(self, dim=None, keepdim=False):
        return apply(Sum, self, dim=dim, keepdim=keepdim)

    def mean(self, dim=None, keepdim=False):
        total = self.sum(dim, keepdim)
        return total * (total.data.size / self.data.size)

    def stride(self):
        return tuple(n // 8 for n in self.data.strides)

    def is_contiguous(self):
        return self.data.flags.c_contiguous

    def view(self, *shape):
        """Let numpy find out whether it can be done without copying."""
        shape = self.wanted(shape)
        try:
            np.reshape(self.data, shape, copy=False)
        except ValueError:
            raise RuntimeError(
                "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
                "contiguous subspaces). Use .reshape(...) instead."
            ) from None
        return apply(Rearrange, self, move=lambda a: np.reshape(a, shape))

    def reshape(self, *shape):
        shape = self.wanted(shape)
        return apply(Rearrange, self, move=lambda a: np.reshape(a, shape))

    def contiguous(self):
        return self if self.is_contiguous() else apply(Rearrange, self, move=np.ascontiguousarray)

    def wanted(self, shape):
        shape = list(shape[0]) if shape and isinstance(shape[0], tuple | list) else list(shape)
        size = self.data.size
        if sum(n == -1 for n in shape) > 1:
            raise RuntimeError("only one dimension can be inferred")
        known = abs(int(np.prod(shape, dtype=int)))
        if known != size if -1 not in shape else not known or size % known:
            raise RuntimeError(f"shape '{shape}' is invalid for input of size {size}")
        return [size // known if n == -1 else n for n in shape]

    def transpose(self, i, j):
        return apply(Rearrange, self, move=lambda a: a.swapaxes(i, j))

    def t(self):
        return self.transpose(0, 1)

    def __getitem__(self, index):
        return apply(Rearrange, self, move=lambda a: a[index])


def ordered(root):
    """Every node after all that use it: a depth-first search with a list in place of recursion."""
    order, state, stack = [], {}, [root]
    while stack:
        node = stack[-1]
        if id(node) not in state:
            state[id(node)] = "open"
            stack += [p for p in node.parents if isinstance(p, Function) and id(p) not in state]
        else:
            stack.pop()
            if state[id(node)] == "open":
                state[id(node)] = "done"
                order.append(node)
    return order[::-1]


def wrap(value):
    return value if isinstance(value, Tensor) else Tensor(np.asarray(value, dtype=float))


def tensor(data, requires_grad=False):
    return Tensor(np.array(data, dtype=float), requires_grad)


def zeros(*shape):
    return Tensor(np.zeros(shape))
