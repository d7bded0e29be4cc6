"""The hidden checks of `view_reshape`: the same rules in situations that the public checks do not show."""

from __future__ import annotations

from gradlab import check


# --- 6.1 Strides -----------------------------------------------------------------------------------------
@check(task="6.1", points=1)
def every_order_of_dimensions(torch, observe, rng):
    """Of all orders of three dimensions one is contiguous."""
    x = torch.tensor(rng.normal(size=(2, 3, 4)))
    for first, second in [(0, 0), (0, 1), (0, 2), (1, 2)]:
        y = x.transpose(first, second)
        observe.value(y.is_contiguous())
        observe.value(y.transpose(0, 1).is_contiguous())


@check(task="6.1", points=1)
def pieces_and_gaps(torch, observe, rng):
    """What leaves something out is not contiguous, unless it is one piece."""
    x = torch.tensor(rng.normal(size=(4, 5)))
    for y in (x[:, :-1], x[2:4], x[::3], x[1, ::2], x[3, 1:4], x[:1, :3], x[:, 2]):
        observe.value(y.stride())
        observe.value(y.is_contiguous())


@check(task="6.1", points=1)
def one_element(torch, observe, rng):
    """A single element is always contiguous, in however many dimensions."""
    x = torch.tensor(rng.normal(size=(3, 4)))
    for y in (x[1:2, 2:3], x.t()[1:2, 2:3], x[:, 1:2][::2, :], x[1, 2]):
        observe.value(y.is_contiguous())


# --- 6.2 Look at the same memory -------------------------------------------------------------------------
@check(task="6.2", points=1)
def views_of_a_part(torch, observe, rng):
    """A view of some rows looks at these rows only, and a view of a view at the same memory."""
    x = torch.tensor(rng.normal(size=(4, 6)))
    y = x[1:3].view(3, 4)
    z = y.view(-1, 2, 3)
    observe.value(z)
    observe.value(z.stride())
    observe.aliasing(x, z)
    observe.aliasing(y, z)


@check(task="6.2", points=1)
def scalars_and_rows_of_one(torch, observe, rng):
    """A scalar can be seen as a matrix of one element, and back."""
    x = torch.tensor(rng.normal(size=()), requires_grad=True)
    y = x.view(1, 1)
    observe.value(y)
    y.view(-1).backward(torch.tensor(rng.normal(size=1)))
    observe.gradient(x)
    row = torch.tensor(rng.normal(size=1))
    observe.value(row.view(()))
    with observe.error():
        row.view(2)
    with observe.error():
        row.view(-1, 3)


@check(task="6.2", points=1)
def used_in_several_shapes(torch, observe, rng):
    """A tensor that is used in several shapes gets the sum of their gradients."""
    x = torch.tensor(rng.normal(size=(2, 6)), requires_grad=True)
    product = x.view(4, 3) @ x.view(3, 4)
    (product * x.view(12)[:4]).backward(torch.tensor(rng.normal(size=(4, 4))))
    observe.gradient(x)


# --- 6.3 When a view is possible -------------------------------------------------------------------------
@check(task="6.3", points=1)
def any_shape_of_any_cut(torch, observe, rng):
    """Every shape of every cut is a view, or refused."""
    x = torch.tensor(rng.normal(size=(4, 3, 8)))
    cuts = (
        x.transpose(0, 1),
        x.transpose(1, 2),
        x.transpose(0, 2),
        x[:, :2],
        x[:, :, :4],
        x[:, :, 1::2],
        x[1:3, 1:],
    )
    shapes = ((-1,), (4, -1), (3, -1), (-1, 8), (-1, 2), (2, -1, 4), (3, 2, 2, -1), (4, 2, -1), (-1, 4, 3))
    for y in cuts:
        for shape in shapes:
            with observe.error():
                z = y.view(*shape)
                observe.value(z)
                observe.value(z.stride())


@check(task="6.3", points=1)
def past_dimensions_of_length_one(torch, observe, rng):
    """Dimensions of length 1 stand in nobody's way."""
    x = torch.tensor(rng.normal(size=(4, 1, 6)))
    for y, shape in (
        (x[:, :, :3], (2, 2, 3)),
        (x.transpose(0, 2), (3, 2, 2, 2)),
        (x.transpose(0, 2), (24,)),
        (x[::2].transpose(0, 1), (2, 6)),
        (x[:, :, :3], (1, 4, 1, 3, 1)),
    ):
        with observe.error():
            z = y.view(*shape)
            observe.value(z)
            observe.aliasing(x, z)


@check(task="6.3", points=1)
def gradients_of_cut_views(torch, observe, rng):
    """Gradients go back through views of what is not contiguous."""
    x = torch.tensor(rng.normal(size=(4, 6)), requires_grad=True)
    y = x.t().view(2, 3, 4)
    y.view(3, 2, 2, 2).backward(torch.tensor(rng.normal(size=(3, 2, 2, 2))))
    observe.gradient(x)


# --- 6.4 Copy only if you must ---------------------------------------------------------------------------
@check(task="6.4", points=1)
def copies_have_their_own_memory(torch, observe, rng):
    """What is written to a copy is not seen in the original."""
    x = torch.tensor(rng.normal(size=(3, 4)))
    y = x.t().contiguous()
    z = x[:, 1:].reshape(-1)
    y.zero_()
    z.mul_(5.0)
    observe.value(x)
    observe.value(y)
    observe.value(z)
    row = x[1].contiguous()
    row.mul_(2.0)
    observe.value(x)


@check(task="6.4", points=1)
def long_ways_through_shapes(torch, observe, rng):
    """Gradients find back through views and copies in turn."""
    x = torch.tensor(rng.normal(size=(2, 3, 4)), requires_grad=True)
    y = x.transpose(0, 2).reshape(6, 4).t().contiguous().view(2, -1)
    z = y.exp().reshape(4, 6).t().reshape(-1)
    observe.value(z)
    z.backward(torch.tensor(rng.normal(size=24)))
    observe.gradient(x)


@check(task="6.4", points=1)
def the_same_for_a_matrix_of_one_row(torch, observe, rng):
    """A transposed row is contiguous already, and returned itself."""
    x = torch.tensor(rng.normal(size=(1, 4)))
    y = x.t()
    observe.same(y, y.contiguous())
    observe.aliasing(x, y.reshape(2, 2))
