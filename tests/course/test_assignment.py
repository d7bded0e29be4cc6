"""Reading and checking an assignment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gradlab.assignment import Assignment
from gradlab.course import find_course, load_assignment
from gradlab.errors import CourseError

SmallCourse = Callable[..., Path]
TASK = '[[tasks]]\nid = "1.1"\ntitle = "One"\npoints = 2\ndefines = ["one"]\n'
SURFACE = '[surface]\napi = ["one"]\nobserve = ["value"]\n'
CHECK = 'from gradlab import check\n@check(task="1.1", points=2)\ndef first(torch, observe, rng):\n    """One."""\n'


def load(root: Path) -> Assignment:
    return load_assignment(find_course(root), "warm_up")


def problems_of(root: Path) -> list[str]:
    with pytest.raises(CourseError) as caught:
        load(root)
    return [problem.replace(f"{root}/", "") for problem in caught.value.problems]


def test_an_assignment_is_what_its_files_say(small_course: SmallCourse) -> None:
    assignment = load(small_course())
    assert (assignment.name, assignment.title) == ("warm_up", "Warm up")
    assert [(task.id, task.points, task.defines) for task in assignment.tasks] == [
        ("1.1", 2.0, ("one",)),
        ("1.2", 1.0, ("two",)),
    ]
    assert [(check.name, check.hidden) for check in assignment.checks] == [
        ("first", False),
        ("second", False),
        ("secret", True),
    ]
    assert (assignment.max_score, assignment.hidden_points, assignment.due) == (3.0, 0.0, None)


def test_what_is_not_said_has_a_default(small_course: SmallCourse) -> None:
    assignment = load(small_course())
    assert assignment.limits.worker.wall_seconds == 10.0
    assert assignment.limits.worker.memory_mb == 512
    assert assignment.limits.submission_seconds == 120.0
    assert assignment.tolerance == {"float64": 1e-9}
    assert assignment.allowed_imports == ("numpy",)
    assert assignment.inert_imports == ()


def test_only_what_workers_load_may_be_imported(small_course: SmallCourse) -> None:
    def allowing(names: str) -> Path:
        text = f'title = "T"\nallowed_imports = {names}\n{TASK}{SURFACE}'
        return small_course(warm_up__assignment_toml=text, warm_up__checks_py=CHECK, warm_up__hidden_py="")

    assert load(allowing('["numpy", "numpy.linalg", "json"]')).allowed_imports[1:] == ("numpy.linalg", "json")
    with pytest.raises(
        CourseError, match=r"assignment.toml:2: allowed_imports has 'scipy', which no worker has"
    ):
        load(allowing('["numpy", "scipy"]'))


def test_checks_carry_the_assignment_s_tolerance_and_error_mode(small_course: SmallCourse) -> None:
    text = f'title = "T"\n{TASK}[tolerance]\nfloat64 = 1e-3\n{SURFACE}errors = "quoted"\n'
    root = small_course(warm_up__assignment_toml=text, warm_up__checks_py=CHECK, warm_up__hidden_py="")
    [check] = load(root).checks
    assert check.tolerance == {"float64": 1e-3}
    assert check.errors == "quoted"


def test_other_dtypes_need_no_tolerance_of_their_own(small_course: SmallCourse) -> None:
    text = f'title = "T"\n{TASK}{SURFACE}dtypes = ["float32"]\n'
    root = small_course(warm_up__assignment_toml=text, warm_up__checks_py=CHECK, warm_up__hidden_py="")
    assert load(root).surface.dtypes == {"float32"}


def test_the_due_date_needs_a_zone(small_course: SmallCourse) -> None:
    def due(text: str) -> Path:
        return small_course(
            warm_up__assignment_toml=f'title = "T"\ndue = {text}\n{TASK}{SURFACE}',
            warm_up__checks_py=CHECK,
            warm_up__hidden_py="",
        )

    assert load(due("2026-10-16T23:59:00Z")).due == datetime(2026, 10, 16, 23, 59, tzinfo=UTC)
    assert problems_of(due("2026-10-16T23:59:00")) == [
        "warm_up/assignment.toml:2: due is 2026-10-16 23:59:00; it must be a date and time with its zone, "
        "such as 2026-10-16T23:59:00+02:00."
    ]


def test_every_problem_of_the_settings_is_named_with_its_line(small_course: SmallCourse) -> None:
    text = (
        'titel = "T"\n'  # line 1
        "inert_imports = 3\n"
        "[limits]\n"
        "seconds = -1\n"
        'memory_mb = "much"\n'
        "second = 3\n"
        "[tolerance]\n"
        "float64 = 0.0\n"
        "[[tasks]]\n"
        'id = "1.1"\n'
        'title = "One"\n'
        "points = 0\n"
        'defines = "one"\n'
        "[[tasks]]\n"  # line 14
        'id = "1.1"\n'
        "points = true\n"
        "defines = []\n"
        "[surface]\n"
        'api = "everything"\n'
        'observe = ["value"]\n'
        'errors = "loud"\n'
    )
    assert sorted(problems_of(small_course(warm_up__assignment_toml=text))) == sorted(
        [
            "warm_up/assignment.toml:1: There is no setting 'titel'; did you mean 'title'?",
            "warm_up/assignment.toml: title is missing; it must be text in quotes.",
            "warm_up/assignment.toml:2: inert_imports is 3; it must be a list of texts.",
            "warm_up/assignment.toml:6: [limits] has no setting 'second'; did you mean 'seconds'?",
            "warm_up/assignment.toml:4: seconds is -1; it must be above 0.",
            "warm_up/assignment.toml:5: memory_mb is 'much'; it must be a whole number.",
            "warm_up/assignment.toml:8: float64 is 0.0; it must be above 0.",
            "warm_up/assignment.toml:12: points is 0; it must be above 0.",
            "warm_up/assignment.toml:13: defines is 'one'; it must be a list of texts.",
            "warm_up/assignment.toml:14: title is missing; it must be text in quotes.",
            "warm_up/assignment.toml:15: Two tasks have the id '1.1'.",
            "warm_up/assignment.toml:16: points is True; it must be a number.",
            "warm_up/assignment.toml:17: defines is empty; it must name the functions that students write.",
            "warm_up/assignment.toml:19: [surface] api is 'everything'; it must be a list of strings.",
            "warm_up/assignment.toml:21: [surface] errors is 'loud'; it must be one of class, quoted, exact.",
            "checks.py:8: the check 'second' names the task '1.2', which assignment.toml does not have.",
            "hidden.py:4: the check 'secret' names the task '1.2', which assignment.toml does not have.",
        ]
    )


def test_an_assignment_needs_tasks_a_surface_and_checks(small_course: SmallCourse) -> None:
    root = small_course(warm_up__assignment_toml='title = "T"\n')
    (root / "warm_up" / "checks.py").unlink()
    (root / "warm_up" / "hidden.py").unlink()
    assert problems_of(root) == [
        "warm_up/assignment.toml: There is no [[tasks]] table; an assignment needs at least one task.",
        "warm_up/assignment.toml: There is no [surface] table; it says which names the checks may use.",
        f"{root / 'warm_up'}: holds no checks.py, the public checks.".replace(f"{root}/", ""),
    ]


def test_checks_that_cannot_be_loaded_are_reported_beside_the_settings(small_course: SmallCourse) -> None:
    text = f"title = 5\n{TASK}{SURFACE}"
    root = small_course(
        warm_up__assignment_toml=text, warm_up__checks_py="def broken(:\n", warm_up__hidden_py=""
    )
    problems = problems_of(root)
    assert "warm_up/assignment.toml:1: title is 5; it must be text in quotes." in problems
    assert any(problem.startswith("checks.py:1: ") for problem in problems)


def test_names_of_checks_are_unique_and_what_they_wait_for_exists(small_course: SmallCourse) -> None:
    hidden = CHECK.replace("points=2", 'points=1, depends_on="thrid"')
    root = small_course(
        warm_up__assignment_toml=f'title = "T"\n{TASK.replace("points = 2", "points = 3")}{SURFACE}',
        warm_up__checks_py=CHECK,
        warm_up__hidden_py=hidden,
    )
    assert problems_of(root) == [
        "hidden.py:2: the check 'first' has the name of another check, in line 2 of checks.py.",
        "hidden.py:2: the check 'first' depends on 'thrid', and there is no such check; known are first.",
    ]


def test_points_must_add_up_for_each_task(small_course: SmallCourse) -> None:
    checks = CHECK.replace("points=2", "points=1.5")
    root = small_course(
        warm_up__assignment_toml=f'title = "T"\n{TASK}{SURFACE}',
        warm_up__checks_py=checks,
        warm_up__hidden_py="",
    )
    assert problems_of(root) == [
        "warm_up/assignment.toml:5: Task 1.1 is worth 2 points, and its checks add up to 1.5."
    ]


def test_in_a_bundle_the_missing_points_are_those_of_hidden_checks(
    small_course: SmallCourse, tmp_path: Path
) -> None:
    root = small_course()
    for file in ("assignment.toml", "checks.py"):
        (root / file).write_bytes((root / "warm_up" / file).read_bytes())
    (root / "course.toml").write_text('title = "T"\nbundle = true\norder = ["warm_up"]\n')
    assignment = load_assignment(find_course(root), None)
    assert assignment.hidden_points == 0.5
    assert assignment.max_score == 3.0


@pytest.mark.parametrize(
    "file", ["warm_up/assignment.toml", "warm_up/checks.py", "warm_up/hidden.py", "engine/first.py"]
)
def test_the_suite_s_hash_changes_with_every_file_that_decides(small_course: SmallCourse, file: str) -> None:
    root = small_course()
    before = load(root).suite_sha256
    assert load(root).suite_sha256 == before
    with (root / file).open("a") as stream:
        stream.write("# one more line\n")
    assert load(root).suite_sha256 != before


def test_the_suite_s_hash_does_not_change_with_the_handout(small_course: SmallCourse) -> None:
    root = small_course()
    before = load(root).suite_sha256
    (root / "warm_up" / "handout.md").write_text("# Another\n")
    assert load(root).suite_sha256 == before
