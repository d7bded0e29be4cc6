"""Wait for files to be saved."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

__all__ = ["saves", "sources"]

_POLL_SECONDS = 0.2
_MOST_FILES = 2000

State = dict[Path, tuple[int, int]]


def saves(files: Callable[[], Iterable[Path]]) -> Iterator[None]:
    """Yield once, and again whenever one of the files has changed and all are at rest."""
    seen = _state(files())
    while True:
        yield
        while (now := _state(files())) == seen:
            time.sleep(_POLL_SECONDS)
        while now != seen:  # an editor may write in several steps
            seen = now
            time.sleep(_POLL_SECONDS)
            now = _state(files())


def sources(path: Path) -> list[Path]:
    """Return the Python files and notebooks at `path`, a file or a folder."""
    if not path.is_dir():
        return [path]
    found: list[Path] = []
    for file in path.rglob("*"):
        inside = file.relative_to(path).parts
        if file.suffix in (".py", ".ipynb", ".toml") and not any(part.startswith(".") for part in inside):
            found.append(file)
        if len(found) == _MOST_FILES:
            break
    return found


def _state(files: Iterable[Path]) -> State:
    state: State = {}
    for file in files:
        try:
            status = file.stat()
        except OSError:
            continue
        state[file] = (status.st_mtime_ns, status.st_size)
    return state
