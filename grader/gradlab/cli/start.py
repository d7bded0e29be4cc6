"""`grade start`: write what a student begins with."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradlab.cli import options
from gradlab.errors import SubmissionError, UsageError

if TYPE_CHECKING:
    from gradlab.assignment import Assignment
    from gradlab.carry import Carried

__all__ = ["start"]


@click.command()
@click.argument("assignment", required=False)
@click.argument("directory", type=click.Path(path_type=Path), metavar="[DIR]", required=False)
@options.options(
    click.option(
        "--carry",
        type=click.Path(path_type=Path),
        metavar="ENGINE",
        help="Build on your own engine (engine.py, a folder, a notebook) instead of the solved earlier tasks.",
    ),
    options.course,
)
def start(assignment: str | None, directory: Path | None, carry: Path | None, course: Path | None) -> int:
    """Write the files of ASSIGNMENT to DIR (by default a new folder of its name).

    You get engine.py, the same as a notebook, the handout and the public checks. Nothing is ever overwritten.
    """
    from gradlab.cli.place import course_to_start_from
    from gradlab.course import load_assignment
    from gradlab.lateness import deadline
    from gradlab.patterns import BUNDLED, bundled
    from gradlab.starter import starter_files, write_files

    source = course_to_start_from(course, assignment if carry else None)
    if assignment is None:
        raise UsageError(f"Which assignment? {source.title!r} has {', '.join(source.order)}.")
    found = load_assignment(source, assignment)
    folder = directory or Path(assignment)
    base = _base(found, is_carried=carry is not None)
    carried = None if carry is None else _carried(found, base, carry)
    files = starter_files(found, base if carried is None else carried.source)
    written = write_files({**files, BUNDLED: bundled(found)}, folder)
    click.echo(f"{found.title}\nWrote {', '.join(path.name for path in written)} to {folder}.")
    if carried is not None:
        _say(carried)
    if said := deadline(found):
        click.echo(said)
    click.echo(
        f"Read handout.md, fill in engine.py (or engine.ipynb), then run:\n  cd {folder}\n  grade check"
    )
    return 0


def _base(assignment: Assignment, *, is_carried: bool) -> str:
    """Return the engine with its stubs, earlier tasks solved as far as their solutions are given out."""
    from gradlab.assemble import assemble
    from gradlab.assignment import withheld_from

    if assignment.course.bundle:
        return _bundle_s_own(assignment.root / "engine.py")
    withheld = withheld_from(assignment, datetime.now(UTC))
    if withheld and not is_carried:
        first = withheld[0]
        raise UsageError(
            f"{assignment.name} builds on {first.name}, whose solution is given out from {first.solutions_from} on. "
            f"Until then build on your own engine: grade start {assignment.name} --carry my_engine.py"
        )
    return assemble(assignment, solved=(), withheld=[task.id for other in withheld for task in other.tasks])


def _bundle_s_own(path: Path) -> str:
    """Return the stub of a bundle, which the student may have worked on or thrown away."""
    from gradlab import syntax

    try:
        source = path.read_text(encoding="utf-8")
        syntax.parse(source)
    except (OSError, SyntaxError, ValueError) as error:
        raise UsageError(
            f"{path}, the engine of this bundle, is not there or not valid Python ({error}). Take it from the bundle as it "
            "was handed out."
        ) from error
    return source


def _carried(assignment: Assignment, base: str, path: Path) -> Carried:
    from gradlab.carry import carry, known_so_far
    from gradlab.submission import parse, read_files

    submission = parse(read_files(path))
    carried = carry(assignment, base, submission, known_so_far(assignment))
    _check_import(assignment, carried, path)
    return carried


def _check_import(assignment: Assignment, carried: Carried, path: Path) -> None:
    """Raise SubmissionError if the new engine cannot be imported, which a confined worker tries."""
    from gradlab.session import Engines
    from gradlab.statements import lines_of
    from gradlab.submission import parse
    from gradlab.trial import Trial

    made = parse({"engine.py": carried.source.encode()})
    with Engines.start(assignment.course.engine) as engines, Trial(engines, made, assignment) as trial:
        failure = trial.load().failure
    if failure is not None:
        line = lines_of(carried.source)[failure.location.line - 1].strip() if failure.location else ""
        raise SubmissionError(
            f"With your definitions the new {failure.message}{f' (in `{line}`)' if line else ''}. Nothing was written; "
            f"mend it in {path}."
        )


def _say(carried: Carried) -> None:
    from gradlab.render.escape import clean

    tasks = ", ".join(carried.tasks)
    several = "s" * (len(carried.tasks) > 1)
    whose = (
        f"of the task{several} {tasks}, as they are, finished or not"
        if tasks
        else "of parts of tasks, as they are"
    )
    click.echo(f"In it are your own definitions {whose}.")
    for remark in carried.remarks:
        click.echo(f"  {clean(remark)}")
