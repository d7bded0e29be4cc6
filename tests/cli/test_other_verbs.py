"""`grade check`, `start`, `show`, `status` and `doctor`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import SOLUTION, WRONG, Run

HandIn = Callable[..., Path]


def test_check_runs_the_public_checks_and_records_nothing(course: Path, hand_in: HandIn, run: Run) -> None:
    ended = run("check", hand_in())
    assert ended.code == 0, ended.err
    assert "Two tensors are added" in ended.out
    assert "A tensor times itself" not in ended.out
    assert "Score 2 / 2 3 / 3" in " ".join(ended.out.split())
    assert not (course / ".gradlab").exists()


def test_check_fails_with_feedback(course: Path, hand_in: HandIn, run: Run) -> None:
    ended = run("check", hand_in(WRONG))
    assert ended.code == 1
    assert "import engine as torch" in ended.out
    assert "Element by element." in ended.out


def test_check_can_be_narrowed_to_a_task_or_a_check(course: Path, hand_in: HandIn, run: Run) -> None:
    path = hand_in(WRONG)
    for narrowed in (["--task", "1.1"], ["--only", "adds"], ["--task", "1.1", "--only", "adds"]):
        ended = run("check", path, *narrowed)
        assert ended.code == 0
        assert "Score 1 / 1 2 / 2" in " ".join(ended.out.split())
    assert run("check", path, "--task", "1.1", "--task", "1.2").code == 1


@pytest.mark.parametrize(
    ("narrowed", "words"),
    [
        (["--task", "1.3"], "steps has no task '1.3'"),
        (["--task", "1"], "steps has no task '1'; did you mean one of 1.1, 1.2?"),
        (["--only", "ads"], "steps has no public check 'ads'; did you mean 'adds'?"),
        (["--only", "squares"], "steps has no public check 'squares'"),
        (["--task", "1.2", "--only", "adds"], "No public check is left"),
    ],
)
def test_check_says_what_it_cannot_find(
    course: Path, hand_in: HandIn, run: Run, narrowed: list[str], words: str
) -> None:
    ended = run("check", hand_in(), *narrowed)
    assert ended.code == 2
    assert words in ended.err


def test_check_shows_what_the_engine_prints_and_obeys_none_of_it(
    course: Path, hand_in: HandIn, run: Run
) -> None:
    ended = run(
        "check", hand_in(SOLUTION + "print('hello'); print('\\x1b[31m::error::x'); print('::error::y')\n")
    )
    assert "What your engine printed:\nhello\n" in ended.err
    assert "\x1b" not in ended.err
    assert "\n::error" not in ended.err


def test_check_works_where_nothing_isolates_and_says_so(
    course: Path, hand_in: HandIn, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADLAB_LEVEL_CAP", "none")
    ended = run("check", hand_in())
    assert ended.code == 0
    assert "This system offers no isolation" in ended.err
    assert "Isolation: none" in ended.out


def test_start_writes_what_can_be_checked_at_once(
    course: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = run("start", "steps", tmp_path / "mine")
    assert ended.code == 0
    assert "grade check" in ended.out
    names = {path.name for path in (tmp_path / "mine").iterdir()}
    assert names == {
        "assignment.toml",
        "checks.py",
        "course.toml",
        "diagnosis.json",
        "engine.ipynb",
        "engine.py",
        "handout.md",
    }
    monkeypatch.chdir(tmp_path / "mine")
    ended = run("check")
    assert ended.code == 1
    assert "Not implemented yet (task 1.1)." in ended.out
    assert run("check", "engine.ipynb").code == 1


def test_start_never_overwrites(course: Path, run: Run, tmp_path: Path) -> None:
    run("start", "steps", tmp_path)
    (tmp_path / "engine.py").write_text("my work")
    ended = run("start", "steps", tmp_path)
    assert ended.code == 2
    assert "nothing was written" in ended.err
    assert (tmp_path / "engine.py").read_text() == "my work"


def test_start_without_a_course_takes_the_shipped_one(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("start", "backward").code == 0
    assert (tmp_path / "backward" / "engine.py").is_file()
    monkeypatch.chdir(tmp_path / "backward")
    ended = run("start", "bakward")
    assert ended.code == 2
    assert "did you mean 'backward'?" in ended.err


def test_show_gives_the_feedback_again(course: Path, hand_in: HandIn, run: Run) -> None:
    first = run("submit", hand_in(WRONG), "--student", "alice").out
    second = run("submit", hand_in(), "--student", "alice").out
    assert run("show", "--student", "alice").out == second
    assert run("show", 1, "--student", "alice").out == first
    assert json.loads(run("show", 1, "--student", "alice", "--format", "json").out)["attempt"] == 1


def test_show_says_what_it_cannot_show(course: Path, hand_in: HandIn, run: Run) -> None:
    ended = run("show", "--student", "alice")
    assert (ended.code, ended.err) == (
        2,
        "grade: alice has not handed in anything here yet. Hand in with 'grade submit'.\n",
    )
    run("submit", hand_in("def f(:"), "--student", "alice")
    ended = run("show", "--student", "alice")
    assert "There is no feedback on this attempt" in ended.err
    assert "is not valid Python" in ended.err
    ended = run("show", 7, "--student", "alice")
    assert ended.err == "grade: alice has no attempt 7. There are: none that could be graded.\n"


def test_status_lists_attempts_and_due_dates(course: Path, hand_in: HandIn, run: Run) -> None:
    settings = course / "steps" / "assignment.toml"
    settings.write_text("due = 2020-01-01T10:00:00Z\n" + settings.read_text())
    run("submit", hand_in(WRONG), "--student", "alice")
    run("submit", hand_in("def f(:"), "--student", "alice")
    ended = run("status", "--student", "alice")
    assert ended.code == 0
    assert "2 / 5  graded" in ended.out
    assert "cannot be graded" in ended.out
    assert "steps is due 2020-01-01 10:00 UTC  (over)" in ended.out
    assert "alice" not in run("status", "--student", "bob", "--format", "json").out


def test_status_names_an_assignment_that_cannot_be_read(course: Path, run: Run) -> None:
    (course / "steps" / "checks.py").write_text("def broken(:\n")
    ended = run("status", "--student", "alice")
    assert ended.code == 0
    assert ended.err.startswith("steps: ")
    assert "has not handed in anything here yet" in ended.out


def test_doctor_names_the_level_its_walls_and_everything_in_use(course: Path, run: Run) -> None:
    facts = json.loads(run("doctor", "--format", "json").out)
    assert facts["isolation"]["level"] in ("strong", "standard", "partial", "none")
    assert facts["isolation"]["walls"]
    if facts["hidden_checks"]:
        assert all(facts["isolation"]["tried"].values())
        assert facts["memory_from_outside"] is True
    assert facts["engine"]["name"] == "refgrad"
    assert facts["gradebook"]["attempts"] == 0
    assert not (course / ".gradlab").exists()
    text = run("doctor").out
    assert facts["isolation"]["level"] in text
    assert facts["environment"]["numpy"] in text


def test_doctor_works_without_a_course(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("doctor").code == 0
    assert run("doctor", "--course", tmp_path).code == 2


def test_doctor_says_what_is_wrong_with_the_gradebook(
    course: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADLAB_DATABASE", str(course))
    ended = run("doctor")
    assert ended.code == 0
    assert "is a folder; a file is expected" in ended.out


def test_doctor_shows_no_password_of_a_gradebook_that_cannot_be_opened(
    course: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADLAB_DATABASE", "nosuch://u:secret@host/db")
    ended = run("doctor")
    assert "nosuch://u:***@host/db" in ended.out
    assert "secret" not in ended.out + ended.err


def test_doctor_says_what_is_refused_where_nothing_isolates(
    course: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADLAB_LEVEL_CAP", "none")
    ended = run("doctor")
    assert ended.code == 0
    assert "hidden checks are refused here (exit code 3)" in ended.out
