"""The public checks of `backward`. What is right is what the reference engine does; no check holds a number."""

from __future__ import annotations

import numpy as np

from gradlab import check


# --- 2.1 Both ends of backward ---------------------------------------------------------------------------
@check(task="2.1", points=1, help="Without `gradient`, backward starts with 1, in the shape of the output.")
def starts_with_one(torch, observe, rng):
    """Backward from a single element starts with 1."""
    for shape in [(), (1,), (1, 1)]:
        x = torch.tensor(np.array(rng.normal(size=shape).round(2)), requires_grad=True)
        x.backward()
        observe.gradient(x)


@check(task="2.1", points=1, help="With `gradient`, backward starts with that tensor's numbers.")
def starts_with_the_given_gradient(torch, observe, rng):
    """Backward starts with the gradient that it is given."""
    x = torch.tensor(rng.normal(size=(2, 3)).round(2), requires_grad=True)
    x.backward(gradient=torch.tensor(rng.normal(size=(3, 2)).round(2)).t())
    observe.gradient(x)
    scalar = torch.tensor(np.array(rng.normal(size=()).round(2)), requires_grad=True)
    scalar.backward(torch.tensor(np.array(rng.normal(size=()).round(2))))
    observe.gradient(scalar)


@check(
    task="2.1",
    points=1,
    help="The second call adds to the `.grad` that the first one left, in place: `leaf.grad.data += grad`.",
)
def adds_to_what_is_there(torch, observe, rng):
    """A second backward adds to .grad, and who holds that sees the sum."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    x.backward(torch.tensor(rng.normal(size=3).round(2)))
    observe.gradient(x)
    held = x.grad.detach()
    for _ in range(2):
        x.backward(torch.tensor(rng.normal(size=3).round(2)))
        observe.gradient(x)
        observe.value(held)


@check(task="2.1", points=0.5, help="With more than one element, backward() cannot know where to start.")
def only_scalars_start_by_themselves(torch, observe, rng):
    """Only an output of one element can go without `gradient`."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    with observe.error():
        x.backward()
    observe.gradient(x)


@check(
    task="2.1", points=0.5, help="The given gradient needs exactly the output's shape; it is not broadcast."
)
def the_shapes_must_agree(torch, observe, rng):
    """A gradient of another shape is refused."""
    x = torch.tensor(rng.normal(size=(2, 3)).round(2), requires_grad=True)
    for shape in [(3,), (), (3, 2)]:
        with observe.error():
            x.backward(torch.tensor(np.array(rng.normal(size=shape).round(2))))
    observe.gradient(x)


@check(
    task="2.1",
    points=0.5,
    help="The array that arrives may belong to somebody else: copy it before it becomes `.grad`.",
)
def the_gradient_is_the_leaf_s_own(torch, observe, rng):
    """Adding to one leaf changes neither another leaf nor the gradient that was passed."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    y = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    gradient = torch.tensor(rng.normal(size=3).round(2))
    x.backward(gradient)
    y.backward(gradient)
    x.backward(torch.tensor(rng.normal(size=3).round(2)))
    observe.gradient(x)
    observe.gradient(y)
    observe.value(gradient)


# --- 2.2 Walk the graph ----------------------------------------------------------------------------------
@check(task="2.2", points=1, help="Each node turns the gradient of its output into those of its inputs.")
def follows_a_chain(torch, observe, rng):
    """The gradient goes back through a chain of operations."""
    x = torch.tensor(rng.normal(size=4).round(2), requires_grad=True)
    y = -(x * 3.0) + 1.0
    z = 0.5 * y
    z.backward(torch.tensor(rng.normal(size=4).round(2)))
    observe.gradient(x)


@check(task="2.2", points=1, help="Both inputs of x * x are the same leaf: it gets a gradient for each.")
def counts_a_tensor_used_twice(torch, observe, rng):
    """A tensor that is used twice gets both gradients."""
    x = torch.tensor(np.array(rng.normal(size=()).round(2)), requires_grad=True)
    y = x * x
    y.backward()
    observe.gradient(x)


@check(task="2.2", points=1, help="The two branches meet again in x; what arrives along each is added up.")
def adds_up_the_paths(torch, observe, rng):
    """The gradients of every path are added up."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    y1 = x + 1.0
    y2 = 2.0 * x
    loss = (y1 + -y2) * (y1 + -y2)
    loss.backward(torch.tensor(rng.normal(size=3).round(2)))
    observe.gradient(x)


