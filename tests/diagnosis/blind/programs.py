"""More small programs, for what those of the first set do not show. They are of the same kind: see `independent.probes`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..independent.probes import Probe, attempt, constant, count_up, leaf, look

# ------------------------------------------------------------------------------------------------- backward


def negative_gradients_of_relu(torch: Any) -> Iterator[Any]:
    x = leaf(torch, -1.0, 0.0, 2.0, 3.0)
    x.relu().backward(constant(torch, 5.0, 5.0, -5.0, 7.0))
    yield look(x.grad)


def numbers_on_the_left(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 4.0)
    for y in (10.0 - x, 10.0 / x, 10.0 * x, 10.0 + x):
        yield look(y)
        y.backward()
        yield look(x.grad)


def polynomial(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 0.0, 1.0)
    y = x**2 - 2 * x + 1
    y.backward(constant(torch, 1.0, 1.0))
    yield look(x.grad)


def quotients(torch: Any) -> Iterator[Any]:
    x, y = leaf(torch, 3.0), leaf(torch, 2.0)
    (x / y / y).backward()
    yield look(x.grad)
    yield look(y.grad)


def constant_first(torch: Any) -> Iterator[Any]:
    x, c = leaf(torch, 1.0, 2.0), constant(torch, 3.0, 4.0)
    (c * x + c / x + (c - x)).sum().backward()
    yield look(x.grad)
    yield look(c.grad)


def network(torch: Any) -> Iterator[Any]:
    w, b = count_up(torch, 3, 2, requires_grad=True), leaf(torch, 0.5, -0.5)
    x = constant(torch, [[0.1, -0.2, 0.3], [0.4, 0.5, -0.6]])
    loss = (((x @ w + b).tanh() - 0.5) ** 2).mean()
    loss.backward()
    yield look(loss)
    yield look(w.grad)
    yield look(b.grad)


def diamond_of_operations(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 0.5)
    y = x.exp()
    (y.log() * y.sigmoid() + y.tanh()).backward()
    yield look(x.grad)


def square_matrices(torch: Any) -> Iterator[Any]:
    a = leaf(torch, [[1.0, 2.0], [3.0, 4.0]])
    b = leaf(torch, [[5.0, -6.0], [7.0, 8.0]])
    (a @ b.t()).backward(constant(torch, [[1.0, 10.0], [100.0, 1000.0]]))
    yield look(a.grad)
    yield look(b.grad)


def rows_of_a_matrix(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 3, 2, requires_grad=True)
    x[1].backward(constant(torch, 5.0, 7.0))
    yield look(x.grad)
    x[:, 1].backward(constant(torch, 1.0, 2.0, 3.0))
    yield look(x.grad)
    x[[2, 2]].backward(constant(torch, [[1.0, 2.0], [3.0, 4.0]]))
    yield look(x.grad)


def stretched_in_the_middle(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 2, 1, 3, requires_grad=True)
    y = count_up(torch, 4, 1, requires_grad=True)
    (x + y).backward(count_up(torch, 2, 4, 3))
    yield look(x.grad)
    yield look(y.grad)


def broadcast_on_the_way(torch: Any) -> Iterator[Any]:
    x = leaf(torch, [[1.0], [2.0]])
    y = x * 2.0
    (y * count_up(torch, 2, 3)).sum().backward()
    yield look(x.grad)


def shared_start_of_two_graphs(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 2.0)
    y = x.exp()
    (y + 1.0).backward()
    yield look(x.grad)
    yield attempt((y + 2.0).backward)
    yield look(x.grad)


def walked_twice(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 2.0)
    y = (x * 3.0) * x
    y.backward(retain_graph=True)
    y.backward(retain_graph=True)
    yield look(x.grad)


# ---------------------------------------------------------------------------------------------- retain_grad


def asked_again(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0, 2.0)
    y = x + 1.0
    z = (y * 2.0).sum()
    y.retain_grad()
    z.backward(retain_graph=True)
    y.retain_grad()
    yield look(y.grad)
    z.backward()
    yield look(y.grad)


def different_gradients(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0, 2.0)
    y = x + 1.0
    y.retain_grad()
    y.backward(constant(torch, 1.0, 2.0))
    yield look(y.grad)
    y.backward(constant(torch, 10.0, 20.0))
    yield look(y.grad)
    yield look(x.grad)


def everybody_answers(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0, 2.0)
    y = x * 1.0
    calls: list[Any] = []

    def add_one(grad: Any) -> Any:
        calls.append(look(grad))
        return grad + 1.0

    for _ in range(3):
        y.register_hook(add_one)
    y.sum().backward()
    yield calls, look(x.grad)


def answers_without_dimensions(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 3.0)
    y = x * 2.0
    y.register_hook(lambda grad: grad * 10.0)
    y.backward()
    yield look(x.grad)


def one_answer(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0, 2.0)
    y = x * 10.0
    y.retain_grad()
    y.register_hook(lambda grad: grad * 0.5)
    y.sum().backward()
    yield look(y.grad)
    yield look(x.grad)


def asked_of_one_only(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0, 2.0)
    y = x * 2.0
    z = y * y
    y.retain_grad()
    z.sum().backward()
    yield look(y.grad)
    yield look(z.grad)


def asked_after_use(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 3.0)
    y = x * x
    z = y * 2.0
    y.retain_grad()
    z.retain_grad()
    z.backward()
    yield look(y.grad)
    yield look(z.grad)


def who_is_called_when(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0, 2.0)
    y = x.exp()
    z = y * y + x
    calls: list[Any] = []
    x.register_hook(lambda grad: calls.append(("x", look(grad))))
    z.register_hook(lambda grad: calls.append(("z", look(grad))))
    y.register_hook(lambda grad: calls.append(("y", look(grad))))
    z.sum().backward()
    yield calls


def hook_with_a_gradient_already_there(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0)
    (x * 5.0).backward()
    x.register_hook(lambda grad: -grad)
    (x * 2.0).backward()
    yield look(x.grad)


def three_hooks_and_a_removal(torch: Any) -> Iterator[Any]:
    x = leaf(torch, 1.0, 2.0)
    y = x * 1.0
    calls: list[str] = []
    y.register_hook(lambda grad: calls.append("a"))
    handle = y.register_hook(lambda grad: calls.append("b"))
    y.register_hook(lambda grad: calls.append("c"))
    handle.remove()
    y.sum().backward()
    yield calls


# --------------------------------------------------------------------------------------------- view_reshape


def shapes_that_hold_less(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 12)
    for shape in ((2, 5), (2, 7), (3, -1, 5), (11,), (-1, 24)):
        yield attempt(lambda shape=shape: x.view(*shape))


def inferred_in_the_middle(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 24)
    yield look(x.view(2, -1, 4)), tuple(x.view(-1).shape), look(x.reshape(-1, 12))


def square_views(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 2, 2, 4)[:, :, :2]
    yield tuple(x.stride()), look(x.reshape(2, 4))
    yield attempt(lambda: x.view(4, 2))
    yield look(x.view(2, 2, 2, 1))


def three_dimensions_transposed(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 2, 3, 4)
    for dims in ((0, 1), (1, 2), (0, 2)):
        y = x.transpose(*dims)
        z = y.contiguous()
        yield tuple(y.stride()), y.is_contiguous(), z is y, look(z), tuple(z.stride()), z.is_contiguous()
        yield look(y.reshape(-1)), look(y.reshape(4, 6))


def gradients_past_gaps(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 3, 4, requires_grad=True)
    (x[:, :2].reshape(6) * count_up(torch, 6)).sum().backward()
    yield look(x.grad)
    y = count_up(torch, 2, 3, 2, requires_grad=True)
    y.transpose(0, 2).contiguous().backward(count_up(torch, 2, 3, 2))
    yield look(y.grad)


def writing_to_reshaped(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 2, 3)
    y = x.reshape(3, 2)
    y[0].zero_()
    yield look(x)
    z = x.t().reshape(2, 3)
    z.zero_()
    yield look(x)


def contiguous_memory(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 2, 3)
    x.contiguous().mul_(10.0)
    yield look(x)
    x[1:].contiguous().zero_()
    yield look(x)
    x[:, 1:].contiguous().mul_(10.0)
    yield look(x)


def results_are_in_order(torch: Any) -> Iterator[Any]:
    x = count_up(torch, 2, 3, requires_grad=True)
    y = x * 2.0
    yield y.is_contiguous(), y.contiguous() is y, y.view(6).is_contiguous(), y[1:].is_contiguous()


def rows_without_neighbours(torch: Any) -> Iterator[Any]:
    column = count_up(torch, 6, 2)[:, 1]
    yield tuple(column.stride()), column.is_contiguous()
    y = column.view(2, 3)
    yield tuple(y.stride()), look(y), y.is_contiguous()
    yield look(column.contiguous()), tuple(column.contiguous().stride())


# ------------------------------------------------------------------------------------------------ zero_grad


def flag_given(torch: Any) -> Iterator[Any]:
    for flag in (True, False):
        w = leaf(torch, 1.0, 2.0)
        optimizer = torch.optim.SGD([w], lr=0.5)
        (w * w).sum().backward()
        optimizer.zero_grad(set_to_none=flag)
        yield look(w.grad)


def in_place_and_go_on(torch: Any) -> Iterator[Any]:
    w = leaf(torch, 1.0, -2.0)
    with torch.no_grad():
        w -= 1.0
        w *= 3.0
    yield w.requires_grad, look(w)
    (w * w).sum().backward()
    yield look(w.grad)
    row = count_up(torch, 2, 2)
    row[0].mul_(10.0)
    row[1].zero_()
    yield look(row)


def two_optimizers(torch: Any) -> Iterator[Any]:
    v, w = leaf(torch, 1.0), leaf(torch, 2.0)
    slow, fast = torch.optim.SGD([v], lr=0.1), torch.optim.SGD([w], lr=0.5)
    (v * w).backward()
    slow.step()
    fast.step()
    yield look(v), look(w), look(v.grad), look(w.grad)
    slow.zero_grad()
    yield look(v.grad), look(w.grad)


def several_parameters(torch: Any) -> Iterator[Any]:
    params = [leaf(torch, 1.0, 2.0), leaf(torch, [[3.0]]), leaf(torch, -1.0, 0.5)]
    optimizer = torch.optim.SGD(params, lr=0.25)
    for _ in range(2):
        optimizer.zero_grad(set_to_none=False)
        ((params[0] * params[2]).sum() * params[1].sum()).backward()
        optimizer.step()
        yield [look(p) for p in params], [look(p.grad) for p in params]
    optimizer.zero_grad()
    yield [look(p.grad) for p in params], params[0].requires_grad, params[0].is_leaf


def closure_that_adds_up(torch: Any) -> Iterator[Any]:
    w = leaf(torch, 3.0)
    optimizer = torch.optim.SGD([w], lr=0.25)

    def closure() -> Any:
        loss = w + w
        loss.backward()
        return loss

    for _ in range(2):
        yield look(optimizer.step(closure)), look(w), look(w.grad)


PROGRAMS: dict[str, list[Probe]] = {
    "backward": [
        negative_gradients_of_relu,
        numbers_on_the_left,
        polynomial,
        quotients,
        constant_first,
        network,
        diamond_of_operations,
        square_matrices,
        rows_of_a_matrix,
        stretched_in_the_middle,
        broadcast_on_the_way,
        shared_start_of_two_graphs,
        walked_twice,
    ],
    "retain_grad": [
        asked_again,
        different_gradients,
        everybody_answers,
        answers_without_dimensions,
        one_answer,
        asked_of_one_only,
        asked_after_use,
        who_is_called_when,
        hook_with_a_gradient_already_there,
        three_hooks_and_a_removal,
    ],
    "view_reshape": [
        shapes_that_hold_less,
        inferred_in_the_middle,
        square_views,
        three_dimensions_transposed,
        gradients_past_gaps,
        writing_to_reshaped,
        contiguous_memory,
        results_are_in_order,
        rows_without_neighbours,
    ],
    "zero_grad": [
        flag_given,
        in_place_and_go_on,
        two_optimizers,
        several_parameters,
        closure_that_adds_up,
    ],
}
