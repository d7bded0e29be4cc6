"""The handout against the engine: a section for each task, and examples that print what they say."""

from __future__ import annotations

import io
import re
import sys
import types
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING

from gradlab.assemble import assemble
from gradlab.handout import Example, Section, sections

if TYPE_CHECKING:
    from gradlab.assignment import Assignment

__all__ = ["read_handout"]

_MODULE = "engine"


def read_handout(assignment: Assignment) -> list[str]:
    """Run every example on the engine with the tasks so far solved, here: it is the course's own code. Return what is
    wrong, with the handout's lines."""
    path = assignment.root / "handout.md"
    if not path.is_file():
        return [
            f"{path.name}: is missing; it tells students what to do and why, with a section for each task."
        ]
    found = sections(path.read_text(encoding="utf-8"))
    problems = _headings(assignment, found[1:])
    solved: list[str] = []
    known = [task.id for task in assignment.tasks]
    for section in found:
        if section.task:
            solved = known[: known.index(section.task) + 1] if section.task in known else solved
        engine = assemble(assignment, solved=solved)
        problems += [problem for example in section.examples() for problem in _tried(example, engine)]
    return problems


def _headings(assignment: Assignment, found: list[Section]) -> list[str]:
    wanted = [f"{task.id} {task.title}" for task in assignment.tasks]
    headings = [section.heading for section in found]
    if headings == wanted:
        return []
    problems = [f"handout.md: has no section '## {title}'." for title in wanted if title not in headings]
    problems += [
        f"handout.md:{section.line}: the section '## {section.heading}' is no task's; its heading must be '## ID TITLE' "
        "as assignment.toml has them."
        for section in found
        if section.heading not in wanted
    ]
    return problems or ["handout.md: the sections are not in the order of the tasks."]


def _tried(example: Example, engine: str) -> Iterator[str]:
    printed = io.StringIO()
    try:
        with _importable(engine), redirect_stdout(printed), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(
                compile("\n" * (example.line - 1) + example.code, "handout.md", "exec"),
                {"__name__": "example"},
            )
    except Exception as error:
        yield f"handout.md:{_line(error, example)}: the example raises {type(error).__name__}: {error}"
        return
    # An array over several lines is written in one.
    lines = re.sub(r",\n\s+", ", ", printed.getvalue()).splitlines()
    if lines != example.says:
        yield (
            f"handout.md:{example.line}: the example prints {_said(lines)}, and says that it prints {_said(example.says)}."
        )


def _line(error: Exception, example: Example) -> int:
    line, trace = example.line, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "handout.md":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _said(lines: list[str]) -> str:
    return " / ".join(lines) if lines else "nothing"


@contextmanager
def _importable(source: str) -> Iterator[None]:
    """Make an engine importable as `engine`, as it is for a student."""
    before = sys.modules.get(_MODULE)
    module = types.ModuleType(_MODULE)
    exec(compile(source, "engine.py", "exec"), module.__dict__)
    sys.modules[_MODULE] = module
    try:
        yield
    finally:
        if before is None:
            del sys.modules[_MODULE]
        else:
            sys.modules[_MODULE] = before
