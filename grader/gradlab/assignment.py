"""An assignment: what `assignment.toml` says, its checks, and the hash of all that decides a verdict."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gradlab.draft import STUDENT_KEYS, Draft, Limits, read_tasks
from gradlab.errors import CourseError
from gradlab.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from gradlab.course import Course
    from gradlab.lateness import LatePolicy
    from gradlab.model import Check, Task
    from gradlab.record import Surface

__all__ = [
    "Assignment",
    "Earlier",
    "Limits",
    "earlier_assignments",
    "read_assignment",
    "student_settings",
    "withheld_from",
]


@dataclass(frozen=True)
class Earlier:
    """An assignment that comes before another one, which builds on it. Its solution may be given out from
    `solutions_from` on; None means at any time."""

    name: str
    tasks: tuple[Task, ...]
    solutions_from: datetime | None

    def is_withheld(self, now: datetime) -> bool:
        """Whether its solution may not be given out yet."""
        return self.solutions_from is not None and now < self.solutions_from


@dataclass(frozen=True)
class Assignment:
    """One assignment of a course, checked. `checks` are the public ones, then the hidden ones.

    `hidden_points` are those whose checks are not here, which happens in a student's bundle only.
    """

    name: str
    title: str
    root: Path
    course: Course
    tasks: tuple[Task, ...]
    checks: tuple[Check, ...]
    surface: Surface
    limits: Limits
    tolerance: Mapping[str, float]
    allowed_imports: tuple[str, ...]
    inert_imports: tuple[str, ...]
    due: datetime | None
    late: LatePolicy | None
    suite_sha256: str
    hidden_points: float

    @property
    def max_score(self) -> float:
        """The points of all tasks, of checks that are here and that are not."""
        return sum(task.points for task in self.tasks)


def read_assignment(course: Course, name: str) -> Assignment:
    """Read and check an assignment's folder. Raises CourseError with every problem at once."""
    draft = Draft.read(course, name)
    if draft.problems or draft.surface is None:
        raise CourseError(*draft.problems)
    root = course.folder(name)
    return Assignment(
        name=name,
        title=draft.title,
        root=root,
        course=course,
        tasks=draft.tasks,
        checks=tuple(draft.checks),
        surface=draft.surface,
        limits=draft.limits,
        tolerance=draft.tolerance,
        allowed_imports=draft.allowed_imports,
        inert_imports=draft.inert_imports,
        due=draft.due,
        late=draft.late,
        suite_sha256=_suite(course, root),
        hidden_points=draft.hidden_points,
    )


def earlier_assignments(course: Course, name: str) -> tuple[Earlier, ...]:
    """Return the assignments that come before `name` in the course, in order. A bundle knows their tasks as one.

    Raises CourseError with every problem of their settings.
    """
    if course.bundle:
        return (Earlier("earlier assignments", course.earlier, None),) if course.earlier else ()
    found: list[Earlier] = []
    problems: list[str] = []
    for other in course.order[: course.order.index(name)]:
        settings = Settings(course.folder(other) / "assignment.toml")
        found.append(Earlier(other, read_tasks(settings), settings.moment("solutions_from")))
        problems += settings.problems
    if problems:
        raise CourseError(*problems)
    return tuple(found)


def withheld_from(assignment: Assignment, now: datetime) -> tuple[Earlier, ...]:
    """Return the earlier assignments whose solutions a starter of this one may not hold yet."""
    return tuple(e for e in earlier_assignments(assignment.course, assignment.name) if e.is_withheld(now))


def student_settings(assignment: Assignment) -> dict[str, Any]:
    """Return the tables of `assignment.toml` that a student's bundle needs, without comments and anything else."""
    tables = Settings(assignment.root / "assignment.toml").tables
    return {key: tables[key] for key in STUDENT_KEYS if key in tables}


def _suite(course: Course, root: Path) -> str:
    """Hash the files that decide a verdict: the settings, the checks, and the engine that the starter came from."""
    files = [root / name for name in ("assignment.toml", "checks.py", "hidden.py")]
    files += [course.root / "engine" / chapter for chapter in course.chapters]
    digest = hashlib.sha256()
    for path in files:
        if path.is_file():
            content = path.read_bytes()
            digest.update(f"{path.name}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()
