"""What a probe child tries, to prove its walls. Every attempt must be stopped; one that succeeds harms nobody."""

from __future__ import annotations

import errno
import mmap
import os
import resource
import socket
import threading
from collections.abc import Callable

from gradlab.worker.control import Probe

__all__ = ["ATTEMPTS", "attack"]

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
    "take more memory than allowed": _balloon,
    "raise its own limits": _raise_limits,
}


def attack(probe: Probe) -> dict[str, str | None]:
    """Try everything; return what stopped each attempt, None where nothing did."""
    stopped: dict[str, str | None] = {}
    for name, attempt in ATTEMPTS.items():
        try:
            attempt(probe)
            stopped[name] = None
        except (OSError, MemoryError, RuntimeError, ValueError) as error:
            stopped[name] = type(error).__name__
    return stopped
