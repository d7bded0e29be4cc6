"""The hidden checks of `backward`: the same rules in situations that the public checks do not show."""

from __future__ import annotations

import numpy as np

from gradlab import check


# --- 2.1 Both ends of backward ---------------------------------------------------------------------------
@check(task="2.1", points=0.5)
def nothing_to_send_back(torch, observe, rng):
    """Backward from a tensor that requires no gradient is refused."""
    for shape in [(), (3,)]:
        constant = torch.tensor(rng.normal(size=shape))
        with observe.error():
            constant.backward()
        with observe.error():
            constant.backward(torch.tensor(rng.normal(size=shape)))
    with observe.error():
        constant.backward(torch.tensor(rng.normal(size=2)))
    observe.gradient(constant)


# --- 2.2 Walk the graph ----------------------------------------------------------------------------------
@check(task="2.2", points=0.5)
def any_graph(torch, observe, rng):
    """Graphs drawn at random."""
    leaves = [torch.tensor(rng.uniform(-1.0, 1.0, size=2), requires_grad=True) for _ in range(3)]
    tensors = list(leaves)
    for _ in range(12):
        # The last one is always used, so that all of them matter; the other may be any, so that some are shared.
        a, b, kind = tensors[-1], tensors[rng.integers(len(tensors))], rng.integers(3)
        tensors.append([a + b, a * b, -a + b * 0.5][kind])  # never a - a, which hides what went before
    z = tensors[-1] + leaves[0]  # `+` hands the same array to both of its inputs, and adding to it would show
    gradient = torch.tensor(rng.normal(size=2))
    ((z + leaves[1] * 0.5) + z).backward(gradient)
    for leaf in leaves:
        observe.gradient(leaf)
    observe.value(gradient)


@check(task="2.2", points=0.5, timeout=3.0)
def more_paths_than_atoms(torch, observe, rng):
    """A node is run once, however many paths lead through it."""
    x = torch.tensor(rng.normal(size=()), requires_grad=True)
    y = x
    for _ in range(30):
        y = (y + y) * 0.5
    y.backward()
    observe.gradient(x)


# --- 2.3 The chain rule, function by function ------------------------------------------------------------
@check(task="2.3", points=1)
def functions_of_functions(torch, observe, rng):
    """The rules fit into each other."""
    x = torch.tensor(rng.uniform(0.5, 1.5, size=(2, 2)), requires_grad=True)
    signs = np.array([[1.0, -1.0], [-1.0, 1.0]])  # relu must see both
    y = torch.tensor(signs * rng.uniform(0.3, 1.5, size=(2, 2)), requires_grad=True)
    z = (x.log() - y.tanh()) / (y.exp() + x**2) + (x * y).sigmoid() ** 2 * (y - 0.1).relu()
    z.backward(torch.tensor(rng.normal(size=(2, 2))))
    observe.gradient(x)
    observe.gradient(y)


@check(task="2.3", points=1)
def numbers_on_the_left(torch, observe, rng):
    """A number minus, and divided by, a tensor; a parabola."""
    x = torch.tensor(rng.uniform(0.5, 1.5, size=()), requires_grad=True)
    y = torch.tensor(rng.normal(size=2), requires_grad=True)
    (2.0 - y).backward(torch.tensor(rng.normal(size=2)))
    observe.gradient(y)
    (3.0 / x).backward(torch.tensor(rng.normal(size=())))
    observe.gradient(x)
    z = torch.tensor(rng.normal(size=()), requires_grad=True)
    (1.5 * z**2 - 2.0 * z + 1.0).backward()
    observe.gradient(z)


# --- 2.4 Sums, shapes and matrices -----------------------------------------------------------------------
@check(task="2.4", points=1)
def picked_more_than_once(torch, observe, rng):
    """An element that is picked several times gets the sum of its gradients."""
    x = torch.tensor(rng.normal(size=4), requires_grad=True)
    x[[2, 0, 2, 2]].backward(torch.tensor(rng.normal(size=4)))
    observe.gradient(x)
    y = torch.tensor(rng.normal(size=(3, 2)), requires_grad=True)
    (y[1:] * y[:2]).backward(torch.tensor(rng.normal(size=(2, 2))))
    observe.gradient(y)


