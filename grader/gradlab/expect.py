"""What the reference does on a check: its Program and the observations of replaying it, cached in memory."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from gradlab.errors import CheckAuthoringError, InternalError, IsolationError
from gradlab.isolation import Limits, WorkerDied, nonces
from gradlab.manager import observers
from gradlab.model import Check, Observation
from gradlab.record import Witness, record
from gradlab.replay import Script
from gradlab.wire import Alive, Array, Flags, Payload, Released, Scalar, Seq

if TYPE_CHECKING:
    from concurrent.futures import Future

    import pluggy

    from gradlab.assignment import Assignment
    from gradlab.session import Engines

__all__ = ["Expectation", "Expectations", "drawn_for", "seed_of"]

REFERENCE_LIMITS = Limits(wall_seconds=60.0, cpu_seconds=3600, memory_mb=2048, output_kb=64)
# Bytes that a check must take to have them weighed: from outside less is hard to tell from what a process needs anyway.
LEAST_OUTSIDE, LEAST_OWN = 4 << 20, 64 << 10
_EVERY_SUBMISSION = "every submission"
# What may be observed in a check whose inputs are the same for every submission.
_WITH_MEMORY = ("memory", "freed", "calls", "end")


@dataclass(frozen=True)
class Expectation:
    """A recorded check and what the reference did on it.

    `provable` says whether observations that are the same to the bit are right, whatever they are of.
    """

    check: Check
    script: Script
    observations: tuple[Observation, ...]
    provable: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "provable", all(_is_proof(seen.payload) for seen in self.observations))


# First a check is recorded. That gives what is expected or, where only a replay tells, what will be.
_Pending: TypeAlias = "Future[Expectation | Future[Expectation]]"


class Expectations:
    """Record and replay checks on the reference, once per check and seed.

    Never written to disk: floats are compared on the machine that made them. What is drawn for one submission is not
    kept. For these the replay is saved where it can be: once a check's replay on the reference has shown, to the bit, what
    was seen while it was recorded, the latter is taken for other submissions.
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
        # By check and instance: does a replay show what was seen while it was recorded?
        self._witnessed: dict[tuple[str, int], bool] = {}

    def ahead(self, checks: Iterable[Check], submission_sha256: str, *, secretly: bool = False) -> None:
        """Begin to make what `of` will be asked for, while the submission is still busy with other things."""
        for check in checks:
            whom = drawn_for(check, submission_sha256, secretly=secretly)
            for instance in range(1 if secretly else check.instances):
                key = (check.name, instance, whom)
                if key not in self._pending:
                    self._pending[key] = self.engines.recording(self._record, check, whom, instance)

    def of(
        self, check: Check, submission_sha256: str, instance: int = 0, *, secretly: bool = False
    ) -> Expectation:
        """Return the expectation of one instance of `check`, `secretly` with the inputs of a hidden check.

        Raises CheckAuthoringError if it cannot be recorded.
        """
        self.ahead([check], submission_sha256, secretly=secretly)
        whom = drawn_for(check, submission_sha256, secretly=secretly)
        key = (check.name, instance, whom)
        # What is asked for once is not kept: the inputs should not stay around.
        pending = self._pending.pop(key) if whom == submission_sha256 else self._pending[key]
        found = pending.result()
        return found if isinstance(found, Expectation) else found.result()

    def forget(self, submission_sha256: str) -> None:
        """Let go of what was made ahead for a submission and never asked for."""
        for key in [key for key in self._pending if key[2] == submission_sha256]:
            pending = self._pending.pop(key)
            if not pending.cancel() and pending.done() and pending.exception() is None:
                found = pending.result()
                if not isinstance(found, Expectation):
                    found.cancel()

    def _record(self, check: Check, whom: str, instance: int) -> Expectation | Future[Expectation]:
        if whom and self._secret is None:
            raise InternalError(f"The hidden inputs of the check {check.name!r} need the course's secret.")
        seed = seed_of(check, self.assignment, whom, self._secret, self._seed)
        witness = Witness()
        program = record(
            check,
            self.engines.engine,
            seed=seed,
            observers=self.observers,
            surface=self.assignment.surface,
            instance=instance,
            witness=witness,
        )
        script = Script(program)
        replies = witness.replies(program)
        witnessed = None if replies is None else script.observations(replies)
        drawn_for_one = whom not in ("", _EVERY_SUBMISSION)
        if drawn_for_one and witnessed is not None and self._witnessed.get((check.name, instance)):
            return Expectation(check, script, witnessed)
        return self.engines.replaying(self._expect, check, instance, script, witnessed)

    def _expect(
        self, check: Check, instance: int, script: Script, witnessed: tuple[Observation, ...] | None
    ) -> Expectation:
        try:
            seen = self._played(script, weighed=check.hidden and script.weighs)
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
            elif check.hidden and check.weighs and one.kind not in _WITH_MEMORY:
                raise CheckAuthoringError(
                    f"{check.file}:{script.line(one.sid)}: the hidden check {check.name!r} observes memory and also "
                    f"{one.kind}. Memory costs time, so that such a check has the same inputs for every submission; observe "
                    f"{one.kind} in a check of its own."
                )
        if witnessed is not None:
            key = (check.name, instance)
            self._witnessed[key] = self._witnessed.get(key, True) and witnessed == seen
        return Expectation(check, script, seen)

    def _played(self, script: Script, *, weighed: bool) -> tuple[Observation, ...]:
        worker = self.engines.reference_worker(REFERENCE_LIMITS)
        if weighed:
            worker.tare()
        try:
            return script.play(
                lambda request: worker.ask(request, REFERENCE_LIMITS.wall_seconds),
                nonces(),
                worker.weigh if weighed else None,
            )
        except WorkerDied:
            self.engines.drop_reference_worker()
            raise


