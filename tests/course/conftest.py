"""The shipped assignments, on the bench of `grade lint`, and small courses made on the spot."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gradlab.assemble import assemble
from gradlab.assignment import Assignment
from gradlab.course import find_course, load_assignment, shipped_course
from gradlab.lint import SECRET
from gradlab.lint.bench import Bench
from gradlab.manager import build_manager
from gradlab.runner import Grading
from gradlab.session import Engines

ORDER = find_course(Path(), shipped_course()).order
ENGINE = {
    "first.py": '''"""The first chapter."""

from __future__ import annotations

import math


def helper(x: float) -> float:
    return math.floor(x)
''',
    "second.py": '''"""The second chapter."""

from __future__ import annotations

from heapq import heappush
from .first import helper


### BEGIN SOLUTION 1.1
def only_in_the_solution() -> list[int]:
    found: list[int] = []
    heappush(found, 3)
    return found


### END SOLUTION
def one(x: float) -> float:
    """Task one."""
    ### BEGIN SOLUTION 1.1
    y = helper(x)
    ### BEGIN SOLUTION 1.2
    y += 100
    ### END SOLUTION
    return y + only_in_the_solution()[0]
    ### END SOLUTION


def two() -> int:
    """Task two."""
    ### BEGIN SOLUTION 1.2
    return 2
    ### END SOLUTION


def later() -> int:
    """A task of the next assignment."""
    ### BEGIN SOLUTION 2.1
    return 21
    ### END SOLUTION


tensor = helper
''',
}
COURSE = """
title = "Small"
order = ["warm_up", "next"]
chapters = ["first.py", "second.py"]
"""
ASSIGNMENT = """
title = "Warm up"
[[tasks]]
id = "1.1"
title = "One"
points = 2
defines = ["one"]
[[tasks]]
id = "1.2"
title = "Two"
points = 1
defines = ["two"]
[surface]
api = ["one"]
observe = ["value"]
"""
CHECKS = '''
from gradlab import check

@check(task="1.1", points=2)
def first(torch, observe, rng):
    """The first."""

@check(task="1.2", points=0.5)
def second(torch, observe, rng):
    """The second."""
'''
HIDDEN = '''
from gradlab import check

@check(task="1.2", points=0.5)
def secret(torch, observe, rng):
    """What nobody may read beforehand."""
'''
NEXT = """
title = "Next"
[[tasks]]
id = "2.1"
title = "Later"
points = 1
defines = ["later"]
[surface]
api = ["later"]
observe = ["value"]
"""
NEXT_CHECKS = CHECKS.split('@check(task="1.2"')[0].replace("1.1", "2.1").replace("points=2", "points=1")
HANDOUT = (
    "# Warm up\n\n## 1.1 One\n\n```python\nimport engine as torch\n\nprint(torch.helper(2.5))  # 2\n```\n"
)


@pytest.fixture
def small_course(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a small course; keywords replace whole files, with `__` for `/`."""

    def write(**replaced: str) -> Path:
        files = {f"engine/{name}": text for name, text in ENGINE.items()}
        files |= {"course.toml": COURSE, "warm_up/assignment.toml": ASSIGNMENT, "next/assignment.toml": NEXT}
        files |= {"warm_up/checks.py": CHECKS, "warm_up/hidden.py": HIDDEN, "next/checks.py": NEXT_CHECKS}
        files |= {"warm_up/handout.md": HANDOUT, "next/handout.md": "# Next\n"}
        for key, text in replaced.items():
            stem, _, suffix = key.rpartition("_")
            files[f"{stem.replace('__', '/')}.{suffix}"] = text
        for name, text in files.items():
            path = tmp_path / "course" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path / "course"

    return write


@pytest.fixture(scope="session", params=ORDER)
def shipped(request: pytest.FixtureRequest) -> Assignment:
    """Each shipped assignment."""
    return load_assignment(find_course(Path(), shipped_course()), request.param)


@pytest.fixture(scope="session")
def backward() -> Assignment:
    """The shipped assignment that comes first."""
    return load_assignment(find_course(Path(), shipped_course()), "backward")


def engine_from(source: str) -> types.ModuleType:
    """Run an engine's source as the module `engine`."""
    module = types.ModuleType("engine")
    exec(compile(source, "engine.py", "exec"), module.__dict__)
    return module


@pytest.fixture(scope="session")
def engines() -> Iterator[Engines]:
    """The engines that all benches share."""
    with Engines.start("refgrad") as engines:
        yield engines


@pytest.fixture(scope="session")
def grading(engines: Engines) -> Callable[[Assignment], Grading]:
    """Return a function that says how `grade lint` grades an assignment."""

    def made(assignment: Assignment) -> Grading:
        return Grading(assignment, engines, build_manager(assignment.course.plugins), SECRET, shrink=False)

    return made


@pytest.fixture(scope="session")
def bench(shipped: Assignment, grading: Callable[[Assignment], Grading]) -> Iterator[Bench]:
    """A shipped assignment on the bench of `grade lint`, in a hurry."""
    with Bench(grading(shipped)) as bench:
        bench.hurry(assemble(shipped, solved=[task.id for task in shipped.tasks]))
        yield bench


@pytest.fixture
def as_engine() -> Iterator[Callable[[str], types.ModuleType]]:
    """Return a function that makes a source importable as `engine` until the test ends."""

    def install(source: str) -> types.ModuleType:
        sys.modules["engine"] = engine_from(source)
        return sys.modules["engine"]

    yield install
    sys.modules.pop("engine", None)
