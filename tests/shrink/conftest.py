"""Grade a single check on a wrong engine, with real workers, and look at the program that a student is shown."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from gradlab.assemble import assemble
from gradlab.course import find_course, load_assignment, shipped_course
from gradlab.manager import build_manager
from gradlab.mistakes import load_mistakes, replace_definitions
from gradlab.model import Check, CheckResult
from gradlab.record import Surface
from gradlab.runner import Grading, grade
from gradlab.session import Engines
from gradlab.submission import parse

BACKWARD = load_assignment(find_course(Path(), shipped_course()), "backward")
SOLUTION = assemble(BACKWARD, solved=[task.id for task in BACKWARD.tasks])
RIGHT = (Path(__file__).parents[1] / "specimens" / "right_engine.py").read_text(encoding="utf-8")
# Another check's rules are not the point here, so the specimens may be asked for more than `backward` declares.
WIDE = Surface.from_table(
    {
        "api": [
            *BACKWARD.surface.api,
            "Tensor.register_hook",
            "Tensor.detach",
            "Tensor.reshape",
            "Tensor.numpy",
            "Tensor.__len__",
            "from_numpy",
        ],
        "observe": ["gradient", "value", "error", "watch", "freed", "order", "same", "aliasing"],
    }
)


class Bench:
    """Finds what a student is shown."""

    def __init__(self, engines: Engines) -> None:
        self.engines = engines
        # The inputs of hidden checks are as good as others here: what is measured is the shrinker.
        self.checks = {check.name: msgspec.structs.replace(check, hidden=False) for check in BACKWARD.checks}
        self.mistakes = {mistake.name: mistake for mistake in load_mistakes(BACKWARD)}

    def mistake(self, name: str) -> str:
        """Return the source of the solution with a mistake in it."""
        return replace_definitions(SOLUTION, self.mistakes[name])

    def shown(self, check: Check, source: str, *, seed: int = 0, shrink: bool = True) -> CheckResult:
        """Grade one check."""
        surface = BACKWARD.surface if check.name in self.checks else WIDE
        assignment = dataclasses.replace(BACKWARD, checks=(check,), surface=surface)
        grading = Grading(
            assignment,
            self.engines,
            build_manager(),
            secret=b"secret",
            seed=seed,
            shrink=shrink,
            diagnose=False,
        )
        submission = parse({"engine.py": source.encode()})
        return grade(grading, submission, student="ada", attempt=1, submitted_at="").checks[0]

    def check(self, function: Callable[..., None]) -> Check:
        """Return a check of a function."""
        return Check(
            name=function.__name__,
            task="1",
            title="A check",
            points=1,
            function=function,
            file=Path(function.__code__.co_filename).name,
            line=function.__code__.co_firstlineno,
        )


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    """The bench, with both engines started."""
    with Engines.start("refgrad") as engines:
        yield Bench(engines)


def specimen(*changes: tuple[str, str], extra: str = "") -> str:
    """Return the right engine with some of its text replaced."""
    source = RIGHT
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    return source + extra
