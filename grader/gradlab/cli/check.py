"""`grade check`: the public checks, here and now, with feedback. Nothing is recorded."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradlab.cli import options
from gradlab.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gradlab.assignment import Assignment
    from gradlab.course import Course
    from gradlab.model import Check, Report
    from gradlab.session import Engines

__all__ = ["check"]


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=".")
@options.options(
    click.option(
        "--task", "tasks", multiple=True, metavar="ID", help="Only the checks of this task (repeatable)."
    ),
    click.option("--only", multiple=True, metavar="CHECK", help="Only the check of this name (repeatable)."),
    options.assignment,
    options.course,
    options.student,
    options.written_as,
    options.output,
    options.require,
    options.seed,
)
def check(
    path: Path,
    tasks: tuple[str, ...],
    only: tuple[str, ...],
    assignment: str | None,
    course: Path | None,
    student: str | None,
    form: str,
    output: Path | None,
    require: str | None,
    seed: int,
) -> int:
    """Run the public checks on PATH (engine.py, a folder or a notebook; by default this folder).

    Ends with exit code 1 if any check fails. Nothing is recorded; what your engine prints is shown.
    """
    from gradlab.cli import place
    from gradlab.session import Engines

    found = place.course_for(path, course)
    with Engines.start(found.engine) as engines:  # they load while this process imports the rest
        from gradlab.cli.grading import require_level
        from gradlab.course import load_assignment

        chosen = load_assignment(found, assignment)
        engines.warm()
        select = _selection(chosen, tasks, only)
        require_level(engines, require)
        report = _run(path, found, engines, chosen, select, place.student_id(student), seed)
        if engines.isolation.level == "none":
            click.echo(
                "This system offers no isolation: your engine ran as any program of yours does.", err=True
            )
    from gradlab.cli.writing import write_report
    from gradlab.model import Outcome

    write_report(report, form, output)
    return 0 if report.outcome is Outcome.PASSED else 1


def _run(
    path: Path,
    course: Course,
    engines: Engines,
    assignment: Assignment,
    select: Callable[[Check], bool],
    student: str,
    seed: int,
) -> Report:
    from gradlab.cli.submit import BUNDLE_FILES
    from gradlab.manager import build_manager
    from gradlab.runner import Grading, grade
    from gradlab.submission import parse, read_files

    notes: list[str] = []
    submission = parse(read_files(path, notes.append, expected=BUNDLE_FILES if course.bundle else ()), notes)
    grading = Grading(
        assignment,
        engines,
        build_manager(course.plugins),
        seed=seed,
        select=select,
        on_output=_show_output,
    )
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return grade(grading, submission, student=student, attempt=0, submitted_at=now)


def _selection(assignment: Assignment, tasks: Sequence[str], only: Sequence[str]) -> Callable[[Check], bool]:
    """Return which checks to run: public ones, narrowed to the given tasks and names."""
    from gradlab.settings import did_you_mean

    public = [check for check in assignment.checks if not check.hidden]
    for task in tasks:
        if task not in (known := [task.id for task in assignment.tasks]):
            raise UsageError(f"{assignment.name} has no task {task!r}{did_you_mean(task, known)}")
    for name in only:
        if name not in (known := [check.name for check in public]):
            raise UsageError(f"{assignment.name} has no public check {name!r}{did_you_mean(name, known)}")
    chosen = {
        check.name
        for check in public
        if (not tasks or check.task in tasks) and (not only or check.name in only)
    }
    if not chosen:
        raise UsageError("No public check is left with these --task and --only. Leave one of them out.")
    return lambda check: not check.hidden and check.name in chosen


def _show_output(text: str) -> None:
    from gradlab.render.escape import clean, inert_commands

    click.echo("What your engine printed:", err=True)
    click.echo(inert_commands(clean(text.rstrip("\n"), lines=True, limit=len(text))) + "\n", err=True)
