"""Every fault of an assignment's files at once: of its settings, checks, mistakes and of its part of the engine.

Grading needs none of this but the settings and checks; an author wants all of it in one message.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from gradlab import syntax
from gradlab.draft import Draft, read_tasks
from gradlab.errors import CourseError
from gradlab.manager import build_manager, observers
from gradlab.mistakes import read_mistakes
from gradlab.record import record
from gradlab.settings import Settings, did_you_mean
from gradlab.statements import bound_by

if TYPE_CHECKING:
    from gradlab.course import Course
    from gradlab.model import Task

__all__ = ["faults"]

_SOLUTION = re.compile(r"^\s*### BEGIN SOLUTION (\S+)\s*$", re.MULTILINE)


def faults(course: Course, name: str) -> tuple[str, ...]:
    """Return one sentence for every fault in the files of an assignment, with file and line."""
    draft = Draft.read(course, name)
    names = {check.name for check in draft.checks} if draft.whole else None
    mistakes, problems = read_mistakes(course.folder(name), names)
    if not course.bundle:
        defined, solved = _engine(course, problems)
        _compare_tasks(draft, defined, solved)
        for mistake in mistakes:
            path = course.folder(name) / "mistakes" / f"{mistake.name}.py"
            problems += _of_no_engine(path, mistake.source, defined)
    _compare_ids(course, name, draft)
    _compare_observers(draft)
    if draft.problems or problems:  # else grading records the checks next, and says the same
        problems += _refusals(draft)
    return tuple(_from_the_course_on(text, course, name) for text in (*draft.problems, *problems))


def _from_the_course_on(problem: str, course: Course, name: str) -> str:
    """Return a sentence with the file's place as the course's author calls it: `backward/checks.py:12`."""
    folder = "" if course.bundle else f"{name}/"
    return re.sub(r"^(?=(?:checks|hidden)\.py:)", folder, problem.removeprefix(f"{course.root}{os.sep}"))


def _refusals(draft: Draft) -> Iterator[str]:
    """Yield what is said of checks that cannot be recorded on the reference."""
    if draft.surface is None:
        return
    reference = import_module(draft.course.engine)
    offered = observers(build_manager(draft.course.plugins))
    for check in draft.checks:
        if any(problem.startswith(f"{check.file}:{check.line}:") for problem in draft.problems):
            continue  # it is faulty itself
        try:
            record(check, reference, seed=0, observers=offered, surface=draft.surface)
        except CourseError as error:
            yield from error.problems


def _engine(course: Course, problems: list[str]) -> tuple[set[str], set[str]]:
    """Return the names that the engine defines, and the tasks whose solutions it holds."""
    defined: set[str] = set()
    solved: set[str] = set()
    for chapter in course.chapters:
        source = (course.root / "engine" / chapter).read_text(encoding="utf-8")
        solved |= set(_SOLUTION.findall(source))
        try:
            tree = syntax.parse(source)
        except SyntaxError as error:
            problems.append(f"{course.root / 'engine' / chapter}:{error.lineno or 1}: {error.msg}.")
            continue
        defined |= {name for node in tree.body for name in bound_by(node)}
    return defined, solved


def _compare_tasks(draft: Draft, defined: set[str], solved: set[str]) -> None:
    """Complain about tasks that the engine does not solve, and about names that it does not define."""
    for index, task in enumerate(draft.tasks):
        if task.id and task.id not in solved:
            draft.settings.problem(
                f"The engine holds no solution of task {task.id}, between ### BEGIN SOLUTION {task.id} and "
                "### END SOLUTION.",
                ("tasks", index),
                "id",
            )
        for name in task.defines:
            if name.isidentifier() and name not in defined:
                draft.settings.problem(
                    f"defines names {name!r}, which the engine does not define{did_you_mean(name, sorted(defined))}",
                    ("tasks", index),
                    "defines",
                )


def _compare_ids(course: Course, name: str, draft: Draft) -> None:
    """Complain about ids that a task of another assignment has: an engine has each of them once."""
    others: dict[str, str] = {}
    for other in course.order:
        if other != name:
            others |= dict.fromkeys((task.id for task in _tasks(course, other)), other)
    for index, task in enumerate(draft.tasks):
        if task.id in others:
            draft.settings.problem(
                f"The id {task.id!r} is a task's of {others[task.id]} as well.", ("tasks", index), "id"
            )


def _tasks(course: Course, name: str) -> tuple[Task, ...]:
    return read_tasks(Settings(course.folder(name) / "assignment.toml"))


def _compare_observers(draft: Draft) -> None:
    """Complain about observers that no plugin offers."""
    offered = observers(build_manager(draft.course.plugins))
    for name in sorted(draft.surface.observe) if draft.surface is not None else ():
        if name not in offered:
            draft.settings.problem(
                f"[surface] observe names {name!r}, which no plugin of the course offers"
                f"{did_you_mean(name, sorted(offered))}",
                ("surface",),
                "observe",
            )


def _of_no_engine(path: Path, source: str, defined: set[str]) -> Iterator[str]:
    """Yield a sentence for each name that a mistake imports from the engine and that is not there, and one if it takes the
    place of nothing that is there."""
    try:
        body = syntax.parse(source).body
    except SyntaxError:  # which was said before
        return
    for node in body:
        if isinstance(node, ast.ImportFrom) and node.module == "engine":
            for alias in node.names:
                if alias.name not in defined:
                    yield (
                        f"{path}:{node.lineno}: imports {alias.name!r} from the engine, which does not define it"
                        f"{_near(alias.name, defined)}"
                    )
    own = [node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    if own and not any(node.name in defined for node in own):
        first = own[0]
        yield (
            f"{path}:{first.lineno}: replaces nothing of the solution: the engine does not define {first.name!r}"
            f"{_near(first.name, defined)}"
        )


def _near(name: str, known: set[str]) -> str:
    """Return the end of a sentence: what may have been meant. All that an engine defines would be too long a list."""
    said = did_you_mean(name, sorted(known))
    return said if "did you mean" in said else "."
