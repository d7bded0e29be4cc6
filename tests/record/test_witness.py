"""What is seen while a check is recorded is what its replay observes, or nothing is claimed."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import refgrad
from gradlab import wire
from gradlab.course import find_course, load_assignment, shipped_course
from gradlab.errors import CheckAuthoringError
from gradlab.manager import build_manager
from gradlab.model import Observation
from gradlab.record import Witness, record
from gradlab.replay import Script
from gradlab.runner import Grading
from gradlab.session import Engines

COURSE = find_course(Path(), shipped_course())


def witnessed(lab, function) -> tuple[Script, tuple[Observation, ...] | None]:
    witness = Witness()
    program = record(
        lab.check(function), refgrad, seed=0, observers=lab.observers, surface=None, witness=witness
    )
    script, replies = Script(program), witness.replies(program)
    return script, None if replies is None else script.observations(replies)


def values_and_gradients(torch, observe, rng):
    x = torch.tensor(rng.normal(size=(2, 3)), requires_grad=True)
    y = x.exp().sum()
    observe.value(y)
    y.backward(torch.tensor(rng.normal(size=())))
    observe.gradient(x)
    observe.flags(y)
    observe.aliasing(x, x.detach())


def answers_that_are_read(torch, observe, rng):
    x = torch.tensor(rng.normal(size=(2, 3)), requires_grad=True)
    if x.requires_grad and len(x) == 2:
        for row in x:
            observe.value(row * 2)
    a, b = x.shape
    observe.value(x.reshape(b, a))


def errors_and_none(torch, observe, rng):
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    with observe.error():
        x.backward()
    with observe.error():
        x.sum().backward()
    with torch.no_grad():
        observe.value(x * 2)


def inputs_in_several_parts(torch, observe, rng):
    for _ in range(3):
        x = torch.tensor(rng.normal(size=3), requires_grad=True)
        (x * x).sum().backward()
        observe.gradient(x)


@pytest.mark.parametrize(
    "check", [values_and_gradients, answers_that_are_read, errors_and_none, inputs_in_several_parts]
)
def test_what_was_seen_is_what_a_replay_observes(lab, check):
    script, seen = witnessed(lab, check)
    assert seen == lab.replay(script.program, refgrad)
    assert len(seen) > 3


def a_hook(torch, observe, rng):
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    x.register_hook(lambda g: g * 2)
    x.sum().backward()
    observe.gradient(x)


def a_lifetime(torch, observe, rng):
    x = torch.tensor(rng.normal(size=3))
    held = observe.watch(x)
    del x
    observe.freed(held)


def memory(torch, observe, rng):
    start = observe.memory()
    x = torch.tensor(np.ones(100_000))
    built = observe.memory()
    del x
    observe.released(start, built)


def a_warning(torch, observe, rng):
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    with observe.warning():
        (x * 2).grad  # noqa: B018


def an_error_that_the_check_catches(torch, observe, rng):
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    try:  # noqa: SIM105 - as authors write it
        x.backward()
    except RuntimeError:
        pass
    observe.value(x)


def an_array_in_another_order(torch, observe, rng):
    observe.value(torch.from_numpy(rng.normal(size=(2, 3)).T).sum())


@pytest.mark.parametrize(
    "check",
    [a_hook, a_lifetime, memory, a_warning, an_error_that_the_check_catches, an_array_in_another_order],
)
def test_what_depends_on_the_process_is_left_to_a_replay(lab, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        script, seen = witnessed(lab, check)
    assert seen is None
    assert lab.replay(script.program, refgrad)[-1].payload == wire.Scalar("reached")


def the_gradient_of_no_tensor(torch, observe, rng):
    observe.gradient(torch.tensor(rng.normal(size=3)).shape)


def test_a_probe_of_what_the_reference_lacks_is_the_author_s_fault_and_said(lab, engines):
    _, seen = witnessed(lab, the_gradient_of_no_tensor)
    assert seen is None
    assignment = load_assignment(COURSE, "backward")
    expectations = Grading(
        replace(assignment, surface=None), engines, build_manager(), secret=b"s"
    ).expectations
    with pytest.raises(
        CheckAuthoringError, match=r"does not run to its end when it is replayed .*Size\.grad"
    ):
        expectations.of(lab.check(the_gradient_of_no_tensor), "a" * 64)


# --- who is believed ---------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    with Engines.start("refgrad") as started:
        yield started


class _Replays:
    """Counts what is replayed on the reference."""

    def __init__(self, engines: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
        self.checks: list[str] = []
        replaying = engines.replaying

        def counted(work, check, *rest):
            self.checks.append(check.name)
            return replaying(work, check, *rest)

        monkeypatch.setattr(engines, "replaying", counted)


def expected(grading: Grading, submission: str) -> dict[str, tuple[Observation, ...]]:
    checks = [check for check in grading.checks if check.hidden and not check.weighs]
    grading.expectations.ahead(checks, submission)
    return {check.name: grading.expectations.of(check, submission).observations for check in checks}


@pytest.mark.parametrize("name", ["backward", "zero_grad", "retain_grad", "view_reshape"])
def test_the_second_submission_s_hidden_checks_need_no_replay_and_expect_the_same(engines, monkeypatch, name):
    assignment = load_assignment(COURSE, name)
    replays = _Replays(engines, monkeypatch)
    grading, afresh = (Grading(assignment, engines, build_manager(), secret=b"s") for _ in range(2))
    first, second = expected(grading, "a" * 64), len(replays.checks)
    assert second == len(first)
    seen = expected(grading, "b" * 64)
    saved = set(first) - set(replays.checks[second:])
    assert len(saved) >= {"backward": 10, "zero_grad": 8, "retain_grad": 1, "view_reshape": 12}[name]
    assert seen == expected(afresh, "b" * 64)
    assert seen != first


def test_a_check_whose_replay_shows_something_else_is_replayed_for_everybody(engines, monkeypatch):
    """As one that depends on what an earlier check left behind in the engine."""
    assignment = load_assignment(COURSE, "backward")
    grading = Grading(assignment, engines, build_manager(), secret=b"s")
    replays, replies = _Replays(engines, monkeypatch), Witness.replies

    def wrong(self, program):
        found = replies(self, program)
        seen = None if found is None else found[-1].seen
        if seen:
            seen[-1] = wire.Seen(seen[-1].sid, seen[-1].nth, wire.Scalar("something else"))
        return found

    with monkeypatch.context() as patched:
        patched.setattr(Witness, "replies", wrong)
        first = expected(grading, "a" * 64)
    count = len(replays.checks)
    expected(grading, "b" * 64)
    assert replays.checks[count:] == list(first)
