"""Prove a level: a probe child, confined as every worker will be, attacks; the level holds if all of it is stopped, and
if the child can still compute."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

from gradlab.errors import IsolationError
from gradlab.isolation.levels import Plan
from gradlab.worker.control import Probe, Probed

__all__ = ["holds"]

_CANARY = b"canary"


def holds(plan: Plan, probe_child: Callable[[Plan, Probe], Probed]) -> Probed | str:
    """Return the probe's report if `plan` can be put up and keeps its promise, else why not, in a sentence."""
    # Late: it brings more than all else here, and its time has come while the zygote loads.
    from tempfile import TemporaryDirectory

    with (
        TemporaryDirectory(prefix="gradlab-") as folder,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        canary = Path(folder) / "canary"
        canary.write_bytes(_CANARY)
        canary.chmod(0o700)
        listener.setblocking(False)
        try:
            probed = probe_child(plan, Probe(str(canary), folder, os.getpid(), listener.getsockname()[1]))
        except IsolationError as error:
            return str(error)
        must_stop = probed.stopped.keys() if plan.must_stop is None else plan.must_stop
        if loose := [attempt for attempt in must_stop if not probed.stopped.get(attempt)]:
            return f"Nothing stopped the probe child when it tried to {', '.join(sorted(loose))}."
        if not probed.stopped:
            return "The probe child tried nothing."
        if os.listdir(folder) != ["canary"] or canary.read_bytes() != _CANARY:
            return "The probe child changed a file, and did not say so."
        if _connected(listener) and probed.stopped.get("connect"):
            return "The probe child reached a listener, and did not say so."
        if probed.failed:
            broken = "; ".join(f"{need} ({how})" for need, how in probed.failed.items())
            return f"Behind these walls nobody can {broken}. A newer libc or numpy may need one more system call."
        return probed


def _connected(listener: socket.socket) -> bool:
    try:
        connection, _ = listener.accept()
    except BlockingIOError:
        return False
    connection.close()
    return True
