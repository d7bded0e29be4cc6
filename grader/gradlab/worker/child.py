"""What a forked worker does first: keep five descriptors, put up its walls, forget the zygote; then it serves."""

from __future__ import annotations

import os
from collections.abc import Sequence
from io import FileIO
from types import ModuleType
from typing import NoReturn

from gradlab.worker import attempts
from gradlab.worker.confine import confine
from gradlab.worker.control import EXIT_NOT_CONFINED, Probed, Spawn, encode
from gradlab.worker.preload import reseed
from gradlab.worker.serve import Service

__all__ = ["become_worker"]

_REQUESTS, _REPLIES = 3, 4


def become_worker(
    order: Spawn, descriptors: Sequence[int], parent: int, engine: ModuleType | None
) -> NoReturn:
    """Turn this fresh fork of the zygote `parent` into a worker. Never returns; never serves unconfined."""
    try:
        _keep(*descriptors)
        requests = FileIO(_REQUESTS, "rb", closefd=False)
        replies = FileIO(_REPLIES, "wb", closefd=False)
        service = Service(requests, replies, engine)
        reseed()
        walls = confine(
            order.walls, cpu_seconds=order.cpu_seconds, memory_bytes=order.memory_bytes, parent=parent
        )
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}".encode())
        os._exit(EXIT_NOT_CONFINED)
    if order.probe is not None:
        failed = attempts.exercise()
        replies.write(encode(Probed(walls, attempts.attack(order.probe), failed)))
        os._exit(0)
    service.run(walls)


def _keep(requests: int, replies: int, output: int) -> None:
    """Leave descriptors 0 (nothing to read), 1 and 2 (output), 3 and 4 (requests, replies), and no other."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    high = [os.dup(fd) for fd in (nothing, output, output, requests, replies)]
    while any(fd <= _REPLIES for fd in high):  # dup takes the lowest free number
        high = [os.dup(fd) for fd in high]
    for target, fd in enumerate(high):
        os.dup2(fd, target, inheritable=False)
    os.closerange(_REPLIES + 1, os.sysconf("SC_OPEN_MAX"))