@check(task="2.2", points=1, help="Gradients end up in leaves that require one, and nowhere else.")
def fills_only_leaves(torch, observe, rng):
    """Only leaves that require a gradient get one."""
    x = torch.tensor(rng.normal(size=2).round(2), requires_grad=True)
    unused = torch.tensor(rng.normal(size=2).round(2), requires_grad=True)
    constant = torch.tensor(rng.normal(size=2).round(2))
    y = x * constant
    z = y + constant
    z.backward(torch.tensor(rng.normal(size=2).round(2)))
    observe.gradient(x)
    observe.gradient(unused)
    observe.gradient(constant)
    observe.gradient(y)
    observe.gradient(z)


@check(
    task="2.2",
    points=1,
    help="Two graphs over the same leaf: the second backward adds to the first one's result.",
)
def adds_up_over_two_graphs(torch, observe, rng):
    """Gradients of several graphs accumulate in their leaf."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    w = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    (x * w).backward(torch.tensor(rng.normal(size=3).round(2)))
    (w * w + x).backward(torch.tensor(rng.normal(size=3).round(2)))
    observe.gradient(x)
    observe.gradient(w)


@check(task="2.2", points=1, help="What detach() returned, or what was made under no_grad(), is a constant.")
def stops_at_constants(torch, observe, rng):
    """No gradient flows through detach and no_grad."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    with torch.no_grad():
        with torch.no_grad():
            squared = x * x
        doubled = x * 2.0
    y = x * doubled + x * (x * x).detach() + x * squared
    y.backward(torch.tensor(rng.normal(size=3).round(2)))
    observe.gradient(x)
    observe.gradient(doubled)


@check(task="2.2", points=0.5, help="Functions can call each other only about a thousand deep: use a loop.")
def a_deep_chain(torch, observe, rng):
    """Depth is no limit."""
    x = torch.tensor(np.array(rng.normal(size=()).round(2)), requires_grad=True)
    y = x
    for _ in range(1100):
        y = -y
    y.backward()
    observe.gradient(x)


@check(
    task="2.2",
    points=0.5,
    help="A node must wait until a gradient has arrived along every edge, then run once with the sum. Make each sum a new "
    "array: what arrived may wait elsewhere, too.",
)
def a_short_and_a_long_way(torch, observe, rng):
    """A tensor that is used both early and late is run once, with everything that arrived."""
    x = torch.tensor(rng.normal(size=2).round(2), requires_grad=True)
    w = torch.tensor(rng.normal(size=2).round(2), requires_grad=True)
    early = x * w
    late = -early + w
    later = late * early
    out = (later + early) + later  # `+` hands the same array to both of its inputs
    out.backward(torch.tensor(rng.normal(size=2).round(2)))
    observe.gradient(x)
    observe.gradient(w)


# --- 2.3 The chain rule, function by function ------------------------------------------------------------
@check(
    task="2.3",
    points=1,
    help="The second input of a - b counts negatively; a / b has a different rule for each.",
)
def differentiates_sub_and_div(torch, observe, rng):
    """Differences and quotients."""
    a = torch.tensor(rng.normal(size=(2, 2)).round(2), requires_grad=True)
    b = torch.tensor(rng.uniform(0.5, 2.0, size=(2, 2)).round(2), requires_grad=True)
    (a - b).backward(torch.tensor(rng.normal(size=(2, 2)).round(2)))
    observe.gradient(a)
    observe.gradient(b)
    c = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    d = torch.tensor(rng.uniform(0.5, 2.0, size=3).round(2), requires_grad=True)
    (c / d).backward(torch.tensor(rng.normal(size=3).round(2)))
    observe.gradient(c)
    observe.gradient(d)


@check(task="2.3", points=1, help="exponent * a ** (exponent - 1), times the gradient that arrives.")
def differentiates_powers(torch, observe, rng):
    """Powers, of negative numbers too."""
    x = torch.tensor(rng.normal(size=4).round(2), requires_grad=True)
    (x**3).backward(torch.tensor(rng.normal(size=4).round(2)))
    observe.gradient(x)
    positive = torch.tensor(rng.uniform(0.5, 2.0, size=4).round(2), requires_grad=True)
    (positive**-0.5).backward(torch.tensor(rng.normal(size=4).round(2)))
    observe.gradient(positive)


