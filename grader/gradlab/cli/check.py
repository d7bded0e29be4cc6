"""`grade check`: the public checks, here and now, with feedback. Nothing is recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradlab.cli import options
from gradlab.errors import GradlabError, IsolationError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gradlab.assignment import Assignment
    from gradlab.course import Course
    from gradlab.model import Check, Report
    from gradlab.runner import Grading
    from gradlab.session import Engines
    from gradlab.submission import Submission

__all__ = ["check"]


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=".")
@options.options(
    click.option(
        "--task", "tasks", multiple=True, metavar="ID", help="Only the checks of this task (repeatable)."
    ),
    click.option("--only", multiple=True, metavar="CHECK", help="Only the check of this name (repeatable)."),
    click.option("--list", "listed", is_flag=True, help="List the public checks with their names, run none."),
    click.option("--watch", is_flag=True, help="Check again at each save, until Ctrl-C."),
    click.option(
        "--debug",
        metavar="CHECK",
        help="Run the program of this check on your engine, in this terminal, for print and breakpoint().",
    ),
    options.assignment,
    options.course,
    options.student,
    options.report_form,
    options.output,
    options.require,
    options.seed,
)
def check(
    path: Path,
    tasks: tuple[str, ...],
    only: tuple[str, ...],
    listed: bool,
    watch: bool,
    debug: str | None,
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

    if debug is not None and (watch or tasks or only):
        raise UsageError("--debug runs one check, by itself: leave out --watch, --task and --only.")
    if debug is not None and path.suffix in (".zip", ".gradlab") and path.is_file():
        raise UsageError(f"--debug runs engine.py, a folder or a notebook, not {path}.")
    found = place.course_for(path, course, beside=True)
    if listed:
        _list(found, assignment, tasks, only)
        return 0
    student = place.student_id(student)
    with Engines.start(found.engine) as engines:  # they load while this process imports the rest
        wanted = (debug,) if debug is not None else only
        desk = _Desk(path, found, engines, assignment, tasks, wanted, student, seed)
        from gradlab.cli.writing import reporter

        write_report = reporter(form, output, found.plugins)
        desk.load()
        engines.warm()
        from gradlab.cli.grading import require_level

        require_level(engines, require)
        if watch:
            return _watch(desk, write_report)
        report = _tell(desk, write_report)
        program = None if debug is None else desk.program(debug)
    if debug is not None and program is not None:
        from gradlab.cli.debugging import play

        play(debug, *program)
    return _exit_code(report)


def _tell(desk: _Desk, write_report: Callable[[Report], None]) -> Report:
    report = desk.check()
    if desk.engines.isolation.level == "none":
        click.echo("This system offers no isolation: your engine ran as any program of yours does.", err=True)
    write_report(report)
    return report


def _exit_code(report: Report) -> int:
    from gradlab.model import Outcome

    return 0 if report.outcome is Outcome.PASSED else 1


def _watch(desk: _Desk, write_report: Callable[[Report], None]) -> int:
    """Check at each save. What is wrong with a file is said, and the next save has another try."""
    from gradlab.cli.watching import saves, sources
    from gradlab.render.escape import clean

    def files() -> list[Path]:
        return [
            *sources(desk.path),
            desk.assignment.root / "checks.py",
            desk.assignment.root / "assignment.toml",
        ]

    try:
        for _ in saves(files):
            try:
                desk.load()
                _tell(desk, write_report)
            except IsolationError:
                raise
            except GradlabError as error:
                click.echo(f"grade: {clean(str(error), lines=True)}", err=True)
            click.echo(
                f"---- {datetime.now():%H:%M:%S}: waiting for the next save; Ctrl-C ends ----\n", err=True
            )
    except KeyboardInterrupt:
        click.echo("\nNo longer watching.", err=True)
    return 0


@dataclass
class _Desk:
    """What checking one path needs. It is asked again at each save, and keeps what the reference did."""

    path: Path
    course: Course
    engines: Engines
    name: str | None
    tasks: Sequence[str]
    only: Sequence[str]
    student: str
    seed: int
    grading: Grading = field(init=False)
    submission: Submission = field(init=False)
    report: Report = field(init=False)

    @property
    def assignment(self) -> Assignment:
        """The assignment that is checked."""
        return self.grading.assignment

    def load(self) -> None:
        """Read the assignment; get ready again only if it has changed since."""
        from gradlab.course import load_assignment
        from gradlab.manager import build_manager
        from gradlab.runner import Grading

        assignment = load_assignment(self.course, self.name)
        ready = getattr(self, "grading", None)
        if ready is not None and ready.assignment.suite_sha256 == assignment.suite_sha256:
            return
        chosen = {check.name for check in _selection(assignment, self.tasks, self.only)}
        self.grading = Grading(
            assignment,
            self.engines,
            build_manager(self.course.plugins),
            seed=self.seed,
            select=lambda check: not check.hidden and check.name in chosen,
            on_output=_show_output,
            is_handed_in=False,
        )

    def check(self) -> Report:
        """Read the submission and run the checks."""
        from gradlab.cli.place import handed_out
        from gradlab.runner import grade
        from gradlab.submission import parse, read_files

        notes: list[str] = []
        files = read_files(self.path, notes.append, expected=handed_out(self.course))
        self.submission = parse(files, notes)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.report = grade(self.grading, self.submission, student=self.student, attempt=0, submitted_at=now)
        return self.report

    def program(self, name: str) -> tuple[str, Path]:
        """Return the program that the report shows for a check, its whole program if it passed, and the engine's file."""
        from gradlab.cli.debugging import engine_file
        from gradlab.show import show

        [result] = self.report.checks
        [checked] = [check for check in self.assignment.checks if check.name == name]
        text = result.program
        if text is None:
            expectation = self.grading.expectations.of(checked, self.submission.sha256)
            text = show(expectation.script.program, engine_name=self.submission.module)
        return text, engine_file(self.path, self.submission)


def _selection(assignment: Assignment, tasks: Sequence[str], only: Sequence[str]) -> list[Check]:
    """Return which checks to run: public ones, narrowed to the given tasks and names."""
    from gradlab.settings import did_you_mean

    public = [check for check in assignment.checks if not check.hidden]
    for task in tasks:
        if task not in (known := [task.id for task in assignment.tasks]):
            raise UsageError(f"{assignment.name} has no task {task!r}{did_you_mean(task, known)}")
    for name in only:
        if name not in (known := [check.name for check in public]):
            raise UsageError(f"{assignment.name} has no public check {name!r}{did_you_mean(name, known)}")
    chosen = [
        check for check in public if (not tasks or check.task in tasks) and (not only or check.name in only)
    ]
    if not chosen:
        raise UsageError("No public check is left with these --task and --only. Leave one of them out.")
    return chosen


def _list(course: Course, name: str | None, tasks: Sequence[str], only: Sequence[str]) -> None:
    from gradlab.course import load_assignment
    from gradlab.render.text import points

    assignment = load_assignment(course, name)
    chosen = _selection(assignment, tasks, only)
    width = max(len(check.name) for check in chosen)
    for task in assignment.tasks:
        checks = [check for check in chosen if check.task == task.id]
        if checks:
            click.echo(f"{task.id}  {task.title}")
        for check in checks:
            click.echo(f"     {check.name:<{width}}  {points(check.points):>3}  {check.title}")


def _show_output(text: str) -> None:
    from gradlab.render.escape import clean, inert_commands

    click.echo("What your engine printed:", err=True)
    click.echo(inert_commands(clean(text.rstrip("\n"), lines=True, limit=len(text))) + "\n", err=True)
