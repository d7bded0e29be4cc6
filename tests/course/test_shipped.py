"""The shipped assignments: solution, stubs, mistakes and examples against what is right."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest

from gradlab.assemble import assemble
from gradlab.assignment import Assignment
from gradlab.course import find_course, shipped_course
from gradlab.mistakes import load_mistakes, replace_definitions

ROOT = shipped_course()
ORDER = find_course(ROOT).order
# Checks that the time limit ends, which is not here.
ENDLESS = {("backward", "walks_every_path"): frozenset({"more_paths_than_atoms"})}
EXAMPLES = [
    pytest.param(name, example, id=f"{name}-{example['name']}")
    for name in ORDER
    for example in tomllib.loads((ROOT / name / "examples" / "expected.toml").read_text())["examples"]
]
MISTAKES = [(name, path.stem) for name in ORDER for path in sorted((ROOT / name / "mistakes").glob("*.py"))]
TASKS = [
    (name, count)
    for name in ORDER
    for count in range(len(tomllib.loads((ROOT / name / "assignment.toml").read_text())["tasks"]))
]
# The only checks that no mistake needs to fail: they show a rule at its simplest.
ALONE = {"backward": {"starts_with_one"}}


def ids(assignment: Assignment) -> list[str]:
    return [task.id for task in assignment.tasks]


def test_there_are_enough_checks_of_both_kinds(shipped: Assignment) -> None:
    assert sum(not check.hidden for check in shipped.checks) >= 10
    assert sum(check.hidden for check in shipped.checks) >= 8
    assert all(check.help for check in shipped.checks if not check.hidden)


def test_the_solution_passes_every_check(bench: Any, shipped: Assignment) -> None:
    assert bench.failing(assemble(shipped, solved=ids(shipped))) == {}


@pytest.mark.parametrize(("shipped", "count"), TASKS, indirect=["shipped"], scope="session")
def test_with_the_first_tasks_solved_their_checks_pass_and_no_other(
    bench: Any, shipped: Assignment, count: int
) -> None:
    solved = ids(shipped)[:count]
    failing = bench.failing(assemble(shipped, solved=solved))
    assert set(failing) == {check.name for check in shipped.checks if check.task not in solved}


def test_the_stub_is_said_to_be_not_implemented_yet(bench: Any, shipped: Assignment) -> None:
    messages = set(bench.failing(assemble(shipped, solved=())).values())
    assert f"Not implemented yet (task {shipped.tasks[0].id})." in messages
    assert messages <= {f"Not implemented yet (task {task})." for task in ids(shipped)}


@pytest.mark.parametrize(("shipped", "name"), MISTAKES, indirect=["shipped"], scope="session")
def test_every_mistake_fails_what_it_declares(bench: Any, shipped: Assignment, name: str) -> None:
    [mistake] = [found for found in load_mistakes(shipped) if found.name == name]
    endless = ENDLESS.get((shipped.name, name), frozenset())
    source = replace_definitions(assemble(shipped, solved=ids(shipped)), mistake)
    messages = bench.failing(source, without=endless)
    assert "nobody says what" not in " ".join(messages.values())
    failing = set(messages) | endless
    assert mistake.must_fail <= failing <= mistake.must_fail | mistake.may_fail


def test_there_are_enough_mistakes_and_every_task_has_one(shipped: Assignment) -> None:
    mistakes = load_mistakes(shipped)
    assert len(mistakes) >= 8
    tasks = {check.name: check.task for check in shipped.checks}
    assert {tasks[name] for found in mistakes for name in found.must_fail} == set(ids(shipped))


def test_every_check_is_needed_by_a_mistake_or_alone_in_its_situation(shipped: Assignment) -> None:
    named = {name for found in load_mistakes(shipped) for name in found.must_fail | found.may_fail}
    assert {check.name for check in shipped.checks} - named == ALONE.get(shipped.name, set())


@pytest.mark.parametrize(("shipped", "example"), EXAMPLES, indirect=["shipped"], scope="session")
def test_every_example_gets_the_report_that_it_must_get(
    bench: Any, shipped: Assignment, example: dict[str, Any]
) -> None:
    failing = bench.failing(_source(shipped, example))
    fails = set(ids(shipped)) if example["fails"] == "everything" else set(example["fails"])
    assert set(failing) == {check.name for check in shipped.checks if {check.name, check.task} & fails}
    assert sum(check.points for check in shipped.checks if check.name not in failing) == example["score"]


def _source(shipped: Assignment, example: dict[str, Any]) -> str:
    if "file" in example:
        text = (shipped.root / "examples" / example["file"]).read_text(encoding="utf-8")
        return _joined(text) if example["file"].endswith(".ipynb") else text
    source = assemble(shipped, solved=example["solved"])
    for mistake in load_mistakes(shipped):
        if mistake.name == example.get("mistake"):
            source = replace_definitions(source, mistake)
    return source


def _joined(notebook: str) -> str:
    cells = json.loads(notebook)["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
