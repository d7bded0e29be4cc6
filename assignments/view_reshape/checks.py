"""The public checks of `view_reshape`. What is right is what the reference engine does; no check holds a number."""

from __future__ import annotations

import numpy as np

from gradlab import check


# --- 6.1 Strides -----------------------------------------------------------------------------------------
@check(task="6.1", points=1, help="Its strides are those of `strides_of(shape)`: it is contiguous.")
def a_new_tensor_is_contiguous(torch, observe, rng):
    """What was just made is contiguous, whatever its shape."""
    for shape in [(2, 3), (4,), (), (2, 3, 4)]:
        x = torch.tensor(np.array(rng.normal(size=shape).round(2)))
        observe.value(x.stride())
        observe.value(x.is_contiguous())


@check(
    task="6.1", points=1, help="Compare the strides with those that a new tensor of this shape would have."
)
def a_transposed_one_is_not(torch, observe, rng):
    """A transposed matrix and a cut one are not contiguous, rows of a matrix are."""
    x = torch.tensor(rng.normal(size=(3, 4)).round(2))
    for y in (x.t(), x[:, 1:3], x[1:], x[::2], x[1], x[:, 1], x.t().t()):
        observe.value(y.stride())
        observe.value(y.is_contiguous())


@check(
    task="6.1", points=1, help="Nobody takes a step in a dimension of length 1: its stride does not matter."
)
def length_one_does_not_matter(torch, observe, rng):
    """The stride of a dimension of length 1 does not matter."""
    x = torch.tensor(rng.normal(size=(1, 4)).round(2))
    y = torch.tensor(rng.normal(size=(3, 1, 2)).round(2))
    for z in (x.t(), y.transpose(0, 1), y.transpose(1, 2), y[:, :, :1], y[:1].transpose(0, 2)):
        observe.value(z.is_contiguous())


# --- 6.2 Look at the same memory -------------------------------------------------------------------------
@check(task="6.2", points=1, help="as_strided counts in bytes: multiply the strides with the itemsize.")
def looks_in_another_shape(torch, observe, rng):
    """A view shows the same numbers in another shape."""
    x = torch.tensor(rng.normal(size=(2, 6)).round(2))
    for shape in [(3, 4), (12,), (2, 3, 2), (1, 12, 1)]:
        y = x.view(*shape)
        observe.value(y)
        observe.value(y.stride())
    observe.value(x.view((4, 3)))


@check(
    task="6.2", points=1, help="-1 stands for whatever is left: divide the number of elements by the others."
)
def infers_one_length(torch, observe, rng):
    """One length of -1 is inferred."""
    x = torch.tensor(rng.normal(size=(2, 6)).round(2))
    for shape in [(-1,), (3, -1), (-1, 2, 2), (12, -1)]:
        observe.value(x.view(*shape))


@check(
    task="6.2",
    points=1,
    help="Raise both errors as they stand in the stub, with the shape that was asked for.",
)
def refuses_shapes_that_do_not_fit(torch, observe, rng):
    """A shape that does not fit is refused, and so are two lengths of -1."""
    x = torch.tensor(rng.normal(size=(2, 3)).round(2))
    for shape in [(4, 2), (7,), (-1, 4), (0, -1), (2, -1, -1)]:
        with observe.error():
            x.view(*shape)


@check(task="6.2", points=1, help="Copy nothing: look at the memory of the tensor itself.")
def shares_its_memory(torch, observe, rng):
    """What is written to a view is seen in the tensor, and the other way round."""
    x = torch.tensor(rng.normal(size=(2, 6)).round(2))
    y = x.view(3, 4)
    observe.aliasing(x, y)
    y[1].mul_(10.0)
    observe.value(x)
    x.zero_()
    observe.value(y)


@check(task="6.2", points=1, help="Record the view, with reshape_backward and the tensor's own shape.")
def sends_gradients_through_views(torch, observe, rng):
    """Gradients go through a view, in the shape of the tensor."""
    x = torch.tensor(rng.normal(size=(2, 6)).round(2), requires_grad=True)
    y = (x * x).view(3, 4)
    observe.flags(y)
    y.view(-1).backward(torch.tensor(rng.normal(size=12).round(2)))
    observe.gradient(x)


