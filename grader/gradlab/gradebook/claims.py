"""Who is grading an attempt, and whether that process still lives."""

from __future__ import annotations

import json
import os
import socket
import time
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["LEASE_SECONDS", "Claim", "is_stale", "this_process"]

# For how long a claim is honoured where nobody can look whether its process lives: another machine, or a system
# without /proc. Longer than any grading.
LEASE_SECONDS = 3600.0


@dataclass(frozen=True)
class Claim:
    """A process, named so that a later process with the same number is not taken for it."""

    host: str
    space: str  # boot and process-id namespace: pids mean nothing outside it
    pid: int
    started: str

    def dump(self) -> str:
        """Return the claim as the text that the gradebook stores."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def load(cls, text: str) -> Claim | None:
        """Return a stored claim, or None if it is no claim that this version wrote."""
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError):
            return None


def this_process() -> Claim:
    """Return this process's claim."""
    return Claim(socket.gethostname(), _space(), os.getpid(), _started(os.getpid()) or "")


def is_stale(text: str | None, claimed_at: float | None) -> bool:
    """Return whether an attempt with this claim may be taken over."""
    if text is None or claimed_at is None:
        return True
    claim = Claim.load(text)
    if claim is not None and claim.host == socket.gethostname() and claim.space and _space():
        if claim.space == _space():
            return _started(claim.pid) != claim.started
        if claim.space.split("/")[0] != _space().split("/")[0]:
            return True  # this machine was started again since
    return time.time() - claimed_at > LEASE_SECONDS


def _space() -> str:
    """Return `BOOT/NAMESPACE`, or the empty string on a system that does not tell."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """Return when a process started, in the system's own ticks; None if there is none or it has ended."""
    try:
        # The name in field 2 may hold spaces and brackets, so count from the last bracket.
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    state, ticks = fields[0], fields[19]
    return None if state in "ZX" else ticks
