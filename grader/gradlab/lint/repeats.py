"""What must come out the same: a check that is recorded again, run directly, or drawn with other inputs."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from gradlab import wire
from gradlab.errors import CourseError
from gradlab.expect import drawn_for, seed_of
from gradlab.lint.bench import DRAWN_FOR, Bench
from gradlab.lint.direct import observed_directly
from gradlab.record import record
from gradlab.replay import Script
from gradlab.trial import Replayed

if TYPE_CHECKING:
    from gradlab.expect import Expectation
    from gradlab.runner import Grading

__all__ = ["as_sent", "other_inputs", "repeat"]

_ROUNDS = 2  # further draws of the inputs


def repeat(bench: Bench, grading: Grading) -> list[str]:
    """Record each check a second time, and run it once without recording. Return what does not come out the same."""
    again = [
        grading.engines.recording(_repeated, grading, expectation, instance)
        for expectation, instance in bench.instances()
    ]
    return [problem for future in again for problem in future.result()]


def other_inputs(grading: Grading, solution: str) -> list[str]:
    """Draw other inputs for all checks, some times over. Return which checks the solution fails then."""
    problems: list[str] = []
    places = {check.name: f"{check.file}:{check.line}" for check in grading.checks}
    for seed in range(grading.seed + 1, grading.seed + 1 + _ROUNDS):
        with Bench(replace(grading, seed=seed)) as bench:
            problems += bench.problems
            problems += [
                f"{places[name]}: with other inputs (--seed {seed}) the solution fails the check {name!r}: "
                f"{finding.message}"
                for name, finding in bench.failing(solution).items()
            ]
    return problems


def _repeated(grading: Grading, expectation: Expectation, instance: int) -> list[str]:
    check, observers = expectation.check, grading.expectations.observers
    place = f"{check.file}:{check.line}: the check {check.name!r}"
    engine, assignment = grading.engines.engine, grading.assignment
    whom = drawn_for(check, DRAWN_FOR)
    seed = seed_of(check, assignment, whom, grading.secret, grading.seed)
    try:
        program = record(
            check, engine, seed=seed, observers=observers, surface=assignment.surface, instance=instance
        )
    except CourseError as error:
        return list(error.problems)
    problems = []
    if as_sent(Script(program)) != as_sent(expectation.script):
        problems.append(
            f"{place} does something else when it runs a second time; draw all that is random from `rng`, and keep "
            "nothing between runs."
        )
    seen = observed_directly(expectation, engine, observers, seed, instance)
    if isinstance(seen, str):
        return [*problems, f"{place}, run without recording it, {seen}."]
    problems += [
        f"{place} observes something else when it runs without being recorded: {finding.message}"
        for finding in grading.judge.findings(expectation, Replayed(seen))
    ]
    return problems


def as_sent(script: Script) -> list[bytes]:
    """Return what a worker is sent of a program, by which two recordings can be compared."""
    return [wire.encode(request) for request in script.requests(count())]
