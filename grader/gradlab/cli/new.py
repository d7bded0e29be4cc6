"""`grade new`: the skeleton of an assignment."""

from __future__ import annotations

from pathlib import Path

import click

from gradlab.cli import options
from gradlab.errors import UsageError

__all__ = ["new"]


@click.command()
@click.argument("assignment")
@options.options(options.course)
def new(assignment: str, course: Path | None) -> int:
    """Write the skeleton of ASSIGNMENT into the course, at its end: small, whole, and working at once.

    Its comments say what to change. Nothing is ever overwritten; in course.toml the new names are added.
    """
    from gradlab.course import find_course
    from gradlab.new_assignment import new_assignment

    found = find_course(Path.cwd(), course)
    if found.bundle:
        raise UsageError(
            f"{found.root} is a student's bundle. Write an assignment in the course: grade init DIR."
        )
    written = new_assignment(found, assignment)
    click.echo(f"Wrote a skeleton of {assignment}; every place to look at says CHANGE:")
    for path in written:
        click.echo(f"  {click.format_filename(path.relative_to(found.root))}")
    click.echo(
        f"It works as it is:\n  grade lint {assignment}          # how good is it?\n"
        f"  grade start {assignment} DIR     # what a student gets"
    )
    return 0
