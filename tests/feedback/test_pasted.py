"""Every program that a student is shown runs when it is pasted, and shows the difference."""

from __future__ import annotations

import ast
import contextlib
import io
import types
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import refgrad
from gradlab import counterexample
from gradlab.assemble import assemble
from gradlab.course import find_course, load_assignment, shipped_course
from gradlab.manager import build_manager
from gradlab.mistakes import load_mistakes, replace_definitions
from gradlab.model import CheckResult, Outcome
from gradlab.runner import Grading, grade
from gradlab.session import Engines
from gradlab.submission import parse

COURSE = find_course(Path(), shipped_course())
# Programs of a thousand nodes, whose walk takes for ever, are no smaller for waiting.
DEEP = ("sorts_by_recursion", "walks_every_path")
CASES = [
    (name, mistake.name)
    for name in COURSE.order
    for mistake in load_mistakes(load_assignment(COURSE, name))
    if mistake.name not in DEEP
]


@pytest.fixture(scope="module")
def running() -> Iterator[Engines]:
    with Engines.start("refgrad") as started:
        yield started


@pytest.mark.slow
@pytest.mark.parametrize(("assignment", "mistake"), CASES, ids=[f"{a}-{m}" for a, m in CASES])
def test_every_program_for_every_mistake_of_the_course(
    running: Engines, assignment: str, mistake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counterexample, "CHECK_SECONDS", 60.0)
    monkeypatch.setattr(counterexample, "SUBMISSION_SECONDS", 60.0)
    loaded = load_assignment(COURSE, assignment)
    solution = assemble(loaded, solved=[task.id for task in loaded.tasks])
    (wrong,) = [one for one in load_mistakes(loaded) if one.name == mistake]
    source = replace_definitions(solution, wrong)
    grading = Grading(loaded, running, build_manager(COURSE.plugins), select=lambda check: not check.hidden)
    report = grade(grading, parse({"engine.py": source.encode()}), student="ada", attempt=1, submitted_at="")
    engine = types.ModuleType("engine")
    exec(compile(source, "engine.py", "exec"), engine.__dict__)
    for check in report.checks:
        if check.outcome is Outcome.FAILED:
            _shows(check, engine)


def _shows(check: CheckResult, engine: types.ModuleType) -> None:
    assert check.program is not None
    assert "# reference " in check.program or check.program.rstrip().splitlines()[-1].startswith("# ")
    assert pasted(check.program, engine) != pasted(check.program, refgrad), check.program


def pasted(program: str, engine: types.ModuleType) -> str:
    """Run a program beside an engine and return what it prints, the values of its bare expressions, and how it ends."""
    tree = ast.parse(program.replace("import engine as torch", ""))
    tree.body = [_said(node) if isinstance(node, ast.Expr) else node for node in tree.body]
    names: dict[str, Any] = {"torch": engine, "_say": lambda value: print(plain(value))}
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(ast.fix_missing_locations(tree), "pasted", "exec"), names)
    except Exception as error:
        print(type(error).__name__, error, file=printed)
    return printed.getvalue()


def _said(node: ast.Expr) -> ast.Expr:
    """A bare expression says its value, as at the prompt."""
    return ast.Expr(ast.Call(ast.Name("_say", ast.Load()), [node.value], []))


def plain(value: Any) -> str:
    """Return what a person compares of a value."""
    if isinstance(value, tuple | list):
        return repr([plain(item) for item in value])
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    if not hasattr(value, "data"):
        return "something"
    data = value.detach().numpy() if isinstance(value, refgrad.Tensor) else value.data
    return f"{np.asarray(data).shape} {np.asarray(data).round(9).tolist()}"
