"""The public checks of `zero_grad`. What is right is what the reference engine does; no check holds a number."""

from __future__ import annotations

import numpy as np

from gradlab import check


# --- 3.1 Change a tensor in place ------------------------------------------------------------------------
@check(
    task="3.1", points=1, help="Put the numbers into the array that is there: `tensor.data[...] = numbers`."
)
def changes_the_memory_that_is_there(torch, observe, rng):
    """Who shares a tensor's memory sees it change."""
    x = torch.tensor(rng.normal(size=(2, 3)).round(2))
    other = x.detach()
    x.sub_(torch.tensor(rng.normal(size=3).round(2)))
    observe.value(x)
    observe.value(other)
    x.mul_(-2.0)
    observe.value(other)
    observe.aliasing(x, other)


@check(
    task="3.1",
    points=1,
    help="Recording is on, x is a leaf and requires a gradient: raise, and change nothing.",
)
def refuses_a_leaf_while_recording(torch, observe, rng):
    """A leaf that requires a gradient is not changed while recording is on."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    with observe.error():
        x.sub_(torch.tensor(rng.normal(size=3).round(2)))
    with observe.error():
        x.mul_(3.0)
    with observe.error():
        x.zero_()
    observe.value(x)


@check(task="3.1", points=1, help="Inside of no_grad() a leaf may be changed. It stays the leaf that it was.")
def changes_a_leaf_without_recording(torch, observe, rng):
    """Inside of no_grad a leaf may be changed, and stays one."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    (x * x).sum().backward()
    before = x
    with torch.no_grad():
        x -= 0.25 * x.grad
    observe.value(x)
    observe.flags(x)
    observe.gradient(x)
    observe.same(before, x)


@check(
    task="3.1",
    points=1,
    help="A gradient is a tensor like others, and requires none itself: it may be changed.",
)
def changes_a_gradient(torch, observe, rng):
    """A gradient can be scaled and set to zero by hand, and the next backward adds to it."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    cotangents = [torch.tensor(rng.normal(size=3).round(2)) for _ in range(3)]
    (x * x).backward(cotangents[0])
    x.grad.mul_(0.5)
    observe.gradient(x)
    (x * x).backward(cotangents[1])
    observe.gradient(x)
    x.grad.zero_()
    observe.gradient(x)
    (x * x).backward(cotangents[2])
    observe.gradient(x)


@check(
    task="3.1", points=1, help="Write w -= lr * w.grad inside of no_grad, and clear the gradient afterwards."
)
def descends_by_hand(torch, observe, rng):
    """A training loop without any optimizer."""
    inputs = torch.tensor(rng.normal(size=(4, 2)).round(2))
    targets = torch.tensor(rng.normal(size=4).round(2))
    w = torch.tensor(rng.normal(size=2).round(2), requires_grad=True)
    for _ in range(3):
        loss = ((inputs @ w - targets) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            w -= 0.1 * w.grad
        w.grad.zero_()
        observe.value(loss)
        observe.value(w)


# --- 3.2 Clear what has added up -------------------------------------------------------------------------
@check(
    task="3.2",
    points=1,
    help="zero_grad() without an argument sets .grad to None; the old gradient stays as it is.",
)
def clears_to_none(torch, observe, rng):
    """zero_grad sets gradients to None, and leaves alone who still holds one."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    y = torch.tensor(rng.normal(size=2).round(2), requires_grad=True)
    optimizer = torch.optim.SGD([x, y], lr=0.1)
    (x * x).sum().backward()
    (y * y).sum().backward()
    held = x.grad
    optimizer.zero_grad()
    observe.gradient(x)
    observe.gradient(y)
    observe.value(held)


@check(task="3.2", points=1, help="set_to_none=False writes zeros into the gradient that is there.")
def clears_to_zero(torch, observe, rng):
    """set_to_none=False fills the same gradient with zeros."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=0.1)
    (x * x).sum().backward()
    held = x.grad
    optimizer.zero_grad(set_to_none=False)
    observe.gradient(x)
    observe.value(held)
    observe.same(held, x.grad)


@check(
    task="3.2",
    points=1,
    help="A parameter that never had a gradient has nothing to clear. The others still have.",
)
def leaves_none_alone(torch, observe, rng):
    """A parameter without a gradient keeps None."""
    unused = torch.tensor(rng.normal(size=2).round(2), requires_grad=True)
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    optimizer = torch.optim.SGD([unused, x], lr=0.1)
    (x * x).sum().backward()
    optimizer.zero_grad(set_to_none=False)
    observe.gradient(unused)
    observe.gradient(x)


@check(task="3.2", points=1, help="Two backward calls add up; what comes after zero_grad starts anew.")
def starts_anew_after_clearing(torch, observe, rng):
    """Gradients add up from one clearing to the next."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=0.1)
    for set_to_none in (True, False):
        (x * 2.0).backward(torch.tensor(rng.normal(size=3).round(2)))
        (x * x).backward(torch.tensor(rng.normal(size=3).round(2)))
        observe.gradient(x)
        optimizer.zero_grad(set_to_none=set_to_none)
        (x * 3.0).backward(torch.tensor(rng.normal(size=3).round(2)))
        observe.gradient(x)
        observe.value(x)
        optimizer.zero_grad()


