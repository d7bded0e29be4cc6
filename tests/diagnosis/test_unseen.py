"""Diagnosis, measured on two sets of engines whose authors knew the titles of the Mistakes and the handouts, and nothing of
checks, Mistakes or diagnosis. Neither was changed for what it met here: docs/diagnosis.md quotes the numbers."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from gradlab.mistakes import load_mistakes

from . import blind, independent
from .blind.pairs import PAIRS as BLIND_PAIRS
from .blind.unlisted import UNLISTED as BLIND_UNLISTED
from .blind.variants import VARIANTS as BLIND_VARIANTS
from .independent.pairs import LISTED, PAIRS
from .independent.sources import Variant, both, right, source
from .independent.unlisted import VARIANTS as UNLISTED
from .measure import Clinic
from .test_diagnosis import DOCS, ORDER, Clinics

Names = dict[tuple[str, str], str | None]  # by assignment and engine: the mistake that is named


class Set(NamedTuple):
    """The wrong engines of one author."""

    listed: dict[str, dict[str, Variant]]
    unlisted: dict[str, dict[str, Variant]]
    pairs: dict[str, list[tuple[str, str]]]


SETS = {
    independent.__name__.rpartition(".")[2]: Set(LISTED, UNLISTED, PAIRS),
    blind.__name__.rpartition(".")[2]: Set(BLIND_VARIANTS, BLIND_UNLISTED, BLIND_PAIRS),
}


def named(clinics: Clinics, engines: dict[str, dict[str, Variant]]) -> Names:
    return {
        (name, title): clinics[name].diagnosed(source(variant))
        for name in ORDER
        for title, variant in engines[name].items()
    }


def documented(sentence: str) -> bool:
    return sentence in re.sub(r"\s+", " ", DOCS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("author", SETS)
def test_every_shipped_mistake_has_a_variant(clinics: Clinics, author: str) -> None:
    for name in ORDER:
        assert set(SETS[author].listed[name]) == {m.name for m in load_mistakes(clinics[name].assignment)}


@pytest.mark.parametrize("author", SETS)
def test_eight_variants_in_ten_are_named_and_hardly_ever_one_as_another_mistake(
    clinics: Clinics, author: str
) -> None:
    names = named(clinics, SETS[author].listed)
    count = sum(said == title for (_, title), said in names.items())
    assert count >= 0.8 * len(names)
    assert documented(f"`{author}`: {count} of {len(names)} named right")
    wrong = {title: said for (_, title), said in names.items() if said not in (None, title)}
    # Where leaves refuse to be changed while recording, a step that forgets `no_grad` is refused as well.
    assert wrong == {"records_the_step": "refuses_even_without_recording"}


def test_a_bug_that_is_on_no_list_is_named_one_time_in_ten_at_most(clinics: Clinics) -> None:
    unlisted = {author: named(clinics, engines.unlisted) for author, engines in SETS.items()}
    counts = {author: sum(said is not None for said in names.values()) for author, names in unlisted.items()}
    assert counts["blind"] <= 0.1 * len(unlisted["blind"])
    assert sum(counts.values()) <= 0.1 * sum(map(len, unlisted.values()))
    for author, names in unlisted.items():
        assert documented(f"{counts[author]} of {len(names)} unlisted bugs named")


@pytest.mark.parametrize("base", ["closures", "tape"])
@pytest.mark.parametrize("name", ORDER)
def test_a_right_engine_has_no_diagnosis(clinics: Clinics, name: str, base: str) -> None:
    clinic: Clinic = clinics[name]
    assert not clinic.fails(right(base))
    assert clinic.diagnosed(right(base)) is None


@pytest.mark.parametrize("author", SETS)
@pytest.mark.parametrize("name", ORDER)
def test_two_mistakes_at_once_are_never_named_as_a_third(clinics: Clinics, name: str, author: str) -> None:
    variants, pairs = SETS[author].listed[name], SETS[author].pairs[name]
    assert len(pairs) >= 6
    for one, other in pairs:
        assert clinics[name].diagnosed(source(both(variants[one], variants[other]))) in (None, one, other)