@check(task="2.3", points=1, help="exp is its own derivative; that of log is 1 / a.")
def differentiates_exp_and_log(torch, observe, rng):
    """Exponential and logarithm."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    x.exp().backward(torch.tensor(rng.normal(size=3).round(2)))
    observe.gradient(x)
    positive = torch.tensor(rng.uniform(0.5, 2.0, size=3).round(2), requires_grad=True)
    positive.log().backward(torch.tensor(rng.normal(size=3).round(2)))
    observe.gradient(positive)


@check(task="2.3", points=1, help="Both derivatives are written with the result: 1 - t**2, and s * (1 - s).")
def differentiates_tanh_and_sigmoid(torch, observe, rng):
    """The two S-shaped functions."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    x.tanh().backward(torch.tensor(rng.normal(size=3).round(2)))
    observe.gradient(x)
    y = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    y.sigmoid().backward(torch.tensor(rng.normal(size=3).round(2)))
    observe.gradient(y)


@check(task="2.3", points=1, help="The gradient passes where the input was positive; at 0 and below it is 0.")
def differentiates_relu(torch, observe, rng):
    """relu, on both sides of zero and at zero."""
    positive, negative = rng.uniform(0.5, 2.0, size=3).round(2), -rng.uniform(0.5, 2.0, size=3).round(2)
    x = torch.tensor(np.concatenate([positive, negative, [0.0]]), requires_grad=True)
    x.relu().backward(torch.tensor(rng.normal(size=7).round(2)))
    observe.gradient(x)


# --- 2.4 Sums, shapes and matrices -----------------------------------------------------------------------
@check(
    task="2.4", points=1, help="Each element gets the gradient of the sum; for the mean, divided by how many."
)
def differentiates_sum_and_mean(torch, observe, rng):
    """Sum and mean of everything."""
    x = torch.tensor(rng.normal(size=(2, 3)).round(2), requires_grad=True)
    (x.sum() * 2.0).backward()
    observe.gradient(x)
    y = torch.tensor(rng.normal(size=(3, 2)).round(2), requires_grad=True)
    (y.mean() * 5.0).backward()
    observe.gradient(y)


@check(
    task="2.4",
    points=1,
    help="Each element gets the gradient of its own sum: put the lost dimension back first.",
)
def differentiates_sums_along_a_dimension(torch, observe, rng):
    """Sums and means along one dimension, with and without keepdim."""
    x = torch.tensor(rng.normal(size=(3, 3)).round(2), requires_grad=True)
    x.sum(dim=1).backward(torch.tensor(rng.normal(size=3).round(2)))
    observe.gradient(x)
    y = torch.tensor(rng.normal(size=(3, 3)).round(2), requires_grad=True)
    y.sum(dim=0, keepdim=True).backward(torch.tensor(rng.normal(size=(1, 3)).round(2)))
    observe.gradient(y)
    z = torch.tensor(rng.normal(size=(2, 3, 4)).round(2), requires_grad=True)
    z.mean(dim=1).backward(torch.tensor(rng.normal(size=(2, 4)).round(2)))
    observe.gradient(z)


@check(task="2.4", points=1, help="reshape and transpose only move elements; the rule moves them back.")
def differentiates_reshape_and_transpose(torch, observe, rng):
    """Reshape and transpose move gradients back to where their elements were."""
    x = torch.tensor(rng.normal(size=(2, 6)).round(2), requires_grad=True)
    x.reshape(3, 4).t().backward(torch.tensor(rng.normal(size=(4, 3)).round(2)))
    observe.gradient(x)
    y = torch.tensor(rng.normal(size=(2, 3, 4)).round(2), requires_grad=True)
    y.transpose(0, 2).backward(torch.tensor(rng.normal(size=(4, 3, 2)).round(2)))
    observe.gradient(y)


@check(task="2.4", points=1, help="What was picked gets its gradient, everything else 0.")
def differentiates_indexing(torch, observe, rng):
    """Rows, elements and slices."""
    x = torch.tensor(rng.normal(size=(3, 4)).round(2), requires_grad=True)
    x[1].backward(torch.tensor(rng.normal(size=4).round(2)))
    observe.gradient(x)
    y = torch.tensor(rng.normal(size=(3, 4)).round(2), requires_grad=True)
    y[2, 3].backward(torch.tensor(np.array(rng.normal(size=()).round(2))))
    observe.gradient(y)
    z = torch.tensor(rng.normal(size=(3, 4)).round(2), requires_grad=True)
    z[:, 1::2].backward(torch.tensor(rng.normal(size=(3, 2)).round(2)))
    observe.gradient(z)


@check(task="2.4", points=1, help="Look at the shapes: only one product with a transposed matrix fits.")
def differentiates_matmul(torch, observe, rng):
    """The product of two matrices."""
    a = torch.tensor(rng.normal(size=(2, 3)).round(2), requires_grad=True)
    b = torch.tensor(rng.normal(size=(3, 4)).round(2), requires_grad=True)
    (a @ b).backward(torch.tensor(rng.normal(size=(2, 4)).round(2)))
    observe.gradient(a)
    observe.gradient(b)


