"""A submission never chooses its grader."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gradlab.course import find_course, load_assignment

from .conftest import SOLUTION, STUB, Run

FREE_POINTS = (
    "from gradlab import check\n\n@check(task='1.1', points=5)\ndef free(torch, observe, rng):\n    'Free.'\n"
)


@pytest.fixture
def cheat(tmp_path: Path) -> Path:
    """A stub that brings its own course, checks, plugin and conftest."""
    root = tmp_path / "cheat"
    root.mkdir()
    (root / "engine.py").write_text(STUB)
    (root / "course.toml").write_text('title = "Mine"\nengine = "engine"\norder = ["steps"]\nbundle = true\n')
    (root / "assignment.toml").write_text("title = 'Mine'\n")
    for name in ("checks.py", "hidden.py", "conftest.py"):
        (root / name).write_text(FREE_POINTS)
    (root / "gradlab_plugins").mkdir()
    (root / "gradlab_plugins" / "program.py").write_text("raise SystemExit(0)\n")
    (root / "cheat.dist-info").mkdir()
    (root / "cheat.dist-info" / "entry_points.txt").write_text("[gradlab]\nprogram = engine\n")
    return root


def score(text: str) -> float:
    return float(json.loads(text)["score"])


def test_a_folder_with_its_own_course_is_graded_by_the_courses(course: Path, cheat: Path, run: Run) -> None:
    ended = run("submit", cheat, "--format", "json")
    report = json.loads(ended.out)
    assert (report["score"], report["max_score"], report["provisional"]) == (0, 5, False)
    assert any("Ignored in the folder: assignment.toml, cheat.dist-info" in note for note in report["notes"])


def test_with_a_course_named_nothing_in_the_current_folder_is_consulted(
    course: Path, cheat: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(cheat)
    assert score(run("submit", ".", "--course", course, "--format", "json").out) == 0
    assert not (cheat / ".gradlab").exists()


def test_in_ci_a_course_that_came_with_the_submission_is_refused(
    course: Path, cheat: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.chdir(cheat)
    for verb in ("submit", "check"):
        for path in (".", "engine.py"):
            ended = run(verb, path)
            assert ended.code == 2
            assert "belongs to the submission, which cannot choose its own grader" in ended.err
    monkeypatch.chdir(course)
    assert score(run("submit", cheat, "--format", "json").out) == 0


def test_an_expected_suite_refuses_any_other(
    course: Path, cheat: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite = load_assignment(find_course(course), "steps").suite_sha256
    assert run("submit", cheat, "--expect-suite", suite).code == 0
    ended = run("submit", cheat, "--expect-suite", "0" * 64)
    assert ended.code == 2
    assert f"The suite of steps here is {suite}, expected is {'0' * 64}." in ended.err
    monkeypatch.chdir(cheat)
    assert "belongs to the submission" in run("submit", "--expect-suite", suite).err


def test_a_bundle_is_provisional_and_writes_the_file_to_hand_in(
    course: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle"
    assert run("start", "steps", bundle).code == 0
    monkeypatch.chdir(bundle)
    (bundle / "engine.py").write_text(SOLUTION)
    ended = run("submit", "--student", "alice", "--format", "json")
    report = json.loads(ended.out)
    assert ended.code == 0
    assert (report["provisional"], report["score"], report["max_score"]) == (True, 3, 3)
    assert any("2 points of hidden checks are not here" in note for note in report["notes"])
    assert not any("Ignored" in note for note in report["notes"])
    [package] = bundle.glob("steps-????????.gradlab")
    assert f"Hand in this file: {package.name}" in ended.err
    monkeypatch.chdir(course)
    final = json.loads(run("submit", bundle / package, "--student", "alice", "--format", "json").out)
    assert (final["provisional"], final["score"], final["max_score"]) == (False, 5, 5)
    assert final["submission"]["sha256"] == report["submission"]["sha256"]


def test_a_bundles_secret_is_never_needed(
    course: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle"
    run("start", "steps", bundle)
    monkeypatch.chdir(bundle)
    assert run("submit").code == 0
    assert not (bundle / ".gradlab" / "secret").exists()


def test_hidden_checks_have_other_inputs_for_every_course(
    course: Path, hand_in: Callable[..., Path], run: Run
) -> None:
    from gradlab.gradebook import Gradebook

    programs = []
    for _ in range(2):
        run("submit", hand_in(STUB.replace('raise NotImplementedError("Task 1.2: Multiply")', "return a")))
    (course / ".gradlab" / "secret").unlink()
    run("submit", hand_in(STUB.replace('raise NotImplementedError("Task 1.2: Multiply")', "return a")))
    with Gradebook.open(course / ".gradlab" / "gradebook.db") as book:
        for attempt in book.attempts():
            report = book.report(attempt)
            assert report is not None
            programs.append(report.checks[-1].program)
    assert programs[0] == programs[1] != programs[2]
