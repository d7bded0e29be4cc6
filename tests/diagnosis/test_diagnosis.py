"""Diagnosis, measured on engines that it has not seen. docs/diagnosis.md quotes the numbers that are asserted here."""

from __future__ import annotations

import dataclasses
import re
import shutil
from itertools import combinations
from pathlib import Path

import msgspec
import pytest

from gradlab.course import find_course, load_assignment, shipped_course
from gradlab.mistakes import load_mistakes
from gradlab.patterns import Patterns, bundled, encode, patterns, recorded
from gradlab.runner import Grading

from .measure import Clinic, changed
from .unlisted import UNLISTED
from .variants import VARIANTS

Clinics = dict[str, Clinic]
DOCS = Path(__file__).parents[2] / "docs" / "diagnosis.md"
ORDER = find_course(Path(), shipped_course()).order


def named(clinics: Clinics) -> dict[tuple[str, str], str | None]:
    """Return what each variant is diagnosed with."""
    return {
        (name, mistake): clinics[name].diagnosed(changed(clinics[name].own_design, *changes))
        for name, variants in VARIANTS.items()
        for mistake, changes in variants.items()
    }


@pytest.fixture(scope="module")
def verdicts(clinics: Clinics) -> dict[tuple[str, str], str | None]:
    return named(clinics)


def test_there_is_a_variant_of_every_shipped_mistake(clinics: Clinics) -> None:
    assert list(VARIANTS) == list(ORDER)
    for name, variants in VARIANTS.items():
        assert set(variants) == {mistake.name for mistake in load_mistakes(clinics[name].assignment)}


def test_a_variant_of_a_mistake_is_named_eight_times_in_ten(
    verdicts: dict[tuple[str, str], str | None],
) -> None:
    right = [said == mistake for (_, mistake), said in verdicts.items()]
    assert sum(right) >= 0.8 * len(right)
    assert f"{sum(right)} of {len(right)} variants" in re.sub(r"\s+", " ", DOCS.read_text(encoding="utf-8"))


def test_a_variant_is_hardly_ever_named_as_another_mistake(
    verdicts: dict[tuple[str, str], str | None],
) -> None:
    wrong = {place: said for place, said in verdicts.items() if said not in (None, place[1])}
    assert wrong == {}


def test_each_half_of_the_variants_does_as_well(verdicts: dict[tuple[str, str], str | None]) -> None:
    for half in (0, 1):
        right = [
            said == place[1] for number, (place, said) in enumerate(verdicts.items()) if number % 2 == half
        ]
        assert sum(right) >= 0.8 * len(right)


def test_a_bug_that_is_on_no_list_is_not_named(clinics: Clinics) -> None:
    assert len(UNLISTED) >= 20
    wrong = {}
    for bug, (name, old, new) in UNLISTED.items():
        source = changed(clinics[name].solution, (old, new))
        assert clinics[name].fails(source), bug
        wrong[bug] = clinics[name].diagnosed(source)
    assert sum(said is not None for said in wrong.values()) <= 0.1 * len(UNLISTED)


@pytest.mark.parametrize("name", ORDER)
def test_a_right_engine_has_no_diagnosis(clinics: Clinics, name: str) -> None:
    clinic = clinics[name]
    assert clinic.diagnosed(clinic.solution) is None
    assert clinic.diagnosed(clinic.own_design) is None


@pytest.mark.parametrize("name", ORDER)
def test_two_mistakes_at_once_are_never_named_as_a_third(clinics: Clinics, name: str) -> None:
    clinic = clinics[name]
    pairs = list(combinations(sorted(VARIANTS[name]), 2))[:: len(VARIANTS[name])]
    assert len(pairs) >= 8
    for pair in pairs:
        assert clinic.diagnosed(clinic.mistakes(*pair)) in (None, *pair)


def test_each_mistake_is_named_by_the_solution_that_has_it(clinics: Clinics) -> None:
    clinic = clinics["zero_grad"]
    for pattern in clinic.patterns:
        assert clinic.diagnosed(clinic.mistakes(pattern.name)) == pattern.name


