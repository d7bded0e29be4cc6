"""Grade one submission: the main flow of gradlab.

Record each check on the reference, replay it on the reference and on the submission, judge, shrink what fails, score,
report.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from gradlab import scoring
from gradlab.confirm import doubts, unweighed
from gradlab.counterexample import Counterexamples, Known
from gradlab.errors import IsolationError
from gradlab.expect import Expectation, Expectations
from gradlab.explanation import Explanation, explain
from gradlab.judging import Judge, verdict
from gradlab.lateness import settled
from gradlab.model import (
    Check,
    CheckResult,
    Engine,
    Environment,
    Finding,
    Outcome,
    Report,
    Submitted,
    Suite,
)
from gradlab.places import has_any_name, located
from gradlab.trial import Loaded, Trial

if TYPE_CHECKING:
    import pluggy

    from gradlab.assignment import Assignment
    from gradlab.patterns import Pattern
    from gradlab.session import Engines
    from gradlab.submission import Submission

__all__ = ["Grading", "grade"]

HIDDEN_NEEDS = ("strong", "standard")


@dataclass
class Grading:
    """What one grading needs beside the submission itself. Reuse it for a class: expectations are cached in it.

    `shrink` gives for each failed public check the smallest program that shows the difference; it costs a failing
    submission up to three seconds, and next to nothing where another one has failed in the same way before. `diagnose`
    names the mistake that fails in the same way, where there is a single one.
    """

    assignment: Assignment
    engines: Engines
    manager: pluggy.PluginManager
    secret: bytes | None = None
    seed: int = 0
    select: Callable[[Check], bool] = lambda check: True
    on_output: Callable[[str], None] | None = None
    shrink: bool = True
    allow_partial: bool = False  # run hidden checks at isolation level partial too; the report says so
    diagnose: bool = True
    is_handed_in: bool = True  # else nothing is late
    expectations: Expectations = field(init=False)
    judge: Judge = field(init=False)
    patterns: tuple[Pattern, ...] | None = field(default=None, init=False)  # of the mistakes, once needed
    known: Known = field(default_factory=dict, init=False)  # smallest programs, by the failures seen before

    def __post_init__(self) -> None:
        self.expectations = Expectations(self.assignment, self.engines, self.manager, self.secret, self.seed)
        self.judge = Judge(self.manager, self.expectations.observers)

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks to run, in the order of the report: public ones first."""
        chosen = [check for check in self.assignment.checks if self.select(check)]
        return tuple(sorted(chosen, key=lambda check: check.hidden))

    @property
    def in_turn(self) -> tuple[Check, ...]:
        """The checks in the order in which they run: what is weighed from outside comes first, in a fresh worker."""
        return tuple(
            sorted(
                self.checks, key=lambda check: not (check.hidden and check.weighs and not check.depends_on)
            )
        )


def grade(
    grading: Grading, submission: Submission, *, student: str, attempt: int, submitted_at: str
) -> Report:
    """Grade one submission.

    Raises SubmissionError for what cannot be graded, IsolationError if hidden checks may not run here.
    """
    isolation = grading.engines.isolation
    _require(grading, isolation.level)
    grading.expectations.ahead(grading.in_turn, submission.sha256)
    try:
        with (
            Trial(grading.engines, submission, grading.assignment) as trial,
            Counterexamples(
                grading.engines, submission, grading.assignment, grading.judge, grading.known
            ) as smaller,
        ):
            loaded = trial.load()
            results = _run_all(grading, trial, loaded, smaller)
            _confirm(grading, trial, results)
    finally:
        grading.expectations.forget(submission.sha256)
    _diagnose(grading, results)
    verdicts = tuple([results[check.name] for check in grading.checks])
    score, max_score = scoring.total(verdicts)
    report = Report(
        assignment=grading.assignment.name,
        student=student,
        attempt=attempt,
        submission=Submitted(submission.sha256, tuple(submission.files), submitted_at),
        graded_at=datetime.now(UTC).isoformat(timespec="seconds"),
        score=score,
        max_score=max_score,
        outcome=scoring.outcome(verdicts),
        checks=verdicts,
        isolation=isolation,
        engine=Engine(grading.engines.engine_name, grading.engines.engine_version),
        suite=Suite(grading.assignment.suite_sha256, grading.seed),
        environment=_environment(),
        notes=(
            *submission.notes,
            *loaded.notes,
            *trial.notes,
            *_wrong_file_note(grading, submission),
            *_level_note(grading, isolation.level),
            *_provisional_note(grading),
        ),
        provisional=bool(grading.assignment.hidden_points),
    )
    if grading.is_handed_in:
        report = settled(report, grading.assignment)
    grading.manager.hook.report_finished(report=report)
    return report


