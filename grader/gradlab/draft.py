"""An assignment as its author has left it: what its files say, and every problem in them at once."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gradlab.checks import TASK, ReadChecks, read_checks
from gradlab.course import Course
from gradlab.isolation import Limits as WorkerLimits
from gradlab.lateness import LatePolicy
from gradlab.model import Check, Task
from gradlab.record import Surface
from gradlab.settings import Settings, did_you_mean

__all__ = ["STUDENT_KEYS", "Draft", "Limits", "read_tasks"]

# What a student's bundle repeats, and the rest, which is the course's own business.
STUDENT_KEYS = (
    "title",
    "due",
    "allowed_imports",
    "inert_imports",
    "late",
    "limits",
    "tolerance",
    "surface",
    "tasks",
)
_KEYS = (*STUDENT_KEYS, "solutions_from")
_TASK_KEYS = ("id", "title", "points", "defines")
_LATE_KEYS = ("percent_per_day", "days", "grace_minutes")
_LIMIT_KEYS = ("seconds", "cpu_seconds", "memory_mb", "output_kb", "submission_seconds")


@dataclass(frozen=True)
class Limits:
    """What one worker may use, and how many wall seconds all requests of one submission may take together."""

    worker: WorkerLimits
    submission_seconds: float


@dataclass
class Draft:
    """What `assignment.toml`, `checks.py` and `hidden.py` say. Where a value is missing or wrong, something of the right
    type stands in its place and `problems` says so; `surface` alone is None then."""

    course: Course
    settings: Settings
    title: str
    due: datetime | None
    late: LatePolicy | None
    solutions_from: datetime | None
    allowed_imports: tuple[str, ...]
    inert_imports: tuple[str, ...]
    limits: Limits
    tolerance: Mapping[str, float]
    tasks: tuple[Task, ...]
    surface: Surface | None
    checks: list[Check] = field(default_factory=list)
    whole: bool = True  # all checks are known
    hidden_points: float = 0.0  # of checks that are not here

    @classmethod
    def read(cls, course: Course, name: str) -> Draft:
        """Read an assignment's folder."""
        settings = Settings(course.folder(name) / "assignment.toml")
        settings.known(_KEYS)
        draft = cls(
            course=course,
            settings=settings,
            title=settings.get("title", str),
            due=settings.moment("due"),
            late=_late(settings),
            solutions_from=settings.moment("solutions_from"),
            allowed_imports=settings.texts("allowed_imports", ["numpy"]),
            inert_imports=settings.texts("inert_imports", []),
            limits=_limits(settings),
            tolerance=_tolerance(settings),
            tasks=read_tasks(settings),
            surface=_surface(settings),
        )
        draft._compare_dates()
        draft._compare_dtypes()
        draft._compare_imports()
        draft._read_checks()
        return draft

    @property
    def problems(self) -> list[str]:
        """Every problem, each with its file and line."""
        return self.settings.problems

    def _compare_dates(self) -> None:
        if self.due and self.solutions_from and self.solutions_from < self.due:
            self.settings.problem(
                f"solutions_from is {self.solutions_from}, before the assignment is due.",
                key="solutions_from",
            )

    def _compare_dtypes(self) -> None:
        written = self.settings.tables.get("tolerance")
        if self.surface is None or not isinstance(written, dict):
            return
        known = sorted(self.surface.dtypes)
        for dtype in written:
            if dtype not in known:
                self.settings.problem(
                    f"[tolerance] is for {dtype!r}, which [surface] dtypes does not have{did_you_mean(dtype, known)}",
                    ("tolerance",),
                    dtype,
                )

    def _compare_imports(self) -> None:
        if set(self.allowed_imports) <= {"numpy"}:
            return
        from gradlab.worker.preload import NUMPY

        for name in self.allowed_imports:
            if name not in NUMPY and name.partition(".")[0] not in sys.stdlib_module_names:
                self.settings.problem(
                    f"allowed_imports has {name!r}, which no worker has loaded, and a worker opens no file to load it. "
                    "Allow numpy, some of its modules, or Python's own, most of which need not be listed. What an engine "
                    "imports and need not use belongs to inert_imports.",
                    key="allowed_imports",
                )

    def _read_checks(self) -> None:
        root = self.settings.path.parent
        faulty = False
        for file, hidden in (("checks.py", False), ("hidden.py", True)):
            read = self._read_file(file, hidden=hidden)
            self.checks += read.checks
            self.whole = self.whole and read.whole
            faulty = faulty or bool(read.problems)
            self.problems.extend(read.problems)
            self.problems.extend(
                f"{check.file}:{check.line}: the check {check.name!r} is hidden, and {file} is handed out; move it to "
                "hidden.py."
                for check in read.checks
                if check.hidden and not hidden
            )
        if not (root / "checks.py").is_file():
            self.problems.append(f"{root}: holds no checks.py, the public checks.")
        elif self.settings.readable:
            self._match()
            if not faulty:  # else their points are not certain
                self._add_up()

    def _read_file(self, file: str, *, hidden: bool) -> ReadChecks:
        path = self.settings.path.parent / file
        if not path.is_file():
            return ReadChecks()
        surface = self.surface or Surface.from_table({"api": [], "observe": []})
        return read_checks(
            path, hidden=hidden, tolerance=self.tolerance, errors=surface.errors, flags=surface.flags
        )

    def _match(self) -> None:
        """Complain about checks that belong to no task, share a name, or wait for a check that does not exist."""
        ids = [task.id for task in self.tasks]
        names: dict[str, Check] = {}
        for check in self.checks:
            place = f"{check.file}:{check.line}: the check {check.name!r}"
            if isinstance(check.task, str) and TASK.fullmatch(check.task) and check.task not in ids:
                self.problems.append(
                    f"{place} names the task {check.task!r}, which assignment.toml does not have."
                )
            if (other := names.setdefault(check.name, check)) is not check and other.file != check.file:
                self.problems.append(
                    f"{place} has the name of another check, in line {other.line} of {other.file}."
                )
        for check in self.checks:
            if self.whole and check.depends_on is not None and check.depends_on not in names:
                self.problems.append(
                    f"{check.file}:{check.line}: the check {check.name!r} depends on {check.depends_on!r}, "
                    f"and there is no such check{did_you_mean(str(check.depends_on), names)}"
                )

    def _add_up(self) -> None:
        """Compare each task's points with those of its checks; in a bundle, those of hidden ones are missing."""
        for index, task in enumerate(self.tasks):
            points = sum(check.points for check in self.checks if check.task == task.id)
            difference = task.points - points
            if self.course.bundle and difference > 1e-9:
                self.hidden_points += difference
            elif task.points > 0 and abs(difference) > 1e-9:
                self.settings.problem(
                    f"Task {task.id} is worth {task.points:g} points, and its checks add up to {points:g}.",
                    ("tasks", index),
                    "points",
                )


