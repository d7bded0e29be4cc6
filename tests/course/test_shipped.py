"""The shipped assignments, by the measures of `grade lint`: here what is quick, and mutants with the slow tests."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from gradlab.assemble import assemble, assembled
from gradlab.assignment import Assignment
from gradlab.course import find_course, load_assignment, shipped_course
from gradlab.lint import Linted, Mutation, compare, lint, task_table
from gradlab.lint.bench import Bench
from gradlab.lint.equivalents import load_equivalents
from gradlab.lint.examples import try_examples
from gradlab.lint.handouts import read_handout
from gradlab.lint.misconceptions import try_mistakes
from gradlab.lint.repeats import repeat
from gradlab.lint.sentences import unquoted
from gradlab.lint.stairs import climb
from gradlab.mistakes import load_mistakes
from gradlab.mutants import mutants
from gradlab.render.lint import as_markdown
from gradlab.runner import Grading
from gradlab.session import Engines

ROOT = shipped_course()
MakeGrading = Callable[[Assignment], Grading]
DOCS = Path(__file__).parents[2] / "docs" / "course.md"
MISTAKES = [
    (name, path.stem)
    for name in find_course(ROOT).order
    for path in sorted((ROOT / name / "mistakes").glob("*.py"))
]
# The only checks that no mistake needs to fail: they show a rule at its simplest.
ALONE = {"backward": {"starts_with_one"}}


def ids(assignment: Assignment) -> list[str]:
    return [task.id for task in assignment.tasks]


def solution(assignment: Assignment) -> str:
    return assemble(assignment, solved=ids(assignment))


def test_there_are_enough_checks_of_both_kinds(shipped: Assignment) -> None:
    assert sum(not check.hidden for check in shipped.checks) >= 10
    assert sum(check.hidden for check in shipped.checks) >= 8
    assert all(check.help for check in shipped.checks if not check.hidden)


def test_with_the_first_tasks_solved_their_checks_pass_and_no_other(bench: Bench) -> None:
    assert climb(bench).problems == ()


def test_the_stub_is_said_to_be_not_implemented_yet(bench: Bench, shipped: Assignment) -> None:
    failing = bench.failing(assemble(shipped, solved=()))
    messages = {finding.message for finding in failing.values()}
    assert f"Not implemented yet (task {shipped.tasks[0].id})." in messages
    assert messages <= {f"Not implemented yet (task {task})." for task in ids(shipped)}


def test_checks_observe_the_same_when_they_run_again_and_unrecorded(
    bench: Bench, shipped: Assignment, grading: MakeGrading
) -> None:
    assert repeat(bench, grading(shipped)) == []


@pytest.mark.parametrize(("shipped", "name"), MISTAKES, indirect=["shipped"], scope="session")
def test_every_mistake_fails_what_it_declares(bench: Bench, shipped: Assignment, name: str) -> None:
    found = [mistake for mistake in load_mistakes(shipped) if mistake.name == name]
    assert list(try_mistakes(bench, solution(shipped), found)) == [[]]


def test_there_are_enough_mistakes_and_every_task_has_one(shipped: Assignment) -> None:
    mistakes = load_mistakes(shipped)
    assert len(mistakes) >= 8
    tasks = {check.name: check.task for check in shipped.checks}
    assert {tasks[name] for found in mistakes for name in found.must_fail} == set(ids(shipped))


def test_every_check_is_needed_by_a_mistake_or_alone_in_its_situation(shipped: Assignment) -> None:
    named = {name for found in load_mistakes(shipped) for name in found.must_fail | found.may_fail}
    assert {check.name for check in shipped.checks} - named == ALONE.get(shipped.name, set())


def test_every_example_gets_the_report_that_it_must_get(bench: Bench, shipped: Assignment) -> None:
    reports = list(try_examples(bench, load_mistakes(shipped)))
    assert len(reports) >= 5
    assert not any(reports)


def test_the_handout_has_a_section_for_each_task_and_its_examples_run(shipped: Assignment) -> None:
    assert read_handout(shipped) == []


def test_the_sentences_that_checks_compare_are_quoted(bench: Bench) -> None:
    assert unquoted(bench) == []


def test_the_docs_show_what_lint_finds_out(bench: Bench, shipped: Assignment) -> None:
    """Counts and matrix are made anew; that every mutant is killed which is not listed, the slow test below shows."""
    made = mutants(shipped)
    listed, problems = load_equivalents(shipped, made)
    assert problems == ()
    equivalents = tuple(mutant for mutant in made if mutant.name in listed)
    tasks = task_table(shipped, load_mistakes(shipped), Mutation(made, equivalents=equivalents))
    found = as_markdown([Linted(shipped.name, (), tasks, climb(bench).matrix)])
    assert found in DOCS.read_text(encoding="utf-8"), "run: grade lint --course assignments --format markdown"


@pytest.mark.slow
def test_nothing_is_wrong_and_every_mutant_is_killed(shipped: Assignment, grading: MakeGrading) -> None:
    found = lint(grading(shipped))
    assert found.problems == ()
    assert as_markdown([found]) in DOCS.read_text(encoding="utf-8")


@pytest.mark.torch
def test_every_check_observes_the_same_on_pytorch(shipped: Assignment, grading: MakeGrading) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    with Engines.start("torch", cap="none") as other:
        assert compare(grading(shipped), other).problems == ()


def plus_equals() -> list[tuple[str, int]]:
    """Return every place in the engine where something is added in place: (chapter, line)."""
    return [
        (chapter, number)
        for chapter in find_course(ROOT).chapters
        for number, line in enumerate((ROOT / "engine" / chapter).read_text().splitlines(), 1)
        if re.match(r"\s*[\w.\[\]]+ \+= ", line)
    ]


@pytest.mark.parametrize(("chapter", "line"), plus_equals())
def test_a_sum_that_is_turned_into_an_assignment_is_caught(
    chapter: str, line: int, grading: MakeGrading
) -> None:
    """By the checks of the first assignment whose engine holds the line, solved or given."""
    course = find_course(ROOT)
    for name in course.order:
        assignment = load_assignment(course, name)
        engine = assembled(assignment, solved=ids(assignment))
        found = [i for i, place in enumerate(engine.places) if place and place[:2] == (chapter, line)]
        if found:
            lines = engine.source.splitlines()
            lines[found[0]] = lines[found[0]].replace(" += ", " = ", 1)
            with Bench(grading(assignment)) as bench:
                assert bench.failing("\n".join(lines) + "\n")
            return
    pytest.fail(f"no assignment holds {chapter}:{line}")
