"""The public checks of `retain_grad`. What is right is what the reference engine does; no check holds a number."""

from __future__ import annotations

import numpy as np

from gradlab import check


# --- 4.1 No gradient for results -------------------------------------------------------------------------
@check(task="4.1", points=1, help="Only leaves keep gradients. Give the warning, and return None.")
def warns_of_reading_a_result(torch, observe, rng):
    """A result has no gradient after backward, and reading it warns."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    y = x * 2.0
    y.backward(torch.tensor(rng.normal(size=3).round(2)))
    with observe.warning():
        observe.gradient(y)
    observe.gradient(x)


@check(task="4.1", points=1, help="Warn whenever the gradient of a result is read, not only the first time.")
def warns_each_time(torch, observe, rng):
    """Each reading warns, before backward and after it."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    y = x.exp()
    with observe.warning():
        observe.gradient(y)
        observe.gradient(y)
    y.sum().backward()
    with observe.warning():
        observe.gradient(y)
    with observe.warning():
        observe.gradient(x)
        observe.gradient(y.detach())


# --- 4.2 Keep it when asked ------------------------------------------------------------------------------
@check(
    task="4.2",
    points=1,
    help="Mark the tensor and its node in `retain`, and store the gradient in `keep_grad`.",
)
def keeps_the_gradient_of_a_result(torch, observe, rng):
    """After retain_grad a result has its gradient, and reading it does not warn."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    y = x * 3.0
    z = y * y
    y.retain_grad()
    z.backward(torch.tensor(rng.normal(size=3).round(2)))
    with observe.warning():
        observe.gradient(y)
    observe.gradient(x)


@check(task="4.2", points=1, help="The gradient of y is the sum over all paths that start in y.")
def keeps_the_sum_of_all_paths(torch, observe, rng):
    """A retained gradient is complete: every path is in it."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    y = x * 2.0
    z = y * y
    out = (z + y) * z
    y.retain_grad()
    z.retain_grad()
    out.backward(torch.tensor(rng.normal(size=3).round(2)))
    observe.gradient(y)
    observe.gradient(z)
    observe.gradient(x)


@check(task="4.2", points=1, help="A second backward adds to what the first one left, as for a leaf.")
def adds_up_what_it_keeps(torch, observe, rng):
    """Retained gradients add up over several backward calls."""
    x = torch.tensor(rng.normal(size=2).round(2), requires_grad=True)
    y = x * x
    y.retain_grad()
    for _ in range(3):
        y.backward(torch.tensor(rng.normal(size=2).round(2)), retain_graph=True)
        observe.gradient(y)


@check(
    task="4.2",
    points=1,
    help="A leaf keeps its gradient anyway: retain_grad changes nothing, and raises nothing.",
)
def changes_nothing_for_a_leaf(torch, observe, rng):
    """retain_grad on a leaf does nothing."""
    x = torch.tensor(rng.normal(size=2).round(2), requires_grad=True)
    with observe.error():
        x.retain_grad()
    y = x * x
    y.retain_grad()
    y.retain_grad()
    observe.flags(x)
    observe.flags(y)
    y.backward(torch.tensor(rng.normal(size=2).round(2)))
    observe.gradient(x)
    observe.gradient(y)


@check(
    task="4.2",
    points=1,
    help="A tensor that requires no gradient will never have one: raise NOTHING_TO_RETAIN.",
)
def refuses_to_retain_for_constants(torch, observe, rng):
    """retain_grad on a tensor that requires no gradient is refused."""
    constant = torch.tensor(rng.normal(size=2).round(2))
    with observe.error():
        constant.retain_grad()
    observe.flags(constant)
    x = torch.tensor(rng.normal(size=2).round(2), requires_grad=True)
    with torch.no_grad():
        y = x * 2.0
    with observe.error():
        y.retain_grad()
    with observe.error():
        (x * 2.0).detach().retain_grad()


# --- 4.3 Look at a gradient on its way -------------------------------------------------------------------
@check(task="4.3", points=1, help="A hook receives the gradient as a Tensor, once all of it has arrived.")
def shows_the_gradient_to_a_hook(torch, observe, rng):
    """A hook sees the gradient of a result."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    y = x * 2.0
    y.register_hook(lambda grad: observe.value(grad))
    (y * y + y).backward(torch.tensor(rng.normal(size=3).round(2)))
    observe.gradient(x)


@check(task="4.3", points=1, help="However often a leaf is used, its hook is called once, with the sum.")
def calls_a_leaf_s_hook_once(torch, observe, rng):
    """A leaf's hook is called once for each backward, with the sum over all paths."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    x.register_hook(lambda grad: observe.value(grad))
    for _ in range(2):
        (x * x + x * 3.0).backward(torch.tensor(rng.normal(size=3).round(2)))
        observe.gradient(x)


