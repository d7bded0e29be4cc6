"""Keep a worker ready ahead of need, and end workers in the background, so that a submission waits for neither."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

from gradlab.errors import IsolationError

if TYPE_CHECKING:
    from gradlab.isolation.broker import Broker
    from gradlab.isolation.worker import Limits, Worker

__all__ = ["SpareWorkers"]


class SpareWorkers:
    """Hands out the workers of a broker. From the second on one is forked ahead; a single command needs no spare.

    A spare is confined before it waits, as every worker is, and has seen no submission. May be shared by threads.
    """

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self._thread = ThreadPoolExecutor(1, "workers")
        self._lock = threading.Lock()
        self._spare: tuple[Limits, Future[Worker]] | None = None
        self._handed_out = 0

    def take(self, limits: Limits) -> Worker:
        """Return a fresh worker with these limits. Raises IsolationError."""
        with self._lock:
            spare, self._spare = self._spare, None
            self._handed_out += 1
            if self._handed_out > 1:
                self._spare = (limits, self._thread.submit(self.broker.worker, limits))
        if spare is not None:
            if spare[0] == limits:
                return spare[1].result()
            spare[1].add_done_callback(_end)
        return self.broker.worker(limits)

    def give_back(self, worker: Worker) -> None:
        """End a worker soon."""
        self._thread.submit(worker.close)

    def close(self) -> None:
        """End the spare, every worker given back, and the broker."""
        if self._spare is not None:
            self._spare[1].add_done_callback(_end)
        self._thread.shutdown(wait=True)
        self.broker.close()


def _end(spare: Future[Worker]) -> None:
    with suppress(IsolationError):
        spare.result().close()
