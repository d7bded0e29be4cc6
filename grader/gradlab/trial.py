"""One submission in its workers: load it, replay programs on it, replace a worker that died."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

from gradlab import wire
from gradlab.errors import SubmissionError
from gradlab.isolation import Limits, WorkerDied, in_seconds, next_nonce, nonces
from gradlab.model import Finding, Location, Observation

if TYPE_CHECKING:
    from gradlab.assignment import Assignment
    from gradlab.expect import Expectation
    from gradlab.isolation import Worker
    from gradlab.isolation.worker import Reason
    from gradlab.session import Engines
    from gradlab.submission import Submission

__all__ = ["Loaded", "Replayed", "Trial"]


@dataclass(frozen=True)
class Loaded:
    """How loading went: what the student should know, and why no check can run, if so."""

    notes: tuple[str, ...] = ()
    failure: Finding | None = None


@dataclass(frozen=True)
class Replayed:
    """What a submission did on one program, or why there is no telling. `ran` is false if it was never asked. `reason` is
    why its worker is gone, after as many segments as it has `answered`."""

    observations: tuple[Observation, ...] = ()
    failure: Finding | None = None
    ran: bool = True
    reason: Reason | None = None
    answered: int = 0


class Trial:
    """The workers of one submission. A context manager; every process is gone when it ends.

    Invariants: at most one worker at a time; a dead worker is never asked again; the time that all requests of one
    submission take together is bounded by the assignment's `submission_seconds`, granted once or twice; what is weighed
    from outside comes first in its worker, whose tare was taken before it knew anything of the submission: the memory that
    compiling leaves behind, a hundred times the source if one tries, would be there for keeping what should be given back.
    If it fails, it has another go in a worker that got the code from the first one, and need not compile.
    """

    def __init__(self, engines: Engines, submission: Submission, assignment: Assignment) -> None:
        self.submission = submission
        self._engines = engines
        self._assignment = assignment
        self._limits: Limits = assignment.limits.worker
        self._seconds_left = assignment.limits.submission_seconds
        self._worker: Worker | None = None
        self._replayed = 0
        self._knows_a_secret = False
        self._compiles = False
        self._printed = ""
        self._short_of_memory = False
        self._weighs = any(check.hidden and check.weighs for check in assignment.checks)
        self._compiled: wire.Compiled | None = None

    def load(self) -> Loaded:
        """Compile and import the submission. Raises SubmissionError if it cannot be graded at all."""
        try:
            compiled = self._compiled = self._compile(self._compiled)
            imported = self._ask(wire.Import(next_nonce()))
        except WorkerDied as died:
            self._discard()
            return Loaded(failure=_died(died, f"while {self.submission.entry} was imported"))
        notes = tuple(_note(note) for note in (*compiled.notes, *getattr(imported, "notes", ())))
        if not isinstance(imported, wire.Imported):
            self._discard()
            return Loaded(notes, _malformed())
        if imported.raised is None:
            return Loaded(notes)
        self._note_memory([imported.raised])
        return Loaded(notes, _import_failed(imported.raised, self.submission.entry))

    def replay(self, expectation: Expectation) -> Replayed:
        """Replay a program and return what was observed."""
        if self._seconds_left <= 0:
            limit = self._assignment.limits.submission_seconds
            text = f"Not run: the submission had used up its {in_seconds(limit)}."
            return Replayed(failure=Finding("runner", text), ran=False)
        weighed = expectation.script.weighs and expectation.check.hidden
        if weighed and not self.is_fresh:
            self._discard()
        if self._worker is None and (failure := self._reload()) is not None:
            return Replayed(failure=failure, ran=False)
        self._replayed += 1
        self._knows_a_secret = self._knows_a_secret or expectation.check.hidden
        seconds = expectation.check.timeout or self._limits.wall_seconds
        answered = 0

        def ask(request: wire.Replay) -> wire.Reply:
            nonlocal answered
            reply = self._ask(request, seconds)
            answered += 1
            return reply

        try:
            seen = expectation.script.play(ask, nonces(), self._weigh if weighed else None)
        except WorkerDied as died:
            self._discard()
            return Replayed(failure=_died(died, "during this check"), reason=died.reason, answered=answered)
        except ValueError:
            self._discard()
            return Replayed(failure=_malformed())
        if not expectation.check.hidden:
            self._note_memory([one.payload for one in seen])
        return Replayed(seen)

    def renew(self) -> None:
        """Throw the worker away, so that the next replay has a fresh one."""
        self._discard()

    def allow_again(self) -> None:
        """Grant the submission's seconds a second time: who has used them up must not escape what comes next."""
        self._seconds_left = self._assignment.limits.submission_seconds

    @property
    def is_fresh(self) -> bool:
        """Whether the next replay is the first of its worker."""
        return self._worker is None or self._replayed == 0

    @property
    def compiled_here(self) -> bool:
        """Whether the worker, if there is one, has compiled the submission, which takes memory."""
        return self._worker is not None and self._compiles

    @property
    def knows_a_secret(self) -> bool:
        """Whether the next replay meets a worker that has run a hidden check, and could tell of it by how long it takes."""
        return self._worker is not None and self._knows_a_secret

    @property
    def may_repeat(self) -> bool:
        """Whether there is time left to run a failed check again, alone."""
        return self._seconds_left > 0

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the report should know about how it was graded."""
        limit = f"The code ran into its limit of {self._limits.memory_mb} MB of memory (MemoryError)."
        return (limit,) if self._short_of_memory else ()

    @property
    def output(self) -> str:
        """What the submission has printed so far, in all its workers."""
        return self._printed + (self._worker.output if self._worker is not None else "")

    def _compile(self, before: wire.Compiled | None) -> wire.Compiled:
        """Compile the submission, or hand over what was compiled before."""
        code = b"" if before is None else before.code
        compiled = self._ask_to_compile(code)
        self._compiles = not code
        if before is not None:
            return before
        self._see_to(compiled)
        return compiled

    def _ask_to_compile(self, code: bytes) -> wire.Compiled:
        request = wire.Compile(
            next_nonce(),
            list(self.submission.sources),
            self.submission.entry,
            list(self._assignment.inert_imports),
            list(self._assignment.allowed_imports),
            code,
        )
        compiled = self._ask(request)
        if not isinstance(compiled, wire.Compiled):
            raise WorkerDied("malformed", "The worker did not say whether the submission compiles.")
        return compiled

    def _see_to(self, compiled: wire.Compiled) -> None:
        """Raise SubmissionError for what does not compile, and for what is lost."""
        if (fault := compiled.fault) is not None:
            raise SubmissionError(_syntax(fault, self.submission.entry))
        # Reversed, so that the first of several tasks that extend one definition is named.
        wanted = {name: task for task in reversed(self._assignment.tasks) for name in task.defines}
        for name, cell in compiled.skipped_definitions.items():
            if name in wanted:
                raise SubmissionError(
                    f"The definition of {name} (task {wanted[name].id}) is lost: {cell} starts with a cell magic and is "
                    "left out. Remove the line that starts with %% from this cell and submit again."
                )

    def _reload(self) -> Finding | None:
        return self.load().failure

    def _note_memory(self, payloads: Iterable[wire.Payload]) -> None:
        """Python turns a limit of memory into an exception that does not say how much there was."""
        hit = any(isinstance(one, wire.Raised) and "MemoryError" in one.bases for one in payloads)
        self._short_of_memory = self._short_of_memory or hit

    def _weigh(self) -> int | None:
        return None if self._worker is None else self._worker.weigh()

    def _ask(self, request: wire.Request, seconds: float | None = None) -> wire.Reply:
        if self._worker is None:
            self._worker = self._engines.submission_worker(self._limits, weighed=self._weighs)
            self._replayed = 0
            self._knows_a_secret = False
        started = time.monotonic()
        limit = min(seconds or self._limits.wall_seconds, max(self._seconds_left, 0.1))
        try:
            return self._worker.ask(request, limit)
        except WorkerDied as died:
            if died.reason == "timeout" and limit >= self._seconds_left:
                total = self._assignment.limits.submission_seconds
                text = f"The code used up the {in_seconds(total)} that a submission may take."
                raise WorkerDied("timeout", text) from None
            raise
        finally:
            self._seconds_left -= time.monotonic() - started

    def _discard(self) -> None:
        if self._worker is not None:
            self._printed += self._worker.output
            self._engines.retire(self._worker)
            self._worker = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._discard()


def _died(died: WorkerDied, when: str) -> Finding:
    return Finding("runner", f"{died.detail.rstrip('.')} {when}.", help=_HELP.get(died.reason))


_HELP = {
    "timeout": "Look for a loop that never ends: a `while` whose condition does not change, or a graph walked in circles.",
    "memory": "Look for a list or an array that grows at every step.",
    "exit": "An engine must never end the process: remove exit(), quit(), sys.exit() and os._exit().",
    "output": "Remove the print calls inside loops.",
}


def _malformed() -> Finding:
    return Finding(
        "runner", "The submission answered with something that is not an observation of this check."
    )


def _import_failed(raised: wire.Raised, entry: str) -> Finding:
    location = Location(raised.file, raised.line) if raised.file and raised.line else None
    return Finding(
        "runner", f"{entry} cannot be imported: {raised.class_name}: {raised.message}", location=location
    )


_LINE = 80  # characters of a line that is quoted


def _syntax(fault: wire.SyntaxFault, entry: str) -> str:
    where = f"{fault.file}, line {fault.line}" if fault.line else fault.file
    line = fault.text.strip()
    text = f": {line[:_LINE]}{' ...' * (len(line) > _LINE)}" if line else ""
    needed = fault.file == entry or fault.file.startswith(f"{entry} ")  # a cell of a notebook
    advice = "" if needed else f". If {entry} does not need this file, hand in without it"
    return f"{where} is not valid Python ({fault.message}){text}{advice}"


def _note(note: wire.Note) -> str:
    where = f"{note.file}, line {note.line}" if note.line else note.file
    return f"{where}: {note.text}"
