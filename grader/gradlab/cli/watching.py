"""Wait for files to be saved."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

__all__ = ["saves", "sources"]

_POLL_SECONDS = 0.2
_AT_REST_SECONDS = 5.0  # who writes to a file all the time is not waited for
_MOST_FILES = 2000

State = dict[Path, tuple[int, int]]


def saves(files: Callable[[], Iterable[Path]]) -> Iterator[None]:
    """Yield once, and again whenever one of the files has changed and all are at rest, or do not come to rest."""
    seen = _state(files())
    while True:
        yield
        while (now := _state(files())) == seen:
            time.sleep(_POLL_SECONDS)
        patience = time.monotonic() + _AT_REST_SECONDS
        while now != seen and time.monotonic() < patience:  # an editor may write in several steps
            seen = now
            time.sleep(_POLL_SECONDS)
            now = _state(files())
        seen = now


def sources(path: Path) -> list[Path]:
    """Return the Python files and notebooks at `path`, a file or a folder."""
    if not path.is_dir():
        return [path]
    found: list[Path] = []
    for folder, inside, names in os.walk(path):
        inside[:] = sorted(name for name in inside if not name.startswith(".") and name != "__pycache__")
        for name in sorted(names):
            if name.endswith((".py", ".ipynb", ".toml")) and not name.startswith("."):
                found.append(Path(folder, name))
        if len(found) >= _MOST_FILES:
            break
    return found[:_MOST_FILES]


def _state(files: Iterable[Path]) -> State:
    state: State = {}
    for file in files:
        try:
            status = file.stat()
        except OSError:
            continue
        state[file] = (status.st_mtime_ns, status.st_size)
    return state
