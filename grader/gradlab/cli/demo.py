"""`grade demo`: the whole thing on shipped submissions, in one command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradlab.cli import options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gradlab.course import Course
    from gradlab.demo import HandIn
    from gradlab.model import Report

__all__ = ["demo"]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default="gradlab-demo")
@options.options(
    click.option("--brief", is_flag=True, help="Only the table of scores, not every report."),
    options.require,
)
def demo(folder: Path, brief: bool, require: str | None) -> int:
    """Grade seven real submissions of the assignment `backward`, honest and hostile, into FOLDER.

    FOLDER becomes a course of its own, with a gradebook that 'grade status' and 'grade show' read.
    """
    from gradlab.course import find_course
    from gradlab.demo import set_up

    course = find_course(folder, set_up(folder))
    rows: list[tuple[HandIn, Report]] = []
    for hand_in, report in _grade_all(course, require):
        if not brief:
            _print_report(hand_in, report)
        rows.append((hand_in, report))
    _print_table(rows)
    click.echo(f"\nThe gradebook is in {click.format_filename(folder)}. Look at it with:")
    click.echo(f"  grade status --course {click.format_filename(folder)} --student chen")
    click.echo(f"  grade show --course {click.format_filename(folder)} --student chen")
    return 0


def _grade_all(course: Course, require: str | None) -> Iterator[tuple[HandIn, Report]]:
    from gradlab.session import Engines

    with Engines.start(course.engine) as engines:
        from gradlab.cli.grading import Desk, prepare
        from gradlab.cli.place import database
        from gradlab.course import load_assignment
        from gradlab.demo import ASSIGNMENT, submissions
        from gradlab.gradebook import Gradebook
        from gradlab.submission import read_files

        assignment = load_assignment(course, ASSIGNMENT)
        engines.warm()
        with Gradebook.open(database(course)) as book:
            desk = Desk(course, book, engines, require=require, warn=_warn)
            desk.take(prepare(course, assignment, engines, 0, _warn))
            for hand_in in submissions(assignment, course.root / "submissions"):
                notes: list[str] = []
                files = read_files(hand_in.path, notes.append)
                yield hand_in, desk.grade(book.receive(hand_in.student, ASSIGNMENT, files, notes=notes))


def _print_report(hand_in: HandIn, report: Report) -> None:
    from gradlab.cli.writing import reporter

    click.echo(f"==== {hand_in.student}: {hand_in.story} ====\n")
    reporter("text", None)(report)
    click.echo()


def _print_table(rows: list[tuple[HandIn, Report]]) -> None:
    from gradlab.render.text import points

    click.echo("Student  Score     Submission")
    for hand_in, report in rows:
        score = f"{points(report.score)} / {points(report.max_score)}"
        click.echo(f"{hand_in.student:<8} {score:<9} {hand_in.story}")


def _warn(text: str) -> None:
    click.echo(text, err=True)
