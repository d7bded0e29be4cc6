"""Mutants that are no different from the solution: an assignment lists them, with a reason each, in `equivalents.toml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradlab.settings import Settings

if TYPE_CHECKING:
    from gradlab.assignment import Assignment
    from gradlab.mutants import Mutant

__all__ = ["FILE", "MOST", "Equivalent", "load_equivalents"]

FILE = "equivalents.toml"
MOST = 0.05  # of a task's mutants: more of them, and the solution says things that do not matter


@dataclass(frozen=True)
class Equivalent:
    """A mutant's name, why it is no different, and where that is written."""

    mutant: str
    reason: str
    place: str


def load_equivalents(
    assignment: Assignment, mutants: Sequence[Mutant]
) -> tuple[Mapping[str, Equivalent], tuple[str, ...]]:
    """Return what is listed by the mutants' names, and every problem of the list."""
    path = assignment.root / FILE
    if not path.is_file():
        return {}, ()
    settings = Settings(path)
    settings.known(("equivalent",))
    found: dict[str, Equivalent] = {}
    names = {mutant.name for mutant in mutants}
    tables = settings.tables.get("equivalent", [])
    for index in range(len(tables) if isinstance(tables, list) else 0):
        where = ("equivalent", index)
        settings.known(("mutant", "reason"), where)
        name = settings.get("mutant", str, where=where)
        reason = settings.get("reason", str, where=where)
        line = settings.line_of(where, "mutant")
        if not reason.strip():
            settings.problem(
                "reason is empty; say why nobody can tell it from the solution.", where, "reason"
            )
        if name and name not in names:
            settings.problem(
                f"There is no mutant {name!r}; the line it changed may have changed.", where, "mutant"
            )
        if name in found:
            settings.problem(f"{name!r} is listed twice.", where, "mutant")
        found[name] = Equivalent(name, reason, f"{FILE}:{line}")
    return found, tuple(problem.replace(f"{path}", FILE) for problem in settings.problems)
