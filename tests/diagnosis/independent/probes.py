"""Small programs that show what an engine does: on a right engine they say the same as on the reference.

Each takes an engine as `torch` and yields what it sees: numbers, names, flags. What a program raises ends it, and
belongs to what was seen.
"""

from __future__ import annotations

import gc
import warnings
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

Probe = Callable[[Any], Iterator[Any]]


def leaf(torch: Any, *numbers: Any) -> Any:
    """Make a leaf that wants a gradient: of one number, a list, or nested lists."""
    return torch.tensor(
        np.array(numbers[0] if len(numbers) == 1 else numbers, dtype=float), requires_grad=True
    )


def constant(torch: Any, *numbers: Any) -> Any:
    """Make a leaf that wants none."""
    return torch.tensor(np.array(numbers[0] if len(numbers) == 1 else numbers, dtype=float))


def count_up(torch: Any, *shape: int, requires_grad: bool = False) -> Any:
    """Make a tensor of 1, 2, 3, ..."""
    numbers = np.arange(1.0, np.prod(shape) + 1).reshape(shape)
    return torch.tensor(numbers, requires_grad=requires_grad)


def look(tensor: Any) -> Any:
    """Turn a tensor into plain numbers, rounded."""
    if tensor is None or isinstance(tensor, int | float):
        return tensor
    array = np.asarray(tensor.detach().data.tolist())
    return np.round(array, 9).tolist()


def attempt(action: Callable[[], Any]) -> str:
    """Say what an action raises."""
    try:
        action()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "fine"


def watch(engine: Any, probe: Probe) -> list[Any]:
    """Run a program on an engine, and return all that it sees, warnings and an error at the end included."""
    seen: list[Any] = []
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        try:
            seen.extend(probe(engine))
        except Exception as error:
            seen.append(f"{type(error).__name__}: {error}")
    return [*seen, *(f"{each.category.__name__}: {each.message}" for each in given)]


# ------------------------------------------------------------------------------------------------- backward


def one_path(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0, 2.0, 3.0)
    (x * 3.0 + 1.0).backward(constant(torch, 1.0, 10.0, 100.0))
    yield look(x.grad)


def two_backwards(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0, 2.0)
    for _ in range(2):
        (x * x).sum().backward()
        yield look(x.grad)


def held_gradient(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0, 2.0)
    x.backward(constant(torch, 1.0, 1.0))
    held = x.grad
    x.backward(constant(torch, 2.0, 3.0))
    yield look(held)


def gradient_of_the_caller(torch: Any) -> Iterator[Any]:
    x, first = leaf(torch, 1.0, 2.0), constant(torch, 5.0, 6.0)
    x.backward(first)
    x.backward(first)
    yield look(first)
    y = leaf(torch, 1.0, 2.0)
    (x + y).backward(first)
    yield look(first)
    yield look(x.grad)
    yield look(y.grad)


def implicit_start(torch: Any) -> Iterator[Any]:
    x = leaf(torch, [[2.0]])
    (x * x).backward()
    yield look(x.grad)
    y = leaf(torch, 1.0, 2.0)
    yield attempt((y * y).backward)


def gradient_of_one_element(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 3.0)
    (x * x).backward(constant(torch, 10.0))
    yield look(x.grad)


def refusals(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0, 2.0, 3.0)
    yield attempt(lambda: (x * 2.0).backward(constant(torch, 1.0, 2.0)))
    yield attempt(lambda: (x * 2.0).backward(constant(torch, [1.0])))
    yield attempt(constant(torch, 1.0).backward)


def diamond(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 3.0)
    y1, y2 = x + 1, 2 * x
    ((y1 - y2) ** 2).backward()
    yield look(x.grad)


def uneven_diamond(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 3.0)
    a = x * x
    b = -a
    (a * b).backward()
    yield look(x.grad)


def used_by_old_and_new(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 0.25)
    a = x.exp()
    c = ((-a) * 3.0).tanh()
    (a + c * a).backward()
    yield look(x.grad)


def ladder(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0)
    y = x
    for _ in range(12):
        y = y + y
    y.backward()
    yield look(x.grad)


