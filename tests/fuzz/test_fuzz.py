"""Random programs: they find what is wrong, and nothing where everything is right."""

from __future__ import annotations

from pathlib import Path

import pytest

import refgrad
from gradlab.course import find_course, load_assignment, shipped_course
from gradlab.errors import SubmissionError
from gradlab.fuzz.draft import Asked
from gradlab.fuzz.generate import Generator
from gradlab.show import show

from .conftest import Hunter

ROOT = shipped_course()
ORDER = find_course(Path(), ROOT).order
MISTAKES = [(name, path.stem) for name in ORDER for path in sorted((ROOT / name / "mistakes").glob("*.py"))]
BUDGET = 3000  # programs in which every shipped mistake shows
QUICK = 200
QUICKLY_FOUND = [
    ("backward", "assigns_grad"),
    ("zero_grad", "always_none"),
    ("retain_grad", "keeps_only_the_last"),
    ("view_reshape", "reshape_always_copies"),
]


def right_engines(hunter: Hunter, name: str) -> dict[str, str]:
    own = (ROOT / name / "examples" / "own_design.py").read_text(encoding="utf-8")
    return {"solution": hunter.solution(name), "own_design": own}


@pytest.mark.parametrize("name", ORDER)
@pytest.mark.parametrize("engine", ["solution", "own_design"])
def test_a_right_engine_never_differs(hunter: Hunter, name: str, engine: str) -> None:
    found = hunter.search(name, right_engines(hunter, name)[engine], programs=QUICK)
    assert (found.counterexample, found.left_out) == (None, {})
    assert found.tried > 0.85 * QUICK


@pytest.mark.slow
@pytest.mark.parametrize("name", ORDER)
@pytest.mark.parametrize("engine", ["solution", "own_design"])
def test_a_right_engine_does_not_differ_in_thousands_of_programs(
    hunter: Hunter, name: str, engine: str
) -> None:
    found = hunter.search(name, right_engines(hunter, name)[engine], programs=4000, seed=7)
    assert found.counterexample is None


@pytest.mark.parametrize(("name", "mistake"), QUICKLY_FOUND)
def test_a_mistake_is_found(hunter: Hunter, name: str, mistake: str) -> None:
    found = hunter.search(name, hunter.solution(name, mistake), programs=BUDGET)
    assert found.counterexample is not None
    assert found.counterexample.findings
    assert len(list(found.counterexample.program.steps())) <= 12


@pytest.mark.slow
@pytest.mark.parametrize(("name", "mistake"), MISTAKES)
def test_every_shipped_mistake_is_found_within_the_budget(hunter: Hunter, name: str, mistake: str) -> None:
    assert hunter.search(name, hunter.solution(name, mistake), programs=BUDGET).counterexample is not None


def test_the_smallest_program_is_written_as_a_person_would(hunter: Hunter) -> None:
    found = hunter.search("backward", hunter.solution("backward", "assigns_grad"), programs=QUICK)
    assert found.counterexample is not None
    assert found.counterexample.smallest
    assert show(found.counterexample.program) == (
        "import engine as torch\n\n"
        "x = torch.tensor(1.0, requires_grad=True)\n"
        "x.backward()\n"
        "x.backward()\n"
        "x.grad\n"
    )
    assert found.counterexample.findings[0].message == "x.grad is 1.0, the reference has 2.0."


def test_the_same_seed_finds_the_same_program_again(hunter: Hunter) -> None:
    source = hunter.solution("backward", "index_assigns")
    first, second = (hunter.search("backward", source, programs=QUICK, seed=3) for _ in range(2))
    assert first.index == second.index
    assert first.counterexample is not None
    assert second.counterexample is not None
    assert show(first.counterexample.program) == show(second.counterexample.program)


def test_a_program_does_not_depend_on_what_stands_before_it() -> None:
    surface = load_assignment(find_course(Path(), ROOT), "retain_grad").surface
    generator = Generator(refgrad, surface, Asked(), 5)
    together = generator.programs(range(8))
    for index, low, high in together.places:
        alone = generator.programs([index])
        inside = [step for step in together.program.steps() if low <= step.sid <= high]
        assert [(s.op, s.name) for s in inside] == [(s.op, s.name) for s in alone.program.steps() if s.sid]


@pytest.mark.parametrize("name", ORDER)
def test_programs_keep_to_the_surface(name: str) -> None:
    surface = load_assignment(find_course(Path(), ROOT), name).surface
    program = Generator(refgrad, surface, Asked(), 1).programs(range(150)).program
    for step in program.steps():
        if step.op == "method" and step.name not in ("remove", "zero_grad", "step"):
            assert f"Tensor.{step.name}" in surface.names
        if step.op == "probe":
            assert step.observer in surface.observe


def test_what_is_not_done_yet_is_left_out_and_said(hunter: Hunter) -> None:
    from gradlab.assemble import assemble

    source = assemble(hunter.assignment("backward"), solved=["2.1", "2.2"])
    found = hunter.search("backward", source, programs=60)
    assert found.counterexample is None
    assert set(found.left_out) <= {f"Not implemented yet (task 2.{n})." for n in (3, 4, 5, 6)}
    assert found.tried > 5
    assert found.tried + sum(found.left_out.values()) <= 60


def test_a_name_that_is_missing_is_left_out_and_said(hunter: Hunter) -> None:
    source = hunter.solution("backward").replace("def sigmoid(self)", "def sigmoid_(self)")
    source = source.replace("Tensor.sigmoid,", "Tensor.sigmoid_,")
    found = hunter.search("backward", source, programs=QUICK)
    assert set(found.left_out) == {"There is no Tensor.sigmoid in this engine."}


def test_an_engine_that_cannot_be_imported_is_refused_in_words(hunter: Hunter) -> None:
    with pytest.raises(SubmissionError, match=r"engine\.py cannot be imported: ZeroDivisionError"):
        hunter.search("backward", "1 / 0\n", programs=5)


def test_a_wrong_state_that_an_earlier_program_left_behind_accuses_no_later_one(hunter: Hunter) -> None:
    source = hunter.solution("zero_grad") + (
        "\n\n_calls = []\n_right = Tensor.tanh\n\n\ndef _tanh(self):\n"
        "    _calls.append(1)\n    return _right(self) if len(_calls) < 40 else _right(self) * 2.0\n\n\n"
        "Tensor.tanh = _tanh\n"
    )
    assert hunter.search("zero_grad", source, programs=QUICK).counterexample is None


def test_an_endless_loop_is_a_difference(hunter: Hunter) -> None:
    source = hunter.solution("backward").replace(
        "    def tanh(self) -> Tensor:\n", "    def tanh(self) -> Tensor:\n        while True: pass\n"
    )
    found = hunter.search("backward", source, programs=QUICK)
    assert found.counterexample is not None
    assert "did not answer within" in found.counterexample.findings[0].message
