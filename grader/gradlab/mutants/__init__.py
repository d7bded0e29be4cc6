"""Mutants: the solution with one small thing wrong, made by rules. What a check cannot tell from the solution, a student
may get wrong and never know.

They are made in memory, of the lines that solve an assignment's tasks and of no others. Mistakes (`gradlab.mistakes`) are
the other half: misconceptions that no rule finds, written by people.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gradlab import syntax
from gradlab.assemble import Assembled, Place, assembled
from gradlab.mutants.operators import OPERATORS
from gradlab.mutants.text import Edit, Text

if TYPE_CHECKING:
    from gradlab.assignment import Assignment

__all__ = ["Mutant", "mutants"]


@dataclass(frozen=True)
class Mutant:
    """One wrong engine. `name` says what is wrong in which function and stays the same when lines move; `source` is
    the whole engine; `chapter` and `line` say where it is written, `diff` what is different there."""

    name: str
    task: str
    source: str
    chapter: str
    line: int
    diff: str


def mutants(assignment: Assignment) -> tuple[Mutant, ...]:
    """Return the mutants of the solution of each task of `assignment`, in the order of the engine's lines.

    Raises CourseError if the engine's markers are wrong.
    """
    tasks = [task.id for task in assignment.tasks]
    solution = assembled(assignment, solved=tasks)
    text = Text(solution.source)
    chapters = _Chapters(assignment.course.root / "engine")
    found: list[Mutant] = []
    seen: set[str] = set()
    times: Counter[str] = Counter()
    for top in text.tree.body:
        for task, edit in _edits(top, text, solution, frozenset(tasks)):
            changed = _changed(top, text, edit)
            if changed is None or changed in seen:
                continue
            seen.add(changed)
            made = _mutant(top, text, edit, task, solution, chapters)
            times[made.name] += 1
            if times[made.name] > 1:
                made = replace(made, name=f"{made.name} ({times[made.name]})")
            found.append(made)
    return tuple(found)


def _edits(
    top: ast.stmt, text: Text, solution: Assembled, tasks: frozenset[str]
) -> Iterator[tuple[str, Edit]]:
    """Yield what can be wrong with a definition, each with the task that it is part of."""
    for node in _behaviour(top):
        place = _place(solution, node)
        if place is None or place.task not in tasks:
            continue
        if isinstance(node, ast.Assign) and _binds_first(node, top):
            operators = tuple(make for make in OPERATORS[ast.Assign] if make.__name__ != "dropped")
        else:
            operators = OPERATORS.get(type(node), ())
        for operator in operators:
            for edit in operator(node, text):
                yield place.task, edit


def _place(solution: Assembled, node: ast.AST) -> Place | None:
    if isinstance(node, ast.comprehension):
        node = node.target
    line = getattr(node, "lineno", None)
    return None if line is None else solution.places[line - 1]


def _behaviour(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all below it, but nothing that is there for readers and for Python's own checks: docstrings,
    annotations, asserts and `zip(strict=True)`."""
    if isinstance(node, ast.Assert) or (isinstance(node, ast.keyword) and node.arg == "strict"):
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(node, ast.JoinedStr):
                yield from _behaviour(child)


def _binds_first(node: ast.Assign, top: ast.stmt) -> bool:
    """Whether a statement gives its names their first value: without it there is only a NameError to see."""
    [target] = node.targets
    names = {
        item.id for item in ast.walk(target) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)
    }
    earlier = {
        item.id
        for item in ast.walk(top)
        if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store) and item.lineno < node.lineno
    }
    parameters = {item.arg for item in ast.walk(top) if isinstance(item, ast.arg)}
    return bool(names) and not names & (earlier | parameters)


def _changed(top: ast.stmt, text: Text, edit: Edit) -> str | None:
    """Return what an edit makes of a definition, as a tree written out; None if it does not parse or is the same."""
    start, end = text.start(top), text.end(top)
    try:
        tree = syntax.parse(text.source[start : edit.start] + edit.text + text.source[edit.end : end])
    except SyntaxError:
        return None
    changed = ast.dump(tree)
    return None if changed == ast.dump(ast.Module([top], [])) else changed


def _mutant(
    top: ast.stmt, text: Text, edit: Edit, task: str, solution: Assembled, chapters: _Chapters
) -> Mutant:
    source = text.apply(edit)
    first, last = text.line_of(edit.start), text.line_of(max(edit.end - 1, edit.start))
    old = text.source.splitlines()
    new = source.splitlines()[first - 1 : last + source.count("\n") - text.source.count("\n")]
    begins, ends = solution.places[first - 1], solution.places[last - 1]
    assert begins is not None
    assert ends is not None
    return Mutant(
        name=f"{getattr(top, 'name', 'module')}: {_short(old[first - 1 : last])} -> {_short(new)}",
        task=task,
        source=source,
        chapter=begins.chapter,
        line=begins.line,
        diff=chapters.diff(begins.chapter, begins.line, ends.line, new),
    )


class _Chapters:
    """The engine's files, to show in them what is different."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines: dict[str, list[str]] = {}

    def diff(self, chapter: str, first: int, last: int, new: list[str]) -> str:
        """Return a unified diff that puts `new` in place of the lines from `first` to `last`."""
        if chapter not in self._lines:
            self._lines[chapter] = (self._folder / chapter).read_text(encoding="utf-8").splitlines()
        lines = self._lines[chapter]
        while new and first <= last and lines[first - 1] == new[0]:  # the lines that stay before a new one
            first, new = first + 1, new[1:]
        before, old, after = (
            lines[max(first - 3, 0) : first - 1],
            lines[first - 1 : last],
            lines[last : last + 2],
        )
        begin, around = first - len(before), len(before) + len(after)
        hunk = f"@@ -{begin},{around + len(old)} +{begin},{around + len(new)} @@"
        marked = [(" ", before), ("-", old), ("+", new), (" ", after)]
        body = [f"{mark}{line}" for mark, part in marked for line in part]
        return "\n".join([f"--- engine/{chapter}", f"+++ engine/{chapter}", hunk, *body])


def _short(lines: list[str]) -> str:
    """Write lines in one, without comments."""
    return " / ".join(re.sub(r"  # .*", "", line).strip() for line in lines)
