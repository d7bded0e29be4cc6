"""The parent's side of one worker: ask, check the answer's form, and say plainly how a worker ended."""

from __future__ import annotations

import secrets
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, NamedTuple, Protocol, Self

import msgspec

from gradlab import wire
from gradlab.errors import InternalError, IsolationError
from gradlab.isolation.channel import Channel, DeadlineError, FloodError, HungUpError, UnaskedError
from gradlab.isolation.memory import private_memory
from gradlab.worker.control import EXIT_MEMORY

__all__ = [
    "Ended",
    "Limits",
    "Process",
    "Reason",
    "Worker",
    "WorkerDied",
    "in_seconds",
    "next_nonce",
    "nonces",
]

Reason = Literal["timeout", "cpu", "memory", "exit", "signal", "output", "malformed"]

_GRACE = 0.2  # seconds that a worker which hung up gets to end by itself, so that its exit status is its own


@dataclass(frozen=True)
class Limits:
    """What one worker may use. `wall_seconds` is the default for a request; the rest is for its whole life."""

    wall_seconds: float = 10.0
    cpu_seconds: int = 30
    memory_mb: int = 512
    output_kb: int = 64


class WorkerDied(Exception):  # noqa: N818 - what happened, not whose error it is
    """The worker is gone, and why. `detail` is one plain sentence about the code that ran in it."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason: Reason = reason
        self.detail = detail


class Ended(NamedTuple):
    """How a process ended. `killed` means by us."""

    exit_status: int | None
    signal: int | None
    cpu_seconds: float
    killed: bool


class Process(Protocol):
    """The process behind a channel."""

    @property
    def pid(self) -> int:
        """Its number, good until `end`."""

    @property
    def confined(self) -> bool:
        """Whether it has walls, so that it can keep nothing anywhere but in itself."""

    def end(self, grace: float) -> Ended:
        """Give it `grace` seconds to end by itself, kill it then, and forget it."""


def in_seconds(count: float) -> str:
    """Return a time in words: `1 second`, `2.5 seconds`."""
    return f"{count:g} second{'s' * (count != 1)}"


def next_nonce() -> int:
    """Return a number that no worker can guess."""
    return secrets.randbits(62)


def nonces() -> Iterator[int]:
    """Yield numbers that no worker can guess."""
    while True:
        yield next_nonce()


class Worker:
    """A confined process that has said Ready. A context manager; `close` ends the process.

    Invariant: one request is outstanding at most, and after anything but a well-formed answer the process is gone.
    """

    def __init__(self, channel: Channel, process: Process, limits: Limits) -> None:
        self._channel = channel
        self._process = process
        self._limits = limits
        self._died: WorkerDied | None = None
        self._open = True
        self._tare: int | None = None

    def ready(self, seconds: float) -> wire.Ready:
        """Wait until it is confined. Raises WorkerDied."""
        reply = self._exchange(None, wire.Ready, seconds)
        assert isinstance(reply, wire.Ready)
        return reply

    def ask(self, request: wire.Request, seconds: float) -> wire.Reply:
        """Send a request and return its answer, checked for form only. Raises WorkerDied, now and ever after."""
        reply = self._exchange(request, _ANSWER[type(request)], seconds)
        if isinstance(reply, wire.Ready) or reply.nonce != request.nonce:
            raise self._dead("malformed", "The code answered in the grader's place")
        return reply

    @property
    def output(self) -> str:
        """What it has printed so far, both streams in order, up to the limit."""
        return self._channel.printed.text()

    def tare(self, known: int | None = None) -> int | None:
        """Have `weigh` count from what it holds now, while it waits, and return that; or from what is `known` of others
        like it. Do it before any code of a submission has run."""
        self._tare = self._memory() if known is None else known
        return self._tare

    def weigh(self) -> int | None:
        """Return how many bytes it holds beyond those of `tare`, as the system counts them, while it waits; None where
        that cannot be read, or means nothing because it is not confined."""
        now = self._memory()
        return None if now is None or self._tare is None else now - self._tare

    def _memory(self) -> int | None:
        return private_memory(self._process.pid) if self._open and self._process.confined else None

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def close(self) -> None:
        """End the process. It may have ended with its zygote."""
        if self._open:
            with suppress(IsolationError):
                self._finish(0.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _exchange(
        self, request: wire.Request | None, expected: type[wire.Reply], seconds: float
    ) -> wire.Reply:
        if self._died is not None:
            raise WorkerDied(self._died.reason, self._died.detail)
        if not self._open:
            raise InternalError("A closed worker was asked.")
        deadline = time.monotonic() + seconds
        try:
            if request is not None:
                self._send(request, deadline)
            reply = self._receive(deadline)
        except (DeadlineError, FloodError, UnaskedError, HungUpError) as stop:
            raise self._stopped(stop, seconds) from None
        if type(reply) is not expected:
            raise self._dead("malformed", "The code answered in the grader's place")
        return reply

    def _send(self, request: wire.Request, deadline: float) -> None:
        data = wire.frame(request)
        if len(data) > wire.MAX_REQUEST:
            raise InternalError(
                f"A request of {len(data)} bytes is more than the {wire.MAX_REQUEST} allowed."
            )
        if self._channel.pending():
            raise UnaskedError
        self._channel.send(data, deadline)

    def _receive(self, deadline: float) -> wire.Reply:
        length = wire.frame_length(self._channel.receive(wire.HEADER, deadline))
        if length > wire.MAX_REPLY:
            size = wire.MAX_REPLY >> 20
            raise self._dead(
                "malformed", f"The code answered with more than the {size} MB that an answer may have"
            )
        body = self._channel.receive(length, deadline)
        if self._channel.has_unread:  # what comes later is seen before the next request
            raise UnaskedError
        try:
            return wire.decode_reply(body)
        except (msgspec.DecodeError, ValueError, RecursionError, MemoryError):
            raise self._dead("malformed", "The code sent an answer that is none") from None

    def _stopped(self, stop: Exception, seconds: float) -> WorkerDied:
        if isinstance(stop, DeadlineError):
            return self._dead("timeout", f"The code did not answer within {in_seconds(seconds)}")
        if isinstance(stop, FloodError):
            kilobytes = self._limits.output_kb
            said = f"The code printed without end; {kilobytes} KB are taken, and far more was printed"
            return self._dead("output", said)
        if isinstance(stop, UnaskedError):
            return self._dead("malformed", "The code answered before it was asked")
        return self._dead(*_cause(self._finish(_GRACE), self._limits))

    def _dead(self, reason: Reason, detail: str) -> WorkerDied:
        if self._open:
            self._finish(0.0)
        self._died = WorkerDied(reason, detail + ".")
        return self._died

    def _finish(self, grace: float) -> Ended:
        self._open = False
        try:
            return self._process.end(grace)
        finally:
            self._channel.close()


_ANSWER: dict[type[wire.Request], type[wire.Reply]] = {
    wire.Compile: wire.Compiled,
    wire.Import: wire.Imported,
    wire.Replay: wire.Observed,
}


def _cause(ended: Ended, limits: Limits) -> tuple[Reason, str]:
    """Say why a worker that hung up is gone."""
    cpu = f"The code used up its {in_seconds(limits.cpu_seconds)} of processor time"
    if ended.killed:
        return "exit", "The code closed its connection to the grader"
    if ended.signal is None:
        if ended.exit_status == EXIT_MEMORY:
            return "memory", f"The code used up its {limits.memory_mb} MB of memory"
        return "exit", f"The code ended the process, with exit status {ended.exit_status}"
    name = _signal_name(ended.signal)
    if name == "SIGXCPU" or (name == "SIGKILL" and ended.cpu_seconds >= limits.cpu_seconds):
        return "cpu", cpu
    if name == "SIGKILL":
        return "memory", "The code was killed (SIGKILL), as happens when memory runs out"
    return "signal", f"The code ended with signal {name}{_MEANING.get(name, '')}"


_MEANING = {
    "SIGSEGV": ": it touched memory that is not its own, or recursed too deeply",
    "SIGABRT": ": it aborted",
    "SIGFPE": ": an arithmetic error",
}


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
