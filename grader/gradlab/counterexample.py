"""The smallest program on which a submission and the reference still differ, for a check that failed."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from msgspec.structs import replace

from gradlab.expect import REFERENCE_LIMITS, Expectation
from gradlab.isolation import WorkerDied, in_seconds, nonces
from gradlab.model import Finding, Observation
from gradlab.program import Program, Step
from gradlab.replay import Script
from gradlab.trial import Replayed, Trial
from gradlab.wire import Raised, Scalar, Unmade

if TYPE_CHECKING:
    from gradlab.assignment import Assignment
    from gradlab.isolation import Worker
    from gradlab.isolation.worker import Reason
    from gradlab.judging import Judge
    from gradlab.session import Engines
    from gradlab.shrink import Shrunk
    from gradlab.submission import Submission

__all__ = ["Counterexample", "Counterexamples", "Known"]

CHECK_SECONDS = 0.5
CHECK_EVALUATIONS = 400
SUBMISSION_SECONDS = 3.0
SLOWEST = 0.25  # seconds that one small program may take
SLOWEST_LARGE = 2.0  # the same, where the check weighs memory and so begins with large arrays
# Where an engine does not come back: seconds of a search, for one program in it, and until that is believed.
ENDING_SECONDS = 2.0
HANGS = 0.1
CERTAIN = 1.0
REACHED = Scalar("reached")


@dataclass(frozen=True)
class Counterexample:
    """A program, what was found in it, and whether the search for a smaller one came to its end."""

    program: Program
    findings: tuple[Finding, ...]
    smallest: bool


Known = dict[object, Counterexample]  # by what the submissions have in common


class Counterexamples:
    """Finds the smallest counterexamples of one submission. A context manager.

    It has workers of its own, on both sides: a program that was cut in the middle may leave an engine in a state (no
    gradients, another default dtype) that no check should meet. For the same reason a result counts only after it
    was seen again in fresh workers. Hidden checks must not come here: what is found is shown to students.

    `known` has what was found for other submissions: who fails a check in the very same way is asked about that
    program first. Checks of one submission share what they learn: a program that does not show a difference is not
    asked about again, and where the steps of a check contain a program that shows the same kind of difference already,
    nothing is searched for.
    """

    def __init__(
        self,
        engines: Engines,
        submission: Submission,
        assignment: Assignment,
        judge: Judge,
        known: Known | None = None,
        *,
        seconds: float | None = None,
        check_seconds: float | None = None,
    ) -> None:
        self._known: Known = {} if known is None else known
        self._found_before: list[tuple[Finding, Counterexample]] = []
        self._learnt = _Learnt()
        self._names = assignment.surface.names
        self._judge = judge
        self._reference = _Reference(engines)
        self._trial = Trial(engines, submission, assignment)
        self._seconds = SUBMISSION_SECONDS if seconds is None else seconds
        self._check_seconds = CHECK_SECONDS if check_seconds is None else check_seconds

    def smallest(self, expectation: Expectation, findings: Sequence[Finding]) -> Counterexample | None:
        """Return the smallest program that shows the first finding's kind of difference, or that the engine does not come
        back from. None where there is no time left, where the difference has no kind, or where it does not show again."""
        first = findings[0]
        if expectation.check.hidden or self._seconds <= 0 or not (first.kind or first.plugin == "runner"):
            return None
        started = time.monotonic()
        try:
            failure = _failure(expectation, findings)
            search = self._found if first.kind else self._without_return
            found = search(expectation, first, self._known.get(failure))
            if found is not None:
                self._known[failure] = found
                if first.kind:
                    self._found_before.append((first, found))
            return found
        except Exception:  # the verdict is known, and is not lost because a smaller program cannot be had
            return None
        finally:
            self._seconds -= time.monotonic() - started

    def _found(
        self, expectation: Expectation, first: Finding, known: Counterexample | None
    ) -> Counterexample | None:
        from gradlab.shrink import is_within, unweighed

        program = unweighed(expectation.script.program)
        for before, earlier in self._found_before:
            same = earlier.smallest and _difference(before)[1:] == _difference(first)[1:]
            if same and is_within(earlier.program, before.sid, program, first.sid):
                return earlier
        oracle = _TwoEngines(expectation, first, self._judge, self._reference, self._trial, self._learnt)
        if known is not None and oracle.shows_afresh(known.program):
            return Counterexample(known.program, oracle.findings, known.smallest)
        found = self._search(program, oracle, first)
        if not oracle.shows_afresh(found.program):
            oracle.always_fresh = True  # something is left behind: believe only what starts from nothing
            found = self._search(program, oracle, first)
            if not oracle.shows_afresh(found.program):
                return None
        return Counterexample(found.program, oracle.findings, found.finished)

    def _without_return(
        self, expectation: Expectation, first: Finding, known: Counterexample | None
    ) -> Counterexample | None:
        """Return the smallest program from whose last step the engine does not come back."""
        from gradlab.shrink import Bounds, Goal, shrink, unweighed

        ending = _Ending(expectation, self._reference, self._trial)
        if known is not None and ending.is_certain(known.program):
            return Counterexample(known.program, ending.findings(known.findings[0].sid), known.smallest)
        program = ending.cut(unweighed(expectation.script.program))
        if program is None:
            return None
        sid = next(step.sid for step in reversed(program.segments[-1]) if step.op != "drop")
        bounds = Bounds(min(ENDING_SECONDS, self._seconds), CHECK_EVALUATIONS)
        found = shrink(program, ending, Goal.of(program, sid, self._names), bounds)
        if not ending.is_certain(found.program):
            return None
        return Counterexample(found.program, ending.findings(sid), found.finished)

    def _search(self, program: Program, oracle: _TwoEngines, finding: Finding) -> Shrunk:
        from gradlab.shrink import Bounds, Goal, shrink  # a submission that passes does without

        bounds = Bounds(min(self._check_seconds, self._seconds), CHECK_EVALUATIONS)
        return shrink(program, oracle, Goal.of(program, finding.sid, self._names), bounds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reference.renew()
        self._trial.renew()


@dataclass
class _Learnt:
    """What is known of programs, whichever check they came from."""

    refuted: set[object] = field(default_factory=set)  # do not show the difference
    proved: set[object] = field(default_factory=set)  # show it in fresh workers


class _Reference:
    """The reference in a worker that is used for nothing else."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._worker: Worker | None = None

    def replay(self, script: Script, seconds: float) -> tuple[Observation, ...] | None:
        """Replay a program, and return what was observed if it ran to its end in time."""
        if self._worker is None:
            self._worker = self._engines.fresh_reference_worker(REFERENCE_LIMITS)
        worker = self._worker
        try:
            seen = script.play(lambda request: worker.ask(request, seconds), nonces())
        except (WorkerDied, ValueError):
            self.renew()
            return None
        return seen if seen[-1].payload == REACHED else None

    def renew(self) -> None:
        """Throw the worker away."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None


class _TwoEngines:
    """Says whether the engines differ on a program as they did on the check: in a finding of the same kind about the
    same step, and about the same line of the student's where an exception is the difference."""

    def __init__(
        self,
        expectation: Expectation,
        finding: Finding,
        judge: Judge,
        reference: _Reference,
        trial: Trial,
        learnt: _Learnt,
    ) -> None:
        self._learnt = learnt
        self.always_fresh = False
        self.findings: tuple[Finding, ...] = ()  # in the last program that shows the difference
        self._shown: object = None  # that program
        self._seconds = SLOWEST_LARGE if expectation.script.weighs else SLOWEST
        self._check = replace(expectation.check, timeout=self._seconds)
        self._errors = _errors(expectation.observations)
        self._wanted = _difference(finding)
        self._judge = judge
        self._reference = reference
        self._trial = trial

    def shows(self, program: Program) -> bool:
        """Return whether the reference runs the program to its end and the submission differs as before."""
        if self.always_fresh:
            self._renew()
            return self._differ(program)
        question = self._question(program)
        if question in self._learnt.refuted:
            return False
        shown = self._differ(program)
        if not shown:
            self._learnt.refuted.add(question)
        return shown

    def shows_afresh(self, program: Program) -> bool:
        """Return the same, seen in fresh workers. What was the last to show the difference is believed if it did so for
        another check."""
        question = self._question(program)
        if question in self._learnt.proved and self._shown == question:
            return True
        self._renew()
        shown = self._differ(program)
        if shown:
            self._learnt.proved.add(question)
        return shown

    def _differ(self, program: Program) -> bool:
        script = Script(program)
        expected = self._reference.replay(script, self._seconds)
        if expected is None or not self._is_sound(expected):
            return False
        expectation = Expectation(self._check, script, expected)
        findings = self._judge.findings(expectation, self._trial.replay(expectation))
        if self._wanted not in map(_difference, findings):
            return False
        if self._judge.findings(expectation, Replayed(expected)):
            return False  # NaN, which equals nothing: any engine would differ
        self.findings, self._shown = findings, self._question(program)
        return True

    def _question(self, program: Program) -> object:
        """Return what the answer depends on: the same for programs of two checks that do the same."""
        from gradlab.shrink import fingerprint

        sid, *kind = self._wanted
        said = [self._errors.get((step.sid, 0)) for step in program.steps()] if self._errors else ()
        return (fingerprint(program, sid), *kind, *said)

    def _renew(self) -> None:
        self._reference.renew()
        self._trial.renew()

    def _is_sound(self, expected: Sequence[Observation]) -> bool:
        """Return whether everything is made that is used, and each exception is the one that the check is about."""
        if any(isinstance(seen.payload, Unmade) for seen in expected):
            return False
        return all(self._errors.get(place) == said for place, said in _errors(expected).items())


