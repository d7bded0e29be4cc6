"""The checks on another engine than the course's, such as PyTorch itself: every one must observe the same there.

It is the proof that the reference, on this assignment, is what it says it is. The other engine is trusted as the course's
is, and runs in a process of its own without walls, for it may import what it needs when it needs it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec import structs

from gradlab.errors import CourseError
from gradlab.expect import REFERENCE_LIMITS, drawn_for, seed_of
from gradlab.isolation import WorkerDied, nonces, private_memory
from gradlab.lint.bench import DRAWN_FOR, Bench
from gradlab.lint.model import Linted
from gradlab.lint.repeats import as_sent
from gradlab.record import record
from gradlab.replay import Script
from gradlab.trial import Replayed
from gradlab.wire import Released, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gradlab.expect import Expectation
    from gradlab.isolation import Worker
    from gradlab.model import Observation
    from gradlab.runner import Grading
    from gradlab.session import Engines

__all__ = ["compare"]


def compare(grading: Grading, other: Engines) -> Linted:
    """Record and replay every check on `other` too. Its problems are the differences."""
    with Bench(grading) as bench:
        found = [
            problem
            for expectation, instance in bench.instances()
            for problem in _differences(grading, other, expectation, instance)
        ]
    return Linted(grading.assignment.name, (*bench.problems, *found), engine=other.engine_name)


def _differences(grading: Grading, other: Engines, here: Expectation, instance: int) -> Iterator[str]:
    check, engine = here.check, other.engine_name
    place = f"{check.file}:{check.line}: the check {check.name!r}"
    whom = drawn_for(check, DRAWN_FOR)
    try:
        there = Script(
            record(
                check,
                other.engine,
                seed=seed_of(check, grading.assignment, whom, grading.secret, grading.seed),
                observers=grading.expectations.observers,
                surface=grading.assignment.surface,
                instance=instance,
            )
        )
        seen = _replayed(other, there)
    except CourseError as error:
        yield from (f"on {engine}, {problem}" for problem in error.problems)
        return
    except WorkerDied as died:
        yield f"{place} ends {engine}: {died.detail}"
        return
    if as_sent(there) != as_sent(here.script):
        yield f"{place} does something else on {engine} than on {grading.engines.engine_name}."
    expected = replace(here, observations=_from_outside(here.observations))
    for finding in grading.judge.findings(expected, Replayed(_from_outside(seen))):
        yield f"{place} observes something else on {engine}: {finding.message}"


def _replayed(other: Engines, script: Script) -> tuple[Observation, ...]:
    worker = other.reference_worker(REFERENCE_LIMITS)
    if script.weighs:
        _played(worker, script)  # what an engine imports the first time that it is needed must not be weighed
    return _played(worker, script)


def _played(worker: Worker, script: Script) -> tuple[Observation, ...]:
    return script.play(
        lambda request: worker.ask(request, REFERENCE_LIMITS.wall_seconds),
        nonces(),
        lambda: private_memory(worker.pid),
    )


def _from_outside(observations: Iterable[Observation]) -> tuple[Observation, ...]:
    """Leave of readings of memory what the system says, from the first one on: engines differ in what they need
    anyway, and need not keep their numbers in numpy's arrays."""
    return tuple(
        structs.replace(seen, payload=_grown(seen.payload)) if isinstance(seen.payload, Released) else seen
        for seen in observations
    )


def _grown(released: Released) -> Released:
    start = released.start.outside or 0
    readings = (released.start, released.built, released.now)
    grown = [(reading.outside or 0) - start for reading in readings]
    return Released(*(Weight(bytes_, bytes_) for bytes_ in grown))
