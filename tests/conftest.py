"""A laboratory: record a check on a small right engine, replay it there and on a wrong one, and judge."""

from __future__ import annotations

import itertools
import types
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from gradlab import wire
from gradlab.manager import build_manager, observers
from gradlab.model import Check, Finding, Observation
from gradlab.program import Program
from gradlab.record import Surface, record
from gradlab.replay import Script
from gradlab.worker.replay import Replayer

SOURCE = (Path(__file__).parent / "specimens" / "right_engine.py").read_text(encoding="utf-8")


class Lab:
    """Grading in one process, without a runner."""

    def __init__(self) -> None:
        self.manager = build_manager()
        self.observers = observers(self.manager)
        self.right = self.engine()

    def engine(self, *changes: tuple[str, str]) -> types.ModuleType:
        """Return the right engine with some of its text replaced."""
        source = SOURCE
        for old, new in changes:
            assert old in source
            source = source.replace(old, new)
        module = types.ModuleType("engine")
        exec(compile(source, "engine.py", "exec"), module.__dict__)
        return module

    def check(
        self, function: Callable[..., None], errors: str = "class", tolerance: Mapping[str, float] = {}
    ) -> Check:
        """Return a check of a function."""
        line = function.__code__.co_firstlineno
        return Check(
            name=function.__name__,
            task="1",
            title="A check",
            points=1,
            function=function,
            help="Read the rule again.",
            errors=errors,
            tolerance=dict(tolerance),
            file=Path(function.__code__.co_filename).name,
            line=line,
        )

    def record(
        self,
        function: Callable[..., None],
        *,
        seed: int = 0,
        surface: Surface | None = None,
        instance: int = 0,
    ) -> Program:
        """Record a check on the right engine."""
        check = self.check(function)
        return record(
            check, self.right, seed=seed, observers=self.observers, surface=surface, instance=instance
        )

    def replay(self, program: Program, engine: types.ModuleType) -> tuple[Observation, ...]:
        """Replay a program as a worker does, over the wire."""
        replayer = Replayer(engine, lambda file: file if file == "engine.py" else None)
        script, replies = Script(program), []
        for request in script.requests(itertools.count(1)):
            asked = wire.decode_request(wire.encode(request))
            assert isinstance(asked, wire.Replay)
            reply = wire.decode_reply(wire.encode(replayer.run(asked)))
            assert isinstance(reply, wire.Observed)
            replies.append(reply)
            if reply.ended is not None:
                break
        return script.observations(replies)

    def findings(
        self,
        function: Callable[..., None],
        *changes: tuple[str, str],
        errors: str = "class",
        tolerance: Mapping[str, float] = {},
    ) -> list[Finding]:
        """Judge the right engine, changed, against the right one."""
        program = self.record(function)
        return self.judge(
            self.check(function, errors, tolerance),
            self.replay(program, self.right),
            self.replay(program, self.engine(*changes)),
        )

    def judge(
        self, check: Check, expected: tuple[Observation, ...], actual: tuple[Observation, ...]
    ) -> list[Finding]:
        """Return what all bundled plugins find."""
        groups = self.manager.hook.judge(check=check, expected=expected, actual=actual)
        return [finding for group in reversed(groups) for finding in group]


@pytest.fixture(scope="session")
def lab() -> Lab:
    """The laboratory."""
    return Lab()
