"""Mistakes: named, known-bad versions of the solution, each a misconception that the checks must see.

A mistake is a Python file in an assignment's `mistakes/`. Its docstring explains the misconception to a student;
`must_fail` and `may_fail` name checks, and every other check must pass; its functions and classes replace those of
the solution that have the same names. What it imports from `engine` is the solution's, for readers and linters.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gradlab.errors import CourseError
from gradlab.settings import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection

    from gradlab.assignment import Assignment

__all__ = ["Mistake", "load_mistakes", "replace_definitions"]

_LISTS = ("must_fail", "may_fail")


@dataclass(frozen=True)
class Mistake:
    """One misconception. `source` is the file's text; `replace_definitions` puts it into a solution."""

    name: str
    explanation: str
    must_fail: frozenset[str]
    may_fail: frozenset[str]
    source: str


def load_mistakes(assignment: Assignment) -> tuple[Mistake, ...]:
    """Return the assignment's mistakes, by name. Raises CourseError with every problem in them."""
    problems: list[str] = []
    checks = {check.name for check in assignment.checks}
    files = sorted((assignment.root / "mistakes").glob("*.py"))
    mistakes = tuple(_read(path, checks, problems) for path in files)
    if problems:
        raise CourseError(*problems)
    return mistakes


def _read(path: Path, checks: Collection[str], problems: list[str]) -> Mistake:
    source = path.read_text(encoding="utf-8")
    try:
        tree = ast.parse(source, str(path))
    except SyntaxError as error:
        problems.append(f"{path}:{error.lineno}: {error.msg}.")
        return Mistake(path.stem, "", frozenset(), frozenset(), source)
    explanation = ast.get_docstring(tree) or ""
    if not explanation:
        problems.append(f"{path}:1: has no docstring; it must explain the mistake to a student.")
    lists: dict[str, frozenset[str]] = dict.fromkeys(_LISTS, frozenset())
    for node in tree.body:
        if isinstance(node, ast.Assign) and (key := ast.unparse(node.targets[0])) in _LISTS:
            names = _names(node.value)
            if names is None:
                problems.append(f"{path}:{node.lineno}: {key} must be a list of names of checks.")
            lists[key] = frozenset(names or ())
            problems += [
                f"{path}:{node.lineno}: names the check {name!r}{did_you_mean(name, checks)}"
                for name in names or ()
                if name not in checks
            ]
    if not lists["must_fail"]:
        problems.append(f"{path}:1: must_fail is empty; a mistake that no check has to see is none.")
    return Mistake(path.stem, explanation, lists["must_fail"], lists["may_fail"], source)


def _names(value: ast.expr) -> list[str] | None:
    """Return a list of strings that is written out, or None if `value` is anything else."""
    if not isinstance(value, ast.List):
        return None
    names = [
        item.value for item in value.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)
    ]
    return names if len(names) == len(value.elts) else None


def replace_definitions(solution: str, mistake: Mistake) -> str:
    """Return the solution with the mistake's functions and classes in place of its own; new ones go to the end."""
    lines = solution.splitlines()
    spans = {node.name: node for node in ast.parse(solution).body if isinstance(node, _DEFINITIONS)}
    added: list[str] = []
    cuts: list[tuple[int, int, str]] = []
    for node in ast.parse(mistake.source).body:
        text = ast.get_source_segment(mistake.source, node) or ""
        if isinstance(node, _DEFINITIONS) and node.name in spans:
            old = spans[node.name]
            cuts.append((old.lineno - 1, old.end_lineno or old.lineno, text))
        elif isinstance(node, _DEFINITIONS) or _is_foreign_import(node):
            added.append(text)
    for first, last, text in sorted(cuts, reverse=True):
        lines[first:last] = [text]
    return "\n".join([*lines, *added]) + "\n"


_DEFINITIONS = (ast.FunctionDef, ast.ClassDef)


def _is_foreign_import(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module not in ("engine", "__future__")
    return isinstance(node, ast.Import)