def deep(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0)
    y = x
    for _ in range(5000):
        y = y + 1.0
    y.backward()
    yield look(x.grad)


def results_and_constants(torch: Any) -> Iterator[Any]:
    x, c = leaf(torch, 1.0, 2.0), constant(torch, 3.0, 4.0)
    y = x * c
    (y * y).sum().backward()
    yield look(c.grad)
    yield look(y.grad)


def detached(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0, 2.0)
    y = (x * 2.0).detach()
    yield y.requires_grad
    (x * y).sum().backward()
    yield look(x.grad)


def nested_no_grad(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0, 2.0)
    with torch.no_grad():
        with torch.no_grad():
            yield (x * 2).requires_grad
        yield (x * 2).requires_grad
    yield (x * 2).requires_grad


def add_and_neg(torch: Any) -> Iterator[Any]:
    x, y = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)
    (x + -y).backward(constant(torch, 5.0, 7.0))
    yield look(x.grad)
    yield look(y.grad)


def difference(torch: Any) -> Iterator[Any]:
    x, y = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)
    (x - y).backward(constant(torch, 5.0, 7.0))
    yield look(x.grad)
    yield look(y.grad)


def product(torch: Any) -> Iterator[Any]:
    x, y = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)
    (x * y).backward(constant(torch, 5.0, 7.0))
    yield look(x.grad)
    yield look(y.grad)


def square(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 3.0)
    (x * x).backward()
    yield look(x.grad)


def quotient(torch: Any) -> Iterator[Any]:
    x, y = leaf(torch, 1.0, 2.0), leaf(torch, 3.0, 4.0)
    (x / y).backward(constant(torch, 5.0, 7.0))
    yield look(x.grad)
    yield look(y.grad)


def power(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.5, 2.0)
    (x**3).backward(constant(torch, 5.0, 7.0))
    yield look(x.grad)


def exponential(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 0.5, 2.0)
    x.exp().backward(constant(torch, 5.0, 7.0))
    yield look(x.grad)


def logarithm(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 0.5, 2.0)
    x.log().backward(constant(torch, 5.0, 7.0))
    yield look(x.grad)


def s_shaped(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 0.5, -2.0)
    x.tanh().backward(constant(torch, 5.0, 7.0))
    yield look(x.grad)
    y = leaf(torch, 0.5, -2.0)
    y.sigmoid().backward(constant(torch, 5.0, 7.0))
    yield look(y.grad)


def rectified(torch: Any) -> Iterator[Any]:
    x = leaf(torch, -1.0, 0.0, 2.0)
    x.relu().backward(constant(torch, 5.0, 5.0, 5.0))
    yield look(x.grad)


def sums(torch: Any) -> Iterator[Any]:
    for dim, keepdim in ((None, False), (0, False), (1, False), (0, True), (-1, True)):
        x = count_up(torch, 2, 3, requires_grad=True)
        y = x.sum(dim, keepdim=keepdim) if dim is not None else x.sum()
        y.backward(count_up(torch, *y.shape))
        yield look(x.grad)


def means(torch: Any) -> Iterator[Any]:
    for dim, keepdim in ((None, False), (0, False), (1, False), (0, True), (-1, True)):
        x = count_up(torch, 2, 3, requires_grad=True)
        y = x.mean(dim, keepdim=keepdim) if dim is not None else x.mean()
        y.backward(count_up(torch, *y.shape))
        yield look(x.grad)


def reshaped(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 2, 3, requires_grad=True)
    x.reshape(3, 2).backward(count_up(torch, 3, 2))
    yield look(x.grad)


def transposed(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 2, 3, requires_grad=True)
    x.t().backward(count_up(torch, 3, 2))
    yield look(x.grad)


def transposed_in_three_dimensions(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 2, 3, 2, requires_grad=True)
    x.transpose(1, 2).backward(count_up(torch, 2, 2, 3))
    yield look(x.grad)


def picked(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0, 2.0, 3.0)
    x[1:].backward(constant(torch, 5.0, 7.0))
    yield look(x.grad)
    x[0].backward()
    yield look(x.grad)


