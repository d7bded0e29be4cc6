"""Grade engines and say what each is diagnosed with."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from gradlab.assemble import assemble
from gradlab.assignment import Assignment
from gradlab.course import find_course, load_assignment, shipped_course
from gradlab.diagnosis import pattern_of
from gradlab.manager import build_manager
from gradlab.mistakes import load_mistakes, replace_definitions
from gradlab.model import CheckResult
from gradlab.patterns import Pattern, recorded
from gradlab.runner import Grading, grade
from gradlab.session import Engines
from gradlab.submission import parse

ROOT = shipped_course()


class Clinic:
    """One assignment, its public checks and the patterns of its mistakes."""

    def __init__(self, engines: Engines, name: str) -> None:
        self.assignment: Assignment = load_assignment(find_course(Path(), ROOT), name)
        self._engines = engines

    @cached_property
    def grading(self) -> Grading:
        """Public checks, no search for small programs."""
        made = Grading(
            self.assignment,
            self._engines,
            build_manager(),
            select=lambda check: not check.hidden,
            shrink=False,
        )
        made.patterns = self.patterns
        return made

    @cached_property
    def patterns(self) -> tuple[Pattern, ...]:
        """Recorded anew, whatever lies beside the course."""
        return recorded(Grading(self.assignment, self._engines, build_manager())).patterns

    @cached_property
    def solution(self) -> str:
        return assemble(self.assignment, solved=[task.id for task in self.assignment.tasks])

    @cached_property
    def own_design(self) -> str:
        return (self.assignment.root / "examples" / "own_design.py").read_text(encoding="utf-8")

    def mistakes(self, *names: str) -> str:
        """Return the solution with mistakes in it."""
        source = self.solution
        for mistake in load_mistakes(self.assignment):
            if mistake.name in names:
                source = replace_definitions(source, mistake)
        return source

    def results(self, source: str) -> tuple[CheckResult, ...]:
        """Grade an engine."""
        submission = parse({"engine.py": source.encode()})
        return grade(self.grading, submission, student="ada", attempt=1, submitted_at="").checks

    def diagnosed(self, source: str) -> str | None:
        """Return the name of the mistake that an engine is diagnosed with. It is one at most."""
        named = {result.diagnosis.name for result in self.results(source) if result.diagnosis is not None}
        assert len(named) <= 1
        return named.pop() if named else None

    def fails(self, source: str) -> bool:
        """Return whether an engine fails any public check."""
        return bool(pattern_of(self.results(source))[0])


def changed(source: str, *changes: tuple[str, str]) -> str:
    """Return a source with some of its text replaced; all of it has to be there."""
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    return source
