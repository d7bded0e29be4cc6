"""`grade submit`: recorded first, graded in isolation, shown."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from gradlab.gradebook import Gradebook

from .conftest import ROOTS, SOLUTION, STUB, WRONG, Run

HandIn = Callable[..., Path]


def report_of(text: str) -> dict[str, object]:
    data: dict[str, object] = json.loads(text)
    jsonschema.validate(data, json.loads((files("gradlab") / "report.schema.json").read_text()))
    return data


def test_the_solution_gets_full_marks_and_the_stub_none(course: Path, hand_in: HandIn, run: Run) -> None:
    for source, score in ((SOLUTION, 5), (STUB, 0), (WRONG, 2)):
        ended = run("submit", hand_in(source), "--student", "alice", "--format", "json")
        report = report_of(ended.out)
        assert ended.code == 0, ended.err
        assert (report["score"], report["max_score"]) == (score, 5)
    ended = run("status", "--student", "alice", "--format", "json")
    assert [(a["number"], a["score"]) for a in json.loads(ended.out)["attempts"]] == [(1, 5), (2, 0), (3, 2)]


def test_a_student_sees_nothing_of_a_hidden_check(course: Path, hand_in: HandIn, run: Run) -> None:
    path = hand_in(WRONG)
    for ended in (run("submit", path), run("submit", path, "--format", "json"), run("show")):
        assert "A tensor times itself" in ended.out
        assert "secret help" not in ended.out
        assert "x * x" not in ended.out


def test_the_gradebook_keeps_what_the_hidden_checks_found(course: Path, hand_in: HandIn, run: Run) -> None:
    run("submit", hand_in(WRONG), "--student", "alice")
    with Gradebook.open(course / ".gradlab" / "gradebook.db") as book:
        report = book.report(book.attempts("alice")[0])
    assert report is not None
    assert report.checks[-1].hidden
    assert report.checks[-1].program is not None


def test_fail_under_decides_the_exit_code(course: Path, hand_in: HandIn, run: Run) -> None:
    path = hand_in(WRONG)
    assert run("submit", path, "--fail-under", 40).code == 0
    ended = run("submit", path, "--fail-under", 40.5)
    assert ended.code == 1
    assert "40 % is below 40.5 %." in ended.err


def test_a_report_can_be_written_to_a_file(course: Path, hand_in: HandIn, run: Run, tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    ended = run("submit", hand_in(), "--format", "json", "--output", target)
    assert (ended.code, ended.out) == (0, "")
    assert report_of(target.read_text())["score"] == 5
    ended = run("submit", hand_in(), "--output", tmp_path / "no" / "folder.txt")
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "cannot be written" in ended.err


def test_input_that_cannot_be_graded_is_kept_and_costs_no_attempt(
    course: Path, hand_in: HandIn, run: Run
) -> None:
    for name, content, words in [
        ("engine.py", b"def f(:\n  pass\n", "engine.py, line 1 is not valid Python"),
        ("engine.py", b"x = '\xe9'\n", "engine.py is not UTF-8 text: byte 5"),
        ("engine.ipynb", b"no json", "engine.ipynb is not a notebook: it is not valid JSON"),
        ("essay.txt", b"I tried", "found essay.txt"),
    ]:
        ended = run("submit", hand_in(content, name), "--student", "alice")
        assert (ended.code, ended.out) == (4, "")
        assert words in ended.err
        assert ended.err.startswith("grade: ")
        assert ended.err.count("\n") == 1
    with Gradebook.open(course / ".gradlab" / "gradebook.db") as book:
        kept = book.attempts("alice")
        assert [(a.state, a.number) for a in kept] == [("ungradable", None)] * 4
        assert book.files(kept[0]) == {"engine.py": b"def f(:\n  pass\n"}
    assert "attempt 1," in run("submit", hand_in(), "--student", "alice").out


def test_what_is_too_large_or_missing_gets_one_sentence(
    course: Path, hand_in: HandIn, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    big = hand_in(b"")
    with big.open("wb") as stream:
        stream.truncate(50 << 20)
    for path, code, words in [
        (tmp_path / "missing.py", 2, "does not exist"),
        (tmp_path / "empty", 4, "it is empty"),
        (big, 4, "engine.py is 50 MB"),
    ]:
        ended = run("submit", path)
        assert (ended.code, ended.out, ended.err.count("\n")) == (code, "", 1)
        assert words in ended.err


def test_a_lost_definition_in_a_notebook_is_named(course: Path, hand_in: HandIn, run: Run) -> None:
    head, tail = SOLUTION.split("def mul")
    cells = [{"cell_type": "code", "source": source} for source in (head, "%%time\ndef mul" + tail)]
    path = hand_in(
        json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}), "hw.ipynb"
    )
    ended = run("submit", path)
    assert ended.code == 4
    assert "The definition of mul (task 1.2) is lost" in ended.err
    cells[1]["source"] = "%matplotlib inline\ndef mul" + tail
    path = hand_in(
        json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}), "hw.ipynb"
    )
    ended = run("submit", path, "--format", "json")
    assert report_of(ended.out)["score"] == 5


def test_an_unknown_assignment_is_corrected(course: Path, hand_in: HandIn, run: Run) -> None:
    ended = run("submit", hand_in(), "--assignment", "stepps")
    assert ended.code == 2
    assert "has no assignment 'stepps'; did you mean 'steps'?" in ended.err
    assert not (course / ".gradlab").exists()


def test_a_corrupt_gradebook_is_kept(course: Path, hand_in: HandIn, run: Run) -> None:
    path = course / ".gradlab" / "gradebook.db"
    path.parent.mkdir()
    path.write_bytes(b"precious" * 100)
    ended = run("submit", hand_in())
    assert ended.code == 70
    assert "is damaged" in ended.err
    assert ended.err.count("\n") == 1
    assert path.read_bytes() == b"precious" * 100


def test_the_database_can_be_named_by_the_environment_or_by_the_course(
    course: Path, hand_in: HandIn, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (course / "course.toml").open("a") as settings:
        settings.write('database = "grades/book.db"\n')
    run("submit", hand_in())
    assert (course / "grades" / "book.db").is_file()
    monkeypatch.setenv("GRADLAB_DATABASE", str(tmp_path / "other.db"))
    run("submit", hand_in())
    assert (tmp_path / "other.db").is_file()


def test_hidden_checks_are_refused_where_nothing_isolates_and_the_attempt_waits(
    course: Path, hand_in: HandIn, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADLAB_LEVEL_CAP", "none")
    ended = run("submit", hand_in(), "--student", "alice")
    assert ended.code == 3
    assert "this machine offers none" in ended.err
    assert "waits for a run that can grade it" in ended.err
    monkeypatch.delenv("GRADLAB_LEVEL_CAP")
    ended = run("submit", hand_in(STUB), "--student", "bob")
    assert ended.code == 0
    assert "Graded 1 attempt that an earlier run had left unfinished." in ended.err
    with Gradebook.open(course / ".gradlab" / "gradebook.db") as book:
        assert [(a.student, a.state, a.score) for a in book.attempts()] == [
            ("alice", "graded", 5),
            ("bob", "graded", 0),
        ]


def test_hidden_checks_run_at_level_partial_only_if_told_so_and_the_report_says_it(
    course: Path, hand_in: HandIn, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADLAB_LEVEL_CAP", "partial")
    path = hand_in(SOLUTION)
    refused = run("submit", path, "--student", "alice")
    assert (refused.code, refused.out) == (3, "")
    assert "--allow-partial to run them all the same" in refused.err
    ended = run("submit", path, "--student", "bob", "--allow-partial", "--format", "json")
    report = report_of(ended.out)
    assert ended.code == 0, ended.err
    assert (report["score"], report["isolation"]["level"]) == (5, "partial")  # type: ignore[index]
    assert "Hidden checks ran at isolation level partial, because --allow-partial said so." in report["notes"]  # type: ignore[operator]
    monkeypatch.setenv("GRADLAB_LEVEL_CAP", "none")
    assert run("submit", path, "--allow-partial").code == 3


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("kept = bytearray(1 << 40)", "The code ran into its limit of 512 MB of memory (MemoryError)."),
        ("kept = np.ones(1 << 40)", "The code ran into its limit of 512 MB of memory (MemoryError)."),
        ("while True: print('x' * 100_000)", "64 KB are taken, and far more was printed"),
    ],
)
def test_a_limit_that_was_hit_is_said_with_its_number(
    line: str, says: str, course: Path, hand_in: HandIn, run: Run
) -> None:
    ended = run("submit", hand_in(f"{SOLUTION}\nimport numpy as np\n{line}\n"))
    assert ended.code == 0, ended.err
    assert says in " ".join(ended.out.split())


def test_a_required_level_that_is_not_there_ends_with_3(
    course: Path, hand_in: HandIn, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADLAB_LEVEL_CAP", "none")
    for command in (["submit", hand_in()], ["check", hand_in()], ["doctor"]):
        ended = run(*command, "--require", "strong")
        assert ended.code == 3
        assert "Isolation level strong is required, and this machine offers none." in ended.err


def test_an_attempt_of_a_killed_grader_is_graded_by_the_next_run(
    course: Path, hand_in: HandIn, run: Run
) -> None:
    endless = hand_in("while True:\n    pass\n", "endless.py")
    command = [sys.executable, "-m", "gradlab.cli", "submit", str(endless), "--student", "alice"]
    child = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": ROOTS}, stdout=subprocess.DEVNULL)
    book_at = course / ".gradlab" / "gradebook.db"
    deadline = time.monotonic() + 30
    attempts = []
    while not attempts and time.monotonic() < deadline:
        time.sleep(0.05)
        if book_at.exists():
            with Gradebook.open(book_at) as book:
                attempts = book.attempts()
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert [(a.state, a.number) for a in attempts] == [("received", 1)]
    ended = run("submit", hand_in(), "--student", "bob")
    assert ended.code == 0
    assert "Graded 1 attempt that an earlier run had left unfinished." in ended.err
    with Gradebook.open(book_at) as book:
        assert [(a.student, a.state, a.score) for a in book.attempts()] == [
            ("alice", "graded", 0),
            ("bob", "graded", 5),
        ]


def test_a_fault_of_gradlab_costs_no_attempt(course: Path, hand_in: HandIn, run: Run) -> None:
    (course / "steps" / "checks.py").write_text(
        (course / "steps" / "checks.py")
        .read_text()
        .replace("torch.tensor(rng.normal(size=3)) +", "1 / 0 +", 1)
    )
    ended = run("submit", hand_in(), "--student", "alice")
    assert ended.code == 2
    assert ended.err.startswith("grade: ")
    assert "Traceback" not in ended.err
    with Gradebook.open(course / ".gradlab" / "gradebook.db") as book:
        assert [(a.state, a.number) for a in book.attempts()] == [("error", None)]


def test_the_public_seed_can_be_chosen(course: Path, hand_in: HandIn, run: Run) -> None:
    answers = set()
    for seed in (0, 1):
        report = report_of(run("submit", hand_in(WRONG), "--seed", seed, "--format", "json").out)
        answers.add(report["checks"][1]["findings"][0]["actual"])  # type: ignore[index]
        assert report["suite"]["seed"] == seed  # type: ignore[index]
    assert len(answers) == 2


@pytest.mark.parametrize("student", ["", "a\x1b[31m", "x" * 300, "a\nb"])
def test_a_students_id_is_plain_text(course: Path, hand_in: HandIn, run: Run, student: str) -> None:
    ended = run("submit", hand_in(), "--student", student)
    assert ended.code == 2
    assert "cannot be a student's id" in ended.err
    assert "\x1b" not in ended.err


def test_a_command_run_as_a_user_does_works_without_warnings(
    course: Path, hand_in: HandIn, run_alone: Run
) -> None:
    ended = run_alone("submit", hand_in(), "--student", "alice", cwd=course)
    assert (ended.code, ended.err) == (0, "")
    assert "Score 3 / 3 5 / 5" in " ".join(ended.out.split())


def test_an_output_that_cannot_be_written_is_refused_before_anything_is_recorded(
    course: Path, hand_in: HandIn, run: Run, tmp_path: Path
) -> None:
    path = hand_in(SOLUTION)
    for output, reason in (
        (tmp_path / "no" / "x.txt", "there is no folder"),
        (tmp_path, "is a folder"),
        (path, "may be your work"),
    ):
        ended = run("submit", path, "--student", "alice", "--output", output)
        assert ended.code == 2
        assert reason in ended.err
    assert path.read_text(encoding="utf-8") == SOLUTION
    assert json.loads(run("status", "--student", "alice", "--format", "json").out)["attempts"] == []


def test_a_package_is_recorded_for_who_is_named_and_says_who_made_it(
    course: Path, hand_in: HandIn, run: Run, tmp_path: Path
) -> None:
    from gradlab import package

    made = tmp_path / "z.gradlab"
    made.write_bytes(package.write({"engine.py": SOLUTION.encode()}, assignment="arithmetic", student="zoe"))
    ended = run("submit", made, "--student", "alice")
    assert ended.code == 0, ended.err
    assert "The package says that zoe made it." in ended.out
    assert "alice" in ended.out
