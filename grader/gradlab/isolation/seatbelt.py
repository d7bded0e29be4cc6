"""macOS's own sandbox: `sandbox-exec` with a profile that denies all but what Python and numpy read.

It gives level partial at most: there is no zygote, and neither memory nor system calls are limited. Like every level it
counts only if a probe child proves it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["WALL", "prefix", "profile"]

WALL = "sandbox-exec (no files, processes, sockets)"
_SYSTEM = (
    "/System",
    "/usr/lib",
    "/usr/share",
    "/Library/Apple",
    "/private/var/db/dyld",
    "/dev/null",
    "/dev/urandom",
)


def prefix(roots: Sequence[str]) -> list[str]:
    """Return what to put in front of a worker's command line; nothing where there is no such sandbox."""
    if sys.platform != "darwin":
        return []
    from shutil import which

    program = which("sandbox-exec")
    return [] if program is None else [program, "-p", profile(roots)]


def profile(roots: Sequence[str]) -> str:
    """Return a profile under which a process may start this Python, read its libraries, gradlab and `roots`, and compute."""
    import sysconfig  # on macOS only

    own = str(Path(__file__).resolve().parents[2])
    paths = sysconfig.get_paths()
    folders = {
        sys.base_prefix,
        sys.prefix,
        paths["purelib"],
        paths["platlib"],
        own,
        *map(os.path.abspath, roots),
    }
    readable = [
        f"(subpath {_quoted(folder)})" for folder in (*_SYSTEM, *sorted(map(os.path.realpath, folders)))
    ]
    return "\n".join(
        [
            "(version 1)",
            "(deny default)",
            f"(allow process-exec (literal {_quoted(os.path.realpath(sys.executable))}) (literal {_quoted(sys.executable)}))",
            "(deny process-fork)",
            f"(allow file-read* {' '.join(readable)})",
            '(allow file-read-metadata (literal "/"))',
            '(allow file-write-data (literal "/dev/null"))',
            "(allow sysctl-read)",
            '(allow mach-lookup (global-name "com.apple.system.logger"))',
            "(allow signal (target self))",
        ]
    )


def _quoted(path: str) -> str:
    """Return a path as the profile's language writes a string."""
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
