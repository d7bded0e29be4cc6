"""Joining the engine's chapters with some tasks solved."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gradlab.assemble import assemble
from gradlab.assignment import Assignment
from gradlab.course import find_course, load_assignment
from gradlab.errors import CourseError, UsageError

SmallCourse = Callable[..., Path]


def warm_up(root: Path) -> Assignment:
    return load_assignment(find_course(root), "warm_up")


def names(source: str) -> list[str]:
    return [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef | ast.ClassDef)]


def run(source: str) -> dict[str, object]:
    names: dict[str, object] = {}
    exec(source, names)
    return names


def test_a_task_that_is_not_solved_raises_with_its_number_and_title(small_course: SmallCourse) -> None:
    engine = run(assemble(warm_up(small_course()), solved=()))
    with pytest.raises(NotImplementedError, match=r"^Task 1\.1: One$"):
        engine["one"](2.5)  # type: ignore[operator]
    with pytest.raises(NotImplementedError, match=r"^Task 1\.2: Two$"):
        engine["two"]()  # type: ignore[operator]


def test_a_stub_keeps_its_signature_and_its_docstring(small_course: SmallCourse) -> None:
    source = assemble(warm_up(small_course()), solved=())
    assert 'def one(x: float) -> float:\n    """Task one."""\n    raise NotImplementedError(' in source


def test_a_region_inside_another_one_waits_for_both_tasks(small_course: SmallCourse) -> None:
    assignment = warm_up(small_course())
    assert run(assemble(assignment, solved=["1.1"]))["one"](2.5) == 5  # type: ignore[operator]
    assert run(assemble(assignment, solved=["1.1", "1.2"]))["one"](2.5) == 105  # type: ignore[operator]
    assert "100" not in assemble(assignment, solved=["1.2"])


def test_a_helper_of_the_solution_and_its_imports_are_left_out_of_the_stub(small_course: SmallCourse) -> None:
    assignment = warm_up(small_course())
    assert "only_in_the_solution" in assemble(assignment, solved=["1.1"])
    stub = assemble(assignment, solved=())
    assert "only_in_the_solution" not in stub
    assert "heappush" not in stub
    assert "import math" in stub


def test_tasks_of_later_assignments_are_left_out_and_earlier_ones_solved(small_course: SmallCourse) -> None:
    course = find_course(small_course())
    assert "later" not in names(assemble(load_assignment(course, "warm_up"), solved=["1.1", "1.2"]))
    source = assemble(load_assignment(course, "next"), solved=())
    assert names(source) == ["helper", "only_in_the_solution", "one", "two", "later"]
    assert "Task 2.1: Later" in source
    assert "Task 1" not in source


def test_chapters_become_one_file_without_imports_of_each_other(small_course: SmallCourse) -> None:
    source = assemble(warm_up(small_course()), solved=["1.1"])
    assert "from .first" not in source
    assert source.count("from __future__") == 1
    assert "# The first chapter." in source
    assert source.index("# The first chapter.") < source.index("# The second chapter.")
    assert "###" not in source


def test_wrong_markers_are_named_with_their_line(small_course: SmallCourse) -> None:
    course = 'title = "T"\norder = ["warm_up"]\nchapters = ["first.py"]\n'
    open_one = small_course(
        course_toml=course, engine__first_py="def one():\n    ### BEGIN SOLUTION 1.1\n    pass\n"
    )
    with pytest.raises(CourseError) as caught:
        assemble(warm_up(open_one), solved=())
    assert caught.value.problems[0] == "engine/first.py:2: BEGIN SOLUTION without END SOLUTION."
    closed = small_course(course_toml=course, engine__first_py="def one():\n    pass\n    ### END SOLUTION\n")
    with pytest.raises(CourseError) as caught:
        assemble(warm_up(closed), solved=())
    assert caught.value.problems[0] == "engine/first.py:3: END SOLUTION without BEGIN SOLUTION."


def test_given_code_waits_for_its_assignment(small_course: SmallCourse) -> None:
    given = "def one():\n    ### BEGIN SOLUTION 1.1\n    return 1\n    ### END SOLUTION\n\n\n"
    given += "### BEGIN GIVEN FROM next\ndef helper():\n    return 1\n### END GIVEN\n"
    root = small_course(engine__first_py=given)
    assert "helper()" not in assemble(warm_up(root), solved=["1.1"]).partition("second chapter")[0]
    source = assemble(load_assignment(find_course(root), "next"), solved=())
    assert "def helper():\n    return 1" in source
    assert "GIVEN" not in source


def test_a_chapter_of_which_nothing_is_left_has_no_heading(small_course: SmallCourse) -> None:
    chapter = '"""Only for later."""\n\n### BEGIN GIVEN FROM next\nLATER = 1\n### END GIVEN\n'
    course = 'title = "T"\norder = ["warm_up", "next"]\nchapters = ["first.py", "second.py", "third.py"]\n'
    root = small_course(course_toml=course, engine__third_py=chapter)
    assert "Only for later" not in assemble(warm_up(root), solved=["1.1"])
    assert "Only for later" in assemble(load_assignment(find_course(root), "next"), solved=())


def test_markers_must_close_what_they_opened(small_course: SmallCourse) -> None:
    course = 'title = "T"\norder = ["warm_up"]\nchapters = ["first.py"]\n'
    wrong = "### BEGIN GIVEN FROM warm_up\nX = 1\n### END SOLUTION\n"
    with pytest.raises(CourseError) as caught:
        assemble(warm_up(small_course(course_toml=course, engine__first_py=wrong)), solved=())
    assert caught.value.problems[:2] == (
        "engine/first.py:3: END SOLUTION without BEGIN SOLUTION.",
        "engine/first.py:1: BEGIN GIVEN without END GIVEN.",
    )


def test_notes_to_authors_are_left_out_and_misspelt_markers_are_named(small_course: SmallCourse) -> None:
    root = small_course()
    chapter = root / "engine" / "second.py"
    chapter.write_text(
        chapter.read_text()
        .replace("tensor = helper", "### AUTHOR: the trick is 42\ntensor = helper")
        .replace("    ### BEGIN SOLUTION 2.1", "    ### AUTHOR: 43\n    ### BEGIN SOLUTION 2.1")
    )
    source = assemble(load_assignment(find_course(root), "next"), solved=())
    assert "AUTHOR" not in source
    assert "tensor = helper" in source
    chapter.write_text(
        chapter.read_text() + "### BEGIN SOLUTON 2.1\n### BEGIN GIVEN SINCE next\n#### a heading\n"
    )
    with pytest.raises(CourseError) as caught:
        assemble(warm_up(root), solved=())
    last = len(chapter.read_text().splitlines())
    said = (
        "is no marker; markers behind ### are BEGIN SOLUTION TASK, BEGIN GIVEN FROM (or UNTIL) ASSIGNMENT, "
    )
    assert caught.value.problems == (
        f"engine/second.py:{last - 2}: `### BEGIN SOLUTON 2.1` {said}END SOLUTION, END GIVEN and AUTHOR.",
        f"engine/second.py:{last - 1}: `### BEGIN GIVEN SINCE next` {said}END SOLUTION, END GIVEN and AUTHOR.",
    )


def test_a_title_with_quotes_and_a_decorated_later_task_make_a_stub_that_compiles(
    small_course: SmallCourse,
) -> None:
    root = small_course()
    settings = root / "warm_up" / "assignment.toml"
    settings.write_text(settings.read_text().replace('"One"', "'Say \"one\"'"))
    chapter = root / "engine" / "second.py"
    chapter.write_text(chapter.read_text().replace("def later()", "@helper\ndef later()"))
    source = assemble(warm_up(root), solved=())
    compile(source, "engine.py", "exec")
    assert "@helper" not in source
    assert r'raise NotImplementedError("Task 1.1: Say \"one\"")' in source


def test_given_code_of_the_shipped_engine_names_assignments_of_the_course(backward: Assignment) -> None:
    course = backward.course
    texts = [(course.root / "engine" / chapter).read_text() for chapter in course.chapters]
    named = {name for text in texts for name in re.findall(r"### BEGIN GIVEN FROM (\S+)", text)}
    assert named <= set(course.order)


def test_a_task_without_a_solution_is_named(small_course: SmallCourse) -> None:
    root = small_course(course_toml='title = "T"\norder = ["warm_up"]\nchapters = ["first.py"]\n')
    with pytest.raises(CourseError) as caught:
        assemble(warm_up(root), solved=())
    assert caught.value.problems == (
        f"{root / 'engine'}: holds no solution of task 1.1.",
        f"{root / 'engine'}: holds no solution of task 1.2.",
    )


def test_a_bundle_holds_no_engine_to_start_from(small_course: SmallCourse) -> None:
    root = small_course()
    for file in ("assignment.toml", "checks.py"):
        (root / file).write_bytes((root / "warm_up" / file).read_bytes())
    (root / "course.toml").write_text('title = "T"\nbundle = true\norder = ["warm_up"]\n')
    with pytest.raises(UsageError, match="is a student's bundle: it holds no engine to start from"):
        assemble(warm_up(root), solved=())


def test_the_shipped_engine_defines_every_name_of_every_task(shipped: Assignment) -> None:
    wanted = {name for task in shipped.tasks for name in task.defines}
    for solved in ([], [task.id for task in shipped.tasks]):
        assert wanted <= set(names(assemble(shipped, solved=solved)))


def test_every_stub_of_the_shipped_engine_shows_a_worked_example(shipped: Assignment) -> None:
    wanted = {name for task in shipped.tasks for name in task.defines}
    for node in ast.parse(assemble(shipped, solved=())).body:
        if isinstance(node, ast.FunctionDef) and node.name in wanted:
            docstring = ast.get_docstring(node) or ""
            assert f"{node.name}(" in docstring or ".backward()" in docstring, node.name
            assert "#" in docstring, node.name


def test_the_worked_examples_of_the_rules_are_right(shipped: Assignment) -> None:
    """Each example line is `call    # result`, perhaps after `x = ...`: run it and compare what it prints."""
    source = assemble(shipped, solved=[task.id for task in shipped.tasks])
    engine = run(source)
    ran = 0
    for node in ast.parse(source).body:
        if not isinstance(node, ast.FunctionDef):
            continue
        names = dict(engine)
        for line in (ast.get_docstring(node) or "").splitlines():
            call, _, shown = line.strip().partition("  # ")
            if call.startswith("x = "):
                exec(call, names)
            if call.startswith(f"{node.name}(") and shown:
                said = re.split(r", (?:at|in|where) |: ", shown)[0].strip()
                assert printed(eval(call, names)) == said, call
                ran += 1
    assert ran >= {"backward": 15, "view_reshape": 25}.get(shipped.name, 0)


def printed(result: object) -> str:
    """Return what a prompt shows of a result; arrays that a rule returns stand side by side."""
    several = isinstance(result, tuple) and any(isinstance(part, np.ndarray) for part in result)
    parts = result if isinstance(result, tuple) and several else (result,)
    shown = (np.asarray(part) if isinstance(part, np.generic) else part for part in parts)
    return ", ".join(re.sub(r"\s+", " ", repr(part)) for part in shown)