def picked_twice(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0, 2.0, 3.0)
    x[[0, 0, 2]].backward(constant(torch, 1.0, 2.0, 3.0))
    yield look(x.grad)


def matrices(torch: Any) -> Iterator[Any]:
    for n, k, m in ((2, 2, 2), (2, 3, 4)):
        a, b = count_up(torch, n, k, requires_grad=True), count_up(torch, k, m, requires_grad=True)
        (a @ b).backward(count_up(torch, n, m))
        yield look(a.grad)
        yield look(b.grad)


def bias(torch: Any) -> Iterator[Any]:
    x, row = count_up(torch, 4, 3, requires_grad=True), leaf(torch, 1.0, 2.0, 3.0)
    (x + row).backward(count_up(torch, 4, 3))
    yield look(row.grad)
    yield look(x.grad)


def column_times_row(torch: Any) -> Iterator[Any]:
    column, row = leaf(torch, [[1.0], [2.0]]), leaf(torch, 10.0, 20.0, 30.0)
    (column * row).backward(count_up(torch, 2, 3))
    yield look(column.grad)
    yield look(row.grad)


def scalar_and_vector(torch: Any) -> Iterator[Any]:
    s, v = leaf(torch, 2.0), leaf(torch, 1.0, 2.0, 3.0)
    (s * v).sum().backward()
    yield look(s.grad)
    yield look(v.grad)


def released(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0, 2.0)
    y = x * x
    z = y.sum()
    z.backward()
    yield attempt(z.backward)
    yield attempt(lambda: y.backward(constant(torch, 1.0, 1.0)))


def nothing_to_release(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0)
    y = x + x - 1.0
    y.backward()
    yield attempt(y.backward)
    yield look(x.grad)


def retained_once(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 3.0)
    y = x * x
    yield attempt(lambda: y.backward(retain_graph=True))
    yield attempt(y.backward)
    yield look(x.grad)
    yield attempt(y.backward)


# ---------------------------------------------------------------------------------------------- retain_grad


def reading_results(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0, 2.0)
    y = x * 2.0
    y.sum().backward()
    yield look(y.grad)
    yield look(y.grad)
    yield look(x.grad)


def reading_before_backward(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0, 2.0)
    yield look(x.grad)
    y = x * 2.0
    y.retain_grad()
    yield look(y.grad)
    yield look(constant(torch, 1.0).grad)
    z = x * 3.0
    yield look(z.grad)


def retaining(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0, 2.0)
    y = x * 3.0
    y.retain_grad()
    z = y * y
    z.sum().backward()
    yield look(y.grad)
    yield look(x.grad)
    yield y.retains_grad, x.retains_grad, z.retains_grad


def retaining_every_path(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0, 2.0)
    y = x + 1.0
    y.retain_grad()
    z = (y + y * 3.0).sum()
    z.backward(retain_graph=True)
    yield look(y.grad)
    z.backward()
    yield look(y.grad)


def retaining_where_it_starts(torch: Any) -> Iterator[Any]:
    x, first = leaf(torch, 1.0, 2.0), constant(torch, 3.0, 4.0)
    y = x + 1.0
    y.retain_grad()
    y.backward(first)
    y.grad.data[:] = 0.0
    yield look(first)
    yield look(x.grad)


def whom_retain_grad_refuses(torch: Any) -> Iterator[Any]:
    yield attempt(constant(torch, 1.0).retain_grad)
    x = leaf(torch, 1.0)
    yield attempt(x.retain_grad)
    yield x.retains_grad


def freed(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0, 2.0)
    y = x + 1.0
    y.retain_grad()
    gone = weakref.ref(y)
    z = y + 1.0
    gc.disable()
    try:
        del y
        yield gone() is None
    finally:
        gc.enable()
    z.sum().backward()
    yield look(x.grad)


def hooks_of_results_and_leaves(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 3.0)
    y = x * x
    z = y * 2.0 + x
    seen: list[Any] = []
    x.register_hook(lambda grad: seen.append(("x", grad.item())))
    y.register_hook(lambda grad: seen.append(("y", grad.item())))
    handle = y.register_hook(lambda grad: seen.append("never"))
    handle.remove()
    yield attempt(handle.remove)
    z.backward(retain_graph=True)
    yield seen
    z.backward()
    yield seen


