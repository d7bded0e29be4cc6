"""`grade start --carry` and `grade release`: from one assignment to the next, and out to the students."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .conftest import ENGINE, SETTINGS, SOLUTION, WRONG, Run

NEXT = (
    SETTINGS.replace('title = "First steps"', 'title = "Next steps"')
    .replace('id = "1.1"\ntitle = "Add"\npoints = 2\ndefines = ["add"]\n', "")
    .replace("[[tasks]]\n[[tasks]]", "[[tasks]]")
    .replace(
        'id = "1.2"\ntitle = "Multiply"\npoints = 3\ndefines = ["mul"]',
        'id = "2.1"\ntitle = "Subtract"\npoints = 1\ndefines = ["sub"]',
    )
    .replace('"Tensor.__mul__"', '"Tensor.__sub__"')
)
SUB = """

def sub(a: Tensor, b: Tensor) -> Tensor:
    \"\"\"Subtract two tensors.\"\"\"
    ### BEGIN SOLUTION 2.1
    return Tensor(a.data - b.data)
    ### END SOLUTION
"""
GIVEN = """
    ### BEGIN GIVEN FROM more
    def __sub__(self, other: Tensor) -> Tensor:
        return sub(self, other)
    ### END GIVEN


def tensor("""
NEXT_CHECKS = '''from gradlab import check

@check(task="2.1", points=1)
def subtracts(torch, observe, rng):
    """Two tensors are subtracted."""
    observe.value(torch.tensor(rng.normal(size=3)) - torch.tensor(rng.normal(size=3)))
    observe.value(torch.tensor(rng.normal(size=3)) + torch.tensor(rng.normal(size=3)))
'''
OWN = SOLUTION.replace("return Tensor(a.data + b.data)", "return _plus(a.data, b.data)") + (
    "\n\ndef _plus(a, b):\n    return Tensor(np.add(a, b))\n"
)


@pytest.fixture
def two(course: Path) -> Path:
    """The course with a second assignment, `more`, that builds on `steps`."""
    (course / "course.toml").write_text(
        'title = "A small course"\nengine = "refgrad"\norder = ["steps", "more"]\n'
    )
    engine = ENGINE.replace("\n\ndef tensor(", GIVEN, 1) + SUB
    (course / "engine" / "engine.py").write_text(engine)
    (course / "more").mkdir()
    for name, text in {
        "assignment.toml": NEXT,
        "checks.py": NEXT_CHECKS,
        "handout.md": "# More\n\n## 2.1 Subtract\n",
    }.items():
        (course / "more" / name).write_text(text)
    return course


def test_the_next_assignment_is_built_on_one_s_own_engine(
    two: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.py").write_text(OWN)
    ended = run("start", "more", tmp_path / "next", "--carry", tmp_path / "mine.py")
    assert ended.code == 0, ended.err
    assert (
        "In it are your own definitions of the tasks 1.1, 1.2, as they are, finished or not.\n" in ended.out
    )
    source = (tmp_path / "next" / "engine.py").read_text()
    assert "return _plus(a.data, b.data)" in source
    assert "# Your own helpers, carried over from engine.py.\n\n\ndef _plus(a, b):" in source
    monkeypatch.chdir(tmp_path / "next")
    assert "Not implemented yet (task 2.1)." in run("check").out
    (tmp_path / "next" / "engine.py").write_text(
        re.sub("raise NotImplementedError.*", "return Tensor(a.data - b.data)", source)
    )
    assert run("check").code == 0


def test_what_is_not_carried_is_said(two: Path, run: Run, tmp_path: Path) -> None:
    half = re.sub(
        r"return Tensor\(a.data \* b.data\)", 'raise NotImplementedError("Task 1.2: Multiply")', OWN
    )
    (tmp_path / "mine.py").write_text(half)
    ended = run("start", "more", tmp_path / "next", "--carry", tmp_path / "mine.py")
    assert ended.code == 0
    assert "In it are your own definitions of the task 1.1, as they are, finished or not.\n" in ended.out
    assert re.search(
        r"  Task 1\.2: in your engine `mul` is not written yet \(engine\.py:\d+\); what you get is the course's\.\n",
        ended.out,
    )


@pytest.mark.parametrize(
    ("own", "code", "words"),
    [
        (OWN.replace("_plus(a.data", "_adds(a.data"), 4, r"`add` uses `_adds`, which nothing defines"),
        ("x = 1\n", 4, "defines none of the functions of earlier tasks"),
        (
            OWN + "\nLIMIT = 1 / 0\n\n\ndef _plus(a, b, c=LIMIT):\n    return Tensor(a + b)\n",
            4,
            r"With your definitions the new engine\.py cannot be imported: ZeroDivisionError: division by zero "
            r"\(in `LIMIT = 1 / 0`\)\. Nothing was written",
        ),
        (None, 2, "does not exist"),
    ],
    ids=["a missing helper", "another design", "what cannot be imported", "no file"],
)
def test_an_engine_that_cannot_be_carried_is_refused_and_nothing_is_written(
    two: Path, run: Run, tmp_path: Path, own: str | None, code: int, words: str
) -> None:
    if own is not None:
        (tmp_path / "mine.py").write_text(own)
    ended = run("start", "more", tmp_path / "next", "--carry", tmp_path / "mine.py")
    assert ended.code == code
    assert re.search(words, ended.err), ended.err
    assert not (tmp_path / "next").exists()


def test_start_without_a_name_says_which_assignments_there_are(two: Path, run: Run) -> None:
    ended = run("start")
    assert ended.code == 2
    assert ended.err == "grade: Which assignment? 'A small course' has steps, more.\n"


def test_before_the_date_a_solution_is_not_given_out(two: Path, run: Run, tmp_path: Path) -> None:
    settings = two / "steps" / "assignment.toml"
    settings.write_text("solutions_from = 2999-01-01T00:00:00Z\n" + settings.read_text())
    ended = run("start", "more", tmp_path / "next")
    assert ended.code == 2
    assert "more builds on steps, whose solution is given out from 2999-01-01 00:00:00+00:00 on." in ended.err
    assert "grade start more --carry my_engine.py" in ended.err
    (tmp_path / "mine.py").write_text(OWN)
    assert run("start", "more", tmp_path / "next", "--carry", tmp_path / "mine.py").code == 0
    assert "def _plus" in (tmp_path / "next" / "engine.py").read_text()
    settings.write_text(settings.read_text().replace("2999", "2020"))
    assert run("start", "more", tmp_path / "solved").code == 0


def test_a_released_bundle_can_be_checked_and_handed_in(
    two: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handout = two / "steps" / "handout.md"
    handout.write_text(handout.read_text() + "\n![the graph](graph.png)\n")
    (two / "steps" / "graph.png").write_bytes(b"\x89PNG\r\n\x1a\n\xff")
    ended = run("release", "steps", tmp_path / "bundle")
    assert ended.code == 0, ended.err
    assert (tmp_path / "bundle" / "graph.png").read_bytes() == b"\x89PNG\r\n\x1a\n\xff"
    assert (tmp_path / "bundle" / ".github" / "workflows" / "classroom.yml").is_file()
    assert str(tmp_path / "bundle" / "engine.py") in ended.out.splitlines()
    monkeypatch.chdir(tmp_path / "bundle")
    ended = run("check")
    assert ended.code == 1
    assert "Ignored in the folder" not in ended.out
    (tmp_path / "bundle" / "engine.py").write_text(SOLUTION)
    assert run("check").code == 0
    ended = run("submit", "--student", "ada", "--format", "json")
    assert ended.code == 0
    assert '"provisional": true' in ended.out
    [package] = (tmp_path / "bundle").glob("steps-*.gradlab")
    graded = run("submit", package, "--course", two, "--assignment", "steps", "--student", "ada")
    assert "Score 3 / 3 5 / 5" in " ".join(graded.out.split())


def test_how_mistakes_fail_is_in_a_released_bundle_without_their_code_and_names(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gradlab.course import shipped_course

    ended = run("release", "backward", tmp_path / "bundle", "--course", shipped_course())
    assert ended.code == 0, ended.err
    patterns = (tmp_path / "bundle" / "diagnosis.json").read_text()
    root = shipped_course() / "backward"
    assert len(list((root / "mistakes").glob("*.py"))) > 20
    for path in (root / "mistakes").glob("*.py"):
        assert path.stem not in patterns
        assert not [
            line
            for line in path.read_text().split('"""')[2].splitlines()
            if len(line) > 20 and line in patterns
        ]
    hidden = re.findall(r"^def (\w+)", (root / "hidden.py").read_text(), re.M)
    assert len(hidden) >= 8
    assert not [name for name in hidden if name in patterns]


