"""The skeleton of an assignment: small, whole, and full of comments that say what to change.

It asks for the derivative of a function that the course's engine does not have yet, so that it works at once.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Template
from typing import NamedTuple

from gradlab import syntax
from gradlab.assignment import read_assignment
from gradlab.course import COURSE_FILE, Course
from gradlab.errors import UsageError

__all__ = ["new_assignment"]

_SKELETON = Path(__file__).parent / "skeleton"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
_NEEDED = ("Tensor", "record")


class _Function(NamedTuple):
    """What the skeleton is about: a function of PyTorch's, its value, its derivative, and the latter in words."""

    function: str
    forward: str
    derivative: str
    words: str
    at_zero: str  # 3 times the derivative there
    example: str  # 10 times the derivative at 0, 0 at 1


_FUNCTIONS = (
    _Function("sinh", "np.sinh(tensor.data)", "np.cosh(a)", "cosh(x)", "3.", "tensor([10.,  0.])"),
    _Function("sin", "np.sin(tensor.data)", "np.cos(a)", "cos(x)", "3.", "tensor([10.,  0.])"),
    _Function("expm1", "np.expm1(tensor.data)", "np.exp(a)", "exp(x)", "3.", "tensor([10.,  0.])"),
    _Function(
        "atan", "np.arctan(tensor.data)", "1.0 / (1.0 + a * a)", "1 / (1 + x**2)", "3.", "tensor([10.,  0.])"
    ),
)


def new_assignment(course: Course, name: str) -> list[Path]:
    """Write an assignment into a course, after all others, and return the files that were written or changed.

    Raises UsageError, and writes nothing, if the name will not do or the engine is none that the skeleton fits.
    """
    if not _NAME.fullmatch(name) or name == "engine":
        raise UsageError(
            f"{name!r} cannot be an assignment's name: small letters, digits and underscores, as in 'retain_grad'."
        )
    folder, chapter = course.root / name, course.root / "engine" / f"{name}.py"
    for path in (folder, chapter):
        if path.exists():
            raise UsageError(
                f"{path} is there already, and nothing was written. Give the assignment another name."
            )
    words = {"name": name, "task": _next_task(course), **_free_function(course)._asdict()}
    files = {
        chapter: "engine.py",
        folder / "assignment.toml": "assignment.toml",
        folder / "handout.md": "handout.md",
        folder / "checks.py": "checks.py",
        folder / "hidden.py": "hidden.py",
        folder / "mistakes" / "forgets_what_arrives.py": "mistake.py",
    }
    texts = {
        path: Template((_SKELETON / f"{file}.tmpl").read_text(encoding="utf-8")).substitute(words)
        for path, file in files.items()
    }
    texts[course.root / COURSE_FILE] = _entered(course, name)
    try:
        for path, text in texts.items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{error.filename} cannot be written: {error.strerror}.") from error
    return list(texts)


def _next_task(course: Course) -> str:
    """Return the first id of a new assignment: one that no task of the course has."""
    taken = [task.id for name in course.order for task in read_assignment(course, name).tasks]
    return f"{max((int(task.split('.')[0]) for task in taken), default=0) + 1}.1"


def _free_function(course: Course) -> _Function:
    source = "\n".join(
        (course.root / "engine" / file).read_text(encoding="utf-8") for file in course.chapters
    )
    names = {
        node.name
        for node in ast.walk(syntax.parse(source))
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    if missing := [name for name in _NEEDED if name not in names]:
        raise UsageError(
            f"The skeleton builds on the {' and '.join(_NEEDED)} of the engine that 'grade init' writes, and this course's "
            f"engine has no {missing[0]}. Write the assignment by hand."
        )
    for offered in _FUNCTIONS:
        if offered.function not in names:
            return offered
    raise UsageError(
        "Every function that the skeleton is about is in the engine already: change one of these first."
    )


def _entered(course: Course, name: str) -> str:
    """Return `course.toml` with the assignment at the end of the course; comments and layout stay."""
    import tomlkit

    document = tomlkit.parse((course.root / COURSE_FILE).read_text(encoding="utf-8"))
    for key, known, entry in (("order", course.order, name), ("chapters", course.chapters, f"{name}.py")):
        document.setdefault(key, list(known)).append(entry)
    return tomlkit.dumps(document)