def _can_be_judged(check: Check, seen: Released, line: int) -> None:
    """Refuse a check that weighs too little, and hidden ones where nobody can look from outside."""
    if check.hidden and seen.now.outside is None:
        raise IsolationError(
            f"The hidden check {check.name!r} grades memory, and this machine does not let gradlab read from outside how "
            "much a worker holds (/proc/PID/smaps_rollup or status). Run 'grade doctor', and grade it on a Linux machine "
            "whose /proc hides no processes."
        )
    start, built = (
        (seen.start.outside, seen.built.outside) if check.hidden else (seen.start.own, seen.built.own)
    )
    least = LEAST_OUTSIDE if check.hidden else LEAST_OWN
    taken = (built or 0) - (start or 0)
    if taken < least:
        raise CheckAuthoringError(
            f"{check.file}:{line}: the check {check.name!r} weighs what the reference takes between the first two "
            f"readings: {taken >> 10} kB, too little to be told from other changes. Use tensors large enough for "
            f"{least >> 10} kB."
        )


def _is_proof(payload: Payload) -> bool:
    """Whether something is right if it is the same: NaN equals nothing, and of what is no data only a name is known."""
    if isinstance(payload, Array):
        return payload.dtype[0] != "f" or not np.isnan(np.frombuffer(payload.data, payload.dtype)).any()
    if isinstance(payload, Seq):
        return all(map(_is_proof, payload.items))
    return isinstance(payload, Scalar | Flags | Alive)


def drawn_for(check: Check, submission_sha256: str, *, secretly: bool = False) -> str:
    """Return whom a check's inputs are drawn for: nobody, as for public checks, or one submission, by its hash, or all of
    them alike where memory is weighed. What is observed of memory does not depend on the inputs, and to record and replay
    such a check on the reference costs more than all others together."""
    if not (check.hidden or secretly):
        return ""
    return _EVERY_SUBMISSION if check.hidden and check.weighs else submission_sha256


def seed_of(check: Check, assignment: Assignment, whom: str, secret: bytes | None, seed: int) -> bytes:
    """Return the seed of a check's `rng`.

    `whom` (see `drawn_for`) empty: a function of `seed` and the check's name, the same for everybody. Otherwise an HMAC
    under the course's secret of assignment, suite, `whom` and check, so that nobody can know it beforehand, two
    submissions differ, and a regrade repeats it.
    """
    if not whom:
        return hashlib.sha256(f"{seed}\0{assignment.name}\0{check.name}".encode()).digest()
    message = "\0".join([assignment.name, assignment.suite_sha256, whom, check.name, str(seed)])
    return hmac.digest(secret or b"", message.encode(), "sha256")