# --- 2.5 Undo broadcasting -------------------------------------------------------------------------------
@check(
    task="2.5", points=1, help="The row was added to every line, so its gradient is the sum over the lines."
)
def sums_over_dimensions_in_front(torch, observe, rng):
    """A row that is added to a matrix."""
    x = torch.tensor(rng.normal(size=(4, 3)).round(2), requires_grad=True)
    bias = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    (x + bias).backward(torch.tensor(rng.normal(size=(4, 3)).round(2)))
    observe.gradient(x)
    observe.gradient(bias)


@check(task="2.5", points=1, help="A stretched dimension is summed, and keeps its length of 1.")
def sums_over_stretched_dimensions(torch, observe, rng):
    """A column times a row."""
    column = torch.tensor(rng.normal(size=(4, 1)).round(2), requires_grad=True)
    row = torch.tensor(rng.normal(size=(1, 3)).round(2), requires_grad=True)
    (column * row).backward(torch.tensor(rng.normal(size=(4, 3)).round(2)))
    observe.gradient(column)
    observe.gradient(row)


@check(
    task="2.5", points=1, help="A scalar moves every element, so its gradient is the sum over all of them."
)
def sums_everything_for_a_scalar(torch, observe, rng):
    """A scalar tensor against a matrix."""
    scale = torch.tensor(np.array(rng.normal(size=()).round(2)), requires_grad=True)
    x = torch.tensor(rng.normal(size=(2, 3)).round(2), requires_grad=True)
    (scale * x - scale).backward(torch.tensor(rng.normal(size=(2, 3)).round(2)))
    observe.gradient(scale)
    observe.gradient(x)


@check(task="2.5", points=1, help="This is a layer of a network: weights, bias, activation and a loss.")
def trains_a_layer(torch, observe, rng):
    """One layer with a squared error."""
    inputs = torch.tensor(rng.normal(size=(5, 3)).round(2))
    targets = torch.tensor(rng.normal(size=(5, 2)).round(2))
    weight = torch.tensor(rng.normal(size=(3, 2)).round(2), requires_grad=True)
    bias = torch.tensor(rng.normal(size=2).round(2), requires_grad=True)
    loss = (((inputs @ weight + bias).tanh() - targets) ** 2).mean()
    loss.backward()
    observe.gradient(weight)
    observe.gradient(bias)


# --- 2.6 Release what was saved --------------------------------------------------------------------------
@check(task="2.6", points=1, help="A node that saved something cannot run again; one that saved nothing can.")
def refuses_a_second_backward(torch, observe, rng):
    """A second backward needs what the first one released."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    nothing_saved = (x + x).sum()
    nothing_saved.backward()
    nothing_saved.backward()
    observe.gradient(x)
    y = (x * x).sum()
    y.backward()
    with observe.error():
        y.backward()
    observe.gradient(x)


@check(
    task="2.6",
    points=1,
    help="Nothing may hold what was saved any longer, though the output is still there.",
)
def frees_what_was_saved(torch, observe, rng):
    """What the nodes saved is gone after backward, and its memory is free."""
    column, row = torch.tensor(rng.uniform(0.5, 1.0, size=(64, 1)).round(2)), torch.tensor(np.ones(64))
    x = torch.tensor(rng.normal(size=64).round(2), requires_grad=True)
    start = observe.memory()
    y = column * x  # 32 kB
    saved = observe.watch(y)
    y = y * y  # saves y
    z = y.relu().sum()  # relu saves its result
    for _ in range(4):
        z = z + ((column * row) @ x).sum()  # @ saves the matrix
    del y
    built = observe.memory()
    z.backward(torch.tensor(np.array(rng.normal(size=()).round(2))))
    observe.freed(saved)
    observe.released(start, built)
    observe.gradient(x)
    observe.value(z)
    del z
    for _ in range(5):
        ((column * row) @ x).sum().backward()
    observe.released(start, built)


@check(task="2.6", points=1, help="retain_graph=True keeps what was saved until a backward without it.")
def keeps_it_when_asked(torch, observe, rng):
    """retain_graph=True allows another backward, and only one more."""
    x = torch.tensor(rng.normal(size=3).round(2), requires_grad=True)
    y = x.exp() * x
    y.backward(torch.tensor(rng.normal(size=3).round(2)), retain_graph=True)
    observe.gradient(x)
    y.backward(torch.tensor(rng.normal(size=3).round(2)))
    observe.gradient(x)
    with observe.error():
        y.backward(torch.tensor(rng.normal(size=3).round(2)))
    observe.gradient(x)