def order_of_hooks(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 3.0)
    y = x * 2.0
    seen: list[str] = []
    first = y.register_hook(lambda grad: seen.append("first"))
    y.register_hook(lambda grad: seen.append("second"))
    y.register_hook(lambda grad: seen.append("third"))
    y.backward(retain_graph=True)
    yield seen
    first.remove()
    y.backward()
    yield seen


def hook_of_a_dropped_result(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 3.0)
    y = x * 2.0
    z = y * y
    seen: list[float] = []
    y.register_hook(lambda grad: seen.append(grad.item()))
    del y
    z.backward()
    yield seen


def hook_gets_a_tensor(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0, 2.0)
    kinds: list[bool] = []
    x.register_hook(lambda grad: kinds.append(isinstance(grad, torch.Tensor)))
    (x * 2.0).sum().backward()
    yield kinds


def hook_that_removes_itself(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 3.0)
    y = x * 2.0
    seen: list[str] = []

    def once(grad: Any) -> None:
        seen.append("once")
        handle.remove()

    handle = y.register_hook(once)
    y.register_hook(lambda grad: seen.append("always"))
    y.backward(retain_graph=True)
    y.backward()
    yield seen


def one_function_twice(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 3.0)
    seen: list[float] = []

    def hook(grad: Any) -> None:
        seen.append(grad.item())

    x.register_hook(hook)
    x.register_hook(hook)
    (x * 2.0).backward()
    yield seen


def hook_of_a_constant(torch: Any) -> Iterator[Any]:
    yield attempt(lambda: constant(torch, 1.0).register_hook(print))


def answers(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0, 2.0)
    y = x * 10.0
    y.retain_grad()
    y.register_hook(lambda grad: grad * 2.0)
    y.register_hook(lambda grad: None)
    y.register_hook(lambda grad: grad + 1.0)
    y.sum().backward()
    yield look(y.grad)
    yield look(x.grad)


def answers_at_a_leaf(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0, 2.0)
    x.register_hook(lambda grad: grad * 0.5)
    for _ in range(2):
        (x * 10.0).sum().backward()
        yield look(x.grad)


# --------------------------------------------------------------------------------------------- view_reshape


def strides_of_new_tensors(torch: Any) -> Iterator[Any]:
    for shape in ((), (5,), (2, 3), (2, 3, 4)):
        x = torch.zeros(shape)
        yield tuple(x.stride()), x.is_contiguous()


def strides_of_views(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 24)
    for shape in ((24,), (4, 6), (2, 3, 4)):
        y = x.view(*shape)
        yield tuple(y.stride()), y.is_contiguous(), look(y)


def contiguity(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 2, 3)
    for y in (x, x.t(), x[:, :2], x[1:], x[:1].t(), x[1], x.view(6), x[:, :1], x[:, 1]):
        yield y.is_contiguous()


def shapes(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 6)
    yield look(x.view(-1, 2))
    yield look(x.view(2, -1))
    yield look(x.view((3, 2)))
    yield attempt(lambda: x.view(4, 2))
    yield attempt(lambda: x.reshape(4, 2))


def minus_ones(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 6)
    yield attempt(lambda: x.view(-1, 4))
    yield attempt(lambda: x.reshape(4, -1))
    yield attempt(lambda: x.view(-1, -1))
    yield attempt(lambda: x.view(2, -1, -1))


def shared_memory(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 4)
    x.view(2, 2)[0].mul_(10.0)
    yield look(x)
    x[2:].view(2, 1).mul_(10.0)
    yield look(x)
    x[2:].reshape(1, 2).mul_(10.0)
    yield look(x)


def views_of_what_has_gaps(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 2, 8)[:, :4]
    y = x.view(2, 2, 2)
    yield tuple(y.stride()), look(y)
    yield attempt(lambda: x.view(8))
    z = count_up(torch, 2, 3, 4)[:, 1:].view(2, 8)
    yield tuple(z.stride()), look(z)
    y.zero_()
    yield look(x)


