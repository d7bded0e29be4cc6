"""A small right engine, as a good student would hand it in. Wrong variants are made by changing its lines."""

import numpy as np

_enabled = True


class no_grad:
    def __enter__(self):
        global _enabled
        self.before, _enabled = _enabled, False

    def __exit__(self, *error):
        global _enabled
        _enabled = self.before


class Tensor:
    def __init__(self, data, requires_grad=False, parents=(), backward=None):
        self.data = np.array(data)
        self.requires_grad = requires_grad
        self.grad = None
        self.parents, self.rule, self.hooks, self.used = parents, backward, [], False

    @property
    def shape(self):
        return self.data.shape

    @property
    def is_leaf(self):
        return not self.parents

    def detach(self):
        return Tensor(self.data)

    def numpy(self):
        return self.data

    def item(self):
        return self.data.item()

    def __len__(self):
        return len(self.data)

    def __float__(self):
        return float(self.data)

    def __add__(self, other):
        return record(np.add, lambda g, a, b: (g, g), self, other)

    def __mul__(self, other):
        return record(np.multiply, lambda g, a, b: (g * b, g * a), self, other)

    __radd__ = __add__
    __rmul__ = __mul__

    def __sub__(self, other):
        return self + -1.0 * wrap(other)

    def __matmul__(self, other):
        return record(np.matmul, lambda g, a, b: (g @ b.T, a.T @ g), self, other)

    def __getitem__(self, index):
        def rule(g, a):
            full = np.zeros_like(a)
            np.add.at(full, index, g)
            return (full,)

        return record(lambda a: a[index], rule, self)

    def exp(self):
        return record(np.exp, lambda g, a: (g * np.exp(a),), self)

    def sum(self):
        return record(np.sum, lambda g, a: (np.broadcast_to(g, a.shape),), self)

    def register_hook(self, hook):
        self.hooks.append(hook)

    def backward(self, gradient=None, retain_graph=False):
        if not self.requires_grad:
            raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
        if gradient is None and self.data.size != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        grads = {id(self): np.ones_like(self.data) if gradient is None else gradient.data}
        for node in order(self):
            g = grads.pop(id(node))
            for hook in node.hooks:
                answer = hook(Tensor(g))
                g = g if answer is None else answer.data
            if node.is_leaf:
                node.grad = Tensor(g if node.grad is None else node.grad.data + g)
                continue
            if node.used:
                raise RuntimeError("Trying to backward through the graph a second time. Use retain_graph.")
            node.used = not retain_graph
            for parent, part in zip(node.parents, node.rule(g, *(p.data for p in node.parents)), strict=True):
                if parent.requires_grad:
                    part = reduce_to(part, parent.shape)
                    grads[id(parent)] = grads[id(parent)] + part if id(parent) in grads else part
            if not retain_graph:
                node.parents = (Tensor(0.0),)  # what was saved is released


def order(root):
    done, seen = [], set()
    stack = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            done.append(node)
        elif id(node) not in seen and node.requires_grad:
            seen.add(id(node))
            stack.append((node, True))
            stack += [(parent, False) for parent in node.parents]
    return done[::-1]


def reduce_to(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, n in enumerate(shape):
        if n == 1 and g.shape[axis] != 1:
            g = g.sum(axis=axis, keepdims=True)
    return g


def wrap(value):
    return value if isinstance(value, Tensor) else Tensor(value)


def record(function, rule, *operands):
    parents = tuple(wrap(operand) for operand in operands)
    wanted = _enabled and any(parent.requires_grad for parent in parents)
    result = function(*(parent.data for parent in parents))
    return Tensor(result, wanted, parents if wanted else (), rule if wanted else None)


def tensor(data, requires_grad=False):
    return Tensor(data, requires_grad)


def from_numpy(array):
    made = Tensor(0.0)
    made.data = array
    return made
