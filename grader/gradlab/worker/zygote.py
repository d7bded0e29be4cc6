"""The process that workers are forked from: everything loaded, one thread, no secret and no student's code.

It serves its broker over the socket in argv: `main([socket, engine, root, ...])`, engine empty for submissions. It
ends when the broker hangs up, and its workers with it.
"""

from __future__ import annotations

import array
import gc
import os
import platform
import signal
import socket
import sys
import time
from collections.abc import Sequence
from types import ModuleType

import numpy as np

from gradlab.worker import control
from gradlab.worker.child import become_worker
from gradlab.worker.confine import available
from gradlab.worker.preload import load_engine, preload

__all__ = ["main"]

_POLL_SECONDS = 0.001


def main(arguments: Sequence[str]) -> None:
    """Load everything, say Hello, then fork workers and report how they ended."""
    descriptor, engine_name, *roots = arguments
    broker = socket.socket(fileno=int(descriptor))
    engine = None
    if engine_name:
        engine = load_engine(engine_name, roots)
    else:
        preload()
    _seal()
    threads = _threads()
    if threads not in (None, 1):
        sys.exit(f"the zygote runs {threads} threads; a fork of it may hang, so it refuses to serve")
    walls = [] if threads is None else available()
    broker.send(control.encode(control.Hello(os.getpid(), platform.python_version(), np.__version__, walls)))
    while True:
        data, ancillary, _, _ = broker.recvmsg(control.MAX_MESSAGE, socket.CMSG_SPACE(3 * 4))
        if not data:
            os._exit(0)
        broker.send(control.encode(_obey(control.decode_order(data), _descriptors(ancillary), engine)))


def _seal() -> None:
    """Forget paths and environment, and keep the collector from touching, and so copying, what forks share."""
    sys.path.clear()
    sys.path_importer_cache.clear()
    sys.argv[:] = ["engine"]
    os.environ.clear()
    gc.freeze()  # garbage, too: to look for it takes longer than it is worth
    gc.enable()


def _threads() -> int | None:
    """Return how many threads this process runs; None where there is no /proc to tell, and so no wall to rely on."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("Threads:"))
    except FileNotFoundError:
        return None


def _descriptors(ancillary: Sequence[tuple[int, int, bytes]]) -> list[int]:
    found = array.array("i")
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            found.frombytes(data[: len(data) - len(data) % found.itemsize])
    return list(found)


def _obey(order: control.Order, descriptors: list[int], engine: ModuleType | None) -> control.Answer:
    try:
        if isinstance(order, control.Reap):
            return _reap(order)
        return _spawn(order, descriptors, engine)
    except OSError as error:
        return control.Failed(str(error))
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _spawn(order: control.Spawn, descriptors: list[int], engine: ModuleType | None) -> control.Spawned:
    zygote = os.getpid()
    pid = os.fork()
    if pid == 0:
        become_worker(order, descriptors, zygote, engine)
    return control.Spawned(pid)


def _reap(order: control.Reap) -> control.Reaped:
    """Only here does a worker's zombie end, so until then its pid cannot become another process's."""
    deadline = time.monotonic() + order.grace
    while time.monotonic() < deadline:
        pid, status, usage = os.wait4(order.pid, os.WNOHANG)
        if pid:
            return control.Reaped(status, usage.ru_utime + usage.ru_stime, killed=False)
        time.sleep(_POLL_SECONDS)
    os.kill(order.pid, signal.SIGKILL)
    _, status, usage = os.wait4(order.pid, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    return control.Reaped(status, usage.ru_utime + usage.ru_stime, killed=killed)