def views_of_transposed(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 2, 3)
    yield attempt(lambda: x.t().view(6))
    yield look(x.t().view(3, 2))
    y = count_up(torch, 2, 3, 4).transpose(0, 1)
    yield attempt(lambda: y.view(3, 8))
    yield look(y.view(3, 2, 2, 2))


def views_past_length_one(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 3, 4, 1, 2)[:, :2]
    yield attempt(lambda: x.view(3, 4))
    y = count_up(torch, 3, 2, 4).transpose(0, 1)[:1].transpose(0, 1)
    yield tuple(y.shape), tuple(y.stride())
    yield attempt(lambda: y.view(3, 4))
    z = count_up(torch, 2, 3, 8)[:, :1, :4]
    yield attempt(lambda: z.view(2, 4))
    yield look(z.reshape(2, 2, 2))
    yield attempt(lambda: count_up(torch, 2, 1, 6)[:, :, :4].transpose(0, 1).view(2, 4))


def reshaping(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 2, 3)
    y = x.t().reshape(6)
    yield look(y), tuple(y.stride())
    y.zero_()
    yield look(x)
    z = count_up(torch, 2, 8)[:, :4]
    z.reshape(2, 2, 2).zero_()
    yield look(z)
    x.reshape(6).mul_(2.0)
    yield look(x)


def in_order(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 2, 3)
    y = x.t()
    z = y.contiguous()
    yield x.contiguous() is x, z is y, look(z), tuple(z.stride()), tuple(y.stride())
    z.zero_()
    yield look(x)
    row = x[:1].t()
    yield row.contiguous() is row


def gradients_of_views(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 2, 3, requires_grad=True)
    y = x.view(3, 2)
    yield y.requires_grad
    y.backward(count_up(torch, 3, 2))
    yield look(x.grad)
    (x.t() * 1.0).t().view(2, 3, 1).backward(count_up(torch, 2, 3, 1))
    yield look(x.grad)


def gradients_of_copies(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 2, 3, requires_grad=True)
    y = x.t().reshape(6)
    yield y.requires_grad
    y.backward(count_up(torch, 6))
    yield look(x.grad)
    z = x.t().contiguous()
    yield z.requires_grad
    z.backward(count_up(torch, 3, 2))
    yield look(x.grad)


# ------------------------------------------------------------------------------------------------ zero_grad


def in_place(torch: Any) -> Iterator[Any]:
    x = constant(torch, 1.0, 2.0, 3.0)
    other = x.detach()
    yield x.mul_(10.0) is x
    yield look(other)
    x.sub_(constant(torch, 1.0, 1.0, 1.0))
    yield look(other)
    before = x
    x -= 2.0
    x *= 2.0
    yield x is before, look(other)
    x.zero_()
    yield look(other)


def in_place_on_leaves(torch: Any) -> Iterator[Any]:
    w = leaf(torch, 1.0, -2.0)
    for change in (lambda: w.mul_(2.0), lambda: w.sub_(1.0), w.zero_):
        yield attempt(change)
        yield look(w)
    with torch.no_grad():
        yield attempt(lambda: w.mul_(2.0))
    yield look(w), w.requires_grad


def in_place_on_results(torch: Any) -> Iterator[Any]:
    y = leaf(torch, 1.0, -2.0) * 2.0
    yield attempt(lambda: y.mul_(3.0))
    yield look(y), y.requires_grad


def in_place_on_gradients(torch: Any) -> Iterator[Any]:
    w = leaf(torch, 1.0, -2.0)
    (w * w).sum().backward()
    yield attempt(lambda: w.grad.mul_(0.5))
    yield look(w.grad)
    yield attempt(w.grad.zero_)
    yield look(w.grad)


def two_with_and_one_without(torch: Any) -> tuple[Any, list[Any]]:
    """Make an optimizer of three parameters, of which the one in the middle has no gradient."""
    params = [leaf(torch, 1.0, 2.0), leaf(torch, 3.0), leaf(torch, 4.0)]
    ((params[0] * params[0]).sum() + params[2] * 3.0).backward()
    return torch.optim.SGD(params, lr=0.25), params


