"""Finding and reading a course."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gradlab.course import find_course, load_assignment, shipped_course
from gradlab.errors import CourseError, UsageError

SmallCourse = Callable[..., Path]


def problems_of(root: Path) -> list[str]:
    with pytest.raises(CourseError) as caught:
        find_course(root)
    return [problem.replace(f"{root}/", "") for problem in caught.value.problems]


def test_a_course_is_found_from_any_folder_inside_it(small_course: SmallCourse) -> None:
    root = small_course()
    assert find_course(root / "warm_up").root == root
    assert find_course(root / "warm_up").order == ("warm_up", "next")


def test_a_course_is_found_at_its_folder_or_its_file(small_course: SmallCourse, tmp_path: Path) -> None:
    root = small_course()
    assert find_course(tmp_path, root) == find_course(tmp_path, root / "course.toml")


def test_without_a_course_the_ways_to_one_are_named(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError,
        match=r"There is no course\.toml in .*--course DIR\..*'grade start ASSIGNMENT', .*'grade init DIR'",
    ):
        find_course(tmp_path)
    with pytest.raises(
        UsageError, match=r"holds no course\.toml\. Give the folder that does with --course\."
    ):
        find_course(tmp_path, tmp_path)


def test_the_shipped_course_lists_the_assignments_it_has() -> None:
    course = find_course(Path(), shipped_course())
    assert course.order == ("backward", "zero_grad", "retain_grad", "view_reshape")
    assert course.engine == "refgrad"
    assert not course.bundle


def test_every_problem_of_a_course_file_is_named_with_its_line(small_course: SmallCourse) -> None:
    root = small_course(
        course_toml='title = 3\norders = ["warm_up"]\norder = ["warm_up", "warm_up", "gone"]\nchapters = ["none.py"]\nbundle = "yes"\n'
    )
    assert problems_of(root) == [
        "course.toml:2: There is no setting 'orders'; did you mean 'order'?",
        "course.toml:5: bundle is 'yes'; it must be true or false.",
        "course.toml:1: title is 3; it must be text in quotes.",
        "course.toml:3: order names 'warm_up' twice.",
        "course.toml:3: order names 'gone', and gone holds no assignment.toml.",
        "course.toml:4: chapters names 'none.py', and there is no engine/none.py.",
    ]


def test_missing_settings_are_named(small_course: SmallCourse) -> None:
    assert problems_of(small_course(course_toml="plugins = [1]\n")) == [
        "course.toml: title is missing; it must be text in quotes.",
        "course.toml: order is missing; it must be a list of texts.",
        "course.toml:1: plugins is [1]; it must be a list of texts.",
        "course.toml: chapters names 'engine.py', and there is no engine/engine.py.",
    ]


def test_an_empty_order_and_a_bundle_of_two_are_refused(small_course: SmallCourse) -> None:
    assert problems_of(small_course(course_toml='title = "T"\norder = []\nchapters = []\n')) == [
        "course.toml:2: order is empty; it must name at least one assignment."
    ]
    both = 'title = "T"\nbundle = true\norder = ["warm_up", "next"]\n'
    assert problems_of(small_course(course_toml=both))[0] == (
        "course.toml:3: A bundle holds one assignment, and order names several."
    )


def test_a_file_that_is_not_toml_is_named_with_the_place(small_course: SmallCourse) -> None:
    [problem] = problems_of(small_course(course_toml="title = \n"))
    assert problem == "course.toml:1: is not TOML: Invalid value."


def test_a_file_that_is_not_text_is_named(small_course: SmallCourse) -> None:
    root = small_course()
    (root / "course.toml").write_bytes(b"title = '\xff'")
    assert problems_of(root) == ["course.toml: is not UTF-8 text."]


def test_an_unknown_assignment_is_answered_with_the_nearest(small_course: SmallCourse) -> None:
    course = find_course(small_course())
    with pytest.raises(UsageError, match=r"'Small' has no assignment 'warmup'; did you mean 'warm_up'\?"):
        load_assignment(course, "warmup")
    with pytest.raises(UsageError, match=r"has no assignment 'zzz'; known are warm_up, next\."):
        load_assignment(course, "zzz")


def test_no_name_means_the_only_assignment(small_course: SmallCourse) -> None:
    with pytest.raises(UsageError, match=r"Which assignment\? Give one with --assignment: warm_up, next\."):
        load_assignment(find_course(small_course()), None)
    alone = small_course(course_toml='title = "T"\norder = ["next"]\nchapters = ["first.py", "second.py"]\n')
    assert load_assignment(find_course(alone), None).name == "next"


def test_finding_a_course_imports_neither_numpy_nor_a_parser_of_notebooks() -> None:
    code = "import gradlab.course, sys; print({'numpy', 'msgspec', 'nbformat'} & set(sys.modules))"
    env = {"PYTHONPATH": str(Path(__file__).parents[2] / "grader")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