def test_tasks_that_are_not_done_yet_do_not_hide_a_mistake(clinics: Clinics) -> None:
    clinic = clinics["backward"]
    source = clinic.mistakes("assigns_grad").replace(
        "def unbroadcast(grad: Array, shape: tuple[int, ...]) -> Array:\n",
        'def unbroadcast(grad: Array, shape: tuple[int, ...]) -> Array:\n    raise NotImplementedError("Task 2.5: Undo")\n',
    )
    assert clinic.diagnosed(source) == "assigns_grad"


def test_the_explanation_is_the_mistake_s_own(clinics: Clinics) -> None:
    clinic = clinics["backward"]
    said = [r.diagnosis.explanation for r in clinic.results(clinic.mistakes("assigns_grad")) if r.diagnosis]
    assert set(said) == {
        "Your engine answers like one that was written to assign .grad instead of adding to it. Every backward adds to "
        "the gradients that are there already. Who assigns loses what earlier backward calls left, and cannot accumulate "
        "over several batches."
    }


# --- the file ------------------------------------------------------------------------------------------------------
def test_patterns_hold_neither_code_nor_hidden_checks(clinics: Clinics) -> None:
    clinic = clinics["backward"]
    text = bundled(clinic.assignment).decode()
    hidden = {check.name for check in clinic.assignment.checks if check.hidden}
    assert hidden
    assert not any(name in text for name in hidden | set(VARIANTS["backward"]))
    assert not any(word in text for word in ("def ", "import ", "return ", "must_fail"))
    assert msgspec.json.decode(text, type=Patterns).patterns


def test_a_bundle_s_patterns_diagnose_without_the_mistakes(clinics: Clinics, tmp_path: Path) -> None:
    clinic = clinics["zero_grad"]
    for file in ("checks.py", "assignment.toml"):
        (tmp_path / file).write_bytes((clinic.assignment.root / file).read_bytes())
    (tmp_path / "diagnosis.json").write_bytes(encode(recorded(clinic.grading)))
    there = dataclasses.replace(clinic.assignment, root=tmp_path)
    grading = Grading(there, clinic.grading.engines, clinic.grading.manager)
    assert [pattern.name for pattern in patterns(grading)] == [pattern.name for pattern in clinic.patterns]
    (tmp_path / "checks.py").write_bytes(b"# other checks\n")
    assert patterns(grading) == ()


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 100_000, b'{"schema": 1}'])
def test_a_broken_file_of_patterns_is_no_diagnosis(clinics: Clinics, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "diagnosis.json").write_bytes(content)
    there = dataclasses.replace(clinics["zero_grad"].assignment, root=tmp_path)
    grading = Grading(there, clinics["zero_grad"].grading.engines, clinics["zero_grad"].grading.manager)
    assert patterns(grading) == ()


def test_patterns_are_recorded_once_and_kept_beside_the_course(clinics: Clinics, tmp_path: Path) -> None:
    clinic, root = clinics["retain_grad"], tmp_path / "course"
    shutil.copytree(shipped_course(), root, ignore=shutil.ignore_patterns(".gradlab", "__pycache__"))
    there = load_assignment(find_course(root), "retain_grad")
    grading = Grading(there, clinic.grading.engines, clinic.grading.manager)
    kept = recorded(grading)
    place = root / ".gradlab" / "diagnosis" / "retain_grad.json"
    place.parent.mkdir(parents=True)
    place.write_bytes(encode(msgspec.structs.replace(kept, patterns=kept.patterns[:1])))
    assert len(patterns(grading)) == 1  # it is read
    place.write_bytes(encode(msgspec.structs.replace(kept, patterns=(), mistakes="of other mistakes")))
    assert len(patterns(grading)) == len(kept.patterns)  # it is made anew
    assert msgspec.json.decode(place.read_bytes(), type=Patterns) == kept
    assert [path.name for path in place.parent.iterdir()] == ["retain_grad.json"]
