"""Functions made of functions agree with derivatives by hand, nest, and leave nothing behind."""

from __future__ import annotations

from typing import Any

import pytest

import refgrad as torch
from refgrad import func, nn


def test_transformations_nest_to_any_order() -> None:
    slope: Any = lambda x: x**5  # noqa: E731
    for factor in (5 * 2.0**4, 20 * 2.0**3, 60 * 2.0**2, 120 * 2.0):
        slope = func.grad(slope)
        assert slope(torch.tensor(2.0)).item() == factor


def test_a_result_requires_grad_only_where_something_outside_does() -> None:
    weight = torch.tensor(3.0, requires_grad=True)
    plain = func.grad(lambda x: x**3)(torch.tensor(2.0))
    outside = func.grad(lambda x: x**2 * weight)(torch.tensor(2.0))
    assert (plain.requires_grad, outside.requires_grad) == (False, True)
    outside.backward()
    assert weight.grad.item() == 4.0


def test_the_arguments_are_left_as_they_were() -> None:
    x = torch.ones(2)
    func.grad(lambda x: (x * x).sum())(x)
    assert (x.requires_grad, x.grad, x.grad_fn) == (False, None, None)


def test_jvp_and_vjp_are_adjoint() -> None:
    def function(x: Any) -> Any:
        return torch.stack([x[0] * x[1], x[1].sin(), x.sum()])

    x, along, weights = torch.tensor([0.3, 0.7]), torch.tensor([2.0, -1.0]), torch.tensor([1.0, 2.0, 3.0])
    _, change = func.jvp(function, (x,), (along,))
    (slopes,) = func.vjp(function, x)[1](weights)
    assert torch.allclose(change @ weights, slopes @ along)


def test_jacobians_are_those_of_autograd_functional() -> None:
    x = torch.tensor([0.3, 0.7])
    function = lambda x: x.cumsum(0).exp()  # noqa: E731
    expected = torch.autograd.functional.jacobian(function, x)
    assert torch.allclose(func.jacrev(function)(x), expected)
    assert torch.allclose(func.jacfwd(function)(x), expected)


def test_the_gradient_of_each_sample_is_vmap_of_the_gradient() -> None:
    module = nn.Linear(3, 1)
    weights = {name: each.detach() for name, each in module.named_parameters()}
    samples = torch.randn(4, 3)

    def loss(weights: Any, sample: Any) -> Any:
        return func.functional_call(module, weights, (sample,)).square().sum()

    each = func.vmap(func.grad(loss), in_dims=(None, 0))(weights, samples)
    assert each["weight"].shape == (4, 1, 3)
    for at in range(4):
        module.zero_grad()
        module(samples[at]).square().sum().backward()
        assert torch.allclose(each["weight"][at], module.weight.grad)


def test_a_module_has_its_own_parameters_again_though_the_call_fails() -> None:
    module = nn.Linear(2, 1)
    weight = module.weight
    with pytest.raises(RuntimeError, match="cannot be multiplied"):
        func.functional_call(module, {"weight": torch.ones(1, 3)}, (torch.ones(1, 2),))
    assert module.weight is weight


def test_tied_parameters_are_replaced_together() -> None:
    module = nn.Sequential(nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False))
    module[1].weight = module[0].weight
    doubled = func.functional_call(module, {"0.weight": 2 * torch.eye(2)}, (torch.ones(2),))
    assert doubled.tolist() == [4.0, 4.0]