@check(task="4.3", points=1, help="Call the hooks in the order in which they were registered.")
def calls_hooks_in_their_order(torch, observe, rng):
    """Several hooks of one tensor are called in the order in which they were registered."""
    x = torch.tensor(rng.normal(size=2).round(2), requires_grad=True)
    y = x * 2.0
    for tensor in (x, y):
        for name in ("first", "second", "third"):
            tensor.register_hook(lambda grad, name=name: observe.order(name))
    y.backward(torch.tensor(rng.normal(size=2).round(2)))


@check(task="4.3", points=1, help="remove() takes one hook away; the others stay.")
def forgets_removed_hooks(torch, observe, rng):
    """A hook that was removed is not called any longer."""
    x = torch.tensor(rng.normal(size=2).round(2), requires_grad=True)
    y = x + x
    for tensor in (x, y):
        tensor.register_hook(lambda grad: observe.order("stays"))
        handle = tensor.register_hook(lambda grad: observe.order("goes"))
        tensor.register_hook(lambda grad: observe.order("stays too"))
        (y + 1.0).backward(torch.tensor(rng.normal(size=2).round(2)))
        handle.remove()
        observe.order("removed")
    (y + 1.0).backward(torch.tensor(rng.normal(size=2).round(2)))


@check(
    task="4.3",
    points=1,
    help="A tensor that requires no gradient will never have one: raise NOTHING_TO_HOOK.",
)
def refuses_hooks_of_constants(torch, observe, rng):
    """A hook on a tensor that requires no gradient is refused."""
    constant = torch.tensor(rng.normal(size=2).round(2))
    with observe.error():
        constant.register_hook(lambda grad: None)
    x = torch.tensor(rng.normal(size=2).round(2), requires_grad=True)
    with observe.error():
        x.detach().register_hook(lambda grad: None)
    with torch.no_grad():
        y = x * 2.0
    with observe.error():
        y.register_hook(lambda grad: None)


# --- 4.4 Change it on its way ----------------------------------------------------------------------------
@check(task="4.4", points=1, help="What a hook returns takes the gradient's place for everything behind it.")
def goes_on_with_the_answer(torch, observe, rng):
    """What a hook returns goes on in place of the gradient."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    y = x * 2.0
    factor = torch.tensor(rng.normal(size=3).round(2))
    y.register_hook(lambda grad: grad * factor)
    y.backward(torch.tensor(rng.normal(size=3).round(2)))
    observe.gradient(x)


@check(
    task="4.4",
    points=1,
    help="Each hook receives what the one before it returned, or the same if that was None.",
)
def hands_answers_on(torch, observe, rng):
    """Each hook sees what the hook before it made of the gradient."""
    x = torch.tensor(rng.normal(size=2).round(2), requires_grad=True)
    x.register_hook(lambda grad: grad * 3.0)
    x.register_hook(lambda grad: observe.value(grad))
    x.register_hook(lambda grad: grad + 1.0)
    (x * x).backward(torch.tensor(rng.normal(size=2).round(2)))
    observe.gradient(x)


@check(
    task="4.4", points=1, help="What is retained is what the hooks have made of it, whoever was asked first."
)
def retains_what_hooks_return(torch, observe, rng):
    """A retained gradient is the one behind all hooks."""
    x = torch.tensor(rng.normal(size=2).round(2), requires_grad=True)
    y = x * 2.0
    y.retain_grad()
    y.register_hook(lambda grad: grad * -0.5)
    (y * y).backward(torch.tensor(rng.normal(size=2).round(2)))
    observe.gradient(y)
    observe.gradient(x)


@check(
    task="4.4", points=1, help="A hook on a leaf changes what is added to .grad, not what is there already."
)
def changes_what_a_leaf_adds(torch, observe, rng):
    """A leaf's hook changes what is added to its gradient."""
    x = torch.tensor(np.array(rng.uniform(0.5, 2.0, size=()).round(2)), requires_grad=True)
    (x * x).backward()
    x.register_hook(lambda grad: -grad)
    (x * x * x).backward()
    observe.gradient(x)
    x.backward()
    observe.gradient(x)
