"""The shipped assignments, their mistakes, and engines in real workers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gradlab.assemble import assemble
from gradlab.assignment import Assignment
from gradlab.course import find_course, load_assignment, shipped_course
from gradlab.fuzz import Fuzzed, search
from gradlab.manager import build_manager
from gradlab.mistakes import load_mistakes, replace_definitions
from gradlab.runner import Grading
from gradlab.session import Engines
from gradlab.submission import parse

ROOT = shipped_course()


class Hunter:
    """Searches with random programs."""

    def __init__(self, engines: Engines) -> None:
        self.engines = engines
        self._gradings: dict[str, Grading] = {}

    def grading(self, name: str) -> Grading:
        """Return what is needed to grade an assignment."""
        if name not in self._gradings:
            assignment = load_assignment(find_course(Path(), ROOT), name)
            self._gradings[name] = Grading(assignment, self.engines, build_manager(), shrink=False)
        return self._gradings[name]

    def assignment(self, name: str) -> Assignment:
        return self.grading(name).assignment

    def search(self, name: str, source: str, *, programs: int, seed: int = 0) -> Fuzzed:
        """Search for a difference between the reference and an engine's source."""
        submission = parse({"engine.py": source.encode()})
        return search(self.grading(name), submission, seed=seed, programs=programs)

    def solution(self, name: str, mistake: str = "") -> str:
        """Return the solution, with a mistake in it if one is named."""
        assignment = self.assignment(name)
        source = assemble(assignment, solved=[task.id for task in assignment.tasks])
        for found in load_mistakes(assignment):
            if found.name == mistake:
                return replace_definitions(source, found)
        return source


@pytest.fixture(scope="session")
def hunter() -> Iterator[Hunter]:
    """A hunter, with both engines started."""
    with Engines.start("refgrad") as engines:
        yield Hunter(engines)
