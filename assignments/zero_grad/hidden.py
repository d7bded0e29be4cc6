"""The hidden checks of `zero_grad`: the same rules in situations that the public checks do not show."""

from __future__ import annotations

from gradlab import check


# --- 3.1 Change a tensor in place ------------------------------------------------------------------------
@check(task="3.1", points=1)
def through_a_detached_tensor(torch, observe, rng):
    """A detached tensor may be changed while recording is on, and the leaf with it."""
    x = torch.tensor(rng.normal(size=(2, 3)), requires_grad=True)
    detached = x.detach()
    detached *= torch.tensor(rng.normal(size=3))
    observe.value(x)
    observe.flags(detached)
    detached.zero_()
    observe.value(x)
    (x * x + x).backward(torch.tensor(rng.normal(size=(2, 3))))
    observe.gradient(x)


@check(task="3.1", points=0.5)
def what_is_no_leaf(torch, observe, rng):
    """A result is no leaf: it may be changed while recording is on."""
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    y = x * 2.0
    with observe.error():
        y.mul_(torch.tensor(rng.normal(size=3)))
    observe.value(y)
    observe.value(x)


@check(task="3.1", points=0.5)
def refused_again_after_no_grad(torch, observe, rng):
    """What is allowed inside of no_grad is refused again behind it."""
    x = torch.tensor(rng.normal(size=()), requires_grad=True)
    y = torch.tensor(rng.normal(size=()))
    with torch.no_grad():
        x.mul_(y)
    observe.value(x)
    with observe.error():
        x -= y
    observe.value(x)
    y -= x.detach()
    observe.value(y)
    observe.flags(x)


# --- 3.2 Clear what has added up -------------------------------------------------------------------------
@check(task="3.2", points=1)
def only_its_own_parameters(torch, observe, rng):
    """Only the parameters that were handed over are cleared, and only their gradients."""
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    y = torch.tensor(rng.normal(size=3), requires_grad=True)
    first, second = torch.optim.SGD([x], lr=0.1), torch.optim.SGD([y], lr=0.1)
    (x * y).backward(torch.tensor(rng.normal(size=3)))
    first.zero_grad(set_to_none=False)
    observe.gradient(x)
    observe.gradient(y)
    second.zero_grad()
    observe.gradient(x)
    observe.gradient(y)
    observe.value(x)
    observe.value(y)


@check(task="3.2", points=1)
def filled_again(torch, observe, rng):
    """A gradient may be cleared twice, in both ways, and is filled anew by the next backward."""
    x = torch.tensor(rng.normal(size=2), requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=0.1)
    (x * x).backward(torch.tensor(rng.normal(size=2)))
    first = x.grad
    optimizer.zero_grad(set_to_none=False)
    optimizer.zero_grad(set_to_none=False)
    observe.value(first)
    (x * x * x).backward(torch.tensor(rng.normal(size=2)))
    observe.gradient(x)
    second = x.grad
    optimizer.zero_grad()
    optimizer.zero_grad(set_to_none=False)
    observe.gradient(x)
    observe.value(second)
    observe.flags(second)


# --- 3.3 A step downhill ---------------------------------------------------------------------------------
@check(task="3.3", points=1)
def accumulated_on_purpose(torch, observe, rng):
    """Several small batches without clearing make the step of one big batch."""
    inputs = torch.tensor(rng.normal(size=(6, 2)))
    targets = torch.tensor(rng.normal(size=6))
    w = torch.tensor(rng.normal(size=2), requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=rng.uniform(0.05, 0.2))
    for _ in range(2):
        optimizer.zero_grad()
        for start in (0, 2, 4):
            error = inputs[start : start + 2] @ w - targets[start : start + 2]
            ((error**2).mean() * (1.0 / 3.0)).backward()
            observe.gradient(w)
        optimizer.step()
        observe.value(w)


@check(task="3.3", points=1)
def forgotten_to_clear(torch, observe, rng):
    """Without zero_grad every step goes by the sum of all gradients so far."""
    x = torch.tensor(rng.normal(size=(2, 2)), requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=rng.uniform(0.05, 0.2))
    for _ in range(3):
        (x * x).backward(torch.tensor(rng.normal(size=(2, 2))))
        optimizer.step()
        observe.gradient(x)
        observe.value(x)


@check(task="3.3", points=1)
def not_part_of_the_graph(torch, observe, rng):
    """A step is not recorded: the next backward starts from the leaf anew."""
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    frozen = torch.tensor(rng.normal(size=3), requires_grad=True)
    optimizer = torch.optim.SGD([frozen, x], lr=rng.uniform(0.05, 0.2))
    for _ in range(2):
        optimizer.step()
        optimizer.zero_grad()
        (x * x * frozen.detach()).backward(torch.tensor(rng.normal(size=3)))
        optimizer.step()
        observe.gradient(x)
        observe.value(x)
        observe.flags(x)
        observe.value(frozen)
        observe.flags(frozen * x)


# --- 3.4 The whole loop in one call ----------------------------------------------------------------------
@check(task="3.4", points=1)
def recording_is_as_before(torch, observe, rng):
    """Behind the closure recording is off or on as it was before."""
    x = torch.tensor(rng.normal(size=2), requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=rng.uniform(0.05, 0.2))

    def closure():
        loss = (x * x).sum()
        loss.backward()
        return loss

    with torch.no_grad():
        optimizer.step(closure)
        observe.flags(x * 2.0)
    observe.flags(x * 2.0)
    optimizer.step(closure)
    observe.flags(x * 2.0)
    observe.value(x)


@check(task="3.4", points=1)
def trains_by_closures(torch, observe, rng):
    """Two optimizers train one network, each by a closure of its own."""
    inputs = torch.tensor(rng.normal(size=(4, 2)))
    w = torch.tensor(rng.normal(size=2), requires_grad=True)
    b = torch.tensor(rng.normal(size=()), requires_grad=True)
    first, second = torch.optim.SGD([w], lr=0.1), torch.optim.SGD([b], lr=rng.uniform(0.05, 0.2))

    def closure():
        first.zero_grad()
        second.zero_grad(set_to_none=False)
        loss = ((inputs @ w + b) ** 2).mean()
        loss.backward()
        return loss

    for optimizer in (first, second, first):
        observe.value(optimizer.step(closure))
        observe.value(w)
        observe.value(b)
        observe.gradient(b)
