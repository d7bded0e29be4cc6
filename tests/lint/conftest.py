"""A small course that is right in everything, to be made wrong in one thing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gradlab.course import find_course, load_assignment
from gradlab.lint import SECRET, Linted, lint
from gradlab.manager import build_manager
from gradlab.runner import Grading
from gradlab.session import Engines

COURSE = """title = "Small"
order = ["sums"]
chapters = ["engine.py"]
"""
ENGINE = '''"""Products and sums."""

from __future__ import annotations

from typing import Any

import numpy as np


class Tensor:
    """An array."""

    def __init__(self, data: Any) -> None:
        self.data = np.asarray(data)

    def __mul__(self, factor: Any) -> Tensor:
        return Tensor(times(self.data, getattr(factor, "data", factor)))

    def sum(self) -> Tensor:
        return Tensor(total(self.data))


def tensor(data: Any) -> Tensor:
    """Make a tensor."""
    return Tensor(np.array(data))


def times(numbers: Any, factor: float) -> Any:
    """Multiply each number with `factor`."""
    ### BEGIN SOLUTION 1.1
    return numbers * factor
    ### END SOLUTION


def total(numbers: Any) -> Any:
    """Add up all numbers."""
    ### BEGIN SOLUTION 1.2
    return np.sum(numbers)
    ### END SOLUTION
'''
SETTINGS = """title = "Sums"
[[tasks]]
id = "1.1"
title = "Multiply"
points = 2
defines = ["times"]
[[tasks]]
id = "1.2"
title = "Add up"
points = 2
defines = ["total"]
[surface]
api = ["tensor", "Tensor.__mul__", "Tensor.sum"]
dtypes = ["float64"]
observe = ["value", "error"]
errors = "quoted"
"""
CHECKS = '''from gradlab import check


@check(task="1.1", points=2, help="Each number, times the factor.")
def multiplies(torch, observe, rng):
    """Each number is multiplied."""
    observe.value(torch.tensor(rng.normal(size=3)) * 3.0)


@check(task="1.2", points=1, help="One after the other.")
def adds_up(torch, observe, rng):
    """All numbers are added up."""
    observe.value(torch.tensor(rng.normal(size=3)).sum())
'''
HIDDEN = '''from gradlab import check


@check(task="1.2", points=1)
def adds_up_more(torch, observe, rng):
    """More numbers are added up."""
    observe.value(torch.tensor(rng.normal(size=5)).sum())
'''
HANDOUT = """# Sums

## 1.1 Multiply

```python
import engine as torch

print((torch.tensor([1.0, 2.0]) * 3.0).data)  # [3. 6.]
```

## 1.2 Add up

```python
import engine as torch

print(torch.tensor([1.0, 2.0]).sum().data)  # 3.0
```
"""
MISTAKE = '''"""Forget all numbers but the last."""

must_fail = ["adds_up"]
may_fail = ["adds_up_more"]


def total(numbers):
    return numbers[-1]
'''
EXPECTED = """[[examples]]
name = "stub"
solved = []
score = 0
fails = "everything"

[[examples]]
name = "first half"
solved = ["1.1"]
score = 2
fails = ["1.2"]

[[examples]]
name = "own"
file = "own.py"
score = 2
fails = ["multiplies"]

[[examples]]
name = "slip"
solved = ["1.1", "1.2"]
mistake = "last_only"
score = 2
fails = ["1.2"]
"""
OWN = """import numpy as np


class Tensor:
    def __init__(self, data):
        self.data = np.array(data)

    def __mul__(self, other):
        return Tensor(self.data * other + 1.0)

    def sum(self):
        return Tensor(self.data.sum())


tensor = Tensor
"""
FILES = {
    "course.toml": COURSE,
    "engine/engine.py": ENGINE,
    "sums/assignment.toml": SETTINGS,
    "sums/checks.py": CHECKS,
    "sums/hidden.py": HIDDEN,
    "sums/handout.md": HANDOUT,
    "sums/mistakes/last_only.py": MISTAKE,
    "sums/examples/expected.toml": EXPECTED,
    "sums/examples/own.py": OWN,
}

Change = tuple[str, str, str]
Write = Callable[..., Path]
Lint = Callable[..., Linted]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes the course, with (file, old text, new text) changed, and returns its folder."""

    def written(*changes: Change, **new: str) -> Path:
        root = tmp_path / "course"
        shutil.rmtree(root, ignore_errors=True)
        files = FILES | {f"sums/{name.replace('__', '.')}": text for name, text in new.items()}
        for name, old, text in changes:
            assert old in files[name], name
            files[name] = files[name].replace(old, text)
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        return root

    return written


@pytest.fixture(scope="session")
def engines() -> Iterator[Engines]:
    """The engines that all small courses share."""
    with Engines.start("refgrad") as engines:
        yield engines


@pytest.fixture
def linted(write: Write, engines: Engines) -> Lint:
    """Return a function that lints the course with changes."""

    def run(*changes: Change, random_programs: int = 0, **new: str) -> Linted:
        course = find_course(write(*changes, **new))
        assignment = load_assignment(course, "sums")
        grading = Grading(assignment, engines, build_manager(), SECRET, shrink=False)
        return lint(grading, random_programs=random_programs)

    return run
