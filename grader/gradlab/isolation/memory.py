"""What the system says about a process's memory. Only a process that waits for a request gives a steady answer."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["MemoryReading", "read_memory", "reset_peak"]

_RESET_PEAK = "5"  # proc(5), clear_refs


class MemoryReading(NamedTuple):
    """Bytes in real memory now, and the most there were since the start or the last reset."""

    resident: int
    peak: int


def read_memory(pid: int) -> MemoryReading | None:
    """Read VmRSS and VmHWM of `pid`; None where there is no /proc."""
    fields: dict[str, int] = {}
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            for line in file:
                name, _, value = line.partition(":")
                if name in ("VmRSS", "VmHWM"):
                    fields[name] = int(value.split()[0]) * 1024
    except OSError:
        return None
    return MemoryReading(fields["VmRSS"], fields["VmHWM"]) if len(fields) == 2 else None


def reset_peak(pid: int) -> bool:
    """Have VmHWM of `pid` start again from VmRSS; False where that is not allowed."""
    try:
        with open(f"/proc/{pid}/clear_refs", "w", encoding="ascii") as file:
            file.write(_RESET_PEAK)
    except OSError:
        return False
    return True