def read_tasks(settings: Settings) -> tuple[Task, ...]:
    """Return the tables `[[tasks]]`."""
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
        _check_task(settings, task, where, tasks)
        tasks.append(task)
    return tuple(tasks)


def _check_task(settings: Settings, task: Task, where: tuple[str, int], before: Sequence[Task]) -> None:
    if task.id and not TASK.fullmatch(task.id):
        settings.problem(f"id is {task.id!r}; it must be a number such as 2.1.", where, "id")
    if task.id and task.id in {other.id for other in before}:
        settings.problem(f"Two tasks have the id {task.id!r}.", where, "id")
    if not task.defines and settings.tables["tasks"][where[1]].get("defines") == []:
        settings.problem(
            "defines is empty; it must name the functions that students write.", where, "defines"
        )
    for name in task.defines:
        if not name.isidentifier():
            settings.problem(f"defines names {name!r}, which is no name of a function.", where, "defines")


def _late(settings: Settings) -> LatePolicy | None:
    """Return the table `[late]`, which says what happens after the due date."""
    where = ("late",)
    if not settings.get("late", dict, {}):
        return None
    settings.known(_LATE_KEYS, where)
    if "due" not in settings.tables:
        settings.problem("[late] says what is taken off late work, and there is no due date.", where)
    percent = settings.get("percent_per_day", float, where=where)
    if type(settings.tables["late"].get("percent_per_day")) in (int, float) and not 0 < percent <= 100:
        settings.problem(
            f"percent_per_day is {percent:g}; it must be above 0, and 100 at most.", where, "percent_per_day"
        )
    return LatePolicy(
        percent_per_day=percent,
        days=settings.positive("days", int, 0, where) or None,
        grace=timedelta(minutes=settings.positive("grace_minutes", int, 0, where)),
    )


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
    if not isinstance(table := settings.tables["surface"], dict):
        settings.problem(f"surface is {table!r}; it must be a table.", key="surface")
        return None
    problems = Surface.problems(table)
    for key, sentence in problems:
        settings.problem(sentence, ("surface",), key)
    return None if problems else Surface.from_table(table)
