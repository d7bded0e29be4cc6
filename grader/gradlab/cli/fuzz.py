"""`grade fuzz`: random programs, the reference against a submission, until the two differ."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradlab.cli import options

if TYPE_CHECKING:
    from gradlab.fuzz import Fuzzed
    from gradlab.runner import Grading
    from gradlab.submission import Submission

__all__ = ["fuzz"]

SECONDS = 10.0


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=".")
@options.options(
    click.option(
        "--seconds", type=click.FloatRange(min=0, min_open=True), help="How long to search; 10 if not said."
    ),
    click.option(
        "--programs", type=click.IntRange(min=1), metavar="N", help="Stop after so many programs instead."
    ),
    click.option("--seed", type=int, default=0, help="Other random programs."),
    options.assignment,
    options.course,
    options.written_as,
    options.output,
    options.require,
)
def fuzz(
    path: Path,
    seconds: float | None,
    programs: int | None,
    seed: int,
    assignment: str | None,
    course: Path | None,
    form: str,
    output: Path | None,
    require: str | None,
) -> int:
    """Try random programs on PATH (engine.py, a folder or a notebook; by default this folder) and on the reference.

    They use the names that the assignment's checks may use. The first one on which the two differ is made as small as
    possible and shown, and the exit code is 1. Nothing is recorded. Whose assignment it is learns from it what the checks
    do not see: the difference is listed with the checks that fail as well.
    """
    from gradlab.cli import place
    from gradlab.session import Engines

    found = place.course_for(path, course, beside=True)
    with Engines.start(found.engine) as engines:
        from gradlab.cli.grading import require_level
        from gradlab.cli.writing import screen_for, write
        from gradlab.course import load_assignment
        from gradlab.render.fuzz import as_json, as_text

        chosen = load_assignment(found, assignment)
        engines.warm()
        require_level(engines, require)
        from gradlab.cli.place import handed_out
        from gradlab.fuzz import search
        from gradlab.submission import parse, read_files

        submission = parse(read_files(path, lambda note: None, expected=handed_out(found)))
        if seconds is None and programs is None:
            seconds = SECONDS
        from gradlab.manager import build_manager
        from gradlab.runner import Grading

        grading = Grading(chosen, engines, build_manager(found.plugins), shrink=False)
        fuzzed = search(grading, submission, seed=seed, programs=programs, seconds=seconds)
        failing = _failing_checks(grading, submission, fuzzed)
    if form == "json":
        write(as_json(fuzzed, chosen.name, seed, failing, submission.module), output)
    else:
        write(as_text(fuzzed, chosen.name, seed, failing, submission.module, screen_for(output)), output)
    return 1 if fuzzed.counterexample is not None else 0


def _failing_checks(grading: Grading, submission: Submission, fuzzed: Fuzzed) -> tuple[str, ...] | None:
    """Return the names of the checks that see something wrong, too, of all those that may run here; None if nothing was
    found."""
    if fuzzed.counterexample is None:
        return None
    from dataclasses import replace
    from secrets import token_bytes

    from gradlab.model import Outcome
    from gradlab.runner import HIDDEN_NEEDS, grade

    may_be_hidden = grading.engines.isolation.level in HIDDEN_NEEDS
    checked = replace(
        grading, secret=token_bytes(16), select=lambda check: may_be_hidden or not check.hidden, shrink=False
    )
    report = grade(checked, submission, student="", attempt=0, submitted_at="")
    return tuple(check.name for check in report.checks if check.outcome is not Outcome.PASSED)
