"""`grade lint` as an instructor runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gradlab.cli import main

Write = Callable[..., Path]
ENGINE = "engine/engine.py"
NEEDLESS = (ENGINE, "return numbers * factor", "return numbers * factor + 0.0")
OTHER = '''"""Another engine, which multiplies as the course's does and adds up otherwise."""

import numpy as np

__version__ = "1"


class Tensor:
    def __init__(self, data):
        self.data = np.array(data)
        self.dtype, self.shape = self.data.dtype, self.data.shape

    def __mul__(self, other):
        return Tensor(self.data * other)

    def sum(self):
        return Tensor(self.data.sum() + 1.0)


tensor, float64 = Tensor, np.dtype("float64")
'''


def test_a_course_that_is_right_ends_with_0_and_a_table(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lint", "--course", str(write())]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "sums: all is well"
    assert lines[2].split() == ["task", "points", "checks", "mistakes", "mutants", "equivalent", "killed"]
    assert lines[3].split()[:5] == ["1.1", "2", "1", "+", "0"]
    assert lines[3].endswith("100 %")
    assert [line.split() for line in lines[6:10]] == [
        ["fails", "without", "task", "1.1", "1.2"],
        ["multiplies", "x"],
        ["adds_up", "x"],
        ["adds_up_more", "x"],
    ]


def test_survivors_are_printed_as_diffs_and_end_with_1(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lint", "sums", "--course", str(write(NEEDLESS))]) == 1
    text = capsys.readouterr().out
    assert "    -    return numbers * factor + 0.0\n    +    return numbers * factor - 0.0\n" in text


def test_everything_is_in_the_json(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--course", str(write(NEEDLESS)), "--format", "json"]) == 1
    data = json.loads(capsys.readouterr().out)
    [found] = data["assignments"]
    assert data["schema"] == "gradlab/lint/1"
    assert found["assignment"] == "sums"
    assert found["whole"] is True
    assert found["matrix"] == {"multiplies": ["1.1"], "adds_up": ["1.2"], "adds_up_more": ["1.2"]}
    task = found["tasks"][0]
    assert task["mutants"] == task["killed"] + task["equivalents"] + len(task["survivors"])
    assert {"name", "file", "line", "diff"} == set(task["survivors"][0])
    assert task["survivors"][0]["file"] == "engine/engine.py"
    assert len(found["problems"]) == len(task["survivors"])
    assert found["hints"] == []


def test_all_faults_of_files_are_in_one_message(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    root = write(
        ("sums/assignment.toml", "points = 2\ndefines = [\"times\"]", "points = 3\ndefines = [\"tines\"]"),
        ("sums/checks.py", 'task="1.2"', 'task="1.9"'),
        ("sums/mistakes/last_only.py", '["adds_up"]', '["adds"]'),
    )  # fmt: skip
    assert main(["lint", "--course", str(root)]) == 1
    text = " ".join(capsys.readouterr().out.split())
    for said in ("'tines'", "'1.9'", "'adds'; did you mean 'adds_up'?", "worth 3 points"):
        assert said in text


def test_an_assignment_that_is_not_there_is_a_mistake_of_the_call(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lint", "sum", "--course", str(write())]) == 2
    assert "'Small' has no assignment 'sum'; did you mean 'sums'?" in capsys.readouterr().err


def test_an_engine_that_is_not_installed_is_named_with_the_remedy(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lint", "--course", str(write()), "--engine", "no_such_engine"]) == 2
    said = capsys.readouterr().err
    assert "The engine 'no_such_engine' is not installed. Install it, or name another" in said


def test_checks_are_compared_on_another_engine(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other_engine_of_a_test.py").write_text(OTHER)
    monkeypatch.syspath_prepend(tmp_path)
    root = write()
    assert main(["lint", "--course", str(root), "--engine", "other_engine_of_a_test"]) == 1
    text = " ".join(capsys.readouterr().out.split())
    assert text.startswith("sums: 2 problems")
    for name in ("adds_up", "adds_up_more"):
        assert f"the check {name!r} observes something else on other_engine_of_a_test: " in text
    assert "multiplies" not in text


def test_an_engine_that_is_the_same_is_said_to_be(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "same_engine_of_a_test.py").write_text(OTHER.replace(" + 1.0", ""))
    monkeypatch.syspath_prepend(tmp_path)
    assert main(["lint", "--course", str(write()), "--engine", "same_engine_of_a_test"]) == 0
    assert capsys.readouterr().out == "sums: the same on same_engine_of_a_test, in every check\n"
