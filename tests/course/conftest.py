"""The shipped assignments, small courses made on the spot, and grading in this very process."""

from __future__ import annotations

import itertools
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path

import pytest

from gradlab import wire
from gradlab.assignment import Assignment
from gradlab.course import find_course, load_assignment, shipped_course
from gradlab.manager import build_manager, observers
from gradlab.model import Check, Observation
from gradlab.program import Program
from gradlab.record import record
from gradlab.replay import Script
from gradlab.worker.replay import Replayer

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


class Bench:
    """Checks recorded on one engine, to be replayed on others in this process, without isolation."""

    def __init__(self, assignment: Assignment, engine: types.ModuleType) -> None:
        self.manager = build_manager(assignment.course.plugins)
        self.recorded: list[tuple[Check, Program, tuple[Observation, ...]]] = []
        for check in assignment.checks:
            for instance in range(check.instances):
                program = record(
                    check,
                    engine,
                    seed=check.name.encode(),
                    observers=observers(self.manager),
                    surface=assignment.surface,
                    instance=instance,
                )
                self.recorded.append((check, program, _replay(program, engine)))

    def failing(self, source: str, without: frozenset[str] = frozenset()) -> Mapping[str, str]:
        """Return the checks that an engine fails, each with the first thing said about it."""
        found: dict[str, str] = {}
        for check, program, expected in self.recorded:
            if check.name in without:
                continue
            actual = _replay(program, engine_from(source))
            findings = [
                finding
                for group in self.manager.hook.judge(check=check, expected=expected, actual=actual)
                for finding in group
            ]
            if findings:
                found.setdefault(check.name, findings[0].message)
            elif [(seen.sid, seen.nth) for seen in expected] != [(seen.sid, seen.nth) for seen in actual]:
                found.setdefault(check.name, "The submission did something else, and nobody says what.")
        return found


def engine_from(source: str) -> types.ModuleType:
    """Run an engine's source as the module `engine`."""
    module = types.ModuleType("engine")
    exec(compile(source, "engine.py", "exec"), module.__dict__)
    return module


def _replay(program: Program, engine: types.ModuleType) -> tuple[Observation, ...]:
    replayer = Replayer(engine, lambda file: None)
    replies = []
    script = Script(program)
    for request in script.requests(itertools.count()):
        reply = replayer.run(wire.decode_request(wire.encode(request)))  # type: ignore[arg-type]
        replies.append(wire.decode_reply(wire.encode(reply)))
        if reply.ended is not None:
            break
    return script.observations(replies)  # type: ignore[arg-type]


@pytest.fixture(scope="session", params=["refgrad", pytest.param("torch", marks=pytest.mark.torch)])
def bench(request: pytest.FixtureRequest, shipped: Assignment) -> Bench:
    """The shipped checks, recorded on the course's engine and, where it is installed, on PyTorch itself."""
    if request.param == "torch":
        pytest.importorskip("torch", reason="PyTorch is not installed")
    return Bench(shipped, import_module(request.param))


@pytest.fixture
def as_engine() -> Iterator[Callable[[str], types.ModuleType]]:
    """Return a function that makes a source importable as `engine` until the test ends."""

    def install(source: str) -> types.ModuleType:
        sys.modules["engine"] = engine_from(source)
        return sys.modules["engine"]

    yield install
    sys.modules.pop("engine", None)
