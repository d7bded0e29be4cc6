"""The shipped assignment `backward`: solution, stubs, mistakes and examples against what is right."""

from __future__ import annotations

import gc
import json
import tomllib
import types
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradlab.assemble import assemble
from gradlab.assignment import Assignment
from gradlab.course import find_course, shipped_course
from gradlab.mistakes import load_mistakes, replace_definitions

ENDLESS = {
    "walks_every_path": frozenset({"more_paths_than_atoms"})
}  # ended by the time limit, which is not here
EXAMPLES = tomllib.loads((shipped_course() / "backward" / "examples" / "expected.toml").read_text())[
    "examples"
]
MISTAKES = sorted(path.stem for path in (shipped_course() / "backward" / "mistakes").glob("*.py"))
TASKS = ["2.1", "2.2", "2.3", "2.4", "2.5", "2.6"]


@pytest.fixture(scope="module")
def solution(backward: Assignment) -> str:
    return assemble(backward, solved=TASKS)


@pytest.fixture
def torch(solution: str, as_engine: Callable[[str], types.ModuleType]) -> Any:
    return as_engine(solution)


def test_there_are_enough_checks_of_both_kinds(backward: Assignment) -> None:
    assert sum(not check.hidden for check in backward.checks) >= 15
    assert sum(check.hidden for check in backward.checks) >= 10
    assert all(check.help for check in backward.checks if not check.hidden)


def test_the_solution_passes_every_check(bench: Any, solution: str) -> None:
    assert bench.failing(solution) == {}


@pytest.mark.parametrize("count", range(6))
def test_with_the_first_tasks_solved_their_checks_pass_and_no_other(
    bench: Any, backward: Assignment, count: int
) -> None:
    failing = bench.failing(assemble(backward, solved=TASKS[:count]))
    assert set(failing) == {check.name for check in backward.checks if check.task not in TASKS[:count]}


def test_the_stub_is_said_to_be_not_implemented_yet(bench: Any, backward: Assignment) -> None:
    messages = set(bench.failing(assemble(backward, solved=())).values())
    assert messages == {"Not implemented yet (task 2.1)."}


@pytest.mark.parametrize("name", MISTAKES)
def test_every_mistake_fails_what_it_declares(
    bench: Any, backward: Assignment, solution: str, name: str
) -> None:
    [mistake] = [found for found in load_mistakes(backward) if found.name == name]
    endless = ENDLESS.get(name, frozenset())
    failing = set(bench.failing(replace_definitions(solution, mistake), without=endless)) | endless
    assert mistake.must_fail <= failing <= mistake.must_fail | mistake.may_fail


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["name"])
def test_every_example_gets_the_report_that_it_must_get(
    bench: Any, backward: Assignment, example: dict[str, Any]
) -> None:
    failing = bench.failing(_source(backward, example))
    fails = set(TASKS) if example["fails"] == "everything" else set(example["fails"])
    assert set(failing) == {check.name for check in backward.checks if {check.name, check.task} & fails}
    assert sum(check.points for check in backward.checks if check.name not in failing) == example["score"]


def _source(backward: Assignment, example: dict[str, Any]) -> str:
    if "file" in example:
        text = (backward.root / "examples" / example["file"]).read_text(encoding="utf-8")
        return _joined(text) if example["file"].endswith(".ipynb") else text
    source = assemble(backward, solved=example["solved"])
    for mistake in load_mistakes(backward):
        if mistake.name == example.get("mistake"):
            source = replace_definitions(source, mistake)
    return source


def _joined(notebook: str) -> str:
    cells = json.loads(notebook)["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


# --- the solution itself, where a check cannot or need not look -----------------------------------------------
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


def test_the_shipped_engine_is_small(backward: Assignment) -> None:
    import ast

    lines = 0
    for chapter in find_course(shipped_course()).chapters:
        tree = ast.parse((backward.course.root / "engine" / chapter).read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and ast.get_docstring(node):
                node.body = node.body[1:] or [ast.Pass()]
        lines += len(ast.unparse(tree).splitlines())
    assert lines <= 700
