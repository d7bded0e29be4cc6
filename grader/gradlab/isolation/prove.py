"""Prove a level: a probe child, confined as every worker will be, attacks; the level holds if all of it is stopped."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

from gradlab.errors import IsolationError
from gradlab.isolation.levels import Plan
from gradlab.worker.control import Probe, Probed

__all__ = ["holds"]

_CANARY = b"canary"


def holds(plan: Plan, probe_child: Callable[[Plan, Probe], Probed]) -> Probed | None:
    """Return the probe's report if `plan` can be put up and keeps its promise, else None."""
    with (
        tempfile.TemporaryDirectory(prefix="gradlab-") as folder,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        canary = Path(folder) / "canary"
        canary.write_bytes(_CANARY)
        canary.chmod(0o700)
        listener.setblocking(False)
        try:
            probed = probe_child(plan, Probe(str(canary), folder, os.getpid(), listener.getsockname()[1]))
        except IsolationError:
            return None
        must_stop = probed.stopped.keys() if plan.must_stop is None else plan.must_stop
        stopped = all(probed.stopped.get(attempt) for attempt in must_stop)
        untouched = os.listdir(folder) == ["canary"] and canary.read_bytes() == _CANARY
        held = bool(probed.stopped) and stopped and untouched and not _connected(listener)
        return probed if held else None


def _connected(listener: socket.socket) -> bool:
    try:
        connection, _ = listener.accept()
    except BlockingIOError:
        return False
    connection.close()
    return True
