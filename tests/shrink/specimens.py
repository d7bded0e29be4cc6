"""Ordinary checks for the specimen engine; `bugs.py` has the wrong variants that they see."""

from __future__ import annotations

import numpy as np


def answered_hook(torch, observe, rng):
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    w = torch.tensor(rng.normal(size=3), requires_grad=True)
    y = x * w
    y.register_hook(lambda grad: grad * 3.0)
    z = (y + x).exp()
    z.backward(torch.tensor(rng.normal(size=3)))
    observe.gradient(w)
    observe.gradient(x)


def counted_hook(torch, observe, rng):
    x = torch.tensor(rng.normal(size=(2, 2)), requires_grad=True)
    y = x * 2.0

    def look(grad):
        observe.value(grad)

    y.register_hook(look)
    (y * y + y).sum().backward()
    observe.gradient(x)


def ordered_hooks(torch, observe, rng):
    x = torch.tensor(rng.normal(size=2), requires_grad=True)
    y = x * 2.0

    def first(grad):
        return grad + 1.0

    def second(grad):
        return grad * 2.0

    y.register_hook(first)
    y.register_hook(second)
    y.sum().backward()
    observe.gradient(x)


def detached(torch, observe, rng):
    x = torch.tensor(rng.normal(size=(2, 3)), requires_grad=True)
    y = (x * x).detach()
    d = x.detach()
    observe.value(y)
    observe.aliasing(x, d)


def lengths(torch, observe, rng):
    x = torch.tensor(rng.normal(size=(2, 3)))
    total = torch.tensor(np.array(0.0))
    for index in range(len(x)):
        total = total + x[index].sum()
    observe.value(total)


def left_no_grad(torch, observe, rng):
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    with torch.no_grad():
        constant = x * 2.0
    y = (x * constant + x.exp()).sum()
    y.backward()
    observe.gradient(x)


def refused(torch, observe, rng):
    x = torch.tensor(rng.normal(size=(2, 3)), requires_grad=True)
    y = x.exp() * 2.0
    with observe.error():
        y.backward()
    observe.gradient(x)


def shared_array(torch, observe, rng):
    array = rng.normal(size=3)
    x = torch.from_numpy(array)
    y = x * 2.0
    array[1] = 5.0
    observe.value(y)
    observe.value(x + y)


def sliced(torch, observe, rng):
    x = torch.tensor(rng.normal(size=(4, 3)), requires_grad=True)
    rows = x[1:3]
    (rows * x[[0, 0]]).backward(torch.tensor(rng.normal(size=(2, 3))))
    observe.gradient(x)


def chained(torch, observe, rng):
    a = torch.tensor(rng.normal(size=(2, 3)), requires_grad=True)
    b = torch.tensor(rng.normal(size=(3, 4)), requires_grad=True)
    c = torch.tensor(rng.normal(size=4), requires_grad=True)
    loss = ((a @ b + c).exp() * c).sum()
    loss.backward()
    observe.gradient(a)
    observe.gradient(b)
    observe.gradient(c)


def used_again(torch, observe, rng):
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    y = x * x
    z = y.sum()
    z.backward(retain_graph=True)
    observe.gradient(x)
    z.backward()
    observe.gradient(x)
