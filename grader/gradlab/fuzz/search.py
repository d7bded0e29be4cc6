"""Search: random programs on the reference and on a submission, until they differ or the budget is spent."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from gradlab.counterexample import Counterexample, Counterexamples
from gradlab.errors import InternalError, SubmissionError
from gradlab.expect import REFERENCE_LIMITS, Expectation, Expectations
from gradlab.fuzz.draft import Asked, error_kind
from gradlab.fuzz.generate import Generator, Several
from gradlab.fuzz.naming import named
from gradlab.fuzz.operations import ARITHMETIC
from gradlab.isolation import WorkerDied, nonces
from gradlab.model import Check, Finding
from gradlab.replay import Script
from gradlab.runner import HIDDEN_NEEDS
from gradlab.trial import Replayed, Trial
from gradlab.wire import Missing, Raised

if TYPE_CHECKING:
    from gradlab.runner import Grading
    from gradlab.submission import Submission

__all__ = ["Fuzzed", "search"]

PROGRAMS = 1000  # if neither a number nor a time is given
FEW, MANY = 4, 64  # programs that a worker is sent at once
BATCHES_PER_WORKER = 50
HOPELESS = 200  # programs that could not be compared
SHRINK_SECONDS = 5.0


@dataclass(frozen=True)
class Fuzzed:
    """What a search came to.

    `tried` programs were compared. `left_out` says how many could not be, and why: a task that is not done yet, a name
    that is missing. `counterexample` is the smallest program found on which the engines differ, with what is different
    in it; `index` is the number of the random program that it came from.
    """

    tried: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    counterexample: Counterexample | None = None
    index: int | None = None


def search(
    grading: Grading,
    submission: Submission,
    *,
    seed: int,
    programs: int | None = None,
    seconds: float | None = None,
) -> Fuzzed:
    """Return the first of the random programs of `seed` on which `submission` differs from the reference, shrunk.

    The search ends after so many `programs` or `seconds`, or after 1000 programs if neither is given. Raises
    SubmissionError if the submission cannot be loaded.
    """
    bound = programs if programs is not None else (PROGRAMS if seconds is None else None)
    with Trial(grading.engines, submission, grading.assignment) as trial:
        loaded = trial.load()
        if loaded.failure is not None:
            raise SubmissionError(loaded.failure.message)
        source = _Source(grading, seed)
        hunt = _Hunt(grading, trial, source)
        found = hunt.run(bound, None if seconds is None else time.monotonic() + seconds)
    if found is None:
        return Fuzzed(hunt.tried, hunt.left_out)
    return Fuzzed(hunt.tried, hunt.left_out, _smallest(grading, submission, source, found), found.number)


class _Found(NamedTuple):
    """A program on which the engines differ, alone in a fresh worker. `number` is its index."""

    number: int
    expectation: Expectation
    findings: tuple[Finding, ...]


class _Made(NamedTuple):
    """The programs of some indices, and what the reference does on them."""

    indices: range
    several: Several
    expectation: Expectation


class _Source:
    """Random programs, with what the reference does on them. Made by the threads that use the reference, so that the
    next ones are written while a submission is busy with the last."""

    def __init__(self, grading: Grading, seed: int) -> None:
        assignment = grading.assignment
        self._engines = grading.engines
        self._generator = Generator(grading.engines.engine, assignment.surface, _asked(grading), seed)
        self._check = Check(
            name="random_program",
            task="",
            title="A random program",
            points=0.0,
            function=lambda torch, observe, rng: None,
            tolerance=dict(assignment.tolerance),
            errors=assignment.surface.errors,
            flags=assignment.surface.flags,
        )

    def ahead(self, indices: range) -> Future[_Made]:
        """Begin to make the programs of these indices."""
        several = self._engines.recording(self._generator.programs, indices)
        return self._engines.replaying(self._make, indices, several)

    def expectation(self, script: Script) -> Expectation:
        """Return what the reference does on a program."""
        return self._engines.replaying(self._replayed, script).result()

    def _make(self, indices: range, written: Future[Several]) -> _Made:
        several = written.result()
        return _Made(indices, several, self._replayed(Script(several.program)))

    def _replayed(self, script: Script) -> Expectation:
        worker = self._engines.reference_worker(REFERENCE_LIMITS)
        try:
            seen = script.play(lambda request: worker.ask(request, REFERENCE_LIMITS.wall_seconds), nonces())
        except WorkerDied as died:
            self._engines.drop_reference_worker()
            raise InternalError(f"The reference failed on a random program: {died.detail}") from died
        return Expectation(self._check, script, seen)


def _asked(grading: Grading) -> Asked:
    """Return what the assignment's own checks ask for."""
    assignment = grading.assignment
    expectations = Expectations(assignment, grading.engines, grading.manager, b"random programs", 0)
    hidden_too = grading.engines.isolation.level in HIDDEN_NEEDS
    checks = [check for check in assignment.checks if hidden_too or not check.hidden]
    expectations.ahead(checks, "")
    known = [expectations.of(check, "") for check in checks]
    errors = frozenset(
        error_kind(seen.payload.class_name, seen.payload.message)
        for expectation in known
        for seen in expectation.observations
        if isinstance(seen.payload, Raised)
    )
    operations = [
        step for expectation in known for step in expectation.script.program.steps() if step.op == "op"
    ]
    return Asked(
        errors,
        numbers=any(step.name in ARITHMETIC and any(map(_is_number, step.args)) for step in operations),
        lists=any(step.name == "getitem" and type(step.args[1]) is list for step in operations),
    )


