"""The main job, from a submission's bytes to a report: real workers, the real course, the real reference."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradlab.assemble import assemble
from gradlab.assignment import Assignment
from gradlab.course import find_course, load_assignment, shipped_course
from gradlab.errors import IsolationError, SubmissionError
from gradlab.expect import seed_of
from gradlab.judging import verdict
from gradlab.manager import build_manager
from gradlab.mistakes import Mistake, load_mistakes, replace_definitions
from gradlab.model import Check, CheckResult, Outcome, Report
from gradlab.runner import Grading, grade
from gradlab.session import Engines
from gradlab.submission import parse
from gradlab.trial import Trial

WHEN = "2026-10-01T12:00:00+00:00"
ASSIGNMENT = load_assignment(find_course(Path(), shipped_course()), "backward")
MISTAKES = load_mistakes(ASSIGNMENT)
SOLUTION = assemble(ASSIGNMENT, solved=[task.id for task in ASSIGNMENT.tasks])


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    with Engines.start("refgrad") as started:
        yield started


@pytest.fixture(scope="module")
def grading(engines: Engines) -> Grading:
    return Grading(ASSIGNMENT, engines, build_manager(), secret=secrets.token_bytes(32), shrink=False)


def graded(grading: Grading, source: str) -> Report:
    submission = parse({"engine.py": source.encode()})
    return grade(grading, submission, student="ada", attempt=1, submitted_at=WHEN)


def failed(report: Report) -> set[str]:
    return {check.name for check in report.checks if check.outcome is not Outcome.PASSED}


def result(report: Report, name: str) -> CheckResult:
    return next(check for check in report.checks if check.name == name)


def with_change(old: str, new: str) -> str:
    assert SOLUTION.count(old) == 1, old
    return SOLUTION.replace(old, new)


# --- scores ----------------------------------------------------------------------------------------------
def test_the_solution_gets_full_marks(grading: Grading) -> None:
    report = graded(grading, SOLUTION)
    assert failed(report) == set()
    assert report.score == report.max_score == ASSIGNMENT.max_score > 0
    assert report.outcome is Outcome.PASSED


def test_the_stub_gets_nothing_and_says_so_check_by_check(grading: Grading) -> None:
    report = graded(grading, assemble(ASSIGNMENT, solved=()))
    assert report.score == 0
    assert failed(report) == {check.name for check in ASSIGNMENT.checks}
    messages = {check.findings[0].message for check in report.checks}
    assert messages == {"Not implemented yet (task 2.1)."}


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake.name for mistake in MISTAKES])
def test_a_mistake_loses_points_through_the_checks_meant_for_it(grading: Grading, mistake: Mistake) -> None:
    report = graded(grading, replace_definitions(SOLUTION, mistake))
    assert mistake.must_fail <= failed(report) <= mistake.must_fail | mistake.may_fail
    assert report.score < report.max_score


def test_there_are_as_many_checks_and_mistakes_as_the_course_promises() -> None:
    hidden = [check for check in ASSIGNMENT.checks if check.hidden]
    assert len(ASSIGNMENT.checks) - len(hidden) >= 15
    assert len(hidden) >= 10
    assert len(MISTAKES) >= 8


# --- what a report says ------------------------------------------------------------------------------------
def test_a_failing_check_comes_with_both_answers_a_program_and_help(grading: Grading) -> None:
    report = graded(
        grading, replace_definitions(SOLUTION, next(m for m in MISTAKES if m.name == "assigns_grad"))
    )
    found = result(report, "adds_to_what_is_there")
    finding = found.findings[0]
    assert finding.plugin == "gradients"
    assert finding.expected != finding.actual
    assert finding.help
    assert found.program is not None
    assert f"# reference {finding.expected}, yours {finding.actual}" in found.program
    assert found.score == 0


def test_an_exception_is_located_in_the_students_file(grading: Grading) -> None:
    source = with_change("    return grad / a\n", '    raise ValueError("no idea")\n')
    finding = result(graded(grading, source), "differentiates_exp_and_log").findings[0]
    assert "ValueError: no idea" in finding.message
    assert finding.location is not None
    assert finding.location.file == "engine.py"
    assert "no idea" in source.splitlines()[finding.location.line - 1]


def test_a_student_sees_of_a_hidden_check_no_more_than_title_outcome_and_score(grading: Grading) -> None:
    report = graded(grading, assemble(ASSIGNMENT, solved=()))
    for own, seen in zip(report.checks, report.for_student().checks, strict=True):
        if own.hidden:
            assert (seen.findings, seen.program, seen.diagnosis, seen.seconds) == ((), None, None, None)
            assert (seen.title, seen.outcome, seen.score) == (own.title, own.outcome, own.score)
        else:
            assert seen == own


# --- state, crashes, time ------------------------------------------------------------------------------------
def test_what_one_check_leaves_behind_never_fails_the_next(grading: Grading) -> None:
    # After the first backward of a worker everything is wrong: only a check that is repeated alone can pass.
    state = "\n_runs = [0]\n_right = run_backward\n"
    state += "def run_backward(root, grad, retain_graph):\n"
    state += "    _runs[0] += 1\n"
    state += "    _right(root, grad if _runs[0] <= 1 else grad * 0, retain_graph)\n"
    report = graded(grading, SOLUTION + state)
    assert result(report, "adds_up_the_paths").outcome is Outcome.PASSED
    assert result(report, "counts_a_tensor_used_twice").outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("import os; os._exit(0)", "ended the process, with exit status 0"),
        ("import os; os.abort()", "SIGABRT"),
        ("raise SystemExit(0)", "SystemExit"),
    ],
)
def test_an_engine_that_ends_the_process_fails_its_checks_and_no_others(
    grading: Grading, line: str, message: str
) -> None:
    report = graded(grading, with_change("    return grad / a\n", f"    {line}\n"))
    finding = result(report, "differentiates_exp_and_log").findings[0]
    assert message in finding.message
    assert result(report, "differentiates_relu").outcome is Outcome.PASSED
    assert result(report, "adds_up_the_paths").outcome is Outcome.PASSED


def test_an_engine_that_cannot_be_imported_fails_every_check_with_the_reason(grading: Grading) -> None:
    report = graded(grading, "x = 1\nraise KeyError('early')\n")
    assert report.score == 0
    finding = report.checks[0].findings[0]
    assert finding.message == "engine.py cannot be imported: KeyError: 'early'"
    assert finding.location is not None
    assert finding.location.line == 2


def test_an_endless_loop_costs_bounded_time_and_the_time_is_named(grading: Grading) -> None:
    limits = ASSIGNMENT.limits
    report = graded(grading, with_change("    return grad / a\n", "    while True: pass\n"))
    finding = result(report, "differentiates_exp_and_log").findings[0]
    assert (
        finding.message
        == f"The code did not answer within {limits.worker.wall_seconds:g} seconds during this check."
    )
    assert "loop" in (finding.help or "")
    assert result(report, "adds_up_the_paths").outcome is Outcome.PASSED


def test_a_submission_that_always_hangs_is_stopped_at_its_total(grading: Grading) -> None:
    rows = [check for check in ASSIGNMENT.checks if check.task == "2.1"]
    hang = SOLUTION + "\ndef starting_gradient(output, gradient):\n    while True: pass\n"
    short = shortened(ASSIGNMENT, worker_seconds=0.4, total=1.0)
    own = Grading(
        short, grading.engines, grading.manager, grading.secret, select=lambda check: check.task == "2.1"
    )
    report = graded(own, hang)
    assert len(report.checks) == len(rows)
    assert report.score == 0
    assert report.checks[-1].findings[0].message == "Not run: the submission had used up its 1 second."


def test_a_check_that_fails_when_the_time_is_up_says_nothing_that_an_earlier_one_could_have_left(
    grading: Grading,
) -> None:
    """It may quote a hidden check, which what is weighed is, and which comes first."""
    tells = """
