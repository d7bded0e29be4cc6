"""The options that several verbs share."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any, TypeVar

import click

from gradlab.errors import UsageError

__all__ = [
    "allow_partial",
    "assignment",
    "course",
    "options",
    "output",
    "report_form",
    "require",
    "seed",
    "student",
    "written_as",
]

Command = TypeVar("Command", bound=Callable[..., Any])

FORMATS = ("text", "json")
_WORK = (".py", ".ipynb", ".zip", ".gradlab", ".toml", ".md")
REPORT_FORMATS = (*FORMATS, "html", "markdown", "junit", "github", "gradescope")


def options(*decorators: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Apply several options, listed in the order in which `--help` shows them."""
    return lambda command: reduce(lambda decorated, option: option(decorated), reversed(decorators), command)


def _format(context: click.Context, parameter: click.Parameter, value: str) -> str:
    if value not in FORMATS:
        raise click.BadParameter(f"{value!r} is not a format; this verb writes {' and '.join(FORMATS)}.")
    return value


def _output(context: click.Context, parameter: click.Parameter, value: Path | None) -> Path | None:
    """Refuse a file that could not be written, or that may be somebody's work, before anything is done."""
    if value is None:
        return None
    if value.is_dir():
        raise UsageError(f"{value} is a folder. Give --output a file.")
    if not value.parent.is_dir():
        raise UsageError(f"{value} cannot be written: there is no folder {value.parent}.")
    if value.exists() and value.suffix in _WORK:
        raise UsageError(f"{value} is there already and may be your work. Give --output another file.")
    return value


assignment = click.option(
    "--assignment", metavar="NAME", help="Which assignment, where the course has several."
)
allow_partial = click.option(
    "--allow-partial",
    is_flag=True,
    help="Run hidden checks at isolation level partial too. The report says so.",
)
course = click.option(
    "--course",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder with course.toml; else it is searched upwards from here.",
)
student = click.option("--student", metavar="ID", help="Whose attempt it is; else the system's user.")
written_as = click.option(
    "--format",
    "form",
    default="text",
    metavar="text|json",
    callback=_format,
    help="How the result is written.",
)
report_form = click.option(
    "--format",
    "form",
    default="text",
    metavar="|".join(REPORT_FORMATS),
    help="How the report is written; plugins of the course may add forms.",
)
output = click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    callback=_output,
    help="Write the result to a file.",
)
require = click.option(
    "--require",
    type=click.Choice(["strong", "standard", "partial", "none"]),
    help="End with exit code 3 if the isolation is weaker.",
)
seed = click.option("--seed", type=int, default=0, help="Another seed for the inputs of the checks.")
