"""`@check` and the files of checks."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradlab import check
from gradlab.checks import load_checks
from gradlab.errors import CheckAuthoringError

GOOD = '''
import numpy as np
from gradlab import check

@check(task="1.1", points=2, help="Read the rule.", depends_on="second", timeout=2.5, instances=3)
def first(torch, observe, rng):
    """The title.

    More, for the author only.
    """
    observe.value(torch.tensor(rng.normal(size=2)))


@check(task="1.2", points=0.5, hidden=True, name="second")
def whatever(torch, observe, rng):
    """Another title."""
    observe.value(torch.tensor(1.0))
'''


def write(folder: Path, text: str) -> Path:
    path = folder / "checks.py"
    path.write_text(text, encoding="utf-8")
    return path


def test_checks_come_in_the_order_of_the_file(tmp_path):
    first, second = load_checks(
        write(tmp_path, GOOD), hidden=False, tolerance={"float64": 1e-6}, errors="exact"
    )
    assert (first.name, first.task, first.title, first.points) == ("first", "1.1", "The title.", 2)
    assert (first.help, first.depends_on, first.timeout, first.instances) == (
        "Read the rule.",
        "second",
        2.5,
        3,
    )
    assert (first.file, first.line, first.hidden) == ("checks.py", 5, False)
    assert (first.tolerance, first.errors) == ({"float64": 1e-6}, "exact")
    assert (second.name, second.hidden) == ("second", True)


def test_the_checks_of_a_hidden_file_are_hidden(tmp_path):
    assert [one.hidden for one in load_checks(write(tmp_path, GOOD), hidden=True, tolerance={})] == [
        True,
        True,
    ]


def test_a_loaded_check_is_recorded_also_after_its_file_has_changed(tmp_path, lab):
    def labels(text: str) -> list[str]:
        one = load_checks(write(tmp_path, text), hidden=False, tolerance={})[0]
        from gradlab.record import record

        program = record(one, lab.right, seed=0, observers=lab.observers, surface=None)
        return [step.label for step in program.steps() if step.op == "probe"]

    assert labels(GOOD) == ["torch.tensor(...)"]
    changed = GOOD.replace(
        "observe.value(torch.tensor(rng.normal(size=2)))", "x = torch.tensor(1.0)\n    observe.value(x)"
    )
    assert labels("\n\n" + changed) == ["x"]


def test_every_problem_of_a_check_is_said_at_once():
    with pytest.raises(CheckAuthoringError) as caught:

        @check(
            task="two",
            points=0,
            help=None,  # type: ignore[arg-type]
            hidden="no",  # type: ignore[arg-type]
            depends_on="wrong",
            timeout=-1,
            instances=0,
            name="wrong",
        )
        def wrong(torch, observe):
            pass

    line = caught.value.problems[0].split(":")[1]
    said = [
        problem.removeprefix(f"test_checks.py:{line}: the check 'wrong' ")
        for problem in caught.value.problems
    ]
    assert said == [
        "has task='two'; give the number of its task as a string, as \"2.1\".",
        "has points=0; give a positive number.",
        "has help=None; give the student's next step as a string.",
        "has hidden='no'; give True or False.",
        "has depends_on='wrong'; give another check's name.",
        "has timeout=-1; give seconds.",
        "has instances=0; give a positive whole number.",
        "has no docstring; its first line is the title that students see.",
        "takes (torch, observe); it must take (torch, observe, rng).",
    ]


def test_the_problems_of_all_checks_of_a_file_are_said_at_once(tmp_path):
    text = (
        "from gradlab import check\n\n"
        "@check\ndef bare(torch, observe, rng):\n    'A title.'\n\n"
        "@check(tusk='1.1', points=1)\ndef misspelt(torch, observe, rng):\n    'A title.'\n\n"
        "@check('1.1', 2)\ndef by_position(torch, observe, rng):\n    'A title.'\n\n"
        "@check(task='1.1', points=1)\ndef right(torch, observe, rng):\n    'A title.'\n\n"
        "undefined\n"
    )
    with pytest.raises(CheckAuthoringError) as caught:
        load_checks(write(tmp_path, text), hidden=False, tolerance={})
    number = 'give the number of its task as a string, as "2.1".'
    by_name = 'write @check(task="2.1", points=1), every argument by its name.'
    assert caught.value.problems == (
        f"checks.py:3: {by_name}",
        f"checks.py:3: the check 'bare' has task=''; {number}",
        "checks.py:3: the check 'bare' has points=0.0; give a positive number.",
        "checks.py:7: the check 'misspelt' has no setting 'tusk'; did you mean 'task'?",
        f"checks.py:7: the check 'misspelt' has task=''; {number}",
        f"checks.py:11: {by_name}",
        f"checks.py:11: the check 'by_position' has task=''; {number}",
        "checks.py:11: the check 'by_position' has points=0.0; give a positive number.",
        "checks.py:19: loading the checks raises NameError: name 'undefined' is not defined",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = (\n", "checks.py:1: '(' was never closed."),
        (
            "\nimport nothing_like_this\n",
            "checks.py:2: loading the checks raises ModuleNotFoundError: No module named",
        ),
        (
            GOOD + GOOD,
            "checks.py:22: the check 'first' has the name of the one in line 5; rename one of them.",
        ),
    ],
)
def test_a_file_that_does_not_load_is_refused_with_its_line(tmp_path, text, said):
    with pytest.raises(CheckAuthoringError) as caught:
        load_checks(write(tmp_path, text), hidden=False, tolerance={})
    assert str(caught.value).startswith(said)


def test_the_decorator_gives_the_function_back():
    def plain(torch, observe, rng):
        """A title."""

    assert check(task="1", points=1)(plain) is plain