def _require(grading: Grading, level: str) -> None:
    hidden = sum(check.hidden for check in grading.checks)
    if not hidden or level in HIDDEN_NEEDS or (level == "partial" and grading.allow_partial):
        return
    way_out = ", --allow-partial to run them all the same" if level == "partial" else ""
    raise IsolationError(
        f"{hidden} hidden checks need isolation level standard or strong, and this machine offers {level}. "
        f"Run 'grade doctor' to see which wall is missing{way_out}, or 'grade check' for the public checks."
    )


def _run_all(
    grading: Grading, trial: Trial, loaded: Loaded, smaller: Counterexamples
) -> dict[str, CheckResult]:
    results: dict[str, CheckResult] = {}
    said = False
    for check in grading.in_turn:
        if check.hidden and not said:
            said = _pass_on_output(grading, trial)
        grading.manager.hook.check_started(check=check)
        results[check.name] = _run_one(grading, trial, loaded, check, results, smaller)
        grading.manager.hook.check_finished(result=results[check.name])
    if not said:
        _pass_on_output(grading, trial)
    return results


def _confirm(grading: Grading, trial: Trial, results: dict[str, CheckResult]) -> None:
    """Fail public checks that pass on their inputs, which everybody knows, and not on secret ones."""
    if grading.secret is None:
        return
    for check in unweighed(grading.checks, results):
        results[check.name] = _result(check, Outcome.FAILED, (_UNWEIGHED,))
    doubted = doubts(grading.checks, results, grading.secret, trial.submission.sha256)
    waiting = list(doubted.now)
    grading.expectations.ahead(waiting, trial.submission.sha256, secretly=True)
    trial.allow_again()
    for check in waiting:
        expectation = grading.expectations.of(check, trial.submission.sha256, secretly=True)
        findings, _ = verdict(grading.judge, trial, expectation)
        if findings:
            # Not the findings themselves: they may quote what the submission kept of hidden checks.
            shown = explain(expectation.script.program, (), trial.submission.module)
            results[check.name] = _result(check, Outcome.FAILED, (_UNCONFIRMED,), shown=shown)
            if check.name in doubted.sample:
                waiting += doubted.rest
                doubted = doubted._replace(sample=frozenset())


def _diagnose(grading: Grading, results: dict[str, CheckResult]) -> None:
    """Name the mistake that fails the public checks as the submission does, if there is a single one."""
    from gradlab.diagnosis import diagnoses, pattern_of

    if not grading.diagnose or not pattern_of(results.values())[0]:
        return
    if grading.patterns is None:
        from gradlab.patterns import patterns

        grading.patterns = patterns(grading)
    for name, diagnosis in diagnoses(results.values(), grading.patterns).items():
        results[name] = replace(results[name], diagnosis=diagnosis)


_UNCONFIRMED = Finding(
    "runner",
    "This passes with the inputs that everybody knows, but not with others that were drawn for this submission.",
    help="Compute the answer from the inputs, whatever they are.",
)

_UNWEIGHED = Finding(
    "runner",
    "Your engine says that the memory is given back. That counts only if the hidden check of this task passes, which "
    "measures it from outside.",
    help="Nothing may hold what was saved any longer, in whatever form.",
)


def _pass_on_output(grading: Grading, trial: Trial) -> bool:
    """Show what the submission printed so far. Called before the first hidden check: later prints may quote it."""
    if grading.on_output is not None and trial.output:
        grading.on_output(trial.output)
    return True


