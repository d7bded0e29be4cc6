"""What a probe child tries, to prove its walls. Every attempt must be stopped; one that succeeds harms nobody. And what it
computes, to prove that behind its walls it still can: every need must be met.
"""

from __future__ import annotations

import errno
import gc
import mmap
import os
import random
import resource
import signal
import socket
import sys
import threading
import time
import traceback
import tracemalloc
from collections.abc import Callable

import numpy as np

from gradlab.worker.control import Probe

__all__ = ["ATTEMPTS", "NEEDS", "attack", "exercise"]

_BALLOON = 1 << 30  # more than any probe's budget


def _read(probe: Probe) -> None:
    os.close(os.open(probe.canary, os.O_RDONLY))


def _write(probe: Probe) -> None:
    os.close(os.open(probe.canary, os.O_WRONLY))


def _create(probe: Probe) -> None:
    os.close(os.open(os.path.join(probe.folder, "created"), os.O_WRONLY | os.O_CREAT, 0o600))


def _list(probe: Probe) -> None:
    os.listdir(probe.folder)


def _metadata(probe: Probe) -> None:
    os.stat(probe.canary)


def _proc(probe: Probe) -> None:
    os.close(os.open(f"/proc/{probe.parent}/environ", os.O_RDONLY))


def _connect(probe: Probe) -> None:
    with socket.socket() as client:
        client.settimeout(1)
        client.connect(("127.0.0.1", probe.port))


def _listen(probe: Probe) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()


def _fork(probe: Probe) -> None:
    if os.fork() == 0:
        os._exit(0)


def _thread(probe: Probe) -> None:
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()


def _execute(probe: Probe) -> None:
    try:
        os.execv(probe.canary, ["canary"])
    except OSError as error:  # the canary may be executed, but is no program
        if error.errno != errno.ENOEXEC:
            raise


def _signal(probe: Probe) -> None:
    os.kill(probe.parent, 0)


def _memory_file(probe: Probe) -> None:
    os.close(os.memfd_create("canary"))


def _machine_code(probe: Probe) -> None:
    mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()


def _shared(probe: Probe) -> None:
    mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS).close()


def _raise_limits(probe: Probe) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _balloon(probe: Probe) -> None:
    bytearray(_BALLOON)


ATTEMPTS: dict[str, Callable[[Probe], None]] = {
    "read a file": _read,
    "write a file": _write,
    "create a file": _create,
    "list a folder": _list,
    "ask about a file": _metadata,
    "read the parent's /proc": _proc,
    "connect": _connect,
    "listen": _listen,
    "start a process": _fork,
    "start a thread": _thread,
    "run a program": _execute,
    "signal the parent": _signal,
    "make a file in memory": _memory_file,
    "map machine code": _machine_code,
    "share memory": _shared,
    "take more memory than allowed": _balloon,
    "raise its own limits": _raise_limits,
}


# --- needs -------------------------------------------------------------------------------------------------------
def _arrays() -> None:
    square = np.ones((150, 150))  # large enough for pages of its own, and for what BLAS does with large ones
    for _ in range(3):
        square = square @ square / 150.0
    small = np.linalg.inv(2.0 * np.einsum("ij,jk->ik", np.eye(3), np.eye(3))) + np.sort(square[0])[0] - 1.0
    if square.sum() != 150.0**2 or small.trace() != 1.5:
        raise ArithmeticError("numpy computes something else here")


def _chance() -> None:
    np.random.default_rng().normal(size=3)
    random.SystemRandom().random()
    os.urandom(8)


def _memory() -> None:
    tracemalloc.start()
    kept = [bytearray(size) for size in (1, 1 << 10, 1 << 16, 1 << 20)]
    tracemalloc.take_snapshot()
    tracemalloc.stop()
    kept.append(bytearray(len(kept[-1]) * 2))
    del kept
    gc.collect(0)


def _times() -> None:
    time.sleep(0)
    time.time(), time.monotonic(), time.process_time(), time.perf_counter()


def _signals() -> None:
    before = signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    os.kill(os.getpid(), signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, before)
    threading.Lock().acquire(timeout=0.001)


def _errors() -> None:
    def deeper(depth: int) -> int:
        return depth and deeper(depth - 1)

    deeper(500)
    try:
        np.zeros(3) @ np.zeros(4)
    except ValueError:
        traceback.format_exc()


def _asks() -> None:
    os.getpid(), os.getppid(), os.getuid(), os.cpu_count(), os.isatty(1), os.times(), os.uname()
    resource.getrusage(resource.RUSAGE_SELF), resource.getrlimit(resource.RLIMIT_AS)
    sys.stdout.flush()


NEEDS: dict[str, Callable[[], None]] = {
    "compute with arrays": _arrays,
    "draw random numbers": _chance,
    "take and give back memory": _memory,
    "ask the time": _times,
    "handle signals and locks": _signals,
    "raise and show errors": _errors,
    "ask about itself": _asks,
}


def exercise() -> dict[str, str]:
    """Do what submissions do; return what failed, and how. A walled-in process must still be able to."""
    failed: dict[str, str] = {}
    for name, need in NEEDS.items():
        try:
            need()
        except Exception as error:
            failed[name] = f"{type(error).__name__}: {error}"
    return failed


def attack(probe: Probe) -> dict[str, str | None]:
    """Try everything; return what stopped each attempt, None where nothing did."""
    stopped: dict[str, str | None] = {}
    for name, attempt in ATTEMPTS.items():
        try:
            attempt(probe)
            stopped[name] = None
        except (
            OSError,
            MemoryError,
            RuntimeError,
            ValueError,
            AttributeError,
        ) as error:  # or no such call here
            stopped[name] = type(error).__name__
    return stopped
