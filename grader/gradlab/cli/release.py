"""`grade release`: write the bundle that students get."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from gradlab.cli import options
from gradlab.errors import UsageError

__all__ = ["release"]


@click.command()
@click.argument("assignment")
@click.argument("directory", type=click.Path(path_type=Path), metavar="DIR")
@options.options(options.course)
def release(assignment: str, directory: Path, course: Path | None) -> int:
    """Write the student's bundle of ASSIGNMENT to DIR: a repository to hand out, or to use as a template.

    It holds the stub as a file and as a notebook, the handout, the public checks, and a workflow for GitHub Classroom;
    nothing of solutions, hidden checks or mistakes. Nothing is ever overwritten.
    """
    from gradlab.course import find_course, load_assignment
    from gradlab.patterns import BUNDLED, bundled
    from gradlab.release import release as bundle_of
    from gradlab.starter import write_files

    found = load_assignment(find_course(Path.cwd(), course), assignment)
    if found.course.bundle:
        raise UsageError(
            f"{found.course.root} is a student's bundle already. Release from the course that made it."
        )
    bundle = bundle_of(found, datetime.now(UTC), {BUNDLED: bundled(found)})
    for path in write_files(bundle.files, directory):
        click.echo(path)
    if bundle.withheld:
        click.echo(
            f"The solution of {', '.join(bundle.withheld)} is not given out yet: those tasks are stubs in this bundle, "
            f"and students bring their own with 'grade start {assignment} DIR --carry my_engine.py'.",
            err=True,
        )
    if left := _still_to_change(bundle.files):
        click.echo(f"Still as the skeleton has it, and marked CHANGE: {', '.join(left)}.", err=True)
    click.echo(f"Hand out {click.format_filename(directory)}, or make it a template repository.", err=True)
    return 0


def _still_to_change(files: Mapping[str, bytes]) -> list[str]:
    """Return the places that 'grade new' has marked, and that nobody has changed; the notebook repeats the others'."""
    return [
        f"{name}:{number}"
        for name, content in files.items()
        if not name.endswith(".ipynb")
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1)
        if "CHANGE:" in line
    ]
