"""How the mistakes of an assignment fail its public checks: recorded once, kept beside the course, handed on in bundles.

A pattern holds steps, classes of difference and checksums of wrong answers, and the mistake's own explanation: no code,
no numbers, nothing of a hidden check.
"""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from gradlab.diagnosis import Signs, signs
from gradlab.expect import Expectation
from gradlab.session import processors
from gradlab.trial import Trial

if TYPE_CHECKING:
    from gradlab.assignment import Assignment
    from gradlab.mistakes import Mistake
    from gradlab.runner import Grading

__all__ = ["BUNDLED", "Pattern", "Patterns", "bundled", "encode", "patterns", "recorded"]

SCHEMA = "gradlab/patterns/1"
BUNDLED = "diagnosis.json"  # in a student's bundle
SECONDS = 1.0  # that a mistake may take for a check; no other mistake takes long
LARGEST = 4 << 20  # bytes of a file that is read


class _Failure(msgspec.Struct, frozen=True):
    """How a mistake fails one check: step, class and checksum of each difference."""

    check: str
    signs: tuple[tuple[int, str, int], ...]


class Pattern(msgspec.Struct, frozen=True):
    """How a mistake fails the public checks."""

    name: str
    explanation: str
    failures: tuple[_Failure, ...]

    @property
    def signs(self) -> dict[str, Signs]:
        """The signs of each check that fails."""
        return {failure.check: frozenset(failure.signs) for failure in self.failures}


class Patterns(msgspec.Struct, frozen=True):
    """The patterns of an assignment, and what they are good for. `mistakes` is the hash of all that they were made from;
    a bundle has only the checks to compare with."""

    schema: str
    gradlab: str
    engine: str
    seed: int
    checks: str
    mistakes: str
    patterns: tuple[Pattern, ...]


def patterns(grading: Grading) -> tuple[Pattern, ...]:
    """Return how the assignment's mistakes fail its public checks, as far as that is known here: from the bundle, from
    the file beside the course, or recorded now and written there."""
    if (bundled := grading.assignment.root / BUNDLED).is_file():
        found = _read(bundled)
        return found.patterns if found is not None and _fits(found, grading) else ()
    if not (grading.assignment.root / "mistakes").is_dir():
        return ()
    place = grading.assignment.course.root / ".gradlab" / "diagnosis" / f"{grading.assignment.name}.json"
    found = _read(place)
    if (
        found is not None
        and _fits(found, grading)
        and found.mistakes == _hash_of_mistakes(grading.assignment)
    ):
        return found.patterns
    made = recorded(grading)
    with suppress(OSError):  # where nobody may write, it is recorded anew each time
        place.parent.mkdir(parents=True, exist_ok=True)
        new = place.with_suffix(f".{os.getpid()}")
        new.write_bytes(encode(made))
        new.replace(place)  # another process sees the old file or the new one
    return made.patterns


def recorded(grading: Grading) -> Patterns:
    """Replay the public checks that they declare on all mistakes, and return what was different."""
    from gradlab import __version__
    from gradlab.mistakes import load_mistakes

    public = [check for check in grading.assignment.checks if not check.hidden]
    grading.expectations.ahead(public, "")  # here, in one thread
    with ThreadPoolExecutor(processors(), "patterns") as pool:
        found = list(pool.map(partial(_pattern, grading), load_mistakes(grading.assignment)))
    return Patterns(
        schema=SCHEMA,
        gradlab=__version__,
        engine=_engine(grading),
        seed=grading.seed,
        checks=_hash_of_checks(grading.assignment),
        mistakes=_hash_of_mistakes(grading.assignment),
        patterns=tuple(pattern for pattern in found if pattern.failures),
    )


def encode(made: Patterns) -> bytes:
    """Return patterns as the bytes of a file."""
    return msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n"


def bundled(assignment: Assignment) -> bytes:
    """Return the file of patterns for a student's bundle, in which Mistakes have numbers and no names. A bundle hands on
    its own."""
    if (own := assignment.root / BUNDLED).is_file():
        return own.read_bytes()
    from gradlab.manager import build_manager
    from gradlab.runner import Grading
    from gradlab.session import Engines

    with Engines.start(assignment.course.engine) as engines:
        made = recorded(Grading(assignment, engines, build_manager(assignment.course.plugins)))
    numbered = [
        msgspec.structs.replace(pattern, name=f"mistake {number}")
        for number, pattern in enumerate(made.patterns, 1)
    ]
    return encode(msgspec.structs.replace(made, patterns=tuple(numbered), mistakes=""))


def _pattern(grading: Grading, mistake: Mistake) -> Pattern:
    from gradlab.assemble import assemble
    from gradlab.mistakes import replace_definitions
    from gradlab.submission import parse

    assignment = grading.assignment
    source = replace_definitions(assemble(assignment, solved=[t.id for t in assignment.tasks]), mistake)
    failures = []
    with Trial(grading.engines, parse({"engine.py": source.encode()}), assignment) as trial:
        for check in assignment.checks:
            if check.hidden or check.name not in mistake.must_fail | mistake.may_fail:
                continue
            for instance in range(check.instances):
                trial.renew()
                trial.allow_again()
                expectation = grading.expectations.of(check, "", instance)
                hurried = msgspec.structs.replace(check, timeout=min(check.timeout or SECONDS, SECONDS))
                replayed = trial.replay(Expectation(hurried, expectation.script, expectation.observations))
                seen = signs(grading.judge.findings(expectation, replayed))
                if seen:
                    failures.append(_Failure(check.name, tuple(sorted(seen))))
                    break
    return Pattern(mistake.name, mistake.explanation, tuple(failures))


def _read(path: Path) -> Patterns | None:
    """Return what a file holds, or None if it is not there or not of this kind."""
    try:
        if path.stat().st_size > LARGEST:
            return None
        return msgspec.json.decode(path.read_bytes(), type=Patterns)
    except (OSError, ValueError, RecursionError):  # msgspec's errors are ValueErrors
        return None


def _fits(found: Patterns, grading: Grading) -> bool:
    from gradlab import __version__

    return (found.schema, found.gradlab, found.engine, found.seed, found.checks) == (
        SCHEMA,
        __version__,
        _engine(grading),
        grading.seed,
        _hash_of_checks(grading.assignment),
    )


def _engine(grading: Grading) -> str:
    return f"{grading.engines.engine_name} {grading.engines.engine_version}"


def _hash_of_checks(assignment: Assignment) -> str:
    return hashlib.sha256((assignment.root / "checks.py").read_bytes()).hexdigest()


def _hash_of_mistakes(assignment: Assignment) -> str:
    public = [check.name for check in assignment.checks if not check.hidden]
    digest = hashlib.sha256("\0".join([assignment.suite_sha256, *public]).encode())
    for path in sorted((assignment.root / "mistakes").glob("*.py")):
        digest.update(f"\0{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()