ADDS = '''"""Add where it says multiply.

A product is no sum.
"""

from engine import Tensor

must_fail = ["multiplies", "squares"]


def mul(a, b):
    return Tensor(a.data + b.data)
'''


def test_what_start_writes_names_a_known_mistake(
    course: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (course / "steps" / "mistakes").mkdir()
    (course / "steps" / "mistakes" / "adds_instead.py").write_text(ADDS)
    assert run("start", "steps", tmp_path / "mine").code == 0
    monkeypatch.chdir(tmp_path / "mine")
    (tmp_path / "mine" / "engine.py").write_text(WRONG)
    said = "written to add where it says multiply. A product is no sum."
    assert said in " ".join(run("check").out.split())
    patterns = (tmp_path / "mine" / "diagnosis.json").read_text()
    assert "mistake 1" in patterns
    assert "adds_instead" not in patterns


def test_a_bundle_hands_on_what_it_knows_of_mistakes(
    two: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (two / "more" / "mistakes").mkdir()
    (two / "more" / "mistakes" / "adds.py").write_text(
        ADDS.replace("def mul", "def sub").replace('"multiplies", "squares"', '"subtracts"')
    )
    assert run("release", "more", tmp_path / "bundle").code == 0
    (tmp_path / "mine.py").write_text(OWN)
    monkeypatch.chdir(tmp_path / "bundle")
    assert run("start", "more", tmp_path / "carried", "--carry", tmp_path / "mine.py").code == 0
    given, carried = ((tmp_path / name / "diagnosis.json").read_text() for name in ("bundle", "carried"))
    assert given == carried
    assert "A product is no sum." in carried


def test_the_first_assignment_has_nothing_to_carry(course: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(SOLUTION)
    ended = run("start", "steps", tmp_path / "next", "--carry", tmp_path / "mine.py")
    assert ended.code == 2
    assert ended.err.startswith("grade: steps is the first assignment: no earlier task is solved in it")
    assert not (tmp_path / "next").exists()


def test_the_workflow_s_commands_run_in_ci(
    two: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("release", "steps", tmp_path / "bundle")
    workflow = (tmp_path / "bundle" / ".github" / "workflows" / "classroom.yml").read_text()
    monkeypatch.chdir(tmp_path / "bundle")
    monkeypatch.setenv("CI", "true")
    (tmp_path / "bundle" / "engine.py").write_text(
        SOLUTION.replace("return Tensor(a.data * b.data)", 'raise NotImplementedError("Task 1.2: Multiply")')
    )
    commands = re.findall("command: grade (.*)", workflow)
    assert [run(*command.split()).code for command in commands] == [0, 1]


def test_in_a_bundle_with_withheld_solutions_students_carry_their_own(
    two: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = two / "steps" / "assignment.toml"
    settings.write_text("solutions_from = 2999-01-01T00:00:00Z\n" + settings.read_text())
    ended = run("release", "more", tmp_path / "bundle")
    assert "The solution of steps is not given out yet" in ended.err
    assert "Task 1.1" in (tmp_path / "bundle" / "engine.py").read_text()
    (tmp_path / "mine.py").write_text(OWN)
    monkeypatch.chdir(tmp_path / "bundle")
    ended = run("start", "more", tmp_path / "own", "--carry", tmp_path / "mine.py")
    assert ended.code == 0, ended.err
    assert "your own definitions of the tasks 1.1, 1.2, as they are, finished or not." in ended.out
    assert "What is given is the course's: changes that you made to it are not carried over." in ended.out
    assert "your `Tensor`" not in ended.out
    source = (tmp_path / "own" / "engine.py").read_text()
    assert "Task 1.1" not in source
    assert "Task 2.1" in source


@pytest.mark.parametrize("worked_on", [None, "def broken(:\n"], ids=["thrown away", "not valid Python"])
def test_a_bundle_whose_own_engine_is_lost_says_so(
    two: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, worked_on: str | None
) -> None:
    run("release", "more", tmp_path / "bundle")
    (tmp_path / "bundle" / "engine.py").unlink()
    if worked_on is not None:
        (tmp_path / "bundle" / "engine.py").write_text(worked_on)
    (tmp_path / "mine.py").write_text(OWN)
    monkeypatch.chdir(tmp_path / "bundle")
    ended = run("start", "more", tmp_path / "own", "--carry", tmp_path / "mine.py")
    assert ended.code == 2
    assert "the engine of this bundle, is not there or not valid Python" in ended.err


def test_release_overwrites_nothing_and_needs_the_course(
    two: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("release", "steps", tmp_path / "bundle")
    ended = run("release", "steps", tmp_path / "bundle")
    assert ended.code == 2
    assert "nothing was written" in ended.err
    assert "did you mean 'steps'?" in run("release", "step", tmp_path / "other").err
    monkeypatch.chdir(tmp_path / "bundle")
    ended = run("release", "steps", tmp_path / "other")
    assert ended.code == 2
    assert "is a student's bundle already" in ended.err
