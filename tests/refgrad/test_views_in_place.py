"""Views share memory and versions with their base; changes in place move the history on, or are refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refgrad as torch

MODIFIED = "one of the variables needed for gradient computation has been modified by an inplace operation"


def test_a_view_and_its_base_share_one_version() -> None:
    x = torch.zeros(4)
    v, d, data = x.view(2, 2), x.detach(), x.data
    v.add_(1)
    x.mul_(2)
    assert (x._version, v._version, d._version, data._version) == (2, 2, 2, 0)
    assert data.tolist() == [2, 2, 2, 2]


def test_a_view_of_a_view_has_the_same_base() -> None:
    x = torch.zeros(2, 3)
    assert x.t()[0]._base is x


def test_changing_a_view_rewrites_the_history_of_base_and_views() -> None:
    x = torch.ones(4, requires_grad=True)
    base = x * 1
    matrix = base.view(2, 2)
    row = matrix[0]
    row.mul_(torch.tensor([10.0, 20.0]))
    assert base.grad_fn.name() == "torch::autograd::CopySlices"
    assert matrix.grad_fn.name() == "AsStridedBackward0"
    matrix.sum().backward()
    assert x.grad.tolist() == [10, 20, 1, 1]


def test_an_operand_that_requires_grad_makes_the_base_require_it() -> None:
    w, b = torch.full((2,), 3.0, requires_grad=True), torch.ones(2, 2)
    b[1] *= w
    assert not b.is_leaf
    b.sum().backward()
    assert w.grad.tolist() == [1, 1]


def test_set_elements_by_mask_and_by_index() -> None:
    x = torch.ones(3, requires_grad=True)
    y = x * 2
    y[y > 3] = 5.0
    y[torch.tensor([0, 2])] = x[:2] * 7
    y.sum().backward()
    assert x.grad.tolist() == [7, 9, 0]


def test_a_saved_input_that_changed_is_refused() -> None:
    x = torch.ones(2, requires_grad=True)
    h = x * 2
    y = h * h
    h.add_(1)
    with pytest.raises(RuntimeError, match=MODIFIED):
        y.sum().backward()


def test_a_factor_that_is_not_needed_may_change() -> None:
    x, w = torch.ones(2, requires_grad=True), torch.ones(2)
    y = x + w
    w.zero_()
    y.sum().backward()
    assert x.grad.tolist() == [1, 1]


def test_in_place_keeps_the_original_where_its_own_derivative_needs_it() -> None:
    x = torch.tensor([2.0, 3.0], requires_grad=True)
    w = torch.tensor([5.0, 7.0], requires_grad=True)
    y = x * 1
    y *= w
    y.sum().backward()
    assert w.grad.tolist() == [2, 3]
    assert x.grad.tolist() == [5, 7]


def test_retain_grad_follows_a_tensor_through_a_change() -> None:
    x = torch.ones(2, requires_grad=True)
    h = x * 2
    h.retain_grad()
    h.mul_(3)
    (h * 5).sum().backward()
    assert h.grad.tolist() == [5, 5]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda x: x.add_(1), "a leaf Variable that requires grad is being used in an in-place operation."),
        (
            lambda x: x[0].add_(1),
            "a view of a leaf Variable that requires grad is being used in an in-place operation.",
        ),
        (lambda x: (x * 1).split(1)[0].add_(1), "Output 0 of Split is a view and is being modified inplace."),
        (
            lambda x: (x * 1).unbind(0)[1].mul_(2),
            "Output 1 of Unbind is a view and is being modified inplace.",
        ),
    ],
)
def test_a_change_that_autograd_could_not_follow_is_refused(change: object, text: str) -> None:
    with pytest.raises(RuntimeError) as caught:
        change(torch.ones(2, requires_grad=True))  # type: ignore[operator]
    assert str(caught.value).startswith(text)


def test_a_view_made_unrecorded_is_not_changed_when_recording() -> None:
    base = torch.ones(2, requires_grad=True) * 1
    with torch.no_grad():
        view = base.view(2)
    with pytest.raises(
        RuntimeError, match="A view was created in no_grad mode and is being modified inplace"
    ):
        view.add_(1)


VIEWS = {
    "row": lambda t: t[0],
    "column": lambda t: t[:, 1],
    "transposed": lambda t: t.t(),
    "flat": lambda t: t.reshape(-1),
    "every second": lambda t: t[:, ::2],
    "diagonal": lambda t: t.diagonal(),
}


@given(
    st.lists(st.tuples(st.sampled_from(sorted(VIEWS)), st.sampled_from(["mul", "add", "zero"])), max_size=4)
)
def test_changing_views_gives_the_gradients_of_the_same_changes_without_views(
    steps: list[tuple[str, str]],
) -> None:
    start = np.arange(1.0, 10.0).reshape(3, 3)
    x = torch.tensor(start, requires_grad=True)
    y = x * 1
    slope = np.ones((3, 3))
    for name, change in steps:
        part, flat = VIEWS[name](y), np.zeros((3, 3), bool)
        VIEWS[name](torch.from_numpy(flat)).fill_(True)
        if change == "mul":
            part.mul_(3)
            slope[flat] *= 3
        elif change == "add":
            part.add_(1)
        else:
            part.zero_()
            slope[flat] = 0
    y.sum().backward()
    assert np.array_equal(x.grad.numpy(), slope)


def test_grad_finds_the_way_through_the_history_that_a_view_gets_late() -> None:
    x = torch.ones(2, requires_grad=True)
    a = x * 3
    view = a.reshape(1, -1)
    a.mul_(x)
    result = view * 2  # this asks for the view's new history
    (slope,) = torch.autograd.grad(result.sum(), x)
    assert slope.tolist() == [12.0, 12.0]


def test_a_change_of_the_real_parts_is_followed_back_to_complex_numbers() -> None:
    z = torch.tensor([1 + 3j, 2 + 4j]).requires_grad_()
    y = z * 1
    y.real.mul_(3)
    (y.abs() ** 2).sum().backward()
    assert torch.allclose(z.grad, torch.tensor([18 + 6j, 36 + 8j]))
