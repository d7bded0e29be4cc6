"""The broker: one zygote, a proved level of isolation, and a worker for whoever asks."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import NamedTuple, Self

import msgspec

from gradlab.errors import IsolationError
from gradlab.isolation import levels, seatbelt
from gradlab.isolation.channel import DeadlineError, FloodError, HungUpError, Pipes
from gradlab.isolation.plain import PlainStarter
from gradlab.isolation.prove import holds
from gradlab.isolation.worker import Ended, Limits, Worker, WorkerDied
from gradlab.isolation.zygote import Zygote
from gradlab.model import Isolation
from gradlab.worker import control

__all__ = ["Broker"]

_READY_SECONDS = 30.0
_PROBE_LIMITS = Limits(wall_seconds=10.0, cpu_seconds=5, memory_mb=64, output_kb=64)


class Broker:
    """Starts workers. `engine` None: workers for submissions. Otherwise workers that replay on that module, found
    below `roots`, in a zygote of its own: a submission's zygote has never held the reference.

    Constructing it starts the zygote and returns at once; the zygote loads while the caller goes on. A context
    manager. May be shared by threads.
    """

    def __init__(
        self, *, engine: str | None = None, roots: Sequence[str] = (), cap: str | None = None
    ) -> None:
        self._cap = levels.capped(cap)
        self._plain = PlainStarter(engine, roots)
        self._zygote = Zygote(engine, roots) if sys.platform == "linux" and self._cap != "none" else None
        self._proved: _Proved | None = None
        self._lock = threading.Lock()

    @property
    def isolation(self) -> Isolation:
        """The level that a probe child has proved here, and its walls. The first access waits for the zygote."""
        return self._prove().isolation

    @property
    def tried(self) -> Mapping[str, str | None]:
        """Each attack that the probe child tried, and what stopped it; None if nothing did. Empty at level none."""
        return self._prove().tried

    @property
    def refused(self) -> Sequence[levels.Refused]:
        """The stronger walls that were tried and did not hold, and why."""
        return self._prove().refused

    def worker(self, limits: Limits) -> Worker:
        """Return a worker that has said Ready. Raises IsolationError: never a worker less confined than proved."""
        proved = self._prove()
        if self._zygote is None:
            worker = self._plain.worker(limits)
        else:
            worker = Worker(*_fork(self._zygote, limits, proved.walls), limits)
        try:
            worker.ready(_READY_SECONDS)
        except WorkerDied as died:
            said = worker.output.strip() or died.detail
            raise IsolationError(f"A worker could not be started: {said}") from None
        return worker

    def close(self) -> None:
        """End the zygote and all its workers."""
        self._plain.close()
        if self._zygote is not None:
            self._zygote.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _prove(self) -> _Proved:
        with self._lock:
            if self._proved is None:
                self._proved = self._strongest()
                if self._proved.isolation.level == "none" and self._zygote is not None:
                    self._zygote.close()
                    self._zygote = None
        return self._proved

    def _strongest(self) -> _Proved:
        refused: list[levels.Refused] = []
        if self._zygote is not None:
            for plan in levels.plans(self._zygote.hello().walls, self._cap):
                proof = holds(plan, self._probe_child)
                if not isinstance(proof, str):
                    return _Proved(
                        Isolation(plan.level, tuple(proof.walls)), plan.walls, proof.stopped, refused
                    )
                refused.append(levels.Refused(plan.level, plan.walls, proof))
        if self._plain.prefix and self._cap != "none":
            proof = holds(levels.SANDBOX, self._plain.probe)
            if not isinstance(proof, str):
                walls = (seatbelt.WALL, "a wall-clock limit")
                return _Proved(Isolation(levels.SANDBOX.level, walls), (), proof.stopped, refused)
            refused.append(levels.Refused(levels.SANDBOX.level, levels.SANDBOX.walls, proof))
        self._plain.prefix = []
        return _Proved(Isolation("none", ("a process of its own", "a wall-clock limit")), (), {}, refused)

    def _probe_child(self, plan: levels.Plan, probe: control.Probe) -> control.Probed:
        assert self._zygote is not None
        pipes, process = _fork(self._zygote, _PROBE_LIMITS, plan.walls, probe)
        deadline = time.monotonic() + _PROBE_LIMITS.wall_seconds
        report = b""
        try:
            while len(report) < control.MAX_MESSAGE:
                report += pipes.receive(1, deadline)
        except (HungUpError, DeadlineError, FloodError):
            pass
        finally:
            process.end(0.0)
            pipes.close()
        try:
            return control.decode_probed(report)
        except msgspec.DecodeError:
            raise IsolationError(f"A probe child could not be confined: {pipes.printed.text()}") from None


class _Proved(NamedTuple):
    isolation: Isolation
    walls: tuple[str, ...]
    tried: Mapping[str, str | None]
    refused: Sequence[levels.Refused]


class _Forked:
    """A process that the zygote forked. The zygote keeps its zombie until `end`, so `pid` stays its own."""

    confined = True

    def __init__(self, zygote: Zygote, pid: int) -> None:
        self._zygote = zygote
        self.pid = pid

    def end(self, grace: float) -> Ended:
        """Have the zygote wait, kill, and reap."""
        answer = self._zygote.order(control.Reap(self.pid, grace))
        if not isinstance(answer, control.Reaped):
            raise IsolationError(f"The zygote answered {answer!r} when a worker was to end.")
        if os.WIFSIGNALED(answer.status):
            return Ended(None, os.WTERMSIG(answer.status), answer.cpu_seconds, answer.killed)
        return Ended(os.WEXITSTATUS(answer.status), None, answer.cpu_seconds, answer.killed)


def _fork(
    zygote: Zygote, limits: Limits, walls: Sequence[str], probe: control.Probe | None = None
) -> tuple[Pipes, _Forked]:
    requests, to_worker = os.pipe()
    from_worker, replies = os.pipe()
    from_output, output = os.pipe()
    pipes = Pipes(to_worker, from_worker, from_output, limits.output_kb << 10)
    order = control.Spawn(list(walls), limits.cpu_seconds, limits.memory_mb << 20, probe)
    try:
        answer = zygote.order(order, (requests, replies, output))
    except IsolationError:
        pipes.close()
        raise
    finally:
        for descriptor in (requests, replies, output):
            os.close(descriptor)
    if not isinstance(answer, control.Spawned):
        raise IsolationError(f"The zygote answered {answer!r} when a worker was to start.")
    return pipes, _Forked(zygote, answer.pid)
