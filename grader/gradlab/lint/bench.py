"""A bench on which many engines are tried against the same checks, several at a time, each in confined workers."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from msgspec import structs

from gradlab.errors import CourseError, SubmissionError
from gradlab.judging import verdict
from gradlab.model import Finding
from gradlab.session import processors
from gradlab.submission import Submission, parse
from gradlab.trial import Trial

if TYPE_CHECKING:
    from gradlab.expect import Expectation
    from gradlab.runner import Grading

__all__ = ["DRAWN_FOR", "Bench"]

Engine = str | Submission  # the source of engine.py, or whatever else may be handed in
Item = TypeVar("Item")
Result = TypeVar("Result")

DRAWN_FOR = "lint"  # in place of a submission's hash: all engines get the same hidden inputs
_PATIENCE = 0.5  # wall seconds that a check may take at least, and 20 times what the solution took
_TIMES = 20.0


class Bench:
    """The checks of an assignment, recorded and replayed on the reference once, and then tried on engines.

    Checks that cannot be recorded are left out, and `problems` says why. Engines are graded as submissions are: the
    same workers, walls, verdicts and repetition; only the hidden inputs are not drawn anew for each.
    """

    def __init__(self, grading: Grading) -> None:
        self.assignment = grading.assignment
        self.problems: list[str] = []
        self._grading = grading
        self._judge = grading.judge
        self._engines = grading.engines
        self._expected: dict[str, list[Expectation]] = {}
        grading.expectations.ahead(grading.checks, DRAWN_FOR)
        for check in grading.checks:
            try:
                self._expected[check.name] = [
                    grading.expectations.of(check, DRAWN_FOR, instance) for instance in range(check.instances)
                ]
            except CourseError as error:
                self.problems += error.problems
        self.seconds: dict[str, float] = dict.fromkeys(self._expected, 0.0)
        self._pool = ThreadPoolExecutor(processors(), "bench")

    @property
    def checks(self) -> tuple[str, ...]:
        """The names of the checks that could be recorded."""
        return tuple(self._expected)

    def instances(self) -> Iterator[tuple[Expectation, int]]:
        """Yield what the reference did on each check, and the number of the instance."""
        for expected in self._expected.values():
            yield from zip(expected, range(len(expected)), strict=True)

    def hurry(self, solution: str) -> None:
        """Measure how long the solution takes on each check, and give other engines little more from here on."""
        with self._trial(solution) as trial:
            for name in self.checks:
                started = time.monotonic()
                self._first(trial, name)
                self.seconds[name] = seconds = time.monotonic() - started
                timeout = max(_PATIENCE, _TIMES * seconds)
                self._expected[name] = [
                    replace(one, check=structs.replace(one.check, timeout=timeout))
                    for one in self._expected[name]
                ]

    def failing(self, engine: Engine) -> dict[str, Finding]:
        """Return the checks that an engine fails, each with the first thing that is said about it."""
        found: dict[str, Finding] = {}
        with closing(self._trying(engine, self.checks)) as tried:
            for name, finding in tried:
                if finding is not None:
                    found[name] = finding
        return found

    def killer(self, engine: Engine, checks: Sequence[str]) -> str | None:
        """Return the first of `checks` that an engine fails, None if it passes them all."""
        with closing(self._trying(engine, checks)) as tried:
            return next((name for name, finding in tried if finding is not None), None)

    def map(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Do `work` for all items, as many at a time as there are processors; yield the results in their order."""
        return self._pool.map(work, items)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _trial(self, engine: Engine) -> Trial:
        submission = parse({"engine.py": engine.encode()}) if isinstance(engine, str) else engine
        return Trial(self._engines, submission, self.assignment)

    def _trying(self, engine: Engine, checks: Sequence[str]) -> Generator[tuple[str, Finding | None]]:
        with self._trial(engine) as trial:
            try:
                failure = trial.load().failure
            except SubmissionError as error:
                failure = Finding("runner", str(error))
            for name in checks:
                yield name, failure or self._first(trial, name)

    def _first(self, trial: Trial, name: str) -> Finding | None:
        for expectation in self._expected[name]:
            trial.allow_again()  # the whole lint may take longer than one submission may
            findings, _ = verdict(self._judge, trial, expectation)
            if findings:
                return findings[0]
        return None