def _is_number(value: object) -> bool:
    return type(value) in (int, float)


class _Hunt:
    """One search. What a worker did on many programs at once is only a suspicion: a difference counts if it shows again
    alone, in a fresh worker."""

    def __init__(self, grading: Grading, trial: Trial, source: _Source) -> None:
        self.tried = 0
        self.left_out: Counter[str] = Counter()
        self._judge = grading.judge
        self._trial = trial
        self._source = source
        self._batches = 0

    def run(self, programs: int | None, deadline: float | None) -> _Found | None:
        """Return the first program on which the engines differ."""
        size = FEW
        waiting = self._ahead(0, size, programs)
        while (
            waiting is not None
            and not self._is_hopeless
            and (deadline is None or time.monotonic() < deadline)
        ):
            indices, several, expectation = waiting.result()
            size = min(2 * size, MANY)
            waiting = self._ahead(indices.stop, size, programs)  # made while the submission is busy
            doubtful, known = self._compare(indices, several, expectation)
            for index in doubtful:
                if (found := self._alone(index)) is not None:
                    self._count(several, index + 1)
                    return found
            self._count(several, known)
            if known < indices.stop:  # the worker did not come any further, or not in good order
                size = FEW
                waiting = self._ahead(known, size, programs)
        return None

    @property
    def _is_hopeless(self) -> bool:
        """Whether so many programs need what is not done yet that none of them can be compared."""
        return not self.tried and self.left_out.total() >= HOPELESS

    def _ahead(self, start: int, size: int, programs: int | None) -> Future[_Made] | None:
        stop = start + size if programs is None else min(start + size, programs)
        return self._source.ahead(range(start, stop)) if stop > start else None

    def _count(self, several: Several, stop: int) -> None:
        self.tried += sum(index < stop for index, _, _ in several.places)

    def _compare(self, indices: range, several: Several, expectation: Expectation) -> tuple[range, int]:
        """Replay several programs at once. Return which ones to look at alone (none, the first that seems to differ, or
        all), and from which index on nothing is known then."""
        if not several.places:
            return range(0), indices.stop
        self._batches += 1
        if self._batches % BATCHES_PER_WORKER == 0:
            self._trial.renew()  # it may use so much processor time only
        replayed = self._replay(expectation)
        if replayed.failure is not None:
            return indices, indices.stop
        findings = self._findings(expectation, replayed)
        stopped_at = replayed.observations[-1].sid
        first = min([finding.sid for finding in findings if finding.sid], default=stopped_at)
        if not findings:
            return range(0), indices.stop
        index = several.index_of(first)
        if index is None:
            return indices, indices.stop
        if first == stopped_at and _is_unfinished(replayed):
            self._leave_out(findings[-1].message)
            return range(0), index + 1
        return range(index, index + 1), index + 1

    def _alone(self, index: int) -> _Found | None:
        """Return how the engines differ on one program, in a fresh worker."""
        _, several, expectation = self._source.ahead(range(index, index + 1)).result()
        if not several.places:
            return None
        self._trial.renew()
        replayed = self._replay(expectation)
        findings = self._findings(expectation, replayed)
        if findings and _is_unfinished(replayed):
            real = tuple(finding for finding in findings if finding.sid)
            if not real:
                self._leave_out(findings[-1].message)
            findings = real
        return _Found(index, expectation, findings) if findings else None

    def _leave_out(self, why: str) -> None:
        self.left_out[why] += 1
        self.tried -= 1

    def _findings(self, expectation: Expectation, replayed: Replayed) -> tuple[Finding, ...]:
        """Judge. That hooks of different tensors have their turns in another order is no difference: unless one tensor
        was made from the other, that is the engine's own business."""
        if replayed.failure is None and replayed.observations == expectation.observations:
            return ()
        findings = self._judge.findings(expectation, replayed)
        if replayed.failure is not None:
            return findings
        return tuple(finding for finding in findings if finding.plugin != "runner")

    def _replay(self, expectation: Expectation) -> Replayed:
        self._trial.allow_again()
        return self._trial.replay(expectation)


def _is_unfinished(replayed: Replayed) -> bool:
    """Whether a program ended at a task that is not done yet, or at a name that is missing."""
    end = replayed.observations[-1].payload if replayed.observations else None
    return isinstance(end, Missing) or (isinstance(end, Raised) and end.class_name == "NotImplementedError")


def _smallest(grading: Grading, submission: Submission, source: _Source, found: _Found) -> Counterexample:
    """Return the smallest program that shows what was found, with names that a person would choose."""
    expectation, findings = found.expectation, found.findings
    with Counterexamples(
        grading.engines,
        submission,
        grading.assignment,
        grading.judge,
        seconds=SHRINK_SECONDS,
        check_seconds=SHRINK_SECONDS,
    ) as smaller:
        shrunk = smaller.smallest(expectation, findings)
    if shrunk is None:
        shrunk = Counterexample(expectation.script.program, findings, smallest=False)
    again = source.expectation(Script(named(shrunk.program)))
    if not findings[0].kind:  # it did not come back, and would not now: that was seen twice
        return Counterexample(again.script.program, shrunk.findings, shrunk.smallest)
    with Trial(grading.engines, submission, grading.assignment) as trial:
        said = grading.judge.findings(again, trial.replay(again))
    if not said:
        return shrunk
    return Counterexample(again.script.program, said, shrunk.smallest)
