"""Bytes to and from a worker over three pipes: requests, replies, and what it prints. Every wait has an end."""

from __future__ import annotations

import os
import select
import time
from typing import Protocol

__all__ = ["Channel", "DeadlineError", "FloodError", "HungUpError", "Pipes", "Printed", "UnaskedError"]

_CHUNK = 1 << 16
_FLOOD = 16 << 20  # bytes printed beyond the limit, and dropped, before the worker is stopped


class HungUpError(Exception):
    """The worker's end is gone."""


class DeadlineError(Exception):
    """The deadline passed first."""


class UnaskedError(Exception):
    """The worker speaks before it has heard the whole request."""


class FloodError(Exception):
    """The worker prints and prints."""


class Channel(Protocol):
    """What a worker is talked to through. Deadlines are `time.monotonic()` times."""

    @property
    def printed(self) -> Printed:
        """What the worker has printed so far."""

    def send(self, data: bytes, deadline: float) -> None:
        """Send all of it. Raises HungUpError, DeadlineError, UnaskedError, FloodError."""

    def receive(self, count: int, deadline: float) -> bytes:
        """Return exactly `count` bytes. Raises HungUpError, DeadlineError, FloodError."""

    def pending(self) -> bool:
        """Whether the worker has said something that nobody has read. Also takes in what it has printed."""

    @property
    def has_unread(self) -> bool:
        """Whether something that the worker has said was taken in and not read."""

    def close(self) -> None:
        """Take in what is left of the output, and close."""


class Printed:
    """The first bytes that a worker printed. `take` raises FloodError once far more was dropped."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept = bytearray()
        self._dropped = 0

    def take(self, data: bytes) -> None:
        """Keep what there is room for."""
        room = max(0, self._limit - len(self._kept))
        self._kept += data[:room]
        self._dropped += len(data[room:])
        if self._dropped > _FLOOD:
            raise FloodError

    def text(self) -> str:
        """Return what was kept; a last line says how much was not."""
        text = self._kept.decode("utf-8", "replace")
        return f"{text}\n[{self._dropped} more bytes of output left out]\n" if self._dropped else text


class Pipes:
    """A Channel over pipes that are never waited on longer than a deadline. Owns the three descriptors."""

    def __init__(self, requests: int, replies: int, output: int, output_limit: int) -> None:
        self._requests, self._replies, self._output = requests, replies, output
        self.printed = Printed(output_limit)
        self._received = bytearray()
        self._poll = select.poll()
        for descriptor in (requests, replies, output):
            os.set_blocking(descriptor, False)
        self._poll.register(replies, select.POLLIN)
        self._poll.register(output, select.POLLIN)
        self._hung_up = False

    def send(self, data: bytes, deadline: float) -> None:
        """Send all of it, taking in output meanwhile, so that a worker that prints first does not block."""
        rest = self._write(memoryview(data))
        if not rest:  # most requests fit into the pipe
            return
        self._poll.register(self._requests, select.POLLOUT)
        try:
            while rest:
                if self._requests in self._wait(deadline):
                    rest = self._write(rest)
                if self._received:
                    raise UnaskedError
                if self._hung_up:
                    raise HungUpError
        finally:
            self._poll.unregister(self._requests)

    def _write(self, data: memoryview) -> memoryview:
        """Write as much as the pipe takes, and return the rest."""
        try:
            return data[os.write(self._requests, data) :]
        except BlockingIOError:
            return data
        except BrokenPipeError:
            raise HungUpError from None

    def receive(self, count: int, deadline: float) -> bytes:
        """Return exactly `count` bytes."""
        while len(self._received) < count:
            if self._hung_up:
                raise HungUpError
            self._wait(deadline)
        data = bytes(self._received[:count])
        del self._received[:count]
        return data

    def pending(self) -> bool:
        """Whether there are unread bytes, here or in the pipe."""
        if not self._received:
            self._take_ready(0)
        return bool(self._received)

    @property
    def has_unread(self) -> bool:
        """Whether there are unread bytes here."""
        return bool(self._received)

    def close(self) -> None:
        """Take in what is left of the output, and close."""
        try:
            while self._output >= 0 and (data := os.read(self._output, _CHUNK)):
                self.printed.take(data)
        except (BlockingIOError, FloodError):
            pass
        for descriptor in (self._requests, self._replies, self._output):
            if descriptor >= 0:
                os.close(descriptor)
        self._requests = self._replies = self._output = -1

    def _wait(self, deadline: float) -> set[int]:
        left = deadline - time.monotonic()
        if left <= 0:  # even if there is news: a trickle of it must not hold anybody up
            raise DeadlineError
        return self._take_ready(left)

    def _take_ready(self, seconds: float) -> set[int]:
        """Read what has arrived; return the descriptors that had news."""
        ready = {descriptor for descriptor, _ in self._poll.poll(seconds * 1000)}
        if self._output in ready:
            self._take_output()
        if self._replies in ready:
            self._take_reply()
        return ready

    def _take_output(self) -> None:
        data = os.read(self._output, _CHUNK)
        if not data:
            self._poll.unregister(self._output)
        self.printed.take(data)

    def _take_reply(self) -> None:
        data = os.read(self._replies, _CHUNK)
        if not data:
            self._poll.unregister(self._replies)
            self._hung_up = True
        self._received += data
