"""Write a result to the screen or to a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradlab.errors import UsageError

if TYPE_CHECKING:
    from gradlab.model import Report

__all__ = ["screen_for", "write", "write_report"]

if TYPE_CHECKING:
    from gradlab.render.text import Screen


def write(text: str, output: Path | None) -> None:
    """Write text to `output`, or to standard output, which may be unable to show all of it."""
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}.") from error
    click.echo(f"Written to {click.format_filename(output)}.", err=True)


def screen_for(output: Path | None) -> Screen:
    """Return what the place of the output can show."""
    from gradlab.render.text import Screen

    return Screen() if output is not None else Screen.of(sys.stdout)


def write_report(report: Report, form: str, output: Path | None) -> None:
    """Write what the student may see of a report."""
    seen = report.for_student()
    if form == "json":
        from gradlab.render.json import render as render_json

        write(render_json(seen), output)
        return
    from gradlab.render.text import render

    write(render(seen, screen_for(output)), output)