class _Ending:
    """Says whether a submission does not come back from a program, as it did not from the check: because it never answers,
    or because its process is gone."""

    def __init__(self, expectation: Expectation, reference: _Reference, trial: Trial) -> None:
        self._check = expectation.check
        self._reference = reference
        self._trial = trial
        self._last = Replayed()
        self._reason: Reason | None = None

    def cut(self, program: Program) -> Program | None:
        """Return the program up to the step that the submission does not come back from, None if it does from all."""
        parts: list[list[Step]] = []
        for step in chain.from_iterable(program.segments):
            if step.op == "drop" and parts:
                parts[-1].append(step)
            else:
                parts.append([step])
        self._renew()
        self._reason = self._run(Program(parts, program.arrays, program.blocks), HANGS).reason
        if self._reason is None:
            return None
        return Program(parts[: self._last.answered + 1], program.arrays, program.blocks)

    def shows(self, program: Program) -> bool:
        """Return whether the reference runs the program to its end and the submission's process ends as before."""
        script = Script(program)
        if self._reference.replay(script, SLOWEST) is None:
            return False
        return self._run(program, HANGS).reason == self._reason

    def is_certain(self, program: Program) -> bool:
        """Return the same, in fresh workers, and with ten times as long to answer."""
        self._renew()
        if self._reference.replay(Script(program), SLOWEST) is None:
            return False
        reason = self._run(program, CERTAIN).reason
        return reason is not None and reason == (self._reason or reason)

    def findings(self, sid: int) -> tuple[Finding, ...]:
        """Return what there is to say of the program that was asked about last."""
        assert self._last.failure is not None
        said = _ENDS.get(self._last.reason or "exit", "ends the process")
        return (replace(self._last.failure, sid=sid, expected="returns", actual=said),)

    def _run(self, program: Program, seconds: float) -> Replayed:
        self._last = self._trial.replay(
            Expectation(replace(self._check, timeout=seconds), Script(program), ())
        )
        return self._last

    def _renew(self) -> None:
        self._reference.renew()
        self._trial.renew()


_ENDS: dict[str, str] = {
    "timeout": f"does not, within {in_seconds(CERTAIN)}",
    "cpu": "does not, within the processor time",
    "memory": "runs out of memory",
    "signal": "crashes",
    "output": "prints without end",
    "malformed": "answers in the grader's place",
}


def _failure(expectation: Expectation, findings: Sequence[Finding]) -> object:
    """Return what submissions have in common that fail a check in the very same way, to the last digit."""
    from gradlab.shrink import fingerprint

    said = [(finding.sid, finding.kind, finding.message) for finding in findings]
    return (expectation.check.name, fingerprint(expectation.script.program, 0), *said)


def _difference(finding: Finding) -> tuple[Any, ...]:
    return (finding.sid, finding.kind, finding.location)


def _errors(observations: Sequence[Observation]) -> dict[tuple[int, int], tuple[str, str]]:
    """Return the class and message, without numbers and lists of them, of each exception that was observed."""
    return {
        (seen.sid, seen.nth): (seen.payload.class_name, _NUMBERS.sub("#", seen.payload.message))
        for seen in observations
        if isinstance(seen.payload, Raised)
    }


_NUMBERS = re.compile(r"\[[\d, ]*\]|\d+")
