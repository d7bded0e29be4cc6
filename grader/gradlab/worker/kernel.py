"""Call the Linux kernel where Python has no function for it."""

from __future__ import annotations

import ctypes
import os

__all__ = ["die_with_parent", "no_new_privileges", "prctl", "syscall"]

_SET_PARENT_DEATH_SIGNAL, _SET_NO_NEW_PRIVILEGES = 1, 38
_SIGKILL = 9

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def syscall(number: int, *arguments: int | bytes | None) -> int:
    """Make a system call; every integer is passed as a long. Raises OSError."""
    words = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    result = int(_libc.syscall(ctypes.c_long(number), *words))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"system call {number}: {os.strerror(code)}")
    return result


def prctl(option: int, value: int) -> None:
    """Set a property of this process. Raises OSError."""
    if _libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0)):
        code = ctypes.get_errno()
        raise OSError(code, f"prctl {option}: {os.strerror(code)}")


def no_new_privileges() -> None:
    """Give up, for good, gaining rights through exec. Landlock and seccomp ask for it."""
    prctl(_SET_NO_NEW_PRIVILEGES, 1)


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when `parent` dies. A change of uid clears it: call it again then."""
    prctl(_SET_PARENT_DEATH_SIGNAL, _SIGKILL)
    if os.getppid() != parent:  # it died before the call above
        raise ProcessLookupError("the zygote is gone")
