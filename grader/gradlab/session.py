"""The two zygotes of one grading process: one for submissions, one that holds the reference engine."""

from __future__ import annotations

import importlib
import importlib.util
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from gradlab.errors import CourseError
from gradlab.isolation import Broker, SpareWorkers

if TYPE_CHECKING:
    from gradlab.isolation import Limits, Worker
    from gradlab.isolation.levels import Refused
    from gradlab.model import Isolation

__all__ = ["Engines", "engine_roots", "processors"]

Result = TypeVar("Result")


class Engines:
    """Both zygotes, started early so that they load while the caller imports the rest.

    They are separate because forked memory is readable: a submission's zygote has never held the reference.
    """

    def __init__(self, engine: str, *, roots: Sequence[str] = (), cap: str | None = None) -> None:
        self.engine_name = engine
        self._cap = cap
        self._submissions: SpareWorkers | None = None
        self._lock = threading.Lock()
        self._reference = Broker(engine=engine, roots=roots, cap=cap)
        self._reference_worker: Worker | None = None
        self._tare: int | None = None
        # One thread records and one replays, so that the reference's engine here and its worker are never shared, and
        # a check is recorded while the one before it is replayed.
        self._recording = ThreadPoolExecutor(1, "recording")
        self._replaying = ThreadPoolExecutor(1, "reference")

    @classmethod
    def start(cls, engine: str, roots: Sequence[str] | None = None, cap: str | None = None) -> Self:
        """Start the reference's zygote and return at once; `warm` starts the other. `roots` are the folders in which
        `engine` is found."""
        return cls(engine, roots=engine_roots(engine) if roots is None else roots, cap=cap)

    def warm(self) -> SpareWorkers:
        """Start the submissions' zygote, if that is not done yet, and return at once.

        It is needed later than the reference's: two processes that load at the same time as the caller would take
        from it one of two processors.
        """
        with self._lock:
            if self._submissions is None:
                self._submissions = SpareWorkers(Broker(cap=self._cap))
        return self._submissions

    @property
    def isolation(self) -> Isolation:
        """The level that a probe child has just proved for the submissions' zygote."""
        return self.warm().broker.isolation

    @property
    def tried(self) -> Mapping[str, str | None]:
        """What the probe child tried, and what stopped it (see `Broker.tried`)."""
        return self.warm().broker.tried

    @property
    def refused(self) -> Sequence[Refused]:
        """Stronger walls that did not hold here (see `Broker.refused`)."""
        return self.warm().broker.refused

    @property
    def engine(self) -> ModuleType:
        """The reference engine, imported in this process to record checks on."""
        return importlib.import_module(self.engine_name)

    @property
    def engine_version(self) -> str:
        return str(getattr(self.engine, "__version__", "unknown"))

    def submission_worker(self, limits: Limits, *, weighed: bool = False) -> Worker:
        """Return a fresh confined worker for a submission, its tare taken if it is to be `weighed`."""
        worker = self.warm().take(limits)
        if weighed:  # all are forks of one process, and hold the same at first: a single look serves for all
            self._tare = worker.tare(self._tare)
        return worker

    def retire(self, worker: Worker) -> None:
        """End a submission's worker soon, without waiting for it."""
        self.warm().give_back(worker)

    def fresh_reference_worker(self, limits: Limits) -> Worker:
        """Return a worker that replays on the reference, for the caller alone."""
        return self._reference.worker(limits)

    def recording(self, work: Callable[..., Result], *arguments: object) -> Future[Result]:
        """Have `work` done by the one thread that uses `engine`."""
        return self._recording.submit(work, *arguments)

    def replaying(self, work: Callable[..., Result], *arguments: object) -> Future[Result]:
        """Have `work` done by the one thread that uses `reference_worker`."""
        return self._replaying.submit(work, *arguments)

    def reference_worker(self, limits: Limits) -> Worker:
        """Return the worker that replays on the reference; it is kept from one check to the next."""
        if self._reference_worker is None:
            self._reference_worker = self._reference.worker(limits)
        return self._reference_worker

    def drop_reference_worker(self) -> None:
        """Close the reference's worker, so that the next replay gets a fresh one."""
        if self._reference_worker is not None:
            self._reference_worker.close()
            self._reference_worker = None

    def close(self) -> None:
        """End every process of this session, and what is still being done on the reference."""
        for thread in (self._recording, self._replaying):
            thread.shutdown(wait=True, cancel_futures=True)
        self.drop_reference_worker()
        if self._submissions is not None:
            self._submissions.close()
        self._reference.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def engine_roots(engine: str) -> tuple[str, ...]:
    """Return the folders that a worker needs on its path to import `engine`, without importing it here.

    Raises CourseError if it is not installed.
    """
    try:
        spec = importlib.util.find_spec(engine)
    except ImportError:  # of a package that it would be part of
        spec = None
    if spec is None or spec.origin is None:
        raise CourseError(
            f"The engine {engine!r} is not installed. Install it, or name another (in course.toml, or with --engine)."
        )
    return (str(Path(spec.origin).resolve().parents[1 if spec.submodule_search_locations else 0]),)


def processors() -> int:
    """Return how many processors this process may use, and so how many submissions are worth trying at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
