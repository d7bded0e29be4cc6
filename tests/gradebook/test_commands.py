"""`grade submit` over either database: killed in the middle, and twice at once."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import gradlab
from gradlab.assemble import assemble
from gradlab.course import find_course, load_assignment, shipped_course
from gradlab.gradebook import Gradebook

from .conftest import Place

ROOTS = os.pathsep.join(
    str(Path(gradlab.__file__).parents[2] / name) for name in ("reference", "grader", "plugins")
)
Grade = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def grade(place: Place, tmp_path: Path) -> Grade:
    """Start a command in a course whose gradebook is there."""
    course = tmp_path / "course"
    shutil.copytree(shipped_course(), course, ignore=shutil.ignore_patterns(".gradlab", "__pycache__"))
    environment = {key: value for key, value in os.environ.items() if key != "CI"}

    def start(*arguments: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "gradlab.cli", *map(str, arguments)],
            cwd=course,
            env={**environment, "PYTHONPATH": ROOTS, "GRADLAB_DATABASE": place.address},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.fixture
def solution(tmp_path: Path) -> Path:
    """The solved engine of zero_grad, to hand in."""
    assignment = load_assignment(find_course(tmp_path, shipped_course()), "zero_grad")
    path = tmp_path / "engine.py"
    path.write_text(assemble(assignment, solved=[task.id for task in assignment.tasks]), encoding="utf-8")
    return path


def ended(child: subprocess.Popen[str]) -> tuple[str, str]:
    printed, said = child.communicate(timeout=120)
    assert child.returncode == 0, said
    return printed, said


def test_an_attempt_of_a_killed_command_is_graded_by_the_next(
    grade: Grade, place: Place, solution: Path, tmp_path: Path
) -> None:
    source = solution.read_bytes() + b"\nimport time\ntime.sleep(2)\n"  # time to be killed in
    slow = tmp_path / "slow" / "engine.py"
    slow.parent.mkdir()
    slow.write_bytes(source)
    Gradebook.open(place.address).close()
    child = grade("submit", slow, "--assignment", "zero_grad", "--student", "alice")
    deadline = time.monotonic() + 60
    with Gradebook.open(place.address) as book:
        while not (attempts := book.attempts()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        child.send_signal(signal.SIGKILL)
        child.communicate(timeout=60)
        assert [(a.state, a.number) for a in attempts] == [("received", 1)]
        assert book.files(attempts[0]) == {"engine.py": source}
        _, said = ended(grade("submit", solution, "--assignment", "zero_grad", "--student", "bob"))
        assert "Graded 1 attempt that an earlier run had left unfinished." in said
        assert [(a.student, a.state, a.number) for a in book.attempts()] == [
            ("alice", "graded", 1),
            ("bob", "graded", 1),
        ]
        assert all(a.score == a.max_score for a in book.attempts())


def test_commands_at_once_get_attempts_of_their_own(grade: Grade, place: Place, solution: Path) -> None:
    command = ("submit", solution, "--assignment", "zero_grad", "--student", "alice", "--format", "json")
    reports = [json.loads(ended(child)[0]) for child in [grade(*command) for _ in range(2)]]
    assert sorted(report["attempt"] for report in reports) == [1, 2]
    printed, _ = ended(grade("status", "--student", "alice"))
    assert "zero_grad" in printed
    printed, _ = ended(grade("show", "2", "--student", "alice", "--format", "json"))
    assert json.loads(printed)["attempt"] == 2
    with Gradebook.open(place.address) as book:
        assert [a.state for a in book.attempts()] == ["graded", "graded"]
