"""Find out where we are: the course, its gradebook, and who the student is."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import TYPE_CHECKING

from gradlab.course import find_course, shipped_course
from gradlab.errors import UsageError

if TYPE_CHECKING:
    from gradlab.course import Course

__all__ = ["DATABASE_VARIABLE", "course_for", "course_to_start_from", "database", "handed_out", "student_id"]

DATABASE_VARIABLE = "GRADLAB_DATABASE"
_LONGEST_ID = 200


def course_for(path: Path, explicit: Path | None, *, strict: bool = False, beside: bool = False) -> Course:
    """Return the course that grades what lies at `path`: the one that is named, else the one that we are in.

    `beside` is for a student who checks: who is in no course, or in a bundle, gets the one that `path` lies in. In CI,
    and where `strict`, a course found by walking up must not lie in the submission: a submission never chooses its
    grader. Raises UsageError in words.
    """
    course = _beside(path) if beside and explicit is None else find_course(Path.cwd(), explicit)
    if explicit is None and (strict or os.environ.get("CI", "").lower() not in ("", "0", "false")):
        handed_in = path.resolve() if path.is_dir() else path.resolve().parent
        if course.root.is_relative_to(handed_in) or (course.bundle and handed_in.is_relative_to(course.root)):
            raise UsageError(
                f"The course found in {course.root} belongs to the submission, which cannot choose its own grader. "
                "Name the course with --course DIR."
            )
    return course


def _beside(path: Path) -> Course:
    try:
        here = find_course(Path.cwd())
    except UsageError:
        return find_course(path)
    try:
        return find_course(path) if here.bundle else here
    except UsageError:
        return here


def course_to_start_from(explicit: Path | None, carried_to: str | None = None) -> Course:
    """Return the course to take an assignment from: a full one, else the shipped one.

    A student's bundle holds no engine to start from, but for the assignment that an engine is `carried_to`.
    """
    if explicit is not None:
        return find_course(Path.cwd(), explicit)
    try:
        course = find_course(Path.cwd())
    except UsageError:
        return find_course(Path.cwd(), shipped_course())
    if course.bundle and carried_to not in course.order:
        return find_course(Path.cwd(), shipped_course())
    return course


def database(course: Course) -> str | Path:
    """Return where the gradebook is: GRADLAB_DATABASE, the course's setting, or a file beside `course.toml`."""
    if named := os.environ.get(DATABASE_VARIABLE):
        return named
    if course.database:
        return course.database if "://" in course.database else course.root / course.database
    return course.root / ".gradlab" / "gradebook.db"


def student_id(given: str | None) -> str:
    """Return the student: as given, or the system's user."""
    if given is None:
        try:
            given = getpass.getuser()
        except (KeyError, OSError, ImportError):  # a user id without a name, as in some containers
            raise UsageError("This system's user has no name. Say who you are with --student ID.") from None
    given = given.strip()
    if not given or len(given) > _LONGEST_ID or not given.isprintable():
        raise UsageError(
            f"{given!r} cannot be a student's id: it must have 1 to {_LONGEST_ID} printable characters."
        )
    return given


def handed_out(course: Course) -> tuple[str, ...]:
    """Return the files of a student's bundle that are no part of a submission, and no surprise in its folder."""
    if not course.bundle:
        return ()
    from gradlab.handout import pictures

    try:
        shown = pictures((course.root / "handout.md").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):  # the student's own business
        shown = []
    return (
        "README.md",
        "assignment.toml",
        "checks.py",
        "course.toml",
        "diagnosis.json",
        "handout.md",
        *shown,
    )
