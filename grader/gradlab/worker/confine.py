"""Put up the walls around a worker, in the one order that works. Any error means: no worker."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from gradlab.worker import kernel, landlock, limits, seccomp

__all__ = ["WALLS", "available", "confine"]

_NOBODY = 65534


def _limit(cpu_seconds: int, memory_bytes: int) -> str:
    limits.apply(cpu_seconds, memory_bytes)
    return "limits (memory, processor time, files)"


def _drop_uid(parent: int) -> str:
    os.setgroups([])
    os.setresgid(_NOBODY, _NOBODY, _NOBODY)
    os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    kernel.die_with_parent(parent)  # the change of uid cleared it
    return f"uid {_NOBODY}"


def _landlock() -> str:
    version = landlock.abi()
    landlock.restrict()
    return f"landlock (ABI {version}, no rights)"


def _seccomp() -> str:
    seccomp.install(os.getpid())
    return "seccomp (no files, processes, sockets)"


def _calls() -> str:
    seccomp.install(os.getpid(), files=True)
    return "seccomp (files, but no processes, sockets)"


WALLS = ("limits", "uid", "landlock", "seccomp", "calls")


def available() -> list[str]:
    """Return the walls that this machine seems to offer; only a probe proves them."""
    offers = {
        "limits": True,
        "uid": os.geteuid() == 0,
        "landlock": landlock.abi() > 0,
        "seccomp": seccomp.supported(),
        "calls": seccomp.supported(),
    }
    return [wall for wall in WALLS if offers[wall]]


def confine(walls: Sequence[str], *, cpu_seconds: int, memory_bytes: int, parent: int) -> list[str]:
    """Put up `walls`, in the order of `WALLS`; return a description of each. Raises OSError and ValueError."""
    put_up: dict[str, Callable[[], str]] = {
        "limits": lambda: _limit(cpu_seconds, memory_bytes),
        "uid": lambda: _drop_uid(parent),
        "landlock": _landlock,
        "seccomp": _seccomp,
        "calls": _calls,
    }
    if unknown := set(walls) - set(WALLS):
        raise ValueError(f"unknown walls: {', '.join(sorted(unknown))}")
    kernel.die_with_parent(parent)
    kernel.no_new_privileges()
    return [put_up[wall]() for wall in WALLS if wall in walls]
