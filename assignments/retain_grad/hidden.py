"""The hidden checks of `retain_grad`: the same rules in situations that the public checks do not show."""

from __future__ import annotations

from gradlab import check


# --- 4.1 No gradient for results -------------------------------------------------------------------------
@check(task="4.1", points=1)
def every_result_of_a_network(torch, observe, rng):
    """Every result of a network warns, and none of its leaves."""
    inputs = torch.tensor(rng.normal(size=(4, 3)))
    weight = torch.tensor(rng.normal(size=(3, 2)), requires_grad=True)
    hidden = inputs @ weight
    active = hidden.tanh()
    loss = (active * active).mean()
    loss.backward()
    for result in (hidden, active, loss):
        with observe.warning():
            observe.gradient(result)
    with observe.warning():
        observe.gradient(inputs)
        observe.gradient(weight)


@check(task="4.1", points=1)
def what_is_not_recorded_is_a_leaf(torch, observe, rng):
    """What was computed without recording is a leaf: no gradient, and no warning."""
    x = torch.tensor(rng.normal(size=2), requires_grad=True)
    with torch.no_grad():
        y = x * 2.0
    constant = torch.tensor(rng.normal(size=2))
    z = constant * 2.0
    with observe.warning():
        observe.gradient(y)
        observe.gradient(z)
    w = x * z
    with observe.warning():
        observe.gradient(w)
    observe.flags(w)


# --- 4.2 Keep it when asked ------------------------------------------------------------------------------
@check(task="4.2", points=1)
def its_own_memory(torch, observe, rng):
    """A retained gradient is the tensor's own: what a leaf adds later does not change it."""
    x = torch.tensor(rng.normal(size=2), requires_grad=True)
    y = x + 0.0
    y.retain_grad()
    cotangent = torch.tensor(rng.normal(size=2))
    y.backward(cotangent)
    (x * 2.0).backward(torch.tensor(rng.normal(size=2)))
    observe.gradient(x)
    observe.gradient(y)
    y.backward(torch.tensor(rng.normal(size=2)))
    observe.gradient(x)
    observe.gradient(y)
    observe.value(cotangent)
    z = x + 1.0
    z.retain_grad()
    out = z + 1.0
    out.retain_grad()
    out.backward(cotangent)
    observe.aliasing(z.grad, out.grad)
    observe.aliasing(out.grad, cotangent)


@check(task="4.2", points=1)
def the_last_result_too(torch, observe, rng):
    """The tensor that backward starts from can retain its gradient, and only those that were asked do."""
    x = torch.tensor(rng.normal(size=(2, 3)), requires_grad=True)
    rows = (x * x).sum(1)
    loss = (rows * rows).mean()
    loss.retain_grad()
    loss.backward()
    observe.gradient(loss)
    with observe.warning():
        observe.gradient(rows)
    observe.gradient(x)


@check(task="4.2", points=1)
def lets_go_of_the_tensor(torch, observe, rng):
    """A tensor that retains its gradient is freed with its last name."""
    x = torch.tensor(rng.normal(size=2), requires_grad=True)
    y = x + 1.0
    y.retain_grad()
    z = y + 2.0
    watched = observe.watch(y)
    z.backward(torch.tensor(rng.normal(size=2)))
    observe.gradient(y)
    del y
    observe.freed(watched)
    z.backward(torch.tensor(rng.normal(size=2)))
    observe.gradient(x)


# --- 4.3 Look at a gradient on its way -------------------------------------------------------------------
@check(task="4.3", points=1)
def from_the_output_to_the_leaf(torch, observe, rng):
    """Hooks along a chain are called from the output to the leaf."""
    x = torch.tensor(rng.normal(size=2), requires_grad=True)
    y = x * 2.0
    z = y.exp()
    out = z.sum()
    for name, tensor in (("z", z), ("x", x), ("out", out), ("y", y)):

        def look(gradient, place=name):
            observe.order(place)
            observe.value(gradient)

        tensor.register_hook(look)
    out.backward()
    observe.order("done")


@check(task="4.3", points=1)
def also_without_a_name(torch, observe, rng):
    """Hooks of a result are called though the program has no name for it any longer."""
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    y = x + x
    z = y + x
    y.register_hook(lambda grad: observe.value(grad))
    del y
    z.backward(torch.tensor(rng.normal(size=3)))
    z.backward(torch.tensor(rng.normal(size=3)))
    observe.gradient(x)


@check(task="4.3", points=1)
def removes_itself(torch, observe, rng):
    """A hook that removes itself is called once, and no other is left out."""
    x = torch.tensor(rng.normal(size=2), requires_grad=True)
    handles = []

    def once(grad):
        observe.order("once")
        handles[0].remove()

    handles.append(x.register_hook(once))
    x.register_hook(lambda grad: observe.order("always"))
    for _ in range(2):
        (x * x).backward(torch.tensor(rng.normal(size=2)))
        observe.order("done")


# --- 4.4 Change it on its way ----------------------------------------------------------------------------
@check(task="4.4", points=1)
def in_the_middle_of_paths(torch, observe, rng):
    """A changed gradient goes on along every path, and the sum at the next tensor is that of changed ones."""
    x = torch.tensor(rng.normal(size=2), requires_grad=True)
    a = x * 2.0
    b = a * a
    c = a + b
    factor = torch.tensor(rng.normal(size=2))
    b.register_hook(lambda grad: grad * factor)
    a.register_hook(lambda grad: observe.value(grad))
    a.register_hook(lambda grad: grad * grad)
    a.retain_grad()
    c.backward(torch.tensor(rng.normal(size=2)))
    observe.gradient(a)
    observe.gradient(x)


@check(task="4.4", points=1)
def no_answer_and_zero(torch, observe, rng):
    """To return nothing is not to return zero, and a removed hook changes nothing."""
    x = torch.tensor(rng.normal(size=2), requires_grad=True)
    y = torch.tensor(rng.normal(size=2), requires_grad=True)
    x.register_hook(lambda grad: None)
    handle = y.register_hook(lambda grad: grad * 0.0)
    (x * y).backward(torch.tensor(rng.normal(size=2)))
    observe.gradient(x)
    observe.gradient(y)
    handle.remove()
    (x * y).backward(torch.tensor(rng.normal(size=2)))
    observe.gradient(x)
    observe.gradient(y)
