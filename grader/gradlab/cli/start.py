"""`grade start`: write what a student begins with."""

from __future__ import annotations

from pathlib import Path

import click

from gradlab.cli import options

__all__ = ["start"]


@click.command()
@click.argument("assignment")
@click.argument("directory", type=click.Path(path_type=Path), metavar="[DIR]", required=False)
@options.options(options.course)
def start(assignment: str, directory: Path | None, course: Path | None) -> int:
    """Write the files of ASSIGNMENT to DIR (by default a new folder of its name).

    You get engine.py, the same as a notebook, the handout and the public checks. Nothing is ever overwritten.
    """
    from gradlab.cli.place import course_to_start_from
    from gradlab.course import load_assignment
    from gradlab.starter import write_starter

    found = load_assignment(course_to_start_from(course), assignment)
    folder = directory or Path(assignment)
    written = write_starter(found, folder)
    click.echo(f"{found.title}: wrote {', '.join(path.name for path in written)} to {folder}.")
    click.echo(
        f"Read handout.md, fill in engine.py (or engine.ipynb), then run:\n  cd {folder}\n  grade check"
    )
    return 0
