"""The independent engines are what they claim to be: the right ones right, and each wrong one wrong in its own way."""

from __future__ import annotations

import sys
import types
from typing import Any

import pytest

import refgrad

from .independent import pairs, unlisted
from .independent.probes import PROBES, watch
from .independent.sources import Variant, right, source

ASSIGNMENTS = sorted(PROBES)
LISTED = [(assignment, name) for assignment in ASSIGNMENTS for name in pairs.LISTED[assignment]]
UNLISTED = [(assignment, name) for assignment in ASSIGNMENTS for name in unlisted.VARIANTS[assignment]]
PAIRS = [(assignment, *names) for assignment in ASSIGNMENTS for names in pairs.PAIRS[assignment]]


def behaviour(engine: Any, assignment: str) -> dict[str, list[Any]]:
    """Return what the programs of an assignment see on an engine."""
    return {probe.__name__: watch(engine, probe) for probe in PROBES[assignment]}


def load(text: str, monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """Turn the source of an engine into a module."""
    module = types.ModuleType("independent_engine")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(text, module.__name__, "exec"), module.__dict__)
    return module


def behaviour_of(variant: Variant, assignment: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    return behaviour(load(source(variant), monkeypatch), assignment)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
@pytest.mark.parametrize("base", ["closures", "tape"])
def test_a_right_engine_does_what_the_reference_does(
    base: str, assignment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert behaviour(load(right(base), monkeypatch), assignment) == behaviour(refgrad, assignment)


@pytest.mark.parametrize(("assignment", "name"), LISTED + UNLISTED)
def test_a_wrong_engine_differs_in_some_programs_and_not_in_all(
    assignment: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    variants = {**pairs.LISTED[assignment], **unlisted.VARIANTS[assignment]}
    expected = behaviour(refgrad, assignment)
    shown = behaviour_of(variants[name], assignment, monkeypatch)
    assert 0 < sum(shown[probe] != expected[probe] for probe in expected) < len(expected)


@pytest.mark.parametrize(("assignment", "one", "other"), PAIRS)
def test_a_pair_shows_more_than_each_of_its_two(
    assignment: str, one: str, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = behaviour_of(pairs.pair(assignment, one, other), assignment, monkeypatch)
    for name in (one, other):
        assert shown != behaviour_of(pairs.LISTED[assignment][name], assignment, monkeypatch)