import time

def tell(self):
    time.sleep(0.05)
    raise ValueError("what I have seen")

Tensor.exp = tell
"""
    check = next(check for check in ASSIGNMENT.checks if check.name == "differentiates_exp_and_log")
    expectation = grading.expectations.of(check, "")
    with Trial(grading.engines, parse({"engine.py": (SOLUTION + tells).encode()}), ASSIGNMENT) as trial:
        trial.load()
        assert "what I have seen" in verdict(grading.judge, trial, expectation)[0][0].message
        trial._seconds_left = 0.01  # as after many slow checks
        findings, ran = verdict(grading.judge, trial, expectation)
    assert [finding.message for finding in findings] == [
        f"Not run: the submission had used up its {ASSIGNMENT.limits.submission_seconds:g} seconds."
    ]
    assert not ran


def shortened(assignment: Assignment, *, worker_seconds: float, total: float) -> Assignment:
    from dataclasses import replace

    worker = replace(assignment.limits.worker, wall_seconds=worker_seconds)
    return replace(assignment, limits=replace(assignment.limits, worker=worker, submission_seconds=total))


# --- what cannot be graded -------------------------------------------------------------------------------------
def test_a_syntax_error_is_named_with_file_line_and_text(grading: Grading) -> None:
    with pytest.raises(SubmissionError, match=r"engine\.py, line 2 is not valid Python \(.+\): def f\("):
        graded(grading, "x = 1\ndef f(\n")


def test_a_broken_file_beside_the_engine_may_be_left_out(grading: Grading) -> None:
    submission = parse({"engine.py": SOLUTION.encode(), "notes.py": b"def x(:\n"})
    said = r"^notes\.py, line 1 is not valid Python .*: def x\(:\. If engine\.py does not need this file, hand in without it"
    with pytest.raises(SubmissionError, match=said):
        grade(grading, submission, student="ada", attempt=1, submitted_at=WHEN)


def test_a_task_lost_with_a_magic_cell_is_refused_with_the_cell(grading: Grading) -> None:
    import nbformat

    cells = [
        nbformat.v4.new_code_cell("%%time\ndef accumulate_grad(leaf, grad):\n    pass\n"),
        nbformat.v4.new_code_cell("x = 1"),
    ]
    notebook = nbformat.writes(nbformat.v4.new_notebook(cells=cells))
    submission = parse({"engine.ipynb": notebook.encode()})
    with pytest.raises(SubmissionError, match=r"definition of accumulate_grad \(task 2\.1\) is lost: cell 1"):
        grade(grading, submission, student="ada", attempt=1, submitted_at=WHEN)


def test_hidden_checks_are_refused_where_isolation_is_too_weak() -> None:
    with Engines.start("refgrad", cap="none") as weak:
        own = Grading(ASSIGNMENT, weak, build_manager(), secret=b"x")
        with pytest.raises(IsolationError, match=r"hidden checks need isolation level standard or strong"):
            graded(own, SOLUTION)


# --- seeds -------------------------------------------------------------------------------------------------------
def hidden_check() -> Check:
    return next(check for check in ASSIGNMENT.checks if check.hidden)


def test_hidden_seeds_differ_by_submission_and_secret_and_repeat_on_a_regrade() -> None:
    check = hidden_check()
    seeds = {
        seed_of(check, ASSIGNMENT, sha, secret, 0)
        for sha in ("a" * 64, "b" * 64)
        for secret in (b"one", b"two")
    }
    assert len(seeds) == 4
    assert seed_of(check, ASSIGNMENT, "a" * 64, b"one", 0) in seeds


def test_public_seeds_are_the_same_for_everybody_and_follow_the_seed_option() -> None:
    check = next(check for check in ASSIGNMENT.checks if not check.hidden)
    assert seed_of(check, ASSIGNMENT, "", b"one", 0) == seed_of(check, ASSIGNMENT, "", None, 0)
    assert seed_of(check, ASSIGNMENT, "", None, 0) != seed_of(check, ASSIGNMENT, "", None, 1)


def test_two_gradings_of_one_submission_agree(grading: Grading) -> None:
    source = replace_definitions(SOLUTION, MISTAKES[0])
    first, second = graded(grading, source), graded(grading, source)
    assert [(c.name, c.outcome, c.findings) for c in first.checks] == [
        (c.name, c.outcome, c.findings) for c in second.checks
    ]


def test_a_notebook_student_gets_a_program_for_the_notebook(grading: Grading) -> None:
    import nbformat

    wrong = replace_definitions(
        SOLUTION, next(m for m in MISTAKES if m.name == "relu_lets_everything_through")
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(wrong)])
    submission = parse({"engine.ipynb": nbformat.writes(notebook).encode()})
    report = grade(grading, submission, student="ada", attempt=1, submitted_at=WHEN)
    program = result(report, "differentiates_relu").program
    assert program is not None
    assert program.startswith("import __main__ as torch\n")
