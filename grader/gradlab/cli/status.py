"""`grade status`: my attempts and what is due."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradlab.cli import options
from gradlab.errors import CourseError

if TYPE_CHECKING:
    from datetime import datetime

    from gradlab.course import Course

__all__ = ["status"]


@click.command()
@options.options(
    options.assignment,
    options.course,
    options.student,
    options.written_as,
    options.output,
)
def status(
    assignment: str | None, course: Path | None, student: str | None, form: str, output: Path | None
) -> int:
    """List my attempts, oldest first, and the due dates of the course's assignments."""
    from gradlab.cli import place
    from gradlab.cli.writing import screen_for, write
    from gradlab.course import find_course
    from gradlab.gradebook import Gradebook
    from gradlab.render import status as rendered

    found = find_course(Path.cwd(), course)
    who = place.student_id(student)
    due = _due_dates(found, assignment)
    with Gradebook.open(place.database(found)) as book:
        attempts = book.attempts(who, assignment)
    if form == "json":
        write(rendered.render_json(who, attempts, due), output)
    else:
        write(rendered.render_text(who, attempts, due, screen_for(output)), output)
    return 0


def _due_dates(course: Course, only: str | None) -> dict[str, datetime | None]:
    """Return the due date of each assignment. One that cannot be read is named, and hides no other."""
    from gradlab.course import load_assignment

    if only is not None:
        return {only: load_assignment(course, only).due}
    due: dict[str, datetime | None] = {}
    for name in course.order:
        try:
            due[name] = load_assignment(course, name).due
        except CourseError as error:
            click.echo(f"{name}: {error}", err=True)
    return due
