"""What the system says a process holds in memory for itself. Only a process that waits gives a steady answer."""

from __future__ import annotations

__all__ = ["private_memory"]

# /proc/PID/smaps_rollup. Pages that a worker shares with its zygote do not count: it could give back what it inherited
# in exchange for what it keeps. What was moved to swap is kept as well.
_OWN = ("Private_Clean", "Private_Dirty", "SwapPss")
# /proc/PID/status, for who may not look closer: root without CAP_SYS_PTRACE, at a process of another user.
_ANONYMOUS = ("RssAnon", "VmSwap")


def private_memory(pid: int) -> int | None:
    """Return the bytes that `pid` holds and no other process does, None where there is no telling."""
    for name, wanted in (("smaps_rollup", _OWN), ("status", _ANONYMOUS)):
        fields = _kilobytes(f"/proc/{pid}/{name}")
        if fields.keys() >= set(wanted[:2]):
            return sum(fields.get(field, 0) for field in wanted) * 1024
    return None


def _kilobytes(path: str) -> dict[str, int]:
    """Return the lines `name: number kB` of a file; nothing where it cannot be read."""
    fields: dict[str, int] = {}
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            for line in file:
                name, _, value = line.partition(":")
                if value.endswith(" kB\n"):
                    fields[name] = int(value.split()[0])
    except OSError:
        return {}
    return fields
