"""Loading mistakes and putting them into a solution."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gradlab.assignment import Assignment
from gradlab.course import find_course, load_assignment
from gradlab.errors import CourseError
from gradlab.mistakes import Mistake, load_mistakes, replace_definitions

SmallCourse = Callable[..., Path]
GOOD = '"""Add one too many."""\n\nfrom engine import helper\n\nmust_fail = ["first"]\nmay_fail = ["secret"]\n\n\ndef one(x):\n    return helper(x) + 1\n'


def with_mistake(root: Path, text: str) -> Assignment:
    (root / "warm_up" / "mistakes").mkdir()
    (root / "warm_up" / "mistakes" / "off_by_one.py").write_text(text)
    return load_assignment(find_course(root), "warm_up")


def mistake(source: str) -> Mistake:
    return Mistake("m", "", frozenset(), frozenset(), source)


def test_a_mistake_is_what_its_file_says(small_course: SmallCourse) -> None:
    [found] = load_mistakes(with_mistake(small_course(), GOOD))
    assert (found.name, found.explanation) == ("off_by_one", "Add one too many.")
    assert (found.must_fail, found.may_fail) == ({"first"}, {"secret"})


def test_every_problem_of_a_mistake_is_named(small_course: SmallCourse) -> None:
    with pytest.raises(CourseError) as caught:
        load_mistakes(with_mistake(small_course(), 'may_fail = ["frist"]\n'))
    assert [problem.rpartition("mistakes/")[2] for problem in caught.value.problems] == [
        "off_by_one.py:1: has no docstring; it must explain the mistake to a student.",
        "off_by_one.py:1: names the check 'frist'; did you mean 'first'?",
        "off_by_one.py:1: must_fail is empty; a mistake that no check has to see is none.",
        "off_by_one.py:1: defines no function or class that could replace one of the solution's.",
    ]


def test_what_has_no_effect_in_a_mistake_is_named(small_course: SmallCourse) -> None:
    text = GOOD.replace("may_fail", "must_fial") + "\n\nLIMIT = 3\nprint(LIMIT)\n"
    with pytest.raises(CourseError) as caught:
        load_mistakes(with_mistake(small_course(), text))
    said = "has no effect: only functions, classes and imports replace the solution's"
    assert [problem.rpartition("mistakes/")[2] for problem in caught.value.problems] == [
        f"off_by_one.py:6: `must_fial = ['secret']` {said}; did you mean 'must_fail'?",
        f"off_by_one.py:13: `LIMIT = 3` {said}.",
        f"off_by_one.py:14: `print(LIMIT)` {said}.",
    ]


def test_a_check_cannot_be_one_that_must_and_one_that_may_fail(small_course: SmallCourse) -> None:
    with pytest.raises(CourseError, match=r"off_by_one\.py:1: 'first' is in must_fail and in may_fail\."):
        load_mistakes(with_mistake(small_course(), GOOD.replace('["secret"]', '["first"]')))


def test_a_mistake_that_is_not_text_is_named(small_course: SmallCourse) -> None:
    root = small_course()
    (root / "warm_up" / "mistakes").mkdir()
    (root / "warm_up" / "mistakes" / "latin.py").write_bytes(b'"""gr\xf6\xdfer"""')
    with pytest.raises(CourseError, match=r"latin\.py: is not UTF-8 text\."):
        load_mistakes(load_assignment(find_course(root), "warm_up"))


@pytest.mark.parametrize("written", ["'first'", "[1]", "names()"])
def test_must_fail_is_a_list_that_is_written_out(small_course: SmallCourse, written: str) -> None:
    with pytest.raises(CourseError, match=r"off_by_one\.py:2: must_fail must be a list of names of checks\."):
        load_mistakes(with_mistake(small_course(), f'"""Text."""\nmust_fail = {written}\n'))


def test_a_mistake_that_does_not_parse_is_named_with_its_line(small_course: SmallCourse) -> None:
    with pytest.raises(CourseError, match=r"off_by_one\.py:2: "):
        load_mistakes(with_mistake(small_course(), '"""Text."""\ndef one(:\n'))


def test_definitions_are_replaced_and_new_ones_added() -> None:
    solution = "import math\n\n\ndef one():\n    return 1\n\n\ndef two():\n    return one() + 1\n"
    made = replace_definitions(
        solution,
        mistake(
            "import os\nfrom engine import two\n\n\ndef one():\n    return new()\n\n\ndef new():\n    return 40\n"
        ),
    )
    names: dict[str, object] = {}
    exec(made, names)
    assert names["two"]() == 41  # type: ignore[operator]
    assert "from engine" not in made
    assert "import os" in made
