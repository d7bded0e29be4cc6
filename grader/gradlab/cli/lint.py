"""`grade lint`: how good an assignment is: its solution, stubs, checks, handout, mistakes and mutants."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradlab.cli import options
from gradlab.errors import UsageError

if TYPE_CHECKING:
    from gradlab.course import Course
    from gradlab.lint import Linted
    from gradlab.session import Engines

__all__ = ["lint"]


@click.command()
@click.argument("assignments", metavar="[ASSIGNMENT]...", nargs=-1)
@options.options(
    click.option(
        "--engine",
        metavar="MODULE",
        help="Instead: compare what the checks observe on the course's engine with another, such as torch.",
    ),
    click.option(
        "--random-programs",
        type=click.IntRange(min=0),
        default=0,
        metavar="N",
        help="Also run N random programs on each mutant that is listed as equivalent.",
    ),
    options.course,
    click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json", "markdown"]),
        default="text",
        help="How the result is written.",
    ),
    options.output,
    options.seed,
)
def lint(
    assignments: tuple[str, ...],
    engine: str | None,
    random_programs: int,
    course: Path | None,
    form: str,
    output: Path | None,
    seed: int,
) -> int:
    """Check the quality of each ASSIGNMENT of a course; of all of them, if none is named.

    The solution must pass every check and the stub none, each Mistake must fail what it declares, and the checks must
    kill every mutant of the solution. Ends with exit code 1 if anything is wrong.
    """
    from gradlab.course import find_course
    from gradlab.session import Engines
    from gradlab.settings import did_you_mean

    found = find_course(Path(), course)
    for name in assignments:
        if name not in found.order:
            raise UsageError(f"{found.title!r} has no assignment {name!r}{did_you_mean(name, found.order)}")
    names = assignments or found.order
    with Engines.start(found.engine) as engines, ExitStack() as stack:
        other = stack.enter_context(Engines.start(engine, cap="none")) if engine is not None else None
        linted = [_lint(found, name, engines, other, seed, random_programs) for name in names]
    from gradlab.cli.writing import screen_for, write
    from gradlab.render import lint as render

    if form == "json":
        text = render.as_json(linted)
    else:
        text = (
            render.as_markdown(linted) if form == "markdown" else render.as_text(linted, screen_for(output))
        )
    write(text, output)
    return 1 if any(one.problems for one in linted) else 0


def _lint(
    course: Course, name: str, engines: Engines, other: Engines | None, seed: int, random_programs: int
) -> Linted:
    from gradlab.course import load_assignment
    from gradlab.errors import CourseError
    from gradlab.faults import faults
    from gradlab.lint import SECRET, Linted, compare, lint
    from gradlab.manager import build_manager
    from gradlab.runner import Grading

    try:
        if found := faults(course, name):
            return Linted(name, found, whole=False)
        assignment = load_assignment(course, name)
        grading = Grading(assignment, engines, build_manager(course.plugins), SECRET, seed, shrink=False)
        if other is not None:
            return compare(grading, other)
        return lint(grading, _Progress(name), random_programs=random_programs)
    except CourseError as error:
        return Linted(name, error.problems, whole=False)
    finally:
        _Progress(name).clear()


class _Progress:
    """A line on standard error that says what is being done, if somebody watches."""

    def __init__(self, assignment: str) -> None:
        self._assignment = assignment

    def __call__(self, what: str, done: int, total: int) -> None:
        self._show(f"{self._assignment}: {what}{f' {done}/{total}' if total > 1 else ''}")

    def clear(self) -> None:
        self._show("")

    def _show(self, text: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()
