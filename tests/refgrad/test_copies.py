"""Copies and pickles keep the elements, the class and whether grad is required."""

from __future__ import annotations

import copy
import pickle

import pytest

import refgrad as torch
from refgrad import nn


@pytest.mark.parametrize(
    "made", [torch.tensor([1.0, 2.0]), nn.Parameter(torch.ones(2, 2))], ids=["tensor", "parameter"]
)
def test_a_pickle_brings_the_same_tensor_back(made: torch.Tensor) -> None:
    back = pickle.loads(pickle.dumps(made))
    assert type(back) is type(made)
    assert torch.equal(back, made)
    assert back.requires_grad == made.requires_grad


def test_a_copied_module_has_parameters_of_its_own() -> None:
    module = nn.Linear(2, 1)
    twin = copy.deepcopy(module)
    with torch.no_grad():
        twin.weight.zero_()
    assert isinstance(twin.weight, nn.Parameter)
    assert not torch.equal(module.weight, twin.weight)


def test_a_module_goes_through_a_pickle() -> None:
    module = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    back = pickle.loads(pickle.dumps(module.state_dict()))
    assert torch.equal(back["0.weight"], module[0].weight)
