"""A course: a folder with `course.toml`, an engine and a folder for each assignment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gradlab.errors import CourseError, UsageError
from gradlab.settings import Settings, did_you_mean

if TYPE_CHECKING:
    from gradlab.assignment import Assignment
    from gradlab.model import Task

__all__ = ["COURSE_FILE", "Course", "find_course", "load_assignment", "shipped_course"]

COURSE_FILE = "course.toml"
_KEYS = ("title", "engine", "chapters", "order", "plugins", "database", "roster", "bundle", "earlier")


@dataclass(frozen=True)
class Course:
    """What `course.toml` says.

    `order` names the assignments, `chapters` the files of `engine/` in reading order. A student's bundle is a course
    of one assignment whose files lie beside `course.toml`; it has no chapters, and `earlier` are the tasks that its
    assignment builds on.
    """

    root: Path
    title: str
    engine: str
    order: tuple[str, ...]
    chapters: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    database: str | None = None
    roster: str | None = None
    bundle: bool = False
    earlier: tuple[Task, ...] = ()

    def folder(self, assignment: str) -> Path:
        """Return the folder that holds an assignment's files."""
        return self.root if self.bundle else self.root / assignment


def shipped_course() -> Path:
    """Return the folder of the course that comes with gradlab: in the installed package, or in the checkout."""
    installed = Path(__file__).parent / "shipped"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "assignments"


def find_course(start: Path, explicit: Path | None = None) -> Course:
    """Return the course at `explicit`, or the first one found going up from `start`.

    Raises UsageError if there is none, CourseError with every problem of its `course.toml`.
    """
    if explicit is not None:
        folder = explicit.parent if explicit.name == COURSE_FILE else explicit
        if not (folder / COURSE_FILE).is_file():
            raise UsageError(f"{folder} holds no {COURSE_FILE}. Give the folder that does with --course.")
        return _read_course(folder.resolve())
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / COURSE_FILE).is_file():
            return _read_course(folder)
    raise UsageError(
        f"There is no {COURSE_FILE} in {start if start.is_dir() else start.parent} or in any folder above it. "
        "Give the course with --course DIR. Students begin with 'grade start ASSIGNMENT', instructors with 'grade init DIR'."
    )


def _read_course(root: Path) -> Course:
    settings = Settings(root / COURSE_FILE)
    settings.known(_KEYS)
    bundle = settings.get("bundle", bool, False)
    course = Course(
        root=root,
        title=settings.get("title", str),
        engine=settings.get("engine", str, "refgrad"),
        order=settings.texts("order"),
        chapters=settings.texts("chapters", [] if bundle else ["engine.py"]),
        plugins=settings.texts("plugins", []),
        database=settings.get("database", str, None),
        roster=settings.get("roster", str, None),
        bundle=bundle,
        earlier=_earlier(settings),
    )
    if settings.readable:
        _check_folders(course, settings)
    if settings.problems:
        raise CourseError(*settings.problems)
    return course


def _earlier(settings: Settings) -> tuple[Task, ...]:
    tables = settings.tables.get("earlier", [])
    if not (isinstance(tables, list) and all(isinstance(table, dict) for table in tables)):
        settings.problem("earlier must be tables, written as [[earlier]].", key="earlier")
        tables = []
    if not tables:
        return ()
    from gradlab.model import Task  # late: most courses have none, and finding a course is to be quick

    return tuple(
        Task(
            id=settings.get("id", str, where=("earlier", index)),
            title=settings.get("title", str, where=("earlier", index)),
            points=0.0,
            defines=settings.texts("defines", where=("earlier", index)),
        )
        for index in range(len(tables))
    )


def _check_folders(course: Course, settings: Settings) -> None:
    if "order" in settings.tables and not course.order:
        settings.problem("order is empty; it must name at least one assignment.", key="order")
    for name in {name for name in course.order if course.order.count(name) > 1}:
        settings.problem(f"order names {name!r} twice.", key="order")
    if course.bundle and len(course.order) > 1:
        settings.problem("A bundle holds one assignment, and order names several.", key="order")
    for name in course.order:
        if not (course.folder(name) / "assignment.toml").is_file():
            settings.problem(
                f"order names {name!r}, and {course.folder(name)} holds no assignment.toml.", key="order"
            )
    for chapter in course.chapters:
        if not (course.root / "engine" / chapter).is_file():
            settings.problem(f"chapters names {chapter!r}, and there is no engine/{chapter}.", key="chapters")


def load_assignment(course: Course, name: str | None) -> Assignment:
    """Return an assignment with its checks; `name` None means the only one of the course.

    Raises UsageError for a name that the course does not have, CourseError with every problem of the assignment.
    """
    from gradlab.assignment import read_assignment

    if name is None:
        if len(course.order) > 1:
            raise UsageError(f"Which assignment? Give one with --assignment: {', '.join(course.order)}.")
        name = course.order[0]
    if name not in course.order:
        raise UsageError(f"{course.title!r} has no assignment {name!r}{did_you_mean(name, course.order)}")
    return read_assignment(course, name)
