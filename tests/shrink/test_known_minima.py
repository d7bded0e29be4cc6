"""How small is small: what the shrinker makes of bugs whose smallest program is known."""

from __future__ import annotations

import ast
import contextlib
import io
import types
import warnings
from typing import Any

import numpy as np
import pytest

import refgrad
from gradlab import counterexample
from gradlab.model import CheckResult, Outcome

from . import specimens
from .bugs import MISTAKES, SPECIMENS
from .conftest import Bench, specimen

BUGS = [*MISTAKES, *SPECIMENS]


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found must not depend on how busy the machine is; seconds have a test of their own."""
    monkeypatch.setattr(counterexample, "CHECK_SECONDS", 60.0)
    monkeypatch.setattr(counterexample, "SUBMISSION_SECONDS", 60.0)


@pytest.fixture(scope="module")
def known() -> dict[str, CheckResult]:
    """Return the results that have been asked for already."""
    return {}


def wrong(bench: Bench, bug: str) -> tuple[str, Any, str]:
    """Return a wrong engine, the check that sees it, and the known minimum."""
    if bug in MISTAKES:
        name, text = MISTAKES[bug]
        return bench.mistake(bug), bench.checks[name], text.lstrip("\n")
    change, text = SPECIMENS[bug]
    return specimen(change), bench.check(getattr(specimens, bug)), text.lstrip("\n")


def shown(bench: Bench, bug: str, known: dict[str, CheckResult]) -> str:
    """Return the whole program that a student is shown."""
    if bug not in known:
        source, check, _ = wrong(bench, bug)
        known[bug] = bench.shown(check, source)
    program = known[bug].program
    assert program is not None
    return program


@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_is_shrunk_to_its_known_minimum(bench: Bench, known: dict[str, CheckResult], bug: str) -> None:
    program = shown(bench, bug, known)
    assert program.partition("\n\n")[2] == wrong(bench, bug)[2]
    assert known[bug].outcome is Outcome.FAILED
    assert known[bug].smallest


@pytest.mark.parametrize("bug", [bug for bug in BUGS if bug != "counted_hook"])
def test_the_program_shows_the_difference_when_it_is_pasted(
    bench: Bench, known: dict[str, CheckResult], bug: str
) -> None:
    program, source = shown(bench, bug, known), wrong(bench, bug)[0]
    engine = types.ModuleType("engine")
    exec(compile(source, "engine.py", "exec"), engine.__dict__)
    assert pasted(program, engine) != pasted(program, refgrad)
    assert "# reference " in program


@pytest.mark.parametrize("bug", ["averages_broadcasting", "never_releases", "answered_hook", "sliced"])
def test_the_same_program_is_found_every_time_whatever_the_inputs_were(
    bench: Bench, known: dict[str, CheckResult], bug: str
) -> None:
    source, check, _ = wrong(bench, bug)
    for seed in (0, 1, 2):
        assert bench.shown(check, source, seed=seed).program == shown(bench, bug, known)


def test_every_mistake_of_the_course_but_those_of_depth_is_held_to_a_minimum(bench: Bench) -> None:
    # These two need a thousand nodes, so that there is nothing small to show.
    assert set(bench.mistakes) - set(MISTAKES) == {"sorts_by_recursion", "walks_every_path"}


def pasted(program: str, engine: types.ModuleType) -> str:
    """Run a program beside an engine and return what it prints, its last value, and how it ends."""
    tree = ast.parse(program.replace("import engine as torch", ""))
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    names: dict[str, Any] = {"torch": engine}
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(tree, "pasted", "exec"), names)
            if last is not None:
                print(plain(eval(compile(ast.Expression(last.value), "pasted", "eval"), names)))
    except Exception as error:
        print(type(error).__name__, file=printed)
    return printed.getvalue()


def plain(value: Any) -> str:
    """Return what a person compares of a value."""
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    data = value.detach().numpy() if isinstance(value, refgrad.Tensor) else value.data
    return f"{np.asarray(data).shape} {np.asarray(data).tolist()}"