# --- 3.3 A step downhill ---------------------------------------------------------------------------------
@check(task="3.3", points=1, help="Each parameter becomes parameter - lr * gradient.")
def goes_downhill(torch, observe, rng):
    """A step subtracts lr times the gradient."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    y = torch.tensor(np.array(rng.uniform(1.0, 2.0, size=()).round(2)), requires_grad=True)
    optimizer = torch.optim.SGD([x, y], lr=0.3)
    ((x * x).sum() * y).backward()
    optimizer.step()
    observe.value(x)
    observe.value(y)


@check(
    task="3.3",
    points=1,
    help="Change the numbers in place, without recording: the same leaf in the same memory.",
)
def stays_the_same_leaf(torch, observe, rng):
    """A parameter is the same leaf, in the same memory, after a step."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    shared = x.detach()
    optimizer = torch.optim.SGD([x], lr=0.3)
    (x * x).sum().backward()
    optimizer.step()
    observe.value(shared)
    observe.flags(x)
    observe.aliasing(x, shared)


@check(
    task="3.3", points=1, help="Some parameters may have no gradient. Skip them, and go on with the next one."
)
def skips_what_has_no_gradient(torch, observe, rng):
    """A parameter without a gradient stays as it is, and those after it have their step."""
    x = torch.tensor(rng.normal(size=2).round(2), requires_grad=True)
    unused = torch.tensor(rng.normal(size=2).round(2), requires_grad=True)
    y = torch.tensor(rng.normal(size=2).round(2), requires_grad=True)
    optimizer = torch.optim.SGD([x, unused, y], lr=0.3)
    (x * y).sum().backward()
    optimizer.step()
    observe.value(x)
    observe.value(unused)
    observe.value(y)
    observe.gradient(unused)


@check(task="3.3", points=1, help="A step reads the gradients and leaves them as they are.")
def leaves_the_gradient_alone(torch, observe, rng):
    """Two steps after one backward go the same way twice."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=0.3)
    (x * x).sum().backward()
    held = x.grad
    for _ in range(2):
        optimizer.step()
        observe.value(x)
        observe.gradient(x)
        observe.value(held)


@check(
    task="3.3", points=1, help="This is the loop that trains every network: clear, forward, backward, step."
)
def trains(torch, observe, rng):
    """A training loop fits a layer to its data."""
    inputs = torch.tensor(rng.normal(size=(5, 3)).round(2))
    targets = torch.tensor(rng.normal(size=(5, 2)).round(2))
    weight = torch.tensor(rng.normal(size=(3, 2)).round(2), requires_grad=True)
    bias = torch.tensor(rng.normal(size=2).round(2), requires_grad=True)
    optimizer = torch.optim.SGD([weight, bias], lr=0.2)
    for _ in range(4):
        optimizer.zero_grad()
        loss = (((inputs @ weight + bias).tanh() - targets) ** 2).mean()
        loss.backward()
        optimizer.step()
        observe.value(loss)
    observe.value(weight)
    observe.value(bias)


# --- 3.4 The whole loop in one call ----------------------------------------------------------------------
@check(
    task="3.4",
    points=1,
    help="Call the closure once, before the parameters change, and return what it returns.",
)
def returns_the_loss(torch, observe, rng):
    """step(closure) computes the loss, takes the step and returns the loss."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=0.2)

    def closure():
        optimizer.zero_grad()
        loss = (x * x).sum()
        loss.backward()
        return loss

    for _ in range(2):
        loss = optimizer.step(closure)
        observe.value(loss)
        observe.value(x)


@check(
    task="3.4",
    points=1,
    help="The closure's operations are recorded even where recording is off: enable_grad().",
)
def records_inside_of_no_grad(torch, observe, rng):
    """The closure is recorded, even if step is called inside of no_grad."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=0.2)

    def closure():
        loss = (x * x).sum()
        observe.flags(loss)
        loss.backward()
        return loss

    with torch.no_grad():
        optimizer.step(closure)
    observe.value(x)
    observe.gradient(x)
