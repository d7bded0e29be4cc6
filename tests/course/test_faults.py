"""Everything that is wrong with an assignment's files, in one message, with file and line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gradlab.cli import main
from gradlab.course import find_course, shipped_course
from gradlab.faults import faults

SmallCourse = Callable[..., Path]
SETTINGS = """titel = "Warm up"
title = ""
due = 2026-10-16T23:59:00
[limits]
seconds = -1
[tolerance]
flaot64 = 1e-9
[[tasks]]
id = "1.1"
title = "One"
points = 2
defines = ["on"]
[[tasks]]
id = "2.1"
title = "Two"
points = 1
defines = ["two"]
[[tasks]]
id = "three"
title = "Three"
points = 1
defines = ["not a name"]
[surface]
api = ["one"]
observ = ["value"]
observe = ["value"]
"""
CHECKS = '''from gradlab import check

@check(task="1.1", points=2)
def first(torch, observe, rng):
    """The first."""

@check(task="1.4", points=0)
def second(torch, observe):
    pass
'''
HIDDEN = '''from gradlab import check

@check(task="1.1", points=2, depends_on="frist")
def first(torch, observe, rng):
    """The first again."""
'''
MISTAKE = """from engine import helpr

must_fail = ["fisrt"]
must_fial = ["first"]
"""


def test_twenty_faults_of_four_files_are_said_at_once(small_course: SmallCourse) -> None:
    root = small_course(
        warm_up__assignment_toml=SETTINGS, warm_up__checks_py=CHECKS, warm_up__hidden_py=HIDDEN
    )
    (root / "warm_up" / "mistakes").mkdir()
    (root / "warm_up" / "mistakes" / "typo.py").write_text(MISTAKE)
    (root / "engine" / "first.py").write_text("def broken(:\n")
    found = faults(find_course(root), "warm_up")
    assert list(found) == [
        "warm_up/assignment.toml:1: There is no setting 'titel'; did you mean 'title'?",
        "warm_up/assignment.toml:2: title is empty.",
        "warm_up/assignment.toml:3: due is 2026-10-16 23:59:00; it must be a date and time with its zone, such as "
        "2026-10-16T23:59:00+02:00.",
        "warm_up/assignment.toml:5: seconds is -1; it must be above 0.",
        "warm_up/assignment.toml:19: id is 'three'; it must be a number such as 2.1.",
        "warm_up/assignment.toml:22: defines names 'not a name', which is no name of a function.",
        "warm_up/assignment.toml:25: [surface] has no setting 'observ'; did you mean 'observe'?",
        "warm_up/checks.py:7: the check 'second' has points=0; give a positive number.",
        "warm_up/checks.py:7: the check 'second' has no docstring; its first line is the title that students see.",
        "warm_up/checks.py:7: the check 'second' takes (torch, observe); it must take (torch, observe, rng).",
        "warm_up/checks.py:7: the check 'second' names the task '1.4', which assignment.toml does not have.",
        "warm_up/hidden.py:3: the check 'first' has the name of another check, in line 3 of checks.py.",
        "warm_up/hidden.py:3: the check 'first' depends on 'frist', and there is no such check; did you mean 'first'?",
        "warm_up/assignment.toml:12: defines names 'on', which the engine does not define; did you mean 'one'?",
        "warm_up/assignment.toml:19: The engine holds no solution of task three, between ### BEGIN SOLUTION three and "
        "### END SOLUTION.",
        "warm_up/assignment.toml:14: The id '2.1' is a task's of next as well.",
        "warm_up/mistakes/typo.py:1: has no docstring; it must explain the mistake to a student.",
        "warm_up/mistakes/typo.py:3: names the check 'fisrt'; did you mean 'first'?",
        "warm_up/mistakes/typo.py:4: `must_fial = ['first']` has no effect: only functions, classes and imports replace "
        "the solution's; did you mean 'must_fail'?",
        "warm_up/mistakes/typo.py:1: defines no function or class that could replace one of the solution's.",
        "engine/first.py:1: invalid syntax.",
        "warm_up/mistakes/typo.py:1: imports 'helpr' from the engine, which does not define it; did you mean 'helper'?",
    ]


def test_dates_and_dtypes_that_contradict_each_other_are_faults(small_course: SmallCourse) -> None:
    text = SETTINGS.partition("[[tasks]]")[0].replace("2026-10-16T23:59:00", "2026-10-16T23:59:00Z")
    text = text.replace("[limits]", "solutions_from = 2026-10-01T00:00:00Z\n[limits]")
    text += '[[tasks]]\nid = "1.1"\ntitle = "One"\npoints = 2\ndefines = ["one"]\n[surface]\napi = []\nobserve = []\n'
    root = small_course(warm_up__assignment_toml=text)
    found = [problem.rpartition("assignment.toml:")[2] for problem in faults(find_course(root), "warm_up")]
    assert "4: solutions_from is 2026-10-01 00:00:00+00:00, before the assignment is due." in found
    assert (
        "8: [tolerance] is for 'flaot64', which [surface] dtypes does not have; did you mean 'float64'?"
        in found
    )


def test_a_file_that_ends_in_the_middle_brings_no_faults_that_follow_from_it(
    small_course: SmallCourse,
) -> None:
    root = small_course(warm_up__checks_py="def broken(:\n", warm_up__hidden_py="")
    (root / "warm_up" / "mistakes").mkdir()
    (root / "warm_up" / "mistakes" / "fine.py").write_text(
        '"""Text."""\n\nmust_fail = ["first"]\n\n\ndef one(x):\n    return x\n'
    )
    assert faults(find_course(root), "warm_up") == ("warm_up/checks.py:1: invalid syntax.",)


def test_what_cannot_be_recorded_is_said_beside_the_rest(small_course: SmallCourse) -> None:
    checks = (
        "from gradlab import check\n\n"
        "@check(task='1.1', points=2)\ndef leaves_the_surface(torch, observe, rng):\n    'One.'\n"
        "    observe.value(torch.tensor(rng.normal(size=2)).exp())\n\n"
        "@check(task='1.2', points=0.5)\ndef prints(torch, observe, rng):\n    'Two.'\n"
        "    print(torch.tensor(rng.normal(size=2)))\n\n"
        "@check(task='1.2', points=1)\ndef is_fine(torch, observe, rng):\n    'Three.'\n"
        "    observe.value(torch.tensor(rng.normal(size=2)))\n"
    )
    from .conftest import ASSIGNMENT

    settings = ASSIGNMENT.replace('api = ["one"]', 'api = ["tensor"]')
    root = small_course(warm_up__checks_py=checks, warm_up__hidden_py="", warm_up__assignment_toml=settings)
    found = faults(find_course(root), "warm_up")
    assert found[0].endswith("Task 1.2 is worth 1 points, and its checks add up to 1.5.")
    assert [problem.partition(";")[0] for problem in found[1:]] == [
        "warm_up/checks.py:6: Tensor.exp is outside the assignment's surface",
        "warm_up/checks.py:11: `print(torch.tensor(rng.normal(size=2)))`: print() cannot be recorded",
    ]


def test_a_mistake_that_replaces_nothing_is_a_fault(small_course: SmallCourse) -> None:
    root = small_course()
    (root / "warm_up" / "mistakes").mkdir()
    text = '"""Text."""\n\nfrom engine import unheard_of\n\nmust_fail = ["first"]\n\n\ndef oen(x):\n    return x\n'
    (root / "warm_up" / "mistakes" / "typo.py").write_text(text)
    assert faults(find_course(root), "warm_up")[:2] == (
        "warm_up/mistakes/typo.py:3: imports 'unheard_of' from the engine, which does not define it.",
        "warm_up/mistakes/typo.py:8: replaces nothing of the solution: the engine does not define 'oen'; did you mean "
        "'one'?",
    )


def test_an_observer_that_no_plugin_offers_is_a_fault(small_course: SmallCourse) -> None:
    from .conftest import ASSIGNMENT

    root = small_course(warm_up__assignment_toml=ASSIGNMENT.replace('["value"]', '["valeu"]'))
    line = ASSIGNMENT.splitlines().index('observe = ["value"]') + 1
    assert faults(find_course(root), "warm_up")[0] == (
        f"warm_up/assignment.toml:{line}: [surface] observe names 'valeu', which no plugin of the course offers; did you "
        "mean 'value'?"
    )


def test_a_hidden_check_in_the_file_that_is_handed_out_is_a_fault(small_course: SmallCourse) -> None:
    from .conftest import CHECKS as RIGHT

    root = small_course(warm_up__checks_py=RIGHT.replace("points=0.5", "points=0.5, hidden=True"))
    said = "warm_up/checks.py:8: the check 'second' is hidden, and checks.py is handed out; move it to hidden.py."
    assert faults(find_course(root), "warm_up")[0] == said


def test_the_shipped_assignments_have_none() -> None:
    course = find_course(Path(), shipped_course())
    assert {name: faults(course, name) for name in course.order} == dict.fromkeys(course.order, ())


def test_lint_prints_all_of_them(small_course: SmallCourse, capsys: object) -> None:
    root = small_course(warm_up__assignment_toml=SETTINGS, warm_up__checks_py=CHECKS)
    (root / "warm_up" / "mistakes").mkdir()
    (root / "warm_up" / "mistakes" / "typo.py").write_text(MISTAKE)
    assert main(["lint", "warm_up", "--course", str(root)]) == 1
    printed = " ".join(capsys.readouterr().out.split())  # type: ignore[attr-defined]
    for words in (
        "did you mean 'title'?",
        "names the task '1.4'",
        "names the check 'fisrt'",
        "imports 'helpr'",
    ):
        assert words in printed
    assert main(["lint", "warmup", "--course", str(root)]) == 2
