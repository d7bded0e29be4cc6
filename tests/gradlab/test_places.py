"""Where in a submission's text something stands."""

from __future__ import annotations

import time
from pathlib import Path

from gradlab.course import find_course, load_assignment, shipped_course
from gradlab.model import Finding, Location
from gradlab.places import has_any_name, located
from gradlab.submission import Submission, parse

SOURCE = """\
import numpy as np


def exp_backward(grad, result):
    return grad


def div_backward(grad, a, b):
    if True:
        return grad


class Tensor:
    def backward(self):
        raise ValueError


def exp_backward(grad, result):
    return grad * result
"""
DEFINES = ("exp_backward", "div_backward", "sub_backward")
DIFFERS = Finding("gradients", "x.grad is 1.0, the reference has 2.0.", sid=3, kind="value")


def submission(source: str = SOURCE) -> Submission:
    return parse({"engine.py": source.encode()})


def place(finding: Finding, operations: set[str], defines: tuple[str, ...] = DEFINES) -> Location | None:
    return located([finding], submission(), defines, operations)[0].location


def test_a_wrong_value_is_placed_where_the_rule_of_its_operation_is_written_last() -> None:
    assert place(DIFFERS, {"exp", "backward"}) == Location("engine.py", 18, "exp_backward")
    assert place(DIFFERS, {"truediv"}) == Location("engine.py", 8, "div_backward")


def test_what_is_not_certain_is_not_said() -> None:
    assert place(DIFFERS, {"exp", "truediv"}) is None
    assert place(DIFFERS, {"tanh"}) is None
    assert place(DIFFERS, {"sub"}) is None  # not written
    assert place(Finding("program", "Not implemented yet."), {"exp"}) is None


def test_a_task_of_one_function_needs_no_operation() -> None:
    assert place(DIFFERS, set(), ("div_backward",)) == Location("engine.py", 8, "div_backward")


def test_an_exception_is_placed_in_the_function_around_it() -> None:
    for line, name in [(10, "div_backward"), (15, "backward"), (1, ""), (99, "")]:
        raised = Finding("program", "raises", location=Location("engine.py", line))
        assert place(raised, {"exp"}) == Location("engine.py", line, name)


def test_a_file_without_any_name_of_the_assignment_is_another_one() -> None:
    backward = load_assignment(find_course(Path(), shipped_course()), "backward")
    assert has_any_name(submission(), backward)
    assert has_any_name(submission("class Tensor:\n    pass\n"), backward)
    assert not has_any_name(submission("print('hello')\n"), backward)


def test_whoever_hands_in_very_much_does_not_keep_the_grader_busy() -> None:
    backward = load_assignment(find_course(Path(), shipped_course()), "backward")
    much = parse({"engine.py": b"", **{f"part{n}.py": b"# tenso backwar\n" * 65_000 for n in range(19)}})
    deep = submission("if 0:\n  def f(): 0\n" * 50_000 + "def last():\n    raise ValueError\n")
    raised = [Finding("program", "raises", location=Location("engine.py", 100_002)) for _ in range(100)]
    started = time.process_time()
    assert has_any_name(much, backward)  # nobody knows, and so nothing is said
    assert located(raised, deep, (), ())[0].location == Location("engine.py", 100_002, "last")
    assert time.process_time() - started < 1.0
