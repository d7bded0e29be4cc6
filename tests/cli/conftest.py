"""A small course, submissions to it, and the command line run in this process or in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import gradlab
from gradlab.cli import main

ROOTS = os.pathsep.join(
    str(Path(gradlab.__file__).parents[2] / name) for name in ("reference", "grader", "plugins")
)

ENGINE = '''"""Arithmetic."""

from __future__ import annotations

from typing import Any

import numpy as np


class Tensor:
    """An array."""

    def __init__(self, data: Any) -> None:
        self.data = np.asarray(data, dtype=float)

    def __add__(self, other: Tensor) -> Tensor:
        return add(self, other)

    def __mul__(self, other: Tensor) -> Tensor:
        return mul(self, other)


def tensor(data: Any) -> Tensor:
    """Make a tensor."""
    return Tensor(data)


def add(a: Tensor, b: Tensor) -> Tensor:
    """Add two tensors."""
    ### BEGIN SOLUTION 1.1
    return Tensor(a.data + b.data)
    ### END SOLUTION


def mul(a: Tensor, b: Tensor) -> Tensor:
    """Multiply two tensors."""
    ### BEGIN SOLUTION 1.2
    return Tensor(a.data * b.data)
    ### END SOLUTION
'''
SETTINGS = """title = "First steps"
[limits]
seconds = 3
[[tasks]]
id = "1.1"
title = "Add"
points = 2
defines = ["add"]
[[tasks]]
id = "1.2"
title = "Multiply"
points = 3
defines = ["mul"]
[surface]
api = ["tensor", "Tensor.__add__", "Tensor.__mul__"]
dtypes = ["float64"]
observe = ["value"]
errors = "class"
grad_fn = "none"
"""
CHECKS = '''from gradlab import check

@check(task="1.1", points=2, help="Element by element.")
def adds(torch, observe, rng):
    """Two tensors are added."""
    observe.value(torch.tensor(rng.normal(size=3)) + torch.tensor(rng.normal(size=3)))

@check(task="1.2", points=1, help="Element by element.")
def multiplies(torch, observe, rng):
    """Two tensors are multiplied."""
    observe.value(torch.tensor(rng.normal(size=3)) * torch.tensor(rng.normal(size=3)))
'''
HIDDEN = '''from gradlab import check

@check(task="1.2", points=2, hidden=True, help="The secret help.")
def squares(torch, observe, rng):
    """A tensor times itself."""
    x = torch.tensor(rng.normal(size=3))
    observe.value(x * x)
'''
HANDOUT = """# First steps

## 1.1 Add

Add.

## 1.2 Multiply

Multiply.
"""

SOLUTION = "".join(f"{line}\n" for line in ENGINE.splitlines() if "###" not in line)
STUB = SOLUTION.replace(
    "return Tensor(a.data + b.data)", 'raise NotImplementedError("Task 1.1: Add")'
).replace("return Tensor(a.data * b.data)", 'raise NotImplementedError("Task 1.2: Multiply")')
WRONG = SOLUTION.replace("a.data * b.data", "a.data + b.data")


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of one assignment, `steps`, from which the commands run."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("GRADLAB_DATABASE", raising=False)
    monkeypatch.delenv("GRADLAB_LEVEL_CAP", raising=False)
    root = tmp_path / "course"
    (root / "engine").mkdir(parents=True)
    (root / "steps").mkdir()
    (root / "course.toml").write_text('title = "A small course"\nengine = "refgrad"\norder = ["steps"]\n')
    (root / "engine" / "engine.py").write_text(ENGINE)
    for name, content in {
        "assignment.toml": SETTINGS,
        "checks.py": CHECKS,
        "hidden.py": HIDDEN,
        "handout.md": HANDOUT,
    }.items():
        (root / "steps" / name).write_text(content)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def hand_in(tmp_path: Path) -> Callable[..., Path]:
    """Write a submission outside of the course and return its path."""

    def write(source: str | bytes = SOLUTION, name: str = "engine.py") -> Path:
        path = tmp_path / "handed-in" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(source if isinstance(source, bytes) else source.encode())
        return path

    return write


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process."""

    def run_here(*args: object) -> Ended:
        capfd.readouterr()
        code = main([str(arg) for arg in args])
        printed = capfd.readouterr()
        return Ended(code, printed.out, printed.err)

    return run_here


@pytest.fixture
def run_alone() -> Run:
    """Run a command in a process of its own, as a user does."""

    def run_there(*args: object, cwd: Path | None = None, **env: str) -> Ended:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "gradlab.cli", *map(str, args)],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": ROOTS, **env},
            capture_output=True,
            timeout=120,
            check=False,
            encoding="utf-8",
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return run_there
