"""Mutants: what is made of a solution, and that it is what its diff says."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import pytest

from gradlab.assemble import assemble
from gradlab.assignment import Assignment
from gradlab.course import find_course, load_assignment, shipped_course
from gradlab.mutants import Mutant, mutants
from gradlab.mutants.operators import OPERATORS
from gradlab.mutants.text import Text

COURSE = find_course(Path(), shipped_course())

# A line, and what the rules must make of it (among other things).
MADE = [
    ("total += part", ["total = part", "total = total + part", "total -= part", "pass"]),
    (
        "total[key] = total[key] + part",
        ["total[key] += part", "total[key] = part", "total[key] = total[key]"],
    ),
    ("total[...] = part", ["total = part"]),
    ("node.saved = None", ["pass"]),
    ("return a @ b.T", ["return (b.T @ a)", "return a @ b", "return a", "return None"]),
    ("return a - b", ["return a + b", "return (b - a)", "return b"]),
    ("return (a + b) * c", ["return (a + b) / c", "return (a + b)", "return (a) * c"]),
    ("return -a", ["return a"]),
    ("return a, b", ["return b, a"]),
    ("return a < b and c", ["return a <= b and c", "return a >= b and c", "return a < b or c", "return c"]),
    ("return a is None", ["return a is not None"]),
    ("f(a, b, key=c)", ["f(b, a, key=c)", "f(a, b)", "pass"]),
    ("a = np.array(b)", ["a = b"]),
    ("a = b.copy()", ["a = b"]),
    ("for x in reversed(xs): f(x)", ["for x in xs: f(x)", "for x in (): f(x)"]),
    ("a = weakref.ref(b)", ["a = (lambda held=b: held)"]),
    ("a = look(b.data, 1)", ["a = look(b.data.copy(), 1)", "a = look(b.data, 2)", "a = look(b.data, 0)"]),
    ("a = xs[i + 1 :]", ["a = xs[ :]", "a = xs[i :]"]),
    ("a = [x for x in xs if x]", ["a = [x for x in xs if True]", "a = [x for x in xs if False]"]),
    ('raise RuntimeError("no")', ['raise ValueError("no")', 'raise RuntimeError("mutated")', "pass"]),
    ("if a: f()", ["if True: f()", "if False: f()"]),
    ("with no_grad(): f()", ["if True: f()"]),
    ("while a: b = f(b)", ["while True: b = f(b)", "while False: b = f(b)"]),
]


def made_of(line: str) -> set[str]:
    text = Text(line)
    return {
        text.apply(edit)
        for node in ast.walk(text.tree)
        for operator in OPERATORS.get(type(node), ())
        for edit in operator(node, text)
    }


@pytest.fixture(scope="module", params=COURSE.order)
def assignment(request: pytest.FixtureRequest) -> Assignment:
    return load_assignment(COURSE, request.param)


@pytest.fixture(scope="module")
def made(assignment: Assignment) -> tuple[Mutant, ...]:
    return mutants(assignment)


@pytest.mark.parametrize(("line", "wanted"), MADE, ids=[line for line, _ in MADE])
def test_every_rule_makes_the_mistake_that_it_is_for(line: str, wanted: list[str]) -> None:
    assert set(wanted) <= made_of(line)


def test_a_loop_that_ends_too_early_is_made() -> None:
    assert "for x in xs:\n    f(x)\n    break" in made_of("for x in xs:\n    f(x)")


def test_every_mutant_is_python_and_different_from_the_solution(
    assignment: Assignment, made: tuple[Mutant, ...]
) -> None:
    tasks = [task.id for task in assignment.tasks]
    solution = assemble(assignment, solved=tasks)
    trees = [ast.dump(ast.parse(mutant.source)) for mutant in made]
    assert len(set(trees)) == len(trees)
    assert ast.dump(ast.parse(solution)) not in trees


def test_every_task_has_mutants_and_only_its_own_lines_change(
    assignment: Assignment, made: tuple[Mutant, ...]
) -> None:
    assert {mutant.task for mutant in made} == {task.id for task in assignment.tasks}
    for mutant in made:
        lines = (assignment.course.root / "engine" / mutant.chapter).read_text().splitlines()
        begun = [line.split()[-1] for line in lines[: mutant.line] if "### BEGIN SOLUTION" in line]
        assert mutant.task in begun


def test_mutants_have_names_of_their_own_that_hold_no_line_numbers(made: tuple[Mutant, ...]) -> None:
    assert len({mutant.name for mutant in made}) == len(made)


def test_what_python_checks_by_itself_is_left_alone(made: tuple[Mutant, ...]) -> None:
    assert not [mutant.name for mutant in made if "strict=False" in mutant.name]


def test_a_diff_says_what_is_different_in_the_chapter(
    assignment: Assignment, made: tuple[Mutant, ...], tmp_path: Path
) -> None:
    """A few diffs of each kind, applied to a copy of the engine, give the mutant's source when it is assembled."""
    shutil.copytree(COURSE.root, tmp_path / "course", ignore=shutil.ignore_patterns(".gradlab"))
    copy = load_assignment(find_course(tmp_path / "course"), assignment.name)
    several_lines = [mutant for mutant in made if mutant.diff.count("\n-") > 1]
    for mutant in (*made[::25], *several_lines[:5]):
        chapter = copy.course.root / "engine" / mutant.chapter
        before = chapter.read_text()
        chapter.write_text(applied(before, mutant.diff))
        assert assemble(copy, solved=[task.id for task in copy.tasks]) == mutant.source
        chapter.write_text(before)


def applied(text: str, diff: str) -> str:
    """Apply a unified diff of one hunk, as `patch` does."""
    hunk, *body = diff.splitlines()[2:]
    first, old, new = (int(number) for number in re.match(r"@@ -(\d+),(\d+) \+\1,(\d+) @@", hunk).groups())  # type: ignore[union-attr]
    lines = text.splitlines()
    assert lines[first - 1 : first - 1 + old] == [line[1:] for line in body if line[0] != "+"]
    lines[first - 1 : first - 1 + old] = added = [line[1:] for line in body if line[0] != "-"]
    assert len(added) == new
    return "\n".join(lines) + "\n"