# --- 6.3 When a view is possible -------------------------------------------------------------------------
@check(task="6.3", points=1, help="A dimension can be cut in smaller ones, whatever its stride.")
def cuts_a_dimension(torch, observe, rng):
    """Dimensions of a tensor that is not contiguous can be cut."""
    x = torch.tensor(rng.normal(size=(4, 6)).round(2))
    y = x.t()
    for shape in [(6, 2, 2), (2, 3, 4), (3, 2, 2, 2), (6, 1, 4), (6, 4, 1)]:
        z = y.view(*shape)
        observe.value(z)
        observe.value(z.stride())
        observe.aliasing(x, z)


@check(
    task="6.3",
    points=1,
    help="Neighbours can be joined where a step along the first goes on where the other ends.",
)
def joins_what_lies_together(torch, observe, rng):
    """Dimensions that lie together in memory can be joined."""
    x = torch.tensor(rng.normal(size=(2, 3, 4)).round(2))
    for y, shape in (
        (x[:, 1:], (2, 8)),
        (x.transpose(0, 1)[1:], (4, 4)),
        (x[:, :, ::2], (6, 2)),
        (x[:, :, 1], (6,)),
    ):
        with observe.error():
            z = y.view(*shape)
            observe.value(z)
            observe.value(z.stride())
            observe.aliasing(x, z)


@check(task="6.3", points=1, help="If a new dimension would reach from one block into the next, return None.")
def refuses_what_needs_a_copy(torch, observe, rng):
    """A view that would need a copy is refused."""
    x = torch.tensor(rng.normal(size=(2, 6)).round(2))
    for y, shape in ((x.t(), (12,)), (x.t(), (4, 3)), (x[:, :4], (8,)), (x[:, ::2], (3, 2))):
        with observe.error():
            y.view(*shape)
    with observe.error():
        x.t().view(5)


# --- 6.4 Copy only if you must ---------------------------------------------------------------------------
@check(task="6.4", points=1, help="A contiguous tensor is returned itself; any other one is copied.")
def copies_only_what_is_not_contiguous(torch, observe, rng):
    """contiguous() returns the tensor itself, or a copy in order."""
    x = torch.tensor(rng.normal(size=(2, 3)).round(2))
    observe.same(x, x.contiguous())
    y = x.t().contiguous()
    observe.value(y)
    observe.value(y.stride())
    observe.aliasing(x, y)


@check(task="6.4", points=1, help="Where a view is possible, reshape returns one.")
def reshapes_without_copying(torch, observe, rng):
    """reshape is a view where a view is possible."""
    x = torch.tensor(rng.normal(size=(4, 6)).round(2))
    for y, shape in ((x, (3, -1)), (x.t(), (6, 2, 2)), (x[1:3], (12,)), (x[:, :3], (2, 2, 3))):
        z = y.reshape(*shape)
        observe.value(z)
        observe.aliasing(x, z)
    scalar = torch.tensor(np.array(rng.normal(size=()).round(2)))
    observe.aliasing(scalar, scalar.reshape(1, 1))


@check(task="6.4", points=1, help="Where no view is possible, make a contiguous copy first, and view that.")
def reshapes_by_copying(torch, observe, rng):
    """reshape copies where no view is possible."""
    x = torch.tensor(rng.normal(size=(4, 6)).round(2))
    for y, shape in ((x.t(), (-1,)), (x[:, :3], (3, 4))):
        z = y.reshape(*shape)
        observe.value(z)
        observe.value(z.is_contiguous())
        observe.aliasing(x, z)
    with observe.error():
        x.t().reshape(5, 5)


@check(
    task="6.4", points=1, help="A copy moves one for one with its original: record it, with copy_backward."
)
def sends_gradients_through_copies(torch, observe, rng):
    """Gradients go back through copies as through views."""
    x = torch.tensor(rng.normal(size=(2, 3)).round(2), requires_grad=True)
    x.t().reshape(6).backward(torch.tensor(rng.normal(size=6).round(2)))
    observe.gradient(x)
    (x * x).t().contiguous().backward(torch.tensor(rng.normal(size=(3, 2)).round(2)))
    observe.gradient(x)
