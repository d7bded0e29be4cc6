"""`grade show`: the feedback on an attempt, again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradlab.cli import options
from gradlab.errors import UsageError

if TYPE_CHECKING:
    from gradlab.gradebook import Attempt

__all__ = ["show"]


@click.command()
@click.argument("attempt", type=click.IntRange(min=1), required=False)
@options.options(
    options.assignment,
    options.course,
    options.student,
    options.report_form,
    options.output,
)
def show(
    attempt: int | None,
    assignment: str | None,
    course: Path | None,
    student: str | None,
    form: str,
    output: Path | None,
) -> int:
    """Show the feedback on ATTEMPT (a number that 'grade status' lists), by default on the last one."""
    from gradlab.cli import place
    from gradlab.cli.writing import reporter
    from gradlab.course import find_course
    from gradlab.gradebook import Gradebook

    who = place.student_id(student)
    found = find_course(Path.cwd(), course)
    write_report = reporter(form, output, found.plugins)
    with Gradebook.open(place.database(found)) as book:
        wanted = _pick(book.attempts(who, assignment), attempt, who)
        report = book.report(wanted)
    if report is None:
        reason = wanted.message or "It is recorded and waits to be graded; 'grade submit' grades it first."
        raise UsageError(f"There is no feedback on this attempt of {wanted.submitted_at}. {reason}")
    write_report(report)
    return 0


def _pick(attempts: list[Attempt], number: int | None, student: str) -> Attempt:
    """Return the attempt of that number, or the last one."""
    if not attempts:
        raise UsageError(f"{student} has not handed in anything here yet. Hand in with 'grade submit'.")
    if number is None:
        return attempts[-1]
    found = [attempt for attempt in attempts if attempt.number == number]
    if not found:
        numbers = sorted({attempt.number for attempt in attempts if attempt.number})
        known = ", ".join(map(str, numbers)) or "none that could be graded"
        raise UsageError(f"{student} has no attempt {number}. There are: {known}.")
    if len(found) > 1:
        names = ", ".join(attempt.assignment for attempt in found)
        raise UsageError(f"Attempt {number} of which assignment? Give one with --assignment: {names}.")
    return found[0]
