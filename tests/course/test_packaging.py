"""What of the course goes into the installed package: all of it, and nothing that a teacher's use leaves beside it."""

from __future__ import annotations

import tomllib
from pathlib import Path

from gradlab.course import find_course

ROOT = Path(__file__).parents[2]


def test_the_wheel_takes_the_course_folder_by_folder_and_so_no_gradebook_or_secret() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packaged = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    course = find_course(ROOT, ROOT / "assignments")
    parts = ("course.toml", "engine", *course.order)
    guide = {"docs/authoring.md": "gradlab/authoring.md"}
    assert packaged == {f"assignments/{part}": f"gradlab/shipped/{part}" for part in parts} | guide


def test_no_part_of_the_course_holds_what_grading_leaves_behind() -> None:
    course = find_course(ROOT, ROOT / "assignments")
    for part in ("engine", *course.order):
        assert not list((course.root / part).rglob(".gradlab"))
