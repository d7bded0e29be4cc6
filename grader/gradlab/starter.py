"""What a student starts from: stubs as a file and as a notebook, the handout, the public checks, and a course of one.

Nothing of the solution, of hidden checks or of mistakes is in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradlab.as_notebook import notebook
from gradlab.assignment import earlier_assignments, student_settings
from gradlab.course import COURSE_FILE
from gradlab.errors import CourseError, UsageError
from gradlab.handout import pictures

if TYPE_CHECKING:
    from gradlab.assignment import Assignment

__all__ = ["starter_files", "write_files"]


def starter_files(assignment: Assignment, source: str) -> dict[str, bytes]:
    """Return the files of an assignment's starter by their names; `source` is the engine with its stubs.

    The same assignment gives the same bytes. Raises CourseError if a file of the assignment is missing.
    """
    handout = _read(assignment, "handout.md").decode()
    return {
        "assignment.toml": _toml(_SETTINGS, student_settings(assignment)),
        "checks.py": _read(assignment, "checks.py"),
        COURSE_FILE: _toml(_COURSE, _bundle(assignment)),
        "engine.ipynb": notebook(assignment, source, handout),
        "engine.py": source.encode(),
        "handout.md": handout.encode(),
        **{name: _read(assignment, name) for name in pictures(handout)},
    }


def write_files(files: Mapping[str, bytes], directory: Path) -> list[Path]:
    """Write files below `directory`, which is made if need be, and return their paths.

    Raises UsageError, and writes nothing, if one of them exists already.
    """
    if existing := sorted(name for name in files if (directory / name).exists()):
        raise UsageError(
            f"{directory} already holds {', '.join(existing)}, and nothing was written. "
            "Give another folder, or move these files away."
        )
    try:
        for name, content in files.items():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            (directory / name).write_bytes(content)
    except OSError as error:
        raise UsageError(f"{error.filename or directory} cannot be written: {error.strerror}.") from error
    return [directory / name for name in sorted(files)]


_COURSE = "# Makes this folder a course of one assignment, so that `grade check` works in it."
_SETTINGS = "# What `grade check` has to know of the assignment."


def _read(assignment: Assignment, name: str) -> bytes:
    path = assignment.root / name
    if not path.resolve().is_relative_to(assignment.root.resolve()):
        raise CourseError(f"{assignment.root / 'handout.md'}: the picture {name} lies outside of the folder.")
    try:
        return path.read_bytes()
    except OSError as error:
        raise CourseError(f"{path}: cannot be read: {error.strerror}.") from error


def _bundle(assignment: Assignment) -> dict[str, Any]:
    """Return the `course.toml` that makes a student's folder a course of one assignment."""
    course = assignment.course
    before = [task for earlier in earlier_assignments(course, assignment.name) for task in earlier.tasks]
    return {
        "bundle": True,
        "title": course.title,
        "engine": course.engine,
        "order": [assignment.name],
        "plugins": list(course.plugins),
        "earlier": [{"id": t.id, "title": t.title, "defines": list(t.defines)} for t in before],
    }


def _toml(comment: str, tables: Mapping[str, Any]) -> bytes:
    import tomlkit  # late: only who writes a starter needs it

    return f"{comment}\n{tomlkit.dumps(tables)}".encode()
