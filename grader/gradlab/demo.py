"""The class of the demonstration: seven students, each with a real submission made from the course's own engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gradlab.assemble import assemble
from gradlab.course import find_course
from gradlab.mistakes import Mistake, replace_definitions
from gradlab.new_course import copy_course

if TYPE_CHECKING:
    from gradlab.assignment import Assignment

__all__ = ["ASSIGNMENT", "HandIn", "set_up", "submissions"]

ASSIGNMENT = "backward"


@dataclass(frozen=True)
class HandIn:
    """One student's submission: who, what it is in a few words, and its file."""

    student: str
    story: str
    path: Path


def set_up(folder: Path) -> Path:
    """Copy the shipped course to `folder` and return the course's root. A folder from an earlier demo is used again.

    Raises UsageError if `folder` holds anything else.
    """
    if (folder / "course.toml").is_file():
        return find_course(folder, folder).root
    return copy_course(folder)


def submissions(assignment: Assignment, folder: Path) -> Iterator[HandIn]:
    """Write each student's submission below `folder` and yield it."""
    every_task = [task.id for task in assignment.tasks]
    examples = assignment.root / "examples"
    stub = assemble(assignment, solved=())
    # The broken ones have everything but the walk, so that the trouble starts in the middle of a check.
    rest = assemble(assignment, solved=every_task)
    cast: list[tuple[str, str, str, str | bytes]] = [
        ("ada", "everything solved", "engine.py", rest),
        ("ben", "the stub as it was handed out", "engine.py", stub),
        ("chen", "partly right", "engine.py", (examples / "partly_right.py").read_bytes()),
        ("dora", "the same, as a notebook", "engine.ipynb", (examples / "partly_right.ipynb").read_bytes()),
        ("emil", "an endless loop", "engine.py", _with(rest, assignment, "endless_loop")),
        ("fay", "calls os._exit(0)", "engine.py", _with(rest, assignment, "leaves_early")),
        ("gus", "tries to read a file", "engine.py", _with(rest, assignment, "reads_a_file")),
    ]
    for student, story, name, content in cast:
        path = folder / student / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        yield HandIn(student, story, path)


def _with(solution: str, assignment: Assignment, name: str) -> str:
    source = (assignment.root / "demo" / f"{name}.py").read_text(encoding="utf-8")
    return replace_definitions(solution, Mistake(name, "", frozenset(), frozenset(), source))
