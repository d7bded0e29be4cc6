"""An assignment: what `assignment.toml` says, its checks, and the hash of all that decides a verdict."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gradlab.checks import load_checks
from gradlab.course import Course
from gradlab.errors import CourseError
from gradlab.isolation import Limits as WorkerLimits
from gradlab.model import Check, Task
from gradlab.record import Surface
from gradlab.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

__all__ = [
    "Assignment",
    "Earlier",
    "Limits",
    "earlier_assignments",
    "read_assignment",
    "student_settings",
    "withheld_from",
]

# What a student's bundle repeats, and the rest, which is the course's own business.
_STUDENT_KEYS = (
    "title",
    "due",
    "allowed_imports",
    "inert_imports",
    "limits",
    "tolerance",
    "surface",
    "tasks",
)
_KEYS = (*_STUDENT_KEYS, "solutions_from")
_TASK_KEYS = ("id", "title", "points", "defines")
_LIMIT_KEYS = ("seconds", "cpu_seconds", "memory_mb", "output_kb", "submission_seconds")


@dataclass(frozen=True)
class Limits:
    """What one worker may use, and how many wall seconds all requests of one submission may take together."""

    worker: WorkerLimits
    submission_seconds: float


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
    suite_sha256: str
    hidden_points: float

    @property
    def max_score(self) -> float:
        """The points of all tasks, of checks that are here and that are not."""
        return sum(task.points for task in self.tasks)


def read_assignment(course: Course, name: str) -> Assignment:
    """Read and check an assignment's folder. Raises CourseError with every problem at once."""
    root = course.folder(name)
    settings = Settings(root / "assignment.toml")
    settings.known(_KEYS)
    title = settings.get("title", str)
    due = settings.moment("due")
    settings.moment("solutions_from")
    allowed_imports = settings.texts("allowed_imports", ["numpy"])
    inert_imports = settings.texts("inert_imports", [])
    limits = _limits(settings)
    tolerance = _tolerance(settings)
    tasks = _tasks(settings)
    surface = _surface(settings)
    checks, problems = _checks(root, tolerance, surface)
    hidden_points = 0.0
    if settings.readable and not problems:
        _match(tasks, checks, settings)
        hidden_points = _add_up(course, tasks, checks, settings)
    if settings.problems or problems or surface is None:
        raise CourseError(*settings.problems, *problems)
    return Assignment(
        name=name,
        title=title,
        root=root,
        course=course,
        tasks=tasks,
        checks=checks,
        surface=surface,
        limits=limits,
        tolerance=tolerance,
        allowed_imports=allowed_imports,
        inert_imports=inert_imports,
        due=due,
        suite_sha256=_suite(course, root),
        hidden_points=hidden_points,
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
        found.append(Earlier(other, _tasks(settings), settings.moment("solutions_from")))
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
    return {key: tables[key] for key in _STUDENT_KEYS if key in tables}


def _tasks(settings: Settings) -> tuple[Task, ...]:
    tables = settings.tables.get("tasks", [])
    if not (isinstance(tables, list) and tables and all(isinstance(table, dict) for table in tables)):
        if settings.readable:
            settings.problem("There is no [[tasks]] table; an assignment needs at least one task.")
        return ()
    tasks: list[Task] = []
    for index in range(len(tables)):
        where = ("tasks", index)
        settings.known(_TASK_KEYS, where)
        task = Task(
            id=settings.get("id", str, where=where),
            title=settings.get("title", str, where=where),
            points=settings.positive("points", float, 0.0, where),
            defines=settings.texts("defines", where=where),
        )
        if task.id in {other.id for other in tasks}:
            settings.problem(f"Two tasks have the id {task.id!r}.", where, "id")
        tasks.append(task)
    return tuple(tasks)


def _tolerance(settings: Settings) -> dict[str, float]:
    table = settings.get("tolerance", dict, {"float64": 1e-9})
    return {dtype: settings.positive(dtype, float, 1e-9, ("tolerance",)) for dtype in table}


def _limits(settings: Settings) -> Limits:
    where = ("limits",)
    settings.get("limits", dict, {})
    settings.known(_LIMIT_KEYS, where)
    worker = WorkerLimits(
        wall_seconds=settings.positive("seconds", float, 10.0, where),
        cpu_seconds=settings.positive("cpu_seconds", int, 30, where),
        memory_mb=settings.positive("memory_mb", int, 512, where),
        output_kb=settings.positive("output_kb", int, 64, where),
    )
    return Limits(worker, settings.positive("submission_seconds", float, 120.0, where))


def _surface(settings: Settings) -> Surface | None:
    if not settings.readable:
        return None
    if "surface" not in settings.tables:
        settings.problem("There is no [surface] table; it says which names the checks may use.")
        return None
    try:
        return Surface.from_table(settings.get("surface", dict))
    except CourseError as error:
        for problem in error.problems:
            settings.problem(problem, ("surface",))
        return None


def _checks(
    root: Path, tolerance: Mapping[str, float], surface: Surface | None
) -> tuple[tuple[Check, ...], list[str]]:
    """Load the public checks, then the hidden ones. Returns those that load, and the problems of the others."""
    found: list[Check] = []
    problems: list[str] = []
    surface = surface or Surface.from_table({"api": [], "observe": []})
    for file, hidden in (("checks.py", False), ("hidden.py", True)):
        if not (root / file).is_file():
            if not hidden:
                problems.append(f"{root}: holds no checks.py, the public checks.")
            continue
        try:
            found += load_checks(
                root / file, hidden=hidden, tolerance=tolerance, errors=surface.errors, flags=surface.flags
            )
        except CourseError as error:
            problems += error.problems
    return tuple(found), problems


def _match(tasks: Sequence[Task], checks: Sequence[Check], settings: Settings) -> None:
    """Complain about checks that belong to no task, share a name, or wait for a check that does not exist."""
    ids = {task.id for task in tasks}
    names: dict[str, Check] = {}
    for check in checks:
        place = f"{check.file}:{check.line}: the check {check.name!r}"
        if check.task not in ids:
            settings.problems.append(
                f"{place} names the task {check.task!r}, which assignment.toml does not have."
            )
        if check.name in names:
            settings.problems.append(
                f"{place} has the name of another check, on line {names[check.name].line}."
            )
        names.setdefault(check.name, check)
    for check in checks:
        if check.depends_on is not None and check.depends_on not in names:
            settings.problems.append(
                f"{check.file}:{check.line}: the check {check.name!r} depends on {check.depends_on!r}, "
                "and there is no such check."
            )


def _add_up(course: Course, tasks: Sequence[Task], checks: Sequence[Check], settings: Settings) -> float:
    """Compare each task's points with those of its checks, and return the points whose checks are not here."""
    missing = 0.0
    for index, task in enumerate(tasks):
        points = sum(check.points for check in checks if check.task == task.id)
        difference = task.points - points
        if abs(difference) < 1e-9:
            continue
        if course.bundle and difference > 0:
            missing += difference
            continue
        settings.problem(
            f"Task {task.id} is worth {task.points:g} points, and its checks add up to {points:g}.",
            ("tasks", index),
            "points",
        )
    return missing


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
