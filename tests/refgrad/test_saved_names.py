"""What `grad_fn._saved_...` and `_raw_saved_...` show, how long, and what hooks on one saved tensor do."""

from __future__ import annotations

import pytest

import refgrad as torch


def test_sizes_and_strides_stay_after_backward_and_tensors_go() -> None:
    x = torch.ones(2, 3, requires_grad=True)
    y = x @ torch.ones(3, 4)
    y.sum().backward()
    node = y.grad_fn
    assert (node._saved_self_sym_sizes, node._saved_mat2_sym_sizes) == ((2, 3), (3, 4))
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        _ = node._saved_mat2


def test_the_list_of_saved_names_has_no_name_that_cannot_be_read() -> None:
    x = torch.ones(2, 3, requires_grad=True)
    for made in (x @ x.t(), x[0:1], x.sum(-1), x.var(0), x.unfold(1, 2, 1), x.split(1)[0], x.exp()):
        names = [name for name in dir(made.grad_fn) if name.startswith(("_saved_", "_raw_saved_"))]
        assert names
        for name in names:
            getattr(made.grad_fn, name)


def test_a_negative_dimension_shows_as_the_unsigned_number_that_torch_keeps() -> None:
    x = torch.ones(2, 3, requires_grad=True)
    assert x.sum(-1).grad_fn._saved_dim == (2**64 - 1,)
    assert x.softmax(-2).grad_fn._saved_dim == 2**64 - 2


def test_hooks_on_one_saved_tensor_pack_and_unpack_only_that_one() -> None:
    x = torch.tensor([3.0], requires_grad=True)
    w = torch.tensor([5.0], requires_grad=True)
    y = x * w
    y.grad_fn._raw_saved_self.register_hooks(
        lambda saved: saved.item(), lambda number: torch.tensor([number * 2])
    )
    y.backward()
    assert (w.grad.item(), x.grad.item()) == (6.0, 5.0)


def test_an_index_tensor_that_was_changed_since_is_found_out() -> None:
    x, index = torch.ones(3, requires_grad=True), torch.tensor([0, 1])
    for pick in (lambda: x[index], lambda: x.gather(0, index), lambda: x.clone().index_put((index,), x[:2])):
        y = pick()
        index[0] = 2
        with pytest.raises(
            RuntimeError, match=r"\[torch.LongTensor \[2\]\] is at version \d; expected version"
        ):
            y.sum().backward()


def test_saved_tensors_hooks_pack_index_tensors_and_the_gradient_follows_what_they_return() -> None:
    x, index = torch.arange(3.0).requires_grad_(), torch.tensor([0, 1])
    packed = []

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        packed.append(tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor + 1):
        y = x[index]
    y.sum().backward()
    assert [each is index for each in packed] == [True]
    assert x.grad.tolist() == [0.0, 1.0, 1.0]
