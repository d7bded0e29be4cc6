"""`grade fuzz`: random programs on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import SOLUTION, STUB, WRONG, Run

HandIn = Callable[..., Path]


def test_a_right_engine_ends_with_zero(course: Path, hand_in: HandIn, run: Run) -> None:
    ended = run("fuzz", hand_in(SOLUTION), "--programs", 60)
    assert ended.code == 0
    assert ended.out == "steps: 60 random programs (seed 0), and no difference.\n"


def test_a_wrong_engine_ends_with_one_and_the_smallest_program(
    course: Path, hand_in: HandIn, run: Run
) -> None:
    ended = run("fuzz", hand_in(WRONG), "--programs", 60)
    assert ended.code == 1
    assert "and on the last one your engine differs from the reference." in " ".join(ended.out.split())
    assert "The smallest program that shows it:" in ended.out
    assert "import engine as torch" in ended.out
    assert "yours" in ended.out
    assert "These checks fail, too: multiplies, squares." in ended.out


def test_what_no_check_sees_is_said(course: Path, hand_in: HandIn, run: Run) -> None:
    blind = SOLUTION.replace("Tensor(a.data * b.data)", "Tensor(a.data * (b.data + (a.data.ndim == 2)))")
    ended = run("fuzz", hand_in(blind), "--programs", 200)
    assert ended.code == 1
    assert "All checks pass: none of those that are here sees this difference." in ended.out


def test_json_holds_what_the_text_says(course: Path, hand_in: HandIn, run: Run) -> None:
    ended = run("fuzz", hand_in(WRONG), "--programs", 60, "--seed", 4, "--format", "json")
    said = json.loads(ended.out)
    assert (said["schema"], said["assignment"], said["seed"]) == ("gradlab/fuzz/1", "steps", 4)
    assert said["left_out"] == []
    assert said["difference"]["failing"] == ["multiplies", "squares"]
    assert said["difference"]["findings"][0]["message"]
    assert said["difference"]["program"].startswith("import engine as torch\n")
    assert said["tried"] == said["difference"]["index"] + 1


def test_the_line_under_a_difference_repeats_it(course: Path, hand_in: HandIn, run: Run) -> None:
    first = run("fuzz", hand_in(WRONG), "--programs", 60)
    options = first.out.splitlines()[-1].removeprefix("The same again: ").split()
    assert run("fuzz", hand_in(WRONG), *options).out == first.out


def test_a_stub_says_what_could_not_be_compared(course: Path, hand_in: HandIn, run: Run) -> None:
    ended = run("fuzz", hand_in(STUB), "--programs", 60)
    assert ended.code == 0
    assert "more could not be compared: Not implemented yet (task 1.1)." in ended.out


def test_it_works_in_a_student_s_folder_without_any_isolation(
    course: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mine"
    assert run("start", "steps", folder).code == 0
    (folder / "engine.py").write_text(WRONG)
    (folder / "engine.ipynb").unlink()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GRADLAB_LEVEL_CAP", "none")
    ended = run("fuzz", "--programs", 40)
    assert ended.code == 1
    assert "These checks fail, too: multiplies." in ended.out


def test_a_number_of_seconds_ends_the_search(course: Path, hand_in: HandIn, run: Run) -> None:
    assert run("fuzz", hand_in(SOLUTION), "--seconds", 0.5).code == 0


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [("--seconds", "0", "x>0"), ("--programs", "0", "x>=1"), ("--format", "html", "text and json")],
)
def test_a_budget_or_form_that_cannot_be_is_refused(
    course: Path, hand_in: HandIn, run: Run, option: str, value: str, said: str
) -> None:
    ended = run("fuzz", hand_in(SOLUTION), option, value)
    assert ended.code == 2
    assert said in ended.err


def test_an_engine_that_does_not_compile_ends_with_four(course: Path, hand_in: HandIn, run: Run) -> None:
    ended = run("fuzz", hand_in("def broken(:\n"))
    assert ended.code == 4
    assert "is not valid Python" in ended.err
