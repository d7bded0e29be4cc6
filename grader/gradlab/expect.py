"""What the reference does on a check: its Program and the observations of replaying it, cached in memory."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from gradlab.errors import CheckAuthoringError, InternalError, IsolationError
from gradlab.isolation import Limits, WorkerDied, nonces
from gradlab.manager import observers
from gradlab.model import Check, Observation
from gradlab.record import record
from gradlab.replay import Script
from gradlab.wire import Released, Scalar

if TYPE_CHECKING:
    from concurrent.futures import Future

    import pluggy

    from gradlab.assignment import Assignment
    from gradlab.session import Engines

__all__ = ["Expectation", "Expectations", "seed_of"]

REFERENCE_LIMITS = Limits(wall_seconds=60.0, cpu_seconds=3600, memory_mb=2048, output_kb=64)
LEAST_WEIGHT = 16 << 20  # bytes; less is hard to tell from what a process needs anyway


@dataclass(frozen=True)
class Expectation:
    """A recorded check and what the reference did on it."""

    check: Check
    script: Script
    observations: tuple[Observation, ...]


class _Pending(NamedTuple):
    """An expectation on its way: first the check is recorded, then it is replayed."""

    script: Future[Script]
    expectation: Future[Expectation]


class Expectations:
    """Record and replay checks on the reference, once per check and seed.

    Never written to disk: floats are compared on the machine that made them. Hidden checks have another seed for
    every submission and are not kept.
    """

    def __init__(
        self,
        assignment: Assignment,
        engines: Engines,
        manager: pluggy.PluginManager,
        secret: bytes | None,
        seed: int,
    ) -> None:
        self.assignment = assignment
        self.engines = engines
        self.observers = observers(manager)
        self._secret = secret
        self._seed = seed
        self._pending: dict[tuple[str, int, str], _Pending] = {}

    def ahead(self, checks: Iterable[Check], submission_sha256: str, *, secretly: bool = False) -> None:
        """Begin to make what `of` will be asked for, while the submission is still busy with other things."""
        for check in checks:
            drawn_for = submission_sha256 if check.hidden or secretly else ""
            for instance in range(1 if secretly else check.instances):
                key = (check.name, instance, drawn_for)
                if key not in self._pending:
                    script = self.engines.recording(self._record, check, drawn_for, instance)
                    expectation = self.engines.replaying(self._expect, check, script)
                    self._pending[key] = _Pending(script, expectation)

    def of(
        self, check: Check, submission_sha256: str, instance: int = 0, *, secretly: bool = False
    ) -> Expectation:
        """Return the expectation of one instance of `check`, `secretly` with the inputs of a hidden check.

        Raises CheckAuthoringError if it cannot be recorded.
        """
        self.ahead([check], submission_sha256, secretly=secretly)
        if check.hidden or secretly:  # asked for once, and the inputs should not stay around
            return self._pending.pop((check.name, instance, submission_sha256)).expectation.result()
        return self._pending[(check.name, instance, "")].expectation.result()

    def forget(self, submission_sha256: str) -> None:
        """Let go of what was made ahead for a submission and never asked for."""
        for key in [key for key in self._pending if key[2] == submission_sha256]:
            for future in self._pending.pop(key):
                future.cancel()

    def _record(self, check: Check, drawn_for: str, instance: int) -> Script:
        if drawn_for and self._secret is None:
            raise InternalError(f"The hidden inputs of the check {check.name!r} need the course's secret.")
        seed = seed_of(check, self.assignment, drawn_for, self._secret, self._seed)
        program = record(
            check,
            self.engines.engine,
            seed=seed,
            observers=self.observers,
            surface=self.assignment.surface,
            instance=instance,
        )
        return Script(program)

    def _expect(self, check: Check, recorded: Future[Script]) -> Expectation:
        script = recorded.result()
        try:
            seen = self._weighed(script) if script.weighs else self._played(script)
        except WorkerDied as died:
            raise InternalError(f"The reference failed on the check {check.name!r}: {died.detail}") from died
        if seen[-1].payload != Scalar("reached"):
            raise CheckAuthoringError(
                f"{check.file}:{check.line}: the check {check.name!r} does not run to its end when it is replayed on "
                f"the reference: {seen[-1].payload}."
            )
        for one in seen:
            if isinstance(one.payload, Released):
                _can_be_judged(check, one.payload, script.line(one.sid))
        return Expectation(check, script, seen)

    def _played(self, script: Script) -> tuple[Observation, ...]:
        worker = self.engines.reference_worker(REFERENCE_LIMITS)
        try:
            return script.play(lambda request: worker.ask(request, REFERENCE_LIMITS.wall_seconds), nonces())
        except WorkerDied:
            self.engines.drop_reference_worker()
            raise

    def _weighed(self, script: Script) -> tuple[Observation, ...]:
        with self.engines.fresh_reference_worker(REFERENCE_LIMITS) as worker:
            worker.tare()
            return script.play(
                lambda request: worker.ask(request, REFERENCE_LIMITS.wall_seconds), nonces(), worker.weigh
            )


def _can_be_judged(check: Check, seen: Released, line: int) -> None:
    """Refuse a check that weighs too little, and hidden ones where nobody can look from outside."""
    if check.hidden and seen.now.outside is None:
        raise IsolationError(
            f"The hidden check {check.name!r} grades memory, which this machine does not let gradlab read from outside a "
            "worker (/proc/PID/smaps_rollup or status). Grade it on a Linux machine with /proc."
        )
    taken = max(
        built - start
        for built, start in ((seen.built.own, seen.start.own), (seen.built.outside, seen.start.outside))
        if built is not None and start is not None
    )
    if taken < LEAST_WEIGHT:
        raise CheckAuthoringError(
            f"{check.file}:{line}: the check {check.name!r} weighs what the reference takes between the first two "
            f"readings: {taken / 2**20:.1f} MB, too little to be told from other changes. Use tensors large enough for "
            f"{LEAST_WEIGHT >> 20} MB."
        )


def seed_of(check: Check, assignment: Assignment, drawn_for: str, secret: bytes | None, seed: int) -> bytes:
    """Return the seed of a check's `rng`.

    `drawn_for` empty, as for public checks: a function of `seed` and the check's name, the same for everybody. Otherwise
    it is the SHA-256 of the submission that the inputs are drawn for: an HMAC under the course's secret of assignment,
    suite, submission and check, so that nobody can know it beforehand, two submissions differ, and a regrade repeats it.
    """
    if not drawn_for:
        return hashlib.sha256(f"{seed}\0{assignment.name}\0{check.name}".encode()).digest()
    message = "\0".join([assignment.name, assignment.suite_sha256, drawn_for, check.name, str(seed)])
    return hmac.digest(secret or b"", message.encode(), "sha256")