def clearing(torch: Any) -> Iterator[Any]:
    optimizer, params = two_with_and_one_without(torch)
    held = [p.grad for p in params]
    optimizer.zero_grad()
    yield [look(p.grad) for p in params], [look(p) for p in params]
    yield [look(grad) for grad in held]


def clearing_in_place(torch: Any) -> Iterator[Any]:
    optimizer, params = two_with_and_one_without(torch)
    held = [p.grad for p in params]
    optimizer.zero_grad(set_to_none=False)
    yield [look(p.grad) for p in params], [look(p) for p in params]
    yield [look(grad) for grad in held]
    yield [p.grad is grad for p, grad in zip(params, held, strict=True)]


def stepping(torch: Any) -> Iterator[Any]:
    optimizer, params = two_with_and_one_without(torch)
    others, held = [p.detach() for p in params], [p.grad for p in params]
    optimizer.step()
    yield [look(p) for p in params], [look(other) for other in others]
    yield [look(p.grad) for p in params]
    yield [p.grad is grad for p, grad in zip(params, held, strict=True)]
    yield [p.requires_grad for p in params], [p.is_leaf for p in params]


def training(torch: Any) -> Iterator[Any]:
    w = leaf(torch, 1.0, -2.0)
    optimizer = torch.optim.SGD([w], lr=0.25)
    for _ in range(3):
        optimizer.zero_grad()
        loss = (w * w).sum()
        loss.backward()
        optimizer.step()
        yield look(loss), look(w)


def training_by_closure(torch: Any) -> Iterator[Any]:
    w = leaf(torch, 1.0, -2.0)
    optimizer = torch.optim.SGD([w], lr=0.25)
    calls: list[int] = []

    def closure() -> Any:
        calls.append(1)
        optimizer.zero_grad()
        loss = (w * w).sum()
        loss.backward()
        return loss

    loss = optimizer.step(closure)
    yield isinstance(loss, torch.Tensor), look(loss), look(w), len(calls)
    with torch.no_grad():
        yield attempt(lambda: optimizer.step(closure))
        yield (w * 2).requires_grad, look(w)
    yield (w * 2).requires_grad


PROBES: dict[str, list[Probe]] = {
    "backward": [
        one_path,
        two_backwards,
        held_gradient,
        gradient_of_the_caller,
        implicit_start,
        gradient_of_one_element,
        refusals,
        diamond,
        uneven_diamond,
        used_by_old_and_new,
        ladder,
        deep,
        results_and_constants,
        detached,
        nested_no_grad,
        add_and_neg,
        difference,
        product,
        square,
        quotient,
        power,
        exponential,
        logarithm,
        s_shaped,
        rectified,
        sums,
        means,
        reshaped,
        transposed,
        transposed_in_three_dimensions,
        picked,
        picked_twice,
        matrices,
        bias,
        column_times_row,
        scalar_and_vector,
        released,
        nothing_to_release,
        retained_once,
    ],
    "retain_grad": [
        reading_results,
        reading_before_backward,
        retaining,
        retaining_every_path,
        retaining_where_it_starts,
        whom_retain_grad_refuses,
        freed,
        hooks_of_results_and_leaves,
        order_of_hooks,
        hook_of_a_dropped_result,
        hook_gets_a_tensor,
        hook_that_removes_itself,
        one_function_twice,
        hook_of_a_constant,
        answers,
        answers_at_a_leaf,
    ],
    "view_reshape": [
        strides_of_new_tensors,
        strides_of_views,
        contiguity,
        shapes,
        minus_ones,
        shared_memory,
        views_of_what_has_gaps,
        views_of_transposed,
        views_past_length_one,
        reshaping,
        in_order,
        gradients_of_views,
        gradients_of_copies,
    ],
    "zero_grad": [
        in_place,
        in_place_on_leaves,
        in_place_on_results,
        in_place_on_gradients,
        clearing,
        clearing_in_place,
        stepping,
        training,
        training_by_closure,
    ],
}
