"""`grade init` and `grade new`: a course of one's own, and another assignment in it."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path

import pytest

from gradlab.assemble import assemble
from gradlab.course import find_course, load_assignment, shipped_course

from .conftest import Run


@pytest.fixture
def mine(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course that `grade init` has just written, from which the commands run."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("GRADLAB_DATABASE", raising=False)
    assert run("init", tmp_path / "mine").code == 0
    monkeypatch.chdir(tmp_path / "mine")
    return tmp_path / "mine"


def solved(course: Path, name: str) -> str:
    assignment = load_assignment(find_course(course), name)
    return assemble(assignment, solved=[task.id for task in assignment.tasks])


def test_a_new_course_is_whole_and_has_a_secret_of_its_own_that_nobody_else_can_read(
    run: Run, tmp_path: Path
) -> None:
    ended = run("init", tmp_path / "one")
    assert ended.code == 0
    assert "Its secret is new, and yours" in ended.out
    assert "samples that anybody can read" in ended.out
    run("init", tmp_path / "two")
    secrets = [tmp_path / name / ".gradlab" / "secret" for name in ("one", "two")]
    assert secrets[0].read_text() != secrets[1].read_text()
    assert secrets[0].read_text().strip() not in ended.out
    if os.name == "posix":
        assert stat.S_IMODE(secrets[0].stat().st_mode) == 0o600
        assert stat.S_IMODE(secrets[0].parent.stat().st_mode) == 0o700
    assert ".gradlab/" in (tmp_path / "one" / ".gitignore").read_text().splitlines()
    assert find_course(tmp_path / "one").order == find_course(shipped_course()).order
    assert (tmp_path / "one" / "AUTHORING.md").read_text().startswith("# Writing an assignment\n")


def test_a_repository_that_was_made_for_the_course_is_a_place_for_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine" / ".git").mkdir(parents=True)
    assert run("init", tmp_path / "mine").code == 0


def test_everything_works_in_a_new_course(mine: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in find_course(mine).order:
        assert run("start", name, mine.parent / name).code == 0
        work = mine.parent / name / "engine.py"
        monkeypatch.chdir(mine.parent / name)
        assert run("check").code == 1
        work.write_text(solved(mine, name))
        assert run("check").code == 0
        monkeypatch.chdir(mine)
        ended = run("submit", work, "--assignment", name, "--student", "ada", "--format", "json")
        report = json.loads(ended.out)
        assert report["score"] == report["max_score"]
        assert report["provisional"] is False
        assert "ada" in run("show", "--student", "ada", "--assignment", name).out
        bundle = mine.parent / f"released-{name}"
        assert run("release", name, bundle).code == 0
        monkeypatch.chdir(bundle)
        ended = run("submit", "--student", "ada", "--format", "json")
        assert ended.code == 0
        assert json.loads(ended.out)["provisional"] is True
        assert len(list(bundle.glob(f"{name}-????????.gradlab"))) == 1
        monkeypatch.chdir(mine)
    assert run("status", "--student", "ada").out.count("graded") >= 4


@pytest.mark.parametrize("there", ["a file", "a folder with something in it", "a course"])
def test_init_overwrites_nothing(run: Run, tmp_path: Path, there: str) -> None:
    target = tmp_path / "mine"
    if there == "a file":
        target.write_text("mine")
    elif there == "a course":
        run("init", target)
    else:
        target.mkdir()
        (target / "notes.txt").write_text("mine")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    ended = run("init", target)
    assert ended.code == 2
    assert "Give a new folder for the course." in ended.err
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_new_assignment_works_at_once(mine: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (mine / "course.toml").read_text()
    ended = run("new", "softly")
    assert ended.code == 0
    after = (mine / "course.toml").read_text()
    assert set(before.splitlines()) - set(after.splitlines()) == {
        'order = ["backward", "zero_grad", "retain_grad", "view_reshape"]'
    }
    assert find_course(mine).order[-1] == "softly"
    ended = run("lint", "softly")
    assert ended.code == 0, ended.out
    assert "100 %" in ended.out
    run("start", "softly", mine.parent / "work")
    monkeypatch.chdir(mine.parent / "work")
    assert "2 checks: not implemented yet (task 7.1)" in run("check").out
    (mine.parent / "work" / "engine.py").write_text(solved(mine, "softly"))
    assert run("check").code == 0


def test_lint_says_what_a_bundle_would_give_away(mine: Path, run: Run) -> None:
    run("new", "softly")
    handout = mine / "softly" / "handout.md"
    handout.write_text(
        handout.read_text() + "\nNo need to think: return grad * np.cosh(a)\nreturn grad * np.cosh(a)\n"
    )
    ended = run("lint", "softly")
    assert ended.code == 1
    last = len(handout.read_text().splitlines())
    said = f"handout.md:{last}: `return grad * np.cosh(a)` gives away the solution of softly, so no bundle was made."
    assert said in " ".join(ended.out.split())


def test_every_place_to_change_says_so_and_none_in_the_engine_reaches_students(mine: Path, run: Run) -> None:
    run("new", "softly")
    for path in [*(mine / "softly").rglob("*.*"), mine / "engine" / "softly.py"]:
        assert "CHANGE" in path.read_text(), path
    assert "CHANGE " not in solved(mine, "softly")
    for earlier in find_course(shipped_course()).order:
        assert solved(mine, earlier) == solved(shipped_course(), earlier)


def test_release_names_what_is_left_of_the_skeleton(mine: Path, run: Run) -> None:
    run("new", "softly")
    ended = run("release", "softly", mine.parent / "bundle")
    assert ended.code == 0
    assert (
        "Still as the skeleton has it, and marked CHANGE: checks.py:8, handout.md:3, handout.md:11.\n"
        in ended.err
    )
    assert "CHANGE" not in run("release", "backward", mine.parent / "other").err


def test_each_new_assignment_has_a_task_and_a_function_of_its_own(mine: Path, run: Run) -> None:
    for number, name in enumerate(("one", "two", "three", "four"), start=7):
        assert run("new", name).code == 0
        [task] = load_assignment(find_course(mine), name).tasks
        assert task.id == f"{number}.1"
    defined = re.findall(r"^def (\w+)\(", solved(mine, "four"), re.M)
    assert len(defined) == len(set(defined))
    ended = run("new", "five")
    assert ended.code == 2
    assert "change one of these first" in ended.err


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Softly", "'Softly' cannot be an assignment's name"),
        ("../softly", "cannot be an assignment's name"),
        ("engine", "cannot be an assignment's name"),
        ("backward", "backward is there already, and nothing was written"),
        ("views", "views.py is there already, and nothing was written"),
    ],
)
def test_a_name_that_will_not_do_is_refused(mine: Path, run: Run, name: str, words: str) -> None:
    before = (mine / "course.toml").read_text()
    ended = run("new", name)
    assert ended.code == 2
    assert words in ended.err
    assert (mine / "course.toml").read_text() == before


def test_new_needs_a_course_with_an_engine_that_the_skeleton_fits(
    course: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = run("new", "softly")
    assert ended.code == 2
    assert "this course's engine has no record. Write the assignment by hand" in ended.err
    run("start", "steps", tmp_path / "bundle")
    monkeypatch.chdir(tmp_path / "bundle")
    assert "is a student's bundle" in run("new", "softly").err
    monkeypatch.chdir(tmp_path)
    assert "There is no course.toml" in run("new", "softly").err
