"""Random programs show the same on refgrad and on real torch. Runs where torch is importable."""

from __future__ import annotations

import importlib
import random
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="compares with real torch")
pytestmark = pytest.mark.torch

sys.path.append(str(Path(__file__).resolve().parents[1] / "oracle"))
differential = importlib.import_module("differential")
wrong_calls = importlib.import_module("wrong_calls")


@st.composite
def programs(draw: st.DrawFn) -> list[str]:
    lines: list[str] = differential.build(lambda options: draw(st.sampled_from(options)))
    return lines


def _check(lines: list[str], ours: ModuleType) -> None:
    difference = differential.compare(lines, ours, torch)
    if difference is not None and not difference.explanation():
        pytest.fail("torch and refgrad differ on\n\n" + "\n".join(lines) + f"\n\n{difference}")


@pytest.fixture
def refgrad() -> Any:
    ours, _ = differential.engines()
    yield ours
    torch.set_warn_always(False)


# Always the same programs: those on new seeds are looked for with tests/oracle/differential.py (docs/oracle.md).
@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(lines=programs())
def test_a_random_program_shows_the_same_on_both(refgrad: Any, lines: list[str]) -> None:
    _check(lines, refgrad)


@pytest.mark.parametrize("seed", range(200))
def test_a_seeded_program_shows_the_same_on_both(refgrad: Any, seed: int) -> None:
    _check(differential.build(random.Random(seed).choice), refgrad)


# Which of the first sixty programs about a subject do not agree yet (docs/oracle.md): these and no others.
_APART: dict[str, set[int]] = {}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("subject", differential.SUBJECTS)
def test_programs_about_a_subject_show_the_same_on_both(refgrad: Any, subject: str) -> None:
    apart = {}
    for seed in range(60):
        lines = differential.program(seed, [subject])
        difference = differential.compare(lines, refgrad, torch)
        if difference is not None and not difference.explanation():
            apart[seed] = "\n".join([*lines, str(difference)])
    assert apart.keys() == _APART.get(subject, set()), apart


# Where one of the two refuses first what both refuse, or torch itself stumbles: at most so many of a thousand.
_OTHERWISE = 10


@pytest.mark.filterwarnings("ignore")
def test_a_wrong_use_is_refused_in_the_same_words_and_never_by_accident(refgrad: Any) -> None:
    writer = wrong_calls.Writer(random.Random(0), refgrad, torch)
    uses = dict.fromkeys(writer.write() for _ in range(1_000))
    outcomes = {use: (wrong_calls.outcome(use, torch), wrong_calls.outcome(use, refgrad)) for use in uses}
    differing = {use: both for use, both in outcomes.items() if not both[0].agrees(both[1])}
    assert {use: both for use, both in differing.items() if both[1].stumbled} == {}
    assert len(differing) <= _OTHERWISE
