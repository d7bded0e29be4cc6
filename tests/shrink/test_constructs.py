"""Whatever a check does can be shrunk: hooks, closures, derived classes, views, in-place changes, shared arrays."""

from __future__ import annotations

import ast
import importlib.util
import itertools
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import refgrad
from gradlab import wire
from gradlab.manager import build_manager, observers
from gradlab.model import Check, Observation
from gradlab.program import Program
from gradlab.record import record
from gradlab.replay import Script
from gradlab.show import show
from gradlab.shrink import Bounds, Goal, cost, shrink
from gradlab.worker.replay import Replayer

PATIENT = Bounds(seconds=60.0, evaluations=600)


def recorded_constructs() -> ModuleType:
    """Return the tests of the recorder, whose checks have every construct in them."""
    path = Path(__file__).parents[1] / "record" / "test_constructs.py"
    spec = importlib.util.spec_from_file_location("recorded_constructs", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


CONSTRUCTS = recorded_constructs()
OBSERVERS = {**CONSTRUCTS.MORE, **observers(build_manager())}


def program_of(function: Callable[..., None]) -> Program:
    check = Check(name=function.__name__, task="1", title="", points=1, function=function)
    return record(check, refgrad, seed=0, observers=OBSERVERS, surface=None)


def replayed(program: Program) -> tuple[Observation, ...]:
    replayer, script = Replayer(refgrad, lambda file: None), Script(program)

    def ask(request: wire.Replay) -> wire.Reply:
        asked = wire.decode_request(wire.encode(request))
        assert isinstance(asked, wire.Replay)
        return wire.decode_reply(wire.encode(replayer.run(asked)))

    return script.play(ask, itertools.count(1))


class OnTheReference:
    """Content with every program that runs to its end and still makes some observations."""

    def shows(self, program: Program) -> bool:
        seen = replayed(program)
        sound = not any(isinstance(one.payload, wire.Unmade) for one in seen)
        return sound and seen[-1].payload == wire.Scalar("reached") and len(seen) > 3


class ByLot:
    """Content with two programs of three, so that the search goes where no engine would lead it."""

    def __init__(self, salt: int) -> None:
        self.salt = salt
        self.tried: list[Program] = []

    def shows(self, program: Program) -> bool:
        self.tried.append(program)
        text = show(program)
        ast.parse(text)
        assert list(Script(program).requests(itertools.count(1)))
        return len(self.tried) == 1 or zlib.crc32(text.encode() + bytes([self.salt])) % 3 != 0


@pytest.mark.parametrize("check", CONSTRUCTS.CHECKS)
def test_what_is_left_still_runs_on_the_reference(check: Callable[..., None]) -> None:
    program = program_of(check)
    found = shrink(program, OnTheReference(), Goal(0), PATIENT)
    assert found.finished
    assert cost(found.program) < cost(program)
    assert OnTheReference().shows(found.program)


@pytest.mark.parametrize("salt", [0, 1])
@pytest.mark.parametrize("check", CONSTRUCTS.CHECKS)
def test_every_program_that_is_tried_can_be_sent_and_shown(check: Callable[..., None], salt: int) -> None:
    oracle = ByLot(salt)
    shrink(program_of(check), oracle, Goal(0), PATIENT)
    assert len(oracle.tried) > 1
