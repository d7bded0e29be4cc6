"""Resource limits of a worker."""

from __future__ import annotations

import resource
from contextlib import suppress

__all__ = ["apply", "virtual_size"]

_DESCRIPTORS = 8  # five are open; Landlock's ruleset needs one for a moment
_STACK = 64 << 20  # room for deep recursion: a RecursionError teaches more than a segmentation fault


def virtual_size() -> int:
    """Return this process's virtual size in bytes."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def apply(cpu_seconds: int, memory_bytes: int) -> None:
    """Limit this process. The memory budget comes on top of what the zygote already maps."""
    _lower(resource.RLIMIT_AS, virtual_size() + memory_bytes)
    _lower(resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 1)  # SIGXCPU, then SIGKILL for who ignores it
    _lower(resource.RLIMIT_NOFILE, _DESCRIPTORS)
    _lower(resource.RLIMIT_STACK, _STACK)
    for kind in (
        resource.RLIMIT_CORE,
        resource.RLIMIT_FSIZE,
        resource.RLIMIT_MEMLOCK,
        resource.RLIMIT_MSGQUEUE,
    ):
        _lower(kind, 0)
    _lower(resource.RLIMIT_NPROC, 0)  # does not bind root: the seccomp filter is what is relied on
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("1000")  # when memory runs out, this process goes first


def _lower(kind: int, soft: int, hard: int | None = None) -> None:
    ceiling = resource.getrlimit(kind)[1]
    hard = soft if hard is None else hard
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(kind, (soft, hard))
