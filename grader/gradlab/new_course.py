"""A course of one's own: a copy of the one that comes with gradlab, which works at once and is there to be changed."""

from __future__ import annotations

import shutil
from pathlib import Path

from gradlab.course import shipped_course
from gradlab.errors import UsageError

__all__ = ["copy_course", "guide"]

_TRACES = ("__pycache__", ".gradlab")
_MAY_BE_THERE = (".git",)  # a repository that was made for the course


def copy_course(directory: Path, *, without: tuple[str, ...] = ()) -> Path:
    """Copy the shipped course to `directory`, which is made if need be, and return the course's folder.

    Folders named in `without` stay behind. Raises UsageError, and writes nothing, if there is anything already.
    """
    if directory.is_dir() and any(path.name not in _MAY_BE_THERE for path in directory.iterdir()):
        raise UsageError(
            f"{directory} is not empty, and nothing was written. Give a new folder for the course."
        )
    if directory.exists() and not directory.is_dir():
        raise UsageError(f"{directory} is a file. Give a new folder for the course.")
    try:
        shutil.copytree(
            shipped_course(), directory, ignore=shutil.ignore_patterns(*_TRACES, *without), dirs_exist_ok=True
        )
    except OSError as error:
        raise UsageError(f"The course cannot be written to {directory}: {error}.") from error
    return directory.resolve()


def guide() -> Path:
    """Return the file that tells how to write an assignment: in the installed package, or in the checkout."""
    installed = Path(__file__).parent / "authoring.md"
    return installed if installed.is_file() else Path(__file__).parents[2] / "docs" / "authoring.md"
