"""Level none: a plain subprocess that speaks the same protocol, with a wall-clock limit and no walls; level partial where
the system has a sandbox to start it in (macOS).

For public checks on a student's own machine. It runs wherever Python does: nothing here, and nothing that it imports,
needs fork, fcntl, resource or poll.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

import msgspec

from gradlab.errors import IsolationError
from gradlab.isolation import seatbelt
from gradlab.isolation.channel import DeadlineError, FloodError, HungUpError, Printed, UnaskedError
from gradlab.isolation.levels import Plan
from gradlab.isolation.worker import Ended, Limits, Worker
from gradlab.isolation.zygote import ENVIRONMENT, LAUNCH
from gradlab.worker.control import Probe, Probed, decode_probed

__all__ = ["PlainStarter"]

_CHUNK = 1 << 16
_GLANCE = 0.02  # seconds between looks at what another thread may have noticed
_LINGER = 1.0  # seconds for the pipes to end once the process has
_PROBE_SECONDS = 30.0
_WAITING = 64  # chunks of unread reply that a worker may have sent before it blocks
_KEPT = ("SYSTEMROOT", "TEMP", "TMP", "TMPDIR")  # Windows' Python does not start without the first


class PlainStarter:
    """Starts workers that are processes of their own, with `prefix` in front of their command lines: a sandbox of the
    system's, where there is one."""

    def __init__(self, engine: str | None, roots: Sequence[str]) -> None:
        self._arguments = [engine or "", *map(os.path.abspath, roots)]
        self._processes: list[subprocess.Popen[bytes]] = []
        self.prefix = seatbelt.prefix(roots)

    def probe(self, plan: Plan, probe: Probe) -> Probed:
        """Have a probe child attack behind the prefix. Raises IsolationError if it says nothing."""
        attacked = [probe.canary, probe.folder, str(probe.parent), str(probe.port)]
        try:
            done = subprocess.run(
                [*self.prefix, *LAUNCH, "probed", *attacked],
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_PROBE_SECONDS,
                check=False,
            )
            return decode_probed(done.stdout)
        except (OSError, subprocess.TimeoutExpired, msgspec.DecodeError) as error:
            raise IsolationError(f"A probe child could not be confined by {plan.walls[0]}: {error}") from None

    def worker(self, limits: Limits) -> Worker:
        """Return a worker that has yet to say Ready."""
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        process = subprocess.Popen(
            [*self.prefix, *LAUNCH, "alone", *self._arguments],
            env={**ENVIRONMENT, **kept},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._processes = [other for other in self._processes if other.poll() is None] + [process]
        return Worker(_Threads(process, limits.output_kb << 10), _Subprocess(process), limits)

    def close(self) -> None:
        """End every worker that is left."""
        for process in self._processes:
            _Subprocess(process).end(0.0)


class _Subprocess:
    """A process of our own."""

    confined = False

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid

    def end(self, grace: float) -> Ended:
        """Wait, then kill it, with whatever it started where the system has process groups."""
        killed = False
        try:
            self._process.wait(grace)
        except subprocess.TimeoutExpired:
            killed = True
            self._kill()
        status = self._process.wait()
        return Ended(status if status >= 0 else None, -status if status < 0 else None, 0.0, killed)

    def _kill(self) -> None:
        if hasattr(os, "killpg"):
            with suppress(OSError):
                os.killpg(self.pid, signal.SIGKILL)
        self._process.kill()


class _Threads:
    """A Channel over a subprocess's three pipes, each served, and closed, by a thread: not every system can poll
    pipes."""

    def __init__(self, process: subprocess.Popen[bytes], output_limit: int) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self.printed = Printed(output_limit)
        self._replies: queue.Queue[bytes] = queue.Queue(_WAITING)
        self._requests: queue.Queue[bytes] = queue.Queue()
        self._received = bytearray()
        self._hung_up = False
        self._flooded = False
        self._threads = [
            threading.Thread(target=task, args=(pipe,), daemon=True)
            for task, pipe in (
                (self._write, process.stdin),
                (self._read, process.stdout),
                (self._print, process.stderr),
            )
        ]
        for thread in self._threads:
            thread.start()

    def send(self, data: bytes, deadline: float) -> None:
        """Hand it to the writing thread; a worker that does not read is noticed when it does not answer."""
        if self._received:
            raise UnaskedError
        if self._hung_up:
            raise HungUpError
        self._requests.put(data)

    def receive(self, count: int, deadline: float) -> bytes:
        """Return exactly `count` bytes."""
        while len(self._received) < count:
            if self._flooded:
                raise FloodError
            if self._hung_up:
                raise HungUpError
            left = deadline - time.monotonic()
            if left <= 0:
                raise DeadlineError
            try:
                self._take(self._replies.get(timeout=min(left, _GLANCE)))
            except queue.Empty:
                continue
        data = bytes(self._received[:count])
        del self._received[:count]
        return data

    def pending(self) -> bool:
        """Whether there are unread bytes that have arrived."""
        while not self._replies.empty() and not self._hung_up and len(self._received) < _CHUNK:
            self._take(self._replies.get())
        return bool(self._received)

    @property
    def has_unread(self) -> bool:
        """Whether there are unread bytes here."""
        return bool(self._received)

    def close(self) -> None:
        """Let the threads end with the pipes, which end with the process."""
        self._requests.put(b"")
        deadline = time.monotonic() + _LINGER
        while any(thread.is_alive() for thread in self._threads):
            if time.monotonic() > deadline:
                return  # a process that it started elsewhere holds the pipes; their threads end with it
            self.pending()
            self._received.clear()
            self._threads[-1].join(_GLANCE)

    def _take(self, data: bytes) -> None:
        self._hung_up = self._hung_up or not data
        self._received += data

    def _write(self, pipe: IO[bytes]) -> None:
        with suppress(OSError), pipe:  # it may read no more
            while data := self._requests.get():
                pipe.write(data)
                pipe.flush()

    def _read(self, pipe: IO[bytes]) -> None:
        with pipe:
            while data := os.read(pipe.fileno(), _CHUNK):
                self._replies.put(data)
        self._replies.put(b"")

    def _print(self, pipe: IO[bytes]) -> None:
        with pipe:
            while data := os.read(pipe.fileno(), _CHUNK):
                try:
                    self.printed.take(data)
                except FloodError:
                    self._flooded = True
