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

from gradlab import syntax
from gradlab.errors import CourseError
from gradlab.settings import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection

    from gradlab.assignment import Assignment

__all__ = ["Mistake", "load_mistakes", "read_mistakes", "replace_definitions"]

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
    mistakes, problems = read_mistakes(assignment.root, [check.name for check in assignment.checks])
    if problems:
        raise CourseError(*problems)
    return mistakes


def read_mistakes(root: Path, checks: Collection[str] | None) -> tuple[tuple[Mistake, ...], list[str]]:
    """Return the mistakes of an assignment's folder, by name, and every problem in them.

    `checks` are the names of its checks, None where they are not known.
    """
    problems: list[str] = []
    files = sorted((root / "mistakes").glob("*.py"))
    return tuple(_read(path, checks, problems) for path in files), problems


def _read(path: Path, checks: Collection[str] | None, problems: list[str]) -> Mistake:
    lists: dict[str, frozenset[str]] = dict.fromkeys(_LISTS, frozenset())
    try:
        source = path.read_text(encoding="utf-8")
        tree = syntax.parse(source, str(path))
    except UnicodeDecodeError:
        problems.append(f"{path}: is not UTF-8 text.")
        return Mistake(path.stem, "", **lists, source="")
    except SyntaxError as error:
        problems.append(f"{path}:{error.lineno or 1}: {error.msg}.")
        return Mistake(path.stem, "", **lists, source=source)
    explanation = ast.get_docstring(tree) or ""
    if not explanation:
        problems.append(f"{path}:1: has no docstring; it must explain the mistake to a student.")
    for node in tree.body[bool(explanation) :]:
        if isinstance(node, ast.Assign) and (key := ast.unparse(node.targets[0])) in _LISTS:
            lists[key] = _declared(path, node, key, checks, problems)
        elif not isinstance(node, (*_DEFINITIONS, ast.Import, ast.ImportFrom)):
            problems.append(_useless(path, node))
    if not lists["must_fail"]:
        problems.append(f"{path}:1: must_fail is empty; a mistake that no check has to see is none.")
    problems += [
        f"{path}:1: {name!r} is in must_fail and in may_fail."
        for name in sorted(lists["must_fail"] & lists["may_fail"])
    ]
    if not any(isinstance(node, _DEFINITIONS) for node in tree.body):
        problems.append(f"{path}:1: defines no function or class that could replace one of the solution's.")
    return Mistake(path.stem, explanation, **lists, source=source)


def _declared(
    path: Path, node: ast.Assign, key: str, checks: Collection[str] | None, problems: list[str]
) -> frozenset[str]:
    names = _names(node.value)
    if names is None:
        problems.append(f"{path}:{node.lineno}: {key} must be a list of names of checks.")
        return frozenset()
    problems += [
        f"{path}:{node.lineno}: names the check {name!r}{did_you_mean(name, checks)}"
        for name in names
        if checks is not None and name not in checks
    ]
    return frozenset(names)


def _useless(path: Path, node: ast.stmt) -> str:
    """Say what is wrong with a statement that has no effect in a mistake, as a misspelt list."""
    line = ast.unparse(node).splitlines()[0]
    said = f"{path}:{node.lineno}: `{line[:60]}` has no effect: only functions, classes and imports replace the solution's"
    name = line.split("=")[0].strip()
    near = did_you_mean(name, _LISTS)
    return f"{said}{near}" if "did you mean" in near else f"{said}."


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
    spans = {node.name: node for node in syntax.parse(solution).body if isinstance(node, _DEFINITIONS)}
    added: list[str] = []
    cuts: list[tuple[int, int, str]] = []
    for node in syntax.parse(mistake.source).body:
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
