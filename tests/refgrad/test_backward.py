"""Backward: accumulation into `.grad`, release of what was saved, hooks, partial passes, higher orders."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import refgrad as torch

FREED = "Trying to backward through the graph a second time"


def leaf(*values: float) -> torch.Tensor:
    return torch.tensor(list(values), dtype=torch.float64, requires_grad=True)


def test_gradients_of_all_paths_are_added_up() -> None:
    x = leaf(2, 3)
    h = x * x
    (h * x + h).sum().backward()
    assert x.grad.tolist() == [3 * 4 + 4, 3 * 9 + 6]


def test_a_second_pass_adds_in_place_to_the_same_tensor() -> None:
    x = leaf(1, 2)
    (x * 2).sum().backward()
    first = x.grad
    (x * 3).sum().backward()
    assert x.grad is first
    assert first.tolist() == [5, 5]
    assert first._version == 1


def test_both_leaves_of_a_sum_have_gradients_of_their_own() -> None:
    x, y = leaf(1, 2), leaf(3, 4)
    (x + y).sum().backward()
    x.grad.zero_()
    assert y.grad.tolist() == [1, 1]


def test_the_users_gradient_is_not_taken_over() -> None:
    x, g = leaf(1, 2), torch.ones(2, dtype=torch.float64)
    x.backward(g)
    x.grad.add_(1)
    assert g.tolist() == [1, 1]


def test_a_gradient_takes_the_layout_of_a_dense_leaf() -> None:
    x = torch.ones(3, 2).t().requires_grad_()
    (x * torch.ones(2, 3)).sum().backward()
    assert x.grad.stride() == (1, 2)


def test_a_gradient_has_the_dtype_and_shape_of_its_leaf() -> None:
    x = torch.ones(3, requires_grad=True)
    (x * torch.ones(2, 3, dtype=torch.float64)).sum().backward()
    assert x.grad.dtype is torch.float32
    assert x.grad.shape == (3,)
    assert x.grad.tolist() == [2, 2, 2]


def test_what_saved_nothing_may_run_twice_and_what_saved_something_may_not() -> None:
    x = leaf(1, 2)
    y = (x + 1).sum()
    y.backward()
    y.backward()
    assert x.grad.tolist() == [2, 2]
    z = (x * x).sum()
    z.backward()
    with pytest.raises(RuntimeError, match=FREED):
        z.backward()


def test_retain_graph_keeps_what_was_saved() -> None:
    x = leaf(1, 2)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.tolist() == [4, 8]


def test_saved_values_are_released_one_node_after_the_other() -> None:
    x = leaf(1, 2)
    a = x.exp()
    b = a.exp()
    states: list[bool] = []

    def look(_: object) -> None:
        states.append(b.grad_fn.saved is None)

    a.register_hook(look)
    b.sum().backward()
    assert states == [True]


def test_a_partial_pass_frees_only_what_it_ran() -> None:
    x, z = leaf(1), leaf(2)
    e = x.exp()
    c = e * z
    torch.autograd.grad(c, z)
    e.backward()
    assert x.grad.item() == pytest.approx(np.e)


def test_grad_leaves_the_leaves_alone() -> None:
    x = leaf(2)
    (found,) = torch.autograd.grad(x * x, x)
    assert found.item() == 4
    assert x.grad is None


def test_backward_with_inputs_fills_only_those() -> None:
    x, z = leaf(2), leaf(3)
    h = x * 2
    (h * z).backward(inputs=[z])
    assert z.grad.item() == 4
    assert x.grad is None


def test_derivatives_of_derivatives_are_recorded_on_request() -> None:
    x = leaf(3)
    (first,) = torch.autograd.grad(x**3, x, create_graph=True)
    (second,) = torch.autograd.grad(first, x, create_graph=True)
    (third,) = torch.autograd.grad(second, x)
    assert (first.item(), second.item(), third.item()) == (27, 18, 6)


def test_float_sums_are_formed_in_execution_order() -> None:
    x = torch.tensor(1.0, requires_grad=True)
    (x * 1e8 + x * 1.0 - x * 1e8).backward()
    assert x.grad.item() == 0.0
    x.grad = None
    (x * 1.0 + x * 1e8 - x * 1e8).backward()
    assert x.grad.item() == 1.0


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
@pytest.mark.parametrize("times", [1, 1000], ids=["few", "many"])
def test_relu_stops_infinite_gradients_and_lets_those_of_nan_through(times: int, dtype: Any) -> None:
    x = torch.tensor([-1.0, 1.0, float("nan")] * times, dtype=dtype, requires_grad=True)
    torch.relu(x).backward(torch.tensor([float("inf"), 2.0, 3.0] * times, dtype=dtype))
    assert x.grad.dtype is dtype
    assert x.grad.tolist() == [0, 2, 3] * times


def test_infinite_results_are_silent_in_every_thread() -> None:
    def work() -> float:
        x = torch.tensor([3e38], requires_grad=True)
        (x * x * x).backward()
        return float(x.grad)

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(work).result() == float("inf")


def test_masks_of_many_elements_follow_the_layout_of_the_gradient() -> None:
    x = torch.randn(64, 64, requires_grad=True)
    g = torch.randn(64, 64).t()
    torch.relu(x).backward(g)
    assert torch.equal(x.grad, torch.where(x > 0, g, torch.zeros(())))


values = arrays.arrays(np.float64, arrays.array_shapes(max_dims=3, max_side=3), elements=st.floats(-3, 3))


@given(values, st.floats(-2, 2), st.floats(-2, 2))
def test_backward_is_linear_in_its_gradient(data: np.ndarray, a: float, b: float) -> None:
    x = torch.tensor(data, requires_grad=True)
    u, v = torch.ones_like(x), torch.tensor(np.cos(data))

    def slope(cotangent: torch.Tensor) -> np.ndarray:
        found: np.ndarray = torch.autograd.grad((x * x).tanh(), x, cotangent)[0].numpy()
        return found

    assert np.allclose(slope(a * u + b * v), a * slope(u) + b * slope(v))


@given(values)
def test_the_gradient_of_a_sum_of_parts_does_not_depend_on_how_it_is_cut(data: np.ndarray) -> None:
    x = torch.tensor(data, requires_grad=True)
    (x * x).sum().backward()
    whole, x.grad = x.grad, None
    for part in (x * x).unbind(0):
        part.sum().backward(retain_graph=True)
    assert np.allclose(whole.numpy(), x.grad.numpy())


def test_what_a_hook_does_wrong_with_arrays_is_told_as_it_is() -> None:
    x = torch.ones(3, requires_grad=True)
    y = x * 2
    y.register_hook(lambda grad: np.ones(3) * np.ones(4))
    with pytest.raises(ValueError, match="could not be broadcast together"):
        y.sum().backward()


def test_a_gradient_of_one_element_can_be_changed_in_place() -> None:
    for dtype in (torch.float32, torch.complex64):
        x = torch.ones(1, dtype=dtype, requires_grad=True)
        (g,) = torch.autograd.grad(x.conj().sum().abs(), x)
        assert g.mul_(2).tolist() == [2]


def test_a_gradient_of_one_element_that_is_a_conjugate_is_added_to() -> None:
    x = torch.ones(1, dtype=torch.complex64, requires_grad=True)
    for _ in range(2):
        x.conj().sum().abs().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [2]
