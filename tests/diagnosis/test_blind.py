"""Every wrong engine is wrong, in a way of its own, and otherwise works; the right ones are right."""

from __future__ import annotations

import functools
import sys
import types

import pytest

import refgrad

from .blind.pairs import PAIRS
from .blind.programs import PROGRAMS
from .blind.unlisted import UNLISTED
from .blind.variants import VARIANTS
from .independent import probes
from .independent.sources import Variant, both, source

EVERY = {assignment: [*probes.PROBES[assignment], *PROGRAMS[assignment]] for assignment in PROGRAMS}
TITLES = [(assignment, title) for assignment in VARIANTS for title in VARIANTS[assignment]]
NAMES = [(assignment, name) for assignment in UNLISTED for name in UNLISTED[assignment]]
COUPLES = [(assignment, *pair) for assignment in PAIRS for pair in PAIRS[assignment]]


@functools.cache
def seen(assignment: str, text: str | None) -> tuple[str, ...]:
    """Return what each program of an assignment sees on an engine, or on the reference."""
    engine = refgrad
    if text is not None:
        engine = types.ModuleType(f"engine_{abs(hash(text))}")
        sys.modules[engine.__name__] = engine
        exec(compile(text, engine.__name__, "exec"), engine.__dict__)
    return tuple(repr(probes.watch(engine, program)) for program in EVERY[assignment])


def wrong(assignment: str, variant: Variant) -> dict[int, str]:
    """Return what is seen where an engine differs from the reference: {program: seen}."""
    pairs = zip(seen(assignment, source(variant)), seen(assignment, None), strict=True)
    return {place: got for place, (got, want) in enumerate(pairs) if got != want}


@pytest.mark.parametrize("assignment", EVERY)
@pytest.mark.parametrize("base", ["tape", "closures"])
def test_a_right_engine_sees_what_the_reference_sees(assignment: str, base: str) -> None:
    assert wrong(assignment, Variant(base, [])) == {}


def test_no_bug_has_the_name_of_a_title() -> None:
    assert all(name not in VARIANTS[assignment] for assignment, name in NAMES)


@pytest.mark.parametrize(("assignment", "title"), TITLES)
def test_a_variant_is_wrong_somewhere_and_right_elsewhere(assignment: str, title: str) -> None:
    found = wrong(assignment, VARIANTS[assignment][title])
    assert 0 < len(found) < 0.75 * len(EVERY[assignment])


@pytest.mark.parametrize("assignment", EVERY)
def test_no_two_titles_look_alike(assignment: str) -> None:
    looks = {title: str(wrong(assignment, variant)) for title, variant in VARIANTS[assignment].items()}
    assert len(set(looks.values())) == len(looks)


@pytest.mark.parametrize(("assignment", "name"), NAMES)
def test_a_bug_is_wrong_somewhere_and_looks_like_no_title(assignment: str, name: str) -> None:
    found = wrong(assignment, UNLISTED[assignment][name])
    assert 0 < len(found) < 0.75 * len(EVERY[assignment])
    alike = [title for title, variant in VARIANTS[assignment].items() if wrong(assignment, variant) == found]
    assert alike == []


@pytest.mark.parametrize(("assignment", "one", "other"), COUPLES)
def test_both_of_a_pair_show(assignment: str, one: str, other: str) -> None:
    variants = VARIANTS[assignment]
    found = wrong(assignment, both(variants[one], variants[other]))
    for title, absent in ((one, other), (other, one)):
        alone, without = wrong(assignment, variants[title]), wrong(assignment, variants[absent])
        assert any(found.get(place) == got and without.get(place) != got for place, got in alone.items())
