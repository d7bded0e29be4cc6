"""The solved engine itself, where a check cannot or need not look."""

from __future__ import annotations

import gc
import types
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradlab.assemble import assemble
from gradlab.assignment import Assignment
from gradlab.course import find_course, load_assignment, shipped_course


@pytest.fixture
def torch(as_engine: Callable[[str], types.ModuleType]) -> Any:
    course = find_course(shipped_course())
    last = load_assignment(course, course.order[-1])
    return as_engine(assemble(last, solved=[task.id for task in last.tasks]))


def test_a_graph_may_be_a_hundred_thousand_nodes_deep(torch: Any) -> None:
    x = torch.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(100_000):
        y = y + x
    y.backward()
    assert x.grad.item() == 100_001.0
    del y


def test_what_was_saved_is_freed_by_reference_counting_alone(torch: Any) -> None:
    x = torch.tensor(np.ones(1000), requires_grad=True)
    y = x.exp()
    z = (y * y).sum()
    saved = [weakref.ref(y), weakref.ref(z.grad_fn.next[0].saved[0])]
    del y
    gc.disable()
    try:
        assert saved[0]() is not None
        z.backward()
        assert [ref() for ref in saved] == [None, None]
    finally:
        gc.enable()


def test_a_whole_graph_is_freed_with_its_output(torch: Any) -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).exp().sum()
    node = weakref.ref(y.grad_fn.next[0])
    leaf = weakref.ref(x)
    gc.disable()
    try:
        del y
        assert node() is None
        del x
        assert leaf() is None
    finally:
        gc.enable()


def test_data_is_an_exact_array_even_for_scalars(torch: Any) -> None:
    x = torch.tensor(2.0, requires_grad=True)
    y = x.sum()
    y.backward()
    for tensor in (x, y, x.grad, x[None][0], torch.zeros(2, 3), torch.ones((2, 3)), x.detach()):
        assert type(tensor.data) is np.ndarray
        assert tensor.data.dtype == np.float64


def test_detach_shares_memory_and_forgets_history(torch: Any) -> None:
    x = torch.tensor([1.0], requires_grad=True)
    y = (x * 2).detach()
    assert y.is_leaf
    assert not y.requires_grad
    assert np.shares_memory(x.detach().data, x.data)


@pytest.mark.parametrize("index", [1, -1, (1,), (1, 2), (np.int64(0), 1), (..., 1, 2), (1, ..., 2)])
def test_what_is_picked_lies_in_the_same_memory_also_a_single_number(torch: Any, index: Any) -> None:
    lengths = (2, 3) if isinstance(index, tuple) and len(index) > 1 else (2,)
    x = torch.zeros(lengths)
    picked = x[index]
    assert picked.shape == ()
    assert np.shares_memory(picked.data, x.data)
    picked.sub_(5.0)
    assert x[index].item() == -5.0
    assert x.sum().item() == -5.0


def test_a_single_number_sends_its_gradient_back(torch: Any) -> None:
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    (x[1, 0] * x[1, 0] + x[0][1]).backward()
    assert x.grad.data.tolist() == [[0.0, 1.0], [6.0, 0.0]]


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (2, 0, 3)])
def test_without_elements_every_shape_without_elements_is_a_view(torch: Any, shape: tuple[int, ...]) -> None:
    import refgrad

    def seen(engine: Any) -> list[Any]:
        found = []
        for transposed in (False, True):
            x = engine.tensor(np.zeros(shape), requires_grad=True)
            y = x.transpose(0, -1) if transposed else x
            for wanted in [(0,), (3, 0), (0, 3), (1, 0, 2)]:
                z = y.view(wanted)
                w = y.reshape(wanted).contiguous()
                (z.sum() + (w * 2.0).sum()).backward()
                flags = (y.is_contiguous(), z.is_contiguous(), w.is_contiguous())
                found.append((flags, tuple(z.shape), tuple(w.shape), tuple(x.grad.shape)))
        return found

    assert seen(torch) == seen(refgrad)


def test_only_floats_can_require_gradients(torch: Any) -> None:
    with pytest.raises(
        RuntimeError, match="Only Tensors of floating point and complex dtype can require gradients"
    ):
        torch.tensor([1, 2], requires_grad=True)


def test_no_grad_is_a_block_and_a_decorator_and_survives_exceptions(torch: Any) -> None:
    x = torch.tensor(1.0, requires_grad=True)

    @torch.no_grad()
    def double() -> Any:
        return x * 2

    assert not double().requires_grad
    with pytest.raises(ZeroDivisionError), torch.no_grad():
        _ = 1 / 0
    assert (x * 2).requires_grad


def test_tensors_print_like_pytorch_s(torch: Any) -> None:
    x = torch.tensor([1.0, 2.5], requires_grad=True)
    assert repr(x) == "tensor([1. , 2.5], requires_grad=True)"
    assert repr(x * 2) == "tensor([2., 5.], grad_fn=<MulBackward0>)"
    assert repr(x.detach()) == "tensor([1. , 2.5])"


def test_the_shipped_engine_is_small(shipped: Assignment) -> None:
    import ast

    lines = 0
    for chapter in find_course(shipped_course()).chapters:
        tree = ast.parse((shipped.course.root / "engine" / chapter).read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and ast.get_docstring(node):
                node.body = node.body[1:] or [ast.Pass()]
        lines += len(ast.unparse(tree).splitlines())
    assert lines <= 700
