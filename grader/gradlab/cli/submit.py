"""`grade submit`: record an attempt, grade it in isolation, say how it went."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradlab.cli import options
from gradlab.errors import UsageError

if TYPE_CHECKING:
    from gradlab.assignment import Assignment
    from gradlab.course import Course
    from gradlab.model import Report
    from gradlab.session import Engines

__all__ = ["submit"]


def _moment(context: click.Context, parameter: click.Parameter, value: str | None) -> datetime | None:
    """Read a time in the past, with its zone."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise click.BadParameter(
            f"{value!r} is no date and time with its zone, such as 2026-10-16T23:59:00+02:00."
        )
    if moment > datetime.now(UTC):
        raise click.BadParameter(f"{value} lies in the future.")
    return moment


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=".")
@options.options(
    options.assignment,
    options.course,
    options.student,
    options.report_form,
    options.output,
    options.require,
    options.allow_partial,
    options.seed,
    click.option(
        "--fail-under",
        type=click.FloatRange(0, 100),
        metavar="PERCENT",
        help="End with exit code 1 if the score is lower.",
    ),
    click.option(
        "--submitted-at",
        metavar="TIME",
        callback=_moment,
        help="When it was handed in, if elsewhere and not now, such as 2026-10-16T23:59:00+02:00.",
    ),
    click.option("--expect-suite", metavar="SHA256", help="Refuse to grade with any other suite of checks."),
)
def submit(
    path: Path,
    assignment: str | None,
    course: Path | None,
    student: str | None,
    form: str,
    output: Path | None,
    require: str | None,
    allow_partial: bool,
    seed: int,
    fail_under: float | None,
    submitted_at: datetime | None,
    expect_suite: str | None,
) -> int:
    """Hand in PATH (engine.py, a folder or a zip of it, a notebook, NAME.gradlab; by default this folder).

    The attempt is recorded first, then graded in isolation. Ends with exit code 0 once it is recorded and graded.
    """
    from gradlab.cli import place
    from gradlab.session import Engines

    found = place.course_for(path, course, strict=expect_suite is not None)
    with Engines.start(found.engine) as engines:  # they load while this process imports the rest
        from gradlab.cli.writing import reporter

        write_report = reporter(form, output, found.plugins)
        files, report = _hand_in(
            path,
            found,
            engines,
            assignment,
            place.student_id(student),
            require,
            seed,
            expect_suite,
            submitted_at,
            allow_partial=allow_partial,
        )
    write_report(report)
    if found.bundle:
        _write_package(path, files, report)
    return _exit_code(report, fail_under)


def _hand_in(
    path: Path,
    course: Course,
    engines: Engines,
    name: str | None,
    student: str,
    require: str | None,
    seed: int,
    expect_suite: str | None,
    submitted_at: datetime | None,
    *,
    allow_partial: bool,
) -> tuple[dict[str, bytes], Report]:
    from gradlab.cli.grading import Desk, prepare
    from gradlab.cli.place import database, handed_out
    from gradlab.course import load_assignment
    from gradlab.submission import read_files

    notes: list[str] = []
    files = read_files(path, notes.append, expected=handed_out(course))
    assignment = load_assignment(course, name)
    _expect(assignment, expect_suite)
    grading = prepare(course, assignment, engines, seed, _warn, allow_partial=allow_partial)
    engines.warm()
    from gradlab.gradebook import Gradebook  # takes a while, in which the reference is at work already

    with Gradebook.open(database(course)) as book:
        desk = Desk(
            course, book, engines, seed=seed, require=require, allow_partial=allow_partial, warn=_warn
        )
        attempt = book.receive(student, assignment.name, files, submitted_at, notes)
        desk.take(grading)
        if left := desk.grade_left_over():
            _warn(f"Graded {left} attempt{'s' * (left > 1)} that an earlier run had left unfinished.")
        return files, desk.grade(attempt)


def _expect(assignment: Assignment, suite: str | None) -> None:
    if suite is not None and suite.lower() != assignment.suite_sha256:
        raise UsageError(
            f"The suite of {assignment.name} here is {assignment.suite_sha256}, expected is {suite}. "
            "Give the course that has it with --course DIR."
        )


def _exit_code(report: Report, fail_under: float | None) -> int:
    from gradlab.errors import InternalError
    from gradlab.model import Outcome

    if report.outcome is Outcome.ERROR:
        _warn("gradlab failed on at least one check, so this costs no attempt. Please report it.")
        return InternalError.exit_code
    percent = 100 * report.score / report.max_score if report.max_score else 100.0
    if fail_under is not None and percent < fail_under:
        _warn(f"{percent:.4g} % is below {fail_under:g} %.")
        return 1
    return 0


def _write_package(path: Path, files: dict[str, bytes], report: Report) -> None:
    """Write the file to hand in beside the submission."""
    from gradlab import package

    content = package.write(files, assignment=report.assignment, student=report.student)
    folder = path if path.is_dir() else path.parent
    target = folder / package.file_name(report.assignment, report.submission.sha256)
    try:
        target.write_bytes(content)
    except OSError as error:
        raise UsageError(f"The file to hand in, {target}, cannot be written: {error.strerror}.") from error
    _warn(f"Hand in this file: {target}")


def _warn(text: str) -> None:
    from gradlab.render.escape import clean

    click.echo(clean(text), err=True)
