"""The engine with some tasks solved and the others as stubs: which checks pass, and which must."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlab.assemble import assemble

if TYPE_CHECKING:
    from gradlab.assignment import Assignment
    from gradlab.lint.bench import Bench
    from gradlab.model import Check, Finding

__all__ = ["Stairs", "climb"]


@dataclass(frozen=True)
class Stairs:
    """What is wrong, and for each check the tasks that it fails without."""

    problems: tuple[str, ...]
    matrix: Mapping[str, tuple[str, ...]]


def climb(bench: Bench) -> Stairs:
    """Try the stub, the solution, every stair between them, and the solution with each single task blanked.

    With the first tasks solved, exactly their checks pass. Without a task, its own checks fail, and none of an
    earlier task does.
    """
    assignment = bench.assignment
    tasks = [task.id for task in assignment.tasks]
    stairs = [frozenset(tasks[:count]) for count in range(len(tasks) + 1)]
    blanked = [frozenset(tasks) - {task} for task in tasks]
    variants = list(dict.fromkeys([*stairs, *blanked]))
    sources = [assemble(assignment, solved=solved) for solved in variants]
    failing = dict(zip(variants, bench.map(bench.failing, sources), strict=True))
    checks = {check.name: check for check in assignment.checks if check.name in bench.checks}
    matrix = {
        name: tuple(task for task, solved in zip(tasks, blanked, strict=True) if name in failing[solved])
        for name in checks
    }
    problems = [text for solved in stairs for text in _stair(assignment, checks, solved, failing[solved])]
    problems += _columns(tasks, checks, matrix)
    return Stairs(tuple(dict.fromkeys(problems)), matrix)


def _stair(
    assignment: Assignment,
    checks: Mapping[str, Check],
    solved: frozenset[str],
    failing: Mapping[str, Finding],
) -> list[str]:
    """Say what fails though its task is solved, and what passes though it is not."""
    names = [task.id for task in assignment.tasks if task.id in solved]
    whole = len(names) == len(assignment.tasks)
    engine = (
        "the solution"
        if whole
        else f"the engine with the tasks {', '.join(names)} solved"
        if names
        else "the stub"
    )
    problems = []
    for name, check in checks.items():
        place = f"{check.file}:{check.line}"
        if check.task in solved and name in failing:
            why = "" if whole else f" of task {check.task}, so it needs a later task"
            problems.append(f"{place}: {engine} fails the check {name!r}{why}: {failing[name].message}")
        elif check.task not in solved and name not in failing:
            problems.append(
                f"{place}: {engine} passes the check {name!r} of task {check.task}, which is a stub in it."
            )
    return problems


def _columns(
    tasks: list[str], checks: Mapping[str, Check], matrix: Mapping[str, tuple[str, ...]]
) -> list[str]:
    problems = []
    for name, check in checks.items():
        place = f"{check.file}:{check.line}: the check {name!r} of task {check.task}"
        if check.task not in matrix[name]:
            problems.append(
                f"{place} passes when its task is blanked; it belongs to {_listed(matrix[name])}."
            )
        for later in tasks[tasks.index(check.task) + 1 :]:
            if later in matrix[name]:
                problems.append(
                    f"{place} fails when the later task {later} is blanked; it may not need that."
                )
    for task in tasks:
        if not any(task in needed for needed in matrix.values()):
            problems.append(
                f"assignment.toml: no check sees task {task}: with it blanked, every check passes. Write one, or make it "
                "part of another task."
            )
    return problems


def _listed(tasks: tuple[str, ...]) -> str:
    return f"task {', '.join(tasks)}" if tasks else "no task"
