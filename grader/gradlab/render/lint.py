"""What `grade lint` found, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gradlab.render.escape import clean, inert_commands
from gradlab.render.json import dump
from gradlab.render.text import points

if TYPE_CHECKING:
    from rich.console import RenderableType

    from gradlab.lint import Linted, TaskQuality
    from gradlab.render.text import Screen

__all__ = ["SCHEMA", "as_json", "as_markdown", "as_text"]

SCHEMA = "gradlab/lint/1"
_NOT_TRIED = "Mistakes and mutants were not tried: first the above must be right."
_HEADS = ("task", "points", "checks", "mistakes", "mutants", "equivalent", "killed", "")


def as_json(linted: Sequence[Linted]) -> str:
    """Return everything that was found out."""
    return dump({"schema": SCHEMA, "assignments": [_data(one) for one in linted]})


def as_text(linted: Sequence[Linted], screen: Screen) -> str:
    """Return for each assignment a table of its tasks (checks are public + hidden), which check sees which task, and what
    is wrong."""
    parts = [screen.draw(part) for one in linted for part in _parts(one)]
    return inert_commands("\n".join(parts))


def as_markdown(linted: Sequence[Linted]) -> str:
    """Return the same as Markdown."""
    return "\n\n".join(part for one in linted for part in _sections(one)) + "\n"


def rate(task: TaskQuality) -> str:
    """Return a kill rate in percent, rounded down, so that 100 % means all of them."""
    return f"{int(task.kill_rate * 1000) / 10:g} %"


def _parts(one: Linted) -> Iterator[RenderableType]:
    yield Text(f"{one.assignment}: {_verdict(one)}", style="bold red" if one.problems else "bold green")
    if one.tasks:
        yield Padding(_table(one), (0, 0, 0, 2))
    if one.matrix:
        yield Padding(_matrix(one), (0, 0, 0, 2))
    for problem in one.problems:
        sentence, _, diff = clean(problem, lines=True).partition("\n")
        yield Padding(Text(sentence), (0, 0, 0, 2))
        if diff:
            yield Padding(Text(diff, no_wrap=True, overflow="ignore"), (0, 0, 0, 4))
    for hint in one.hints:
        yield Padding(Text(f"Hint: {clean(hint)}"), (0, 0, 0, 2))
    if not one.whole:
        yield Padding(Text(_NOT_TRIED), (0, 0, 0, 2))


def _verdict(one: Linted) -> str:
    if one.problems:
        return f"{len(one.problems)} problem{'s' * (len(one.problems) != 1)}"
    return "all is well" if one.engine is None else f"the same on {one.engine}, in every check"


def _table(one: Linted) -> Table:
    table = Table(box=None, pad_edge=False)
    for head in _HEADS:
        table.add_column(head, justify="left" if head == "task" else "right")
    for task in one.tasks:
        table.add_row(clean(task.id), *_cells(one, task))
    return table


def _cells(one: Linted, task: TaskQuality) -> tuple[str, ...]:
    """Return what stands under `_HEADS`, behind the task."""
    counts = [str(count) for count in (task.mistakes, task.mutants, task.equivalents)]
    killed = (str(task.killed), rate(task)) if one.whole else ("-", "")
    return (points(task.points), f"{task.public} + {task.hidden}", *counts, *killed)


def _matrix(one: Linted) -> Table:
    """Draw which check fails without which task."""
    table = Table(box=None, pad_edge=False)
    table.add_column("fails without task")
    for task in one.tasks:
        table.add_column(task.id, justify="center")
    for name, needed in one.matrix.items():
        table.add_row(name, *("x" if task.id in needed else "" for task in one.tasks))
    return table


def _sections(one: Linted) -> Iterator[str]:
    yield f"### {one.assignment}: {_verdict(one)}"
    if one.tasks:
        heads = ("task", "title", *_HEADS[1:-1])
        rows = [(task.id, clean(task.title), *_cells(one, task)) for task in one.tasks]
        yield _markdown(heads, [(*row[:-2], " = ".join(cell for cell in row[-2:] if cell)) for row in rows])
    if one.matrix:
        tasks = [task.id for task in one.tasks]
        marks = [[name, *("x" if task in one.matrix[name] else "" for task in tasks)] for name in one.matrix]
        yield _markdown(("fails without task", *tasks), marks)
    for problem in one.problems:
        yield "\n".join(f"    {line}".rstrip() for line in clean(problem, lines=True).splitlines())
    for hint in one.hints:
        yield f"Hint: {clean(hint)}"
    if not one.whole:
        yield _NOT_TRIED


def _markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _data(one: Linted) -> dict[str, Any]:
    return {
        "assignment": one.assignment,
        "problems": list(one.problems),
        "hints": list(one.hints),
        "whole": one.whole,
        "engine": one.engine,
        "tasks": [_task(task) for task in one.tasks],
        "matrix": {name: list(tasks) for name, tasks in one.matrix.items()},
    }


def _task(task: TaskQuality) -> dict[str, Any]:
    names = ("id", "title", "points", "public", "hidden", "mistakes", "mutants", "killed", "equivalents")
    survivors = [
        {"name": mutant.name, "file": f"engine/{mutant.chapter}", "line": mutant.line, "diff": mutant.diff}
        for mutant in task.survivors
    ]
    return {
        **{name: getattr(task, name) for name in names},
        "kill_rate": task.kill_rate,
        "survivors": survivors,
    }
