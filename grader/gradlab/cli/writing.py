"""Write a result to the screen or to a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradlab.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gradlab.model import Report
    from gradlab.render.text import Screen

__all__ = ["reporter", "screen_for", "write"]


def write(text: str, output: Path | None) -> None:
    """Write text to `output`, or to standard output, which may be unable to show all of it."""
    if output is None:
        try:
            sys.stdout.write(text)
        except UnicodeEncodeError:
            sys.stdout.write(text.encode("ascii", "backslashreplace").decode("ascii"))
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


def reporter(form: str, output: Path | None, plugins: Iterable[str] = ()) -> Callable[[Report], None]:
    """Return what writes, in the form of that name, what the student may see of a report.

    Raises UsageError at once if there is no such form.
    """
    from gradlab.render.formats import named

    renderer = named(form, plugins)

    def write_report(report: Report) -> None:
        seen = report.for_student()
        if form == "text":  # the only one that depends on where it goes
            from gradlab.render.text import render

            write(render(seen, screen_for(output)), output)
        else:
            write(renderer.render(seen), output)

    return write_report