def _run_one(
    grading: Grading,
    trial: Trial,
    loaded: Loaded,
    check: Check,
    before: dict[str, CheckResult],
    smaller: Counterexamples,
) -> CheckResult:
    blocker = before.get(check.depends_on) if check.depends_on else None
    if blocker is not None and blocker.outcome is not Outcome.PASSED:
        reason = Finding("runner", f"Skipped, because '{blocker.title}' comes first and is not passed yet.")
        return _result(check, Outcome.SKIPPED, (reason,))
    if loaded.failure is not None:
        return _result(check, Outcome.FAILED, (loaded.failure,), seconds=0.0)
    started = time.monotonic()
    keeps_time = check.hidden or not trial.knows_a_secret
    for instance in range(check.instances):
        expectation = grading.expectations.of(check, trial.submission.sha256, instance)
        findings, ran = verdict(grading.judge, trial, expectation)
        if findings:
            seconds = time.monotonic() - started if keeps_time else None
            shown = _shown(grading, trial, expectation, findings, smaller) if ran else None
            findings = _located(grading, trial, check, findings, shown, before)
            return _result(check, Outcome.FAILED, findings, seconds, shown)
    return _result(check, Outcome.PASSED, (), time.monotonic() - started if keeps_time else None)


def _shown(
    grading: Grading,
    trial: Trial,
    expectation: Expectation,
    findings: Sequence[Finding],
    smaller: Counterexamples,
) -> Explanation:
    """Explain a failure, with the smallest program where it may be searched for. Nobody sees that of a hidden check but
    the course."""
    module = trial.submission.module
    if grading.shrink and not expectation.check.hidden:
        found = smaller.smallest(expectation, findings)
        if found is not None:
            return explain(found.program, found.findings, module, smallest=found.smallest)
    return explain(expectation.script.program, findings, module)


def _located(
    grading: Grading,
    trial: Trial,
    check: Check,
    findings: tuple[Finding, ...],
    shown: Explanation | None,
    before: Mapping[str, CheckResult],
) -> tuple[Finding, ...]:
    """Add the places in the student's files. Where an earlier task fails, its functions may be the ones to blame."""
    open_before = any(
        result.task != check.task and result.outcome is Outcome.FAILED for result in before.values()
    )
    defines = [name for task in grading.assignment.tasks if task.id == check.task for name in task.defines]
    operations = frozenset[str]() if shown is None else shown.operations
    return located(findings, trial.submission, () if open_before else defines, operations)


def _result(
    check: Check,
    outcome: Outcome,
    findings: tuple[Finding, ...],
    seconds: float | None = None,
    shown: Explanation | None = None,
) -> CheckResult:
    return CheckResult(
        name=check.name,
        task=check.task,
        title=check.title,
        outcome=outcome,
        score=check.points if outcome is Outcome.PASSED else 0.0,
        max_score=check.points,
        hidden=check.hidden,
        seconds=None if seconds is None else round(seconds, 6),
        findings=findings,
        program=None if shown is None else shown.program,
        smallest=shown is not None and shown.smallest,
        graph=None if shown is None else shown.graph,
    )


def _environment() -> Environment:
    return Environment(platform.python_version(), np.__version__, f"{platform.system()} {platform.machine()}")


def _level_note(grading: Grading, level: str) -> tuple[str, ...]:
    if level in HIDDEN_NEEDS or not any(check.hidden for check in grading.checks):
        return ()
    return (f"Hidden checks ran at isolation level {level}, because --allow-partial said so.",)


def _wrong_file_note(grading: Grading, submission: Submission) -> tuple[str, ...]:
    if has_any_name(submission, grading.assignment):
        return ()
    names = [name for task in grading.assignment.tasks for name in task.defines]
    return (
        f"{submission.entry} has none of the names that {grading.assignment.name} is about ({names[0]}"
        f"{', ...' * (len(names) > 1)}). Is it the file that you meant? 'grade start {grading.assignment.name}' writes the "
        "one to begin with.",
    )


def _provisional_note(grading: Grading) -> tuple[str, ...]:
    points = grading.assignment.hidden_points
    if not points:
        return ()
    counted = "1 point of hidden checks is" if points == 1 else f"{points:g} points of hidden checks are"
    return (f"Provisional: {counted} not here; the course runs hidden checks, too, when you hand in.",)