@check(task="2.4", points=1)
def matrices_that_share_a_leaf(torch, observe, rng):
    """Products of transposed matrices, and of a matrix and a vector."""
    a = torch.tensor(rng.normal(size=(3, 2)), requires_grad=True)
    v = torch.tensor(rng.normal(size=3), requires_grad=True)
    (a.t() @ a).backward(torch.tensor(rng.normal(size=(2, 2))))
    observe.gradient(a)
    b = torch.tensor(rng.normal(size=(3, 2)), requires_grad=True)
    (b.t() @ v).backward(torch.tensor(rng.normal(size=2)))
    observe.gradient(b)
    observe.gradient(v)


@check(task="2.4", points=1)
def reductions_of_odd_shapes(torch, observe, rng):
    """Several dimensions at once, the last one, and a scalar."""
    x = torch.tensor(rng.normal(size=(2, 3, 4)), requires_grad=True)
    x.mean(dim=(0, 2)).backward(torch.tensor(rng.normal(size=3)))
    observe.gradient(x)
    y = torch.tensor(rng.normal(size=(2, 3, 4)), requires_grad=True)
    z = y.sum(dim=-1).transpose(0, 1).reshape(-1).mean(dim=0, keepdim=True)
    z.backward(torch.tensor(rng.normal(size=1)))
    observe.gradient(y)
    scalar = torch.tensor(rng.normal(size=()), requires_grad=True)
    scalar.mean().backward(torch.tensor(rng.normal(size=())))
    observe.gradient(scalar)


# --- 2.5 Undo broadcasting -------------------------------------------------------------------------------
@check(task="2.5", points=1)
def in_front_and_stretched(torch, observe, rng):
    """Dimensions in front and stretched ones at once, in both inputs."""
    a = torch.tensor(rng.normal(size=(2, 1, 3)), requires_grad=True)
    b = torch.tensor(rng.uniform(0.5, 2.0, size=(4, 1)), requires_grad=True)
    (a / b).backward(torch.tensor(rng.normal(size=(2, 4, 3))))
    observe.gradient(a)
    observe.gradient(b)
    one = torch.tensor(rng.normal(size=1), requires_grad=True)
    scalar = torch.tensor(rng.normal(size=()), requires_grad=True)
    (one - scalar).backward(torch.tensor(rng.normal(size=1)))
    observe.gradient(one)
    observe.gradient(scalar)


@check(task="2.5", points=1)
def against_itself(torch, observe, rng):
    """A tensor that is broadcast against itself."""
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    y = (x.reshape(3, 1) - x) ** 2 * x.sum()
    y.backward(torch.tensor(rng.normal(size=(3, 3))))
    observe.gradient(x)


# --- 2.6 Release what was saved --------------------------------------------------------------------------
@check(task="2.6", points=0.5)
def kept_and_given_back(torch, observe, rng):
    """The memory of a graph is given back to the system."""
    column = torch.tensor(rng.uniform(0.5, 1.0, size=(64, 1)))
    row = torch.tensor(rng.uniform(0.5, 1.0, size=2048))
    x = torch.tensor(rng.normal(size=(2, 64)), requires_grad=True)
    start = observe.memory()
    z = x.sum()
    for _ in range(6):
        z = z + (x @ (column * row)).sum()  # saves a matrix of 1 MB, and needs no other memory of that size
    built = observe.memory()
    z.backward(torch.tensor(rng.normal(size=())))
    observe.released(start, built)


@check(task="2.6", points=0.5)
def released_node_by_node(torch, observe, rng):
    """A part that two outputs share is released with the first of them."""
    x = torch.tensor(np.abs(rng.normal(size=3)) + 0.5, requires_grad=True)
    shared = x * x
    first = shared + x
    second = shared.log()
    held = observe.watch(shared)
    del shared
    first.backward(torch.tensor(rng.normal(size=3)))
    observe.gradient(x)
    with observe.error():
        second.backward(torch.tensor(rng.normal(size=3)))
    observe.freed(held)
    observe.gradient(x)
